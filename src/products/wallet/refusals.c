/* refusals.c: every way the wallet says no, each told apart: what happened and what to do (domain.md, «Refusals to tell
 * apart»). The problem type is the ledger's own name of it. */
#include "products/wallet/wallet.h"

#include "base/check.h"

const struct refusal refusal_level = {"level-too-low", 422, S_wallet_refused_level, false};
const struct refusal refusal_sum_small = {"sum-too-small", 422, S_wallet_refused_sum_small, false};
const struct refusal refusal_waiting_many = {"too-many-waiting", 422, S_wallet_refused_waiting_many, false};
const struct refusal refusal_not_cancellable = {"not-cancellable", 409, S_wallet_refused_not_cancellable, false};
const struct refusal refusal_no_wallet = {"no-wallet", 409, S_wallet_refused_no_wallet, false};
const struct refusal refusal_wallets_max = {"too-many-wallets", 409, S_wallet_refused_wallets_max, false};
const struct refusal refusal_topup_off = {"top-up-unavailable", 409, S_wallet_refused_topup_off, false};
const struct refusal refusal_topup_small = {"sum-too-small", 422, S_wallet_refused_topup_small, false};
const struct refusal refusal_topup_large = {"sum-too-large", 422, S_wallet_refused_topup_large, false};
const struct refusal refusal_own_balance = {"balance-limit", 422, S_wallet_refused_own_balance, false};
const struct refusal refusal_own_month = {"month-in-limit", 422, S_wallet_refused_own_month, false};
const struct refusal refusal_signature = {"bad-signature", 401, S_wallet_refused_signature, false};
const struct refusal refusal_contradiction = {"contradiction", 409, S_wallet_refused_contradiction, true};
const struct refusal refusal_unknown_order = {"unknown-order", 404, S_wallet_refused_unknown_order, false};

static const struct refusal not_enough = {"not-enough-money", 422, S_wallet_refused_not_enough, false};
static const struct refusal operation_limit = {"sum-too-large", 422, S_wallet_refused_operation_limit, false};
static const struct refusal day_limit = {"day-limit", 422, S_wallet_refused_day_limit, false};
static const struct refusal month_limit = {"month-limit", 422, S_wallet_refused_month_limit, false};
static const struct refusal recipient_balance = {"recipient-balance-limit", 422, S_wallet_refused_recipient_balance,
                                                 false};
static const struct refusal recipient_month = {"recipient-month-limit", 422, S_wallet_refused_recipient_month, false};
static const struct refusal recipient_closed = {"recipient-closed", 422, S_wallet_refused_recipient_closed, false};
static const struct refusal frozen = {"account-frozen", 422, S_wallet_refused_frozen, false};
static const struct refusal closed = {"account-closed", 422, S_wallet_refused_closed, false};
static const struct refusal bad_sum = {"bad-sum", 422, S_wallet_refused_bad_sum, false};
static const struct refusal same_account = {"same-account", 422, S_wallet_refused_same_account, false};

static const struct refusal *refusal_of(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_SAME_ACCOUNT: return &same_account;
    case LEDGER_BAD_SUM: return &bad_sum;
    case LEDGER_CLOSED: return &closed;
    case LEDGER_FROZEN: return &frozen;
    case LEDGER_OPERATION_LIMIT: return &operation_limit;
    case LEDGER_NOT_ENOUGH: return &not_enough;
    case LEDGER_DAY_LIMIT: return &day_limit;
    case LEDGER_MONTH_LIMIT: return &month_limit;
    case LEDGER_NO_ACCOUNT:
    case LEDGER_RECIPIENT_CLOSED: return &recipient_closed;
    case LEDGER_RECIPIENT_BALANCE_LIMIT: return &recipient_balance;
    case LEDGER_RECIPIENT_MONTH_LIMIT: return &recipient_month;
    case LEDGER_OK:
    case LEDGER_HOLD_MISSING:
    case LEDGER_HOLD_TOO_SMALL:
    case LEDGER_NOT_REVERSIBLE: break;
    }
    check(!"a transfer is never refused so");
    return NULL;
}

/* What the person may know of it: how much is missing, or what the limit still allows. */
static struct money figure_of(enum ledger_refusal refusal, const struct account *account,
                              const struct limit_report *limits, struct money sum) {
    switch (refusal) {
    case LEDGER_NOT_ENOUGH: return rub(sum.minor - (account->balance - account->held));
    case LEDGER_OPERATION_LIMIT: return rub(limits->operation_max);
    case LEDGER_DAY_LIMIT: return rub(limits->day_out.rest);
    case LEDGER_MONTH_LIMIT: return rub(limits->month_out.rest);
    default: return rub(0);
    }
}

enum flow wallet_refuse(struct request *request, struct tx *tx, enum ledger_refusal refusal, int64_t account_id,
                        struct money sum) {
    struct ledger *ledger = engine_ledger(request->engine);
    struct account account;
    if (!ledger_account(ledger, tx, account_id, &account)) return refuse(request, &closed);
    struct limit_report limits = ledger_limits(ledger, tx, &account);
    struct node *figures = doc_new(request->arena);
    doc_money(figures, "sum", figure_of(refusal, &account, &limits, sum));
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    *argument = (struct string_argument){"sum", doc_get(figures, "sum")};
    return refuse_with(request, refusal_of(refusal), argument, 1);
}

enum flow wallet_refuse_sum(struct request *request, const struct refusal *refusal, int64_t bound_minor) {
    struct node *figures = doc_new(request->arena);
    doc_money(figures, "sum", rub(bound_minor));
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    *argument = (struct string_argument){"sum", doc_get(figures, "sum")};
    return refuse_with(request, refusal, argument, 1);
}

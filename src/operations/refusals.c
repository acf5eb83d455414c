/* refusals.c: every way in which money does not move, each told apart: what happened and what to do (domain.md,
 * «Refusals to tell apart»). The problem type is the ledger's own name of it. */
#include "operations/operations.h"

#include "base/check.h"
#include "generated/strings_operations.h"
#include "identity/secrets.h"

static const struct refusal not_enough = {"not-enough-money", 422, S_operations_refused_not_enough, false};
static const struct refusal operation_limit = {"sum-too-large", 422, S_operations_refused_operation_limit, false};
static const struct refusal day_limit = {"day-limit", 422, S_operations_refused_day_limit, false};
static const struct refusal month_limit = {"month-limit", 422, S_operations_refused_month_limit, false};
static const struct refusal recipient_balance = {"recipient-balance-limit", 422, S_operations_refused_recipient_balance,
                                                 false};
static const struct refusal recipient_month = {"recipient-month-limit", 422, S_operations_refused_recipient_month,
                                               false};
static const struct refusal recipient_closed = {"recipient-closed", 422, S_operations_refused_recipient_closed, false};
static const struct refusal frozen = {"account-frozen", 422, S_operations_refused_frozen, false};
static const struct refusal closed = {"account-closed", 422, S_operations_refused_closed, false};
static const struct refusal bad_sum = {"bad-sum", 422, S_operations_refused_bad_sum, false};
static const struct refusal same_account = {"same-account", 422, S_operations_refused_same_account, false};

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

enum flow operations_refuse(struct request *request, struct tx *tx, enum ledger_refusal refusal, int64_t account_id,
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

enum flow operations_refuse_sum(struct request *request, const struct refusal *refusal, int64_t bound_minor) {
    struct node *figures = doc_new(request->arena);
    doc_money(figures, "sum", rub(bound_minor));
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    *argument = (struct string_argument){"sum", doc_get(figures, "sum")};
    return refuse_with(request, refusal, argument, 1);
}

enum flow operations_refuse_cooling(struct request *request, const struct cooling *cooling) {
    static const struct refusal refusal = {"cooling", 422, S_operations_refused_cooling, false};
    struct node *values = doc_new(request->arena);
    struct string_argument *arguments = arena_array(request->arena, struct string_argument, 2);
    doc_money(values, "sum", rub(cooling->left));
    doc_moment(values, "until", cooling->until);
    arguments[0] = (struct string_argument){"sum", doc_get(values, "sum")};
    arguments[1] = (struct string_argument){"until", doc_get(values, "until")};
    return refuse_with(request, &refusal, arguments, 2);
}

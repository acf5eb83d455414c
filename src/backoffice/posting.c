/* posting.c: a manual posting between two ledger accounts: asked for by one of finance with its reason, done in the
 * command in which another confirms it (BO-2). */
#include "backoffice/internal.h"

#include "ledger/ledger.h"

static const struct refusal impossible = {"posting-impossible", 409, S_backoffice_posting_impossible, false};
static const struct refusal no_account = {"account-unknown", 422, S_backoffice_posting_no_account, false};

enum flow posting_page(struct request *request, struct tx *tx) {
    (void)tx;
    return answer_ok(request, doc_new(request->arena));
}

enum flow posting_ask(struct request *request, struct tx *tx) {
    struct ledger *ledger = engine_ledger(request->engine);
    int64_t from = field_number(request, "from"), to = field_number(request, "to");
    struct account payer, payee;
    struct money sum = field_money(request, "sum");
    if (!ledger_account(ledger, tx, from, &payer)) return refuse_at(request, "from", &no_account);
    if (!ledger_account(ledger, tx, to, &payee) || from == to) return refuse_at(request, "to", &no_account);
    struct text data = text_format(request->arena, "%lld %lld %lld", (long long)from, (long long)to,
                                   (long long)sum.minor);
    struct text summary = text_format(request->arena, "%lld → %lld, %lld.%02lld: %.*s", (long long)from, (long long)to,
                                      (long long)(sum.minor / 100), (long long)(sum.minor % 100),
                                      TEXT_ARG(field_text(request, "reason")));
    int64_t customer = payer.owner != 0 ? payer.owner : payee.owner;
    int64_t approval = approval_ask(request, tx, "backoffice.posting", customer, 0, data, summary);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", approval);
    return answer_done(request, document, TEXT("/staff/approvals"));
}

static bool posting_read(const struct approval *approval, struct transfer *transfer) {
    struct text rest = approval->data;
    struct text first = text_split(rest, ' ', &rest), second = text_split(rest, ' ', &rest);
    *transfer = (struct transfer){
        .kind = BACKOFFICE_POSTING, .subject = approval->id, .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    return text_to_int(first, &transfer->from) && text_to_int(second, &transfer->to) &&
           text_to_int(rest, &transfer->sum.minor);
}

/* Both balances before and after, and whether either account is frozen or closed by now. */
void posting_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct transfer transfer;
    const struct locale *locale = &request->locale;
    if (!posting_read(approval, &transfer)) return;
    const int64_t ids[] = {transfer.from, transfer.to}, moves[] = {-transfer.sum.minor, transfer.sum.minor};
    const string_id titles[] = {S_backoffice_posting_from, S_backoffice_posting_to};
    for (size_t i = 0; i < 2; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(request->engine), tx, ids[i], &account)) continue;
        string_id state = account.closed ? S_backoffice_closed : S_backoffice_frozen;
        approval_fact(facts, locale, titles[i], text_format(request->arena, "%lld", (long long)account.id));
        approval_change(facts, locale, S_backoffice_balance, (struct money){account.balance, account.currency},
                        (struct money){account.balance + moves[i], account.currency});
        if (account.closed || account.frozen)
            approval_fact(facts, locale, S_backoffice_account, string_get(request->arena, locale, state, NULL, 0));
    }
}

const struct refusal *posting_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct transfer transfer;
    struct account payer;
    int64_t id = 0;
    if (!posting_read(approval, &transfer) ||
        !ledger_account(engine_ledger(request->engine), tx, transfer.from, &payer))
        return &impossible;
    transfer.sum.currency = payer.currency;
    return ledger_transfer(engine_ledger(request->engine), tx, &transfer, &id) == LEDGER_OK ? NULL : &impossible;
}

/* payout.c: money out to a customer's own bound card. It leaves the account for one of ours, "on its way", in the
 * command that orders it; the bank is told and asked under the payout's own id until it says paid or declined, so it
 * is never paid twice and always ends. Only what the bank says twice, or has never heard of, comes back. */
#include "acquiring/card.h"
#include "acquiring/internal.h"

#define WATCH (30 * DAY) /* then it is asked on, and the trail says how long nothing was heard */

enum { PURPOSE_CARD_PAYOUTS = 4 };   /* ledger account.purpose: left the customer, not yet the bank */
enum { KIND_CARD_PAYOUT_OUT = 390 }; /* on its way → acquirer; no customer's */

#define PAYOUT "customer, card, account, sum, kind, subject, state, transfer, operation, reason"

STATEMENT(insert, "INSERT INTO card_payout (id, customer, card, account, sum, kind, subject, state, transfer, "
                  "operation) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, 0)");
STATEMENT(find, "SELECT " PAYOUT " FROM card_payout WHERE customer = $1 AND id = $2");
STATEMENT(find_lock, "SELECT " PAYOUT " FROM card_payout WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(finish, "UPDATE card_payout SET state = $3, operation = $4, reason = $5, reference = $6, ended = $7 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(open_any, "SELECT COUNT(*) FROM card_payout WHERE customer = $1 AND state = 1");
STATEMENT(open_card, "SELECT COUNT(*) FROM card_payout WHERE customer = $1 AND state = 1 AND card = $2");
STATEMENT(latest, "SELECT id, card, sum, state, reason FROM card_payout WHERE customer = $1 "
                  "ORDER BY id DESC LIMIT 500");
STATEMENT(account_select, "SELECT account FROM acquiring_system WHERE name = 'payouts'");
STATEMENT(account_insert, "INSERT INTO acquiring_system (name, account) VALUES ('payouts', $1)");

struct payout {
    int64_t id, customer, card, account, sum, subject, transfer, operation;
    int kind;
    enum card_payout_state state;
    struct text reason;
};

static const char *state_name(enum card_payout_state state) {
    static const char *const names[] = {"", "sent", "paid", "refused", "stuck"};
    return names[state];
}

static bool find_payout(struct tx *tx, int64_t customer, int64_t id, struct payout *payout) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &find_lock : &find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found)
        *payout = (struct payout){.id = id,
                                  .customer = row_int(rows, 0),
                                  .card = row_int(rows, 1),
                                  .account = row_int(rows, 2),
                                  .sum = row_int(rows, 3),
                                  .kind = (int)row_int(rows, 4),
                                  .subject = row_int(rows, 5),
                                  .state = (enum card_payout_state)row_int(rows, 6),
                                  .transfer = row_int(rows, 7),
                                  .operation = row_int(rows, 8),
                                  .reason = row_null(rows, 9) ? TEXT_NONE : row_copy(rows, 9, tx_arena(tx))};
    rows_end(rows);
    return found;
}

/* In commands. Never below zero: it holds what was put on it. */
static int64_t on_its_way(struct engine *engine, struct tx *tx) {
    int64_t account = 0;
    struct rows *rows = tx_query(tx, &account_select, NO_VALUES);
    if (rows_next(rows)) account = row_int(rows, 0);
    rows_end(rows);
    if (account != 0) return account;
    const struct account template = {
        .purpose = PURPOSE_CARD_PAYOUTS, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &account_insert, VALUES(V_INT(account)));
    return account;
}

/* ---- ordering ---- */

static void ask(struct engine *engine, struct tx *tx, const struct payout *payout, struct text payload) {
    moment now = world_now(tx_world(tx));
    outbox_add(engine, tx, "acquirer.payout", payout->customer, payout->id, payload, now, now + WATCH);
}

enum ledger_refusal card_payout_begin(struct engine *engine, struct tx *tx, const struct card_payout *wanted,
                                      int64_t *id) {
    struct bank_card card;
    if (acquiring_bank(engine) == NULL || !bank_card_find(engine, tx, wanted->customer, wanted->card, &card) ||
        !bank_card_good(engine, &card) || bank_card_name(engine, tx, &card) != NAME_OWN)
        return LEDGER_NO_ACCOUNT;
    struct payout payout = {.id = world_id(tx_world(tx)), .customer = wanted->customer};
    const struct transfer transfer = {.from = wanted->account,
                                      .to = on_its_way(engine, tx),
                                      .sum = rub(wanted->sum),
                                      .kind = wanted->kind,
                                      .subject = wanted->subject != 0 ? wanted->subject : payout.id};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &payout.transfer);
    if (refusal != LEDGER_OK) return refusal;
    tx_run(tx, &insert,
           VALUES(V_INT(payout.id), V_INT(payout.customer), V_INT(card.id), V_INT(wanted->account), V_INT(wanted->sum),
                  V_INT(wanted->kind), V_INT(wanted->subject), V_INT(payout.transfer)));
    ask(engine, tx, &payout,
        text_format(tx_arena(tx), "%lld %.*s", (long long)wanted->sum, TEXT_ARG(card.token)));
    *id = payout.id;
    return LEDGER_OK;
}

bool card_payout_told(struct tx *tx, int64_t customer, int64_t id, struct card_payout_told *told) {
    struct payout payout;
    if (!find_payout(tx, customer, id, &payout)) return false;
    *told = (struct card_payout_told){.state = state_name(payout.state),
                                      .final = payout.state != CARD_PAYOUT_SENT,
                                      .paid = payout.state == CARD_PAYOUT_PAID,
                                      .sum = payout.sum,
                                      .operation = payout.operation != 0 ? payout.operation : payout.transfer,
                                      .reason = payout.reason};
    return true;
}

bool card_payouts_open(struct tx *tx, int64_t customer, int64_t card) {
    struct rows *rows = card != 0 ? tx_query(tx, &open_card, VALUES(V_INT(customer), V_INT(card)))
                                  : tx_query(tx, &open_any, VALUES(V_INT(customer)));
    bool open = rows_next(rows) && row_int(rows, 0) > 0;
    rows_end(rows);
    return open;
}

/* ---- asking ---- */

struct asking {
    const struct acquirer *bank;
    struct arena *arena;
    int64_t id;
    struct money sum;
    struct text token;
    moment now;
    struct text *reply;
};

/* NO_SUCH when they have never heard of the payout; else as it was heard, *said with what it means. */
static enum acquirer_heard standing(const struct asking *asking, enum payout_said *said) {
    struct acquirer_payout_news news;
    enum acquirer_heard heard = acquirer_payout_status(asking->bank, asking->arena, asking->id, asking->now,
                                                       asking->reply);
    *said = PAYOUT_NONSENSE;
    if (heard == ACQUIRER_TOLD)
        *said = acquirer_payout_read(asking->bank, asking->arena, *asking->reply, asking->id, asking->sum, &news);
    return heard;
}

/* Of what they said when asked. A "declined" counts when it is said twice. */
static enum outbox_verdict verdict_of(const struct asking *asking, enum payout_said said) {
    enum payout_said again;
    if (said == PAYOUT_PAID) return OUTBOX_DONE;
    if (said != PAYOUT_DECLINED || standing(asking, &again) != ACQUIRER_TOLD || again != said) return OUTBOX_AGAIN;
    return OUTBOX_REFUSED;
}

/* Told. "No such card" counts when they have not heard of the payout either: an earlier telling, whose answer never
 * came, may have gone through. */
static enum outbox_verdict tell_them(const struct asking *asking) {
    struct acquirer_payout_news news;
    enum payout_said said;
    enum acquirer_heard heard = acquirer_payout(asking->bank, asking->arena, asking->id, asking->token, asking->sum,
                                                asking->now, asking->reply);
    if (heard == ACQUIRER_SILENT) return OUTBOX_AGAIN;
    if (heard == ACQUIRER_TOLD) {
        said = acquirer_payout_read(asking->bank, asking->arena, *asking->reply, asking->id, asking->sum, &news);
        return verdict_of(asking, said);
    }
    switch (standing(asking, &said)) {
    case ACQUIRER_TOLD: return verdict_of(asking, said);
    case ACQUIRER_NO_SUCH: return OUTBOX_REFUSED;
    case ACQUIRER_NO:
    case ACQUIRER_SILENT: break;
    }
    return OUTBOX_AGAIN;
}

/* payload: the sum and the token. Tried before, it is asked for first. */
enum outbox_verdict payout_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    struct text token, first = text_split(item->payload, ' ', &token);
    enum payout_said said;
    struct asking asking = {.bank = acquiring_bank(engine), .arena = arena, .id = item->subject, .token = token,
                            .now = world_now(engine_world(engine)), .reply = reply};
    int64_t sum;
    if (asking.bank == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(first, &sum)) return OUTBOX_AGAIN;
    asking.sum = rub(sum);
    enum acquirer_heard heard = item->attempt > 1 ? standing(&asking, &said) : ACQUIRER_NO_SUCH;
    if (heard == ACQUIRER_TOLD) return verdict_of(&asking, said);
    return heard == ACQUIRER_NO_SUCH ? tell_them(&asking) : OUTBOX_AGAIN;
}

/* ---- what became of it ---- */

static void end(struct engine *engine, struct tx *tx, const struct payout *payout, enum card_payout_state state,
                int64_t operation, const struct acquirer_payout_news *news) {
    tx_run(tx, &finish,
           VALUES(V_INT(payout->customer), V_INT(payout->id), V_INT(state), V_INT(operation), V_TEXT(news->reason),
                  V_TEXT(news->reference), V_INT(world_now(tx_world(tx)))));
    const struct event event = {.kind = EVENT_CARD_PAYOUT,
                                .customer = payout->customer,
                                .number = payout->id,
                                .code = payout->kind};
    engine_emit(engine, tx, &event);
    engine_notify(engine, tx, payout->customer, "payout");
}

static void paid(struct engine *engine, struct tx *tx, const struct payout *payout,
                 const struct acquirer_payout_news *news) {
    int64_t operation;
    const struct transfer out = {.from = on_its_way(engine, tx),
                                 .to = acquiring_account(engine, tx),
                                 .sum = rub(payout->sum),
                                 .kind = KIND_CARD_PAYOUT_OUT,
                                 .subject = payout->id,
                                 .cause = payout->transfer};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &out, &operation);
    if (refusal != LEDGER_OK) tx_give_up(tx, "a payout on its way is not on its account");
    end(engine, tx, payout, CARD_PAYOUT_PAID, 0, news);
}

static void refused(struct engine *engine, struct tx *tx, const struct payout *payout,
                    const struct acquirer_payout_news *news) {
    int64_t back = 0;
    enum ledger_refusal refusal = ledger_reverse(engine_ledger(engine), tx, payout->transfer, payout->account,
                                                 rub(payout->sum), payout->kind, &back);
    bool returned = refusal == LEDGER_OK;
    if (!returned) /* the account was closed meanwhile: people must say where it goes */
        engine_audit(engine, tx, 0, payout->customer, "acquiring.payout_stuck",
                     text_format(tx_arena(tx), "%lld: %s", (long long)payout->id, ledger_refusal_name(refusal)));
    end(engine, tx, payout, returned ? CARD_PAYOUT_REFUSED : CARD_PAYOUT_STUCK, returned ? back + 1 : 0, news);
}

void payout_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply) {
    struct payout payout;
    struct acquirer_payout_news news;
    if (!find_payout(tx, item->owner, item->subject, &payout) || payout.state != CARD_PAYOUT_SENT) return;
    acquirer_payout_read(acquiring_bank(engine), tx_arena(tx), reply, payout.id, rub(payout.sum), &news);
    if (verdict == OUTBOX_DONE) {
        paid(engine, tx, &payout, &news);
    } else if (verdict == OUTBOX_REFUSED) {
        if (news.said != PAYOUT_DECLINED) news.reason = TEXT("unknown"); /* of a card or a payout they know nothing */
        refused(engine, tx, &payout, &news);
    } else { /* silence ends nothing: the money may be there */
        engine_audit(engine, tx, 0, payout.customer, "acquiring.payout_silent",
                     text_format(tx_arena(tx), "%lld", (long long)payout.id));
        ask(engine, tx, &payout, item->payload);
    }
}

void payouts_own_data(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &latest, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("card_payout"));
        doc_id(node, "id", row_int(rows, 0));
        doc_id(node, "card", row_int(rows, 1));
        doc_money(node, "sum", rub(row_int(rows, 2)));
        doc_text(node, "state", text_from(state_name((enum card_payout_state)row_int(rows, 3))));
        doc_text(node, "reason", row_null(rows, 4) ? TEXT_NONE : row_text(rows, 4));
    }
}

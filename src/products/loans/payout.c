/* payout.c: the money goes out: when the law lets it, to the card that he has chosen, one in his own name (LO-3). A
 * bank that refuses has him choose another; where none takes it in time, or he changes his mind, there is no loan. */
#include "acquiring/bound_card.h"
#include "products/loans/repay.h"

#include "base/check.h"

#define PIECE 50

STATEMENT(ready, "SELECT customer, id FROM loan WHERE state = 1 AND ready_at <= $1 AND card > 0 ORDER BY ready_at "
                 "LIMIT $2");
STATEMENT(overdue, "SELECT customer, id FROM loan WHERE state = 1 AND ready_at <= $1 ORDER BY ready_at LIMIT $2");
STATEMENT(by_payout, "SELECT id FROM loan WHERE customer = $1 AND payout = $2");

static const struct refusal on_its_way = {"loan-sent", 409, S_loans_refused_sent, false};
static const struct refusal frozen = {"account-frozen", 422, S_loans_refused_frozen, false};
static const struct refusal no_card = {"no-card", 422, S_loans_refused_card, false};

struct waiting {
    int64_t customer, id;
};

static size_t waiting_of(struct tx *tx, struct statement *statement, moment until, struct waiting *found) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(until), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++)
        found[count] = (struct waiting){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

static bool is_frozen(struct engine *engine, struct tx *tx, int64_t customer) {
    struct customer found;
    return !identity_customer(engine, tx, customer, &found) || found.frozen;
}

static void send(struct engine *engine, struct tx *tx, struct credit *credit) {
    const struct card_payout wanted = {.customer = credit->customer,
                                       .card = credit->card,
                                       .account = credit->account,
                                       .sum = credit->sum,
                                       .kind = KIND_LOAN_ISSUE,
                                       .subject = credit->id};
    if (is_frozen(engine, tx, credit->customer)) { /* somebody else may have signed: he chooses again when it is his */
        credit->card = 0;
    } else if (card_payout_begin(engine, tx, &wanted, &credit->payout) == LEDGER_OK) {
        credit->state = CREDIT_SENDING;
    } else { /* removed meanwhile, or expired, or another's name */
        credit->card = 0;
        credit_tell(engine, tx, credit, S_loans_told_card, credit->sum, 0);
    }
    credit_update(tx, credit);
    engine_notify(engine, tx, credit->customer, "loan");
}

void credit_void(struct engine *engine, struct tx *tx, struct credit *credit) {
    credit->state = CREDIT_VOID;
    credit->closed = loans_today(engine);
    credit->closed_at = world_now(tx_world(tx));
    credit_update(tx, credit);
    credit_account_close(engine, tx, credit);
    engine_notify(engine, tx, credit->customer, "loan");
}

bool loans_payouts_job(struct engine *engine, struct tx *tx) {
    struct waiting found[PIECE];
    struct credit credit;
    moment now = world_now(engine_world(engine));
    size_t old = waiting_of(tx, &overdue, now - loans_settings(engine)->payout_life, found);
    for (size_t i = 0; i < old; i++) {
        if (!credit_find(tx, found[i].customer, found[i].id, &credit) || credit.state != CREDIT_WAITS) continue;
        credit_void(engine, tx, &credit);
        credit_tell(engine, tx, &credit, S_loans_told_void, credit.sum, 0);
    }
    size_t count = waiting_of(tx, &ready, now, found);
    for (size_t i = 0; i < count; i++)
        if (credit_find(tx, found[i].customer, found[i].id, &credit) && credit.state == CREDIT_WAITS)
            send(engine, tx, &credit);
    return old == PIECE || count == PIECE;
}

/* ---- what became of it ---- */

/* What was paid too much went back, or did not. */
static void left_told(struct engine *engine, struct tx *tx, const struct event *event,
                      const struct card_payout_told *told) {
    struct credit credit;
    if (!credit_of_back(tx, event->customer, event->number, &credit)) return;
    credit_back_ended(tx, &credit);
    if (told->paid) credit_account_close(engine, tx, &credit);
    else credit_tell(engine, tx, &credit, S_loans_told_left_refused, told->sum, 0);
    engine_notify(engine, tx, credit.customer, "loan");
}

void loans_payout_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct card_payout_told told;
    struct credit credit;
    if (!card_payout_told(tx, event->customer, event->number, &told) || !told.final) return;
    struct rows *rows = tx_query(tx, &by_payout, VALUES(V_INT(event->customer), V_INT(event->number)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (id == 0) {
        left_told(engine, tx, event, &told);
        return;
    }
    if (!credit_find(tx, event->customer, id, &credit) || credit.state != CREDIT_SENDING) return;
    if (told.paid) {
        credit_issue(engine, tx, &credit, loans_today(engine));
        credit_tell(engine, tx, &credit, S_loans_told_issued, credit.sum, 0);
    } else {
        credit.state = CREDIT_WAITS;
        credit.card = credit.payout = 0;
        credit_update(tx, &credit);
        credit_tell(engine, tx, &credit, S_loans_told_card, credit.sum, 0);
    }
    engine_notify(engine, tx, credit.customer, "loan");
}

/* ---- what he does while it waits ---- */

/* A good card in his own name. */
bool credit_card_good(struct engine *engine, struct tx *tx, int64_t customer, int64_t card) {
    struct bound_card found;
    return bound_card_find(engine, tx, customer, card, &found) && found.own;
}

void credit_cards_tell(struct engine *engine, struct tx *tx, int64_t customer, int64_t chosen, bool own,
                       struct node *list) {
    struct bound_card cards[BOUND_CARDS_MAX];
    size_t count = bound_cards_of(engine, tx, customer, cards, BOUND_CARDS_MAX);
    for (size_t i = 0; i < count; i++) {
        if (own && !cards[i].own) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", cards[i].id);
        doc_text(node, "value", text_format(list->arena, "%lld", (long long)cards[i].id));
        doc_text(node, "title", text_copy(list->arena, cards[i].mask));
        doc_bool(node, "chosen", cards[i].id == chosen);
    }
}

static enum flow done(struct request *request, struct tx *tx, const struct credit *credit) {
    struct node *document = doc_new(request->arena);
    credit_tell_row(request, tx, credit, document);
    engine_notify(request->engine, tx, credit->customer, "loan");
    return answer_done(request, document, credit_address(request, credit, ""));
}

/* POST /loans/{id}/card */
enum flow credit_card_write(struct request *request, struct tx *tx) {
    struct credit credit;
    int64_t card = field_number(request, "card");
    if (!credit_asked(request, tx, &credit)) return answer_missing(request);
    if (credit.state != CREDIT_WAITS) return refuse(request, &on_its_way);
    if (is_frozen(request->engine, tx, credit.customer)) return refuse(request, &frozen);
    if (!credit_card_good(request->engine, tx, credit.customer, card)) return refuse(request, &no_card);
    credit.card = card;
    credit_update(tx, &credit);
    return done(request, tx, &credit);
}

/* POST /loans/{id}/cancel */
enum flow credit_cancel_write(struct request *request, struct tx *tx) {
    struct credit credit;
    if (!credit_asked(request, tx, &credit)) return answer_missing(request);
    if (credit.state == CREDIT_VOID) return done(request, tx, &credit);
    if (credit.state != CREDIT_WAITS) return refuse(request, &on_its_way);
    credit_void(request->engine, tx, &credit);
    return done(request, tx, &credit);
}

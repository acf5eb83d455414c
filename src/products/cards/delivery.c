/* delivery.c: where cards are handed over in person (ID-6): made, sent, at the office or with a courier, handed over.
 * Staff say so, on the page of the card's task; its holder reads it on the card's page and is told of each. What was
 * handed over works from his first sign-in by a device of his own (ID-8): so a card that strays on its way, and whoever
 * has only the card, buy nothing. */
#include "products/cards/cards.h"

#include "identity/secrets.h"

static const struct refusal not_yours = {"task-not-yours", 403, S_cards_staff_take, false};
static const struct refusal not_next = {"not-in-this-state", 409, S_cards_staff_not_next, false};

STATEMENT(step_add, "INSERT INTO card_delivery (customer, card, at, state, staff) VALUES ($1, $2, $3, $4, $5) "
                    "ON CONFLICT (customer, card, at, state) DO NOTHING");
STATEMENT(steps, "SELECT at, state FROM card_delivery WHERE customer = $1 AND card = $2 ORDER BY at, state LIMIT 50");
STATEMENT(waiting, "SELECT customer, id FROM card WHERE customer = $1 AND state = 1 AND delivery = 5 LIMIT 100");
STATEMENT(whose, "SELECT customer FROM card WHERE id = $1 AND delivery <> 0");

string_id delivery_words(enum delivery state) {
    static const string_id words[DELIVERY_COUNT] = {
        [DELIVERY_NONE] = S_none,
        [DELIVERY_MADE] = S_cards_delivery_made,
        [DELIVERY_SENT] = S_cards_delivery_sent,
        [DELIVERY_OFFICE] = S_cards_delivery_office,
        [DELIVERY_COURIER] = S_cards_delivery_courier,
        [DELIVERY_HANDED] = S_cards_delivery_handed,
    };
    return words[state];
}

static string_id told_words(enum delivery state) {
    static const string_id words[DELIVERY_COUNT] = {
        [DELIVERY_NONE] = S_none,
        [DELIVERY_MADE] = S_cards_told_made,
        [DELIVERY_SENT] = S_cards_told_on_its_way,
        [DELIVERY_OFFICE] = S_cards_told_office,
        [DELIVERY_COURIER] = S_cards_told_courier,
        [DELIVERY_HANDED] = S_cards_told_handed,
    };
    return words[state];
}

/* ---- a step ---- */

void delivery_step(struct engine *engine, struct tx *tx, struct card *card, enum delivery state, int64_t staff) {
    card->delivery = state;
    card_save(tx, card);
    tx_run(tx, &step_add,
           VALUES(V_INT(card->customer), V_INT(card->id), V_INT(world_now(tx_world(tx))), V_INT(state), V_INT(staff)));
    tell_card(engine, tx, card, told_words(state));
    if (state != DELIVERY_MADE) return;
    const struct locale locale = {.language = (enum language)engine_config(engine)->language};
    struct text summary = string_get(tx_arena(tx), &locale, S_cards_staff_delivery_summary, NULL, 0);
    queue_add(engine, tx, CARDS_DELIVERY_QUEUE, card->id, card->customer, summary, 0);
}

void delivery_end(struct engine *engine, struct tx *tx, const struct card *card) {
    if (card->delivery != DELIVERY_NONE && card->delivery != DELIVERY_HANDED)
        queue_finish(engine, tx, CARDS_DELIVERY_QUEUE, card->id, 0, "ended");
}

void delivery_tell(struct request *request, struct tx *tx, const struct card *card, struct node *document) {
    bool under_way = card->delivery != DELIVERY_NONE;
    doc_text(document, "delivery", under_way ? text_from(delivery_name(card->delivery)) : TEXT_NONE);
    doc_bool(document, "handed", card->delivery == DELIVERY_HANDED);
    struct node *list = doc_array(document, "steps");
    if (!under_way) return;
    struct rows *rows = tx_query(tx, &steps, VALUES(V_INT(card->customer), V_INT(card->id)));
    while (rows_next(rows)) {
        enum delivery state = (enum delivery)row_int(rows, 1);
        struct node *step = doc_add_object(list);
        doc_text(step, "state", text_from(delivery_name(state)));
        doc_text(step, "title", string_get(request->arena, &request->locale, delivery_words(state), NULL, 0));
        doc_moment(step, "at", row_int(rows, 0));
    }
    rows_end(rows);
}

void delivery_device(struct engine *engine, struct tx *tx, int64_t customer) {
    struct card_key due[CARDS_PIECE];
    size_t count = cards_due(tx, &waiting, customer, due);
    for (size_t i = 0; i < count; i++) {
        struct card card;
        bool waits = card_find(engine, tx, customer, due[i].id, &card) && card.state == CARD_ORDERED &&
                     card.delivery == DELIVERY_HANDED;
        if (waits) card_activate(engine, tx, &card);
    }
}

/* ---- staff ---- */

/* FLOW_NEXT: it is on its way, and its task is the caller's. */
static enum flow find(struct request *request, struct tx *tx, struct card *card) {
    int64_t id = 0, customer = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct rows *rows = tx_query(tx, &whose, VALUES(V_INT(id)));
    if (rows_next(rows)) customer = row_int(rows, 0);
    rows_end(rows);
    if (customer == 0 || !card_find(request->engine, tx, customer, id, card) || card->delivery == DELIVERY_NONE)
        return answer_missing(request);
    int64_t owner = queue_owner(tx, CARDS_DELIVERY_QUEUE, id);
    if (owner < 0) return answer_missing(request);
    return owner == request->caller.staff ? FLOW_NEXT : refuse(request, &not_yours);
}

/* GET /staff/card-orders/{id} */
enum flow staff_order_read(struct request *request, struct tx *tx) {
    struct card card;
    if (find(request, tx, &card) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    card_tell(request, &card, document);
    delivery_tell(request, tx, &card, document);
    doc_id(document, "customer", card.customer);
    doc_text(document, "address", text_copy(request->arena, card_address(request->engine, tx, &card)));
    struct node *next = doc_array(document, "next");
    for (int i = 0; i < DELIVERY_COUNT; i++) {
        if (!delivery_may(card.delivery, (enum delivery)i)) continue;
        struct node *option = doc_add_object(next);
        doc_text(option, "value", text_from(delivery_name((enum delivery)i)));
        doc_text(option, "title",
                 string_get(request->arena, &request->locale, delivery_words((enum delivery)i), NULL, 0));
    }
    doc_bool(document, "last", delivery_may(card.delivery, DELIVERY_HANDED));
    engine_note(request, card.customer, "cards.order.seen", TEXT_NONE);
    return answer_ok(request, document);
}

/* Whose passport was seen is known better than by his answers. */
static void know_better(struct engine *engine, struct tx *tx, int64_t customer) {
    struct customer holder;
    enum level level = (enum level)(cards_state_of(engine)->settings->handed_level + LEVEL_MINIMAL);
    if (identity_customer(engine, tx, customer, &holder) && holder.level < level)
        identity_level_set(engine, tx, customer, level);
}

/* POST /staff/card-orders/{id}: pressed again, it stands as it stood. */
enum flow staff_order_write(struct request *request, struct tx *tx) {
    struct card card;
    struct engine *engine = request->engine;
    enum delivery state = (enum delivery)(field_number(request, "state") + DELIVERY_SENT);
    if (find(request, tx, &card) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool handed = state == DELIVERY_HANDED;
    if (state != card.delivery) {
        if (!delivery_may(card.delivery, state)) return refuse(request, &not_next);
        if (handed && field_number(request, "checked") == 0)
            return refuse_field(request, "checked", S_cards_staff_checked_missing);
        delivery_step(engine, tx, &card, state, request->caller.staff);
        audit_record(request, card.customer, "cards.order.moved", text_from(delivery_name(state)));
    }
    if (handed) {
        know_better(engine, tx, card.customer);
        queue_finish(engine, tx, CARDS_DELIVERY_QUEUE, card.id, request->caller.staff, "handed");
    }
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", card.id);
    doc_text(document, "delivery", text_from(delivery_name(state)));
    return answer_done(request, document,
                       handed ? TEXT("/staff/tasks")
                              : text_format(request->arena, "/staff/card-orders/%lld", (long long)card.id));
}

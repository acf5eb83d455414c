/* staff.c: a customer's cards as staff see them: a section on his card, and blocking one with a reason. And the queue
 * of what our own account has paid to processing (clearing.c). */
#include "products/cards/cards.h"


#define WHO_BLOCKS (ROLE_SUPPORT | ROLE_RISK)
#define REASON_LEAST 5

static const struct refusal ended = {"not-in-this-state", 409, S_cards_refused_state, false};

/* GET /staff/customers/{id}/cards */
enum flow staff_cards_read(struct request *request, struct tx *tx) {
    int64_t customer;
    if (!request_param_id(request, 0, &customer)) return answer_missing(request);
    struct sight sight = staff_sees(request, tx, customer);
    if (!sight.allowed) return staff_needs_reason(request, customer);
    struct card *cards = arena_array(request->arena, struct card, CARDS_MOST);
    size_t count = cards_of(request->engine, tx, customer, cards, CARDS_MOST);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "cards");
    doc_id(document, "customer", customer);
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(list);
        if (!sight.opened) cards[i].holder = mask_text(request->arena, cards[i].holder);
        card_tell(request, &cards[i], place);
        delivery_tell(request, tx, &cards[i], place);
        doc_moment(place, "made", id_moment(cards[i].id));
    }
    return answer_ok(request, document);
}

/* POST /staff/customers/{id}/cards: blocks the one that is named. */
enum flow staff_card_block(struct request *request, struct tx *tx) {
    int64_t customer, id;
    struct card card;
    if (!request_param_id(request, 0, &customer)) return answer_missing(request);
    if (!staff_sees(request, tx, customer).allowed) return staff_needs_reason(request, customer);
    if (!text_to_int(field_text(request, "card"), &id) || !card_find(request->engine, tx, customer, id, &card))
        return answer_missing(request);
    if (text_length_utf8(field_text(request, "reason")) < REASON_LEAST)
        return refuse_field(request, "reason", S_cards_staff_reason_missing);
    if (card_ended(card.state)) return refuse(request, &ended);
    bool said = field_given(request, "cause");
    card_block(request->engine, tx, &card,
               said ? (enum block_reason)(field_number(request, "cause") + BLOCK_LOST) : BLOCK_SUSPECTED);
    audit_record(request, customer, "cards.blocked", field_text(request, "reason"));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", card.id);
    return answer_done(request, document,
                       text_format(request->arena, "/staff/customers/%lld/cards", (long long)customer));
}

static void fill_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                      struct node *section) {
    (void)opened;
    struct arena *arena = section->arena;
    struct card *cards = arena_array(arena, struct card, CARDS_MOST);
    size_t count = cards_of(engine, tx, customer, cards, CARDS_MOST);
    int64_t good = 0;
    for (size_t i = 0; i < count; i++) good += !card_ended(cards[i].state);
    card_fact(section, locale, S_cards_staff_count, text_format(arena, "%lld", (long long)good),
              text_format(arena, "/staff/customers/%lld/cards", (long long)customer).data);
}

const struct card_section cards_card[] = {
    {S_cards_staff_title, WHO_BLOCKS, fill_card},
    {.fill = NULL},
};

static const struct task_outcome questioned_outcomes[] = {
    {"posted", S_cards_staff_posted},
    {"returned", S_cards_staff_returned},
    {"ours", S_cards_staff_ours},
    {.name = NULL},
};

const struct queue cards_queues[] = {{.name = "cards.questioned",
                                      .title = S_cards_staff_questioned,
                                      .roles = ROLE_FINANCE,
                                      .due_us = 5 * DAY,
                                      .outcomes = questioned_outcomes},
                                     {.name = "cards.disputes",
                                      .title = S_cards_staff_disputes,
                                      .roles = ROLE_FINANCE | ROLE_RISK,
                                      .due_us = 5 * DAY,
                                      .page = "/staff/card-disputes/"},
                                     {.name = CARDS_DELIVERY_QUEUE,
                                      .title = S_cards_staff_deliveries,
                                      .roles = ROLE_SUPPORT,
                                      .due_us = 10 * DAY,
                                      .page = "/staff/card-orders/"},
                                     {.name = NULL}};

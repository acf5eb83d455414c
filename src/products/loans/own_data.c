/* own_data.c: what is kept of a customer's loans: told to him; what stands in the way of his leaving. Whoever ever
 * signed a contract has his data kept for the law's years after the end, whether or not anybody identified him. */
#include "base/json.h"
#include "products/loans/repay.h"
#include "products/loans/staff.h"

#include <jansson.h>

#define TOLD 500 /* of each kind */

static void tell_input(struct node *node, const json_t *inputs, const char *name) {
    const json_t *value = json_object_get(inputs, name);
    if (json_is_integer(value)) doc_money(node, name, rub(json_integer_value(value)));
    else doc_null(node, name);
}

static void tell_applications(struct own_data *piece) {
    struct application *list = arena_array(tx_arena(piece->tx), struct application, TOLD);
    size_t count = applications_of(piece->engine, piece->tx, piece->customer, list, TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        const json_t *inputs = json_read(tx_arena(piece->tx), list[i].inputs);
        doc_text(node, "kind", TEXT("loan_application"));
        doc_id(node, "id", list[i].id);
        doc_text(node, "state", application_state_word(list[i].state));
        doc_money(node, "sum", rub(list[i].sum));
        doc_int(node, "term", list[i].term);
        tell_input(node, inputs, "income");
        tell_input(node, inputs, "payments");
        doc_moment(node, "asked", list[i].asked_at);
        if (list[i].decided_at != 0) doc_moment(node, "decided", list[i].decided_at);
        else doc_null(node, "decided");
    }
}

/* Its terms in words; the whole is its PDF. */
static void tell_contract(struct own_data *piece, const struct credit *credit) {
    struct contract_signed kept;
    if (!contract_signed_find(piece->engine, piece->tx, credit->customer, credit->application, &kept)) return;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("loan_contract"));
    doc_id(node, "loan", credit->id);
    doc_text(node, "digest", kept.digest);
    doc_text(node, "phone", kept.phone);
    doc_text(node, "how", kept.how);
    doc_text(node, "device", kept.device);
    doc_moment(node, "sent", kept.sent);
    doc_moment(node, "at", kept.made);
    contract_terms_tell(piece->list->arena, kept.document, doc_array(node, "terms"));
}

static void tell_extras(struct own_data *piece, const struct credit *credit, struct node *list) {
    struct credit_extra_chosen extras[CREDIT_EXTRAS];
    size_t count = credit_extras_of(piece->tx, credit->customer, credit->id, extras, CREDIT_EXTRAS);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "code", extras[i].code);
        doc_money(node, "price", rub(extras[i].price));
        if (extras[i].refused != 0) doc_moment(node, "refused", extras[i].refused);
        else doc_null(node, "refused");
    }
}

static void tell_credits(struct own_data *piece) {
    struct arena *arena = tx_arena(piece->tx);
    struct credit *credits = arena_array(arena, struct credit, TOLD);
    struct stored_event *events = arena_array(arena, struct stored_event, CREDIT_EVENTS_MOST);
    size_t count = credits_of(piece->tx, piece->customer, credits, TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        size_t told = credit_events_of(piece->tx, piece->customer, credits[i].id, events, CREDIT_EVENTS_MOST);
        doc_text(node, "kind", TEXT("loan"));
        doc_id(node, "id", credits[i].id);
        doc_text(node, "state", text_from(credit_state_name(credits[i].state)));
        doc_money(node, "sum", rub(credits[i].sum));
        doc_moment(node, "signed", credits[i].signed_at);
        tell_extras(piece, &credits[i], doc_array(node, "extras"));
        struct node *list = doc_array(node, "events");
        for (size_t k = 0; k < told; k++) {
            struct node *event = doc_add_object(list);
            doc_date(event, "day", date_from_days(events[k].event.day));
            doc_text(event, "kind", credit_event_name(events[k].event.kind));
            doc_money(event, "sum", rub(events[k].event.sum));
        }
        tell_contract(piece, &credits[i]);
    }
}

bool loans_own_data(struct own_data *piece) {
    tell_applications(piece);
    tell_credits(piece);
    return false;
}

void loans_obstacles(struct obstacles *obstacles) {
    struct credit *credits = arena_array(tx_arena(obstacles->tx), struct credit, TOLD);
    size_t count = credits_of(obstacles->tx, obstacles->customer, credits, TOLD);
    if (count > 0) obstacles->identified = true;
    for (size_t i = 0; i < count; i++) {
        struct credit_product product;
        struct node *values = doc_new(obstacles->list->arena);
        bool open = credits[i].state == CREDIT_WAITS || credits[i].state == CREDIT_SENDING ||
                    credits[i].state == CREDIT_RUNS;
        bool left = credit_left(obstacles->engine, obstacles->tx, &credits[i]) > 0;
        if ((!open && !left) || !credit_product_find(obstacles->tx, credits[i].product, &product)) continue;
        doc_text(values, "title", credit_product_title(&product, obstacles->locale->language));
        const struct string_argument argument = {"title", doc_get(values, "title")};
        obstacle_add(obstacles, left ? S_loans_leave_left : S_loans_leave, &argument, 1, "/loans");
    }
}

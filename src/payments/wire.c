/* wire.c: a payment's values and a rail's answers as JSON, for the row, the outbox's payload and its reply. */
#include "payments/internal.h"

#include "base/json.h"

#include <jansson.h>

static struct text written(const struct node *node) {
    struct buffer out = buffer_new(node->arena, 256);
    doc_write_json(node, &out);
    return buffer_text(&out);
}

static struct text text_of(struct arena *arena, const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

static int64_t number_of(const json_t *object, const char *name, int64_t fallback) {
    const json_t *value = json_object_get(object, name);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

/* ---- orders ---- */

static void tell_values(struct node *top, const struct payment_values *values) {
    struct node *list = doc_array(top, "values");
    for (size_t i = 0; i < values->count; i++) {
        struct node *value = doc_add_object(list);
        doc_text(value, "name", text_from(values->of[i].name));
        doc_text(value, "value", values->of[i].value);
    }
}

/* A card's number is told to the row and to the outbox alone (order_write). */
static void hear_values(struct arena *arena, const json_t *top, struct payment_values *values) {
    const json_t *list = json_object_get(top, "values");
    values->count = 0;
    for (size_t i = 0; i < json_array_size(list) && i < PROVIDER_FIELDS; i++) {
        const json_t *each = json_array_get(list, i);
        values->of[values->count++] =
            (struct osmp_field){text_of(arena, each, "name").data, text_of(arena, each, "value")};
    }
}

struct text payment_values_write(struct arena *arena, const struct payment_values *values) {
    struct node *top = doc_new(arena);
    tell_values(top, values);
    return written(top);
}

bool payment_values_read(struct arena *arena, struct text text, struct payment_values *values) {
    const json_t *top = json_read(arena, text);
    if (top == NULL) return false;
    hear_values(arena, top, values);
    return true;
}

struct text order_write(struct arena *arena, const struct payment *payment) {
    struct node *top = doc_new(arena);
    tell_values(top, &payment->values);
    if (payment->values.card.size > 0) doc_text(top, "card", payment->values.card);
    if (payment->values.number.size > 0) doc_text(top, "number", payment->values.number);
    doc_text(top, "name", payment->info.name);
    doc_text(top, "more", payment->info.more);
    doc_int(top, "bill", payment->info.bill);
    doc_int(top, "provider", payment->provider);
    doc_int(top, "sum", payment->sum);
    return written(top);
}

bool order_read(struct arena *arena, struct text text, struct payment *payment) {
    const json_t *top = json_read(arena, text);
    if (top == NULL) return false;
    hear_values(arena, top, &payment->values);
    payment->values.card = text_of(arena, top, "card");
    payment->values.number = text_of(arena, top, "number");
    payment->info = (struct payment_info){.name = text_of(arena, top, "name"),
                                          .more = text_of(arena, top, "more"),
                                          .bill = number_of(top, "bill", -1)};
    payment->provider = number_of(top, "provider", payment->provider);
    payment->sum = number_of(top, "sum", payment->sum);
    return true;
}

/* ---- answers ---- */

struct text answer_write(struct arena *arena, const struct rail_answer *answer) {
    struct node *top = doc_new(arena);
    doc_int(top, "verdict", answer->verdict);
    doc_int(top, "reason", answer->reason);
    doc_int(top, "code", answer->code);
    doc_text(top, "reference", answer->reference);
    doc_text(top, "comment", answer->comment);
    doc_text(top, "name", answer->name);
    doc_text(top, "more", answer->more);
    doc_int(top, "bill", answer->bill);
    if (answer->balance != BALANCE_UNTOLD) doc_int(top, "balance", answer->balance);
    return written(top);
}

bool answer_read(struct arena *arena, struct text text, struct rail_answer *answer) {
    const json_t *top = text.size > 0 ? json_read(arena, text) : NULL;
    if (top == NULL) return false;
    *answer = (struct rail_answer){.verdict = (enum rail_verdict)number_of(top, "verdict", RAIL_UNCERTAIN),
                                   .reason = (enum payment_reason)number_of(top, "reason", REASON_NONE),
                                   .code = (int)number_of(top, "code", -1),
                                   .reference = text_of(arena, top, "reference"),
                                   .comment = text_of(arena, top, "comment"),
                                   .name = text_of(arena, top, "name"),
                                   .more = text_of(arena, top, "more"),
                                   .bill = number_of(top, "bill", -1),
                                   .balance = number_of(top, "balance", BALANCE_UNTOLD)};
    return true;
}

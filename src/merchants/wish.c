/* wish.c: what a merchant asks for, read from a JSON body or from the fields of the public form, checked, and written
 * in one way, so that the same wish is known as the same. */
#include "merchants/wish.h"

#include "base/json.h"

#include <jansson.h>
#include <string.h>

#define COMMENT_MAX 255
#define VALUE_MAX 255
#define FIELDS_MAX 20
#define FIELD_NAME_MAX 64 /* bytes */

static const char *const customer_names[] = {"phone", "email", "account"};

static bool plain(struct text text, size_t most) {
    return text_valid_utf8(text) && text_length_utf8(text) <= most;
}

static struct text string_of(const json_t *value) {
    return json_is_string(value) ? (struct text){json_string_value(value), json_string_length(value)} : TEXT_NONE;
}

/* ---- the parts ---- */

/* A program may send it as a number or as a text. */
static bool read_value(struct arena *arena, const json_t *value, int64_t *minor) {
    if (json_is_string(value)) return bill_amount_read(string_of(value), minor);
    if (json_is_integer(value))
        return bill_amount_read(text_format(arena, "%lld", (long long)json_integer_value(value)), minor);
    return json_is_real(value) && bill_amount_read(text_format(arena, "%.6f", json_real_value(value)), minor);
}

enum wish_fault wish_amount(struct arena *arena, struct json_t *body, int64_t *minor) {
    const json_t *amount = json_object_get(body, "amount");
    struct text currency = string_of(json_object_get(amount, "currency"));
    if (!json_is_object(amount) || !read_value(arena, json_object_get(amount, "value"), minor)) return WISH_AMOUNT;
    return text_is(currency, "RUB") || text_is(currency, "643") ? WISH_GOOD : WISH_CURRENCY;
}

/* As the merchant says, and no longer than a bill may wait. */
static enum wish_fault take_term(const struct wish_terms *terms, struct text written, moment *expires) {
    *expires = terms->now + terms->life;
    if (written.size == 0) return WISH_GOOD;
    moment wanted = 0;
    if (!bill_moment_read(written, terms->zone, &wanted) || wanted <= terms->now) return WISH_TERM;
    if (wanted < *expires) *expires = wanted;
    return WISH_GOOD;
}

static void take_phone(struct arena *arena, struct text written, struct bill_wish *wish) {
    struct phone phone;
    if (phone_parse(written, &phone) == PHONE_MOBILE) wish->phone = text_copy(arena, phone_text(&phone));
}

static struct text write_payload(const struct node *payload) {
    struct buffer out = buffer_new(payload->arena, 256);
    doc_write_json(payload, &out);
    return buffer_text(&out);
}

/* ---- a JSON body ---- */

static enum wish_fault take_customer(const json_t *customer, struct node *payload, struct bill_wish *wish) {
    if (customer == NULL || json_is_null(customer)) return WISH_GOOD;
    if (!json_is_object(customer)) return WISH_CUSTOMER;
    struct node *node = doc_object(payload, "customer");
    for (size_t i = 0; i < sizeof customer_names / sizeof *customer_names; i++) {
        const json_t *value = json_object_get(customer, customer_names[i]);
        struct text text = string_of(value);
        if (value == NULL || json_is_null(value)) continue;
        if (text.data == NULL || !plain(text, VALUE_MAX)) return WISH_CUSTOMER;
        doc_text(node, customer_names[i], text);
        if (i == 0) take_phone(payload->arena, text, wish);
    }
    return WISH_GOOD;
}

static enum wish_fault take_fields(json_t *fields, struct node *payload) {
    const char *key;
    json_t *value;
    if (fields == NULL || json_is_null(fields)) return WISH_GOOD;
    if (!json_is_object(fields) || json_object_size(fields) > FIELDS_MAX) return WISH_FIELDS;
    struct node *node = doc_object(payload, "customFields");
    json_object_foreach(fields, key, value) {
        struct text name = text_from(key), text = string_of(value);
        if (name.size == 0 || name.size > FIELD_NAME_MAX || !text_valid_utf8(name)) return WISH_FIELDS;
        const char *copy = text_copy(payload->arena, name).data;
        if (text.data != NULL && plain(text, VALUE_MAX)) doc_text(node, copy, text);
        else if (json_is_integer(value)) doc_int(node, copy, json_integer_value(value));
        else if (json_is_boolean(value)) doc_bool(node, copy, json_is_true(value));
        else return WISH_FIELDS;
    }
    return WISH_GOOD;
}

static enum wish_fault take_comment(const json_t *comment, struct node *payload) {
    if (comment == NULL || json_is_null(comment)) return WISH_GOOD;
    if (!json_is_string(comment) || !plain(string_of(comment), COMMENT_MAX)) return WISH_COMMENT;
    doc_text(payload, "comment", string_of(comment));
    return WISH_GOOD;
}

enum wish_fault wish_read(struct arena *arena, struct text body, struct text number, const struct wish_terms *terms,
                          struct bill_wish *wish) {
    json_t *top = json_read(arena, body);
    struct node *payload = doc_new(arena);
    *wish = (struct bill_wish){.number = number};
    if (!json_is_object(top)) return WISH_UNREADABLE;
    if (!bill_number_good(number)) return WISH_NUMBER;
    const json_t *term = json_object_get(top, "expirationDateTime");
    if (term != NULL && !json_is_null(term) && !json_is_string(term)) return WISH_TERM;
    enum wish_fault fault = wish_amount(arena, top, &wish->sum);
    if (fault == WISH_GOOD) fault = take_term(terms, string_of(term), &wish->expires);
    if (fault == WISH_GOOD) fault = take_comment(json_object_get(top, "comment"), payload);
    if (fault == WISH_GOOD) fault = take_customer(json_object_get(top, "customer"), payload, wish);
    if (fault == WISH_GOOD) fault = take_fields(json_object_get(top, "customFields"), payload);
    wish->payload = write_payload(payload);
    return fault;
}

/* ---- the public form ---- */

/* "customFields[apiClient]": what stands between the brackets. */
static struct text field_name(struct text name) {
    static const char prefix[] = "customFields[";
    size_t size = sizeof prefix - 1;
    if (!text_starts(name, prefix) || name.size < size + 2 || name.data[name.size - 1] != ']') return TEXT_NONE;
    return text_slice(name, size, name.size - size - 1);
}

static enum wish_fault form_fields(struct request *request, struct node *payload) {
    struct node *node = NULL;
    for (const struct raw_field *raw = request->raw; raw != NULL; raw = raw->next) {
        struct text name = field_name(raw->name);
        if (name.size == 0) continue;
        if (node == NULL) node = doc_object(payload, "customFields");
        if (node->count == FIELDS_MAX || !text_valid_utf8(name) || !plain(raw->value, VALUE_MAX)) return WISH_FIELDS;
        doc_text(node, text_copy(request->arena, name).data, raw->value);
    }
    return WISH_GOOD;
}

enum wish_fault wish_of_form(struct request *request, const struct wish_terms *terms, struct bill_wish *wish) {
    struct node *payload = doc_new(request->arena), *customer = NULL;
    *wish = (struct bill_wish){.number = field_text(request, "billId")};
    if (wish->number.size == 0)
        wish->number = text_format(request->arena, "form-%lld", (long long)world_id(request->world));
    if (!bill_number_good(wish->number)) return WISH_NUMBER;
    if (!bill_amount_read(field_text(request, "amount"), &wish->sum)) return WISH_AMOUNT;
    if (take_term(terms, field_text(request, "lifetime"), &wish->expires) != WISH_GOOD) return WISH_TERM;
    if (field_given(request, "comment")) doc_text(payload, "comment", field_text(request, "comment"));
    for (size_t i = 0; i < sizeof customer_names / sizeof *customer_names; i++) {
        if (!field_given(request, customer_names[i])) continue;
        if (customer == NULL) customer = doc_object(payload, "customer");
        doc_text(customer, customer_names[i], field_text(request, customer_names[i]));
    }
    enum wish_fault fault = form_fields(request, payload);
    wish->payload = write_payload(payload);
    return fault;
}

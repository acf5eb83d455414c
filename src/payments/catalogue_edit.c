/* catalogue_edit.c: a provider's page for staff: seen, made, saved, switched; its password is set and never shown. */
#include "payments/catalogue_edit.h"

#include "base/json.h"

#include <jansson.h>

static const struct refusal no_content = {"provider-missing", 422, S_payments_edit_no_content, false};

/* ---- seeing ---- */

/* JSON as JSON. */
static void tell_json(struct node *node, const json_t *object);

static void tell_member(struct node *node, const char *name, const json_t *value) {
    if (json_is_object(value)) tell_json(doc_object(node, name), value);
    else if (json_is_boolean(value)) doc_bool(node, name, json_is_true(value));
    else if (json_is_integer(value)) doc_int(node, name, json_integer_value(value));
    else if (json_is_string(value)) doc_text(node, name, text_from(json_string_value(value)));
    else if (json_is_array(value)) {
        struct node *list = doc_array(node, name);
        for (size_t i = 0; i < json_array_size(value); i++) {
            const json_t *each = json_array_get(value, i);
            if (json_is_object(each)) tell_json(doc_add_object(list), each);
            else doc_add_text(list, text_from(json_string_value(each)));
        }
    }
}

static void tell_json(struct node *node, const json_t *object) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value)
        tell_member(node, text_copy(node->arena, text_from(name)).data, value);
}

STATEMENT(changed, "SELECT staff, at FROM pay_provider_version WHERE provider = $1 AND version = $2");

static void tell_changed(struct request *request, struct tx *tx, const struct stored_provider *stored,
                         struct node *document) {
    struct rows *rows = tx_query(tx, &changed, VALUES(V_INT(stored->id), V_INT(stored->version)));
    int64_t staff = 0;
    if (rows_next(rows)) {
        staff = row_int(rows, 0);
        doc_moment(document, "changed", row_int(rows, 1));
    }
    rows_end(rows);
    doc_text(document, "changed_by", staff_login(tx, request->arena, staff));
}

static bool posted(const struct request *request) {
    return request->method == METHOD_POST && request->route->form->rest;
}

/* GET /staff/providers/{id} */
enum flow staff_provider_read(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    if (!provider_stored(request, tx, &stored)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct traits kept = traits_read(request->arena, stored.json);
    struct traits traits = posted(request) ? traits_typed(request) : kept;
    const json_t *provider = json_read(request->arena, stored.json);
    doc_id(document, "id", stored.id);
    doc_int(document, "version", stored.version);
    doc_text(document, "title", trait_value(&kept, &provider_sections[SECTION_WHAT][1], -1));
    doc_bool(document, "on", !json_is_false(json_object_get(provider, "on")));
    doc_bool(document, "password_set", stored.password);
    struct text logo = text_from(json_string_value(json_object_get(provider, "logo")));
    doc_text(document, "logo", logo.size > 0 ? text_format(request->arena, "/logos/%.*s", TEXT_ARG(logo)) : TEXT_NONE);
    tell_changed(request, tx, &stored, document);
    tell_json(doc_object(document, "provider"), provider);
    provider_form_tell(request, &traits);
    return answer_ok(request, document);
}

/* GET /staff/providers/new */
enum flow staff_provider_new(struct request *request, struct tx *tx) {
    (void)tx;
    struct traits traits = posted(request) ? traits_typed(request) : traits_read(request->arena, TEXT("{}"));
    provider_form_tell(request, &traits);
    return answer_ok(request, doc_new(request->arena));
}

/* ---- saving ---- */

/* A page's fields; of a program the object `provider`. */
static bool content(struct request *request, struct text *json) {
    if (request->wants_html) {
        struct traits traits = traits_typed(request);
        *json = traits_write(request->arena, &traits);
        return true;
    }
    const json_t *provider = json_object_get(json_read(request->arena, request->body), "provider");
    if (!json_is_object(provider)) return false;
    struct node *node = doc_new(request->arena);
    tell_json(node, provider);
    struct buffer out = buffer_new(request->arena, 2048);
    doc_write_json(node, &out);
    *json = buffer_text(&out);
    return true;
}

static void begin(struct request *request) {
    request->rest_faults = NULL; /* a command may be run again */
    request->fields_valid = true;
}

/* POST /staff/providers */
enum flow staff_provider_add(struct request *request, struct tx *tx) {
    struct text json;
    begin(request);
    if (!content(request, &json)) return refuse(request, &no_content);
    return provider_change(request, tx, NULL, json);
}

/* POST /staff/providers/{id} */
enum flow staff_provider_save(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    struct text json;
    begin(request);
    if (!provider_stored(request, tx, &stored)) return answer_missing(request);
    if (field_number(request, "version") != stored.version) return refuse(request, &catalogue_stale);
    if (!content(request, &json)) return refuse(request, &no_content);
    return provider_change(request, tx, &stored, json);
}

/* POST /staff/providers/{id}/switch: in haste, so on whatever version there is. */
enum flow staff_provider_switch(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    begin(request);
    if (!provider_stored(request, tx, &stored)) return answer_missing(request);
    struct text on = field_number(request, "on") != 0 ? TEXT("true") : TEXT("false");
    return provider_change(request, tx, &stored, traits_with(request->arena, stored.json, "on", on));
}

/* POST /staff/providers/{id}/password */
enum flow staff_provider_password(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    begin(request);
    if (!provider_stored(request, tx, &stored)) return answer_missing(request);
    return provider_change_password(request, tx, &stored, field_text(request, "password"));
}

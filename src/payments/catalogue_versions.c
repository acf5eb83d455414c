/* catalogue_versions.c: what a provider once was, who made it so and what he changed; an old version becomes the newest
 * again, by the same way as any change. */
#include "payments/catalogue_edit.h"

#define VERSIONS_MOST 50

STATEMENT(versions, "SELECT version, content, staff, at FROM pay_provider_version WHERE provider = $1 AND version < $2 "
                    "ORDER BY version DESC LIMIT 51");
STATEMENT(version_content, "SELECT content FROM pay_provider_version WHERE provider = $1 AND version = $2");

struct version {
    int64_t number, staff;
    moment at;
    struct traits traits;
};

static void tell_differences(struct request *request, const struct traits *before, const struct traits *after,
                             struct node *node) {
    struct difference *differences;
    struct arena *arena = request->arena;
    size_t count = traits_differ(arena, before, after, &differences);
    struct node *list = doc_array(node, "changes");
    for (size_t i = 0; i < count; i++) {
        const struct difference *each = &differences[i];
        struct node *change = doc_add_object(list);
        doc_text(change, "place",
                 each->field < 0 ? text_from(each->attribute->place)
                                 : text_format(arena, "fields[%d].%s", each->field, each->attribute->place));
        doc_text(change, "label", trait_label(arena, &request->locale, each->attribute, each->field));
        doc_text(change, "before", trait_words(arena, &request->locale, each->attribute, each->before));
        doc_text(change, "after", trait_words(arena, &request->locale, each->attribute, each->after));
    }
}

/* `before` NULL: what came before it is not known. */
static void tell_version(struct request *request, struct tx *tx, const struct version *version,
                         const struct version *before, int64_t newest, struct node *list) {
    struct node *node = doc_add_object(list);
    doc_int(node, "version", version->number);
    doc_moment(node, "at", version->at);
    doc_text(node, "by", staff_login(tx, request->arena, version->staff));
    doc_bool(node, "first", version->number == 1);
    doc_bool(node, "current", version->number == newest);
    if (version->number > 1 && before != NULL) tell_differences(request, &before->traits, &version->traits, node);
    else doc_array(node, "changes");
}

/* GET /staff/providers/{id}/versions */
enum flow staff_versions_read(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    if (!provider_stored(request, tx, &stored)) return answer_missing(request);
    int64_t before = request->method == METHOD_GET && field_given(request, "before") ? field_number(request, "before")
                                                                                     : INT64_MAX;
    struct version *all = arena_array(request->arena, struct version, VERSIONS_MOST + 1);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &versions, VALUES(V_INT(stored.id), V_INT(before)));
    for (; count <= VERSIONS_MOST && rows_next(rows); count++)
        all[count] = (struct version){row_int(rows, 0), row_int(rows, 2), row_int(rows, 3),
                                      traits_read(request->arena, row_text(rows, 1))};
    rows_end(rows);
    struct traits now = traits_read(request->arena, stored.json);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "versions");
    doc_id(document, "id", stored.id);
    doc_text(document, "title", trait_value(&now, &provider_sections[SECTION_WHAT][1], -1));
    doc_int(document, "current_version", stored.version);
    for (size_t i = 0; i < count && i < VERSIONS_MOST; i++)
        tell_version(request, tx, &all[i], i + 1 < count ? &all[i + 1] : NULL, stored.version, list);
    if (count > VERSIONS_MOST) doc_int(document, "older", all[VERSIONS_MOST - 1].number);
    return answer_ok(request, document);
}

/* POST /staff/providers/{id}/versions/{version} */
enum flow staff_version_restore(struct request *request, struct tx *tx) {
    struct stored_provider stored;
    int64_t number;
    request->rest_faults = NULL; /* a command may be run again */
    request->fields_valid = true;
    if (!request_param_id(request, 1, &number) || !provider_stored(request, tx, &stored))
        return answer_missing(request);
    struct text json = TEXT_NONE;
    struct rows *rows = tx_query(tx, &version_content, VALUES(V_INT(stored.id), V_INT(number)));
    if (rows_next(rows)) json = row_copy(rows, 0, request->arena);
    rows_end(rows);
    if (json.data == NULL) return answer_missing(request);
    if (field_number(request, "version") != stored.version) return refuse(request, &catalogue_stale);
    return provider_change(request, tx, &stored, json);
}

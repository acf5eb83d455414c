/* page.c: the interface told to people: by feature, each operation with who may call, its fields and its answers. What
 * a summary says is the developers' English in both languages. */
#include "openapi/state.h"

#include "base/check.h"

#include <string.h>

enum flow openapi_get(struct request *request, struct tx *tx) {
    (void)tx;
    const struct openapi_state *state = openapi_described(request->engine);
    if (state == NULL) arena_unwind(request->arena);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/json", .bytes = state->json, .tag = state->tag};
    return answer_file(request, file);
}

static struct text say(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

/* ---- the list of features ---- */

static size_t operations_of(const struct feature *const *features, size_t count, const struct feature *feature) {
    size_t found = 0;
    for (const struct route *route = feature->routes; route != NULL && route->path != NULL; route++)
        found += engine_route_stands(features, count, route);
    return found;
}

enum flow docs_index(struct request *request, struct tx *tx) {
    (void)tx;
    size_t count;
    const struct feature *const *features = engine_features(request->engine, &count);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "features");
    for (size_t i = 0; i < count; i++) {
        size_t operations = operations_of(features, count, features[i]);
        if (operations == 0) continue;
        struct node *feature = doc_add_object(list);
        doc_text(feature, "name", text_from(features[i]->name));
        doc_int(feature, "operations", (int64_t)operations);
    }
    return answer_ok(request, document);
}

/* ---- one feature ---- */

static string_id type_words(enum field_type type) {
    static const string_id words[] = {
        [FIELD_TEXT] = S_openapi_text,   [FIELD_SECRET] = S_openapi_secret, [FIELD_CODE] = S_openapi_code,
        [FIELD_PHONE] = S_openapi_phone, [FIELD_MONEY] = S_openapi_money,   [FIELD_INT] = S_openapi_int,
        [FIELD_DATE] = S_openapi_date,   [FIELD_ID] = S_openapi_id,         [FIELD_BOOL] = S_openapi_bool,
        [FIELD_CHOICE] = S_openapi_choice, [FIELD_FILE] = S_openapi_file,
    };
    return words[type];
}

static struct text bound(struct arena *arena, const struct field *field, int64_t number) {
    if (field->type == FIELD_MONEY) return money_decimal(arena, (struct money){number, CURRENCY_RUB});
    if (field->type == FIELD_DATE) return date_format(arena, date_from_days(number));
    return text_format(arena, "%lld", (long long)number);
}

/* "1…40", "card | sbp"; TEXT_NONE: nothing but its type. */
static struct text limits_of(struct arena *arena, const struct field *field) {
    struct buffer out = buffer_new(arena, 64);
    if (field->type == FIELD_CHOICE) {
        for (const char *const *choice = field->choices; *choice != NULL; choice++)
            buffer_format(&out, "%s%s", choice == field->choices ? "" : " | ", *choice);
        return buffer_text(&out);
    }
    if (field->min == 0 && field->max == 0) return TEXT_NONE;
    buffer_add_text(&out, field->min != 0 ? bound(arena, field, field->min) : TEXT(""));
    buffer_add_text(&out, field->max == 0 ? TEXT("…") : field->min != 0 ? TEXT("…") : TEXT("≤ "));
    if (field->max != 0) buffer_add_text(&out, bound(arena, field, field->max));
    return buffer_text(&out);
}

static void tell_fields(struct request *request, struct node *operation, const struct form *form) {
    struct node *fields = doc_array(operation, "fields");
    for (size_t i = 0; form != NULL && i < form->count; i++) {
        struct node *field = doc_add_object(fields);
        doc_text(field, "name", text_from(form->fields[i].name));
        doc_text(field, "type", say(request, type_words(form->fields[i].type)));
        doc_bool(field, "required", form->fields[i].required);
        doc_text(field, "limits", limits_of(request->arena, &form->fields[i]));
    }
}

static void tell_answers(struct node *operation, const struct route *route) {
    struct node *answers = doc_array(operation, "answers"), *refusals = doc_array(operation, "refusals");
    size_t count;
    const struct answer_seen *seen = answers_of(route, &count);
    for (size_t i = 0; i < count; i++) {
        if (seen[i].status >= 400) continue;
        struct node *answer = doc_add_object(answers);
        doc_int(answer, "status", seen[i].status);
        doc_text(answer, "content", text_from(seen[i].content_type));
        struct node *members = doc_array(answer, "members");
        for (size_t j = 0; j < seen[i].member_count; j++) {
            struct node *member = doc_add_object(members);
            doc_text(member, "path", text_from(seen[i].members[j].path));
            doc_text(member, "type", text_from(seen[i].members[j].type));
            doc_bool(member, "optional", seen[i].members[j].optional != 0);
        }
    }
    for (const int *status = answer_refusals; *status != 0; status++)
        if (answers_status(route, *status))
            doc_add_text(refusals, text_format(operation->arena, "%d", *status));
}

static void tell_caller(struct request *request, struct node *operation, const struct route *route) {
    static const string_id words[] = {
        [WHO_ANYONE] = S_openapi_anyone,     [WHO_GUEST] = S_openapi_guest,     [WHO_CUSTOMER] = S_openapi_customer,
        [WHO_STAFF] = S_openapi_staff,       [WHO_PARTNER] = S_openapi_partner,
        [WHO_STAFF_GUEST] = S_openapi_staff_guest,
    };
    const char *roles[ROLE_NAMES];
    size_t count = route->who == WHO_STAFF ? role_names(route->roles, roles) : 0;
    struct buffer out = buffer_new(request->arena, 64);
    for (size_t i = 0; i < count; i++) buffer_format(&out, "%s%s", i > 0 ? ", " : "", roles[i]);
    doc_text(operation, "who", say(request, words[route->who]));
    doc_text(operation, "roles", count > 0 ? buffer_text(&out) : TEXT_NONE);
    doc_text(operation, "scope", text_from(route->scope != SCOPE_NONE ? engine_scope_name(route->scope) : NULL));
}

static void tell_operation(struct request *request, struct node *list, const struct route *route) {
    char name[OPERATION_NAME];
    operation_name(route, name);
    struct node *operation = doc_add_object(list);
    doc_text(operation, "operation", text_from(name));
    doc_text(operation, "method", text_from(method_word(route->method)));
    doc_text(operation, "path", text_from(route->path));
    doc_text(operation, "summary", text_from(route->summary));
    doc_bool(operation, "key", route->key);
    tell_caller(request, operation, route);
    tell_fields(request, operation, route->form);
    tell_answers(operation, route);
}

enum flow docs_feature(struct request *request, struct tx *tx) {
    (void)tx;
    size_t count;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++) {
        const struct feature *feature = features[i];
        if (!text_is(request->params[0], feature->name) || operations_of(features, count, feature) == 0) continue;
        struct node *document = doc_new(request->arena);
        doc_text(document, "name", text_from(feature->name));
        struct node *list = doc_array(document, "operations");
        for (const struct route *route = feature->routes; route->path != NULL; route++)
            if (engine_route_stands(features, count, route)) tell_operation(request, list, route);
        return answer_ok(request, document);
    }
    return answer_missing(request);
}

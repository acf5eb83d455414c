/* operation.c: one route as an OpenAPI operation. */
#include "openapi/internal.h"

#include "base/check.h"

#include <string.h>

const char *method_word(enum method method) {
    static const char *const words[] = {[METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT",
                                        [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE"};
    return words[method];
}

const char *who_word(enum who who) {
    static const char *const words[] = {[WHO_ANYONE] = "anyone",   [WHO_GUEST] = "guest",
                                        [WHO_CUSTOMER] = "customer", [WHO_STAFF] = "staff",
                                        [WHO_PARTNER] = "partner", [WHO_STAFF_GUEST] = "staff-guest"};
    return words[who];
}

void operation_name(const struct route *route, char name[OPERATION_NAME]) {
    size_t size = 0;
    for (const char *at = method_word(route->method); *at != '\0'; at++) name[size++] = (char)(*at - 'A' + 'a');
    bool apart = true;
    for (const char *at = route->path; *at != '\0'; at++) {
        check(size + 2 < OPERATION_NAME);
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        if (plain && apart) name[size++] = '_';
        if (plain) name[size++] = *at;
        apart = !plain;
    }
    name[size] = '\0';
}

bool route_writes(const struct route *route) {
    for (size_t i = 0; i < ROUTE_STAGES; i++)
        if (route->stages[i].kind == STAGE_WRITE) return true;
    return false;
}

bool route_has_file(const struct route *route) {
    for (size_t i = 0; route->form != NULL && i < route->form->count; i++)
        if (route->form->fields[i].type == FIELD_FILE) return true;
    return false;
}

/* ---- parameters ---- */

static struct node *parameter(struct node *parameters, const char *place, struct text name, bool required) {
    struct node *node = doc_add_object(parameters);
    doc_text(node, "name", name);
    doc_text(node, "in", text_from(place));
    doc_bool(node, "required", required);
    return doc_object(node, "schema");
}

static void path_parameters(struct node *parameters, const char *path) {
    struct text rest = text_from(path);
    while (rest.data != NULL) {
        struct text part = text_split(rest, '/', &rest);
        if (text_starts(part, "@{")) part = text_slice(part, 1, part.size);
        if (part.size < 3 || part.data[0] != '{') continue;
        struct node *schema = parameter(parameters, "path", text_slice(part, 1, part.size - 2), true);
        doc_text(schema, "type", TEXT("string"));
    }
}

static void query_parameters(struct node *parameters, const struct route *route) {
    bool lenient = (route->flags & ROUTE_FORM_OPTIONAL) != 0;
    for (size_t i = 0; i < route->form->count; i++) {
        const struct field *field = &route->form->fields[i];
        field_schema(parameter(parameters, "query", text_from(field->name), field->required && !lenient), field);
    }
}

static void add_parameters(struct node *operation, const struct route *route) {
    bool query = route->method == METHOD_GET && route->form != NULL && route->form->count > 0;
    if (!query && !route->key && strchr(route->path, '{') == NULL) return;
    struct node *parameters = doc_array(operation, "parameters");
    path_parameters(parameters, route->path);
    if (query) query_parameters(parameters, route);
    if (route->key) doc_text(doc_add_object(parameters), "$ref", TEXT("#/components/parameters/IdempotencyKey"));
}

/* ---- the body ---- */

static void form_schema(struct node *schema, const struct form *form) {
    doc_text(schema, "type", TEXT("object"));
    struct node *properties = doc_object(schema, "properties");
    bool any = false;
    for (size_t i = 0; i < form->count; i++) {
        field_schema(doc_object(properties, form->fields[i].name), &form->fields[i]);
        any = any || form->fields[i].required;
    }
    struct node *required = any ? doc_array(schema, "required") : NULL;
    for (size_t i = 0; i < form->count; i++)
        if (form->fields[i].required) doc_add_text(required, text_from(form->fields[i].name));
    if (form->rest) doc_text(doc_object(schema, "additionalProperties"), "type", TEXT("string"));
    else doc_bool(schema, "additionalProperties", false);
}

static void add_body(struct node *operation, const struct route *route) {
    bool raw = (route->flags & ROUTE_RAW_BODY) != 0;
    if (route->method == METHOD_GET || (route->form == NULL && !raw)) return;
    struct node *body = doc_object(operation, "requestBody");
    doc_bool(body, "required", true);
    struct node *content = doc_object(body, "content");
    if (raw) {
        doc_object(content, "*/*");
        return;
    }
    struct node *media = doc_object(content, route_has_file(route) ? "multipart/form-data" : "application/json");
    form_schema(doc_object(media, "schema"), route->form);
}

void operation_fill(struct node *operation, const struct feature *feature, const struct route *route) {
    char name[OPERATION_NAME];
    operation_name(route, name);
    doc_text(operation, "operationId", text_from(name));
    doc_text(operation, "summary", text_from(route->summary));
    doc_add_text(doc_array(operation, "tags"), text_from(feature->name));
    doc_text(operation, "x-caller", text_from(who_word(route->who)));
    if (route_writes(route)) doc_bool(operation, "x-writes", true);
    if ((route->flags & ROUTE_PAGE_ONLY) != 0) doc_bool(operation, "x-page-only", true);
    if ((route->flags & ROUTE_FORM_OPTIONAL) != 0) doc_bool(operation, "x-lenient", true);
    security_fill(operation, route);
    add_parameters(operation, route);
    add_body(operation, route);
    answers_fill(doc_object(operation, "responses"), route);
}

/* openapi.c: the document around the operations. */
#include "openapi/internal.h"

#include "base/check.h"

static const char about[] =
    "The same addresses that the cabinet's pages have, as JSON: ask with `Accept: application/json`, send a flat JSON "
    "object. Names that a form does not list are refused. Sums are strings in roubles, moments RFC 3339 in UTC, ids "
    "strings. A refusal is a problem (RFC 9457) whose `type` names the reason. An operation with Idempotency-Key gives "
    "the same answer to the same key, however often it is sent.";

static void add_head(struct node *whole, const char *public_url) {
    doc_text(whole, "openapi", TEXT("3.1.0"));
    struct node *info = doc_object(whole, "info");
    doc_text(info, "title", TEXT("Kabinet"));
    doc_text(info, "version", TEXT("1"));
    doc_text(info, "description", text_from(about));
    struct node *license = doc_object(info, "license");
    doc_text(license, "name", TEXT("AGPL-3.0-or-later"));
    doc_text(license, "identifier", TEXT("AGPL-3.0-or-later"));
    doc_text(doc_add_object(doc_array(whole, "servers")), "url", text_from(*public_url != '\0' ? public_url : "/"));
}

static void add_tag(struct node *tags, const struct feature *feature) {
    if (feature->routes == NULL || feature->routes->path == NULL) return;
    struct node *tag = doc_add_object(tags);
    doc_text(tag, "name", text_from(feature->name));
    doc_text(tag, "description", text_format(tags->arena, "The feature `%s`", feature->name));
}

/* A path's methods stand together, whichever features they come from. */
static void add_route(struct node *paths, const struct feature *feature, const struct route *route) {
    struct node *path = NULL;
    for (struct node *at = paths->first; at != NULL && path == NULL; at = at->next)
        if (text_is(text_from(at->name), route->path)) path = at;
    if (path == NULL) path = doc_object(paths, route->path);
    struct text method = text_lower_ascii(paths->arena, text_from(method_word(route->method)));
    operation_fill(doc_object(path, method.data), feature, route);
}

static void property(struct node *properties, const char *name, const char *type, const char *description) {
    struct node *node = doc_object(properties, name);
    doc_text(node, "type", text_from(type));
    doc_text(node, "description", text_from(description));
}

/* RFC 9457 as http/problem.c writes it. */
static void add_problem(struct node *schemas) {
    struct node *problem = doc_object(schemas, "Problem");
    doc_text(problem, "type", TEXT("object"));
    struct node *required = doc_array(problem, "required");
    doc_add_text(required, TEXT("type"));
    doc_add_text(required, TEXT("title"));
    doc_add_text(required, TEXT("status"));
    struct node *properties = doc_object(problem, "properties");
    property(properties, "type", "string", "The reason, for programs: \"/problems/not-enough-money\"");
    property(properties, "title", "string", "The status in words");
    property(properties, "status", "integer", "The same as the answer's status");
    property(properties, "detail", "string", "What happened and what to do, in the person's language");
    property(properties, "instance", "string", "The request's id, for the support");
    property(properties, "errors", "array", "What is wrong with which field");
    struct node *first = properties->last;
    struct node *error = doc_object(first, "items");
    doc_text(error, "type", TEXT("object"));
    struct node *wanted = doc_array(error, "required");
    doc_add_text(wanted, TEXT("field"));
    doc_add_text(wanted, TEXT("fault"));
    struct node *parts = doc_object(error, "properties");
    property(parts, "field", "string", "Its name");
    property(parts, "fault", "string", "missing, malformed, too_small, too_large, unknown or refused");
    property(parts, "text", "string", "What to say beside it");
}

static void add_components(struct node *whole) {
    struct node *components = doc_object(whole, "components");
    security_schemes(doc_object(components, "securitySchemes"));
    struct node *key = doc_object(doc_object(components, "parameters"), "IdempotencyKey");
    doc_text(key, "name", TEXT("Idempotency-Key"));
    doc_text(key, "in", TEXT("header"));
    doc_bool(key, "required", true);
    doc_text(key, "description",
             TEXT("Made by the caller, one for each act; sent again, its answer comes again"));
    struct node *schema = doc_object(key, "schema");
    doc_text(schema, "type", TEXT("string"));
    doc_text(schema, "pattern", TEXT("^[!-~]{1,64}$"));
    answers_components(doc_object(components, "responses"));
    add_problem(doc_object(components, "schemas"));
}

/* The schemas of answers come as JSON, so they are put before the three braces that the document ends with. */
static void add_schemas(struct buffer *out, const struct route *route) {
    size_t count;
    const struct answer_seen *seen = answers_of(route, &count);
    for (size_t i = 0; i < count; i++)
        if (seen[i].schema != NULL)
            buffer_format(out, ",\"%s_%d\":%s", seen[i].operation, seen[i].status, seen[i].schema);
}

struct text openapi_json(struct arena *arena, const struct feature *const *features, size_t count,
                         const char *public_url) {
    struct node *whole = doc_new(arena);
    struct buffer out = buffer_new(arena, (size_t)512 << 10), schemas = buffer_new(arena, (size_t)64 << 10);
    add_head(whole, public_url);
    struct node *tags = doc_array(whole, "tags"), *paths = doc_object(whole, "paths");
    for (size_t i = 0; i < count; i++) {
        add_tag(tags, features[i]);
        for (const struct route *route = features[i]->routes; route != NULL && route->path != NULL; route++) {
            if (!engine_route_stands(features, count, route)) continue;
            add_route(paths, features[i], route);
            add_schemas(&schemas, route);
        }
    }
    add_components(whole);
    doc_write_json(whole, &out);
    check(text_ends(buffer_text(&out), "}}}}"));
    out.size -= 3;
    buffer_add_text(&out, buffer_text(&schemas));
    buffer_add_literal(&out, "}}}\n");
    return buffer_text(&out);
}

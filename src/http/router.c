/* router.c: see router.h. */
#include "http/router.h"

#include "base/check.h"

#include <string.h>

struct branch {
    struct text segment;
    struct branch *next;  /* the next of the same parent */
    struct branch *first; /* literal children */
    struct branch *any;   /* the child for {…} */
    struct branch *at;    /* the child for @{…} */
    const struct route *routes[METHOD_DELETE + 1];
};

struct router {
    struct branch root;
};

static const char *const method_names[] = {"", "GET", "POST", "PUT", "PATCH", "DELETE"};

enum method method_from(struct text name, bool *head) {
    *head = text_is(name, "HEAD");
    if (*head) return METHOD_GET;
    for (int method = METHOD_GET; method <= METHOD_DELETE; method++)
        if (text_is(name, method_names[method])) return (enum method)method;
    return (enum method)0;
}

static struct branch *child_of(struct arena *arena, struct branch *branch, struct text segment) {
    if (text_starts(segment, "@{")) {
        if (branch->at == NULL) branch->at = arena_new_of(arena, struct branch);
        return branch->at;
    }
    if (segment.size > 0 && segment.data[0] == '{') {
        if (branch->any == NULL) branch->any = arena_new_of(arena, struct branch);
        return branch->any;
    }
    for (struct branch *child = branch->first; child != NULL; child = child->next)
        if (text_equal(child->segment, segment)) return child;
    struct branch *child = arena_new_of(arena, struct branch);
    child->segment = segment;
    child->next = branch->first;
    branch->first = child;
    return child;
}

static void router_add(struct arena *arena, struct router *router, const struct route *route) {
    check(route->path[0] == '/');
    struct text rest = text_from(route->path + 1);
    struct branch *branch = &router->root;
    int params = 0;
    while (rest.data != NULL) {
        struct text segment = text_split(rest, '/', &rest);
        if (text_starts(segment, "{") || text_starts(segment, "@{")) params++;
        branch = child_of(arena, branch, segment);
    }
    check(params <= ROUTE_PARAMS);
    check(route->method >= METHOD_GET && route->method <= METHOD_DELETE);
    check(branch->routes[route->method] == NULL);
    branch->routes[route->method] = route;
}

struct router *router_new(struct arena *arena, const struct route *const *routes) {
    struct router *router = arena_new_of(arena, struct router);
    for (size_t i = 0; routes != NULL && routes[i] != NULL; i++) router_add(arena, router, routes[i]);
    return router;
}

struct search {
    enum method method;
    struct text *params;
    unsigned allowed;
};

static unsigned allowed_of(const struct branch *branch) {
    unsigned allowed = 0;
    for (int method = METHOD_GET; method <= METHOD_DELETE; method++)
        if (branch->routes[method] != NULL) allowed |= 1u << method;
    return allowed;
}

static const struct route *search(struct search *wanted, const struct branch *branch, struct text rest, size_t taken);

/* As the parameter of that child. */
static const struct route *search_child(struct search *wanted, const struct branch *child, struct text segment,
                                        struct text after, size_t taken) {
    if (child == NULL || segment.size == 0) return NULL;
    wanted->params[taken] = segment;
    const struct route *route = search(wanted, child, after, taken + 1);
    if (route == NULL) wanted->params[taken] = TEXT_NONE;
    return route;
}

/* Depth is bounded by the longest route; each level tries at most three children. */
static const struct route *search(struct search *wanted, const struct branch *branch, struct text rest, size_t taken) {
    if (rest.data == NULL) {
        const struct route *route = wanted->method != 0 ? branch->routes[wanted->method] : NULL;
        if (route == NULL) wanted->allowed |= allowed_of(branch);
        return route;
    }
    struct text after;
    struct text segment = text_split(rest, '/', &after);
    for (const struct branch *child = branch->first; child != NULL; child = child->next) {
        if (!text_equal(child->segment, segment)) continue;
        const struct route *route = search(wanted, child, after, taken);
        if (route != NULL) return route;
        break;
    }
    const struct route *route =
        text_starts(segment, "@")
            ? search_child(wanted, branch->at, text_slice(segment, 1, segment.size), after, taken)
                                    : NULL;
    return route != NULL ? route : search_child(wanted, branch->any, segment, after, taken);
}

const struct route *router_find(const struct router *router, enum method method, struct text path, struct text *params,
                                unsigned *allowed) {
    struct search wanted = {.method = method, .params = params};
    check(path.size > 0 && path.data[0] == '/');
    const struct route *route = search(&wanted, &router->root, text_slice(path, 1, path.size), 0);
    *allowed = wanted.allowed;
    return route;
}

struct text router_allow(struct arena *arena, unsigned allowed) {
    struct buffer out = buffer_new(arena, 48);
    for (int method = METHOD_GET; method <= METHOD_DELETE; method++) {
        if ((allowed & 1u << method) == 0) continue;
        if (out.size > 0) buffer_add_literal(&out, ", ");
        buffer_add(&out, method_names[method], strlen(method_names[method]));
        if (method == METHOD_GET) buffer_add_literal(&out, ", HEAD");
    }
    return buffer_text(&out);
}

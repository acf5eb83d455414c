/* routes.c: `kabinet routes`: every address of the enabled features: method, path, who may call, what marks it, the
 * fields it takes. Tests of attacks walk the list, so that a new address cannot be left out of them. */
#include "app/app.h"

#include "base/check.h"

#include <stdio.h>

static const char *method_name(enum method method) {
    static const char *const names[] = {[METHOD_GET] = "GET", [METHOD_POST] = "POST", [METHOD_PUT] = "PUT",
                                        [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE"};
    return names[method];
}

static const char *who_name(enum who who) {
    static const char *const names[] = {[WHO_ANYONE] = "anyone", [WHO_GUEST] = "guest", [WHO_CUSTOMER] = "customer",
                                        [WHO_STAFF] = "staff", [WHO_PARTNER] = "partner",
                                        [WHO_STAFF_GUEST] = "staff-guest"};
    return names[who];
}

static void print_marks(const struct route *route) {
    static const struct {
        enum route_flag flag;
        const char *name;
    } flags[] = {{ROUTE_PAGE_ONLY, "page"}, {ROUTE_NO_CSRF, "no_csrf"}, {ROUTE_STREAM, "stream"},
                 {ROUTE_RAW_BODY, "raw"}};
    bool any = route->key, writes = false;
    if (route->key) printf("key");
    for (size_t i = 0; i < ROUTE_STAGES; i++) writes = writes || route->stages[i].kind == STAGE_WRITE;
    if (writes) any = printf(any ? ",writes" : "writes") > 0;
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if ((route->flags & flags[i].flag) != 0) any = printf("%s%s", any ? "," : "", flags[i].name) > 0;
    if (route->scope != SCOPE_NONE) any = printf("%s%s", any ? "," : "", engine_scope_name(route->scope)) > 0;
    if (!any) printf("-");
}

static void print_fields(const struct form *form) {
    static const char *const types[] = {
        [FIELD_TEXT] = "text",   [FIELD_SECRET] = "secret", [FIELD_CODE] = "code", [FIELD_PHONE] = "phone",
        [FIELD_MONEY] = "money", [FIELD_INT] = "int",       [FIELD_DATE] = "date", [FIELD_ID] = "id",
        [FIELD_BOOL] = "bool",   [FIELD_CHOICE] = "choice", [FIELD_FILE] = "file",
    };
    if (form == NULL || form->count == 0) printf("-");
    for (size_t i = 0; form != NULL && i < form->count; i++)
        printf("%s%s:%s", i > 0 ? "," : "", form->fields[i].name, types[form->fields[i].type]);
}

static void print_routes(const struct feature *feature, const struct feature *const *enabled, size_t count) {
    for (const struct route *route = feature->routes; route != NULL && route->path != NULL; route++) {
        if (!engine_route_stands(enabled, count, route)) continue;
        printf("%s\t%s\t%s\t", method_name(route->method), route->path, who_name(route->who));
        print_marks(route);
        printf("\t");
        print_fields(route->form);
        printf("\n");
    }
}

/* From the configuration alone: the server may be running on its database. */
int app_routes(int count, char **arguments) {
    struct arena *arena = arena_new((size_t)16 << 20);
    check(arena != NULL);
    struct config *config = app_config(arena, count, arguments);
    const struct feature *enabled[FEATURES_MAX];
    size_t enabled_count = config != NULL ? app_features(config, enabled) : 0;
    for (size_t i = 0; i < enabled_count; i++) print_routes(enabled[i], enabled, enabled_count);
    arena_free(arena);
    return config != NULL ? 0 : 1;
}

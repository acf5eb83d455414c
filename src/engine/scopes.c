/* scopes.c: what a personal token opens (IF-2): the routes that ask a scope which it has, and nothing else. A feature's
 * handlers know nothing of it. */
#include "engine/internal.h"

#include "generated/strings_engine.h"

static const struct {
    enum scope scope;
    const char *name;
} names[] = {
    {SCOPE_BALANCE_READ, "balance_read"},         {SCOPE_OPERATIONS_READ, "operations_read"},
    {SCOPE_FAVOURITES_READ, "favourites_read"},   {SCOPE_FAVOURITES_WRITE, "favourites_write"},
    {SCOPE_TOPUPS_WRITE, "topups_write"},         {SCOPE_TRANSFERS_WRITE, "transfers_write"},
    {SCOPE_PAYMENTS_WRITE, "payments_write"},
};

static const struct refusal not_by_token = {"not-by-token", 403, S_engine_not_by_token, false};
static const struct refusal scope_missing = {"scope-missing", 403, S_engine_scope_missing, false};

const char *engine_scope_name(enum scope scope) {
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].scope == scope) return names[i].name;
    return NULL;
}

unsigned engine_scopes(const struct engine *engine) {
    unsigned found = 0;
    for (const struct route *const *route = engine->routes; *route != NULL; route++) found |= (*route)->scope;
    return found;
}

static void refuse_scope(struct request *request) {
    struct node *value = arena_new_of(request->arena, struct node);
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    *value = (struct node){.kind = NODE_TEXT, .text = text_from(engine_scope_name(request->route->scope))};
    *argument = (struct string_argument){"scope", value};
    refuse_with(request, &scope_missing, argument, 1);
}

bool scope_passes(struct request *request) {
    const struct route *route = request->route;
    if (!request->caller.personal) return true;
    if (route->scope == SCOPE_NONE && route->who != WHO_CUSTOMER) {
        request->caller = (struct caller){.kind = WHO_ANYONE};
        return true;
    }
    if (route->scope == SCOPE_NONE) refuse(request, &not_by_token);
    else if ((request->caller.scopes & route->scope) == 0) refuse_scope(request);
    return request->answer.status == 0;
}

/* feature.c: the interface described: for programs as OpenAPI 3.1 at /openapi.json, for people at /docs/api (IF-1). */
#include "openapi/state.h"

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/openapi.json",
     .who = WHO_ANYONE,
     .stages = {{STAGE_QUICK, openapi_get}},
     .summary = "This description of the interface, as OpenAPI 3.1"},
    {.method = METHOD_GET,
     .path = "/docs/api",
     .who = WHO_ANYONE,
     .stages = {{STAGE_QUICK, docs_index}},
     .page = &template_openapi_index,
     .summary = "The interface for people: its features"},
    {.method = METHOD_GET,
     .path = "/docs/api/{feature}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_QUICK, docs_feature}},
     .page = &template_openapi_feature,
     .summary = "A feature's operations: who may call, fields, answers"},
    {.path = NULL},
};

#define BUILD_BYTES ((size_t)32 << 20)

struct building {
    struct engine *engine;
    struct arena *arena;
    struct text json;
};

static void build(void *data) {
    struct building *building = data;
    size_t count;
    const struct feature *const *features = engine_features(building->engine, &count);
    building->json = openapi_json(building->arena, features, count, engine_config(building->engine)->public_url);
}

/* FNV-1a: tells one version from another, nothing more. */
static uint64_t sum_of(struct text text) {
    uint64_t sum = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.size; i++) sum = (sum ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    return sum;
}

/* Once at start: routes do not change while the program runs. */
static void *state_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct building building = {engine, arena_new(BUILD_BYTES), TEXT_NONE};
    struct openapi_state *state = arena_new_of(arena, struct openapi_state);
    if (building.arena != NULL && arena_guard(building.arena, build, &building)) {
        state->json = text_copy(arena, building.json);
        state->tag = text_format(arena, "\"%016llx\"", (unsigned long long)sum_of(state->json)).data;
    } else {
        *problem = TEXT("no memory for the interface's description");
    }
    arena_free(building.arena);
    return state;
}

const struct feature openapi_feature = {.name = "openapi", .routes = routes, .open = state_open};

/* feature.c: the interface described: for programs as OpenAPI 3.1 at /openapi.json, for people at /docs/api (IF-1). */
#include "openapi/state.h"

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/openapi.json",
     .who = WHO_ANYONE,
     .stages = {{STAGE_WORK, openapi_get}},
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

/* ---- described when somebody asks for the first time: routes do not change while the program runs ---- */

#define BUILD_BYTES ((size_t)32 << 20)

/* FNV-1a: tells one version from another, nothing more. */
static uint64_t sum_of(struct text text) {
    uint64_t sum = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.size; i++) sum = (sum ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    return sum;
}

struct building {
    struct engine *engine;
    struct arena *arena;
    struct openapi_state *state;
    struct text json;
};

static void build(void *data) {
    struct building *building = data;
    size_t count;
    const struct feature *const *features = engine_features(building->engine, &count);
    building->json = openapi_json(building->arena, features, count, engine_config(building->engine)->public_url);
}

static void keep(void *data) {
    const struct building *building = data;
    struct openapi_state *state = building->state;
    state->tag = text_format(state->arena, "\"%016llx\"", (unsigned long long)sum_of(building->json)).data;
    state->json = text_copy(state->arena, building->json);
}

const struct openapi_state *openapi_described(struct engine *engine) {
    struct openapi_state *state = engine_state(engine, &openapi_feature);
    pthread_mutex_lock(&state->lock);
    bool good = state->json.size > 0;
    if (!good) {
        struct building building = {engine, arena_new(BUILD_BYTES), state, TEXT_NONE};
        good = building.arena != NULL && arena_guard(building.arena, build, &building) &&
               arena_guard(state->arena, keep, &building);
        arena_free(building.arena);
    }
    pthread_mutex_unlock(&state->lock);
    return good ? state : NULL;
}

static void *state_open(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)engine;
    struct openapi_state *state = arena_new_of(arena, struct openapi_state);
    state->arena = arena_new(BUILD_BYTES);
    if (state->arena == NULL) *problem = TEXT("no memory for the interface's description");
    pthread_mutex_init(&state->lock, NULL);
    return state;
}

static void state_close(void *data) {
    struct openapi_state *state = data;
    pthread_mutex_destroy(&state->lock);
    arena_free(state->arena);
}

const struct feature openapi_feature = {
    .name = "openapi", .routes = routes, .open = state_open, .close = state_close};

/* feature.c: imports as the engine sees it: the rows that were written, and how imported operations are told. */
#include "imports/internal.h"

static const struct migration migrations[] = {
    {"imports", 1,
     "CREATE TABLE imported_row ( -- distributed by row_key\n"
     "  row_key BYTES NOT NULL PRIMARY KEY, at BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {NULL, 0, NULL},
};

static const struct operation_kind operations[] = {
    {KIND_IMPORT_OPENING, "opening", S_imports_kind_opening, "wallet", NULL, NULL, NULL, NULL},
    {KIND_IMPORT_IN, "imported-in", S_imports_kind_in, "in", NULL, NULL, "income", NULL},
    {KIND_IMPORT_OUT, "imported-out", S_imports_kind_out, "out", NULL, "other", NULL, NULL},
    {.name = NULL},
};

static const char *const needs[] = {"identity", "operations", NULL};

const struct feature imports_feature = {
    .name = "imports",
    .needs = needs,
    .migrations = migrations,
    .operations = operations,
};

/* ---- the world ---- */

static moment import_now(struct world *world) {
    const struct import_world *own = (const struct import_world *)world; /* its first member */
    return own->at != 0 ? own->at : world_now(own->real);
}

static void import_random(struct world *world, void *data, size_t size) {
    world_random(((struct import_world *)world)->real, data, size);
}

void import_world_init(struct import_world *world, struct world *real, uint64_t node) {
    *world = (struct import_world){.world = {.now = import_now, .random = import_random, .node = node}, .real = real};
}

bool import_file(struct engine *engine, struct import_world *world, struct arena *arena, struct text file, bool dry,
                 const struct import_listener *listener, struct import_report *report) {
    *report = (struct import_report){0};
    struct import import = {.engine = engine, .world = world, .arena = arena, .listener = listener, .report = report};
    import_read(&import, file);
    if (!import_check(&import)) return false;
    if (report->problems > 0) return true;
    for (size_t i = 0; dry && i < import.count; i++) {
        report->customers += !import.done[i] && import.rows[i].kind == IMPORT_CUSTOMER;
        report->operations += !import.done[i] && import.rows[i].kind != IMPORT_CUSTOMER;
    }
    return dry || import_write(&import);
}

/* imports.h: existing customers and their history taken over from another system (ID-18): read whole and proved before
 * anything is written, then written in commands. What a file's rows did is remembered by their keyed hashes, so that
 * the same file twice, or again after a crash, does nothing twice. */
#pragma once

#include "engine/engine.h"

extern const struct feature imports_feature;

struct import_report {
    size_t rows, problems;
    size_t done_before;              /* rows that an earlier run wrote */
    size_t customers, operations;    /* written now, or (dry) to be written */
};

/* Tells of what is wrong ("line 7: …") and of how far it got; from the calling thread. */
struct import_listener {
    void *self;
    void (*wrong)(void *self, size_t line, const char *problem);
    void (*progress)(void *self, size_t done, size_t of);
};

/* The world under the store, whose clock the import sets to each row's time: ids, and so operations, get their dates.
 * Its node number must be nobody else's. */
struct import_world {
    struct world world;
    struct world *real;
    moment at; /* 0: now */
};
void import_world_init(struct import_world *world, struct world *real, uint64_t node);

/* False when the store failed. Nothing is written when report->problems is not 0, nor when dry. */
bool import_file(struct engine *engine, struct import_world *world, struct arena *arena, struct text file, bool dry,
                 const struct import_listener *listener, struct import_report *report);

/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_terminals.h"
#include "generated/templates.h"
#include "terminals/terminals_rules.h"

extern const struct feature terminals_feature;

#define FILE_BYTES_MOST ((int64_t)6 << 20)

/* ---- list.c: the list in memory ---- */

/* The newest list as this snapshot has it; lives as long as the arena. Empty when there is none. */
const struct terminals *terminals_take(struct engine *engine, struct tx *tx, struct arena *arena);
void *terminals_open(struct engine *engine, struct arena *arena, struct text *problem);
void terminals_close(void *state);

struct terminals_settings {
    const char *file; /* an empty database begins with it; "" when none */
};
bool list_first(struct engine *engine, struct tx *tx); /* a job */

/* ---- map.c ---- */

/* Adds `map` to the document: where each place is, in the order of their numbers; with tiles where the operator has
 * them. around: the first place is where one stands, and has no number. count ≥ 1. */
void map_tell(struct request *request, struct node *document, const struct place *places, size_t count, bool around);

/* ---- stages ---- */

stage_function terminals_hold, terminals_page;
stage_function list_page, list_read, list_save, list_export;

/* reseal.h: after a rotation, everything sealed or hashed by an older generation is sealed and hashed anew, in pieces
 * beside whatever else goes on, once for all nodes; how far it came is in the database (key_progress), so that a kill
 * loses nothing. It goes through the tables until a whole pass has found nothing older. */
#pragma once

#include "engine/sealed.h"

struct engine;
struct reseal;

struct reseal *reseal_open(struct engine *engine, struct arena *arena); /* NULL without memory */
void reseal_close(struct reseal *reseal);
bool reseal_wanted(struct engine *engine); /* a job's */
bool reseal_piece(struct engine *engine, struct tx *tx);

/* ---- what there is to be sealed ---- */

#define SEALED_MAX 128

/* Of all features of this program whose tables are in the database, enabled or not. *behind: the name of one whose
 * tables are older than this program, since it is not enabled: they cannot be gone through; or NULL. */
size_t sealed_gather(struct tx *tx, const struct sealed *all[SEALED_MAX], const char **behind);

/* How many rows each generation has sealed or hashed: reads the whole column. counts is added to. */
void sealed_count(struct tx *tx, struct statement *count, int64_t counts[KEYRING_NUMBER_MAX + 1]);

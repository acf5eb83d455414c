/* piece.h: a long answer written in pieces (answer_file.more), each read on a snapshot of its own, so that none is held
 * while a slow client takes what went before. */
#pragma once

#include "engine/engine.h"

/* Writes into `out`, in that arena. True: there is no more. */
typedef bool piece_function(void *self, struct tx *tx, struct arena *arena, struct buffer *out);

/* On a reader thread. False: it could not be read, or memory was out; nothing of it is in `out`. bytes: the arena's. */
bool piece_write(struct engine *engine, size_t bytes, piece_function *write, void *self, struct buffer *out,
                 bool *over);

/* answer_file's .state and .more for an answer that ends where a piece fails: its reader misses its last line. */
void *pieces_of(struct arena *arena, struct engine *engine, size_t bytes, piece_function *write, void *self);
bool pieces_more(void *state, struct buffer *out);

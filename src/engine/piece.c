/* piece.c: see piece.h. */
#include "engine/piece.h"

#define ROOM ((size_t)64 << 10)

struct piece {
    struct tx *tx;
    struct arena *arena;
    piece_function *write;
    void *self;
    struct buffer out;
    bool over;
};

static void run(void *data) {
    struct piece *piece = data;
    piece->out = buffer_new(piece->arena, ROOM);
    piece->over = piece->write(piece->self, piece->tx, piece->arena, &piece->out);
}

bool piece_write(struct engine *engine, size_t bytes, piece_function *write, void *self, struct buffer *out,
                 bool *over) {
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct piece piece = {.tx = tx, .arena = arena_new(bytes), .write = write, .self = self};
    bool good = tx != NULL && piece.arena != NULL && arena_guard(piece.arena, run, &piece);
    if (tx != NULL && !reader_end(reader, tx)) good = false;
    if (good) buffer_add_text(out, buffer_text(&piece.out));
    *over = !good || piece.over;
    arena_free(piece.arena);
    return good;
}

struct pieces {
    struct engine *engine;
    size_t bytes;
    piece_function *write;
    void *self;
    bool over;
};

void *pieces_of(struct arena *arena, struct engine *engine, size_t bytes, piece_function *write, void *self) {
    struct pieces *pieces = arena_new_of(arena, struct pieces);
    *pieces = (struct pieces){engine, bytes, write, self, false};
    return pieces;
}

bool pieces_more(void *state, struct buffer *out) {
    struct pieces *pieces = state;
    return !pieces->over && piece_write(pieces->engine, pieces->bytes, pieces->write, pieces->self, out, &pieces->over);
}

/* piece.c: see piece.h. */
#include "engine/piece.h"

#define ROOM ((size_t)64 << 10)

struct piece {
    struct tx *tx;
    struct arena *arena;
    piece_function *write;
    void *self;
    struct buffer out;
};

static void run(void *data) {
    struct piece *piece = data;
    piece->out = buffer_new(piece->arena, ROOM);
    piece->write(piece->self, piece->tx, piece->arena, &piece->out);
}

bool piece_write(struct engine *engine, size_t bytes, piece_function *write, void *self, struct buffer *out) {
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct piece piece = {.tx = tx, .arena = arena_new(bytes), .write = write, .self = self};
    bool good = tx != NULL && piece.arena != NULL && arena_guard(piece.arena, run, &piece);
    if (tx != NULL && !reader_end(reader, tx)) good = false;
    if (good) buffer_add_text(out, buffer_text(&piece.out));
    arena_free(piece.arena);
    return good;
}

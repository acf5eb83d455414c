/* after.c: see after.h. A list in the group's arena, cut back to the mark when a command is undone. */
#include "engine/after.h"

#include "base/check.h"

struct deed {
    void (*run)(void *data);
    void *data;
    struct deed *next;
};

void after_init(struct after *after) {
    *after = (struct after){.last = &after->first};
    after->mark = after->last;
}

void after_add(struct after *after, struct tx *tx, void (*run)(void *data), void *data) {
    check(tx_writing(tx));
    struct deed *deed = arena_new_of(tx_arena(tx), struct deed);
    *deed = (struct deed){run, data, NULL};
    *after->last = deed;
    after->last = &deed->next;
}

static void begin(void *self, struct tx *tx, const struct command *first) {
    (void)tx;
    (void)first;
    after_init(self);
}

static void mark(void *self) {
    struct after *after = self;
    after->mark = after->last;
}

static void undo(void *self) {
    struct after *after = self;
    after->last = after->mark;
    *after->last = NULL;
}

static void flush(void *self, struct tx *tx) {
    (void)self;
    (void)tx;
}

static void ended(void *self, bool committed) {
    struct after *after = self;
    if (committed)
        for (struct deed *deed = after->first; deed != NULL; deed = deed->next) deed->run(deed->data);
    after_init(after);
}

struct participant after_participant(struct after *after) {
    return (struct participant){
        .self = after, .begin = begin, .mark = mark, .undo = undo, .flush = flush, .ended = ended};
}

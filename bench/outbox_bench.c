/* outbox_bench.c: how fast messages leave: fills the outbox, then starts the dispatcher and its senders with an adapter
 * that takes everything at once, until nothing waits any more.
 *
 *     bench_outbox_bench CONFIG [MESSAGES] */
#include "app/app.h"
#include "base/check.h"
#include "engine/internal.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PIECE 1000
#define PATIENCE_S 120

static _Atomic int64_t ended;

static enum outbox_verdict sink(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    (void)engine;
    (void)arena;
    (void)reply;
    return item->payload.size > 0 ? OUTBOX_DONE : OUTBOX_REFUSED;
}

static void sunk(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                 struct text reply) {
    (void)engine;
    (void)tx;
    (void)item;
    (void)reply;
    check(verdict == OUTBOX_DONE);
    atomic_fetch_add(&ended, 1); /* of a group that is run again some count twice: see the end */
}

static const struct outbox_kind kind = {.name = "bench.sink", .send = sink, .result = sunk, .at_once = 64};

struct adding {
    struct command command; /* first: a command is cast to it */
    struct engine *engine;
    int64_t count;
};

static enum command_outcome add(struct command *command, struct tx *tx) {
    struct adding *adding = (struct adding *)command;
    static const char message[] =
        "{\"to\":\"+79160000000\",\"text\":\"Пополнение на 1 500,00 ₽. Доступно 12 345,67 ₽\"}";
    for (int64_t i = 0; i < adding->count; i++)
        outbox_add(adding->engine, tx, "bench.sink", 1 + i, 0, text_from(message), 0, INT64_MAX);
    return COMMAND_KEEP;
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int main(int count, char **arguments) {
    struct app app;
    int64_t messages = 100000;
    if (count < 2 || (count > 2 && !text_to_int(text_from(arguments[2]), &messages))) return 2;
    if (!app_open(&app, 1, arguments + 1)) return 1;
    struct engine *engine = app.engine;
    check(outbox_admit(engine->outbox, &kind));
    struct adding adding = {.engine = engine, .command = {.run = add, .arena = arena_new((size_t)16 << 20)}};
    for (int64_t left = messages; left > 0; left -= adding.count) {
        adding.count = left < PIECE ? left : PIECE;
        check(store_run(engine->store, &adding.command) == STORE_DURABLE);
    }
    int64_t began = now_us();
    if (!engine_start(engine)) return 1;
    while (atomic_load(&ended) < messages && now_us() - began < PATIENCE_S * INT64_C(1000000))
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    double seconds = (double)(now_us() - began) / 1e6;
    printf("RESULT messages %" PRId64 " per_second %.0f\n", atomic_load(&ended), (double)atomic_load(&ended) / seconds);
    arena_free(adding.command.arena);
    app_close(&app);
    return atomic_load(&ended) >= messages ? 0 : 1;
}

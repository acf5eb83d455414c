/* pause.c: maintenance mode, and what each process looks at by itself. */
#include "engine/internal.h"

#include "base/check.h"

#include <stdatomic.h>

void engine_pause(struct engine *engine, moment until) {
    atomic_store_explicit(&engine->paused_until, until, memory_order_release);
}

moment engine_paused(const struct engine *engine) {
    return atomic_load_explicit(&engine->paused_until, memory_order_acquire);
}

void engine_watch(struct engine *engine, void (*look)(struct engine *engine, struct tx *tx), int64_t every_us) {
    check(engine->watch_count < WATCHES_MAX && !engine->started);
    struct watch *watch = &engine->watches[engine->watch_count++];
    watch->look = look;
    watch->every_us = every_us;
}

void watches_look(struct engine *engine, struct tx *tx, moment now) {
    for (size_t i = 0; i < engine->watch_count; i++) {
        struct watch *watch = &engine->watches[i];
        moment next = atomic_load_explicit(&watch->next, memory_order_relaxed);
        if (now >= next && atomic_compare_exchange_strong(&watch->next, &next, now + watch->every_us))
            watch->look(engine, tx);
    }
}

struct looking {
    struct engine *engine;
    struct tx *tx;
};

static void look_guarded(void *data) {
    const struct looking *looking = data;
    watches_look(looking->engine, looking->tx, world_now(engine_world(looking->engine)));
}

static void look_by_itself(struct task *task) {
    struct engine *engine = (struct engine *)((char *)task - offsetof(struct engine, watch_task));
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx != NULL) {
        struct looking looking = {engine, tx};
        (void)arena_guard(tx_arena(tx), look_guarded, &looking);
        (void)reader_end(reader, tx);
    }
    atomic_store(&engine->watch_looks, false);
}

void watches_tick(struct engine *engine) {
    if (engine->watch_count == 0 || atomic_exchange(&engine->watch_looks, true)) return;
    engine->watch_task.run = look_by_itself;
    if (!pool_submit(engine->readers, &engine->watch_task)) atomic_store(&engine->watch_looks, false);
}

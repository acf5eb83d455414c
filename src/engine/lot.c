/* lot.c: where the database is a network away, what the requests that wait ask first is read for all of them at once
 * (together.h): who calls, then what their routes' first stages will want. */
#include "engine/run.h"

bool lot_waits(const struct run *run) {
    if (run->step == STEP_IDENTIFY) return identifier_of(run)->warm != NULL;
    return run->step == STEP_STAGES && run->stage == 0 && run->request->route->warm != NULL;
}

struct lot {
    struct engine *engine;
    struct task *const *tasks;
    size_t count;
    struct tx *tx;
};

/* Those who call; then, of those who are known, what their routes' first stages will ask, so that they need not wait
 * for a second lot. */
static void warm_callers(const struct lot *lot, struct request **requests) {
    struct identifier *identifier = &lot->engine->identifier;
    size_t count = 0;
    for (size_t i = 0; i < lot->count; i++) {
        const struct run *run = run_of_task(lot->tasks[i]);
        if (run->step == STEP_IDENTIFY) requests[count++] = run->request;
    }
    if (count > 0) identifier->warm(identifier->self, requests, count, lot->tx);
    for (size_t i = 0; i < lot->count; i++) {
        struct run *run = run_of_task(lot->tasks[i]);
        const struct request *request = run->request;
        run->warm = request->route->warm != NULL && request->fields_valid &&
                    (run->step == STEP_STAGES || (identifier->quick(identifier->self, run->request) &&
                                                  request->caller.kind == WHO_CUSTOMER));
    }
}

static void warm_lot(void *data) {
    struct lot *lot = data;
    struct request **requests = arena_array(tx_arena(lot->tx), struct request *, lot->count);
    warm_callers(lot, requests);
    for (size_t i = 0; i < lot->count; i++) {
        const struct run *first = run_of_task(lot->tasks[i]);
        size_t count = 0;
        for (size_t k = 0; k < lot->count && first->warm; k++) {
            const struct run *run = run_of_task(lot->tasks[k]);
            if (run->warm && run->request->route == first->request->route) requests[count++] = run->request;
        }
        if (count > 0 && requests[0] == first->request) first->request->route->warm(requests, count, lot->tx);
    }
}

/* Whatever goes wrong in warming, each read afterwards is right by itself. */
void lot_read(void *self, struct task *const *tasks, size_t count) {
    struct engine *engine = self;
    struct reader *reader = engine_reader(engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    if (tx != NULL) {
        struct lot lot = {engine, tasks, count, tx};
        (void)arena_guard(tx_arena(tx), warm_lot, &lot);
        reader_end(reader, tx);
    }
    for (size_t i = 0; i < count; i++) tasks[i]->run(tasks[i]);
}

/* pause_test.c: maintenance mode between threads: requests everywhere ask whether it is paused and when to look again,
 * staff switch it, and what another node wrote is heard of, by one look at a time. */
#include "engine/internal.h"
#include "store/store_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 4
#define ROUNDS 4000
#define BEGIN (INT64_C(1767225600) * SECOND)

static const struct migration migrations[] = {
    {"pause", 1,
     "CREATE TABLE pause ( -- reference\n    id BIGINT NOT NULL PRIMARY KEY, until BIGINT NOT NULL\n) CLUSTERED;"},
};

STATEMENT(pause_set, "INSERT INTO pause (id, until) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET until = $1");
STATEMENT(pause_read, "SELECT until FROM pause");

static struct store_fixture fixture;
static struct engine engine;
static atomic_int looking, looks;
static atomic_bool together;

/* In place of the engine's own, which would bring every feature along. */
static pthread_key_t own_reader;

static void drop_reader(void *reader) {
    reader_free(reader);
}

struct reader *engine_reader(struct engine *self) {
    assert_ptr_equal(self, &engine);
    if (pthread_getspecific(own_reader) == NULL) pthread_setspecific(own_reader, reader_new(fixture.store));
    return pthread_getspecific(own_reader);
}

struct world *engine_world(const struct engine *self) {
    return self->world;
}

static void look(struct engine *self, struct tx *tx) {
    if (atomic_fetch_add(&looking, 1) != 0) atomic_store(&together, true);
    struct rows *rows = tx_query(tx, &pause_read, NO_VALUES);
    if (rows_next(rows)) engine_pause(self, row_int(rows, 0));
    rows_end(rows);
    atomic_fetch_add(&looks, 1);
    atomic_fetch_sub(&looking, 1);
}

static enum command_outcome set(struct tx *tx, void *until) {
    tx_run(tx, &pause_set, VALUES(V_INT(*(const moment *)until)));
    return COMMAND_KEEP;
}

static void write_pause(moment until) {
    assert_int_equal(store_fixture_write(&fixture, set, &until), STORE_DURABLE);
}

/* Looked at from many threads at once. */
static void *ask(void *data) {
    (void)data;
    for (int i = 0; i < ROUNDS; i++) {
        moment until = engine_paused(&engine);
        if (until != 0 && until < BEGIN) return "a moment that nobody wrote";
        watches_tick(&engine);
        if (i % 16 == 0) world_advance(engine.world, SECOND / 4);
    }
    return NULL;
}

static void *clear_by_hand(void *data) {
    (void)data;
    for (int i = 0; i < ROUNDS; i++) engine_pause(&engine, i % 2 == 0 ? BEGIN + HOUR : 0);
    return NULL;
}

static void heard_of_by_itself(void) {
    for (int tries = 0; tries < 500 && engine_paused(&engine) != BEGIN + DAY; tries++, usleep(10000)) {
        world_advance(engine.world, SECOND);
        watches_tick(&engine);
    }
    assert_int_equal(engine_paused(&engine), BEGIN + DAY);
}

static void between_threads(void **state) {
    (void)state;
    pthread_t threads[THREADS + 1];
    assert_int_equal(pthread_key_create(&own_reader, drop_reader), 0);
    assert_true(store_fixture_new(&fixture, STORE_SQLITE));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    engine = (struct engine){.store = fixture.store, .world = fixture.world, .readers = pool_new(16)};
    assert_true(pool_start(engine.readers, 2));
    engine_watch(&engine, look, SECOND / 2);
    write_pause(BEGIN + HOUR);

    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, ask, NULL), 0);
    assert_int_equal(pthread_create(&threads[THREADS], NULL, clear_by_hand, NULL), 0);
    for (int i = 0; i < 20; i++) write_pause(i % 2 == 0 ? 0 : BEGIN + HOUR); /* another node */
    for (int i = 0; i <= THREADS; i++) {
        void *problem = NULL;
        pthread_join(threads[i], &problem);
        if (problem != NULL) fail_msg("%s", (const char *)problem);
    }
    assert_true(atomic_load(&looks) > 0);
    assert_false(atomic_load(&together)); /* one at a time */

    engine_pause(&engine, 0);
    write_pause(BEGIN + DAY);
    heard_of_by_itself();
    pool_free(engine.readers);
    store_fixture_free(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(between_threads)};
    return cmocka_run_group_tests_name("pause", tests, NULL, NULL);
}

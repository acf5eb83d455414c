/* keys_test.c: LE-4: which idempotency keys have been used: in flight, young, in sealed segments, after a restart, and
 * after the window. More than a segment's worth of keys go through. */
#include "base/check.h"
#include "engine/journal.h"
#include "engine/keys_internal.h"
#include "store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW (30 * DAY)
#define MANY (KEY_SEGMENT + 1000)

static void key_of(uint64_t number, uint8_t key[KEY_SIZE]) {
    uint64_t words[2] = {number * UINT64_C(0x9E3779B97F4A7C15) + 1, number};
    words[0] ^= words[0] >> 29;
    words[0] *= UINT64_C(0xBF58476D1CE4E5B9);
    memcpy(key, words, KEY_SIZE);
}

STATEMENT(add_log,
          "INSERT INTO command_log (id, owner, session, staff, action, address, request, status, key, fingerprint) "
                   "VALUES ($1, 1, 0, 0, 'a', '', 'r', 200, $2, 0)");

struct filling {
    struct keys *keys;
    uint64_t from, count;
    int64_t *ids;
};

static enum command_outcome fill(struct tx *tx, void *data) {
    struct filling *filling = data;
    for (uint64_t i = filling->from; i < filling->from + filling->count; i++) {
        uint8_t *key = arena_alloc(tx_arena(tx), KEY_SIZE);
        key_of(i, key);
        filling->ids[i] = world_id(tx_world(tx));
        tx_run(tx, &add_log, VALUES(V_INT(filling->ids[i]), V_BYTES(key, KEY_SIZE)));
    }
    return COMMAND_KEEP;
}

/* Log rows and keys, as the journal adds them: by groups. */
static void use_keys(struct store_fixture *fixture, struct keys *keys, int64_t *ids, uint64_t count) {
    for (uint64_t from = 0; from < count; from += 2000) {
        struct filling filling = {keys, from, count - from < 2000 ? count - from : 2000, ids};
        assert_int_equal(store_fixture_write(fixture, fill, &filling), STORE_DURABLE);
        uint8_t key[KEY_SIZE];
        for (uint64_t i = from; i < from + filling.count; i++) {
            key_of(i, key);
            keys_add(keys, key, ids[i]);
        }
    }
}

struct asking {
    struct keys *keys;
    const int64_t *ids;
    uint64_t count;
    size_t false_hits;
};

static void ask(struct tx *tx, void *data) {
    struct asking *asking = data;
    uint8_t key[KEY_SIZE];
    int64_t found[16];
    for (uint64_t i = 0; i < asking->count; i += 97) {
        key_of(i, key);
        assert_true(keys_maybe(asking->keys, key));
        size_t count = keys_candidates(asking->keys, tx, key, found, 16), at = 0;
        while (at < count && found[at] != asking->ids[i]) at++;
        assert_true(at < count);
    }
    for (uint64_t i = 0; i < 10000; i++) {
        key_of(UINT64_C(1) << 40 | i, key);
        asking->false_hits += keys_maybe(asking->keys, key);
        assert_int_equal(keys_candidates(asking->keys, tx, key, found, 16), 0);
    }
}

STATEMENT(chunk_add, "INSERT INTO key_chunk (segment, first, data) VALUES ($1, $2, $3)");

/* What a crash in the middle of sealing leaves: a chunk of a segment that never came to be. */
static enum command_outcome leave_chunk(struct tx *tx, void *data) {
    int64_t number = *(int64_t *)data;
    assert_int_equal(1, tx_run(tx, &chunk_add, VALUES(V_INT(number), V_INT(12345), V_BYTES("", 0))));
    return COMMAND_KEEP;
}

static void load(struct tx *tx, void *data) {
    assert_true(keys_load(data, tx));
}

static void in_flight(void **state) {
    (void)state;
    struct store_fixture fixture;
    if (!store_fixture_new(&fixture, STORE_SQLITE)) fail();
    store_fixture_open(&fixture, journal_migrations, store_migration_count(journal_migrations), NULL);
    struct keys *keys = keys_open(fixture.store, NULL, fixture.arena, WINDOW);
    uint8_t one[KEY_SIZE], other[KEY_SIZE];
    key_of(1, one);
    key_of(2, other);
    assert_true(keys_claim(keys, one));
    assert_false(keys_claim(keys, one));
    assert_true(keys_claim(keys, other));
    keys_release(keys, one);
    assert_true(keys_claim(keys, one));
    assert_false(keys_maybe(keys, one)); /* in flight is not used */
    keys_free(keys);
    store_fixture_free(&fixture);
}

static void sealed_and_restarted(void **state) {
    (void)state;
    struct store_fixture fixture;
    if (!store_fixture_new(&fixture, STORE_SQLITE)) fail();
    const struct store_options options = {.manual = false};
    store_fixture_open(&fixture, journal_migrations, store_migration_count(journal_migrations), &options);
    store_fixture_start(&fixture);
    struct pool *workers = pool_new(16);
    struct keys *keys = keys_open(fixture.store, workers, fixture.arena, WINDOW);
    int64_t *ids = calloc(MANY, sizeof *ids);
    assert_non_null(ids);
    use_keys(&fixture, keys, ids, MANY);
    struct asking asking = {keys, ids, MANY, 0};
    assert_true(store_fixture_read(&fixture, ask, &asking)); /* the full table waits to be sealed: still known */
    assert_int_equal(store_fixture_write(&fixture, leave_chunk, &ids[KEY_SEGMENT - 1]), STORE_DURABLE);
    assert_true(pool_step(workers));                         /* sorts, and submits the segment's first piece */
    struct filling nothing = {keys, 0, 0, ids};
    for (int group = 0; group < 150; group++) /* the segment comes in some seventy pieces, one after another */
        assert_int_equal(store_fixture_write(&fixture, fill, &nothing), STORE_DURABLE);
    assert_int_equal(keys->segment_count, 1);
    assert_true(store_fixture_read(&fixture, ask, &asking));
    assert_true(asking.false_hits < 100); /* below half a percent */

    keys_free(keys);
    keys = keys_open(fixture.store, workers, fixture.arena, WINDOW);
    assert_true(store_fixture_read(&fixture, load, keys));
    assert_int_equal(keys->segment_count, 1);
    assert_int_equal(keys->young.count, MANY - KEY_SEGMENT); /* only the tail was read */
    asking = (struct asking){keys, ids, MANY, 0};
    assert_true(store_fixture_read(&fixture, ask, &asking));
    keys_free(keys);

    world_advance(fixture.world, WINDOW + DAY); /* what is older than the window is not read again */
    keys = keys_open(fixture.store, workers, fixture.arena, WINDOW);
    assert_true(store_fixture_read(&fixture, load, keys));
    assert_int_equal(keys->young.count, 0);
    keys_free(keys);
    pool_free(workers);
    free(ids);
    store_fixture_free(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(in_flight), cmocka_unit_test(sealed_and_restarted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

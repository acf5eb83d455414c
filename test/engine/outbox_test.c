/* outbox_test.c: what leaves, what waits, what never leaves (MS-2), with an adapter of the test's own. */
#include "engine/internal.h"
#include "test/support/cabinet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#define BEGIN (INT64_C(1768467600) * SECOND)

static enum outbox_verdict verdict; /* the adapter's */
static int sends, results, busy; /* busy: so many times before the verdict */
static int busied, earlier; /* sends that came to nothing; attempts before them */
static int attempt;
static enum outbox_verdict told;

static enum outbox_verdict send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    (void)engine;
    (void)arena;
    sends++;
    assert_true(text_is(item->payload, "hello"));
    attempt = item->attempt;
    assert_int_equal(attempt, sends - busied + earlier);
    if (busy > 0) {
        busy--;
        busied++;
        return OUTBOX_BUSY;
    }
    *reply = TEXT("good");
    return verdict;
}

static void result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict fate,
                   struct text reply) {
    (void)engine;
    (void)tx;
    (void)item;
    (void)reply;
    results++;
    told = fate;
}

static const struct outbox_kind kinds[] = {{.name = "test.post", .send = send, .result = result}, {.name = NULL}};
static const struct feature post_feature = {.name = "post", .outbox = kinds};

struct stand {
    struct cabinet cabinet;
    struct world *world;
    char database[128];
};

static int setup(void **state) {
    static struct stand stand;
    stand = (struct stand){.world = world_simulated(3, BEGIN)};
    snprintf(stand.database, sizeof stand.database, "%s/outbox.db", cabinet_folder());
    if (!cabinet_open(&stand.cabinet, stand.database, "", stand.world))
        fail_msg("%.*s", TEXT_ARG(stand.cabinet.problem));
    struct engine *engine = stand.cabinet.engine;
    engine->features[engine->feature_count++] = &post_feature;
    sends = results = busy = busied = earlier = attempt = 0;
    verdict = OUTBOX_DONE;
    *state = &stand;
    return 0;
}

static int teardown(void **state) {
    struct stand *stand = *state;
    stand->cabinet.engine->feature_count--;
    cabinet_close(&stand->cabinet);
    database_remove(stand->database);
    world_free(stand->world);
    cabinet_folder_remove();
    return 0;
}

static enum command_outcome add(struct tx *tx, void *data) {
    struct stand *stand = data;
    outbox_add(stand->cabinet.engine, tx, "test.post", 7, 0, TEXT("hello"), 0, BEGIN + HOUR);
    return COMMAND_KEEP;
}

static void post(struct stand *stand) {
    assert_int_equal(cabinet_write(&stand->cabinet, add, stand), STORE_DURABLE);
}

static void sent_once(void **state) {
    struct stand *stand = *state;
    post(stand);
    cabinet_settle(&stand->cabinet);
    world_advance(stand->world, 2 * HOUR);
    cabinet_settle(&stand->cabinet);
    assert_int_equal(sends, 1);
    assert_int_equal(attempt, 1);
    assert_int_equal(results, 1);
    assert_int_equal(told, OUTBOX_DONE);
}

/* Where too many go already it waits its turn: that is no attempt, and ends by itself. */
static void waits_its_turn(void **state) {
    struct stand *stand = *state;
    busy = 20;
    post(stand);
    cabinet_settle(&stand->cabinet);
    assert_int_equal(sends, 21);
    assert_int_equal(attempt, 1);
    assert_int_equal(told, OUTBOX_DONE);
    sends = busied = 0;
    busy = 1000;
    post(stand);
    cabinet_settle(&stand->cabinet); /* not for ever: others want its place */
    assert_in_range(sends, 50, 200);
    assert_int_equal(results, 1);
    busy = 0;
    earlier = 1;
    world_advance(stand->world, SECOND);
    cabinet_settle(&stand->cabinet);
    assert_int_equal(attempt, 2);
    assert_int_equal(results, 2);
}

STATEMENT(claim_by_hand, "UPDATE outbox SET attempt = 1, next_at = $1 WHERE state = 0");

static enum command_outcome add_claimed(struct tx *tx, void *data) {
    struct stand *stand = data;
    add(tx, data);
    tx_run(tx, &claim_by_hand, VALUES(V_INT(world_now(stand->world) + MINUTE)));
    return COMMAND_KEEP;
}

/* What a process that died was sending is sent by the next one at once, not at the end of its lease. */
static void the_dead_are_taken_over(void **state) {
    struct stand *stand = *state;
    earlier = 1;
    assert_int_equal(cabinet_write(&stand->cabinet, add_claimed, stand), STORE_DURABLE);
    cabinet_settle(&stand->cabinet);
    assert_int_equal(sends, 1);
    assert_int_equal(attempt, 2);
    assert_int_equal(cabinet_write(&stand->cabinet, add_claimed, stand), STORE_DURABLE);
    cabinet_settle(&stand->cabinet); /* while it runs, what is leased is leased */
    assert_int_equal(sends, 1);
}

static void tried_with_growing_pauses_until_its_deadline(void **state) {
    struct stand *stand = *state;
    verdict = OUTBOX_AGAIN;
    post(stand);
    int before = 0, quick = 0;
    for (int second = 0; second < 3700; second++) {
        cabinet_settle(&stand->cabinet);
        if (second == 60) quick = sends;
        assert_true(sends - before <= 1);
        before = sends;
        world_advance(stand->world, SECOND);
    }
    assert_in_range(quick, 4, 7);   /* 1, 2, 4, … seconds */
    assert_in_range(sends, 9, 20);  /* never more than ten minutes apart */
    assert_int_equal(results, 1);
    assert_int_equal(told, OUTBOX_EXPIRED);
}

static void refused_is_told(void **state) {
    struct stand *stand = *state;
    verdict = OUTBOX_REFUSED;
    post(stand);
    cabinet_settle(&stand->cabinet);
    assert_int_equal(told, OUTBOX_REFUSED);
    assert_int_equal(sends, 1);
}

STATEMENT(spoil, "UPDATE outbox SET payload = $1");

static enum command_outcome add_unreadable(struct tx *tx, void *data) {
    for (int i = 0; i < 200; i++) add(tx, data);
    tx_run(tx, &spoil, VALUES(V_BYTES("spoilt", 6)));
    return COMMAND_KEEP;
}

/* Three claims' worth of rows that nobody can read stand before a good one. */
static void the_unreadable_are_in_nobodys_way(void **state) {
    struct stand *stand = *state;
    assert_int_equal(cabinet_write(&stand->cabinet, add_unreadable, stand), STORE_DURABLE);
    post(stand);
    cabinet_settle(&stand->cabinet);
    assert_int_equal(sends, 1);
    assert_int_equal(told, OUTBOX_DONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sent_once, setup, teardown),
        cmocka_unit_test_setup_teardown(waits_its_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(the_dead_are_taken_over, setup, teardown),
        cmocka_unit_test_setup_teardown(tried_with_growing_pauses_until_its_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(the_unreadable_are_in_nobodys_way, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

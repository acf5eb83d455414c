/* outbox_test.c: what leaves, what waits, what never leaves (MS-2), with an adapter of the test's own. */
#include "engine/internal.h"
#include "store/store_fixture.h"
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

static const struct outbox_kind post_kind = {.name = "test.post", .send = send, .result = result};

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
    assert_true(outbox_admit(stand.cabinet.engine->outbox, &post_kind));
    sends = results = busy = busied = earlier = attempt = 0;
    verdict = OUTBOX_DONE;
    *state = &stand;
    return 0;
}

static int teardown(void **state) {
    struct stand *stand = *state;
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

/* ---- lanes ---- */

#define BULK 200000

static int64_t told_bulk[64], posted;
static size_t bulk_sends, prompt_sends, bulk_before;

static enum outbox_verdict send_bulk(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply) {
    (void)engine;
    (void)arena;
    (void)reply;
    told_bulk[bulk_sends++ % 64] = item->subject;
    return OUTBOX_DONE;
}

static enum outbox_verdict send_prompt(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply) {
    (void)engine;
    (void)arena;
    (void)reply;
    if (prompt_sends++ == 0) bulk_before = bulk_sends;
    posted = item->subject;
    return OUTBOX_DONE;
}

static const struct outbox_kind bulk_kind = {.name = "test.bulk", .send = send_bulk, .at_once = 4};
static const struct outbox_kind prompt_kind = {.name = "test.prompt", .send = send_prompt, .at_once = 16};

struct adding {
    struct cabinet *cabinet;
    const char *kind;
    int64_t count, from; /* subjects: from, … */
    moment not_before;
};

static enum command_outcome add_many(struct tx *tx, void *data) {
    const struct adding *adding = data;
    for (int64_t i = 0; i < adding->count; i++)
        outbox_add(adding->cabinet->engine, tx, adding->kind, 1 + i, adding->from + i, TEXT("hello"),
                   adding->not_before, INT64_MAX);
    return COMMAND_KEEP;
}

static void add_to(struct cabinet *cabinet, const char *kind, int64_t from, int64_t count, moment not_before) {
    struct adding adding = {cabinet, kind, count, from, not_before};
    assert_int_equal(cabinet_write(cabinet, add_many, &adding), STORE_DURABLE);
}

static void open_lanes(struct cabinet *cabinet, const struct store_fixture *fixture) {
    if (!cabinet_open(cabinet, fixture->where, "", fixture->world)) fail_msg("%.*s", TEXT_ARG(cabinet->problem));
    assert_true(outbox_admit(cabinet->engine->outbox, &bulk_kind));
    assert_true(outbox_admit(cabinet->engine->outbox, &prompt_kind));
    bulk_sends = prompt_sends = bulk_before = 0;
}

static void a_step(struct cabinet *cabinet) {
    store_step(engine_store(cabinet->engine));
    engine_step_outbox(cabinet->engine);
}

/* What is added while so many others wait is claimed in the next round, and these go on; each lane in its order. */
static void prompt_before_bulk(struct store_fixture *fixture) {
    struct cabinet cabinet;
    open_lanes(&cabinet, fixture);
    for (int64_t i = 0; i < BULK; i += 2000) add_to(&cabinet, "test.bulk", i, 2000, 0);
    for (int i = 0; i < 30; i++) a_step(&cabinet);
    assert_true(bulk_sends > 0);
    size_t before = bulk_sends;
    add_to(&cabinet, "test.prompt", 77, 1, 0);
    while (prompt_sends == 0) a_step(&cabinet);
    assert_int_equal(posted, 77);
    assert_in_range(bulk_before - before, 0, 2 * 4 * 4); /* those in flight, and those claimed together with it */
    while (bulk_sends < before + 200) a_step(&cabinet);
    for (size_t i = bulk_sends - 60; i < bulk_sends; i++) assert_int_equal(told_bulk[i % 64], i);
    cabinet_close(&cabinet);
}

/* A process that ends between claims and verdicts: the next one sends what was taken, none before its time. */
static void none_is_lost(struct store_fixture *fixture) {
    struct cabinet cabinet;
    open_lanes(&cabinet, fixture);
    moment later = world_now(fixture->world) + HOUR;
    add_to(&cabinet, "test.prompt", 1, 40, 0);
    add_to(&cabinet, "test.prompt", 100, 1, later);
    engine_step_outbox(cabinet.engine);           /* asks for a claim */
    store_step(engine_store(cabinet.engine));     /* … which is on disk: 40 are leased */
    cabinet_close(&cabinet);                      /* nothing was sent */
    open_lanes(&cabinet, fixture);
    cabinet_settle(&cabinet);
    assert_int_equal(prompt_sends, 40);
    world_advance(fixture->world, HOUR - SECOND);
    cabinet_settle(&cabinet);
    assert_int_equal(prompt_sends, 40);
    world_advance(fixture->world, SECOND);
    cabinet_settle(&cabinet);
    assert_int_equal(prompt_sends, 41);
    assert_int_equal(posted, 100);
    cabinet_close(&cabinet);
}

static void on_both(void (*body)(struct store_fixture *fixture)) {
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        cabinet_folder();
        body(&fixture);
        store_fixture_free(&fixture);
        cabinet_folder_remove();
    }
}

static void what_is_waited_for_is_taken_next(void **state) {
    (void)state;
    on_both(prompt_before_bulk);
}

static void what_was_taken_is_sent_after_a_crash(void **state) {
    (void)state;
    on_both(none_is_lost);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sent_once, setup, teardown),
        cmocka_unit_test_setup_teardown(waits_its_turn, setup, teardown),
        cmocka_unit_test_setup_teardown(the_dead_are_taken_over, setup, teardown),
        cmocka_unit_test_setup_teardown(tried_with_growing_pauses_until_its_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(refused_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(the_unreadable_are_in_nobodys_way, setup, teardown),
        cmocka_unit_test(what_is_waited_for_is_taken_next),
        cmocka_unit_test(what_was_taken_is_sent_after_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* store_group_test.c: commands in groups: order, release after the commit, undo of one among many, failures of one and
 * of all, the participants' protocol, snapshots beside it. */
#include "store/store_fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct migration migrations[] = {
    {"group", 1,
     "CREATE TABLE item ( -- distributed by id\n"
     "    id BIGINT NOT NULL PRIMARY KEY, number BIGINT NOT NULL CHECK (number >= 0)\n"
     ") CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id, number) VALUES ($1, $2)");
STATEMENT(item_get, "SELECT number FROM item WHERE id = $1");
STATEMENT(item_all, "SELECT id FROM item ORDER BY id");
STATEMENT(item_count, "SELECT COUNT(*) FROM item");

/* ---- commands that do as they are told ---- */

enum act {
    ACT_ADD,        /* a row */
    ACT_QUEUE,      /* a row, not waited for */
    ACT_UNDO,       /* a row, then a refusal */
    ACT_REFUSE,     /* reads, refuses */
    ACT_REPEAT,     /* adds a row, then the same again: the database refuses */
    ACT_CHECKED,    /* a row that a CHECK forbids, queued */
    ACT_EXHAUST,    /* adds a row, then more memory than its arena has */
    ACT_EXHAUST_DRY,/* the same before it wrote */
    ACT_STICKY,     /* fails, then goes on as if nothing were */
};

struct told {
    struct command command;
    enum act act;
    int64_t id;
    int runs, answers;
    enum store_status answer;
    int64_t order;
    char problem[80];
};

static int64_t answered; /* how many so far: the order of answers */

static enum command_outcome sticky(struct tx *tx, int64_t id) {
    tx_run(tx, &item_add, VALUES(V_INT(id), V_INT(-1)));
    assert_true(tx_failed(tx));
    assert_true(tx_problem(tx).size > 0);
    assert_int_equal(tx_run(tx, &item_add, VALUES(V_INT(id + 1000), V_INT(1))), 0);
    tx_queue(tx, &item_add, VALUES(V_INT(id + 2000), V_INT(1)));
    struct rows *rows = tx_query(tx, &item_get, VALUES(V_INT(1)));
    assert_false(rows_next(rows));
    rows_end(rows);
    return COMMAND_KEEP;
}

static enum command_outcome told_run(struct command *command, struct tx *tx) {
    struct told *told = (struct told *)command;
    told->runs++;
    if (told->act == ACT_STICKY) return sticky(tx, told->id);
    if (told->act == ACT_EXHAUST_DRY) arena_alloc(command->arena, 1 << 20);
    if (told->act == ACT_REFUSE) {
        assert_false(rows_next(tx_query(tx, &item_get, VALUES(V_INT(told->id)))));
        return COMMAND_UNDO;
    }
    struct rows *open = tx_query(tx, &item_all, NO_VALUES); /* left open on purpose */
    rows_next(open);
    if (told->act == ACT_QUEUE || told->act == ACT_CHECKED) {
        tx_queue(tx, &item_add, VALUES(V_INT(told->id), V_INT(told->act == ACT_CHECKED ? -1 : 1)));
    } else {
        tx_run(tx, &item_add, VALUES(V_INT(told->id), V_INT(1)));
    }
    if (told->act == ACT_REPEAT) tx_run(tx, &item_add, VALUES(V_INT(told->id), V_INT(1)));
    if (told->act == ACT_EXHAUST) arena_alloc(command->arena, 1 << 20);
    return told->act == ACT_UNDO ? COMMAND_UNDO : COMMAND_KEEP;
}

static void told_done(struct command *command, enum store_status status) {
    struct told *told = (struct told *)command;
    told->answers++;
    told->answer = status;
    told->order = answered++;
    snprintf(told->problem, sizeof told->problem, "%.*s", TEXT_ARG(command->problem));
}

static bool item_there(struct store_fixture *fixture, int64_t id) {
    struct reader *reader = reader_new(fixture->store);
    struct tx *tx = reader_begin(reader);
    bool there = rows_next(tx_query(tx, &item_get, VALUES(V_INT(id))));
    assert_true(reader_end(reader, tx));
    reader_free(reader);
    return there;
}

static void on_both(const struct store_options *options, void (*body)(struct store_fixture *fixture)) {
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        store_fixture_open(&fixture, migrations, 1, options);
        body(&fixture);
        store_fixture_free(&fixture);
    }
}

static const struct store_options manual = {.manual = true};

/* ---- one group, each act among good ones ---- */

static const struct {
    enum act act;
    enum store_status answer;
    bool there;
} acts[] = {
    {ACT_ADD, STORE_DURABLE, true},          {ACT_QUEUE, STORE_DURABLE, true},
    {ACT_UNDO, STORE_DURABLE, false},        {ACT_REFUSE, STORE_DURABLE, false},
    {ACT_REPEAT, STORE_UNAVAILABLE, false},  {ACT_CHECKED, STORE_UNAVAILABLE, false},
    {ACT_EXHAUST, STORE_UNAVAILABLE, false}, {ACT_EXHAUST_DRY, STORE_UNAVAILABLE, false},
    {ACT_STICKY, STORE_UNAVAILABLE, false},
};
#define ACTS (sizeof acts / sizeof acts[0])

/* Runs the given acts as one group and looks at each one's fate. */
static void run_group(struct store_fixture *fixture, const size_t *which, size_t count, int64_t first_id) {
    struct told *told = calloc(count, sizeof *told);
    for (size_t i = 0; i < count; i++) {
        told[i] = (struct told){.command = {.run = told_run, .done = told_done, .arena = arena_new(4096)},
                                .act = acts[which[i]].act, .id = first_id + (int64_t)i};
        assert_true(store_submit(fixture->store, &told[i].command));
    }
    int64_t before = answered;
    assert_int_equal(store_step(fixture->store), count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(told[i].answers, 1);
        assert_int_equal(told[i].answer, acts[which[i]].answer);
        assert_int_equal(told[i].order, before + (int64_t)i);
        assert_int_equal(told[i].problem[0] != '\0', told[i].answer == STORE_UNAVAILABLE);
        assert_int_equal(item_there(fixture, told[i].id), acts[which[i]].there);
        assert_in_range(told[i].runs, 1, 3);
        arena_free(told[i].command.arena);
    }
    free(told);
}

static void each_among_good_ones(struct store_fixture *fixture) {
    store_fixture_start(fixture);
    int64_t id = 1;
    for (size_t act = 0; act < ACTS; act++) {
        run_group(fixture, (const size_t[]){act}, 1, id);
        run_group(fixture, (const size_t[]){0, act, 0, 1, act, 0}, 6, id + 1);
        run_group(fixture, (const size_t[]){act, 0}, 2, id + 7);
        run_group(fixture, (const size_t[]){0, act}, 2, id + 9);
        for (int quiet = 0; quiet < 20; quiet++) run_group(fixture, (const size_t[]){0, 1}, 2, id + 20 + 2 * quiet);
        id += 100;
    }
    run_group(fixture, (const size_t[]){0, 1, 2, 3, 4, 5, 6, 7, 8, 0}, 10, id);
}

static void each_act_among_good_ones(void **state) {
    (void)state;
    on_both(&manual, each_among_good_ones);
}

/* ---- participants ---- */

struct witness {
    char calls[4000];
    size_t size;
    struct tx *tx;
    int fail_flushes;   /* so many flushes write what the database refuses */
    bool exhaust_flush; /* the next flush asks for more than there is */
    int kept, marked;   /* state with undo, as the ledger has it */
    const char *name;
};

static void note(struct witness *witness, const char *call) {
    witness->size += (size_t)snprintf(witness->calls + witness->size, sizeof witness->calls - witness->size, "%s%s ",
                                      witness->name, call);
}

static void witness_begin(void *self, struct tx *tx, const struct command *first) {
    struct witness *witness = self;
    size_t count = 0;
    for (; first != NULL; first = first->next) count++;
    char call[32];
    snprintf(call, sizeof call, "begin%zu", count);
    note(witness, call);
    witness->tx = tx;
    witness->kept = 0;
    assert_true(rows_next(tx_query(tx, &item_count, NO_VALUES))); /* left open */
}

static void witness_mark(void *self) {
    struct witness *witness = self;
    note(witness, "mark");
    witness->marked = witness->kept++;
}

static void witness_undo(void *self) {
    struct witness *witness = self;
    note(witness, "undo");
    witness->kept = witness->marked;
}

static void witness_flush(void *self, struct tx *tx) {
    struct witness *witness = self;
    char call[32];
    snprintf(call, sizeof call, "flush%d", witness->kept);
    note(witness, call);
    assert_ptr_equal(tx, witness->tx);
    if (witness->exhaust_flush) {
        witness->exhaust_flush = false;
        arena_alloc(tx_arena(tx), (size_t)1 << 40);
    }
    if (witness->fail_flushes > 0) {
        witness->fail_flushes--;
        tx_queue(tx, &item_add, VALUES(V_INT(900000), V_INT(-1)));
    }
}

static void witness_ended(void *self, bool committed) {
    note(self, committed ? "committed" : "dropped");
}

static void join(struct store_fixture *fixture, struct witness *witness) {
    store_join(fixture->store, (struct participant){.self = witness,
                                                    .begin = witness_begin,
                                                    .mark = witness_mark,
                                                    .undo = witness_undo,
                                                    .flush = witness_flush,
                                                    .ended = witness_ended});
}

static void expect_calls(struct witness *witness, const char *calls) {
    assert_string_equal(witness->calls, calls);
    witness->size = 0;
    witness->calls[0] = '\0';
}

static void participants_follow(struct store_fixture *fixture) {
    struct witness witness = {.name = ""};
    join(fixture, &witness);
    store_join(fixture->store, (struct participant){.self = NULL});
    store_fixture_start(fixture);
    run_group(fixture, (const size_t[]){0, 1}, 2, 1);
    expect_calls(&witness, "begin2 mark mark flush2 committed ");
    run_group(fixture, (const size_t[]){0, 3, 1}, 3, 11); /* a refusal that wrote nothing */
    expect_calls(&witness, "begin3 mark mark undo mark flush2 committed ");
    run_group(fixture, (const size_t[]){0, 2, 1}, 3, 21); /* one that wrote: tried again, with marks */
    expect_calls(&witness, "begin3 mark mark dropped begin3 mark mark undo mark flush2 committed ");
    run_group(fixture, (const size_t[]){0, 4}, 2, 31); /* the next ones have marks at once */
    expect_calls(&witness, "begin2 mark mark undo flush1 committed ");
}

static void participants_follow_the_protocol(void **state) {
    (void)state;
    on_both(&manual, participants_follow);
}

static void flush_fails(struct store_fixture *fixture) {
    struct witness witness = {.name = ""};
    join(fixture, &witness);
    store_fixture_start(fixture);
    witness.fail_flushes = 2; /* whole, whole with marks, then each alone */
    run_group(fixture, (const size_t[]){0, 0}, 2, 11);
    expect_calls(&witness, "begin2 mark mark flush2 dropped begin2 mark mark flush2 dropped "
                           "begin1 mark flush1 committed begin1 mark flush1 committed ");
    witness.exhaust_flush = true; /* marks are on by now: each alone at once */
    run_group(fixture, (const size_t[]){0, 1}, 2, 1);
    expect_calls(&witness,
                 "begin2 mark mark flush2 dropped begin1 mark flush1 committed begin1 mark flush1 committed ");
    struct store_figures figures = store_figures(fixture->store);
    assert_int_equal(figures.commands, 4);
    assert_int_equal(figures.failures, 0);
    witness.fail_flushes = 1000;
    struct told told = {.command = {.run = told_run, .done = told_done}, .act = ACT_ADD, .id = 21};
    assert_int_equal(store_run(fixture->store, &told.command), STORE_UNAVAILABLE);
    assert_int_equal(told.answers, 1);
    assert_false(item_there(fixture, 21));
    witness.fail_flushes = 0;
    assert_int_equal(store_run(fixture->store, &told.command), STORE_DURABLE);
    assert_true(item_there(fixture, 21));
    assert_int_equal(store_figures(fixture->store).failures, 1);
}

static void a_failing_flush_takes_no_command_along(void **state) {
    (void)state;
    on_both(&manual, flush_fails);
}

/* ---- answers come after the commit ---- */

struct observer {
    struct told told;
    struct reader *reader;
    bool seen_while_running, seen_when_told;
};

static bool seen(struct reader *reader, int64_t id) {
    struct tx *tx = reader_begin(reader);
    bool there = rows_next(tx_query(tx, &item_get, VALUES(V_INT(id))));
    return reader_end(reader, tx) && there;
}

static enum command_outcome observer_run(struct command *command, struct tx *tx) {
    struct observer *observer = (struct observer *)command;
    enum command_outcome outcome = told_run(command, tx);
    observer->seen_while_running = seen(observer->reader, observer->told.id);
    return outcome;
}

static void observer_done(struct command *command, enum store_status status) {
    struct observer *observer = (struct observer *)command;
    told_done(command, status);
    observer->seen_when_told = seen(observer->reader, observer->told.id);
}

static void answers_after_commit(struct store_fixture *fixture) {
    store_fixture_start(fixture);
    struct observer observer = {.told = {.command = {.run = observer_run, .done = observer_done}, .id = 5}};
    observer.reader = reader_new(fixture->store);
    struct reader *old = reader_new(fixture->store);
    struct tx *snapshot = reader_begin(old);
    assert_false(rows_next(tx_query(snapshot, &item_get, VALUES(V_INT(5)))));
    assert_int_equal(store_run(fixture->store, &observer.told.command), STORE_DURABLE);
    assert_false(observer.seen_while_running);
    assert_true(observer.seen_when_told);
    assert_false(rows_next(tx_query(snapshot, &item_get, VALUES(V_INT(5))))); /* it stands still */
    assert_true(reader_end(old, snapshot));
    assert_true(seen(old, 5));
    reader_free(old);
    reader_free(observer.reader);
}

static void answers_come_after_the_commit(void **state) {
    (void)state;
    on_both(NULL, answers_after_commit);
}

/* ---- the queue ---- */

static void queue_fills(struct store_fixture *fixture) {
    struct told told[8];
    store_fixture_start(fixture);
    for (int i = 0; i < 8; i++) {
        told[i] = (struct told){.command = {.run = told_run, .done = told_done}, .act = ACT_ADD, .id = i};
        assert_int_equal(store_submit(fixture->store, &told[i].command), i < 5);
    }
    assert_int_equal(store_figures(fixture->store).queue_full, 3);
    assert_int_equal(store_figures(fixture->store).queue_now, 5);
    assert_int_equal(store_step(fixture->store), 2); /* group_max */
    assert_int_equal(told[1].answers, 1);
    assert_int_equal(told[2].answers, 0);
    assert_true(store_submit(fixture->store, &told[5].command));
    assert_int_equal(store_step(fixture->store), 2);
    assert_int_equal(store_figures(fixture->store).groups, 2);
    store_fixture_close(fixture); /* finishes what is queued */
    for (int i = 0; i < 6; i++) assert_int_equal(told[i].answer, STORE_DURABLE);
    store_fixture_open(fixture, migrations, 1, NULL);
    for (int i = 0; i < 8; i++) assert_int_equal(item_there(fixture, i), i < 6);
}

static void the_queue_is_bounded(void **state) {
    (void)state;
    on_both(&(const struct store_options){.manual = true, .queue_max = 5, .group_max = 2}, queue_fills);
}

/* ---- many threads ---- */

#define THREADS 4
#define EACH 300

struct sender {
    struct store *store;
    int64_t first;
    int durable, refused;
};

static void *send_all(void *data) {
    struct sender *sender = data;
    for (int i = 0; i < EACH; i++) {
        struct told told = {.command = {.run = told_run, .done = NULL}, .id = sender->first + i,
                            .act = i % 10 == 3 ? ACT_UNDO : i % 2 == 0 ? ACT_ADD : ACT_QUEUE};
        if (store_run(sender->store, &told.command) == STORE_DURABLE) sender->durable++;
    }
    return NULL;
}

static void threads_submit(struct store_fixture *fixture) {
    store_fixture_start(fixture);
    struct sender senders[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        senders[i] = (struct sender){.store = fixture->store, .first = i * 10000};
        pthread_create(&threads[i], NULL, send_all, &senders[i]);
    }
    struct reader *reader = reader_new(fixture->store);
    int64_t last = 0;
    for (int i = 0; i < 200; i++) { /* what is seen only grows */
        struct tx *tx = reader_begin(reader);
        struct rows *rows = tx_query(tx, &item_count, NO_VALUES);
        assert_true(rows_next(rows));
        assert_true(row_int(rows, 0) >= last);
        last = row_int(rows, 0);
        assert_true(reader_end(reader, tx));
    }
    int durable = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        durable += senders[i].durable;
    }
    struct tx *tx = reader_begin(reader);
    struct rows *rows = tx_query(tx, &item_count, NO_VALUES);
    assert_true(rows_next(rows));
    assert_int_equal(row_int(rows, 0), THREADS * EACH * 9 / 10);
    assert_true(reader_end(reader, tx));
    reader_free(reader);
    assert_int_equal(durable, THREADS * EACH);
    assert_int_equal(store_figures(fixture->store).commands, THREADS * EACH);
}

static void many_threads_submit(void **state) {
    (void)state;
    on_both(NULL, threads_submit);
}

static void closes_unstarted(struct store_fixture *fixture) {
    struct told told = {.command = {.run = told_run, .done = told_done}, .act = ACT_ADD, .id = 1};
    assert_true(store_submit(fixture->store, &told.command));
    store_fixture_close(fixture);
    assert_int_equal(told.answer, STORE_UNAVAILABLE);
    assert_int_equal(told.runs, 0);
}

static void a_store_that_never_started_closes(void **state) {
    (void)state;
    on_both(NULL, closes_unstarted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_act_among_good_ones),
        cmocka_unit_test(participants_follow_the_protocol),
        cmocka_unit_test(a_failing_flush_takes_no_command_along),
        cmocka_unit_test(answers_come_after_the_commit),
        cmocka_unit_test(the_queue_is_bounded),
        cmocka_unit_test(many_threads_submit),
        cmocka_unit_test(a_store_that_never_started_closes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

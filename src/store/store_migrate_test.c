/* store_migrate_test.c: migrations run once, in order, and never silently different; and what opening refuses. */
#include "store/store_fixture.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define A1 "CREATE TABLE a ( -- reference\n id BIGINT NOT NULL PRIMARY KEY) CLUSTERED; INSERT INTO a (id) VALUES (1);"
#define A2 "INSERT INTO a (id) VALUES (2)"
#define A3 "INSERT INTO a (id) VALUES (3); INSERT INTO a (id) VALUES (30);"
#define A3_BAD "INSERT INTO a (id) VALUES (3); INSERT INTO a (id) VALUES (1);"
#define A2_OTHER "INSERT INTO a (id) VALUES (2);"
#define B1 "CREATE TABLE b ( -- reference\n id BIGINT NOT NULL PRIMARY KEY REFERENCES a) CLUSTERED"
#define C1_BAD "CREATE TABLE c (id BIGINT"

STATEMENT(count_a, "SELECT COUNT(*), SUM(id) FROM a");

static void read_sum(struct tx *tx, void *data) {
    struct rows *rows = tx_query(tx, &count_a, NO_VALUES);
    assert_true(rows_next(rows));
    *(int64_t *)data = row_int(rows, 1);
}

struct step {
    struct migration migrations[4];
    const char *problem; /* what it says; NULL: it passes */
    int64_t sum;         /* of a.id afterwards */
};

static const struct step steps[] = {
    {{{"a", 1, A1}}, NULL, 1},
    {{{"a", 1, A1}}, NULL, 1},
    {{{"a", 1, A1}, {"b", 1, B1}, {"a", 2, A2}}, NULL, 3}, /* between another feature's */
    {{{"a", 1, A1}, {"a", 2, A2_OTHER}}, "a: migration 2 is not the one", 3},
    {{{"a", 1, A1}}, "newer version", 3},
    {{{"a", 1, A1}, {"a", 3, A3}}, "a: migration 3 stands where 2 must", 3},
    {{{"a", 2, A2}}, "a: migration 2 stands where 1 must", 3},
    {{{"a", 1, A1}, {"a", 2, A2}, {"a", 3, A3_BAD}}, "a: migration 3: ", 3}, /* its first half is undone */
    {{{"a", 1, A1}, {"a", 2, A2}, {"c", 1, C1_BAD}, {"a", 3, A3}}, "c: migration 1: ", 3},
    {{{"a", 1, A1}, {"a", 2, A2}, {"a", 3, A3}, {"c", 1, C1_BAD}}, "c: migration 1: ", 36},
    {{{"b", 1, B1}}, NULL, 36}, /* a feature switched off is left alone */
};

static void migrations_run_once(struct store_fixture *fixture) {
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        size_t count = 0;
        while (count < 4 && steps[i].migrations[count].sql != NULL) count++;
        bool opened = store_fixture_try(fixture, steps[i].migrations, count, NULL);
        if (steps[i].problem == NULL) {
            assert_true(opened);
        } else {
            assert_false(opened);
            if (strstr(fixture->problem.data, steps[i].problem) == NULL) {
                fail_msg("step %zu says \"%s\"", i, fixture->problem.data);
            }
            store_fixture_open(fixture, NULL, 0, NULL);
        }
        int64_t sum = 0;
        assert_true(store_fixture_read(fixture, read_sum, &sum));
        assert_int_equal(sum, steps[i].sum);
        store_fixture_close(fixture);
    }
}

static void on_both(void (*body)(struct store_fixture *fixture)) {
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        body(&fixture);
        store_fixture_free(&fixture);
    }
}

static void migrations_run_once_on_both(void **state) {
    (void)state;
    on_both(migrations_run_once);
}

/* ---- one writer ---- */

/* In another process: 0 opened and migrated, 1 refused as it should, 2 refused otherwise; 4 more: it could read. */
static int another_process(struct store_fixture *fixture) {
    pid_t child = fork();
    if (child == 0) {
        struct store_options options = {.where = fixture->where, .world = fixture->world};
        struct text problem = TEXT_NONE;
        struct store *store = store_open(fixture->arena, &options, &problem);
        struct reader *reader = store == NULL ? NULL : reader_new(store);
        struct tx *tx = reader == NULL ? NULL : reader_begin(reader);
        int code = tx != NULL && rows_next(tx_query(tx, &count_a, NO_VALUES)) ? 4 : 0;
        if (!store_migrate(store, fixture->arena, steps[0].migrations, 1, &problem)) {
            bool refused = strstr(problem.data, "another process writes this database") != NULL;
            if (!refused) fprintf(stderr, "refused otherwise: %s\n", problem.data);
            code += refused ? 1 : 2;
        }
        _exit(code);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void one_writer(struct store_fixture *fixture) {
    store_fixture_open(fixture, steps[0].migrations, 1, NULL);
    assert_int_equal(another_process(fixture), 5);
    store_fixture_start(fixture);
    assert_int_equal(another_process(fixture), 5);
    store_fixture_close(fixture);
    assert_int_equal(another_process(fixture), 4);
    store_fixture_open(fixture, steps[0].migrations, 1, NULL);
}

static void another_writer_is_refused(void **state) {
    (void)state;
    on_both(one_writer);
}

static void other_nodes_write_beside(void **state) {
    (void)state;
    struct store_fixture fixture;
    if (!store_fixture_new(&fixture, STORE_POSTGRES)) return;
    store_fixture_open(&fixture, steps[0].migrations, 1, NULL);
    store_fixture_start(&fixture);
    fixture.world->node = 7;
    assert_int_equal(another_process(&fixture), 4);
    fixture.world->node = 0;
    store_fixture_free(&fixture);
}

/* ---- what cannot be opened ---- */

static void bad_places_are_refused(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct world *world = world_simulated(1, 0);
    static const char *const places[] = {
        "", ":memory:", "file:x?mode=memory", "/nowhere/at/all.db", "/tmp",
        "postgresql:///x?host=/nowhere/at/all", "postgresql://nobody@127.0.0.1:1/x", "postgresql://x:y:z",
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct store_options options = {.where = places[i], .world = world};
        struct text problem = TEXT_NONE;
        struct store *store = store_open(arena, &options, &problem);
        if (store != NULL) fail_msg("\"%s\" was opened", places[i]);
        assert_true(problem.size > 0);
    }
    world_free(world);
    arena_free(arena);
}

/* ---- statements that end the program ---- */

STATEMENT(not_there, "SELECT x FROM not_there");
static struct statement foreign = {"INSERT INTO account (id) VALUES (1)", "src/products/wallet/x.c", 0};
static struct statement schema = {"DROP TABLE a", __FILE__, 0};

static enum command_outcome run_wrong(struct tx *tx, void *data) {
    tx_run(tx, data, NO_VALUES);
    return COMMAND_KEEP;
}

static enum command_outcome run_few(struct tx *tx, void *data) {
    STATEMENT(two, "INSERT INTO a (id) VALUES ($1 + $2)");
    (void)data;
    tx_run(tx, &two, VALUES(V_INT(1)));
    return COMMAND_KEEP;
}

static bool ends_the_program(struct store_fixture *fixture, enum command_outcome (*body)(struct tx *, void *),
                             struct statement *statement) {
    pid_t child = fork();
    if (child == 0) {
        if (freopen("/dev/null", "w", stderr) == NULL) _exit(1);
        signal(SIGABRT, SIG_DFL);
        store_fixture_open(fixture, steps[0].migrations, 1, &(struct store_options){.manual = true});
        store_fixture_start(fixture);
        store_fixture_write(fixture, body, statement);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void wrong_statements(struct store_fixture *fixture) {
    assert_true(ends_the_program(fixture, run_wrong, &not_there));
    assert_true(ends_the_program(fixture, run_wrong, &foreign)); /* LE-1 */
    assert_true(ends_the_program(fixture, run_few, NULL));
    assert_int_equal(fixture->kind == STORE_SQLITE, ends_the_program(fixture, run_wrong, &schema));
}

static void wrong_statements_end_the_program(void **state) {
    (void)state;
    on_both(wrong_statements);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(migrations_run_once_on_both), cmocka_unit_test(another_writer_is_refused),
        cmocka_unit_test(other_nodes_write_beside), cmocka_unit_test(bad_places_are_refused),
        cmocka_unit_test(wrong_statements_end_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

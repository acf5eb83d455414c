/* store_kill_test.c: kill -9 of a process that writes under load, again and again on the same database; an outside
 * journal (a pipe to the parent) holds what was answered as durable. Nothing of it may be missing, and nothing may be
 * there in halves. */
#include "store/store_fixture.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define KILLS 20
#define THREADS 3
#define RUN_IDS 10000000 /* ids of one process */
#define WINDOW 40 /* commands under way, a thread */

static const struct migration migrations[] = {
    {"kill", 1,
     "CREATE TABLE left_half ( -- distributed by id\n"
     "    id BIGINT NOT NULL PRIMARY KEY, word TEXT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE right_half ( -- distributed by id\n"
     "    id BIGINT NOT NULL PRIMARY KEY\n"
     ") CLUSTERED;"},
};

STATEMENT(left_add, "INSERT INTO left_half (id, word) VALUES ($1, $2)");
STATEMENT(right_add, "INSERT INTO right_half (id) VALUES ($1)");
STATEMENT(halves, "SELECT COUNT(*) FROM left_half WHERE id NOT IN (SELECT id FROM right_half)");
STATEMENT(other_halves, "SELECT COUNT(*) FROM right_half WHERE id NOT IN (SELECT id FROM left_half)");
STATEMENT(all_ids, "SELECT id FROM left_half WHERE id > $1 ORDER BY id");

/* ---- the one that is killed ---- */

struct writing {
    struct command command;
    int64_t id;
    struct store *store;
};

static int journal;
static _Atomic int64_t next_id;

/* Every other process takes some back half-way. */
static bool taken_back(int64_t id) {
    return id % 16 == 5 && id / RUN_IDS % 2 == 1;
}

static enum command_outcome writing_run(struct command *command, struct tx *tx) {
    struct writing *writing = (struct writing *)command;
    tx_queue(tx, &left_add, VALUES(V_INT(writing->id), V_TEXT(TEXT("what was promised is kept"))));
    if (taken_back(writing->id)) return COMMAND_UNDO;
    tx_queue(tx, &right_add, VALUES(V_INT(writing->id)));
    return COMMAND_KEEP;
}

static void writing_done(struct command *command, enum store_status status) {
    struct writing *writing = (struct writing *)command;
    if (status == STORE_DURABLE && !taken_back(writing->id) && write(journal, &writing->id, 8) != 8) _exit(3);
    writing->id = atomic_fetch_add(&next_id, 1);
    if (!store_submit(writing->store, command)) _exit(4);
}

_Noreturn static void write_until_killed(struct store_fixture *fixture, int64_t first_id) {
    static struct writing all[THREADS * WINDOW];
    atomic_store(&next_id, first_id);
    for (int tries = 0; !store_fixture_try(fixture, migrations, 1, &(struct store_options){.group_max = 64}); tries++) {
        if (tries == 100) _exit(2); /* the killed one's server process may take a moment to end */
        usleep(20000);
    }
    store_fixture_start(fixture);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        all[i] = (struct writing){.command = {.run = writing_run, .done = writing_done}, .store = fixture->store};
        all[i].id = atomic_fetch_add(&next_id, 1);
        if (!store_submit(fixture->store, &all[i].command)) _exit(4);
    }
    for (;;) pause();
}

/* ---- the one that kills ---- */

struct acknowledged {
    int64_t *ids;
    size_t count, room;
};

static void acknowledged_add(struct acknowledged *acknowledged, int64_t id) {
    if (acknowledged->count == acknowledged->room) {
        acknowledged->room = acknowledged->room * 2 + 1024;
        acknowledged->ids = realloc(acknowledged->ids, acknowledged->room * sizeof *acknowledged->ids);
        assert_non_null(acknowledged->ids);
    }
    acknowledged->ids[acknowledged->count++] = id;
}

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Reads the journal; kills `delay_us` after its first line, then takes what is left in the pipe. */
static void follow_and_kill(pid_t child, int from, int64_t delay_us, struct acknowledged *acknowledged) {
    int64_t id, kill_at = 0;
    for (;;) {
        struct pollfd look = {.fd = from, .events = POLLIN};
        int64_t left = kill_at == 0 ? 20000000 : kill_at - now_us();
        if (left <= 0) break;
        struct timespec wait = {.tv_sec = left / 1000000, .tv_nsec = (left % 1000000) * 1000};
        if (ppoll(&look, 1, &wait, NULL) <= 0) break;
        if (read(from, &id, 8) != 8) break;
        acknowledged_add(acknowledged, id);
        if (kill_at == 0) kill_at = now_us() + delay_us;
    }
    kill(child, SIGKILL);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    while (read(from, &id, 8) == 8) acknowledged_add(acknowledged, id);
}

static int compare_ids(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static int64_t count_of(struct tx *tx, struct statement *statement) {
    struct rows *rows = tx_query(tx, statement, NO_VALUES);
    assert_true(rows_next(rows));
    int64_t count = row_int(rows, 0);
    rows_end(rows);
    return count;
}

static void look(struct tx *tx, void *data) {
    struct acknowledged *acknowledged = data;
    assert_int_equal(count_of(tx, &halves), 0);
    assert_int_equal(count_of(tx, &other_halves), 0);
    qsort(acknowledged->ids, acknowledged->count, sizeof *acknowledged->ids, compare_ids);
    size_t at = 0;
    for (struct rows *rows = tx_query(tx, &all_ids, VALUES(V_INT(0))); rows_next(rows);) {
        int64_t id = row_int(rows, 0);
        assert_false(taken_back(id));
        if (at < acknowledged->count && acknowledged->ids[at] < id) {
            fail_msg("%lld was acknowledged and is missing", (long long)acknowledged->ids[at]);
        }
        if (at < acknowledged->count && acknowledged->ids[at] == id) at++;
    }
    assert_int_equal(at, acknowledged->count);
}

static void kill_one(struct store_fixture *fixture, int number, struct acknowledged *acknowledged) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        journal = ends[1];
        write_until_killed(fixture, 1 + (int64_t)number * RUN_IDS);
    }
    close(ends[1]);
    follow_and_kill(child, ends[0], 1000 + (number * 7919) % 40000, acknowledged);
    close(ends[0]);
}

static void killed_again_and_again(enum store_kind kind) {
    struct store_fixture fixture;
    if (!store_fixture_new(&fixture, kind)) return;
    struct acknowledged acknowledged = {NULL, 0, 0};
    const char *wanted = getenv("KABINET_TEST_KILLS");
    int kills = wanted == NULL ? KILLS : (int)strtol(wanted, NULL, 10);
    for (int number = 0; number < kills; number++) {
        size_t before = acknowledged.count;
        kill_one(&fixture, number, &acknowledged);
        assert_true(acknowledged.count > before);
        if (number % 5 != 4 && number != kills - 1) continue; /* so that recovery meets recovery */
        store_fixture_open(&fixture, migrations, 1, NULL);
        assert_true(store_fixture_read(&fixture, look, &acknowledged));
        store_fixture_close(&fixture);
    }
    print_message("%s: %d kills, %zu commands acknowledged, none missing\n", store_kind_name(kind), kills,
                  acknowledged.count);
    free(acknowledged.ids);
    store_fixture_free(&fixture);
}

static void kills_on_sqlite(void **state) {
    (void)state;
    killed_again_and_again(STORE_SQLITE);
}

static void kills_on_postgres(void **state) {
    (void)state;
    killed_again_and_again(STORE_POSTGRES);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(kills_on_sqlite), cmocka_unit_test(kills_on_postgres)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* store_outage_test.c: a PostgreSQL server of its own that crashes under load and comes back; connections that an
 * administrator ends; and two nodes that are in each other's way. */
#include "store/store_fixture.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BINARIES "/usr/lib/postgresql/15/bin/"

/* ---- a server of its own ---- */

static char folder[64], data_folder[96], options[256];

/* Runs a program of PostgreSQL's, as its user when we are root (it refuses root). */
static bool run(const char *const *arguments) {
    pid_t child = fork();
    if (child == 0) {
        const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
        if (user != NULL && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) _exit(126);
        if (chdir("/") != 0 || freopen("/dev/null", "w", stdout) == NULL) _exit(126);
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool server_start(void) {
    char log[96];
    snprintf(log, sizeof log, "%s/log", folder);
    return run(
        (const char *const[]){BINARIES "pg_ctl", "-D", data_folder, "-l", log, "-o", options, "-w", "start", NULL});
}

static bool server_crash(void) {
    return run((const char *const[]){BINARIES "pg_ctl", "-D", data_folder, "-m", "immediate", "-w", "stop", NULL});
}

static bool server_make(void) {
    if (access(BINARIES "initdb", X_OK) != 0) {
        fprintf(stderr, "\n!!! SKIPPED: PostgreSQL's outages: there is no %sinitdb\n\n", BINARIES);
        return false;
    }
    snprintf(folder, sizeof folder, "/tmp/kabinet-outage-XXXXXX");
    assert_non_null(mkdtemp(folder));
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user != NULL) assert_int_equal(chown(folder, user->pw_uid, user->pw_gid), 0);
    assert_int_equal(chmod(folder, 0755), 0);
    snprintf(data_folder, sizeof data_folder, "%s/data", folder);
    snprintf(options, sizeof options,
             "-k %s -c listen_addresses='' -p 5432 -c deadlock_timeout=20ms -c shared_buffers=16MB", folder);
    assert_true(run((const char *const[]){BINARIES "initdb", "-D", data_folder, "-A", "trust", "-U", "kabinet", "-E",
                                          "UTF8", "--no-locale", "-N", NULL}));
    assert_true(server_start());
    char address[160];
    snprintf(address, sizeof address, "postgresql:///postgres?host=%s&user=kabinet", folder);
    setenv("KABINET_TEST_POSTGRES", address, 1);
    return true;
}

static void server_remove(void) {
    server_crash();
    run((const char *const[]){"/bin/rm", "-rf", data_folder, NULL});
    char log[96];
    snprintf(log, sizeof log, "%s/log", folder);
    unlink(log);
    rmdir(folder);
}

static void wait_ms(long ms) {
    struct timespec wanted = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    nanosleep(&wanted, NULL);
}

/* ---- load ---- */

static const struct migration migrations[] = {
    {"outage", 1,
     "CREATE TABLE item ( -- distributed by id\n"
     "    id BIGINT NOT NULL PRIMARY KEY, number BIGINT NOT NULL\n"
     ") CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id, number) VALUES ($1, 0)");
STATEMENT(item_there, "SELECT COUNT(*) FROM item WHERE id = $1");
STATEMENT(item_raise, "UPDATE item SET number = number + 1 WHERE id = $1");
STATEMENT(item_sum, "SELECT SUM(number) FROM item");

#define THREADS 3
#define MOST 100000

struct load {
    struct store *store;
    pthread_t thread;
    int64_t first;
    int count;
    _Atomic int durable;
    char status[MOST]; /* by id */
    _Atomic bool *end;
};

struct add_command {
    struct command command;
    int64_t id;
    bool undo;
};

static enum command_outcome add_run(struct command *command, struct tx *tx) {
    struct add_command *own = (struct add_command *)command;
    if (own->id % 3 == 0) {
        tx_run(tx, &item_add, VALUES(V_INT(own->id)));
    } else {
        tx_queue(tx, &item_add, VALUES(V_INT(own->id)));
    }
    return own->undo ? COMMAND_UNDO : COMMAND_KEEP;
}

static void *load_main(void *data) {
    struct load *load = data;
    while (!atomic_load(load->end) && load->count < MOST) {
        struct add_command own = {
            .command.run = add_run, .id = load->first + load->count, .undo = load->count % 100 == 7};
        enum store_status status = store_run(load->store, &own.command);
        load->status[load->count++] = status != STORE_DURABLE ? 'u' : own.undo ? 'x' : 'd';
        if (status == STORE_DURABLE) atomic_fetch_add(&load->durable, 1);
        if (status != STORE_DURABLE) wait_ms(2);
    }
    return NULL;
}

static void look(struct tx *tx, void *data) {
    const struct load *load = data;
    for (int i = 0; i < load->count; i++) {
        struct rows *rows = tx_query(tx, &item_there, VALUES(V_INT(load->first + i)));
        assert_true(rows_next(rows));
        if (row_int(rows, 0) != (load->status[i] == 'd')) {
            fail_msg("command %lld was told '%c'", (long long)(load->first + i), load->status[i]);
        }
        rows_end(rows);
    }
}

static void load_until(struct store_fixture *fixture, void (*disturb)(struct store_fixture *fixture, int round),
                       int rounds) {
    static struct load loads[THREADS];
    _Atomic bool over = false;
    for (int i = 0; i < THREADS; i++) {
        memset(&loads[i], 0, sizeof loads[i]);
        loads[i].store = fixture->store;
        loads[i].first = 1 + i * MOST;
        loads[i].end = &over;
        assert_int_equal(pthread_create(&loads[i].thread, NULL, load_main, &loads[i]), 0);
    }
    for (int round = 0; round < rounds; round++) {
        int before = atomic_load(&loads[0].durable);
        disturb(fixture, round);
        for (int i = 0; i < 1000 && atomic_load(&loads[0].durable) < before + 5; i++) wait_ms(10);
        assert_true(atomic_load(&loads[0].durable) >= before + 5); /* it is well again */
    }
    atomic_store(&over, true);
    int durable = 0, unavailable = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(loads[i].thread, NULL);
        assert_true(store_fixture_read(fixture, look, &loads[i]));
        for (int j = 0; j < loads[i].count; j++) unavailable += loads[i].status[j] == 'u';
        durable += loads[i].durable;
    }
    print_message("%d durable, %d unavailable, %lld replays\n", durable, unavailable,
                  (long long)store_figures(fixture->store).replays);
}

/* ---- crashes ---- */

static void crash_and_return(struct store_fixture *fixture, int round) {
    (void)fixture;
    wait_ms(30 + round * 37 % 100);
    assert_true(server_crash());
    wait_ms(round % 2 == 0 ? 0 : 300);
    assert_true(server_start());
}

static void end_connections(struct store_fixture *fixture, int round) {
    char sql[256];
    wait_ms(round * 7 % 20);
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s' AND pid <> pg_backend_pid()",
             fixture->database);
    PGconn *conn = PQconnectdb(getenv("KABINET_TEST_POSTGRES"));
    PQclear(PQexec(conn, sql));
    PQfinish(conn);
}

static void the_server_crashes(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_POSTGRES));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    load_until(&fixture, crash_and_return, 4);
    store_fixture_free(&fixture);
}

static void connections_are_ended(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_POSTGRES));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    load_until(&fixture, end_connections, 40);
    store_fixture_free(&fixture);
}

/* ---- two nodes ---- */

#define RAISES 150

struct raise_command {
    struct command command;
    bool backwards;
};

static enum command_outcome raise_run(struct command *command, struct tx *tx) {
    bool backwards = ((struct raise_command *)command)->backwards;
    tx_run(tx, &item_raise, VALUES(V_INT(backwards ? 2 : 1)));
    tx_run(tx, &item_raise, VALUES(V_INT(backwards ? 1 : 2)));
    return COMMAND_KEEP;
}

struct node {
    struct store *store;
    pthread_t thread;
    bool backwards;
    int durable;
};

static void *node_main(void *data) {
    struct node *node = data;
    for (int i = 0; i < RAISES; i++) {
        struct raise_command own = {.command.run = raise_run, .backwards = node->backwards};
        if (store_run(node->store, &own.command) == STORE_DURABLE) node->durable++;
    }
    return NULL;
}

static enum command_outcome add_two(struct tx *tx, void *data) {
    (void)data;
    tx_run(tx, &item_add, VALUES(V_INT(1)));
    tx_run(tx, &item_add, VALUES(V_INT(2)));
    return COMMAND_KEEP;
}

static void read_sum(struct tx *tx, void *data) {
    struct rows *rows = tx_query(tx, &item_sum, NO_VALUES);
    if (rows_next(rows)) *(int64_t *)data = row_int(rows, 0);
}

static void nodes_in_each_others_way(void **state) {
    (void)state;
    struct store_fixture fixture;
    assert_true(store_fixture_new(&fixture, STORE_POSTGRES));
    store_fixture_open(&fixture, migrations, 1, NULL);
    store_fixture_start(&fixture);
    assert_int_equal(store_fixture_write(&fixture, add_two, NULL), STORE_DURABLE);
    struct world *other_world = world_simulated(2, 0);
    other_world->node = 1;
    struct text problem = TEXT_NONE;
    struct store *other = store_open(
        fixture.arena, &(struct store_options){.where = fixture.where, .world = other_world}, &problem);
    assert_non_null(other);
    assert_true(store_migrate(other, fixture.arena, migrations, 1, &problem));
    assert_true(store_start(other));
    struct node nodes[2] = {{.store = fixture.store}, {.store = other, .backwards = true}};
    for (int i = 0; i < 2; i++) pthread_create(&nodes[i].thread, NULL, node_main, &nodes[i]);
    for (int i = 0; i < 2; i++) pthread_join(nodes[i].thread, NULL);
    print_message("%lld and %lld replays\n", (long long)store_figures(fixture.store).replays,
                  (long long)store_figures(other).replays);
    assert_int_equal(nodes[0].durable, RAISES);
    assert_int_equal(nodes[1].durable, RAISES);
    assert_true(store_figures(fixture.store).replays + store_figures(other).replays > 0);
    int64_t sum = 0;
    assert_true(store_fixture_read(&fixture, read_sum, &sum));
    assert_int_equal(sum, 4 * RAISES);
    store_close(other);
    world_free(other_world);
    store_fixture_free(&fixture);
}

int main(void) {
    if (!server_make()) return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_crashes), cmocka_unit_test(connections_are_ended),
        cmocka_unit_test(nodes_in_each_others_way)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    server_remove();
    return failed;
}

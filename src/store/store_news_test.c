/* store_news_test.c: what one node announces, another hears: once it is on disk, never what was undone, never its own,
 * and again after its connection was lost. Where nobody else writes, nothing is said. */
#include "store/store_fixture.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct migration migrations[] = {
    {"news", 1, "CREATE TABLE item ( -- distributed by id\n    id BIGINT NOT NULL PRIMARY KEY\n) CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id) VALUES ($1)");

struct ear {
    pthread_mutex_t mutex;
    char heard[256];
};

static struct ear ears[2] = {{.mutex = PTHREAD_MUTEX_INITIALIZER}, {.mutex = PTHREAD_MUTEX_INITIALIZER}};

static void hear(void *self, struct text news) {
    struct ear *ear = self;
    pthread_mutex_lock(&ear->mutex);
    size_t size = strlen(ear->heard);
    assert_true(size + news.size + 1 < sizeof ear->heard);
    memcpy(ear->heard + size, news.data, news.size);
    ear->heard[size + news.size] = ';';
    pthread_mutex_unlock(&ear->mutex);
}

/* Waits for it, or for as long as it would have taken. */
static void heard(struct ear *ear, const char *wanted) {
    bool same = false;
    for (int tries = 0; tries < 200 && !same; tries++) {
        usleep(10000);
        pthread_mutex_lock(&ear->mutex);
        same = strcmp(ear->heard, wanted) == 0 && (*wanted != '\0' || tries > 120);
        pthread_mutex_unlock(&ear->mutex);
    }
    assert_string_equal(ear->heard, wanted);
    ear->heard[0] = '\0';
}

struct saying {
    int64_t id;
    const char *news;
    enum command_outcome outcome;
};

static enum command_outcome say(struct tx *tx, void *data) {
    const struct saying *saying = data;
    tx_run(tx, &item_add, VALUES(V_INT(saying->id)));
    tx_announce(tx, text_from(saying->news));
    return saying->outcome;
}

static enum store_status tell(struct store_fixture *node, int64_t id, const char *news, enum command_outcome outcome) {
    struct saying saying = {id, news, outcome};
    return store_fixture_write(node, say, &saying);
}

static void open_node(struct store_fixture *node, struct ear *ear, bool shares) {
    store_fixture_open(node, migrations, 1, &(struct store_options){.shares = shares});
    store_hear(node->store, hear, ear);
    store_fixture_start(node);
}

static void close_second(struct store_fixture *node) {
    store_fixture_close(node);
    world_free(node->world);
}

static void lose_connections(const struct store_fixture *node) {
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'",
             node->database);
    PGconn *conn = PQconnectdb(getenv("KABINET_TEST_POSTGRES"));
    PGresult *result = PQexec(conn, sql);
    assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
    PQclear(result);
    PQfinish(conn);
}

static void across_nodes(void **state) {
    (void)state;
    struct store_fixture one, other;
    if (!store_fixture_new(&one, STORE_POSTGRES)) return;
    other = one;
    other.world = world_simulated(2, world_now(one.world));
    one.world->node = 1;
    other.world->node = 2;
    open_node(&one, &ears[0], true);
    open_node(&other, &ears[1], true);

    assert_int_equal(tell(&one, 1, "first", COMMAND_KEEP), STORE_DURABLE);
    heard(&ears[1], "first;");
    assert_int_equal(tell(&one, 2, "undone", COMMAND_UNDO), STORE_DURABLE);
    assert_int_equal(tell(&one, 1, "broken", COMMAND_KEEP), STORE_UNAVAILABLE); /* the row is there already */
    assert_int_equal(tell(&other, 3, "back", COMMAND_KEEP), STORE_DURABLE);
    heard(&ears[0], "back;"); /* and nothing of its own */
    heard(&ears[1], "");

    lose_connections(&one);
    enum store_status status = STORE_UNAVAILABLE;
    for (int tries = 0; tries < 200 && status != STORE_DURABLE; tries++, usleep(20000))
        status = tell(&other, 4, "again", COMMAND_KEEP);
    assert_int_equal(status, STORE_DURABLE);
    usleep(1500000); /* the first one finds its new connection by itself */
    ears[0].heard[0] = '\0';
    assert_int_equal(tell(&other, 5, "and again", COMMAND_KEEP), STORE_DURABLE);
    heard(&ears[0], "and again;");
    close_second(&other);
    store_fixture_free(&one);
}

static void alone_says_nothing(void **state) {
    (void)state;
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        open_node(&fixture, &ears[0], false);
        assert_int_equal(tell(&fixture, 1, "nobody is there", COMMAND_KEEP), STORE_DURABLE);
        store_fixture_free(&fixture);
    }
    heard(&ears[0], "");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(across_nodes), cmocka_unit_test(alone_says_nothing)};
    return cmocka_run_group_tests_name("store news", tests, NULL, NULL);
}

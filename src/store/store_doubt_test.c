/* store_doubt_test.c: the connection to PostgreSQL is lost while a COMMIT is under way. Whether it happened is asked,
 * not guessed: what is told as durable is there, what is run again was not.
 *
 * Between the store and the server stands a proxy that can lose what one of them says, cut, and refuse. */
#include "store/store_fixture.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- the proxy ---- */

#define PAIRS 32

struct proxy {
    char folder[64], path[128], upstream[256];
    int upstream_port, listening;
    pthread_t thread;
    _Atomic bool lose_answers, lose_requests, cut, refuse, end;
    struct {
        int client, server;
    } pairs[PAIRS];
};

static int connect_upstream(const struct proxy *proxy) {
    int handle;
    if (proxy->upstream[0] == '/') {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof address.sun_path, "%.80s/.s.PGSQL.%d", proxy->upstream, proxy->upstream_port);
        handle = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    } else {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)proxy->upstream_port)};
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        handle = socket(AF_INET, SOCK_STREAM, 0);
        assert_int_equal(connect(handle, (struct sockaddr *)&address, sizeof address), 0);
    }
    return handle;
}

static void pair_end(struct proxy *proxy, int at) {
    if (proxy->pairs[at].client < 0) return;
    close(proxy->pairs[at].client);
    close(proxy->pairs[at].server);
    proxy->pairs[at].client = proxy->pairs[at].server = -1;
}

static void pair_begin(struct proxy *proxy) {
    int client = accept(proxy->listening, NULL, NULL);
    for (int i = 0; i < PAIRS && !atomic_load(&proxy->refuse); i++) {
        if (proxy->pairs[i].client >= 0) continue;
        proxy->pairs[i].client = client;
        proxy->pairs[i].server = connect_upstream(proxy);
        return;
    }
    close(client);
}

/* False at the end of the connection. */
static bool forward(int from, int to, bool lose) {
    char bytes[16384];
    ssize_t size = read(from, bytes, sizeof bytes);
    if (size <= 0) return false;
    for (ssize_t at = 0; !lose && at < size;) {
        ssize_t sent = write(to, bytes + at, (size_t)(size - at));
        if (sent <= 0) return false;
        at += sent;
    }
    return true;
}

static void proxy_pass(struct proxy *proxy, int at, short client, short server) {
    bool well = true;
    if (client != 0)
        well = forward(proxy->pairs[at].client, proxy->pairs[at].server, atomic_load(&proxy->lose_requests));
    if (well && server != 0) {
        well = forward(proxy->pairs[at].server, proxy->pairs[at].client, atomic_load(&proxy->lose_answers));
    }
    if (!well) pair_end(proxy, at);
}

static void *proxy_main(void *data) {
    struct proxy *proxy = data;
    while (!atomic_load(&proxy->end)) {
        struct pollfd look[2 * PAIRS + 1];
        for (int i = 0; i < PAIRS; i++) {
            look[2 * i] = (struct pollfd){.fd = proxy->pairs[i].client, .events = POLLIN};
            look[2 * i + 1] = (struct pollfd){.fd = proxy->pairs[i].server, .events = POLLIN};
        }
        look[2 * PAIRS] = (struct pollfd){.fd = proxy->listening, .events = POLLIN};
        poll(look, 2 * PAIRS + 1, 5);
        for (int i = 0; i < PAIRS; i++) {
            if (proxy->pairs[i].client >= 0) proxy_pass(proxy, i, look[2 * i].revents, look[2 * i + 1].revents);
        }
        if (atomic_exchange(&proxy->cut, false)) {
            for (int i = 0; i < PAIRS; i++) pair_end(proxy, i);
            atomic_store(&proxy->lose_answers, false);
            atomic_store(&proxy->lose_requests, false);
        }
        if (look[2 * PAIRS].revents != 0) pair_begin(proxy);
    }
    for (int i = 0; i < PAIRS; i++) pair_end(proxy, i);
    return NULL;
}

/* Puts the proxy between: the fixture's address leads to it from now on. */
static void proxy_start(struct proxy *proxy, struct store_fixture *fixture) {
    *proxy = (struct proxy){.folder = "/tmp/kabinet-proxy-XXXXXX", .upstream_port = 5432, .upstream = "localhost"};
    for (int i = 0; i < PAIRS; i++) proxy->pairs[i].client = proxy->pairs[i].server = -1;
    PQconninfoOption *options = PQconninfoParse(fixture->where, NULL);
    assert_non_null(options);
    for (PQconninfoOption *option = options; option->keyword != NULL; option++) {
        if (option->val == NULL) continue;
        if (strcmp(option->keyword, "host") == 0) snprintf(proxy->upstream, sizeof proxy->upstream, "%s", option->val);
        if (strcmp(option->keyword, "port") == 0) proxy->upstream_port = (int)strtol(option->val, NULL, 10);
    }
    PQconninfoFree(options);
    assert_non_null(mkdtemp(proxy->folder));
    snprintf(proxy->path, sizeof proxy->path, "%s/.s.PGSQL.5432", proxy->folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", proxy->path);
    proxy->listening = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(proxy->listening, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(proxy->listening, 16), 0);
    size_t size = strlen(fixture->where);
    const char *joint = strchr(fixture->where, '?') == NULL ? "?" : "&";
    snprintf(fixture->where + size, sizeof fixture->where - size, "%shost=%s&port=5432", joint, proxy->folder);
    assert_int_equal(pthread_create(&proxy->thread, NULL, proxy_main, proxy), 0);
}

static void proxy_end(struct proxy *proxy) {
    atomic_store(&proxy->end, true);
    pthread_join(proxy->thread, NULL);
    close(proxy->listening);
    unlink(proxy->path);
    rmdir(proxy->folder);
}

static void wait_ms(long ms) {
    struct timespec wanted = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    nanosleep(&wanted, NULL);
}

/* ---- commands that lose their connection ---- */

static const struct migration migrations[] = {
    {"doubt", 1, "CREATE TABLE item ( -- distributed by id\n id BIGINT NOT NULL PRIMARY KEY) CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id) VALUES ($1)");
STATEMENT(item_there, "SELECT COUNT(*) FROM item WHERE id = $1");

enum losing { LOSE_NOTHING, LOSE_ANSWERS, LOSE_REQUESTS, LOSE_BOTH_EARLY };

struct losing_command {
    struct command command;
    struct proxy *proxy;
    enum losing losing; /* at its first run */
    int64_t id;
    _Atomic int runs, answers;
    _Atomic enum store_status answer;
};

static enum command_outcome losing_run(struct command *command, struct tx *tx) {
    struct losing_command *own = (struct losing_command *)command;
    bool first = atomic_fetch_add(&own->runs, 1) == 0;
    if (first && own->losing == LOSE_BOTH_EARLY) {
        atomic_store(&own->proxy->cut, true);
        wait_ms(30);
    }
    tx_queue(tx, &item_add, VALUES(V_INT(own->id)));
    /* Only now: the statement must be prepared before, and nothing is waited for until the COMMIT. */
    if (first && own->losing == LOSE_ANSWERS) atomic_store(&own->proxy->lose_answers, true);
    if (first && own->losing == LOSE_REQUESTS) atomic_store(&own->proxy->lose_requests, true);
    return COMMAND_KEEP;
}

static void losing_done(struct command *command, enum store_status status) {
    struct losing_command *own = (struct losing_command *)command;
    atomic_store(&own->answer, status);
    atomic_fetch_add(&own->answers, 1);
}

static void submit(struct store_fixture *fixture, struct losing_command *own, struct proxy *proxy, enum losing losing,
                   int64_t id) {
    *own = (struct losing_command){.command = {.run = losing_run, .done = losing_done}, .proxy = proxy};
    own->losing = losing;
    own->id = id;
    assert_true(store_submit(fixture->store, &own->command));
}

static void answer_of(struct losing_command *own, enum store_status wanted) {
    for (int i = 0; i < 1000 && atomic_load(&own->answers) == 0; i++) wait_ms(10);
    assert_int_equal(atomic_load(&own->answers), 1);
    assert_int_equal(atomic_load(&own->answer), wanted);
}

static void count_item(struct tx *tx, void *data) {
    int64_t *id = data;
    struct rows *rows = tx_query(tx, &item_there, VALUES(V_INT(*id)));
    *id = rows_next(rows) ? row_int(rows, 0) : -1;
}

static int64_t items(struct store_fixture *fixture, int64_t id) {
    assert_true(store_fixture_read(fixture, count_item, &id));
    return id;
}

static bool begin(struct store_fixture *fixture, struct proxy *proxy) {
    if (!store_fixture_new(fixture, STORE_POSTGRES)) return false;
    proxy_start(proxy, fixture);
    store_fixture_open(fixture, migrations, 1, NULL);
    store_fixture_start(fixture);
    struct losing_command first;
    submit(fixture, &first, proxy, LOSE_NOTHING, 1); /* prepares */
    answer_of(&first, STORE_DURABLE);
    return true;
}

static void end(struct store_fixture *fixture, struct proxy *proxy) {
    store_fixture_free(fixture);
    proxy_end(proxy);
}

/* ---- cases ---- */

static void lost_once(void **state) {
    (void)state;
    static const struct {
        enum losing losing;
        int runs;
    } cases[] = {
        {LOSE_ANSWERS, 1},    /* it happened: known, not done twice */
        {LOSE_REQUESTS, 2},   /* it did not: done again */
        {LOSE_BOTH_EARLY, 2}, /* before anything was sent */
        {LOSE_NOTHING, 1},
    };
    struct store_fixture fixture;
    struct proxy proxy;
    if (!begin(&fixture, &proxy)) return;
    for (size_t i = 0; i < 3 * sizeof cases / sizeof cases[0]; i++) {
        size_t which = i % (sizeof cases / sizeof cases[0]);
        struct losing_command own;
        int64_t id = 10 + (int64_t)i;
        submit(&fixture, &own, &proxy, cases[which].losing, id);
        wait_ms(150);
        if (cases[which].losing == LOSE_ANSWERS || cases[which].losing == LOSE_REQUESTS) {
            assert_int_equal(atomic_load(&own.answers), 0);
            atomic_store(&proxy.cut, true);
        }
        answer_of(&own, STORE_DURABLE);
        assert_int_equal(atomic_load(&own.runs), cases[which].runs);
        assert_int_equal(items(&fixture, id), 1);
    }
    assert_int_equal(store_figures(fixture.store).failures, 0);
    end(&fixture, &proxy);
}

/* While one is in doubt, others are refused at once, and it waits for the truth. */
static void doubt_lasts(void **state) {
    (void)state;
    struct store_fixture fixture;
    struct proxy proxy;
    if (!begin(&fixture, &proxy)) return;
    struct losing_command doubtful, other;
    submit(&fixture, &doubtful, &proxy, LOSE_ANSWERS, 10);
    wait_ms(150);
    atomic_store(&proxy.refuse, true);
    atomic_store(&proxy.cut, true);
    wait_ms(100);
    for (int i = 0; i < 5; i++) {
        submit(&fixture, &other, &proxy, LOSE_NOTHING, 11);
        answer_of(&other, STORE_UNAVAILABLE);
        assert_int_equal(atomic_load(&other.runs), 0);
        assert_int_equal(atomic_load(&doubtful.answers), 0);
    }
    atomic_store(&proxy.refuse, false);
    answer_of(&doubtful, STORE_DURABLE);
    assert_int_equal(atomic_load(&doubtful.runs), 1);
    submit(&fixture, &other, &proxy, LOSE_NOTHING, 11);
    answer_of(&other, STORE_DURABLE);
    assert_int_equal(items(&fixture, 10), 1);
    assert_int_equal(items(&fixture, 11), 1);
    end(&fixture, &proxy);
}

/* Gone without doubt: refused soon, and well again by itself. */
static void gone_and_back(void **state) {
    (void)state;
    struct store_fixture fixture;
    struct proxy proxy;
    if (!begin(&fixture, &proxy)) return;
    struct reader *reader = reader_new(fixture.store);
    struct losing_command own;
    for (int round = 0; round < 3; round++) {
        atomic_store(&proxy.refuse, true);
        atomic_store(&proxy.cut, true);
        wait_ms(50);
        submit(&fixture, &own, &proxy, LOSE_NOTHING, 10 + round);
        answer_of(&own, STORE_UNAVAILABLE);
        assert_null(reader_begin(reader));
        atomic_store(&proxy.refuse, false);
        for (int i = 0; i < 100; i++) {
            submit(&fixture, &own, &proxy, LOSE_NOTHING, 10 + round);
            while (atomic_load(&own.answers) == 0) wait_ms(1);
            if (atomic_load(&own.answer) == STORE_DURABLE) break;
            wait_ms(50);
        }
        answer_of(&own, STORE_DURABLE);
        struct tx *tx = NULL;
        for (int i = 0; i < 100 && (tx = reader_begin(reader)) == NULL; i++) wait_ms(20);
        int64_t id = 10 + round;
        count_item(tx, &id);
        assert_int_equal(id, 1);
        assert_true(reader_end(reader, tx));
    }
    reader_free(reader);
    end(&fixture, &proxy);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN); /* one that went away while it was written to is what is tested */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_once), cmocka_unit_test(doubt_lasts), cmocka_unit_test(gone_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

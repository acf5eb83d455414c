/* server_load_test.c: many connections at once, those that end badly or last too long, memory that runs out, streams,
 * stopping. */
#include "http/http_client.h"

#include "base/fault.h"

#include <poll.h>

/* ---- many connections ---- */

/* Each connection asks, all are held, then all are finished at once by another thread; several rounds. The stall of
 * libmicrohttpd's own loop (more than 128 ready descriptors) shows as a round that waits for a timeout. */
static void rounds(const struct server *server, int connections, int round_count) {
    int *fds = calloc((size_t)connections, sizeof *fds);
    for (int i = 0; i < connections; i++) fds[i] = dial(server);
    for (int round = 0; round < round_count; round++) {
        int64_t began = clock_ms();
        bool held = round % 2 == 0;
        hold(held);
        for (int i = 0; i < connections; i++) TELL(fds[i], GET("/later") "\r\n");
        while (held && held_count() < (size_t)connections && clock_ms() - began < 20000) usleep(500);
        if (held) assert_int_equal(held_count(), connections);
        hold(false);
        for (int i = 0; i < connections; i++) {
            forget(&answer);
            assert_true(receive(fds[i], &answer, false));
            assert_int_equal(answer.status, 200);
        }
        int64_t took = clock_ms() - began;
        if (took > 3000) fail_msg("a round of %d connections took %lld ms", connections, (long long)took);
    }
    for (int i = 0; i < connections; i++) close(fds[i]);
    free(fds);
}

static void holds_many(int connections, int threads) {
    struct server_options options = default_options();
    options.threads = threads;
    struct server *server = start(&options);
    rounds(server, connections, 6);
    server_stop(server, SECOND);
}

/* As many descriptors ready at once as libmicrohttpd takes from epoll in one go, and a multiple: having taken a full
 * batch it asks again, and with a blocking timeout would wait there while everything it has taken lies untouched. */
static void does_not_stall_at_full_batches(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    static int fds[384];
    int blocker = dial(server);
    for (int count = 128; count <= 384; count += 128) {
        for (int i = 0; i < count; i++) {
            fds[i] = dial(server);
            assert_int_equal(ask(fds[i], GET("/") "\r\n"), 200);
        }
        TELL(blocker, GET("/block") "\r\n"); /* the I/O thread sleeps while all the others ask */
        usleep(50000);
        for (int i = 0; i < count; i++) TELL(fds[i], GET("/") "\r\n");
        int64_t began = clock_ms();
        for (int i = 0; i < count; i++) {
            forget(&answer);
            assert_true(receive(fds[i], &answer, false));
            assert_int_equal(answer.status, 200);
            close(fds[i]);
        }
        if (clock_ms() - began > 2500) fail_msg("%d took %lld ms", count, (long long)(clock_ms() - began));
        forget(&answer);
        assert_true(receive(blocker, &answer, false));
    }
    close(blocker);
    server_stop(server, SECOND);
}

static void does_not_stall_at_300(void **state) {
    (void)state;
    holds_many(300, 1);
}

static void does_not_stall_at_1000(void **state) {
    (void)state;
    holds_many(1000, 1);
    holds_many(1000, 2);
}

static void caps_connections_of_an_address(void **state) {
    (void)state;
    struct server_options options = default_options();
    options.connections_per_address_max = 3;
    struct server *server = start(&options);
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = dial(server);
        assert_int_equal(ask(fds[i], GET("/") "\r\n"), 200);
    }
    int fourth = dial(server);
    assert_true(has_closed(fourth));
    close(fourth);
    close(fds[0]);
    usleep(100000);
    fourth = dial(server);
    assert_int_equal(ask(fourth, GET("/") "\r\n"), 200);
    close(fourth);
    for (int i = 1; i < 3; i++) close(fds[i]);
    server_stop(server, SECOND);
}

/* All places are held by connections that ask nothing: they give way. */
static void lets_the_quiet_give_way(void **state) {
    (void)state;
    struct server_options options = default_options();
    options.connections_max = 8;
    struct server *server = start(&options);
    int fds[8];
    for (int i = 0; i < 8; i++) fds[i] = dial(server);
    assert_int_equal(ask(fds[0], GET("/") "\r\n"), 200);
    int64_t began = clock_ms();
    int fd = dial(server);
    assert_int_equal(ask(fd, GET("/") "\r\n"), 200);
    assert_true(clock_ms() - began < 8000);
    close(fd);
    for (int i = 0; i < 8; i++) close(fds[i]);
    server_stop(server, SECOND);
}

/* ---- connections that end badly or last too long ---- */

static void survives_clients_that_leave(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    hold(true);
    for (int i = 0; i < 50; i++) {
        int fd = dial(server);
        TELL(fd, GET("/later") "\r\n");
        int64_t began = clock_ms();
        while (held_count() < (size_t)i + 1 && clock_ms() - began < 5000) usleep(200);
        struct linger at_once = {.l_onoff = 1};
        if (i % 2 == 0) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once); /* RST */
        close(fd);
    }
    for (int i = 0; i < 20; i++) { /* and in the middle of what they send */
        int fd = dial(server);
        if (i % 2 == 0) TELL(fd, POST("/people", URLENCODED, "600") "\r\nname=");
        else TELL(fd, "GET / HT");
        close(fd);
    }
    hold(false);
    int fd = dial(server);
    assert_int_equal(ask(fd, GET("/later") "\r\n"), 200);
    close(fd);
    server_stop(server, SECOND);
}

/* A byte now and then keeps no connection alive: heads and bodies have deadlines as a whole. */
static void ends_slow_requests(void **state) {
    (void)state;
    struct server_options options = default_options();
    options.head_timeout_s = 1;
    options.body_timeout_s = 1;
    struct server *server = start(&options);
    int head = dial(server), body = dial(server), silent = dial(server);
    TELL(head, "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ");
    TELL(body, POST("/people", URLENCODED, "600") "\r\nname=");
    int64_t began = clock_ms();
    bool open = true;
    while (open && clock_ms() - began < 8000) {
        usleep(100000);
        tell(head, "a", 1);
        tell(body, "a", 1);
        struct pollfd ended[3] = {{.fd = head, .events = POLLIN}, {.fd = body, .events = POLLIN},
                                  {.fd = silent, .events = POLLIN}};
        open = poll(ended, 3, 0) < 3;
    }
    assert_false(open);
    close(head);
    close(body);
    close(silent);
    server_stop(server, SECOND);
}

/* The n-th block of memory fails, once, or from then on: every request is answered or its connection closed; afterwards
 * all is well again. */
static void survives_without_memory(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    static const char *const messages[] = {
        GET("/") HTML "\r\n", POST("/people", "application/json", "12") "\r\n{\"name\":\"x\"}", GET("/export") "\r\n",
        POST("/upload", "multipart/form-data; boundary=xx", "89") "\r\n--xx\r\nContent-Disposition: form-data; "
        "name=\"picture\"; filename=\"a.png\"\r\n\r\n12345\r\n--xx--\r\n",
    };
    for (int64_t n = 0; n < 120; n++) {
        const char *message = messages[n % 4];
        int fd = dial(server);
        if (n % 8 < 4) arena_fail_after(n / 8);
        else arena_fail_from(n / 8);
        int status = ask(fd, message);
        arena_fail_never();
        if (status != 0 && status != 200 && status != 400 && status != 503)
            fail_msg("%d for allocation %d", status, (int)n);
        close(fd);
        fd = dial(server);
        assert_int_equal(ask(fd, message), 200);
        close(fd);
    }
    server_stop(server, SECOND);
}

/* ---- streams ---- */

static bool wait_for(int fd, const char *wanted) {
    while (memmem(answer.bytes, answer.size, wanted, strlen(wanted)) == NULL)
        if (!receive_more(fd, &answer)) return false;
    return true;
}

static struct event_stream *listen_live(int fd) {
    atomic_store(&opened, NULL);
    forget(&answer);
    TELL(fd, GET("/live") "Accept: text/event-stream\r\n\r\n");
    assert_true(wait_for(fd, "retry: 3000\n\n"));
    assert_non_null(strstr(answer.bytes, "Content-Type: text/event-stream\r\n"));
    return atomic_load(&opened);
}

static void streams_events(void **state) {
    (void)state;
    struct server_options options = default_options();
    options.streams_max = 2;
    struct server *server = start(&options);
    int fd = dial(server);
    struct event_stream *stream = listen_live(fd);
    assert_true(events_send(stream, "balance", TEXT("{\"sum\":1}")));
    assert_true(wait_for(fd, "event: balance\ndata: {\"sum\":1}\n\n"));
    assert_true(events_alive(stream));
    int other = dial(server), third = dial(server);
    struct event_stream *second = listen_live(other);
    assert_int_equal(ask(third, GET("/live") "Accept: text/event-stream\r\n\r\n"), 503); /* full */
    events_close(second);
    assert_true(wait_for(other, "0\r\n\r\n"));
    forget(&answer);
    assert_int_equal(ask(other, GET("/") "\r\n"), 200); /* the connection lives on */
    second = listen_live(third);
    close(third); /* gone without a word: sending finds out */
    int64_t began = clock_ms();
    while (events_send(second, NULL, TEXT("x")) && clock_ms() - began < 5000) usleep(1000);
    assert_false(events_alive(second));
    events_close(second);
    events_close(stream);
    close(fd);
    close(other);
    server_stop(server, SECOND);
}

static void drops_slow_readers(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    struct event_stream *stream = listen_live(fd);
    static char line[4000];
    memset(line, 'x', sizeof line - 1);
    int sent = 0;
    while (sent < 100000 && events_send(stream, NULL, text_from(line))) sent++;
    assert_true(sent < 100000);
    assert_false(events_alive(stream));
    events_close(stream);
    close(fd);
    server_stop(server, SECOND);
}

/* ---- stopping ---- */

struct stopping {
    struct server *server;
    int64_t grace_us;
};

static void *stop(void *data) {
    struct stopping *stopping = data;
    server_stop(stopping->server, stopping->grace_us);
    return NULL;
}

static void lets_requests_end(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server), live = dial(server);
    struct event_stream *stream = listen_live(live);
    hold(true);
    TELL(fd, GET("/later") "\r\n");
    while (held_count() == 0) usleep(200);
    struct stopping stopping = {server, 10 * SECOND};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop, &stopping), 0);
    usleep(100000);
    hold(false);
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer.bytes, "Connection: close\r\n"));
    pthread_join(thread, NULL);
    assert_false(events_send(stream, NULL, TEXT("too late")));
    events_close(stream);
    close(fd);
    close(live);
}

/* When the grace is over the client gets a 503, and finish() of the request may come any time later. */
static void abandons_requests_after_the_grace(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    hold(true);
    TELL(fd, GET("/later") "\r\n");
    while (held_count() == 0) usleep(200);
    int64_t began = clock_ms();
    server_stop(server, SECOND / 5);
    assert_true(clock_ms() - began < 5000);
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 503);
    close(fd);
    hold(false); /* only now */
    while (held_count() > 0) usleep(200);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_not_stall_at_full_batches),
        cmocka_unit_test(does_not_stall_at_300),
        cmocka_unit_test(does_not_stall_at_1000),
        cmocka_unit_test(caps_connections_of_an_address),
        cmocka_unit_test(lets_the_quiet_give_way),
        cmocka_unit_test(survives_clients_that_leave),
        cmocka_unit_test(ends_slow_requests),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(streams_events),
        cmocka_unit_test(drops_slow_readers),
        cmocka_unit_test(lets_requests_end),
        cmocka_unit_test(abandons_requests_after_the_grace),
    };
    return cmocka_run_group_tests(tests, client_setup, client_teardown);
}

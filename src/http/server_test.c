/* server_test.c: the server over real sockets: the table of requests, connections that end halfway or last too long,
 * many at once, answers from other threads, TLS, streams, stopping. */
#include "http/http_cases.h"

#include "base/check.h"
#include "base/fault.h"
#include "generated/assets.h"
#include "http/events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- a site with a second thread ---- */

struct later {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct request *waiting[4096];
    size_t count;
    bool over, held; /* held: nothing is finished until released */
    pthread_t thread;
};

static struct later later = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};
static struct event_stream *_Atomic opened;
static struct world *world;
static struct arena *arena;
static const struct route *routes[SITE_ROUTES + 4];

static enum flow open_stream(struct request *request, struct tx *tx) {
    (void)tx;
    struct event_stream *stream = events_open(request);
    if (stream != NULL) atomic_store(&opened, stream);
    return FLOW_ANSWERED;
}

static const struct route later_route = {.method = METHOD_GET, .path = "/later", .stages = {{STAGE_READ, tell_path}}};
static const struct route later_post = {.method = METHOD_POST, .path = "/later", .form = &form_person,
                                        .stages = {{STAGE_WRITE, tell_person}}};
static const struct route live_route = {.method = METHOD_GET, .path = "/live", .stages = {{STAGE_READ, open_stream}},
                                        .flags = ROUTE_STREAM};

static void *finish_later(void *data) {
    struct request *taken[4096];
    pthread_mutex_lock(&later.lock);
    while (!later.over || later.count > 0) {
        if (later.count == 0 || later.held) {
            pthread_cond_wait(&later.filled, &later.lock);
            continue;
        }
        size_t count = later.count;
        memcpy(taken, later.waiting, count * sizeof *taken);
        later.count = 0;
        pthread_mutex_unlock(&later.lock);
        for (size_t i = 0; i < count; i++) site_handle(NULL, taken[i]);
        pthread_mutex_lock(&later.lock);
    }
    pthread_mutex_unlock(&later.lock);
    return data;
}

static void handle(void *self, struct request *request) {
    if (request->route != &later_route && request->route != &later_post) {
        site_handle(self, request);
        return;
    }
    pthread_mutex_lock(&later.lock);
    check(later.count < 4096);
    later.waiting[later.count++] = request;
    pthread_cond_signal(&later.filled);
    pthread_mutex_unlock(&later.lock);
}

static void hold(bool held) {
    pthread_mutex_lock(&later.lock);
    later.held = held;
    pthread_cond_signal(&later.filled);
    pthread_mutex_unlock(&later.lock);
}

static size_t held_count(void) {
    pthread_mutex_lock(&later.lock);
    size_t count = later.count;
    pthread_mutex_unlock(&later.lock);
    return count;
}

static struct server_options default_options(void) {
    struct server_options options = site_options(world, routes);
    routes[SITE_ROUTES] = &later_route;
    routes[SITE_ROUTES + 1] = &later_post;
    routes[SITE_ROUTES + 2] = &live_route;
    routes[SITE_ROUTES + 3] = NULL;
    options.handle = handle;
    options.connections_per_address_max = -1;
    return options;
}

static struct server *start(const struct server_options *options) {
    struct text problem = TEXT_NONE;
    struct server *server = server_start(options, arena, &problem);
    if (server == NULL) fail_msg("%.*s", TEXT_ARG(problem));
    return server;
}

static int setup(void **state) {
    (void)state;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 8192 ? files.rlim_max : 8192;
    setrlimit(RLIMIT_NOFILE, &files);
    world = world_real(1);
    arena = arena_new((size_t)64 << 20);
    later.over = false;
    return pthread_create(&later.thread, NULL, finish_later, NULL);
}

static int teardown(void **state) {
    (void)state;
    pthread_mutex_lock(&later.lock);
    later.over = true;
    pthread_cond_signal(&later.filled);
    pthread_mutex_unlock(&later.lock);
    pthread_join(later.thread, NULL);
    arena_free(arena);
    return 0;
}

/* ---- a client ---- */

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int dial(const struct server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = 10};
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void tell(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0) return; /* it has closed: the answer says why */
        bytes += sent;
        size -= (size_t)sent;
    }
}

#define TELL(fd, literal) tell((fd), literal, sizeof(literal) - 1)

struct answer_bytes {
    char bytes[65536 * 8];
    size_t size, head; /* head: with its empty line */
    int status;
};

static bool receive_more(int fd, struct answer_bytes *answer) {
    ssize_t got = recv(fd, answer->bytes + answer->size, sizeof answer->bytes - 1 - answer->size, 0);
    if (got <= 0) return false;
    answer->size += (size_t)got;
    answer->bytes[answer->size] = '\0';
    return true;
}

static size_t body_size(const struct answer_bytes *answer, bool no_body) {
    if (no_body || answer->status == 304) return 0;
    const char *length = strcasestr(answer->bytes, "\r\nContent-Length: ");
    if (length != NULL && length < answer->bytes + answer->head) return (size_t)strtoul(length + 18, NULL, 10);
    const char *end = memmem(answer->bytes + answer->head, answer->size - answer->head, "\r\n0\r\n\r\n", 7);
    return end != NULL ? (size_t)(end + 7 - answer->bytes) - answer->head : SIZE_MAX / 2;
}

/* One answer, leaving what follows it in place for the next call: false when the connection ended before its end. */
static bool receive(int fd, struct answer_bytes *answer, bool no_body) {
    size_t old = answer->size > 0 && answer->head > 0 ? answer->head + body_size(answer, no_body) : 0;
    if (old > answer->size) old = answer->size;
    memmove(answer->bytes, answer->bytes + old, answer->size - old);
    answer->size -= old;
    answer->head = 0;
    answer->bytes[answer->size] = '\0';
    while (true) {
        char *end = memmem(answer->bytes, answer->size, "\r\n\r\n", 4);
        if (end != NULL) {
            answer->head = (size_t)(end + 4 - answer->bytes);
            answer->status = (int)strtol(answer->bytes + 9, NULL, 10);
            if (answer->size >= answer->head + body_size(answer, no_body)) return true;
        }
        if (!receive_more(fd, answer)) return false;
    }
}

static void forget(struct answer_bytes *answer) {
    answer->size = answer->head = 0;
    answer->bytes[0] = '\0';
}

static bool has_closed(int fd) {
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

static struct answer_bytes answer;

static int ask(int fd, const char *message) {
    forget(&answer);
    tell(fd, message, strlen(message));
    return receive(fd, &answer, false) ? answer.status : 0;
}

/* ---- the table ---- */

static bool case_holds(const struct server *server, const struct http_case *row) {
    int fd = dial(server);
    forget(&answer);
    tell(fd, row->message, row->size > 0 ? row->size : strlen(row->message));
    bool no_body = strncmp(row->message, "HEAD ", 5) == 0;
    bool good = receive(fd, &answer, no_body) && answer.status == row->status;
    good = good && (row->has == NULL || memmem(answer.bytes, answer.size, row->has, strlen(row->has)) != NULL);
    good = good && (row->lacks == NULL || memmem(answer.bytes, answer.size, row->lacks, strlen(row->lacks)) == NULL);
    if (!good)
        printf("%s: not as expected:\n%.*s\n", row->title, (int)(answer.size < 2000 ? answer.size : 2000),
               answer.bytes);
    if (good && row->closes) {
        good = has_closed(fd);
        if (!good) printf("%s: is not closed\n", row->title);
    } else if (good && !no_body) {
        good = ask(fd, GET("/hello/next") "\r\n") == 200;
        if (!good) printf("%s: takes no further request\n", row->title);
    }
    close(fd);
    return good;
}

static void answers_the_table(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int wrong = 0;
    for (size_t i = 0; i < HTTP_CASES; i++) wrong += !case_holds(server, &http_cases[i]);
    server_stop(server, SECOND);
    assert_int_equal(wrong, 0);
}

/* Whatever the pieces in which the bytes come. */
static void reads_byte_by_byte(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    static const char message[] = POST("/people", URLENCODED, "6") "\r\nname=x";
    int fd = dial(server);
    for (size_t i = 0; i + 1 < sizeof message; i++) tell(fd, message + i, 1);
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 200);
    close(fd);
    server_stop(server, SECOND);
}

/* Several requests in one packet: answered in order, each once, also when each is answered by another thread. */
static void answers_pipelined_requests_in_order(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    TELL(fd, GET("/hello/1") "\r\n" GET("/later") "\r\n" POST("/people", URLENCODED, "6") "\r\nname=x" GET(
                 "/later") "\r\n" GET("/hello/2") "\r\n");
    static const char *const wanted[] = {"\"param\":\"1\"", "/later", "\"name\":\"x\"", "/later", "\"param\":\"2\""};
    forget(&answer);
    for (size_t i = 0; i < 5; i++) {
        assert_true(receive(fd, &answer, false));
        assert_int_equal(answer.status, 200);
        const char *found = strstr(answer.bytes, wanted[i]);
        assert_non_null(found);
        assert_true(found < answer.bytes + answer.head + body_size(&answer, false));
    }
    close(fd);
    server_stop(server, SECOND);
}

static void waits_for_expect(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    TELL(fd, POST("/people", URLENCODED, "6") "Expect: 100-continue\r\n\r\n");
    forget(&answer);
    assert_true(receive(fd, &answer, true));
    assert_int_equal(answer.status, 100);
    TELL(fd, "name=x");
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 200);
    assert_int_equal(ask(fd, POST("/nowhere", URLENCODED, "6") "Expect: 100-continue\r\n\r\n"), 404);
    close(fd);
    server_stop(server, SECOND);
}

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

static void listens_on_both_families(void **state) {
    (void)state;
    struct server_options options = default_options();
    options.address = "::";
    struct server *server = start(&options);
    int fd = dial(server);
    assert_int_equal(ask(fd, GET("/hello/x") "\r\n"), 200);
    assert_non_null(strstr(answer.bytes, "\"address\":\"127.0.0.1\"")); /* not ::ffff:127.0.0.1 */
    close(fd);
    server_stop(server, SECOND);
}

/* ---- connections that end badly or last too long ---- */

/* Some clients close their side as soon as they have asked. */
static void answers_half_closed_connections(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    static const char *const messages[] = {GET("/") "\r\n", GET("/later") "\r\n",
                                           POST("/later", URLENCODED, "6") "\r\nname=x"};
    for (size_t i = 0; i < 3; i++) {
        int fd = dial(server);
        tell(fd, messages[i], strlen(messages[i]));
        shutdown(fd, SHUT_WR);
        forget(&answer);
        assert_true(receive(fd, &answer, false));
        assert_int_equal(answer.status, 200);
        close(fd);
    }
    server_stop(server, SECOND);
}

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

/* A refused body is read all the same while it is small, so that the client hears the refusal and may go on. */
static void reads_refused_bodies(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    static char body[500000];
    memset(body, 'x', sizeof body);
    TELL(fd, POST("/people", URLENCODED, "500000") "\r\n");
    tell(fd, body, sizeof body);
    forget(&answer);
    assert_true(receive(fd, &answer, false));
    assert_int_equal(answer.status, 413);
    assert_int_equal(ask(fd, GET("/") "\r\n"), 200);
    close(fd);
    server_stop(server, SECOND);
}

static void serves_assets(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    const struct asset *asset = NULL;
    for (size_t i = 0; i < asset_count; i++)
        if (assets[i].gzip != NULL) asset = &assets[i];
    assert_non_null(asset);
    char message[512];
    int fd = dial(server);
    snprintf(message, sizeof message, GET("/assets/%s/%s") "\r\n", asset->hash, asset->path);
    assert_int_equal(ask(fd, message), 200);
    assert_int_equal(body_size(&answer, false), asset->size);
    assert_memory_equal(answer.bytes + answer.head, asset->data, asset->size);
    assert_non_null(strstr(answer.bytes, "Cache-Control: public, max-age=31536000, immutable\r\n"));
    assert_non_null(strstr(answer.bytes, "Vary: Accept-Encoding\r\n"));
    assert_null(strstr(answer.bytes, "no-store"));
    snprintf(message, sizeof message, GET("/assets/%s/%s") "Accept-Encoding: br, gzip\r\n\r\n", asset->hash,
             asset->path);
    assert_int_equal(ask(fd, message), 200);
    assert_non_null(strstr(answer.bytes, "Content-Encoding: gzip\r\n"));
    assert_int_equal(body_size(&answer, false), asset->gzip_size);
    snprintf(message, sizeof message, GET("/assets/%s/%s") "If-None-Match: \"x\", W/\"%s\"\r\n\r\n", asset->hash,
             asset->path, asset->hash);
    assert_int_equal(ask(fd, message), 304);
    snprintf(message, sizeof message, GET("/assets/0000000000000000/%s") "\r\n", asset->path);
    assert_int_equal(ask(fd, message), 404);
    snprintf(message, sizeof message, POST("/assets/%s/%s", URLENCODED, "1") "\r\nx", asset->hash, asset->path);
    assert_int_equal(ask(fd, message), 405);
    assert_int_equal(ask(fd, GET("/assets//style.css") "\r\n"), 404);
    close(fd);
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

static void streams_a_long_file(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct server *server = start(&options);
    int fd = dial(server);
    assert_int_equal(ask(fd, GET("/export") "\r\n"), 200);
    size_t digits = 0;
    for (size_t i = answer.head; i < answer.size; i++) digits += answer.bytes[i] == '9';
    assert_true(digits >= 30 * 1000); /* chunk sizes may have some */
    assert_int_equal(ask(fd, GET("/export") "\r\n"), 200);
    close(fd);
    fd = dial(server); /* and one who does not wait for it */
    TELL(fd, GET("/export") "\r\n");
    close(fd);
    server_stop(server, SECOND);
}

static void unlinks_uploads(void **state) {
    (void)state;
    struct server_options options = default_options();
    char directory[] = "/tmp/kabinet-spool-XXXXXX";
    assert_non_null(mkdtemp(directory));
    options.spool_directory = directory;
    struct server *server = start(&options);
    static const char part[] = "--xx\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\n12345";
    for (int i = 0; i < 10; i++) {
        int fd = dial(server);
        TELL(fd, POST("/upload", "multipart/form-data; boundary=xx", "200") "\r\n");
        tell(fd, part, sizeof part - 1);
        if (i % 2 == 0) { /* cut in the middle of the file */
            usleep(20000);
            close(fd);
            continue;
        }
        static char filler[200];
        size_t rest = 200 - (sizeof part - 1) - 10;
        memset(filler, 'y', sizeof filler);
        tell(fd, filler, rest);
        TELL(fd, "\r\n--xx--\r\n");
        forget(&answer);
        assert_true(receive(fd, &answer, false));
        assert_int_equal(answer.status, 200);
        close(fd);
    }
    server_stop(server, SECOND);
    assert_int_equal(rmdir(directory), 0); /* empty */
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

/* ---- TLS ---- */

#define RUN(...) assert_int_equal(run_program((const char *const[]){__VA_ARGS__, NULL}), 0)

extern char **environ;

static int run_program(const char *const *arguments) {
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&child, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0 || waitpid(child, &status, 0) != child) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void speaks_tls(void **state) {
    (void)state;
    char directory[] = "/tmp/kabinet-tls-XXXXXX", key[64], certificate[64], url[64], out[64];
    assert_non_null(mkdtemp(directory));
    snprintf(key, sizeof key, "%s/key.pem", directory);
    snprintf(certificate, sizeof certificate, "%s/certificate.pem", directory);
    snprintf(out, sizeof out, "%s/out", directory);
    RUN("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate);
    struct server_options options = default_options();
    options.certificate_file = certificate;
    options.key_file = key;
    struct server *server = start(&options);
    snprintf(url, sizeof url, "https://localhost:%d/later", server_port(server));
    RUN("curl", "-sSf4", "-i", "--noproxy", "*", "--cacert", certificate, "-o", out, url);
    FILE *file = fopen(out, "r");
    assert_non_null(file);
    forget(&answer);
    answer.size = fread(answer.bytes, 1, sizeof answer.bytes - 1, file);
    answer.bytes[answer.size] = '\0';
    fclose(file);
    assert_non_null(strstr(answer.bytes, "Strict-Transport-Security: max-age=31536000"));
    assert_non_null(strstr(answer.bytes, "\"secure\":true"));
    assert_int_not_equal(
        run_program((const char *const[]){"curl", "-sf4", "--noproxy", "*", "--tls-max", "1.1", "--ciphers",
                                          "DEFAULT@SECLEVEL=0", "--cacert", certificate, url, NULL}),
        0);
    snprintf(url, sizeof url, "http://localhost:%d/", server_port(server));
    assert_int_not_equal(run_program((const char *const[]){"curl", "-sf4", "--noproxy", "*", url, NULL}), 0);
    server_stop(server, SECOND);
    options.key_file = certificate; /* no key in it */
    struct text problem = TEXT_NONE;
    assert_null(server_start(&options, arena, &problem));
    assert_non_null(problem.data);
    unlink(key);
    unlink(certificate);
    unlink(out);
    rmdir(directory);
}

static void names_what_is_wrong(void **state) {
    (void)state;
    struct server_options options = default_options();
    struct text problem = TEXT_NONE;
    options.address = "not an address";
    assert_null(server_start(&options, arena, &problem));
    assert_true(text_starts(problem, "not an address: "));
    options = default_options();
    struct server *server = start(&options);
    options.port = server_port(server);
    assert_null(server_start(&options, arena, &problem)); /* taken */
    assert_true(text_starts(problem, "127.0.0.1:"));
    options.threads = 2;
    assert_null(server_start(&options, arena, &problem)); /* nor is it shared by mistake */
    server_stop(server, SECOND);
    options = default_options();
    options.certificate_file = "/nowhere.pem";
    options.key_file = "/nowhere.pem";
    assert_null(server_start(&options, arena, &problem));
    assert_true(text_starts(problem, "/nowhere.pem: "));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_the_table),
        cmocka_unit_test(reads_byte_by_byte),
        cmocka_unit_test(answers_pipelined_requests_in_order),
        cmocka_unit_test(waits_for_expect),
        cmocka_unit_test(does_not_stall_at_300),
        cmocka_unit_test(does_not_stall_at_1000),
        cmocka_unit_test(caps_connections_of_an_address),
        cmocka_unit_test(lets_the_quiet_give_way),
        cmocka_unit_test(listens_on_both_families),
        cmocka_unit_test(answers_half_closed_connections),
        cmocka_unit_test(survives_clients_that_leave),
        cmocka_unit_test(ends_slow_requests),
        cmocka_unit_test(reads_refused_bodies),
        cmocka_unit_test(serves_assets),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(streams_a_long_file),
        cmocka_unit_test(unlinks_uploads),
        cmocka_unit_test(streams_events),
        cmocka_unit_test(drops_slow_readers),
        cmocka_unit_test(lets_requests_end),
        cmocka_unit_test(abandons_requests_after_the_grace),
        cmocka_unit_test(speaks_tls),
        cmocka_unit_test(names_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

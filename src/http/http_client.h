/* http_client.h: the site of http_cases.h behind real sockets, with routes that a second thread answers, and a client
 * of raw bytes. For tests only. */
#pragma once

#include "http/http_cases.h"

#include "base/check.h"
#include "http/events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
static const struct route *routes[SITE_ROUTES + 5];

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

static enum flow block(struct request *request, struct tx *tx) {
    usleep(400000);
    return tell_path(request, tx);
}

static const struct route block_route = {.method = METHOD_GET, .path = "/block", .stages = {{STAGE_READ, block}}};

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

static inline void hold(bool held) {
    pthread_mutex_lock(&later.lock);
    later.held = held;
    pthread_cond_signal(&later.filled);
    pthread_mutex_unlock(&later.lock);
}

static inline size_t held_count(void) {
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
    routes[SITE_ROUTES + 3] = &block_route;
    routes[SITE_ROUTES + 4] = NULL;
    options.handle = handle;
    options.connections_per_address_max = -1;
    return options;
}

static inline struct server *start(const struct server_options *options) {
    struct text problem = TEXT_NONE;
    struct server *server = server_start(options, arena, &problem);
    if (server == NULL) fail_msg("%.*s", TEXT_ARG(problem));
    return server;
}

static int client_setup(void **state) {
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

static int client_teardown(void **state) {
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

static inline int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int dial(const struct server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(server)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval wait = {.tv_sec = 10};
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline void tell(int fd, const char *bytes, size_t size) {
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

static inline bool receive_more(int fd, struct answer_bytes *answer) {
    ssize_t got = recv(fd, answer->bytes + answer->size, sizeof answer->bytes - 1 - answer->size, 0);
    if (got <= 0) return false;
    answer->size += (size_t)got;
    answer->bytes[answer->size] = '\0';
    return true;
}

static inline size_t body_size(const struct answer_bytes *answer, bool no_body) {
    if (no_body || answer->status == 304) return 0;
    const char *length = strcasestr(answer->bytes, "\r\nContent-Length: ");
    if (length != NULL && length < answer->bytes + answer->head) return (size_t)strtoul(length + 18, NULL, 10);
    const char *end = memmem(answer->bytes + answer->head, answer->size - answer->head, "\r\n0\r\n\r\n", 7);
    return end != NULL ? (size_t)(end + 7 - answer->bytes) - answer->head : SIZE_MAX / 2;
}

/* One answer, leaving what follows it in place for the next call: false when the connection ended before its end. */
static inline bool receive(int fd, struct answer_bytes *answer, bool no_body) {
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

static inline void forget(struct answer_bytes *answer) {
    answer->size = answer->head = 0;
    answer->bytes[0] = '\0';
}

static inline bool has_closed(int fd) {
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno == ECONNRESET);
}

static struct answer_bytes answer;

static inline int ask(int fd, const char *message) {
    forget(&answer);
    tell(fd, message, strlen(message));
    return receive(fd, &answer, false) ? answer.status : 0;
}

/* loop.c: the loop itself. libmicrohttpd's own epoll thread waits a second time with the blocking timeout once more
 * than 128 descriptors are ready, and so stalls; here it never waits: we do, on its epoll descriptor and an eventfd,
 * and call MHD_run when either wakes. By poll() and not by a second epoll: one inside another costs at every packet,
 * while poll() costs only when there is nothing to do. */
#include "http/loop.h"

#include "base/check.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS 1000
#define QUIET_MS 2000

static int64_t clock_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- waking ---- */

void loop_wake_up(struct loop *loop) {
    if (!atomic_exchange(&loop->asleep, false)) return; /* it looks again before it sleeps */
    uint64_t one = 1;
    ssize_t written = write(loop->wake_fd, &one, sizeof one);
    check(written == sizeof one || errno == EAGAIN);
}

void loop_wake(struct loop *loop, struct call *call) {
    struct call *first = atomic_load_explicit(&loop->woken, memory_order_relaxed);
    do call->woken = first;
    while (!atomic_compare_exchange_weak(&loop->woken, &first, call));
    loop_wake_up(loop);
}

static void resume_woken(struct loop *loop) {
    struct call *newest = atomic_exchange(&loop->woken, NULL), *oldest = NULL;
    while (newest != NULL) { /* first come, first served */
        struct call *next = newest->woken;
        newest->woken = oldest;
        oldest = newest;
        newest = next;
    }
    for (struct call *call = oldest; call != NULL; call = call->woken) MHD_resume_connection(call->connection);
}

/* ---- arenas ---- */

struct arena *loop_arena(struct loop *loop) {
    return loop->spare_count > 0 ? loop->spare[--loop->spare_count] : arena_new_roomy(ARENA_CAP, ARENA_FIRST);
}

void loop_arena_done(struct loop *loop, struct arena *arena) {
    if (loop->spare_count == ARENAS_SPARE) {
        arena_free(arena);
        return;
    }
    arena_clear(arena);
    loop->spare[loop->spare_count++] = arena;
}

/* ---- time ---- */

/* libmicrohttpd's own timeout starts again with every byte, so a head sent a byte a minute would never end: whole heads
 * and bodies have deadlines of their own. */
static void tick(struct loop *loop) {
    /* With all places taken those who only hold one give way to those who wait for one. */
    bool crowded = loop->connections >= loop->connections_max - loop->connections_max / 16;
    for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next) {
        if (peer->call != NULL && peer->call->exchange->stream != NULL) events_tick(peer->call, loop->now_ms);
        bool yields = crowded && peer->call == NULL && loop->now_ms - peer->quiet_since_ms >= QUIET_MS;
        bool late = peer->deadline_ms != 0 && peer->deadline_ms <= loop->now_ms;
        if (!yields && !late) continue;
        shutdown(peer->fd, SHUT_RDWR);
        peer->deadline_ms = 0;
    }
}

static int wait_ms(struct loop *loop, int64_t next_tick_ms) {
    MHD_UNSIGNED_LONG_LONG daemon_ms;
    int64_t wait = next_tick_ms - loop->now_ms;
    if (wait < 0) wait = 0;
    if (MHD_get_timeout(loop->daemon, &daemon_ms) == MHD_YES && daemon_ms < (MHD_UNSIGNED_LONG_LONG)wait)
        wait = (int64_t)daemon_ms;
    return (int)wait;
}

static void sleep_until_work(struct loop *loop, int wait) {
    struct pollfd watched[] = {{.fd = loop->daemon_fd, .events = POLLIN}, {.fd = loop->wake_fd, .events = POLLIN}};
    if (wait == 0) return;
    const struct server_options *options = &loop->server->options;
    if (options->idle != NULL) options->idle(options->self);
    atomic_store(&loop->asleep, true);
    if (atomic_load(&loop->woken) != NULL) wait = 0;
    int ready = poll(watched, 2, wait);
    atomic_store(&loop->asleep, false);
    uint64_t ignored;
    if (ready > 0 && watched[1].revents != 0 && read(loop->wake_fd, &ignored, sizeof ignored) < 0)
        check(errno == EAGAIN);
}

static void turn(struct loop *loop, int64_t *next_tick_ms) {
    resume_woken(loop);
    check(MHD_run(loop->daemon) == MHD_YES || errno != EBADF);
    loop->now_ms = clock_ms();
    if (loop->now_ms >= *next_tick_ms) {
        tick(loop);
        *next_tick_ms = loop->now_ms + TICK_MS;
    }
}

/* ---- ending ---- */

static void close_streams(struct loop *loop) {
    for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next)
        if (peer->call != NULL && peer->call->exchange->stream != NULL) events_stop(peer->call->exchange->stream);
}

static void wind_down(struct loop *loop) {
    int listening = MHD_quiesce_daemon(loop->daemon);
    if (listening >= 0) close(listening);
    int64_t tick_ms = loop->now_ms + 10, end_ms = clock_ms() + atomic_load(&loop->server->grace_us) / 1000;
    bool abandoned = false;
    while (loop->busy > 0) {
        close_streams(loop);
        if (loop->now_ms >= end_ms && !abandoned) {
            connection_abandon(loop);
            abandoned = true;
            end_ms = loop->now_ms + 500; /* for their refusals to be sent */
        } else if (loop->now_ms >= end_ms) {
            for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next) shutdown(peer->fd, SHUT_RDWR);
        }
        turn(loop, &tick_ms);
        tick_ms = loop->now_ms + 10;
        sleep_until_work(loop, wait_ms(loop, tick_ms));
    }
    MHD_stop_daemon(loop->daemon);
    while (atomic_load(&loop->wakers) > 0) usleep(100);
}

static void *loop_run(void *data) {
    struct loop *loop = data;
    int64_t next_tick_ms = 0;
    while (!atomic_load(&loop->server->stopping)) {
        turn(loop, &next_tick_ms);
        sleep_until_work(loop, wait_ms(loop, next_tick_ms));
    }
    wind_down(loop);
    while (loop->spare_count > 0) arena_free(loop->spare[--loop->spare_count]);
    return NULL;
}

bool loop_start(struct loop *loop, struct server *server) {
    loop->server = server;
    loop->now_ms = clock_ms();
    int connections = server->options.connections_max > 0 ? server->options.connections_max : 4096;
    loop->connections_max = (connections + server->loop_count - 1) / server->loop_count;
    loop->shelf = ready_shelf_new(server->site);
    loop->spare = arena_array(server->arena, struct arena *, ARENAS_SPARE);
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->wake_fd < 0 || !connection_daemon(loop)) return false;
    loop->daemon_fd = MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    loop->running = pthread_create(&loop->thread, NULL, loop_run, loop) == 0;
    return loop->running;
}

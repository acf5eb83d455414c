/* loop.h: one I/O thread: libmicrohttpd's daemon inside our own loop, the requests it carries (struct call) and the
 * connections they come by (struct peer). Private to the socket half of http. */
#pragma once

#include "http/ready.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

struct server;

/* Of a connection. */
struct peer {
    struct peer *next, *previous;
    int fd;
    int64_t deadline_ms; /* by the loop's clock; 0: none */
    int64_t quiet_since_ms; /* its last request was over, or it opened */
    struct call *call;   /* its present request; NULL between two, or when that was abandoned */
    bool busy;           /* a request is whole and its reply not yet sent */
    struct ready *ready; /* the reply on its way; NULL when it was not made beforehand */
    struct text address; /* points into address_bytes */
    char address_bytes[48];
};

/* Who has the request. finish() and the I/O thread agree by it alone. */
enum call_state {
    CALL_READING,   /* I/O thread: head and body are coming */
    CALL_HANDLING,  /* handle() runs */
    CALL_SUSPENDED, /* handle() has returned, finish() has not been called */
    CALL_FINISHED,  /* the answer is whole: the I/O thread's again */
    CALL_ABANDONED, /* the server stopped waiting: finish() frees it */
};

/* Of a request. Lives in the request's arena. */
struct call {
    struct exchange *exchange;
    struct arena *arena;
    struct loop *loop;
    struct peer *peer;
    struct MHD_Connection *connection;
    _Atomic int state;
    struct call *woken;           /* next in the loop's list of those to resume */
    const char *target;           /* where it lies in libmicrohttpd's buffer */
    size_t target_size;
    bool head_read;
    struct file_source *file;     /* a long body on its way */
};

struct loop {
    struct server *server;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool running;
    int daemon_fd, wake_fd, listen_fd;
    _Atomic(struct call *) woken;
    _Atomic bool asleep;
    _Atomic int wakers;           /* threads inside loop_wake: stop waits for them */
    struct peer *peers;
    struct ready_shelf *shelf;
    int64_t now_ms;
    int busy;                     /* requests whole and not yet sent */
    int connections, connections_max;
    struct arena **spare;         /* cleared arenas, kept for the next requests */
    size_t spare_count;
};

struct server {
    struct server_options options;
    struct arena *arena;
    struct site *site;
    struct loop *loops;
    int loop_count, port;
    _Atomic bool stopping;
    _Atomic int64_t grace_us;
    _Atomic int streams;
    char *certificate, *key;
    struct file_pump *pump;
};

#define ARENA_CAP ((size_t)16 * 1024 * 1024)
#define ARENA_FIRST ((size_t)48 * 1024) /* a page of twenty operations; what is not used of it is not touched */
#define ARENAS_SPARE 256

bool loop_start(struct loop *loop, struct server *server);
void loop_wake_up(struct loop *loop);                  /* from any thread */
void loop_wake(struct loop *loop, struct call *call);  /* from any thread: resumes call's connection */
struct arena *loop_arena(struct loop *loop);
void loop_arena_done(struct loop *loop, struct arena *arena);

/* connection.c: libmicrohttpd's callbacks. */
bool connection_daemon(struct loop *loop);
void connection_abandon(struct loop *loop);

/* long_body.c: bodies that come piece by piece. */
struct file_pump *file_pump_start(struct arena *arena);
void file_pump_stop(struct file_pump *pump);
struct MHD_Response *file_response(struct call *call, const struct answer_file *file);
struct MHD_Response *events_response(struct call *call);
void events_tick(struct call *call, int64_t now_ms);   /* each second: heartbeat, slow readers */
void events_stop(struct event_stream *stream);         /* the server stops */

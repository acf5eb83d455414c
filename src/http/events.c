/* events.c: a stream is a bounded queue of bytes between whoever sends and the I/O thread. Two own it, the opener and
 * the connection; the last to let go frees it. */
#include "http/events.h"

#include "base/check.h"
#include "http/loop.h"
#include "http/refusals.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define QUEUE_MAX ((size_t)64 * 1024) /* a client further behind than this has stopped reading */
#define HEARTBEAT_MS 15000            /* also how a dead connection is noticed */

struct event_stream {
    pthread_mutex_t lock;
    struct call *call; /* NULL without a socket */
    char *bytes;       /* not yet taken: from `taken` to `size` */
    size_t taken, size, room;
    bool asleep;       /* the connection is suspended until there is something to send */
    bool ended;        /* no more comes: what is queued is sent, then it closes */
    bool behind;       /* the queue was full */
    int owners;
    int64_t beat_ms;
    struct server *server; /* NULL without a socket */
};

static void let_go(struct event_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    bool last = --stream->owners == 0;
    pthread_mutex_unlock(&stream->lock);
    if (!last) return;
    pthread_mutex_destroy(&stream->lock);
    free(stream->bytes);
    free(stream);
}

/* Under the lock. */
static bool append(struct event_stream *stream, const char *data, size_t size) {
    if (stream->taken > 0 && stream->size + size > stream->room) {
        memmove(stream->bytes, stream->bytes + stream->taken, stream->size - stream->taken);
        stream->size -= stream->taken;
        stream->taken = 0;
    }
    if (stream->size + size > QUEUE_MAX) return false;
    if (stream->size + size > stream->room) {
        size_t room = stream->room == 0 ? 1024 : stream->room;
        while (room < stream->size + size) room *= 2;
        char *bytes = realloc(stream->bytes, room);
        if (bytes == NULL) return false;
        stream->bytes = bytes;
        stream->room = room;
    }
    if (size > 0) memcpy(stream->bytes + stream->size, data, size);
    stream->size += size;
    return true;
}

/* Under the lock: whether the connection must be woken once it is released. */
static bool wakes(struct event_stream *stream) {
    bool asleep = stream->asleep;
    stream->asleep = false;
    return asleep;
}

/* Under the lock; the stream's call outlives this, for its request ends only after it was woken. */
static void wake(struct event_stream *stream) {
    if (wakes(stream)) loop_wake(stream->call->loop, stream->call);
}

/* The request's arena is cleared: its connection is gone. */
static void connection_lets_go(void *data) {
    struct event_stream *stream = data;
    pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    pthread_mutex_unlock(&stream->lock);
    if (stream->server != NULL) atomic_fetch_sub(&stream->server->streams, 1);
    let_go(stream);
}

static bool has_place(const struct exchange *exchange, struct server *server) {
    int most = exchange->site->options->streams_max > 0 ? exchange->site->options->streams_max : 1024;
    if (server == NULL || atomic_fetch_add(&server->streams, 1) < most) return true;
    atomic_fetch_sub(&server->streams, 1);
    return false;
}

struct event_stream *events_open(struct request *request) {
    struct exchange *exchange = exchange_of(request);
    struct call *call = exchange->carrier;
    struct server *server = call != NULL ? call->loop->server : NULL;
    struct event_stream *stream = has_place(exchange, server) ? calloc(1, sizeof *stream) : NULL;
    if (stream == NULL) {
        request->answer.retry_after_s = 30;
        refuse(request, refusal_of_status(503));
        return NULL;
    }
    check(pthread_mutex_init(&stream->lock, NULL) == 0);
    stream->server = server;
    stream->call = call;
    stream->owners = 2;
    append(stream, "retry: 3000\n\n", 13);
    arena_on_free(request->arena, connection_lets_go, stream);
    exchange->stream = stream;
    request->answer.status = 200;
    return stream;
}

static bool append_lines(struct event_stream *stream, struct text data) {
    struct text rest = data.data != NULL ? data : TEXT("");
    while (rest.data != NULL) {
        struct text line = text_split(rest, '\n', &rest);
        bool fits = append(stream, "data: ", 6) && append(stream, line.data, line.size) && append(stream, "\n", 1);
        if (!fits) return false;
    }
    return append(stream, "\n", 1);
}

bool events_send(struct event_stream *stream, const char *name, struct text data) {
    check(text_find(data, '\r') < 0 && (name == NULL || strpbrk(name, "\r\n") == NULL));
    pthread_mutex_lock(&stream->lock);
    bool open = !stream->ended && !stream->behind;
    if (open && name != NULL)
        open = append(stream, "event: ", 7) && append(stream, name, strlen(name)) && append(stream, "\n", 1);
    if (open) open = append_lines(stream, data);
    if (!open && !stream->ended) stream->behind = true;
    wake(stream);
    pthread_mutex_unlock(&stream->lock);
    return open;
}

void events_stop(struct event_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    stream->ended = true;
    wake(stream);
    pthread_mutex_unlock(&stream->lock);
}

void events_close(struct event_stream *stream) {
    events_stop(stream);
    let_go(stream);
}

bool events_alive(struct event_stream *stream) {
    pthread_mutex_lock(&stream->lock);
    bool alive = !stream->ended && !stream->behind;
    pthread_mutex_unlock(&stream->lock);
    return alive;
}

struct text events_take(struct event_stream *stream, struct arena *arena) {
    pthread_mutex_lock(&stream->lock);
    struct text taken = {stream->bytes + stream->taken, stream->size - stream->taken};
    taken = text_copy(arena, taken);
    stream->taken = stream->size = 0;
    pthread_mutex_unlock(&stream->lock);
    return taken;
}

/* ---- the connection's side, on its I/O thread ---- */

static ssize_t give(void *self, uint64_t position, char *out, size_t room) {
    (void)position;
    struct call *call = self;
    struct event_stream *stream = call->exchange->stream;
    pthread_mutex_lock(&stream->lock);
    size_t size = stream->size - stream->taken;
    if (size > room) size = room;
    bool ended = stream->ended || stream->behind;
    if (size > 0) {
        memcpy(out, stream->bytes + stream->taken, size);
        stream->taken += size;
        if (stream->taken == stream->size) stream->taken = stream->size = 0;
    } else if (!ended) {
        stream->asleep = true;
        MHD_suspend_connection(call->connection);
    }
    pthread_mutex_unlock(&stream->lock);
    if (size > 0) return (ssize_t)size;
    return ended ? MHD_CONTENT_READER_END_OF_STREAM : 0;
}

struct MHD_Response *events_response(struct call *call) {
    call->exchange->stream->beat_ms = call->loop->now_ms + HEARTBEAT_MS;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, give, call, NULL);
}

void events_tick(struct call *call, int64_t now_ms) {
    struct event_stream *stream = call->exchange->stream;
    if (stream->beat_ms == 0) return; /* not sent yet */
    pthread_mutex_lock(&stream->lock);
    bool behind = stream->behind;
    if (now_ms >= stream->beat_ms && !stream->ended) {
        stream->beat_ms = now_ms + HEARTBEAT_MS;
        append(stream, ":\n\n", 3);
        wake(stream);
    }
    pthread_mutex_unlock(&stream->lock);
    if (behind) shutdown(call->peer->fd, SHUT_RDWR);
}

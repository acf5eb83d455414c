/* long_body.c: files that are written piece by piece (exports). The pieces are made on a thread of their own, since
 * making one reads the database; meanwhile the connection is suspended, so a slow reader holds one piece and no
 * thread. */
#include "http/loop.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_ROOM ((size_t)64 * 1024)

struct file_source {
    struct call *call;
    const struct answer_file *file;
    struct buffer piece;
    size_t taken;
    bool ended, failed;
    struct file_source *next;
};

struct file_pump {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct file_source *first, *last;
    bool stopping;
};

struct making {
    struct file_source *source;
};

static void make(void *data) {
    struct file_source *source = ((struct making *)data)->source;
    source->ended = !source->file->more(source->file->state, &source->piece);
}

static void make_piece(struct file_source *source) {
    struct making making = {source};
    source->piece.size = 0;
    source->taken = 0;
    if (arena_guard(source->call->arena, make, &making)) return;
    source->ended = source->failed = true;
}

static void *pump_run(void *data) {
    struct file_pump *pump = data;
    pthread_mutex_lock(&pump->lock);
    while (true) {
        struct file_source *source = pump->first;
        if (source == NULL && pump->stopping) break;
        if (source == NULL) {
            pthread_cond_wait(&pump->wanted, &pump->lock);
            continue;
        }
        pump->first = source->next;
        if (pump->first == NULL) pump->last = NULL;
        pthread_mutex_unlock(&pump->lock);
        make_piece(source);
        loop_wake(source->call->loop, source->call);
        pthread_mutex_lock(&pump->lock);
    }
    pthread_mutex_unlock(&pump->lock);
    return NULL;
}

struct file_pump *file_pump_start(struct arena *arena) {
    struct file_pump *pump = arena_new_of(arena, struct file_pump);
    pthread_mutex_init(&pump->lock, NULL);
    pthread_cond_init(&pump->wanted, NULL);
    return pthread_create(&pump->thread, NULL, pump_run, pump) == 0 ? pump : NULL;
}

/* After the loops have ended: nobody wants a piece any more. */
void file_pump_stop(struct file_pump *pump) {
    if (pump == NULL) return;
    pthread_mutex_lock(&pump->lock);
    pump->stopping = true;
    pthread_cond_signal(&pump->wanted);
    pthread_mutex_unlock(&pump->lock);
    pthread_join(pump->thread, NULL);
    pthread_cond_destroy(&pump->wanted);
    pthread_mutex_destroy(&pump->lock);
}

static void want_piece(struct file_source *source) {
    struct file_pump *pump = source->call->loop->server->pump;
    pthread_mutex_lock(&pump->lock);
    source->next = NULL;
    if (pump->last == NULL) pump->first = source;
    else pump->last->next = source;
    pump->last = source;
    pthread_cond_signal(&pump->wanted);
    pthread_mutex_unlock(&pump->lock);
    MHD_suspend_connection(source->call->connection); /* we alone resume it, on this thread */
}

static ssize_t give(void *self, uint64_t position, char *out, size_t room) {
    (void)position;
    struct file_source *source = self;
    size_t size = source->piece.size - source->taken;
    if (size > room) size = room;
    if (size > 0) {
        memcpy(out, source->piece.data + source->taken, size);
        source->taken += size;
        return (ssize_t)size;
    }
    if (source->failed) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (source->ended) return MHD_CONTENT_READER_END_OF_STREAM;
    want_piece(source);
    return 0;
}

struct opening {
    struct call *call;
    const struct answer_file *file;
};

static void open_source(void *data) {
    struct opening *opening = data;
    struct call *call = opening->call;
    call->file = arena_new_of(call->arena, struct file_source);
    call->file->call = call;
    call->file->file = opening->file;
    call->file->piece = buffer_new(call->arena, PIECE_ROOM);
}

struct MHD_Response *file_response(struct call *call, const struct answer_file *file) {
    struct opening opening = {call, file};
    if (!arena_guard(call->arena, open_source, &opening)) return NULL;
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32 * 1024, give, call->file, NULL);
}

/* later.c: answers that go out later, from a timer's thread, so that a slow one holds up nobody; connections that are
 * closed without one; and answers for which somebody else must be asked first, from a thread of their own. Thousands
 * may wait: a heap by when they are due. */
#include "sandbox/sandbox.h"

#include "http/exchange.h"
#include "http/loop.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* What a stage has asked for, in request->scratch. */
struct delay {
    int64_t us;
    bool silent;
    void (*run)(struct request *request, void *data); /* on a thread of its own */
    void *data;
};

struct waiting {
    int64_t due_us; /* monotonic */
    struct request *request;
    int hang_up; /* the connection's socket, our own copy; -1: the answer goes out */
};

struct later {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct waiting *heap;
    size_t count, room;
    int running; /* threads of answer_by */
    bool stopping;
};

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

/* ---- what stages say ---- */

static void delay(struct request *request, struct delay delay) {
    struct delay *wanted = arena_new_of(request->arena, struct delay);
    *wanted = delay;
    request->scratch = wanted;
}

void answer_after(struct request *request, int64_t us) {
    delay(request, (struct delay){.us = us});
}

void answer_never(struct request *request, int64_t us) {
    delay(request, (struct delay){.us = us, .silent = true});
}

void answer_by(struct request *request, void (*run)(struct request *request, void *data), void *data) {
    delay(request, (struct delay){.run = run, .data = data});
}

/* ---- the heap ---- */

static void swap(struct waiting *one, struct waiting *other) {
    struct waiting kept = *one;
    *one = *other;
    *other = kept;
}

static bool push(struct later *later, const struct waiting *waiting) {
    if (later->count == later->room) {
        size_t room = later->room > 0 ? 2 * later->room : 256;
        struct waiting *heap = reallocarray(later->heap, room, sizeof *heap);
        if (heap == NULL) return false;
        later->heap = heap;
        later->room = room;
    }
    size_t at = later->count++;
    later->heap[at] = *waiting;
    for (; at > 0 && later->heap[at].due_us < later->heap[(at - 1) / 2].due_us; at = (at - 1) / 2)
        swap(&later->heap[at], &later->heap[(at - 1) / 2]);
    return true;
}

static struct waiting pop(struct later *later) {
    struct waiting first = later->heap[0], *heap = later->heap;
    size_t count = --later->count, at = 0;
    heap[0] = heap[count];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && heap[child + 1].due_us < heap[child].due_us) child++;
        if (heap[at].due_us <= heap[child].due_us) break;
        swap(&heap[at], &heap[child]);
    }
    return first;
}

/* ---- the thread ---- */

/* Whoever waits reads the end of the connection, without a byte of an answer. */
static void release(const struct waiting *waiting) {
    if (waiting->hang_up >= 0) {
        shutdown(waiting->hang_up, SHUT_RDWR);
        close(waiting->hang_up);
    }
    waiting->request->finish(waiting->request);
}

static void wait_for_next(struct later *later) {
    if (later->count == 0) {
        pthread_cond_wait(&later->changed, &later->lock);
        return;
    }
    int64_t due_us = later->heap[0].due_us;
    struct timespec until = {.tv_sec = due_us / SECOND, .tv_nsec = (due_us % SECOND) * 1000};
    pthread_cond_timedwait(&later->changed, &later->lock, &until);
}

static void *later_run(void *self) {
    struct later *later = self;
    pthread_mutex_lock(&later->lock);
    while (!later->stopping || later->count > 0) {
        if (later->count == 0 || (!later->stopping && later->heap[0].due_us > monotonic_us())) {
            wait_for_next(later);
            continue;
        }
        struct waiting due = pop(later);
        pthread_mutex_unlock(&later->lock);
        release(&due);
        pthread_mutex_lock(&later->lock);
    }
    pthread_mutex_unlock(&later->lock);
    return NULL;
}

struct later *later_start(void) {
    struct later *later = calloc(1, sizeof *later);
    if (later == NULL) return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&later->lock, NULL);
    pthread_cond_init(&later->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&later->thread, NULL, later_run, later) == 0) return later;
    free(later);
    return NULL;
}

/* The socket behind a request. http has no word for hanging up, since no server should: so its insides are looked at
 * here, on the I/O thread, which has the connection now. A copy stays ours whatever becomes of it. */
static int socket_of(struct request *request) {
    const struct call *call = exchange_of(request)->carrier;
    return dup(call->peer->fd);
}

/* ---- a thread for one request ---- */

struct errand {
    struct later *later;
    struct request *request;
    struct delay wanted;
};

static void errand_guarded(void *data) {
    const struct errand *errand = data;
    errand->wanted.run(errand->request, errand->wanted.data);
}

static void *errand_run(void *data) {
    struct errand *errand = data;
    struct later *later = errand->later;
    if (!arena_guard(errand->request->arena, errand_guarded, errand)) errand->request->answer.status = 503;
    errand->request->finish(errand->request);
    pthread_mutex_lock(&later->lock);
    later->running--;
    pthread_cond_broadcast(&later->changed);
    pthread_mutex_unlock(&later->lock);
    free(errand);
    return NULL;
}

static bool errand_begin(struct later *later, struct request *request, const struct delay *wanted) {
    struct errand *errand = malloc(sizeof *errand);
    pthread_t thread;
    if (errand == NULL) return false;
    *errand = (struct errand){later, request, *wanted};
    pthread_mutex_lock(&later->lock);
    bool begun = pthread_create(&thread, NULL, errand_run, errand) == 0;
    later->running += begun;
    pthread_mutex_unlock(&later->lock);
    if (begun) pthread_detach(thread);
    else free(errand);
    return begun;
}

bool later_take(struct later *later, struct request *request) {
    const struct delay *wanted = request->scratch;
    if (wanted == NULL) return false;
    if (wanted->run != NULL) return errand_begin(later, request, wanted);
    struct waiting waiting = {.due_us = monotonic_us() + wanted->us, .request = request, .hang_up = -1};
    if (wanted->silent) waiting.hang_up = socket_of(request);
    pthread_mutex_lock(&later->lock);
    bool kept = push(later, &waiting);
    pthread_cond_broadcast(&later->changed);
    pthread_mutex_unlock(&later->lock);
    if (!kept && waiting.hang_up >= 0) close(waiting.hang_up);
    return kept;
}

void later_stop(struct later *later) {
    pthread_mutex_lock(&later->lock);
    later->stopping = true;
    pthread_cond_signal(&later->changed);
    while (later->running > 0) pthread_cond_wait(&later->changed, &later->lock);
    pthread_mutex_unlock(&later->lock);
    pthread_join(later->thread, NULL);
    pthread_cond_destroy(&later->changed);
    pthread_mutex_destroy(&later->lock);
    free(later->heap);
    free(later);
}

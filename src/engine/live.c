/* live.c: server-sent events on a topic: pages that wait for something (a top-up's outcome, an answer of the support)
 * are told that there is news; they then fetch themselves again. Only names of events go over it, never what
 * happened. */
#include "engine/internal.h"

#include "http/events.h"

#include <pthread.h>
#include <stdlib.h>

#define STREAMS_PER_TOPIC 8 /* tabs; the oldest gives way */

struct listener {
    struct event_stream *stream;
    int64_t topic;
    struct listener *next; /* the one opened before it */
};

struct live {
    struct engine *engine;
    pthread_mutex_t lock;
    struct listener *first;
};

/* On the writer's thread; whoever has left is found by the next sweep. */
static void tell(void *self, const char *event) {
    struct listener *listener = self;
    events_send(listener->stream, event, TEXT("1"));
}

static void let_go(struct live *live, struct listener *listener) {
    engine_unlisten(live->engine, listener); /* after it nobody tells any more */
    events_close(listener->stream);
    free(listener);
}

/* Under the lock: lets go of those who left, and of a topic's oldest beyond its share. */
static void sweep(struct live *live, int64_t topic) {
    size_t own = 0;
    for (struct listener **at = &live->first; *at != NULL;) {
        struct listener *listener = *at;
        bool surplus = topic != 0 && listener->topic == topic && ++own >= STREAMS_PER_TOPIC;
        if (!surplus && events_alive(listener->stream)) {
            at = &listener->next;
            continue;
        }
        *at = listener->next;
        let_go(live, listener);
    }
}

static void add(struct live *live, struct listener *listener) {
    pthread_mutex_lock(&live->lock);
    sweep(live, listener->topic);
    listener->next = live->first;
    live->first = listener;
    pthread_mutex_unlock(&live->lock);
}

enum flow engine_stream(struct request *request, int64_t topic) {
    struct live *live = request->engine->live;
    struct event_stream *stream = events_open(request);
    if (stream == NULL) return FLOW_ANSWERED;
    struct listener *listener = calloc(1, sizeof *listener);
    if (listener != NULL) {
        *listener = (struct listener){.stream = stream, .topic = topic};
        if (engine_listen(request->engine, topic, tell, listener)) {
            add(live, listener);
            return FLOW_ANSWERED;
        }
        free(listener);
    }
    events_close(stream); /* no memory: the browser tries again by itself */
    return FLOW_ANSWERED;
}

void live_sweep(struct live *live) {
    pthread_mutex_lock(&live->lock);
    sweep(live, 0);
    pthread_mutex_unlock(&live->lock);
}

struct live *live_open(struct engine *engine, struct arena *arena) {
    struct live *live = arena_new_of(arena, struct live);
    live->engine = engine;
    pthread_mutex_init(&live->lock, NULL);
    return live;
}

void live_close(struct live *live) {
    if (live == NULL) return;
    while (live->first != NULL) {
        struct listener *listener = live->first;
        live->first = listener->next;
        let_go(live, listener);
    }
    pthread_mutex_destroy(&live->lock);
}

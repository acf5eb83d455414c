/* topics.c: who listens to which customer's events (server-sent events). The list is short (pages that wait for an
 * outcome), so it is searched as it is. Whoever listens at another node hears of it by the database (tx_announce):
 * topic and event alone, and if that gets lost, his page shows it when it is looked at again, as without scripts. */
#include "engine/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct listener {
    int64_t customer;
    void (*tell)(void *self, const char *event);
    void *self;
    struct listener *next;
};

struct topics {
    pthread_mutex_t mutex;
    struct listener *first;
};

struct topics *topics_new(void) {
    struct topics *topics = calloc(1, sizeof *topics);
    if (topics != NULL) pthread_mutex_init(&topics->mutex, NULL);
    return topics;
}

void topics_free(struct topics *topics) {
    if (topics == NULL) return;
    while (topics->first != NULL) {
        struct listener *gone = topics->first;
        topics->first = gone->next;
        free(gone);
    }
    pthread_mutex_destroy(&topics->mutex);
    free(topics);
}

bool engine_listen(struct engine *engine, int64_t customer, void (*tell)(void *self, const char *event), void *self) {
    struct listener *listener = malloc(sizeof *listener);
    if (listener == NULL) return false;
    pthread_mutex_lock(&engine->topics->mutex);
    *listener = (struct listener){customer, tell, self, engine->topics->first};
    engine->topics->first = listener;
    pthread_mutex_unlock(&engine->topics->mutex);
    return true;
}

void engine_unlisten(struct engine *engine, void *self) {
    pthread_mutex_lock(&engine->topics->mutex);
    for (struct listener **at = &engine->topics->first; *at != NULL;) {
        struct listener *listener = *at;
        if (listener->self == self) {
            *at = listener->next;
            free(listener);
        } else {
            at = &listener->next;
        }
    }
    pthread_mutex_unlock(&engine->topics->mutex);
}

struct notice {
    struct engine *engine;
    int64_t customer;
    const char *event;
};

static void tell_listeners(struct topics *topics, int64_t customer, const char *event) {
    pthread_mutex_lock(&topics->mutex);
    for (struct listener *listener = topics->first; listener != NULL; listener = listener->next)
        if (listener->customer == customer) listener->tell(listener->self, event);
    pthread_mutex_unlock(&topics->mutex);
}

static void tell_after(void *data) {
    const struct notice *notice = data;
    tell_listeners(notice->engine->topics, notice->customer, notice->event);
}

void topics_heard(void *self, struct text news) {
    struct engine *engine = self;
    struct text event;
    int64_t customer = 0;
    char name[32];
    if (!text_to_int(text_split(news, ' ', &event), &customer) || event.size == 0 || event.size >= sizeof name) return;
    snprintf(name, sizeof name, "%.*s", TEXT_ARG(event));
    tell_listeners(engine->topics, customer, name);
}

void engine_notify(struct engine *engine, struct tx *tx, int64_t customer, const char *event) {
    if (!tx_alone(tx)) tx_announce(tx, text_format(tx_arena(tx), "%lld %s", (long long)customer, event));
    if (__atomic_load_n(&engine->topics->first, __ATOMIC_RELAXED) == NULL) return;
    struct notice *notice = arena_new_of(tx_arena(tx), struct notice);
    *notice = (struct notice){engine, customer, event};
    engine_after(engine, tx, tell_after, notice);
}

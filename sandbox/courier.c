/* courier.c: delivers callbacks by libcurl on one thread, each when it is due, again with growing pauses until an
 * answer below 500 comes. What is undelivered when the program stops is lost, as with a bank that has a bad day: the
 * status interface still tells it. */
#include "sandbox/sandbox.h"

#include "base/check.h"
#include "base/log.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TRIES 12
#define TIMEOUT_MS 5000L

struct parcel {
    struct callback callback;
    int64_t due_us; /* monotonic */
    int tries;
    struct parcel *next;
};

struct courier {
    struct world *world;
    const char *url;
    struct text secret;
    struct books *books;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct parcel *first;
    bool stopping;
};

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000;
}

static struct text body_of(struct arena *arena, const struct callback *callback) {
    const struct order *order = &callback->order;
    if (callback->body[0] != '\0') return text_copy(arena, text_from(callback->body));
    if (callback->bad_body) return TEXT("{\"merchant\":\"kabinet\",\"order\":\"17\",\"sum\":");
    return text_format(arena,
                       "{\"merchant\":\"%s\",\"order\":\"%s\",\"sum\":\"%s\",\"status\":\"%s\",\"reference\":\"%s\"}",
                       order->merchant, order->id, callback->sum != NULL ? callback->sum : order->sum,
                       order_state_name(callback->told), order->reference);
}

static size_t ignore(char *data, size_t size, size_t count, void *self) {
    (void)data, (void)self;
    return size * count;
}

/* The answer's status; 0 when there was none. */
static long post(struct courier *courier, const char *place, struct text body, struct text authorization) {
    CURL *curl = curl_easy_init();
    if (curl == NULL) return 0;
    char header[256], url[512];
    snprintf(url, sizeof url, "%s%s", courier->url, place != NULL ? place : "");
    snprintf(header, sizeof header, "Authorization: %.*s", TEXT_ARG(authorization));
    struct curl_slist *headers = curl_slist_append(NULL, header);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)body.size);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, TIMEOUT_MS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
    long status = 0;
    if (curl_easy_perform(curl) == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

/* The slow card: its order is decided only now. */
static void decide(struct courier *courier, struct callback *callback) {
    callback->order.state = ORDER_PAID;
    callback->told = ORDER_PAID;
    callback->decide = false;
    if (!books_keep(courier->books, &callback->order))
        log_event(LOG_ERROR, TEXT_NONE, "sandbox.journal_failed", LOG_TEXT("order", text_from(callback->order.id)));
}

static bool deliver(struct courier *courier, struct callback *callback) {
    struct arena *arena = arena_new(64 * 1024);
    if (arena == NULL) return false;
    if (callback->decide) decide(courier, callback);
    struct text body = body_of(arena, callback);
    struct text secret = callback->bad_signature ? TEXT("another key that nobody has agreed upon at all")
                                                 : courier->secret;
    struct text header = authorization_write(arena, secret, "callback", world_now(courier->world) / SECOND, body);
    long status = post(courier, callback->place, body, header);
    log_event(LOG_INFO, TEXT_NONE, "sandbox.callback", LOG_TEXT("order", text_from(callback->order.id)),
              LOG_TEXT("told", text_from(order_state_name(callback->told))),
              LOG_TEXT("place", text_from(callback->place)), LOG_NUMBER("status", status));
    arena_free(arena);
    return status != 0 && status < 500;
}

static struct parcel **next_due(struct courier *courier) {
    struct parcel **best = NULL;
    for (struct parcel **at = &courier->first; *at != NULL; at = &(*at)->next)
        if (best == NULL || (*at)->due_us < (*best)->due_us) best = at;
    return best;
}

/* Takes the parcel that is due, waiting for it; NULL when it is time to stop. */
static struct parcel *take(struct courier *courier) {
    for (;;) {
        if (courier->stopping) return NULL;
        struct parcel **due = next_due(courier);
        if (due == NULL) {
            pthread_cond_wait(&courier->changed, &courier->lock);
            continue;
        }
        struct parcel *parcel = *due;
        if (parcel->due_us <= monotonic_us()) {
            *due = parcel->next;
            return parcel;
        }
        struct timespec until = {.tv_sec = parcel->due_us / SECOND, .tv_nsec = (parcel->due_us % SECOND) * 1000};
        pthread_cond_timedwait(&courier->changed, &courier->lock, &until);
    }
}

static void add(struct courier *courier, struct parcel *parcel) {
    parcel->next = NULL;
    struct parcel **end = &courier->first;
    while (*end != NULL) end = &(*end)->next;
    *end = parcel;
    pthread_cond_signal(&courier->changed);
}

static void *courier_run(void *self) {
    struct courier *courier = self;
    pthread_mutex_lock(&courier->lock);
    for (struct parcel *parcel = take(courier); parcel != NULL; parcel = take(courier)) {
        pthread_mutex_unlock(&courier->lock);
        bool done = deliver(courier, &parcel->callback) || ++parcel->tries == TRIES;
        pthread_mutex_lock(&courier->lock);
        if (done) {
            free(parcel);
            continue;
        }
        parcel->due_us = monotonic_us() + (SECOND << (parcel->tries < 6 ? parcel->tries - 1 : 5));
        add(courier, parcel);
    }
    pthread_mutex_unlock(&courier->lock);
    return NULL;
}

struct courier *courier_start(struct world *world, const char *url, struct text secret, struct books *books) {
    struct courier *courier = calloc(1, sizeof *courier);
    if (courier == NULL) return NULL;
    courier->world = world;
    courier->url = url;
    courier->secret = secret;
    courier->books = books;
    pthread_mutex_init(&courier->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&courier->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&courier->thread, NULL, courier_run, courier) == 0) return courier;
    free(courier);
    return NULL;
}

void courier_send(struct courier *courier, const struct callback *callback, int64_t after_us) {
    struct parcel *parcel = calloc(1, sizeof *parcel);
    if (parcel == NULL) return;
    parcel->callback = *callback;
    parcel->due_us = monotonic_us() + after_us;
    pthread_mutex_lock(&courier->lock);
    add(courier, parcel);
    pthread_mutex_unlock(&courier->lock);
}

void courier_stop(struct courier *courier) {
    pthread_mutex_lock(&courier->lock);
    courier->stopping = true;
    pthread_cond_signal(&courier->changed);
    pthread_mutex_unlock(&courier->lock);
    pthread_join(courier->thread, NULL);
    while (courier->first != NULL) {
        struct parcel *parcel = courier->first;
        courier->first = parcel->next;
        free(parcel);
    }
    pthread_cond_destroy(&courier->changed);
    pthread_mutex_destroy(&courier->lock);
    free(courier);
}

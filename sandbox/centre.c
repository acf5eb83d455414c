/* centre.c: the processing centre's workers: whatever is due to be told to Kabinet is told by one of them, again with
 * growing pauses until it is answered. What was on its way when the program ended goes on at its next start. */
#include "sandbox/centre.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORKERS 12

struct centre {
    struct world *world;
    struct centre_books *books;
    struct centre_side *side;
    struct arena *arena;
    struct text secret;
    char url[256];
    pthread_t threads[WORKERS];
    int thread_count;
    pthread_mutex_t lock;
    enum centre_fault fault;
    int64_t fault_times;
};

static void *work(void *self) {
    struct centre *centre = self;
    const struct centre_sender sender = {centre->world,  centre->books, centre->side,
                                         centre->secret, centre->url,   "kabinet"};
    struct news news;
    while (centre_news_take(centre->books, &news)) {
        if (centre_send(&sender, &news)) centre_news_done(centre->books, &news);
        else centre_news_later(centre->books, &news, (20 * SECOND / 1000) << (news.tries < 5 ? news.tries : 5));
    }
    return NULL;
}

struct centre *centre_start(struct world *world, const char *kabinet, const char *secret_file, const char *journal,
                            struct text *problem) {
    struct centre *centre = calloc(1, sizeof *centre);
    *problem = TEXT("no memory");
    if (centre == NULL) return NULL;
    centre->world = world;
    centre->arena = arena_new(64 * 1024);
    snprintf(centre->url, sizeof centre->url, "%s/callbacks/processing", kabinet);
    pthread_mutex_init(&centre->lock, NULL);
    if (centre->arena != NULL && !secret_read(centre->arena, secret_file, &centre->secret))
        *problem = TEXT("no key for processing");
    else if (centre->arena != NULL) centre->books = centre_books_open(journal, problem);
    if (centre->books != NULL)
        centre->side = centre_side_open(text_format(centre->arena, "%s-side", journal).data, problem);
    while (centre->side != NULL && centre->thread_count < WORKERS &&
           pthread_create(&centre->threads[centre->thread_count], NULL, work, centre) == 0)
        centre->thread_count++;
    if (centre->thread_count == WORKERS) return centre;
    centre_stop(centre);
    return NULL;
}

void centre_stop(struct centre *centre) {
    if (centre->books != NULL) centre_news_stop(centre->books);
    for (int i = 0; i < centre->thread_count; i++) pthread_join(centre->threads[i], NULL);
    if (centre->books != NULL) centre_books_close(centre->books);
    centre_side_close(centre->side);
    arena_free(centre->arena);
    pthread_mutex_destroy(&centre->lock);
    free(centre);
}

struct centre_books *centre_books_of(struct centre *centre) {
    return centre->books;
}

struct centre_side *centre_side_of(struct centre *centre) {
    return centre->side;
}

struct text centre_secret(struct centre *centre) {
    return centre->secret;
}

bool centre_tell(struct centre *centre, enum news_kind kind, const char *purchase, int64_t sum, bool last,
                 int64_t after_us) {
    struct news news = {.kind = kind, .sum = sum, .last = last, .due_us = after_us};
    bool first = kind == NEWS_AUTHORISATION || kind == NEWS_CHALLENGE;
    if (first) snprintf(news.id, sizeof news.id, "%s", purchase);
    else snprintf(news.id, sizeof news.id, "N%lld", (long long)world_id(centre->world));
    snprintf(news.purchase, sizeof news.purchase, "%s", purchase);
    return centre_news_add(centre->books, &news);
}

void centre_fault_set(struct centre *centre, enum centre_fault fault, int64_t times) {
    pthread_mutex_lock(&centre->lock);
    centre->fault = fault;
    centre->fault_times = times;
    pthread_mutex_unlock(&centre->lock);
}

enum centre_fault centre_fault_take(struct centre *centre) {
    pthread_mutex_lock(&centre->lock);
    enum centre_fault fault = centre->fault_times > 0 ? centre->fault : CENTRE_WELL;
    if (centre->fault_times > 0) centre->fault_times--;
    pthread_mutex_unlock(&centre->lock);
    return fault;
}

/* terminals.c: payments wait in the order in which they came; each is carried to its end by one of the workers. What
 * was open when the program ended is taken up again at its next start. */
#include "sandbox/terminals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define WORKERS 16

struct terminals {
    struct world *world;
    struct terminal_books *books;
    char url[256];
    pthread_t threads[WORKERS];
    int thread_count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t next; /* the first that nobody has taken */
    _Atomic bool stopping;
};

/* Waits for one; false: it is time to stop. */
static bool take(struct terminals *all, size_t *at, struct terminal_payment *payment) {
    pthread_mutex_lock(&all->lock);
    bool found = false;
    while (!found && !all->stopping) {
        if (terminal_books_page(all->books, all->next, payment, 1) == 0) {
            pthread_cond_wait(&all->changed, &all->lock);
            continue;
        }
        *at = all->next++;
        found = payment->state == TERMINAL_OPEN;
    }
    pthread_mutex_unlock(&all->lock);
    return found;
}

static void *work(void *self) {
    struct terminals *all = self;
    struct terminal_payment payment;
    size_t at;
    while (take(all, &at, &payment)) {
        const struct terminal_asker asker = {all->world, all->url, terminal_books_login_of(all->books), &all->stopping};
        terminal_run(&asker, &payment);
        if (payment.state != TERMINAL_OPEN) terminal_books_end(all->books, at, &payment);
    }
    return NULL;
}

struct terminals *terminals_start(struct world *world, const char *kabinet, const char *journal,
                                  struct text *problem) {
    struct terminals *all = calloc(1, sizeof *all);
    *problem = TEXT("no memory");
    if (all == NULL) return NULL;
    all->world = world;
    snprintf(all->url, sizeof all->url, "%s/agents/osmp", kabinet);
    all->books = terminal_books_open(journal, problem);
    if (all->books == NULL) {
        free(all);
        return NULL;
    }
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->changed, NULL);
    while (all->thread_count < WORKERS && pthread_create(&all->threads[all->thread_count], NULL, work, all) == 0)
        all->thread_count++;
    if (all->thread_count == WORKERS) return all;
    *problem = TEXT("no thread");
    terminals_stop(all);
    return NULL;
}

void terminals_stop(struct terminals *all) {
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_cond_broadcast(&all->changed);
    pthread_mutex_unlock(&all->lock);
    for (int i = 0; i < all->thread_count; i++) pthread_join(all->threads[i], NULL);
    pthread_cond_destroy(&all->changed);
    pthread_mutex_destroy(&all->lock);
    terminal_books_close(all->books);
    free(all);
}

struct terminal_books *terminals_books(struct terminals *all) {
    return all->books;
}

bool terminals_add(struct terminals *all, struct terminal_payment *payment) {
    snprintf(payment->txn, sizeof payment->txn, "%lld", (long long)world_id(all->world));
    payment->made_s = world_now(all->world) / SECOND;
    payment->result = -1;
    if (!terminal_books_add(all->books, payment)) return false;
    pthread_mutex_lock(&all->lock);
    pthread_cond_signal(&all->changed);
    pthread_mutex_unlock(&all->lock);
    return true;
}

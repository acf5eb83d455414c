/* books.c: the acquirer's own books: orders by merchant and number in memory; each change is a line of the journal,
 * written and synced before it is told, and read back at the start. */
#include "sandbox/sandbox.h"

#include "base/check.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>
#include <uthash.h>

struct kept {
    struct order order;
    char key[96];
    UT_hash_handle hh;
};

struct books {
    pthread_mutex_t lock;
    struct kept *orders;
    int file;
};

const char *order_state_name(enum order_state state) {
    static const char *const names[] = {"", "pending", "paid", "declined", "cancelled", "expired",
                                        "reversed"};
    return names[state];
}

static void key_of(char key[96], const char *merchant, const char *id) {
    snprintf(key, 96, "%s/%s", merchant, id);
}

/* Replaces what is known of the order; false when there is no memory. */
static bool put(struct books *books, const struct order *order) {
    char key[96];
    struct kept *kept = NULL;
    key_of(key, order->merchant, order->id);
    HASH_FIND_STR(books->orders, key, kept);
    if (kept == NULL) {
        kept = calloc(1, sizeof *kept);
        if (kept == NULL) return false;
        memcpy(kept->key, key, sizeof kept->key);
        HASH_ADD_STR(books->orders, key, kept);
    }
    kept->order = *order;
    return true;
}

/* "merchant id sum state fault expires made reference refund": '-' for nothing. No field holds a blank. */
static void journal_line(char line[320], const struct order *order) {
    snprintf(line, 320, "%s %s %s %d %d %lld %lld %s %s\n", order->merchant, order->id, order->sum, (int)order->state,
             (int)order->fault, (long long)order->expires_s, (long long)order->made_s,
             order->reference[0] ? order->reference : "-", order->refund[0] ? order->refund : "-");
}

/* How many bytes whole lines take: what a crash tore off after them nobody was told of. */
static off_t journal_read(struct books *books, const char *path) {
    char line[320];
    off_t whole = 0;
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (line[strlen(line) - 1] != '\n') break;
        whole += (off_t)strlen(line);
        struct order order = {.state = ORDER_PENDING};
        int state, fault;
        long long expires, made;
        if (sscanf(line, "%63s %23s %23s %d %d %lld %lld %31s %23s", order.merchant, order.id, order.sum, &state,
                   &fault, &expires, &made, order.reference, order.refund) != 9)
            continue;
        if (state < ORDER_PENDING || state > ORDER_REVERSED || fault < 0 || fault >= CARD_FAULTS) continue;
        order.state = (enum order_state)state;
        order.fault = (enum card_fault)fault;
        order.expires_s = expires;
        order.made_s = made;
        if (strcmp(order.reference, "-") == 0) order.reference[0] = '\0';
        if (strcmp(order.refund, "-") == 0) order.refund[0] = '\0';
        if (!put(books, &order)) break;
    }
    if (file != NULL) fclose(file);
    return whole;
}

struct books *books_open(const char *journal, struct text *problem) {
    struct books *books = calloc(1, sizeof *books);
    if (books == NULL) return NULL;
    off_t whole = journal_read(books, journal);
    books->file = open(journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (books->file < 0 || ftruncate(books->file, whole) != 0) {
        *problem = text_from(strerror(errno));
        if (books->file >= 0) close(books->file);
        free(books);
        return NULL;
    }
    pthread_mutex_init(&books->lock, NULL);
    return books;
}

void books_close(struct books *books) {
    struct kept *kept, *next;
    HASH_ITER(hh, books->orders, kept, next) {
        HASH_DEL(books->orders, kept);
        free(kept);
    }
    close(books->file);
    pthread_mutex_destroy(&books->lock);
    free(books);
}

static bool keep_locked(struct books *books, const struct order *order) {
    char line[320];
    journal_line(line, order);
    size_t size = strlen(line);
    return write(books->file, line, size) == (ssize_t)size && fdatasync(books->file) == 0 && put(books, order);
}

bool books_keep(struct books *books, const struct order *order) {
    pthread_mutex_lock(&books->lock);
    bool good = keep_locked(books, order);
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool books_find(struct books *books, struct text merchant, struct text id, int64_t now_s, struct order *order) {
    char key[96];
    struct kept *kept = NULL;
    if (merchant.size >= 64 || id.size >= 24) return false;
    snprintf(key, sizeof key, "%.*s/%.*s", TEXT_ARG(merchant), TEXT_ARG(id));
    pthread_mutex_lock(&books->lock);
    HASH_FIND_STR(books->orders, key, kept);
    if (kept != NULL && kept->order.state == ORDER_PENDING && kept->order.expires_s < now_s &&
        kept->order.reference[0] == '\0') {
        struct order expired = kept->order;
        expired.state = ORDER_EXPIRED;
        keep_locked(books, &expired);
    }
    if (kept != NULL) *order = kept->order;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

static int later_first(const void *left, const void *right) {
    const struct order *one = left, *other = right;
    return (one->made_s < other->made_s) - (one->made_s > other->made_s);
}

size_t books_latest(struct books *books, struct order *orders, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    for (struct kept *kept = books->orders; kept != NULL; kept = kept->hh.next) {
        if (count == room) { /* uthash keeps the order of adding: forget the oldest */
            memmove(orders, orders + 1, (room - 1) * sizeof *orders);
            count--;
        }
        orders[count++] = kept->order;
    }
    pthread_mutex_unlock(&books->lock);
    qsort(orders, count, sizeof *orders, later_first);
    return count;
}

/* bank_books.c: what the bank has paid, in memory and in a journal (journal.h):
 *
 *     payout ID KIND KOPECKS MADE READY BACK REASON TO     ('-' for none; moments in µs)
 *     back ID NUMBER SUM     (no SUM in old ones: all of it)
 */
#include "sandbox/bank.h"
#include "sandbox/journal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define FIRST_REFERENCE 7000000000000

struct kept {
    struct payout payout;
    UT_hash_handle hh;
};

struct asked {
    char id[PAYOUT_ID];
    int times;
    UT_hash_handle hh;
};

struct bank_books {
    pthread_mutex_t lock;
    struct kept **all, *by_id; /* all: in the order in which they came */
    struct asked *asked;
    size_t count, room, expected; /* expected: to be sent back, and not yet */
    int64_t number;               /* the last one sent back */
    struct journal *journal;
};

const char *payout_state_name(enum payout_state state) {
    static const char *const names[PAYOUT_STATES] = {"processing", "paid", "declined", "returned"};
    return names[state];
}

enum payout_state payout_state_of(const struct payout *payout, moment now) {
    if (payout->ready > now) return PAYOUT_PROCESSING;
    if (payout->reason[0] != '\0') return PAYOUT_DECLINED;
    return payout->number != 0 ? PAYOUT_RETURNED : PAYOUT_PAID;
}

static struct kept *find(struct bank_books *books, struct text id) {
    struct kept *kept = NULL;
    HASH_FIND(hh, books->by_id, id.data, id.size, kept);
    return kept;
}

static struct kept *keep(struct bank_books *books, const struct payout *payout) {
    if (books->count == books->room) {
        size_t room = books->room > 0 ? 2 * books->room : 256;
        struct kept **all = reallocarray(books->all, room, sizeof(struct kept *));
        if (all == NULL) return NULL;
        books->all = all;
        books->room = room;
    }
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept == NULL) return NULL;
    kept->payout = *payout;
    kept->payout.reference = FIRST_REFERENCE + (int64_t)books->count;
    HASH_ADD_STR(books->by_id, payout.id, kept);
    books->all[books->count++] = kept;
    if (payout->back != 0) books->expected++;
    return kept;
}

/* ---- the journal ---- */

static bool take_payout(struct bank_books *books, const char *line) {
    struct payout payout = {.number = 0};
    long long sum, made, ready, back;
    int kind;
    if (sscanf(line, "payout %20s %d %lld %lld %lld %lld %15s %23s", payout.id, &kind, &sum, &made, &ready, &back,
               payout.reason, payout.to) != 8 ||
        kind < 0 || kind >= PAYOUT_KINDS)
        return false;
    if (strcmp(payout.reason, "-") == 0) payout.reason[0] = '\0';
    payout.kind = (enum payout_kind)kind;
    payout.sum = sum;
    payout.made = made;
    payout.ready = ready;
    payout.back = back;
    return keep(books, &payout) != NULL;
}

static bool take_back(struct bank_books *books, const char *line) {
    char id[PAYOUT_ID];
    long long number, sum = 0;
    if (sscanf(line, "back %20s %lld %lld", id, &number, &sum) < 2) return false;
    struct kept *kept = find(books, text_from(id));
    if (kept == NULL) return false;
    if (kept->payout.back != 0 && kept->payout.number == 0) books->expected--;
    kept->payout.number = books->number = number;
    kept->payout.came_back = sum > 0 ? sum : kept->payout.sum;
    return true;
}

static bool take_line(void *self, const char *line) {
    return take_payout(self, line) || take_back(self, line);
}

/* ---- opening ---- */

struct bank_books *bank_books_open(const char *journal, struct text *problem) {
    struct bank_books *books = calloc(1, sizeof *books);
    if (books == NULL) return NULL;
    pthread_mutex_init(&books->lock, NULL);
    books->journal = journal_open(journal, take_line, books, problem);
    if (books->journal != NULL) return books;
    bank_books_close(books);
    return NULL;
}

void bank_books_close(struct bank_books *books) {
    struct asked *asked, *next;
    HASH_ITER(hh, books->asked, asked, next) {
        HASH_DEL(books->asked, asked);
        free(asked);
    }
    HASH_CLEAR(hh, books->by_id);
    for (size_t i = 0; i < books->count; i++) free(books->all[i]);
    free(books->all);
    journal_close(books->journal);
    pthread_mutex_destroy(&books->lock);
    free(books);
}

/* ---- changes ---- */

bool bank_books_add(struct bank_books *books, struct payout *payout) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "payout %s %d %lld %lld %lld %lld %s %s\n", payout->id, (int)payout->kind,
             (long long)payout->sum, (long long)payout->made, (long long)payout->ready, (long long)payout->back,
             payout->reason[0] != '\0' ? payout->reason : "-", payout->to[0] != '\0' ? payout->to : "-");
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, text_from(payout->id));
    if (kept == NULL && journal_add(books->journal, line)) kept = keep(books, payout);
    if (kept != NULL) *payout = kept->payout;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

int bank_books_asked(struct bank_books *books, struct text id) {
    struct asked *asked = NULL;
    if (id.size >= PAYOUT_ID) return 0;
    pthread_mutex_lock(&books->lock);
    HASH_FIND(hh, books->asked, id.data, id.size, asked);
    if (asked == NULL && (asked = calloc(1, sizeof *asked)) != NULL) {
        memcpy(asked->id, id.data, id.size);
        HASH_ADD_STR(books->asked, id, asked);
    }
    int before = asked != NULL ? asked->times++ : 0;
    pthread_mutex_unlock(&books->lock);
    return before;
}

static bool send_back(struct bank_books *books, struct kept *kept, int64_t sum) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "back %s %lld %lld\n", kept->payout.id, (long long)books->number + 1, (long long)sum);
    if (!journal_add(books->journal, line)) return false;
    if (kept->payout.back != 0 && kept->payout.number == 0) books->expected--;
    kept->payout.number = ++books->number;
    kept->payout.came_back = sum;
    return true;
}

bool bank_books_return(struct bank_books *books, struct text id, int64_t sum, bool again, moment now) {
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, id);
    enum payout_state wanted = again ? PAYOUT_RETURNED : PAYOUT_PAID;
    bool good = kept != NULL && payout_state_of(&kept->payout, now) == wanted && sum <= kept->payout.sum &&
                send_back(books, kept, sum > 0 ? sum : kept->payout.sum);
    pthread_mutex_unlock(&books->lock);
    return good;
}

/* What is due to be sent back is sent when somebody looks. */
static void send_due(struct bank_books *books, moment now) {
    for (size_t i = 0; i < books->count && books->expected > 0; i++) {
        struct kept *kept = books->all[i];
        bool due = kept->payout.back != 0 && kept->payout.back <= now;
        if (due && payout_state_of(&kept->payout, now) == PAYOUT_PAID) send_back(books, kept, kept->payout.sum);
    }
}

/* ---- looking ---- */

bool bank_books_find(struct bank_books *books, struct text id, struct payout *payout) {
    pthread_mutex_lock(&books->lock);
    struct kept *kept = find(books, id);
    if (kept != NULL) *payout = kept->payout;
    pthread_mutex_unlock(&books->lock);
    return kept != NULL;
}

static int by_number(const void *one, const void *other) {
    const struct payout *a = one, *b = other;
    return a->number < b->number ? -1 : a->number > b->number;
}

/* Numbers are given one by one, so those wanted are the next `room` of them. */
size_t bank_books_returned(struct bank_books *books, int64_t after, moment now, struct payout *payouts, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    send_due(books, now);
    for (size_t i = 0; i < books->count && after < books->number; i++) {
        const struct payout *payout = &books->all[i]->payout;
        if (payout->number > after && payout->number <= after + (int64_t)room) payouts[count++] = *payout;
    }
    pthread_mutex_unlock(&books->lock);
    qsort(payouts, count, sizeof *payouts, by_number);
    return count;
}

size_t bank_books_count(struct bank_books *books) {
    pthread_mutex_lock(&books->lock);
    size_t count = books->count;
    pthread_mutex_unlock(&books->lock);
    return count;
}

size_t bank_books_page(struct bank_books *books, size_t after, struct payout *payouts, size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    while (count < room && after + count < books->count) {
        payouts[count] = books->all[after + count]->payout;
        count++;
    }
    pthread_mutex_unlock(&books->lock);
    return count;
}

struct bank_totals bank_books_totals(struct bank_books *books, moment now) {
    struct bank_totals totals = {.count = {0}};
    pthread_mutex_lock(&books->lock);
    send_due(books, now);
    for (size_t i = 0; i < books->count; i++) {
        enum payout_state state = payout_state_of(&books->all[i]->payout, now);
        totals.count[state]++;
        totals.sum[state] += books->all[i]->payout.sum;
    }
    pthread_mutex_unlock(&books->lock);
    return totals;
}

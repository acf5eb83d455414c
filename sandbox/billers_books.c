/* billers_books.c: the billers' own books: payments by biller and txn_id, accounts, totals; in memory, and in the
 * journal before anybody is told. Decided and written under one lock, so that a txn_id is credited once. */
#include "sandbox/billers.h"

#include "base/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define KEY (16 + BILLER_ACCOUNT)
#define ZONE_S (3 * 3600) /* the billers' months are Moscow's */

struct account {
    UT_hash_handle hh;
    int64_t balance, awaited, meter, payments; /* awaited: of pending payments */
    int month;                                 /* year × 12 + month */
    int64_t month_paid;
    char key[KEY];
};

struct payment {
    UT_hash_handle hh;
    const struct biller *biller;
    struct account *account;
    struct payment *next_pending;
    size_t place;
    int64_t sum, made_s, ready_s, reading, day;
    int told; /* how often it was told to pay; forgotten when the program ends */
    enum biller_state state;
    int result; /* what a pay of it is answered, once it is not pending */
    char key[16 + BILLER_TXN];
};

struct biller_books {
    pthread_mutex_t lock;
    struct journal *journal;
    struct payment *payments, **order;
    size_t count, room;
    struct account *accounts;
    struct payment *pending, *last_pending; /* in the order of their ends: all wait equally long */
    struct biller_totals totals[BILLERS];
};

const char *biller_state_name(enum biller_state state) {
    static const char *const names[] = {"paid", "pending", "cancelled", "refused"};
    return names[state];
}

/* ---- finding ---- */

static struct payment *payment_find(struct biller_books *books, const struct biller *biller, struct text txn) {
    char key[16 + BILLER_TXN];
    struct payment *payment = NULL;
    snprintf(key, sizeof key, "%s/%.*s", biller->code, TEXT_ARG(txn));
    HASH_FIND_STR(books->payments, key, payment);
    return payment;
}

static struct account *account_find(struct biller_books *books, const struct biller *biller, struct text name) {
    char key[KEY];
    struct account *account = NULL;
    snprintf(key, sizeof key, "%s/%.*s", biller->code, TEXT_ARG(name));
    HASH_FIND_STR(books->accounts, key, account);
    return account;
}

static struct text account_name(const struct account *account) {
    return text_from(strchr(account->key, '/') + 1);
}

/* NULL when there is no memory. */
static struct account *account_of(struct biller_books *books, const struct biller *biller, struct text name) {
    struct account *account = account_find(books, biller, name);
    if (account != NULL || (account = calloc(1, sizeof *account)) == NULL) return account;
    snprintf(account->key, sizeof account->key, "%s/%.*s", biller->code, TEXT_ARG(name));
    account->meter = biller_first_reading(name);
    HASH_ADD_STR(books->accounts, key, account);
    return account;
}

/* ---- how accounts and totals follow from payments ---- */

static int month_of(int64_t at_s) {
    struct date date = date_from_days((at_s + ZONE_S) / 86400);
    return date.year * 12 + date.month;
}

static int64_t day_of(int64_t at_s) {
    struct date date = date_from_days((at_s + ZONE_S) / 86400);
    return (int64_t)date.year * 10000 + date.month * 100 + date.day;
}

static void count(struct biller_books *books, const struct payment *payment, int sign) {
    struct biller_totals *totals = &books->totals[payment->biller - billers];
    totals->count[payment->state] += sign;
    totals->sum[payment->state] += sign * payment->sum;
}

static void credit(struct payment *payment, int sign) {
    struct account *account = payment->account;
    int month = month_of(payment->made_s);
    if (month > account->month) {
        account->month = month;
        account->month_paid = 0;
    }
    if (month == account->month) account->month_paid += sign * payment->sum;
    account->balance += sign * payment->sum;
    account->payments += sign;
    if (sign > 0 && payment->reading > account->meter) account->meter = payment->reading;
}

static void become(struct biller_books *books, struct payment *payment, enum biller_state state) {
    count(books, payment, -1);
    payment->state = state;
    count(books, payment, 1);
}

static void await(struct biller_books *books, struct payment *payment) {
    payment->account->awaited += payment->sum;
    if (books->pending == NULL) books->pending = payment;
    else books->last_pending->next_pending = payment;
    books->last_pending = payment;
}

/* Pending ones end by themselves, whether anybody asks or not. */
static void settle(struct biller_books *books, int64_t now_s) {
    while (books->pending != NULL && books->pending->ready_s <= now_s) {
        struct payment *payment = books->pending;
        books->pending = payment->next_pending;
        payment->account->awaited -= payment->sum;
        become(books, payment, payment->result == OSMP_OK ? BILLER_PAID : BILLER_REFUSED);
        if (payment->state == BILLER_PAID) credit(payment, 1);
    }
}

static void standing_of(struct biller_books *books, const struct biller *biller, struct text name, int64_t now_s,
                        struct biller_standing *standing) {
    const struct account *account = account_find(books, biller, name);
    int month = month_of(now_s);
    int64_t paid = 0, awaited = account != NULL ? account->awaited : 0;
    *standing = (struct biller_standing){.meter = biller_first_reading(name)};
    if (account != NULL) {
        standing->balance = account->balance;
        standing->meter = account->meter;
        standing->payments = account->payments;
        if (biller->bill == BILL_ONCE) paid = account->balance;
        else if (account->month == month) paid = account->month_paid;
    }
    int64_t due = biller_bill_of(biller, name, month) - paid - awaited;
    standing->due = due > 0 ? due : 0;
}

/* ---- changes, as lines of the journal tell them ---- */

static struct payment *payment_add(struct biller_books *books, const struct biller_line *line) {
    if (books->count == books->room) {
        size_t room = books->room > 0 ? 2 * books->room : 1024;
        struct payment **order = reallocarray(books->order, room, sizeof *order);
        if (order == NULL) return NULL;
        books->order = order;
        books->room = room;
    }
    struct payment *payment = calloc(1, sizeof *payment);
    if (payment == NULL) return NULL;
    payment->account = account_of(books, line->biller, text_from(line->account));
    if (payment->account == NULL) {
        free(payment);
        return NULL;
    }
    snprintf(payment->key, sizeof payment->key, "%s/%s", line->biller->code, line->txn);
    HASH_ADD_STR(books->payments, key, payment);
    books->order[books->count] = payment;
    payment->place = books->count++;
    return payment;
}

static bool take_pay(struct biller_books *books, const struct biller_line *line) {
    if (payment_find(books, line->biller, text_from(line->txn)) != NULL) return false;
    struct payment *payment = payment_add(books, line);
    if (payment == NULL) return false;
    payment->biller = line->biller;
    payment->sum = line->sum;
    payment->made_s = line->made_s;
    payment->ready_s = line->ready_s;
    payment->reading = line->reading;
    payment->day = line->day;
    payment->result = line->result;
    payment->state = line->ready_s > 0            ? BILLER_PENDING
                     : line->result == OSMP_OK    ? BILLER_PAID
                                                  : BILLER_REFUSED;
    count(books, payment, 1);
    if (payment->state == BILLER_PENDING) await(books, payment);
    if (payment->state == BILLER_PAID) credit(payment, 1);
    return true;
}

static bool take_cancel(struct biller_books *books, const struct biller_line *line) {
    struct payment *payment = payment_find(books, line->biller, text_from(line->txn));
    if (payment == NULL || payment->state != BILLER_PAID) return false;
    become(books, payment, BILLER_CANCELLED);
    credit(payment, -1);
    return true;
}

static bool take_change(struct biller_books *books, const struct biller_line *line) {
    settle(books, line->made_s);
    return strcmp(line->kind, "pay") == 0 ? take_pay(books, line) : take_cancel(books, line);
}

static bool take_line(void *self, const char *line) {
    struct biller_line change;
    return biller_line_read(line, &change) && take_change(self, &change);
}

/* ---- opening ---- */

struct biller_books *biller_books_open(const char *path, struct text *problem) {
    struct biller_books *books = calloc(1, sizeof *books);
    *problem = TEXT("no memory");
    if (books == NULL) return NULL;
    pthread_mutex_init(&books->lock, NULL);
    books->journal = journal_open(path, take_line, books, problem);
    if (books->journal != NULL) return books;
    biller_books_close(books);
    return NULL;
}

void biller_books_close(struct biller_books *books) {
    struct account *account, *next;
    HASH_CLEAR(hh, books->payments);
    for (size_t i = 0; i < books->count; i++) free(books->order[i]);
    HASH_ITER(hh, books->accounts, account, next) {
        HASH_DEL(books->accounts, account);
        free(account);
    }
    journal_close(books->journal);
    pthread_mutex_destroy(&books->lock);
    free(books->order);
    free(books);
}

/* ---- what is asked of them ---- */

static void copy_of(const struct payment *payment, struct biller_payment *copy) {
    *copy = (struct biller_payment){.biller = payment->biller,
                                    .sum = payment->sum,
                                    .made_s = payment->made_s,
                                    .state = payment->state,
                                    .result = payment->result};
    copy->prv = (payment->biller - billers + 1) * INT64_C(1000000000000) + (int64_t)payment->place + 1;
    snprintf(copy->txn, sizeof copy->txn, "%s", strchr(payment->key, '/') + 1);
    snprintf(copy->account, sizeof copy->account, "%.*s", TEXT_ARG(account_name(payment->account)));
}

static void text_into(char *place, size_t room, struct text text) {
    check(text.size < room);
    snprintf(place, room, "%.*s", TEXT_ARG(text));
}

static bool write_line(struct biller_books *books, struct biller_line *line, const char *kind,
                       const struct biller_asking *asking) {
    text_into(line->kind, sizeof line->kind, text_from(kind));
    text_into(line->txn, sizeof line->txn, asking->txn);
    text_into(line->account, sizeof line->account, asking->account);
    line->biller = asking->biller;
    char written[JOURNAL_LINE];
    biller_line_write(written, line);
    if (!journal_add(books->journal, written)) return false;
    check(take_change(books, line)); /* what the journal has is so: without memory for it we had better end */
    return true;
}

static int pay_again(const struct payment *payment, const struct biller_asking *asking) {
    bool same = payment->sum == asking->sum && text_equal(account_name(payment->account), asking->account);
    if (!same || payment->state == BILLER_CANCELLED) return OSMP_OTHER;
    return payment->state == BILLER_PENDING ? OSMP_PENDING : payment->result;
}

static enum biller_fault fault_of(const struct biller *biller, struct text account) {
    return biller_fault_of(biller, account, BILLER_REGISTER);
}

/* Under the next number, which nobody has given. */
static void pay_one_more(struct biller_books *books, const struct biller_asking *asking,
                         const struct biller_line *paid) {
    char next[BILLER_TXN];
    int64_t txn;
    if (!text_to_int(asking->txn, &txn)) return;
    snprintf(next, sizeof next, "%lld", (long long)txn + 1);
    struct biller_asking more = *asking;
    struct biller_line line = *paid;
    more.txn = text_from(next);
    if (payment_find(books, asking->biller, more.txn) == NULL) (void)write_line(books, &line, "pay", &more);
}

static int pay_anew(struct biller_books *books, const struct biller_paying *paying) {
    const struct biller_asking *asking = paying->asking;
    struct biller_standing standing;
    standing_of(books, asking->biller, asking->account, paying->now_s, &standing);
    int result = paying->pending_s > 0 || paying->result < 0 ? biller_verdict(asking, &standing) : paying->result;
    struct biller_line line = {.sum = asking->sum,
                               .made_s = paying->now_s,
                               .reading = asking->reading,
                               .day = asking->day != 0 ? asking->day : day_of(paying->now_s)};
    bool pending = result == OSMP_OK && paying->pending_s > 0;
    line.result = pending ? paying->result : result;
    line.ready_s = pending ? paying->now_s + paying->pending_s : 0;
    if (!write_line(books, &line, "pay", asking)) return OSMP_LATER;
    if (line.result == OSMP_OK && fault_of(asking->biller, asking->account) == FAULT_ONE_MORE)
        pay_one_more(books, asking, &line);
    return pending ? OSMP_PENDING : result;
}

int biller_books_pay(struct biller_books *books, const struct biller_paying *paying, struct biller_payment *payment) {
    const struct biller_asking *asking = paying->asking;
    *payment = (struct biller_payment){0};
    if (asking->account.size >= BILLER_ACCOUNT) return OSMP_FORMAT; /* too long for the books */
    pthread_mutex_lock(&books->lock);
    settle(books, paying->now_s);
    struct payment *known = payment_find(books, asking->biller, asking->txn);
    int result = known != NULL ? pay_again(known, asking) : pay_anew(books, paying);
    if (known == NULL) known = payment_find(books, asking->biller, asking->txn);
    if (known != NULL) {
        known->told++;
        copy_of(known, payment);
    }
    pthread_mutex_unlock(&books->lock);
    return result;
}

static int cancel_locked(struct biller_books *books, const struct biller_asking *asking, int64_t now_s) {
    const struct payment *known = payment_find(books, asking->biller, asking->txn);
    if (known == NULL || known->state == BILLER_REFUSED) return OSMP_NOT_FOUND;
    if (!asking->biller->cancels) return OSMP_REFUSED;
    if (known->state == BILLER_PENDING) return OSMP_PENDING;
    if (known->state == BILLER_CANCELLED) return OSMP_OK;
    /* Never before it was paid, whatever the clock says: read back, the line must still make sense. */
    struct biller_line line = {.made_s = now_s < known->ready_s ? known->ready_s : now_s};
    struct biller_asking bare = {.biller = asking->biller, .txn = asking->txn, .account = TEXT("")};
    return write_line(books, &line, "cancel", &bare) ? OSMP_OK : OSMP_LATER;
}

int biller_books_cancel(struct biller_books *books, const struct biller_asking *asking, int64_t now_s,
                        struct biller_payment *payment) {
    *payment = (struct biller_payment){0};
    pthread_mutex_lock(&books->lock);
    settle(books, now_s);
    int result = cancel_locked(books, asking, now_s);
    const struct payment *known = payment_find(books, asking->biller, asking->txn);
    if (known != NULL) copy_of(known, payment);
    pthread_mutex_unlock(&books->lock);
    return result;
}

bool biller_books_has(struct biller_books *books, const struct biller_asking *asking) {
    pthread_mutex_lock(&books->lock);
    bool has = payment_find(books, asking->biller, asking->txn) != NULL;
    pthread_mutex_unlock(&books->lock);
    return has;
}

void biller_books_standing(struct biller_books *books, const struct biller *biller, struct text account, int64_t now_s,
                           struct biller_standing *standing) {
    pthread_mutex_lock(&books->lock);
    settle(books, now_s);
    standing_of(books, biller, account, now_s, standing);
    pthread_mutex_unlock(&books->lock);
}

size_t biller_books_page(struct biller_books *books, size_t after, int64_t now_s, struct biller_payment *payments,
                         size_t room) {
    size_t given = 0;
    pthread_mutex_lock(&books->lock);
    settle(books, now_s);
    for (; given < room && after + given < books->count; given++)
        copy_of(books->order[after + given], &payments[given]);
    pthread_mutex_unlock(&books->lock);
    return given;
}

void biller_books_totals(struct biller_books *books, int64_t now_s, struct biller_totals totals[BILLERS]) {
    pthread_mutex_lock(&books->lock);
    settle(books, now_s);
    memcpy(totals, books->totals, sizeof books->totals);
    pthread_mutex_unlock(&books->lock);
}

/* ---- the register ---- */

static int by_txn(const void *left, const void *right) {
    const struct biller_listed *one = left, *other = right;
    return (one->txn > other->txn) - (one->txn < other->txn);
}

/* Taken back when its register is asked for first. */
static void take_back(struct biller_books *books, const struct payment *payment, int64_t txn, int64_t now_s) {
    char number[BILLER_TXN];
    snprintf(number, sizeof number, "%lld", (long long)txn);
    const struct biller_asking bare = {.biller = payment->biller, .txn = text_from(number), .account = TEXT("")};
    struct biller_line line = {.made_s = now_s < payment->ready_s ? payment->ready_s : now_s};
    if (payment->state == BILLER_PAID) (void)write_line(books, &line, "cancel", &bare);
}

/* As the fault of its account would have it; false: it is not in the list. */
static bool list_one(struct biller_books *books, const struct payment *payment, int64_t now_s,
                     struct biller_listed *listed) {
    struct biller_payment copy;
    enum biller_fault fault = fault_of(payment->biller, account_name(payment->account));
    copy_of(payment, &copy);
    if (!text_to_int(text_from(copy.txn), &listed->txn)) return false;
    if (fault == FAULT_UNLISTED && payment->told == 1) return false; /* told again, it is found */
    if (fault == FAULT_TAKEN_BACK) take_back(books, payment, listed->txn, now_s);
    if (payment->state != BILLER_PAID && payment->state != BILLER_CANCELLED) return false;
    listed->prv = copy.prv;
    listed->sum = payment->sum - (fault == FAULT_LISTED_LESS && payment->sum > 100 ? 100 : 0);
    listed->cancelled = payment->state == BILLER_CANCELLED;
    return true;
}

size_t biller_books_register(struct biller_books *books, const struct biller_asking *asking, int64_t now_s,
                             struct biller_listed *listed, size_t room, bool *more) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    settle(books, now_s);
    struct biller_listed *all = calloc(books->count + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < books->count; i++) {
        const struct payment *payment = books->order[i];
        if (payment->biller != asking->biller || payment->day != asking->day) continue;
        if (list_one(books, payment, now_s, &all[count]) && all[count].txn > asking->after) count++;
    }
    if (all != NULL) qsort(all, count, sizeof *all, by_txn);
    *more = count > room;
    if (count > room) count = room;
    if (count > 0) memcpy(listed, all, count * sizeof *all);
    free(all);
    pthread_mutex_unlock(&books->lock);
    return count;
}

/* terminals_books.c: what the agent knows of its payments, in memory and in a journal (journal.h): a line before
 * anything is asked, a line when it has ended.
 *
 *     agent LOGIN PASSWORD
 *     pay TXN KOPECKS FAULT MADE ACCOUNT     (account in hex)
 *     end TXN STATE RESULT ODD PRV           ('-' for none)
 */
#include "sandbox/journal.h"
#include "sandbox/terminals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct kept {
    struct terminal_payment payment;
    UT_hash_handle hh;
};

struct terminal_books {
    pthread_mutex_t lock;
    struct kept **all; /* in the order in which they came */
    struct kept *by_txn;
    size_t count, room;
    struct terminal_login login;
    struct journal *journal;
};

const char *terminal_state_name(enum terminal_state state) {
    static const char *const names[TERMINAL_STATES] = {"open", "paid", "refused"};
    return names[state];
}

static bool keep(struct terminal_books *books, const struct terminal_payment *payment) {
    if (books->count == books->room) {
        size_t room = books->room > 0 ? 2 * books->room : 256;
        struct kept **all = reallocarray(books->all, room, sizeof(struct kept *));
        if (all == NULL) return false;
        books->all = all;
        books->room = room;
    }
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept == NULL) return false;
    kept->payment = *payment;
    HASH_ADD_STR(books->by_txn, payment.txn, kept);
    books->all[books->count++] = kept;
    return true;
}

/* ---- the journal ---- */

static bool account_read(const char *hex, char account[TERMINAL_ACCOUNT]) {
    size_t size = strlen(hex) / 2;
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1) return false;
        account[i] = (char)byte;
    }
    account[size] = '\0';
    return true;
}

static bool take_pay(struct terminal_books *books, const char *line) {
    struct terminal_payment payment = {.result = -1};
    char hex[2 * TERMINAL_ACCOUNT];
    long long sum, made;
    int fault;
    if (sscanf(line, "pay %20s %lld %d %lld %128s", payment.txn, &sum, &fault, &made, hex) != 5) return false;
    if (fault < 0 || fault >= TERMINAL_FAULTS || !account_read(hex, payment.account)) return false;
    payment.sum = sum;
    payment.made_s = made;
    payment.fault = (enum terminal_fault)fault;
    return keep(books, &payment);
}

static bool take_end(struct terminal_books *books, const char *line) {
    char txn[TERMINAL_TXN], prv[24];
    int state, result, odd;
    struct kept *kept = NULL;
    if (sscanf(line, "end %20s %d %d %d %23s", txn, &state, &result, &odd, prv) != 5) return false;
    HASH_FIND_STR(books->by_txn, txn, kept);
    if (kept == NULL || state <= TERMINAL_OPEN || state >= TERMINAL_STATES) return false;
    kept->payment.state = (enum terminal_state)state;
    kept->payment.result = result;
    kept->payment.odd = odd != 0;
    if (strcmp(prv, "-") != 0) memcpy(kept->payment.prv, prv, sizeof prv);
    return true;
}

static bool take_line(void *self, const char *line) {
    struct terminal_books *books = self;
    if (strncmp(line, "pay ", 4) == 0) return take_pay(books, line);
    if (strncmp(line, "end ", 4) == 0) return take_end(books, line);
    return sscanf(line, "agent %64s %64s", books->login.login, books->login.password) == 2;
}

/* ---- opening ---- */

struct terminal_books *terminal_books_open(const char *journal, struct text *problem) {
    struct terminal_books *books = calloc(1, sizeof *books);
    if (books == NULL) return NULL;
    pthread_mutex_init(&books->lock, NULL);
    books->journal = journal_open(journal, take_line, books, problem);
    if (books->journal != NULL) return books;
    terminal_books_close(books);
    return NULL;
}

void terminal_books_close(struct terminal_books *books) {
    HASH_CLEAR(hh, books->by_txn);
    for (size_t i = 0; i < books->count; i++) free(books->all[i]);
    free(books->all);
    journal_close(books->journal);
    pthread_mutex_destroy(&books->lock);
    free(books);
}

/* ---- changes ---- */

bool terminal_books_add(struct terminal_books *books, const struct terminal_payment *payment) {
    char line[JOURNAL_LINE], hex[2 * TERMINAL_ACCOUNT] = "";
    for (size_t i = 0; payment->account[i] != '\0'; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned)(unsigned char)payment->account[i]);
    snprintf(line, sizeof line, "pay %s %lld %d %lld %s\n", payment->txn, (long long)payment->sum, (int)payment->fault,
             (long long)payment->made_s, hex);
    pthread_mutex_lock(&books->lock);
    bool good = journal_add(books->journal, line) && keep(books, payment);
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool terminal_books_end(struct terminal_books *books, size_t at, const struct terminal_payment *payment) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "end %s %d %d %d %s\n", payment->txn, (int)payment->state, payment->result,
             (int)payment->odd, payment->prv[0] != '\0' ? payment->prv : "-");
    pthread_mutex_lock(&books->lock);
    bool good = journal_add(books->journal, line);
    books->all[at]->payment = *payment;
    pthread_mutex_unlock(&books->lock);
    return good;
}

bool terminal_books_login(struct terminal_books *books, const struct terminal_login *login) {
    char line[JOURNAL_LINE];
    snprintf(line, sizeof line, "agent %s %s\n", login->login, login->password);
    pthread_mutex_lock(&books->lock);
    bool good = journal_add(books->journal, line);
    books->login = *login;
    pthread_mutex_unlock(&books->lock);
    return good;
}

/* ---- looking ---- */

struct terminal_login terminal_books_login_of(struct terminal_books *books) {
    pthread_mutex_lock(&books->lock);
    struct terminal_login login = books->login;
    pthread_mutex_unlock(&books->lock);
    return login;
}

size_t terminal_books_count(struct terminal_books *books) {
    pthread_mutex_lock(&books->lock);
    size_t count = books->count;
    pthread_mutex_unlock(&books->lock);
    return count;
}

size_t terminal_books_page(struct terminal_books *books, size_t after, struct terminal_payment *payments,
                           size_t room) {
    size_t count = 0;
    pthread_mutex_lock(&books->lock);
    while (count < room && after + count < books->count) {
        payments[count] = books->all[after + count]->payment;
        count++;
    }
    pthread_mutex_unlock(&books->lock);
    return count;
}

struct terminal_totals terminal_books_totals(struct terminal_books *books) {
    struct terminal_totals totals = {.odd = 0};
    pthread_mutex_lock(&books->lock);
    for (size_t i = 0; i < books->count; i++) {
        const struct terminal_payment *payment = &books->all[i]->payment;
        totals.count[payment->state]++;
        totals.sum[payment->state] += payment->sum;
        totals.odd += payment->odd;
    }
    pthread_mutex_unlock(&books->lock);
    return totals;
}

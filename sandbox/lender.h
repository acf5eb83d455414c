/* lender.h: a partner lender with two kinds of loans: for days, paid back at once; for months, in equal payments.
 * src/adapters/lender/README.md is its interface; faults by rule, books of its own. */
#pragma once

#include "sandbox/sandbox.h"

#include <pthread.h>

#define LENT_ID 24
#define LENT_WORD 40
#define LENT_DUES 24

/* ---- lender_rules.c: what a loan costs, and what is owed. Pure ---- */

struct lending {
    const char *code;
    string_id title;
    bool months;                /* terms are of months, else of days */
    int64_t day_rate;           /* 10^-8 of the principal a day */
    int64_t sum_least, sum_most, term_least, term_most;
};
#define LENDINGS 2
extern const struct lending lendings[LENDINGS];

struct lent_due {
    int64_t day, sum; /* day: since 1970 */
};

struct lent_terms {
    int64_t sum, term, day, total, psk; /* psk: thousandths of a percent */
    struct lent_due dues[LENT_DUES];
    size_t count;
};
/* False: not lent so. */
bool lent_terms(const struct lending *lending, int64_t sum, int64_t term, int64_t day, struct lent_terms *terms);

/* What is owed, as of a day; interest and penalty in 10^-8 kopecks. */
struct owing {
    int64_t principal, interest, penalty, paid, day;
};
void owing_until(const struct lending *lending, const struct lent_terms *terms, struct owing *owing, int64_t day);
int64_t owing_interest(const struct owing *owing); /* kopecks */
int64_t owing_penalty(const struct owing *owing);
int64_t owing_all(const struct owing *owing);
/* What has been due before its day and is not paid, and since when (0: nothing is). */
int64_t owing_overdue(const struct lent_terms *terms, const struct owing *owing, int64_t *since);
void owing_pay(struct owing *owing, int64_t sum);

/* ---- lender_faults.c ---- */

enum lend_call {
    LEND_QUOTE = 1,
    LEND_APPLY = 2,
    LEND_STATUS = 4,
    LEND_SIGN = 8,
    LEND_CANCEL = 16,
    LEND_LOAN = 32,
    LEND_REPAY = 64,
    LEND_REPAYMENT = 128,
    LEND_STATEMENT = 256,
    LEND_RETURN = 512,
};
#define LEND_CALLS 10
extern const char *const lend_call_names[LEND_CALLS];

enum lend_fault {
    LEND_WELL,
    LEND_REFUSES,
    LEND_SLOW_DECISION,
    LEND_REFUSES_LATER,
    LEND_LESS,
    LEND_COOLING,
    LEND_SIGN_REFUSED,
    LEND_REPAY_REFUSED,
    LEND_REPAY_PENDING,
    LEND_BAD_PSK,
    LEND_SLOW,
    LEND_TIMEOUT_AFTER,
    LEND_TIMEOUT_BEFORE,
    LEND_CLOSED_AFTER,
    LEND_TWICE,
    LEND_HTML,
    LEND_BROKEN,
    LEND_EMPTY,
    LEND_GATEWAY,
    LEND_HUGE,
    LEND_OTHER_SUM,
    LEND_OTHER_ID,
    LEND_CONTRADICTS, /* done, and told to be refused */
    LEND_FAULTS
};

struct lend_fault_row {
    const char *name;
    string_id about;
    unsigned calls;
};
extern const struct lend_fault_row lend_faults[LEND_FAULTS];
/* One fault, or decline, timeout, garbage, contradict, storm. 0: none. */
unsigned lend_faults_named(struct text name);

struct lend_rule {
    unsigned faults, calls;
    char name[24];
    int share, times; /* in 100 calls; times: how often more, -1: until the moment */
    moment until;
};
#define LEND_RULES_MAX 32
struct lend_rules {
    struct lend_rule list[LEND_RULES_MAX];
    size_t count;
};
bool lend_rules_add(struct lend_rules *rules, const struct lend_rule *rule, moment now);
enum lend_fault lend_rules_roll(struct lend_rules *rules, struct world *world, enum lend_call call);

/* ---- lender_books.c: in memory and in an append-only journal ---- */

enum lent_state {
    LENT_DECIDING,
    LENT_REFUSED,
    LENT_OFFERED,
    LENT_SIGNED,
    LENT_ISSUED,
    LENT_CLOSED,
    LENT_CANCELLED,
    LENT_EXPIRED,
    LENT_STATES
};
const char *lent_state_name(enum lent_state state);

struct lent { /* a copy */
    char id[LENT_ID], phone[LENT_WORD];
    int lending;
    int64_t asked, sum, term, day;  /* day: of the contract */
    bool refuses, bad_psk;
    moment made, ready, until, money_at; /* ready: decided from then on; money_at 0: not signed */
    bool cancelled;                 /* also once its money was taken back */
    int64_t issued;                 /* its number in the statement; 0: not yet, or taken back */
    int64_t closed_day;             /* 0: it is open */
    struct owing owing;
};
enum lent_state lent_state_of(const struct lent *lent, moment now);
bool lent_terms_of(const struct lent *lent, struct lent_terms *terms);

struct repaid {
    char id[LENT_ID], loan[LENT_ID], reason[16]; /* reason "": taken */
    int64_t sum, number;
    moment made, ready;
};

struct lent_entry {
    char id[LENT_ID];
    int lending; /* whose loan it is about */
    const char *kind; /* as the statement says it */
    int64_t number, sum;
    moment made;
};

struct lend_books;
struct lend_books *lend_books_open(const char *journal, struct text *problem);
void lend_books_close(struct lend_books *books);
/* Signed ones whose money is due are issued when somebody looks. */
bool lend_books_find(struct lend_books *books, struct text id, moment now, struct lent *lent);
/* Once for an id: *lent is what the books have then. False: not written. */
bool lend_books_add(struct lend_books *books, struct lent *lent);
bool lend_books_sign(struct lend_books *books, struct text id, moment money_at, moment now, struct lent *lent);
/* Also of an id that never came. False: not written. */
bool lend_books_cancel(struct lend_books *books, struct text id, moment now);
/* A signed contract ends, issued or not, unless something was paid back. False: not written. */
bool lend_books_return(struct lend_books *books, struct text id, moment now);
bool lend_books_repaid(struct lend_books *books, struct text id, struct repaid *repaid);
/* Once for an id; full: only when it is what closes the loan. refuse: declined whatever it is. False: not written. */
bool lend_books_repay(struct lend_books *books, struct repaid *repaid, bool full, bool refuse, moment now);
/* Of one kind of loans: each is a lender of its own for those who ask. */
size_t lend_books_entries(struct lend_books *books, int lending, int64_t after, moment now, struct lent_entry *entries,
                          size_t room);
size_t lend_books_count(struct lend_books *books);
size_t lend_books_page(struct lend_books *books, size_t after, moment now, struct lent *all, size_t room);
/* The lender's own day goes on by so many. */
bool lend_books_pass(struct lend_books *books, int64_t days);
int64_t lend_books_day(struct lend_books *books, moment now); /* of the figures */

struct lend_totals {
    int64_t issued, repaid, open; /* kopecks; open: the principal that is lent */
    int64_t states[LENT_STATES];
};
struct lend_totals lend_books_totals(struct lend_books *books, moment now);

/* ---- lender.c, lender_pages.c ---- */

struct lender {
    struct lend_books *books;
    struct lend_rules rules;
    pthread_mutex_t lock; /* of the rules */
    struct text key;
};
enum lend_fault lender_fault(struct request *request, enum lend_call call);
struct lender *lender_open(struct arena *arena, const char *journal, const char *key_file, struct text *problem);
void lender_close(struct lender *lender);
extern const struct route lender_routes[], lender_pages_routes[];
#define LENDER_ROUTES 1
#define LENDER_PAGES_ROUTES 7

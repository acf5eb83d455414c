/* bank.h: a partner bank, as the sandbox plays it: pays out to accounts, cards and by phone numbers, once for an id,
 * with books of its own; and whatever can go wrong. src/adapters/bank/README.md tells its interface. */
#pragma once

#include "sandbox/sandbox.h"

#define PAYOUT_ID 21     /* 20 digits and a NUL */
#define PAYOUT_TO 24     /* an account, a number; a card's mask */
#define PAYOUT_REASON 16

enum payout_kind { PAYOUT_ACCOUNT, PAYOUT_CARD, PAYOUT_PHONE, PAYOUT_KINDS };
enum payout_call { PAYOUT_CHECK = 1, PAYOUT_PAY = 2, PAYOUT_STATUS = 4, PAYOUT_RETURNS = 8 };
extern const char *const payout_kind_names[PAYOUT_KINDS];

/* ---- bank_rules.c: what the bank takes; pure ---- */

struct payout_asking {
    struct text id, account, bik, corr, name, inn, kpp, bank;
    enum payout_kind kind;
    int64_t sum;    /* kopecks; of a check 0: not known yet */
    bool malformed; /* id, kind or sum cannot be read */
};
/* Why it is declined: a reason of the interface; NULL: it is not. */
const char *payout_verdict(const struct payout_asking *asking, enum payout_call call);
/* Where it goes: the bank's name, by its BIK or by its id among those of fast payments; TEXT_NONE: there is none. */
struct text payout_bank(struct arena *arena, const struct payout_asking *asking);

struct fast_bank {
    const char *id, *name;
};
extern const struct fast_bank fast_banks[]; /* ended by .id NULL */

/* Practice numbers that end in those four digits and hold their own checks. */
#define PRACTICE_BIK "044525225"
struct text practice_account(struct arena *arena, const char *beginning, const char *digits);
struct text practice_card(struct arena *arena, const char *digits);

/* ---- bank_faults.c ---- */

enum bank_fault {
    PAYOUT_WELL,
    PAYOUT_LATER,
    PAYOUT_NOT_FOUND,
    PAYOUT_REFUSES,
    PAYOUT_CLOSED,
    PAYOUT_TECHNICAL,
    PAYOUT_YES_THEN_NO,
    PAYOUT_PENDING,
    PAYOUT_PENDING_REFUSED,
    PAYOUT_SLOW,
    PAYOUT_TIMEOUT_AFTER,
    PAYOUT_TIMEOUT_BEFORE,
    PAYOUT_CLOSED_AFTER,
    PAYOUT_TWICE,
    PAYOUT_HTML,
    PAYOUT_BROKEN,
    PAYOUT_EMPTY,
    PAYOUT_GATEWAY,
    PAYOUT_HUGE,
    PAYOUT_OTHER_SUM,
    PAYOUT_OTHER_ID,
    PAYOUT_CONTRADICTS,      /* done, and told to be declined */
    PAYOUT_SENT_BACK,        /* paid, and sent back a while later */
    PAYOUT_SENT_BACK_SILENT, /* done, told to nobody, and sent back at once */
    BANK_FAULTS
};

struct bank_fault_row {
    const char *name, *digits; /* digits: of account, card or number the last four */
    string_id about;
    unsigned calls;            /* set of enum payout_call */
};
extern const struct bank_fault_row bank_faults[BANK_FAULTS];
/* A set by its name: one fault, or decline, timeout, garbage, contradict, return, storm (every one). 0: none. */
unsigned bank_faults_named(struct text name);
enum bank_fault bank_fault_of(struct text account, enum payout_call call);

struct bank_effect {
    const char *decline;      /* it is declined with that; NULL: as the rules say */
    bool skip;                /* nothing is done, told to be in work */
    bool pending;             /* in work for a while; then `decline`, or paid */
    bool returns, at_once;    /* sent back: a while later, or at once */
    enum bank_fault delivery; /* how the answer travels; PAYOUT_WELL: as it should */
};
/* by_account: its own fault, which spoils an answer but once; asked: how often this was asked before; known: the books
 * have it already, so only what the answer looks like can go wrong. */
struct bank_effect bank_effect(enum bank_fault fault, enum payout_kind kind, bool by_account, int asked, bool known);

struct bank_rule {
    unsigned faults, calls; /* sets; calls of 0: all */
    char name[24];
    int share;              /* in 100 requests */
    moment until;
};
#define BANK_RULES_MAX 32
struct bank_rules;
struct bank_rules *bank_rules_new(void);
void bank_rules_free(struct bank_rules *rules);
bool bank_rules_add(struct bank_rules *rules, const struct bank_rule *rule); /* false: too many */
void bank_rules_clear(struct bank_rules *rules);
size_t bank_rules_list(struct bank_rules *rules, moment now, struct bank_rule list[BANK_RULES_MAX]);
enum bank_fault bank_rules_roll(struct bank_rules *rules, struct world *world, enum payout_call call);

/* ---- bank_books.c: in memory and in an append-only journal, which outlives kill -9 ---- */

enum payout_state { PAYOUT_PROCESSING, PAYOUT_PAID, PAYOUT_DECLINED, PAYOUT_RETURNED, PAYOUT_STATES };
const char *payout_state_name(enum payout_state state);

struct payout { /* a copy */
    char id[PAYOUT_ID], to[PAYOUT_TO], reason[PAYOUT_REASON]; /* reason "": it is not declined */
    enum payout_kind kind;
    int64_t sum;
    moment made, ready, back; /* ready: in work until then; back: sent back from then on, 0: never */
    int64_t number;           /* which of those sent back; 0: not yet */
    int64_t came_back;        /* how much of it */
    int64_t reference;        /* the bank's own number of it */
};
enum payout_state payout_state_of(const struct payout *payout, moment now);

struct bank_totals {
    int64_t count[PAYOUT_STATES], sum[PAYOUT_STATES];
};

struct bank_books;
struct bank_books *bank_books_open(const char *journal, struct text *problem);
void bank_books_close(struct bank_books *books);
bool bank_books_find(struct bank_books *books, struct text id, struct payout *payout);
/* Once for an id: *payout is what the books have then; false: not written. */
bool bank_books_add(struct bank_books *books, struct payout *payout);
/* How often that was asked before, done or not; counts it. */
int bank_books_asked(struct bank_books *books, struct text id);
/* Sends back what was paid, or only so much of it (0: all); false: it was not. again: by mistake a second time, of
 * which the list tells the latest. */
bool bank_books_return(struct bank_books *books, struct text id, int64_t sum, bool again, moment now);
/* Of those sent back the ones after that number, in order. */
size_t bank_books_returned(struct bank_books *books, int64_t after, moment now, struct payout *payouts, size_t room);
size_t bank_books_count(struct bank_books *books);
size_t bank_books_page(struct bank_books *books, size_t after, struct payout *payouts, size_t room);
struct bank_totals bank_books_totals(struct bank_books *books, moment now);

/* ---- bank.c, bank_pages.c ---- */

struct bank {
    struct bank_books *books;
    struct bank_rules *rules;
    const char *client; /* "name:key"; borrowed */
};
struct bank *bank_open(const char *journal, const char *client, struct text *problem);
void bank_close(struct bank *bank);
extern const struct route bank_routes[], bank_pages_routes[];
#define BANK_ROUTES 4
#define BANK_PAGES_ROUTES 6

/* billers.h: ten companies that take payments by OSMP XML, as the sandbox plays them: rules and dialects of their own,
 * books of their own, and whatever can go wrong between two companies, on demand. */
#pragma once

#include "sandbox/journal.h"
#include "sandbox/sandbox.h"

#define BILLERS 10
#define BILLER_TXN 21     /* 20 digits and a NUL */
#define BILLER_ACCOUNT 129 /* bytes of an account (32 of any characters) and a NUL */

/* Results of the protocol. */
enum {
    OSMP_OK = 0,
    OSMP_LATER = 1,
    OSMP_FORMAT = 4,
    OSMP_NOT_FOUND = 5,
    OSMP_REFUSED = 7,
    OSMP_TECHNICAL = 8,
    OSMP_INACTIVE = 79,
    OSMP_PENDING = 90,
    OSMP_TOO_SMALL = 241,
    OSMP_TOO_LARGE = 242,
    OSMP_CANNOT_CHECK = 243,
    OSMP_OTHER = 300,
};

/* ---- billers_rules.c: who they are, and what each takes; pure ---- */

enum biller_dialect {
    DIALECT_CLASSIC,
    DIALECT_FORM, /* POST of a form; <result_code>, <prv_txn_id> */
    DIALECT_1251, /* answers in windows-1251 */
    DIALECT_BASIC, /* HTTP Basic; txn_date is a must */
    DIALECTS
};
enum biller_bill {
    BILL_NONE,
    BILL_MONTHLY, /* another sum each month */
    BILL_STEADY,  /* the same sum each month */
    BILL_ONCE,    /* paid once and for all */
};

struct biller {
    const char *code;      /* in the address */
    const char *account;   /* a practice account with which all goes well */
    string_id name, about; /* about: its accounts and fields, for people */
    bool (*account_good)(struct text account);
    int64_t least, most; /* kopecks */
    enum biller_dialect dialect;
    enum biller_bill bill;
    bool person;  /* check tells whose account it is, masked */
    bool meter;   /* takes `reading` */
    bool payer;   /* wants the payer's `name` */
    bool cancels; /* takes payments back */
    bool prepaid; /* check tells what is left on the account */
};
extern const struct biller billers[BILLERS];
const struct biller *biller_find(struct text code); /* NULL when there is none */

/* What the books know of an account. */
struct biller_standing {
    int64_t balance; /* kopecks: paid and not taken back */
    int64_t due;     /* of its bill; 0 when there is none */
    int64_t meter;   /* the last reading */
    int64_t payments;
};
/* What is due of a bill for that month (year × 12 + month), before anything is paid. */
int64_t biller_bill_of(const struct biller *biller, struct text account, int month);
int64_t biller_first_reading(struct text account);
const char *biller_person(struct text account); /* «Иван И.» */

enum biller_command { BILLER_CHECK = 1, BILLER_PAY = 2, BILLER_CANCEL = 4, BILLER_REGISTER = 8 };

/* A request, read. */
struct biller_asking {
    const struct biller *biller;
    enum biller_command command;
    struct text txn, account, name;
    int64_t sum;     /* kopecks; -1: not given */
    int64_t reading; /* -1: not given */
    int64_t day;     /* of txn_date, or the register's, as YYYYMMDD; 0: not given */
    int64_t after, limit; /* of a register */
    bool malformed;  /* a field that cannot be read, or one that is a must is missing */
};
/* The result that a check or a pay deserves. The first reason wins: malformed, account, fields, sum, already paid. */
int biller_verdict(const struct biller_asking *asking, const struct biller_standing *standing);
const char *biller_comment(int result);

/* ---- billers_faults.c: what goes wrong, for which account or by which rule ---- */

enum biller_fault {
    FAULT_WELL,
    FAULT_LATER,
    FAULT_OTHER,
    FAULT_NOT_FOUND,
    FAULT_REFUSES,
    FAULT_TECHNICAL,
    FAULT_INACTIVE,
    FAULT_UNCHECKABLE,
    FAULT_PENDING,         /* 90, then 0 */
    FAULT_PENDING_REFUSED, /* 90, then 7 */
    FAULT_SLOW,
    FAULT_TIMEOUT_AFTER,
    FAULT_TIMEOUT_BEFORE,
    FAULT_CLOSED_AFTER,
    FAULT_TWICE,
    FAULT_HTML,
    FAULT_BROKEN,
    FAULT_EMPTY,
    FAULT_GATEWAY,
    FAULT_HUGE,
    FAULT_ENTITIES,
    FAULT_ENCODING,
    FAULT_OTHER_PRV,
    FAULT_OTHER_SUM,
    FAULT_OTHER_TXN,
    FAULT_YES_THEN_NO,
    FAULT_UNLISTED,    /* what the register says: forgets it */
    FAULT_ONE_MORE,    /* … has one more */
    FAULT_LISTED_LESS, /* … another sum */
    FAULT_TAKEN_BACK,  /* … has taken it back since */
    BILLER_FAULTS
};

struct biller_fault_row {
    const char *name, *digits; /* digits: the account's last four */
    string_id about;
    unsigned commands; /* with such an account: set of enum biller_command */
};
extern const struct biller_fault_row biller_faults[BILLER_FAULTS];

/* A set of faults by its name: one fault, or decline, pending, timeout, garbage, contradict, storm (every one).
 * 0: no such name. */
unsigned biller_faults_named(struct text name);
/* By the account's last four digits, for that command; for `game` those behind its last '-'. */
enum biller_fault biller_fault_of(const struct biller *biller, struct text account, enum biller_command command);

/* What a fault does to a request. */
struct biller_effect {
    int result;         /* instead of the rules' own; -1: theirs */
    bool skip;          /* nothing is done, only answered */
    bool pending;       /* not finished yet; then `result` */
    enum biller_fault delivery; /* how the answer travels; FAULT_WELL: as it should */
};
/* by_account: the account's own fault, which spoils an answer but once; asked: how often this was asked before; known:
 * the books have this txn_id already, so only what the answer looks like can go wrong. */
struct biller_effect biller_effect(enum biller_fault fault, enum biller_command command, bool by_account, int asked,
                                   bool known);

struct biller_rules;
struct biller_rules *biller_rules_new(void);
void biller_rules_free(struct biller_rules *rules);

struct biller_rule {
    const struct biller *biller; /* NULL: every one */
    unsigned faults, commands;   /* sets; commands of 0: all */
    char name[24];
    int share; /* in 100 requests */
    moment until;
};
bool biller_rules_add(struct biller_rules *rules, const struct biller_rule *rule); /* false: too many */
void biller_rules_clear(struct biller_rules *rules);
size_t biller_rules_list(struct biller_rules *rules, moment now, struct biller_rule *list, size_t room);
/* A rule's fault for this request; FAULT_WELL mostly. */
enum biller_fault biller_rules_roll(struct biller_rules *rules, struct world *world, const struct biller *biller,
                                    enum biller_command command);
#define BILLER_RULES_MAX 64
/* How often this was asked before; counts it. Forgotten when the program ends. */
int biller_rules_asked(struct biller_rules *rules, const struct biller_asking *asking);

/* ---- billers_books.c ---- */

enum biller_state { BILLER_PAID, BILLER_PENDING, BILLER_CANCELLED, BILLER_REFUSED, BILLER_STATES };
const char *biller_state_name(enum biller_state state);

struct biller_payment { /* a copy */
    const struct biller *biller;
    char txn[BILLER_TXN], account[BILLER_ACCOUNT];
    int64_t sum, prv, made_s;
    enum biller_state state;
    int result;
};
struct biller_totals {
    int64_t count[BILLER_STATES], sum[BILLER_STATES];
};

struct biller_books;
struct biller_books *biller_books_open(const char *journal, struct text *problem);
void biller_books_close(struct biller_books *books);

struct biller_paying {
    const struct biller_asking *asking;
    int result;      /* what it is answered whatever the rules say; -1: theirs */
    int64_t now_s, pending_s; /* pending_s: above 0, and the rules agree: finished so much later, with `result` */
};
/* Does what is asked, once for a txn_id. Gives the result; *payment is what the books have, prv 0: nothing. */
int biller_books_pay(struct biller_books *books, const struct biller_paying *paying, struct biller_payment *payment);
int biller_books_cancel(struct biller_books *books, const struct biller_asking *asking, int64_t now_s,
                        struct biller_payment *payment);
bool biller_books_has(struct biller_books *books, const struct biller_asking *asking);
void biller_books_standing(struct biller_books *books, const struct biller *biller, struct text account, int64_t now_s,
                           struct biller_standing *standing);
/* Those after the first `after`, in the order in which they came. */
size_t biller_books_page(struct biller_books *books, size_t after, int64_t now_s, struct biller_payment *payments,
                         size_t room);
struct biller_listed {
    int64_t txn, prv, sum;
    bool cancelled;
};
/* Those of the register of that day behind txn `after`, in the order of txn, as the faults of their accounts would have
 * them; *more: there are others behind the last. */
size_t biller_books_register(struct biller_books *books, const struct biller_asking *asking, int64_t now_s,
                             struct biller_listed *listed, size_t room, bool *more);
void biller_books_totals(struct biller_books *books, int64_t now_s, struct biller_totals totals[BILLERS]);

/* ---- billers_journal.c: its lines, one a change ---- */

struct biller_line {
    char kind[8]; /* "pay", "cancel" */
    const struct biller *biller;
    char txn[BILLER_TXN], account[BILLER_ACCOUNT];
    int64_t sum, made_s, ready_s, reading; /* ready_s: pending until then; 0: finished at once */
    int64_t day;                           /* of its txn_date, as YYYYMMDD */
    int result;
};
void biller_line_write(char line[JOURNAL_LINE], const struct biller_line *change);
bool biller_line_read(const char *line, struct biller_line *change); /* false: it makes no sense */

/* ---- billers_answer.c: documents, right and spoiled ---- */

struct biller_answer {
    const struct biller *biller;
    struct text txn, prv; /* TEXT_NONE: none */
    int64_t sum;          /* -1: none */
    int result;
    const char *comment;
    struct { const char *name; struct text value; } fields[5];
    size_t field_count;
};
/* Answers the request with it, spoiled by that fault of delivery. slow_us, late_us: the sandbox's. */
enum flow biller_answer_send(struct request *request, struct biller_answer *answer, enum biller_fault delivery);

struct billers;
/* A register, which is plain text. */
enum flow biller_register_send(struct request *request, struct text text, enum biller_fault delivery);

/* ---- billers_register.c ---- */
enum flow biller_register(struct request *request, struct billers *all, const struct biller_asking *asking);

/* ---- billers.c, billers_pages.c ---- */

struct billers {
    struct biller_books *books;
    struct biller_rules *rules;
    const char *login; /* "user:password" of HTTP Basic; borrowed */
};
struct billers *billers_open(const char *journal, const char *login, struct text *problem);
void billers_close(struct billers *billers);
enum flow biller_ask(struct request *request, struct tx *tx);
extern const struct route billers_routes[];
#define BILLERS_ROUTES 8

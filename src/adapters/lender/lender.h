/* lender.h: a partner lender: quotes, applications, contracts, loans, repayments. README.md has the wire; another
 * lender's own interface is another adapter behind the same functions. Knows nothing of ledgers, keeps nothing. */
#pragma once

#include "base/calendar.h"
#include "base/money.h"
#include "base/text.h"

struct lender_service {
    const char *url;    /* "https://api.lender.example/partners", without a slash at its end */
    const char *client; /* who we are there */
    struct text key;    /* the shared key; TEXT_NONE: nobody is asked */
    long timeout_ms;
};

enum lender_call {
    LENDER_QUOTE,
    LENDER_APPLY,
    LENDER_STATUS,
    LENDER_SIGN,
    LENDER_CANCEL,
    LENDER_LOAN,
    LENDER_REPAY,
    LENDER_REPAYMENT,
    LENDER_STATEMENT,
    LENDER_RETURN,
};

/* ---- asking: blocks up to the service's timeout; dispatcher and worker threads only ---- */

struct lender_fact {
    const char *name;
    struct text value; /* TEXT_NONE: left out */
};
struct text lender_write(struct arena *arena, const struct lender_fact *facts, size_t count);

/* The answer's body in the arena; TEXT_NONE: no answer that is worth reading. */
struct text lender_ask(struct arena *arena, const struct lender_service *service, enum lender_call call,
                       struct text body, moment now);

/* ---- what of it is believed (answer.c) ---- */

#define LENDER_DUES 120

struct lender_due {
    struct date date;
    int64_t sum;
    bool paid;
};

struct lender_terms {
    int64_t sum, term, total, psk; /* psk: thousandths of a percent a year */
    struct date from;
    struct lender_due schedule[LENDER_DUES];
    size_t dues;
};
/* False: no terms could be read. Whether they make sense is the caller's question. */
bool lender_terms_read(struct arena *arena, struct text body, struct lender_terms *terms);

enum lender_status {
    LENDER_NONSENSE, /* no answer about this id */
    LENDER_UNKNOWN,
    LENDER_DECIDING,
    LENDER_REFUSED,
    LENDER_OFFERED,
    LENDER_SIGNED,
    LENDER_ISSUED,
    LENDER_CANCELLED,
    LENDER_EXPIRED,
};

struct lender_decision {
    enum lender_status status;
    struct text reasons;                 /* refused: in lines; TEXT_NONE: none were told */
    struct lender_terms terms;           /* offered */
    struct text number, contract;        /* … */
    moment until, money_at;              /* … until when; signed: when the money comes */
    int64_t sum;                         /* issued */
    struct text reference;               /* … */
};
void lender_decision_read(struct arena *arena, int64_t id, struct text body, struct lender_decision *decision);

struct lender_figures {
    bool closed;
    struct date today, overdue_since;    /* overdue_since: year 0: nothing is */
    int64_t owed, principal, interest, penalty, overdue;
    struct lender_due schedule[LENDER_DUES];
    size_t dues;
    struct text certificate;             /* of a closed one; TEXT_NONE */
};
bool lender_figures_read(struct arena *arena, int64_t id, struct text body, struct lender_figures *figures);

enum lender_repaid {
    LENDER_REPAID_NONSENSE,
    LENDER_REPAID_UNKNOWN,
    LENDER_REPAID_PROCESSING,
    LENDER_TAKEN,
    LENDER_DECLINED
};

struct lender_repayment {
    enum lender_repaid status;
    struct text reason, reference;
};
void lender_repayment_read(struct arena *arena, int64_t id, int64_t sum, struct text body,
                           struct lender_repayment *repayment);

#define LENDER_ENTRIES 100
/* Kept in the database: never renumbered. */
enum lender_entry_kind { LENDER_ENTRY_REPAID, LENDER_ENTRY_ISSUED, LENDER_ENTRY_RETURNED };
struct lender_entry {
    int64_t number, id, sum;
    enum lender_entry_kind kind;
    moment made;
};
/* After that number, in order; how many, -1: no answer that can be understood, nothing of which is passed over. */
int lender_statement_read(struct arena *arena, int64_t after, struct text body,
                          struct lender_entry entries[LENDER_ENTRIES]);

/* ---- its parts, for tests ---- */

struct text lender_authorization(struct arena *arena, const struct lender_service *service, enum lender_call call,
                                 moment now, struct text body);

/* osmp.h: a provider that takes payments by OSMP XML: check, pay, cancel; README.md has the wire. Dialects differ in
 * how they are asked and what they call things; what is meant is the same for all. At the end the other side: agents
 * who ask us. Knows nothing of ledgers. */
#pragma once

#include "base/calendar.h"
#include "base/money.h"
#include "base/text.h"

enum osmp_dialect {
    OSMP_CLASSIC, /* GET; result, prv_txn */
    OSMP_FORM,    /* POST of a form; result_code, prv_txn_id */
};
/* "classic", "form"; false for another name. */
bool osmp_dialect_named(struct text name, enum osmp_dialect *dialect);

struct osmp_service {
    const char *url;             /* without a query */
    enum osmp_dialect dialect;
    const char *user, *password; /* HTTP Basic; NULL: none */
    long timeout_ms;
};

enum osmp_command { OSMP_CHECK, OSMP_PAY, OSMP_CANCEL };

struct osmp_field {
    const char *name;
    struct text value;
};

#define OSMP_FIELDS 8

struct osmp_order {
    enum osmp_command command;
    int64_t txn;                 /* ours; a repeat of it is told as a repeat, and credited once */
    struct text account;
    struct money sum;
    struct civil at;             /* txn_date, in the provider's zone */
    const struct osmp_field *fields; /* the provider's own, besides account */
    size_t field_count;
};

/* What came of it. */
enum osmp_meaning {
    OSMP_YES,       /* done (or: may be paid) */
    OSMP_NO,        /* never; `refusal` says why */
    OSMP_LATER,     /* surely not done now: ask again */
    OSMP_UNCERTAIN, /* may be done: ask again with the same txn */
};

enum osmp_refusal {
    OSMP_NO_REFUSAL,
    OSMP_BAD_ACCOUNT, /* 4 */
    OSMP_NOT_FOUND,   /* 5 */
    OSMP_REFUSED,     /* 7, and whatever else is final */
    OSMP_TECHNICAL,   /* 8, 243, 300 */
    OSMP_INACTIVE,    /* 79 */
    OSMP_TOO_SMALL,   /* 241 */
    OSMP_TOO_LARGE,   /* 242 */
};

struct osmp_reply {
    enum osmp_meaning meaning;
    enum osmp_refusal refusal;
    int result;               /* as they said it; -1: nothing that can be understood */
    struct text reference;    /* their number of it; TEXT_NONE */
    struct text comment;      /* for the log and for staff: never shown to customers as it came */
    struct osmp_field fields[OSMP_FIELDS]; /* what they tell of the account: name, bill … */
    size_t field_count;
};

/* Blocks up to the service's timeout. Texts live in the arena. */
struct osmp_reply osmp_ask(struct arena *arena, const struct osmp_service *service, const struct osmp_order *order);

/* ---- register.c: what the provider has, as it tells in its daily register ---- */

struct osmp_line {
    int64_t txn, sum;      /* kopecks */
    bool cancelled;        /* taken back since it was paid */
    struct text reference; /* theirs */
};
/* The next lines of that day (by txn_date) behind txn `after`, in the order of txn; how many, -1: no answer that can be
 * believed. Blocks. */
int osmp_register(struct arena *arena, const struct osmp_service *service, struct date day, int64_t after,
                  struct osmp_line *lines, size_t most, bool *more);
int osmp_register_read(struct arena *arena, struct text body, int64_t after, struct osmp_line *lines, size_t most,
                       bool *more);

/* ---- its parts, for tests and the fuzzer ---- */

/* The query or the form's body. */
struct text osmp_write(struct arena *arena, const struct osmp_service *service, const struct osmp_order *order);
/* An answer's body to this order. Whatever is not well-formed, is not about this order, or contradicts itself, is
 * OSMP_UNCERTAIN. */
struct osmp_reply osmp_read(struct arena *arena, enum osmp_dialect dialect, const struct osmp_order *order,
                            struct text body);
/* osmp_rules.c: what a result code means for a command. */
enum osmp_meaning osmp_meaning_of(enum osmp_command command, int result, enum osmp_refusal *refusal);

/* ---- the other side (provider.c): an agent's program asks us ---- */

/* Results of the protocol, as we answer them. */
enum osmp_result {
    OSMP_RESULT_OK = 0,
    OSMP_RESULT_LATER = 1,
    OSMP_RESULT_FORMAT = 4,
    OSMP_RESULT_NOT_FOUND = 5,
    OSMP_RESULT_REFUSED = 7,
    OSMP_RESULT_TECHNICAL = 8,
    OSMP_RESULT_INACTIVE = 79,
    OSMP_RESULT_TOO_SMALL = 241,
    OSMP_RESULT_TOO_LARGE = 242,
    OSMP_RESULT_OTHER = 300,
};

#define OSMP_TXN_DIGITS 20

/* What came, as it came; TEXT_NONE for what did not. */
struct osmp_typed {
    struct text command, txn, account, sum, date;
};

struct osmp_asked {
    enum osmp_command command; /* check or pay */
    struct text txn;           /* 1 to OSMP_TXN_DIGITS digits: theirs, no number of ours */
    struct text account;       /* anything; who knows accounts judges it */
    int64_t sum;               /* kopecks; -1: not given, which a check alone may leave */
    struct text date;          /* YYYYMMDDHHMMSS in their zone, or TEXT_NONE */
};

/* False when it cannot be read as a request of the protocol: result 300. asked->txn is good or TEXT_NONE then. */
bool osmp_asked_read(const struct osmp_typed *typed, struct osmp_asked *asked);

struct osmp_answer {
    enum osmp_result result;
    struct text txn, prv;      /* TEXT_NONE: left empty */
    int64_t sum;               /* kopecks; -1: left empty */
    struct text comment;
    const struct osmp_field *fields;
    size_t field_count;
};

/* The document, UTF-8, with all five elements whatever the result. */
struct text osmp_answer_write(struct arena *arena, const struct osmp_answer *answer);

/* bank.h: a partner bank that pays out for us: to accounts, to cards, by phone numbers. README.md has the wire; another
 * bank is another adapter behind the same functions. Knows nothing of ledgers, keeps nothing. */
#pragma once

#include "base/calendar.h"
#include "base/money.h"
#include "base/text.h"

struct bank_service {
    const char *url;    /* "https://api.bank.example/payouts", without a slash at its end */
    const char *client; /* who we are there */
    const char *key;    /* the shared key; NULL: none, so nobody is asked */
    long timeout_ms;
};

enum bank_call { BANK_CHECK, BANK_PAYOUT, BANK_STATUS, BANK_RETURNS };
enum bank_kind { BANK_ACCOUNT, BANK_CARD, BANK_PHONE };

struct bank_fact {
    const char *name;
    struct text value;
};

struct bank_order {
    enum bank_call call;
    enum bank_kind kind;
    int64_t id;      /* ours; by it a repeat is told */
    struct money sum;
    moment made;     /* the same in every repeat */
    const struct bank_fact *facts;
    size_t fact_count;
};

enum bank_meaning {
    BANK_YES,       /* paid (or: would be) */
    BANK_NO,        /* never; `refusal` says why */
    BANK_LATER,     /* surely not done now: ask again */
    BANK_UNCERTAIN, /* may be done: ask again with the same id */
};

enum bank_refusal {
    BANK_NO_REFUSAL,
    BANK_BAD_ACCOUNT,
    BANK_NOT_FOUND,
    BANK_REFUSED,
    BANK_CLOSED,
    BANK_TECHNICAL,
    BANK_SMALL,
    BANK_LARGE,
    BANK_NO_BANK,
    BANK_NOT_LINKED,
    BANK_NO_CARD,
};

struct bank_reply {
    enum bank_meaning meaning;
    enum bank_refusal refusal;
    bool answered;          /* they were there, and could be understood */
    struct text reference;  /* their number of it; TEXT_NONE */
    struct text name, bank; /* whose account it is, masked by them; where it is; TEXT_NONE */
    struct text comment;    /* for staff */
};

/* Blocks up to twice the service's timeout: a payout's no is asked about once more. now: what the signature says. Texts
 * live in the arena. */
struct bank_reply bank_ask(struct arena *arena, const struct bank_service *service, const struct bank_order *order,
                           moment now);

struct bank_return {
    int64_t number, id;
    struct money sum;
};
/* What was sent back after that number, in order, at most room; how many, -1: no answer that can be understood. */
int bank_returns(struct arena *arena, const struct bank_service *service, int64_t after, moment now,
                 struct bank_return *returns, size_t room);

/* ---- its parts, for tests ---- */

struct text bank_write(struct arena *arena, const struct bank_order *order);
struct text bank_authorization(struct arena *arena, const struct bank_service *service, enum bank_call call, moment now,
                               struct text body);
/* An answer's body to this order. */
struct bank_reply bank_read(struct arena *arena, const struct bank_order *order, struct text body);
int bank_returns_read(struct arena *arena, int64_t after, struct text body, struct bank_return *returns, size_t room);

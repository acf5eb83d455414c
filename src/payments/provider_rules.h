/* provider_rules.h: what a provider's own field takes, and what sum it takes: pure rules over the catalogue's entry. */
#pragma once

#include "base/money.h"
#include "base/text.h"

enum value_kind {
    VALUE_KIND_TEXT,
    VALUE_KIND_DIGITS, /* blanks and hyphens between them are dropped */
    VALUE_KIND_PHONE,  /* a mobile number in any way of typing; its ten digits are what the provider gets */
    VALUE_KIND_CHOICE, /* one of a list */
};

/* A number that carries its own check (base/identifiers.h). The key of an account at a bank (also of a correspondent
 * one) needs the bank's BIK, another field of the same provider: account_fits. */
enum value_check {
    CHECK_NONE,
    CHECK_LUHN,
    CHECK_INN,
    CHECK_SNILS,
    CHECK_UIN,
    CHECK_BIK,
    CHECK_ACCOUNT,
    CHECK_CORRESPONDENT,
    CHECK_KPP,
    CHECK_CARD, /* a card's number: sent, and forgotten once the payment has ended */
};

struct pattern; /* pattern.h */

struct value_choice {
    struct text value, title;
};
#define VALUE_CHOICES 300

struct value_rule {
    enum value_kind kind;
    enum value_check check;
    bool optional;
    int64_t least, most;           /* characters; of digits: how many; both 0: 1 to 100 */
    const struct pattern *pattern; /* the whole value matches it; NULL: any */
    const struct value_choice *choices; /* of a choice; NULL for the other kinds */
    size_t choice_count;
};

enum value_fault { VALUE_GOOD, VALUE_MISSING, VALUE_SHORT, VALUE_LONG, VALUE_MALFORMED };

/* *value is what is kept and sent: in the arena; TEXT_NONE when nothing was typed. */
enum value_fault value_take(struct arena *arena, const struct value_rule *rule, struct text typed,
                            struct text *value);

/* Does the key of an account, of CHECK_ACCOUNT or CHECK_CORRESPONDENT, belong to that bank? */
bool account_fits(enum value_check check, struct text account, struct text bik);
/* The choice of that value; NULL: none. */
const struct value_choice *value_chosen(const struct value_rule *rule, struct text value);

/* A payment's order number (УИН): 20 or 25 digits; of 20 the last is the key of the others (weights as of Order of the
 * Treasury 2012: 1…10, again from 3). All zeros is none. */
bool uin_valid(struct text digits);

/* ---- sums ---- */

enum sum_kind {
    SUM_TYPED, /* what the customer wants, within bounds */
    SUM_BILL,  /* the provider's bill is offered; another may be typed */
    SUM_EXACT, /* the provider's bill and nothing else */
};

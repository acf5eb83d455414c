/* provider.h: a provider of the catalogue: what it is called, what it asks, what it costs, how it is paid. Data, kept
 * as JSON in versions (BO-4); profiles/README.md has the format. */
#pragma once

#include "adapters/osmp/osmp.h"
#include "http/locale.h"
#include "payments/card_bank_rules.h"
#include "payments/operator_rules.h"
#include "payments/payment_rules.h"
#include "payments/provider_rules.h"

#define PROVIDER_FIELDS OSMP_FIELDS
#define PROVIDER_NUMBERS 2000 /* ranges of an operator */
#define LOGO_HASH 32          /* hex digits */

/* In each language; Russian stands for a language that has none. */
struct words {
    struct text of[LANGUAGE_COUNT];
};
struct text words_in(const struct words *words, enum language language);

struct provider_field {
    const char *name; /* as the provider calls it; the first one is "account" */
    struct words title, hint;
    struct text example;
    struct value_rule rule;
};

#define BALANCE_UNTOLD INT64_MIN /* a provider did not say what is left on an account of its */

struct rail; /* rail.h */

struct provider {
    int64_t id, version;
    const char *code;          /* in addresses: "power" */
    const char *category;      /* a category's code */
    struct words title;
    const char *logo;          /* its picture's hash (logo.c); "": none */
    struct text search;        /* more words it is looked for by, lower case */
    struct text found_title, found_words; /* both folded (base/search.h): by what it is found */
    const struct provider_field *fields;
    size_t field_count;        /* 1 to PROVIDER_FIELDS */
    enum sum_kind sum_kind;
    int64_t sum_min, sum_max;  /* kopecks */
    struct fee fee;
    const struct card_bank *banks; /* of the rail of cards: what it costs to cards of these banks; to others: `fee` */
    size_t bank_count;
    bool by_card;              /* may also be paid by another bank's card */
    int64_t by_card_bp;        /* … which costs so much more: hundredths of a percent of the sum */
    int level;                 /* from which a customer may pay it: 0 minimal, 1 simplified, 2 full */
    bool asks;                 /* its check is asked before the customer confirms */
    bool cancels;              /* it takes a payment back when asked */
    bool registers;            /* it gives a daily register of what it has */
    bool tells_balance;        /* its check tells what is left on the account */
    bool on;                   /* off: told as out of service, takes nothing */
    bool operators;            /* itself never paid: the number says which operator is; no fee, rail or service */
    const struct number_range *numbers; /* an operator's; its one field is the number */
    size_t number_count;
    const struct rail *rail;
    struct osmp_service osmp;  /* whom the rail asks; the dialect is "osmp"'s alone */
    moment changed;            /* its version: when, by whom (0: the file with which it all began) */
    int64_t changed_by;
};

/* Are both asked at one service, under one name? Several operators may be paid through one aggregator or bank. */
bool provider_shares(const struct provider *one, const struct provider *other);
/* The first field with that check; NULL: none. */
const struct provider_field *provider_field_of(const struct provider *provider, enum value_check check);

struct category {
    const char *code;
    struct words title;
    const char *icon;
    int order;
};

struct provider_place {
    const char *sandbox_url;   /* what "{sandbox}" in an address stands for; NULL: nothing */
    struct text secret;        /* the service's password, which is no part of the JSON; TEXT_NONE */
    struct arena *scratch;     /* where the JSON's tree may lie, cleared by the caller; NULL: with the rest */
};

/* What is wrong, and where: one for each place. */
struct provider_problem {
    struct text place;  /* "fields[1].pattern"; "" when it is no JSON at all */
    string_id words;    /* S_payments_wrong_… */
    struct text detail; /* its {detail}; TEXT_NONE */
    struct provider_problem *next;
};

/* Reads one; everything in the arena. False with all that is wrong. */
bool provider_read(struct arena *arena, struct text json, const struct provider_place *place,
                   struct provider *provider, struct provider_problem **problems);
bool category_read(struct arena *arena, struct text json, struct category *category,
                   struct provider_problem **problems);

struct text provider_problem_words(struct arena *arena, const struct locale *locale,
                                   const struct provider_problem *problem);
/* The first, as the log has it: "fields[1].pattern: it cannot be written so: …". */
struct text provider_problem_line(struct arena *arena, const struct provider_problem *problem);

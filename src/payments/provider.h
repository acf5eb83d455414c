/* provider.h: a provider of the catalogue: what it is called, what it asks, what it costs, how it is paid. Data, kept
 * as JSON in versions (BO-4); profiles/README.md has the format. */
#pragma once

#include "adapters/osmp/osmp.h"
#include "http/locale.h"
#include "payments/payment_rules.h"
#include "payments/provider_rules.h"

#define PROVIDER_FIELDS OSMP_FIELDS

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

struct rail; /* rail.h */

struct provider {
    int64_t id, version;
    const char *code;          /* in addresses: "power" */
    const char *category;      /* a category's code */
    struct words title;
    struct text search;        /* more words it is looked for by, lower case */
    struct provider_field fields[PROVIDER_FIELDS];
    size_t field_count;
    enum sum_kind sum_kind;
    int64_t sum_min, sum_max;  /* kopecks */
    struct fee fee;
    int level;                 /* from which a customer may pay it: 0 minimal, 1 simplified, 2 full */
    bool asks;                 /* its check is asked before the customer confirms */
    bool cancels;              /* it takes a payment back when asked */
    bool on;                   /* off: told as out of service, takes nothing */
    const struct rail *rail;
    struct osmp_service osmp;  /* of the rail "osmp" */
};

struct category {
    const char *code;
    struct words title;
    const char *icon;
    int order;
};

struct provider_place {
    const char *sandbox_url;   /* what "{sandbox}" in an address stands for; NULL: nothing */
    struct text secret;        /* the service's password, which is no part of the JSON; TEXT_NONE */
};

/* Reads one; everything in the arena. False with *problem: "fields[1].pattern: character 3: …". */
bool provider_read(struct arena *arena, struct text json, const struct provider_place *place,
                   struct provider *provider, struct text *problem);
bool category_read(struct arena *arena, struct text json, struct category *category, struct text *problem);

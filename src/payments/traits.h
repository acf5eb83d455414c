/* traits.h: a provider's JSON as a list of its traits, each with its place ("service.url", "fields[1].pattern"), its
 * words and whether it is about money: so one table serves the form, the reading of it, and what versions differ in. */
#pragma once

#include "payments/provider.h"

enum attribute_kind {
    ATTRIBUTE_TEXT,
    ATTRIBUTE_LIST,     /* of texts; typed with commas or line ends between them */
    ATTRIBUTE_SUM,      /* "15000.00"; also percents, which have as many decimals */
    ATTRIBUTE_NUMBER,
    ATTRIBUTE_TRUTH,
    ATTRIBUTE_CHOICE,
    ATTRIBUTE_CATEGORY, /* a choice of the catalogue's */
    ATTRIBUTE_PICTURE,  /* a hash, which a form only carries along */
};

struct choice {
    const char *value; /* NULL ends them */
    string_id words;
};

struct attribute {
    const char *place; /* of own fields without "fields[N]." */
    enum attribute_kind kind;
    string_id label, hint; /* S_none: no hint */
    const struct choice *choices;
    const char *usual; /* what it is when it is left out; NULL: nothing */
    bool money;        /* a change wants a second person */
};

enum { SECTION_WHAT, SECTION_SUM, SECTION_FEE, SECTION_HOW, SECTION_OPERATOR, SECTION_COUNT };
extern const struct attribute *const provider_sections[SECTION_COUNT]; /* each ended by a NULL place */
extern const string_id provider_section_titles[SECTION_COUNT];
extern const struct attribute field_attributes[];

struct trait {
    struct text place, value;
    const struct attribute *attribute;
    int field; /* which own field, from 0; -1: none */
};
struct traits {
    struct trait *of;
    size_t count;
    int fields; /* own fields */
};

/* What the JSON says beside what is usual; what it has wrong comes as it is. Empty when it is no object. */
struct traits traits_read(struct arena *arena, struct text json);
/* The JSON again, compact, always in the same order. */
struct text traits_write(struct arena *arena, const struct traits *traits);
/* At that place; the usual one when it is left out; TEXT_NONE. */
struct text trait_value(const struct traits *traits, const struct attribute *attribute, int field);
void trait_add(struct arena *arena, struct traits *traits, const struct attribute *attribute, int field,
               struct text value);

/* A provider's JSON, compact, with another value of that trait of its own; TEXT_NONE: without. */
struct text traits_with(struct arena *arena, struct text json, const char *place, struct text value);

/* The name of a place in a form: "fields_1_pattern". */
struct text trait_name(struct arena *arena, struct text place);
/* «Поле 2: Образец» */
struct text trait_label(struct arena *arena, const struct locale *locale, const struct attribute *attribute, int field);
/* As people read it: «да», «оплата по счёту», … */
struct text trait_words(struct arena *arena, const struct locale *locale, const struct attribute *attribute,
                        struct text value);

/* What two of them differ in; before or after is TEXT_NONE where there is none. */
struct difference {
    const struct attribute *attribute;
    int field;
    struct text before, after;
};
size_t traits_differ(struct arena *arena, const struct traits *before, const struct traits *after,
                     struct difference **differences);

/* tariff_rules.h: on what terms a shop sells by instalments: in how many payments, how far apart, whether the first one
 * comes at once, and what the shop pays us of what it sold, since its customer pays the price and no kopeck more. Pure:
 * no store, no HTTP, no clock. Sums are kopecks, days are since 1970.
 *
 * Not here: what a customer may buy for (his limit). Source: IN-3; 283-FZ by lending/law_rules.h. */
#pragma once

#include "base/text.h"
#include "lending/law_rules.h"
#include "lending/loan_rules.h"

#define TARIFF_TERMS 12
#define TARIFF_PARTS 26 /* a year of fortnights: more than any law has allowed */

/* Kept in the database. */
enum tariff_unit { TARIFF_MONTHS = 1, TARIFF_FORTNIGHTS };

struct tariff_term {
    enum tariff_unit unit;
    int64_t parts;  /* payments, alike to the kopeck but for the last */
    bool first_now; /* the first one is due on the day on which the goods go out, else a period later */
    int64_t fee;    /* the shop's: millionths of what it sold */
};

struct tariff {
    int64_t least, most; /* what may be bought at once */
    struct tariff_term terms[TARIFF_TERMS];
    size_t count;
};

/* Whether it holds together, whatever the law says; NULL: it does, else which line's word is wrong. */
const char *tariff_wrong(const struct tariff *tariff);

/* Its words, a line each: "sum 1000.00 50000.00"; then "months 3 later 4.5" or "fortnights 4 now 6": unit, payments,
 * when the first comes, percent of the shop's fee. The first word of a line that is none is *wrong. */
bool tariff_read(struct text text, struct tariff *tariff, struct text *wrong);
struct text tariff_write(struct arena *arena, const struct tariff *tariff);

/* ---- what the law of a day leaves of it ---- */

/* The last day on which something bought on that day may be due; LAW_NONE: no bound. */
int64_t tariff_last_day(int64_t day, const struct law_line *own, size_t count);
/* When the last payment of such a term is due. */
int64_t tariff_term_ends(const struct tariff_term *term, int64_t day);
bool tariff_term_lawful(const struct tariff_term *term, int64_t day, const struct law_line *own, size_t count);

/* In order of precedence. */
enum tariff_refusal {
    TARIFF_OK,
    TARIFF_SUM_SMALL,
    TARIFF_SUM_LARGE,
    TARIFF_NO_TERM,   /* the shop does not sell so */
    TARIFF_ABOVE_LAW, /* … it does, for longer than the law of that day allows */
};
/* May so much be sold by the term that `wanted` names by its unit, parts and first_now? Its fee is the tariff's. */
enum tariff_refusal tariff_choose(const struct tariff *tariff, int64_t sum, const struct tariff_term *wanted,
                                  int64_t day, const struct law_line *own, size_t count, struct tariff_term *term);
/* All terms by which so much may be sold on that day, in the tariff's order; room for TARIFF_TERMS; how many. */
size_t tariff_offers(const struct tariff *tariff, int64_t sum, int64_t day, const struct law_line *own, size_t count,
                     struct tariff_term *terms);

/* The shop's fee upon so much, half a kopeck up. */
int64_t tariff_fee(int64_t sum, int64_t fee);

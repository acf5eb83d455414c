/* split_rules.h: dividing a bill: no store, no HTTP, no clock. Sums in minor units. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPLIT_PEOPLE 10     /* asked by one request */
#define SPLIT_LEAST 100     /* the smallest share: the smallest request for money */

/* Equal shares of `left` for so many people and the one who has paid, to whom falls what cannot be divided: each one's
 * share; what stays his is left − people · share. 0: less than SPLIT_LEAST. */
int64_t split_share(int64_t left, size_t people);

enum split_verdict {
    SPLIT_GOOD,
    SPLIT_NOBODY,   /* nobody is asked */
    SPLIT_ALL_GONE, /* nothing is left of the operation to be asked for */
    SPLIT_SMALL,    /* equal shares would be too small */
    SPLIT_PARTLY,   /* sums were said of some and not of others */
    SPLIT_LARGE,    /* more than is left */
};
/* In order of precedence. sums: those said, 0: not; when none is, it sets them to equal shares. Good is only what adds
 * up to no more than is left. *at: whose sum is missing. */
enum split_verdict split_verdict(int64_t left, int64_t *sums, size_t people, size_t *at);

/* split_rules.c: see split_rules.h. */
#include "products/requests/split_rules.h"

int64_t split_share(int64_t left, size_t people) {
    int64_t share = left / ((int64_t)people + 1);
    return share < SPLIT_LEAST ? 0 : share;
}

enum split_verdict split_verdict(int64_t left, int64_t *sums, size_t people, size_t *at) {
    size_t said = 0;
    if (people == 0) return SPLIT_NOBODY;
    if (left <= 0) return SPLIT_ALL_GONE;
    for (size_t i = 0; i < people; i++) said += sums[i] > 0;
    int64_t share = said == 0 ? split_share(left, people) : 0;
    if (said == 0 && share == 0) return SPLIT_SMALL;
    for (size_t i = 0; i < people; i++) {
        if (said == 0) sums[i] = share;
        *at = i;
        if (sums[i] <= 0) return SPLIT_PARTLY;
    }
    for (size_t i = 0; i < people; i++) {
        if (sums[i] > left) return SPLIT_LARGE;
        left -= sums[i];
    }
    return SPLIT_GOOD;
}

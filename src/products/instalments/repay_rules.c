/* repay_rules.c: see repay_rules.h. */
#include "products/instalments/repay_rules.h"

#include <stdlib.h>

static int compare(const void *one, const void *other) {
    const struct due *a = one, *b = other;
    if (a->day != b->day) return a->day < b->day ? -1 : 1;
    return a->purchase < b->purchase ? -1 : a->purchase > b->purchase;
}

void dues_sort(struct due *dues, size_t count) {
    if (count > 0) qsort(dues, count, sizeof *dues, compare);
}

int64_t dues_next(const struct due *dues, size_t count, int64_t *day) {
    int64_t sum = 0;
    *day = count > 0 ? dues[0].day : 0;
    for (size_t i = 0; i < count && dues[i].day == *day; i++) sum += dues[i].sum;
    return sum;
}

int64_t dues_all(const struct due *dues, size_t count) {
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += dues[i].sum;
    return sum;
}

int64_t dues_wished(const struct due *dues, size_t count, enum purchase_wish wish, int64_t sum) {
    int64_t all = dues_all(dues, count), day;
    switch (wish) {
    case PURCHASE_NEXT: return dues_next(dues, count, &day);
    case PURCHASE_ANY: return sum < all ? sum : all;
    case PURCHASE_ALL: break;
    }
    return all;
}

int64_t dues_split(const struct due *dues, size_t count, int64_t sum, int64_t *shares) {
    for (size_t i = 0; i < count && sum > 0; i++) {
        int64_t part = dues[i].sum < sum ? dues[i].sum : sum;
        shares[dues[i].purchase] += part;
        sum -= part;
    }
    return sum;
}

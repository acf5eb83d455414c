/* tax.c: how much of a year's interest is free of tax, as the operator's setting says: "2024 210000.00, 2025
 * 210000.00". It is the law's million times the highest key rate of the year's first days of months, over all of a
 * person's banks: so what we reckon by it is information. */
#include "products/deposits/deposits.h"

static bool next_year(struct text *list, int64_t *year, int64_t *sum) {
    struct text rest, each = text_trim(text_split(*list, ',', list)), first = text_split(each, ' ', &rest);
    struct money money;
    if (!text_to_int(first, year) || *year < 2000 || *year > 2200) return false;
    if (!money_parse(text_trim(rest), CURRENCY_RUB, &money)) return false;
    *sum = money.minor;
    return true;
}

bool deposits_tax_good(const char *list) {
    struct text rest = text_from(list);
    int64_t year, sum;
    if (text_trim(rest).size == 0) return true;
    while (rest.data != NULL)
        if (!next_year(&rest, &year, &sum)) return false;
    return true;
}

int64_t deposits_tax_free(const struct engine *engine, int wanted) {
    struct text rest = text_from(deposits_settings(engine)->tax_free);
    int64_t year, sum;
    while (rest.data != NULL && next_year(&rest, &year, &sum))
        if (year == wanted) return sum;
    return 0;
}

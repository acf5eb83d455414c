/* cashback_rules.c: see cashback_rules.h. */
#include "products/cashback/cashback_rules.h"

#include "base/check.h"

static int specific(const struct cashback_rule *rule) {
    if (rule->provider != 0) return 3;
    if (rule->mcc != 0) return 2;
    return rule->category.size > 0 ? 1 : 0;
}

bool cashback_sound(const struct cashback_rule *rule) {
    int named = (rule->provider != 0) + (rule->mcc != 0) + (rule->category.size > 0);
    bool bounds = rule->operation_most >= 0 && rule->month_most >= 0 && rule->least >= 0;
    return named <= 1 && bounds && rule->bp >= 0 && rule->bp <= CASHBACK_BP_MOST && rule->mcc >= 0 &&
           rule->mcc <= 9999 && (rule->until == 0 || rule->until > rule->since);
}

bool cashback_applies(const struct cashback_rule *rule, const struct cashback_purchase *purchase) {
    if (purchase->at < rule->since || (rule->until != 0 && purchase->at >= rule->until)) return false;
    if (purchase->sum < rule->least) return false;
    if (rule->provider != 0) return rule->provider == purchase->provider;
    if (rule->mcc != 0) return rule->mcc == purchase->mcc;
    return rule->category.size == 0 || text_equal(rule->category, purchase->category);
}

int64_t cashback_of(const struct cashback_rule *rule, int64_t sum) {
    check(sum >= 0 && sum <= MONEY_MAX && rule->bp >= 0);
    int64_t share = (int64_t)((__int128)sum * rule->bp / 10000);
    if (rule->operation_most > 0 && share > rule->operation_most) share = rule->operation_most;
    if (rule->month_most == 0) return share;
    int64_t left = rule->used < rule->month_most ? rule->month_most - rule->used : 0;
    return share < left ? share : left;
}

size_t cashback_choose(const struct cashback_rule *rules, size_t count, const struct cashback_purchase *purchase,
                       int64_t *sum) {
    size_t best = count;
    *sum = 0;
    for (size_t i = 0; i < count; i++) {
        if (!cashback_applies(&rules[i], purchase)) continue;
        int64_t gives = cashback_of(&rules[i], purchase->sum);
        int closer = best == count ? 1 : specific(&rules[i]) - specific(&rules[best]);
        if (closer < 0 || (closer == 0 && gives <= *sum)) continue;
        best = i;
        *sum = gives;
    }
    return best;
}

int64_t cashback_kept(int64_t cashback, int64_t purchase, int64_t returned) {
    if (returned >= purchase) return 0;
    return (int64_t)((__int128)cashback * (purchase - returned) / purchase);
}

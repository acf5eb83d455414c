/* decision_rules.c: see decision_rules.h. */
#include "onboarding/decision_rules.h"

int age_at(struct date birth, struct date day) {
    bool had = day.month > birth.month || (day.month == birth.month && day.day >= birth.day);
    return day.year - birth.year - (had ? 0 : 1);
}

/* Issued before a birthday that ends it, which is further behind than the grace. */
bool passport_ended(struct date birth, struct date issued, struct date today, int64_t grace_days) {
    static const int ends[] = {20, 45};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        int64_t birthday = date_to_days(date_add_months(birth, 12 * ends[i]));
        if (date_to_days(issued) < birthday && date_to_days(today) > birthday + grace_days) return true;
    }
    return false;
}

enum reason decide(const struct decision_policy *policy, const struct decision_facts *facts) {
    int age = age_at(facts->birth, facts->today);
    if (age < policy->age_min) return REASON_YOUNG;
    if (age > policy->age_max) return REASON_OLD;
    bool asked = facts->passport.year != 0;
    if (asked && passport_ended(facts->birth, facts->passport, facts->today, policy->grace_days))
        return REASON_PASSPORT_OLD;
    if (facts->income >= 0 && facts->income < policy->income_min) return REASON_INCOME;
    return REASON_NONE;
}

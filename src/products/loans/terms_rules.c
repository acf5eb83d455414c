/* terms_rules.c: see terms_rules.h. */
#include "products/loans/terms_rules.h"

static bool between(int64_t value, int64_t least, int64_t most) {
    return value >= least && value <= most;
}

static bool extension_good(const struct credit_terms *terms) {
    if (terms->extend_least == 0) return terms->extend_most == 0 && terms->extend_times == 0;
    return between(terms->extend_least, 1, CREDIT_TERM_MOST) &&
           between(terms->extend_most, terms->extend_least, CREDIT_TERM_MOST) && between(terms->extend_times, 1, 100);
}

/* Its code stands in addresses, and names it among those of a loan. */
static bool extra_good(const struct credit_terms *terms, size_t at) {
    const struct credit_extra *extra = &terms->extras[at];
    for (size_t i = 0; i < extra->code.size; i++) {
        char c = extra->code.data[i];
        if (!between(c, 'a', 'z') && !between(c, '0', '9') && c != '_' && c != '-') return false;
    }
    for (size_t i = 0; i < at; i++)
        if (text_equal(extra->code, terms->extras[i].code)) return false;
    return extra->code.size > 0 && extra->price > 0;
}

const char *credit_terms_wrong(const struct credit_terms *terms) {
    if (!between(terms->length, 0, CREDIT_TERM_MOST)) return "length";
    /* One payment of all is a bullet, whatever the formula. */
    if (terms->length == 0 && terms->kind != SCHEDULE_BULLET) return "kind";
    if (!between(terms->term_least, 1, CREDIT_TERM_MOST)) return "term_least";
    if (!between(terms->term_most, terms->term_least, CREDIT_TERM_MOST)) return "term_most";
    if (!between(terms->sum_least, 1, SCHEDULE_SUM_MOST)) return "sum_least";
    if (!between(terms->sum_most, terms->sum_least, SCHEDULE_SUM_MOST)) return "sum_most";
    if (!between(terms->sum_step, 1, terms->sum_most)) return "sum_step";
    if (!between(terms->rate, 0, RATE_MOST)) return "rate";
    if (!between(terms->penalty, 0, RATE_MOST)) return "penalty";
    if (!extension_good(terms)) return "extend_most";
    if (terms->extra_count > CREDIT_EXTRAS) return "extras";
    for (size_t i = 0; i < terms->extra_count; i++)
        if (!extra_good(terms, i)) return "extras";
    return NULL;
}

const char *credit_choice_wrong(const struct credit_terms *terms, int64_t sum, int64_t term) {
    if (!between(sum, terms->sum_least, terms->sum_most) || sum % terms->sum_step != 0) return "sum";
    return between(term, terms->term_least, terms->term_most) ? NULL : "term";
}

struct loan_contract credit_contract(const struct credit_terms *terms, const struct credit_setting *around, int64_t day,
                                      int64_t sum, int64_t term) {
    bool single = terms->length == 0;
    return (struct loan_contract){.day = day,
                                  .sum = sum,
                                  .plan = {.kind = terms->kind,
                                           .unit = terms->unit,
                                           .rate = terms->rate,
                                           .length = single ? term : terms->length,
                                           .count = single ? 1 : term},
                                  .day_rate = terms->day_rate,
                                  .late_interest = terms->late_interest,
                                  .penalty = terms->penalty,
                                  .penalty_a_day = terms->penalty_a_day,
                                  .calendar = around->calendar,
                                  .own = around->own,
                                  .own_count = around->own_count};
}

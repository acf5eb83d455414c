/* provision_rules.c: see provision_rules.h. */
#include "products/loans/provision_rules.h"

#define PERCENT 100

static bool read_step(struct text step, int64_t *days, int64_t *percent) {
    struct text rest;
    return text_to_int(text_split(text_trim(step), ' ', &rest), days) && text_to_int(rest, percent);
}

bool provisions_read(const char *text, struct provisions *provisions) {
    struct text rest = text_from(text);
    *provisions = (struct provisions){.count = 0};
    for (; rest.size > 0; provisions->count++) {
        size_t at = provisions->count;
        int64_t days, percent;
        if (at == PROVISION_STEPS || !read_step(text_split(rest, ',', &rest), &days, &percent)) return false;
        if (days < 0 || percent < 0 || percent > PERCENT) return false;
        if (at > 0 && (days <= provisions->steps[at - 1].days || percent < provisions->steps[at - 1].percent))
            return false;
        provisions->steps[at].days = days;
        provisions->steps[at].percent = percent;
    }
    return true;
}

int64_t provision_for(const struct provisions *provisions, const struct loan_state *state) {
    int64_t overdue = loan_days_overdue(state), percent = 0;
    if (state->status != LOAN_RUNS) return 0;
    for (size_t i = 0; i < provisions->count && provisions->steps[i].days <= overdue; i++)
        percent = provisions->steps[i].percent;
    int64_t owed = state->debt[DEBT_PRINCIPAL] + state->debt[DEBT_OVERDUE_PRINCIPAL] + state->debt[DEBT_INTEREST] +
                   state->debt[DEBT_OVERDUE_INTEREST];
    return (owed * percent + PERCENT - 1) / PERCENT;
}

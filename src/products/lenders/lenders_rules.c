/* lenders_rules.c: see lenders_rules.h. */
#include "products/lenders/lenders_rules.h"

#include "lending/psk_rules.h"

const char *loan_state_name(enum loan_state state) {
    switch (state) {
    case LOAN_DECIDING: return "deciding";
    case LOAN_OFFERED: return "offered";
    case LOAN_SIGNING: return "signing";
    case LOAN_COMING: return "coming";
    case LOAN_ROOM: return "no-room";
    case LOAN_OPEN: return "open";
    case LOAN_RETURNING: return "returning";
    case LOAN_CLOSED: return "closed";
    case LOAN_REFUSED: return "refused";
    case LOAN_CANCELLED: return "cancelled";
    case LOAN_EXPIRED: return "expired";
    case LOAN_IMPLAUSIBLE: return "implausible";
    case LOAN_RETURNED: return "returned";
    }
    return "";
}

bool loan_ended(enum loan_state state) {
    return state >= LOAN_CLOSED;
}

bool loan_may_return(enum loan_state state) {
    return state >= LOAN_SIGNING && state <= LOAN_ROOM;
}

const char *repayment_state_name(enum repayment_state state) {
    switch (state) {
    case REPAYMENT_SENDING: return "sending";
    case REPAYMENT_TAKEN: return "taken";
    case REPAYMENT_DECLINED: return "declined";
    }
    return "";
}

/* ---- what a lender lends ---- */

static bool on_grid(int64_t value, int64_t least, int64_t most, int64_t step) {
    return value >= least && value <= most && (value - least) % step == 0;
}

bool lent_sum_good(const struct lent_bounds *bounds, int64_t sum) {
    return on_grid(sum, bounds->sum_min, bounds->sum_max, bounds->sum_step);
}

bool lent_term_good(const struct lent_bounds *bounds, int64_t term) {
    return on_grid(term, bounds->term_min, bounds->term_max, bounds->term_step);
}

int64_t calculator_value(int64_t typed, int64_t slid, int64_t was) {
    return typed == was && slid != 0 ? slid : typed;
}

/* ---- what a lender says of a loan ---- */

static bool dates_good(const struct lender_terms *terms, struct date today) {
    int64_t last = date_to_days(terms->from), now = date_to_days(today);
    if (last < now - 1 || last > now + 1) return false; /* midnight may be between us */
    for (size_t i = 0; i < terms->dues; i++) {
        int64_t day = date_to_days(terms->schedule[i].date);
        if (day <= last) return false;
        last = day;
    }
    return true;
}

static int64_t psk_of_terms(const struct lender_terms *terms) {
    struct psk_flow flows[LENDER_DUES + 1] = {{terms->from, -terms->sum}};
    for (size_t i = 0; i < terms->dues; i++)
        flows[i + 1] = (struct psk_flow){terms->schedule[i].date, terms->schedule[i].sum};
    return psk_of(flows, terms->dues + 1, PSK_MONTH_30);
}

enum terms_verdict terms_judge(const struct lender_terms *terms, const struct terms_asked *asked,
                               const struct lent_bounds *bounds) {
    bool same = terms->sum == asked->sum ||
                (asked->less && terms->sum < asked->sum && terms->sum >= bounds->sum_min);
    if (!same || terms->term != asked->term) return TERMS_OTHER_LOAN;
    if (!dates_good(terms, asked->today)) return TERMS_DATES;
    int64_t all = 0;
    for (size_t i = 0; i < terms->dues; i++) {
        if (terms->schedule[i].sum > MONEY_MAX - all) return TERMS_TOTAL;
        all += terms->schedule[i].sum;
    }
    if (all != terms->total || all < terms->sum) return TERMS_TOTAL;
    if (terms->psk < bounds->psk_min || terms->psk > bounds->psk_max) return TERMS_PSK_BOUNDS;
    int64_t psk = psk_of_terms(terms), far = psk > terms->psk ? psk - terms->psk : terms->psk - psk;
    return psk == PSK_NONE || far > asked->tolerance ? TERMS_PSK : TERMS_GOOD;
}

const char *terms_verdict_name(enum terms_verdict verdict) {
    static const char *const names[] = {"good", "other-loan", "dates", "total", "psk-bounds", "psk"};
    return names[verdict];
}

const struct lender_due *next_due(const struct lender_due *schedule, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!schedule[i].paid) return &schedule[i];
    return NULL;
}

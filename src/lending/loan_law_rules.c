/* loan_law_rules.c: see loan_law_rules.h. */
#include "lending/loan_law_rules.h"

#define YEAR_DAYS 365
#define YEAR_MONTHS 12

static int64_t bound(const struct loan_contract *contract, enum law law) {
    return law_at(law, date_from_days(contract->day), contract->own, contract->own_count);
}

static int64_t a_year(int64_t daily) {
    return daily == LAW_NONE ? LAW_NONE : daily * YEAR_DAYS;
}

static bool above(int64_t value, int64_t most) {
    return most != LAW_NONE && value > most;
}

int64_t loan_penalty_most(const struct loan_contract *contract) {
    if (contract->instalments) return bound(contract, LAW_INSTALMENT_PENALTY);
    return contract->late_interest ? bound(contract, LAW_PENALTY) : a_year(bound(contract, LAW_PENALTY_ALONE));
}

/* As if it were issued on its day, whatever the money has to wait. */
size_t loan_planned(const struct loan_contract *contract, struct schedule_row *rows) {
    struct loan_contract at_once = *contract;
    const struct law_line none = {LAW_COOLING_HOURS, date_from_days(contract->day), 0, ""};
    const struct law_line no_longer = {LAW_COOLING_LONG_HOURS, date_from_days(contract->day), 0, ""};
    const struct law_line own[] = {none, no_longer};
    struct loan_state state = {.status = LOAN_AGREED};
    at_once.own = own;
    at_once.own_count = sizeof own / sizeof *own;
    const struct loan_event issue = {.day = contract->day, .kind = LOAN_ISSUE, .sum = contract->sum};
    if (loan_apply(&at_once, &state, &issue, NULL, NULL) != LOAN_DONE) return 0;
    state.charged_most = LAW_NONE; /* what is planned above the bound is to be seen */
    return loan_schedule(&at_once, &state, rows);
}

static struct loan_cost cost_of(const struct loan_contract *contract, int64_t fee, enum psk_divisor divisor,
                                const struct schedule_row *rows, size_t count) {
    struct psk_flow flows[PSK_FLOWS];
    struct loan_cost cost = {.fees = fee, .count = count};
    flows[0] = (struct psk_flow){date_from_days(contract->day), fee - contract->sum};
    for (size_t i = 0; i < count; i++) {
        flows[i + 1] = (struct psk_flow){rows[i].due, rows[i].principal + rows[i].interest};
        cost.interest += rows[i].interest;
    }
    cost.total = contract->sum + cost.interest + fee;
    cost.last = date_to_days(rows[count - 1].due);
    cost.psk = psk_of(flows, count + 1, divisor);
    return cost;
}

static enum loan_fault instalments_fault(const struct loan_contract *contract, const struct loan_cost *cost) {
    struct date day = date_from_days(contract->day);
    int64_t months = bound(contract, LAW_INSTALMENT_MONTHS);
    if (cost->interest + cost->fees > 0) return LOAN_FAULT_PRICE;
    if (months != LAW_NONE && cost->last > date_to_days(date_add_months(day, (int)months))) return LOAN_FAULT_TERM;
    return LOAN_LAWFUL;
}

enum loan_fault loan_lawful(const struct loan_contract *contract, int64_t fee, enum psk_divisor divisor,
                            struct loan_cost *cost) {
    struct schedule_row rows[SCHEDULE_MOST];
    const struct loan_plan *plan = &contract->plan;
    if (plan->count >= PSK_FLOWS || fee < 0 || fee >= contract->sum) return LOAN_FAULT_PLAN;
    size_t count = loan_planned(contract, rows);
    if (count == 0) return LOAN_FAULT_PLAN;
    *cost = cost_of(contract, fee, divisor, rows, count);
    if (above(contract->penalty, loan_penalty_most(contract))) return LOAN_FAULT_PENALTY;
    if (contract->instalments) return instalments_fault(contract, cost);
    if (above(plan->rate, a_year(bound(contract, LAW_DAILY_RATE)))) return LOAN_FAULT_RATE;
    if (cost->psk == PSK_NONE || above(cost->psk, bound(contract, LAW_PSK))) return LOAN_FAULT_PSK;
    int64_t most = law_overpayment_most(contract->sum, date_from_days(contract->day), contract->own,
                                        contract->own_count);
    bool short_term = cost->last <= date_to_days(date_add_months(date_from_days(contract->day), YEAR_MONTHS));
    return short_term && above(cost->interest + fee, most) ? LOAN_FAULT_OVERPAYMENT : LOAN_LAWFUL;
}

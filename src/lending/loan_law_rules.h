/* loan_law_rules.h: whether a loan may be lent as it is offered, by the law of its day, and what it would cost. Pure.
 *
 * Not here: whether this person may have it (policy_rules.h). Source: domain facts, "Consumer credit"; law_rules.h. */
#pragma once

#include "lending/loan_rules.h"
#include "lending/psk_rules.h"

enum loan_fault {
    LOAN_LAWFUL,
    LOAN_FAULT_PLAN,        /* no schedule, or one of more payments than the full cost is reckoned of */
    LOAN_FAULT_RATE,        /* more than the law allows for a day */
    LOAN_FAULT_PENALTY,
    LOAN_FAULT_PSK,
    LOAN_FAULT_OVERPAYMENT, /* what is planned alone is more than may ever be charged */
    LOAN_FAULT_TERM,        /* instalments for too long */
    LOAN_FAULT_PRICE,       /* instalments that cost more than the goods */
};

/* If the money went out on the contract's day and each payment came on its own. Kopecks. */
struct loan_cost {
    int64_t psk;            /* thousandths of a percent a year, or PSK_NONE */
    int64_t interest, fees; /* in all */
    int64_t total;          /* to be paid */
    int64_t last;           /* the day of the last payment */
    size_t count;           /* of payments */
};

/* `fee` is paid when the money goes out and is one without which it would not. *cost is set but for LOAN_FAULT_PLAN. */
enum loan_fault loan_lawful(const struct loan_contract *contract, int64_t fee, enum psk_divisor divisor,
                            struct loan_cost *cost);

/* The payments of which that is the cost; room for SCHEDULE_MOST. 0: no schedule. */
size_t loan_planned(const struct loan_contract *contract, struct schedule_row *rows);

/* What the law says of the penalty of such a contract, a year; LAW_NONE: nothing. */
int64_t loan_penalty_most(const struct loan_contract *contract);

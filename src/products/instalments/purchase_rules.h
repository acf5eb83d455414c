/* purchase_rules.h: what was bought by instalments, from the day on which it was sold: paying, goods that come back, a
 * payment's day moved, a payment undone by its bank, and what of all that is the shop's. A purchase is a loan without
 * interest (lending/loan_rules.h); this says which of the loan's events an act is. Pure: no store, no HTTP, no clock.
 * Sums are kopecks, days are since 1970. Source: IN-3, IN-4; 283-FZ.
 *
 * Not here: the order before it (checkout_rules.h), whose money moves where (books.h). */
#pragma once

#include "products/instalments/tariff_rules.h"

#define PURCHASE_ROWS (TARIFF_PARTS + 1)
#define PURCHASE_EVENTS 3 /* that one act comes to */

/* What its contract keeps. */
struct purchase_terms {
    int64_t day; /* it was signed and sold */
    int64_t sum;
    struct tariff_term term;
    int64_t penalty; /* a year, millionths, upon what is overdue */
};

struct purchase_state {
    struct loan_state loan;
    int64_t returned; /* goods that came back, for so much */
    int64_t moved;    /* how often a payment's day was */
};

/* What the operator and the law say; the lines are borrowed. */
struct purchase_rule {
    int64_t move_days, move_times; /* a day moves by so many at most, so often in a purchase's life */
    const struct law_line *own;
    size_t own_count;
};

struct loan_contract purchase_contract(const struct purchase_terms *terms, const struct purchase_rule *rule);
/* The rate that a contract of that day gets: the operator's, or the law's where that is less. */
int64_t purchase_penalty(int64_t wanted, int64_t day, const struct purchase_rule *rule);

/* ---- days ---- */

/* The days through `day`: what they added to penalties. Money that lay there for a payment's day may have closed it. */
int64_t purchase_days(const struct loan_contract *contract, struct purchase_state *state, int64_t day);
/* The first day on which anything may be other than today; 0: none, unless something happens. */
int64_t purchase_wakes(const struct purchase_state *state);

/* ---- what is owed ---- */

/* What closes it today. */
int64_t purchase_owed(const struct purchase_state *state);
/* Nobody owes it: what was paid too much, for its customer to have back. */
int64_t purchase_left(const struct purchase_state *state);

struct purchase_row {
    int64_t day; /* 0: at once, since it is late */
    int64_t sum;
};
/* What is to be paid and when: the rows are purchase_owed together. Room for PURCHASE_ROWS; how many. */
size_t purchase_schedule(const struct loan_contract *contract, const struct purchase_state *state,
                         struct purchase_row *rows);

/* What he wants to pay. */
enum purchase_wish { PURCHASE_NEXT, PURCHASE_ANY, PURCHASE_ALL };
/* How much that is: of ANY `sum` itself, but no more than all; 0: nothing is owed. */
int64_t purchase_wished(const struct loan_contract *contract, const struct purchase_state *state,
                        enum purchase_wish wish, int64_t sum);

/* ---- acts ---- */

enum purchase_act {
    PURCHASE_SELL = 1, /* the contract's sum, on its day */
    PURCHASE_PAY,      /* `sum` came: what is late, the next payment, then the ones after it on their days; from
                        * purchase_owed on: all of it. Whatever nobody owes is left. So is what came back from GIVE */
    PURCHASE_RETURN,   /* goods for `sum`: what is late first, then all payments to come grow smaller; what was paid for
                        * them is left */
    PURCHASE_MOVE,     /* the next payment alone comes `days` later */
    PURCHASE_UNDO,     /* a bank took a payment of `sum` back, of which `penalty` had paid penalties */
    PURCHASE_GIVE,     /* `sum` of what is left goes to its customer */
};

struct purchase_doing {
    enum purchase_act act;
    int64_t sum, penalty, days;
};

/* In order of precedence. */
enum purchase_refusal {
    PURCHASE_OK,
    PURCHASE_NOT_SO,    /* not sold yet, or sold already; move: nothing comes any more */
    PURCHASE_WRONG_SUM, /* nothing, or less; give: more than is left */
    PURCHASE_TOO_MUCH,  /* return: more than was sold and is not back yet */
    PURCHASE_LATE,      /* move: something is overdue */
    PURCHASE_MOVED,     /* move: as often as may be */
    PURCHASE_TOO_FAR,   /* move: more days than may be, onto the payment after it, or beyond the law's months */
};

/* What an act came to: events as they are kept, and what they did. */
struct purchase_done {
    struct loan_event events[PURCHASE_EVENTS];
    struct loan_parts parts[PURCHASE_EVENTS];
    size_t count;
    int64_t fee;      /* the shop's: sell: charged; return: given back */
    int64_t paid[DEBTS]; /* of all events together; `left` too */
    int64_t left;     /* by so much purchase_left grew */
};

/* On the day to which it has come (purchase_days; sell: the contract's). Refused: nothing changed. */
enum purchase_refusal purchase_do(const struct purchase_terms *terms, const struct purchase_rule *rule,
                                  struct purchase_state *state, const struct purchase_doing *doing,
                                  struct purchase_done *done);

/* What the shop is to have for it in all: sold − returned − the fee upon what it keeps, which is rounded half up as if
 * only that had been sold; so a return gives back the fee before it less the fee after it. */
int64_t purchase_shop(const struct purchase_terms *terms, const struct purchase_state *state);

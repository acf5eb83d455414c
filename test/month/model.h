/* model.h: what a card is and may do, once more and otherwise: plain arrays of kopecks, every sum a scan over them. It
 * knows nothing of databases, ledgers or messages' form; src/products/cards/README.md is what it repeats. */
#pragma once

#include "base/calendar.h"

#define HOLD_LIFE (10 * DAY)
#define TOLERANCE_PERCENT 15

enum what { SAYS_AUTHORISATION, SAYS_REVERSAL, SAYS_CLEARING, SAYS_REFUND, SAYS_VERDICT };
enum where { AT_TILL, ON_INTERNET, FOR_CASH, WHERES, ABROAD = WHERES, KINDS };

struct limits3 {
    int64_t operation, day, month; /* 0: none */
};

struct model_card {
    int account;
    enum { WORKS, FROZEN, BLOCKED } state;
    bool internet, cash, abroad;
    struct limits3 all, kinds[KINDS];
};

struct model_purchase {
    int card;
    enum where where;
    bool abroad, exists, asked;
    const char *reason; /* what was answered */
    int64_t sum, held, paid, undone, back, ours; /* ours: what our own account has paid of it, less than 0: keeps */
    moment made, lapses;
    enum { NOTHING_YET, HELD, DECLINED, CLEARED, REVERSED, LAPSED } state;
};

/* What processing says, as the model sees it: a number for each id. */
struct said {
    enum what what;
    int id, purchase;
    int64_t sum; /* of a reversal 0: whole */
    bool last, foreign, won;
};

struct model {
    int64_t *balance, *held; /* by account */
    struct model_card *cards;
    struct model_purchase *purchases;
    struct said *heard; /* by message id; purchase -1: not yet */
    int accounts, card_count, purchase_count, message_count;
    int64_t processing, questioned; /* balances of these accounts */
    int64_t claims, returns;        /* what processing was told to have been accepted: another way to the first */
};

/* A planted mistake, to see that it is found; 0: none. */
enum mistake {
    MISTAKE_NONE,
    MISTAKE_HOLD_STAYS,      /* a lapsed hold is still held */
    MISTAKE_COUNTS_TWICE,    /* a repeated message counts again */
    MISTAKE_NO_TOLERANCE,    /* nothing above the approved sum is his */
    MISTAKE_ABROAD_IS_HOME,  /* limits of abroad are forgotten */
    MISTAKE_GIFT,            /* what a shop gives back too much is his */
    MISTAKES,
};
extern enum mistake mistake;

/* What Kabinet has to answer: "approved", a reason, "accepted", "known", "contradiction". */
const char *model_hear(struct model *model, const struct said *said, moment now);
/* The job that lets holds go came by. */
void model_lapse(struct model *model, moment now);

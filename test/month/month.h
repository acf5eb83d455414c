/* month.h: one month of cards from one seed: what shops, holders and processing do (traffic.c), asked of the product
 * and of the model (month.c). */
#pragma once

#include "test/month/model.h"
#include "test/support/cabinet.h"

struct plan {
    uint64_t seed;
    int cards, days, purchases; /* purchases: of a card, about */
};

/* What happens, in the order of time. */
struct happening {
    moment at;
    int order; /* of two at the same moment */
    enum { HAPPENS_MESSAGE, HAPPENS_STATE, HAPPENS_LIMITS } kind;
    struct said said; /* HAPPENS_MESSAGE */
    int card;         /* the others: that card as it is from now on */
    struct model_card turned;
};

struct traffic {
    struct happening *list;
    int count, room;
    uint64_t random;
};

uint64_t month_random(struct traffic *traffic, uint64_t bound); /* 0 … bound − 1 */
/* Fills in the model's cards and purchases as they begin, and all that will happen to them. */
void traffic_make(struct traffic *traffic, struct model *model, const struct plan *plan, moment beginning);
void model_free(struct model *model);

struct month_totals {
    int64_t messages, approved, declined, known, contradictions, lapsed;
};
/* NULL: all is the model's to the kopeck; else what is not. In memory of the process. */
const char *month_run(const struct plan *plan, struct month_totals *totals);

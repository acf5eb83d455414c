/* lends.h: what the feature that lends (loans) says to a sign-up that begins with a loan, which may not know it. */
#pragma once

#include "engine/engine.h"

/* Minor units; days. */
struct lends_bounds {
    int64_t sum_least, sum_most, sum_step;
    int64_t term_least, term_most;
};

struct lends {
    /* What a newcomer may ask for: one payment, so many days later. False: nothing of the kind is lent now. */
    bool (*bounds)(struct engine *engine, struct tx *tx, struct lends_bounds *bounds);
    /* Adds `quote` to the document: {sum, term, cost, total, psk, psk_words, schedule: [{day, payment, principal,
     * interest}]}. False: the law does not allow so much for so long. Within the bounds. */
    bool (*quote)(struct request *request, struct tx *tx, int64_t sum, int64_t term, struct node *document);
};

/* NULL: no enabled feature lends. */
const struct lends *engine_lends(const struct engine *engine);

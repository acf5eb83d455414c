/* erasure.h: what the files of this folder share: a customer's request to have his data destroyed, and what becomes of
 * it. */
#pragma once

#include "engine/engine.h"
#include "erasure/erasure_rules.h"
#include "generated/strings_erasure.h"
#include "generated/templates.h"

extern const struct feature erasure_feature;

/* Kept in the database. */
enum erasure_state {
    ERASURE_ASKED = 1, /* he may still think better of it */
    ERASURE_CLOSED,    /* the cabinet is closed; the law has the data kept until their day */
    ERASURE_AT_WORK,   /* being destroyed, a piece at a time */
    ERASURE_DONE,      /* the row is the act's head now */
};

struct erasure_settings {
    struct erasure_terms terms;
};

static inline const struct erasure_terms *erasure_terms(const struct engine *engine) {
    return &((const struct erasure_settings *)engine_settings(engine, &erasure_feature))->terms;
}

extern const struct migration erasure_migrations[];
extern const struct job erasure_jobs[];

/* Whoever's cabinet closes, by himself or by staff, has his data destroyed when the law's term is over. */
void erasure_on_event(struct engine *engine, struct tx *tx, const struct event *event);

stage_function erase_page, erase_ask, erase_cancel, acts_page, act_page;

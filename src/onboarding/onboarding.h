/* onboarding.h: signing up as a profile lists it. What other features may ask. */
#pragma once

#include "engine/engine.h"

extern const struct feature onboarding_feature;

/* What a customer answered when signing up ("surname", "passport", "email"): TEXT_NONE when it was not asked. In the
 * tx's arena. */
struct text onboarding_answer(struct engine *engine, struct tx *tx, int64_t customer, const char *name);
/* Nobody signs up by himself: staff open contracts, by the feature desk. */
bool onboarding_at_desk(const struct engine *engine);

/* ---- begun elsewhere: at a shop's till ---- */

struct asked_page;
struct answers;

/* What such a place asks for the customer: the first page of the questionnaire. NULL: where signing up is closed, asks
 * nothing, or begins with something else. */
const struct asked_page *onboarding_till_page(const struct engine *engine);

struct begun_at {
    struct text phone; /* E.164, proved by its code */
    enum language language;
    const struct answers *answers; /* of that page, checked */
    struct text how;               /* where the consents were given, and by what */
};

enum begun {
    BEGUN_APPROVED, /* he chooses his secret, and the cabinet opens */
    BEGUN_REFUSED,
    BEGUN_CUSTOMER, /* the number has a cabinet: nothing was changed */
    BEGUN_TAKEN,    /* he goes on by himself; nothing is decided yet */
    BEGUN_WAITS,    /* an earlier application waits for staff */
};

/* In a command: the number's application, a new one or the one under way, takes the answers and the consents, and is
 * decided where the profile decides by rule. Told to nobody: that is the caller's. */
enum begun onboarding_begin(struct request *request, struct tx *tx, const struct begun_at *begun);

/* The limit that the decision gave; 0: none. */
int64_t onboarding_limit(struct tx *tx, int64_t customer);

/* levels.h: identification levels (ID-16): how a person's level is raised, by whom and on what evidence. For whoever
 * learns who somebody is: this folder's form and review, the state portal (providers), an import. */
#pragma once

#include "engine/engine.h"
#include "identity/identity.h"
#include "onboarding/answers.h"

extern const struct feature levels_feature;

/* Where the knowledge comes from; kept with it. */
enum level_source {
    LEVEL_BY_FORM = 1,  /* passport data typed in, and checked as far as their own digits go */
    LEVEL_BY_REVIEW,    /* staff compared documents with them */
    LEVEL_BY_PORTAL,    /* a verified account of the state portal */
};

struct level_proof {
    enum level level;
    enum level_source source;
    /* What is known of him: name, birth, passport, … as answers are kept (answers.h). TEXT_NONE: not told. */
    struct answers answers;
    struct text reference; /* who says so: the portal's subject, the member's login; kept sealed */
};

enum level_result {
    LEVEL_RAISED,
    LEVEL_HAD,       /* he has that level already, or a higher one; nothing was written */
    LEVEL_TOO_MANY,  /* that passport has as many cabinets as one person may; nothing was written */
    LEVEL_DISAGREES, /* that passport is known with another date of birth; nothing was written */
    LEVEL_NOBODY,    /* there is no such cabinet, or it is closed */
};

/* In a command. Keeps the evidence, sets the name and the level, tells the customer and every feature. */
enum level_result level_raise(struct engine *engine, struct tx *tx, int64_t customer, const struct level_proof *proof);
/* What was last proved of him, in the tx's arena; false: nothing. */
bool level_known(struct engine *engine, struct tx *tx, int64_t customer, struct answers *answers);

/* From a feature's open(): one more way to the full level, offered on the level's page as a link of that title. At
 * most LEVEL_WAYS. */
#define LEVEL_WAYS 4
void level_way_by(struct engine *engine, string_id title, const char *path);

/* showcase.h: partner shops as customers see them, as the features that sell there use it. */
#pragma once

#include "engine/engine.h"

extern const struct feature showcase_feature;

/* How one may pay there: adds {title} each to `plans`, and to the document `least` and `most`, the sums between which
 * that goes, or nulls. Told when the feature that sells opens; without it a shop's page has no plans. */
typedef void showcase_plans(struct request *request, struct tx *tx, int64_t shop, struct node *document,
                            struct node *plans);
/* In a command: at a shop that an empty catalogue begins with one may pay so, in that feature's own words. False: they
 * are none. */
typedef bool showcase_plans_begin(struct tx *tx, int64_t shop, struct text words);
void showcase_plans_by(struct engine *engine, showcase_plans *tell, showcase_plans_begin *begin);

/* At most so many shops of the catalogue, those that came last first, as its page lists them. */
void showcase_newest_tell(struct request *request, struct tx *tx, size_t most, struct node *shops);

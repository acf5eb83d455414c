/* campaign_rules.c: see campaign_rules.h. */
#include "campaigns/campaign_rules.h"

bool campaign_regular(const struct campaign_audience *audience, const struct campaign_person *person) {
    return audience->now - person->opened >= audience->regular_after_us ||
           person->operations >= audience->regular_operations;
}

bool campaign_is_for(const struct campaign_audience *audience, const struct campaign_person *person) {
    if (person->level < audience->level_min || !person->has_product) return false;
    return !audience->regular_only || campaign_regular(audience, person);
}

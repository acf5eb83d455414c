/* campaign_rules.h: whom a campaign is for. Pure. */
#pragma once

#include "base/calendar.h"

/* What is looked at, and no more: no campaign is aimed by what people buy or whom they pay. */
struct campaign_person {
    moment opened;
    int level;           /* of identification */
    int64_t operations;  /* so far, in all his accounts */
    bool has_product;    /* the one that the campaign is about; true when it names none */
};

struct campaign_audience {
    int level_min;       /* 1: everybody's */
    moment now;
    int64_t regular_after_us, regular_operations;
    bool regular_only;   /* the first days are for regular customers alone */
};

/* Here for so long, or has done so much. */
bool campaign_regular(const struct campaign_audience *audience, const struct campaign_person *person);
bool campaign_is_for(const struct campaign_audience *audience, const struct campaign_person *person);

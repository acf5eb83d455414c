/* erasure_rules.h: when a cabinet closes and its data are destroyed, by the law's grounds and the company's settings.
 * No store, no HTTP, no clock. */
#pragma once

#include "base/calendar.h"

struct erasure_terms {
    int64_t delay; /* in which he may think better of it */
    int64_t kept;  /* after the end, of whom was identified: 5 years (115-FZ art. 7) */
};

struct erasure_dates {
    moment closes, destroys;
};

/* Of what was asked at that moment. */
struct erasure_dates erasure_dates(const struct erasure_terms *terms, moment asked, bool identified);
/* The cabinet is being closed now, perhaps later than planned, since something had to be settled first. asked: by
 * himself, who had his time to think; else the same time is left for what was closed by mistake. */
moment erasure_destroys(const struct erasure_terms *terms, moment closed, bool identified, bool asked);

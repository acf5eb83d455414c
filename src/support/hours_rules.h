/* hours_rules.h: when somebody is on duty, and by when an answer is promised. Pure. */
#pragma once

#include "base/calendar.h"

struct duty_span {
    int from, to; /* minutes of the day; equal: nobody is there */
};

struct duty_hours {
    struct duty_span weekday, weekend;
    int64_t answer_us; /* how long an answer takes while somebody is there */
};

/* "09:00-21:00", "00:00-24:00"; "" is nobody. False on anything else. */
bool duty_span_parse(struct text text, struct duty_span *span);

bool duty_at(const struct duty_hours *hours, moment at, const struct zone *zone);

/* By when: in answer_us, where that is within hours, else so long after the next opening. 0: nobody ever comes. */
moment duty_promise(const struct duty_hours *hours, moment at, const struct zone *zone);

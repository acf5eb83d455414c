/* requests_rules.h: whether somebody may be asked for money, and what state a request is in: no store, no HTTP, no
 * clock. */
#pragma once

#include "base/calendar.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum request_state { REQUEST_OPEN = 1, REQUEST_PAID, REQUEST_DECLINED, REQUEST_WITHDRAWN, REQUEST_LAPSED }; /* kept */

const char *request_state_name(enum request_state state); /* "open" */
/* Whose time is over has lapsed, whoever has written that down already. */
enum request_state request_state_at(enum request_state kept, moment expires, moment now);

/* What is known when somebody is asked. Nothing of it depends on whether the number has a cabinet. */
struct request_look {
    bool own;           /* his own number */
    bool again;         /* he has an open request to that number */
    int64_t open, most; /* his open requests, and how many may be */
    int64_t day, day_most; /* those he made within a day */
};

/* In order of precedence. */
enum request_verdict { REQUEST_GOOD, REQUEST_OWN, REQUEST_AGAIN, REQUEST_MANY, REQUEST_DAY };
enum request_verdict request_verdict(const struct request_look *look);

/* callbacks_rules.h: how often a callback comes again, and how its sender is told what to send. Pure: no store, no
 * HTTP, no clock. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

/* How long after the attempt of that number the next one comes: twice as long each time, an hour at most. */
int64_t callback_pause(int64_t first, int64_t attempt);

#define CALLBACK_HEADERS 2

/* One POST of JSON. */
struct callback_call {
    struct text headers[CALLBACK_HEADERS]; /* "Name: value", its signatures; TEXT_NONE: fewer */
    struct text url, body;
};

/* As one text: lines of headers and the address, then the body as it is; and back, its texts lying in `text`. */
struct text callback_call_write(struct arena *arena, const struct callback_call *call);
bool callback_call_read(struct text text, struct callback_call *call);

/* merchants_rules.h: what a merchant's bill may be, when it ends, how a callback is signed: no store, no HTTP, no
 * clock. Forms of values are those of the published QIWI P2P bills interface. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

enum bill_state { BILL_WAITING = 1, BILL_PAID, BILL_REJECTED, BILL_EXPIRED }; /* kept in the database */

const char *bill_state_name(enum bill_state state); /* "WAITING" */
/* A bill whose time is over is expired, whoever has written that down already. */
enum bill_state bill_state_at(enum bill_state kept, moment expires, moment now);

#define BILL_NUMBER_MAX 200         /* code points */
#define BILL_MOST INT64_C(99999999) /* kopecks: the interface has six digits before the point */

/* The merchant's own number of a bill or of a refund: no control characters, and no longer than that. */
bool bill_number_good(struct text number);
/* A decimal above 0, not above BILL_MOST, rounded down to kopecks. False leaves *minor. */
bool bill_amount_read(struct text text, int64_t *minor);
/* "2018-04-13T14:30:00+03:00", "2018-04-13T1430", with seconds, their fractions and the offset, or without: then it is
 * of that zone. False leaves *at. */
bool bill_moment_read(struct text text, const struct zone *zone, moment *at);

/* What came of asking for a refund of `sum`, the first that applies. */
enum refund_verdict { REFUND_GOOD, REFUND_NOT_PAID, REFUND_TOO_MUCH };
enum refund_verdict refund_verdict(enum bill_state state, int64_t paid, int64_t refunded, int64_t sum);

/* HMAC-SHA-256 in hex over currency|value|bill|site|status. */
struct text bill_signature(struct arena *arena, struct text key, struct text currency, struct text value,
                           struct text number, struct text site, struct text status);

/* "Bearer …": what follows; TEXT_NONE when it is another scheme. */
struct text bearer_of(struct text authorization);

/* http or https, a host, no blanks, no user, at most 500 bytes; plain http where `plain`. */
bool address_good(struct text address, bool plain);
/* "https://shop.example", without a path. */
bool origin_good(struct text origin);
/* The address lies on that site. */
bool origin_has(struct text origin, struct text address);

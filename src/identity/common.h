/* common.h: small things for whoever takes people's secrets: tokens, refusals, counters of tries. For this folder and
 * for the features about people beside it (factors, recovery, …). */
#pragma once

#include "identity/identity.h"
#include "identity/tally_rules.h"

/* ---- tokens ---- */

#define TOKEN_BYTES 32

/* Random bytes as base64url, and the keyed hash under which they are kept. */
struct text token_new(struct request *request, const char *purpose, uint8_t hash[SECRET_HASH_SIZE]);
/* False when there is none, or it cannot be one of ours. */
bool token_hash(struct request *request, const char *purpose, struct text token, uint8_t hash[SECRET_HASH_SIZE]);

/* ---- refusing ---- */

/* Marks the field, so that the page says the refusal beside it, and refuses. */
enum flow refuse_at(struct request *request, const char *field, const struct refusal *refusal);
/* 429: text names {until}; Retry-After says the seconds. What was counted stays counted. */
enum flow refuse_until(struct request *request, const struct refusal *refusal, moment until);
/* A page goes to another address instead of an error: its flow begins there. JSON is refused. */
enum flow see_or_refuse(struct request *request, const char *location, const struct refusal *refusal);

struct node text_value(struct text text); /* for string arguments */
struct node moment_value(moment at);
/* A path of our own to go to after signing in: never another site's. */
bool local_path(struct text path);

/* Where customers reach us (where nothing is configured: where this request did), and its host, for the last line of an
 * SMS with a code. */
struct text site_url(const struct request *request);
struct text site_host(const struct request *request);

/* ---- counters (tally.c) ---- */

/* Reserves one try of `what` for `whose`; false with *free_at when none is left. */
bool tally_take(struct engine *engine, struct tx *tx, const char *what, struct text whose,
                const struct tally_policy *policy, moment *free_at);
void tally_return(struct engine *engine, struct tx *tx, const char *what, struct text whose); /* it was a good one */
void tally_forget(struct engine *engine, struct tx *tx, const char *what, struct text whose);

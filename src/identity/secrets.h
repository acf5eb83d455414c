/* secrets.h: what features that change how a customer gets in and who he is may do (recovery, his own page, support):
 * passwords, the number, the level, sessions, cooling after a change. In commands, but for what only reads. */
#pragma once

#include "identity/identity.h"

/* ---- passwords ---- */

/* The passwords that the customer has had, encoded, newest first; at most `most` of them: how many. */
size_t identity_passwords(struct tx *tx, int64_t customer, struct arena *arena, struct text *encoded, size_t most);
/* It holds from now; earlier ones stay, so that none is chosen again (ID-11). */
void identity_password_set(struct engine *engine, struct tx *tx, int64_t customer, struct text encoded);

/* Ends all his sessions but `kept` (0: every one) and forgets all his devices but this browser's. How many. */
int64_t identity_end_others(struct request *request, struct tx *tx, int64_t customer, int64_t kept);

/* ---- codes ---- */

/* Counts one more code to that number, for the subscriber and for the network, over every flow that sends codes. */
bool identity_may_send(struct request *request, struct tx *tx, struct text phone, moment *free_at);
/* The same for a customer's own number (0: nobody's): a device that he signed in from has an allowance of its own, so
 * that whoever asks for codes to his number from elsewhere does not keep him out (ID-15). */
bool identity_may_send_to(struct request *request, struct tx *tx, int64_t customer, struct text phone, moment *free_at);
/* The same where many ask from one address: counted for `whose` (a shop) instead, up to `most` in the window. */
bool identity_may_send_for(struct engine *engine, struct tx *tx, const char *what, struct text whose, int64_t most,
                           struct text phone, moment *free_at);

/* ---- the number, the level ---- */

/* False: somebody has it. Tells every feature; who waited under the new number is found. */
bool identity_phone_change(struct engine *engine, struct tx *tx, int64_t customer, struct text e164);
void identity_level_set(struct engine *engine, struct tx *tx, int64_t customer, enum level level);
void identity_language_set(struct tx *tx, int64_t customer, enum language language);
/* «Имя О.»: how others see him; TEXT_NONE takes it away. */
void identity_name_set(struct engine *engine, struct tx *tx, int64_t customer, struct text name);
/* The last SMS, to the number that he had: its text names {company} and whatever else is here. */
struct farewell {
    string_id text;
    const struct string_argument *arguments;
    size_t count; /* at most two */
};
/* False when it is closed already. He is told by one SMS, the number becomes free, sessions end, features are told;
 * rows stay. Nothing may stand in the way (engine_obstacles). */
bool identity_close(struct engine *engine, struct tx *tx, int64_t customer, const struct farewell *farewell);

/* ---- cooling: after secrets or the number changed, outgoing money is limited for a time (ID-12) ---- */

struct cooling {
    moment until;
    int64_t left; /* minor units that may still go out before then */
};

/* Begins it, or makes what runs longer and tighter. until ≤ now: nothing. */
void identity_cool(struct engine *engine, struct tx *tx, int64_t customer, moment until, int64_t left);
/* True while it runs. Costs a query only where somebody is cooling. */
bool identity_cooling(struct engine *engine, struct tx *tx, int64_t customer, struct cooling *cooling);
/* The same for many at once, before each is asked (a route's warm). */
void identity_cooling_warm(struct engine *engine, struct tx *tx, const int64_t *customers, size_t count);
/* Takes the sum from what may still go out; false when it does not fit. True when nothing runs (any more). */
bool identity_cooling_take(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum);

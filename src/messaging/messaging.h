/* messaging.h: telling people things. A message is an outbox row of the transaction it tells of (MS-2); the text is
 * drawn in the customer's language when it is written. Channels so far: SMS, to the demo's inbox page; the gateway
 * comes with issue 3 by another adapter under the same kind. */
#pragma once

#include "engine/engine.h"

extern const struct feature messaging_feature;

struct message {
    int64_t customer;  /* 0: someone not (yet) registered */
    struct text phone; /* E.164 */
    enum language language;
    string_id text;
    const struct string_argument *arguments;
    size_t argument_count;
    moment deadline; /* not sent after it: a code's life; 0: a day */
    bool secret;     /* holds a code: never shown again in logs or to staff */
};

void message_sms(struct engine *engine, struct tx *tx, const struct message *message);

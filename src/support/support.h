/* support.h: what other features may ask of the support: a case for a customer, which staff find in their queue. */
#pragma once

#include "engine/engine.h"

extern const struct feature support_feature;

/* Where and how `kabinet mail-in` brings letters, from the configuration; address "": nowhere. */
struct support_door {
    const char *address, *server, *secret_file;
};
struct support_door support_door(const struct config *config);

/* How `kabinet maintenance` signs its word; hexadecimal. */
struct text maintenance_sign(const struct keyring *keyring, struct arena *arena, moment at, int64_t minutes);

enum case_channel { CASE_CHAT = 1, CASE_MAIL, CASE_THEFT, CASE_CALL };

/* In a command: continues the customer's open case or opens one, and writes `words` into it as the system's. The case's
 * id. */
int64_t support_note(struct engine *engine, struct tx *tx, int64_t customer, enum case_channel channel,
                     struct text words);

/* signin.h: what signing in shares with what may come after it. */
#pragma once

#include "identity/internal.h"

/* A device he signed in from before, by its cookie. */
bool device_known(struct request *request, struct tx *tx, int64_t customer, uint8_t hash[SECRET_HASH_SIZE]);
/* Remembers this one: a cookie never taken over from elsewhere, good for this customer alone. */
void device_remember(struct request *request, struct tx *tx, int64_t customer);

/* How many passwords were compared since the start: for tests. */
int64_t password_compared(void);

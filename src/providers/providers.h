/* providers.h: signing in through other identity providers (ID-9): what other features may ask of it. */
#pragma once

#include "engine/engine.h"

extern const struct feature providers_feature;

/* How many accounts elsewhere a customer can sign in with: the security page counts ways in by it. */
int64_t providers_linked(struct engine *engine, struct tx *tx, int64_t customer);

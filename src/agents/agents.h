/* agents.h: payment agents, whose terminals take cash for us, as other features use them. */
#pragma once

#include "engine/engine.h"

extern const struct feature agents_feature;

/* Somebody takes cash for wallets now. */
bool agents_take_cash(struct tx *tx);
/* Cash goes to wallets of identified owners alone. */
bool agents_want_level(const struct engine *engine);

/* acquiring.h: money from any bank's card, by the bank that takes cards for us, as other features use it. */
#pragma once

#include "adapters/acquirer/acquirer.h"
#include "engine/engine.h"

extern const struct feature acquiring_feature;

/* The bank that takes cards for us; NULL: none, or the feature is not enabled. */
struct acquirer *acquiring_bank(const struct engine *engine);
/* Cards are taken, from so much to so much; the bounds are told even while they are not. */
bool acquiring_cards(const struct engine *engine, int64_t *least, int64_t *most);

/* config.h: what a configuration file became. Private to the engine; others ask through settings.h. */
#pragma once

#include "base/log.h"
#include "engine/settings.h"
#include "ledger/ledger.h"

struct config_section {
    const struct feature *feature;
    bool enabled;
    const void *settings;
};

#define LIMIT_SETS 4 /* none, minimal, simplified, full */

struct config {
    struct config_base base;
    struct limit_set limits[LIMIT_SETS];
    struct config_section *sections; /* all compiled features, in the order of needs */
    size_t section_count;
};

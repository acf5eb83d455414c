/* spending.h: what people say of their operations and learn from them: tags, categories, a report, budgets. */
#pragma once

#include "engine/engine.h"

extern const struct feature spending_feature;

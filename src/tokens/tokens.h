/* tokens.h: personal tokens: nothing for others; what they open each route declares (http/route.h, enum scope). */
#pragma once

#include "engine/engine.h"

extern const struct feature tokens_feature;

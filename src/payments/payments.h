/* payments.h: paying providers, as other features use it. */
#pragma once

#include "engine/engine.h"

extern const struct feature payments_feature;

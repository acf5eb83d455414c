/* merchants.h: companies that bill customers by a program: what other features may know of them. */
#pragma once

#include "engine/engine.h"

extern const struct feature merchants_feature;

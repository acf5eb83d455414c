/* autopay.h: templates of payments, and payments that repeat by themselves (WA-7). Other features meet it in the
 * payments it makes. */
#pragma once

#include "engine/engine.h"

extern const struct feature autopay_feature;

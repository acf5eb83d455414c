/* till.h: signing up begun by a partner shop at its till (ID-4). Others need nothing of it. */
#pragma once

#include "engine/engine.h"

extern const struct feature till_feature;

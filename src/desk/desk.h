/* desk.h: the office where staff open contracts (ID-7). Others need nothing of it. */
#pragma once

#include "engine/engine.h"

extern const struct feature desk_feature;

/* pages.h: the handlers of this folder, for its feature.c. */
#pragma once

#include "identity/identity.h"

stage_function favourites_read, favourites_add, favourites_remove;

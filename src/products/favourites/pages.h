/* pages.h: the handlers of this folder, for its feature.c. */
#pragma once

#include "identity/identity.h"

stage_function favourites_read, favourites_add, favourites_remove;

/* ---- own_data.c ---- */

bool favourites_own_data(struct own_data *piece);
extern const struct erase favourites_erases[];

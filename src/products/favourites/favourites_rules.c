/* favourites_rules.c: see favourites_rules.h. */
#include "products/favourites/favourites_rules.h"

enum favourite_verdict favourite_verdict(int64_t count, bool known, bool own) {
    if (own) return FAVOURITE_OWN;
    if (known) return FAVOURITE_RENAMED;
    return count >= FAVOURITES_MAX ? FAVOURITE_FULL : FAVOURITE_NEW;
}

/* name_rules.h: is what stands on a bank card in Latin letters the customer's own name? Pure. A card names its holder
 * however its bank happened to write Cyrillic: by the passport's table (ICAO Doc 9303, since 2014), older ones (GOST
 * 16876, 1997, 2000, 2010), English or French habit. So no one table is right: each letter has all that banks write for
 * it, and the name fits when some way of writing it gives what is on the card. */
#pragma once

#include "base/text.h"

enum name_verdict {
    NAME_OWN,
    NAME_FOREIGN, /* somebody else's */
    NAME_UNNAMED, /* "MOMENTUM R", "CARDHOLDER": given to whoever asked */
    NAME_UNKNOWN, /* we do not know the customer's name and surname */
};

struct person_name {
    struct text surname, name, patronymic; /* as in his passport; patronymic may be TEXT_NONE */
};

/* holder: as on the card. Surname and name in either order, both whole; a patronymic or its initial may follow the
 * name or stand at the end; titles do not count. */
enum name_verdict name_compare(struct text holder, const struct person_name *person);

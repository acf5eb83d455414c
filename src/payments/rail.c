/* rail.c: which rails there are. */
#include "payments/rail.h"

static const struct rail *const rails[] = {&rail_osmp, &rail_bank, &rail_card, &rail_fastpay};

const struct rail *rail_named(struct text name) {
    for (size_t i = 0; i < sizeof rails / sizeof *rails; i++)
        if (text_is(name, rails[i]->name)) return rails[i];
    return NULL;
}

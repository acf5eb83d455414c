/* rates.h: how often one may call, by address or caller: counted in memory, per process, in fixed room. A brake against
 * floods; what must never be exceeded (codes, passwords) is counted in the database by its feature. */
#pragma once

#include "http/request.h"

struct rates;

struct rates *rates_new(void); /* NULL when there is no memory */
void rates_free(struct rates *rates);
/* Counts this request against its route's rates: 0 when it may pass, else the seconds to wait. */
int rates_count(struct rates *rates, const struct request *request);

/* cooling.h: what identity keeps in memory of who is cooling (secrets.h has the functions). */
#pragma once

#include "identity/secrets.h"

struct cooling_memo;

struct cooling_memo *cooling_memo_new(bool alone); /* NULL without memory */
void cooling_memo_free(struct cooling_memo *memo);

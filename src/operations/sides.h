/* sides.h: who is behind an account, and how he is seen. */
#pragma once

#include "operations/operations.h"
#include "operations/side_memo.h"

/* How others see a customer, «Имя О.» or his number masked, in `arena`. */
struct side operations_side(struct engine *engine, struct tx *tx, struct arena *arena, int64_t account);
/* His number alone, which costs less; 0: nobody's, or no such account. */
int64_t operations_owner(struct engine *engine, struct tx *tx, int64_t account);

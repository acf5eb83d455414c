/* few.c: see few.h. */
#include "engine/few.h"

static uint64_t place_of(int64_t customer) {
    return ((uint64_t)customer * UINT64_C(0x9E3779B97F4A7C15)) >> 48;
}
_Static_assert(FEW_WORDS * 64 == 1 << 16, "place_of gives 16 bits");

void few_add(struct few *few, int64_t customer) {
    uint64_t place = place_of(customer);
    atomic_fetch_or(&few->bits[place / 64], UINT64_C(1) << place % 64);
}

bool few_may_have(const struct few *few, int64_t customer) {
    uint64_t place = place_of(customer);
    return few->learnt == 0 || (few->bits[place / 64] >> place % 64 & 1) != 0;
}

/* Ids are ordered by time, but two nodes' clocks are not quite one. */
void few_learn(struct few *few, struct engine *engine, struct tx *tx, struct statement *newer) {
    moment now = world_now(engine_world(engine));
    int64_t after = few->learnt > 0 ? id_from_moment(id_moment(few->learnt) - MINUTE) : 0;
    size_t count;
    do {
        count = 0;
        struct rows *rows = tx_query(tx, newer, VALUES(V_INT(after)));
        for (; rows_next(rows); count++) {
            after = row_int(rows, 0);
            few_add(few, row_int(rows, 1));
        }
        rows_end(rows);
    } while (count == 1000);
    if (!tx_failed(tx)) few->learnt = id_from_moment(now);
}

/* ledger_memo.c: see ledger_memo.h. Sets of four; in a full set the one kept longest ago gives way. Memory is touched
 * as accounts come: 33 MB when it is full. */
#include "ledger/ledger_memo.h"

#include <stdlib.h>

#define SETS ((size_t)1 << 16)
#define WAYS 4

struct ledger_memo {
    struct account places[SETS][WAYS]; /* id 0: empty; the newest first */
};

static size_t set_of(int64_t id) {
    return (size_t)(((uint64_t)id * UINT64_C(0x9E3779B97F4A7C15)) >> 48);
}

struct ledger_memo *ledger_memo_new(void) { return calloc(1, sizeof(struct ledger_memo)); }

void ledger_memo_free(struct ledger_memo *memo) { free(memo); }

bool ledger_memo_find(const struct ledger_memo *memo, int64_t id, struct account *account) {
    const struct account *set = memo->places[set_of(id)];
    for (size_t way = 0; way < WAYS; way++) {
        if (set[way].id != id) continue;
        *account = set[way];
        return true;
    }
    return false;
}

void ledger_memo_keep(struct ledger_memo *memo, const struct account *account) {
    struct account *set = memo->places[set_of(account->id)];
    size_t way = 0;
    while (way < WAYS - 1 && set[way].id != account->id) way++;
    if (set[way].id != account->id)
        for (; way > 0; way--) set[way] = set[way - 1];
    set[way] = *account;
}

void ledger_memo_forget(struct ledger_memo *memo, int64_t id) {
    struct account *set = memo->places[set_of(id)];
    for (size_t way = 0; way < WAYS; way++) {
        if (set[way].id == id) set[way].id = 0;
    }
}

/* ledger_memo.h: accounts as their rows are, kept from one group to the next, so that a group need not fetch them
 * again. Only where one process alone writes (SQLite): then what a group committed is what the rows say until the next.
 * The writer's thread alone. */
#pragma once

#include "ledger/ledger.h"

struct ledger_memo;

struct ledger_memo *ledger_memo_new(void); /* NULL without memory: everything is fetched, then */
void ledger_memo_free(struct ledger_memo *memo);
bool ledger_memo_find(const struct ledger_memo *memo, int64_t id, struct account *account);
/* After the commit; of an account kept before, the new state takes the old one's place. */
void ledger_memo_keep(struct ledger_memo *memo, const struct account *account);
/* After a group that failed: whatever the disk did with it, its accounts are read again. */
void ledger_memo_forget(struct ledger_memo *memo, int64_t id);

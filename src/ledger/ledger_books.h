/* ledger_books.h: what the ledger's parts share above the group; private to src/ledger. */
#pragma once

#include "ledger/ledger_group.h"

/* Two accounts of this group. Either may be NULL. */
struct pair {
    struct slot *from, *to;
    struct sides sides;
};

/* Today in the ledger's zone, as days since 1970. */
int32_t books_day(struct ledger *ledger, struct tx *tx);
const struct limit_set *books_limits(const struct ledger *ledger, struct tx *tx, const struct account *account);
/* ledger_override.c: the set's, or for a time what the account has of its own. */
const struct limit_set *override_limits(struct tx *tx, int64_t account, const struct limit_set *set);
struct sides books_sides(const struct ledger *ledger, struct tx *tx, struct account *from, struct account *to);
struct pair books_pair(struct ledger *ledger, struct tx *tx, int64_t from, int64_t to);
void books_touch(struct ledger *ledger, const struct pair *pair, enum touch touch);

/* Adds the two entries of a movement whose sums the accounts already show; gives the transfer's id. */
int64_t books_enter(struct ledger *ledger, struct tx *tx, const struct pair *pair, const struct transfer *transfer,
                    struct counted counted);

/* An entry of an account, of this group or from its row; its currency is not set. */
bool books_entry(struct ledger *ledger, struct tx *tx, int64_t account, int64_t id, struct pending *entry);

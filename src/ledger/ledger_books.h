/* ledger_books.h: what the ledger's parts share above the group; private to src/ledger. */
#pragma once

#include "ledger/ledger_group.h"

/* Two accounts of this group, and their heads where they stand under any. Each may be NULL. */
struct pair {
    struct slot *from, *to, *from_head, *to_head;
    struct sides sides;
};

/* Today in the ledger's zone, as days since 1970. */
int32_t books_day(struct ledger *ledger, struct tx *tx);
const struct limit_set *books_limits(const struct ledger *ledger, struct tx *tx, const struct account *account);
/* ledger_override.c: the set's, or for a time what the account has of its own. */
const struct limit_set *override_limits(struct tx *tx, int64_t account, const struct limit_set *set);
/* ledger_heads.c: the group's slot of what the account stands under; NULL: nothing. */
struct slot *head_slot(struct ledger *ledger, struct tx *tx, const struct slot *slot);
/* Of an account that is being made: the head that it names, or what that one stands under; from now on it heads. */
int64_t head_take(struct ledger *ledger, struct tx *tx, const struct account *template);
/* The account of this moment on which its limits are counted: itself, or its head, read into *head. */
struct account *head_counted(struct ledger *ledger, struct tx *tx, struct account *account, struct account *head);
/* Puts accounts of earlier versions under their heads; false when the store refuses. */
bool heads_settle(struct ledger *ledger);
struct pair books_pair(struct ledger *ledger, struct tx *tx, int64_t from, int64_t to);
/* No entry tells of a head what happens under it, so its row is written. */
void books_touch(struct ledger *ledger, const struct pair *pair, enum touch touch);

/* Adds the two entries of a movement whose sums the accounts already show; gives the transfer's id. */
int64_t books_enter(struct ledger *ledger, struct tx *tx, const struct pair *pair, const struct transfer *transfer,
                    struct counted counted);

/* An entry of an account, of this group or from its row; its currency is not set. */
bool books_entry(struct ledger *ledger, struct tx *tx, int64_t account, int64_t id, struct pending *entry);

/* ledger_memo.h: accounts kept in memory from group to group; private to src/ledger. Where other nodes write too, it is
 * a guess that the group's last statements verify (ledger_flush.c); none is late there, and snapshots do not ask. What
 * follows is of a process that alone writes.
 *
 * After a commit it says what the database says, or knows better: an account moved by plain transfers
 * alone is *late*: its entries are in the database, its row will be (ledger_sweep.h).
 *
 * The writer publishes what a group changed just before the commit; snapshots, on other threads, ask what an account
 * was at *their* moment, which the newest entry that they see tells. So each place keeps, for the last 65 536 changes
 * of all accounts, what it was before. */
#pragma once

#include "ledger/ledger.h"

struct ledger_memo;

/* What transfers change of an account. All else in a row is always true: who changes that writes the row at once. */
struct motion {
    int64_t last_entry, balance, version, day_out, month_out, month_in;
    int32_t day, month;
};
struct motion motion_of(const struct account *account);
void motion_into(struct account *account, const struct motion *motion);

/* NULL without memory. */
struct ledger_memo *ledger_memo_new(void);
void ledger_memo_free(struct ledger_memo *memo);
/* Knows nothing. The writer's; snapshots that would miss what it knew must be refused before (ledger->since). */
void ledger_memo_clear(struct ledger_memo *memo);

/* ---- the writer's ---- */

bool ledger_memo_find(const struct ledger_memo *memo, int64_t id, struct account *account);
bool ledger_memo_late(const struct ledger_memo *memo, int64_t id);
size_t ledger_memo_late_count(const struct ledger_memo *memo);

/* A group's changes: begin, publish each, then keep them all or take them all back. Between begin and keep nothing else
 * is called. `most` publications have room; memory of the group's arena. */
void ledger_memo_begin(struct ledger_memo *memo, struct arena *arena, size_t most);
/* Before the commit. Late: its row is not written by this group. False when it must be, since no place is free for a
 * late one: then publish it again as not late. */
bool ledger_memo_publish(struct ledger_memo *memo, const struct account *account, bool late);
void ledger_memo_keep(struct ledger_memo *memo);
void ledger_memo_take_back(struct ledger_memo *memo);
void ledger_memo_forget(struct ledger_memo *memo, int64_t id); /* not of a late one */
/* After a commit that wrote its row. */
void ledger_memo_swept(struct ledger_memo *memo, int64_t id);

/* ---- snapshots' ---- */

/* Makes a row as a snapshot has it what the account was at that moment; `seen` is the newest entry of the snapshot.
 * False when that is too long ago to be told. Any thread. */
bool ledger_memo_correct(struct ledger_memo *memo, struct account *row, int64_t seen);

/* ledger.h: double-entry books. Every movement is a transfer between two accounts of one currency; it leaves one entry
 * on each, entries are never changed, only reversed by another transfer (LE-1). Alone writes account, entry, hold.
 *
 * Inside a command accounts are fetched once per group and kept in memory with an undo mark per command; entries and
 * changed accounts are written at the end of the group (a store participant). So balances, holds and limits are checked
 * on the truth of this very moment, and a group of transfers costs a few statements. Balances are read through
 * ledger_account() alone: rows are written later, on SQLite long after the group's end.
 *
 * Entries are chained per account (each names the one before it; the account names its last) instead of indexed: see
 * ledger/README.md for the figures behind that. */
#pragma once

#include "base/money.h"
#include "store/store.h"

struct ledger;

enum account_class {
    ACCOUNT_CUSTOMER = 1, /* a liability: what we owe the customer */
    /* ours and the outside's: acquirer, fees, waiting transfers; may go below zero when allowed */
    ACCOUNT_SYSTEM = 2,
};

struct account {
    int64_t id;
    int64_t owner;        /* customer; 0 for system accounts */
    int purpose;          /* the product's own number: wallet, card, money box */
    enum account_class class;
    enum currency currency;
    int64_t balance, held; /* minor units; available = balance − held + overdraft */
    int64_t overdraft;     /* how far below zero it may go; ACCOUNT_UNLIMITED for the outside's accounts */
    /* The account of the same owner under whose limits it stands, since limits are a person's (WA-14); 0: its own. */
    int64_t head;
    int64_t aside;        /* what lies on the accounts that stand under it, and counts to the limit of its balance */
    int64_t version;       /* number of entries so far: in every answer, so that clients see their order */
    int64_t last_entry;    /* 0: none */
    int limits;            /* which limit set holds (a level); 0: none */
    bool frozen;           /* no outgoing money */
    bool closed;
    bool own_limits;       /* for a time: ledger_override */
    bool heads;            /* other accounts stand under it */
    int32_t day, month;    /* periods of the counters: days and months since 1970 in the ledger's zone */
    int64_t day_out, month_out, month_in;
};

#define ACCOUNT_UNLIMITED INT64_MAX

/* Limits by set (profile data), 0: no limit. Checked in the transfer's own transaction (LE-3). */
struct limit_set {
    int64_t balance_max;
    int64_t operation_max;
    int64_t day_out_max, month_out_max, month_in_max;
};

/* Limits of one account's own, until a moment: LIMIT_OF_SET leaves what its set says. */
#define LIMIT_OF_SET (-1)
struct limit_override {
    struct limit_set limits;
    moment until;
};

/* In order of precedence: the first that applies is told. */
enum ledger_refusal {
    LEDGER_OK,
    LEDGER_NO_ACCOUNT,          /* missing or of another currency */
    LEDGER_SAME_ACCOUNT,
    LEDGER_BAD_SUM,             /* zero, negative, above MONEY_MAX */
    LEDGER_CLOSED,
    LEDGER_FROZEN,
    LEDGER_OPERATION_LIMIT,
    LEDGER_NOT_ENOUGH,
    LEDGER_DAY_LIMIT,
    LEDGER_MONTH_LIMIT,
    LEDGER_RECIPIENT_CLOSED,
    LEDGER_RECIPIENT_BALANCE_LIMIT,
    LEDGER_RECIPIENT_MONTH_LIMIT,
    LEDGER_HOLD_MISSING,        /* no such hold, or already captured, released, expired */
    LEDGER_HOLD_TOO_SMALL,      /* capture above what is held */
    LEDGER_NOT_REVERSIBLE,      /* reversed before, or more than is left of it */
};

enum transfer_flag {
    TRANSFER_NO_LIMITS = 1,     /* fees, returns, corrections: limits neither checked nor counted */
    TRANSFER_EVEN_FROZEN = 2,
};

struct transfer {
    int64_t from, to;
    struct money sum;
    int kind;                   /* operation_kind.code */
    int64_t subject;            /* what caused it: a top-up's or payment's id; 0 */
    int64_t cause;              /* the transfer this one belongs to (a fee's purchase, a reversal's original); 0 */
    struct text note;           /* the customer's message; ≤ 140 code points; TEXT_NONE */
    unsigned flags;
};

/* ---- opening ---- */

extern const struct migration ledger_migrations[]; /* ended by .sql NULL */
/* Joins the store as a participant; limits has `count` sets, set n at index n (0 unused). */
struct ledger *ledger_open(struct store *store, const struct zone *zone, const struct limit_set *limits, size_t count);
void ledger_close(struct ledger *ledger);
/* After store_start, before anything else: brings rows up to their entries after a crash, puts accounts of earlier
 * versions under their heads, and lets rows be late from now on where this process alone writes. Until then each is
 * written with its group. False with *problem. */
bool ledger_recover(struct ledger *ledger, struct text *problem);
/* In a command, whose group then writes some of the rows that are late, unless all were written within `age`: true
 * when it is to be called again at once. A job, and (age 0) the last thing before the store is closed. */
bool ledger_settle(struct ledger *ledger, struct tx *tx, int64_t age_us);
/* The same until no row is late; for the end, and for who looks at the tables himself. */
void ledger_settle_all(struct ledger *ledger);

/* ---- in commands ---- */

/* Makes an account with a new id (version 0). Its head may be named by any account that stands under it. */
int64_t ledger_create(struct ledger *ledger, struct tx *tx, const struct account *template);
/* The account as of now; in a command its group-fresh state, in a snapshot the row. False when missing. */
bool ledger_account(struct ledger *ledger, struct tx *tx, int64_t id, struct account *account);
/* An owner's accounts, oldest first; at most `most`; how many. One of which purpose? Look at account.purpose. */
size_t ledger_accounts_of(struct ledger *ledger, struct tx *tx, int64_t owner, struct account *accounts, size_t most);
/* Sets frozen, closed, limits, overdraft from *account; false when missing, closing with money or holds on it, or when
 * more than the new overdraft is already used. In commands only. */
bool ledger_change(struct ledger *ledger, struct tx *tx, const struct account *account);

/* From now on, in place of an earlier one; until 0: none any more. False when the account is missing. */
bool ledger_override(struct ledger *ledger, struct tx *tx, int64_t account, const struct limit_override *override);
/* What holds now; also in a snapshot. */
bool ledger_override_of(struct tx *tx, int64_t account, struct limit_override *override);
/* A job's piece: takes away at most `most` that are over; how many. */
size_t ledger_end_overrides(struct ledger *ledger, struct tx *tx, size_t most);

/* One transfer; between accounts under one head no limit is asked. *id gets its id: the debit entry is id, the credit
 * entry id + 1. Untouched on refusal, which writes nothing. */
enum ledger_refusal ledger_transfer(struct ledger *ledger, struct tx *tx, const struct transfer *transfer, int64_t *id);
/* What ledger_transfer would say now, for check pages; also in a snapshot. */
enum ledger_refusal ledger_check(struct ledger *ledger, struct tx *tx, const struct transfer *transfer);
/* Takes `sum` (≤ what is left) of a transfer back by the opposite transfer, whose cause it becomes. `from` is the
 * account that had paid. Limits are given back where their period still runs; the opposite transfer itself counts to
 * none. */
enum ledger_refusal ledger_reverse(struct ledger *ledger, struct tx *tx, int64_t transfer, int64_t from,
                                   struct money sum, int kind, int64_t *id);

enum ledger_refusal ledger_hold(struct ledger *ledger, struct tx *tx, const struct transfer *transfer, moment expires,
                                int64_t *hold);
/* Transfers `sum` of it (0: all); the rest is released when `final`, stays held otherwise. The sender's limits counted
 * the hold and do not count again; the recipient's count now. A frozen account's hold is captured only when it was made
 * with TRANSFER_EVEN_FROZEN. */
enum ledger_refusal ledger_capture(struct ledger *ledger, struct tx *tx, int64_t hold, int64_t account,
                                   struct money sum, bool final, int64_t *id);
enum ledger_refusal ledger_release(struct ledger *ledger, struct tx *tx, int64_t hold, int64_t account);
/* A job's piece: releases at most `most` expired holds; how many. */
size_t ledger_expire_holds(struct ledger *ledger, struct tx *tx, size_t most);

/* ---- reading ---- */

struct entry {
    int64_t id;               /* transfer id + side; id_moment() says when */
    int64_t account, other;
    int64_t amount;           /* signed: what it did to this account */
    int64_t balance;          /* after it */
    int64_t version;          /* which entry of the account it is: 1, 2, … */
    int64_t previous;         /* 0: none */
    int64_t subject, cause;
    int kind;
    enum currency currency;
    struct text note;         /* in the tx's arena */
};

/* An account's entries, latest first, from the newest made before `before` (0: now). Ends when entry_next gives
 * false. */
struct entry_cursor;
struct entry_cursor *ledger_entries(struct ledger *ledger, struct tx *tx, int64_t account, moment before);
bool entry_next(struct entry_cursor *cursor, struct entry *entry);

bool ledger_entry(struct ledger *ledger, struct tx *tx, int64_t account, int64_t id, struct entry *entry);
/* Every 256th entry of an account is a waypoint. Those above `after` and up to `until`, rising; at most `most`; how
 * many. */
struct ledger_waypoint {
    int64_t account, entry;
};
size_t ledger_waypoints(struct tx *tx, int64_t after, int64_t until, struct ledger_waypoint *found, size_t most);

/* LE-6: the balance just before `at`. Logarithmic in the account's history. False when the account is missing. */
bool ledger_balance_at(struct ledger *ledger, struct tx *tx, int64_t account, moment at, int64_t *balance);

/* A statement for [from, to): it opens and closes on the right balances. Its entries are those of
 * ledger_entries(…, before = to) whose id_moment() is not before `from`. False when the account is missing. */
struct turnover {
    int64_t opening, closing, in, out; /* closing = opening + in − out */
    int64_t entries;
};
bool ledger_turnover(struct ledger *ledger, struct tx *tx, int64_t account, moment from, moment to,
                     struct turnover *turnover);

/* WA-14: what a limit allows, what is spent, what is left; max 0: no limit. */
struct limit_state {
    int64_t max, spent, rest;
};
struct limit_report {
    struct limit_state balance, day_out, month_out, month_in;
    int64_t operation_max;
};
struct limit_report ledger_limits(struct ledger *ledger, struct tx *tx, const struct account *account);

/* ---- proof ---- */

struct verdict {
    int64_t accounts, entries, faults;
    struct text first_fault; /* "account 17: balance 500, entries 300"; TEXT_NONE when the books are whole */
};
/* Proves: all balances sum to zero by currency; each balance and version equals its entries; each chain is whole; each
 * transfer's two entries mirror each other; held equals open holds, aside what lies on the accounts under a head;
 * nothing is below its overdraft. Memory ≤ ~100 bytes
 * an account. */
struct verdict ledger_verify(struct ledger *ledger, struct tx *tx, struct arena *arena);

const char *ledger_refusal_name(enum ledger_refusal refusal); /* "not-enough-money": problem types and logs */

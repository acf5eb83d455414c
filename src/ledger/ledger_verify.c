/* ledger_verify.c: the proof of the books, `kabinet verify`. Reads everything once in one snapshot, by pages in the
 * order of keys, with a small tally for each account. It trusts no row: what accounts, holds and waypoints say is
 * compared with what the entries add up to. A row may be late (ledger_sweep.h): then it must be what its account was at
 * its version, and the entries that it does not show must lie above the watermark.
 *
 * After a fault the tally goes on from what the row says, so that one broken row is told once, not once a successor. */
#include "ledger/ledger_books.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>

#define PAGE 4096

STATEMENT(account_count, "SELECT count(*) FROM account");
STATEMENT(accounts_page,
          "SELECT id, currency, balance, held, overdraft, version, last_entry, head, aside FROM account WHERE id > $1 "
          "ORDER BY id LIMIT $2");
STATEMENT(entries_page,
          "SELECT id, account, other, amount, balance, version, previous, subject, cause, kind FROM entry "
          "WHERE (id, account) > ($1, $2) ORDER BY id, account LIMIT $3");
STATEMENT(holds_page, "SELECT id, account, held FROM hold WHERE id > $1 ORDER BY id LIMIT $2");
STATEMENT(waypoints_page,
          "SELECT account, entry FROM waypoint WHERE (account, entry) > ($1, $2) ORDER BY account, entry LIMIT $3");
STATEMENT(reversals_page,
          "SELECT account, transfer, reversed FROM reversal WHERE (account, transfer) > ($1, $2) "
          "ORDER BY account, transfer LIMIT $3");

/* What the entries, holds and waypoints read so far say of an account. */
struct tally {
    int64_t id, balance, version, last, held;
    int64_t row_version, row_balance, row_last; /* the row's version, and what the entries say at it */
    int64_t head, aside; /* aside: of what its row says, what has not yet been found on the accounts under it */
    int64_t late_from; /* the first entry that the row does not show; 0: none */
    uint64_t waypoints; /* sum of marks of expected waypoints, less those found: 0 when they agree */
    int currency;
};

struct currency_sum {
    int currency;
    __int128 sum;
};

struct proof {
    struct ledger *ledger;
    struct tx *tx;
    struct arena *arena;
    struct verdict *verdict;
    struct tally *tallies; /* ids rising */
    size_t count;
    uint32_t *index;       /* open addressing over tallies, place + 1 */
    size_t index_size;
    struct entry debit;    /* the transfer's first side, until its second comes; id 0: none waits */
    int64_t watermark;     /* entries up to it are in their rows */
    struct currency_sum sums[16];
    size_t sum_count;
};

__attribute__((format(printf, 2, 3))) static void fault(struct proof *proof, const char *format, ...) {
    proof->verdict->faults++;
    if (proof->verdict->first_fault.data) return;
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    proof->verdict->first_fault = text_copy(proof->arena, text_from(line));
}

/* ---- tallies ---- */

static uint64_t mix(uint64_t value) {
    value *= UINT64_C(0x9E3779B97F4A7C15);
    value ^= value >> 29;
    value *= UINT64_C(0xBF58476D1CE4E5B9);
    return value ^ (value >> 32);
}

static size_t index_place(const struct proof *proof, int64_t id) {
    size_t place = (size_t)mix((uint64_t)id) & (proof->index_size - 1);
    while (proof->index[place] && proof->tallies[proof->index[place] - 1].id != id) {
        place = (place + 1) & (proof->index_size - 1);
    }
    return place;
}

static struct tally *tally_of(const struct proof *proof, int64_t id) {
    uint32_t found = proof->index[index_place(proof, id)];
    return found ? &proof->tallies[found - 1] : NULL;
}

static void tallies_load(struct proof *proof) {
    struct rows *counted = tx_query(proof->tx, &account_count, NO_VALUES);
    size_t room = rows_next(counted) ? (size_t)row_int(counted, 0) : 0;
    rows_end(counted);
    check(room < UINT32_MAX);
    proof->tallies = arena_array(proof->arena, struct tally, room + 1);
    proof->index_size = 64;
    while (proof->index_size < room + room / 2) proof->index_size *= 2;
    proof->index = arena_array(proof->arena, uint32_t, proof->index_size);
    int64_t last = INT64_MIN;
    for (bool more = true; more;) {
        more = false;
        struct rows *rows = tx_query(proof->tx, &accounts_page, VALUES(V_INT(last), V_INT(PAGE)));
        while (proof->count < room && rows_next(rows)) {
            last = row_int(rows, 0);
            proof->tallies[proof->count++] = (struct tally){.id = last,
                                                            .currency = (int)row_int(rows, 1),
                                                            .row_version = row_int(rows, 5),
                                                            .head = row_int(rows, 7),
                                                            .aside = row_int(rows, 8)};
            proof->index[index_place(proof, last)] = (uint32_t)proof->count;
            more = true;
        }
        rows_end(rows);
    }
    proof->verdict->accounts = (int64_t)proof->count;
}

/* ---- entries ---- */

static void check_chain(struct proof *proof, struct tally *tally, const struct entry *entry) {
    int64_t id = entry->id, account = entry->account, balance;
    if (__builtin_add_overflow(tally->balance, entry->amount, &balance)) balance = INT64_MAX;
    if (entry->version != tally->version + 1) {
        fault(proof, "entry %" PRId64 " of account %" PRId64 ": version %" PRId64 " follows %" PRId64, id, account,
              entry->version, tally->version);
    } else if (entry->previous != tally->last) {
        fault(proof, "entry %" PRId64 " of account %" PRId64 ": names %" PRId64 " before it, but that is %" PRId64, id,
              account, entry->previous, tally->last);
    } else if (entry->balance != balance) {
        fault(proof, "entry %" PRId64 " of account %" PRId64 ": balance %" PRId64 ", should be %" PRId64, id, account,
              entry->balance, balance);
    }
    tally->version = entry->version;
    tally->last = entry->id;
    tally->balance = entry->balance;
    if (entry->version == tally->row_version) tally->row_balance = entry->balance, tally->row_last = entry->id;
    if (entry->version > tally->row_version && tally->late_from == 0) tally->late_from = entry->id;
    if (entry->version % WAYPOINT_EVERY == 0) tally->waypoints += mix((uint64_t)entry->id);
}

static void check_alone(struct proof *proof) {
    if (proof->debit.id == 0) return;
    fault(proof, "transfer %" PRId64 ": the credit of account %" PRId64 " is missing", proof->debit.id,
          proof->debit.other);
    proof->debit.id = 0;
}

static void check_sides(struct proof *proof, const struct entry *credit) {
    struct entry debit = proof->debit;
    if (debit.id != credit->id - 1) {
        check_alone(proof);
        fault(proof, "transfer %" PRId64 ": the debit of account %" PRId64 " is missing", credit->id - 1,
              credit->other);
        return;
    }
    proof->debit.id = 0;
    const struct tally *from = tally_of(proof, debit.account), *to = tally_of(proof, credit->account);
    if (debit.amount >= 0 || debit.amount != -credit->amount) {
        fault(proof, "transfer %" PRId64 ": takes %" PRId64 " and gives %" PRId64, debit.id, debit.amount,
              credit->amount);
    } else if (debit.other != credit->account || credit->other != debit.account) {
        fault(proof, "transfer %" PRId64 ": its sides name other accounts than %" PRId64 " and %" PRId64, debit.id,
              debit.account, credit->account);
    } else if (debit.kind != credit->kind || debit.subject != credit->subject || debit.cause != credit->cause) {
        fault(proof, "transfer %" PRId64 ": its sides differ in kind, subject or cause", debit.id);
    } else if (from && to && from->currency != to->currency) {
        fault(proof, "transfer %" PRId64 ": between currencies %d and %d", debit.id, from->currency, to->currency);
    }
}

static void check_entry(struct proof *proof, const struct entry *entry) {
    proof->verdict->entries++;
    struct tally *tally = tally_of(proof, entry->account);
    if (tally) check_chain(proof, tally, entry);
    else fault(proof, "entry %" PRId64 ": its account %" PRId64 " is missing", entry->id, entry->account);
    if (entry->id % 2 == 0) {
        check_alone(proof);
        proof->debit = *entry;
    } else {
        check_sides(proof, entry);
    }
}

static void check_entries(struct proof *proof) {
    int64_t last = INT64_MIN, account = INT64_MIN;
    for (bool more = true; more;) {
        more = false;
        struct rows *rows = tx_query(proof->tx, &entries_page, VALUES(V_INT(last), V_INT(account), V_INT(PAGE)));
        while (rows_next(rows)) {
            more = true;
            struct entry entry = {
                .id = row_int(rows, 0),
                .account = row_int(rows, 1),
                .other = row_int(rows, 2),
                .amount = row_int(rows, 3),
                .balance = row_int(rows, 4),
                .version = row_int(rows, 5),
                .previous = row_int(rows, 6),
                .subject = row_int(rows, 7),
                .cause = row_int(rows, 8),
                .kind = (int)row_int(rows, 9),
            };
            if (entry.id == last) fault(proof, "entry %" PRId64 ": stands on two accounts", entry.id);
            last = entry.id;
            account = entry.account;
            check_entry(proof, &entry);
        }
        rows_end(rows);
    }
    check_alone(proof);
}

/* ---- what hangs on accounts ---- */

static void check_holds(struct proof *proof) {
    int64_t last = INT64_MIN;
    for (bool more = true; more;) {
        more = false;
        struct rows *rows = tx_query(proof->tx, &holds_page, VALUES(V_INT(last), V_INT(PAGE)));
        while (rows_next(rows)) {
            more = true;
            last = row_int(rows, 0);
            int64_t account = row_int(rows, 1), held = row_int(rows, 2);
            struct tally *tally = tally_of(proof, account);
            if (tally) tally->held += held;
            else fault(proof, "hold %" PRId64 ": its account %" PRId64 " is missing", last, account);
            if (held <= 0) fault(proof, "hold %" PRId64 " of account %" PRId64 ": holds %" PRId64, last, account, held);
        }
        rows_end(rows);
    }
}

static void check_waypoints(struct proof *proof) {
    int64_t account = INT64_MIN, entry = INT64_MIN;
    for (bool more = true; more;) {
        more = false;
        struct rows *rows =
            tx_query(proof->tx, &waypoints_page, VALUES(V_INT(account), V_INT(entry), V_INT(PAGE)));
        while (rows_next(rows)) {
            more = true;
            account = row_int(rows, 0);
            entry = row_int(rows, 1);
            struct tally *tally = tally_of(proof, account);
            if (tally) tally->waypoints -= mix((uint64_t)entry);
            else fault(proof, "waypoint %" PRId64 ": its account %" PRId64 " is missing", entry, account);
        }
        rows_end(rows);
    }
}

static void check_reversals(struct proof *proof) {
    int64_t account = INT64_MIN, transfer = INT64_MIN;
    for (bool more = true; more;) {
        more = false;
        struct rows *rows =
            tx_query(proof->tx, &reversals_page, VALUES(V_INT(account), V_INT(transfer), V_INT(PAGE)));
        while (rows_next(rows)) {
            more = true;
            account = row_int(rows, 0);
            transfer = row_int(rows, 1);
            int64_t reversed = row_int(rows, 2);
            struct pending debit = {0};
            bool known = books_entry(proof->ledger, proof->tx, account, transfer, &debit);
            if (known && reversed > 0 && reversed <= -debit.entry.amount) continue;
            fault(proof, "reversal of transfer %" PRId64 ": %" PRId64 " taken back of %" PRId64, transfer, reversed,
                  -debit.entry.amount);
        }
        rows_end(rows);
    }
}

/* ---- accounts against their tallies ---- */

static void sum_up(struct proof *proof, int currency, int64_t balance) {
    size_t at = 0;
    while (at < proof->sum_count && proof->sums[at].currency != currency) at++;
    if (at == sizeof proof->sums / sizeof *proof->sums) {
        fault(proof, "more currencies than can be");
        return;
    }
    if (at == proof->sum_count) proof->sums[proof->sum_count++] = (struct currency_sum){.currency = currency};
    proof->sums[at].sum += balance;
}

static void check_account(struct proof *proof, const struct rows *rows, const struct tally *tally) {
    int64_t id = row_int(rows, 0), balance = row_int(rows, 2), held = row_int(rows, 3);
    int64_t overdraft = row_int(rows, 4), version = row_int(rows, 5), last = row_int(rows, 6);
    bool late = version < tally->version && tally->late_from > proof->watermark;
    int64_t shown = late ? tally->row_balance : tally->balance, shown_last = late ? tally->row_last : tally->last;
    if (balance != shown) {
        fault(proof, "account %" PRId64 ": balance %" PRId64 ", entries %" PRId64, id, balance, shown);
    }
    if ((version != tally->version && !late) || last != shown_last) {
        fault(proof, "account %" PRId64 ": version %" PRId64 " at entry %" PRId64 ", entries %" PRId64 " at %" PRId64,
              id, version, last, tally->version, tally->last);
    }
    if (held != tally->held) {
        fault(proof, "account %" PRId64 ": held %" PRId64 ", open holds %" PRId64, id, held, tally->held);
    }
    balance += tally->balance - shown;
    if ((__int128)balance - held < -(__int128)overdraft) {
        fault(proof, "account %" PRId64 ": balance %" PRId64 " with %" PRId64 " held is below its overdraft %" PRId64,
              id, balance, held, overdraft);
    }
    if (tally->waypoints != 0) fault(proof, "account %" PRId64 ": its waypoints are not its entries'", id);
    sum_up(proof, tally->currency, balance);
}

/* What lies under a head is what it says: no row of it is late, since no entry of its own tells. */
static void check_heads(struct proof *proof) {
    for (size_t i = 0; i < proof->count; i++) {
        const struct tally *tally = &proof->tallies[i];
        if (tally->head == 0) continue;
        struct tally *head = tally_of(proof, tally->head);
        if (head && head->head == 0 && head != tally) head->aside -= tally->balance;
        else fault(proof, "account %" PRId64 ": stands under %" PRId64 ", which heads nothing", tally->id, tally->head);
    }
    for (size_t i = 0; i < proof->count; i++) {
        const struct tally *head = &proof->tallies[i];
        if (head->aside == 0) continue;
        fault(proof, "account %" PRId64 ": %" PRId64 " more aside than lies under it", head->id, head->aside);
    }
}

static void check_accounts(struct proof *proof) {
    int64_t last = INT64_MIN;
    size_t at = 0;
    for (bool more = true; more;) {
        more = false;
        struct rows *rows = tx_query(proof->tx, &accounts_page, VALUES(V_INT(last), V_INT(PAGE)));
        while (at < proof->count && rows_next(rows)) {
            more = true;
            last = row_int(rows, 0);
            check(last == proof->tallies[at].id); /* one snapshot: the same accounts in the same order */
            check_account(proof, rows, &proof->tallies[at++]);
        }
        rows_end(rows);
    }
    for (size_t i = 0; i < proof->sum_count; i++) {
        if (proof->sums[i].sum == 0) continue;
        fault(proof, "currency %d: balances sum to %" PRId64 ", not to zero", proof->sums[i].currency,
              (int64_t)proof->sums[i].sum);
    }
}

struct verdict ledger_verify(struct ledger *ledger, struct tx *tx, struct arena *arena) {
    struct verdict verdict = {0};
    struct proof proof = {.ledger = ledger, .tx = tx, .arena = arena, .verdict = &verdict};
    bool watermarked;
    int64_t watermark = sweep_watermark(tx, &watermarked);
    proof.watermark = watermarked ? watermark : INT64_MAX;
    tallies_load(&proof);
    check_entries(&proof);
    check_holds(&proof);
    check_waypoints(&proof);
    check_reversals(&proof);
    check_accounts(&proof);
    check_heads(&proof);
    return verdict;
}

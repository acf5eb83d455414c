/* ledger.c: accounts, transfers and reversals. The rules are in ledger_rules.c, the group's memory in
 * ledger_group.c. */
#include "ledger/ledger_books.h"

#include "base/check.h"

#include <stdlib.h>
#include <string.h>

STATEMENT(reversal_of, "SELECT reversed FROM reversal WHERE account = $1 AND transfer = $2");
STATEMENT(reversal_save,
          "INSERT INTO reversal (account, transfer, reversed) VALUES ($1, $2, $3) "
          "ON CONFLICT (account, transfer) DO UPDATE SET reversed = excluded.reversed");
STATEMENT(accounts_by_owner, "SELECT id FROM account WHERE owner = $1 AND owner > 0 ORDER BY id LIMIT $2");

/* ---- opening ---- */

struct ledger *ledger_open(struct store *store, const struct zone *zone, const struct limit_set *limits, size_t count) {
    struct ledger *ledger = calloc(1, sizeof *ledger);
    struct limit_set *copy = calloc(count + 1, sizeof *copy);
    if (!ledger || !copy) {
        free(copy);
        free(ledger);
        return NULL;
    }
    if (count > 0) memcpy(copy, limits, count * sizeof *copy);
    copy[0] = (struct limit_set){0};
    *ledger = (struct ledger){.store = store, .zone = zone, .limits = copy, .limit_count = count > 0 ? count : 1};
    ledger->far = store_is_postgres(store);
    ledger->alone = !ledger->far; /* on PostgreSQL the first tenure tells */
    ledger->memo = ledger_memo_new();
    if (!ledger->memo) {
        ledger_close(ledger);
        return NULL;
    }
    store_join(store, (struct participant){.self = ledger,
                                           .begin = group_begin,
                                           .mark = group_mark,
                                           .undo = group_undo,
                                           .flush = group_flush,
                                           .ended = group_ended,
                                           .renew = renewal_run,
                                           .give_way = renewal_give_way});
    return ledger;
}

void ledger_close(struct ledger *ledger) {
    if (!ledger) return;
    ledger_memo_free(ledger->memo);
    free(ledger->limits);
    free(ledger);
}

/* ---- the day, the limits, the sides ---- */

int32_t books_day(struct ledger *ledger, struct tx *tx) {
    moment now = world_now(tx_world(tx));
    bool writer = tx_writing(tx); /* the memory of the day is the writer's alone */
    if (writer && now >= ledger->day_begins && now < ledger->day_ends) return ledger->day;
    int64_t day = date_to_days(civil_at(now, ledger->zone).date);
    if (writer) {
        ledger->day_begins = day_start(date_from_days(day), ledger->zone);
        ledger->day_ends = day_start(date_from_days(day + 1), ledger->zone);
        ledger->day = (int32_t)day;
    }
    return (int32_t)day;
}

const struct limit_set *books_limits(const struct ledger *ledger, struct tx *tx, const struct account *account) {
    /* A set that the profile no longer has: nearly nothing is allowed until someone sees to it. */
    static const struct limit_set unknown = {1, 1, 1, 1, 1};
    if (account->limits < 0 || (size_t)account->limits >= ledger->limit_count) return &unknown;
    const struct limit_set *set = &ledger->limits[account->limits];
    return account->own_limits ? override_limits(tx, account->id, set) : set;
}

struct pair books_pair(struct ledger *ledger, struct tx *tx, int64_t from, int64_t to) {
    struct pair pair = {0};
    /* The smaller id first, always: see group_slot. */
    if (from <= to) pair.from = group_slot(ledger, tx, from);
    pair.to = group_slot(ledger, tx, to);
    if (from > to) pair.from = group_slot(ledger, tx, from);
    pair.from_head = head_slot(ledger, tx, pair.from);
    pair.to_head = head_slot(ledger, tx, pair.to);
    const struct slot *payer = pair.from_head ? pair.from_head : pair.from;
    const struct slot *payee = pair.to_head ? pair.to_head : pair.to;
    pair.sides = (struct sides){.from = pair.from ? &pair.from->account : NULL,
                                .to = pair.to ? &pair.to->account : NULL,
                                .from_limits = payer ? books_limits(ledger, tx, &payer->account) : NULL,
                                .to_limits = payee ? books_limits(ledger, tx, &payee->account) : NULL,
                                .from_head = pair.from_head ? &pair.from_head->account : NULL,
                                .to_head = pair.to_head ? &pair.to_head->account : NULL};
    return pair;
}

/* ---- accounts ---- */

static bool overdraft_valid(int64_t overdraft) {
    return overdraft == ACCOUNT_UNLIMITED || (overdraft >= 0 && overdraft <= MONEY_MAX);
}

int64_t ledger_create(struct ledger *ledger, struct tx *tx, const struct account *template) {
    check(tx_writing(tx) && overdraft_valid(template->overdraft));
    check(template->limits >= 0 && (size_t)template->limits < ledger->limit_count);
    int32_t day = books_day(ledger, tx);
    int64_t head = template->head == 0 ? 0 : head_take(ledger, tx, template);
    struct account account = {
        .id = world_id(tx_world(tx)),
        .owner = template->owner,
        .head = head,
        .purpose = template->purpose,
        .class = template->class,
        .currency = template->currency,
        .overdraft = template->overdraft,
        .limits = template->limits,
        .frozen = template->frozen,
        .day = day,
        .month = rules_month(day),
    };
    account_insert(tx, &account); /* at once, so that ledger_accounts_of sees it */
    group_put(ledger, &account);
    return account.id;
}

bool ledger_account(struct ledger *ledger, struct tx *tx, int64_t id, struct account *account) {
    if (!tx_writing(tx)) return account_seen(ledger, tx, id, account);
    struct slot *slot = group_slot(ledger, tx, id);
    if (!slot) return false;
    *account = slot->account;
    return true;
}

size_t ledger_accounts_of(struct ledger *ledger, struct tx *tx, int64_t owner, struct account *accounts, size_t most) {
    int64_t *ids = arena_array(tx_arena(tx), int64_t, most);
    size_t found = 0, count = 0;
    struct rows *rows = tx_query(tx, &accounts_by_owner, VALUES(V_INT(owner), V_INT((int64_t)most)));
    while (found < most && rows_next(rows)) ids[found++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < found; i++) {
        if (ledger_account(ledger, tx, ids[i], &accounts[count])) count++;
    }
    return count;
}

bool ledger_change(struct ledger *ledger, struct tx *tx, const struct account *account) {
    struct slot *slot = group_slot(ledger, tx, account->id);
    if (!slot) return false;
    check(overdraft_valid(account->overdraft));
    check(account->limits >= 0 && (size_t)account->limits < ledger->limit_count);
    const struct account *now = &slot->account;
    if (account->closed && (now->balance != 0 || now->held != 0)) return false;
    if (now->balance - now->held < -account->overdraft) return false;
    group_touch(ledger, slot, TOUCH_CHANGED);
    slot->account.frozen = account->frozen;
    slot->account.closed = account->closed;
    slot->account.limits = account->limits;
    slot->account.overdraft = account->overdraft;
    return true;
}

/* ---- transfers ---- */

static int64_t larger(int64_t one, int64_t other) {
    return one > other ? one : other;
}

int64_t books_enter(struct ledger *ledger, struct tx *tx, const struct pair *pair, const struct transfer *transfer,
                    struct counted counted) {
    int64_t floor = larger(pair->from->account.last_entry, pair->to->account.last_entry);
    int64_t id = world_id_after(tx_world(tx), floor);
    struct text note = TEXT_NONE;
    if (transfer->note.data) note = text_copy(tx_arena(tx), transfer->note); /* must live until the group is written */
    struct entry entry = {
        .id = id,
        .other = pair->to->account.id,
        .amount = -transfer->sum.minor,
        .subject = transfer->subject,
        .cause = transfer->cause,
        .kind = transfer->kind,
        .note = note,
    };
    group_append(ledger, pair->from, entry, counted.from);
    entry.id = id + 1;
    entry.other = pair->from->account.id;
    entry.amount = transfer->sum.minor;
    group_append(ledger, pair->to, entry, counted.to);
    return id;
}

void books_touch(struct ledger *ledger, const struct pair *pair, enum touch touch) {
    group_touch(ledger, pair->from, touch);
    group_touch(ledger, pair->to, touch);
    if (pair->from_head) group_touch(ledger, pair->from_head, TOUCH_CHANGED);
    if (pair->to_head) group_touch(ledger, pair->to_head, TOUCH_CHANGED);
}

enum ledger_refusal ledger_transfer(struct ledger *ledger, struct tx *tx, const struct transfer *transfer,
                                    int64_t *id) {
    struct pair pair = books_pair(ledger, tx, transfer->from, transfer->to);
    int32_t today = books_day(ledger, tx);
    enum ledger_refusal refusal = rules_transfer_check(&pair.sides, transfer, today);
    if (refusal) return refusal;
    books_touch(ledger, &pair, TOUCH_MOVED);
    struct counted counted = rules_transfer(&pair.sides, transfer, today);
    *id = books_enter(ledger, tx, &pair, transfer, counted);
    return LEDGER_OK;
}

enum ledger_refusal ledger_check(struct ledger *ledger, struct tx *tx, const struct transfer *transfer) {
    struct account from, to, from_head, to_head;
    struct sides sides = {0};
    if (ledger_account(ledger, tx, transfer->from, &from)) {
        struct account *counted = head_counted(ledger, tx, &from, &from_head);
        sides.from = &from;
        sides.from_head = counted == &from ? NULL : counted;
        sides.from_limits = books_limits(ledger, tx, counted);
    }
    if (ledger_account(ledger, tx, transfer->to, &to)) {
        struct account *counted = head_counted(ledger, tx, &to, &to_head);
        sides.to = &to;
        sides.to_head = counted == &to ? NULL : counted;
        sides.to_limits = books_limits(ledger, tx, counted);
    }
    return rules_transfer_check(&sides, transfer, books_day(ledger, tx));
}

/* ---- reversals ---- */

static int64_t reversed_of(struct tx *tx, int64_t account, int64_t transfer) {
    struct rows *rows = tx_query(tx, &reversal_of, VALUES(V_INT(account), V_INT(transfer)));
    int64_t reversed = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return reversed;
}

enum ledger_refusal ledger_reverse(struct ledger *ledger, struct tx *tx, int64_t transfer, int64_t from,
                                   struct money sum, int kind, int64_t *id) {
    struct slot *payer = group_slot(ledger, tx, from); /* locked before its reversals are looked at */
    if (!payer) return LEDGER_NO_ACCOUNT;
    struct pending debit, credit;
    if (!books_entry(ledger, tx, from, transfer, &debit) || debit.entry.amount >= 0) return LEDGER_NOT_REVERSIBLE;
    if (!books_entry(ledger, tx, debit.entry.other, transfer + 1, &credit)) return LEDGER_NOT_REVERSIBLE;
    struct pair pair = books_pair(ledger, tx, debit.entry.other, from);
    int64_t reversed = reversed_of(tx, from, transfer);
    struct original original = {
        .left = -debit.entry.amount - reversed,
        .counted = {debit.counted, credit.counted},
    };
    enum ledger_refusal refusal = rules_reverse_check(&pair.sides, &original, sum);
    if (refusal) return refusal;
    tx_queue(tx, &reversal_save, VALUES(V_INT(from), V_INT(transfer), V_INT(reversed + sum.minor)));
    books_touch(ledger, &pair, TOUCH_CHANGED);
    rules_reverse(&pair.sides, &original, sum.minor, books_day(ledger, tx));
    const struct transfer opposite = {
        .from = debit.entry.other,
        .to = from,
        .sum = sum,
        .kind = kind,
        .subject = debit.entry.subject,
        .cause = transfer,
        .flags = TRANSFER_NO_LIMITS,
    };
    *id = books_enter(ledger, tx, &pair, &opposite, (struct counted){NOT_COUNTED, NOT_COUNTED});
    return LEDGER_OK;
}

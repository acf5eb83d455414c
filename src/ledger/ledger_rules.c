/* ledger_rules.c: the ledger's rules as plain functions, tested as tables. See ledger_rules.h. */
#include "ledger/ledger_rules.h"

#include "base/calendar.h"
#include "base/check.h"

int32_t rules_month(int32_t day) {
    struct date date = date_from_days(day);
    return (int32_t)((date.year - 1970) * 12 + date.month - 1);
}

void rules_roll(struct account *account, int32_t today) {
    if (today <= account->day) return;
    account->day = today;
    account->day_out = 0;
    int32_t month = rules_month(today);
    if (month == account->month) return;
    account->month = month;
    account->month_out = account->month_in = 0;
}

int64_t rules_available(const struct account *account) {
    if (account->overdraft == ACCOUNT_UNLIMITED) return INT64_MAX;
    return account->balance - account->held + account->overdraft;
}

/* ---- counters ---- */

/* A counter that would pass what 63 bits hold stays at their end: above every limit. */
static int64_t add_capped(int64_t counter, int64_t sum) {
    int64_t result;
    return __builtin_add_overflow(counter, sum, &result) ? INT64_MAX : result;
}

static int64_t take_floored(int64_t counter, int64_t sum) {
    return sum < counter ? counter - sum : 0;
}

static bool above(int64_t counter, int64_t sum, int64_t max) {
    return max > 0 && add_capped(counter, sum) > max;
}

static int32_t count_out(struct account *account, int64_t sum, int32_t today) {
    rules_roll(account, today);
    account->day_out = add_capped(account->day_out, sum);
    account->month_out = add_capped(account->month_out, sum);
    return account->day;
}

static int32_t count_in(struct account *account, int64_t sum, int32_t today) {
    rules_roll(account, today);
    account->month_in = add_capped(account->month_in, sum);
    return account->day;
}

/* What was counted on a day is given back only to the day and month that are still running (LE-3). */
static void give_back_out(struct account *account, int64_t sum, int32_t counted, int32_t today) {
    rules_roll(account, today);
    if (counted == NOT_COUNTED) return;
    if (counted == account->day) account->day_out = take_floored(account->day_out, sum);
    if (rules_month(counted) == account->month) account->month_out = take_floored(account->month_out, sum);
}

static void give_back_in(struct account *account, int64_t sum, int32_t counted, int32_t today) {
    rules_roll(account, today);
    if (counted == NOT_COUNTED) return;
    if (rules_month(counted) == account->month) account->month_in = take_floored(account->month_in, sum);
}

/* ---- what both sides ask, in the order of enum ledger_refusal ---- */

static enum ledger_refusal pair_check(const struct sides *sides, struct money sum) {
    const struct account *from = sides->from, *to = sides->to;
    if (!from || !to) return LEDGER_NO_ACCOUNT;
    if (from->currency != sum.currency || to->currency != sum.currency) return LEDGER_NO_ACCOUNT;
    if (from->id == to->id) return LEDGER_SAME_ACCOUNT;
    if (sum.minor <= 0 || sum.minor > MONEY_MAX) return LEDGER_BAD_SUM;
    return LEDGER_OK;
}

/* No balance ever leaves ±MONEY_MAX, unlimited accounts' included, so that sums of two never overflow. */
static bool enough(const struct account *from, int64_t sum) {
    return rules_available(from) >= sum && from->balance - sum >= -MONEY_MAX;
}

static enum ledger_refusal sender_check(const struct account *from, const struct limit_set *limits,
                                        const struct transfer *transfer, int32_t today) {
    int64_t sum = transfer->sum.minor;
    bool limited = !(transfer->flags & TRANSFER_NO_LIMITS);
    struct account now = *from;
    rules_roll(&now, today);
    if (now.closed) return LEDGER_CLOSED;
    if (now.frozen && !(transfer->flags & TRANSFER_EVEN_FROZEN)) return LEDGER_FROZEN;
    if (limited && limits->operation_max > 0 && sum > limits->operation_max) return LEDGER_OPERATION_LIMIT;
    if (!enough(&now, sum)) return LEDGER_NOT_ENOUGH;
    if (limited && above(now.day_out, sum, limits->day_out_max)) return LEDGER_DAY_LIMIT;
    if (limited && above(now.month_out, sum, limits->month_out_max)) return LEDGER_MONTH_LIMIT;
    return LEDGER_OK;
}

static enum ledger_refusal recipient_check(const struct account *to, const struct limit_set *limits, int64_t sum,
                                           bool limited, int32_t today) {
    struct account now = *to;
    rules_roll(&now, today);
    if (now.closed) return LEDGER_RECIPIENT_CLOSED;
    if (now.balance + sum > MONEY_MAX) return LEDGER_RECIPIENT_BALANCE_LIMIT;
    if (limited && above(add_capped(now.balance, now.aside), sum, limits->balance_max))
        return LEDGER_RECIPIENT_BALANCE_LIMIT;
    if (limited && above(now.month_in, sum, limits->month_in_max)) return LEDGER_RECIPIENT_MONTH_LIMIT;
    return LEDGER_OK;
}

static void move(const struct sides *sides, int64_t sum) {
    check(sum > 0 && sides->from != sides->to);
    sides->from->balance -= sum;
    sides->to->balance += sum;
    check(sides->from->balance >= -MONEY_MAX && sides->to->balance <= MONEY_MAX);
}

/* ---- transfers ---- */

enum ledger_refusal rules_transfer_check(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    enum ledger_refusal refusal = pair_check(sides, transfer->sum);
    if (refusal) return refusal;
    refusal = sender_check(sides->from, sides->from_limits, transfer, today);
    if (refusal) return refusal;
    int64_t sum = transfer->sum.minor;
    if (transfer->flags & TRANSFER_ASIDE && sides->from->aside + sum > MONEY_MAX) return LEDGER_BAD_SUM;
    if (transfer->flags & TRANSFER_FROM_ASIDE && sum > sides->to->aside) return LEDGER_BAD_SUM;
    bool limited = !(transfer->flags & TRANSFER_NO_LIMITS);
    return recipient_check(sides->to, sides->to_limits, sum, limited, today);
}

struct counted rules_transfer(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    int64_t sum = transfer->sum.minor;
    move(sides, sum);
    if (transfer->flags & TRANSFER_ASIDE) sides->from->aside += sum;
    if (transfer->flags & TRANSFER_FROM_ASIDE) sides->to->aside -= sum;
    check(sides->from->aside <= MONEY_MAX && sides->to->aside >= 0);
    if (transfer->flags & TRANSFER_NO_LIMITS) return (struct counted){NOT_COUNTED, NOT_COUNTED};
    return (struct counted){count_out(sides->from, sum, today), count_in(sides->to, sum, today)};
}

void rules_replay(struct account *account, const struct entry *entry, int32_t counted) {
    account->balance = entry->balance;
    account->version = entry->version;
    account->last_entry = entry->id;
    if (counted == NOT_COUNTED) return;
    if (entry->amount < 0) (void)count_out(account, -entry->amount, counted);
    else (void)count_in(account, entry->amount, counted);
}

/* ---- holds ---- */

enum ledger_refusal rules_hold_check(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    enum ledger_refusal refusal = rules_transfer_check(sides, transfer, today);
    if (refusal) return refusal;
    /* Only an unlimited account can come here; the sum of holds stays countable too. */
    return sides->from->held + transfer->sum.minor > MONEY_MAX ? LEDGER_NOT_ENOUGH : LEDGER_OK;
}

int32_t rules_hold(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    sides->from->held += transfer->sum.minor;
    if (transfer->flags & TRANSFER_NO_LIMITS) return NOT_COUNTED;
    return count_out(sides->from, transfer->sum.minor, today);
}

enum ledger_refusal rules_capture_check(const struct sides *sides, const struct hold *hold, struct money sum,
                                        int32_t today) {
    enum ledger_refusal refusal = pair_check(sides, sum);
    if (refusal) return refusal;
    if (sides->from->closed) return LEDGER_CLOSED;
    if (sides->from->frozen && !(hold->flags & TRANSFER_EVEN_FROZEN)) return LEDGER_FROZEN;
    bool limited = !(hold->flags & TRANSFER_NO_LIMITS);
    refusal = recipient_check(sides->to, sides->to_limits, sum.minor, limited, today);
    if (refusal) return refusal;
    if (sum.minor > hold->left) return LEDGER_HOLD_TOO_SMALL;
    /* many holds on an unlimited account */
    if (sides->from->balance - sum.minor < -MONEY_MAX) return LEDGER_NOT_ENOUGH;
    return LEDGER_OK;
}

struct counted rules_capture(const struct sides *sides, struct hold *hold, int64_t sum, bool final, int32_t today) {
    check(sum <= hold->left && hold->left <= sides->from->held);
    sides->from->held -= sum;
    hold->left -= sum;
    move(sides, sum);
    if (final) rules_release(sides->from, hold, today);
    if (hold->flags & TRANSFER_NO_LIMITS) return (struct counted){NOT_COUNTED, NOT_COUNTED};
    return (struct counted){hold->counted, count_in(sides->to, sum, today)};
}

void rules_release(struct account *account, struct hold *hold, int32_t today) {
    check(hold->left <= account->held);
    account->held -= hold->left;
    give_back_out(account, hold->left, hold->counted, today);
    hold->left = 0;
}

/* ---- reversals ---- */

enum ledger_refusal rules_reverse_check(const struct sides *sides, const struct original *original, struct money sum) {
    enum ledger_refusal refusal = pair_check(sides, sum);
    if (refusal) return refusal;
    if (sides->from->closed) return LEDGER_CLOSED;
    if (sides->from->frozen) return LEDGER_FROZEN;
    if (!enough(sides->from, sum.minor)) return LEDGER_NOT_ENOUGH;
    if (sides->to->closed) return LEDGER_RECIPIENT_CLOSED;
    if (sides->to->balance + sum.minor > MONEY_MAX) return LEDGER_RECIPIENT_BALANCE_LIMIT;
    if (sum.minor > original->left) return LEDGER_NOT_REVERSIBLE;
    return LEDGER_OK;
}

void rules_reverse(const struct sides *sides, const struct original *original, int64_t sum, int32_t today) {
    move(sides, sum);
    give_back_out(sides->to, sum, original->counted.from, today);
    give_back_in(sides->from, sum, original->counted.to, today);
}

/* ---- names ---- */

const char *ledger_refusal_name(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_OK: return "ok";
    case LEDGER_NO_ACCOUNT: return "no-account";
    case LEDGER_SAME_ACCOUNT: return "same-account";
    case LEDGER_BAD_SUM: return "bad-sum";
    case LEDGER_CLOSED: return "account-closed";
    case LEDGER_FROZEN: return "account-frozen";
    case LEDGER_OPERATION_LIMIT: return "operation-limit";
    case LEDGER_NOT_ENOUGH: return "not-enough-money";
    case LEDGER_DAY_LIMIT: return "day-limit";
    case LEDGER_MONTH_LIMIT: return "month-limit";
    case LEDGER_RECIPIENT_CLOSED: return "recipient-closed";
    case LEDGER_RECIPIENT_BALANCE_LIMIT: return "recipient-balance-limit";
    case LEDGER_RECIPIENT_MONTH_LIMIT: return "recipient-month-limit";
    case LEDGER_HOLD_MISSING: return "hold-missing";
    case LEDGER_HOLD_TOO_SMALL: return "hold-too-small";
    case LEDGER_NOT_REVERSIBLE: return "not-reversible";
    }
    return "unknown";
}

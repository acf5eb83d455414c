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

/* Whose limits are asked, and on whom they are counted. */
static struct account *payer(const struct sides *sides) {
    return sides->from_head ? sides->from_head : sides->from;
}

static struct account *payee(const struct sides *sides) {
    return sides->to_head ? sides->to_head : sides->to;
}

/* One's own money moved from here to there is no turnover. */
static bool limited(const struct sides *sides, unsigned flags) {
    return !(flags & TRANSFER_NO_LIMITS) && payer(sides)->id != payee(sides)->id;
}

/* No balance ever leaves ±MONEY_MAX, unlimited accounts' included, so that sums of two never overflow. */
static bool enough(const struct account *from, int64_t sum) {
    return rules_available(from) >= sum && from->balance - sum >= -MONEY_MAX;
}

static enum ledger_refusal sender_check(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    int64_t sum = transfer->sum.minor;
    const struct limit_set *limits = sides->from_limits;
    const struct account *from = sides->from;
    bool asked = limited(sides, transfer->flags);
    struct account counted = *payer(sides);
    rules_roll(&counted, today);
    if (from->closed) return LEDGER_CLOSED;
    if (from->frozen && !(transfer->flags & TRANSFER_EVEN_FROZEN)) return LEDGER_FROZEN;
    if (asked && limits->operation_max > 0 && sum > limits->operation_max) return LEDGER_OPERATION_LIMIT;
    if (!enough(from, sum)) return LEDGER_NOT_ENOUGH;
    if (asked && above(counted.day_out, sum, limits->day_out_max)) return LEDGER_DAY_LIMIT;
    if (asked && above(counted.month_out, sum, limits->month_out_max)) return LEDGER_MONTH_LIMIT;
    return LEDGER_OK;
}

/* What lies on all accounts under a head stays as countable as one balance. */
static bool room(const struct sides *sides, int64_t sum) {
    if (sides->to->balance + sum > MONEY_MAX) return false;
    return !sides->to_head || sides->to_head->aside + sum <= MONEY_MAX;
}

static enum ledger_refusal recipient_check(const struct sides *sides, unsigned flags, int64_t sum, int32_t today) {
    const struct limit_set *limits = sides->to_limits;
    bool asked = limited(sides, flags);
    struct account counted = *payee(sides);
    rules_roll(&counted, today);
    if (sides->to->closed) return LEDGER_RECIPIENT_CLOSED;
    if (!room(sides, sum)) return LEDGER_RECIPIENT_BALANCE_LIMIT;
    if (asked && above(add_capped(counted.balance, counted.aside), sum, limits->balance_max))
        return LEDGER_RECIPIENT_BALANCE_LIMIT;
    if (asked && above(counted.month_in, sum, limits->month_in_max)) return LEDGER_RECIPIENT_MONTH_LIMIT;
    return LEDGER_OK;
}

static void move(const struct sides *sides, int64_t sum) {
    check(sum > 0 && sides->from != sides->to);
    sides->from->balance -= sum;
    sides->to->balance += sum;
    if (sides->from_head) sides->from_head->aside -= sum;
    if (sides->to_head) sides->to_head->aside += sum;
    check(sides->from->balance >= -MONEY_MAX && sides->to->balance <= MONEY_MAX);
}

/* ---- transfers ---- */

enum ledger_refusal rules_transfer_check(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    enum ledger_refusal refusal = pair_check(sides, transfer->sum);
    if (refusal) return refusal;
    refusal = sender_check(sides, transfer, today);
    return refusal ? refusal : recipient_check(sides, transfer->flags, transfer->sum.minor, today);
}

struct counted rules_transfer(const struct sides *sides, const struct transfer *transfer, int32_t today) {
    int64_t sum = transfer->sum.minor;
    move(sides, sum);
    if (!limited(sides, transfer->flags)) return (struct counted){NOT_COUNTED, NOT_COUNTED};
    return (struct counted){count_out(payer(sides), sum, today), count_in(payee(sides), sum, today)};
}

void rules_replay(struct account *account, const struct entry *entry, int32_t counted) {
    account->balance = entry->balance;
    account->version = entry->version;
    account->last_entry = entry->id;
    if (counted == NOT_COUNTED || account->head != 0) return; /* a head's row was written with the entry */
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
    if (!limited(sides, transfer->flags)) return NOT_COUNTED;
    return count_out(payer(sides), transfer->sum.minor, today);
}

enum ledger_refusal rules_capture_check(const struct sides *sides, const struct hold *hold, struct money sum,
                                        int32_t today) {
    enum ledger_refusal refusal = pair_check(sides, sum);
    if (refusal) return refusal;
    if (sides->from->closed) return LEDGER_CLOSED;
    if (sides->from->frozen && !(hold->flags & TRANSFER_EVEN_FROZEN)) return LEDGER_FROZEN;
    refusal = recipient_check(sides, hold->flags, sum.minor, today);
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
    if (final) rules_release(sides->from, sides->from_head, hold, today);
    if (!limited(sides, hold->flags)) return (struct counted){NOT_COUNTED, NOT_COUNTED};
    return (struct counted){hold->counted, count_in(payee(sides), sum, today)};
}

void rules_release(struct account *account, struct account *head, struct hold *hold, int32_t today) {
    check(hold->left <= account->held);
    account->held -= hold->left;
    give_back_out(head ? head : account, hold->left, hold->counted, today);
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
    if (!room(sides, sum.minor)) return LEDGER_RECIPIENT_BALANCE_LIMIT;
    if (sum.minor > original->left) return LEDGER_NOT_REVERSIBLE;
    return LEDGER_OK;
}

void rules_reverse(const struct sides *sides, const struct original *original, int64_t sum, int32_t today) {
    move(sides, sum);
    give_back_out(payee(sides), sum, original->counted.from, today);
    give_back_in(payer(sides), sum, original->counted.to, today);
}

/* ---- heads ---- */

void rules_put_under(struct account *account, struct account *head, int32_t today) {
    rules_roll(account, today);
    rules_roll(head, today);
    account->head = head->id;
    head->heads = true;
    head->aside += account->balance;
    head->day_out = add_capped(head->day_out, account->day_out);
    head->month_out = add_capped(head->month_out, account->month_out);
    head->month_in = add_capped(head->month_in, account->month_in);
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

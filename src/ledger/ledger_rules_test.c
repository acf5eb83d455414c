/* ledger_rules_test.c: the ledger's rules as tables (LE-1, LE-2, LE-3). */
#include "ledger/ledger_rules.h"

#include "base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* 2026-03-15 and its neighbours */
#define TODAY 20527
#define YESTERDAY (TODAY - 1)
#define LAST_MONTH (TODAY - 20)

static const struct limit_set limits = {
    .balance_max = 60000,
    .operation_max = 15000,
    .day_out_max = 30000,
    .month_out_max = 100000,
    .month_in_max = 200000,
};
static const struct limit_set none;

static struct account account_at(int64_t id, int64_t balance) {
    return (struct account){
        .id = id,
        .class = ACCOUNT_CUSTOMER,
        .currency = CURRENCY_RUB,
        .balance = balance,
        .day = TODAY,
        .month = (int32_t)((2026 - 1970) * 12 + 2),
    };
}

/* ---- one table for every refusal and each of its borders ---- */

enum field {
    NOTHING,
    FROM_HELD, FROM_OVERDRAFT, FROM_CLOSED, FROM_FROZEN, FROM_DAY_OUT, FROM_MONTH_OUT, FROM_DAY, FROM_ID, FROM_CURRENCY,
    TO_CLOSED, TO_FROZEN, TO_MONTH_IN, TO_DAY, TO_ID, TO_CURRENCY, FROM_MISSING, TO_MISSING,
};

struct change {
    enum field field;
    int64_t value;
};

static void change_apply(const struct change *change, struct account *from, struct account *to) {
    int64_t value = change->value;
    switch (change->field) {
    case FROM_HELD: from->held = value; break;
    case FROM_OVERDRAFT: from->overdraft = value; break;
    case FROM_CLOSED: from->closed = value; break;
    case FROM_FROZEN: from->frozen = value; break;
    case FROM_DAY_OUT: from->day_out = value; break;
    case FROM_MONTH_OUT: from->month_out = value; break;
    case FROM_DAY: from->day = (int32_t)value, from->month = rules_month((int32_t)value); break;
    case FROM_ID: from->id = value; break;
    case FROM_CURRENCY: from->currency = (enum currency)value; break;
    case TO_CLOSED: to->closed = value; break;
    case TO_FROZEN: to->frozen = value; break;
    case TO_MONTH_IN: to->month_in = value; break;
    case TO_DAY: to->day = (int32_t)value, to->month = rules_month((int32_t)value); break;
    case TO_ID: to->id = value; break;
    case TO_CURRENCY: to->currency = (enum currency)value; break;
        case NOTHING: case FROM_MISSING: case TO_MISSING: break;
    }
}

struct case_row {
    const char *name;
    int64_t from, to, sum; /* balances and the sum */
    struct change changes[3];
    unsigned flags;
    enum ledger_refusal refusal;
};

static const struct case_row cases[] = {
    {"all of it", 10000, 0, 10000, {{0}}, 0, LEDGER_OK},
    {"a kopeck more", 10000, 0, 10001, {{0}}, 0, LEDGER_NOT_ENOUGH},
    {"the smallest", 10000, 0, 1, {{0}}, 0, LEDGER_OK},
    {"nothing", 10000, 0, 0, {{0}}, 0, LEDGER_BAD_SUM},
    {"less than nothing", 10000, 0, -1, {{0}}, 0, LEDGER_BAD_SUM},
    {"the least number", 10000, 0, INT64_MIN, {{0}}, 0, LEDGER_BAD_SUM},
    {"above the greatest sum", 10000, 0, MONEY_MAX + 1, {{0}}, 0, LEDGER_BAD_SUM},
    {"the largest number", 10000, 0, INT64_MAX, {{0}}, 0, LEDGER_BAD_SUM},
    {"the greatest sum", MONEY_MAX, 0, MONEY_MAX, {{0}}, TRANSFER_NO_LIMITS, LEDGER_OK},
    {"a full recipient", 10000, MONEY_MAX, 1, {{0}}, TRANSFER_NO_LIMITS, LEDGER_RECIPIENT_BALANCE_LIMIT},
    {"a nearly full recipient", 10000, MONEY_MAX - 1, 1, {{0}}, TRANSFER_NO_LIMITS, LEDGER_OK},

    {"sender missing", 10000, 0, 100, {{FROM_MISSING, 0}}, 0, LEDGER_NO_ACCOUNT},
    {"recipient missing", 10000, 0, 100, {{TO_MISSING, 0}}, 0, LEDGER_NO_ACCOUNT},
    {"missing comes before a bad sum", 10000, 0, 0, {{TO_MISSING, 0}}, 0, LEDGER_NO_ACCOUNT},
    {"sender's currency", 10000, 0, 100, {{FROM_CURRENCY, CURRENCY_USD}}, 0, LEDGER_NO_ACCOUNT},
    {"recipient's currency", 10000, 0, 100, {{TO_CURRENCY, CURRENCY_EUR}}, 0, LEDGER_NO_ACCOUNT},
    {"to itself", 10000, 0, 100, {{TO_ID, 1}}, 0, LEDGER_SAME_ACCOUNT},
    {"to itself comes before a bad sum", 10000, 0, 0, {{TO_ID, 1}}, 0, LEDGER_SAME_ACCOUNT},
    {"a bad sum comes before closed", 10000, 0, 0, {{FROM_CLOSED, 1}}, 0, LEDGER_BAD_SUM},

    {"sender closed", 10000, 0, 100, {{FROM_CLOSED, 1}}, 0, LEDGER_CLOSED},
    {"closed comes before frozen", 10000, 0, 100, {{FROM_CLOSED, 1}, {FROM_FROZEN, 1}}, 0, LEDGER_CLOSED},
    {"closed, whatever the flags", 10000, 0, 100, {{FROM_CLOSED, 1}}, TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN,
     LEDGER_CLOSED},
    {"sender frozen", 10000, 0, 100, {{FROM_FROZEN, 1}}, 0, LEDGER_FROZEN},
    {"sender frozen, without limits", 10000, 0, 100, {{FROM_FROZEN, 1}}, TRANSFER_NO_LIMITS, LEDGER_FROZEN},
    {"even frozen", 10000, 0, 100, {{FROM_FROZEN, 1}}, TRANSFER_EVEN_FROZEN, LEDGER_OK},
    {"frozen comes before the operation's limit", 50000, 0, 15001, {{FROM_FROZEN, 1}}, 0, LEDGER_FROZEN},
    {"frozen may receive", 10000, 0, 100, {{TO_FROZEN, 1}}, 0, LEDGER_OK},

    {"at the operation's limit", 50000, 0, 15000, {{0}}, 0, LEDGER_OK},
    {"above the operation's limit", 50000, 0, 15001, {{0}}, 0, LEDGER_OPERATION_LIMIT},
    {"without limits", 50000, 0, 15001, {{0}}, TRANSFER_NO_LIMITS, LEDGER_OK},
    {"the operation's limit comes before the money", 100, 0, 15001, {{0}}, 0, LEDGER_OPERATION_LIMIT},

    {"what is held is not there", 10000, 0, 6001, {{FROM_HELD, 4000}}, 0, LEDGER_NOT_ENOUGH},
    {"what is not held is there", 10000, 0, 6000, {{FROM_HELD, 4000}}, 0, LEDGER_OK},
    {"overdraft in full", 1000, 0, 3000, {{FROM_OVERDRAFT, 2000}}, 0, LEDGER_OK},
    {"beyond the overdraft", 1000, 0, 3001, {{FROM_OVERDRAFT, 2000}}, 0, LEDGER_NOT_ENOUGH},
    {"overdraft already used", -2000, 0, 1, {{FROM_OVERDRAFT, 2000}}, 0, LEDGER_NOT_ENOUGH},
    {"unlimited", -5000, 0, 9000, {{FROM_OVERDRAFT, ACCOUNT_UNLIMITED}}, 0, LEDGER_OK},
    {"unlimited has an end", -MONEY_MAX, 0, 1, {{FROM_OVERDRAFT, ACCOUNT_UNLIMITED}}, TRANSFER_NO_LIMITS,
     LEDGER_NOT_ENOUGH},
    {"money comes before the day", 100, 0, 200, {{FROM_DAY_OUT, 30000}}, 0, LEDGER_NOT_ENOUGH},

    {"at the day's limit", 50000, 0, 5000, {{FROM_DAY_OUT, 25000}}, 0, LEDGER_OK},
    {"above the day's limit", 50000, 0, 5001, {{FROM_DAY_OUT, 25000}}, 0, LEDGER_DAY_LIMIT},
    {"yesterday's spending", 50000, 0, 5001, {{FROM_DAY_OUT, 25000}, {FROM_DAY, YESTERDAY}}, 0, LEDGER_OK},
    {"tomorrow's clock", 50000, 0, 5001, {{FROM_DAY_OUT, 25000}, {FROM_DAY, TODAY + 1}}, 0, LEDGER_DAY_LIMIT},
    {"the day comes before the month", 50000, 0, 5001, {{FROM_DAY_OUT, 25000}, {FROM_MONTH_OUT, 100000}}, 0,
     LEDGER_DAY_LIMIT},
    {"at the month's limit", 50000, 0, 5000, {{FROM_MONTH_OUT, 95000}}, 0, LEDGER_OK},
    {"above the month's limit", 50000, 0, 5001, {{FROM_MONTH_OUT, 95000}}, 0, LEDGER_MONTH_LIMIT},
    {"yesterday is the same month", 50000, 0, 5001, {{FROM_MONTH_OUT, 95000}, {FROM_DAY, YESTERDAY}}, 0,
     LEDGER_MONTH_LIMIT},
    {"last month's spending", 50000, 0, 5001, {{FROM_MONTH_OUT, 95000}, {FROM_DAY, LAST_MONTH}}, 0, LEDGER_OK},
    {"a counter at its end", 50000, 0, 1, {{FROM_DAY_OUT, INT64_MAX}}, 0, LEDGER_DAY_LIMIT},
    {"month without limits", 50000, 0, 5001, {{FROM_MONTH_OUT, 95000}}, TRANSFER_NO_LIMITS, LEDGER_OK},

    {"the sender comes before the recipient", 50000, 0, 5001, {{FROM_MONTH_OUT, 95000}, {TO_CLOSED, 1}}, 0,
     LEDGER_MONTH_LIMIT},
    {"recipient closed", 10000, 0, 100, {{TO_CLOSED, 1}}, 0, LEDGER_RECIPIENT_CLOSED},
    {"recipient closed, without limits", 10000, 0, 100, {{TO_CLOSED, 1}}, TRANSFER_NO_LIMITS, LEDGER_RECIPIENT_CLOSED},
    {"recipient at his balance", 10000, 50000, 10000, {{0}}, 0, LEDGER_OK},
    {"recipient above his balance", 10000, 50001, 10000, {{0}}, 0, LEDGER_RECIPIENT_BALANCE_LIMIT},
    {"recipient's balance without limits", 10000, 50001, 10000, {{0}}, TRANSFER_NO_LIMITS, LEDGER_OK},
    {"closed comes before his balance", 10000, 60000, 100, {{TO_CLOSED, 1}}, 0, LEDGER_RECIPIENT_CLOSED},
    {"recipient at his month", 10000, 0, 10000, {{TO_MONTH_IN, 190000}}, 0, LEDGER_OK},
    {"recipient above his month", 10000, 0, 10000, {{TO_MONTH_IN, 190001}}, 0, LEDGER_RECIPIENT_MONTH_LIMIT},
    {"his balance comes before his month", 10000, 60000, 10000, {{TO_MONTH_IN, 190001}}, 0,
     LEDGER_RECIPIENT_BALANCE_LIMIT},
    {"recipient's last month", 10000, 0, 10000, {{TO_MONTH_IN, 190001}, {TO_DAY, LAST_MONTH}}, 0, LEDGER_OK},
};

static void refuses_in_order_at_each_border(void **state) { /* LE-3 */
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct case_row *row = &cases[i];
        struct account from = account_at(1, row->from), to = account_at(2, row->to);
        struct sides sides = {&from, &to, &limits, &limits, NULL, NULL};
        for (size_t c = 0; c < 3; c++) {
            change_apply(&row->changes[c], &from, &to);
            if (row->changes[c].field == FROM_MISSING) sides.from = NULL;
            if (row->changes[c].field == TO_MISSING) sides.to = NULL;
        }
        struct account from_before = from, to_before = to;
        struct transfer transfer = {.from = 1, .to = 2, .sum = rub(row->sum), .flags = row->flags};
        enum ledger_refusal refusal = rules_transfer_check(&sides, &transfer, TODAY);
        if (refusal != row->refusal) fail_msg("%s: %s", row->name, ledger_refusal_name(refusal));
        if (memcmp(&from, &from_before, sizeof from) != 0 || memcmp(&to, &to_before, sizeof to) != 0) {
            fail_msg("%s: a check changed an account", row->name);
        }
        if (refusal) continue;
        (void)rules_transfer(&sides, &transfer, TODAY);
        assert_int_equal(from.balance + to.balance, row->from + row->to); /* LE-1: nothing comes, nothing goes */
        assert_int_equal(from.balance, row->from - row->sum);
        bool counted = !(row->flags & TRANSFER_NO_LIMITS);
        if (!counted) assert_int_equal(from.day_out, from_before.day_out);
        else assert_int_equal(from.day_out, (from_before.day < TODAY ? 0 : from_before.day_out) + row->sum);
    }
}

/* Limits are a person's: what lies under a head counts to its balance, what goes out and comes in there to its day and
 * month, and what is moved between one's own accounts to nothing (WA-14). */
static void accounts_under_a_head(void **state) {
    (void)state;
    struct account head = account_at(1, 20000), second = account_at(2, 0), third = account_at(3, 0);
    struct account other = account_at(4, 200000);
    head.heads = true;
    second.head = third.head = head.id;
    struct sides own = {&head, &second, &limits, &limits, NULL, &head};
    struct sides in = {&other, &second, &none, &limits, NULL, &head},
                 main = {&other, &head, &none, &limits, NULL, NULL};
    struct transfer transfer = {.sum = rub(15000)};
    head.month_in = 195000;
    assert_int_equal(rules_transfer_check(&own, &transfer, TODAY), LEDGER_OK);
    struct counted counted = rules_transfer(&own, &transfer, TODAY);
    assert_int_equal(counted.from, NOT_COUNTED);
    assert_int_equal(counted.to, NOT_COUNTED);
    assert_int_equal(head.aside, 15000);
    assert_int_equal(head.day_out, 0);
    head.month_in = 0;
    transfer.sum = rub(40001); /* to the one or the other: 20 000 are there already */
    assert_int_equal(rules_transfer_check(&in, &transfer, TODAY), LEDGER_RECIPIENT_BALANCE_LIMIT);
    assert_int_equal(rules_transfer_check(&main, &transfer, TODAY), LEDGER_RECIPIENT_BALANCE_LIMIT);
    transfer.sum = rub(40000);
    assert_int_equal(rules_transfer_check(&in, &transfer, TODAY), LEDGER_OK);
    (void)rules_transfer(&in, &transfer, TODAY);
    assert_int_equal(head.aside, 55000);
    assert_int_equal(head.month_in, 40000);
    assert_int_equal(second.month_in, 0);

    struct sides among = {&second, &third, &limits, &limits, &head, &head};
    assert_int_equal(rules_transfer_check(&among, &transfer, TODAY), LEDGER_OK);
    (void)rules_transfer(&among, &transfer, TODAY);
    assert_int_equal(head.aside, 55000);

    struct sides out = {&third, &other, &limits, &none, &head, NULL};
    head.day_out = limits.day_out_max - 5000;
    transfer.sum = rub(5001);
    assert_int_equal(rules_transfer_check(&out, &transfer, TODAY), LEDGER_DAY_LIMIT);
    transfer.sum = rub(5000);
    assert_int_equal(rules_hold_check(&out, &transfer, TODAY), LEDGER_OK);
    struct hold hold = {.left = 5000, .counted = rules_hold(&out, &transfer, TODAY)};
    assert_int_equal(head.day_out, limits.day_out_max);
    assert_int_equal(third.held, 5000);
    rules_release(&third, &head, &hold, TODAY);
    assert_int_equal(head.day_out, limits.day_out_max - 5000);
    assert_int_equal(head.aside, 55000);

    struct sides back = {&third, &other, &limits, &none, &head, NULL};
    struct original original = {40000, {.to = TODAY}};
    assert_int_equal(rules_reverse_check(&back, &original, rub(40000)), LEDGER_OK);
    rules_reverse(&back, &original, 40000, TODAY);
    assert_int_equal(head.month_in, 0);
    assert_int_equal(head.aside, 15000);

    head.aside = MONEY_MAX;
    transfer.sum = rub(1);
    transfer.flags = TRANSFER_NO_LIMITS;
    assert_int_equal(rules_transfer_check(&in, &transfer, TODAY), LEDGER_RECIPIENT_BALANCE_LIMIT);
}

/* What an account had and did before it was put under a head is the head's from then on, in its own periods. */
static void put_under_a_head(void **state) {
    (void)state;
    struct account head = account_at(1, 20000), second = account_at(2, 700);
    second.day_out = 100, second.month_out = 1000, second.month_in = 300;
    head.day_out = 5, head.month_out = 50, head.month_in = INT64_MAX;
    second.day = LAST_MONTH, second.month = rules_month(LAST_MONTH);
    rules_put_under(&second, &head, TODAY);
    assert_int_equal(second.head, head.id);
    assert_true(head.heads);
    assert_int_equal(head.aside, 700);
    assert_int_equal(head.day_out, 5); /* what is over counts no more */
    struct account third = account_at(3, 0);
    third.day_out = 100, third.month_out = 1000, third.month_in = 300;
    rules_put_under(&third, &head, TODAY);
    assert_int_equal(head.day_out, 105);
    assert_int_equal(head.month_out, 1050);
    assert_int_equal(head.month_in, INT64_MAX);
}

static void no_limit_means_no_limit(void **state) {
    (void)state;
    struct account from = account_at(1, MONEY_MAX), to = account_at(2, 0);
    from.day_out = from.month_out = to.month_in = INT64_MAX - 5; /* stays at its end instead of turning round */
    struct sides sides = {&from, &to, &none, &none, NULL, NULL};
    struct transfer transfer = {.sum = rub(MONEY_MAX)};
    assert_int_equal(rules_transfer_check(&sides, &transfer, TODAY), LEDGER_OK);
    (void)rules_transfer(&sides, &transfer, TODAY);
    assert_int_equal(from.day_out, INT64_MAX);
    assert_int_equal(from.month_out, INT64_MAX);
    assert_int_equal(to.month_in, INT64_MAX);
    assert_int_equal(to.balance, MONEY_MAX);
}

/* ---- periods ---- */

static void periods_roll_over(void **state) {
    (void)state;
    static const struct {
        struct date from, to;
        int64_t day_out, month_out; /* what is left of 100 and 1000 */
    } rows[] = {
        {{2026, 3, 15}, {2026, 3, 15}, 100, 1000},
        {{2026, 3, 15}, {2026, 3, 16}, 0, 1000},
        {{2026, 3, 31}, {2026, 4, 1}, 0, 0},
        {{2025, 12, 31}, {2026, 1, 1}, 0, 0},
        {{2025, 3, 15}, {2026, 3, 15}, 0, 0}, /* the same month of another year */
        {{2024, 2, 28}, {2024, 2, 29}, 0, 1000},
        {{2024, 2, 29}, {2024, 3, 1}, 0, 0},
        {{2026, 3, 15}, {2026, 3, 14}, 100, 1000}, /* a clock that went back */
        {{2026, 3, 1}, {2026, 2, 28}, 100, 1000},
        {{1970, 1, 1}, {2026, 3, 15}, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int32_t first = (int32_t)date_to_days(rows[i].from), then = (int32_t)date_to_days(rows[i].to);
        struct account account = account_at(1, 0);
        account.day = first;
        account.month = rules_month(first);
        account.day_out = 100;
        account.month_out = account.month_in = 1000;
        rules_roll(&account, then);
        assert_int_equal(account.day_out, rows[i].day_out);
        assert_int_equal(account.month_out, rows[i].month_out);
        assert_int_equal(account.month_in, rows[i].month_out);
        assert_int_equal(account.month, rules_month(account.day)); /* the row keeps the day alone */
    }
}

/* ---- holds ---- */

static struct hold hold_of(int64_t sum, int32_t counted, unsigned flags) {
    return (struct hold){.id = 10, .account = 1, .other = 2, .left = sum, .counted = counted, .flags = flags};
}

static void holds_count_once(void **state) { /* LE-2, LE-3 */
    (void)state;
    struct account from = account_at(1, 20000), to = account_at(2, 0);
    struct sides sides = {&from, &to, &limits, &limits, NULL, NULL};
    struct transfer transfer = {.sum = rub(12000)};
    assert_int_equal(rules_hold_check(&sides, &transfer, TODAY), LEDGER_OK);
    struct hold hold = hold_of(12000, rules_hold(&sides, &transfer, TODAY), 0);
    assert_int_equal(hold.counted, TODAY);
    assert_int_equal(rules_available(&from), 8000);
    assert_int_equal(from.day_out, 12000);
    assert_int_equal(to.month_in, 0);
    transfer.sum = rub(8001);
    assert_int_equal(rules_hold_check(&sides, &transfer, TODAY), LEDGER_NOT_ENOUGH);

    /* a part, not final: the rest stays */
    assert_int_equal(rules_capture_check(&sides, &hold, rub(12001), TODAY), LEDGER_HOLD_TOO_SMALL);
    assert_int_equal(rules_capture_check(&sides, &hold, rub(5000), TODAY), LEDGER_OK);
    struct counted counted = rules_capture(&sides, &hold, 5000, false, TODAY);
    assert_int_equal(counted.from, TODAY);
    assert_int_equal(counted.to, TODAY);
    assert_int_equal(hold.left, 7000);
    assert_int_equal(from.held, 7000);
    assert_int_equal(from.balance, 15000);
    assert_int_equal(from.day_out, 12000); /* not twice */
    assert_int_equal(to.balance, 5000);
    assert_int_equal(to.month_in, 5000);
    assert_int_equal(rules_capture_check(&sides, &hold, rub(7001), TODAY), LEDGER_HOLD_TOO_SMALL);

    /* the last part: what was held above it is given back */
    (void)rules_capture(&sides, &hold, 4000, true, TODAY);
    assert_int_equal(hold.left, 0);
    assert_int_equal(from.held, 0);
    assert_int_equal(from.balance, 11000);
    assert_int_equal(from.day_out, 9000);
    assert_int_equal(from.month_out, 9000);
    assert_int_equal(to.balance, 9000);
}

static void holds_give_back_within_their_period(void **state) {
    (void)state;
    static const struct {
        int32_t later; /* days after the hold */
        unsigned flags;
        int64_t day_out, month_out;
    } rows[] = {
        {0, 0, 500, 500},                          /* the same day: both */
        /* the next: the day's counter began anew, the month's is given back */
        {1, 0, 0, 500},
        {30, 0, 0, 0},                             /* another month: nothing to give back to */
        {0, TRANSFER_NO_LIMITS, 1500, 1500},       /* what never counted does not come back */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct account from = account_at(1, 20000);
        from.held = 1000;
        from.day_out = from.month_out = 1500;
        struct hold hold = hold_of(1000, rows[i].flags ? NOT_COUNTED : TODAY, rows[i].flags);
        rules_release(&from, NULL, &hold, TODAY + rows[i].later);
        assert_int_equal(from.held, 0);
        assert_int_equal(from.balance, 20000);
        assert_int_equal(from.day_out, rows[i].day_out);
        assert_int_equal(from.month_out, rows[i].month_out);
    }
}

static void captures_are_refused_in_order(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t sum;
        struct change change;
        unsigned flags;
        enum ledger_refusal refusal;
    } rows[] = {
        {"whole", 1000, {NOTHING, 0}, 0, LEDGER_OK},
        {"negative", -1, {NOTHING, 0}, 0, LEDGER_BAD_SUM},
        {"too much", 1001, {NOTHING, 0}, 0, LEDGER_HOLD_TOO_SMALL},
        {"frozen since", 1000, {FROM_FROZEN, 1}, 0, LEDGER_FROZEN},
        {"held to pass", 1000, {FROM_FROZEN, 1}, TRANSFER_EVEN_FROZEN, LEDGER_OK},
        {"recipient gone", 1000, {TO_MISSING, 0}, 0, LEDGER_NO_ACCOUNT},
        {"recipient closed", 1000, {TO_CLOSED, 1}, 0, LEDGER_RECIPIENT_CLOSED},
        {"recipient's month", 1000, {TO_MONTH_IN, 199001}, 0, LEDGER_RECIPIENT_MONTH_LIMIT},
        {"recipient's month, no limits", 1000, {TO_MONTH_IN, 199001}, TRANSFER_NO_LIMITS, LEDGER_OK},
        {"recipient's closing first", 1001, {TO_CLOSED, 1}, 0, LEDGER_RECIPIENT_CLOSED},
        {"the sender's day is long counted", 1000, {FROM_DAY_OUT, 30000}, 0, LEDGER_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct account from = account_at(1, 20000), to = account_at(2, 0);
        from.held = 1000;
        change_apply(&rows[i].change, &from, &to);
        struct sides sides = {&from, rows[i].change.field == TO_MISSING ? NULL : &to, &limits, &limits, NULL, NULL};
        struct hold hold = hold_of(1000, TODAY, rows[i].flags);
        enum ledger_refusal refusal = rules_capture_check(&sides, &hold, rub(rows[i].sum), TODAY);
        if (refusal != rows[i].refusal) fail_msg("%s: %s", rows[i].name, ledger_refusal_name(refusal));
    }
}

static void unlimited_holds_have_an_end(void **state) {
    (void)state;
    struct account from = account_at(1, 0), to = account_at(2, 0);
    from.overdraft = ACCOUNT_UNLIMITED;
    struct sides sides = {&from, &to, &none, &none, NULL, NULL};
    struct transfer transfer = {.sum = rub(MONEY_MAX)};
    assert_int_equal(rules_hold_check(&sides, &transfer, TODAY), LEDGER_OK);
    (void)rules_hold(&sides, &transfer, TODAY);
    transfer.sum = rub(1);
    assert_int_equal(rules_hold_check(&sides, &transfer, TODAY), LEDGER_NOT_ENOUGH);
}

/* ---- reversals ---- */

static void reversals_give_back_within_the_period(void **state) { /* LE-1, LE-3 */
    (void)state;
    static const struct {
        struct counted counted;
        int64_t day_out, month_out, month_in; /* of 5000, 8000 (payer) and 9000 (payee), when 1000 is taken back */
    } rows[] = {
        {{TODAY, TODAY}, 4000, 7000, 8000},
        {{YESTERDAY, YESTERDAY}, 5000, 7000, 8000},
        {{LAST_MONTH, LAST_MONTH}, 5000, 8000, 9000},
        {{NOT_COUNTED, NOT_COUNTED}, 5000, 8000, 9000},
        {{YESTERDAY, TODAY}, 5000, 7000, 8000}, /* held yesterday, captured today */
        {{LAST_MONTH, TODAY}, 5000, 8000, 8000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct account payer = account_at(1, 0), payee = account_at(2, 3000);
        payer.day_out = 5000;
        payer.month_out = 8000;
        payee.month_in = 9000;
        struct sides sides = {&payee, &payer, &limits, &limits, NULL, NULL};
        struct original original = {.left = 1000, .counted = rows[i].counted};
        assert_int_equal(rules_reverse_check(&sides, &original, rub(1000)), LEDGER_OK);
        rules_reverse(&sides, &original, 1000, TODAY);
        assert_int_equal(payer.balance, 1000);
        assert_int_equal(payee.balance, 2000);
        assert_int_equal(payer.day_out, rows[i].day_out);
        assert_int_equal(payer.month_out, rows[i].month_out);
        assert_int_equal(payee.month_in, rows[i].month_in);
        assert_int_equal(payee.day_out, 0);  /* a return is no spending */
        assert_int_equal(payer.month_in, 0); /* and no income */
    }
}

static void reversals_are_refused_in_order(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t balance, sum;
        struct change change; /* "from" is the payee here */
        enum ledger_refusal refusal;
    } rows[] = {
        {"all", 1000, 1000, {NOTHING, 0}, LEDGER_OK},
        {"more than is left", 2000, 1001, {NOTHING, 0}, LEDGER_NOT_REVERSIBLE},
        {"zero", 1000, 0, {NOTHING, 0}, LEDGER_BAD_SUM},
        {"spent already", 999, 1000, {NOTHING, 0}, LEDGER_NOT_ENOUGH},
        {"held already", 1000, 1000, {FROM_HELD, 1}, LEDGER_NOT_ENOUGH},
        {"payee closed", 1000, 1000, {FROM_CLOSED, 1}, LEDGER_CLOSED},
        {"payee frozen", 1000, 1000, {FROM_FROZEN, 1}, LEDGER_FROZEN},
        {"payer closed", 1000, 1000, {TO_CLOSED, 1}, LEDGER_RECIPIENT_CLOSED},
        {"payer's month does not stop a return", 1000, 1000, {TO_MONTH_IN, 200000}, LEDGER_OK},
        {"money before what is left", 999, 1001, {NOTHING, 0}, LEDGER_NOT_ENOUGH},
        {"currency", 1000, 1000, {TO_CURRENCY, CURRENCY_USD}, LEDGER_NO_ACCOUNT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct account payee = account_at(1, rows[i].balance), payer = account_at(2, 0);
        change_apply(&rows[i].change, &payee, &payer);
        struct sides sides = {&payee, &payer, &limits, &limits, NULL, NULL};
        struct original original = {.left = 1000, .counted = {TODAY, TODAY}};
        enum ledger_refusal refusal = rules_reverse_check(&sides, &original, rub(rows[i].sum));
        if (refusal != rows[i].refusal) fail_msg("%s: %s", rows[i].name, ledger_refusal_name(refusal));
    }
}

static void every_refusal_has_a_name(void **state) {
    (void)state;
    for (enum ledger_refusal one = LEDGER_OK; one <= LEDGER_NOT_REVERSIBLE; one++) {
        assert_string_not_equal(ledger_refusal_name(one), "unknown");
        for (enum ledger_refusal other = LEDGER_OK; other < one; other++) {
            assert_string_not_equal(ledger_refusal_name(one), ledger_refusal_name(other));
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_in_order_at_each_border),
        cmocka_unit_test(accounts_under_a_head),
        cmocka_unit_test(put_under_a_head),
        cmocka_unit_test(no_limit_means_no_limit),
        cmocka_unit_test(periods_roll_over),
        cmocka_unit_test(holds_count_once),
        cmocka_unit_test(holds_give_back_within_their_period),
        cmocka_unit_test(captures_are_refused_in_order),
        cmocka_unit_test(unlimited_holds_have_an_end),
        cmocka_unit_test(reversals_give_back_within_the_period),
        cmocka_unit_test(reversals_are_refused_in_order),
        cmocka_unit_test(every_refusal_has_a_name),
    };
    return cmocka_run_group_tests_name("ledger_rules", tests, NULL, NULL);
}

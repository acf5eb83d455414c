/* ledger_heads_test.c: accounts of one owner under one of them share its limits, whatever is done with which of them,
 * over crashes, and after they were made by a version that knew no heads (WA-14, LE-3, LE-5). */
#include "ledger/ledger_fixture.h"

static struct books books;
static enum store_kind kind;
static int64_t head, second, third;

static int64_t under(int64_t above, int purpose) {
    return books_account(&books, (struct account){
                                     .owner = 77, .head = above, .purpose = purpose, .limits = LIMITS_SMALL});
}

static int setup(void **state) {
    (void)state;
    books_new(&books, kind, 1);
    books_open(&books, true, NULL);
    books.outside = books_account(&books, (struct account){.class = ACCOUNT_SYSTEM, .overdraft = ACCOUNT_UNLIMITED});
    head = under(0, 1);
    second = under(head, 1);
    third = under(second, 70); /* the head of what it names */
    return 0;
}

static int teardown(void **state) {
    (void)state;
    books_verify(&books);
    books_free(&books);
    return 0;
}

static void crash_and_open(const struct migration *more) {
    books_close(&books); /* nothing is settled: the rows stay as a kill would leave them */
    books_open(&books, true, more);
}

static enum ledger_refusal pay(int64_t from, int64_t to, int64_t sum) {
    return books_transfer(&books, from, to, sum, NULL);
}

static void assert_head(int64_t aside, int64_t day_out, int64_t month_in) {
    struct account account = books_look(&books, head);
    assert_int_equal(account.aside, aside);
    assert_int_equal(account.day_out, day_out);
    assert_int_equal(account.month_in, month_in);
}

static void one_persons_limits(void **state) {
    (void)state;
    assert_int_equal(books_look(&books, third).head, head);
    assert_int_equal(pay(books.outside, second, 15000), LEDGER_OK);
    assert_int_equal(pay(books.outside, second, 30000), LEDGER_OK);
    assert_int_equal(pay(books.outside, head, 15001), LEDGER_RECIPIENT_BALANCE_LIMIT);
    assert_int_equal(pay(books.outside, third, 15001), LEDGER_RECIPIENT_BALANCE_LIMIT);
    assert_int_equal(pay(books.outside, head, 15000), LEDGER_OK);
    assert_head(45000, 0, 60000);
    assert_int_equal(pay(second, third, 45000), LEDGER_OK); /* above an operation's limit, and full: it is his own */
    assert_int_equal(pay(third, head, 20000), LEDGER_OK);
    assert_head(25000, 0, 60000);
    assert_int_equal(pay(head, books.outside, 15000), LEDGER_OK);
    assert_int_equal(pay(third, books.outside, 15001), LEDGER_OPERATION_LIMIT);
    assert_int_equal(pay(third, books.outside, 15000), LEDGER_OK);
    assert_int_equal(pay(head, books.outside, 1), LEDGER_DAY_LIMIT);
    assert_int_equal(pay(third, books.outside, 1), LEDGER_DAY_LIMIT);
    assert_head(10000, 30000, 60000);
    struct look look = look_begin(&books);
    struct account account;
    assert_true(ledger_account(books.ledger, look.tx, second, &account));
    struct limit_report report = ledger_limits(books.ledger, look.tx, &account); /* the same of each */
    assert_int_equal(report.balance.rest, 30000);
    assert_int_equal(report.day_out.rest, 0);
    struct transfer transfer = {.from = books.outside, .to = second, .sum = rub(30001)};
    assert_int_equal(ledger_check(books.ledger, look.tx, &transfer), LEDGER_RECIPIENT_BALANCE_LIMIT);
    transfer = (struct transfer){.from = third, .to = books.outside, .sum = rub(1)};
    assert_int_equal(ledger_check(books.ledger, look.tx, &transfer), LEDGER_DAY_LIMIT);
    look_end(&look);
}

static void a_crash_forgets_nothing_of_it(void **state) {
    (void)state;
    assert_int_equal(pay(books.outside, head, 10000), LEDGER_OK);
    assert_int_equal(pay(books.outside, second, 10000), LEDGER_OK);
    assert_int_equal(pay(second, third, 4000), LEDGER_OK);
    assert_int_equal(pay(head, books.outside, 1000), LEDGER_OK);
    assert_int_equal(pay(third, books.outside, 1000), LEDGER_OK);
    books_verify(&books);
    crash_and_open(NULL);
    assert_head(9000, 2000, 20000);
    assert_int_equal(books_look(&books, head).balance, 9000);
    assert_int_equal(books_look(&books, third).balance, 3000);
    assert_int_equal(books_look(&books, third).day_out, 0);
    ledger_settle_all(books.ledger);
    assert_head(9000, 2000, 20000);
}

/* ---- holds and reversals ---- */

static enum command_outcome body_hold(struct act *act, struct tx *tx) {
    act->refusal = ledger_hold(act->books->ledger, tx, &act->transfer, INT64_MAX, &act->hold);
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static enum command_outcome body_capture(struct act *act, struct tx *tx) {
    act->refusal = ledger_capture(act->books->ledger, tx, act->hold, act->account, act->transfer.sum, act->final,
                                  &act->id);
    return COMMAND_KEEP;
}

static enum command_outcome body_reverse(struct act *act, struct tx *tx) {
    act->refusal = ledger_reverse(act->books->ledger, tx, act->id, act->account, act->transfer.sum, 9, &act->id);
    return COMMAND_KEEP;
}

static enum command_outcome body_release(struct act *act, struct tx *tx) {
    act->refusal = ledger_release(act->books->ledger, tx, act->hold, act->account);
    return COMMAND_KEEP;
}

static void holds_count_to_the_head(void **state) {
    (void)state;
    assert_int_equal(pay(books.outside, second, 40000), LEDGER_OK);
    struct act act = {.body = body_hold, .account = second,
                      .transfer = {.from = second, .to = books.outside, .sum = rub(10000)}};
    act_alone(&books, &act);
    assert_int_equal(act.refusal, LEDGER_OK);
    assert_head(40000, 10000, 40000);
    int64_t first = act.hold;
    act.done = false;
    act_alone(&books, &act);
    act.body = body_release, act.done = false;
    act_alone(&books, &act);
    assert_head(40000, 10000, 40000);
    act.body = body_capture, act.done = false, act.hold = first, act.final = true, act.transfer.sum = rub(7000);
    act_alone(&books, &act);
    assert_int_equal(act.refusal, LEDGER_OK);
    assert_head(33000, 7000, 40000);
    act.body = body_reverse, act.done = false, act.transfer.sum = rub(2000);
    act_alone(&books, &act);
    assert_int_equal(act.refusal, LEDGER_OK);
    assert_head(35000, 5000, 40000);
    crash_and_open(NULL);
    assert_head(35000, 5000, 40000);
}

/* ---- accounts of earlier versions ---- */

static const struct migration earlier = {
    "ledger", 7,
    "INSERT INTO account_unheaded (account, head) SELECT a.id, h.head FROM account a JOIN ("
    "SELECT owner, MIN(id) AS head FROM account WHERE owner > 0 AND purpose = 1 GROUP BY owner) h "
    "ON h.owner = a.owner WHERE a.owner > 0 AND a.id <> h.head AND a.class = 1 AND a.purpose IN (1, 40, 70);\n"};

STATEMENT(unheaded, "SELECT count(*) FROM account_unheaded");

static void accounts_of_earlier_versions(void **state) {
    (void)state;
    int64_t wallet = books_account(&books, (struct account){.owner = 5, .purpose = 1, .limits = LIMITS_SMALL});
    int64_t other = books_account(&books, (struct account){.owner = 5, .purpose = 1, .limits = LIMITS_SMALL});
    int64_t box = books_account(&books, (struct account){.owner = 5, .purpose = 70});
    int64_t merchant = books_account(&books, (struct account){.owner = 5, .purpose = 60});
    assert_int_equal(pay(books.outside, other, 50000), LEDGER_OK);
    assert_int_equal(pay(books.outside, box, 5000), LEDGER_OK);
    assert_int_equal(pay(other, merchant, 1000), LEDGER_OK);
    head = wallet;
    assert_head(0, 0, 0);
    crash_and_open(&earlier); /* what is late by then is told first */
    assert_int_equal(books_number(&books, &unheaded), 0);
    assert_head(54000, 1000, 55000);
    assert_int_equal(books_look(&books, other).head, wallet);
    assert_int_equal(books_look(&books, merchant).head, 0);
    assert_int_equal(pay(books.outside, other, 6001), LEDGER_RECIPIENT_BALANCE_LIMIT);
    assert_int_equal(pay(books.outside, other, 6000), LEDGER_OK);
    crash_and_open(&earlier);
    assert_head(60000, 1000, 61000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_persons_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(a_crash_forgets_nothing_of_it, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_count_to_the_head, setup, teardown),
        cmocka_unit_test_setup_teardown(accounts_of_earlier_versions, setup, teardown),
    };
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++)
        if (books_possible(kind)) failed += cmocka_run_group_tests_name("ledger heads", tests, NULL, NULL);
    return failed;
}

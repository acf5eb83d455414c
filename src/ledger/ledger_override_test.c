/* ledger_override_test.c: limits of an account's own, for a time, on both databases (LE-3; the ledger's part of BO
 * 2). */
#include "ledger/ledger_fixture.h"

static struct books books;
static enum store_kind kind;

static int setup(void **state) {
    (void)state;
    books_new(&books, kind, 1);
    books_open(&books, true, NULL);
    books.outside = books_account(&books, (struct account){.class = ACCOUNT_SYSTEM, .overdraft = ACCOUNT_UNLIMITED});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    books_verify(&books);
    books_free(&books);
    return 0;
}

STATEMENT(override_count, "SELECT count(*) FROM limit_override");

struct wanted {
    struct limit_override override;
    bool undo;
};

static enum command_outcome body_override(struct act *act, struct tx *tx) {
    const struct wanted *wanted = act->data;
    assert_true(ledger_override(act->books->ledger, tx, act->account, &wanted->override));
    return wanted->undo ? COMMAND_UNDO : COMMAND_KEEP;
}

static enum command_outcome body_end(struct act *act, struct tx *tx) {
    act->id = (int64_t)ledger_end_overrides(act->books->ledger, tx, 10);
    return COMMAND_KEEP;
}

static const struct limit_set as_set = {LIMIT_OF_SET, LIMIT_OF_SET, LIMIT_OF_SET, LIMIT_OF_SET, LIMIT_OF_SET};

static void override(int64_t account, struct limit_set limits, int64_t span_us, bool undo) {
    struct wanted wanted = {{limits, span_us == 0 ? 0 : world_now(books.world) + span_us}, undo};
    struct act act = {.body = body_override, .account = account, .data = &wanted};
    act_alone(&books, &act);
}

static struct limit_report report(int64_t account) {
    struct account seen = books_look(&books, account);
    struct look look = look_begin(&books);
    struct limit_report found = ledger_limits(books.ledger, look.tx, &seen);
    look_end(&look);
    return found;
}

/* One figure of the account's own at a time; the others stay its set's. Sums are above what LIMITS_SMALL allows. */
static void each_figure_stands_for_its_own(void **state) {
    (void)state;
    static const struct {
        struct limit_set own;
        int64_t sum;
        enum ledger_refusal refusal;
    } rows[] = {
        {{-1, -1, -1, -1, -1}, 16000, LEDGER_OPERATION_LIMIT},
        {{-1, 20000, -1, -1, -1}, 16000, LEDGER_OK},
        {{-1, 20000, -1, -1, -1}, 20001, LEDGER_OPERATION_LIMIT},
        {{-1, 0, -1, -1, -1}, 31000, LEDGER_DAY_LIMIT}, /* 0 lifts it */
        {{-1, 0, 35000, -1, -1}, 31000, LEDGER_OK},
        {{-1, 0, 0, -1, -1}, 41000, LEDGER_MONTH_LIMIT},
        {{-1, 0, 0, 50000, -1}, 41000, LEDGER_OK},
        {{-1, 1000, -1, -1, -1}, 1001, LEDGER_OPERATION_LIMIT}, /* narrower, too */
    };
    int64_t payee = books_rich(&books, LIMITS_NONE, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t payer = books_rich(&books, LIMITS_SMALL, 60000);
        override(payer, rows[i].own, DAY, false);
        enum ledger_refusal refusal = books_transfer(&books, payer, payee, rows[i].sum, NULL);
        if (refusal != rows[i].refusal) fail_msg("row %zu: %s", i, ledger_refusal_name(refusal));
    }
}

static void the_recipient_has_his_own(void **state) {
    (void)state;
    int64_t payer = books_rich(&books, LIMITS_NONE, 1000000), payee = books_rich(&books, LIMITS_SMALL, 0);
    assert_int_equal(books_transfer(&books, payer, payee, 60001, NULL), LEDGER_RECIPIENT_BALANCE_LIMIT);
    struct limit_set own = as_set;
    own.balance_max = 200000;
    override(payee, own, DAY, false);
    assert_int_equal(books_transfer(&books, payer, payee, 60001, NULL), LEDGER_OK);
    assert_int_equal(books_transfer(&books, payer, payee, 40000, NULL), LEDGER_RECIPIENT_MONTH_LIMIT);
    assert_int_equal(report(payee).balance.max, 200000);
    assert_int_equal(report(payee).month_in.max, 100000);
}

static void over_at_its_moment_with_or_without_the_job(void **state) {
    (void)state;
    int64_t payer = books_rich(&books, LIMITS_SMALL, 60000), payee = books_rich(&books, LIMITS_NONE, 0);
    struct limit_set own = as_set;
    own.operation_max = 20000;
    override(payer, own, HOUR, false);
    world_advance(books.world, HOUR - SECOND);
    assert_int_equal(books_transfer(&books, payer, payee, 16000, NULL), LEDGER_OK);
    struct act end = {.body = body_end};
    act_alone(&books, &end);
    assert_int_equal(end.id, 0);
    world_advance(books.world, SECOND);
    assert_int_equal(books_transfer(&books, payer, payee, 16000, NULL), LEDGER_OPERATION_LIMIT);
    assert_int_equal(report(payer).operation_max, 15000);
    assert_true(books_look(&books, payer).own_limits);
    end = (struct act){.body = body_end};
    act_alone(&books, &end);
    assert_int_equal(end.id, 1);
    assert_false(books_look(&books, payer).own_limits);
    assert_int_equal(books_number(&books, &override_count), 0);
    assert_int_equal(books_transfer(&books, payer, payee, 16000, NULL), LEDGER_OPERATION_LIMIT);
}

static void undone_replaced_taken_back(void **state) {
    (void)state;
    int64_t payer = books_rich(&books, LIMITS_SMALL, 60000), payee = books_rich(&books, LIMITS_NONE, 0);
    struct limit_set own = as_set;
    own.operation_max = 20000;
    override(payer, own, DAY, true);
    assert_int_equal(books_number(&books, &override_count), 0);
    assert_false(books_look(&books, payer).own_limits);
    assert_int_equal(books_transfer(&books, payer, payee, 16000, NULL), LEDGER_OPERATION_LIMIT);
    override(payer, own, DAY, false);
    own.operation_max = 17000;
    override(payer, own, DAY, false);
    assert_int_equal(books_transfer(&books, payer, payee, 17001, NULL), LEDGER_OPERATION_LIMIT);
    assert_int_equal(books_transfer(&books, payer, payee, 17000, NULL), LEDGER_OK);
    override(payer, own, 0, false);
    assert_int_equal(books_transfer(&books, payer, payee, 16000, NULL), LEDGER_OPERATION_LIMIT);
    assert_int_equal(books_number(&books, &override_count), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {TEST(each_figure_stands_for_its_own), TEST(the_recipient_has_his_own),
                                       TEST(over_at_its_moment_with_or_without_the_job),
                                       TEST(undone_replaced_taken_back)};
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++)
        if (books_possible(kind)) failed += cmocka_run_group_tests_name(store_kind_name(kind), tests, NULL, NULL);
    return failed;
}

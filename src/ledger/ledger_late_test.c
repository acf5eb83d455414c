/* ledger_late_test.c: rows written later than their entries: what snapshots see meanwhile, what a crash leaves, what
 * the proof says of it (LE-1, LE-3, LE-5). On PostgreSQL the same holds while the node is alone; what happens when it
 * no longer is has ledger_tenure_test.c. */
#include "ledger/ledger_fixture.h"

#include <pthread.h>

static struct books books;
static enum store_kind kind;

STATEMENT(raw_row, "SELECT balance, version FROM account WHERE id = $1");
STATEMENT(entry_count, "SELECT count(*) FROM entry");

static int setup(void **state) {
    (void)state;
    books_new(&books, kind, 1);
    books_open(&books, true, NULL);
    books.outside = books_account(&books, (struct account){.class = ACCOUNT_SYSTEM, .overdraft = ACCOUNT_UNLIMITED});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    if (books.store) books_verify(&books);
    books_free(&books);
    return 0;
}

static int64_t raw_balance(int64_t id) {
    struct look look = look_begin(&books);
    struct rows *rows = tx_query(look.tx, &raw_row, VALUES(V_INT(id)));
    assert_true(rows_next(rows));
    int64_t balance = row_int(rows, 0);
    rows_end(rows);
    look_end(&look);
    return balance;
}

static void pay(int64_t from, int64_t to, int64_t sum) {
    assert_int_equal(books_transfer(&books, from, to, sum, NULL), LEDGER_OK);
}

static void crash_and_open(void) {
    books_close(&books); /* nothing is settled: the rows stay as a kill would leave them */
    books_open(&books, true, NULL);
}

/* ---- what is seen ---- */

static void rows_are_late_and_nobody_sees_it(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    ledger_settle_all(books.ledger);
    for (int i = 0; i < 5; i++) pay(from, to, 100);
    assert_int_equal(books_look(&books, from).balance, 9500);
    assert_int_equal(books_look(&books, to).balance, 500);
    assert_int_equal(raw_balance(from), 10000);
    books_verify(&books);
    ledger_settle_all(books.ledger);
    assert_int_equal(raw_balance(from), 9500);
    assert_int_equal(raw_balance(to), 500);
    assert_int_equal(books_look(&books, from).balance, 9500);
}

static enum command_outcome body_freeze(struct act *act, struct tx *tx) {
    struct account account;
    assert_true(ledger_account(act->books->ledger, tx, act->account, &account));
    account.frozen = true;
    assert_true(ledger_change(act->books->ledger, tx, &account));
    return COMMAND_KEEP;
}

STATEMENT(raw_watermark, "SELECT entry - (SELECT MAX(id) FROM entry) FROM watermark");

/* Or the next start would read entries whose rows are long true. */
static void settled_is_known_as_such(void **state) {
    (void)state;
    int64_t accounts[9];
    for (size_t i = 0; i < 9; i++) accounts[i] = books_rich(&books, LIMITS_NONE, 10000);
    ledger_settle_all(books.ledger);
    assert_int_equal(books_number(&books, &raw_watermark), 0);
    pay(accounts[0], accounts[1], 1); /* the table has more accounts behind these */
    assert_int_not_equal(books_number(&books, &raw_watermark), 0);
    ledger_settle_all(books.ledger);
    assert_int_equal(books_number(&books, &raw_watermark), 0);
}

static void other_changes_take_the_late_ones_along(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    pay(from, to, 100);
    struct act freeze = {.body = body_freeze, .account = from};
    act_alone(&books, &freeze);
    assert_int_equal(raw_balance(from), 9900);
    assert_true(books_look(&books, from).frozen);
    assert_int_equal(books_look(&books, from).balance, 9900);
}

static void a_snapshot_keeps_its_moment(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    pay(from, to, 100);
    struct look early = look_begin(&books);
    struct rows *rows = tx_query(early.tx, &entry_count, NO_VALUES); /* takes the snapshot */
    assert_true(rows_next(rows));
    rows_end(rows);
    for (int i = 0; i < 20; i++) pay(from, to, 1);
    ledger_settle_all(books.ledger);
    pay(to, from, 7);
    struct account account;
    assert_true(ledger_account(books.ledger, early.tx, from, &account));
    assert_int_equal(account.balance, 9900);
    assert_int_equal(account.version, 2);
    assert_true(ledger_account(books.ledger, early.tx, to, &account));
    assert_int_equal(account.balance, 100);
    struct entry_cursor *cursor = ledger_entries(books.ledger, early.tx, to, 0);
    struct entry entry;
    assert_true(entry_next(cursor, &entry));
    assert_int_equal(entry.balance, 100);
    assert_false(entry_next(cursor, &entry));
    look_end(&early);
    assert_int_equal(books_look(&books, to).balance, 113);
}

/* A snapshot that slept through more changes than are remembered is refused, never told something untrue. */
static void a_snapshot_too_old_is_refused(void **state) {
    (void)state;
    enum { ACCOUNTS = 128, ROUNDS = 600 };
    int64_t accounts[ACCOUNTS];
    for (size_t i = 0; i < ACCOUNTS; i++) accounts[i] = books_rich(&books, LIMITS_NONE, 10000);
    struct look early = look_begin(&books);
    struct rows *rows = tx_query(early.tx, &entry_count, NO_VALUES);
    assert_true(rows_next(rows));
    rows_end(rows);
    static struct act acts[ACCOUNTS];
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < ACCOUNTS; i++) {
            acts[i] = (struct act){
                .body = body_transfer,
                .transfer = {.from = accounts[i], .to = accounts[(i + 1) % ACCOUNTS], .sum = rub(1), .kind = 1}};
            act_submit(&books, &acts[i]);
        }
        assert_int_equal(store_step(books.store), ACCOUNTS);
    }
    struct account account;
    assert_false(ledger_account(books.ledger, early.tx, accounts[0], &account));
    assert_false(reader_end(early.reader, early.tx));
    reader_free(early.reader);
    assert_int_equal(books_look(&books, accounts[0]).balance, 10000);
}

/* ---- a reader beside the writer ---- */

struct watch {
    int64_t one, other;
    atomic_bool stop;
    int64_t looks, torn;
};

static void *watch(void *data) {
    struct watch *watch = data;
    struct reader *reader = reader_new(books.store);
    while (!atomic_load(&watch->stop)) {
        struct tx *tx = reader_begin(reader);
        struct account one, other;
        bool both = ledger_account(books.ledger, tx, watch->one, &one) &&
                    ledger_account(books.ledger, tx, watch->other, &other);
        struct entry entry = {0};
        if (both && one.last_entry != 0) both = ledger_entry(books.ledger, tx, one.id, one.last_entry, &entry);
        bool good = reader_end(reader, tx);
        if (!good) continue;
        watch->looks++;
        if (!both || one.balance + other.balance != 20000 || entry.balance != one.balance) watch->torn++;
    }
    reader_free(reader);
    return NULL;
}

static void sums_hold_in_every_snapshot(void **state) {
    (void)state;
    struct watch watched = {.one = books_rich(&books, LIMITS_NONE, 10000),
                            .other = books_rich(&books, LIMITS_NONE, 10000)};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, watch, &watched), 0);
    for (int i = 0; i < 1500; i++) {
        pay(i % 3 ? watched.one : watched.other, i % 3 ? watched.other : watched.one, 1 + i % 5);
        if (i % 100 == 99) ledger_settle_all(books.ledger);
    }
    atomic_store(&watched.stop, true);
    pthread_join(thread, NULL);
    assert_int_equal(watched.torn, 0);
    assert_true(watched.looks > 0);
}

/* ---- after a crash ---- */

static void a_crash_loses_nothing(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 10000), to = books_rich(&books, LIMITS_SMALL, 0);
    pay(from, to, 1000);
    pay(to, from, 300);
    struct account before_from = books_look(&books, from), before_to = books_look(&books, to);
    crash_and_open();
    struct account from_now = books_look(&books, from), to_now = books_look(&books, to);
    assert_int_equal(from_now.balance, before_from.balance);
    assert_int_equal(from_now.version, before_from.version);
    assert_int_equal(from_now.last_entry, before_from.last_entry);
    assert_int_equal(from_now.day, before_from.day);
    assert_int_equal(from_now.day_out, 1000);
    assert_int_equal(from_now.month_out, 1000);
    assert_int_equal(from_now.month_in, 300);
    assert_int_equal(to_now.balance, before_to.balance);
    assert_int_equal(to_now.day_out, 300);
    assert_int_equal(to_now.month_in, 1000);
    assert_int_equal(raw_balance(from), before_from.balance);
    pay(from, to, 1);
    crash_and_open();
    crash_and_open();
    assert_int_equal(books_look(&books, to).balance, 701);
}

static enum command_outcome body_statement(struct act *act, struct tx *tx) {
    act->id = tx_run(tx, act->data, NO_VALUES);
    return COMMAND_KEEP;
}

static void run_statement(struct statement *statement) {
    struct act act = {.body = body_statement, .data = statement};
    act_alone(&books, &act);
    assert_true(act.id > 0);
}

static void a_gap_is_not_healed_over(void **state) {
    (void)state;
    STATEMENT(tear, "DELETE FROM entry WHERE id = (SELECT MAX(id) FROM entry WHERE version = 2)");
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    ledger_settle_all(books.ledger);
    for (int i = 0; i < 3; i++) pay(from, to, 100);
    run_statement(&tear);
    store_close(books.store);
    ledger_close(books.ledger);
    struct text problem = TEXT_NONE;
    struct store_options options = {.where = books.fixture.where, .world = books.world, .manual = true};
    books.store = store_open(books.arena, &options, &problem);
    books.ledger = ledger_open(books.store, zone_named("Europe/Moscow"), books_limit_sets, LIMITS_COUNT);
    assert_true(store_start(books.store));
    assert_false(ledger_recover(books.ledger, &problem));
    assert_true(text_is(problem, "the books have a gap: see `kabinet verify`"));
    books_close(&books);
}

static void a_row_late_without_leave_is_told(void **state) {
    (void)state;
    STATEMENT(claim, "UPDATE watermark SET entry = (SELECT MAX(id) FROM entry)");
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    ledger_settle_all(books.ledger);
    pay(from, to, 100);
    run_statement(&claim);
    struct look look = look_begin(&books);
    struct verdict verdict = ledger_verify(books.ledger, look.tx, books.arena);
    look_end(&look);
    assert_int_equal(verdict.faults, 4); /* balance and version of both rows */
    ledger_settle_all(books.ledger);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rows_are_late_and_nobody_sees_it, setup, teardown),
        cmocka_unit_test_setup_teardown(settled_is_known_as_such, setup, teardown),
        cmocka_unit_test_setup_teardown(other_changes_take_the_late_ones_along, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_keeps_its_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_too_old_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(sums_hold_in_every_snapshot, setup, teardown),
        cmocka_unit_test_setup_teardown(a_crash_loses_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_gap_is_not_healed_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_row_late_without_leave_is_told, setup, teardown),
    };
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++) {
        if (books_possible(kind)) failed += cmocka_run_group_tests_name(store_kind_name(kind), tests, NULL, NULL);
    }
    return failed;
}

/* ledger_tenure_test.c: a node alone on PostgreSQL knows better than its rows; another that comes must find them true,
 * however the first one leaves: asked, killed, or cut off (LE-1, LE-5). SQLite has one node, so it has no part here. */
#include "ledger/ledger_fixture.h"

#include <pthread.h>

static struct books one, other;
static int64_t rich, poor;

STATEMENT(rows_behind, "SELECT count(*) FROM account WHERE last_entry <> "
                       "(SELECT COALESCE(MAX(id), 0) FROM entry WHERE entry.account = account.id)");
STATEMENT(nodes_alone, "SELECT count(*) FROM store_group WHERE node = -1");
STATEMENT(cut_off, "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 "
                   "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");

static void pay(struct books *node, int64_t from, int64_t to, int64_t sum) {
    const int64_t declared[] = {from, to};
    struct act act = {.books = node, .body = body_transfer, .command = {.run = act_run, .arena = node->arena},
                      .transfer = {.from = from, .to = to, .sum = rub(sum), .kind = 1}};
    act.command.accounts = declared;
    act.command.account_count = 2;
    assert_int_equal(store_run(node->store, &act.command), STORE_DURABLE);
    assert_int_equal(act.refusal, LEDGER_OK);
}

static int64_t account_of(struct account template) {
    template.class = template.overdraft != 0 ? ACCOUNT_SYSTEM : ACCOUNT_CUSTOMER;
    template.currency = CURRENCY_RUB;
    struct act act = {.books = &one, .body = body_create, .data = &template,
                      .command = {.run = act_run, .arena = one.arena}};
    assert_int_equal(store_run(one.store, &act.command), STORE_DURABLE);
    return act.id;
}

/* The first node, alone, with rows that are late. */
static int setup(void **state) {
    (void)state;
    books_new(&one, STORE_POSTGRES, 1);
    one.world->node = 1;
    books_open(&one, false, NULL);
    one.outside = account_of((struct account){.overdraft = ACCOUNT_UNLIMITED});
    rich = account_of((struct account){.owner = 77});
    poor = account_of((struct account){.owner = 78});
    other = one;
    other.world = world_simulated(2, BOOKS_START - 5 * SECOND); /* behind */
    other.world->node = 2;
    other.store = NULL;
    pay(&one, one.outside, rich, 1000);
    for (int i = 0; i < 10; i++) pay(&one, rich, poor, 10);
    assert_int_equal(books_number(&one, &nodes_alone), 1);
    assert_true(books_number(&one, &rows_behind) > 0);
    assert_int_equal(books_look(&one, rich).balance, 900);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    books_verify(other.store ? &other : &one);
    if (other.store) books_close(&other);
    world_free(other.world);
    books_free(&one);
    return 0;
}

static void both_pay(void) {
    for (int i = 0; i < 5; i++) {
        pay(&other, rich, poor, 1);
        pay(&one, poor, rich, 1);
    }
    assert_int_equal(books_look(&one, rich).balance, books_look(&other, rich).balance);
    assert_int_equal(books_number(&one, &rows_behind), 0);
}

static void asked_it_gives_way(void **state) {
    (void)state;
    books_open(&other, false, NULL);
    assert_int_equal(books_number(&other, &rows_behind), 0);
    assert_int_equal(books_number(&other, &nodes_alone), 0);
    assert_int_equal(books_look(&other, rich).balance, 900);
    assert_int_equal(books_look(&one, rich).balance, 900);
    both_pay();
}

/* A snapshot begun while rows were late would see them so after its node has given way: it is refused. */
static void an_older_snapshot_is_refused(void **state) {
    (void)state;
    struct look early = look_begin(&one);
    struct rows *rows = tx_query(early.tx, &nodes_alone, NO_VALUES); /* takes the snapshot */
    assert_true(rows_next(rows));
    rows_end(rows);
    books_open(&other, false, NULL);
    both_pay();
    struct account account;
    assert_false(ledger_account(one.ledger, early.tx, rich, &account));
    assert_false(reader_end(early.reader, early.tx));
    reader_free(early.reader);
}

static void killed_its_rows_are_brought_up(void **state) {
    (void)state;
    books_close(&one); /* nothing is settled: the rows stay as a kill would leave them */
    books_open(&other, false, NULL);
    assert_int_equal(books_look(&other, rich).balance, 900);
    assert_int_equal(books_number(&other, &rows_behind), 0);
    pay(&other, poor, rich, 100);
    assert_int_equal(books_look(&other, rich).balance, 1000);
    books_open(&one, false, NULL); /* and it comes back */
    assert_int_equal(books_look(&one, rich).balance, 1000);
    both_pay();
}

/* One that is never to be alone puts the rows right all the same. */
static void killed_before_one_that_shares(void **state) {
    (void)state;
    books_close(&one);
    other.shares = true;
    books_open(&other, false, NULL);
    assert_int_equal(books_look(&other, rich).balance, 900);
    for (int tries = 0; tries < 100 && books_number(&other, &nodes_alone) != 0; tries++) pay(&other, poor, rich, 1);
    assert_int_equal(books_number(&other, &nodes_alone), 0);
    assert_int_equal(books_number(&other, &rows_behind), 0);
    books_open(&one, false, NULL);
    both_pay();
}

/* As a network that falls silent: the server has ended the session, the node does not know it yet. */
static void cut(int64_t node) {
    struct look look = look_begin(&one);
    struct rows *rows = tx_query(look.tx, &cut_off, VALUES(V_INT(node)));
    assert_true(rows_next(rows) && row_int(rows, 0) > 0);
    rows_end(rows);
    look_end(&look);
}

static void cut_off_it_remembers_nothing_untrue(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        cut(1);
        pay(&one, rich, poor, 10); /* by a new connection */
        assert_int_equal(books_look(&one, rich).balance, 890 - 10 * i);
    }
    assert_int_equal(books_look(&one, poor).version, 13);
}

static void cut_off_while_another_came(void **state) {
    (void)state;
    cut(1);
    books_open(&other, false, NULL); /* alone, or beside it if that was quicker */
    pay(&other, rich, poor, 100);
    for (int tries = 0; tries < 200; tries++) { /* refused until the other has given way */
        struct act act = {.books = &one, .body = body_transfer, .command = {.run = act_run, .arena = one.arena},
                          .transfer = {.from = poor, .to = rich, .sum = rub(1), .kind = 1}};
        if (store_run(one.store, &act.command) == STORE_DURABLE) break;
        pay(&other, rich, poor, 1);
        nanosleep(&(struct timespec){.tv_nsec = 20 * 1000 * 1000}, NULL);
    }
    struct account rich_now = books_look(&other, rich), poor_now = books_look(&other, poor);
    assert_int_equal(rich_now.balance + poor_now.balance, 1000);
    assert_int_equal(books_look(&one, rich).balance, rich_now.balance);
    both_pay();
}

static void alone_again_when_the_other_left(void **state) {
    (void)state;
    books_open(&other, false, NULL);
    both_pay();
    books_close(&other);
    for (int tries = 0; tries < 300 && books_number(&one, &nodes_alone) == 0; tries++) {
        pay(&one, poor, rich, 1);
        pay(&one, rich, poor, 1);
        nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
    }
    assert_int_equal(books_number(&one, &nodes_alone), 1);
    pay(&one, rich, poor, 100);
    assert_true(books_number(&one, &rows_behind) > 0);
    assert_int_equal(books_look(&one, rich).balance, 800);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asked_it_gives_way, setup, teardown),
        cmocka_unit_test_setup_teardown(an_older_snapshot_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(killed_its_rows_are_brought_up, setup, teardown),
        cmocka_unit_test_setup_teardown(killed_before_one_that_shares, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_off_it_remembers_nothing_untrue, setup, teardown),
        cmocka_unit_test_setup_teardown(cut_off_while_another_came, setup, teardown),
        cmocka_unit_test_setup_teardown(alone_again_when_the_other_left, setup, teardown),
    };
    if (!books_possible(STORE_POSTGRES)) return 0;
    return cmocka_run_group_tests_name("ledger tenure", tests, NULL, NULL);
}

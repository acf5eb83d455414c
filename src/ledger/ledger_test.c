/* ledger_test.c: the ledger through real groups of commands, on both databases: LE-1, LE-3, LE-7. Holds, reversals and
 * accounts are in ledger_holds_test.c (LE-2), history in ledger_history_test.c (LE-6), the proof in
 * ledger_verify_test.c, several nodes in ledger_nodes_test.c. */
#include "ledger/ledger_fixture.h"

#include <pthread.h>
#include <stdio.h>

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

STATEMENT(entry_count, "SELECT count(*) FROM entry");
STATEMENT(hold_count, "SELECT count(*) FROM hold");
STATEMENT(account_count, "SELECT count(*) FROM account");
STATEMENT(reversal_count, "SELECT count(*) FROM reversal");

/* ---- LE-1 ---- */

static void transfers_leave_two_entries(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0), id;
    struct act act = {.body = body_transfer,
                      .transfer = {.from = from, .to = to, .sum = rub(2500), .kind = 7, .subject = 71, .cause = 72,
                                   .note = TEXT("за обед")}};
    act_alone(&books, &act);
    assert_int_equal(act.refusal, LEDGER_OK);
    id = act.id;
    assert_int_equal(id % 2, 0);
    struct account sender = books_look(&books, from), recipient = books_look(&books, to);
    assert_int_equal(sender.balance, 7500);
    assert_int_equal(sender.version, 2);
    assert_int_equal(sender.last_entry, id);
    assert_int_equal(recipient.balance, 2500);
    assert_int_equal(recipient.version, 1);
    assert_int_equal(recipient.last_entry, id + 1);

    struct look look = look_begin(&books);
    struct entry debit, credit, none;
    assert_true(ledger_entry(books.ledger, look.tx, from, id, &debit));
    assert_true(ledger_entry(books.ledger, look.tx, to, id + 1, &credit));
    assert_false(ledger_entry(books.ledger, look.tx, to, id, &none)); /* another's entry is as if missing */
    assert_int_equal(debit.amount, -2500);
    assert_int_equal(debit.balance, 7500);
    assert_int_equal(debit.other, to);
    assert_int_equal(debit.version, 2);
    assert_int_not_equal(debit.previous, 0);
    assert_int_equal(credit.amount, 2500);
    assert_int_equal(credit.balance, 2500);
    assert_int_equal(credit.other, from);
    assert_int_equal(credit.previous, 0);
    assert_int_equal(credit.kind, 7);
    assert_int_equal(credit.subject, 71);
    assert_int_equal(credit.cause, 72);
    assert_int_equal(credit.currency, CURRENCY_RUB);
    assert_true(text_is(credit.note, "за обед") && text_is(debit.note, "за обед"));
    look_end(&look);
}

static void refusals_write_nothing(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    int64_t before = books_number(&books, &entry_count);
    struct account sender = books_look(&books, from);
    static const struct {
        int64_t sum;
        enum ledger_refusal refusal;
    } rows[] = {
        {0, LEDGER_BAD_SUM}, {-5, LEDGER_BAD_SUM}, {INT64_MIN, LEDGER_BAD_SUM}, {INT64_MAX, LEDGER_BAD_SUM},
        {10001, LEDGER_NOT_ENOUGH}, {15001, LEDGER_OPERATION_LIMIT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t id = -1;
        struct act act = {
            .body = body_transfer, .id = -1, .transfer = {.from = from, .to = to, .sum = rub(rows[i].sum)}};
        act_alone(&books, &act);
        id = act.id;
        assert_int_equal(act.refusal, rows[i].refusal);
        assert_int_equal(id, -1); /* untouched */
        struct look look = look_begin(&books); /* the check page says the same */
        assert_int_equal(ledger_check(books.ledger, look.tx, &act.transfer), rows[i].refusal);
        look_end(&look);
    }
    assert_int_equal(books_transfer(&books, from, 4242, 100, NULL), LEDGER_NO_ACCOUNT);
    assert_int_equal(books_transfer(&books, 4242, to, 100, NULL), LEDGER_NO_ACCOUNT);
    assert_int_equal(books_transfer(&books, from, from, 100, NULL), LEDGER_SAME_ACCOUNT);
    assert_int_equal(books_number(&books, &entry_count), before);
    struct account after = books_look(&books, from);
    assert_memory_equal(&after, &sender, sizeof after);
}

/* ---- LE-3 ---- */

static void fifty_transfers_of_everything(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 5000);
    struct act acts[50] = {0};
    int64_t to[50];
    for (size_t i = 0; i < 50; i++) to[i] = books_rich(&books, LIMITS_NONE, 0);
    for (size_t i = 0; i < 50; i++) {
        acts[i] = (struct act){.body = body_transfer, .transfer = {.from = from, .to = to[i], .sum = rub(5000)}};
        act_submit(&books, &acts[i]);
    }
    assert_int_equal(store_step(books.store), 50); /* one group */
    size_t passed = 0;
    for (size_t i = 0; i < 50; i++) {
        assert_true(acts[i].done && acts[i].status == STORE_DURABLE);
        passed += acts[i].refusal == LEDGER_OK;
        assert_true(acts[i].refusal == LEDGER_OK || acts[i].refusal == LEDGER_NOT_ENOUGH);
    }
    assert_int_equal(passed, 1);
    assert_int_equal(books_look(&books, from).balance, 0);
}

static void limits_hold_within_a_group(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 60000), to = books_rich(&books, LIMITS_NONE, 0);
    struct act acts[5] = {0};
    for (size_t i = 0; i < 5; i++) {
        acts[i] = (struct act){.body = body_transfer, .transfer = {.from = from, .to = to, .sum = rub(10000)}};
        act_submit(&books, &acts[i]);
    }
    assert_int_equal(store_step(books.store), 5);
    for (size_t i = 0; i < 5; i++) assert_int_equal(acts[i].refusal, i < 3 ? LEDGER_OK : LEDGER_DAY_LIMIT);
    world_advance(books.world, DAY); /* a new day in Moscow, the same month */
    assert_int_equal(books_transfer(&books, from, to, 10000, NULL), LEDGER_OK);
    assert_int_equal(books_transfer(&books, from, to, 1, NULL), LEDGER_MONTH_LIMIT);

    struct look look = look_begin(&books);
    struct account account;
    assert_true(ledger_account(books.ledger, look.tx, from, &account));
    struct limit_report report = ledger_limits(books.ledger, look.tx, &account);
    look_end(&look);
    assert_int_equal(report.operation_max, 15000);
    assert_int_equal(report.balance.spent, 20000);
    assert_int_equal(report.balance.rest, 40000);
    assert_int_equal(report.day_out.spent, 10000);
    assert_int_equal(report.day_out.rest, 20000);
    assert_int_equal(report.month_out.spent, 40000);
    assert_int_equal(report.month_out.rest, 0);

    world_advance(books.world, 20 * DAY); /* April */
    assert_int_equal(books_transfer(&books, from, to, 10000, NULL), LEDGER_OK);
}

static void the_day_begins_in_the_ledgers_zone(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 60000), to = books_rich(&books, LIMITS_NONE, 0);
    world_advance(books.world, 9 * HOUR - SECOND); /* 20:59:59 UTC, 23:59:59 in Moscow */
    assert_int_equal(books_transfer(&books, from, to, 15000, NULL), LEDGER_OK);
    assert_int_equal(books_transfer(&books, from, to, 15000, NULL), LEDGER_OK);
    assert_int_equal(books_transfer(&books, from, to, 1, NULL), LEDGER_DAY_LIMIT);
    world_advance(books.world, SECOND);
    assert_int_equal(books_transfer(&books, from, to, 1, NULL), LEDGER_OK);
}

static enum command_outcome body_spoil(struct act *act, struct tx *tx) {
    STATEMENT(spoil, "UPDATE account SET balance = -1 WHERE id = $1");
    tx_run(tx, &spoil, VALUES(V_INT(act->account)));
    return COMMAND_KEEP;
}

static void the_database_is_a_second_line(void **state) {
    (void)state;
    int64_t account = books_rich(&books, LIMITS_NONE, 10);
    struct act act = {.body = body_spoil, .account = account};
    act_submit(&books, &act);
    (void)store_step(books.store);
    assert_int_equal(act.status, STORE_UNAVAILABLE);
    assert_int_equal(books_look(&books, account).balance, 10);
}

/* ---- undo and replay ---- */

/* Everything a command can do, and then it changes its mind. */
static enum command_outcome body_all_undone(struct act *act, struct tx *tx) {
    struct ledger *ledger = act->books->ledger;
    struct account template = {.owner = 5, .class = ACCOUNT_CUSTOMER, .currency = CURRENCY_RUB};
    struct transfer transfer = act->transfer;
    int64_t made = ledger_create(ledger, tx, &template), id, hold;
    struct account accounts[4];
    assert_int_equal(ledger_accounts_of(ledger, tx, 5, accounts, 4), 1);
    assert_int_equal(accounts[0].id, made);
    assert_int_equal(ledger_transfer(ledger, tx, &transfer, &id), LEDGER_OK);
    assert_int_equal(ledger_hold(ledger, tx, &transfer, INT64_MAX, &hold), LEDGER_OK);
    int64_t captured, reversed;
    assert_int_equal(ledger_capture(ledger, tx, hold, transfer.from, rub(1), false, &captured), LEDGER_OK);
    assert_int_equal(ledger_reverse(ledger, tx, id, transfer.from, rub(1), 9, &reversed), LEDGER_OK);
    struct account account;
    assert_true(ledger_account(ledger, tx, transfer.from, &account));
    account.frozen = true;
    assert_true(ledger_change(ledger, tx, &account));
    transfer.to = made;
    assert_int_equal(ledger_transfer(ledger, tx, &transfer, &id), LEDGER_FROZEN);
    return COMMAND_UNDO;
}

static enum command_outcome body_sees(struct act *act, struct tx *tx) {
    struct account account, accounts[4];
    assert_true(ledger_account(act->books->ledger, tx, act->transfer.from, &account));
    assert_int_equal(account.balance, 9900);
    assert_int_equal(account.held, 0);
    assert_int_equal(account.version, 2);
    assert_false(account.frozen);
    assert_int_equal(ledger_accounts_of(act->books->ledger, tx, 5, accounts, 4), 0);
    return body_transfer(act, tx);
}

static void an_undone_command_leaves_no_trace(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    int64_t entries = books_number(&books, &entry_count), accounts = books_number(&books, &account_count);
    struct transfer transfer = {.from = from, .to = to, .sum = rub(100)};
    struct act acts[] = {
        {.body = body_transfer, .transfer = transfer},
        {.body = body_all_undone, .transfer = transfer},
        {.body = body_sees, .transfer = transfer},
    };
    for (size_t i = 0; i < 3; i++) act_submit(&books, &acts[i]);
    assert_int_equal(store_step(books.store), 3);
    for (size_t i = 0; i < 3; i++) assert_int_equal(acts[i].status, STORE_DURABLE);
    assert_int_equal(books_number(&books, &entry_count), entries + 4);
    assert_int_equal(books_number(&books, &account_count), accounts);
    assert_int_equal(books_number(&books, &hold_count), 0);
    assert_int_equal(books_number(&books, &reversal_count), 0);
    struct account account = books_look(&books, from);
    assert_int_equal(account.balance, 9800);
    assert_int_equal(account.version, 3);
    assert_int_equal(books_look(&books, to).balance, 200);
}

/* The group fails as a whole: its commands run again one by one, and each counts once. */
static enum command_outcome body_broken_later(struct act *act, struct tx *tx) {
    STATEMENT(twice, "INSERT INTO reversal (account, transfer, reversed) VALUES ($1, 1, 1)");
    (void)body_transfer(act, tx);
    tx_queue(tx, &twice, VALUES(V_INT(act->transfer.from)));
    tx_queue(tx, &twice, VALUES(V_INT(act->transfer.from)));
    return COMMAND_KEEP;
}

static void a_broken_group_is_replayed(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_NONE, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    struct transfer transfer = {.from = from, .to = to, .sum = rub(100)};
    struct act acts[20] = {0};
    for (size_t i = 0; i < 20; i++) {
        acts[i] = (struct act){.body = i == 10 ? body_broken_later : body_transfer, .transfer = transfer};
        act_submit(&books, &acts[i]);
    }
    while (store_step(books.store) > 0) {}
    for (size_t i = 0; i < 20; i++) {
        assert_true(acts[i].done);
        assert_int_equal(acts[i].status, i == 10 ? STORE_UNAVAILABLE : STORE_DURABLE);
    }
    assert_int_equal(books_look(&books, from).balance, 10000 - 1900);
    assert_int_equal(books_look(&books, from).version, 20);
    assert_int_equal(books_look(&books, to).balance, 1900);
    assert_int_equal(books_number(&books, &reversal_count), 0);
}

/* ---- LE-7 ---- */

static enum command_outcome body_with_fee(struct act *act, struct tx *tx) {
    int64_t fee_id;
    act->refusal = ledger_transfer(act->books->ledger, tx, &act->transfer, &act->id);
    if (act->refusal) return COMMAND_UNDO;
    struct transfer fee = {.from = act->transfer.from, .to = act->account, .sum = rub(100), .kind = 8, .cause = act->id,
                           .flags = TRANSFER_NO_LIMITS};
    act->refusal = ledger_transfer(act->books->ledger, tx, &fee, &fee_id);
    act->hold = fee_id;
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static void fees_are_tied_to_their_cause(void **state) {
    (void)state;
    int64_t from = books_rich(&books, LIMITS_SMALL, 10000), to = books_rich(&books, LIMITS_NONE, 0);
    int64_t fees = books_account(&books, (struct account){.class = ACCOUNT_SYSTEM});
    struct act act = {.body = body_with_fee, .account = fees, .transfer = {.from = from, .to = to, .sum = rub(9900)}};
    act_alone(&books, &act);
    assert_int_equal(act.refusal, LEDGER_OK);
    struct look look = look_begin(&books);
    struct entry entry;
    struct entry_cursor *cursor = ledger_entries(books.ledger, look.tx, from, 0);
    assert_true(entry_next(cursor, &entry));
    assert_int_equal(entry.amount, -100);
    assert_int_equal(entry.cause, act.id);
    assert_true(entry_next(cursor, &entry));
    assert_int_equal(entry.id, act.id);
    assert_int_equal(entry.amount, -9900);
    look_end(&look);
    assert_int_equal(books_look(&books, from).day_out, 9900); /* the fee counts to no limit */

    /* not enough for the fee: the purchase goes with it */
    (void)books_transfer(&books, books.outside, from, 1000, NULL);
    struct act poor = {.body = body_with_fee, .account = fees, .transfer = {.from = from, .to = to, .sum = rub(950)}};
    act_alone(&books, &poor);
    assert_int_equal(poor.refusal, LEDGER_NOT_ENOUGH);
    assert_int_equal(books_look(&books, from).balance, 1000);
    assert_int_equal(books_look(&books, fees).balance, 100);
}

/* ---- threads ---- */

struct hammer {
    struct books *books;
    int64_t from, to;
    size_t times, passed;
};

static void *hammer_main(void *data) {
    struct hammer *hammer = data;
    const int64_t accounts[] = {hammer->from, hammer->to};
    for (size_t i = 0; i < hammer->times; i++) {
        struct arena *arena = arena_new(1 << 16);
        struct act act = {.books = hammer->books, .body = body_transfer,
                          .transfer = {.from = hammer->from, .to = hammer->to, .sum = rub(1 + (int64_t)i % 7)},
                          .command = {.run = act_run, .arena = arena}};
        if (i % 2) act.command.accounts = accounts, act.command.account_count = 2;
        if (store_run(hammer->books->store, &act.command) == STORE_DURABLE) hammer->passed += act.refusal == LEDGER_OK;
        arena_free(arena);
    }
    return NULL;
}

static void back_and_forth_never_waits(void **state) {
    (void)state;
    books_close(&books);
    books_open(&books, false, NULL);
    struct account template = {.class = ACCOUNT_CUSTOMER, .currency = CURRENCY_RUB, .overdraft = 1000000};
    struct act one = {.books = &books, .body = body_create, .data = &template, .command = {.run = act_run}};
    struct act other = one;
    assert_int_equal(store_run(books.store, &one.command), STORE_DURABLE);
    assert_int_equal(store_run(books.store, &other.command), STORE_DURABLE);
    struct hammer hammers[8];
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++) {
        hammers[i] = (struct hammer){&books, i % 2 ? one.id : other.id, i % 2 ? other.id : one.id, 500, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, hammer_main, &hammers[i]), 0);
    }
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(hammers[i].passed, 500);
    }
    struct account left = books_look(&books, one.id), right = books_look(&books, other.id);
    assert_int_equal(left.balance + right.balance, 0);
    assert_int_equal(left.version, 4000);
}

/* ---- both databases ---- */

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(transfers_leave_two_entries),
        TEST(refusals_write_nothing),
        TEST(fifty_transfers_of_everything),
        TEST(limits_hold_within_a_group),
        TEST(the_day_begins_in_the_ledgers_zone),
        TEST(the_database_is_a_second_line),
        TEST(an_undone_command_leaves_no_trace),
        TEST(a_broken_group_is_replayed),
        TEST(fees_are_tied_to_their_cause),
        TEST(back_and_forth_never_waits),
    };
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++) {
        if (books_possible(kind)) failed += cmocka_run_group_tests_name(store_kind_name(kind), tests, NULL, NULL);
    }
    return failed;
}

/* ledger_history_test.c: random histories against a naive model: balances at any past moment, entries before any date,
 * turnovers that open and close on the right balances (LE-6). The seed is printed; LEDGER_SEED replays it. */
#include "ledger/ledger_fixture.h"

#include <stdio.h>

#define ACCOUNTS 5
#define TRANSFERS 4000

/* What happened, one row for each entry; nothing but this list is the model's state. */
struct event {
    int64_t id, account, amount, balance;
};

static struct event events[TRANSFERS * 2];
static size_t event_count;
static int64_t accounts[ACCOUNTS];
static uint64_t random_state;

static uint64_t draw(uint64_t below) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % below;
}

static int64_t model_balance(int64_t account, int64_t floor) {
    int64_t balance = 0;
    for (size_t i = 0; i < event_count; i++) {
        if (events[i].account == account && events[i].id < floor) balance += events[i].amount;
    }
    return balance;
}

static void model_add(int64_t id, int64_t account, int64_t amount) {
    int64_t balance = model_balance(account, INT64_MAX) + amount;
    events[event_count++] = (struct event){id, account, amount, balance};
}

/* Account 0 is in nearly all transfers, so that its chain is long; the last is in very few. */
static size_t pick(void) {
    uint64_t dice = draw(100);
    return dice < 45 ? 0 : dice < 70 ? 1 : dice < 85 ? 2 : dice < 99 ? 3 : 4;
}

static void live(struct books *books) {
    for (size_t i = 0; i < ACCOUNTS; i++) {
        accounts[i] = books_account(books, (struct account){.owner = 1, .overdraft = ACCOUNT_UNLIMITED});
    }
    static struct act acts[64];
    for (size_t made = 0; made < TRANSFERS;) {
        size_t size = 1 + draw(draw(4) == 0 ? 60 : 6);
        if (size > TRANSFERS - made) size = TRANSFERS - made;
        for (size_t i = 0; i < size; i++) {
            size_t from = pick(), to = pick();
            if (from == to) to = (from + 1) % ACCOUNTS;
            acts[i] = (struct act){.body = body_transfer,
                                   .transfer = {.from = accounts[from], .to = accounts[to],
                                                .sum = rub(1 + (int64_t)draw(1000)),
                                                .kind = 1}};
            act_submit(books, &acts[i]);
        }
        assert_int_equal(store_step(books->store), size);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(acts[i].refusal, LEDGER_OK);
            model_add(acts[i].id, acts[i].transfer.from, -acts[i].transfer.sum.minor);
            model_add(acts[i].id + 1, acts[i].transfer.to, acts[i].transfer.sum.minor);
        }
        made += size;
        if (draw(3)) world_advance(books->world, (int64_t)draw(draw(10) == 0 ? (uint64_t)HOUR : 4000));
    }
}

/* A moment near an event, at one, or anywhere. */
static moment some_moment(struct books *books) {
    moment event = id_moment(events[draw(event_count)].id);
    switch (draw(4)) {
    case 0: return event;
    case 1: return event + (int64_t)draw(3000) - 1500;
    case 2: return BOOKS_START - SECOND + (int64_t)draw((uint64_t)(world_now(books->world) - BOOKS_START + MINUTE));
    default: return event + 1000;
    }
}

static void compare_balances(struct books *books, struct tx *tx) {
    for (int i = 0; i < 3000; i++) {
        int64_t account = accounts[draw(ACCOUNTS)], balance;
        moment at = some_moment(books);
        assert_true(ledger_balance_at(books->ledger, tx, account, at, &balance));
        int64_t expected = model_balance(account, id_from_moment(at));
        if (balance != expected)
            fail_msg("at %lld: %lld, not %lld", (long long)at, (long long)balance, (long long)expected);
    }
    int64_t balance;
    assert_false(ledger_balance_at(books->ledger, tx, 4242, BOOKS_START, &balance));
}

static void compare_entries(struct books *books, struct tx *tx) {
    for (int i = 0; i < 60; i++) {
        int64_t account = accounts[draw(ACCOUNTS)];
        moment before = i % 4 == 0 ? 0 : some_moment(books);
        int64_t floor = before == 0 ? INT64_MAX : id_from_moment(before);
        size_t most = draw(2) ? 30 : TRANSFERS * 2;
        struct entry_cursor *cursor = ledger_entries(books->ledger, tx, account, before);
        struct entry entry;
        for (size_t e = event_count; e-- > 0 && most > 0;) {
            if (events[e].account != account || events[e].id >= floor) continue;
            assert_true(entry_next(cursor, &entry));
            assert_int_equal(entry.id, events[e].id);
            assert_int_equal(entry.amount, events[e].amount);
            assert_int_equal(entry.balance, events[e].balance);
            assert_int_equal(entry.account, account);
            most--;
        }
        if (most > 0) assert_false(entry_next(cursor, &entry));
    }
}

static void compare_turnovers(struct books *books, struct tx *tx) {
    for (int i = 0; i < 100; i++) {
        int64_t account = accounts[draw(ACCOUNTS)];
        moment from = some_moment(books), to = some_moment(books);
        if (from > to) {
            moment swapped = from;
            from = to;
            to = swapped;
        }
        struct turnover turnover, expected = {.opening = model_balance(account, id_from_moment(from)),
                                              .closing = model_balance(account, id_from_moment(to))};
        for (size_t e = 0; e < event_count; e++) {
            if (events[e].account != account || events[e].id < id_from_moment(from) ||
                events[e].id >= id_from_moment(to)) {
                continue;
            }
            if (events[e].amount > 0) expected.in += events[e].amount;
            else expected.out -= events[e].amount;
            expected.entries++;
        }
        assert_true(ledger_turnover(books->ledger, tx, account, from, to, &turnover));
        assert_memory_equal(&turnover, &expected, sizeof turnover);
        assert_int_equal(turnover.opening + turnover.in - turnover.out, turnover.closing);
    }
}

/* Inside a command the entries of its own group come first. */
static enum command_outcome body_walk(struct act *act, struct tx *tx) {
    struct entry entry;
    struct entry_cursor *cursor = ledger_entries(act->books->ledger, tx, act->account, 0);
    int64_t version = 0, count = 0;
    while (entry_next(cursor, &entry)) {
        if (version) assert_int_equal(entry.version, version - 1);
        version = entry.version;
        count++;
    }
    assert_int_equal(version, 1);
    act->id = count;
    int64_t now = 0, before = 0;
    moment at = world_now(tx_world(tx));
    assert_true(ledger_balance_at(act->books->ledger, tx, act->account, at + SECOND, &now));
    assert_true(ledger_balance_at(act->books->ledger, tx, act->account, at, &before));
    act->hold = now - before;
    return COMMAND_KEEP;
}

static void commands_see_their_group(struct books *books) {
    world_advance(books->world, HOUR);
    static struct act acts[40];
    for (size_t i = 0; i < 40; i++) {
        acts[i] = (struct act){.body = body_transfer,
                               .transfer = {.from = accounts[0], .to = accounts[1], .sum = rub(5)}};
        if (i == 39) acts[i] = (struct act){.body = body_walk, .account = accounts[0]};
        act_submit(books, &acts[i]);
    }
    int64_t version = books_look(books, accounts[0]).version;
    assert_int_equal(store_step(books->store), 40);
    assert_int_equal(acts[39].id, version + 39);
    assert_int_equal(acts[39].hold, -39 * 5);
}

static enum command_outcome body_tear(struct act *act, struct tx *tx) {
    STATEMENT(tear, "DELETE FROM entry WHERE account = $1 AND version > $2");
    act->id = tx_run(tx, &tear, VALUES(V_INT(act->account), V_INT(act->hold)));
    return COMMAND_KEEP;
}

/* The past is reached from the nearest waypoint: with all newer entries torn out, it is still there. */
static void the_past_is_near(struct books *books) {
    int64_t account = accounts[0], version = 0, balance;
    struct act act = {.body = body_tear, .account = account, .hold = 1024 + 256};
    act_alone(books, &act);
    assert_true(act.id > 500);
    struct look look = look_begin(books);
    for (size_t i = 0; i < event_count && version < 1000; i++) {
        if (events[i].account != account) continue;
        version++;
        if (version < 800 || version % 10) continue;
        moment at = id_moment(events[i].id);
        assert_true(ledger_balance_at(books->ledger, look.tx, account, at, &balance));
        assert_int_equal(balance, model_balance(account, id_from_moment(at)));
    }
    look_end(&look);
}

static enum store_kind kind;

static void history_is_as_it_was(void **state) {
    (void)state;
    const char *given = getenv("LEDGER_SEED");
    random_state = given ? strtoull(given, NULL, 10) : 20260315;
    printf("seed %llu\n", (unsigned long long)random_state);
    struct books books;
    event_count = 0;
    books_new(&books, kind, random_state);
    books_open(&books, true, NULL);
    live(&books);
    books_verify(&books);
    struct look look = look_begin(&books);
    struct account account;
    assert_true(ledger_account(books.ledger, look.tx, accounts[0], &account));
    assert_true(account.version > 2000); /* long enough to need waypoints */
    compare_balances(&books, look.tx);
    look_end(&look);
    look = look_begin(&books);
    compare_entries(&books, look.tx);
    compare_turnovers(&books, look.tx);
    look_end(&look);
    commands_see_their_group(&books);
    books_verify(&books);
    the_past_is_near(&books);
    books_free(&books);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_is_as_it_was),
    };
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++) {
        if (books_possible(kind)) failed += cmocka_run_group_tests_name(store_kind_name(kind), tests, NULL, NULL);
    }
    return failed;
}

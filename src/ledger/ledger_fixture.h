/* ledger_fixture.h: books for tests: a fresh database, a world that stands still, accounts with money, and commands
 * that run a plain function inside a group. For *_test.c and bench/ alone. */
#pragma once

#include "ledger/ledger.h"
#include "store/store_fixture.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BOOKS_START (INT64_C(1773576000) * SECOND) /* 2026-03-15 12:00 UTC */

enum { LIMITS_NONE, LIMITS_SMALL, LIMITS_LARGE, LIMITS_COUNT };

static const struct limit_set books_limit_sets[LIMITS_COUNT] = {
    [LIMITS_SMALL] = {.balance_max = 60000, .operation_max = 15000, .day_out_max = 30000, .month_out_max = 40000,
                      .month_in_max = 100000},
    [LIMITS_LARGE] = {.balance_max = 100000000, .operation_max = 50000000},
};

struct books {
    struct store_fixture fixture;
    struct arena *arena; /* of the test */
    struct world *world; /* simulated, at BOOKS_START */
    struct store *store;
    struct ledger *ledger;
    int64_t outside;     /* an unlimited system account, where all money comes from */
    bool shares;         /* the store's option: never alone */
};

/* A command that runs a function of a test. */
struct act {
    struct command command; /* first: a command is cast to it */
    struct books *books;
    enum command_outcome (*body)(struct act *act, struct tx *tx);
    struct transfer transfer;
    int64_t account, hold, id;
    moment expires;
    bool final;
    enum ledger_refusal refusal;
    int runs;
    bool done;
    enum store_status status;
    void *data;
};

static inline enum command_outcome act_run(struct command *command, struct tx *tx) {
    struct act *act = (struct act *)(void *)command;
    act->runs++;
    return act->body(act, tx);
}

static inline void act_done(struct command *command, enum store_status status) {
    struct act *act = (struct act *)(void *)command;
    assert_false(act->done); /* told once */
    act->done = true;
    act->status = status;
}

static inline void act_submit(struct books *books, struct act *act) {
    act->books = books;
    act->command.run = act_run;
    act->command.done = act_done;
    act->command.arena = books->arena;
    assert_true(store_submit(books->store, &act->command));
}

/* Runs it as a group of its own (manual stores). */
static inline void act_alone(struct books *books, struct act *act) {
    act_submit(books, act);
    while (!act->done) assert_int_not_equal(store_step(books->store), 0);
    assert_int_equal(act->status, STORE_DURABLE);
}

/* ---- bodies ---- */

static inline enum command_outcome body_transfer(struct act *act, struct tx *tx) {
    act->refusal = ledger_transfer(act->books->ledger, tx, &act->transfer, &act->id);
    return act->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static inline enum command_outcome body_create(struct act *act, struct tx *tx) {
    act->id = ledger_create(act->books->ledger, tx, act->data);
    return COMMAND_KEEP;
}

/* ---- what most tests do ---- */

static inline int64_t books_account(struct books *books, struct account template) {
    if (template.class == 0) template.class = ACCOUNT_CUSTOMER;
    if (template.currency == 0) template.currency = CURRENCY_RUB;
    struct act act = {.body = body_create, .data = &template};
    act_alone(books, &act);
    return act.id;
}

static inline enum ledger_refusal books_transfer(struct books *books, int64_t from, int64_t to, int64_t sum,
                                                 int64_t *id) {
    struct act act = {.body = body_transfer, .transfer = {.from = from, .to = to, .sum = rub(sum), .kind = 1}};
    act_alone(books, &act);
    if (id) *id = act.id;
    return act.refusal;
}

/* An account with so much money on it. */
static inline int64_t books_rich(struct books *books, int limits, int64_t balance) {
    int64_t id = books_account(books, (struct account){.owner = 77, .limits = limits});
    if (balance == 0) return id;
    struct act act = {.body = body_transfer,
                      .transfer = {.from = books->outside, .to = id, .sum = rub(balance), .kind = 2,
                                   .flags = TRANSFER_NO_LIMITS}};
    act_alone(books, &act);
    assert_int_equal(act.refusal, LEDGER_OK);
    return id;
}

/* for (struct look look = look_begin(&books); …) is not worth it: a snapshot in two calls. */
struct look {
    struct reader *reader;
    struct tx *tx;
};

static inline struct look look_begin(struct books *books) {
    struct look look = {.reader = reader_new(books->store)};
    assert_non_null(look.reader);
    look.tx = reader_begin(look.reader);
    assert_non_null(look.tx);
    return look;
}

static inline void look_end(struct look *look) {
    assert_true(reader_end(look->reader, look->tx));
    reader_free(look->reader);
}

static inline struct account books_look(struct books *books, int64_t id) {
    struct look look = look_begin(books);
    struct account account;
    assert_true(ledger_account(books->ledger, look.tx, id, &account));
    look_end(&look);
    return account;
}

/* The one number that a statement asks for. */
static inline int64_t books_number(struct books *books, struct statement *statement) {
    struct look look = look_begin(books);
    struct rows *rows = tx_query(look.tx, statement, NO_VALUES);
    assert_true(rows_next(rows));
    int64_t number = row_int(rows, 0);
    rows_end(rows);
    look_end(&look);
    return number;
}

/* The books must be whole; every test ends so. */
static inline void books_verify(struct books *books) {
    struct look look = look_begin(books);
    struct verdict verdict = ledger_verify(books->ledger, look.tx, books->arena);
    look_end(&look);
    if (verdict.faults) fail_msg("%lld faults: %.*s", (long long)verdict.faults, TEXT_ARG(verdict.first_fault));
}

/* ---- opening ---- */

/* Opens the store at the fixture's address; may be called again after books_close. `more` may be a test's own last
 * migration of the ledger. */
static inline void books_open(struct books *books, bool manual, const struct migration *more) {
    struct text problem = TEXT_NONE;
    books->arena = arena_new((size_t)256 << 20);
    struct store_options options = {.where = books->fixture.where, .world = books->world, .manual = manual,
                                    .shares = books->shares};
    books->store = store_open(books->arena, &options, &problem);
    if (!books->store) fail_msg("%s: %.*s", books->fixture.where, TEXT_ARG(problem));
    struct migration migrations[16];
    size_t count = store_migration_count(ledger_migrations);
    assert_true(count < 16);
    memcpy(migrations, ledger_migrations, count * sizeof *migrations);
    if (more) migrations[count++] = *more;
    if (!store_migrate(books->store, books->arena, migrations, count, &problem)) fail_msg("%.*s", TEXT_ARG(problem));
    books->ledger = ledger_open(books->store, zone_named("Europe/Moscow"), books_limit_sets, LIMITS_COUNT);
    assert_non_null(books->ledger);
    assert_true(store_start(books->store));
    if (!ledger_recover(books->ledger, &problem)) fail_msg("%.*s", TEXT_ARG(problem));
}

static inline void books_close(struct books *books) {
    store_close(books->store);
    ledger_close(books->ledger);
    arena_free(books->arena);
    books->store = NULL;
}

static inline void books_new(struct books *books, enum store_kind kind, uint64_t seed) {
    *books = (struct books){0};
    assert_true(store_fixture_new(&books->fixture, kind));
    books->world = world_simulated(seed, BOOKS_START);
}

static inline void books_free(struct books *books) {
    if (books->store) books_close(books);
    world_free(books->world);
    store_fixture_free(&books->fixture);
}

/* for (…; kind < STORE_KINDS; …) if (books_possible(kind)) failed += …; the fixture says so when one is left out. */
static inline bool books_possible(enum store_kind kind) {
    struct store_fixture fixture;
    if (!store_fixture_new(&fixture, kind)) return false;
    store_fixture_free(&fixture);
    return true;
}

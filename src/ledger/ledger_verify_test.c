/* ledger_verify_test.c: books are broken in every way we could think of, and each time the proof says where (LE-5). */
#include "ledger/ledger_fixture.h"

#include <stdio.h>

/* The table without its checks, so that even what the database would refuse can be done to it. */
static const struct migration unchecked = {
    "ledger", 7,
     "CREATE TABLE loose ( -- distributed by id\n"
     "    id ROWKEY, owner BIGINT NOT NULL, purpose BIGINT NOT NULL, class BIGINT NOT NULL, currency BIGINT NOT NULL,\n"
     "    balance BIGINT NOT NULL, held BIGINT NOT NULL, overdraft BIGINT NOT NULL, version BIGINT NOT NULL,\n"
     "    last_entry BIGINT NOT NULL, limits BIGINT NOT NULL, flags BIGINT NOT NULL, day BIGINT NOT NULL,\n"
     "    day_out BIGINT NOT NULL, month_out BIGINT NOT NULL, month_in BIGINT NOT NULL, aside BIGINT NOT NULL,\n"
     "    head BIGINT NOT NULL,\n"
     "    ROWKEY(id)\n"
     ");\n"
     "DROP TABLE account;\n"
     "ALTER TABLE loose RENAME TO account;\n",
};

#define CHAIN "(SELECT min(id) FROM account WHERE overdraft = 0)" /* one with a long chain */
#define MIDDLE "(SELECT id FROM entry WHERE version = 100 AND account = " CHAIN ")"
#define COPY(id, account)                                                                                              \
    "INSERT INTO entry (id, account, other, amount, balance, version, previous, subject, cause, kind, counted, note) " \
    "SELECT " id ", " account ", other, amount, balance, version, previous, subject, cause, kind, counted, note "      \
    "FROM entry "

struct damage {
    const char *name;
    struct statement first, second; /* second.sql may be NULL */
    const char *told;               /* what the verdict must say */
};

#define SQL(text) {.sql = text, .file = __FILE__}

static struct damage damages[] = {
    {"none", SQL("DELETE FROM entry WHERE id < 0"), {0}, NULL},
    {"balance changed", SQL("UPDATE account SET balance = balance + 1 WHERE id = " CHAIN), {0}, ": balance "},
    {"two balances changed", SQL("UPDATE account SET balance = balance + 1 WHERE id = " CHAIN),
     SQL("UPDATE account SET balance = balance - 1 WHERE overdraft > 0"), ": balance "},
    {"version changed", SQL("UPDATE account SET version = version + 1 WHERE id = " CHAIN), {0}, ": version "},
    {"last entry forgotten", SQL("UPDATE account SET last_entry = 0 WHERE id = " CHAIN), {0}, " at entry 0, entries "},
    {"transfer deleted", SQL("DELETE FROM entry WHERE id = " MIDDLE " OR id = " MIDDLE " + 1 OR id = " MIDDLE " - 1"),
     {0}, " follows "},
    {"debit deleted", SQL("DELETE FROM entry WHERE id % 2 = 0 AND id BETWEEN " MIDDLE " - 1 AND " MIDDLE), {0}, ""},
    {"credit deleted", SQL("DELETE FROM entry WHERE id % 2 = 1 AND id BETWEEN " MIDDLE " AND " MIDDLE " + 1"), {0}, ""},
    {"last credit deleted", SQL("DELETE FROM entry WHERE id = (SELECT max(id) FROM entry)"), {0},
     "the credit of account "},
    {"first debit deleted", SQL("DELETE FROM entry WHERE id = (SELECT min(id) FROM entry)"), {0},
     "the debit of account "},
    {"amount edited", SQL("UPDATE entry SET amount = amount + 1 WHERE id = " MIDDLE), {0}, ", should be "},
    {"balance of an entry edited", SQL("UPDATE entry SET balance = balance + 1 WHERE id = " MIDDLE), {0},
     ", should be "},
    {"amounts of the last transfer edited", /* and all that follows from them on one side */
     SQL("UPDATE entry SET amount = amount - 5, balance = balance - 5 WHERE id = (SELECT max(id) FROM entry)"),
     SQL("UPDATE account SET balance = balance - 5 WHERE last_entry = (SELECT max(id) FROM entry)"), ": takes "},
    {"side turned round", SQL("UPDATE entry SET amount = -amount WHERE id IN (SELECT max(id) - 1 FROM entry)"), {0},
     ", should be "},
    {"previous broken", SQL("UPDATE entry SET previous = previous - 2 WHERE id = " MIDDLE), {0},
     " before it, but that is "},
    {"versions swapped",
     SQL("UPDATE entry SET version = 301 - version WHERE version IN (150, 151) AND account = " CHAIN), {0},
     " follows "},
    {"other account named", SQL("UPDATE entry SET other = other + 1 WHERE id = " MIDDLE), {0}, "name other accounts"},
    {"kind edited on one side", SQL("UPDATE entry SET kind = kind + 1 WHERE id = " MIDDLE), {0}, "differ in kind"},
    {"cause edited on one side", SQL("UPDATE entry SET cause = 1 WHERE id = " MIDDLE), {0}, "differ in kind"},
    {"entry of nobody", SQL(COPY("9000000000000000000", "4242") "WHERE id = " MIDDLE), {0},
     "its account 4242 is missing"},
    {"account deleted", SQL("DELETE FROM account WHERE id = " CHAIN), {0}, " is missing"},
    {"transfer duplicated", SQL(COPY("id + 1000000000000000000",
                                     "account") "WHERE id BETWEEN " MIDDLE " - 1 AND " MIDDLE " + 1"),
     {0}, " follows "},
    {"currency changed", SQL("UPDATE account SET currency = 840 WHERE id = " CHAIN), {0}, "between currencies "},
    {"held changed", SQL("UPDATE account SET held = held + 1 WHERE id = " CHAIN), {0}, ", open holds "},
    {"hold deleted", SQL("DELETE FROM hold"), {0}, ", open holds 0"},
    {"hold edited", SQL("UPDATE hold SET held = held - 1"), {0}, ", open holds "},
    {"hold emptied", SQL("UPDATE hold SET held = 0"), {0}, ": holds 0"},
    {"hold of nobody", SQL("UPDATE hold SET account = 4242"), {0}, "its account 4242 is missing"},
    {"overdraft taken away", SQL("UPDATE account SET overdraft = 0 WHERE overdraft > 0"), {0},
     " is below its overdraft "},
    {"waypoint deleted", SQL("DELETE FROM waypoint WHERE account = " CHAIN), {0}, "waypoints"},
    {"waypoint moved", SQL("UPDATE waypoint SET entry = entry + 2 WHERE account = " CHAIN), {0}, "waypoints"},
    {"waypoint invented", SQL("INSERT INTO waypoint (account, entry) VALUES (4242, 2)"), {0},
     "its account 4242 is missing"},
    {"reversed more than there was", SQL("UPDATE reversal SET reversed = 1000000"), {0}, "reversal of transfer "},
    {"something aside of nothing", SQL("UPDATE account SET aside = 5 WHERE id = " CHAIN), {0}, "5 more aside"},
    {"under a head that does not know it", SQL("UPDATE account SET head = " CHAIN " WHERE overdraft > 0"), {0},
     "more aside than lies under it"},
    {"under nothing", SQL("UPDATE account SET head = 4242 WHERE id = " CHAIN), {0}, "which heads nothing"},
    {"under itself", SQL("UPDATE account SET head = id WHERE id = " CHAIN), {0}, "which heads nothing"},
    {"reversal of nothing", SQL("UPDATE reversal SET transfer = 2"), {0}, "reversal of transfer 2"},
};

static enum command_outcome body_extras(struct act *act, struct tx *tx) {
    int64_t id, back, hold;
    assert_int_equal(ledger_transfer(act->books->ledger, tx, &act->transfer, &id), LEDGER_OK);
    assert_int_equal(ledger_reverse(act->books->ledger, tx, id, act->transfer.from, rub(30), 9, &back), LEDGER_OK);
    assert_int_equal(ledger_hold(act->books->ledger, tx, &act->transfer, INT64_MAX, &hold), LEDGER_OK);
    return COMMAND_KEEP;
}

/* Four accounts, 800 transfers, one of them reversed in part, one open hold. */
static void write_book(struct books *books) {
    books->outside = books_account(books, (struct account){.class = ACCOUNT_SYSTEM, .overdraft = ACCOUNT_UNLIMITED});
    int64_t accounts[3];
    for (size_t i = 0; i < 3; i++) accounts[i] = books_rich(books, LIMITS_NONE, 1000000);
    static struct act acts[256];
    for (size_t made = 0; made < 768; made += 256) {
        for (size_t i = 0; i < 256; i++) {
            /* The first account is in half of them, so that its chain alone reaches 300. */
            int64_t from = i % 2 ? accounts[0] : books->outside, to = i % 2 ? books->outside : accounts[0];
            if (i % 4 == 3) from = accounts[1], to = accounts[2];
            if (i % 4 == 2) from = accounts[2], to = accounts[1];
            acts[i] = (struct act){.body = body_transfer,
                                   .transfer = {.from = from, .to = to, .sum = rub(10 + (int64_t)i)}};
            act_submit(books, &acts[i]);
        }
        assert_int_equal(store_step(books->store), 256);
    }
    struct act extras = {.body = body_extras, .transfer = {.from = accounts[0], .to = accounts[1], .sum = rub(50)}};
    act_alone(books, &extras);
    ledger_settle_all(books->ledger); /* what is broken below is not written over by a late row */
}

static enum command_outcome body_damage(struct act *act, struct tx *tx) {
    struct damage *damage = act->data;
    act->id = tx_run(tx, &damage->first, NO_VALUES);
    if (damage->second.sql) (void)tx_run(tx, &damage->second, NO_VALUES);
    return COMMAND_KEEP;
}

static void break_and_prove(enum store_kind which, struct damage *damage) {
    struct books books;
    books_new(&books, which, 1);
    books_open(&books, true, &unchecked);
    write_book(&books);
    struct act act = {.body = body_damage, .data = damage};
    act_alone(&books, &act);
    struct look look = look_begin(&books);
    struct verdict verdict = ledger_verify(books.ledger, look.tx, books.arena);
    look_end(&look);
    char told[300];
    snprintf(told, sizeof told, "%.*s", TEXT_ARG(verdict.first_fault));
    if (!damage->told) {
        if (verdict.faults) fail_msg("%s: %s", damage->name, told);
        assert_int_equal(verdict.accounts, 4);
        assert_int_equal(verdict.entries, 2 * (3 + 768 + 2));
    } else {
        if (act.id == 0) fail_msg("%s: nothing was damaged", damage->name);
        if (verdict.faults == 0) fail_msg("%s: not found", damage->name);
        if (!strstr(told, damage->told)) fail_msg("%s: told as «%s»", damage->name, told);
        printf("    %-38s %3lld  %s\n", damage->name, (long long)verdict.faults, told);
    }
    books_free(&books);
}

static enum store_kind kind;

static void every_damage_is_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) break_and_prove(kind, &damages[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_damage_is_found),
    };
    int failed = 0;
    for (kind = 0; kind < STORE_KINDS; kind++) {
        if (books_possible(kind)) failed += cmocka_run_group_tests_name(store_kind_name(kind), tests, NULL, NULL);
    }
    return failed;
}

/* bound_cards_test.c: LO-3: money out to a customer's own bound card, LO-4: money from it without him at hand,
 * against a bank in a process of its own, on both databases: paid, declined, in work, done and never answered,
 * contradicted; ours and the bank's books alike; killed while the bank is being told. */
#include "test/acquiring/stand.h"

#include "acquiring/acquiring.h"
#include "base/check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define BEGIN 1000000 /* kopecks on the wallet */
#define SUM 250000
#define KIND 777      /* as a product's */

/* ---- ordering ---- */

struct ordering {
    struct stand *stand;
    int64_t card, id, sum;
    bool charge;
    enum ledger_refusal refusal;
};

static enum command_outcome order(struct tx *tx, void *data) {
    struct ordering *ordering = data;
    struct stand *stand = ordering->stand;
    const struct card_payout payout = {.customer = stand->person.customer,
                                       .card = ordering->card,
                                       .account = stand->person.account,
                                       .sum = ordering->sum,
                                       .kind = KIND,
                                       .subject = 5};
    const struct card_charge charge = {.customer = stand->person.customer,
                                       .card = ordering->card,
                                       .account = stand->person.account,
                                       .sum = ordering->sum,
                                       .kind = KIND,
                                       .subject = 5};
    struct engine *engine = stand->cabinet.engine;
    ordering->refusal = ordering->charge ? card_charge_begin(engine, tx, &charge, &ordering->id)
                                         : card_payout_begin(engine, tx, &payout, &ordering->id);
    return ordering->refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static struct ordering ordered(struct stand *stand, bool charge, int64_t sum) {
    struct ordering ordering = {.stand = stand, .card = stand->card, .charge = charge, .sum = sum};
    assert_int_equal(cabinet_write(&stand->cabinet, order, &ordering), STORE_DURABLE);
    return ordering;
}

struct telling {
    struct stand *stand;
    int64_t id;
    struct card_payout_told payout;
    struct card_told charge;
    char state[16];
};

static enum command_outcome tell(struct tx *tx, void *data) {
    struct telling *telling = data;
    struct engine *engine = telling->stand->cabinet.engine;
    int64_t customer = telling->stand->person.customer;
    if (card_payout_told(tx, customer, telling->id, &telling->payout))
        snprintf(telling->state, sizeof telling->state, "%s", telling->payout.state);
    else if (acquiring_told(engine, tx, customer, telling->id, &telling->charge))
        snprintf(telling->state, sizeof telling->state, "%s", telling->charge.state);
    return COMMAND_KEEP;
}

static struct telling told(struct stand *stand, int64_t id) {
    struct telling telling = {.stand = stand, .id = id};
    assert_int_equal(cabinet_write(&stand->cabinet, tell, &telling), STORE_DURABLE);
    return telling;
}

static bool is_over(struct stand *stand, int64_t id) {
    struct telling telling = told(stand, id);
    return telling.payout.final || telling.charge.final;
}

/* ---- books ---- */

static void proves(struct stand *stand) {
    struct reader *reader = reader_new(engine_store(stand->cabinet.engine));
    ledger_settle_all(engine_ledger(stand->cabinet.engine));
    struct tx *tx = reader_begin(reader);
    struct verdict verdict = ledger_verify(engine_ledger(stand->cabinet.engine), tx, stand->arena);
    if (verdict.faults > 0) fail_msg("%.*s", TEXT_ARG(verdict.first_fault));
    assert_true(reader_end(reader, tx));
    reader_free(reader);
}

/* So much has gone out by the bank's account; nothing is on its way; and the bank has one row, which says the same. */
static void books_say(struct stand *stand, const char *kind, int64_t id, const char *state, int64_t wallet,
                      int64_t acquirer) {
    int count;
    struct text theirs = sandbox_state(stand->arena, kind, id, &count);
    assert_int_equal(count, 1);
    if (!text_is(theirs, state)) fail_msg("the bank says %.*s, not %s", TEXT_ARG(theirs), state);
    assert_int_equal(stand_balance(stand, stand->person.account), wallet);
    assert_int_equal(stand_system(stand, "payouts"), 0);
    assert_int_equal(stand_system(stand, "acquirer"), acquirer);
    proves(stand);
}

/* ---- payouts ---- */

static void pays_out(struct stand *stand) {
    static const struct {
        const char *digits, *state, *theirs;
    } rows[] = {
        {"0000", "paid", "paid"},        {"6607", "refused", "declined"}, {"6690", "paid", "paid"},
        {"6697", "refused", "declined"}, {"6611", "paid", "paid"},        {"6615", "paid", "paid"},
        {"6620", "paid", "paid"},        {"6634", "paid", "paid"},
    };
    int64_t out = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stand_person(stand, rows[i].digits, BEGIN);
        struct ordering ordering = ordered(stand, false, SUM);
        assert_int_equal(ordering.refusal, LEDGER_OK);
        assert_int_equal(stand_balance(stand, stand->person.account), BEGIN - SUM);
        stand_until(stand, is_over, ordering.id);
        struct telling telling = told(stand, ordering.id);
        if (strcmp(telling.state, rows[i].state) != 0) fail_msg("%s: %s", rows[i].digits, telling.state);
        bool paid = telling.payout.paid;
        out += paid ? SUM : 0;
        assert_true(telling.payout.operation != 0 && paid == (telling.payout.reason.size == 0));
        books_say(stand, "payout", ordering.id, rows[i].theirs, BEGIN - (paid ? SUM : 0), out);
    }
}

static void refuses_what_is_not_his(struct stand *stand) {
    stand_person(stand, "0000", BEGIN);
    assert_int_equal(ordered(stand, false, BEGIN + 1).refusal, LEDGER_NOT_ENOUGH);
    assert_int_equal(ordered(stand, false, 0).refusal, LEDGER_BAD_SUM);
    int64_t card = stand->card;
    stand_person(stand, "0000", BEGIN);
    int64_t own = stand->card;
    stand->card = card; /* another's */
    assert_int_equal(ordered(stand, false, SUM).refusal, LEDGER_NO_ACCOUNT);
    assert_int_equal(ordered(stand, true, SUM).refusal, LEDGER_NO_ACCOUNT);
    stand->card = own;
    assert_int_equal(stand_balance(stand, stand->person.account), BEGIN);
    proves(stand);
}

/* ---- charges ---- */

static void charges(struct stand *stand) {
    static const struct {
        const char *digits, *state;
    } rows[] = {{"0000", "paid"}, {"6651", "declined"}, {"6611", "paid"}, {"6615", "paid"}, {"6620", "paid"}};
    int64_t came = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stand_person(stand, rows[i].digits, BEGIN);
        struct ordering ordering = ordered(stand, true, SUM);
        assert_int_equal(ordering.refusal, LEDGER_OK);
        stand_until(stand, is_over, ordering.id);
        struct telling telling = told(stand, ordering.id);
        if (strcmp(telling.state, rows[i].state) != 0) fail_msg("%s: %s", rows[i].digits, telling.state);
        int64_t sum = telling.charge.paid ? SUM : 0;
        came += sum;
        books_say(stand, "charge", ordering.id, rows[i].state, BEGIN + sum, -came);
    }
}

/* ---- killed while the bank is being told ---- */

/* In a process of its own, which tells the payout's id, and then the bank, who does it and does not answer. */
static void begin_and_hang(const char *where, int out) {
    struct stand stand;
    stand_open(&stand, where, "");
    stand_person(&stand, "6611", BEGIN);
    struct ordering ordering = {.stand = &stand, .card = stand.card, .sum = SUM};
    check(cabinet_write(&stand.cabinet, order, &ordering) == STORE_DURABLE);
    const int64_t told_numbers[] = {ordering.id, stand.person.customer, stand.person.account};
    check(write(out, told_numbers, sizeof told_numbers) == (ssize_t)sizeof told_numbers);
    for (;;) cabinet_settle(&stand.cabinet);
}

static void killed_in_flight(struct stand *stand, const char *where) {
    int ends[2], count = 0;
    int64_t numbers[3];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) begin_and_hang(where, ends[1]);
    assert_true(child > 0);
    assert_int_equal(read(ends[0], numbers, sizeof numbers), sizeof numbers);
    struct arena *arena = arena_new((size_t)64 << 20);
    for (int i = 0; i < 2000 && count == 0; i++) {
        sandbox_state(arena, "payout", numbers[0], &count);
        arena_clear(arena);
        usleep(2000);
    }
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    arena_free(arena);
    close(ends[0]), close(ends[1]);
    assert_int_equal(count, 1);
    stand_open(stand, where, "");
    stand->person.customer = numbers[1];
    stand->person.account = numbers[2];
    world_advance(stand->world, MINUTE); /* what the dead one had taken is let go */
    stand_until(stand, is_over, numbers[0]);
    assert_string_equal(told(stand, numbers[0]).state, "paid");
    books_say(stand, "payout", numbers[0], "paid", BEGIN - SUM, SUM);
    stand_close(stand);
}

/* ---- on both ---- */

static void on_both(void (*body)(struct stand *stand), bool killed) {
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        struct stand stand;
        struct arena *arena = arena_new(1 << 20);
        if (!store_fixture_new(&fixture, kind)) continue;
        cabinet_folder();
        sandbox_begin(arena);
        if (killed) {
            killed_in_flight(&stand, fixture.where);
        } else {
            stand_open(&stand, fixture.where, "");
            body(&stand);
            stand_close(&stand);
        }
        sandbox_end();
        store_fixture_free(&fixture);
        cabinet_folder_remove();
        arena_free(arena);
    }
}

static void money_out_always_ends_and_once(void **state) {
    (void)state;
    on_both(pays_out, false);
}

static void only_to_his_own_card(void **state) {
    (void)state;
    on_both(refuses_what_is_not_his, false);
}

static void money_in_without_him(void **state) {
    (void)state;
    on_both(charges, false);
}

static void killed_while_the_bank_is_told(void **state) {
    (void)state;
    on_both(NULL, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_out_always_ends_and_once),
        cmocka_unit_test(only_to_his_own_card),
        cmocka_unit_test(money_in_without_him),
        cmocka_unit_test(killed_while_the_bank_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* instalments_test.c: IN-3, IN-4: purchases live for some months in the whole product, on a clock of its own: nights
 * that are late, begun twice, undone, killed in the middle; what happens to purchases between them. In the end each row
 * is what its terms and its events make of it, and the books are the rows' sums. */
#include "ledger/ledger.h"
#include "products/instalments/instalments.h"
#include "test/support/cabinet.h"
#include "test/support/debts.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define BEGIN (INT64_C(1777618800) * SECOND) /* 2026-05-01 */
#define PEOPLE 6
#define SHOPS 3
#define PURCHASES 400
#define PAYMENTS 2000
#define DAYS 220
#define LIMIT 2000000

struct paid {
    size_t purchase;
    int64_t sum, fined;
};

struct stand {
    struct cabinet cabinet;
    struct world *world;
    struct person people[PEOPLE];
    struct instalment_limit limits[PEOPLE];
    struct purchase purchases[PURCHASES];
    struct paid payments[PAYMENTS];
    size_t count, payment_count;
    int64_t source, settled[SHOPS];
    uint64_t random;
    int done[PURCHASE_GIVE + 1], refused;
    char database[256];
};

static int64_t below(struct stand *stand, int64_t bound) {
    stand->random ^= stand->random << 13;
    stand->random ^= stand->random >> 7;
    stand->random ^= stand->random << 17;
    return (int64_t)((stand->random >> 11) % (uint64_t)bound);
}

static enum command_outcome make(struct tx *tx, void *data) {
    struct stand *stand = data;
    stand->source = cabinet_source(&stand->cabinet, tx);
    for (int i = 0; i < PEOPLE; i++) {
        cabinet_person(&stand->cabinet, tx, stand->source, text_format(tx_arena(tx), "+7900000000%d", i), 1000,
                       &stand->people[i]);
        instalment_limit_set(stand->cabinet.engine, tx, stand->people[i].customer, LIMIT, &stand->limits[i]);
    }
    return COMMAND_KEEP;
}

/* ---- nights ---- */

static bool more;

static enum command_outcome night(struct tx *tx, void *data) {
    more = instalments_night_job(((struct stand *)data)->cabinet.engine, tx);
    return COMMAND_KEEP;
}

static enum command_outcome night_undone(struct tx *tx, void *data) {
    (void)night(tx, data);
    return COMMAND_UNDO;
}

static enum command_outcome night_killed(struct tx *tx, void *data) {
    (void)night(tx, data);
    kill(getpid(), SIGKILL);
    return COMMAND_KEEP;
}

static void nights(struct stand *stand) {
    if (below(stand, 3) == 0) cabinet_write(&stand->cabinet, night_undone, stand);
    do {
        assert_int_equal(cabinet_write(&stand->cabinet, night, stand), STORE_DURABLE);
    } while (more);
    cabinet_write(&stand->cabinet, night, stand); /* once more: there is nothing to do */
    assert_false(more);
}

/* ---- what happens ---- */

/* Held by an order, or bought at once; beyond the limit the ledger refuses. */
static enum command_outcome buy(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    size_t who = (size_t)below(stand, PEOPLE);
    struct purchase purchase = {.customer = stand->people[who].customer, .shop = 1 + below(stand, SHOPS)};
    int64_t free = instalment_limit_free(engine, tx, purchase.customer), hold = 0;
    enum ledger_refusal refusal = LEDGER_OK;
    purchase.terms.sum = 10000 + below(stand, LIMIT / 3);
    purchase.terms.term = (struct tariff_term){below(stand, 2) == 0 ? TARIFF_MONTHS : TARIFF_FORTNIGHTS,
                                               2 + below(stand, 5), below(stand, 3) == 0, below(stand, 100000)};
    if (stand->count == PURCHASES) return COMMAND_KEEP;
    const struct transfer holding = {
        .from = stand->limits[who].account,
        .to = instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, purchase.shop),
        .sum = rub(purchase.terms.sum),
        .kind = KIND_INSTALMENT_BOUGHT,
        .flags = TRANSFER_NO_LIMITS};
    bool held = below(stand, 2) == 0;
    if (held) refusal = ledger_hold(engine_ledger(engine), tx, &holding, world_now(stand->world) + DAY, &hold);
    if (held && refusal == LEDGER_OK) purchase.terms.sum -= below(stand, 3) * 1000; /* the rest is free again */
    if (refusal == LEDGER_OK) refusal = purchase_sell(engine, tx, hold, &purchase);
    assert_int_equal(refusal == LEDGER_OK, holding.sum.minor <= free);
    stand->refused += refusal != LEDGER_OK;
    if (refusal == LEDGER_OK) stand->purchases[stand->count++] = purchase;
    return refusal == LEDGER_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

static enum purchase_refusal pay(struct stand *stand, struct tx *tx, size_t at, struct purchase *purchase) {
    struct engine *engine = stand->cabinet.engine;
    struct purchase seen = *purchase;
    struct purchase_done done;
    struct purchase_doing doing = {.act = PURCHASE_PAY};
    const struct purchase_rule rule = instalments_rule(engine);
    if (stand->payment_count == PAYMENTS) return PURCHASE_NOT_SO;
    purchase_as_of(engine, &seen, instalments_today(engine));
    const struct loan_contract contract = purchase_contract(&seen.terms, &rule);
    doing.sum = purchase_wished(&contract, &seen.state, (enum purchase_wish)below(stand, 3), 1 + below(stand, 300000));
    if (doing.sum == 0) return PURCHASE_NOT_SO;
    doing.sum += below(stand, 10) == 0 ? 1000 : 0;
    int64_t operation = instalments_move(engine, tx, stand->source, purchase->account, doing.sum, KIND_INSTALMENT_PAID,
                                         purchase->id, TEXT_NONE);
    enum purchase_refusal refusal = purchase_act_on(engine, tx, purchase, &doing, operation, &done);
    if (refusal == PURCHASE_OK)
        stand->payments[stand->payment_count++] = (struct paid){at, doing.sum, done.paid[DEBT_PENALTY]};
    return refusal;
}

static enum purchase_refusal undo(struct stand *stand, struct tx *tx) {
    if (stand->payment_count == 0) return PURCHASE_NOT_SO;
    struct paid *paid = &stand->payments[below(stand, (int64_t)stand->payment_count)];
    struct purchase *purchase = &stand->purchases[paid->purchase];
    const struct purchase_doing doing = {.act = PURCHASE_UNDO, .sum = paid->sum, .penalty = paid->fined};
    if (paid->sum == 0) return PURCHASE_NOT_SO;
    enum purchase_refusal refusal =
        purchase_undone(stand->cabinet.engine, tx, purchase, &doing, stand->source, NULL);
    if (refusal == PURCHASE_OK) paid->sum = paid->fined = 0;
    return refusal;
}

static enum purchase_refusal give(struct stand *stand, struct tx *tx, struct purchase *purchase) {
    struct engine *engine = stand->cabinet.engine;
    const struct purchase_doing doing = {.act = PURCHASE_GIVE, .sum = purchase_left(&purchase->state)};
    if (doing.sum == 0) return PURCHASE_NOT_SO;
    int64_t operation = instalments_move(engine, tx, purchase->account, stand->source, doing.sum, KIND_INSTALMENT_LEFT,
                                         purchase->id, TEXT_NONE);
    return purchase_act_on(engine, tx, purchase, &doing, operation, NULL);
}

static void settle(struct stand *stand, struct tx *tx) {
    int64_t shop = below(stand, SHOPS);
    stand->settled[shop] += instalments_settle(stand->cabinet.engine, tx, shop + 1, TEXT("act"));
}

/* A refused one is undone with the money that came for it. */
static enum command_outcome happen(struct tx *tx, void *data) {
    struct stand *stand = data;
    if (stand->count == 0) return COMMAND_KEEP;
    size_t at = (size_t)below(stand, (int64_t)stand->count);
    struct purchase *purchase = &stand->purchases[at];
    int64_t chance = below(stand, 20);
    struct purchase_doing doing = {.act = PURCHASE_RETURN, .sum = 1 + below(stand, purchase->terms.sum / 2)};
    enum purchase_refusal refusal = PURCHASE_OK;
    if (!purchase_find(tx, purchase->customer, purchase->id, purchase)) return COMMAND_UNDO;
    if (chance < 12) {
        doing.act = PURCHASE_PAY;
        refusal = pay(stand, tx, at, purchase);
    } else if (chance < 14) {
        if (below(stand, 3) == 0) doing.sum = purchase->terms.sum - purchase->state.returned;
        refusal = purchase_act_on(stand->cabinet.engine, tx, purchase, &doing, 0, NULL);
    } else if (chance < 16) {
        doing = (struct purchase_doing){.act = PURCHASE_MOVE, .days = 1 + below(stand, 7)};
        refusal = purchase_act_on(stand->cabinet.engine, tx, purchase, &doing, 0, NULL);
    } else if (chance < 18) {
        doing.act = PURCHASE_UNDO;
        refusal = undo(stand, tx);
    } else if (chance < 19) {
        doing.act = PURCHASE_GIVE;
        refusal = give(stand, tx, purchase);
    } else {
        settle(stand, tx);
        return COMMAND_KEEP;
    }
    if (refusal == PURCHASE_OK) stand->done[doing.act]++;
    return refusal == PURCHASE_OK ? COMMAND_KEEP : COMMAND_UNDO;
}

/* ---- rows = history = books ---- */

static void compare_purchase(struct stand *stand, struct tx *tx, struct purchase *row, int64_t *shop_due) {
    struct engine *engine = stand->cabinet.engine;
    struct purchase_state again;
    int64_t today = instalments_today(engine);
    assert_true(purchase_find(tx, row->customer, row->id, row));
    assert_true(purchase_wakes(&row->state) == 0 || purchase_wakes(&row->state) > today); /* the night is over */
    assert_true(purchase_replay(engine, tx, row, today, &again, NULL));
    struct purchase now = *row;
    purchase_as_of(engine, &now, today);
    assert_true(debts_same(&now.state.loan, &again.loan));
    assert_int_equal(now.state.returned, again.returned);
    assert_int_equal(now.state.moved, again.moved);
    *shop_due += purchase_shop(&row->terms, &row->state);
}

static enum command_outcome compare(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    int64_t owed[PEOPLE] = {0}, shops[SHOPS] = {0}, penalties = 0;
    for (size_t i = 0; i < stand->count; i++) {
        struct purchase *row = &stand->purchases[i];
        compare_purchase(stand, tx, row, &shops[row->shop - 1]);
        const struct loan_state *loan = &row->state.loan;
        penalties += loan->debt[DEBT_PENALTY];
        for (int k = 0; k < PEOPLE; k++)
            if (row->customer == stand->people[k].customer)
                owed[k] += loan->advance - loan->debt[DEBT_PRINCIPAL] - loan->debt[DEBT_OVERDUE_PRINCIPAL];
    }
    for (int k = 0; k < PEOPLE; k++)
        assert_int_equal(owed[k], instalments_balance(engine, tx, stand->limits[k].account));
    int64_t account = instalments_account(engine, tx, PURPOSE_INSTALMENT_PENALTY, 0);
    assert_int_equal(penalties, -instalments_balance(engine, tx, account));
    for (int i = 0; i < SHOPS; i++) {
        account = instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, i + 1);
        assert_int_equal(shops[i] - stand->settled[i], instalments_balance(engine, tx, account));
    }
    return COMMAND_KEEP;
}

static void verify(struct stand *stand) {
    ledger_settle_all(engine_ledger(stand->cabinet.engine));
    struct reader *reader = engine_reader(stand->cabinet.engine);
    struct tx *tx = reader_begin(reader);
    struct verdict verdict = ledger_verify(engine_ledger(stand->cabinet.engine), tx, stand->cabinet.arena);
    if (verdict.faults > 0) fail_msg("%.*s", TEXT_ARG(verdict.first_fault));
    assert_true(reader_end(reader, tx));
}

static void open_it(struct stand *stand) {
    if (!cabinet_open(&stand->cabinet, stand->database, "", stand->world))
        fail_msg("%.*s", TEXT_ARG(stand->cabinet.problem));
}

/* Another process begins the night and is killed before its group is on disk. */
static void killed(struct stand *stand) {
    cabinet_close(&stand->cabinet);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        open_it(stand);
        cabinet_write(&stand->cabinet, night_killed, stand);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    open_it(stand);
}

static void test_purchases(void **state) {
    (void)state;
    static struct stand stand;
    stand = (struct stand){.world = world_simulated(5, BEGIN), .random = UINT64_C(88172645463325252)};
    snprintf(stand.database, sizeof stand.database, "%s/instalments.db", cabinet_folder());
    open_it(&stand);
    assert_int_equal(cabinet_write(&stand.cabinet, make, &stand), STORE_DURABLE);
    for (int day = 0; day < DAYS;) {
        int later = below(&stand, 10) == 0 ? 4 : 1;
        world_advance(stand.world, later * DAY);
        day += later;
        for (int64_t i = below(&stand, 6); i > 0; i--) cabinet_write(&stand.cabinet, happen, &stand);
        if (below(&stand, 25) == 0) killed(&stand);
        nights(&stand);
        for (int64_t i = below(&stand, 4); i > 0; i--) cabinet_write(&stand.cabinet, buy, &stand);
        for (int64_t i = below(&stand, 6); i > 0; i--) cabinet_write(&stand.cabinet, happen, &stand);
        if (day % 20 > 1) continue;
        nights(&stand);
        assert_int_equal(cabinet_write(&stand.cabinet, compare, &stand), STORE_DURABLE);
    }
    nights(&stand);
    assert_int_equal(cabinet_write(&stand.cabinet, compare, &stand), STORE_DURABLE);
    verify(&stand);
    for (int act = PURCHASE_PAY; act <= PURCHASE_GIVE; act++) assert_true(stand.done[act] > 0);
    assert_true(stand.count > 20 && stand.refused > 0);
    cabinet_close(&stand.cabinet);
    database_remove(stand.database);
    world_free(stand.world);
    cabinet_folder_remove();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_purchases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* night_test.c: loans live for some months in the whole product, on a clock of its own: nights that are late, begun
 * twice, undone; what happens to loans between them. In the end each row is what its contract and its events make of
 * it, and the books are the rows' sums (LO-4, LO-6, OP-5). */
#include "ledger/ledger.h"
#include "products/loans/running.h"
#include "test/support/cabinet.h"
#include "test/support/debts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define BEGIN (INT64_C(1768467600) * SECOND)
#define LOANS 80
#define PEOPLE 8
#define PRODUCTS 3
#define DAYS 200

struct stand {
    struct cabinet cabinet;
    struct world *world;
    struct person people[PEOPLE];
    struct credit_product products[PRODUCTS];
    struct credit loans[LOANS];
    int64_t source;
    uint64_t random;
    int done[LOAN_WRITE_OFF + 1];
    char database[128];
};

static int64_t below(struct stand *stand, int64_t bound) {
    stand->random ^= stand->random << 13;
    stand->random ^= stand->random >> 7;
    stand->random ^= stand->random << 17;
    return (int64_t)((stand->random >> 11) % (uint64_t)bound);
}

static const struct credit_terms terms[PRODUCTS] = {
    {.kind = SCHEDULE_BULLET, .unit = SCHEDULE_DAYS, .term_least = 7, .term_most = 60, .sum_least = 100000,
     .sum_most = 3000000, .sum_step = 1, .rate = 2920000, .day_rate = true, .late_interest = true, .penalty = 200000,
     .extend_least = 3, .extend_most = 30, .extend_times = 5},
    {.kind = SCHEDULE_ANNUITY, .unit = SCHEDULE_MONTHS, .length = 1, .term_least = 3, .term_most = 24,
     .sum_least = 100000, .sum_most = 3000000, .sum_step = 1, .rate = 600000, .late_interest = true,
     .penalty = 200000},
    {.kind = SCHEDULE_DIFFERENTIATED, .unit = SCHEDULE_DAYS, .length = 14, .term_least = 3, .term_most = 12,
     .sum_least = 100000, .sum_most = 3000000, .sum_step = 1, .rate = 1095000, .penalty = 365000,
     .penalty_a_day = true},
};

static enum command_outcome make(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    stand->source = cabinet_source(&stand->cabinet, tx);
    for (int i = 0; i < PEOPLE; i++)
        cabinet_person(&stand->cabinet, tx, stand->source, text_format(tx_arena(tx), "+7900000000%d", i), 1000,
                       &stand->people[i]);
    for (int i = 0; i < PRODUCTS; i++) {
        static const char *const codes[PRODUCTS] = {"days", "months", "weeks"};
        stand->products[i] = (struct credit_product){.code = text_from(codes[i]), .title_ru = TEXT("Заём"),
                                                     .title_en = TEXT("Loan"), .terms = terms[i]};
        credit_product_put(tx, &stand->products[i]);
    }
    for (int i = 0; i < LOANS; i++) {
        const struct credit_product *product = &stand->products[i % PRODUCTS];
        int64_t room = product->terms.term_most - product->terms.term_least + 1;
        struct credit *credit = &stand->loans[i];
        *credit = (struct credit){.customer = stand->people[i % PEOPLE].customer, .product = product->id,
                                  .sum = 100000 + below(stand, 2900000),
                                  .term = product->terms.term_least + below(stand, room)};
        credit_agree(engine, tx, credit);
        credit_issue(engine, tx, credit, loans_today(engine));
        assert_int_equal(loans_balance(engine, tx, credit->account), -credit->sum);
    }
    return COMMAND_KEEP;
}

/* ---- nights ---- */

static bool more;

static enum command_outcome night(struct tx *tx, void *data) {
    more = loans_night_job(((struct stand *)data)->cabinet.engine, tx);
    return COMMAND_KEEP;
}

static enum command_outcome night_undone(struct tx *tx, void *data) {
    (void)night(tx, data);
    return COMMAND_UNDO;
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

static struct loan_event some_event(struct stand *stand, const struct loan_state *state, int64_t owed) {
    struct loan_event event = {.kind = LOAN_PAYMENT, .sum = 1 + below(stand, owed)};
    switch (below(stand, 12)) {
    case 0: event.kind = LOAN_EARLY_PART; event.early = (enum loan_early)below(stand, 2); break;
    case 1: event.kind = LOAN_REPAY_ALL; event.sum = owed + below(stand, 2) * 5000; break;
    case 2: event.kind = LOAN_EXTEND; event.sum = 0; event.units = 1 + below(stand, 20); break;
    case 3: event.kind = LOAN_FEE; event.sum = 1000 + below(stand, 10000); break;
    case 4: event.kind = LOAN_WAIVE; event.sum = 1 + state->debt[DEBT_PENALTY] / 2; break;
    case 5:
        event = (struct loan_event){.kind = below(stand, 8) == 0 ? LOAN_WRITE_OFF : LOAN_RESTRUCTURE,
                                    .plan = {.kind = SCHEDULE_ANNUITY, .unit = SCHEDULE_MONTHS, .rate = 300000,
                                             .length = 1, .count = 3 + below(stand, 9)}};
        break;
    default: event.sum = 1 + below(stand, state->debt[DEBT_PRINCIPAL] / 3 + 100000); break;
    }
    return event;
}

/* A refused one is undone with the money that came for it. */
static enum command_outcome happen(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    const struct credit *one = &stand->loans[below(stand, LOANS)];
    struct credit credit;
    struct running running;
    int64_t operation = 0;
    assert_true(credit_find(tx, one->customer, one->id, &credit));
    if (!credit_accrue_one(engine, tx, &credit, &running)) return COMMAND_KEEP;
    const struct loan_event event = some_event(stand, &running.state, loan_total(&running.state));
    bool money = event.kind == LOAN_PAYMENT || event.kind == LOAN_EARLY_PART || event.kind == LOAN_REPAY_ALL;
    if (money)
        operation = loans_move(engine, tx, stand->source, credit.account, event.sum, KIND_LOAN_PAID, credit.id,
                               TEXT_NONE);
    enum loan_refusal refusal = credit_event(engine, tx, &credit, event, operation, NULL);
    if (refusal == LOAN_DONE) stand->done[event.kind]++;
    return refusal == LOAN_DONE ? COMMAND_KEEP : COMMAND_UNDO;
}

/* ---- rows = history = books ---- */

STATEMENT(sums, "SELECT CAST(COALESCE(SUM(interest + overdue_interest), 0) AS BIGINT), "
                "CAST(COALESCE(SUM(penalty), 0) AS BIGINT), CAST(COALESCE(SUM(fees), 0) AS BIGINT), "
                "CAST(COALESCE(SUM(provided), 0) AS BIGINT) FROM loan_running WHERE product = $1");

static void compare_product(struct stand *stand, struct tx *tx, const struct credit_product *product) {
    static const enum loans_purpose purposes[] = {PURPOSE_LOAN_INTEREST, PURPOSE_LOAN_PENALTY, PURPOSE_LOAN_FEES,
                                                  PURPOSE_LOAN_PROVISION};
    struct engine *engine = stand->cabinet.engine;
    struct rows *rows = tx_query(tx, &sums, VALUES(V_INT(product->id)));
    assert_true(rows_next(rows));
    for (int i = 0; i < 4; i++) {
        int64_t balance = loans_balance(engine, tx, loans_account(engine, tx, purposes[i], product->code));
        assert_int_equal(i == 3 ? balance : -balance, row_int(rows, i));
    }
    rows_end(rows);
}

static enum command_outcome compare(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    int64_t today = loans_today(engine);
    for (int i = 0; i < LOANS; i++) {
        struct credit credit;
        struct running running;
        struct loan_state state;
        assert_true(credit_find(tx, stand->loans[i].customer, stand->loans[i].id, &credit));
        assert_true(credit_replay(engine, tx, &credit, today, &state, NULL));
        bool runs = running_find(tx, credit.customer, credit.id, &running);
        assert_int_equal(runs, credit.state == CREDIT_RUNS);
        assert_int_equal(runs, state.status == LOAN_RUNS);
        if (runs) assert_true(debts_same(&running.state, &state));
        assert_int_equal(loans_balance(engine, tx, credit.account),
                         state.advance - state.debt[DEBT_PRINCIPAL] - state.debt[DEBT_OVERDUE_PRINCIPAL]);
    }
    for (int i = 0; i < PRODUCTS; i++) compare_product(stand, tx, &stand->products[i]);
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

static void test_nights(void **state) {
    (void)state;
    static struct stand stand;
    stand = (struct stand){.world = world_simulated(5, BEGIN), .random = UINT64_C(88172645463325252)};
    snprintf(stand.database, sizeof stand.database, "%s/loans.db", cabinet_folder());
    open_it(&stand);
    assert_int_equal(cabinet_write(&stand.cabinet, make, &stand), STORE_DURABLE);
    for (int day = 0; day < DAYS;) {
        int later = below(&stand, 10) == 0 ? 4 : 1;
        world_advance(stand.world, later * DAY);
        day += later;
        for (int64_t i = below(&stand, 4); i > 0; i--) cabinet_write(&stand.cabinet, happen, &stand);
        nights(&stand);
        for (int64_t i = below(&stand, 6); i > 0; i--) cabinet_write(&stand.cabinet, happen, &stand);
        if (day % 50 > 2) continue;
        assert_int_equal(cabinet_write(&stand.cabinet, compare, &stand), STORE_DURABLE);
        cabinet_close(&stand.cabinet);
        open_it(&stand);
    }
    nights(&stand);
    assert_int_equal(cabinet_write(&stand.cabinet, compare, &stand), STORE_DURABLE);
    verify(&stand);
    static const enum loan_event_kind seen[] = {LOAN_PAYMENT, LOAN_EARLY_PART, LOAN_REPAY_ALL, LOAN_FEE, LOAN_EXTEND,
                                                LOAN_RESTRUCTURE, LOAN_WAIVE, LOAN_WRITE_OFF};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) assert_true(stand.done[seen[i]] > 0);
    cabinet_close(&stand.cabinet);
    database_remove(stand.database);
    world_free(stand.world);
    cabinet_folder_remove();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nights)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* trial_test.c: LO-2: applications decided by one policy and tried on another, on real storage: what the trial counts
 * is what a count by hand of the same people comes to; what nobody knows goes to staff; what is kept says by which
 * lines it was decided. */
#include "products/loans/staff.h"
#include "test/support/cabinet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define BEGIN (INT64_C(1794960000) * SECOND)
#define PEOPLE 200

/* Not by the reader of policies: what the two below say of somebody, written down again. */
static const char first[] = "input age number\ninput loans number\nrefuse age < 18 because too_young\n"
                            "review loans >= 2 because too_many_loans\nlimit 20000.00 when age >= 30\nlimit 10000.00\n";
static const char second[] = "input age number\ninput loans number\nrefuse age < 21 because too_young\n"
                             "refuse loans >= 3 because too_many_loans\nlimit 5000.00\n";

struct somebody {
    int64_t age, loans; /* loans -1: nobody knows */
};

static int by_first(const struct somebody *who) {
    if (who->age < 18) return 2;
    return who->loans < 0 || who->loans >= 2 ? 1 : 0;
}

static int by_second(const struct somebody *who) {
    if (who->age < 21 || who->loans >= 3) return 2;
    return who->loans < 0 ? 1 : 0;
}

static struct cabinet cabinet;
static struct world *world;
static struct somebody people[PEOPLE];
static int64_t product;
static char answer[1 << 16];

STATEMENT(policy_put, "INSERT INTO loan_policy (id, version, content, note, staff, at, since) "
                      "VALUES ($1, $1, $2, '', 0, $3, $4)");

static enum command_outcome prepare(struct tx *tx, void *data) {
    (void)data;
    moment now = world_now(world);
    struct credit_product credit_product = {
        .code = TEXT("x"), .title_ru = TEXT("Заём"), .title_en = TEXT("Loan"),
        .terms = {.kind = SCHEDULE_BULLET, .unit = SCHEDULE_DAYS, .term_least = 7, .term_most = 30,
                  .sum_least = 100000, .sum_most = 3000000, .sum_step = 1, .rate = 100000}};
    credit_product_put(tx, &credit_product);
    product = credit_product.id;
    tx_run(tx, &policy_put, VALUES(V_INT(1), V_TEXT(text_from(first)), V_INT(now), V_INT(now)));
    tx_run(tx, &policy_put, VALUES(V_INT(2), V_TEXT(text_from(second)), V_INT(now), V_INT(0)));
    return COMMAND_KEEP;
}

static enum command_outcome ask(struct tx *tx, void *data) {
    struct somebody *who = data;
    struct application application = {.customer = 1000 + (who - people), .product = product, .sum = 1000000,
                                      .term = 14, .asked_at = world_now(world)};
    struct buffer inputs = buffer_new(tx_arena(tx), 100);
    buffer_format(&inputs, "{\"income\":5000000,\"payments\":100,\"age\":%lld,\"loans\":", (long long)who->age);
    if (who->loans < 0) buffer_add_literal(&inputs, "null}");
    else buffer_format(&inputs, "%lld}", (long long)who->loans);
    application.inputs = buffer_text(&inputs);
    loans_decide(cabinet.engine, tx, &application);
    static const enum application_state states[] = {APPLICATION_OFFERED, APPLICATION_REVIEW, APPLICATION_REFUSED};
    assert_int_equal(application.state, states[by_first(who)]);
    assert_int_equal(application.policy, 1);
    int64_t most = by_first(who) == 2 ? 0 : who->age >= 30 ? 2000000 : 1000000;
    assert_int_equal(application.most, most);
    assert_true((strstr(application.outcome.data, "too_young") != NULL) == (who->age < 18));
    assert_true((strstr(application.outcome.data, "refuse age < 18") != NULL) == (who->age < 18));
    if (application.decided_at == 0) application.decided_at = world_now(world); /* as staff do */
    assert_true(application_insert(cabinet.engine, tx, &application));
    return COMMAND_KEEP;
}

static enum command_outcome try_it(struct tx *tx, void *data) {
    (void)data;
    const struct policy_version *version = loans_policy_take(cabinet.engine, tx, 2, tx_arena(tx));
    assert_non_null(version);
    struct text text = policy_trial_run(cabinet.engine, tx, version, 5000, tx_arena(tx));
    snprintf(answer, sizeof answer, "%.*s", TEXT_ARG(text));
    return COMMAND_KEEP;
}

static void test_trial(void **state) {
    static const char *const names[] = {"granted", "review", "refused"};
    char database[128], part[100];
    int then[3] = {0}, now[3] = {0}, changed = 0;
    uint64_t random = 88172645463325252u;
    (void)state;
    world = world_simulated(7, BEGIN);
    snprintf(database, sizeof database, "%s/trial.db", cabinet_folder());
    assert_true(cabinet_open(&cabinet, database, "", world));
    assert_int_equal(cabinet_write(&cabinet, prepare, NULL), STORE_DURABLE);
    for (int i = 0; i < PEOPLE; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        people[i] = (struct somebody){15 + (int64_t)(random >> 60), (int64_t)(random >> 40) % 5 - 1};
        world_advance(world, MINUTE);
        assert_int_equal(cabinet_write(&cabinet, ask, &people[i]), STORE_DURABLE);
        then[by_first(&people[i])]++;
        now[by_second(&people[i])]++;
        changed += by_first(&people[i]) != by_second(&people[i]);
    }
    assert_int_equal(cabinet_write(&cabinet, try_it, NULL), STORE_DURABLE);
    for (int i = 0; i < 3; i++) {
        snprintf(part, sizeof part, "{\"decision\":\"%s\",\"was\":%d,\"now\":%d}", names[i], then[i], now[i]);
        if (strstr(answer, part) == NULL) fail_msg("%s is not in …%s", part, strstr(answer, "\"cells\""));
    }
    snprintf(part, sizeof part, "\"seen\":%d,\"skipped\":0,\"changed\":%d", PEOPLE, changed);
    if (strstr(answer, part) == NULL) fail_msg("%s is not in …%s", part, strstr(answer, "\"cells\""));
    assert_true(changed > 20);
    cabinet_close(&cabinet);
    database_remove(database);
    world_free(world);
    cabinet_folder_remove();
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_trial)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

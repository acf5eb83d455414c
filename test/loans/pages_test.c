/* pages_test.c: a loan over its interface: paid, paid twice, paid early, extended, closed, given back, called off; what
 * a page promised is what then is (LO-3, LO-4, LO-5). */
#include "identity/session.h"
#include "ledger/ledger.h"
#include "products/loans/repay.h"
#include "test/support/cabinet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define BEGIN (INT64_C(1768467600) * SECOND)
#define ARENA ((size_t)32 << 20)
#define WALLET 5000000

struct stand {
    struct cabinet cabinet;
    struct world *world;
    struct arena *arena;
    struct person one, other;
    struct credit_product product;
    struct credit credit;
    int64_t source, keys;
    bool issued;
    int64_t sum; /* of `comes` */
    char database[128];
};

static const struct credit_terms terms = {
    .kind = SCHEDULE_ANNUITY, .unit = SCHEDULE_DAYS, .length = 14, .term_least = 3, .term_most = 12,
    .sum_least = 100000, .sum_most = 3000000, .sum_step = 1, .rate = 1095000, .late_interest = true,
    .penalty = 200000, .extend_least = 3, .extend_most = 30, .extend_times = 1};

static enum command_outcome make(struct tx *tx, void *data) {
    struct stand *stand = data;
    stand->source = cabinet_source(&stand->cabinet, tx);
    cabinet_person(&stand->cabinet, tx, stand->source, TEXT("+79000000001"), WALLET, &stand->one);
    cabinet_person(&stand->cabinet, tx, stand->source, TEXT("+79000000002"), WALLET, &stand->other);
    stand->product = (struct credit_product){.code = TEXT("weeks"), .title_ru = TEXT("Заём"),
                                             .title_en = TEXT("Loan"), .terms = terms};
    credit_product_put(tx, &stand->product);
    return COMMAND_KEEP;
}

static enum command_outcome lend(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    stand->credit = (struct credit){.customer = stand->one.customer, .product = stand->product.id, .sum = 1000000,
                                    .term = 6};
    credit_agree(engine, tx, &stand->credit);
    if (stand->issued) credit_issue(engine, tx, &stand->credit, loans_today(engine));
    return COMMAND_KEEP;
}

static void new_loan(struct stand *stand, bool issued) {
    stand->issued = issued;
    assert_int_equal(cabinet_write(&stand->cabinet, lend, stand), STORE_DURABLE);
}

static struct reply ask(struct stand *stand, const struct person *who, const char *method, struct text key,
                        struct text body, const char *more) {
    char path[160];
    snprintf(path, sizeof path, "/loans/%lld%s", (long long)stand->credit.id, more);
    const struct call call = {.method = method, .path = path, .token = text_from(who->token), .key = key,
                              .body = body};
    struct request *request = cabinet_send(&stand->cabinet, stand->arena, &call);
    cabinet_settle(&stand->cabinet);
    return reply_of(stand->arena, request);
}

static struct reply see(struct stand *stand, const char *more) {
    return ask(stand, &stand->one, "GET", TEXT_NONE, TEXT_NONE, more);
}

static struct text new_key(struct stand *stand) {
    return text_format(stand->arena, "key-%lld", (long long)++stand->keys);
}

static struct reply repay(struct stand *stand, const char *wish, int64_t sum, int64_t units, struct text key) {
    struct text body = text_format(stand->arena,
                                   "{\"wish\":\"%s\",\"sum\":\"%lld.%02lld\",\"units\":%lld,\"from\":\"%lld\"}", wish,
                                   (long long)(sum / 100), (long long)(sum % 100), (long long)units,
                                   (long long)stand->one.account);
    return ask(stand, &stand->one, "POST", key, body, "/repay");
}

static int64_t kopecks(struct stand *stand, const struct reply *reply, const char *name) {
    return reply_kopecks(stand->arena, reply, name);
}

static void refused(const struct reply *reply, int status, const char *type) {
    assert_int_equal(reply->status, status);
    if (!text_is(reply->type, type)) fail_msg("%.*s", TEXT_ARG(reply->body));
}

static enum command_outcome night(struct tx *tx, void *data) {
    while (loans_night_job(((struct stand *)data)->cabinet.engine, tx));
    return COMMAND_KEEP;
}

static void sign_in(struct stand *stand, struct tx *tx, struct person *person) {
    struct engine *engine = stand->cabinet.engine;
    struct request request = {.arena = tx_arena(tx), .world = engine_world(engine), .engine = engine};
    struct text token = session_open(&request, tx, person->customer, true);
    snprintf(person->token, sizeof person->token, "%.*s", TEXT_ARG(token));
}

static enum command_outcome again(struct tx *tx, void *data) {
    struct stand *stand = data;
    sign_in(stand, tx, &stand->one);
    sign_in(stand, tx, &stand->other);
    return COMMAND_KEEP;
}

/* Sessions end meanwhile. */
static void days_go_by(struct stand *stand, int days) {
    for (int i = 0; i < days; i++) {
        world_advance(stand->world, DAY);
        assert_int_equal(cabinet_write(&stand->cabinet, night, stand), STORE_DURABLE);
    }
    assert_int_equal(cabinet_write(&stand->cabinet, again, stand), STORE_DURABLE);
}

static enum command_outcome verify_balance(struct tx *tx, void *data) {
    struct stand *stand = data;
    stand->sum = loans_balance(stand->cabinet.engine, tx, stand->one.account);
    return COMMAND_KEEP;
}

static int64_t wallet(struct stand *stand) {
    cabinet_write(&stand->cabinet, verify_balance, stand);
    return stand->sum;
}

/* ---- the stories ---- */

static void test_paid(void **state) {
    struct stand *stand = *state;
    new_loan(stand, true);
    days_go_by(stand, 10);
    struct reply page = see(stand, "");
    assert_int_equal(page.status, 200);
    int64_t owed = kopecks(stand, &page, "owed"), had = wallet(stand);
    assert_int_equal(owed, 1000000 + 30000); /* 0.3 % a day, ten days */
    assert_int_equal(ask(stand, &stand->other, "GET", TEXT_NONE, TEXT_NONE, "").status, 404);
    struct reply check = see(stand, "/repay?wish=pay");
    int64_t sum = kopecks(stand, &check, "check.sum");
    struct text key = new_key(stand);
    assert_int_equal(repay(stand, "pay", sum, 0, key).status, 201);
    assert_int_equal(repay(stand, "pay", sum, 0, key).status, 201); /* pressed twice */
    assert_int_equal(had - wallet(stand), sum);
    page = see(stand, "");
    assert_int_equal(kopecks(stand, &page, "owed"), owed - sum);
    refused((struct reply[]){repay(stand, "pay", 2000000, 0, new_key(stand))}, 422, "more-than-owed");
    assert_int_equal(see(stand, "/why").status, 200);
    assert_int_equal(see(stand, "/payments").status, 200);
    assert_int_equal(see(stand, "/certificate").status, 200);
}

static void test_early(void **state) {
    struct stand *stand = *state;
    static const char *const ways[] = {"shorter", "smaller"};
    for (int i = 0; i < 2; i++) {
        char place[80];
        new_loan(stand, true);
        days_go_by(stand, 5);
        snprintf(place, sizeof place, "/repay?wish=%s&sum=4000.00", ways[i]);
        struct reply check = see(stand, place);
        int64_t payment = kopecks(stand, &check, "check.after.payment"),
                interest = kopecks(stand, &check, "check.after.interest");
        assert_true(interest < kopecks(stand, &check, "check.before.interest"));
        assert_int_equal(repay(stand, ways[i], 400000, 0, new_key(stand)).status, 201);
        struct reply page = see(stand, "");
        assert_int_equal(kopecks(stand, &page, "payment"), payment);
    }
}

static void test_closed(void **state) {
    struct stand *stand = *state;
    new_loan(stand, true);
    days_go_by(stand, 3);
    int64_t had = wallet(stand);
    struct reply check = see(stand, "/repay?wish=all");
    int64_t sum = kopecks(stand, &check, "check.sum");
    assert_int_equal(sum, 1000000 + 9000); /* the days that were, no more */
    refused((struct reply[]){repay(stand, "all", sum - 1, 0, new_key(stand))}, 409, "changed-meanwhile");
    assert_int_equal(repay(stand, "all", sum, 0, new_key(stand)).status, 201);
    struct reply page = see(stand, "");
    assert_true(text_is(reply_text(stand->arena, &page, "state"), "closed"));
    assert_int_equal(had - wallet(stand), sum);
    refused((struct reply[]){repay(stand, "pay", 100, 0, new_key(stand))}, 409, "loan-over");
    assert_int_equal(see(stand, "/certificate").status, 200);
}

/* As a card's payment that comes when the loan needs less. */
static enum command_outcome comes(struct tx *tx, void *data) {
    struct stand *stand = data;
    struct engine *engine = stand->cabinet.engine;
    struct credit credit;
    assert_true(credit_find(tx, stand->credit.customer, stand->credit.id, &credit));
    int64_t operation = loans_move(engine, tx, stand->source, credit.account, stand->sum, KIND_LOAN_PAID, credit.id,
                                   TEXT_NONE);
    credit_pay(engine, tx, &credit, WISH_PAY, 0, stand->sum, operation);
    return COMMAND_KEEP;
}

static void test_too_much(void **state) {
    struct stand *stand = *state;
    new_loan(stand, true);
    days_go_by(stand, 2);
    int64_t had = wallet(stand);
    stand->sum = 1500000;
    assert_int_equal(cabinet_write(&stand->cabinet, comes, stand), STORE_DURABLE);
    struct reply page = see(stand, "");
    assert_true(text_is(reply_text(stand->arena, &page, "state"), "closed"));
    assert_int_equal(wallet(stand) - had, 1500000 - 1006000); /* the rest is his */
}

static void test_extended(void **state) {
    struct stand *stand = *state;
    new_loan(stand, true);
    days_go_by(stand, 4);
    struct reply check = see(stand, "/repay?wish=extend&units=7"), page = see(stand, "");
    int64_t sum = kopecks(stand, &check, "check.sum");
    struct text due = reply_text(stand->arena, &page, "next");
    assert_int_equal(sum, 12000);
    refused((struct reply[]){repay(stand, "extend", sum, 2, new_key(stand))}, 409, "no-extension");
    assert_int_equal(repay(stand, "extend", sum, 7, new_key(stand)).status, 201);
    page = see(stand, "");
    struct text later = reply_text(stand->arena, &page, "next");
    assert_true(memcmp(later.data, due.data, later.size) > 0);
    assert_int_equal(kopecks(stand, &page, "owed"), 1000000);
    refused((struct reply[]){repay(stand, "extend", 0, 7, new_key(stand))}, 409, "no-extension"); /* once, no more */
}

static void test_overdue(void **state) {
    struct stand *stand = *state;
    new_loan(stand, true);
    days_go_by(stand, 20);
    struct reply page = see(stand, "");
    assert_int_equal(reply_number(stand->arena, &page, "days_overdue"), 6);
    int64_t overdue = kopecks(stand, &page, "overdue");
    assert_true(overdue > 0 && kopecks(stand, &page, "debts.penalty") > 0);
    assert_int_equal(repay(stand, "pay", overdue, 0, new_key(stand)).status, 201);
    page = see(stand, "");
    assert_int_equal(kopecks(stand, &page, "overdue"), 0);
}

static enum command_outcome payouts(struct tx *tx, void *data) {
    loans_payouts_job(((struct stand *)data)->cabinet.engine, tx);
    return COMMAND_KEEP;
}

static void test_not_paid_out(void **state) {
    struct stand *stand = *state;
    days_go_by(stand, 1);
    new_loan(stand, false);
    struct text card = TEXT("{\"card\":\"17\"}");
    refused((struct reply[]){ask(stand, &stand->one, "POST", TEXT_NONE, card, "/card")}, 422, "no-card");
    assert_int_equal(ask(stand, &stand->other, "POST", TEXT_NONE, TEXT_NONE, "/cancel").status, 404);
    assert_int_equal(ask(stand, &stand->one, "POST", TEXT_NONE, TEXT_NONE, "/cancel").status, 200);
    struct reply page = see(stand, "");
    assert_true(text_is(reply_text(stand->arena, &page, "state"), "void"));
    refused((struct reply[]){ask(stand, &stand->one, "POST", TEXT_NONE, card, "/card")}, 409, "loan-sent");

    new_loan(stand, false);
    days_go_by(stand, 6); /* no card took it in time */
    cabinet_write(&stand->cabinet, payouts, stand);
    page = see(stand, "");
    assert_true(text_is(reply_text(stand->arena, &page, "state"), "void"));
}

/* ---- */

static int setup(void **state) {
    static struct stand stand;
    stand = (struct stand){.world = world_simulated(7, BEGIN), .arena = arena_new(ARENA)};
    snprintf(stand.database, sizeof stand.database, "%s/loan-pages.db", cabinet_folder());
    if (!cabinet_open(&stand.cabinet, stand.database, "", stand.world))
        fail_msg("%.*s", TEXT_ARG(stand.cabinet.problem));
    *state = &stand;
    return cabinet_write(&stand.cabinet, make, &stand) == STORE_DURABLE ? 0 : 1;
}

static int teardown(void **state) {
    struct stand *stand = *state;
    ledger_settle_all(engine_ledger(stand->cabinet.engine));
    struct reader *reader = engine_reader(stand->cabinet.engine);
    struct tx *tx = reader_begin(reader);
    struct verdict verdict = ledger_verify(engine_ledger(stand->cabinet.engine), tx, stand->cabinet.arena);
    bool whole = reader_end(reader, tx) && verdict.faults == 0;
    cabinet_close(&stand->cabinet);
    database_remove(stand->database);
    world_free(stand->world);
    arena_free(stand->arena);
    cabinet_folder_remove();
    return whole ? 0 : 1;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_paid),     cmocka_unit_test(test_early),
                                       cmocka_unit_test(test_closed),   cmocka_unit_test(test_too_much),
                                       cmocka_unit_test(test_extended), cmocka_unit_test(test_overdue),
                                       cmocka_unit_test(test_not_paid_out)};
    return cmocka_run_group_tests(tests, setup, teardown);
}

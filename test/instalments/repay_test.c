/* repay_test.c: IN-1, IN-4: a customer sees what he bought and pays for it by the interface: by card, whose bank
 * says yes, no, twice and too late, and from his wallet. In the end rows are what their events make of them and the
 * books are the rows' sums. */
#include "ledger/ledger.h"
#include "products/instalments/cabinet.h"
#include "test/support/cabinet.h"
#include "test/support/debts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN (INT64_C(1777618800) * SECOND) /* 2026-05-01, 10:00 in Moscow */
#define LIMIT 1500000
#define MONEY 500000
#define ORDER_SUM 300000

struct stand {
    struct cabinet cabinet;
    struct world *world;
    struct arena *arena;
    struct person person, other;
    struct instalment_limit limit;
    int64_t source, bought, keys;
    struct tariff_term term;
    int64_t sum;
    char database[256];
};

static struct stand stand;

/* ---- in the database ---- */

static enum command_outcome make(struct tx *tx, void *data) {
    (void)data;
    stand.source = cabinet_source(&stand.cabinet, tx);
    cabinet_person(&stand.cabinet, tx, stand.source, TEXT("+79000000001"), MONEY, &stand.person);
    cabinet_person(&stand.cabinet, tx, stand.source, TEXT("+79000000002"), MONEY, &stand.other);
    instalment_limit_set(stand.cabinet.engine, tx, stand.person.customer, LIMIT, &stand.limit);
    return COMMAND_KEEP;
}

static enum command_outcome sell(struct tx *tx, void *data) {
    (void)data;
    struct purchase purchase = {.customer = stand.person.customer, .shop = 1,
                                .terms = {.sum = stand.sum, .term = stand.term}};
    assert_int_equal(purchase_sell(stand.cabinet.engine, tx, 0, &purchase), LEDGER_OK);
    stand.bought = purchase.id;
    return COMMAND_KEEP;
}

static int64_t buy(int64_t sum, enum tariff_unit unit, int64_t parts, bool first_now) {
    stand.sum = sum;
    stand.term = (struct tariff_term){unit, parts, first_now, 50000};
    assert_int_equal(cabinet_write(&stand.cabinet, sell, NULL), STORE_DURABLE);
    return stand.bought;
}

static enum command_outcome compare(struct tx *tx, void *data) {
    (void)data;
    struct purchase purchases[20];
    struct engine *engine = stand.cabinet.engine;
    size_t count = purchases_of(tx, stand.person.customer, purchases, 20);
    int64_t owed = 0, penalties = 0, today = instalments_today(engine);
    for (size_t i = 0; i < count; i++) {
        struct purchase_state again;
        const struct loan_state *loan = &purchases[i].state.loan;
        owed += loan->advance - loan->debt[DEBT_PRINCIPAL] - loan->debt[DEBT_OVERDUE_PRINCIPAL];
        penalties += loan->debt[DEBT_PENALTY];
        assert_true(purchase_replay(engine, tx, &purchases[i], today, &again, NULL));
        purchase_as_of(engine, &purchases[i], today);
        assert_true(debts_same(&purchases[i].state.loan, &again.loan));
        assert_int_equal(purchases[i].state.returned, again.returned);
        assert_int_equal(purchases[i].state.moved, again.moved);
    }
    assert_int_equal(owed, instalments_balance(engine, tx, stand.limit.account));
    assert_int_equal(
        penalties, -instalments_balance(engine, tx, instalments_account(engine, tx, PURPOSE_INSTALMENT_PENALTY, 0)));
    return COMMAND_KEEP;
}

static void whole(void) { assert_int_equal(cabinet_write(&stand.cabinet, compare, NULL), STORE_DURABLE); }

static enum command_outcome night(struct tx *tx, void *data) {
    *(bool *)data = instalments_night_job(stand.cabinet.engine, tx);
    return COMMAND_KEEP;
}

static void days(int count) {
    bool more = true;
    for (; count > 0; count--) world_advance(stand.world, DAY);
    while (more) assert_int_equal(cabinet_write(&stand.cabinet, night, &more), STORE_DURABLE);
}

/* ---- through the interface ---- */

static struct reply ask(const struct call *call) {
    struct request *request = cabinet_send(&stand.cabinet, stand.arena, call);
    cabinet_settle(&stand.cabinet);
    return reply_of(stand.arena, request);
}

static struct reply get_as(const struct person *person, const char *path) {
    const struct call call = {.method = "GET", .path = path, .token = text_from(person->token)};
    return ask(&call);
}

static struct reply get(const char *path) {
    struct reply reply = get_as(&stand.person, path);
    assert_int_equal(reply.status, 200);
    return reply;
}

static struct reply post(const char *path, struct text key, struct text body) {
    const struct call call = {
        .method = "POST", .path = path, .token = text_from(stand.person.token), .key = key, .body = body};
    return ask(&call);
}

static struct reply pay(const char *path, const char *body) {
    return post(path, text_format(stand.arena, "key-%lld", (long long)++stand.keys), text_from(body));
}

static struct text words(const struct reply *reply, const char *name) { return reply_text(stand.arena, reply, name); }
static int64_t kopecks(const struct reply *reply, const char *name) {
    return reply_kopecks(stand.arena, reply, name);
}

#define assert_words(reply, name, expected)                                                                            \
    assert_string_equal(text_format(stand.arena, "%.*s", TEXT_ARG(words(reply, name))).data, expected)

static const char *path_of(int64_t purchase, const char *more) {
    return text_format(stand.arena, "/instalments/%lld%s", (long long)purchase, more).data;
}

static const char *payment_path(const struct reply *made) {
    assert_int_equal(made->status, 201);
    return text_format(stand.arena, "/instalments/payments/%.*s", TEXT_ARG(words(made, "payment"))).data;
}

STATEMENT(order_of, "SELECT card_order, sum FROM instalment_payment WHERE customer = $1 ORDER BY id DESC LIMIT 1");

struct bank_order {
    int64_t id, sum;
};

static enum command_outcome find_order(struct tx *tx, void *data) {
    struct bank_order *order = data;
    struct rows *rows = tx_query(tx, &order_of, VALUES(V_INT(stand.person.customer)));
    assert_true(rows_next(rows));
    *order = (struct bank_order){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return COMMAND_KEEP;
}

static struct bank_order newest(void) {
    struct bank_order order;
    assert_int_equal(cabinet_write(&stand.cabinet, find_order, &order), STORE_DURABLE);
    return order;
}

static int bank_says(struct bank_order order, const char *word) {
    struct text body = text_format(stand.arena,
                                   "{\"merchant\":\"repay\",\"order\":\"%lld\",\"sum\":\"%lld.%02lld\","
                                   "\"status\":\"%s\",\"reference\":\"r1\"}",
                                   (long long)order.id, (long long)(order.sum / 100), (long long)(order.sum % 100),
                                   word);
    const struct call call = {.method = "POST", .path = "/callbacks/acquirer", .body = body,
                              .signature = callback_signature(stand.arena, world_now(stand.world), body)};
    return ask(&call).status;
}

/* ---- ---- */

static int set_up(void **state) {
    (void)state;
    char yaml[400];
    stand = (struct stand){.world = world_simulated(5, BEGIN), .arena = arena_new((size_t)64 << 20)};
    snprintf(stand.database, sizeof stand.database, "%s/repay.db", cabinet_folder());
    snprintf(yaml, sizeof yaml,
             "time_zone: Europe/Moscow\nidentity: {session: {life: 300d, token_idle: 300d}}\n"
             "acquiring: {url: http://bank, merchant: repay, secret_file: %s/acquirer.key}\n",
             cabinet_folder());
    if (!cabinet_open(&stand.cabinet, stand.database, yaml, stand.world))
        fail_msg("%.*s", TEXT_ARG(stand.cabinet.problem));
    assert_int_equal(cabinet_write(&stand.cabinet, make, NULL), STORE_DURABLE);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    struct reader *reader = engine_reader(stand.cabinet.engine);
    ledger_settle_all(engine_ledger(stand.cabinet.engine));
    struct tx *tx = reader_begin(reader);
    struct verdict verdict = ledger_verify(engine_ledger(stand.cabinet.engine), tx, stand.cabinet.arena);
    if (verdict.faults > 0) fail_msg("%.*s", TEXT_ARG(verdict.first_fault));
    assert_true(reader_end(reader, tx));
    cabinet_close(&stand.cabinet);
    database_remove(stand.database);
    world_free(stand.world);
    arena_free(stand.arena);
    return 0;
}

static void test_home(void **state) {
    (void)state;
    struct reply home = get("/instalments");
    assert_words(&home, "next", "");
    assert_int_equal(kopecks(&home, "limit.free"), LIMIT);
    assert_int_equal(reply_number(stand.arena, &home, "limit.percent"), 100);
    int64_t sofa = buy(400001, TARIFF_MONTHS, 4, false);
    buy(200000, TARIFF_FORTNIGHTS, 4, true);
    home = get("/instalments");
    assert_words(&home, "next.day", "2026-05-01");
    assert_int_equal(kopecks(&home, "next.sum"), 50000);
    assert_int_equal(kopecks(&home, "owed"), 600001);
    assert_int_equal(kopecks(&home, "limit.free"), LIMIT - 600001);
    assert_int_equal(kopecks(&home, "limit.owed"), 600001);
    struct reply page = get(path_of(sofa, ""));
    assert_words(&page, "state", "runs");
    assert_words(&page, "next.day", "2026-06-01");
    assert_int_equal(kopecks(&page, "owed"), 400001);
    days(40);
    home = get("/instalments");
    assert_words(&home, "next.day", "");
    page = get(path_of(sofa, ""));
    assert_words(&page, "state", "late");
    assert_int_equal(reply_number(stand.arena, &page, "days_overdue"), 9);
    struct reply why = get(path_of(sofa, "/why"));
    assert_non_null(strstr(why.body.data, "283-FZ"));
    whole();
}

static void test_card(void **state) {
    (void)state;
    int64_t sofa = buy(ORDER_SUM, TARIFF_MONTHS, 3, false);
    struct reply check = get(path_of(sofa, "/pay?wish=next"));
    assert_int_equal(kopecks(&check, "check.sum"), 100000);
    assert_words(&check, "check.after.next.day", "2026-07-01");
    struct reply made = pay(path_of(sofa, "/pay"), "{\"wish\":\"next\",\"sum\":\"1000.00\"}");
    const char *place = payment_path(&made);
    const struct bank_order order = newest();
    assert_words(&made, "state", "created");
    assert_int_equal(bank_says(order, "pending"), 200);
    struct reply page = get(path_of(sofa, ""));
    assert_int_equal(kopecks(&page, "paid"), 0);
    for (int i = 0; i < 3; i++) assert_int_equal(bank_says(order, "paid"), 200);
    assert_int_equal(bank_says(order, "declined"), 409);
    page = get(path_of(sofa, ""));
    assert_int_equal(kopecks(&page, "paid"), 100000);
    assert_words(&page, "next.day", "2026-07-01");
    struct reply payment = get(place);
    assert_words(&payment, "state", "paid");
    assert_int_equal(get_as(&stand.other, place).status, 404);
    whole();
}

static void test_failures(void **state) {
    (void)state;
    int64_t sofa = buy(ORDER_SUM, TARIFF_MONTHS, 3, false);
    const char *path = path_of(sofa, "/pay");
    struct reply made = pay(path, "{\"wish\":\"next\"}");
    const char *place = payment_path(&made);
    assert_int_equal(bank_says(newest(), "declined"), 200);
    assert_int_equal(bank_says(newest(), "paid"), 409);
    struct reply payment = get(place);
    assert_words(&payment, "state", "declined");
    made = pay(path, "{\"wish\":\"any\",\"sum\":\"500.00\"}");
    place = payment_path(&made);
    assert_int_equal(bank_says(newest(), "expired"), 200);
    struct reply page = get(path_of(sofa, ""));
    assert_int_equal(kopecks(&page, "owed"), ORDER_SUM);
    assert_int_equal(bank_says(newest(), "paid"), 200); /* late, and yet his money */
    payment = get(place);
    assert_words(&payment, "state", "paid");
    page = get(path_of(sofa, ""));
    assert_int_equal(kopecks(&page, "owed"), ORDER_SUM - 50000);
    whole();
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *body, *type;
        int status;
    } cases[] = {
        {"{\"wish\":\"any\",\"sum\":\"3000.01\"}", "more-than-owed", 422},
        {"{\"wish\":\"any\",\"sum\":\"9.99\"}", "sum-too-small", 422},
        {"{\"wish\":\"next\",\"sum\":\"999.99\"}", "changed-meanwhile", 409},
        {"{\"wish\":\"all\",\"sum\":\"2999.99\"}", "changed-meanwhile", 409},
        {"{\"wish\":\"next\",\"from\":\"12345\"}", "no-card", 422},
    };
    int64_t sofa = buy(ORDER_SUM, TARIFF_MONTHS, 3, false);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reply reply = pay(path_of(sofa, "/pay"), cases[i].body);
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(text_format(stand.arena, "%.*s", TEXT_ARG(reply.type)).data, cases[i].type);
    }
    assert_int_equal(pay(path_of(sofa, "/pay"), "{\"wish\":\"any\"}").status, 422);
    assert_int_equal(pay(path_of(sofa + 2, "/pay"), "{\"wish\":\"next\"}").status, 404);
    assert_int_equal(get_as(&stand.other, path_of(sofa, "")).status, 404);
    assert_int_equal(get_as(&stand.other, path_of(sofa, "/why")).status, 404);
    assert_int_equal(get_as(&stand.other, path_of(sofa, "/pay")).status, 404);
    whole();
}

/* Two purchases are paid at once, by day; from the wallet; under one key once. */
static void test_together(void **state) {
    (void)state;
    int64_t sofa = buy(200000, TARIFF_MONTHS, 2, false), lamp = buy(100000, TARIFF_FORTNIGHTS, 2, false);
    struct text body = text_format(stand.arena, "{\"wish\":\"any\",\"sum\":\"1200.00\",\"from\":\"%lld\"}",
                                   (long long)stand.person.account);
    struct reply made = post("/instalments/pay", TEXT("once"), body);
    struct reply again = post("/instalments/pay", TEXT("once"), body);
    assert_int_equal(made.status, 201);
    assert_string_equal(text_format(stand.arena, "%.*s", TEXT_ARG(made.body)).data,
                        text_format(stand.arena, "%.*s", TEXT_ARG(again.body)).data);
    struct reply first = get(path_of(sofa, "")), second = get(path_of(lamp, ""));
    assert_int_equal(kopecks(&second, "owed"), 0); /* on 15 and 29 May, before 1 June */
    assert_words(&second, "state", "closed");
    assert_int_equal(kopecks(&first, "owed"), 180000);
    whole();
    body = text_format(stand.arena, "{\"wish\":\"all\",\"from\":\"%lld\"}", (long long)stand.person.account);
    assert_int_equal(post("/instalments/pay", TEXT("rest"), body).status, 201);
    struct reply home = get("/instalments");
    assert_int_equal(kopecks(&home, "owed"), 0);
    assert_int_equal(kopecks(&home, "limit.free"), LIMIT);
    buy(LIMIT, TARIFF_MONTHS, 3, false);
    body = text_format(stand.arena, "{\"wish\":\"all\",\"from\":\"%lld\"}", (long long)stand.person.account);
    assert_int_equal(post("/instalments/pay", TEXT("poor"), body).status, 422);
    whole();
}

static enum command_outcome read_money(struct tx *tx, void *data) {
    *(int64_t *)data = instalments_balance(stand.cabinet.engine, tx, stand.person.account);
    return COMMAND_KEEP;
}

/* Paid twice, the second time when nothing was owed any more: it goes back, here to his wallet. */
static void test_too_much(void **state) {
    (void)state;
    int64_t money, sofa = buy(ORDER_SUM, TARIFF_MONTHS, 3, false);
    struct reply made = pay(path_of(sofa, "/pay"), "{\"wish\":\"all\"}");
    const struct bank_order first = newest();
    made = pay("/instalments/pay", "{\"wish\":\"all\"}");
    const struct bank_order second = newest();
    assert_int_equal(made.status, 201);
    assert_int_equal(bank_says(second, "paid"), 200);
    assert_int_equal(bank_says(first, "paid"), 200);
    struct reply page = get(path_of(sofa, ""));
    assert_words(&page, "state", "closed");
    assert_int_equal(kopecks(&page, "left"), 0);
    assert_int_equal(cabinet_write(&stand.cabinet, read_money, &money), STORE_DURABLE);
    assert_int_equal(money, MONEY + ORDER_SUM);
    assert_int_equal(pay(path_of(sofa, "/pay"), "{\"wish\":\"all\"}").status, 409);
    whole();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_home, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_card, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_much, set_up, tear_down),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cabinet_folder_remove();
    return failed;
}

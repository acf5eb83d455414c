/* bank_test.c: what is said to a bank, and what of its answers is believed. */
#include "adapters/bank/bank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new(1024 * 1024);
    return arena == NULL;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct bank_order order_of(enum bank_call call) {
    static const struct bank_fact facts[] = {{"account", {"40817810400000000001", 20}},
                                             {"name", {"ООО \"Ива\n\"", 16}}};
    return (struct bank_order){.call = call,
                               .kind = BANK_ACCOUNT,
                               .id = 4711,
                               .sum = rub(1045),
                               .made = 1700000000 * (moment)SECOND,
                               .facts = facts,
                               .fact_count = 2};
}

static void says_an_order(void **state) {
    (void)state;
    struct bank_order order = order_of(BANK_PAYOUT);
    assert_true(text_is(bank_write(arena, &order),
                        "{\"id\":\"4711\",\"kind\":\"account\",\"sum\":\"10.45\",\"made\":\"1700000000\","
                        "\"account\":\"40817810400000000001\",\"name\":\"ООО \\\"Ива\\u000a\\\"\"}"));
    order.call = BANK_STATUS;
    assert_true(text_is(bank_write(arena, &order), "{\"id\":\"4711\"}"));
}

/* Computed by openssl dgst -sha256 -hmac. */
static void signs_it(void **state) {
    (void)state;
    const struct bank_service service = {.client = "us", .key = "0123456789abcdef0123456789abcdef"};
    struct text header = bank_authorization(arena, &service, BANK_STATUS, 1700000000 * (moment)SECOND, TEXT("{}"));
    assert_true(text_is(header, "HMAC-SHA256 us:1700000000:"
                                "be1a27f0ed0c896dc177f6360398a5a10e4cd04ce1e8b6be9d7f53440d7487a3"));
}

static void nobody_is_asked_without_a_key(void **state) {
    (void)state;
    const struct bank_service service = {.url = "http://127.0.0.1:1", .client = "us", .timeout_ms = 1000};
    struct bank_order order = order_of(BANK_PAYOUT);
    assert_int_equal(bank_ask(arena, &service, &order, 0).meaning, BANK_LATER);
    struct bank_return returns[2];
    assert_int_equal(bank_returns(arena, &service, 0, 0, returns, 2), -1);
}

#define ABOUT "{\"id\":\"4711\",\"sum\":\"10.45\",\"status\":"

static void believes_what_is_about_the_order(void **state) {
    (void)state;
    static const struct {
        enum bank_call call;
        const char *body;
        enum bank_meaning meaning;
        enum bank_refusal refusal;
    } cases[] = {
        {BANK_CHECK, ABOUT "\"good\"}", BANK_YES, 0},
        {BANK_CHECK, ABOUT "\"paid\"}", BANK_LATER, 0},
        {BANK_CHECK, ABOUT "\"declined\",\"reason\":\"not-linked\"}", BANK_NO, BANK_NOT_LINKED},
        {BANK_CHECK, ABOUT "\"declined\"}", BANK_NO, BANK_REFUSED},
        {BANK_CHECK, "", BANK_LATER, 0},
        {BANK_PAYOUT, ABOUT "\"paid\",\"reference\":\"B1\"}", BANK_YES, 0},
        {BANK_PAYOUT, ABOUT "\"returned\"}", BANK_YES, 0},
        {BANK_PAYOUT, ABOUT "\"processing\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, ABOUT "\"good\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, ABOUT "\"unknown\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, ABOUT "1}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, ABOUT "\"declined\",\"reason\":\"of their own\"}", BANK_NO, BANK_REFUSED},
        {BANK_PAYOUT, ABOUT "\"paid\"}" ABOUT "\"paid\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, ABOUT "\"paid\"", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, "[]", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, "<html>", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, "{\"id\":\"4711\",\"sum\":\"10.46\",\"status\":\"paid\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, "{\"id\":\"4712\",\"sum\":\"10.45\",\"status\":\"declined\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, "{\"id\":4711,\"sum\":\"10.45\",\"status\":\"paid\"}", BANK_UNCERTAIN, 0},
        {BANK_PAYOUT, "{\"id\":\"4711\",\"status\":\"paid\"}", BANK_UNCERTAIN, 0},
        {BANK_STATUS, "{\"id\":\"4711\",\"status\":\"unknown\"}", BANK_LATER, 0},
        {BANK_STATUS, ABOUT "\"declined\",\"reason\":\"closed\"}", BANK_NO, BANK_CLOSED},
        {BANK_STATUS, ABOUT "\"paid\"}", BANK_YES, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bank_order order = order_of(cases[i].call);
        struct bank_reply reply = bank_read(arena, &order, text_from(cases[i].body));
        if (reply.meaning != cases[i].meaning || reply.refusal != cases[i].refusal)
            fail_msg("%zu: %s: %d, %d", i, cases[i].body, reply.meaning, reply.refusal);
    }
}

#define LINE(number, id) "{\"number\":" #number ",\"id\":\"" #id "\",\"sum\":\"1.00\"}"

static void passes_over_no_return(void **state) {
    (void)state;
    static const struct {
        const char *body;
        int count;
    } cases[] = {
        {"{\"returns\":[]}", 0},
        {"{\"returns\":[" LINE(8, 1) "]}", 1},
        {"{\"returns\":[" LINE(8, 1) "," LINE(10, 2) "]}", 2},
        {"{\"returns\":[" LINE(8, 1) "," LINE(9, 2) "," LINE(10, 3) "]}", 2}, /* no more room: the next time */
        {"{\"returns\":[" LINE(8, 1) "," LINE(8, 2) "]}", -1},
        {"{\"returns\":[" LINE(7, 1) "]}", -1},
        {"{\"returns\":[{\"number\":8,\"id\":\"x\",\"sum\":\"1.00\"}]}", -1},
        {"{\"returns\":[{\"number\":8,\"id\":\"1\",\"sum\":\"-1\"}]}", -1},
        {"{}", -1},
        {"", -1},
    };
    struct bank_return returns[2];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(bank_returns_read(arena, 7, text_from(cases[i].body), returns, 2), cases[i].count);
    assert_int_equal(bank_returns_read(arena, 7, TEXT("{\"returns\":[" LINE(8, 4711) "]}"), returns, 2), 1);
    assert_true(returns[0].number == 8 && returns[0].id == 4711 && returns[0].sum.minor == 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_an_order),
        cmocka_unit_test(signs_it),
        cmocka_unit_test(nobody_is_asked_without_a_key),
        cmocka_unit_test(believes_what_is_about_the_order),
        cmocka_unit_test(passes_over_no_return),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

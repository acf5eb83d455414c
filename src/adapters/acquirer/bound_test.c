/* bound_test.c: how a card's binding is signed, and what is believed of bindings and payouts. */
#include "adapters/acquirer/acquirer_cases.h"
#include "adapters/acquirer/bound.h"

/* The signature was computed apart, by `openssl dgst -sha256 -hmac`. */
static void signs_the_binding(void **state) {
    (void)state;
    const struct acquirer_binding binding = {.id = 17,
                                             .return_url = TEXT("http://127.0.0.1:8080/bank-cards/17"),
                                             .language = TEXT("ru"),
                                             .expires = INT64_C(1800000000) * SECOND};
    struct text url = acquirer_bind_url(acquirer, arena, &binding);
    assert_true(text_is(url, "http://127.0.0.1:1/acquirer/bind?merchant=kabinet&binding=17"
                             "&return=http%3A%2F%2F127.0.0.1%3A8080%2Fbank-cards%2F17&expires=1800000000&language=ru"
                             "&signature=29c70ee07d993e2b8afa927d8ef4849e5ce5752ba0938622a4f1829e98896c65"));
}

#define OF "{\"merchant\":\"kabinet\",\"binding\":\"17\","
#define CARD "\"mask\":\"220000******0000\",\"network\":\"mir\","
#define TOKEN "\"token\":\"t\",\"holder\":\"IVAN IVANOV\",\"fingerprint\":\"f\","

static void reads_bindings(void **state) {
    static const struct {
        const char *body;
        enum binding_said said;
    } rows[] = {
        {OF "\"status\":\"pending\"}", BINDING_PENDING},
        {OF CARD "\"status\":\"check\",\"attempt\":\"1\",\"left\":\"2\"}", BINDING_CHECK},
        {OF CARD "\"status\":\"check\",\"attempt\":\"3\",\"left\":\"0\"}", BINDING_NONSENSE},
        {OF "\"status\":\"check\",\"left\":\"2\"}", BINDING_NONSENSE}, /* of which card? */
        {OF CARD TOKEN "\"status\":\"bound\",\"expiry\":\"2030-12\"}", BINDING_BOUND},
        {OF CARD TOKEN "\"status\":\"bound\",\"expiry\":\"2030-13\"}", BINDING_NONSENSE},
        {OF CARD TOKEN "\"status\":\"bound\",\"expiry\":\"12/30\"}", BINDING_NONSENSE},
        {OF CARD "\"status\":\"bound\",\"expiry\":\"2030-12\"}", BINDING_NONSENSE},
        {OF "\"status\":\"void\"}", BINDING_VOID},
        {OF "\"status\":\"lost\"}", BINDING_NONSENSE},
        {OF "\"status\":\"void\",\"status\":\"bound\"}", BINDING_NONSENSE},
        {"{\"merchant\":\"other\",\"binding\":\"17\",\"status\":\"void\"}", BINDING_NONSENSE},
        {"{\"merchant\":\"kabinet\",\"binding\":17,\"status\":\"void\"}", BINDING_NONSENSE},
        {"{\"merchant\":", BINDING_NONSENSE},
        {"", BINDING_NONSENSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct acquirer_binding_news news;
        if (acquirer_binding_read(acquirer, arena, text_from(rows[i].body), &news) != rows[i].said)
            fail_msg("row %zu", i);
        if (rows[i].said == BINDING_BOUND) assert_int_equal(news.month, 12 * 2030 + 11);
    }
}

static void reads_payouts(void **state) {
    static const struct {
        const char *body;
        enum payout_said said;
    } rows[] = {
        {"{\"merchant\":\"kabinet\",\"payout\":\"5\",\"sum\":\"10.00\",\"status\":\"paid\",\"reference\":\"\"}",
         PAYOUT_PAID},
        {"{\"merchant\":\"kabinet\",\"payout\":\"5\",\"sum\":\"10.00\",\"status\":\"declined\"}", PAYOUT_DECLINED},
        {"{\"merchant\":\"kabinet\",\"payout\":\"5\",\"sum\":\"10.00\",\"status\":\"processing\"}", PAYOUT_PROCESSING},
        {"{\"merchant\":\"kabinet\",\"payout\":\"5\",\"sum\":\"10.01\",\"status\":\"paid\"}", PAYOUT_NONSENSE},
        {"{\"merchant\":\"kabinet\",\"payout\":\"6\",\"sum\":\"10.00\",\"status\":\"paid\"}", PAYOUT_NONSENSE},
        {"{\"merchant\":\"other\",\"payout\":\"5\",\"sum\":\"10.00\",\"status\":\"paid\"}", PAYOUT_NONSENSE},
        {"{\"merchant\":\"kabinet\",\"payout\":\"5\",\"sum\":\"10.00\",\"status\":\"?\"}", PAYOUT_NONSENSE},
        {"[]", PAYOUT_NONSENSE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct acquirer_payout_news news;
        if (acquirer_payout_read(acquirer, arena, text_from(rows[i].body), 5, rub(1000), &news) != rows[i].said)
            fail_msg("row %zu", i);
    }
}

static void nobody_there_is_no_answer(void **state) {
    (void)state;
    struct text body;
    const struct acquirer_order order = {.id = 17, .sum = rub(100)};
    assert_int_equal(acquirer_bind_status(acquirer, arena, 17, 0, &body), ACQUIRER_SILENT);
    assert_int_equal(acquirer_bind_confirm(acquirer, arena, 17, 1, rub(100), 0, &body), ACQUIRER_SILENT);
    assert_int_equal(acquirer_unbind(acquirer, arena, TEXT("t"), 0), ACQUIRER_SILENT);
    assert_int_equal(acquirer_payout(acquirer, arena, 5, TEXT("t"), rub(100), 0, &body), ACQUIRER_SILENT);
    assert_int_equal(acquirer_payout_status(acquirer, arena, 5, 0, &body), ACQUIRER_SILENT);
    assert_int_equal(acquirer_charge(acquirer, arena, &order, TEXT("t"), 0, &body), ACQUIRER_SILENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_binding),
        cmocka_unit_test(reads_bindings),
        cmocka_unit_test(reads_payouts),
        cmocka_unit_test(nobody_there_is_no_answer),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

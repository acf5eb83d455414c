/* acquirer_test.c: what goes to the acquirer and what is believed of it. */
#include "adapters/acquirer/acquirer_cases.h"

/* Signatures were computed apart, by `openssl dgst -sha256 -hmac`. */
static void signs_the_order(void **state) {
    (void)state;
    const struct acquirer_order order = {.id = 17,
                                         .sum = rub(150050),
                                         .return_url = TEXT("http://127.0.0.1:8080/topups/17"),
                                         .language = TEXT("ru"),
                                         .expires = INT64_C(1800000000) * SECOND};
    struct text url = acquirer_payment_url(acquirer, arena, &order);
    assert_true(text_is(url, "http://127.0.0.1:1/acquirer/pay?merchant=kabinet&order=17&sum=1500.50"
                             "&return=http%3A%2F%2F127.0.0.1%3A8080%2Ftopups%2F17&expires=1800000000&language=ru"
                             "&signature=8cad4fee6a8fa75d654410b60479a2e608eb16f4e37ce0b4b871695de51d0729"));
}

static void believes_signed_callbacks_alone(void **state) {
    (void)state;
    static const struct {
        const char *authorization, *body;
        bool believed;
    } table[] = {
        {"HMAC-SHA256 1800000000:7545c02b8ec43f8f5f0bd47d8e53b2b5c23d95919d0143dc4bdef2a75ac43b75", "{}", true},
        {"HMAC-SHA256 1800000000:7545c02b8ec43f8f5f0bd47d8e53b2b5c23d95919d0143dc4bdef2a75ac43b75", "{} ", false},
        {"HMAC-SHA256 1800000001:7545c02b8ec43f8f5f0bd47d8e53b2b5c23d95919d0143dc4bdef2a75ac43b75", "{}", false},
        {"HMAC-SHA256 1800000000:", "{}", false},
        {"HMAC-SHA256 :", "{}", false},
        {"HMAC-SHA256 ", "{}", false},
        {"HMAC-SHA256", "{}", false},
        {"Bearer 1800000000:7545c02b8ec43f8f5f0bd47d8e53b2b5c23d95919d0143dc4bdef2a75ac43b75", "{}", false},
        {"", "{}", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t stamp_s = 0;
        bool believed = acquirer_verify(acquirer, text_from(table[i].authorization), text_from(table[i].body),
                                        &stamp_s);
        if (believed != table[i].believed) fail_msg("row %zu", i);
        assert_int_equal(stamp_s, believed ? 1800000000 : 0);
    }
}

static void reads_what_is_told(void **state) {
    (void)state;
    static const struct {
        const char *body;
        bool read;
    } table[] = {
        {"{\"merchant\":\"kabinet\",\"order\":\"17\",\"sum\":\"10.00\",\"status\":\"paid\",\"reference\":\"r\"}", true},
        {"{\"merchant\":\"kabinet\",\"order\":\"17\",\"sum\":\"10.00\",\"status\":\"paid\",\"more\":{}}", true},
        {"{\"merchant\":\"other\",\"order\":\"17\",\"sum\":\"10.00\",\"status\":\"paid\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":17,\"sum\":\"10.00\",\"status\":\"paid\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":\"x\",\"sum\":\"10.00\",\"status\":\"paid\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":\"17\",\"sum\":10.00,\"status\":\"paid\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":\"17\",\"sum\":\"-10.00\",\"status\":\"paid\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":\"17\",\"sum\":\"10.00\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":\"17\",\"order\":\"18\",\"sum\":\"10.00\",\"status\":\"paid\"}", false},
        {"{\"merchant\":\"kabinet\",\"order\":", false},
        {"[]", false},
        {"\"paid\"", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct acquirer_news news;
        if (acquirer_read(acquirer, arena, text_from(table[i].body), &news) != table[i].read) fail_msg("row %zu", i);
        if (table[i].read) assert_int_equal(news.order, 17);
        if (table[i].read) assert_int_equal(news.sum.minor, 1000);
    }
}

static void nobody_there_is_no_answer(void **state) {
    (void)state;
    struct text body;
    assert_int_equal(acquirer_status(acquirer, arena, 17, 0, &body), ACQUIRER_UNREACHABLE);
    assert_int_equal(acquirer_refund(acquirer, arena, 17, 18, rub(100), 0), ACQUIRER_UNREACHABLE);
}

static void wants_a_real_key(void **state) {
    (void)state;
    struct text problem = TEXT_NONE;
    struct acquirer_options options = {.url = "http://x", .merchant = "m", .secret_file = "/nonexistent/key"};
    assert_null(acquirer_open(arena, &options, &problem));
    assert_true(problem.size > 0);
    options.create = true;
    assert_null(acquirer_open(arena, &options, &problem));
    options.secret_file = "/dev/null"; /* an empty one */
    assert_null(acquirer_open(arena, &options, &problem));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_the_order),    cmocka_unit_test(believes_signed_callbacks_alone),
        cmocka_unit_test(reads_what_is_told), cmocka_unit_test(nobody_there_is_no_answer),
        cmocka_unit_test(wants_a_real_key),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

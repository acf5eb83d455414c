/* kannel_test.c: what is asked of Kannel, and what its answers mean (some of MS 1). The whole chain, with a real
 * Kannel and an SMPP centre, is test/interface/kannel.test.mjs. */
#include "adapters/kannel/kannel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int make(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int drop(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct {
    const char *text, *has;
} texts[] = {
    {"Code 123456\n", "&text=Code%20123456%0A&charset=UTF-8&coding=0&"},
    {"Код", "&text=%D0%9A%D0%BE%D0%B4&charset=UTF-8&coding=2&"},
    {"back`tick", "&coding=2&"},  /* not in the default alphabet */
    {"tab\there", "&coding=2&"},
    {"a&b=c?#%+", "&text=a%26b%3Dc%3F%23%25%2B&"},
};

static void asks(void **state) {
    (void)state;
    const struct kannel_options options = {"http://gate:13013/cgi-bin/sendsms", "us", TEXT("p&w"), "Kabinet"};
    const struct kannel *kannel = kannel_open(arena, &options);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct kannel_sms sms = {7, TEXT("+79160000000"), text_from(texts[i].text), TEXT("http://we/r?s=%d"),
                                 10 * MINUTE};
        struct text address = kannel_address(kannel, arena, &sms);
        assert_true(text_starts(address, "http://gate:13013/cgi-bin/sendsms?username=us&password=p%26w&from=Kabinet&"
                                         "to=%2B79160000000&"));
        assert_non_null(strstr(address.data, texts[i].has));
        assert_true(text_ends(address, "&validity=10&binfo=7&dlr-mask=27&dlr-url=http%3A%2F%2Fwe%2Fr%3Fs%3D%25d"));
    }
}

/* Less than a minute left is a minute to Kannel, never none, which would mean for ever. */
static void short_lives(void **state) {
    (void)state;
    const struct kannel_options options = {"http://gate/s", "us", TEXT("pw"), ""};
    struct kannel_sms sms = {.id = 1, .phone = TEXT("+7"), .text = TEXT("x"), .good_for_us = 20 * SECOND};
    struct text address = kannel_address(kannel_open(arena, &options), arena, &sms);
    assert_non_null(strstr(address.data, "&validity=1&"));
    assert_null(strstr(address.data, "dlr-"));
    assert_null(strstr(address.data, "from="));
}

static const struct {
    long status;
    enum kannel_answer answer;
} answers[] = {
    {200, KANNEL_TAKEN}, {202, KANNEL_TAKEN}, {400, KANNEL_REFUSED}, {403, KANNEL_AGAIN}, {404, KANNEL_AGAIN},
    {408, KANNEL_AGAIN}, {413, KANNEL_REFUSED}, {500, KANNEL_AGAIN}, {503, KANNEL_AGAIN}, {0, KANNEL_AGAIN},
};

static void means(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        assert_int_equal(kannel_answer_of(answers[i].status), answers[i].answer);
}

static void nobody_there(void **state) {
    (void)state;
    const struct kannel_options options = {"http://127.0.0.1:1/s", "us", TEXT("pw"), ""};
    struct kannel_sms sms = {.id = 1, .phone = TEXT("+7"), .text = TEXT("x"), .good_for_us = MINUTE};
    struct text reply = TEXT_NONE;
    assert_int_equal(kannel_send(kannel_open(arena, &options), arena, &sms, &reply), KANNEL_AGAIN);
    assert_true(reply.size > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(asks, make, drop),
        cmocka_unit_test_setup_teardown(short_lives, make, drop),
        cmocka_unit_test_setup_teardown(means, make, drop),
        cmocka_unit_test_setup_teardown(nobody_there, make, drop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* phone_test.c: numbers as typed (ID-1). */
#include "base/phone.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *typed;
    enum phone_kind kind;
    const char *e164;
} numbers[] = {
    {"89161234567", PHONE_MOBILE, "+79161234567"},
    {"79161234567", PHONE_MOBILE, "+79161234567"},
    {"+79161234567", PHONE_MOBILE, "+79161234567"},
    {"9161234567", PHONE_MOBILE, "+79161234567"},
    {"8 (916) 123-45-67", PHONE_MOBILE, "+79161234567"},
    {"+7 (916) 123-45-67", PHONE_MOBILE, "+79161234567"},
    {"+7\u00A0916\u202F123\u201145\u201367", PHONE_MOBILE, "+79161234567"},
    {" 8.916.123.45.67 ", PHONE_MOBILE, "+79161234567"},
    {"\t+ 7 916 1234567", PHONE_MOBILE, "+79161234567"},
    {"(900) 000-00-00", PHONE_MOBILE, "+79000000000"},
    {"84951234567", PHONE_FIXED, "+74951234567"},
    {"4991234567", PHONE_FIXED, "+74991234567"},
    {"+7 812 123-45-67", PHONE_FIXED, "+78121234567"},
    {"83431234567", PHONE_FIXED, "+73431234567"},
    {"8-800-100-12-34", PHONE_TOLL_FREE, "+78001001234"},
    {"8001001234", PHONE_TOLL_FREE, "+78001001234"},
    {"8 804 100 12 34", PHONE_TOLL_FREE, "+78041001234"},
    {"+77011234567", PHONE_FOREIGN, "+77011234567"},
    {"87011234567", PHONE_FOREIGN, "+77011234567"},
    {"77011234567", PHONE_FOREIGN, "+77011234567"},
    {"+375291234567", PHONE_FOREIGN, "+375291234567"},
    {"+375 (29) 123-45-67", PHONE_FOREIGN, "+375291234567"},
    {"+1 212 555 01 00", PHONE_FOREIGN, "+12125550100"},
    {"+4915112345678", PHONE_FOREIGN, "+4915112345678"},
    {"+380441234567", PHONE_FOREIGN, "+380441234567"},
    {"+239123456789012", PHONE_FOREIGN, "+239123456789012"}, /* 15 digits: the longest */
    {"", PHONE_INVALID, ""},
    {"+", PHONE_INVALID, ""},
    {"()", PHONE_INVALID, ""},
    {"916123456", PHONE_INVALID, ""},    /* nine digits */
    {"891612345678", PHONE_INVALID, ""}, /* twelve */
    {"+7916123456", PHONE_INVALID, ""},
    {"+791612345678", PHONE_INVALID, ""},
    {"+89161234567", PHONE_INVALID, ""},           /* no such country code */
    {"+9161234567", PHONE_FOREIGN, "+9161234567"}, /* India's 91: not ours to judge its length */
    {"375291234567", PHONE_INVALID, ""},           /* another country's needs its plus */
    {"+2391234567890123", PHONE_INVALID, ""},
    {"+1234567", PHONE_INVALID, ""},
    {"+210123456789", PHONE_INVALID, ""},
    {"+0123456789", PHONE_INVALID, ""},
    {"0123456789", PHONE_INVALID, ""},
    {"1234567890", PHONE_INVALID, ""},
    {"8 600 123 45 67", PHONE_INVALID, ""},
    {"8 300 123 45 67", PHONE_INVALID, ""},
    {"8 809 123 45 67", PHONE_INVALID, ""}, /* paid service */
    {"9161234567 доб. 5", PHONE_INVALID, ""},
    {"9161234567,5", PHONE_INVALID, ""},
    {"916123456O", PHONE_INVALID, ""},
    {"8+9161234567", PHONE_INVALID, ""},
    {"++79161234567", PHONE_INVALID, ""},
    {"٩١٦١٢٣٤٥٦٧", PHONE_INVALID, ""},
    {"9161234567\n", PHONE_INVALID, ""},
};

static void parses_what_people_type(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct phone phone = {""};
        enum phone_kind kind = phone_parse(text_from(numbers[i].typed), &phone);
        if (kind != numbers[i].kind || strcmp(phone.e164, numbers[i].e164) != 0) {
            fail_msg("«%s»: kind %d, %s", numbers[i].typed, (int)kind, phone.e164);
        }
        struct phone again; /* what we write we also read */
        if (kind == PHONE_INVALID) continue;
        assert_int_equal(phone_parse(phone_text(&phone), &again), kind);
        assert_string_equal(again.e164, phone.e164);
    }
    struct phone phone;
    assert_int_equal(phone_parse(TEXT_NONE, &phone), PHONE_INVALID);
    assert_int_equal(phone_parse((struct text){"916123\0004567", 11}, &phone), PHONE_INVALID);
}

static void draws_masked_and_pretty(void **state) {
    (void)state;
    static const struct {
        const char *e164, *masked, *pretty;
    } rows[] = {
        {"+79161234567", "+7 916 ***‑**‑67", "+7 916 123-45-67"},
        {"+375291234567", "+375*******67", "+375291234567"},
        {"+12125550100", "+121******00", "+12125550100"},
        {"", "", ""},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(phone_masked(arena, text_from(rows[i].e164)).data, rows[i].masked);
        assert_string_equal(phone_pretty(arena, text_from(rows[i].e164)).data, rows[i].pretty);
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_what_people_type),
        cmocka_unit_test(draws_masked_and_pretty),
    };
    return cmocka_run_group_tests_name("phone", tests, NULL, NULL);
}

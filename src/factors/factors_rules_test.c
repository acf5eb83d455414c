/* factors_rules_test.c: easy PINs, recovery codes, the last way in (ID-8, some of ID 13). */
#include "factors/factors_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void pins(void **state) {
    (void)state;
    static const struct {
        const char *pin;
        enum pin_fault fault;
    } rows[] = {
        {"0000", PIN_EASY},      {"7777", PIN_EASY},      {"1234", PIN_EASY},      {"4321", PIN_EASY},
        {"7890", PIN_EASY},      {"0987", PIN_EASY},      {"1212", PIN_EASY},      {"1985", PIN_EASY},
        {"2024", PIN_EASY},      {"2580", PIN_EASY},      {"4071", PIN_GOOD},      {"1243", PIN_GOOD},
        {"9021", PIN_GOOD},      {"", PIN_MALFORMED},     {"123", PIN_MALFORMED},  {"40711", PIN_MALFORMED},
        {"40a1", PIN_MALFORMED}, {"-407", PIN_MALFORMED}, {" 407", PIN_MALFORMED}, {"٤٠", PIN_MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (pin_check(text_from(rows[i].pin)) != rows[i].fault) fail_msg("%s", rows[i].pin);
    }
}

static void recovery_codes(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    const uint8_t random[RECOVERY_CHARACTERS] = {0, 1, 10, 31, 255, 32, 18, 22, 64, 9};
    struct text code, shown = recovery_show(arena, random);
    assert_true(text_is(shown, "01AZZ-0JP09"));
    static const struct {
        const char *typed, *code;
    } rows[] = {{"01AZZ-0JP09", "01AZZ0JP09"}, {" o1azz 0jpO9", "01AZZ0JP09"}, {"0laZZ-0Jp09", "01AZZ0JP09"},
                {"01AZZ-0JP0", NULL},          {"01AZZ-0JP099", NULL},         {"", NULL},
                {"01AZZ-0JP0U", NULL},         {"01AZZ_0JP09", NULL}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool right = recovery_read(arena, text_from(rows[i].typed), &code);
        if (right != (rows[i].code != NULL) || (right && !text_is(code, rows[i].code))) fail_msg("%s", rows[i].typed);
    }
    assert_false(recovery_read(arena, (struct text){"01AZZ\0JP09", 10}, &code));
    arena_free(arena);
}

static void last_way(void **state) {
    (void)state;
    static const struct {
        struct ways ways;
        enum way way;
        bool may;
    } rows[] = {
        {{false, true, 0}, WAY_PASSWORD, false}, {{false, true, 1}, WAY_PASSWORD, true},
        {{false, true, 1}, WAY_PASSKEY, true},   {{false, false, 1}, WAY_PASSKEY, false},
        {{false, false, 2}, WAY_PASSKEY, true},  {{true, true, 0}, WAY_PASSWORD, true},
        {{true, false, 1}, WAY_PASSKEY, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(way_may_go(&rows[i].ways, rows[i].way), rows[i].may);
}

static void freshness(void **state) {
    (void)state;
    moment t = 100 * DAY;
    assert_true(still_fresh(t, 0, t + MINUTE, 5 * MINUTE));
    assert_false(still_fresh(t, 0, t + 5 * MINUTE, 5 * MINUTE));
    assert_true(still_fresh(t, t + DAY, t + DAY + MINUTE, 5 * MINUTE));
    assert_false(still_fresh(0, 0, MINUTE, 5 * MINUTE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins),
        cmocka_unit_test(recovery_codes),
        cmocka_unit_test(last_way),
        cmocka_unit_test(freshness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

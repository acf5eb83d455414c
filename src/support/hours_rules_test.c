/* hours_rules_test.c: on-duty hours and promises (some of SU 1), as tables. */
#include "support/hours_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_spans(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool good;
        int from, to;
    } cases[] = {
        {"", true, 0, 0},           {"09:00-21:00", true, 540, 1260}, {"00:00-24:00", true, 0, 1440},
        {"21:00-09:00", false, 0, 0}, {"09:00-09:00", false, 0, 0},   {"9:00-21:00", false, 0, 0},
        {"09:00-24:01", false, 0, 0}, {"09:60-21:00", false, 0, 0},   {"09:00 21:00", false, 0, 0},
        {"-9:00-21:00", false, 0, 0}, {"09:00-21:000", false, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct duty_span span;
        assert_int_equal(duty_span_parse(text_from(cases[i].text), &span), cases[i].good);
        assert_int_equal(span.from, cases[i].from);
        assert_int_equal(span.to, cases[i].to);
    }
}

static moment at(const char *text) {
    moment when = 0;
    assert_true(moment_parse(text_from(text), &when));
    return when;
}

/* 2026-11-20 is a Friday; Moscow is three hours ahead of UTC. */
static void test_promises(void **state) {
    (void)state;
    const struct duty_hours week = {{540, 1260}, {600, 1080}, 15 * MINUTE};
    const struct duty_hours weekdays = {{540, 1260}, {0, 0}, 15 * MINUTE};
    const struct duty_hours always = {{0, 1440}, {0, 1440}, 15 * MINUTE};
    const struct duty_hours never = {{0, 0}, {0, 0}, 15 * MINUTE};
    const struct {
        const struct duty_hours *hours;
        const char *now;
        bool there;
        const char *promise;
    } cases[] = {
        {&week, "2026-11-20T09:00:00Z", true, "2026-11-20T09:15:00Z"},
        {&week, "2026-11-20T17:59:00Z", true, "2026-11-21T07:15:00Z"}, /* too late for today: Saturday at ten */
        {&week, "2026-11-20T18:00:00Z", false, "2026-11-21T07:15:00Z"},
        {&week, "2026-11-20T02:00:00Z", false, "2026-11-20T06:15:00Z"},
        {&weekdays, "2026-11-20T19:00:00Z", false, "2026-11-23T06:15:00Z"}, /* over the weekend */
        {&always, "2026-11-20T20:59:00Z", true, "2026-11-20T21:14:00Z"},    /* over midnight */
        {&never, "2026-11-20T09:00:00Z", false, NULL},
    };
    const struct zone *zone = zone_named("Europe/Moscow");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(duty_at(cases[i].hours, at(cases[i].now), zone), cases[i].there);
        moment promised = duty_promise(cases[i].hours, at(cases[i].now), zone);
        assert_int_equal(promised, cases[i].promise != NULL ? at(cases[i].promise) : 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_spans), cmocka_unit_test(test_promises)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

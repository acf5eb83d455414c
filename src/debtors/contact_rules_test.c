/* contact_rules_test.c: LO-6: when a debtor may be called, written to and met: hours by his own clock and by working
 * days, counts by day, week and month at their edges, what he has asked for, the operator's newer numbers. */
#include "debtors/contact_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static moment at_in(const char *zone, const char *day, int hour, int minute) {
    struct date date;
    assert_true(date_parse(text_from(day), &date));
    return moment_of((struct civil){.date = date, .hour = hour, .minute = minute}, zone_named(zone));
}

static moment at(const char *day, int hour, int minute) { return at_in("Europe/Moscow", day, hour, minute); }

static int64_t day_of(const char *day) {
    struct date date;
    assert_true(date_parse(text_from(day), &date));
    return date_to_days(date);
}

static struct contact_case debtor(void) {
    return (struct contact_case){.zone = zone_named("Europe/Moscow"), .overdue_since = day_of("2026-10-01")};
}

static void hours(void **state) {
    (void)state;
    static struct work_calendar calendar;
    int line;
    assert_true(work_calendar_read(TEXT("2026-11-04 off\n2026-11-07 work\n"), &calendar, &line));
    static const struct {
        const char *day;
        int hour, minute;
        enum contact_bar bar;
    } rows[] = {
        {"2026-11-30", 7, 59, CONTACT_HOURS},  {"2026-11-30", 8, 0, CONTACT_FREE},   /* a Monday */
        {"2026-11-30", 21, 59, CONTACT_FREE},  {"2026-11-30", 22, 0, CONTACT_HOURS},
        {"2026-11-30", 0, 0, CONTACT_HOURS},   {"2026-11-28", 8, 59, CONTACT_HOURS}, /* a Saturday */
        {"2026-11-28", 9, 0, CONTACT_FREE},    {"2026-11-29", 19, 59, CONTACT_FREE}, /* a Sunday */
        {"2026-11-29", 20, 0, CONTACT_HOURS},  {"2026-11-04", 8, 30, CONTACT_HOURS}, /* a holiday, Wednesday */
        {"2026-11-04", 20, 0, CONTACT_HOURS},  {"2026-11-07", 8, 30, CONTACT_FREE},  /* a Saturday that is worked */
        {"2026-11-07", 21, 30, CONTACT_FREE},
    };
    struct contact_case who = debtor();
    who.calendar = &calendar;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int way = CONTACT_CALL; way <= CONTACT_MEETING; way++)
            assert_int_equal(contact_may(&who, (enum contact_way)way, false, at(rows[i].day, rows[i].hour,
                                                                                rows[i].minute)), rows[i].bar);
    assert_int_equal(contact_may(&who, CONTACT_LETTER, false, at("2026-11-29", 3, 0)), CONTACT_FREE);
    assert_true(contact_next(&who, CONTACT_CALL, false, at("2026-11-27", 22, 0)) == at("2026-11-28", 9, 0));
    assert_true(contact_next(&who, CONTACT_CALL, false, at("2026-11-30", 3, 0)) == at("2026-11-30", 8, 0));
    assert_true(contact_next(&who, CONTACT_CALL, false, at("2026-11-30", 12, 7)) == at("2026-11-30", 12, 7));
}

/* Who owes nothing late may be written to in the same hours. */
static void hours_are_everybody_s(void **state) {
    (void)state;
    struct contact_case who = debtor();
    who.overdue_since = 0;
    assert_int_equal(contact_may(&who, CONTACT_MESSAGE, false, at("2026-11-30", 12, 0)), CONTACT_NOT_OVERDUE);
    assert_true(contact_hours(&who, at("2026-11-30", 8, 0)) && contact_hours(&who, at("2026-11-30", 21, 59)));
    assert_false(contact_hours(&who, at("2026-11-30", 7, 59)) || contact_hours(&who, at("2026-11-30", 22, 0)));
    assert_false(contact_hours(&who, at("2026-11-28", 20, 0)));
    assert_true(contact_hours_next(&who, at("2026-11-30", 12, 7)) == at("2026-11-30", 12, 7));
    assert_true(contact_hours_next(&who, at("2026-11-30", 3, 0)) == at("2026-11-30", 8, 0));
    assert_true(contact_hours_next(&who, at("2026-11-27", 22, 0)) == at("2026-11-28", 9, 0));
    assert_true(contact_next(&who, CONTACT_MESSAGE, false, at("2026-11-30", 12, 0)) == 0);
}

static void his_own_clock(void **state) {
    (void)state;
    struct contact_case who = debtor();
    who.zone = zone_named("Asia/Vladivostok"); /* seven hours before Moscow */
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-11-30", 15, 0)), CONTACT_HOURS);
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-11-30", 14, 59)), CONTACT_FREE);
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-11-30", 1, 0)), CONTACT_FREE);
    /* a Friday evening in Moscow is his Saturday */
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-11-28", 1, 30)), CONTACT_HOURS);
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-11-28", 2, 0)), CONTACT_FREE);
    assert_true(contact_next(&who, CONTACT_CALL, false, at("2026-11-27", 16, 0)) ==
                at_in("Asia/Vladivostok", "2026-11-28", 9, 0));
}

/* So many contacts on the days, at noon. */
static enum contact_bar after(enum contact_way way, const char *const *days, const char *now, moment *next) {
    struct contact_past past[40];
    struct contact_case who = debtor();
    size_t count = 0;
    for (; days[count] != NULL; count++) past[count] = (struct contact_past){way, at(days[count], 12, 0)};
    who.past = past;
    who.past_count = count;
    *next = contact_next(&who, way, false, at(now, 13, 0));
    /* another way is not counted with it */
    enum contact_way other = way == CONTACT_CALL ? CONTACT_MEETING : CONTACT_CALL;
    assert_int_equal(contact_may(&who, other, false, at(now, 13, 0)), CONTACT_FREE);
    return contact_may(&who, way, false, at(now, 13, 0));
}

static void counts(void **state) {
    (void)state;
    static const struct {
        enum contact_way way;
        const char *days[20];
        const char *now;
        enum contact_bar bar;
        const char *next;
    } rows[] = {
        {CONTACT_CALL, {"2026-11-18"}, "2026-11-18", CONTACT_DAY, "2026-11-19"},
        {CONTACT_CALL, {"2026-11-18"}, "2026-11-19", CONTACT_FREE, "2026-11-19"},
        {CONTACT_CALL, {"2026-11-16", "2026-11-17"}, "2026-11-19", CONTACT_WEEK, "2026-11-23"},
        {CONTACT_CALL, {"2026-11-12", "2026-11-17"}, "2026-11-18", CONTACT_WEEK, "2026-11-19"},
        {CONTACT_CALL, {"2026-11-12", "2026-11-17"}, "2026-11-19", CONTACT_FREE, "2026-11-19"},
        {CONTACT_CALL, /* eight within a month, two in each seven days */
         {"2026-10-21", "2026-10-22", "2026-10-28", "2026-10-29", "2026-11-04", "2026-11-05", "2026-11-11",
          "2026-11-12"}, "2026-11-20", CONTACT_MONTH, "2026-11-21"},
        {CONTACT_CALL,
         {"2026-10-20", "2026-10-22", "2026-10-28", "2026-10-29", "2026-11-04", "2026-11-05", "2026-11-11",
          "2026-11-12"}, "2026-11-20", CONTACT_FREE, "2026-11-20"},
        {CONTACT_MESSAGE, {"2026-11-18"}, "2026-11-18", CONTACT_FREE, "2026-11-18"},
        {CONTACT_MESSAGE, {"2026-11-18", "2026-11-18"}, "2026-11-18", CONTACT_DAY, "2026-11-19"},
        {CONTACT_MESSAGE, {"2026-11-12", "2026-11-16", "2026-11-17", "2026-11-17"}, "2026-11-18", CONTACT_WEEK,
         "2026-11-19"},
        {CONTACT_MESSAGE,
         {"2026-10-21", "2026-10-21", "2026-10-22", "2026-10-22", "2026-10-28", "2026-10-28", "2026-10-29",
          "2026-10-29", "2026-11-04", "2026-11-04", "2026-11-05", "2026-11-05", "2026-11-11", "2026-11-11",
          "2026-11-12", "2026-11-12"}, "2026-11-20", CONTACT_MONTH, "2026-11-21"},
        {CONTACT_MEETING, {"2026-11-13"}, "2026-11-18", CONTACT_WEEK, "2026-11-20"},
        {CONTACT_MEETING, {"2026-11-13"}, "2026-11-20", CONTACT_FREE, "2026-11-20"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moment next;
        assert_int_equal(after(rows[i].way, rows[i].days, rows[i].now, &next), rows[i].bar);
        assert_int_equal(date_to_days(civil_at(next, zone_named("Europe/Moscow")).date), day_of(rows[i].next));
    }
}

static void what_he_asked_for(void **state) {
    (void)state;
    struct contact_case who = debtor();
    moment noon = at("2026-11-30", 12, 0);
    who.represented = true;
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, noon), CONTACT_REPRESENTED);
    assert_int_equal(contact_may(&who, CONTACT_CALL, true, noon), CONTACT_FREE);
    assert_true(contact_next(&who, CONTACT_MESSAGE, false, noon) == 0);
    who.represented = false;
    who.refused = day_of("2027-01-31"); /* a day before four months: as if it had not come */
    assert_false(contact_refusal_counts(&who, who.refused));
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2027-02-05", 12, 0)), CONTACT_FREE);
    who.refused = day_of("2027-02-01");
    assert_true(contact_refusal_counts(&who, who.refused));
    for (int way = CONTACT_CALL; way <= CONTACT_MEETING; way++)
        assert_int_equal(contact_may(&who, (enum contact_way)way, true, at("2027-02-05", 12, 0)), CONTACT_REFUSED);
    assert_int_equal(contact_may(&who, CONTACT_LETTER, false, at("2027-02-05", 12, 0)), CONTACT_FREE);
    who.overdue_since = 0;
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, noon), CONTACT_NOT_OVERDUE);
}

static void the_operators_numbers(void **state) {
    (void)state;
    struct contact_case who = debtor();
    struct law_line own[2];
    assert_true(law_parse(TEXT("2026-12-01 calls-day 0 a newer law"), &own[0]));
    assert_true(law_parse(TEXT("2026-12-01 contact-from 10 a newer law"), &own[1]));
    who.own = own;
    who.own_count = 2;
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-11-30", 9, 0)), CONTACT_FREE);
    assert_int_equal(contact_may(&who, CONTACT_MESSAGE, false, at("2026-12-01", 9, 0)), CONTACT_HOURS);
    assert_int_equal(contact_may(&who, CONTACT_CALL, false, at("2026-12-01", 11, 0)), CONTACT_DAY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hours), cmocka_unit_test(hours_are_everybody_s), cmocka_unit_test(his_own_clock),
        cmocka_unit_test(counts),
        cmocka_unit_test(what_he_asked_for), cmocka_unit_test(the_operators_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

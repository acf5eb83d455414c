/* work_calendar_test.c: working days, and where a payment's day goes. */
#include "lending/work_calendar.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdio.h>

#include <cmocka.h>

static struct work_calendar calendar;

static void assert_goes(struct date from, struct date to) {
    assert_int_equal(date_to_days(work_day_for(&calendar, from)), date_to_days(to));
}

static void a_payment_s_day_goes_to_a_working_one(void **state) {
    (void)state;
    int line;
    assert_true(work_calendar_read(TEXT("# 2015\n2015-05-01 off\n2015-05-04 off # for the 3rd of January\n\n"
                                        "2015-05-11 off\n2016-02-20 work\n2026-01-01..2026-01-09 off"),
                                   &calendar, &line));
    assert_int_equal(calendar.count, 5);
    assert_goes((struct date){2015, 5, 1}, (struct date){2015, 5, 5});   /* Friday, a feast, to Tuesday */
    assert_goes((struct date){2015, 5, 31}, (struct date){2015, 5, 29}); /* Sunday, the month's end: back to Friday */
    assert_goes((struct date){2015, 5, 6}, (struct date){2015, 5, 6});
    assert_goes((struct date){2016, 2, 20}, (struct date){2016, 2, 20}); /* a Saturday that is worked */
    assert_goes((struct date){2016, 2, 27}, (struct date){2016, 2, 29});
    assert_goes((struct date){2026, 1, 1}, (struct date){2026, 1, 12});
}

static void a_month_without_work_keeps_the_day(void **state) {
    (void)state;
    int line;
    assert_true(work_calendar_read(TEXT("2020-04-01..2020-04-30 off"), &calendar, &line));
    assert_goes((struct date){2020, 4, 15}, (struct date){2020, 4, 15});
    assert_true(work_calendar_read(TEXT("2020-04-01..2020-04-30 off\n2020-04-07 work"), &calendar, &line));
    assert_goes((struct date){2020, 4, 15}, (struct date){2020, 4, 7});
}

static void a_wrong_line_is_named(void **state) {
    (void)state;
    static const char *const wrong[] = {"2015-05-01",
                                        "2015-05-01 maybe",
                                        "2015-05-32 off",
                                        "2015-05-02..2015-05-01 off",
                                        "2015-05-01.2015-05-02 off",
                                        "off 2015-05-01"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char file[100];
        int line;
        snprintf(file, sizeof file, "2015-01-01 off\n%s\n2015-01-02 off", wrong[i]);
        assert_false(work_calendar_read(text_from(file), &calendar, &line));
        assert_int_equal(line, 2);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_payment_s_day_goes_to_a_working_one),
                                       cmocka_unit_test(a_month_without_work_keeps_the_day),
                                       cmocka_unit_test(a_wrong_line_is_named)};
    return cmocka_run_group_tests_name("work_calendar", tests, NULL, NULL);
}

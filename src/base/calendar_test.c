/* calendar_test.c: dates against known days and round trips, zones against their published changes. */
#include "base/calendar.h"

#include <pthread.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void knows_days(void **state) {
    (void)state;
    static const struct {
        struct date date;
        int64_t days;
        int weekday;
    } rows[] = {
        {{1970, 1, 1}, 0, 4},     {{1969, 12, 31}, -1, 3},   {{2000, 2, 29}, 11016, 2},
        {{2000, 3, 1}, 11017, 3}, {{1900, 3, 1}, -25508, 4}, {{2024, 2, 29}, 19782, 4},
        {{2026, 4, 1}, 20544, 3}, {{1, 1, 1}, -719162, 1},   {{9999, 12, 31}, 2932896, 5},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(date_to_days(rows[i].date), rows[i].days);
        assert_int_equal(date_weekday(rows[i].date), rows[i].weekday);
    }
}

static void every_day_of_ten_thousand_years(void **state) {
    (void)state;
    struct date expected = {1, 1, 1};
    for (int64_t days = -719162; days <= 2932896; days++) {
        struct date date = date_from_days(days);
        if (date.year != expected.year || date.month != expected.month || date.day != expected.day) fail();
        if (!date_valid(date) || date_to_days(date) != days) fail();
        if (++expected.day > date_month_days(expected.year, expected.month)) {
            expected.day = 1;
            if (++expected.month > 12) {
                expected.month = 1;
                expected.year++;
            }
        }
    }
    assert_int_equal(expected.year, 10000);
}

static void parses_dates(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool valid;
    } rows[] = {
        {"2024-02-29", true},   {"2000-02-29", true},   {"0001-01-01", true},   {"9999-12-31", true},
        {"1900-02-29", false},  {"2023-02-29", false},  {"2024-04-31", false},  {"2024-13-01", false},
        {"2024-00-10", false},  {"2024-01-00", false},  {"2024-01-32", false},  {"0000-01-01", false},
        {"2024-1-01", false},   {"24-01-01", false},    {"2024-01-1", false},   {"2024-01-011", false},
        {"2024/01/01", false},  {"20240101", false},    {" 2024-01-01", false}, {"2024-01-01 ", false},
        {"-2024-01-01", false}, {"+024-01-01", false},  {"2024-01-", false},    {"", false},
        {"2024--1-01", false},  {"２024-01-01", false}, {"01.02.2024", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date date = {7, 7, 7};
        if (date_parse(text_from(rows[i].text), &date) != rows[i].valid) fail_msg("«%s»", rows[i].text);
        if (rows[i].valid) {
            assert_string_equal(date_format(arena, date).data, rows[i].text);
        } else {
            assert_int_equal(date.year, 7);
        }
    }
}

static void adds_months(void **state) {
    (void)state;
    static const struct {
        struct date from;
        int months;
        struct date to;
    } rows[] = {
        {{2013, 5, 31}, 33, {2016, 2, 29}},    {{2024, 1, 31}, 1, {2024, 2, 29}},  {{2023, 1, 31}, 1, {2023, 2, 28}},
        {{2023, 1, 31}, 2, {2023, 3, 31}},     {{2023, 12, 15}, 1, {2024, 1, 15}}, {{2024, 3, 31}, -1, {2024, 2, 29}},
        {{2024, 1, 31}, -2, {2023, 11, 30}},   {{2024, 2, 29}, 12, {2025, 2, 28}}, {{2024, 2, 29}, 0, {2024, 2, 29}},
        {{2024, 12, 31}, -12, {2023, 12, 31}}, {{1, 1, 1}, -1, {0, 12, 1}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct date to = date_add_months(rows[i].from, rows[i].months);
        assert_int_equal(date_to_days(to), date_to_days(rows[i].to));
    }
}

static void counts_days_by_year(void **state) {
    (void)state;
    static const struct {
        struct date from, to;
        int64_t common, leap;
    } rows[] = {
        {{2003, 11, 1}, {2004, 5, 1}, 61, 121},  {{1999, 2, 1}, {1999, 7, 1}, 150, 0},
        {{2015, 12, 31}, {2016, 1, 1}, 1, 0},    {{2016, 12, 31}, {2017, 1, 1}, 0, 1},
        {{2015, 6, 1}, {2021, 1, 1}, 1309, 732}, {{2024, 1, 1}, {2024, 1, 1}, 0, 0},
        {{2024, 1, 2}, {2024, 1, 1}, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct year_days days = date_days_by_year(rows[i].from, rows[i].to);
        assert_int_equal(days.common, rows[i].common);
        assert_int_equal(days.leap, rows[i].leap);
    }
}

static moment at(const char *text) {
    moment at;
    if (!moment_parse(text_from(text), &at)) fail_msg("«%s»", text);
    return at;
}

static void parses_moments(void **state) {
    (void)state;
    static const struct {
        const char *text, *formatted; /* NULL: refused */
    } rows[] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
        {"1985-04-12T23:20:50.52Z", "1985-04-12T23:20:50.520Z"}, /* RFC 3339 §5.8, these four */
        {"1996-12-19T16:39:57-08:00", "1996-12-20T00:39:57.000Z"},
        {"1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00.000Z"},
        {"1937-01-01T12:00:27.87+00:20", "1937-01-01T11:40:27.870Z"},
        {"2024-02-29t12:00:00.1239999999999z", "2024-02-29T12:00:00.123Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
        {"2024-01-01T00:00:00+23:59", "2023-12-31T00:01:00.000Z"},
        {"2024-01-01 00:00:00Z", NULL},
        {"2024-01-01T00:00:00", NULL},
        {"2024-01-01T24:00:00Z", NULL},
        {"2024-01-01T00:60:00Z", NULL},
        {"2024-01-01T00:00:61Z", NULL},
        {"2024-01-01T12:00:60Z", NULL},
        {"2024-01-01T00:00:00.Z", NULL},
        {"2024-01-01T00:00:00,5Z", NULL},
        {"2024-01-01T00:00Z", NULL},
        {"2024-01-01T00:00:00+0300", NULL},
        {"2024-01-01T00:00:00+24:00", NULL},
        {"2024-01-01T00:00:00 +03:00", NULL},
        {"2024-01-01T00:00:00Z ", NULL},
        {"2023-02-29T00:00:00Z", NULL},
        {"2024-01-01", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moment parsed = 42;
        bool valid = moment_parse(text_from(rows[i].text), &parsed);
        if (valid != (rows[i].formatted != NULL)) fail_msg("«%s»", rows[i].text);
        if (valid) {
            assert_string_equal(moment_format(arena, parsed).data, rows[i].formatted);
        } else {
            assert_int_equal(parsed, 42);
        }
    }
}

static void zones_follow_their_history(void **state) {
    (void)state;
    static const struct {
        const char *zone, *utc;
        int hour, minute; /* local */
    } rows[] = {
        {"Europe/Moscow", "2024-07-01T12:00:00Z", 15, 0},
        {"Europe/Moscow", "2012-07-01T12:00:00Z", 16, 0}, /* the years of permanent summer time */
        {"Europe/Moscow", "2014-10-25T21:59:59Z", 1, 59},
        {"Europe/Moscow", "2014-10-25T22:00:00Z", 1, 0},
        {"Europe/Moscow", "2009-01-01T12:00:00Z", 15, 0},
        {"Europe/Moscow", "2009-07-01T12:00:00Z", 16, 0},
        {"Europe/Kaliningrad", "2024-01-01T12:00:00Z", 14, 0},
        {"Asia/Kamchatka", "2024-01-01T12:00:00Z", 0, 0},
        {"Asia/Yekaterinburg", "2024-01-01T12:00:00Z", 17, 0},
        {"Asia/Kolkata", "2024-01-01T12:00:00Z", 17, 30},
        {"Europe/Berlin", "2024-03-31T00:59:59Z", 1, 59},
        {"Europe/Berlin", "2024-03-31T01:00:00Z", 3, 0},
        {"Europe/Berlin", "2124-07-01T12:00:00Z", 14, 0}, /* the rule goes on */
        {"America/New_York", "2024-11-03T05:59:59Z", 1, 59},
        {"America/New_York", "2024-11-03T06:00:00Z", 1, 0},
        {"UTC", "2024-01-01T12:00:00Z", 12, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct zone *zone = zone_named(rows[i].zone);
        assert_non_null(zone);
        struct civil civil = civil_at(at(rows[i].utc), zone);
        if (civil.hour != rows[i].hour || civil.minute != rows[i].minute) {
            fail_msg("%s %s: %02d:%02d", rows[i].zone, rows[i].utc, civil.hour, civil.minute);
        }
    }
    static const char *const unknown[] = {
        "", "Mars/Olympus", "GMT+3:17", "europe", "Europe/Moscow ", "../etc/passwd", "Etc/Unknown"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        if (zone_named(unknown[i]) != NULL) fail_msg("«%s»", unknown[i]);
    }
    assert_ptr_equal(zone_named("Europe/Moscow"), zone_named("Europe/Moscow"));
}

static void local_times_come_back(void **state) {
    (void)state;
    static const struct {
        const char *zone;
        struct civil civil;
        const char *utc;
    } rows[] = {
        {"Europe/Moscow", {{2024, 7, 1}, 15, 0, 0, 0}, "2024-07-01T12:00:00Z"},
        {"Europe/Moscow", {{2014, 10, 26}, 1, 30, 0, 0}, "2014-10-25T21:30:00Z"}, /* twice: the first */
        {"Europe/Moscow", {{2011, 3, 27}, 2, 30, 0, 0}, "2011-03-26T23:00:00Z"},  /* skipped: the jump */
        {"Europe/Berlin", {{2024, 3, 31}, 2, 30, 0, 0}, "2024-03-31T01:00:00Z"},
        {"Europe/Berlin", {{2024, 3, 31}, 3, 0, 0, 0}, "2024-03-31T01:00:00Z"},
        {"Europe/Berlin", {{2024, 3, 31}, 1, 59, 59, 999999}, "2024-03-31T00:59:59.999999Z"},
        {"Europe/Berlin", {{2024, 10, 27}, 2, 30, 0, 0}, "2024-10-27T00:30:00Z"},
        {"Asia/Kamchatka", {{2024, 1, 2}, 0, 0, 0, 0}, "2024-01-01T12:00:00Z"},
        {"Pacific/Apia", {{2011, 12, 30}, 12, 0, 0, 0}, "2011-12-30T10:00:00Z"}, /* a whole day skipped */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        moment found = moment_of(rows[i].civil, zone_named(rows[i].zone));
        if (found != at(rows[i].utc)) fail_msg("row %zu: %s", i, moment_format(arena, found).data);
    }
    assert_int_equal(day_start((struct date){2024, 7, 1}, zone_named("Europe/Moscow")), at("2024-06-30T21:00:00Z"));
    /* Midnight did not exist on this day: clocks went from 23:59:59 to 1:00:00. */
    assert_int_equal(day_start((struct date){2017, 10, 15}, zone_named("America/Sao_Paulo")),
                     at("2017-10-15T03:00:00Z"));
    static const char *const zones[] = {"Europe/Moscow", "Europe/Berlin", "America/New_York",
                                        "Asia/Kolkata",  "Pacific/Apia",  "Australia/Lord_Howe"};
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        const struct zone *zone = zone_named(zones[i]);
        for (moment now = at("1960-01-01T00:00:00Z"); now < at("2060-01-01T00:00:00Z"); now += 11 * HOUR + 7 * MINUTE) {
            struct civil civil = civil_at(now, zone), again = civil_at(moment_of(civil, zone), zone);
            if (memcmp(&civil, &again, sizeof civil) != 0) fail_msg("%s", moment_format(arena, now).data);
            arena_clear(arena);
        }
    }
    static const moment edges[] = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        civil_at(edges[i], zone_named("Europe/Moscow"));
        civil_at(edges[i], zone_utc());
    }
}

static void *name_zones(void *data) {
    static const char *const names[] = {"Asia/Omsk", "Asia/Tomsk", "Europe/Samara", "Europe/Paris"};
    const struct zone **found = data;
    for (int i = 0; i < 400; i++) found[i % 4] = zone_named(names[i % 4]);
    for (moment now = 0; now < 1000 * DAY; now += DAY) civil_at(now, found[3]);
    return NULL;
}

static void threads_share_zones(void **state) {
    (void)state;
    pthread_t threads[8];
    const struct zone *found[8][4];
    for (int i = 0; i < 8; i++) assert_int_equal(pthread_create(&threads[i], NULL, name_zones, found[i]), 0);
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 8; i++) {
        for (int zone = 0; zone < 4; zone++) assert_ptr_equal(found[i][zone], found[0][zone]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_days),
        cmocka_unit_test(every_day_of_ten_thousand_years),
        cmocka_unit_test(parses_dates),
        cmocka_unit_test(adds_months),
        cmocka_unit_test(counts_days_by_year),
        cmocka_unit_test(parses_moments),
        cmocka_unit_test(zones_follow_their_history),
        cmocka_unit_test(local_times_come_back),
        cmocka_unit_test(threads_share_zones),
    };
    return cmocka_run_group_tests_name("calendar", tests, setup, teardown);
}

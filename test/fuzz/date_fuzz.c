/* date_fuzz.c: dates and moments that are read are written back the same, and local times of any zone come back. */
#include "base/calendar.h"
#include "base/check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_date(struct arena *arena, struct text text) {
    struct date date = {-7, 0, 0};
    if (!date_parse(text, &date)) {
        check(date.year == -7);
        return;
    }
    check(date_valid(date) && text_equal(date_format(arena, date), text));
    int64_t days = date_to_days(date);
    check(date_weekday(date) == (int)((days % 7 + 10) % 7) + 1);
    struct date back = date_from_days(days), month = date_add_months(date, 1);
    check(memcmp(&back, &date, sizeof date) == 0);
    check(date_to_days(month) - days >= 28 && date_to_days(month) - days <= 31);
}

static void check_moment(struct arena *arena, struct text text) {
    moment at = -7, again;
    if (!moment_parse(text, &at)) {
        check(at == -7);
        return;
    }
    if (at < -62135596800 * SECOND || at >= 253402300800 * SECOND) return; /* an offset led out of years 1 to 9999 */
    check(moment_parse(moment_format(arena, at), &again));
    check(at - again >= 0 && at - again < SECOND / 1000);
}

static void check_zone(const uint8_t *data) {
    static const char *const names[] = {"Europe/Moscow", "Europe/Berlin",       "America/Sao_Paulo", "Pacific/Apia",
                                        "Asia/Tehran",   "Australia/Lord_Howe", "Africa/Monrovia",   "UTC"};
    static const struct zone *zones[8];
    size_t which = data[0] % 8;
    if (zones[which] == NULL) zones[which] = zone_named(names[which]);
    moment at;
    memcpy(&at, data + 1, sizeof at);
    at %= 253402300800 * SECOND;
    struct civil civil = civil_at(at, zones[which]);
    check(civil.hour >= 0 && civil.hour < 24 && civil.minute >= 0 && civil.minute < 60 && civil.second >= 0);
    check(civil.second < 60 && civil.microsecond >= 0 && civil.microsecond < SECOND);
    moment back = moment_of(civil, zones[which]);
    struct civil again = civil_at(back, zones[which]);
    check(memcmp(&civil, &again, sizeof civil) == 0); /* the same local time, */
    check(back <= at && at - back <= DAY);            /* the first of those it stands for */
    moment start = day_start(civil.date, zones[which]);
    check(start <= at && at - start <= 2 * DAY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *arena;
    if (arena == NULL) arena = arena_new(1 << 20);
    struct text text = {(const char *)data, size};
    check_date(arena, text);
    check_moment(arena, text);
    if (size >= 9) check_zone(data);
    arena_clear(arena);
    return 0;
}

/* hours_rules.c: see hours_rules.h. */
#include "support/hours_rules.h"

static bool digits(struct text text, int *value) {
    int64_t number;
    if (text.size != 2 || text.data[0] == '-' || !text_to_int(text, &number)) return false;
    *value = (int)number;
    return true;
}

static bool clock_parse(struct text text, int *minutes) {
    int hour, minute;
    if (text.size != 5 || text.data[2] != ':' || !digits(text_slice(text, 0, 2), &hour) ||
        !digits((struct text){text.data + 3, 2}, &minute))
        return false;
    *minutes = hour * 60 + minute;
    return minute < 60 && *minutes <= 24 * 60;
}

bool duty_span_parse(struct text text, struct duty_span *span) {
    *span = (struct duty_span){0, 0};
    if (text.size == 0) return true;
    struct duty_span read;
    if (text.size != 11 || text.data[5] != '-' || !clock_parse(text_slice(text, 0, 5), &read.from) ||
        !clock_parse((struct text){text.data + 6, 5}, &read.to) || read.from >= read.to)
        return false;
    *span = read;
    return true;
}

static struct duty_span span_of(const struct duty_hours *hours, struct date date) {
    return date_weekday(date) <= 5 ? hours->weekday : hours->weekend;
}

bool duty_at(const struct duty_hours *hours, moment at, const struct zone *zone) {
    struct civil civil = civil_at(at, zone);
    struct duty_span span = span_of(hours, civil.date);
    int minute = civil.hour * 60 + civil.minute;
    return span.from < span.to && minute >= span.from && minute < span.to;
}

static moment opening_after(const struct duty_hours *hours, moment at, const struct zone *zone) {
    int64_t today = date_to_days(civil_at(at, zone).date);
    for (int64_t day = today; day <= today + 8; day++) {
        struct date date = date_from_days(day);
        struct duty_span span = span_of(hours, date);
        if (span.from == span.to) continue;
        struct civil civil = {.date = date, .hour = span.from / 60, .minute = span.from % 60};
        moment opens = moment_of(civil, zone);
        if (opens > at) return opens;
    }
    return 0;
}

moment duty_promise(const struct duty_hours *hours, moment at, const struct zone *zone) {
    if (duty_at(hours, at, zone) && duty_at(hours, at + hours->answer_us, zone)) return at + hours->answer_us;
    moment opens = opening_after(hours, at, zone);
    return opens == 0 ? 0 : opens + hours->answer_us;
}

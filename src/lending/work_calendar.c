/* work_calendar.c: see work_calendar.h. */
#include "lending/work_calendar.h"

#include "base/text.h"

#define SATURDAY 6

static bool span_of(struct text days, struct work_span *span) {
    struct date first, last;
    ptrdiff_t dots = text_find(days, '.');
    struct text from = dots < 0 ? days : text_slice(days, 0, (size_t)dots);
    struct text to = dots < 0 ? days : text_slice(days, (size_t)dots + 1, days.size);
    if (dots >= 0 && !text_starts(to, ".")) return false;
    if (dots >= 0) to = text_slice(to, 1, to.size);
    if (!date_parse(from, &first) || !date_parse(to, &last)) return false;
    span->first = date_to_days(first);
    span->last = date_to_days(last);
    return span->first <= span->last;
}

static bool read_line(struct text line, struct work_calendar *calendar) {
    struct text rest, days = text_split(line, ' ', &rest), what = text_trim(rest);
    struct work_span span;
    if (calendar->count == WORK_SPANS || !span_of(days, &span)) return false;
    if (!text_is(what, "off") && !text_is(what, "work")) return false;
    span.works = text_is(what, "work");
    calendar->spans[calendar->count++] = span;
    return true;
}

bool work_calendar_read(struct text file, struct work_calendar *calendar, int *line) {
    struct text rest = file;
    calendar->count = 0;
    for (*line = 1; rest.data != NULL; ++*line) {
        struct text comment, words = text_trim(text_split(text_split(rest, '\n', &rest), '#', &comment));
        if (words.size > 0 && !read_line(words, calendar)) return false;
    }
    return true;
}

bool work_day(const struct work_calendar *calendar, struct date date) {
    int64_t day = date_to_days(date);
    for (size_t i = calendar->count; i > 0; i--) {
        const struct work_span *span = &calendar->spans[i - 1];
        if (day >= span->first && day <= span->last) return span->works;
    }
    return date_weekday(date) < SATURDAY;
}

/* The nearest one in that direction, as long as it is the same month. */
static bool nearest(const struct work_calendar *calendar, struct date date, int step, struct date *found) {
    int month = date.month;
    while (date.month == month && !work_day(calendar, date)) date = date_from_days(date_to_days(date) + step);
    *found = date;
    return date.month == month;
}

struct date work_day_for(const struct work_calendar *calendar, struct date date) {
    struct date found;
    if (nearest(calendar, date, 1, &found) || nearest(calendar, date, -1, &found)) return found;
    return date; /* a month in which nobody works */
}

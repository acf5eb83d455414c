/* calendar.c: days, dates, moments and their RFC 3339 writing. Time zones are in zone.c. */
#include "base/calendar.h"

#include "base/check.h"

/* Days and dates by Howard Hinnant's algorithm ("chrono-compatible low-level date algorithms"): years begin in
 * March, so that the leap day is the last of its year; an era is 400 years. */
int64_t date_to_days(struct date date) {
    int64_t year = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

struct date date_from_days(int64_t days) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097, of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t day_of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153, day = day_of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    year += era * 400 + (month <= 2);
    return (struct date){(int)year, (int)month, (int)day};
}

static bool leap_year(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int date_month_days(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    check(month >= 1 && month <= 12);
    return month == 2 && leap_year(year) ? 29 : days[month - 1];
}

bool date_valid(struct date date) {
    if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12) return false;
    return date.day >= 1 && date.day <= date_month_days(date.year, date.month);
}

int date_weekday(struct date date) {
    int64_t since_monday = (date_to_days(date) + 3) % 7; /* 1970-01-01 was a Thursday */
    return (int)(since_monday < 0 ? since_monday + 7 : since_monday) + 1;
}

struct date date_add_months(struct date date, int months) {
    int64_t month = (int64_t)date.year * 12 + date.month - 1 + months;
    int64_t year = (month >= 0 ? month : month - 11) / 12;
    struct date later = {(int)year, (int)(month - year * 12) + 1, date.day};
    int longest = date_month_days(later.year, later.month);
    if (later.day > longest) later.day = longest;
    return later;
}

struct year_days date_days_by_year(struct date from, struct date to) {
    struct year_days days = {0, 0};
    int64_t at = date_to_days(from), end = date_to_days(to);
    for (int year = from.year; at < end; year++) {
        int64_t next = date_to_days((struct date){year + 1, 1, 1});
        if (next > end) next = end;
        *(leap_year(year) ? &days.leap : &days.common) += next - at;
        at = next;
    }
    return days;
}

/* ---- reading and writing ---- */

/* The number of exactly `count` ASCII digits at *at, which moves behind them; -1 when they are not all there. */
static int read_digits(struct text text, size_t *at, size_t count) {
    int number = 0;
    if (*at > text.size || text.size - *at < count) return -1;
    for (size_t i = 0; i < count; i++) {
        char byte = text.data[*at + i];
        if (byte < '0' || byte > '9') return -1;
        number = number * 10 + (byte - '0');
    }
    *at += count;
    return number;
}

static bool read_char(struct text text, size_t *at, char wanted) {
    if (*at >= text.size || text.data[*at] != wanted) return false;
    ++*at;
    return true;
}

static bool read_date(struct text text, size_t *at, struct date *date) {
    date->year = read_digits(text, at, 4);
    if (!read_char(text, at, '-')) return false;
    date->month = read_digits(text, at, 2);
    if (!read_char(text, at, '-')) return false;
    date->day = read_digits(text, at, 2);
    return date_valid(*date);
}

bool date_parse(struct text text, struct date *date) {
    size_t at = 0;
    struct date read;
    if (!read_date(text, &at, &read) || at != text.size) return false;
    *date = read;
    return true;
}

struct text date_format(struct arena *arena, struct date date) {
    return text_format(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

/* HH:MM, as microseconds; -1 when malformed. */
static int64_t read_hour_minute(struct text text, size_t *at) {
    int hour = read_digits(text, at, 2);
    if (hour < 0 || hour > 23 || !read_char(text, at, ':')) return -1;
    int minute = read_digits(text, at, 2);
    return minute < 0 || minute > 59 ? -1 : hour * HOUR + minute * MINUTE;
}

/* What follows the seconds: ".123", any number of digits, those past microseconds without effect. -1 when malformed. */
static int64_t read_fraction(struct text text, size_t *at) {
    if (!read_char(text, at, '.')) return 0;
    int64_t fraction = 0, place = SECOND;
    int digit = read_digits(text, at, 1);
    if (digit < 0) return -1;
    for (; digit >= 0; digit = read_digits(text, at, 1)) {
        place /= 10;
        fraction += digit * place;
    }
    return fraction;
}

/* Z or ±HH:MM, as microseconds east. False when malformed. */
static bool read_offset(struct text text, size_t *at, int64_t *offset) {
    *offset = 0;
    if (read_char(text, at, 'Z') || read_char(text, at, 'z')) return true;
    bool west = read_char(text, at, '-');
    if (!west && !read_char(text, at, '+')) return false;
    *offset = read_hour_minute(text, at);
    if (*offset < 0) return false;
    if (west) *offset = -*offset;
    return true;
}

bool moment_parse(struct text text, moment *at) {
    size_t place = 0;
    struct date date;
    if (!read_date(text, &place, &date)) return false;
    if (!read_char(text, &place, 'T') && !read_char(text, &place, 't')) return false;
    int64_t time = read_hour_minute(text, &place), offset;
    if (time < 0 || !read_char(text, &place, ':')) return false;
    int second = read_digits(text, &place, 2);
    int64_t fraction = read_fraction(text, &place);
    if (second < 0 || second > 60 || fraction < 0) return false;
    if (!read_offset(text, &place, &offset) || place != text.size) return false;
    moment whole = date_to_days(date) * DAY + time + second * SECOND - offset;
    if (second == 60 && whole % DAY != 0) return false; /* leap seconds end a day of UTC; they count as the next one */
    *at = whole + fraction;
    return true;
}

struct text moment_format(struct arena *arena, moment at) {
    struct civil civil = civil_at(at, zone_utc());
    return text_format(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", civil.date.year, civil.date.month, civil.date.day,
                       civil.hour, civil.minute, civil.second, civil.microsecond / 1000);
}

/* autopay_rules.c: see autopay_rules.h. */
#include "autopay/autopay_rules.h"

#include "base/check.h"

static bool number_after(struct text text, const char *prefix, int most, int *number) {
    int64_t value;
    struct text start = text_from(prefix);
    if (!text_starts(text, prefix) || !text_to_int(text_slice(text, start.size, text.size), &value)) return false;
    if (value < 1 || value > most) return false;
    *number = (int)value;
    return true;
}

bool autopay_days_read(struct text text, struct autopay_days *days) {
    struct autopay_days read = {PERIOD_DAY, 0};
    if (number_after(text, "week-", 7, &read.day)) read.period = PERIOD_WEEK;
    else if (number_after(text, "month-", 31, &read.day)) read.period = PERIOD_MONTH;
    else if (!text_is(text, "day")) return false;
    *days = read;
    return true;
}

struct text autopay_days_write(struct arena *arena, const struct autopay_days *days) {
    if (days->period == PERIOD_DAY) return TEXT("day");
    return text_format(arena, days->period == PERIOD_WEEK ? "week-%d" : "month-%d", days->day);
}

static struct date day_of_month(int year, int month, int day) {
    int last = date_month_days(year, month);
    return (struct date){year, month, day < last ? day : last};
}

struct date autopay_next(const struct autopay_days *days, struct date after) {
    int64_t next = date_to_days(after) + 1;
    if (days->period == PERIOD_WEEK) {
        while (date_weekday(date_from_days(next)) != days->day) next++;
    } else if (days->period == PERIOD_MONTH) {
        struct date found = day_of_month(after.year, after.month, days->day);
        if (date_to_days(found) > date_to_days(after)) return found;
        int year = after.month == 12 ? after.year + 1 : after.year, month = after.month % 12 + 1;
        return day_of_month(year, month, days->day);
    }
    return date_from_days(next);
}

const char *autopay_reason_name(enum autopay_reason reason) {
    static const char *const names[] = {"none",     "no-money",    "limit",       "frozen",  "cooling",
                                        "level",    "account",     "off",         "silent",  "refused",
                                        "sum-bounds", "above-limit", "not-told", "by-customer", "closed"};
    check((size_t)reason < sizeof names / sizeof *names);
    return names[reason];
}

enum autopay_fate autopay_fate_of(enum autopay_reason reason, int attempt, int tries) {
    switch (reason) {
    case AUTOPAY_NO_MONEY:
    case AUTOPAY_LIMIT:
    case AUTOPAY_COOLING:
    case AUTOPAY_OFF:
    case AUTOPAY_SILENT: return attempt < tries ? FATE_AGAIN : FATE_PAUSE;
    case AUTOPAY_WELL:
    case AUTOPAY_ABOVE:
    case AUTOPAY_BY_HIM: return FATE_ON;
    case AUTOPAY_FROZEN:
    case AUTOPAY_LEVEL:
    case AUTOPAY_ACCOUNT:
    case AUTOPAY_REFUSED:
    case AUTOPAY_TERMS:
    case AUTOPAY_UNTOLD:
    case AUTOPAY_CLOSED: return FATE_PAUSE;
    }
    return FATE_PAUSE;
}

bool autopay_habit(moment newest, moment third, moment now) {
    return third != 0 && newest - third <= HABIT_WITHIN && now - newest <= 62 * DAY;
}

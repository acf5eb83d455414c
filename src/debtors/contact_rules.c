/* contact_rules.c: see contact_rules.h. */
#include "debtors/contact_rules.h"

#define DAYS_AHEAD 70 /* longer than any month in which everything has been used up */
#define SATURDAY 6

static int64_t law_of(const struct contact_case *debtor, enum law law, struct date day) {
    return law_at(law, day, debtor->own, debtor->own_count);
}

static bool works(const struct contact_case *debtor, struct date day) {
    return debtor->calendar != NULL ? work_day(debtor->calendar, day) : date_weekday(day) < SATURDAY;
}

/* The hours of that day: from the first on, before the second. */
static void hours_of(const struct contact_case *debtor, struct date day, int64_t *from, int64_t *to) {
    bool off = !works(debtor, day);
    *from = law_of(debtor, off ? LAW_CONTACT_OFF_FROM : LAW_CONTACT_FROM, day);
    *to = law_of(debtor, off ? LAW_CONTACT_OFF_TO : LAW_CONTACT_TO, day);
}

/* How many there were in the days (after, to]. */
static int64_t count(const struct contact_case *debtor, enum contact_way way, int64_t after, int64_t to) {
    int64_t found = 0;
    for (size_t i = 0; i < debtor->past_count; i++) {
        int64_t day = date_to_days(civil_at(debtor->past[i].at, debtor->zone).date);
        found += debtor->past[i].way == way && day > after && day <= to;
    }
    return found;
}

struct bound {
    enum law day, week, month;
};

static const struct bound bounds[CONTACT_WAYS] = {
    [CONTACT_CALL] = {LAW_CALLS_DAY, LAW_CALLS_WEEK, LAW_CALLS_MONTH},
    [CONTACT_MESSAGE] = {LAW_MESSAGES_DAY, LAW_MESSAGES_WEEK, LAW_MESSAGES_MONTH},
    [CONTACT_MEETING] = {LAWS, LAW_MEETINGS_WEEK, LAWS},
};

static bool used_up(const struct contact_case *debtor, enum contact_way way, enum law law, struct date day,
                    int64_t after) {
    int64_t most = law != LAWS ? law_of(debtor, law, day) : LAW_NONE;
    return most != LAW_NONE && count(debtor, way, after, date_to_days(day)) >= most;
}

static enum contact_bar too_often(const struct contact_case *debtor, enum contact_way way, struct date day) {
    const struct bound *bound = &bounds[way];
    int64_t today = date_to_days(day);
    if (used_up(debtor, way, bound->day, day, today - 1)) return CONTACT_DAY;
    if (used_up(debtor, way, bound->week, day, today - 7)) return CONTACT_WEEK;
    if (used_up(debtor, way, bound->month, day, date_to_days(date_add_months(day, -1)))) return CONTACT_MONTH;
    return CONTACT_FREE;
}

bool contact_refusal_counts(const struct contact_case *debtor, int64_t day) {
    int64_t months = law_of(debtor, LAW_CONTACT_REFUSAL, date_from_days(day));
    if (debtor->overdue_since == 0 || months == LAW_NONE) return false;
    return day >= date_to_days(date_add_months(date_from_days(debtor->overdue_since), (int)months));
}

/* What time does not change. */
static enum contact_bar never(const struct contact_case *debtor, bool representative) {
    if (debtor->overdue_since == 0) return CONTACT_NOT_OVERDUE;
    if (debtor->refused != 0 && contact_refusal_counts(debtor, debtor->refused)) return CONTACT_REFUSED;
    return debtor->represented && !representative ? CONTACT_REPRESENTED : CONTACT_FREE;
}

bool contact_hours(const struct contact_case *whom, moment at) {
    struct civil now = civil_at(at, whom->zone);
    int64_t from, to;
    hours_of(whom, now.date, &from, &to);
    return now.hour >= from && now.hour < to;
}

enum contact_bar contact_may(const struct contact_case *debtor, enum contact_way way, bool representative, moment at) {
    if (way == CONTACT_LETTER) return CONTACT_FREE;
    enum contact_bar bar = never(debtor, representative);
    if (bar != CONTACT_FREE) return bar;
    if (!contact_hours(debtor, at)) return CONTACT_HOURS;
    return too_often(debtor, way, civil_at(at, debtor->zone).date);
}

moment contact_hours_next(const struct contact_case *whom, moment at) {
    int64_t today = date_to_days(civil_at(at, whom->zone).date), from, to;
    if (contact_hours(whom, at)) return at;
    for (int64_t day = today; day < today + DAYS_AHEAD; day++) {
        struct date date = date_from_days(day);
        hours_of(whom, date, &from, &to);
        moment opens = moment_of((struct civil){.date = date, .hour = (int)from}, whom->zone);
        if (opens >= at && contact_hours(whom, opens)) return opens;
    }
    return 0;
}

moment contact_next(const struct contact_case *debtor, enum contact_way way, bool representative, moment at) {
    if (way == CONTACT_LETTER) return at;
    if (never(debtor, representative) != CONTACT_FREE) return 0;
    if (contact_may(debtor, way, representative, at) == CONTACT_FREE) return at;
    int64_t today = date_to_days(civil_at(at, debtor->zone).date), from, to;
    for (int64_t day = today; day < today + DAYS_AHEAD; day++) {
        struct date date = date_from_days(day);
        hours_of(debtor, date, &from, &to);
        moment opens = moment_of((struct civil){.date = date, .hour = (int)from}, debtor->zone);
        if (opens >= at && contact_may(debtor, way, representative, opens) == CONTACT_FREE) return opens;
    }
    return 0;
}

/* law_rules.c: see law_rules.h. Sources: domain facts, "Consumer credit". */
#include "lending/law_rules.h"

#include "base/text.h"

#include <stddef.h>

static const char *const names[LAWS] = {
    [LAW_DAILY_RATE] = "daily-rate",
    [LAW_PSK] = "full-cost",
    [LAW_OVERPAYMENT] = "overpayment",
    [LAW_PENALTY] = "penalty",
    [LAW_PENALTY_ALONE] = "penalty-alone",
    [LAW_COOLING_FROM] = "cooling-from",
    [LAW_COOLING_HOURS] = "cooling-hours",
    [LAW_COOLING_LONG_FROM] = "cooling-long-from",
    [LAW_COOLING_LONG_HOURS] = "cooling-long-hours",
    [LAW_COSTLY_PSK] = "costly-full-cost",
    [LAW_COSTLY_LOANS] = "costly-loans",
    [LAW_INSTALMENT_MONTHS] = "instalment-months",
    [LAW_INSTALMENT_PENALTY] = "instalment-penalty",
    [LAW_BUREAU_FROM] = "bureau-from",
    [LAW_CONTACT_FROM] = "contact-from",
    [LAW_CONTACT_TO] = "contact-to",
    [LAW_CONTACT_OFF_FROM] = "contact-off-from",
    [LAW_CONTACT_OFF_TO] = "contact-off-to",
    [LAW_CALLS_DAY] = "calls-day",
    [LAW_CALLS_WEEK] = "calls-week",
    [LAW_CALLS_MONTH] = "calls-month",
    [LAW_MESSAGES_DAY] = "messages-day",
    [LAW_MESSAGES_WEEK] = "messages-week",
    [LAW_MESSAGES_MONTH] = "messages-month",
    [LAW_MEETINGS_WEEK] = "meetings-week",
    [LAW_CONTACT_REFUSAL] = "contact-refusal",
    [LAW_SERVICE_REFUSAL] = "service-refusal",
};

static const struct law_line built_in[] = {
    {LAW_DAILY_RATE, {2019, 7, 1}, 10000, "554-FZ: 1 % a day"},
    {LAW_DAILY_RATE, {2023, 7, 1}, 8000, "353-FZ, article 5: 0.8 % a day"},
    {LAW_PSK, {2019, 7, 1}, 365000, "554-FZ: 365 % a year"},
    {LAW_PSK, {2023, 7, 1}, 292000, "353-FZ, article 6: 292 % a year"},
    {LAW_OVERPAYMENT, {2020, 1, 1}, 150, "554-FZ: 1.5 times the sum"},
    {LAW_OVERPAYMENT, {2023, 7, 1}, 130, "353-FZ: 1.3 times the sum"},
    {LAW_OVERPAYMENT, {2026, 4, 1}, 100, "353-FZ: once the sum"},
    {LAW_PENALTY, {2014, 7, 1}, 200000, "353-FZ, article 5, part 21: 20 % a year"},
    {LAW_PENALTY_ALONE, {2014, 7, 1}, 1000, "353-FZ, article 5, part 21: 0.1 % a day"},
    {LAW_COOLING_FROM, {2025, 9, 1}, 5000000, "353-FZ: above 50 000"},
    {LAW_COOLING_HOURS, {2025, 9, 1}, 4, "353-FZ: four hours"},
    {LAW_COOLING_LONG_FROM, {2025, 9, 1}, 20000000, "353-FZ: above 200 000"},
    {LAW_COOLING_LONG_HOURS, {2025, 9, 1}, 48, "353-FZ: forty-eight hours"},
    {LAW_COSTLY_PSK, {2026, 10, 1}, 200000, "353-FZ: above 200 % a year"},
    {LAW_COSTLY_LOANS, {2026, 10, 1}, 2, "353-FZ: two at once"},
    {LAW_INSTALMENT_MONTHS, {2026, 4, 1}, 6, "283-FZ: six months"},
    {LAW_INSTALMENT_MONTHS, {2028, 4, 1}, 4, "283-FZ: four months"},
    {LAW_INSTALMENT_PENALTY, {2026, 4, 1}, 200000, "283-FZ: 20 % a year"},
    {LAW_BUREAU_FROM, {2026, 4, 1}, 5000000, "283-FZ: above 50 000"},
    {LAW_CONTACT_FROM, {2017, 1, 1}, 8, "230-FZ, article 7: from 8 on working days"},
    {LAW_CONTACT_TO, {2017, 1, 1}, 22, "230-FZ, article 7: to 22 on working days"},
    {LAW_CONTACT_OFF_FROM, {2017, 1, 1}, 9, "230-FZ, article 7: from 9 at weekends and on holidays"},
    {LAW_CONTACT_OFF_TO, {2017, 1, 1}, 20, "230-FZ, article 7: to 20 at weekends and on holidays"},
    {LAW_CALLS_DAY, {2017, 1, 1}, 1, "230-FZ, article 7, part 3: one call a day"},
    {LAW_CALLS_WEEK, {2017, 1, 1}, 2, "230-FZ, article 7, part 3: two calls a week"},
    {LAW_CALLS_MONTH, {2017, 1, 1}, 8, "230-FZ, article 7, part 3: eight calls a month"},
    {LAW_MESSAGES_DAY, {2017, 1, 1}, 2, "230-FZ, article 7, part 5: two messages a day"},
    {LAW_MESSAGES_WEEK, {2017, 1, 1}, 4, "230-FZ, article 7, part 5: four messages a week"},
    {LAW_MESSAGES_MONTH, {2017, 1, 1}, 16, "230-FZ, article 7, part 5: sixteen messages a month"},
    {LAW_MEETINGS_WEEK, {2017, 1, 1}, 1, "230-FZ, article 7, part 3: one meeting a week"},
    {LAW_CONTACT_REFUSAL, {2017, 1, 1}, 4, "230-FZ, article 8: after four months overdue"},
    {LAW_SERVICE_REFUSAL, {2024, 1, 21}, 30, "353-FZ, article 7: thirty days"},
};

const char *law_name(enum law law) {
    return names[law];
}

/* The youngest that holds on that day, from among these and what was found before; of one day the later given. */
static const struct law_line *youngest(enum law law, struct date day, const struct law_line *lines, size_t count,
                                       const struct law_line *found) {
    for (size_t i = 0; i < count; i++) {
        if (lines[i].law != law || date_to_days(lines[i].from) > date_to_days(day)) continue;
        if (found == NULL || date_to_days(lines[i].from) >= date_to_days(found->from)) found = &lines[i];
    }
    return found;
}

const struct law_line *law_line(enum law law, struct date day, const struct law_line *own, size_t count) {
    const struct law_line *found = youngest(law, day, built_in, sizeof built_in / sizeof *built_in, NULL);
    return youngest(law, day, own, count, found);
}

int64_t law_at(enum law law, struct date day, const struct law_line *own, size_t count) {
    const struct law_line *line = law_line(law, day, own, count);
    return line != NULL ? line->value : LAW_NONE;
}

bool law_parse(struct text text, struct law_line *line) {
    struct text rest, date = text_split(text_trim(text), ' ', &rest), name = text_split(text_trim(rest), ' ', &rest);
    struct text value = text_split(text_trim(rest), ' ', &rest);
    for (size_t i = 0; i < LAWS; i++) {
        if (!text_is(name, names[i])) continue;
        line->law = (enum law)i;
        line->source = rest.data != NULL ? text_trim(rest).data : "";
        return date_parse(date, &line->from) && text_to_int(value, &line->value) && line->value >= 0;
    }
    return false;
}

int64_t law_overpayment_most(int64_t sum, struct date contract, const struct law_line *own, size_t count) {
    int64_t percent = law_at(LAW_OVERPAYMENT, contract, own, count);
    return percent == LAW_NONE ? LAW_NONE : (int64_t)((__int128)sum * percent / 100);
}

int64_t law_cooling_hours(int64_t sum, struct date contract, const struct law_line *own, size_t count) {
    int64_t longer = law_at(LAW_COOLING_LONG_FROM, contract, own, count);
    int64_t from = law_at(LAW_COOLING_FROM, contract, own, count), hours = 0;
    if (from != LAW_NONE && sum > from) hours = law_at(LAW_COOLING_HOURS, contract, own, count);
    if (longer != LAW_NONE && sum > longer) hours = law_at(LAW_COOLING_LONG_HOURS, contract, own, count);
    return hours > 0 ? hours : 0;
}

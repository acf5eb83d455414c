/* report.c: see report.h. Days are the engine's zone's. Where each of the period is as long as any other the database
 * counts by days; else by quarters of an hour, of which every zone's days are made. */
#include "products/instalments/report.h"

#define QUARTER (15 * MINUTE)

STATEMENT(begun, "SELECT (id - $2) / $4, state, decision, COUNT(*) FROM instalment_checkout "
                 "WHERE shop = $1 AND id >= $2 AND id < $3 GROUP BY 1, 2, 3");
STATEMENT(happened, "SELECT (id - $2) / $4, act, by, COUNT(*), CAST(SUM(sum) AS BIGINT), CAST(SUM(fee) AS BIGINT), "
                    "CAST(SUM(due) AS BIGINT) FROM instalment_order_event "
                    "WHERE shop = $1 AND id >= $2 AND id < $3 AND act >= 0 GROUP BY 1, 2, 3");

struct steps {
    const struct zone *zone;
    moment start, end, length;
};

static struct steps steps_of(const struct engine *engine, const struct report *report) {
    struct steps steps = {.zone = engine_zone(engine), .length = DAY};
    steps.start = day_start(date_from_days(report->from), steps.zone);
    for (size_t i = 1; i <= report->count; i++) {
        steps.end = day_start(date_from_days(report->from + (int64_t)i), steps.zone);
        if (steps.end != steps.start + (moment)i * DAY) steps.length = QUARTER;
    }
    return steps;
}

static struct report_day *day_of(struct report *report, const struct steps *steps, int64_t step) {
    int64_t day = date_to_days(civil_at(steps->start + step * steps->length, steps->zone).date) - report->from;
    return day >= 0 && (size_t)day < report->count ? &report->days[day] : NULL;
}

static struct rows *ask(struct tx *tx, struct statement *statement, const struct report *report,
                        const struct steps *steps) {
    int64_t first = id_from_moment(steps->start), step = id_from_moment(steps->start + steps->length) - first;
    return tx_query(tx, statement,
                    VALUES(V_INT(report->shop), V_INT(first), V_INT(id_from_moment(steps->end)), V_INT(step)));
}

static void read_begun(struct tx *tx, struct report *report, const struct steps *steps) {
    struct rows *rows = ask(tx, &begun, report, steps);
    while (rows_next(rows)) {
        struct report_day *day = day_of(report, steps, row_int(rows, 0));
        int64_t state = row_int(rows, 1), count = row_int(rows, 3);
        if (day == NULL) continue;
        day->begun += count;
        if (row_int(rows, 2) == DECISION_APPROVED) day->approved += count;
        if (row_int(rows, 2) == DECISION_DECLINED) day->declined += count;
        if (state > 0 && state <= CHECKOUT_REFUNDED) report->states[state] += count;
    }
    rows_end(rows);
}

/* Beyond so many people the rest are one, without a name. */
static struct report_person *person_of(struct report *report, struct tx *tx, struct text login) {
    for (size_t i = 0; i < report->people_count; i++)
        if (text_equal(report->people[i].login, login)) return &report->people[i];
    if (report->people_count == REPORT_PEOPLE) return &report->people[REPORT_PEOPLE - 1];
    struct report_person *person = &report->people[report->people_count++];
    person->login = text_copy(tx_arena(tx), login);
    return person;
}

static void read_happened(struct tx *tx, struct report *report, const struct steps *steps) {
    struct rows *rows = ask(tx, &happened, report, steps);
    while (rows_next(rows)) {
        struct report_day *day = day_of(report, steps, row_int(rows, 0));
        int64_t act = row_int(rows, 1), count = row_int(rows, 3), sum = row_int(rows, 4);
        if (day == NULL) continue;
        if (act == CHECKOUT_CONSENT) day->agreed += count;
        if (act == CHECKOUT_FINISH) {
            struct report_person *person = person_of(report, tx, row_text(rows, 2));
            day->finished += count;
            day->sold += sum;
            person->finished += count;
            person->sold += sum;
        }
        if (act == CHECKOUT_RETURN) {
            day->returned += count;
            day->back += sum;
        }
        day->fee += row_int(rows, 5);
        day->due += row_int(rows, 6);
    }
    rows_end(rows);
}

void report_gather(struct engine *engine, struct tx *tx, struct report *report) {
    const struct steps steps = steps_of(engine, report);
    read_begun(tx, report, &steps);
    read_happened(tx, report, &steps);
}

void report_add(struct report_day *whole, const struct report_day *day) {
    whole->begun += day->begun;
    whole->approved += day->approved;
    whole->declined += day->declined;
    whole->agreed += day->agreed;
    whole->finished += day->finished;
    whole->returned += day->returned;
    whole->sold += day->sold;
    whole->back += day->back;
    whole->fee += day->fee;
    whole->due += day->due;
}

int64_t report_share(const struct report_day *day) {
    int64_t asked = day->approved + day->declined;
    return asked > 0 ? (200 * day->approved + asked) / (2 * asked) : -1;
}

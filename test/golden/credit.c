/* credit.c: interest, deposits, loans: what they cost by law, their schedules, the law's numbers by day. */
#include "base/money.h"
#include "golden.h"
#include "lending/interest.h"
#include "lending/law_rules.h"
#include "lending/loan_rules.h"
#include "lending/psk_rules.h"
#include "lending/schedule_rules.h"
#include "lending/waterfall_rules.h"
#include "products/deposits/deposit_rules.h"

#include <stdio.h>
#include <string.h>

static bool kopecks(struct text text, int64_t *minor) {
    struct money money;
    if (!money_parse(text, CURRENCY_RUB, &money)) return false;
    *minor = money.minor;
    return true;
}

static bool percent(struct text text, int64_t *rate) {
    if (!text_ends(text, "%")) return false;
    return rate_parse(text_slice(text, 0, text.size - 1), rate);
}

/* "1000 @16.8% 2015-11-10..2015-12-10 (a remark)" */
static struct verdict run_interest(struct arena *arena, struct row row) {
    struct text rest, sum = text_split(row.input, ' ', &rest), rate = text_split(rest, ' ', &rest);
    struct text dates = text_split(rest, ' ', &rest);
    ptrdiff_t dots = text_find(dates, '.');
    int64_t minor, millionths;
    struct date from, to;
    struct interest interest = {0, 0};
    if (!kopecks(sum, &minor) || !take(&rate, "@") || !percent(rate, &millionths) || dots < 0 ||
        !date_parse(text_slice(dates, 0, (size_t)dots), &from) ||
        !date_parse(text_slice(dates, (size_t)dots + 2, dates.size), &to))
        return (struct verdict){false, TEXT("the input is not SUM @RATE% FROM..TO")};
    interest_add(&interest, minor, millionths, interest_days(date_to_days(from), date_to_days(to)));
    return same(money_decimal(arena, rub(interest_rounded(&interest))), row.expected);
}

static bool deposit_read(struct text input, struct deposit_terms *terms, int64_t *sum, int64_t *term, int64_t *begun) {
    struct text rest, part = text_split(input, '/', &rest), length = text_split(rest, '/', &rest);
    struct text rate = text_split(rest, '/', &rest), day = text_split(rest, ' ', &rest), every;
    struct date date;
    every = text_split(rest, ' ', &rest);
    if (!kopecks(part, sum) || !date_parse(day, &date) || !percent(rate, &terms->rates[0].rate)) return false;
    if (text_is(every, "daily")) terms->every = EVERY_DAY;
    else if (text_is(every, "monthly")) terms->every = EVERY_MONTH;
    else if (text_is(every, "quarterly")) terms->every = EVERY_QUARTER;
    else if (text_is(every, "end")) terms->every = EVERY_TERM;
    else return false;
    terms->unit = text_ends(length, "d") ? TERM_DAYS : TERM_MONTHS;
    terms->to_account = text_is(rest, "payout");
    terms->rate_count = terms->early_count = 1;
    *begun = date_to_days(date);
    return (text_ends(length, "m") || text_ends(length, "d")) &&
           text_to_int(text_slice(length, 0, length.size - 1), term) && *term > 0 && *term <= TERM_MOST_MONTHS;
}

/* "10000/12m/15%/2020-01-01 monthly cap": "interest 1607.55", or each payment and their sum, "1.50 + 1.51 = 3.01". */
static struct verdict run_deposit(struct arena *arena, struct row row) {
    struct deposit_terms terms = {.unit = TERM_MONTHS};
    struct forecast_row rows[400];
    int64_t sum, term, begun;
    if (!deposit_read(row.input, &terms, &sum, &term, &begun))
        return (struct verdict){false, TEXT("the input is not SUM/TERM/RATE%/DATE daily|monthly|… cap|payout")};
    struct forecast forecast = deposit_forecast(&terms, begun, term, sum, rows, sizeof rows / sizeof *rows);
    struct text total = money_decimal(arena, rub(forecast.interest)), expected = row.expected;
    if (take(&expected, "interest ")) return same(total, expected);
    struct buffer out = buffer_new(arena, 256);
    for (size_t i = 0; i < forecast.count; i++)
        buffer_format(&out, "%s%.*s", i > 0 ? " + " : "", TEXT_ARG(money_decimal(arena, rub(rows[i].interest))));
    buffer_format(&out, " = %.*s", TEXT_ARG(total));
    return same(buffer_text(&out), expected);
}

/* ---- the full cost of credit ---- */

/* "-5000", "+34002.21", "17.6" */
static bool take_sum(struct text text, int64_t *minor) {
    struct money sum;
    text = text_trim(text);
    bool negative = take(&text, "-");
    if (!negative) (void)take(&text, "+");
    if (!money_parse(text, CURRENCY_RUB, &sum)) return false;
    *minor = negative ? -sum.minor : sum.minor;
    return true;
}

/* "9.69", "412.400" as thousandths. */
static bool take_thousandths(struct text text, int64_t *value) {
    struct text part, whole = text_split(text_trim(text), '.', &part);
    int64_t fraction = 0;
    if (!text_to_int(whole, value) || part.size > 3) return false;
    if (part.data != NULL && (part.size == 0 || part.data[0] == '-' || !text_to_int(part, &fraction))) return false;
    for (size_t i = part.size; i < 3; i++) fraction *= 10;
    *value = *value * 1000 + fraction;
    return true;
}

/* "1..24,e=0", "4..33,e=4/7", "0,e=52/60": a term for each. */
static bool take_terms(struct text at, int64_t sum, struct psk_term *terms, size_t *count) {
    struct text part, rest, last, first = text_split(text_trim(text_split(at, ',', &part)), '.', &rest);
    struct psk_term term = {.sum = sum, .part_of = 1};
    int64_t from, to;
    if (!text_to_int(first, &from)) return false;
    to = from;
    if (rest.data != NULL && (!take(&rest, ".") || !text_to_int(rest, &to))) return false;
    part = text_trim(part);
    if (!take(&part, "e=")) return false;
    struct text whole = text_split(part, '/', &last);
    if (!text_to_int(whole, &term.part) || (last.data != NULL && !text_to_int(last, &term.part_of))) return false;
    for (term.periods = from; term.periods <= to && *count < PSK_FLOWS; term.periods++) terms[(*count)++] = term;
    return true;
}

/* "N=12; -5000@q=0,e=0; 230@q=1..24,e=0" against "9.69 (i*N*100, +-0.005)". */
static struct verdict run_psk_eq(struct arena *arena, struct row row) {
    struct psk_term terms[PSK_FLOWS];
    size_t count = 0;
    int64_t periods = 0, sum, expected, tolerance = 5;
    struct text rest = row.input, first = next_part(&rest), comment;
    bool read = take(&first, "N=") && text_to_int(first, &periods);
    while (read && rest.data != NULL) {
        struct text at, amount = text_split(next_part(&rest), '@', &at);
        read = take_sum(amount, &sum) && take(&at, "q=") && take_terms(at, sum, terms, &count);
    }
    read = read && take_thousandths(text_split(row.expected, ' ', &comment), &expected);
    while (comment.size > 0 && !take(&comment, "+-")) comment = text_slice(comment, 1, comment.size);
    (void)take_thousandths(text_slice(comment, 0, comment.size > 0 ? comment.size - 1 : 0), &tolerance);
    if (!read) return (struct verdict){false, TEXT("the input is not N=…; SUM@q=…,e=…")};
    int64_t psk = psk_solve(terms, count, (struct psk_base){periods, 1}), far = psk - expected;
    return (struct verdict){psk != PSK_NONE && far <= tolerance && far >= -tolerance,
                            text_format(arena, "%lld.%03lld", (long long)(psk / 1000), (long long)(psk % 1000))};
}

static struct verdict psk_verdict(struct arena *arena, int64_t psk, const char *words, struct row row) {
    struct text got = text_format(arena, "%s%lld.%03lld", words, (long long)(psk / 1000), (long long)(psk % 1000));
    struct text rest = row.expected;
    bool right = psk != PSK_NONE && take(&rest, got.data) && (rest.size == 0 || rest.data[0] == ' ');
    return (struct verdict){right, got};
}

/* "0.8%/day simple": paid once after any number of days up to a year, on 10 000 roubles. */
static struct verdict run_psk_single(struct arena *arena, struct row row) {
    int64_t psk = PSK_NONE, rate = 0;
    struct text input = row.input;
    ptrdiff_t percent = text_find(input, '%');
    struct text digits = text_slice(input, 0, percent < 0 ? 0 : (size_t)percent);
    for (ptrdiff_t blank; (blank = text_find(digits, ' ')) >= 0;)
        digits = text_slice(digits, (size_t)blank + 1, digits.size);
    if (percent < 0 || !take_thousandths(digits, &rate))
        return (struct verdict){false, TEXT("the input has no RATE%/day")};
    for (int64_t days = 1; days <= 365; days++) {
        const int64_t lent = 1000000, from = 20000;
        const struct psk_flow flows[] = {{date_from_days(from), -lent},
                                         {date_from_days(from + days), lent + lent * rate * days / 100000}};
        int64_t one = psk_of(flows, 2, PSK_MONTH_30);
        if (days > 1 && one != psk) return (struct verdict){false, TEXT("another cost for another number of days")};
        psk = one;
    }
    return psk_verdict(arena, psk, "", row);
}

/* "-100000 on 2014-09-01; +34002.21 on 10-01,11-01,12-01": without a year it is the last one's, or the next. */
static struct verdict run_psk_dates(struct arena *arena, struct row row) {
    static const char *const units[] = {[PSK_DAYS] = "day", [PSK_MONTHS] = "month"};
    struct psk_flow flows[PSK_FLOWS];
    size_t count = 0;
    struct text rest = row.input;
    struct date date = {1970, 1, 1};
    bool read = true;
    while (read && rest.data != NULL) {
        struct text dates, amount = text_split(next_part(&rest), ' ', &dates);
        int64_t sum = 0;
        read = take_sum(amount, &sum) && take(&dates, "on ");
        while (read && dates.data != NULL && count < PSK_FLOWS) {
            struct text one = text_trim(text_split(dates, ',', &dates));
            struct date last = date;
            if (one.size == 5) one = text_format(arena, "%04d-%.*s", last.year, TEXT_ARG(one));
            read = date_parse(one, &date);
            if (read && date_to_days(date) < date_to_days(last)) date.year++;
            flows[count++] = (struct psk_flow){date, sum};
        }
    }
    if (!read || count < 2) return (struct verdict){false, TEXT("the input is not SUM on DATE,…; …")};
    struct psk_period period = psk_period_of(flows, count);
    struct text words = period.length == 1 ? text_format(arena, "base period %s: ", units[period.unit])
                                           : text_format(arena, "base period %lld %ss: ", (long long)period.length,
                                                         units[period.unit]);
    return psk_verdict(arena, psk_of(flows, count, PSK_MONTH_30), words.data, row);
}

/* ---- loans ---- */

static bool take_count(struct text *rest, char end, int64_t *count) {
    ptrdiff_t at = text_find(*rest, end);
    if (at < 0 || !text_to_int(text_slice(*rest, 0, (size_t)at), count)) return false;
    *rest = text_slice(*rest, (size_t)at + 1, rest->size);
    return true;
}

/* "110000/60m/12.9%", and for schedules "/issue 2018-10-25/day 25" or "/2016-10-25/25". */
static bool loan_read(struct text input, struct schedule_terms *terms) {
    struct text rest, sum = text_split(input, '/', &rest), months = text_split(rest, '/', &rest), day;
    struct text rate = text_split(text_split(rest, '/', &rest), ' ', &day), issue = TEXT("");
    if (day.data == NULL) issue = text_split(rest, '/', &rest); /* else words of the formula */
    int64_t due = 0;
    *terms = (struct schedule_terms){.unit = SCHEDULE_MONTHS, .length = 1, .from = {2024, 1, 1}};
    if (!kopecks(sum, &terms->sum) || !take_count(&months, 'm', &terms->count) || !percent(rate, &terms->rate))
        return false;
    (void)take(&issue, "issue ");
    if (issue.size > 0 && !date_parse(issue, &terms->from)) return false;
    day = text_split(rest, ';', &rest);
    (void)take(&day, "day ");
    if (day.size > 0 && text_to_int(day, &due)) terms->day = (int)due;
    return schedule_valid(terms);
}

static const struct verdict no_loan = {false, {"the input is not SUM/COUNTm/RATE%/…", 34}};

static struct verdict run_annuity(struct arena *arena, struct row row) {
    struct schedule_terms terms;
    if (!loan_read(row.input, &terms)) return no_loan;
    return same(money_decimal(arena, rub(annuity_payment(&terms))), row.expected);
}

/* "payment 2497.21/60m/12.9%" */
static struct verdict run_max_loan(struct arena *arena, struct row row) {
    struct schedule_terms terms;
    struct text input = row.input;
    if (!take(&input, "payment ") || !loan_read(input, &terms)) return no_loan;
    return same(money_decimal(arena, rub(annuity_sum(&terms, terms.sum))), row.expected);
}

/* Each of "payment 44307.53; last 44301.39; interest 31684.22; total …" that is expected. */
static struct verdict run_schedule(struct arena *arena, struct row row, enum schedule_kind kind) {
    struct schedule_row rows[SCHEDULE_MOST];
    struct schedule_terms terms;
    struct buffer out = buffer_new(arena, 128);
    struct text rest = row.expected;
    if (!loan_read(row.input, &terms)) return no_loan;
    terms.kind = kind;
    size_t count = schedule_make(&terms, rows);
    int64_t interest = 0, last = rows[count - 1].principal + rows[count - 1].interest;
    for (size_t i = 0; i < count; i++) interest += rows[i].interest;
    const struct {
        const char *name;
        int64_t sum;
    } told[] = {{"payment ", annuity_payment(&terms)}, {"last ", last}, {"interest ", interest},
                {"total ", terms.sum + interest}};
    while (rest.data != NULL) {
        struct text part = next_part(&rest);
        for (size_t i = 0; i < sizeof told / sizeof *told; i++)
            if (text_starts(part, told[i].name))
                buffer_format(&out, "%s%s%.*s", out.size > 0 ? "; " : "", told[i].name,
                              TEXT_ARG(money_decimal(arena, rub(told[i].sum))));
    }
    return same(buffer_text(&out), row.expected);
}

static struct verdict run_schedule_annuity(struct arena *arena, struct row row) {
    return run_schedule(arena, row, SCHEDULE_ANNUITY);
}

static struct verdict run_schedule_bullet(struct arena *arena, struct row row) {
    return run_schedule(arena, row, SCHEDULE_BULLET);
}

static bool calendar_read(struct arena *arena, struct work_calendar *calendar) {
    char *bytes = arena_array(arena, char, 65536);
    FILE *file = fopen("profiles/calendar_ru.txt", "r");
    size_t size = file != NULL ? fread(bytes, 1, 65536, file) : 0;
    int line;
    if (file != NULL) fclose(file);
    return size > 0 && work_calendar_read((struct text){bytes, size}, calendar, &line);
}

/* "2015-05-01 (holiday) ; 2015-05-31 (Sunday, month end)", by the calendar of `profiles/`. */
static struct verdict run_due_date_ru_calendar(struct arena *arena, struct row row) {
    struct work_calendar *calendar = arena_array(arena, struct work_calendar, 1);
    struct buffer out = buffer_new(arena, 64);
    struct text rest = row.input;
    struct date date;
    if (!calendar_read(arena, calendar)) return (struct verdict){false, TEXT("no profiles/calendar_ru.txt here")};
    while (rest.data != NULL) {
        struct text comment, part = text_split(next_part(&rest), ' ', &comment);
        if (!date_parse(part, &date)) return (struct verdict){false, TEXT("the input is not DATE (words) ; …")};
        buffer_format(&out, "%s%.*s", out.size > 0 ? " ; " : "",
                      TEXT_ARG(date_format(arena, work_day_for(calendar, date))));
    }
    return same(buffer_text(&out), row.expected);
}

/* Lived through: each payment on its day, and the sum of `early` on its own, whose interest waits for the next. */
static int64_t live_through(const struct loan_contract *contract, const struct loan_event *early, int64_t payments[],
                            size_t *count) {
    struct loan_state state = {.status = LOAN_AGREED};
    const struct loan_event issue = {.day = contract->day, .kind = LOAN_ISSUE, .sum = contract->sum};
    int64_t interest = 0;
    (void)loan_apply(contract, &state, &issue, NULL, NULL);
    while (state.status == LOAN_RUNS) {
        interest += loan_step(contract, &state, NULL).interest;
        if (state.done == early->day) (void)loan_apply(contract, &state, early, NULL, NULL);
        struct schedule_row next = loan_next(contract, &state);
        struct loan_event pays = {.day = state.done, .kind = LOAN_PAYMENT, .sum = next.principal + next.interest};
        if (state.done != state.due) continue;
        payments[(*count)++] = pays.sum;
        (void)loan_apply(contract, &state, &pays, NULL, NULL);
    }
    return interest;
}

/* "500000/12m/11.5%/2016-10-25/25; 440000 on 2016-12-24; reduce payment; ru calendar" against "interest 10173.53; last
 * 2166.20". The source's own test asks for entry 12 of 14 (the issue is entry 0, the early repayment another one): what
 * the row calls the last payment is the one before the last. */
static struct verdict run_early_repay(struct arena *arena, struct row row) {
    struct work_calendar *calendar = arena_array(arena, struct work_calendar, 1);
    struct schedule_terms terms;
    struct date date;
    struct text rest = row.input, loan = next_part(&rest), early = next_part(&rest), words = next_part(&rest), on;
    struct text sum = text_split(early, ' ', &on);
    struct loan_event event = {.kind = LOAN_EARLY_PART, .interest_later = true};
    int64_t payments[SCHEDULE_MOST];
    size_t count = 0;
    if (!loan_read(loan, &terms)) return no_loan;
    if (!kopecks(sum, &event.sum) || !take(&on, "on ") || !date_parse(on, &date))
        return (struct verdict){false, TEXT("the input is not LOAN; SUM on DATE; …")};
    if (text_is(next_part(&rest), "ru calendar") && !calendar_read(arena, calendar))
        return (struct verdict){false, TEXT("no profiles/calendar_ru.txt here")};
    event.day = date_to_days(date);
    event.early = text_is(words, "reduce payment") ? LOAN_SMALLER : LOAN_SHORTER;
    struct loan_contract contract = {
        .day = date_to_days(terms.from), .sum = terms.sum, .calendar = calendar,
        .plan = {terms.kind, terms.unit, terms.rate, terms.length, terms.count, terms.day}};
    int64_t interest = live_through(&contract, &event, payments, &count);
    return same(text_format(arena, "interest %.*s; last %.*s", TEXT_ARG(money_decimal(arena, rub(interest))),
                            TEXT_ARG(money_decimal(arena, rub(payments[count < 2 ? 0 : count - 2])))),
                row.expected);
}

/* "contract 2024-07-02; overdue_int 100, overdue_princ 500, …; pay 700" against "100,500,80,20,0 (int,princ,…)". */
static struct verdict run_waterfall(struct arena *arena, struct row row) {
    static const char *const names[DEBTS] = {
        [DEBT_OVERDUE_INTEREST] = "overdue_int ", [DEBT_OVERDUE_PRINCIPAL] = "overdue_princ ",
        [DEBT_INTEREST] = "cur_int ",             [DEBT_PRINCIPAL] = "cur_princ ",
        [DEBT_PENALTY] = "penalty ",              [DEBT_OTHER] = "other "};
    static const enum debt told[] = {DEBT_OVERDUE_INTEREST, DEBT_OVERDUE_PRINCIPAL, DEBT_INTEREST, DEBT_PRINCIPAL,
                                     DEBT_PENALTY};
    int64_t owed[DEBTS] = {0}, paid[DEBTS], sum = 0;
    struct text rest = row.input, contract = next_part(&rest), debts = next_part(&rest), pay = next_part(&rest),
                    comment;
    struct date date;
    if (!take(&contract, "contract ") || !date_parse(contract, &date) || !take(&pay, "pay ") || !text_to_int(pay, &sum))
        return (struct verdict){false, TEXT("the input is not contract DATE; debts; pay SUM")};
    while (debts.data != NULL) {
        struct text debt = text_trim(text_split(debts, ',', &debts));
        for (size_t i = 0; i < DEBTS; i++)
            if (take(&debt, names[i]) && !text_to_int(debt, &owed[i])) return (struct verdict){false, debt};
    }
    waterfall(date, owed, sum, paid);
    struct buffer out = buffer_new(arena, 64);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        buffer_format(&out, "%s%lld", i > 0 ? "," : "", (long long)paid[told[i]]);
    return same(buffer_text(&out), text_split(row.expected, ' ', &comment));
}

/* ---- the law's numbers ---- */

/* The date behind the last blank of "…, contract 2022-01-10", or behind "from ". */
static bool date_after(struct text words, const char *before, struct date *date) {
    while (words.size > 0 && !take(&words, before)) words = text_slice(words, 1, words.size);
    return words.size >= 10 && date_parse(text_slice(words, 0, 10), date);
}

static bool sum_after(struct text words, const char *before, int64_t *sum) {
    struct text rest;
    while (words.size > 0 && !take(&words, before)) words = text_slice(words, 1, words.size);
    struct text number = text_split(words, ' ', &rest);
    if (text_ends(number, ",")) number.size--;
    return kopecks(number, sum);
}

/* "principal 10000, term<=1y, contract 2022-01-10" against "max interest+fees+penalties 15000" */
static struct verdict run_overpay_cap(struct arena *arena, struct row row) {
    struct date date;
    int64_t sum;
    if (!sum_after(row.input, "principal ", &sum) || !date_after(row.input, "contract ", &date))
        return (struct verdict){false, TEXT("the input is not principal SUM, …, contract DATE")};
    int64_t most = law_overpayment_most(sum, date, NULL, 0);
    return same(text_format(arena, "max interest+fees+penalties %lld", (long long)most / 100), row.expected);
}

/* "consumer loan 30000 RUB from 2025-09-01, no exemption" against "0h" */
static struct verdict run_cooling_off(struct arena *arena, struct row row) {
    struct date date;
    int64_t sum;
    if (!sum_after(row.input, "loan ", &sum) || !date_after(row.input, "from ", &date))
        return (struct verdict){false, TEXT("the input is not … loan SUM … from DATE")};
    return same(text_format(arena, "%lldh", (long long)law_cooling_hours(sum, date, NULL, 0)), row.expected);
}

/* "contract 2026-04-01 ; 2028-04-01" against "6 months ; 4 months" */
static struct verdict run_bnpl_max_term(struct arena *arena, struct row row) {
    struct buffer out = buffer_new(arena, 64);
    struct text rest = row.input;
    struct date date;
    (void)take(&rest, "contract ");
    while (rest.data != NULL) {
        if (!date_parse(next_part(&rest), &date))
            return (struct verdict){false, TEXT("the input is not contract DATE ; …")};
        buffer_format(&out, "%s%lld months", out.size > 0 ? " ; " : "",
                      (long long)law_at(LAW_INSTALMENT_MONTHS, date, NULL, 0));
    }
    return same(buffer_text(&out), row.expected);
}

const struct kind credit_kinds[] = {
    {"interest", run_interest},
    {"deposit", run_deposit},
    {"psk_eq", run_psk_eq},
    {"psk_single", run_psk_single},
    {"psk_dates", run_psk_dates},
    {"annuity", run_annuity},
    {"max_loan", run_max_loan},
    {"schedule_annuity", run_schedule_annuity},
    {"schedule_bullet", run_schedule_bullet},
    {"early_repay", run_early_repay},
    {"due_date_ru_calendar", run_due_date_ru_calendar},
    {"waterfall", run_waterfall},
    {"overpay_cap", run_overpay_cap},
    {"cooling_off", run_cooling_off},
    {"bnpl_max_term", run_bnpl_max_term},
    {.name = NULL},
};

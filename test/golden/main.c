/* main.c: kabinet-golden FILE compares our rules with published numbers. FILE is tab-separated, its first line names
 * the columns (kind, input, expected, source, evidence, …). Each row whose kind has code here is computed and compared;
 * kinds without code are listed as not covered and never count as passed.
 *
 * Nothing here knows any row: a kind reads its input by its form, calls the product's own function, and compares what
 * came out with what is expected. */
#include "base/calendar.h"
#include "base/identifiers.h"
#include "base/money.h"
#include "base/phone.h"
#include "base/money.h"
#include "base/secret.h"
#include "lending/interest.h"
#include "products/deposits/deposit_rules.h"
#include "lending/psk_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)64 << 20)
#define KINDS_MAX 500 /* without code, listed one by one */

struct row {
    struct text kind, input, expected, source;
};

/* What came out; right when it is what was expected. `got` is in words as near to the file's as can be. */
struct verdict {
    bool right;
    struct text got;
};

/* ---- helpers ---- */

static struct verdict same(struct text got, struct text expected) {
    return (struct verdict){text_equal(got, expected), got};
}

static bool take(struct text *rest, const char *prefix) {
    if (!text_starts(*rest, prefix)) return false;
    *rest = text_slice(*rest, strlen(prefix), rest->size);
    return true;
}

/* "a ; b" → "a", and "b" left in *rest; both trimmed. */
static struct text next_part(struct text *rest) {
    struct text part = text_split(*rest, ';', rest);
    return text_trim(part);
}

/* Expected "valid" (or "valid format") or "invalid" (with or without a reason behind it). */
static struct verdict validity(bool valid, struct row row) {
    struct text got = valid ? TEXT("valid") : TEXT("invalid"), rest = row.expected;
    bool named = take(&rest, got.data) && (rest.size == 0 || rest.data[0] == ' ');
    return (struct verdict){named, got};
}

/* ---- kinds ---- */

static struct verdict run_inn(struct arena *arena, struct row row) {
    (void)arena;
    return validity(inn_valid(row.input), row);
}

static struct verdict run_ogrn(struct arena *arena, struct row row) {
    (void)arena;
    return validity(ogrn_valid(row.input), row);
}

static struct verdict run_snils(struct arena *arena, struct row row) {
    (void)arena;
    return validity(snils_valid(row.input), row);
}

static struct verdict run_kpp(struct arena *arena, struct row row) {
    (void)arena;
    return validity(kpp_valid(row.input), row);
}

static struct verdict run_bik(struct arena *arena, struct row row) {
    (void)arena;
    return validity(bik_valid(row.input), row);
}

/* "ACCOUNT bik BIK" */
static struct verdict run_account(struct row row, bool (*valid)(struct text account, struct text bik)) {
    struct text bik, account = text_split(row.input, ' ', &bik);
    if (!take(&bik, "bik ")) return (struct verdict){false, TEXT("the input is not ACCOUNT bik BIK")};
    return validity(valid(account, text_trim(bik)), row);
}

static struct verdict run_acc_key(struct arena *arena, struct row row) {
    (void)arena;
    return run_account(row, account_key_valid);
}

static struct verdict run_corr_key(struct arena *arena, struct row row) {
    (void)arena;
    return run_account(row, correspondent_key_valid);
}

/* "series 4509 number 123456" for each way of writing in the input, separated by semicolons. */
static struct verdict run_passport(struct arena *arena, struct row row) {
    struct text rest = row.input;
    struct verdict verdict = {false, TEXT("invalid")};
    do {
        struct passport passport;
        if (!passport_parse(next_part(&rest), &passport)) {
            verdict = same(TEXT("invalid"), row.expected);
        } else {
            verdict = same(text_format(arena, "series %s number %s", passport.series, passport.number), row.expected);
        }
    } while (verdict.right && rest.data != NULL);
    return verdict;
}

/* "mir; luhn ok", "-; luhn fail"; the scheme may carry its length, "visa(13)", or the word prefix. */
static struct verdict run_card(struct arena *arena, struct row row) {
    const char *scheme = card_scheme_name(card_scheme_of(row.input));
    struct text luhn = luhn_valid(row.input) ? TEXT("luhn ok") : TEXT("luhn fail");
    struct text name = scheme[0] == '\0' ? TEXT("-") : text_from(scheme);
    struct text sized = text_format(arena, "%.*s(%zu)", TEXT_ARG(name), row.input.size);
    struct text rest = row.expected, expected = next_part(&rest);
    if (text_ends(expected, " prefix")) expected = text_slice(expected, 0, expected.size - strlen(" prefix"));
    bool right = (text_equal(expected, name) || text_equal(expected, sized)) && text_equal(text_trim(rest), luhn);
    return (struct verdict){right, text_format(arena, "%.*s; %.*s", TEXT_ARG(name), TEXT_ARG(luhn))};
}

/* "mir", or "not mastercard". */
static struct verdict run_bin(struct arena *arena, struct row row) {
    (void)arena;
    const char *scheme = card_scheme_name(card_scheme_of(row.input));
    struct text rest = row.expected, got = scheme[0] == '\0' ? TEXT("-") : text_from(scheme);
    if (take(&rest, "not ")) {
        bool known = text_is(rest, "mir") || text_is(rest, "mastercard") || text_is(rest, "visa");
        return (struct verdict){known && !text_equal(rest, got), got};
    }
    return same(got, row.expected);
}

static struct verdict run_pan_mask(struct arena *arena, struct row row) {
    return same(card_mask(arena, row.input), row.expected);
}

/* The country of a number that is not of the Russian plan, as far as neighbours go; "" for others. */
static const char *country_of(struct text e164) {
    static const struct {
        const char *prefix, *country;
    } rows[] = {
        {"+7", "KZ"},   {"+375", "BY"}, {"+380", "UA"}, {"+373", "MD"}, {"+374", "AM"}, {"+992", "TJ"},
        {"+993", "TM"}, {"+994", "AZ"}, {"+995", "GE"}, {"+996", "KG"}, {"+998", "UZ"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text_starts(e164, rows[i].prefix)) return rows[i].country;
    }
    return "";
}

/* "+79161234567 mobile", "invalid", "KZ, reject as RU". */
static struct verdict run_phone(struct arena *arena, struct row row) {
    static const char *const names[] = {"invalid", "mobile", "fixed", "toll-free", "foreign"};
    struct phone phone = {""};
    enum phone_kind kind = phone_parse(row.input, &phone);
    if (kind == PHONE_INVALID) return same(TEXT("invalid"), row.expected);
    if (kind != PHONE_FOREIGN) return same(text_format(arena, "%s %s", phone.e164, names[kind]), row.expected);
    const char *country = country_of(phone_text(&phone));
    struct text got = text_format(arena, "%s, reject as RU", country);
    bool right = text_equal(got, row.expected) || (country[0] == '\0' && text_ends(row.expected, ", reject as RU"));
    return (struct verdict){right, got};
}

/* "ok", or "mismatch (expect 1A61)". */
static struct verdict run_sbp_crc(struct arena *arena, struct row row) {
    uint16_t crc = 0;
    switch (fast_link_check(row.input, &crc)) {
    case FAST_LINK_RIGHT: return same(TEXT("ok"), row.expected);
    case FAST_LINK_WRONG_CRC: return same(text_format(arena, "mismatch (expect %04X)", crc), row.expected);
    case FAST_LINK_MALFORMED: break;
    }
    return same(TEXT("malformed"), row.expected);
}

static struct verdict run_pkce_s256(struct arena *arena, struct row row) {
    struct text challenge = TEXT("invalid");
    (void)pkce_s256(arena, row.input, &challenge);
    return same(challenge, row.expected);
}

/* "2013-05-01 + 33 months, day 31": the day, or the month's last one where it is shorter. */
static struct verdict run_due_date(struct arena *arena, struct row row) {
    struct text rest, day_text, start = text_trim(text_split(row.input, '+', &rest));
    struct text months_text = text_trim(text_split(rest, ',', &day_text));
    struct date date;
    int64_t months, day;
    day_text = text_trim(day_text);
    bool read = date_parse(start, &date) && text_ends(months_text, " months") && take(&day_text, "day ");
    months_text = text_slice(months_text, 0, months_text.size - (read ? strlen(" months") : 0));
    read = read && text_to_int(months_text, &months) && text_to_int(day_text, &day);
    if (!read || months < -12000 || months > 12000 || day < 1 || day > 31) {
        return (struct verdict){false, TEXT("the input is not DATE + N months, day D")};
    }
    date.day = (int)day;
    return same(date_format(arena, date_add_months(date, (int)months)), row.expected);
}

/* numerator ÷ denominator to so many decimals, rounded half up; below one. */
static struct text decimal_fraction(struct arena *arena, int64_t numerator, int64_t denominator, size_t decimals) {
    struct buffer buffer = buffer_new(arena, 64);
    uint64_t scale = 1;
    for (size_t i = 0; i < decimals; i++) scale *= 10;
    unsigned __int128 scaled = (unsigned __int128)numerator * scale * 2 + (unsigned __int128)denominator;
    uint64_t value = (uint64_t)(scaled / ((unsigned __int128)denominator * 2));
    buffer_format(&buffer, "%llu.%0*llu", (unsigned long long)(value / scale), (int)decimals,
                  (unsigned long long)(value % scale));
    return buffer_text(&buffer);
}

/* "FROM..TO ; …": years by Actual/Actual (ISDA), to as many decimals as expected. */
static struct verdict run_daycount_isda(struct arena *arena, struct row row) {
    struct text periods = row.input, years = row.expected, got = TEXT("");
    bool right = true;
    do {
        struct text period = next_part(&periods), year = next_part(&years);
        ptrdiff_t dots = text_find(period, '.'), point = text_find(year, '.');
        struct date from, to;
        if (dots < 0 || !date_parse(text_trim(text_slice(period, 0, (size_t)dots)), &from) ||
            !date_parse(text_trim(text_slice(period, (size_t)dots + 2, period.size)), &to)) {
            return (struct verdict){false, TEXT("the input is not FROM..TO")};
        }
        struct year_days days = date_days_by_year(from, to);
        size_t decimals = point < 0 ? 0 : year.size - (size_t)point - 1;
        if (decimals < 1 || decimals > 15) return (struct verdict){false, TEXT("expected has no decimals")};
        struct text one = decimal_fraction(arena, days.common * 366 + days.leap * 365, 365 * 366, decimals);
        right = right && text_equal(one, year);
        got = text_format(arena, "%.*s%s%.*s", TEXT_ARG(got), got.size > 0 ? " ; " : "", TEXT_ARG(one));
    } while (periods.data != NULL);
    return (struct verdict){right && years.data == NULL, got};
}

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
/* ---- the full cost of credit ---- */

/* "-5000", "+34002.21", "17.6" */
static bool take_sum(struct text text, int64_t *minor) {
    struct money sum;
    text = text_trim(text);
    bool negative = take(&text, "-");
    if (!negative) (void)take(&text, "+");
    if (!money_parse(text, CURRENCY_RUB, &sum)) return false;
    *minor = negative ? -sum.minor : sum.minor;

/* "9.69", "412.400" as thousandths. */
static bool take_thousandths(struct text text, int64_t *value) {
    struct text part, whole = text_split(text_trim(text), '.', &part);
    int64_t fraction = 0;
    if (!text_to_int(whole, value) || part.size > 3) return false;
    if (part.data != NULL && (part.size == 0 || part.data[0] == '-' || !text_to_int(part, &fraction))) return false;
    for (size_t i = part.size; i < 3; i++) fraction *= 10;
    *value = *value * 1000 + fraction;

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

static struct verdict psk_verdict(struct arena *arena, int64_t psk, const char *words, struct row row) {
    struct text got = text_format(arena, "%s%lld.%03lld", words, (long long)(psk / 1000), (long long)(psk % 1000));
    struct text rest = row.expected;
    bool right = psk != PSK_NONE && take(&rest, got.data) && (rest.size == 0 || rest.data[0] == ' ');
    return (struct verdict){right, got};

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

static const struct kind {
    const char *name;
    struct verdict (*run)(struct arena *arena, struct row row);
} kinds[] = {
    {"inn", run_inn},           {"ogrn", run_ogrn},
    {"snils", run_snils},       {"kpp", run_kpp},
    {"bik", run_bik},           {"acc_key", run_acc_key},
    {"corr_key", run_corr_key}, {"passport", run_passport},
    {"card", run_card},         {"bin", run_bin},
    {"pan_mask", run_pan_mask}, {"phone", run_phone},
    {"sbp_crc", run_sbp_crc},   {"pkce_s256", run_pkce_s256},
    {"due_date", run_due_date}, {"daycount_isda", run_daycount_isda},
    {"interest", run_interest}, {"deposit", run_deposit},
    {"psk_eq", run_psk_eq},     {"psk_single", run_psk_single},
    {"psk_dates", run_psk_dates},
};

/* ---- the file ---- */

struct columns {
    size_t kind, input, expected, source; /* which column each is in */
};

struct uncovered {
    struct text kind; /* in the file's own text */
    size_t rows;
};

struct tally {
    size_t passed, failed;
    struct uncovered uncovered[KINDS_MAX];
    size_t uncovered_count;
};

static struct text column(struct text line, size_t wanted) {
    struct text part = TEXT_NONE;
    for (size_t i = 0; i <= wanted && line.data != NULL; i++) {
        part = text_split(line, '\t', &line);
        if (i < wanted) part = TEXT_NONE;
    }
    return part;
}

/* Columns as the first line names them; as they usually are when it names none and is itself a row. */
static bool read_columns(struct text line, struct columns *columns) {
    static const char *const names[] = {"kind", "input", "expected", "source"};
    size_t *const places[] = {&columns->kind, &columns->input, &columns->expected, &columns->source};
    for (size_t name = 0; name < sizeof names / sizeof *names; name++) {
        *places[name] = SIZE_MAX;
        struct text rest = line;
        for (size_t i = 0; rest.data != NULL; i++) {
            if (text_is(text_trim(text_split(rest, '\t', &rest)), names[name])) *places[name] = i;
        }
    }
    bool named = columns->kind != SIZE_MAX && columns->input != SIZE_MAX && columns->expected != SIZE_MAX;
    if (!named) *columns = (struct columns){0, 1, 2, 3};
    return named;
}

static const struct kind *kind_named(struct text name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (text_is(name, kinds[i].name)) return &kinds[i];
    }
    return NULL;
}

static void count_uncovered(struct tally *tally, struct text kind) {
    size_t i = 0;
    while (i < tally->uncovered_count && !text_equal(tally->uncovered[i].kind, kind)) i++;
    if (i == KINDS_MAX) return;
    if (i == tally->uncovered_count) tally->uncovered[tally->uncovered_count++] = (struct uncovered){kind, 0};
    tally->uncovered[i].rows++;
}

static void run_row(struct arena *arena, struct row row, struct tally *tally) {
    const struct kind *kind = kind_named(row.kind);
    if (kind == NULL) {
        count_uncovered(tally, row.kind);
        return;
    }
    struct verdict verdict = {false, TEXT("no input or nothing expected: a column is missing")};
    if (row.input.size > 0 && row.expected.size > 0) verdict = kind->run(arena, row);
    *(verdict.right ? &tally->passed : &tally->failed) += 1;
    if (verdict.right) {
        printf("ok      %s  %.*s\n", kind->name, TEXT_ARG(row.input));
    } else {
        printf("FAILED  %s  %.*s\n        got      %.*s\n        expected %.*s\n        source   %.*s\n", kind->name,
               TEXT_ARG(row.input), TEXT_ARG(verdict.got), TEXT_ARG(row.expected), TEXT_ARG(row.source));
    }
}

struct run {
    struct arena *arena;
    struct text file;
    struct tally *tally;
    bool tabbed; /* there was a row at least, of three columns or more */
};

static void run_file(void *data) {
    struct run *run = data;
    struct text rest = run->file;
    struct columns columns;
    if (read_columns(text_split(rest, '\n', &rest), &columns)) {
        run->tabbed = true;
    } else {
        rest = run->file;
    }
    while (rest.data != NULL) {
        struct text line = text_split(rest, '\n', &rest);
        if (text_ends(line, "\r")) line.size--;
        if (text_trim(line).size == 0 || text_starts(line, "#")) continue;
        if (column(line, 2).data != NULL) run->tabbed = true;
        struct row row = {
            .kind = text_trim(column(line, columns.kind)),
            .input = text_trim(column(line, columns.input)),
            .expected = text_trim(column(line, columns.expected)),
            .source = columns.source == SIZE_MAX ? TEXT_NONE : text_trim(column(line, columns.source)),
        };
        run_row(run->arena, row, run->tally);
        arena_clear(run->arena);
    }
}

/* The whole file in memory of its own; TEXT_NONE when it cannot be read. */
static struct text read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return TEXT_NONE;
    char *data = malloc(FILE_MAX);
    size_t size = data == NULL ? 0 : fread(data, 1, FILE_MAX, file);
    bool whole = data != NULL && !ferror(file) && feof(file);
    fclose(file);
    if (whole) return (struct text){data, size};
    free(data);
    return TEXT_NONE;
}

static int report(const struct run *run) {
    if (!run->tabbed) {
        fprintf(stderr, "kabinet-golden: not a table of tab-separated kind, input, expected, …\n");
        return 2;
    }
    const struct tally *tally = run->tally;
    for (size_t i = 0; i < tally->uncovered_count; i++) {
        printf("not covered  %.*s (rows: %zu)\n", TEXT_ARG(tally->uncovered[i].kind), tally->uncovered[i].rows);
    }
    printf("%zu passed, %zu failed\n", tally->passed, tally->failed);
    return tally->failed == 0 ? 0 : 1;
}

int main(int count, char **words) {
    static struct tally tally;
    if (count != 2) {
        fprintf(stderr, "usage: kabinet-golden FILE\n");
        return 2;
    }
    int status = 2;
    struct run run = {arena_new((size_t)16 << 20), read_file(words[1]), &tally, false};
    if (run.arena == NULL || run.file.data == NULL) {
        fprintf(stderr, "kabinet-golden: %s cannot be read\n", words[1]);
    } else if (!arena_guard(run.arena, run_file, &run)) {
        fprintf(stderr, "kabinet-golden: out of memory\n");
    } else {
        status = report(&run);
    }
    arena_free(run.arena);
    free((char *)(uintptr_t)run.file.data);
    return status;
}

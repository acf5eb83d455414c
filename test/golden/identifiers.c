/* identifiers.c: numbers of people, companies, accounts and cards, links, days. */
#include "base/calendar.h"
#include "base/identifiers.h"
#include "base/phone.h"
#include "base/secret.h"
#include "golden.h"

#include <string.h>

/* Expected "valid" (or "valid format") or "invalid" (with or without a reason behind it). */
static struct verdict validity(bool valid, struct row row) {
    struct text got = valid ? TEXT("valid") : TEXT("invalid"), rest = row.expected;
    bool named = take(&rest, got.data) && (rest.size == 0 || rest.data[0] == ' ');
    return (struct verdict){named, got};
}

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

const struct kind identifier_kinds[] = {
    {"inn", run_inn},
    {"ogrn", run_ogrn},
    {"snils", run_snils},
    {"kpp", run_kpp},
    {"bik", run_bik},
    {"acc_key", run_acc_key},
    {"corr_key", run_corr_key},
    {"passport", run_passport},
    {"card", run_card},
    {"bin", run_bin},
    {"pan_mask", run_pan_mask},
    {"phone", run_phone},
    {"sbp_crc", run_sbp_crc},
    {"pkce_s256", run_pkce_s256},
    {"due_date", run_due_date},
    {"daycount_isda", run_daycount_isda},
    {.name = NULL},
};

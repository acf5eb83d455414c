/* tariff_rules.c: see tariff_rules.h. */
#include "products/instalments/tariff_rules.h"

#include "base/money.h"

#define FORTNIGHT 14

static bool same(const struct tariff_term *one, const struct tariff_term *other) {
    return one->unit == other->unit && one->parts == other->parts && one->first_now == other->first_now;
}

static bool term_good(const struct tariff_term *term) {
    return (term->unit == TARIFF_MONTHS || term->unit == TARIFF_FORTNIGHTS) && term->parts >= 1 &&
           term->parts <= TARIFF_PARTS && (term->parts > 1 || !term->first_now) && term->fee >= 0 &&
           term->fee <= RATE_UNIT;
}

const char *tariff_wrong(const struct tariff *tariff) {
    if (tariff->least < 1 || tariff->most < tariff->least || tariff->most > SCHEDULE_SUM_MOST) return "sum";
    if (tariff->count == 0 || tariff->count > TARIFF_TERMS) return "terms";
    for (size_t i = 0; i < tariff->count; i++) {
        if (!term_good(&tariff->terms[i]) || tariff->terms[i].parts > tariff->least) return "term";
        for (size_t k = 0; k < i; k++)
            if (same(&tariff->terms[i], &tariff->terms[k])) return "term";
    }
    return NULL;
}

/* ---- words ---- */

static bool read_sums(struct text rest, struct tariff *tariff) {
    struct money least, most;
    struct text first = text_split(rest, ' ', &rest);
    if (!money_parse(first, CURRENCY_RUB, &least) || !money_parse(text_trim(rest), CURRENCY_RUB, &most)) return false;
    tariff->least = least.minor;
    tariff->most = most.minor;
    return true;
}

static bool read_term(enum tariff_unit unit, struct text rest, struct tariff_term *term) {
    struct text parts = text_split(rest, ' ', &rest), when = text_split(text_trim(rest), ' ', &rest);
    *term = (struct tariff_term){.unit = unit, .first_now = text_is(when, "now")};
    return text_to_int(parts, &term->parts) && (term->first_now || text_is(when, "later")) &&
           rate_parse(text_trim(rest), &term->fee);
}

static bool read_line(struct text line, struct tariff *tariff) {
    struct text rest, word = text_split(line, ' ', &rest);
    rest = text_trim(rest);
    if (text_is(word, "sum")) return read_sums(rest, tariff);
    bool months = text_is(word, "months");
    if ((!months && !text_is(word, "fortnights")) || tariff->count == TARIFF_TERMS) return false;
    return read_term(months ? TARIFF_MONTHS : TARIFF_FORTNIGHTS, rest, &tariff->terms[tariff->count++]);
}

bool tariff_read(struct text text, struct tariff *tariff, struct text *wrong) {
    struct tariff read = {.count = 0};
    while (text.size > 0) {
        struct text line = text_trim(text_split(text, '\n', &text)), rest;
        if (line.size == 0 || read_line(line, &read)) continue;
        *wrong = text_split(line, ' ', &rest);
        return false;
    }
    const char *fault = tariff_wrong(&read);
    if (fault != NULL) {
        *wrong = text_from(fault);
        return false;
    }
    *tariff = read;
    return true;
}

struct text tariff_write(struct arena *arena, const struct tariff *tariff) {
    struct text least = money_decimal(arena, (struct money){.minor = tariff->least, .currency = CURRENCY_RUB}),
                most = money_decimal(arena, (struct money){.minor = tariff->most, .currency = CURRENCY_RUB}),
                all = text_format(arena, "sum %.*s %.*s\n", TEXT_ARG(least), TEXT_ARG(most));
    for (size_t i = 0; i < tariff->count; i++) {
        const struct tariff_term *term = &tariff->terms[i];
        struct text line = text_format(arena, "%s %lld %s %.*s\n",
                                       term->unit == TARIFF_MONTHS ? "months" : "fortnights", (long long)term->parts,
                                       term->first_now ? "now" : "later", TEXT_ARG(rate_text(arena, term->fee)));
        all = text_join(arena, all, line);
    }
    return all;
}

/* ---- the law ---- */

int64_t tariff_last_day(int64_t day, const struct law_line *own, size_t count) {
    struct date on = date_from_days(day);
    int64_t months = law_at(LAW_INSTALMENT_MONTHS, on, own, count);
    return months == LAW_NONE ? LAW_NONE : date_to_days(date_add_months(on, (int)months));
}

int64_t tariff_term_ends(const struct tariff_term *term, int64_t day) {
    int64_t periods = term->parts - term->first_now;
    if (term->unit == TARIFF_FORTNIGHTS) return day + periods * FORTNIGHT;
    return date_to_days(date_add_months(date_from_days(day), (int)periods));
}

bool tariff_term_lawful(const struct tariff_term *term, int64_t day, const struct law_line *own, size_t count) {
    int64_t last = tariff_last_day(day, own, count);
    return last == LAW_NONE || tariff_term_ends(term, day) <= last;
}

static enum tariff_refusal sum_refusal(const struct tariff *tariff, int64_t sum) {
    if (sum < tariff->least) return TARIFF_SUM_SMALL;
    return sum > tariff->most ? TARIFF_SUM_LARGE : TARIFF_OK;
}

enum tariff_refusal tariff_choose(const struct tariff *tariff, int64_t sum, const struct tariff_term *wanted,
                                  int64_t day, const struct law_line *own, size_t count, struct tariff_term *term) {
    enum tariff_refusal refusal = sum_refusal(tariff, sum);
    if (refusal != TARIFF_OK) return refusal;
    for (size_t i = 0; i < tariff->count; i++) {
        if (!same(&tariff->terms[i], wanted)) continue;
        if (!tariff_term_lawful(&tariff->terms[i], day, own, count)) return TARIFF_ABOVE_LAW;
        *term = tariff->terms[i];
        return TARIFF_OK;
    }
    return TARIFF_NO_TERM;
}

size_t tariff_offers(const struct tariff *tariff, int64_t sum, int64_t day, const struct law_line *own, size_t count,
                     struct tariff_term *terms) {
    size_t found = 0;
    if (sum_refusal(tariff, sum) != TARIFF_OK) return 0;
    for (size_t i = 0; i < tariff->count; i++)
        if (tariff_term_lawful(&tariff->terms[i], day, own, count)) terms[found++] = tariff->terms[i];
    return found;
}

int64_t tariff_fee(int64_t sum, int64_t fee) {
    return money_share(sum, fee, RATE_UNIT);
}

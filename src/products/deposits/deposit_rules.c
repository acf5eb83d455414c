/* deposit_rules.c: see deposit_rules.h. */
#include "products/deposits/deposit_rules.h"

#include "base/check.h"
#include "base/money.h"

/* ---- a catalogue's terms ---- */

static bool rates_rise(const struct deposit_terms *terms) {
    for (size_t i = 0; i < terms->rate_count; i++) {
        const struct rate_step *step = &terms->rates[i], *before = i > 0 ? step - 1 : NULL;
        if (step->sum < 0 || step->month < 0 || step->month > TERM_MOST_MONTHS || step->rate < 0 ||
            step->rate > RATE_UNIT)
            return false;
        if (before == NULL && step->month != 0) return false;
        if (before == NULL) continue;
        bool same = step->sum == before->sum;
        if (step->sum < before->sum || (same && step->month <= before->month) || (!same && step->month != 0))
            return false;
    }
    return terms->rate_count > 0;
}

static bool early_rises(const struct deposit_terms *terms) {
    for (size_t i = 0; i < terms->early_count; i++) {
        const struct early_step *step = &terms->early[i];
        if (step->rate < 0 || step->rate > RATE_UNIT || step->days > TERM_MOST_DAYS) return false;
        if (i == 0 ? step->days != 0 : step->days <= step[-1].days) return false;
    }
    return terms->early_count > 0;
}

static bool term_sound(const struct deposit_terms *terms) {
    if (terms->unit == TERM_DEMAND) return terms->term_least == 0 && terms->term_most == 0;
    int64_t most = terms->unit == TERM_DAYS ? TERM_MOST_DAYS : TERM_MOST_MONTHS;
    return terms->term_least > 0 && terms->term_least <= terms->term_most && terms->term_most <= most;
}

const char *deposit_terms_wrong(const struct deposit_terms *terms) {
    if (!term_sound(terms)) return "term_most";
    if (terms->sum_least <= 0) return "sum_least";
    if (terms->sum_most < terms->sum_least || terms->sum_most > INTEREST_BASE_MOST / 100) return "sum_most";
    if (!rates_rise(terms) || terms->rates[0].sum > terms->sum_least) return "rates";
    if (!early_rises(terms)) return "early";
    if (terms->topup_days < 0 || (terms->topup_days > 0 && terms->topup_least <= 0)) return "topup_least";
    if (terms->left_least < 0 || (terms->left_least > 0 && terms->left_least < terms->rates[0].sum))
        return "left_least";
    if (terms->unit == TERM_DEMAND && (terms->every == EVERY_TERM || terms->prolongs)) return "every";
    return NULL;
}

static bool take_word(struct text *line, struct text *word) {
    *line = text_trim(*line);
    *word = text_split(*line, ' ', line);
    return word->size > 0;
}

static bool sum_parse(struct text text, int64_t *sum) {
    struct money money;
    if (!money_parse(text, CURRENCY_RUB, &money)) return false;
    *sum = money.minor;
    return true;
}

bool rate_steps_parse(struct text text, struct deposit_terms *terms) {
    terms->rate_count = 0;
    while (text.data != NULL) {
        struct text sum, month, rate, line = text_trim(text_split(text, '\n', &text));
        if (line.size == 0) continue;
        if (terms->rate_count == RATE_STEPS) return false;
        struct rate_step *step = &terms->rates[terms->rate_count++];
        if (!take_word(&line, &sum) || !take_word(&line, &month) || !take_word(&line, &rate)) return false;
        if (line.size > 0 || !sum_parse(sum, &step->sum) || !text_to_int(month, &step->month) ||
            !rate_parse(rate, &step->rate))
            return false;
    }
    return rates_rise(terms);
}

bool early_steps_parse(struct text text, struct deposit_terms *terms) {
    terms->early_count = 0;
    while (text.data != NULL) {
        struct text days, rate, line = text_trim(text_split(text, '\n', &text));
        if (line.size == 0) continue;
        if (terms->early_count == EARLY_STEPS) return false;
        struct early_step *step = &terms->early[terms->early_count++];
        if (!take_word(&line, &days) || !take_word(&line, &rate) || line.size > 0) return false;
        if (!text_to_int(days, &step->days) || !rate_parse(rate, &step->rate)) return false;
    }
    return early_rises(terms);
}

struct text rate_steps_text(struct arena *arena, const struct deposit_terms *terms) {
    struct buffer out = buffer_new(arena, 256);
    for (size_t i = 0; i < terms->rate_count; i++) {
        const struct rate_step *step = &terms->rates[i];
        buffer_format(&out, "%s%.*s %lld %.*s", i > 0 ? "\n" : "", TEXT_ARG(money_decimal(arena, rub(step->sum))),
                      (long long)step->month, TEXT_ARG(rate_text(arena, step->rate)));
    }
    return buffer_text(&out);
}

struct text early_steps_text(struct arena *arena, const struct deposit_terms *terms) {
    struct buffer out = buffer_new(arena, 128);
    for (size_t i = 0; i < terms->early_count; i++)
        buffer_format(&out, "%s%lld %.*s", i > 0 ? "\n" : "", (long long)terms->early[i].days,
                      TEXT_ARG(rate_text(arena, terms->early[i].rate)));
    return buffer_text(&out);
}

/* ---- days ---- */

static int64_t months_after(int64_t day, int64_t months) {
    return date_to_days(date_add_months(date_from_days(day), (int)months));
}

int64_t deposit_ends(const struct deposit_terms *terms, int64_t begun, int64_t term) {
    if (terms->unit == TERM_DEMAND) return 0;
    return terms->unit == TERM_DAYS ? begun + term : months_after(begun, term);
}

/* Which month of the term the day is in: its first is that of the days after `begun` through the same day of the next
 * month, the last one of a shorter month. */
static int64_t month_of(int64_t begun, int64_t day) {
    struct date from = date_from_days(begun), at = date_from_days(day);
    int64_t month = (at.year - from.year) * 12 + at.month - from.month;
    return month > 0 && day <= months_after(begun, month) ? month - 1 : month;
}

int64_t deposit_rate(const struct deposit_terms *terms, const struct deposit_term *term, int64_t principal,
                     int64_t day) {
    if (term->ends != 0 && day > term->ends) return terms->early[0].rate;
    int64_t month = month_of(term->begun, day), rate = 0, sum = -1;
    for (size_t i = 0; i < terms->rate_count; i++) {
        const struct rate_step *step = &terms->rates[i];
        if (step->sum > principal) break;
        if (step->sum != sum || step->month <= month) rate = step->rate;
        sum = step->sum;
    }
    return rate;
}

int64_t deposit_pays(const struct deposit_terms *terms, const struct deposit_term *term, int64_t day) {
    int64_t at = day;
    if (term->ends != 0 && day > term->ends) return 0;
    if (terms->every == EVERY_MONTH || terms->every == EVERY_QUARTER) {
        int64_t length = terms->every == EVERY_MONTH ? 1 : 3;
        int64_t period = month_of(term->begun, day) / length;
        at = months_after(term->begun, (period + 1) * length);
    }
    if (terms->every == EVERY_TERM || (term->ends != 0 && at > term->ends)) at = term->ends;
    return at;
}

/* A day's interest; what compounds for ever stops growing long after it is more money than there is. */
static void earn(struct interest *interest, int64_t base, int64_t rate, int64_t day) {
    const struct year_days one = year_length(day) == 366 ? (struct year_days){0, 1} : (struct year_days){1, 0};
    interest_add(interest, base < INTEREST_BASE_MOST ? base : INTEREST_BASE_MOST, rate, one);
}

struct deposit_day deposit_step(const struct deposit_terms *terms, const struct deposit_term *term,
                                struct deposit_state *state) {
    struct deposit_day result = {0};
    int64_t day = state->done + 1;
    earn(&state->earned, state->principal, deposit_rate(terms, term, state->principal, day), day);
    int64_t booked = interest_rounded(&state->earned);
    result.accrued = booked - state->booked;
    state->booked = booked;
    state->done = day;
    result.ends = day == term->ends;
    result.pays = deposit_pays(terms, term, day) == day;
    if (!result.pays) return result;
    result.interest = booked;
    if (!terms->to_account) state->principal += booked;
    state->earned = (struct interest){0, 0};
    state->booked = 0;
    return result;
}

/* ---- what moved, and what it earned ---- */

static int64_t moved(const struct deposit_move *move, bool own) {
    switch (move->kind) {
    case MOVE_OPEN:
    case MOVE_TOPUP: return move->sum;
    case MOVE_WITHDRAW:
    case MOVE_RETURN: return -move->sum;
    case MOVE_ADDED: return own ? 0 : move->sum;
    case MOVE_TAKEN_BACK: return own ? 0 : -move->sum;
    case MOVE_PAID: return 0;
    }
    return 0;
}

/* What lay there when the day began. `at` and `balance` go on from call to call, days rising. */
static int64_t began_with(const struct deposit_move *moves, size_t count, bool own, int64_t day, size_t *at,
                          int64_t *balance) {
    for (; *at < count && moves[*at].day < day; ++*at) *balance += moved(&moves[*at], own);
    return *balance > 0 ? *balance : 0;
}

size_t deposit_lines(const struct deposit_terms *terms, const struct deposit_term *term,
                     const struct deposit_move *moves, size_t count, int64_t from, int64_t to,
                     struct interest_line *lines, size_t room) {
    size_t made = 0, at = 0;
    int64_t balance = 0;
    for (int64_t day = from + 1; day <= to; day++) {
        int64_t base = began_with(moves, count, false, day, &at, &balance);
        int64_t rate = deposit_rate(terms, term, base, day);
        int year = year_length(day);
        struct interest_line *line = made > 0 ? &lines[made - 1] : NULL;
        if (line == NULL || line->balance != base || line->rate != rate || line->year != year) {
            if (made == room) return made;
            line = &lines[made++];
            *line = (struct interest_line){.from = day, .balance = base, .rate = rate, .year = year};
        }
        line->to = day;
        earn(&line->sum, base, rate, day);
    }
    return made;
}

int64_t deposit_lines_rounded(const struct interest_line *lines, size_t count) {
    struct interest all = {0, 0};
    for (size_t i = 0; i < count; i++) interest_join(&all, &lines[i].sum);
    return interest_rounded(&all);
}

int64_t deposit_own(const struct deposit_move *moves, size_t count) {
    int64_t own = 0;
    for (size_t i = 0; i < count; i++) own += moved(&moves[i], true);
    return own > 0 ? own : 0;
}

static int64_t interest_paid(const struct deposit_move *moves, size_t count) {
    int64_t paid = 0;
    for (size_t i = 0; i < count; i++)
        if (moves[i].kind == MOVE_ADDED || moves[i].kind == MOVE_PAID) paid += moves[i].sum;
    return paid;
}

/* By the step of the days that it lay there. */
static int64_t early_rate(const struct deposit_terms *terms, int64_t days) {
    int64_t rate = 0;
    for (size_t i = 0; i < terms->early_count && terms->early[i].days <= days; i++) rate = terms->early[i].rate;
    return rate;
}

struct deposit_early deposit_close(const struct deposit_terms *terms, const struct deposit_term *term,
                                   const struct deposit_move *moves, size_t count, const struct deposit_state *state) {
    struct deposit_early close = {.early = term->ends != 0 && state->done < term->ends,
                                  .paid = interest_paid(moves, count),
                                  .earned = state->booked};
    close.interest = close.paid + close.earned;
    close.give = close.earned;
    if (!close.early) return close;
    struct interest anew = {0, 0};
    size_t at = 0;
    int64_t balance = 0;
    close.rate = early_rate(terms, state->done - term->begun);
    for (int64_t day = term->begun + 1; day <= state->done; day++) {
        int64_t own = began_with(moves, count, true, day, &at, &balance);
        earn(&anew, own, close.rate, day);
    }
    close.interest = interest_rounded(&anew);
    close.give = close.interest > close.paid ? close.interest - close.paid : 0;
    close.take = close.paid > close.interest ? close.paid - close.interest : 0;
    if (close.take > state->principal) close.take = state->principal; /* no claim is left behind */
    close.lost = close.earned - close.give + close.take;
    return close;
}

/* ---- what it would bring ---- */

struct forecast deposit_forecast(const struct deposit_terms *terms, int64_t begun, int64_t term, int64_t sum,
                                 struct forecast_row *rows, size_t room) {
    const struct deposit_term running = {begun, deposit_ends(terms, begun, term)};
    struct deposit_state state = {.principal = sum, .done = begun};
    struct forecast forecast = {.ends = running.ends};
    int64_t last = running.ends != 0 ? running.ends : months_after(begun, 12);
    bool by_month = terms->every == EVERY_DAY && last - begun > (int64_t)room;
    while (state.done < last) {
        struct deposit_day day = deposit_step(terms, &running, &state);
        if (!day.pays) continue;
        forecast.interest += day.interest;
        struct forecast_row *row = forecast.count > 0 ? &rows[forecast.count - 1] : NULL;
        bool same = by_month && row != NULL && month_of(begun, row->day) == month_of(begun, state.done);
        if (same) {
            row->interest += day.interest;
        } else if (forecast.count < room) {
            row = &rows[forecast.count++];
            row->interest = day.interest;
        }
        row->day = state.done;
        row->principal = state.principal;
    }
    forecast.principal = state.principal;
    return forecast;
}

/* ---- what may be done ---- */

enum deposit_refusal deposit_may_topup(const struct deposit_terms *terms, const struct deposit_term *term, int64_t day,
                                       int64_t own, int64_t sum) {
    if (terms->topup_days == 0 || day - term->begun > terms->topup_days) return DEPOSIT_NO_TOPUPS;
    if (term->ends != 0 && day >= term->ends) return DEPOSIT_NO_TOPUPS;
    if (sum < terms->topup_least) return DEPOSIT_TOPUP_SMALL;
    return sum > terms->sum_most - own ? DEPOSIT_TOO_MUCH : DEPOSIT_OK;
}

enum deposit_refusal deposit_may_withdraw(const struct deposit_terms *terms, int64_t principal, int64_t sum) {
    if (terms->left_least == 0) return DEPOSIT_NO_PARTS;
    return principal - sum < terms->left_least ? DEPOSIT_LEFT_SMALL : DEPOSIT_OK;
}

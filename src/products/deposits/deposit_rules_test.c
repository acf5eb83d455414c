/* deposit_rules_test.c: deposits as tables, and as random lives of years against a slow model, to the kopeck. */
#include "products/deposits/deposit_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int64_t day(const char *text) {
    struct date date;
    assert_true(date_parse(text_from(text), &date));
    return date_to_days(date);
}

static struct deposit_terms plain(enum interest_every every, bool to_account) {
    return (struct deposit_terms){.unit = TERM_MONTHS,
                                  .term_least = 1,
                                  .term_most = 36,
                                  .rates = {{0, 0, 150000}},
                                  .rate_count = 1,
                                  .early = {{0, 100}},
                                  .early_count = 1,
                                  .sum_least = 100000,
                                  .sum_most = 1000000000,
                                  .topup_least = 100,
                                  .topup_days = 60,
                                  .left_least = 50000,
                                  .every = every,
                                  .to_account = to_account};
}

/* ---- tables ---- */

static void published(void **state) {
    (void)state;
    static const struct {
        int64_t sum, months, rate;
        const char *begun;
        enum interest_every every;
        bool to_account;
        int64_t interest;
    } rows[] = {
        {1000000, 12, 150000, "2020-01-01", EVERY_DAY, true, 150061},
        {1000000, 12, 150000, "2020-01-01", EVERY_DAY, false, 161799},
        {1000000, 12, 150000, "2020-01-01", EVERY_MONTH, false, 160755},
        {14763472, 17, 132180, "2017-05-07", EVERY_MONTH, false, 3027924},
        {87000000, 2, 90000, "2023-10-03", EVERY_MONTH, false, 1313495},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct deposit_terms terms = plain(rows[i].every, rows[i].to_account);
        struct forecast_row list[400];
        terms.rates[0].rate = rows[i].rate;
        struct forecast forecast =
            deposit_forecast(&terms, day(rows[i].begun), rows[i].months, rows[i].sum, list, 400);
        assert_int_equal(forecast.interest, rows[i].interest);
        assert_int_equal(forecast.principal, rows[i].sum + (rows[i].to_account ? 0 : rows[i].interest));
        int64_t sum = 0;
        for (size_t k = 0; k < forecast.count; k++) sum += list[k].interest;
        assert_int_equal(sum, forecast.interest);
        /* told in fewer rows it is the same money */
        forecast = deposit_forecast(&terms, day(rows[i].begun), rows[i].months, rows[i].sum, list, 130);
        for (size_t k = 0; k < forecast.count; k++) sum -= list[k].interest;
        assert_int_equal(sum, 0);
    }
}

static void when_interest_is_paid(void **state) {
    (void)state;
    static const struct {
        enum interest_every every;
        const char *begun, *ends, *day, *pays; /* ends NULL: on demand; pays NULL: never again */
    } rows[] = {
        {EVERY_MONTH, "2024-01-31", "2024-07-31", "2024-02-01", "2024-02-29"},
        {EVERY_MONTH, "2024-01-31", "2024-07-31", "2024-02-29", "2024-02-29"},
        {EVERY_MONTH, "2024-01-31", "2024-07-31", "2024-03-01", "2024-03-31"},
        {EVERY_MONTH, "2024-01-15", "2024-03-01", "2024-02-16", "2024-03-01"},
        {EVERY_QUARTER, "2023-11-30", "2024-11-30", "2023-12-01", "2024-02-29"},
        {EVERY_QUARTER, "2023-11-30", "2024-11-30", "2024-03-01", "2024-05-30"},
        {EVERY_TERM, "2023-11-30", "2024-11-30", "2023-12-01", "2024-11-30"},
        {EVERY_DAY, "2023-11-30", "2024-11-30", "2023-12-01", "2023-12-01"},
        {EVERY_MONTH, "2023-11-30", NULL, "2024-02-15", "2024-02-29"},
        {EVERY_MONTH, "2023-11-30", "2024-02-29", "2024-03-01", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct deposit_terms terms = plain(rows[i].every, false);
        const struct deposit_term term = {day(rows[i].begun), rows[i].ends != NULL ? day(rows[i].ends) : 0};
        assert_int_equal(deposit_pays(&terms, &term, day(rows[i].day)), rows[i].pays != NULL ? day(rows[i].pays) : 0);
    }
}

static void which_rate(void **state) {
    (void)state;
    struct deposit_terms terms = plain(EVERY_MONTH, false);
    assert_true(rate_steps_parse(TEXT("1000.00 0 10\r\n1000.00 3 12.5\n\n50000.00 0 11\n50000.00 6 9"), &terms));
    const struct deposit_term term = {day("2024-01-31"), day("2025-01-31")};
    static const struct {
        int64_t principal;
        const char *day;
        int64_t rate;
    } rows[] = {
        {100000, "2024-02-01", 100000},  {100000, "2024-04-30", 100000}, {100000, "2024-05-01", 125000},
        {4999999, "2025-01-31", 125000}, {5000000, "2024-02-01", 110000}, {5000000, "2024-07-31", 110000},
        {5000000, "2024-08-01", 90000},  {99999, "2024-02-01", 0},        {5000000, "2025-02-01", 100},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(deposit_rate(&terms, &term, rows[i].principal, day(rows[i].day)), rows[i].rate);
    struct arena *arena = arena_new(1 << 16);
    assert_string_equal(rate_steps_text(arena, &terms).data,
                        "1000.00 0 10\n1000.00 3 12.5\n50000.00 0 11\n50000.00 6 9");
    assert_true(early_steps_parse(TEXT("0 0.01\n91 5\n181 7.25"), &terms));
    assert_string_equal(early_steps_text(arena, &terms).data, "0 0.01\n91 5\n181 7.25");
    static const char *const wrong[] = {"", "1000.00 1 10", "1000.00 0", "1000.00 0 10 x", "x 0 10", "1000.00 0 101",
                                        "2000.00 0 10\n1000.00 0 10", "1000.00 0 10\n1000.00 0 11",
                                        "1000.00 0 10\n2000.00 2 11"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(rate_steps_parse(text_from(wrong[i]), &terms));
    static const char *const early_wrong[] = {"", "1 5", "0 5\n0 6", "0", "0 5 5", "0 101", "0 5\n4000 6"};
    for (size_t i = 0; i < sizeof early_wrong / sizeof *early_wrong; i++)
        assert_false(early_steps_parse(text_from(early_wrong[i]), &terms));
    arena_free(arena);
}

static void sound(void **state) {
    (void)state;
    struct deposit_terms terms = plain(EVERY_MONTH, false);
    assert_null(deposit_terms_wrong(&terms));
    terms.term_least = 37;
    assert_string_equal(deposit_terms_wrong(&terms), "term_most");
    terms = plain(EVERY_MONTH, false);
    terms.unit = TERM_DEMAND;
    assert_string_equal(deposit_terms_wrong(&terms), "term_most");
    terms.term_least = terms.term_most = 0;
    assert_null(deposit_terms_wrong(&terms));
    terms.every = EVERY_TERM;
    assert_string_equal(deposit_terms_wrong(&terms), "every");
    terms = plain(EVERY_MONTH, false);
    terms.rates[0].sum = terms.sum_least + 1;
    assert_string_equal(deposit_terms_wrong(&terms), "rates");
    terms = plain(EVERY_MONTH, false);
    terms.sum_most = terms.sum_least - 1;
    assert_string_equal(deposit_terms_wrong(&terms), "sum_most");
    terms = plain(EVERY_MONTH, false);
    terms.topup_least = 0;
    assert_string_equal(deposit_terms_wrong(&terms), "topup_least");
    terms.topup_days = 0;
    assert_null(deposit_terms_wrong(&terms));
    terms.early_count = 0;
    assert_string_equal(deposit_terms_wrong(&terms), "early");
}

static void what_may_be_done(void **state) {
    (void)state;
    const struct deposit_terms terms = plain(EVERY_MONTH, false);
    const struct deposit_term term = {day("2024-01-01"), day("2024-03-01")};
    static const struct {
        const char *day;
        int64_t own, sum;
        enum deposit_refusal refusal;
    } rows[] = {
        {"2024-01-01", 100000, 100, DEPOSIT_OK},
        {"2024-01-01", 100000, 99, DEPOSIT_TOPUP_SMALL},
        {"2024-01-01", 999999900, 100, DEPOSIT_OK},
        {"2024-01-01", 999999900, 101, DEPOSIT_TOO_MUCH},
        {"2024-02-29", 100000, 100, DEPOSIT_OK},
        {"2024-03-01", 100000, 100, DEPOSIT_NO_TOPUPS}, /* the day of its return */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(deposit_may_topup(&terms, &term, day(rows[i].day), rows[i].own, rows[i].sum),
                         rows[i].refusal);
    const struct deposit_term longer = {day("2024-01-01"), day("2025-01-01")};
    assert_int_equal(deposit_may_topup(&terms, &longer, day("2024-03-01"), 100000, 100), DEPOSIT_OK);
    assert_int_equal(deposit_may_topup(&terms, &longer, day("2024-03-02"), 100000, 100), DEPOSIT_NO_TOPUPS);
    assert_int_equal(deposit_may_withdraw(&terms, 100000, 50000), DEPOSIT_OK);
    assert_int_equal(deposit_may_withdraw(&terms, 100000, 50001), DEPOSIT_LEFT_SMALL);
    struct deposit_terms whole = terms;
    whole.left_least = 0;
    assert_int_equal(deposit_may_withdraw(&whole, 100000, 1), DEPOSIT_NO_PARTS);
}

/* 10 000.00 at 15 %, added monthly, closed after 45 days: two rates of return. */
static void closed_early(void **state) {
    (void)state;
    static const struct {
        const char *early;
        const char *closed;
        bool is_early;
        int64_t interest, paid, give, take, lost;
    } rows[] = {
        /* 2023: 31 days of 15 % are 127.40, added; 14 more are 58.27; 45 days of 0.01 % are 0.12 */
        {"0 0.01", "2023-02-15", true, 12, 12740, 0, 12728, 18555},
        /* 10 % of 45 days: 123.29 */
        {"0 0.01\n45 10", "2023-02-15", true, 12329, 12740, 0, 411, 6238},
        {"0 0.01\n46 10", "2023-02-15", true, 12, 12740, 0, 12728, 18555},
        /* 14 %: 172.60: some is still given */
        {"0 14", "2023-02-15", true, 17260, 12740, 4520, 0, 1307},
        {"0 0.01", "2023-01-01", true, 0, 0, 0, 0, 0}, /* on the day it was opened */
        {"0 0.01", "2023-04-01", false, 37443, 37443, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct deposit_terms terms = plain(EVERY_MONTH, false);
        const struct deposit_term term = {day("2023-01-01"), day("2023-04-01")};
        struct deposit_move moves[8] = {{term.begun, MOVE_OPEN, 1000000}};
        size_t count = 1;
        struct deposit_state running = {.principal = 1000000, .done = term.begun};
        assert_true(early_steps_parse(text_from(rows[i].early), &terms));
        while (running.done < day(rows[i].closed)) {
            struct deposit_day one = deposit_step(&terms, &term, &running);
            if (one.pays) moves[count++] = (struct deposit_move){running.done, MOVE_ADDED, one.interest};
        }
        struct deposit_early close = deposit_close(&terms, &term, moves, count, &running);
        assert_int_equal(close.early, rows[i].is_early);
        assert_int_equal(close.interest, rows[i].interest);
        assert_int_equal(close.paid, rows[i].paid);
        assert_int_equal(close.give, rows[i].give);
        assert_int_equal(close.take, rows[i].take);
        assert_int_equal(close.lost, rows[i].lost);
    }
}

/* ---- random lives ---- */

static uint64_t seed;

static int64_t below(int64_t bound) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int64_t)((seed >> 11) % (uint64_t)bound);
}

#define LIFE_DAYS 1300
#define MOVES 4096

/* The slow model: what lay there each morning, and nothing else. It walks the calendar day by day. */
struct model {
    const struct deposit_terms *terms;
    int64_t begun, ends;
    int64_t principal[LIFE_DAYS], own[LIFE_DAYS]; /* on the morning of begun + index */
};

static bool leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The deposit's own day of this month: as in the month it was begun, or the last one. */
static bool monthly(const struct model *model, int64_t at) {
    struct date begun = date_from_days(model->begun), today = date_from_days(at), next = date_from_days(at + 1);
    return at > model->begun && (today.day == begun.day || (next.day == 1 && today.day < begun.day));
}

static int64_t model_month(const struct model *model, int64_t at) {
    int64_t months = 0;
    for (int64_t each = model->begun + 1; each < at; each++) months += monthly(model, each);
    return months;
}

static bool model_pays(const struct model *model, int64_t at) {
    bool last = at == model->ends;
    switch (model->terms->every) {
    case EVERY_DAY: return true;
    case EVERY_MONTH: return last || monthly(model, at);
    case EVERY_QUARTER: return last || (monthly(model, at) && (model_month(model, at) + 1) % 3 == 0);
    case EVERY_TERM: return last;
    }
    return false;
}

static int64_t model_rate(const struct model *model, int64_t at) {
    int64_t best = -1, principal = model->principal[at - model->begun], month = model_month(model, at);
    for (size_t i = 0; i < model->terms->rate_count; i++) {
        const struct rate_step *step = &model->terms->rates[i];
        if (step->sum > principal) continue;
        if (best >= 0 && step->sum == model->terms->rates[best].sum && step->month > month) continue;
        best = (int64_t)i;
    }
    return best < 0 ? 0 : model->terms->rates[best].rate;
}

/* Days of `from` < day ≤ `to`, as numerators over 365 and 366 apart, rounded once at the end. */
static int64_t model_interest(const struct model *model, const int64_t *base, int64_t fixed, int64_t from,
                              int64_t to) {
    __int128 common = 0, leaping = 0;
    for (int64_t at = from + 1; at <= to; at++) {
        int64_t rate = fixed >= 0 ? fixed : model_rate(model, at);
        __int128 earned = (__int128)base[at - model->begun] * rate;
        *(leap(date_from_days(at).year) ? &leaping : &common) += earned;
    }
    __int128 whole = (__int128)365 * 366 * 1000000, parts = common * 366 + leaping * 365;
    return (int64_t)((2 * parts + whole) / (2 * whole));
}

static struct deposit_terms random_terms(void) {
    struct deposit_terms terms = plain((enum interest_every)below(4), below(2) == 0);
    terms.rate_count = 0;
    int64_t sum = 0;
    for (int64_t tiers = 1 + below(3); tiers > 0; tiers--) {
        int64_t month = 0;
        for (int64_t steps = 1 + below(3); steps > 0; steps--) {
            terms.rates[terms.rate_count++] = (struct rate_step){sum, month, below(300000)};
            month += 1 + below(5);
        }
        sum += 1 + below(5000000);
    }
    terms.early_count = 1 + (size_t)below(3);
    for (size_t i = 0; i < terms.early_count; i++)
        terms.early[i] = (struct early_step){i == 0 ? 0 : terms.early[i - 1].days + 1 + below(200), below(100000)};
    if (below(3) == 0) terms.unit = TERM_DAYS;
    return terms;
}

struct life {
    struct deposit_terms terms;
    struct deposit_term term;
    struct deposit_state state;
    struct deposit_move moves[MOVES];
    size_t count;
    int64_t booked; /* in the books: accrued, not yet paid */
    struct model model;
};

static void keep(struct life *life, enum move_kind kind, int64_t sum) {
    assert_true(life->count < MOVES);
    life->moves[life->count++] = (struct deposit_move){life->state.done, kind, sum};
}

/* The period that ends today: ours, the model's, and what the lines of the page add up to. */
static void judge_period(const struct life *life, int64_t from, int64_t interest) {
    static struct interest_line lines[LIFE_DAYS];
    int64_t to = life->state.done;
    assert_int_equal(interest, model_interest(&life->model, life->model.principal, -1, from, to));
    size_t count =
        deposit_lines(&life->terms, &life->term, life->moves, life->count, from, to, lines, LIFE_DAYS);
    assert_int_equal(interest, deposit_lines_rounded(lines, count));
}

/* Now and then the customer brings or takes some, once the day is earned. */
static void act(struct life *life) {
    if (below(20) != 0) return;
    int64_t sum = 1 + below(3000000);
    if (below(2) == 0) {
        keep(life, MOVE_TOPUP, sum);
        life->state.principal += sum;
    } else if (sum < deposit_own(life->moves, life->count)) {
        keep(life, MOVE_WITHDRAW, sum);
        life->state.principal -= sum;
    }
}

static int64_t live_through(struct life *life, int64_t last) {
    int64_t from = life->term.begun;
    struct model *model = &life->model;
    while (life->state.done < last) {
        int64_t today = life->state.done + 1, index = today - life->term.begun;
        model->principal[index] = life->state.principal;
        model->own[index] = deposit_own(life->moves, life->count);
        struct deposit_day one = deposit_step(&life->terms, &life->term, &life->state);
        life->booked += one.accrued;
        assert_true(one.accrued >= 0);
        assert_int_equal(one.pays, model_pays(model, today));
        assert_int_equal(one.ends, today == life->term.ends);
        if (one.pays) {
            judge_period(life, from, one.interest);
            assert_int_equal(life->booked, one.interest);
            life->booked = 0;
            keep(life, life->terms.to_account ? MOVE_PAID : MOVE_ADDED, one.interest);
            from = today;
        }
        assert_int_equal(life->booked, life->state.booked);
        act(life);
    }
    return from;
}

static void judge_close(struct life *life, int64_t from) {
    struct deposit_early close =
        deposit_close(&life->terms, &life->term, life->moves, life->count, &life->state);
    int64_t held = life->state.done - life->term.begun, rate = 0, paid = 0;
    assert_int_equal(close.early, life->state.done < life->term.ends);
    judge_period(life, from, close.earned);
    for (size_t i = 0; i < life->count; i++)
        if (life->moves[i].kind == MOVE_PAID || life->moves[i].kind == MOVE_ADDED) paid += life->moves[i].sum;
    assert_int_equal(close.paid, paid);
    if (!close.early) {
        assert_int_equal(close.give, close.earned);
        return;
    }
    for (size_t i = 0; i < life->terms.early_count; i++)
        if (life->terms.early[i].days <= held) rate = life->terms.early[i].rate;
    int64_t due = model_interest(&life->model, life->model.own, rate, life->term.begun, life->state.done);
    assert_int_equal(close.interest, due);
    int64_t kept = paid + close.give - close.take;
    if (close.take == life->state.principal) assert_true(kept >= due); /* there is no more to take from */
    else assert_int_equal(kept, due);                                  /* all in all he has just what is due */
    assert_int_equal(close.lost, paid + close.earned - kept);
}

static void live(uint64_t number) {
    static struct life life;
    memset(&life, 0, sizeof life);
    seed = number * UINT64_C(0x9e3779b97f4a7c15) + 1;
    life.terms = random_terms();
    int64_t begun = day("2018-06-01") + below(2000), most = life.terms.unit == TERM_DAYS ? 1200 : 36;
    life.term = (struct deposit_term){begun, deposit_ends(&life.terms, begun, 1 + below(most))};
    life.state = (struct deposit_state){.principal = 1000 + below(20000000), .done = begun};
    life.model = (struct model){.terms = &life.terms, .begun = begun, .ends = life.term.ends};
    keep(&life, MOVE_OPEN, life.state.principal);
    int64_t last = below(3) == 0 ? life.term.ends : begun + below(life.term.ends - begun + 1);
    judge_close(&life, live_through(&life, last));
}

static void random_lives(void **state) {
    (void)state;
    const char *one = getenv("KABINET_SEED"), *many = getenv("KABINET_SEEDS");
    uint64_t from = one != NULL ? strtoull(one, NULL, 10) : 1;
    uint64_t count = one != NULL ? 1 : many != NULL ? strtoull(many, NULL, 10) : 300;
    for (uint64_t number = from; number < from + count; number++) {
        if (one == NULL && number % 100 == 0) print_message("life %llu\n", (unsigned long long)number);
        live(number);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published), cmocka_unit_test(when_interest_is_paid), cmocka_unit_test(which_rate),
        cmocka_unit_test(sound),     cmocka_unit_test(what_may_be_done),      cmocka_unit_test(closed_early),
        cmocka_unit_test(random_lives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

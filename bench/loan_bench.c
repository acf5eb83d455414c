/* loan_bench.c [LOANS [THREADS]]: what a night costs without its store: LOANS (1 000 000) states moved by a day on
 * THREADS (2), for a month of nights, a tenth of them overdue; and a loan of 1 000 events opened: gone through again
 * from its issue, with why it owes what it owes and what comes. */
#include "lending/loan_rules.h"

#include "base/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NIGHTS 31
#define EVENTS 1000
#define LINES 8000
#define THREADS_MOST 64
#define BEGUN 20454       /* 2026-01-01 */
#define OUT (BEGUN + 2) /* the law has large sums wait */

static const struct loan_contract terms[] = {
    {.day = BEGUN, .sum = 3000000, .plan = {SCHEDULE_BULLET, SCHEDULE_DAYS, 2920000, 30, 1, 0}, .day_rate = true,
     .late_interest = true, .penalty = 200000},
    {.day = BEGUN, .sum = 30000000, .plan = {SCHEDULE_ANNUITY, SCHEDULE_MONTHS, 240000, 1, 36, 15},
     .late_interest = true, .penalty = 200000},
    {.day = BEGUN, .sum = 1200000, .plan = {SCHEDULE_ANNUITY, SCHEDULE_DAYS, 0, 14, 4, 0}, .penalty = 200000,
     .instalments = true},
};
#define TERMS (sizeof terms / sizeof *terms)

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct share {
    struct loan_state *states;
    size_t from, to;
    int64_t earned; /* so that nothing is optimised away */
};

/* A night of its loans; nine of ten pay on their days. */
static void *night(void *data) {
    struct share *share = data;
    for (size_t i = share->from; i < share->to; i++) {
        struct loan_state *state = &share->states[i];
        struct loan_night made = loan_step(&terms[i % TERMS], state, NULL);
        share->earned += made.interest + made.late_interest + made.penalty;
        if (state->due != state->done || i % 10 == 0) continue;
        struct schedule_row next = loan_next(&terms[i % TERMS], state);
        struct loan_event pays = {.day = state->done, .kind = LOAN_PAYMENT, .sum = next.principal + next.interest};
        check(loan_apply(&terms[i % TERMS], state, &pays, NULL, NULL) == LOAN_DONE);
    }
    return NULL;
}

static void nights(size_t loans, size_t threads) {
    struct loan_state *states = calloc(loans, sizeof *states);
    struct share shares[THREADS_MOST];
    pthread_t running[THREADS_MOST];
    double worst = 0, all = 0;
    int64_t earned = 0;
    check(states != NULL && threads >= 1 && threads <= THREADS_MOST);
    for (size_t i = 0; i < loans; i++) {
        struct loan_event issue = {.day = OUT, .kind = LOAN_ISSUE, .sum = terms[i % TERMS].sum};
        check(loan_apply(&terms[i % TERMS], &states[i], &issue, NULL, NULL) == LOAN_DONE);
    }
    for (int i = 0; i < NIGHTS; i++) {
        double before = seconds();
        for (size_t k = 0; k < threads; k++) {
            shares[k] = (struct share){states, loans * k / threads, loans * (k + 1) / threads, 0};
            check(pthread_create(&running[k], NULL, night, &shares[k]) == 0);
        }
        for (size_t k = 0; k < threads; k++) {
            pthread_join(running[k], NULL);
            earned += shares[k].earned;
        }
        double took = seconds() - before;
        all += took;
        if (took > worst) worst = took;
    }
    printf("%zu loans, %zu threads, %d nights: %.3f s a night, the longest %.3f s: %.1f million loans a second (%lld "
           "earned)\n",
           loans, threads, NIGHTS, all / NIGHTS, worst, (double)loans * NIGHTS / all / 1e6, (long long)earned);
    free(states);
}

/* Paid in part every third day for years, now early, now late. */
static void opening(void) {
    static struct loan_event events[EVENTS];
    static struct loan_line lines[LINES];
    static struct schedule_row rows[SCHEDULE_MOST];
    struct loan_contract contract = terms[1];
    contract.plan.count = 120;
    events[0] = (struct loan_event){.day = OUT, .kind = LOAN_ISSUE, .sum = contract.sum};
    for (size_t i = 1; i < EVENTS; i++)
        events[i] = (struct loan_event){.day = OUT + 3 * (int64_t)i,
                                        .kind = i % 50 == 0 ? LOAN_EARLY_PART : LOAN_PAYMENT,
                                        .sum = 40000 + 1000 * (int64_t)(i % 17),
                                        .early = LOAN_SMALLER};
    double best = 1e9;
    size_t told = 0, left = 0;
    for (int i = 0; i < 20; i++) {
        struct loan_trail trail = {.debt = DEBT_PRINCIPAL, .lines = lines, .room = LINES};
        struct loan_state state;
        double before = seconds();
        check(loan_replay(&contract, events, EVENTS, events[EVENTS - 1].day + 30, &state, &trail));
        left = loan_schedule(&contract, &state, rows);
        double took = seconds() - before;
        told = trail.count;
        if (took < best) best = took;
    }
    printf("a loan of %d events opened: %.2f ms (%zu lines of why, %zu payments to come)\n", EVENTS, best * 1e3, told,
           left);
}

int main(int count, char **words) {
    nights(count > 1 ? (size_t)atoll(words[1]) : 1000000, count > 2 ? (size_t)atoll(words[2]) : 2);
    opening();
    return 0;
}

/* simulation.h: one run of random customers against the product and the model, from one seed. */
#pragma once

#include "test/simulation/model.h"
#include "test/support/cabinet.h"

#define DEEDS 48 /* under way at the same time */

enum act {
    ACT_TRANSFER, ACT_OWN, ACT_CANCEL, ACT_TOPUP, ACT_CALLBACK, ACT_WALLET, ACT_SIGNUP, ACT_CODE, ACT_OPEN, ACT_SIGNIN,
    ACT_LEVEL, ACT_FREEZE, ACT_SABOTAGE, ACT_BANK, ACT_RETURN,
};

/* Something asked for, from its asking to its answer; those of a request and those of the inside. */
struct deed {
    struct command command; /* of the inside's own */
    struct sim *sim;
    enum act act;
    struct arena *arena;
    struct request *request;
    int person, wallet, to, to_wallet, key, note, target; /* target: an index of waits, topups, signups; or a level */
    int64_t sum;
    uint64_t asked;
    moment asked_at; /* a sign-up: when its proof was made */
    enum bank_word word;
    int reference;
    bool right;   /* a right code */
    bool reserved; /* sign-in: its first command is done */
    /* What the model says. */
    int status;
    const char *type;
    const char *state;
    int64_t balance, version;
    bool unsure; /* a contradiction would be right, too */
    int made; /* index of a wait; -1 */
};

struct deeds {
    struct deed *list[DEEDS];
    int count;
};

/* The outside's bank: what it thinks of an order, which no crash of ours changes. */
struct bank_order {
    int64_t id;
    enum bank_word word;
    int reference;
};

struct sim {
    uint64_t seed, random;
    int epoch; /* how often it was opened */
    char database[128];
    struct world *world;
    struct cabinet cabinet;
    struct model model, before; /* before: as it was when the present group began */
    struct arena *arena;        /* of the whole run */
    struct deeds queue, working, resuming; /* in the store's queue; waiting for a worker; for a reader thread */
    struct deeds acknowledged;  /* answered by the group under way */
    struct bank_order bank[TOPUPS];
    int bank_count;
    moment return_due; /* in the product's memory */
    bool return_queued;
    bool doomed;       /* a crash has been taken: what happens now never happened */
    bool told;         /* an answer had been given when it was taken */
    char *log;
    size_t log_size, log_room;
    int steps, crashes, refused, done, repeated;
};

struct sim_totals {
    int64_t steps, crashes, refused, done, repeated;
};

/* Makes the database that every run begins with; once a process. */
void sim_prepare(void);
void sim_finish(void);
/* Runs one seed; ends the process with the log when anything differs. Gives the log's hash. */
uint64_t sim_run(uint64_t seed, int actions, struct sim_totals *totals);

/* ---- between the files ---- */

extern const char *const sim_settings; /* the configuration that model_limits repeats */

uint64_t sim_random(struct sim *sim, uint64_t bound); /* 0 … bound − 1 */
bool sim_chance(struct sim *sim, unsigned percent);
void sim_log(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_fail(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3), __noreturn__));
moment sim_now(const struct sim *sim);

/* actions.c: one random thing. */
void sim_act(struct sim *sim);
/* steps.c */
struct deed *deed_new(struct sim *sim, enum act act);
void deed_free(struct deed *deed);
void deeds_add(struct sim *sim, struct deeds *deeds, struct deed *deed);
void sim_step_store(struct sim *sim, bool crash);
void sim_step_workers(struct sim *sim);
void sim_step_outbox(struct sim *sim);
void sim_step_jobs(struct sim *sim);
void sim_settle(struct sim *sim);
void sim_crash(struct sim *sim);
void sim_restart(struct sim *sim);
/* judge.c */
void deed_apply(struct sim *sim, struct deed *deed);
void deed_judge(struct sim *sim, struct deed *deed);
/* NULL when the database says what the model says. Learns from it what cannot be foretold (new ids, orders given
 * up). */
const char *sim_differs(struct sim *sim, struct model *model);
/* outside.c: whom exchange_run asks. */
extern struct sim *outside_of;

/* simulation.c: the beginning and the end of one run, its randomness and its log. */
#include "test/simulation/simulation.h"

#include "base/check.h"
#include "base/log.h"
#include "test/support/disk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BEGINNING (INT64_C(1768467600) * SECOND) /* 2026-01-15 12:00 in Moscow */
#define RUN_ARENA ((size_t)64 << 20)
#define LOG_SHOWN 6000

static char settings[2048];
const char *const sim_settings = settings;

/* The same figures stand in model_limits, and in model.h. */
static void write_settings(void) {
    snprintf(settings, sizeof settings,
             "time_zone: Europe/Moscow\nlog_level: error\nlog_kept: 3660d\n" /* the model counts commands */
             "limits:\n"
             "  minimal: {balance: 15000.00, operation: 12000.00, day_out: 10000.00, month_out: 25000.00, "
             "month_in: 25000.00}\n"
             "  simplified: {balance: 30000.00, operation: 20000.00, day_out: 15000.00, month_out: 40000.00, "
             "month_in: 60000.00}\n"
             "  full: {balance: 600000.00}\n"
             "wallet:\n  transfer_level: minimal\n  transfer_min: 1.00\n"
             "  waiting_days: 5\n  waiting_most: %d\n"
             "acquiring: {url: http://bank, merchant: simulation, secret_file: %s/acquirer.key, least: 10.00,\n"
             "            most: 15000.00}\n"
             "identity:\n"
             "  code: {pause: 0s, number: 1000000, address: 1000000, network: 1000000, prefix: 1000000,\n"
             "         whole: 1000000}\n"
             "  lock: {tries: 100, address: 1000000, network: 1000000}\n"
             "  robot: {hardness: 1000}\n"
             "  session: {life: 30d, token_idle: 10d, cached: 512}\n",
             WAITING_MOST, cabinet_folder());
}

/* ---- the common beginning ---- */

static struct {
    struct arena *arena;
    struct text bytes;
    struct model model;
} template;

static void make_person(struct cabinet *cabinet, struct tx *tx, int64_t source, int index) {
    struct model *model = &template.model;
    struct model_person *person = &model->people[index];
    struct person made;
    int64_t money = 300000 * (index + 1);
    cabinet_person(cabinet, tx, source, text_from(person->phone), money, &made);
    memcpy(person->token, made.token, sizeof made.token);
    person->customer = made.customer;
    person->made = person->used_low = person->used_high = BEGINNING;
    model_open(model, index, BEGINNING);
    person->wallet[0].id = made.account;
    struct model_account from = {.unlimited = true};
    check(model_move(model, &from, &person->wallet[0], money, false, BEGINNING) == NULL);
}

static enum command_outcome make_people(struct tx *tx, void *data) {
    struct cabinet *cabinet = data;
    int64_t source = cabinet_source(cabinet, tx);
    for (int i = 0; i < PEOPLE_OPEN; i++) make_person(cabinet, tx, source, i);
    return COMMAND_KEEP;
}

void sim_prepare(void) {
    char path[128];
    struct cabinet cabinet;
    if (template.arena != NULL) return;
    template.arena = arena_new(RUN_ARENA);
    check(template.arena != NULL);
    disk_install();
    log_set_level(LOG_ERROR + 1);
    write_settings();
    snprintf(path, sizeof path, "%s/template.db", cabinet_folder());
    struct world *world = world_simulated(1, BEGINNING);
    template.model.acquirer.unlimited = true;
    for (int i = 0; i < PEOPLE; i++) snprintf(template.model.people[i].phone, 16, "+7916000%04d", i);
    if (!cabinet_open(&cabinet, path, settings, world)) {
        fprintf(stderr, "simulation: %.*s\n", TEXT_ARG(cabinet.problem));
        abort();
    }
    check(cabinet_write(&cabinet, make_people, &cabinet) == STORE_DURABLE);
    cabinet_close(&cabinet);
    world_free(world);
    template.bytes = database_read(template.arena, path);
    database_remove(path);
}

void sim_finish(void) {
    arena_free(template.arena);
    template.arena = NULL;
    cabinet_folder_remove();
}

/* ---- randomness, time, log ---- */

uint64_t sim_random(struct sim *sim, uint64_t bound) {
    sim->random += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t mixed = (sim->random ^ sim->random >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
    return (mixed ^ mixed >> 31) % bound;
}

bool sim_chance(struct sim *sim, unsigned percent) {
    return sim_random(sim, 100) < percent;
}

moment sim_now(const struct sim *sim) {
    return world_now(sim->world);
}

void sim_log(struct sim *sim, const char *format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    size_t used = size < 0 ? 0 : (size_t)size < sizeof line - 1 ? (size_t)size : sizeof line - 2;
    line[used++] = '\n';
    if (sim->log_size + used > sim->log_room) {
        sim->log_room = (sim->log_size + used) * 2;
        sim->log = realloc(sim->log, sim->log_room);
        check(sim->log != NULL);
    }
    memcpy(sim->log + sim->log_size, line, used);
    sim->log_size += used;
    if (getenv("KABINET_SIMULATION_LOG") != NULL) fwrite(line, 1, used, stderr);
}

static void show_log(const struct sim *sim) {
    size_t from = sim->log_size > LOG_SHOWN ? sim->log_size - LOG_SHOWN : 0;
    fprintf(stderr, "%s%.*s", from > 0 ? "…" : "", (int)(sim->log_size - from), sim->log + from);
    fprintf(stderr, "seed %llu: again by KABINET_SEED=%llu ./run test simulation_test\n", (unsigned long long)sim->seed,
            (unsigned long long)sim->seed);
}

void sim_fail(struct sim *sim, const char *format, ...) {
    if (mutation == MUTATION_NONE) show_log(sim);
    va_list arguments;
    va_start(arguments, format);
    if (mutation == MUTATION_NONE) {
        fprintf(stderr, "simulation: ");
        vfprintf(stderr, format, arguments);
        fputc('\n', stderr);
    }
    va_end(arguments);
    _exit(3);
}

static uint64_t hash_of(const struct sim *sim) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < sim->log_size; i++) hash = (hash ^ (unsigned char)sim->log[i]) * UINT64_C(1099511628211);
    return hash;
}

/* ---- a run ---- */

static void sim_begin(struct sim *sim, uint64_t seed) {
    *sim = (struct sim){.seed = seed, .random = seed * UINT64_C(0x2545F4914F6CDD1D) + 1, .model = template.model};
    sim->arena = arena_new(RUN_ARENA);
    sim->world = world_simulated(seed, BEGINNING + MINUTE);
    check(sim->arena != NULL && sim->world != NULL);
    snprintf(sim->database, sizeof sim->database, "%s/%llu-0.db", cabinet_folder(), (unsigned long long)seed);
    database_write(sim->database, template.bytes);
    disk_watch(sim->database);
    outside_of = sim;
    if (!cabinet_open(&sim->cabinet, sim->database, sim_settings, sim->world))
        sim_fail(sim, "it cannot be opened: %.*s", TEXT_ARG(sim->cabinet.problem));
    const char *difference = sim_differs(sim, &sim->model);
    if (difference != NULL) sim_fail(sim, "at the beginning: %s", difference);
}

static void sim_end(struct sim *sim) {
    sim_settle(sim);
    sim_crash(sim);
    sim_settle(sim);
    cabinet_close(&sim->cabinet);
    disk_forget();
    database_remove(sim->database);
    outside_of = NULL;
    world_free(sim->world);
    arena_free(sim->arena);
    free(sim->log);
}

uint64_t sim_run(uint64_t seed, int actions, struct sim_totals *totals) {
    static struct sim sim;
    sim_begin(&sim, seed);
    for (int i = 0; i < actions; i++) sim_act(&sim);
    sim_settle(&sim);
    uint64_t hash = hash_of(&sim);
    totals->steps += sim.steps;
    totals->crashes += sim.crashes;
    totals->refused += sim.refused;
    totals->done += sim.done;
    totals->repeated += sim.repeated;
    sim_end(&sim);
    return hash;
}

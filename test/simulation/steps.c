/* steps.c: moves the product on, the model with it, and crashes both. */
#include "base/check.h"
#include "test/simulation/simulation.h"
#include "test/support/disk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEED_ARENA ((size_t)4 << 20)

/* ---- deeds ---- */

struct deed *deed_new(struct sim *sim, enum act act) {
    struct arena *arena = arena_new(DEED_ARENA);
    check(arena != NULL);
    struct deed *deed = arena_new_of(arena, struct deed);
    *deed = (struct deed){.sim = sim, .act = act, .arena = arena, .person = -1, .to = -1, .key = -1, .target = -1,
                          .made = -1};
    return deed;
}

void deed_free(struct deed *deed) {
    arena_free(deed->arena);
}

void deeds_add(struct sim *sim, struct deeds *deeds, struct deed *deed) {
    if (deeds->count == DEEDS) sim_fail(sim, "too many deeds at once");
    deeds->list[deeds->count++] = deed;
}

static struct deed *deeds_take(struct deeds *deeds) {
    if (deeds->count == 0) return NULL;
    struct deed *first = deeds->list[0];
    memmove(deeds->list, deeds->list + 1, sizeof(struct deed *) * (size_t)--deeds->count);
    return first;
}

static void deeds_drop(struct deeds *deeds) {
    for (int i = 0; i < deeds->count; i++) deed_free(deeds->list[i]);
    deeds->count = 0;
}

/* ---- agreement ---- */

static void must_agree(struct sim *sim, const char *when) {
    const char *difference = sim_differs(sim, &sim->model);
    if (difference != NULL) sim_fail(sim, "%s: %s", when, difference);
}

/* ---- crashes ---- */

static void crash_taken(void *data) {
    struct sim *sim = data;
    sim->doomed = true;
    for (int i = 0; i < sim->queue.count; i++)
        if (sim->queue.list[i]->request != NULL && request_finished(sim->queue.list[i]->request)) sim->told = true;
}

/* What was under way is gone, and with it all that the process knew by heart. */
static void forget(struct sim *sim) {
    moment now = sim_now(sim);
    deeds_drop(&sim->queue);
    deeds_drop(&sim->working);
    deeds_drop(&sim->resuming);
    sim->return_due = 0;
    sim->return_queued = false;
    for (int i = 0; i < PEOPLE; i++) sim->model.people[i].used_low = sim->model.people[i].made;
    for (int i = 0; i < sim->model.key_count; i++)
        if (sim->model.keys[i].at <= now - KEY_WINDOW) sim->model.keys[i].person = -1;
}

static void open_again(struct sim *sim) {
    struct world *old = sim->world;
    /* The clock may have been set back meanwhile: ids rise all the same. */
    int64_t back = sim_chance(sim, 30) ? (int64_t)sim_random(sim, 3 * SECOND) : 0;
    sim->world = world_simulated(sim->seed + (uint64_t)++sim->epoch * 7919, world_now(old) - back);
    check(sim->world != NULL);
    world_free(old);
    disk_watch(sim->database);
    if (!cabinet_open(&sim->cabinet, sim->database, sim_settings, sim->world))
        sim_fail(sim, "it cannot be opened again: %.*s", TEXT_ARG(sim->cabinet.problem));
    sim->doomed = sim->told = false;
}

/* The image is taken: the process goes on to its end in a past that never happened, then a new one opens the image. */
static void crash_through(struct sim *sim, bool undecided) {
    char old[128];
    snprintf(old, sizeof old, "%s", sim->database);
    cabinet_settle(&sim->cabinet);
    cabinet_close(&sim->cabinet);
    sim->crashes++;
    snprintf(sim->database, sizeof sim->database, "%s/%llu-%d.db", cabinet_folder(), (unsigned long long)sim->seed,
             sim->epoch + 1);
    check(disk_restore(sim->database));
    database_remove(old);
    if (mutation == MUTATION_LOSES_GROUP) {
        sim->model = sim->before;
        undecided = false;
    }
    forget(sim);
    open_again(sim);
    const char *difference = sim_differs(sim, &sim->model);
    if (difference == NULL) return;
    if (!undecided) sim_fail(sim, "after a crash: %s", difference);
    sim->model = sim->before;
    forget(sim);
    const char *other = sim_differs(sim, &sim->model);
    if (other != NULL) sim_fail(sim, "after a crash in a group: neither done (%s) nor undone (%s)", difference, other);
    sim_log(sim, "  the group is undone");
}

void sim_crash(struct sim *sim) {
    sim_log(sim, "crash");
    disk_crash(0, sim_random(sim, UINT64_MAX), crash_taken, sim);
    crash_through(sim, false);
}

void sim_restart(struct sim *sim) {
    sim_log(sim, "restart");
    sim_settle(sim);
    cabinet_close(&sim->cabinet);
    forget(sim);
    open_again(sim);
    must_agree(sim, "after a restart");
}

/* ---- steps ---- */

static void return_ended(struct sim *sim) {
    sim->return_due = sim_now(sim) + MINUTE;
    sim->return_queued = false;
}

/* After the group: who waits goes on waiting elsewhere, the others have their answer. */
static void group_ended(struct sim *sim, const struct deeds *group) {
    for (int i = 0; i < group->count; i++) {
        struct deed *deed = group->list[i];
        if (deed->act == ACT_SIGNIN && !deed->reserved && deed->status == 0) {
            if (request_finished(deed->request)) sim_fail(sim, "a sign-in ended too early");
            deed->reserved = true;
            deeds_add(sim, &sim->resuming, deed);
            continue;
        }
        if (deed->act == ACT_RETURN) return_ended(sim);
        if (deed->request != NULL) deed_judge(sim, deed);
        deed_free(deed);
    }
}

void sim_step_store(struct sim *sim, bool crash) {
    int count = sim->queue.count;
    if (crash) disk_crash(1 + sim_random(sim, 8), sim_random(sim, UINT64_MAX), crash_taken, sim);
    if (count > 0) sim->before = sim->model;
    size_t ran = store_step(engine_store(sim->cabinet.engine));
    if (count == 0 && ran == 0) {
        disk_spare();
        return;
    }
    sim->steps++;
    sim_log(sim, "group of %d (%zu commands)%s", count, ran, disk_crashed() ? ", crash in it" : "");
    struct deeds group = sim->queue;
    for (int i = 0; i < count; i++) deed_apply(sim, group.list[i]);
    sim->queue.count = 0;
    group_ended(sim, &group);
    if (!disk_crashed()) {
        disk_spare();
        must_agree(sim, "after a group");
    } else {
        if (count == 0) sim->before = sim->model;
        crash_through(sim, !sim->told);
    }
}

void sim_step_workers(struct sim *sim) {
    struct deed *deed = deeds_take(&sim->working);
    bool moved = engine_step_workers(sim->cabinet.engine);
    if (deed != NULL) {
        deeds_add(sim, &sim->queue, deed); /* the slow part is done; its last command stands in the queue */
    } else {
        deed = deeds_take(&sim->resuming);
        if (deed != NULL) deeds_add(sim, &sim->working, deed);
    }
    if (moved != (deed != NULL)) sim_fail(sim, "workers: %s", moved ? "moved without a deed" : "nothing moved");
}

void sim_step_outbox(struct sim *sim) {
    engine_step_outbox(sim->cabinet.engine);
}

void sim_step_jobs(struct sim *sim) {
    if (!sim->return_queued && sim->return_due <= sim_now(sim)) {
        sim->return_queued = true;
        deeds_add(sim, &sim->queue, deed_new(sim, ACT_RETURN));
    }
    engine_step_jobs(sim->cabinet.engine);
}

void sim_settle(struct sim *sim) {
    for (bool moved = true; moved;) {
        moved = sim->working.count + sim->resuming.count > 0;
        sim_step_workers(sim);
        moved = engine_step_outbox(sim->cabinet.engine) || moved;
        moved = store_figures(engine_store(sim->cabinet.engine)).queue_now > 0 || moved;
        sim_step_store(sim, false);
    }
}

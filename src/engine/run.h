/* run.h: a request on its way through the engine, as pipeline.c, gate.c and lot.c share it; nobody else includes it. */
#pragma once

#include "engine/internal.h"

enum step { STEP_IDENTIFY, STEP_GATE, STEP_KEY, STEP_STAGES, STEP_AGAIN, STEP_AUDIT, STEP_FINISH };

struct run {
    struct engine *engine;
    struct request *request;
    enum step step;
    size_t stage;
    struct journal_key key;
    bool claimed;            /* the key is marked in flight */
    bool warm;               /* what its first stage reads is in memory: no more need to wait for others */
    bool recorded;           /* in the audit trail, with what its command wrote */
    bool keep_form;          /* the session ended: the one stage is the identifier's keep_form */
    struct command command;
    struct task task;
    struct answer before;    /* what a command starts from, also when it is run again */
    void *scratch_before;
    struct note *notes_before;
};

/* gate.c: may the caller, and is what he sends well-formed? Answers when not. */
void gate_pass(struct run *run);

/* lot.c: does the step that comes wait for others to be read with? */
bool lot_waits(const struct run *run);

static inline struct run *run_of_task(struct task *task) {
    return (struct run *)((char *)task - offsetof(struct run, task));
}

/* Customers and staff are known by cookies of their own, and each only where he belongs. */
static inline const struct identifier *identifier_of(const struct run *run) {
    enum who who = run->request->route->who;
    bool staff = who == WHO_STAFF || who == WHO_STAFF_GUEST;
    return staff ? &run->engine->staff_identifier : &run->engine->identifier;
}

/* pipeline.c: a request's way: who calls → may they → is it well-formed → was it asked before → its stages → the
 * answer.
 *
 * Steps run where they belong: snapshots on the I/O thread when reading is quick (SQLite), else on a reader thread;
 * writes on the store's writer; slow computing on a worker. Whoever ends a step carries the request to its next. */
#include "engine/run.h"

#include "base/check.h"
#include "base/log.h"
#include "generated/strings_engine.h"

static const struct refusal unavailable = {"unavailable", 503, S_engine_unavailable, false};
static const struct refusal key_reused = {"idempotency-key-reused", 422, S_engine_key_reused, false};

static void run_on(struct run *run);

static void answer_unavailable(struct request *request) {
    request->answer = (struct answer){0};
    request->answer.retry_after_s = 1;
    refuse(request, &unavailable);
}

/* A failure is told here and nowhere else; the request's id joins it with the answer that its caller got. */
static void tell_failure(const struct request *request, struct text why) {
    log_event(LOG_ERROR, request->id, "store.failed", LOG_TEXT("why", why.size > 0 ? why : TEXT("out of memory")));
}

/* ---- reading steps ---- */

struct guarded {
    struct run *run;
    struct tx *tx;
};

/* Others' reading may have brought him into memory meanwhile. */
static void identify(struct run *run, struct tx *tx) {
    const struct identifier *identifier = identifier_of(run);
    bool known = identifier->warm != NULL && identifier->quick(identifier->self, run->request);
    if (!known) identifier->full(identifier->self, run->request, tx);
}

static void read_step(void *data) {
    struct guarded *guarded = data;
    struct run *run = guarded->run;
    struct request *request = run->request;
    switch (run->step) {
    case STEP_IDENTIFY: identify(run, guarded->tx); break;
    case STEP_KEY:
        if (journal_find(&run->engine->journal, guarded->tx, request, &run->key) == JOURNAL_OTHER_BODY)
            refuse(request, &key_reused);
        break;
    case STEP_STAGES: request->route->stages[run->stage].run(request, guarded->tx); break;
    case STEP_AGAIN: request->route->again(request, guarded->tx); break;
    default: check(false);
    }
    if (run->step == STEP_STAGES || run->step == STEP_AGAIN) page_learn(run->engine, request, guarded->tx);
}

struct read {
    struct guarded guarded;
    bool done; /* the request's memory sufficed */
};

static void read_in_request(void *data) {
    struct read *read = data;
    read->done = arena_guard(read->guarded.run->request->arena, read_step, &read->guarded);
}

static void look_around(void *data) {
    const struct run *run = ((struct read *)data)->guarded.run;
    watches_look(run->engine, ((struct read *)data)->guarded.tx, world_now(run->request->world));
}

/* Two arenas may end: the request's and the snapshot's. Either way the answer is 503. */
static void read_now(struct run *run) {
    struct reader *reader = engine_reader(run->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct read read = {{run, tx}, false};
    int64_t strangers = keyring_strangers(run->engine->keyring);
    bool good = tx != NULL && arena_guard(tx_arena(tx), read_in_request, &read) && read.done;
    if (good) good = arena_guard(tx_arena(tx), look_around, &read);
    if (tx != NULL && !reader_end(reader, tx)) good = false;
    if (keyring_strangers(run->engine->keyring) != strangers) good = false;
    if (good) return;
    tell_failure(run->request, tx != NULL ? tx_problem(tx) : TEXT("the database is gone"));
    answer_unavailable(run->request);
}

/* The form's page is drawn again around what was refused: the refusal's status stays, the document is the page's. */
static void draw_again(struct run *run) {
    struct request *request = run->request;
    struct answer refused = request->answer;
    request->answer = (struct answer){.cookies = refused.cookies};
    read_now(run);
    if (request->answer.status != 200) return; /* the page itself cannot be had: say that instead */
    request->answer.status = refused.status;
    request->answer.refusal = refused.refusal;
    request->answer.refusal_arguments = refused.refusal_arguments;
    request->answer.refusal_argument_count = refused.refusal_argument_count;
    request->answer.retry_after_s = refused.retry_after_s;
    if (request->answer.page == NULL) request->answer.page = request->route->again_page;
}

/* ---- commands ---- */

static struct run *run_of_command(struct command *command) {
    return (struct run *)((char *)command - offsetof(struct run, command));
}

static enum command_outcome run_command(struct command *command, struct tx *tx) {
    struct run *run = run_of_command(command);
    struct request *request = run->request;
    request->answer = run->before;
    request->scratch = run->scratch_before;
    request->notes = run->notes_before;
    stage_function *stage =
        run->keep_form ? run->engine->identifier.keep_form : request->route->stages[run->stage].run;
    int64_t strangers = keyring_strangers(run->engine->keyring);
    enum flow flow = stage(request, tx);
    if (keyring_strangers(run->engine->keyring) != strangers) tx_give_up(tx, "a generation that the key file lacks");
    if (flow == FLOW_NEXT) return COMMAND_KEEP;
    const struct answer *answer = &request->answer;
    bool undo = answer->status >= 400 && (answer->refusal == NULL || !answer->refusal->keep);
    if (request->route->audit != NULL) journal_record(&run->engine->journal, tx, request, &run->key);
    if (audit_wants(request)) {
        audit_request(&run->engine->audit, tx, request);
        run->recorded = true;
    }
    return undo ? COMMAND_UNDO : COMMAND_KEEP;
}

static void continue_run(struct task *task) {
    run_on(run_of_task(task));
}

static bool draws_again(const struct run *run) {
    const struct request *request = run->request;
    return request->wants_html && request->route->again != NULL && request->answer.status >= 400 &&
           request->answer.status < 500 && request->answer.status != 404 && request->answer.file == NULL;
}

/* On the writer's thread: an answered request is let go at once; all else goes on elsewhere. */
static void command_done(struct command *command, enum store_status status) {
    struct run *run = run_of_command(command);
    run->stage++;
    if (status != STORE_DURABLE) {
        tell_failure(run->request, command->problem);
        answer_unavailable(run->request);
        /* On PostgreSQL another node may have used the key meanwhile: then its answer is this one's. */
        if (run->key.present && store_is_postgres(run->engine->store)) {
            run->step = STEP_KEY;
            run->request->answer = (struct answer){0};
            run->task.run = continue_run;
            run->stage = ROUTE_STAGES; /* found or not, it is not run again */
            if (pool_submit(run->engine->readers, &run->task)) return;
            answer_unavailable(run->request);
        }
    }
    if (run->request->answer.status != 0 && !draws_again(run)) {
        run->step = STEP_FINISH;
        run_on(run);
        return;
    }
    run->task.run = continue_run;
    if (!pool_submit(run->engine->readers, &run->task)) {
        answer_unavailable(run->request);
        run->step = STEP_FINISH;
        run_on(run);
    }
}

static void submit_command(struct run *run) {
    run->before = run->request->answer;
    run->scratch_before = run->request->scratch;
    run->notes_before = run->request->notes;
    run->command = (struct command){
        .run = run_command,
        .done = command_done,
        .arena = run->request->arena,
        .accounts = run->request->accounts,
        .account_count = run->request->account_count,
    };
    if (store_submit(run->engine->store, &run->command)) return;
    answer_unavailable(run->request);
    run_on(run);
}

/* ---- slow work ---- */

static void work_stage(void *data) {
    struct run *run = data;
    run->request->route->stages[run->stage].run(run->request, NULL);
}

static void work_now(struct task *task) {
    struct run *run = run_of_task(task);
    if (!arena_guard(run->request->arena, work_stage, run)) answer_unavailable(run->request);
    run->stage++;
    run_on(run);
}

/* The key was looked for after a command's failure: who is not told by it that it was done is told nothing was. */
static void not_found_afterwards(struct run *run) {
    if (run->step == STEP_KEY && run->stage == ROUTE_STAGES && run->request->answer.status == 0)
        answer_unavailable(run->request);
}

static void read_task(struct task *task) {
    struct run *run = run_of_task(task);
    if (run->step == STEP_AGAIN) draw_again(run);
    else read_now(run);
    not_found_afterwards(run);
    if (run->step == STEP_STAGES) run->stage++;
    else run->step++;
    run_on(run);
}

/* ---- from step to step ---- */

/* True when the read was done here; false when a reader thread will go on from here. */
static bool read_here(struct run *run) {
    if (store_reads_inline(run->engine->store) || (run->warm && run->step == STEP_STAGES && run->stage == 0)) {
        if (run->step == STEP_AGAIN) draw_again(run);
        else read_now(run);
        return true;
    }
    run->task.run = read_task;
    bool waits = lot_waits(run) ? together_add(run->engine->together, &run->task)
                                : pool_submit(run->engine->readers, &run->task);
    if (waits) return false;
    answer_unavailable(run->request);
    return true;
}

/* The next stage; true when it was done here. */
static bool stage_here(struct run *run) {
    const struct stage *stage = &run->request->route->stages[run->stage];
    enum stage_kind kind = run->keep_form ? STAGE_WRITE : stage->kind;
    check(kind != STAGE_END); /* a route whose stages all pass without an answer is a bug */
    if (kind == STAGE_WRITE) {
        submit_command(run);
        return false;
    }
    if (kind == STAGE_READ) {
        if (!read_here(run)) return false;
        run->stage++;
        return true;
    }
    if (kind == STAGE_QUICK) {
        if (!arena_guard(run->request->arena, work_stage, run)) answer_unavailable(run->request);
        run->stage++;
        return true;
    }
    run->task.run = work_now;
    if (pool_submit(run->engine->workers, &run->task)) return false;
    answer_unavailable(run->request);
    return true;
}

/* ---- the audit trail ---- */

static enum command_outcome run_audit(struct command *command, struct tx *tx) {
    struct run *run = run_of_command(command);
    audit_request(&run->engine->audit, tx, run->request);
    return COMMAND_KEEP;
}

/* What is not on record is not shown. */
static void audit_done(struct command *command, enum store_status status) {
    struct run *run = run_of_command(command);
    if (status != STORE_DURABLE) {
        tell_failure(run->request, command->problem);
        answer_unavailable(run->request);
    }
    run->step = STEP_FINISH;
    run->task.run = continue_run;
    if (pool_submit(run->engine->readers, &run->task)) return;
    answer_unavailable(run->request);
    run_on(run);
}

/* For what was answered outside a command: views, refusals. True when nothing is left to do here. */
static bool audit_here(struct run *run) {
    if (run->recorded || !audit_wants(run->request)) return true;
    run->command = (struct command){.run = run_audit, .done = audit_done, .arena = run->request->arena};
    if (store_submit(run->engine->store, &run->command)) return false;
    answer_unavailable(run->request);
    return true;
}

static void pass_gate(void *data) {
    gate_pass(data);
}

static void build_page(void *data) {
    struct run *run = data;
    page_build(run->engine, run->request);
}

static void finish(struct run *run) {
    struct request *request = run->request;
    if (run->claimed) keys_release(run->engine->keys, run->key.hash);
    bool drawn = request->wants_html && request->answer.location.data == NULL && request->answer.file == NULL;
    if (drawn && !arena_guard(request->arena, build_page, run)) answer_unavailable(request);
    request->finish(request);
}

static bool known_at_once(struct run *run) {
    const struct identifier *identifier = identifier_of(run);
    return identifier->quick == NULL || identifier->quick(identifier->self, run->request);
}

static void run_on(struct run *run) {
    const struct answer *answer = &run->request->answer;
    for (;;) {
        if (answer->status != 0 && run->step < STEP_AGAIN) run->step = draws_again(run) ? STEP_AGAIN : STEP_AUDIT;
        switch (run->step) {
        case STEP_IDENTIFY:
            if (!known_at_once(run) && !read_here(run)) return;
            break;
        case STEP_GATE:
            if (!arena_guard(run->request->arena, pass_gate, run)) answer_unavailable(run->request);
            break;
        case STEP_KEY:
            if (run->key.present && (run->stage > 0 || keys_maybe(run->engine->keys, run->key.hash)) &&
                !read_here(run)) {
                return;
            }
            not_found_afterwards(run);
            break;
        case STEP_STAGES:
            if (!stage_here(run)) return;
            continue;
        case STEP_AGAIN:
            if (!read_here(run)) return;
            break;
        case STEP_AUDIT:
            if (!audit_here(run)) return;
            break;
        case STEP_FINISH: finish(run); return;
        }
        run->step++;
    }
}

static void make_run(void *data) {
    struct request *request = data;
    request->engine_state = arena_new_of(request->arena, struct run);
}

void engine_handle(void *self, struct request *request) {
    request->engine = self;
    request->caller.kind = WHO_ANYONE;
    if (!arena_guard(request->arena, make_run, request)) {
        answer_unavailable(request);
        request->finish(request);
        return;
    }
    struct run *run = request->engine_state;
    run->engine = self;
    run->request = request;
    run_on(run);
}

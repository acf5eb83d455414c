/* pipeline.c: a request's way: who calls → may they → is it well-formed → was it asked before → its stages → the
 * answer.
 *
 * Steps run where they belong: snapshots on the I/O thread when reading is quick (SQLite), else on a reader thread;
 * writes on the store's writer; slow computing on a worker. Whoever ends a step carries the request to its next. */
#include "engine/internal.h"

#include "base/check.h"
#include "base/log.h"
#include "generated/strings.h"

#include <string.h>

enum step { STEP_IDENTIFY, STEP_GATE, STEP_KEY, STEP_STAGES, STEP_AGAIN, STEP_FINISH };

struct run {
    struct engine *engine;
    struct request *request;
    enum step step;
    size_t stage;
    struct journal_key key;
    bool claimed;            /* the key is marked in flight */
    bool keep_form;          /* the session ended: the one stage is the identifier's keep_form */
    struct command command;
    struct task task;
    struct answer before;    /* what a command starts from, also when it is run again */
    void *scratch_before;
};

static const struct refusal unavailable = {"unavailable", 503, S_engine_unavailable, false};
static const struct refusal too_many = {"too-many-requests", 429, S_engine_too_many, false};
static const struct refusal not_signed_in = {"not-signed-in", 401, S_engine_not_signed_in, false};
static const struct refusal not_allowed = {"not-allowed", 403, S_engine_not_allowed, false};
static const struct refusal forged = {"stale-form", 403, S_engine_stale_form, false};
static const struct refusal bad_fields = {"invalid-fields", 422, S_engine_invalid_fields, false};
static const struct refusal key_missing = {"idempotency-key-missing", 400, S_engine_key_missing, false};
static const struct refusal key_reused = {"idempotency-key-reused", 422, S_engine_key_reused, false};
static const struct refusal key_in_flight = {"request-in-flight", 409, S_engine_key_in_flight, false};

static void run_on(struct run *run);

static void answer_unavailable(struct request *request) {
    request->answer = (struct answer){0};
    request->answer.retry_after_s = 1;
    refuse(request, &unavailable);
}

/* ---- what the route declares ---- */

static struct text raw_value(const struct request *request, const char *name) {
    for (const struct raw_field *field = request->raw; field != NULL; field = field->next)
        if (text_is(field->name, name)) return field->value;
    return TEXT_NONE;
}

/* Browsers say where a request comes from; another site's is refused whatever it carries. */
static bool same_origin(const struct request *request) {
    struct text site = request->fetch_site, origin = request->origin;
    if (site.data != NULL && !text_is(site, "same-origin") && !text_is(site, "none")) return false;
    if (origin.data == NULL) return true;
    struct text host = text_starts(origin, "https://")  ? text_slice(origin, 8, origin.size)
                       : text_starts(origin, "http://") ? text_slice(origin, 7, origin.size)
                                                        : TEXT_NONE;
    return host.data != NULL && text_equal(host, request->host);
}

static bool csrf_passes(struct run *run) {
    const struct request *request = run->request;
    if (request->method == METHOD_GET || request->caller.by_token || (request->route->flags & ROUTE_NO_CSRF) != 0)
        return true;
    if (!same_origin(request)) return false;
    /* A JSON body cannot be sent by another site's form, and its scripts would need our leave. */
    if (text_starts(request->content_type, "application/json")) return true;
    return page_csrf_matches(run->engine, request, raw_value(request, "_csrf"));
}

/* To the sign-in page, and back here afterwards. */
static void ask_to_sign_in(struct request *request) {
    if (!request->wants_html) {
        refuse(request, &not_signed_in);
        return;
    }
    struct buffer location = buffer_new(request->arena, 64);
    buffer_add_literal(&location, "/signin");
    if (request->method == METHOD_GET) {
        buffer_add_literal(&location, "?next=");
        struct text whole = request->query.size == 0
                                ? request->path
                                : text_format(request->arena, "%.*s?%.*s", TEXT_ARG(request->path),
                                              TEXT_ARG(request->query));
        for (size_t i = 0; i < whole.size; i++) {
            unsigned char byte = (unsigned char)whole.data[i];
            bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                         byte == '/' || byte == '-' || byte == '_' || byte == '.';
            if (plain) buffer_add_char(&location, (char)byte);
            else buffer_format(&location, "%%%02X", byte);
        }
    }
    answer_see(request, buffer_text(&location));
}

/* False when the caller was answered (or sent to keep his form). */
static bool caller_passes(struct run *run) {
    struct request *request = run->request;
    enum who kind = request->caller.kind;
    switch (request->route->who) {
    case WHO_ANYONE:
    case WHO_PARTNER: return true; /* a partner's signature is checked by its first stage */
    case WHO_GUEST:
        if (kind == WHO_CUSTOMER && request->method == METHOD_GET) answer_see(request, TEXT("/"));
        return request->answer.status == 0;
    case WHO_CUSTOMER:
        if (kind == WHO_CUSTOMER) return true;
        run->keep_form = kind == WHO_ANYONE && request->wants_html && request->method == METHOD_POST &&
                         request->cookie_session.size > 0 && run->engine->identifier.keep_form != NULL &&
                         same_origin(request);
        if (!run->keep_form) ask_to_sign_in(request);
        return run->keep_form;
    case WHO_STAFF:
        if (kind != WHO_STAFF) refuse(request, kind == WHO_ANYONE ? &not_signed_in : &not_allowed);
        return kind == WHO_STAFF;
    }
    return false;
}

static void gate(void *data) {
    struct run *run = data;
    struct request *request = run->request;
    if (!caller_passes(run)) return;
    int wait_s = rates_count(run->engine->rates, request);
    if (wait_s > 0) {
        request->answer.retry_after_s = wait_s;
        refuse(request, &too_many);
    } else if (run->keep_form) {
        return;
    } else if (!csrf_passes(run)) {
        refuse(request, &forged);
    } else if (!request->fields_valid && (request->route->flags & ROUTE_FORM_OPTIONAL) == 0) {
        refuse(request, &bad_fields);
    } else if (request->route->key && !journal_key_of(request, &run->key)) {
        refuse(request, &key_missing);
    } else if (run->key.present) {
        run->claimed = keys_claim(run->engine->keys, run->key.hash);
        if (!run->claimed) refuse(request, &key_in_flight);
    }
}

/* ---- reading steps ---- */

struct guarded {
    struct run *run;
    struct tx *tx;
};

static void read_step(void *data) {
    struct guarded *guarded = data;
    struct run *run = guarded->run;
    struct request *request = run->request;
    switch (run->step) {
    case STEP_IDENTIFY: run->engine->identifier.full(run->engine->identifier.self, request, guarded->tx); break;
    case STEP_KEY:
        if (journal_find(&run->engine->journal, guarded->tx, request, &run->key) == JOURNAL_OTHER_BODY)
            refuse(request, &key_reused);
        break;
    case STEP_STAGES: request->route->stages[run->stage].run(request, guarded->tx); break;
    case STEP_AGAIN: request->route->again(request, guarded->tx); break;
    default: check(false);
    }
}

struct read {
    struct guarded guarded;
    bool done; /* the request's memory sufficed */
};

static void read_in_request(void *data) {
    struct read *read = data;
    read->done = arena_guard(read->guarded.run->request->arena, read_step, &read->guarded);
}

/* Two arenas may end: the request's and the snapshot's. Either way the answer is 503. */
static void read_now(struct run *run) {
    struct reader *reader = engine_reader(run->engine);
    struct tx *tx = reader != NULL ? reader_begin(reader) : NULL;
    struct read read = {{run, tx}, false};
    bool good = tx != NULL && arena_guard(tx_arena(tx), read_in_request, &read) && read.done;
    if (tx != NULL && !reader_end(reader, tx)) good = false;
    if (!good) answer_unavailable(run->request);
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
    request->answer.page = request->route->again_page;
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
    stage_function *stage =
        run->keep_form ? run->engine->identifier.keep_form : request->route->stages[run->stage].run;
    enum flow flow = stage(request, tx);
    if (flow == FLOW_NEXT) return COMMAND_KEEP;
    const struct answer *answer = &request->answer;
    bool undo = answer->status >= 400 && (answer->refusal == NULL || !answer->refusal->keep);
    if (request->route->audit != NULL) journal_record(&run->engine->journal, tx, request, &run->key);
    return undo ? COMMAND_UNDO : COMMAND_KEEP;
}

static void continue_run(struct task *task) {
    run_on((struct run *)((char *)task - offsetof(struct run, task)));
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
    struct run *run = (struct run *)((char *)task - offsetof(struct run, task));
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
    struct run *run = (struct run *)((char *)task - offsetof(struct run, task));
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
    if (store_reads_inline(run->engine->store)) {
        if (run->step == STEP_AGAIN) draw_again(run);
        else read_now(run);
        return true;
    }
    run->task.run = read_task;
    if (pool_submit(run->engine->readers, &run->task)) return false;
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

static void run_on(struct run *run) {
    const struct answer *answer = &run->request->answer;
    for (;;) {
        if (answer->status != 0 && run->step < STEP_AGAIN) run->step = draws_again(run) ? STEP_AGAIN : STEP_FINISH;
        switch (run->step) {
        case STEP_IDENTIFY:
            if (run->engine->identifier.quick != NULL &&
                !run->engine->identifier.quick(run->engine->identifier.self, run->request) && !read_here(run)) {
                return;
            }
            break;
        case STEP_GATE:
            if (!arena_guard(run->request->arena, gate, run)) answer_unavailable(run->request);
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

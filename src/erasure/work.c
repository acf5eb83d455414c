/* work.c: the job: closes cabinets whose day has come and destroys data a bounded piece at a time. Each piece is a
 * command that also says how far it got, so a kill at any moment loses nothing: what is gone is found gone. What was
 * destroyed is counted for the act and told in the audit trail, which is the log's extract. */
#include "erasure/erasure.h"

#include "base/check.h"
#include "engine/journal.h"
#include "identity/secrets.h"

#define PIECE 1000 /* rows a command changes, more or less */
#define PUT_OFF DAY
#define LOG_STEP "command_log" /* the last one: the engine's own log */

STATEMENT(due_one, "SELECT customer, state, identified, step, after FROM erasure WHERE state < 4 AND due <= $1 "
                   "ORDER BY due LIMIT 1 FOR_UPDATE");
STATEMENT(put_off, "UPDATE erasure SET due = $2 WHERE customer = $1");
STATEMENT(asked_for, "SELECT asked FROM erasure WHERE customer = $1");
STATEMENT(close_one, "INSERT INTO erasure (customer, id, asked, closes, destroys, due, state, identified, step, after, "
                     "done) VALUES ($1, $2, 0, $3, $4, $4, 2, $5, '', 0, 0) ON CONFLICT (customer) DO UPDATE "
                     "SET state = 2, closes = $3, destroys = $4, due = $4, identified = $5 WHERE erasure.state = 1");
STATEMENT(go_on, "UPDATE erasure SET state = 3, step = $2, after = $3 WHERE customer = $1");
STATEMENT(finish, "UPDATE erasure SET state = 4, done = $2 WHERE customer = $1");
STATEMENT(count_part, "INSERT INTO erasure_part (customer, what, count, at) VALUES ($1, $2, $3, $4) "
                      "ON CONFLICT (customer, what) DO UPDATE SET count = erasure_part.count + $3, at = $4");

STATEMENT(list_parts, "SELECT what, count FROM erasure_part WHERE customer = $1 ORDER BY at, what");

struct erasure {
    struct engine *engine;
    struct tx *tx;
    int64_t customer, after;
    enum erasure_state state;
    bool identified;
    struct text step;
};

static bool read_due(struct engine *engine, struct tx *tx, struct erasure *erasure) {
    struct rows *rows = tx_query(tx, &due_one, VALUES(V_INT(world_now(engine_world(engine)))));
    bool found = rows_next(rows);
    if (found)
        *erasure = (struct erasure){.engine = engine,
                                    .tx = tx,
                                    .customer = row_int(rows, 0),
                                    .state = (enum erasure_state)row_int(rows, 1),
                                    .identified = row_int(rows, 2) != 0,
                                    .step = row_copy(rows, 3, tx_arena(tx)),
                                    .after = row_int(rows, 4)};
    rows_end(rows);
    return found;
}

/* ---- closing ---- */

/* False: something is in the way, and it is tried again a day later. */
static bool nothing_in_the_way(struct erasure *erasure) {
    struct engine *engine = erasure->engine;
    moment now = world_now(engine_world(engine));
    const struct locale locale = {LANGUAGE_RU, engine_zone(engine), now};
    struct node *list = doc_array(doc_new(tx_arena(erasure->tx)), "list");
    engine_obstacles(engine, erasure->tx, &locale, erasure->customer, list, &erasure->identified);
    if (list->count > 0) tx_run(erasure->tx, &put_off, VALUES(V_INT(erasure->customer), V_INT(now + PUT_OFF)));
    return list->count == 0;
}

static bool he_asked(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &asked_for, VALUES(V_INT(customer)));
    bool asked = rows_next(rows) && row_int(rows, 0) != 0;
    rows_end(rows);
    return asked;
}

/* The cabinet is closed: from now the law's term runs. */
static void count_from_now(struct engine *engine, struct tx *tx, int64_t customer, bool identified) {
    moment now = world_now(engine_world(engine));
    moment destroys = erasure_destroys(erasure_terms(engine), now, identified, he_asked(tx, customer));
    if (tx_run(tx, &close_one,
               VALUES(V_INT(customer), V_INT(world_id(engine_world(engine))), V_INT(now), V_INT(destroys),
                      V_INT(identified))) == 1)
        engine_audit(engine, tx, 0, customer, "erasure.closed", TEXT_NONE);
}

void erasure_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind != EVENT_CUSTOMER_CLOSED) return;
    const struct locale locale = {LANGUAGE_RU, engine_zone(engine), world_now(engine_world(engine))};
    bool identified;
    engine_obstacles(engine, tx, &locale, event->customer, doc_array(doc_new(tx_arena(tx)), "list"), &identified);
    count_from_now(engine, tx, event->customer, identified);
}

/* Money may have come in since he asked: then a day later again. */
static void close_cabinet(struct erasure *erasure) {
    struct engine *engine = erasure->engine;
    struct customer customer;
    moment now = world_now(engine_world(engine));
    bool known = identity_customer(engine, erasure->tx, erasure->customer, &customer);
    if (!known) tx_run(erasure->tx, &put_off, VALUES(V_INT(erasure->customer), V_INT(now + PUT_OFF)));
    if (!known || !nothing_in_the_way(erasure)) return;
    if (customer.closed) {
        count_from_now(engine, erasure->tx, erasure->customer, erasure->identified);
        return;
    }
    struct node *values = doc_new(tx_arena(erasure->tx));
    doc_moment(values, "at", erasure_destroys(erasure_terms(engine), now, erasure->identified, true));
    const struct string_argument at = {"at", doc_get(values, "at")};
    const struct farewell kept = {S_erasure_sms_kept, &at, 1}, gone = {.text = S_erasure_sms_closed};
    identity_close(engine, erasure->tx, erasure->customer, erasure->identified ? &kept : &gone);
}

/* ---- destroying ---- */

/* From the features that stand on others to those they stand on; NULL: all are done. */
static const struct feature *feature_after(const struct erasure *erasure, struct text step) {
    size_t count;
    const struct feature *const *features = engine_features(erasure->engine, &count);
    size_t at = count;
    while (step.size > 0 && at > 0 && !text_is(step, features[at - 1]->name)) at--;
    if (step.size > 0) at = at > 0 ? at - 1 : count; /* one that is no more enabled: from the beginning */
    while (at > 0 && features[at - 1]->erases == NULL) at--;
    return at > 0 ? features[at - 1] : NULL;
}

static void count_destroyed(const struct erasure *erasure, const char *what, int64_t rows) {
    tx_run(erasure->tx, &count_part,
           VALUES(V_INT(erasure->customer), V_TEXT(text_from(what)), V_INT(rows),
                  V_INT(world_now(engine_world(erasure->engine)))));
}

/* True when nothing is left of that feature; *changed counts on. */
static bool destroy_of(const struct erasure *erasure, const struct feature *feature, int64_t *changed) {
    for (const struct erase *erase = feature->erases; erase->what != NULL; erase++) {
        int64_t of_this = 0, some = 0;
        while (*changed + of_this < PIECE &&
               (some = tx_run(erasure->tx, erase->statement, VALUES(V_INT(erasure->customer)))) > 0)
            of_this += some;
        if (of_this > 0) count_destroyed(erasure, erase->what, of_this);
        *changed += of_this;
        if (*changed >= PIECE) return false;
    }
    return true;
}

static void go(const struct erasure *erasure, struct text step, int64_t after) {
    tx_run(erasure->tx, &go_on, VALUES(V_INT(erasure->customer), V_TEXT(step), V_INT(after)));
}

/* The log's extract: a row for each table, once all is gone. */
static void audit_parts(const struct erasure *erasure) {
    struct tx *tx = erasure->tx;
    struct rows *rows = tx_query(tx, &list_parts, VALUES(V_INT(erasure->customer)));
    while (rows_next(rows))
        engine_audit(erasure->engine, tx, 0, erasure->customer, "erasure.destroyed",
                     text_format(tx_arena(tx), "%.*s: %lld", TEXT_ARG(row_text(rows, 0)), (long long)row_int(rows, 1)));
    engine_audit(erasure->engine, tx, 0, erasure->customer, "erasure.done", TEXT_NONE);
}

/* The last step: the engine's own log, through which it goes by the log's order. */
static void blank_log(struct erasure *erasure) {
    if (journal_blank(erasure->tx, erasure->customer, &erasure->after)) {
        go(erasure, TEXT(LOG_STEP), erasure->after);
        return;
    }
    count_destroyed(erasure, LOG_STEP, 1);
    tx_run(erasure->tx, &finish, VALUES(V_INT(erasure->customer), V_INT(world_now(engine_world(erasure->engine)))));
    audit_parts(erasure);
}

static void destroy_piece(struct erasure *erasure) {
    if (text_is(erasure->step, LOG_STEP)) {
        blank_log(erasure);
        return;
    }
    int64_t changed = 0;
    const struct feature *feature = feature_after(erasure, erasure->step);
    while (feature != NULL && destroy_of(erasure, feature, &changed)) {
        erasure->step = text_from(feature->name);
        feature = feature_after(erasure, erasure->step);
    }
    if (feature == NULL) go(erasure, TEXT(LOG_STEP), erasure->customer - 1); /* nothing in the log is older than he */
    else go(erasure, erasure->step, 0);
}

static bool work(struct engine *engine, struct tx *tx) {
    struct erasure erasure;
    if (!read_due(engine, tx, &erasure)) return false;
    switch (erasure.state) {
    case ERASURE_ASKED: close_cabinet(&erasure); break;
    case ERASURE_CLOSED:
        if (nothing_in_the_way(&erasure)) destroy_piece(&erasure);
        break;
    case ERASURE_AT_WORK: destroy_piece(&erasure); break;
    case ERASURE_DONE: check(false);
    }
    return true;
}

const struct job erasure_jobs[] = {
    {"erasure.work", 10 * SECOND, work},
    {NULL, 0, NULL},
};

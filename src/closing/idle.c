/* idle.c: cabinets in which nothing happens are warned of, and close by themselves. Once a day, from an hour at which
 * people are awake, a pass goes through all open cabinets by id, a bounded piece in each command, which also says how
 * far it got: killed anywhere, it goes on where it was, and nobody is told twice.
 *
 * What has to be looked at is known without looking: a young cabinet by its own age, others by their row here, written
 * when they were last looked at. So of a million some thousands a day cost more than their place in two lists. */
#include "closing/closing.h"

#include "identity/common.h"
#include "identity/secrets.h"
#include "ledger/ledger.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define PIECE 500  /* cabinets a command goes past */
#define LOOKS 50   /* … of which it looks into, closes, tells */

STATEMENT(read_pass, "SELECT day, place, running FROM closing_pass WHERE id = 1 FOR_UPDATE");
STATEMENT(put_pass, "INSERT INTO closing_pass (id, day, place, running) VALUES (1, $1, $2, $3) "
                    "ON CONFLICT (id) DO UPDATE SET day = $1, place = $2, running = $3");
STATEMENT(known_between, "SELECT customer, stage, last, told, due FROM closing_idle "
                         "WHERE customer > $1 AND customer <= $2 ORDER BY customer");
STATEMENT(put_idle, "INSERT INTO closing_idle (customer, stage, last, told, due) VALUES ($1, $2, $3, $4, $5) "
                    "ON CONFLICT (customer) DO UPDATE SET stage = $2, last = $3, told = $4, due = $5");
STATEMENT(drop_idle, "DELETE FROM closing_idle WHERE customer = $1");

struct cabinet {
    int64_t customer;
    struct idle idle;
    moment due;
};

/* ---- one of them ---- */

static moment last_operation(struct engine *engine, struct tx *tx, int64_t customer, moment opened) {
    int64_t accounts[OPERATION_ACCOUNTS];
    size_t count = operations_accounts(engine, tx, customer, accounts);
    moment last = opened;
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (!ledger_account(engine_ledger(engine), tx, accounts[i], &account) || account.last_entry == 0) continue;
        if (id_moment(account.last_entry) > last) last = id_moment(account.last_entry);
    }
    return last;
}

/* True: it is closed. Else something is in the way, money above all: nobody's is taken, and he is told. */
static bool close_idle(struct engine *engine, struct tx *tx, const struct customer *customer) {
    const struct locale locale = {customer->language, engine_zone(engine), world_now(engine_world(engine))};
    const struct farewell farewell = {.text = S_closing_sms_idle};
    struct node *list = doc_array(doc_new(tx_arena(tx)), "list");
    bool identified;
    engine_obstacles(engine, tx, &locale, customer->id, list, &identified);
    if (list->count > 0) {
        closing_tell_idle(engine, tx, customer, S_closing_idle_kept, 0);
        return false;
    }
    engine_audit(engine, tx, 0, customer->id, "closing.idle", TEXT_NONE);
    return identity_close(engine, tx, customer->id, &farewell);
}

static void look(struct engine *engine, struct tx *tx, struct cabinet *cabinet, moment opened, moment now) {
    const struct idle_terms *terms = &closing_settings(engine)->terms;
    struct customer customer;
    idle_woken(&cabinet->idle, last_operation(engine, tx, cabinet->customer, opened));
    enum idle_act act = idle_step(terms, &cabinet->idle, now).act;
    if (act != IDLE_NOTHING && !identity_customer(engine, tx, cabinet->customer, &customer)) return;
    if (act == IDLE_CLOSE && close_idle(engine, tx, &customer)) return; /* its row went with it */
    idle_done(&cabinet->idle, act, now);
    if (act == IDLE_WARN || act == IDLE_WARN_AGAIN)
        closing_tell_idle(engine, tx, &customer, act == IDLE_WARN ? S_closing_idle_warning : S_closing_idle_soon,
                          idle_closes(terms, &cabinet->idle));
    const struct idle *idle = &cabinet->idle;
    tx_run(tx, &put_idle,
           VALUES(V_INT(cabinet->customer), V_INT(idle->stage), V_INT(idle->last), V_INT(idle->told),
                  V_INT(idle_step(terms, idle, now).due)));
}

/* ---- all of them ---- */

static size_t read_known(struct tx *tx, int64_t after, int64_t until, struct cabinet known[PIECE]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &known_between, VALUES(V_INT(after), V_INT(until)));
    for (; count < PIECE && rows_next(rows); count++)
        known[count] = (struct cabinet){.customer = row_int(rows, 0),
                                        .idle = {(enum idle_stage)row_int(rows, 1), row_int(rows, 2), row_int(rows, 3)},
                                        .due = row_int(rows, 4)};
    rows_end(rows);
    return count;
}

/* Where it came to; INT64_MAX: to the end. */
static int64_t go_past(struct engine *engine, struct tx *tx, int64_t place, moment now) {
    const struct idle_terms *terms = &closing_settings(engine)->terms;
    struct open_customer *open = arena_array(tx_arena(tx), struct open_customer, PIECE);
    struct cabinet *known = arena_array(tx_arena(tx), struct cabinet, PIECE);
    size_t count = identity_open_after(tx, place, open, PIECE), looks = 0;
    size_t rows = count > 0 ? read_known(tx, place, open[count - 1].id, known) : 0;
    for (size_t i = 0, k = 0; i < count; i++) {
        while (k < rows && known[k].customer < open[i].id) k++;
        struct cabinet cabinet = {.customer = open[i].id, .idle = {.last = open[i].opened}};
        cabinet.due = idle_step(terms, &cabinet.idle, now).due;
        if (k < rows && known[k].customer == open[i].id) cabinet = known[k];
        if (now < cabinet.due) continue;
        look(engine, tx, &cabinet, open[i].opened, now);
        if (++looks == LOOKS) return open[i].id;
    }
    return count == PIECE ? open[count - 1].id : INT64_MAX;
}

bool idle_run(struct engine *engine, struct tx *tx) {
    const struct closing_settings *settings = closing_settings(engine);
    moment now = world_now(engine_world(engine));
    struct civil civil = civil_at(now, engine_zone(engine));
    int64_t today = date_to_days(civil.date);
    if (settings->terms.idle == 0) return false;
    struct rows *rows = tx_query(tx, &read_pass, NO_VALUES);
    bool begun = rows_next(rows), running = begun && row_int(rows, 2) != 0;
    int64_t day = begun ? row_int(rows, 0) : 0, place = running ? row_int(rows, 1) : 0;
    rows_end(rows);
    if (!running && (day >= today || civil.hour < settings->hour)) return false;
    if (message_crowded(tx)) return false; /* the pass goes on in a minute */
    place = go_past(engine, tx, place, now);
    if (!running) day = today; /* one that goes on after midnight is still yesterday's */
    running = place != INT64_MAX;
    tx_run(tx, &put_pass, VALUES(V_INT(day), V_INT(running ? place : 0), V_INT(running)));
    return running;
}

void closing_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    (void)engine;
    if (event->kind != EVENT_CUSTOMER_CLOSED) return;
    tx_run(tx, &drop_idle, VALUES(V_INT(event->customer)));
    wait_end(tx, event->customer);
}

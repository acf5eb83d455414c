/* wait.c: cabinets that close after a while (BK-10): money that is still under way comes in first, debts are seen, and
 * who changed his mind takes it back. A job looks at those whose day has come. */
#include "closing/closing.h"

#include "identity/common.h"
#include "identity/secrets.h"

#define PIECE 20

STATEMENT(find, "SELECT cause, asked, due, told FROM closing_wait WHERE customer = $1");
STATEMENT(put, "INSERT INTO closing_wait (customer, cause, asked, due, told) VALUES ($1, $2, $3, $4, $5) "
               "ON CONFLICT (customer) DO UPDATE SET cause = $2, asked = $3, due = $4, told = $5");
STATEMENT(drop, "DELETE FROM closing_wait WHERE customer = $1");
STATEMENT(due, "SELECT cause, asked, due, told, customer FROM closing_wait WHERE due <= $1 ORDER BY due LIMIT 20 "
               "FOR_UPDATE");

string_id cause_title(enum closing_cause cause) {
    static const string_id titles[CAUSES] = {
        [CAUSE_OWN] = S_closing_cause_own,     [CAUSE_AGREEMENT] = S_closing_cause_agreement,
        [CAUSE_DOCUMENTS] = S_closing_cause_documents, [CAUSE_LAW] = S_closing_cause_law,
        [CAUSE_DEATH] = S_closing_cause_death, [CAUSE_WANTED] = S_closing_cause_wanted,
    };
    return titles[cause];
}

struct wait_terms wait_terms_of(const struct engine *engine) {
    const struct closing_settings *settings = closing_settings(engine);
    return (struct wait_terms){.notice = settings->notice, .again = settings->terms.again};
}

static struct closing_wait read_row(const struct rows *rows) {
    return (struct closing_wait){(enum closing_cause)row_int(rows, 0), row_int(rows, 1), row_int(rows, 2),
                                 row_int(rows, 3)};
}

bool wait_read(struct tx *tx, int64_t customer, struct closing_wait *wait) {
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(customer)));
    bool there = rows_next(rows);
    if (there) *wait = read_row(rows);
    rows_end(rows);
    return there;
}

static void keep(struct tx *tx, int64_t customer, const struct closing_wait *wait) {
    tx_run(tx, &put,
           VALUES(V_INT(customer), V_INT(wait->cause), V_INT(wait->asked), V_INT(wait->due), V_INT(wait->told)));
}

void wait_begin(struct engine *engine, struct tx *tx, int64_t customer, enum closing_cause cause,
                struct closing_wait *wait) {
    struct wait_terms terms = wait_terms_of(engine);
    *wait = wait_begun(&terms, cause, world_now(engine_world(engine)));
    keep(tx, customer, wait);
}

bool wait_end(struct tx *tx, int64_t customer) {
    return tx_run(tx, &drop, VALUES(V_INT(customer))) == 1;
}

static void close_it(struct engine *engine, struct tx *tx, int64_t customer, enum closing_cause cause) {
    const struct farewell farewell = {.text = cause == CAUSE_OWN ? S_closing_sms_asked : S_closing_sms_staff};
    engine_audit(engine, tx, 0, customer, "closing.waited", TEXT_NONE);
    identity_close(engine, tx, customer, &farewell); /* its row goes with it */
}

static void look(struct engine *engine, struct tx *tx, int64_t id, struct closing_wait *wait) {
    struct wait_terms terms = wait_terms_of(engine);
    struct node *list = doc_array(doc_new(tx_arena(tx)), "list");
    moment now = world_now(engine_world(engine));
    struct customer customer;
    bool identified;
    if (!identity_customer(engine, tx, id, &customer)) return;
    const struct locale locale = {customer.language, engine_zone(engine), now};
    engine_obstacles(engine, tx, &locale, id, list, &identified);
    enum wait_act act = wait_step(&terms, wait, list->count > 0, now);
    if (act == WAIT_CLOSE) {
        close_it(engine, tx, id, wait->cause);
        return;
    }
    if (act == WAIT_STAY_AND_TELL) closing_tell(engine, tx, &customer, S_closing_wait_title, S_closing_wait_kept, 0);
    wait_done(wait, act, now);
    keep(tx, id, wait);
}

bool wait_run(struct engine *engine, struct tx *tx) {
    struct closing_wait waits[PIECE];
    int64_t customers[PIECE];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &due, VALUES(V_INT(world_now(engine_world(engine)))));
    for (; count < PIECE && rows_next(rows); count++) {
        waits[count] = read_row(rows);
        customers[count] = row_int(rows, 4);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) look(engine, tx, customers[i], &waits[i]);
    return count == PIECE;
}

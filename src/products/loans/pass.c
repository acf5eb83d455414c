/* pass.c: every night a pass goes through all loans that run in the order of their rows, a bounded piece in each
 * command, which says how far it got: killed anywhere, it goes on where it was. */
#include "products/loans/running.h"

#define PIECE 2000 /* rows of a command */

STATEMENT(read_pass, "SELECT day, running, customer, loan, seen, total, began, ended FROM loan_pass WHERE id = $1");
STATEMENT(read_pass_lock, "SELECT day, running, customer, loan, seen, total, began, ended FROM loan_pass "
                          "WHERE id = $1 FOR_UPDATE");
STATEMENT(put_pass, "INSERT INTO loan_pass (id, day, running, customer, loan, seen, total, began, ended) "
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET day = $2, "
                    "running = $3, customer = $4, loan = $5, seen = $6, total = $7, began = $8, ended = $9");

struct loan_pass loan_pass_of(struct tx *tx, enum loan_pass_id id) {
    struct loan_pass pass = {.id = id};
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &read_pass_lock : &read_pass, VALUES(V_INT(id)));
    if (rows_next(rows))
        pass = (struct loan_pass){id,
                                  row_int(rows, 0),
                                  row_int(rows, 1) != 0,
                                  row_int(rows, 2),
                                  row_int(rows, 3),
                                  row_int(rows, 4),
                                  row_int(rows, 5),
                                  row_int(rows, 6),
                                  row_int(rows, 7)};
    rows_end(rows);
    return pass;
}

void loan_pass_put(struct tx *tx, const struct loan_pass *pass) {
    tx_run(tx, &put_pass,
           VALUES(V_INT(pass->id), V_INT(pass->day), V_INT(pass->running), V_INT(pass->customer), V_INT(pass->loan),
                  V_INT(pass->seen), V_INT(pass->total), V_INT(pass->began), V_INT(pass->ended)));
}

bool loans_night_job(struct engine *engine, struct tx *tx) {
    struct loan_pass pass = loan_pass_of(tx, PASS_NIGHT);
    moment now = world_now(engine_world(engine));
    int64_t today = loans_today(engine);
    if (!pass.running) {
        if (pass.day >= today || civil_at(now, engine_zone(engine)).hour < loans_settings(engine)->hour) return false;
        pass = (struct loan_pass){
            .id = PASS_NIGHT, .day = today, .running = true, .total = running_count(tx), .began = now};
    }
    struct running *rows = arena_array(tx_arena(tx), struct running, PIECE);
    size_t number = running_after(tx, pass.customer, pass.loan, rows, PIECE);
    size_t done = credits_accrue(engine, tx, rows, number, pass.day);
    pass.seen += (int64_t)done;
    if (done == number && number < PIECE) {
        pass.running = false;
        pass.ended = now;
        pass.customer = pass.loan = 0;
    } else if (done > 0) {
        pass.customer = rows[done - 1].customer;
        pass.loan = rows[done - 1].id;
    }
    loan_pass_put(tx, &pass);
    return pass.running;
}

static void tell_moment(struct node *node, const char *name, moment at) {
    if (at != 0) doc_moment(node, name, at);
    else doc_null(node, name);
}

void loans_pass_tell(struct tx *tx, struct node *document) {
    struct loan_pass pass = loan_pass_of(tx, PASS_NIGHT);
    struct node *node = doc_object(document, "pass");
    if (pass.day != 0) doc_date(node, "day", date_from_days(pass.day));
    else doc_null(node, "day");
    doc_bool(node, "running", pass.running);
    doc_int(node, "seen", pass.seen);
    doc_int(node, "total", pass.total);
    doc_int(node, "percent", pass.total > 0 && pass.seen < pass.total ? pass.seen * 100 / pass.total : 100);
    tell_moment(node, "began", pass.began);
    tell_moment(node, "ended", pass.ended);
}

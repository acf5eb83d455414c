/* pass.c: how far the runner is. From the first thing that is due until nothing is left is one pass: a row that staff
 * look at, and a line in the log now and then. */
#include "autopay/internal.h"

#include "base/log.h"

#define KEPT (30 * DAY)
#define LOG_EVERY 10000

STATEMENT(running, "SELECT id, due, done FROM autopay_pass WHERE kind = $1 AND ended = 0 ORDER BY id DESC LIMIT 1");
STATEMENT(begin, "INSERT INTO autopay_pass (id, kind, due, done, failed, touched, ended) "
                 "VALUES ($1, $2, $3, $4, $5, $6, 0)");
STATEMENT(go_on, "UPDATE autopay_pass SET done = done + $2, failed = failed + $3, touched = $4 WHERE id = $1");
STATEMENT(finish, "UPDATE autopay_pass SET ended = $2 WHERE id = $1");
STATEMENT(forget, "DELETE FROM autopay_pass WHERE ended > 0 AND ended < $1");
STATEMENT(list, "SELECT id, kind, due, done, failed, touched, ended FROM autopay_pass ORDER BY id DESC LIMIT 20");

static void log_pass(const char *event, enum pass_kind kind, int64_t due, int64_t done) {
    log_event(LOG_INFO, TEXT_NONE, event, LOG_TEXT("of", kind == PASS_RULES ? TEXT("rules") : TEXT("runs")),
              LOG_NUMBER("done", done), LOG_NUMBER("due", due));
}

void pass_note(struct tx *tx, enum pass_kind kind, int64_t done, int64_t failed) {
    moment now = world_now(tx_world(tx));
    struct rows *rows = tx_query(tx, &running, VALUES(V_INT(kind)));
    bool runs = rows_next(rows);
    int64_t id = runs ? row_int(rows, 0) : 0, due = runs ? row_int(rows, 1) : 0, before = runs ? row_int(rows, 2) : 0;
    rows_end(rows);
    if (done == 0 && !runs) return;
    if (done == 0) {
        tx_run(tx, &finish, VALUES(V_INT(id), V_INT(now)));
        tx_run(tx, &forget, VALUES(V_INT(now - KEPT)));
        log_pass("autopay.done", kind, due, before);
    } else if (!runs) {
        due = done + (kind == PASS_RULES ? rules_due_count(tx, now) : runs_due_count(tx, now));
        tx_run(tx, &begin,
               VALUES(V_INT(world_id(tx_world(tx))), V_INT(kind), V_INT(due), V_INT(done), V_INT(failed), V_INT(now)));
    } else {
        tx_run(tx, &go_on, VALUES(V_INT(id), V_INT(done), V_INT(failed), V_INT(now)));
        if (before / LOG_EVERY != (before + done) / LOG_EVERY) log_pass("autopay.going", kind, due, before + done);
    }
}

/* GET /staff/autopay */
enum flow passes_read(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *passes = doc_array(document, "passes");
    moment now = world_now(request->world);
    doc_int(document, "rules_due", rules_due_count(tx, now));
    doc_int(document, "runs_due", runs_due_count(tx, now));
    doc_int(document, "paying", runs_paying(tx, 100000));
    struct rows *rows = tx_query(tx, &list, NO_VALUES);
    while (rows_next(rows)) {
        struct node *pass = doc_add_object(passes);
        int64_t due = row_int(rows, 2), done = row_int(rows, 3);
        bool of_rules = row_int(rows, 1) == PASS_RULES;
        doc_text(pass, "kind", of_rules ? TEXT("rules") : TEXT("runs"));
        doc_bool(pass, "of_rules", of_rules);
        doc_moment(pass, "began", id_moment(row_int(rows, 0)));
        doc_int(pass, "due", due > done ? due : done);
        doc_int(pass, "done", done);
        doc_int(pass, "failed", row_int(rows, 4));
        doc_moment(pass, "touched", row_int(rows, 5));
        if (row_int(rows, 6) > 0) doc_moment(pass, "ended", row_int(rows, 6));
        else doc_null(pass, "ended");
    }
    rows_end(rows);
    return answer_ok(request, document);
}

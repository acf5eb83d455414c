/* rule.c: rows of rules and of runs. A run is one time that a rule was due; its key (customer, rule, due) is why
 * nothing is paid twice, whatever crashes. */
#include "autopay/internal.h"

#include "base/check.h"

/* ---- rules ---- */

#define RULE "customer, id, template, account, kind, period, day, sum, least, state, reason, due, wake, told_bill"

STATEMENT(find, "SELECT " RULE " FROM autopay_rule WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " RULE " FROM autopay_rule WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(insert, "INSERT INTO autopay_rule (" RULE ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)");
STATEMENT(update, "UPDATE autopay_rule SET state = $3, reason = $4, due = $5, wake = $6, told_bill = $7 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(remove_one, "DELETE FROM autopay_rule WHERE customer = $1 AND id = $2");
STATEMENT(list, "SELECT " RULE " FROM autopay_rule WHERE customer = $1 ORDER BY id LIMIT 50");
STATEMENT(list_due,
          "SELECT " RULE " FROM autopay_rule WHERE state = 1 AND wake <= $1 ORDER BY wake LIMIT $2 FOR_UPDATE");
STATEMENT(count_due, "SELECT COUNT(*) FROM autopay_rule WHERE state = 1 AND wake <= $1");
STATEMENT(pause_all, "UPDATE autopay_rule SET state = 2, reason = $2 WHERE customer = $1 AND state = 1");

static struct autopay_rule read_rule(const struct rows *row) {
    return (struct autopay_rule){.customer = row_int(row, 0),
                                 .id = row_int(row, 1),
                                 .template = row_int(row, 2),
                                 .account = row_int(row, 3),
                                 .kind = (enum autopay_kind)row_int(row, 4),
                                 .days = {(enum autopay_period)row_int(row, 5), (int)row_int(row, 6)},
                                 .sum = row_int(row, 7),
                                 .least = row_int(row, 8),
                                 .state = (enum rule_state)row_int(row, 9),
                                 .reason = (enum autopay_reason)row_int(row, 10),
                                 .due = row_int(row, 11),
                                 .wake = row_int(row, 12),
                                 .told_bill = row_int(row, 13)};
}

bool rule_find(struct tx *tx, int64_t customer, int64_t id, struct autopay_rule *rule) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *rule = read_rule(rows);
    rows_end(rows);
    return found;
}

void rule_insert(struct tx *tx, const struct autopay_rule *rule) {
    tx_run(tx, &insert,
           VALUES(V_INT(rule->customer), V_INT(rule->id), V_INT(rule->template), V_INT(rule->account),
                  V_INT(rule->kind), V_INT(rule->days.period), V_INT(rule->days.day), V_INT(rule->sum),
                  V_INT(rule->least), V_INT(rule->state), V_INT(rule->reason), V_INT(rule->due), V_INT(rule->wake),
                  V_INT(rule->told_bill)));
}

void rule_update(struct tx *tx, const struct autopay_rule *rule) {
    tx_run(tx, &update,
           VALUES(V_INT(rule->customer), V_INT(rule->id), V_INT(rule->state), V_INT(rule->reason), V_INT(rule->due),
                  V_INT(rule->wake), V_INT(rule->told_bill)));
}

size_t rules_of(struct tx *tx, int64_t customer, int64_t template, struct autopay_rule rules[RULES_MOST]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer)));
    while (count < RULES_MOST && rows_next(rows)) {
        rules[count] = read_rule(rows);
        if (template == 0 || rules[count].template == template) count++;
    }
    rows_end(rows);
    return count;
}

size_t rules_due(struct tx *tx, moment now, struct autopay_rule *rules, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list_due, VALUES(V_INT(now), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) rules[count++] = read_rule(rows);
    rows_end(rows);
    return count;
}

static int64_t count_of(struct tx *tx, struct statement *statement, int64_t value) {
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(value)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

int64_t rules_due_count(struct tx *tx, moment now) {
    return count_of(tx, &count_due, now);
}

int64_t rules_pause(struct tx *tx, int64_t customer, enum autopay_reason reason, moment now) {
    runs_drop(tx, customer, 0, now);
    return tx_run(tx, &pause_all, VALUES(V_INT(customer), V_INT(reason)));
}

/* ---- runs ---- */

#define RUN "customer, id, rule, due, state, at, attempt, sum, payment, reason"

STATEMENT(run_by_id, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND id = $2");
STATEMENT(run_lock, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(paying, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND payment = $2 AND state = 3");
STATEMENT(unended, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND rule = $2 AND state < 10 "
                   "ORDER BY due DESC LIMIT 1");
STATEMENT(soon, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND rule = $2 AND state = 2 ORDER BY at LIMIT 1");
STATEMENT(retried, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND rule = $2 AND state < 10 AND attempt > 1 "
                   "LIMIT 1");
STATEMENT(forget_later, "DELETE FROM autopay_run WHERE customer = $1 AND rule = $2 AND due > $3 AND state < 3");
STATEMENT(run_put, "INSERT INTO autopay_run (" RUN ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                   "ON CONFLICT (customer, rule, due) DO NOTHING");
STATEMENT(run_set, "UPDATE autopay_run SET state = $3, at = $4, attempt = $5, sum = $6, payment = $7, reason = $8 "
                   "WHERE customer = $1 AND id = $2");
STATEMENT(run_drop, "DELETE FROM autopay_run WHERE customer = $1 AND id = $2");
STATEMENT(give_up, "UPDATE autopay_run SET state = 12, at = $3 WHERE customer = $1 AND state < 3 AND attempt > 1 "
                   "AND (rule = $2 OR $2 = 0)");
STATEMENT(forget, "DELETE FROM autopay_run WHERE customer = $1 AND state < 3 AND (rule = $2 OR $2 = 0)");
STATEMENT(drop_of_rule, "DELETE FROM autopay_run WHERE customer = $1 AND rule = $2");
STATEMENT(latest, "SELECT " RUN " FROM autopay_run WHERE customer = $1 AND rule = $2 ORDER BY due DESC LIMIT $3");
STATEMENT(run_list_due,
          "SELECT " RUN " FROM autopay_run WHERE state = 2 AND at <= $1 ORDER BY at LIMIT $2 FOR_UPDATE");
STATEMENT(run_count_due, "SELECT COUNT(*) FROM autopay_run WHERE state = 2 AND at <= $1");
STATEMENT(count_paying, "SELECT COUNT(*) FROM (SELECT 1 FROM autopay_run WHERE state = 3 LIMIT $1) AS paying");

const char *run_state_name(enum run_state state) {
    switch (state) {
    case RUN_ASKING: return "asking";
    case RUN_TOLD: return "told";
    case RUN_PAYING: return "paying";
    case RUN_PAID: return "paid";
    case RUN_SKIPPED: return "skipped";
    case RUN_FAILED: return "failed";
    }
    check(!"a run's state");
    return "";
}

static struct autopay_run read_run(const struct rows *row) {
    return (struct autopay_run){.customer = row_int(row, 0),
                                .id = row_int(row, 1),
                                .rule = row_int(row, 2),
                                .due = row_int(row, 3),
                                .state = (enum run_state)row_int(row, 4),
                                .at = row_int(row, 5),
                                .attempt = (int)row_int(row, 6),
                                .sum = row_int(row, 7),
                                .payment = row_int(row, 8),
                                .reason = (enum autopay_reason)row_int(row, 9)};
}

static bool one_run(struct tx *tx, struct statement *statement, int64_t customer, int64_t key,
                    struct autopay_run *run) {
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer), V_INT(key)));
    bool found = rows_next(rows);
    if (found) *run = read_run(rows);
    rows_end(rows);
    return found;
}

bool run_find(struct tx *tx, int64_t customer, int64_t id, struct autopay_run *run) {
    return one_run(tx, tx_writing(tx) ? &run_lock : &run_by_id, customer, id, run);
}

bool run_by_payment(struct tx *tx, int64_t customer, int64_t payment, struct autopay_run *run) {
    return one_run(tx, &paying, customer, payment, run);
}

bool run_open(struct tx *tx, int64_t customer, int64_t rule, struct autopay_run *run) {
    return one_run(tx, &unended, customer, rule, run);
}

bool run_soon(struct tx *tx, int64_t customer, int64_t rule, struct autopay_run *run) {
    return one_run(tx, &soon, customer, rule, run);
}

bool runs_retried(struct tx *tx, int64_t customer, int64_t rule) {
    struct autopay_run run;
    return one_run(tx, &retried, customer, rule, &run);
}

void runs_forget_later(struct tx *tx, const struct autopay_run *run) {
    tx_run(tx, &forget_later, VALUES(V_INT(run->customer), V_INT(run->rule), V_INT(run->due)));
}

bool run_insert(struct tx *tx, const struct autopay_run *run) {
    return tx_run(tx, &run_put,
                  VALUES(V_INT(run->customer), V_INT(run->id), V_INT(run->rule), V_INT(run->due), V_INT(run->state),
                         V_INT(run->at), V_INT(run->attempt), V_INT(run->sum), V_INT(run->payment),
                         V_INT(run->reason))) == 1;
}

void run_update(struct tx *tx, const struct autopay_run *run) {
    tx_run(tx, &run_set,
           VALUES(V_INT(run->customer), V_INT(run->id), V_INT(run->state), V_INT(run->at), V_INT(run->attempt),
                  V_INT(run->sum), V_INT(run->payment), V_INT(run->reason)));
}

void run_remove(struct tx *tx, const struct autopay_run *run) {
    tx_run(tx, &run_drop, VALUES(V_INT(run->customer), V_INT(run->id)));
}

void rule_remove(struct tx *tx, int64_t customer, int64_t id) {
    tx_run(tx, &drop_of_rule, VALUES(V_INT(customer), V_INT(id)));
    tx_run(tx, &remove_one, VALUES(V_INT(customer), V_INT(id)));
}

void runs_drop(struct tx *tx, int64_t customer, int64_t rule, moment now) {
    tx_run(tx, &give_up, VALUES(V_INT(customer), V_INT(rule), V_INT(now)));
    tx_run(tx, &forget, VALUES(V_INT(customer), V_INT(rule)));
}

static size_t read_runs(struct rows *rows, struct autopay_run *runs, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) runs[count++] = read_run(rows);
    rows_end(rows);
    return count;
}

size_t runs_latest(struct tx *tx, int64_t customer, int64_t rule, struct autopay_run *runs, size_t room) {
    return read_runs(tx_query(tx, &latest, VALUES(V_INT(customer), V_INT(rule), V_INT((int64_t)room))), runs, room);
}

size_t runs_due(struct tx *tx, moment now, struct autopay_run *runs, size_t room) {
    return read_runs(tx_query(tx, &run_list_due, VALUES(V_INT(now), V_INT((int64_t)room))), runs, room);
}

int64_t runs_due_count(struct tx *tx, moment now) {
    return count_of(tx, &run_count_due, now);
}

int64_t runs_paying(struct tx *tx, int64_t most) {
    return count_of(tx, &count_paying, most);
}

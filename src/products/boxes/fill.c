/* fill.c: boxes that fill by themselves. An event (a payment, money that came) or a day of the calendar leaves a wish
 * in its own transaction, once for each cause; a job carries wishes out, as commands of their own. So what caused it
 * never fails by it, and killed anywhere each is done once. */
#include "products/boxes/boxes.h"

#define PIECE 200

/* ---- rules ---- */

#define RULE "customer, id, box, wallet, kind, amount, period, day, due, told"

STATEMENT(rules_of_box, "SELECT " RULE " FROM box_rule WHERE customer = $1 AND box = $2 ORDER BY id LIMIT 10");
STATEMENT(rules_of_kind, "SELECT " RULE " FROM box_rule WHERE customer = $1 AND kind = $2 ORDER BY id LIMIT 200");
STATEMENT(rule_lock, "SELECT " RULE " FROM box_rule WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(rules_due, "SELECT " RULE " FROM box_rule WHERE kind = 3 AND due <= $1 ORDER BY due LIMIT 200 FOR_UPDATE");
STATEMENT(insert_rule, "INSERT INTO box_rule (" RULE ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
STATEMENT(set_due, "UPDATE box_rule SET due = $3 WHERE customer = $1 AND id = $2");
STATEMENT(set_told, "UPDATE box_rule SET told = $3 WHERE customer = $1 AND id = $2");
STATEMENT(remove_rule, "DELETE FROM box_rule WHERE customer = $1 AND box = $2 AND id = $3");
STATEMENT(remove_rules, "DELETE FROM box_rule WHERE customer = $1 AND box = $2");
STATEMENT(forget_of_rule, "DELETE FROM box_fill WHERE customer = $1 AND rule = $2 AND state = 1");
STATEMENT(forget_of_box, "DELETE FROM box_fill WHERE customer = $1 AND box = $2 AND state = 1");
STATEMENT(newer, "SELECT id, customer FROM box_rule WHERE id > $1 ORDER BY id LIMIT 1000");

static struct fill_rule read_rule(const struct rows *row) {
    return (struct fill_rule){.customer = row_int(row, 0),
                              .id = row_int(row, 1),
                              .box = row_int(row, 2),
                              .wallet = row_int(row, 3),
                              .kind = (enum fill_kind)row_int(row, 4),
                              .amount = row_int(row, 5),
                              .days = {(enum autopay_period)row_int(row, 6), (int)row_int(row, 7)},
                              .due = row_int(row, 8),
                              .told = row_int(row, 9)};
}

static size_t read_rules(struct rows *rows, struct fill_rule *rules, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) rules[count++] = read_rule(rows);
    rows_end(rows);
    return count;
}

size_t fill_rules_of(struct tx *tx, int64_t customer, int64_t box, struct fill_rule rules[RULES_MOST]) {
    return read_rules(tx_query(tx, &rules_of_box, VALUES(V_INT(customer), V_INT(box))), rules, RULES_MOST);
}

moment fill_next(struct engine *engine, const struct autopay_days *days, moment now) {
    struct date today = civil_at(now, engine_zone(engine)).date;
    struct civil civil = {.date = autopay_next(days, today), .hour = (int)boxes_state_of(engine)->settings->hour};
    return moment_of(civil, engine_zone(engine));
}

bool fill_rule_remove(struct tx *tx, int64_t customer, int64_t box, int64_t id) {
    if (tx_run(tx, &remove_rule, VALUES(V_INT(customer), V_INT(box), V_INT(id))) != 1) return false;
    tx_run(tx, &forget_of_rule, VALUES(V_INT(customer), V_INT(id)));
    return true;
}

void fill_rules_remove(struct tx *tx, int64_t customer, int64_t box) {
    tx_run(tx, &remove_rules, VALUES(V_INT(customer), V_INT(box)));
    tx_run(tx, &forget_of_box, VALUES(V_INT(customer), V_INT(box)));
}

/* ---- who may have one, in memory ---- */

void fill_rule_insert(struct engine *engine, struct tx *tx, const struct fill_rule *rule) {
    few_add(&boxes_state_of(engine)->saving, rule->customer);
    tx_run(tx, &insert_rule,
           VALUES(V_INT(rule->customer), V_INT(rule->id), V_INT(rule->box), V_INT(rule->wallet), V_INT(rule->kind),
                  V_INT(rule->amount), V_INT(rule->days.period), V_INT(rule->days.day), V_INT(rule->due),
                  V_INT(rule->told)));
}

void boxes_learn(struct engine *engine, struct tx *tx) {
    few_learn(&boxes_state_of(engine)->saving, engine, tx, &newer);
}

/* ---- wishes ---- */

enum { FILL_WANTED = 1, FILL_DONE = 10, FILL_SKIPPED = 11 };

struct fill {
    int64_t customer, id, box, rule, sum;
};

STATEMENT(want, "INSERT INTO box_fill (id, customer, box, rule, cause, sum, state, reason) "
                "VALUES ($1, $2, $3, $4, $5, $6, 1, 0) ON CONFLICT (customer, rule, cause) DO NOTHING");
STATEMENT(wanted, "SELECT customer, id, box, rule, sum FROM box_fill WHERE state = 1 ORDER BY id LIMIT 200 FOR_UPDATE");
STATEMENT(end_fill, "UPDATE box_fill SET state = $3, reason = $4, sum = $5 WHERE customer = $1 AND id = $2");

static void wish(struct tx *tx, const struct fill_rule *rule, int64_t cause, int64_t sum) {
    if (sum > 0)
        tx_run(tx, &want,
               VALUES(V_INT(world_id(tx_world(tx))), V_INT(rule->customer), V_INT(rule->box), V_INT(rule->id),
                      V_INT(cause), V_INT(sum)));
}

void boxes_want(struct engine *engine, struct tx *tx, const struct event *event, enum fill_kind kind) {
    struct fill_rule rules[PIECE];
    if (event->number <= 0 || !few_may_have(&boxes_state_of(engine)->saving, event->customer)) return;
    struct rows *rows = tx_query(tx, &rules_of_kind, VALUES(V_INT(event->customer), V_INT(kind)));
    size_t count = read_rules(rows, rules, PIECE);
    for (size_t i = 0; i < count; i++)
        if (rules[i].wallet == event->account)
            wish(tx, &rules[i], event->operation, fill_of(kind, rules[i].amount, event->number));
}

/* A job: days that have come. What was missed while nothing ran is done once. */
bool boxes_schedule_job(struct engine *engine, struct tx *tx) {
    struct fill_rule rules[PIECE];
    moment now = world_now(tx_world(tx));
    size_t count = read_rules(tx_query(tx, &rules_due, VALUES(V_INT(now))), rules, PIECE);
    for (size_t i = 0; i < count; i++) {
        const struct fill_rule *rule = &rules[i];
        wish(tx, rule, rule->due, fill_of(rule->kind, rule->amount, 0));
        tx_run(tx, &set_due,
               VALUES(V_INT(rule->customer), V_INT(rule->id), V_INT(fill_next(engine, &rule->days, now))));
    }
    return count == PIECE;
}

/* ---- carried out ---- */

static enum fill_reason reason_of(enum ledger_refusal refusal) {
    switch (refusal) {
    case LEDGER_OK: return FILL_WELL;
    case LEDGER_NOT_ENOUGH: return FILL_NO_MONEY;
    case LEDGER_FROZEN: return FILL_FROZEN;
    default: return FILL_CLOSED;
    }
}

/* Once a day for each rule: of forty purchases without money he need not hear forty times. */
static void tell_skipped(struct engine *engine, struct tx *tx, const struct box *box, const struct fill *fill,
                         enum fill_reason reason) {
    int64_t today = date_to_days(civil_at(world_now(tx_world(tx)), engine_zone(engine)).date);
    struct rows *rows = tx_query(tx, &rule_lock, VALUES(V_INT(fill->customer), V_INT(fill->rule)));
    struct fill_rule rule;
    if (read_rules(rows, &rule, 1) == 0 || rule.told == today) return;
    tx_run(tx, &set_told, VALUES(V_INT(fill->customer), V_INT(fill->rule), V_INT(today)));
    box_tell_owner(engine, tx, box, reason == FILL_FROZEN ? S_boxes_told_frozen : S_boxes_told_no_money, fill->sum,
                   TEXT_NONE);
}

static void carry_out(struct engine *engine, struct tx *tx, struct fill *fill) {
    struct box box;
    enum fill_reason reason = FILL_CLOSED;
    bool open = box_find(engine, tx, fill->customer, fill->box, &box) && box.state == BOX_OPEN;
    int64_t sum = open ? fill_up_to(fill->sum, box.goal, box_balance(engine, tx, &box)) : 0;
    if (open) reason = sum == 0 ? FILL_FULL : reason_of(box_put(engine, tx, &box, sum, KIND_BOX_FILL, box.id));
    if (reason == FILL_WELL) fill->sum = sum;
    if (reason == FILL_NO_MONEY || reason == FILL_FROZEN) tell_skipped(engine, tx, &box, fill, reason);
    tx_run(tx, &end_fill,
           VALUES(V_INT(fill->customer), V_INT(fill->id), V_INT(reason == FILL_WELL ? FILL_DONE : FILL_SKIPPED),
                  V_INT(reason), V_INT(fill->sum)));
    if (open) engine_notify(engine, tx, fill->customer, "box");
}

bool boxes_fill_job(struct engine *engine, struct tx *tx) {
    struct fill fills[PIECE];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &wanted, NO_VALUES);
    while (count < PIECE && rows_next(rows))
        fills[count++] =
            (struct fill){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2), row_int(rows, 3), row_int(rows, 4)};
    rows_end(rows);
    for (size_t i = 0; i < count; i++) carry_out(engine, tx, &fills[i]);
    return count == PIECE;
}

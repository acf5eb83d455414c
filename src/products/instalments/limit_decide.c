/* limit_decide.c: what the policy says of a customer's limit: all that is known of him is gathered, the decision is
 * kept with it, with the version, the lines that held and the reasons. A limit only grows here; nobody's is lowered by
 * asking. */
#include "products/instalments/limit_policy.h"

#include "base/check.h"
#include "base/json.h"
#include "identity/identity.h"
#include "levels/levels.h"
#include "messaging/messaging.h"
#include "onboarding/answers.h"
#include "onboarding/onboarding.h"

#include <jansson.h>

#define KNOWN 500
#define MONTH_DAYS 30

#define DECISION "customer, id, why, asked, before, after, version, decision, inputs, outcome, at"
STATEMENT(put, "INSERT INTO instalment_decision (" DECISION ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(list, "SELECT " DECISION " FROM instalment_decision WHERE customer = $1 ORDER BY id DESC LIMIT $2");

/* ---- what is known ---- */

struct known {
    struct policy_value values[16];
    size_t count;
};

static void know(struct known *known, const char *name, int64_t value) {
    check(known->count < sizeof known->values / sizeof *known->values);
    known->values[known->count++] = (struct policy_value){text_from(name), value};
}

static bool birth_said(struct engine *engine, struct tx *tx, int64_t customer, int64_t *day) {
    struct limit_decision last;
    if (limit_decisions_of(engine, tx, customer, &last, 1) == 0) return false;
    const json_t *said = json_object_get(json_read(tx_arena(tx), last.inputs), "birth");
    if (json_is_integer(said)) *day = json_integer_value(said);
    return json_is_integer(said);
}

bool limit_birth(struct engine *engine, struct tx *tx, int64_t customer, int64_t *day) {
    struct answers proved;
    struct date birth;
    bool known = engine_enabled(engine, "levels") && level_known(engine, tx, customer, &proved) &&
                 answer_date(proved.of[ANSWER_BIRTH], &birth);
    if (!known && !answer_date(onboarding_answer(engine, tx, customer, "birth"), &birth))
        return birth_said(engine, tx, customer, day);
    *day = date_to_days(birth);
    return true;
}

static void know_age(struct engine *engine, struct tx *tx, int64_t customer, int64_t said, struct known *known) {
    struct date day = date_from_days(instalments_today(engine));
    int64_t born = said;
    if (!limit_birth(engine, tx, customer, &born) && said == 0) return;
    struct date birth = date_from_days(born);
    know(known, "birth", born);
    bool before = day.month < birth.month || (day.month == birth.month && day.day < birth.day);
    know(known, "age", day.year - birth.year - before);
}

static void know_purchases(struct engine *engine, struct tx *tx, int64_t customer, struct known *known) {
    struct purchase *purchases = arena_array(tx_arena(tx), struct purchase, KNOWN);
    int64_t running = 0, repaid = 0, sum = 0, late = 0;
    bool overdue = false;
    size_t count = purchases_of(tx, customer, purchases, KNOWN);
    for (size_t i = 0; i < count; i++) {
        const struct purchase *each = &purchases[i];
        purchase_as_of(engine, &purchases[i], instalments_today(engine));
        int64_t kept = each->terms.sum - each->state.returned;
        bool paid = each->state.loan.status == LOAN_CLOSED && kept > 0;
        running += each->state.loan.status == LOAN_RUNS;
        repaid += paid;
        sum += paid ? kept : 0;
        late += each->state.loan.charged > 0;
        overdue = overdue || loan_days_overdue(&each->state.loan) > 0;
    }
    know(known, "running", running);
    know(known, "repaid", repaid);
    know(known, "repaid_sum", sum);
    know(known, "late", late);
    know(known, "overdue", overdue);
}

static void gather(struct engine *engine, struct tx *tx, const struct instalment_limit *limit, int64_t birth,
                   struct known *known) {
    struct customer who;
    if (identity_customer(engine, tx, limit->customer, &who)) {
        know(known, "level", who.level);
        know(known, "months", (world_now(tx_world(tx)) - who.opened) / (MONTH_DAYS * DAY));
    }
    know_age(engine, tx, limit->customer, birth, known);
    know(known, "limit", limit->sum);
    know(known, "used", limit->sum - instalment_limit_free(engine, tx, limit->customer));
    know(known, "income", 0); /* not asked: what he has paid says more */
    know(known, "payments", 0);
    know_purchases(engine, tx, limit->customer, known);
}

/* ---- what it says ---- */

static struct text json_of(const struct node *node) {
    struct buffer out = buffer_new(node->arena, 512);
    doc_write_json(node, &out);
    return buffer_text(&out);
}

static struct text inputs_write(struct arena *arena, const struct known *known) {
    struct node *data = doc_new(arena);
    for (size_t i = 0; i < known->count; i++) doc_int(data, known->values[i].name.data, known->values[i].value);
    return json_of(data);
}

static bool told_already(const struct node *reasons, struct text reason) {
    for (const struct node *each = reasons->first; each != NULL; each = each->next)
        if (text_equal(each->text, reason)) return true;
    return false;
}

static struct text outcome_write(struct arena *arena, const struct limit_policy *policy,
                                 const struct policy_outcome *outcome, bool enough) {
    struct node *data = doc_new(arena), *reasons = doc_array(data, "reasons"), *lines = doc_array(data, "lines");
    for (size_t i = 0; i < outcome->met_count; i++) {
        const struct policy_rule *rule = &policy->policy.rules[outcome->met[i]];
        struct node *line = doc_add_object(lines);
        doc_int(line, "line", rule->line);
        doc_text(line, "act", text_from(policy_act_name(rule->act)));
        doc_text(line, "text", policy_line_text(policy->content, rule->line));
        if (rule->reason.data != NULL && !told_already(reasons, rule->reason)) doc_add_text(reasons, rule->reason);
    }
    if (outcome->decision == POLICY_REVIEWED && outcome->missing > 0) doc_add_text(reasons, TEXT("not_known"));
    if (outcome->decision == POLICY_GRANTED && !enough) doc_add_text(reasons, TEXT("as_much_as_may_be"));
    doc_int(data, "score", outcome->score);
    doc_int(data, "most", outcome->limit);
    return json_of(data);
}

/* Nothing is written. */
static bool weigh(struct engine *engine, struct tx *tx, int64_t customer, const struct limit_wish *wish,
                  struct limit_decision *decision) {
    struct arena *arena = tx_arena(tx);
    const int64_t asked = wish->sum;
    struct instalment_limit limit;
    struct known known = {.count = 0};
    const struct limit_policy *policy = limit_policy_now(engine, tx);
    const struct purchase_rule rule = instalments_rule(engine);
    struct policy_outcome *outcome = arena_new_of(arena, struct policy_outcome);
    if (policy == NULL) return false;
    if (!instalment_limit_find(tx, customer, &limit)) limit = (struct instalment_limit){.customer = customer};
    gather(engine, tx, &limit, wish->birth, &known);
    policy_decide(&policy->policy, date_from_days(instalments_today(engine)), known.values, known.count, rule.own,
                  rule.own_count, outcome);
    int64_t most = asked > 0 && asked < outcome->limit ? asked : outcome->limit;
    bool granted = outcome->decision == POLICY_GRANTED && most > limit.sum;
    *decision = (struct limit_decision){
        .customer = customer,
        .id = world_id(tx_world(tx)),
        .asked = asked,
        .before = limit.sum,
        .after = granted ? most : limit.sum,
        .version = policy->version,
        .decision = outcome->decision == POLICY_GRANTED && !granted ? POLICY_REFUSED : outcome->decision,
        .inputs = inputs_write(arena, &known),
        .outcome = outcome_write(arena, policy, outcome, granted),
        .at = world_now(tx_world(tx))};
    return true;
}

/* ---- rows ---- */

static void keep(struct engine *engine, struct tx *tx, const struct limit_decision *decision) {
    struct instalment_limit limit;
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "instalments.inputs",
                                     decision->id, decision->inputs);
    tx_run(tx, &put,
           VALUES(V_INT(decision->customer), V_INT(decision->id), V_INT(decision->why), V_INT(decision->asked),
                  V_INT(decision->before), V_INT(decision->after), V_INT(decision->version), V_INT(decision->decision),
                  V_BYTES(sealed.data, sealed.size), V_TEXT(decision->outcome), V_INT(decision->at)));
    if (decision->after == decision->before) return;
    instalment_limit_set(engine, tx, decision->customer, decision->after, &limit);
    engine_notify(engine, tx, decision->customer, "instalments");
}

bool limit_decide(struct engine *engine, struct tx *tx, int64_t customer, const struct limit_wish *wish,
                  struct limit_decision *decision) {
    if (!weigh(engine, tx, customer, wish, decision)) return false;
    decision->why = LIMIT_ASKED;
    keep(engine, tx, decision);
    return true;
}

void limit_grow(struct engine *engine, struct tx *tx, int64_t customer) {
    struct limit_decision decision;
    const struct limit_wish wish = {0};
    if (!weigh(engine, tx, customer, &wish, &decision) || decision.after == decision.before) return;
    decision.why = LIMIT_GROWN;
    keep(engine, tx, &decision);
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(decision.after));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    message_tell(engine, tx, customer, TOPIC_OPERATIONS, S_instalments_told_grown, &argument, 1);
}

size_t limit_decisions_of(struct engine *engine, struct tx *tx, int64_t customer, struct limit_decision *decisions,
                          size_t room) {
    struct arena *arena = tx_arena(tx);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++) {
        decisions[count] = (struct limit_decision){.customer = customer,
                                                   .id = row_int(rows, 1),
                                                   .why = (enum limit_why)row_int(rows, 2),
                                                   .asked = row_int(rows, 3),
                                                   .before = row_int(rows, 4),
                                                   .after = row_int(rows, 5),
                                                   .version = row_int(rows, 6),
                                                   .decision = (enum policy_decision)row_int(rows, 7),
                                                   .outcome = row_copy(rows, 9, arena),
                                                   .at = row_int(rows, 10)};
        if (!secret_open(engine_keyring(engine), arena, "instalments.inputs", decisions[count].id, row_text(rows, 8),
                         &decisions[count].inputs))
            decisions[count].inputs = TEXT("{}");
    }
    rows_end(rows);
    return count;
}

moment limit_again_at(struct engine *engine, struct tx *tx, int64_t customer) {
    struct limit_decision decisions[LIMIT_DECISIONS_TOLD];
    moment now = world_now(tx_world(tx));
    size_t count = limit_decisions_of(engine, tx, customer, decisions, LIMIT_DECISIONS_TOLD);
    for (size_t i = 0; i < count; i++) {
        moment at = decisions[i].at + instalments_settings(engine)->ask_pause;
        if (decisions[i].why == LIMIT_ASKED) return at > now ? at : 0;
    }
    return 0;
}

bool limit_may_ask(struct engine *engine, struct tx *tx, int64_t customer) {
    return limit_policy_now(engine, tx) != NULL && limit_again_at(engine, tx, customer) == 0;
}

/* suspicious.c: transfers that somebody of risk should look at (BO-3): what a product tells of each (EVENT_PAID) is
 * held against suspicious_rules.h in the same transaction, and what is found becomes a task there; payees are counted a
 * little later (haste.c). The customer never hears of it. */
#include "backoffice/internal.h"
#include "backoffice/suspicious_rules.h"

#include "ledger/ledger.h"

STATEMENT(suspicion_add, "INSERT INTO suspicion (customer, rule, about, operation, sum, at, task) "
                         "VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (customer, rule, about) DO NOTHING");
STATEMENT(suspicion_task, "UPDATE suspicion SET task = $4 WHERE customer = $1 AND rule = $2 AND about = $3");

static struct text summary(struct engine *engine, struct tx *tx, string_id text, const struct suspected *suspected) {
    struct locale locale = {.language = (enum language)engine_config(engine)->language, .zone = engine_zone(engine)};
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", (struct money){suspected->sum, CURRENCY_RUB});
    doc_text(values, "operation", text_format(tx_arena(tx), "%lld", (long long)suspected->operation));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"operation", doc_get(values, "operation")}};
    return string_get(tx_arena(tx), &locale, text, arguments, 2);
}

void suspicious_report(struct engine *engine, struct tx *tx, const struct suspected *suspected, const char *rule,
                       string_id text, int64_t about) {
    const struct value customer = V_INT(suspected->customer), name = V_TEXT(text_from(rule));
    const struct value operation = V_INT(suspected->operation), sum = V_INT(suspected->sum);
    moment now = world_now(engine_world(engine));
    if (tx_run(tx, &suspicion_add, VALUES(customer, name, V_INT(about), operation, sum, V_INT(now))) != 1) return;
    int64_t task = queue_add(engine, tx, "backoffice.suspicious", suspected->customer, suspected->customer,
                             summary(engine, tx, text, suspected), 0);
    tx_run(tx, &suspicion_task, VALUES(customer, name, V_INT(about), V_INT(task)));
    engine_audit(engine, tx, 0, suspected->customer, "suspicious.found",
                 text_format(tx_arena(tx), "%s, operation %lld", rule, (long long)suspected->operation));
}

void suspicious_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind != EVENT_PAID) return;
    const struct suspicion_limits *limits = &backoffice_settings(engine)->suspicious;
    const struct paid paid = {
        .sum = event->number, .after_change = event->cooling_until != 0, .payee_frozen = event->frozen};
    const struct suspected suspected = {event->customer, event->operation, event->number};
    haste_paid(engine, tx, event);
    unsigned found = suspicions(limits, &paid);
    if (found & SUSPICION_SUM)
        suspicious_report(engine, tx, &suspected, "sum", S_backoffice_suspicious_sum, event->operation);
    if (found & SUSPICION_CHANGED)
        suspicious_report(engine, tx, &suspected, "changed", S_backoffice_suspicious_changed, event->cooling_until);
    if (found & SUSPICION_FROZEN)
        suspicious_report(engine, tx, &suspected, "frozen", S_backoffice_suspicious_frozen, event->operation);
}

/* ---- what becomes of it ---- */

const struct task_outcome suspicious_outcomes[] = {
    {"fine", S_backoffice_outcome_fine},
    {"freeze", S_backoffice_outcome_freeze},
    {"report", S_backoffice_outcome_report},
    {.name = NULL},
};

const struct refusal *suspicious_finish(struct request *request, struct tx *tx, const struct task_of_queue *task) {
    if (text_is(task->outcome, "freeze") && identity_freeze(request->engine, tx, task->customer, true))
        audit_record(request, task->customer, "customer.frozen", task->note);
    if (text_is(task->outcome, "report")) audit_record(request, task->customer, "suspicious.reported", task->note);
    return NULL;
}

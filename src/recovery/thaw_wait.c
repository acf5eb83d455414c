/* thaw_wait.c: money that its owner froze himself, and who has nothing but his number to prove himself by: a code
 * begins a wait, told on every channel and in the case of the theft. Whoever holds a stolen telephone can begin it too;
 * the wait is the owner's time to get his number back, or to say to the support that it was not he. Any session may
 * stop it: that does no harm. */
#include "recovery/thaw.h"

#define AT_ONCE 50

STATEMENT(wait_put, "INSERT INTO thaw_wait (customer, due) VALUES ($1, $2) ON CONFLICT (customer) DO NOTHING");
STATEMENT(wait_read, "SELECT due FROM thaw_wait WHERE customer = $1");
STATEMENT(wait_end, "DELETE FROM thaw_wait WHERE customer = $1");
STATEMENT(waits_over, "SELECT customer FROM thaw_wait WHERE due <= $1 ORDER BY due LIMIT 50");

static const struct refusal none = {"nothing-waits", 409, S_recovery_thaw_nothing_waits, false};

static void tell(struct engine *engine, struct tx *tx, int64_t customer, string_id text, moment due) {
    struct node company = text_value(text_from(engine_config(engine)->company)), at = moment_value(due);
    const struct string_argument arguments[] = {{"company", &company}, {"at", &at}};
    message_tell(engine, tx, customer, TOPIC_SECURITY, text, arguments, 2);
}

moment thaw_due(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &wait_read, VALUES(V_INT(customer)));
    moment due = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return due;
}

moment thaw_wait(struct engine *engine, struct tx *tx, int64_t customer) {
    moment due = world_now(engine_world(engine)) + recovery_settings(engine)->thaw_wait;
    tx_run(tx, &wait_put, VALUES(V_INT(customer), V_INT(due)));
    thaw_note(engine, tx, customer, S_recovery_thaw_case_wait);
    tell(engine, tx, customer, S_recovery_tell_thaw_wait, due);
    return due;
}

enum flow thaw_stop(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer;
    if (tx_run(tx, &wait_end, VALUES(V_INT(customer))) != 1) return refuse(request, &none);
    thaw_note(request->engine, tx, customer, S_recovery_thaw_case_stopped);
    tell(request->engine, tx, customer, S_recovery_tell_thaw_stopped, 0);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "frozen", true);
    return answer_done(request, document, TEXT("/settings/thaw"));
}

void thaw_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    (void)engine;
    if (event->kind == EVENT_CUSTOMER_FROZEN || event->kind == EVENT_CUSTOMER_PHONE ||
        event->kind == EVENT_CUSTOMER_PASSWORD || event->kind == EVENT_CUSTOMER_CLOSED)
        tx_run(tx, &wait_end, VALUES(V_INT(event->customer)));
}

bool thaw_due_job(struct engine *engine, struct tx *tx) {
    int64_t customers[AT_ONCE];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &waits_over, VALUES(V_INT(world_now(engine_world(engine)))));
    while (count < AT_ONCE && rows_next(rows)) customers[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct customer customer;
        if (tx_run(tx, &wait_end, VALUES(V_INT(customers[i]))) != 1) continue;
        if (!identity_customer(engine, tx, customers[i], &customer) || !customer.froze_himself || customer.closed)
            continue;
        thaw_now(engine, tx, customers[i], S_recovery_thaw_case_waited);
    }
    return count == AT_ONCE;
}

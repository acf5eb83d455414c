/* duty.c: who of the staff is there. An agent says so by a switch; where nobody uses it, the configured hours speak for
 * all. */
#include "support/desk.h"

#define USED_FOR (14 * DAY)  /* so long after somebody's last use of it the switch counts, not the hours */
#define ON_FOR (12 * HOUR)   /* who forgot to switch off is off by himself */
#define ON_MAX 200

STATEMENT(duty_rows, "SELECT staff, until, changed FROM support_duty");
STATEMENT(duty_of_member, "SELECT until FROM support_duty WHERE staff = $1");
STATEMENT(duty_set, "INSERT INTO support_duty (staff, until, changed) VALUES ($1, $2, $3) "
                    "ON CONFLICT (staff) DO UPDATE SET until = $2, changed = $3");

struct duty duty_of(struct engine *engine, struct tx *tx) {
    const struct support *support = support_of(engine);
    const struct zone *zone = engine_zone(engine);
    moment now = world_now(engine_world(engine));
    bool used = false, somebody = false;
    struct rows *rows = tx_query(tx, &duty_rows, NO_VALUES);
    while (rows_next(rows)) {
        somebody = somebody || row_int(rows, 1) > now;
        used = used || row_int(rows, 2) > now - USED_FOR;
    }
    rows_end(rows);
    struct duty duty = {used ? somebody : duty_at(&support->hours, now, zone),
                        duty_promise(&support->hours, now, zone)};
    if (duty.now) duty.answer_by = now + support->hours.answer_us;
    return duty;
}

bool duty_is_on(struct tx *tx, int64_t staff, moment now) {
    struct rows *rows = tx_query(tx, &duty_of_member, VALUES(V_INT(staff)));
    bool on = rows_next(rows) && row_int(rows, 0) > now;
    rows_end(rows);
    return on;
}

void duty_notify(struct engine *engine, struct tx *tx) {
    moment now = world_now(engine_world(engine));
    int64_t *staff = arena_array(tx_arena(tx), int64_t, ON_MAX);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &duty_rows, NO_VALUES);
    while (count < ON_MAX && rows_next(rows))
        if (row_int(rows, 1) > now) staff[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) engine_notify(engine, tx, staff[i], "support");
}

enum flow duty_switch(struct request *request, struct tx *tx) {
    moment now = world_now(request->world);
    bool on = field_number(request, "on") == 0; /* the first choice is yes */
    tx_run(tx, &duty_set, VALUES(V_INT(request->caller.staff), V_INT(on ? now + ON_FOR : now), V_INT(now)));
    audit_record(request, 0, on ? "support.duty.on" : "support.duty.off", TEXT_NONE);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "on", on);
    return answer_done(request, document, TEXT("/staff/cases"));
}

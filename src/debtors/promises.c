/* promises.c: a promise whose day is over is kept when nothing is overdue any more, of any product; else it comes back
 * as a task (LO-6). */
#include "debtors/internal.h"

#define PIECE 50

STATEMENT(promises_over, "SELECT customer, id FROM debtor_contact WHERE waits > 0 AND waits < $1 "
                         "ORDER BY waits LIMIT $2");

bool debtors_promises_job(struct engine *engine, struct tx *tx) {
    int64_t promises[PIECE][2];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &promises_over, VALUES(V_INT(debtors_today(engine)), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) {
        promises[count][0] = row_int(rows, 0);
        promises[count][1] = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct contact contact;
        if (!contact_find(engine, tx, promises[i][0], promises[i][1], &contact)) continue;
        bool kept = debtor_since(engine, tx, contact.customer) == 0;
        contact.waits = 0;
        contact.outcome = kept ? CONTACT_KEPT : CONTACT_BROKEN;
        contact_update(engine, tx, &contact);
        if (!kept)
            queue_add(engine, tx, "debtors.promise", contact.id, contact.customer,
                      date_format(tx_arena(tx), date_from_days(contact.promised)), 0);
    }
    return count == PIECE;
}

/* contacts.c: rows of contacts with debtors (LO-6, IN-4): each call, message and meeting, by programs of ours too,
 * counted before it begins. What the law allows is contact_rules. */
#include "debtors/internal.h"

#define CONTACT "customer, id, product, subject, way, at, staff, outcome, promised, waits, note"
STATEMENT(put, "INSERT INTO debtor_contact (" CONTACT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(list, "SELECT " CONTACT " FROM debtor_contact WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(one_locked, "SELECT " CONTACT " FROM debtor_contact WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(update, "UPDATE debtor_contact SET outcome = $3, promised = $4, waits = $5, note = $6 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(made, "SELECT id FROM debtor_contact WHERE customer = $1 AND product = $2 AND subject = $3 AND way = $4 "
                "AND staff = 0 AND at >= $5 LIMIT 1");

static struct contact read_row(struct engine *engine, struct tx *tx, const struct rows *row) {
    return (struct contact){.customer = row_int(row, 0),
                            .id = row_int(row, 1),
                            .product = row_copy(row, 2, tx_arena(tx)),
                            .subject = row_int(row, 3),
                            .way = (enum contact_way)row_int(row, 4),
                            .at = row_int(row, 5),
                            .staff = row_int(row, 6),
                            .outcome = (enum contact_outcome)row_int(row, 7),
                            .promised = row_int(row, 8),
                            .waits = row_int(row, 9),
                            .note = debtor_unseal(engine, tx, "loan.contact", row_int(row, 1), row_text(row, 10))};
}

void contact_put(struct engine *engine, struct tx *tx, struct contact *contact) {
    contact->id = world_id(tx_world(tx));
    contact->at = world_now(tx_world(tx));
    tx_run(tx, &put,
           VALUES(V_INT(contact->customer), V_INT(contact->id), V_TEXT(contact->product), V_INT(contact->subject),
                  V_INT(contact->way), V_INT(contact->at), V_INT(contact->staff), V_INT(contact->outcome),
                  V_INT(contact->promised), V_INT(contact->waits),
                  debtor_seal(engine, tx, "loan.contact", contact->id, contact->note)));
}

void contact_update(struct engine *engine, struct tx *tx, const struct contact *contact) {
    tx_run(tx, &update,
           VALUES(V_INT(contact->customer), V_INT(contact->id), V_INT(contact->outcome), V_INT(contact->promised),
                  V_INT(contact->waits), debtor_seal(engine, tx, "loan.contact", contact->id, contact->note)));
}

bool contact_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct contact *contact) {
    struct rows *rows = tx_query(tx, &one_locked, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *contact = read_row(engine, tx, rows);
    rows_end(rows);
    return found;
}

size_t contacts_of(struct engine *engine, struct tx *tx, int64_t customer, struct contact *contacts, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) contacts[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool contact_made(struct tx *tx, int64_t customer, const struct contact_about *about, moment since) {
    struct rows *rows = tx_query(tx, &made,
                                 VALUES(V_INT(customer), V_TEXT(text_from(about->product)), V_INT(about->subject),
                                        V_INT(CONTACT_MESSAGE), V_INT(since)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

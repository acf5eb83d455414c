/* contacts.c: rows of contacts with debtors (LO-6): each call, message and meeting, by programs of ours too, counted
 * before it begins; what a debtor has asked for in writing; promises that were not kept. What the law allows is
 * contact_rules. */
#include "products/loans/staff.h"

#include "messaging/messaging.h"

#define PAST_COUNTED 100 /* more than the law allows of all ways together within a month */
#define PIECE 50

#define CONTACT "customer, id, loan, way, at, staff, outcome, promised, waits, note"
STATEMENT(put, "INSERT INTO loan_contact (" CONTACT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
STATEMENT(list, "SELECT " CONTACT " FROM loan_contact WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(one_locked, "SELECT " CONTACT " FROM loan_contact WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(update, "UPDATE loan_contact SET outcome = $3, promised = $4, waits = $5, note = $6 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(past_of, "SELECT way, at FROM loan_contact WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(overdue_of, "SELECT CAST(COALESCE(MIN(overdue_since), 0) AS BIGINT) FROM loan_running "
                      "WHERE customer = $1 AND overdue_since > 0");
STATEMENT(one_overdue, "SELECT overdue_since FROM loan_running WHERE customer = $1 AND id = $2");
STATEMENT(wish_of, "SELECT refused, representative, zone, staff, at FROM loan_debtor WHERE customer = $1");
STATEMENT(wish_lock, "SELECT refused FROM loan_debtor WHERE customer = $1 FOR_UPDATE");
STATEMENT(wish_put, "INSERT INTO loan_debtor (customer, refused, representative, zone, staff, at) "
                    "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (customer) DO UPDATE SET "
                    "refused = excluded.refused, representative = excluded.representative, zone = excluded.zone, "
                    "staff = excluded.staff, at = excluded.at");
STATEMENT(promises_over, "SELECT customer, id, loan FROM loan_contact WHERE waits > 0 AND waits < $1 "
                         "ORDER BY waits LIMIT $2");

static struct text unseal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text sealed) {
    struct text clear;
    bool good = sealed.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), purpose, id, sealed, &clear);
    return good ? clear : TEXT_NONE;
}

static struct value seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(sealed.data, sealed.size);
}

/* ---- contacts ---- */

static struct contact read_row(struct engine *engine, struct tx *tx, const struct rows *row) {
    return (struct contact){.customer = row_int(row, 0),
                            .id = row_int(row, 1),
                            .loan = row_int(row, 2),
                            .way = (enum contact_way)row_int(row, 3),
                            .at = row_int(row, 4),
                            .staff = row_int(row, 5),
                            .outcome = (enum contact_outcome)row_int(row, 6),
                            .promised = row_int(row, 7),
                            .waits = row_int(row, 8),
                            .note = unseal(engine, tx, "loan.contact", row_int(row, 1), row_text(row, 9))};
}

void contact_put(struct engine *engine, struct tx *tx, struct contact *contact) {
    contact->id = world_id(tx_world(tx));
    contact->at = world_now(tx_world(tx));
    tx_run(tx, &put,
           VALUES(V_INT(contact->customer), V_INT(contact->id), V_INT(contact->loan), V_INT(contact->way),
                  V_INT(contact->at), V_INT(contact->staff), V_INT(contact->outcome), V_INT(contact->promised),
                  V_INT(contact->waits), seal(engine, tx, "loan.contact", contact->id, contact->note)));
}

void contact_update(struct engine *engine, struct tx *tx, const struct contact *contact) {
    tx_run(tx, &update,
           VALUES(V_INT(contact->customer), V_INT(contact->id), V_INT(contact->outcome), V_INT(contact->promised),
                  V_INT(contact->waits), seal(engine, tx, "loan.contact", contact->id, contact->note)));
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

/* ---- what he asked for; how it stands with him ---- */

bool debtor_wish_of(struct engine *engine, struct tx *tx, int64_t customer, struct debtor_wish *wish) {
    struct rows *rows = tx_query(tx, &wish_of, VALUES(V_INT(customer)));
    bool found = rows_next(rows);
    *wish = (struct debtor_wish){.refused = 0};
    if (found)
        *wish = (struct debtor_wish){.refused = row_int(rows, 0),
                                     .representative =
                                         unseal(engine, tx, "loan.debtor", customer, row_text(rows, 1)),
                                     .zone = row_copy(rows, 2, tx_arena(tx)),
                                     .staff = row_int(rows, 3),
                                     .at = row_int(rows, 4)};
    rows_end(rows);
    return found;
}

void debtor_wish_put(struct engine *engine, struct tx *tx, int64_t customer, const struct debtor_wish *wish) {
    tx_run(tx, &wish_put,
           VALUES(V_INT(customer), V_INT(wish->refused),
                  seal(engine, tx, "loan.debtor", customer, wish->representative), V_TEXT(wish->zone),
                  V_INT(wish->staff), V_INT(world_now(tx_world(tx)))));
}

static int64_t number_of(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    struct rows *rows = tx_query(tx, statement, values, count);
    int64_t number = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return number;
}

struct contact_case debtor_case(struct engine *engine, struct tx *tx, int64_t customer) {
    const struct credit_setting around = credit_setting(engine);
    struct contact_past *past = arena_array(tx_arena(tx), struct contact_past, PAST_COUNTED);
    struct debtor_wish wish;
    size_t count = 0;
    debtor_wish_of(engine, tx, customer, &wish);
    struct rows *rows = tx_query(tx, &past_of, VALUES(V_INT(customer), V_INT(PAST_COUNTED)));
    for (; count < PAST_COUNTED && rows_next(rows); count++)
        past[count] = (struct contact_past){(enum contact_way)row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    const char *usual = loans_settings(engine)->debtor_zone;
    const struct zone *zone = wish.zone.size > 0 ? zone_named(wish.zone.data) : NULL;
    if (zone == NULL && usual[0] != '\0') zone = zone_named(usual);
    return (struct contact_case){.zone = zone != NULL ? zone : engine_zone(engine),
                                 .calendar = around.calendar,
                                 .own = around.own,
                                 .own_count = around.own_count,
                                 .past = past,
                                 .past_count = count,
                                 .overdue_since = number_of(tx, &overdue_of, VALUES(V_INT(customer))),
                                 .refused = wish.refused,
                                 .represented = wish.representative.size > 0};
}

/* The debtor's row is the lock, so that of two at once the second sees what the first did. */
void debtor_lock(struct engine *engine, struct tx *tx, int64_t customer) {
    struct debtor_wish wish;
    struct rows *rows = tx_query(tx, &wish_lock, VALUES(V_INT(customer)));
    bool there = rows_next(rows);
    rows_end(rows);
    if (there) return;
    debtor_wish_of(engine, tx, customer, &wish);
    wish.zone = TEXT("");
    debtor_wish_put(engine, tx, customer, &wish);
}

bool debtor_tell(struct engine *engine, struct tx *tx, int64_t customer, int64_t loan, string_id text,
                 const struct string_argument *arguments, size_t count) {
    debtor_lock(engine, tx, customer);
    const struct contact_case debtor = debtor_case(engine, tx, customer);
    if (contact_may(&debtor, CONTACT_MESSAGE, false, world_now(tx_world(tx))) != CONTACT_FREE) return false;
    struct contact contact = {
        .customer = customer, .loan = loan, .way = CONTACT_MESSAGE, .outcome = CONTACT_SENT};
    contact_put(engine, tx, &contact);
    message_tell_bulk(engine, tx, customer, TOPIC_SERVICE, text, arguments, count);
    return true;
}

/* ---- promises ---- */

struct promise {
    int64_t customer, id, loan;
};

/* A promise whose day is over is kept when nothing is overdue any more; else it comes back as a task. */
bool loans_promises_job(struct engine *engine, struct tx *tx) {
    struct promise promises[PIECE];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &promises_over, VALUES(V_INT(loans_today(engine)), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++)
        promises[count] = (struct promise){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)};
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct contact contact;
        const struct promise *promise = &promises[i];
        if (!contact_find(engine, tx, promise->customer, promise->id, &contact)) continue;
        bool kept = promise->loan != 0
                        ? number_of(tx, &one_overdue, VALUES(V_INT(promise->customer), V_INT(promise->loan))) == 0
                        : number_of(tx, &overdue_of, VALUES(V_INT(promise->customer))) == 0;
        contact.waits = 0;
        contact.outcome = kept ? CONTACT_KEPT : CONTACT_BROKEN;
        contact_update(engine, tx, &contact);
        if (!kept)
            queue_add(engine, tx, "loans.promise", contact.id, contact.customer,
                      date_format(tx_arena(tx), date_from_days(contact.promised)), 0);
    }
    return count == PIECE;
}

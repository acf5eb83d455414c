/* payment.c: rows of what agents were told as credited. The number is sealed: it is the customer's, and of use when the
 * same payment is asked for again, and in the agent's register. */
#include "agents/internal.h"

#define COLUMNS "agent, id, txn, date, customer, account, sum, phone"

STATEMENT(by_txn, "SELECT " COLUMNS " FROM agent_payment WHERE agent = $1 AND txn = $2");
STATEMENT(put, "INSERT INTO agent_payment (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
               "ON CONFLICT (agent, txn) DO NOTHING");
STATEMENT(between, "SELECT " COLUMNS " FROM agent_payment WHERE agent = $1 AND id > $2 AND id < $3 "
                   "ORDER BY id LIMIT $4");
STATEMENT(latest, "SELECT " COLUMNS " FROM agent_payment WHERE agent = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(of_customer, "SELECT " COLUMNS ", (SELECT title FROM agent a WHERE a.id = agent_payment.agent) "
                       "FROM agent_payment WHERE customer = $1 AND id > $2 ORDER BY id LIMIT 200");
STATEMENT(title_of, "SELECT title FROM agent WHERE account = $1");

static struct agent_payment read_row(struct engine *engine, struct rows *rows, struct arena *arena) {
    struct agent_payment payment = {.agent = row_int(rows, 0),
                                    .id = row_int(rows, 1),
                                    .txn = row_copy(rows, 2, arena),
                                    .date = row_copy(rows, 3, arena),
                                    .customer = row_int(rows, 4),
                                    .account = row_int(rows, 5),
                                    .sum = row_int(rows, 6)};
    struct text sealed = row_text(rows, 7);
    if (sealed.size > 0 &&
        !secret_open(engine_keyring(engine), arena, "agents.phone", payment.id, sealed, &payment.phone))
        payment.phone = TEXT_NONE;
    return payment;
}

static size_t read_rows(struct engine *engine, struct tx *tx, struct rows *rows, struct agent_payment *payments,
                        size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) payments[count++] = read_row(engine, rows, tx_arena(tx));
    rows_end(rows);
    return count;
}

bool agent_payment_find(struct engine *engine, struct tx *tx, int64_t agent, struct text txn,
                        struct agent_payment *payment) {
    return read_rows(engine, tx, tx_query(tx, &by_txn, VALUES(V_INT(agent), V_TEXT(txn))), payment, 1) == 1;
}

bool agent_payment_put(struct engine *engine, struct tx *tx, const struct agent_payment *payment) {
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "agents.phone", payment->id,
                                     payment->phone);
    struct text date = payment->date.size > 0 ? payment->date : TEXT("");
    return tx_run(tx, &put,
                  VALUES(V_INT(payment->agent), V_INT(payment->id), V_TEXT(payment->txn), V_TEXT(date),
                         V_INT(payment->customer), V_INT(payment->account), V_INT(payment->sum),
                         V_BYTES(sealed.data, sealed.size))) == 1;
}

size_t agent_payments(struct engine *engine, struct tx *tx, int64_t agent, int64_t after, int64_t before,
                      struct agent_payment *payments, size_t room) {
    struct rows *rows =
        tx_query(tx, &between, VALUES(V_INT(agent), V_INT(after), V_INT(before), V_INT((int64_t)room)));
    return read_rows(engine, tx, rows, payments, room);
}

size_t agent_payments_latest(struct engine *engine, struct tx *tx, int64_t agent, struct agent_payment *payments,
                             size_t room) {
    return read_rows(engine, tx, tx_query(tx, &latest, VALUES(V_INT(agent), V_INT((int64_t)room))), payments, room);
}

/* ---- what the customer sees, and what is kept of him ---- */

void agent_payment_describe(struct engine *engine, struct tx *tx, const struct locale *locale,
                            const struct entry *entry, struct node *operation) {
    (void)engine, (void)locale;
    struct rows *rows = tx_query(tx, &title_of, VALUES(V_INT(entry->other)));
    if (rows_next(rows)) doc_text(operation, "counterparty", row_copy(rows, 0, operation->arena));
    rows_end(rows);
}

bool agents_own_data(struct own_data *piece) {
    size_t count = 0;
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &of_customer, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    for (; rows_next(rows); count++) {
        struct agent_payment payment = read_row(piece->engine, rows, arena);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("agent_payment"));
        doc_id(node, "id", payment.id);
        doc_moment(node, "at", id_moment(payment.id));
        doc_text(node, "agent", row_copy(rows, 8, arena));
        doc_money(node, "sum", rub(payment.sum));
        doc_text(node, "phone", payment.phone);
        piece->after = payment.id;
    }
    rows_end(rows);
    return count == 200;
}

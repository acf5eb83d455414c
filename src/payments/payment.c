/* payment.c: a payment's row. What was typed and what the provider told of it is personal, so it is sealed. */
#include "operations/operations.h"
#include "payments/internal.h"

#include <string.h>

#define COLUMNS                                                                                                        \
    "id, customer, provider, version, account, state, sum, fee, hold, operation, reason, code, reference, deadline, "  \
    "ended, language, payload, returned, card_order"

STATEMENT(find, "SELECT " COLUMNS " FROM payment WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " COLUMNS " FROM payment WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(owner, "SELECT customer FROM payment WHERE id = $1");
STATEMENT(of_card_order, "SELECT id FROM payment WHERE customer = $1 AND card_order = $2 AND card_order > 0");
STATEMENT(insert, "INSERT INTO payment (" COLUMNS ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0, $18)");
STATEMENT(update, "UPDATE payment SET state = $3, sum = $4, fee = $5, hold = $6, operation = $7, reason = $8, "
                  "code = $9, reference = $10, deadline = $11, ended = $12, version = $13, payload = $14, "
                  "returned = $15, card_order = $16 "
                  "WHERE customer = $1 AND id = $2");
STATEMENT(latest, "SELECT " COLUMNS " FROM payment WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(latest_open, "SELECT " COLUMNS " FROM payment WHERE customer = $1 AND state < 10 ORDER BY id DESC LIMIT $2");

static struct payment read_row(const struct rows *row, struct arena *arena) {
    return (struct payment){.id = row_int(row, 0),
                            .customer = row_int(row, 1),
                            .provider = row_int(row, 2),
                            .version = row_int(row, 3),
                            .account = row_int(row, 4),
                            .state = (enum payment_state)row_int(row, 5),
                            .sum = row_int(row, 6),
                            .fee = row_int(row, 7),
                            .hold = row_int(row, 8),
                            .operation = row_int(row, 9),
                            .reason = (enum payment_reason)row_int(row, 10),
                            .code = row_int(row, 11),
                            .reference = row_null(row, 12) ? TEXT_NONE : row_copy(row, 12, arena),
                            .deadline = row_int(row, 13),
                            .ended = row_int(row, 14),
                            .language = (enum language)row_int(row, 15),
                            .returned = row_int(row, 17),
                            .card_order = row_int(row, 18),
                            .info = {.bill = -1}};
}

/* Of a customer whose data were destroyed there is nothing left to open. */
static void open_payload(struct engine *engine, struct tx *tx, struct text sealed, struct payment *payment) {
    struct text clear;
    struct payment told = *payment;
    if (sealed.size == 0 || !secret_open(engine_keyring(engine), tx_arena(tx), "payment.values", payment->id, sealed,
                                         &clear) ||
        !order_read(tx_arena(tx), clear, &told))
        return;
    payment->values = told.values;
    payment->info = told.info;
}

bool payment_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct payment *payment) {
    struct statement *statement = tx_writing(tx) ? &lock : &find;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    struct text sealed = TEXT_NONE;
    if (found) {
        *payment = read_row(rows, tx_arena(tx));
        sealed = row_copy(rows, 16, tx_arena(tx));
    }
    rows_end(rows);
    if (found) open_payload(engine, tx, sealed, payment);
    return found;
}

/* A card's number is needed no more once the payment has ended. */
static struct value payload_of(struct engine *engine, struct tx *tx, const struct payment *payment) {
    struct payment kept = *payment;
    if (payment_final(payment->state)) kept.values.number = TEXT_NONE;
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "payment.values", payment->id,
                                     order_write(tx_arena(tx), &kept));
    return V_BYTES(sealed.data, sealed.size);
}

static struct value reference_of(const struct payment *payment) {
    return payment->reference.size > 0 ? V_TEXT(payment->reference) : V_NULL;
}

void payment_insert(struct engine *engine, struct tx *tx, const struct payment *payment) {
    tx_run(tx, &insert,
           VALUES(V_INT(payment->id), V_INT(payment->customer), V_INT(payment->provider), V_INT(payment->version),
                  V_INT(payment->account), V_INT(payment->state), V_INT(payment->sum), V_INT(payment->fee),
                  V_INT(payment->hold), V_INT(payment->operation), V_INT(payment->reason), V_INT(payment->code),
                  reference_of(payment), V_INT(payment->deadline), V_INT(payment->ended), V_INT(payment->language),
                  payload_of(engine, tx, payment), V_INT(payment->card_order)));
}

void payment_update(struct engine *engine, struct tx *tx, const struct payment *payment) {
    tx_run(tx, &update,
           VALUES(V_INT(payment->customer), V_INT(payment->id), V_INT(payment->state), V_INT(payment->sum),
                  V_INT(payment->fee), V_INT(payment->hold), V_INT(payment->operation), V_INT(payment->reason),
                  V_INT(payment->code), reference_of(payment), V_INT(payment->deadline), V_INT(payment->ended),
                  V_INT(payment->version), payload_of(engine, tx, payment), V_INT(payment->returned),
                  V_INT(payment->card_order)));
}

bool payment_of_card_order(struct engine *engine, struct tx *tx, int64_t customer, int64_t order,
                           struct payment *payment) {
    struct rows *rows = tx_query(tx, &of_card_order, VALUES(V_INT(customer), V_INT(order)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return id != 0 && payment_find(engine, tx, customer, id, payment);
}

int64_t payment_owner(struct tx *tx, int64_t id) {
    struct rows *rows = tx_query(tx, &owner, VALUES(V_INT(id)));
    int64_t customer = rows_next(rows) ? row_int(rows, 0) : -1;
    rows_end(rows);
    return customer;
}

struct text payment_values_get(const struct payment_values *values, const char *name) {
    for (size_t i = 0; i < values->count; i++)
        if (strcmp(values->of[i].name, name) == 0) return values->of[i].value;
    return TEXT_NONE;
}

static bool ten_digits(struct text value) {
    for (size_t i = 0; i < value.size; i++)
        if (value.data[i] < '0' || value.data[i] > '9') return false; /* staff see some of it masked */
    return value.size == 10;
}

struct text payment_value_shown(struct arena *arena, const struct provider *provider, const char *name,
                                struct text value) {
    const struct value_choice *chosen = NULL;
    for (size_t i = 0; provider != NULL && i < provider->field_count; i++) {
        const struct provider_field *field = &provider->fields[i];
        if (strcmp(field->name, name) != 0) continue;
        if (field->rule.kind == VALUE_KIND_PHONE && ten_digits(value))
            return operations_unbroken(arena, phone_pretty(arena, text_format(arena, "+7%.*s", TEXT_ARG(value))));
        chosen = value_chosen(&field->rule, value);
    }
    return text_copy(arena, chosen != NULL ? chosen->title : value);
}

struct text payment_value(const struct payment *payment, const char *name) {
    return payment_values_get(&payment->values, name);
}

void payment_moved(struct engine *engine, struct tx *tx, const struct payment *payment) {
    const struct event event = {.kind = payment->customer != 0 ? EVENT_PAYMENT : EVENT_HOUSE_PAYMENT,
                                .customer = payment->customer,
                                .number = payment->id};
    engine_emit(engine, tx, &event);
}

size_t payments_latest(struct tx *tx, int64_t customer, bool open, struct payment *payments, size_t room) {
    size_t count = 0;
    struct rows *rows =
        tx_query(tx, open ? &latest_open : &latest, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) payments[count++] = read_row(rows, tx_arena(tx));
    rows_end(rows);
    return count;
}

/* application.c: rows of applications. What was asked and found out about somebody is sealed. */
#include "products/loans/loans.h"

#define APPLICATION                                                                                                    \
    "customer, id, product, state, sum, term, inputs, policy, outcome, most, asked_at, decided_at, staff, expires, "   \
    "loan"

#define WAITING "(state < 3 OR state = 7)" /* application_waits */

STATEMENT(find, "SELECT " APPLICATION " FROM loan_application WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " APPLICATION " FROM loan_application WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(list, "SELECT " APPLICATION " FROM loan_application WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(find_open, "SELECT " APPLICATION " FROM loan_application WHERE customer = $1 AND " WAITING);
STATEMENT(lock_open, "SELECT " APPLICATION " FROM loan_application WHERE customer = $1 AND " WAITING " FOR_UPDATE");
STATEMENT(decided, "SELECT " APPLICATION " FROM loan_application WHERE decided_at > 0 "
                   "ORDER BY decided_at DESC, id DESC LIMIT $1");
STATEMENT(owner, "SELECT customer FROM loan_application WHERE id = $1");
STATEMENT(insert, "INSERT INTO loan_application (" APPLICATION ") "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING");
STATEMENT(update, "UPDATE loan_application SET product = $3, state = $4, sum = $5, term = $6, inputs = $7, "
                  "policy = $8, outcome = $9, most = $10, decided_at = $11, staff = $12, expires = $13, loan = $14 "
                  "WHERE customer = $1 AND id = $2");

static struct text unseal(struct engine *engine, struct tx *tx, int64_t id, struct text sealed) {
    struct text clear;
    bool good =
        sealed.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), "loan.inputs", id, sealed, &clear);
    return good ? clear : TEXT_NONE;
}

static struct value seal(struct engine *engine, struct tx *tx, const struct application *application) {
    struct text inputs = application->inputs;
    if (inputs.size == 0) return V_BYTES("", 0);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "loan.inputs",
                                     application->id, inputs);
    return V_BYTES(sealed.data, sealed.size);
}

static struct application read_row(struct engine *engine, struct tx *tx, const struct rows *row) {
    return (struct application){.customer = row_int(row, 0),
                                .id = row_int(row, 1),
                                .product = row_int(row, 2),
                                .state = (enum application_state)row_int(row, 3),
                                .sum = row_int(row, 4),
                                .term = row_int(row, 5),
                                .inputs = unseal(engine, tx, row_int(row, 1), row_text(row, 6)),
                                .policy = row_int(row, 7),
                                .outcome = row_copy(row, 8, tx_arena(tx)),
                                .most = row_int(row, 9),
                                .asked_at = row_int(row, 10),
                                .decided_at = row_int(row, 11),
                                .staff = row_int(row, 12),
                                .expires = row_int(row, 13),
                                .loan = row_int(row, 14)};
}

static bool only(struct engine *engine, struct tx *tx, struct rows *rows, struct application *application) {
    bool found = rows_next(rows);
    if (found) *application = read_row(engine, tx, rows);
    rows_end(rows);
    return found;
}

bool application_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id,
                      struct application *application) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    return only(engine, tx, rows, application);
}

bool application_asked(struct request *request, struct tx *tx, struct application *application) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           application_find(request->engine, tx, request->caller.customer, id, application);
}

bool application_open(struct engine *engine, struct tx *tx, int64_t customer, struct application *application) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock_open : &find_open, VALUES(V_INT(customer)));
    return only(engine, tx, rows, application);
}

size_t applications_of(struct engine *engine, struct tx *tx, int64_t customer, struct application *applications,
                       size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) applications[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

size_t applications_decided(struct engine *engine, struct tx *tx, struct application *applications, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &decided, VALUES(V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) applications[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool application_waits(enum application_state state) {
    return state <= APPLICATION_OFFERED || state == APPLICATION_IDENTIFY;
}

int64_t application_owner(struct tx *tx, int64_t id) {
    struct rows *rows = tx_query(tx, &owner, VALUES(V_INT(id)));
    int64_t customer = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return customer;
}

bool application_insert(struct engine *engine, struct tx *tx, struct application *application) {
    application->id = world_id(tx_world(tx));
    return tx_run(tx, &insert,
                  VALUES(V_INT(application->customer), V_INT(application->id), V_INT(application->product),
                         V_INT(application->state), V_INT(application->sum), V_INT(application->term),
                         seal(engine, tx, application), V_INT(application->policy), V_TEXT(application->outcome),
                         V_INT(application->most), V_INT(application->asked_at), V_INT(application->decided_at),
                         V_INT(application->staff), V_INT(application->expires), V_INT(application->loan))) == 1;
}

void application_update(struct engine *engine, struct tx *tx, const struct application *application) {
    tx_run(tx, &update,
           VALUES(V_INT(application->customer), V_INT(application->id), V_INT(application->product),
                  V_INT(application->state), V_INT(application->sum), V_INT(application->term),
                  seal(engine, tx, application), V_INT(application->policy), V_TEXT(application->outcome),
                  V_INT(application->most), V_INT(application->decided_at), V_INT(application->staff),
                  V_INT(application->expires), V_INT(application->loan)));
}

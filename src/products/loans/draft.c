/* draft.c: rows of contracts: those that wait for their code, those that were signed with all by which that is known,
 * and the services that were chosen beside a loan. The contract's words are sealed. */
#include "products/loans/loans.h"

#define PIECE 200

#define DRAFT "customer, application, id, product, sum, term, day, extras, document, digest, expires"
STATEMENT(draft_find, "SELECT " DRAFT " FROM loan_draft WHERE customer = $1 AND application = $2");
STATEMENT(draft_lock, "SELECT " DRAFT " FROM loan_draft WHERE customer = $1 AND application = $2 FOR_UPDATE");
STATEMENT(draft_insert, "INSERT INTO loan_draft (" DRAFT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(draft_drop, "DELETE FROM loan_draft WHERE customer = $1 AND application = $2");
STATEMENT(drafts_over, "SELECT customer, application FROM loan_draft WHERE expires < $1 ORDER BY expires LIMIT 200");

#define CONTRACT "customer, application, loan, document, digest, phone, how, device, sent, made"
STATEMENT(contract_insert,
          "INSERT INTO loan_contract (" CONTRACT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
STATEMENT(contract_find, "SELECT " CONTRACT " FROM loan_contract WHERE customer = $1 AND application = $2");

#define EXTRA "customer, loan, code, price, made, refused"
STATEMENT(extra_insert, "INSERT INTO loan_extra (" EXTRA ") VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(extra_refuse, "UPDATE loan_extra SET refused = $4 WHERE customer = $1 AND loan = $2 AND code = $3 "
                        "AND refused = 0");
STATEMENT(extra_list, "SELECT " EXTRA " FROM loan_extra WHERE customer = $1 AND loan = $2 ORDER BY code LIMIT $3");

static struct value seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                         struct text clear) {
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, context, clear);
    return V_BYTES(sealed.data, sealed.size);
}

static struct text unseal(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                          struct text sealed) {
    struct text clear;
    bool good =
        sealed.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), purpose, context, sealed, &clear);
    return good ? clear : TEXT_NONE;
}

/* ---- drafts ---- */

bool contract_draft_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t application,
                         struct contract_draft *draft) {
    struct rows *rows =
        tx_query(tx, tx_writing(tx) ? &draft_lock : &draft_find, VALUES(V_INT(customer), V_INT(application)));
    bool found = rows_next(rows);
    if (found)
        *draft = (struct contract_draft){
            .customer = customer,
            .application = application,
            .id = row_int(rows, 2),
            .product = row_int(rows, 3),
            .sum = row_int(rows, 4),
            .term = row_int(rows, 5),
            .day = row_int(rows, 6),
            .extras = (uint64_t)row_int(rows, 7),
            .document = unseal(engine, tx, "loan.draft", application, row_text(rows, 8)),
            .digest = row_copy(rows, 9, tx_arena(tx)),
            .expires = row_int(rows, 10)};
    rows_end(rows);
    return found && draft->expires > world_now(engine_world(engine)) && draft->day == loans_today(engine) &&
           draft->document.size > 0;
}

void contract_draft_put(struct engine *engine, struct tx *tx, const struct contract_draft *draft) {
    contract_draft_drop(tx, draft->customer, draft->application);
    tx_run(tx, &draft_insert,
           VALUES(V_INT(draft->customer), V_INT(draft->application), V_INT(draft->id), V_INT(draft->product),
                  V_INT(draft->sum), V_INT(draft->term), V_INT(draft->day), V_INT((int64_t)draft->extras),
                  seal(engine, tx, "loan.draft", draft->application, draft->document), V_TEXT(draft->digest),
                  V_INT(draft->expires)));
}

void contract_draft_drop(struct tx *tx, int64_t customer, int64_t application) {
    tx_run(tx, &draft_drop, VALUES(V_INT(customer), V_INT(application)));
}

bool loans_drafts_job(struct engine *engine, struct tx *tx) {
    int64_t over[PIECE][2];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &drafts_over, VALUES(V_INT(world_now(engine_world(engine)))));
    for (; count < PIECE && rows_next(rows); count++) {
        over[count][0] = row_int(rows, 0);
        over[count][1] = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) contract_draft_drop(tx, over[i][0], over[i][1]);
    return count == PIECE;
}

/* ---- signed ---- */

void contract_signed_put(struct engine *engine, struct tx *tx, const struct contract_signed *kept) {
    tx_run(tx, &contract_insert,
           VALUES(V_INT(kept->customer), V_INT(kept->application), V_INT(kept->loan),
                  seal(engine, tx, "loan.contract", kept->application, kept->document), V_TEXT(kept->digest),
                  seal(engine, tx, "loan.phone", kept->application, kept->phone), V_TEXT(kept->how),
                  V_TEXT(kept->device), V_INT(kept->sent), V_INT(kept->made)));
}

bool contract_signed_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t application,
                          struct contract_signed *kept) {
    struct rows *rows = tx_query(tx, &contract_find, VALUES(V_INT(customer), V_INT(application)));
    bool found = rows_next(rows);
    if (found)
        *kept = (struct contract_signed){
            .customer = customer,
            .application = application,
            .loan = row_int(rows, 2),
            .document = unseal(engine, tx, "loan.contract", application, row_text(rows, 3)),
            .digest = row_copy(rows, 4, tx_arena(tx)),
            .phone = unseal(engine, tx, "loan.phone", application, row_text(rows, 5)),
            .how = row_copy(rows, 6, tx_arena(tx)),
            .device = row_copy(rows, 7, tx_arena(tx)),
            .sent = row_int(rows, 8),
            .made = row_int(rows, 9)};
    rows_end(rows);
    return found;
}

/* ---- beside it ---- */

void credit_extra_put(struct tx *tx, const struct credit_extra_chosen *chosen) {
    tx_run(tx, &extra_insert,
           VALUES(V_INT(chosen->customer), V_INT(chosen->loan), V_TEXT(chosen->code), V_INT(chosen->price),
                  V_INT(chosen->made), V_INT(chosen->refused)));
}

bool credit_extra_refuse(struct tx *tx, const struct credit_extra_chosen *chosen, moment at) {
    return tx_run(tx, &extra_refuse,
                  VALUES(V_INT(chosen->customer), V_INT(chosen->loan), V_TEXT(chosen->code), V_INT(at))) == 1;
}

size_t credit_extras_of(struct tx *tx, int64_t customer, int64_t loan, struct credit_extra_chosen *list,
                        size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &extra_list, VALUES(V_INT(customer), V_INT(loan), V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++)
        list[count] = (struct credit_extra_chosen){.customer = customer,
                                                   .loan = loan,
                                                   .code = row_copy(rows, 2, tx_arena(tx)),
                                                   .price = row_int(rows, 3),
                                                   .made = row_int(rows, 4),
                                                   .refused = row_int(rows, 5)};
    rows_end(rows);
    return count;
}

/* loan.c: rows of applications and the loans that come of them, and of the signatures under their contracts. What the
 * lender said is kept as he said it, sealed, and read again by the same reader. */
#include "products/lenders/lenders.h"

#include <openssl/evp.h>

#define COLUMNS                                                                                                        \
    "id, customer, account, lender, state, sum, term, deadline, late, money_at, operation, certificate, reference, "   \
    "ended, told, figures, figures_at, asked_at, overdue"

STATEMENT(find, "SELECT " COLUMNS " FROM lender_loan WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " COLUMNS " FROM lender_loan WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(owner, "SELECT customer FROM lender_loan WHERE id = $1");
STATEMENT(all, "SELECT " COLUMNS " FROM lender_loan WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(open_ones,
          "SELECT " COLUMNS " FROM lender_loan WHERE customer = $1 AND state < 10 ORDER BY id DESC LIMIT $2");
STATEMENT(under_way, "SELECT 1 FROM lender_loan WHERE customer = $1 AND lender = $2 AND state < 10 LIMIT 1");
STATEMENT(insert, "INSERT INTO lender_loan (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
                  "$13, $14, $15, $16, $17, $18, $19)");
STATEMENT(save, "UPDATE lender_loan SET state = $3, sum = $4, deadline = $5, late = $6, money_at = $7, operation = $8, "
                "certificate = $9, reference = $10, ended = $11, told = $12, figures = $13, figures_at = $14, "
                "asked_at = $15, overdue = $16 WHERE customer = $1 AND id = $2");
STATEMENT(signature_insert, "INSERT INTO lender_signature (customer, loan, digest, phone, how, sent, made) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7)");
STATEMENT(signature_select, "SELECT digest, phone, how, sent, made FROM lender_signature "
                            "WHERE customer = $1 AND loan = $2");

static struct text unseal(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                          struct text sealed) {
    struct text clear;
    bool good = sealed.size > 0 &&
                secret_open(engine_keyring(engine), tx_arena(tx), purpose, context, sealed, &clear);
    return good ? clear : TEXT_NONE;
}

static struct text text_or_none(const struct rows *row, int column, struct arena *arena) {
    return row_null(row, column) ? TEXT_NONE : row_copy(row, column, arena);
}

static struct loan read_row(struct engine *engine, struct tx *tx, const struct rows *row) {
    struct arena *arena = tx_arena(tx);
    int64_t id = row_int(row, 0);
    return (struct loan){.id = id,
                         .customer = row_int(row, 1),
                         .account = row_int(row, 2),
                         .lender = row_copy(row, 3, arena),
                         .state = (enum loan_state)row_int(row, 4),
                         .sum = row_int(row, 5),
                         .term = row_int(row, 6),
                         .deadline = row_int(row, 7),
                         .late = row_int(row, 8) != 0,
                         .money_at = row_int(row, 9),
                         .operation = row_int(row, 10),
                         .certificate = text_or_none(row, 11, arena),
                         .reference = text_or_none(row, 12, arena),
                         .ended = row_int(row, 13),
                         .told = unseal(engine, tx, "lender.told", id, row_text(row, 14)),
                         .figures = unseal(engine, tx, "lender.figures", id, row_text(row, 15)),
                         .figures_at = row_int(row, 16),
                         .asked_at = row_int(row, 17),
                         .overdue = row_int(row, 18) != 0};
}

bool loan_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct loan *loan) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *loan = read_row(engine, tx, rows);
    rows_end(rows);
    return found;
}

int64_t loan_owner(struct tx *tx, int64_t id) {
    struct rows *rows = tx_query(tx, &owner, VALUES(V_INT(id)));
    int64_t customer = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return customer;
}

size_t loans_of(struct engine *engine, struct tx *tx, int64_t customer, bool open, struct loan *loans, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, open ? &open_ones : &all, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) loans[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool loan_under_way(struct tx *tx, int64_t customer, struct text lender) {
    struct rows *rows = tx_query(tx, &under_way, VALUES(V_INT(customer), V_TEXT(lender)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

/* ---- writing ---- */

static struct value seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                         struct text clear) {
    if (clear.data == NULL) return V_BYTES("", 0);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, context, clear);
    return V_BYTES(sealed.data, sealed.size);
}

static struct value or_null(struct text text) {
    return text.data != NULL ? V_TEXT(text) : V_NULL;
}

void loan_insert(struct engine *engine, struct tx *tx, const struct loan *loan) {
    tx_run(tx, &insert,
           VALUES(V_INT(loan->id), V_INT(loan->customer), V_INT(loan->account), V_TEXT(loan->lender),
                  V_INT(loan->state), V_INT(loan->sum), V_INT(loan->term), V_INT(loan->deadline), V_INT(loan->late),
                  V_INT(loan->money_at), V_INT(loan->operation), or_null(loan->certificate), or_null(loan->reference),
                  V_INT(loan->ended), seal(engine, tx, "lender.told", loan->id, loan->told),
                  seal(engine, tx, "lender.figures", loan->id, loan->figures), V_INT(loan->figures_at),
                  V_INT(loan->asked_at), V_INT(loan->overdue)));
}

void loan_save(struct engine *engine, struct tx *tx, const struct loan *loan) {
    tx_run(tx, &save,
           VALUES(V_INT(loan->customer), V_INT(loan->id), V_INT(loan->state), V_INT(loan->sum), V_INT(loan->deadline),
                  V_INT(loan->late), V_INT(loan->money_at), V_INT(loan->operation), or_null(loan->certificate),
                  or_null(loan->reference), V_INT(loan->ended), seal(engine, tx, "lender.told", loan->id, loan->told),
                  seal(engine, tx, "lender.figures", loan->id, loan->figures), V_INT(loan->figures_at),
                  V_INT(loan->asked_at), V_INT(loan->overdue)));
}

/* ---- what the lender said ---- */

bool loan_offer(struct arena *arena, const struct loan *loan, struct lender_decision *decision) {
    lender_decision_read(arena, loan->id, loan->told, decision);
    return decision->status == LENDER_OFFERED;
}

bool loan_figures(struct arena *arena, const struct loan *loan, struct lender_figures *figures) {
    return lender_figures_read(arena, loan->id, loan->figures, figures);
}

struct text contract_digest(struct arena *arena, struct text contract) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(contract.data, contract.size, digest, &size, EVP_sha256(), NULL) != 1)
        arena_unwind(arena); /* it can only lack memory */
    return text_hex(arena, digest, size);
}

/* ---- signatures ---- */

void signature_keep(struct engine *engine, struct tx *tx, const struct signature_kept *signature) {
    tx_run(tx, &signature_insert,
           VALUES(V_INT(signature->customer), V_INT(signature->loan), V_TEXT(signature->digest),
                  seal(engine, tx, "lender.phone", signature->loan, signature->phone), V_TEXT(signature->how),
                  V_INT(signature->sent), V_INT(signature->made)));
}

bool signature_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t loan,
                    struct signature_kept *signature) {
    struct rows *rows = tx_query(tx, &signature_select, VALUES(V_INT(customer), V_INT(loan)));
    bool found = rows_next(rows);
    if (found)
        *signature = (struct signature_kept){.customer = customer,
                                             .loan = loan,
                                             .digest = row_copy(rows, 0, tx_arena(tx)),
                                             .phone = unseal(engine, tx, "lender.phone", loan, row_text(rows, 1)),
                                             .how = row_copy(rows, 2, tx_arena(tx)),
                                             .sent = row_int(rows, 3),
                                             .made = row_int(rows, 4)};
    rows_end(rows);
    return found;
}

/* schema.c: the tables of merchants, and what they keep of customers. A bill's row is what makes it one: its key is
 * the merchant's own number of it. A secret must be had again to sign by it, so it is sealed beside the hash it is
 * found by. */
#include "merchants/internal.h"

const struct migration merchants_migrations[] = {
    {"merchants", 1,
     "CREATE TABLE merchant ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY, title TEXT NOT NULL, public_key TEXT NOT NULL UNIQUE, site TEXT NOT NULL,\n"
     "  callback TEXT NOT NULL, account BIGINT NOT NULL UNIQUE, open BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE merchant_key ( -- reference\n"
     "  hash BYTES NOT NULL PRIMARY KEY, id BIGINT NOT NULL UNIQUE, merchant BIGINT NOT NULL, secret BYTES NOT NULL,\n"
     "  ended BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX merchant_key_merchant ON merchant_key (merchant, id);\n"
     "CREATE TABLE merchant_bill ( -- distributed by merchant\n"
     "  merchant BIGINT NOT NULL, number TEXT NOT NULL, id BIGINT NOT NULL, uid TEXT NOT NULL, sum BIGINT NOT NULL,\n"
     "  refunded BIGINT NOT NULL, state BIGINT NOT NULL, changed BIGINT NOT NULL, expires BIGINT NOT NULL,\n"
     "  made_by BIGINT NOT NULL, addressee BIGINT NOT NULL, customer BIGINT NOT NULL, account BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL, wish BYTES NOT NULL, payload BYTES NOT NULL, PRIMARY KEY (merchant, number)\n"
     ") CLUSTERED;\n"
     "CREATE UNIQUE INDEX merchant_bill_id ON merchant_bill (merchant, id);\n"
     "CREATE INDEX merchant_bill_uid ON merchant_bill (uid);\n"
     "CREATE INDEX merchant_bill_open ON merchant_bill (expires) WHERE state = 1;\n"
     "CREATE INDEX merchant_bill_addressee ON merchant_bill (addressee, id) WHERE addressee <> 0;\n"
     "CREATE INDEX merchant_bill_customer ON merchant_bill (customer, id) WHERE customer <> 0;\n"
     "CREATE TABLE merchant_refund ( -- distributed by merchant\n"
     "  merchant BIGINT NOT NULL, bill TEXT NOT NULL, number TEXT NOT NULL, id BIGINT NOT NULL, sum BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL, PRIMARY KEY (merchant, bill, number)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE merchant_notice ( -- distributed by merchant\n"
     "  merchant BIGINT NOT NULL, id BIGINT NOT NULL, bill TEXT NOT NULL, state BIGINT NOT NULL,\n"
     "  attempts BIGINT NOT NULL, until BIGINT NOT NULL, item BIGINT NOT NULL, PRIMARY KEY (merchant, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX merchant_notice_bill ON merchant_notice (merchant, bill);\n"
     "CREATE TABLE merchant_attempt ( -- distributed by merchant\n"
     "  merchant BIGINT NOT NULL, notice BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL,\n"
     "  status BIGINT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (merchant, notice, number)\n"
     ") CLUSTERED"},
    {.sql = NULL},
};

const struct sealed merchants_sealed[] = {
    {SEALED("merchant_key", "secret", "merchants.key", "hash", "b", "id")},
    {SEALED_2("merchant_bill", "payload", "merchants.bill", "merchant, number", "it", "id")},
    {.where = NULL},
};

/* ---- what is kept of a customer ---- */

STATEMENT(of_customer, "SELECT b.id, m.title, b.sum, b.refunded, b.state, b.merchant, b.number FROM merchant_bill b "
                       "JOIN merchant m ON m.id = b.merchant WHERE b.customer = $1 AND b.id > $2 "
                       "ORDER BY b.id LIMIT 200");
STATEMENT(for_customer, "SELECT b.id, m.title, b.sum, b.refunded, b.state, b.merchant, b.number FROM merchant_bill b "
                        "JOIN merchant m ON m.id = b.merchant WHERE b.addressee = $1 AND b.customer = 0 "
                        "ORDER BY b.id DESC LIMIT 200");

static size_t tell(struct own_data *piece, struct rows *rows, bool pages) {
    size_t count = 0;
    for (; rows_next(rows); count++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("bill"));
        doc_id(node, "id", row_int(rows, 0));
        doc_moment(node, "at", id_moment(row_int(rows, 0)));
        doc_text(node, "merchant", row_text(rows, 1));
        doc_text(node, "number", row_text(rows, 6));
        doc_text(node, "state", text_from(bill_state_name((enum bill_state)row_int(rows, 4))));
        doc_money(node, "sum", rub(row_int(rows, 2)));
        doc_money(node, "refunded", rub(row_int(rows, 3)));
        if (pages) piece->after = row_int(rows, 0);
    }
    rows_end(rows);
    return count;
}

bool merchants_own_data(struct own_data *piece) {
    if (piece->after == 0) tell(piece, tx_query(piece->tx, &for_customer, VALUES(V_INT(piece->customer))), false);
    struct rows *rows = tx_query(piece->tx, &of_customer, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    return tell(piece, rows, true) == 200;
}

/* What a merchant wrote of him goes; that a bill of that number was paid is the merchant's to know, and the books'. */
STATEMENT(blank, "UPDATE merchant_bill SET payload = '', addressee = 0 "
                 "WHERE addressee = $1 OR (customer = $1 AND payload <> '')");

const struct erase merchants_erases[] = {{"merchant_bill", &blank}, {.what = NULL}};

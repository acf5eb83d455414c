/* schema.c: the tables of acquiring, and the account of the bank. */
#include "acquiring/internal.h"

const struct migration acquiring_migrations[] = {
    {"acquiring", 1,
     "CREATE TABLE card_order ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  subject BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  reference TEXT,\n"
     "  operation BIGINT,\n"
     "  refusal BIGINT,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX card_order_id ON card_order (id);\n"
     "CREATE TABLE card_order_news ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  card_order BIGINT NOT NULL,\n"
     "  source TEXT NOT NULL,\n"
     "  status TEXT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  reference TEXT,\n"
     "  step BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX card_order_news_order ON card_order_news (customer, card_order);\n"
     "CREATE TABLE acquiring_system ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"},
    {"acquiring", 2,
     "ALTER TABLE card_order ADD COLUMN card BIGINT NOT NULL DEFAULT 0;\n" /* a bound one that is charged */
     "CREATE TABLE bank_card ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  attempt BIGINT NOT NULL,\n"
     "  tries_left BIGINT NOT NULL,\n"
     "  mask TEXT,\n"
     "  network TEXT,\n"
     "  month BIGINT NOT NULL,\n"
     "  bound BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL,\n"
     "  token BYTES NOT NULL,\n"
     "  printed BYTES NOT NULL,\n" /* the holder's name, as on the card */
     "  fingerprint BYTES NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX bank_card_customer ON bank_card (customer, id);\n"
     "CREATE INDEX bank_card_not_over ON bank_card (customer, id) WHERE state < 5;\n"
     "CREATE INDEX bank_card_id ON bank_card (id);\n" /* the bank tells by the binding alone */
     "CREATE TABLE bank_card_claim ( -- distributed by fingerprint\n"
     "  fingerprint BYTES NOT NULL PRIMARY KEY,\n"
     "  customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX bank_card_claim_customer ON bank_card_claim (customer);\n"
     "CREATE TABLE card_payout ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  subject BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  transfer BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  reason TEXT,\n"
     "  reference TEXT,\n"
     "  ended BIGINT,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX card_payout_customer ON card_payout (customer, id);\n"
     "CREATE INDEX card_payout_open ON card_payout (customer) WHERE state = 1;\n"},
    {"acquiring", 3,
     "CREATE TABLE card_reversal ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  card_order BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  rest BIGINT NOT NULL,\n" /* nobody has made up for it */
     "  at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, card_order)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX card_reversal_rest ON card_reversal (at) WHERE rest > 0;\n"},
    {.sql = NULL}};

STATEMENT(account_select, "SELECT account FROM acquiring_system WHERE name = 'acquirer'");
STATEMENT(account_insert, "INSERT INTO acquiring_system (name, account) VALUES ('acquirer', $1)");

int64_t acquiring_account(struct engine *engine, struct tx *tx) {
    struct acquiring_state *state = acquiring_state_of(engine);
    int64_t account = state != NULL ? state->account : 0;
    if (state == NULL || account != 0) return account;
    struct rows *rows = tx_query(tx, &account_select, NO_VALUES);
    if (rows_next(rows)) account = row_int(rows, 0);
    rows_end(rows);
    if (account != 0) {
        if (!tx_writing(tx)) state->account = account;
        return account;
    }
    if (!tx_writing(tx)) return 0;
    const struct account template = {.purpose = PURPOSE_ACQUIRER,
                                     .class = ACCOUNT_SYSTEM,
                                     .currency = CURRENCY_RUB,
                                     .overdraft = ACCOUNT_UNLIMITED};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &account_insert, VALUES(V_INT(account)));
    return account;
}

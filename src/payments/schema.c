/* schema.c: the tables. The catalogue is the same on every node of a distributed database; payments lie with their
 * customer. */
#include "engine/sealed.h"
#include "payments/internal.h"

const struct migration payments_migrations[] = {
    {"payments", 1,
     "CREATE TABLE pay_catalogue ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n"
     "  generation BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE pay_category ( -- reference\n"
     "  code TEXT NOT NULL PRIMARY KEY,\n"
     "  content TEXT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE pay_provider ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n"
     "  version BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL,\n"
     "  secret BYTES\n"
     ") CLUSTERED;\n"
     "CREATE TABLE pay_provider_version ( -- reference\n"
     "  provider BIGINT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (provider, version)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE pay_account ( -- reference\n"
     "  provider BIGINT NOT NULL PRIMARY KEY,\n" /* 0: our income */
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE payment ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  provider BIGINT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  fee BIGINT NOT NULL,\n"
     "  hold BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL,\n"
     "  code BIGINT NOT NULL,\n"
     "  reference TEXT,\n"
     "  deadline BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL,\n"
     "  language BIGINT NOT NULL,\n"
     "  payload BYTES NOT NULL,\n" /* sealed: what was typed and what was told */
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX payment_customer ON payment (customer, id);\n"
     "CREATE INDEX payment_open ON payment (deadline) WHERE state < 10;"},
    {"payments", 2,
     "CREATE TABLE pay_category_version ( -- reference\n"
     "  code TEXT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (code, version)\n"
     ") CLUSTERED;"},
    {"payments", 3,
     "CREATE TABLE pay_return ( -- reference\n" /* how far a bank's list of what it sent back has been read */
     "  provider BIGINT NOT NULL PRIMARY KEY,\n"
     "  number BIGINT NOT NULL,\n"
     "  asked BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"payments", 4, "ALTER TABLE payment ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;"},
    {"payments", 5,
     "CREATE TABLE pay_logo ( -- reference\n"
     "  hash TEXT NOT NULL PRIMARY KEY,\n"
     "  bytes BYTES NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"payments", 6,
     "CREATE INDEX payment_provider ON payment (provider, id);\n"
     "CREATE TABLE pay_register ( -- reference\n" /* which days' registers were asked for, and read to their end */
     "  provider BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  asked BIGINT NOT NULL,\n"
     "  read BIGINT NOT NULL,\n"
     "  lines BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  PRIMARY KEY (provider, day)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE pay_difference ( -- distributed by provider\n"
     "  id ROWKEY,\n"
     "  provider BIGINT NOT NULL,\n"
     "  payment BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  ours BIGINT NOT NULL,\n"
     "  theirs BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  found BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL,\n"
     "  code BIGINT NOT NULL,\n"
     "  ROWKEY(provider, id)\n"
     ");\n"
     "CREATE UNIQUE INDEX pay_difference_payment ON pay_difference (provider, payment);\n"
     "CREATE TABLE pay_unplaced ( -- distributed by provider\n"
     "  id ROWKEY,\n"
     "  provider BIGINT NOT NULL,\n"
     "  number BIGINT NOT NULL,\n" /* in the bank's list */
     "  payment BIGINT NOT NULL,\n" /* which it names */
     "  sum BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  ROWKEY(provider, id)\n"
     ");"},
    {"payments", 7, /* by another bank's card: the order of it; -1 until it is made, 0 from the account */
     "ALTER TABLE payment ADD COLUMN card_order BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX payment_card_order ON payment (customer, card_order) WHERE card_order > 0;"},
    {"payments", 8, /* lines of banks' lists of what was sent back, each counted once, whoever asks for the list */
     "CREATE TABLE pay_return_taken ( -- distributed by payment\n"
     "  payment BIGINT NOT NULL,\n"
     "  number BIGINT NOT NULL,\n"
     "  PRIMARY KEY (payment, number)\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

const struct sealed payments_sealed[] = {
    {SEALED("pay_provider", "secret", "provider.secret", "id", "i", "id")},
    {SEALED_2("payment", "payload", "payment.values", "customer, id", "ii", "id")},
    {.where = NULL},
};

STATEMENT(blank, "UPDATE payment SET payload = '', reference = NULL "
                 "WHERE customer = $1 AND state >= 10 AND payload <> ''");

const struct erase payments_erases[] = {{"payment", &blank}, {.what = NULL}};

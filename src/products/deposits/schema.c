/* schema.c: the tables. Versions of products are the same on every node of a distributed database; all else lies with
 * its customer. What the night goes through (deposit_running) is narrow and apart: a pass reads and writes it in its
 * order. */
#include "products/deposits/deposits.h"

const struct migration deposits_migrations[] = {
    {"deposits", 1,
     "CREATE TABLE deposit_product ( -- reference\n"
     "  id BIGINT NOT NULL,\n"
     "  code TEXT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  newest BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (code, version)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX deposit_product_id ON deposit_product (id);\n"
     "CREATE INDEX deposit_product_newest ON deposit_product (code) WHERE newest = 1;\n"
     "CREATE TABLE deposit_account ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE deposit_pass ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n"
     "  day BIGINT NOT NULL,\n"      /* the last day of which all is done, or that is being done */
     "  running BIGINT NOT NULL,\n"
     "  customer BIGINT NOT NULL,\n" /* up to that deposit, in the order of (customer, deposit) */
     "  deposit BIGINT NOT NULL,\n"
     "  seen BIGINT NOT NULL,\n"
     "  total BIGINT NOT NULL,\n"
     "  began BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE deposit ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  purse BIGINT NOT NULL,\n"
     "  product BIGINT NOT NULL,\n"
     "  status BIGINT NOT NULL,\n"
     "  length BIGINT NOT NULL,\n"
     "  begun BIGINT NOT NULL,\n"
     "  ends BIGINT NOT NULL,\n"
     "  first BIGINT NOT NULL,\n"
     "  prolongs BIGINT NOT NULL,\n"
     "  opened BIGINT NOT NULL,\n"
     "  signed_at BIGINT NOT NULL,\n"
     "  closed_at BIGINT NOT NULL,\n"
     "  closed BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX deposit_customer ON deposit (customer, id);\n"
     "CREATE TABLE deposit_running ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  product BIGINT NOT NULL,\n"
     "  begun BIGINT NOT NULL,\n"
     "  ends BIGINT NOT NULL,\n"
     "  principal BIGINT NOT NULL,\n"
     "  done BIGINT NOT NULL,\n"
     "  whole BIGINT NOT NULL,\n"
     "  part BIGINT NOT NULL,\n"
     "  booked BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE deposit_move ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  deposit BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX deposit_move_deposit ON deposit_move (customer, deposit, id);\n"
     "CREATE TABLE deposit_draft ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  product BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  term BIGINT NOT NULL,\n"
     "  purse BIGINT NOT NULL,\n"
     "  prolongs BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX deposit_draft_customer ON deposit_draft (customer, id);\n"
     "CREATE INDEX deposit_draft_expires ON deposit_draft (expires);"},
    {.sql = NULL},
};

STATEMENT(erase_moves, "DELETE FROM deposit_move WHERE customer = $1");
STATEMENT(erase_drafts, "DELETE FROM deposit_draft WHERE customer = $1");
STATEMENT(erase_running, "DELETE FROM deposit_running WHERE customer = $1");
STATEMENT(erase_deposits, "DELETE FROM deposit WHERE customer = $1");

const struct erase deposits_erases[] = {{"deposit_move", &erase_moves},
                                        {"deposit_draft", &erase_drafts},
                                        {"deposit_running", &erase_running},
                                        {"deposit", &erase_deposits},
                                        {.what = NULL}};

/* schema.c: tables. Numbers, names and addresses are sealed; a number is known again by its keyed hash. The code on the
 * back is nowhere: whoever may see it has it from processing. */
#include "products/cards/cards.h"

const struct migration cards_migrations[] = {
    {"cards", 1,
     "CREATE TABLE card ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  token TEXT,\n"
     "  number BYTES NOT NULL,\n"
     "  number_hash BYTES NOT NULL,\n"
     "  last4 TEXT,\n"
     "  expires BIGINT NOT NULL,\n"
     "  embossed BYTES NOT NULL,\n"
     "  address BYTES NOT NULL,\n"
     "  fee BIGINT NOT NULL,\n"
     "  fee_from BIGINT NOT NULL,\n"
     "  replaces BIGINT NOT NULL,\n"
     "  operation_max BIGINT NOT NULL,\n"
     "  day_max BIGINT NOT NULL,\n"
     "  month_max BIGINT NOT NULL,\n"
     "  internet BIGINT NOT NULL,\n"
     "  cash BIGINT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX card_customer ON card (customer, id);\n"
     "CREATE INDEX card_token ON card (token);\n"
     "CREATE INDEX card_number ON card (number_hash);\n"
     "CREATE INDEX card_good ON card (expires) WHERE state IN (2, 3);\n"
     "CREATE TABLE card_operation ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  reference TEXT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  place BIGINT NOT NULL,\n"
     "  merchant TEXT,\n"
     "  category TEXT,\n"
     "  sum BIGINT NOT NULL,\n"
     "  hold BIGINT NOT NULL,\n"
     "  held BIGINT NOT NULL,\n"
     "  cleared BIGINT NOT NULL,\n"
     "  reversed BIGINT NOT NULL,\n"
     "  refunded BIGINT NOT NULL,\n"
     "  questioned BIGINT NOT NULL,\n"
     "  asked BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  transfer BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE UNIQUE INDEX card_operation_reference ON card_operation (customer, reference);\n"
     "CREATE INDEX card_operation_card ON card_operation (customer, card, made);\n"
     "CREATE INDEX card_operation_held ON card_operation (expires) WHERE state = 1;\n"
     "CREATE TABLE card_message ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  message TEXT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, message)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE card_account ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, account)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE card_system ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"},
    {"cards", 2,
     "ALTER TABLE card ADD COLUMN frozen_until BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE card ADD COLUMN thaw_told BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE card ADD COLUMN blocked_for BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE card ADD COLUMN abroad BIGINT NOT NULL DEFAULT 1;\n"
     "ALTER TABLE card ADD COLUMN secure BIGINT NOT NULL DEFAULT 1;\n"
     "ALTER TABLE card ADD COLUMN pin_set BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE card ADD COLUMN renewal BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE card ADD COLUMN renewed BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX card_thaw ON card (frozen_until) WHERE state = 3;\n"
     "ALTER TABLE card_operation ADD COLUMN abroad BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE TABLE card_limit ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  operation_max BIGINT NOT NULL,\n"
     "  day_max BIGINT NOT NULL,\n"
     "  month_max BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, card, kind)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE card_challenge ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  message TEXT NOT NULL,\n"
     "  merchant TEXT,\n"
     "  sum BIGINT NOT NULL,\n"
     "  back TEXT,\n"
     "  state BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE UNIQUE INDEX card_challenge_message ON card_challenge (customer, message);\n"},
    {"cards", 3,
     "CREATE TABLE card_dispute ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL,\n"
     "  words BYTES NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  credited BIGINT NOT NULL,\n"
     "  won BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  changed BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  note BYTES NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE UNIQUE INDEX card_dispute_operation ON card_dispute (customer, operation);\n"},
    {"cards", 4,
     "ALTER TABLE card ADD COLUMN delivery BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX card_delivered ON card (id) WHERE delivery <> 0;\n"
     "CREATE TABLE card_delivery ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, card, at, state)\n"
     ") CLUSTERED;\n"},
    {"cards", 5,
     "CREATE TABLE card_group ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  shops BIGINT NOT NULL,\n" /* enum shop_group */
     "  off BIGINT NOT NULL,\n"
     "  month_max BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, card, shops)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX card_challenge_open ON card_challenge (customer, expires) WHERE state = 1;\n"},
    {.sql = NULL}};

static const struct lookup numbers[] = {
    {LOOKUP_BESIDE_2("card", "number_hash", "card.number", "id, customer")},
    {.purpose = NULL},
};

const struct sealed cards_sealed[] = {
    {SEALED_2("card", "number", "card.number", "id, customer", "ii", "id"), .lookups = numbers},
    {SEALED_2("card", "embossed", "card.holder", "id, customer", "ii", "id")},
    {SEALED_2("card", "address", "card.address", "id, customer", "ii", "id")},
    {SEALED_2("card_dispute", "words", "card.dispute.words", "id, customer", "ii", "id")},
    {SEALED_2("card_dispute", "note", "card.dispute.note", "id, customer", "ii", "id")},
    {.where = NULL},
};

STATEMENT(blank_card, "UPDATE card SET number = '', number_hash = '', last4 = NULL, embossed = '', address = '' "
                      "WHERE customer = $1 AND (length(number) > 0 OR length(embossed) > 0 OR length(address) > 0)");
STATEMENT(blank_operation, "UPDATE card_operation SET merchant = NULL, category = NULL "
                           "WHERE customer = $1 AND (merchant IS NOT NULL OR category IS NOT NULL)");
STATEMENT(blank_challenge, "UPDATE card_challenge SET merchant = NULL, back = NULL "
                           "WHERE customer = $1 AND (merchant IS NOT NULL OR back IS NOT NULL)");
STATEMENT(blank_dispute, "UPDATE card_dispute SET words = '', note = '' "
                         "WHERE customer = $1 AND (length(words) > 0 OR length(note) > 0)");

const struct erase cards_erases[] = {{"card", &blank_card},
                                     {"card_operation", &blank_operation},
                                     {"card_challenge", &blank_challenge},
                                     {"card_dispute", &blank_dispute},
                                     {.what = NULL}};

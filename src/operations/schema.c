/* schema.c: what operations keep beside the ledger: digests for searches, and who wants each receipt by e-mail. */
#include "operations/state.h"

const struct migration operations_migrations[] = {
    {"operations", 1,
     "CREATE TABLE operation_digest ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  last BIGINT NOT NULL,\n"     /* the entry it ends with */
     "  previous BIGINT NOT NULL,\n" /* the entry before its first */
     "  low BIGINT NOT NULL,\n"      /* what stands beside it (digest_rules.h) */
     "  high BIGINT NOT NULL,\n"
     "  kinds BIGINT NOT NULL,\n"
     "  categories BIGINT NOT NULL,\n"
     "  content BYTES NOT NULL,\n"
     "  payees BYTES NOT NULL,\n"    /* behind all else, so that who does not ask for them does not read them */
     "  PRIMARY KEY (customer, account, last)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE operation_place ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  place BIGINT NOT NULL,\n"
     "  last BIGINT NOT NULL,\n"
     "  bits BYTES NOT NULL,\n" /* of the digest's entries those that have it */
     "  PRIMARY KEY (customer, account, place, last)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE operation_digested ( -- reference\n"
     "  id ROWKEY,\n"
     "  entry BIGINT NOT NULL,\n" /* the newest that was looked at */
     "  ROWKEY(id)\n"
     ");\n"},
    {"operations", 2,
     "CREATE TABLE receipt_choice ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, id BIGINT NOT NULL, wanted BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX receipt_choice_id ON receipt_choice (id)"},
    {.sql = NULL},
};

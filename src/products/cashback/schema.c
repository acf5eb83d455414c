/* schema.c: the tables. Rules are the same on every node of a distributed database; cashbacks lie with their
 * customer. */
#include "products/cashback/cashback.h"

const struct migration cashback_migrations[] = {
    {"cashback", 1,
     "CREATE TABLE cashback_rule ( -- reference\n"
     "  code TEXT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  newest BIGINT NOT NULL,\n"
     "  title TEXT NOT NULL,\n"
     "  provider BIGINT NOT NULL,\n"
     "  category TEXT,\n"
     "  mcc BIGINT NOT NULL,\n"
     "  bp BIGINT NOT NULL,\n"
     "  operation_most BIGINT NOT NULL,\n"
     "  month_most BIGINT NOT NULL,\n"
     "  least BIGINT NOT NULL,\n"
     "  since BIGINT NOT NULL,\n"
     "  until BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (code, version)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX cashback_rule_newest ON cashback_rule (code) WHERE newest = 1;\n"
     "CREATE TABLE cashback_account ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE cashback ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  purchase BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  base BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  taken BIGINT NOT NULL,\n"
     "  owed BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  month BIGINT NOT NULL,\n"
     "  category TEXT NOT NULL,\n"
     "  rule TEXT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  UNIQUE (customer, kind, purchase),\n" /* once for each, whatever happens */
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX cashback_month ON cashback (customer, month, id);\n"
     "CREATE INDEX cashback_due ON cashback (due) WHERE state = 1;\n"
     "CREATE INDEX cashback_owed ON cashback (customer) WHERE owed > 0;"},
    {.sql = NULL},
};

STATEMENT(erase_all, "DELETE FROM cashback WHERE customer = $1");

const struct erase cashback_erases[] = {{"cashback", &erase_all}, {.what = NULL}};

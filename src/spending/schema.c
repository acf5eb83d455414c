/* schema.c: the tables: all lie with their customer. Tags are his own words, so they are sealed and found by keyed
 * hashes; an operation is named by its ledger entry's id, which begins with its time. */
#include "spending/internal.h"

const struct migration spending_migrations[] = {
    {"spending", 1,
     "CREATE TABLE spending_tag ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  hash BYTES NOT NULL,\n"
     "  name BYTES NOT NULL,\n"
     "  PRIMARY KEY (customer, id),\n"
     "  UNIQUE (customer, hash)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE spending_tagged ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  tag BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, tag, operation)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX spending_tagged_operation ON spending_tagged (customer, operation);\n"
     "CREATE TABLE spending_single ( -- distributed by customer\n" /* he counts this one there */
     "  customer BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  category TEXT NOT NULL,\n"
     "  PRIMARY KEY (customer, operation)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE spending_rule ( -- distributed by customer\n" /* … all of this payee */
     "  customer BIGINT NOT NULL,\n"
     "  payee BIGINT NOT NULL,\n"
     "  income BIGINT NOT NULL,\n"
     "  category TEXT NOT NULL,\n"
     "  PRIMARY KEY (customer, payee, income)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE spending_budget ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  category TEXT NOT NULL,\n" /* '': all that is spent */
     "  id BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  tells BIGINT NOT NULL,\n"
     "  month BIGINT NOT NULL,\n" /* of which he was told at `told` percent */
     "  told BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, category)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX spending_budget_id ON spending_budget (id);\n"
     "CREATE TABLE spending_due ( -- distributed by customer\n" /* his budgets are to be looked at */
     "  customer BIGINT NOT NULL PRIMARY KEY\n"
     ") CLUSTERED;\n"},
    {.sql = NULL},
};

static const struct lookup names[] = {
    {LOOKUP_BESIDE_2("spending_tag", "hash", "spending.tag", "customer, id")},
    {.purpose = NULL},
};

const struct sealed spending_sealed[] = {
    {SEALED_2("spending_tag", "name", "spending.name", "customer, id", "ii", "id"), .lookups = names},
    {.where = NULL},
};

STATEMENT(erase_tagged, "DELETE FROM spending_tagged WHERE customer = $1");
STATEMENT(erase_tag, "DELETE FROM spending_tag WHERE customer = $1");
STATEMENT(erase_single, "DELETE FROM spending_single WHERE customer = $1");
STATEMENT(erase_rule, "DELETE FROM spending_rule WHERE customer = $1");
STATEMENT(erase_budget, "DELETE FROM spending_budget WHERE customer = $1");
STATEMENT(erase_due, "DELETE FROM spending_due WHERE customer = $1");

const struct erase spending_erases[] = {
    {"spending_tagged", &erase_tagged}, {"spending_tag", &erase_tag},       {"spending_single", &erase_single},
    {"spending_rule", &erase_rule},     {"spending_budget", &erase_budget}, {"spending_due", &erase_due},
    {.what = NULL}};

/* schema.c: the tables. Templates, rules and runs lie with their customer; how far the runner is belongs to nobody. */
#include "autopay/internal.h"

#include "engine/sealed.h"

const struct migration autopay_migrations[] = {
    {"autopay", 1,
     "CREATE TABLE pay_template ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  provider BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  name BYTES NOT NULL,\n"
     "  content BYTES NOT NULL,\n" /* sealed: what was typed */
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE autopay_rule ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  template BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  period BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  least BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  wake BIGINT NOT NULL,\n"
     "  told_bill BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX autopay_rule_due ON autopay_rule (wake) WHERE state = 1;\n"
     "CREATE TABLE autopay_run ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  rule BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  attempt BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  payment BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL,\n"
     "  UNIQUE (customer, rule, due),\n" /* a payment for each time, whatever happens */
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX autopay_run_due ON autopay_run (at) WHERE state = 2;\n"
     "CREATE INDEX autopay_run_paying ON autopay_run (customer, payment) WHERE state = 3;\n"
     "CREATE TABLE autopay_pass ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n"
     "  kind BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  done BIGINT NOT NULL,\n"
     "  failed BIGINT NOT NULL,\n"
     "  touched BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"autopay", 2,
     "CREATE TABLE pay_habit ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  hash BYTES NOT NULL,\n"
     "  payee BYTES NOT NULL,\n"     /* sealed: the provider and the account there */
     "  payment BIGINT NOT NULL,\n"  /* the last one */
     "  first BIGINT NOT NULL,\n"    /* when he was paid, and the times before it; 0: none */
     "  second BIGINT NOT NULL,\n"
     "  third BIGINT NOT NULL,\n"
     "  off BIGINT NOT NULL,\n"      /* there is a template, or it is not wanted */
     "  PRIMARY KEY (customer, id),\n"
     "  UNIQUE (customer, hash)\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

static const struct lookup payees[] = {
    {LOOKUP_BESIDE_2("pay_habit", "hash", "autopay.habit", "customer, id")},
    {.purpose = NULL},
};

const struct sealed autopay_sealed[] = {
    {SEALED_2("pay_template", "name", "template.name", "customer, id", "ii", "id")},
    {SEALED_2("pay_template", "content", "template.values", "customer, id", "ii", "id")},
    {SEALED_2("pay_habit", "payee", "habit.payee", "customer, id", "ii", "id"), .lookups = payees},
    {.where = NULL},
};

STATEMENT(erase_runs, "DELETE FROM autopay_run WHERE customer = $1");
STATEMENT(erase_rules, "DELETE FROM autopay_rule WHERE customer = $1");
STATEMENT(erase_templates, "DELETE FROM pay_template WHERE customer = $1");

STATEMENT(erase_habits, "DELETE FROM pay_habit WHERE customer = $1");

const struct erase autopay_erases[] = {
    {"autopay_run", &erase_runs},
    {"autopay_rule", &erase_rules},
    {"pay_template", &erase_templates},
    {"pay_habit", &erase_habits},
    {.what = NULL},
};

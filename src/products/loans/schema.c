/* schema.c: the tables. Versions of products and policies are the same on every node of a distributed database; all
 * else lies with its customer. What the night goes through (loan_running) is apart from the contract: a pass reads and
 * writes it in its order. */
#include "products/loans/loans.h"

const struct migration loans_migrations[] = {
    {"loans", 1,
     "CREATE TABLE loan_product ( -- reference\n"
     "  id BIGINT NOT NULL,\n"
     "  code TEXT NOT NULL,\n"
     "  version BIGINT NOT NULL,\n"
     "  newest BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  PRIMARY KEY (code, version)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX loan_product_id ON loan_product (id);\n"
     "CREATE INDEX loan_product_newest ON loan_product (code) WHERE newest = 1;\n"
     "CREATE TABLE loan_account ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE loan_policy ( -- reference\n"
     "  id BIGINT NOT NULL,\n"
     "  version BIGINT NOT NULL PRIMARY KEY,\n"
     "  content TEXT NOT NULL,\n"
     "  note TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  since BIGINT NOT NULL\n" /* from which moment it decides; 0: it never did */
     ") CLUSTERED;\n"
     "CREATE TABLE loan_contact ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  way BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  outcome BIGINT NOT NULL,\n"
     "  promised BIGINT NOT NULL,\n" /* a day */
     "  waits BIGINT NOT NULL,\n"    /* … as long as nobody has looked whether it was kept */
     "  note BYTES NOT NULL,\n"      /* sealed */
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX loan_contact_customer ON loan_contact (customer, id);\n"
     "CREATE INDEX loan_contact_waits ON loan_contact (waits) WHERE waits > 0;\n"
     "CREATE TABLE loan_debtor ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY,\n"
     "  refused BIGINT NOT NULL,\n"       /* the day on which his refusal of contacts came */
     "  representative BYTES NOT NULL,\n" /* sealed */
     "  zone TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE loan_trial ( -- reference\n"
     "  version BIGINT NOT NULL PRIMARY KEY,\n" /* of a policy: what it would have said of past applications */
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  content TEXT NOT NULL\n"                /* JSON: counts, which changed by which lines */
     ") CLUSTERED;\n"
     "CREATE INDEX loan_policy_since ON loan_policy (since, version) WHERE since > 0;\n"
     "CREATE TABLE loan_application ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  product BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  term BIGINT NOT NULL,\n"
     "  inputs BYTES NOT NULL,\n"      /* sealed: what was asked and found out, by the policy's names */
     "  policy BIGINT NOT NULL,\n"    /* the version that decided */
     "  outcome TEXT NOT NULL,\n"     /* JSON: reasons, rules, score, debt load */
     "  most BIGINT NOT NULL,\n"      /* granted at most; 0: nothing */
     "  asked_at BIGINT NOT NULL,\n"
     "  decided_at BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"     /* who decided it; 0: the policy alone */
     "  expires BIGINT NOT NULL,\n"   /* of an offer; 0: nothing waits */
     "  loan BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX loan_application_customer ON loan_application (customer, id);\n"
     "CREATE UNIQUE INDEX loan_application_open ON loan_application (customer) "
     "WHERE state < 3 OR state = 7;\n"
     "CREATE INDEX loan_application_expires ON loan_application (expires) WHERE expires > 0;\n"
     "CREATE INDEX loan_application_decided ON loan_application (decided_at, id);\n"
     "CREATE INDEX loan_application_asked ON loan_application (asked_at);\n"
     "CREATE INDEX loan_application_id ON loan_application (id);\n"
     "CREATE TABLE loan_draft ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  application BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"        /* another one each time: what its code signs */
     "  product BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  term BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  extras BIGINT NOT NULL,\n"    /* of the product's, a bit each */
     "  document BYTES NOT NULL,\n"   /* sealed */
     "  digest TEXT NOT NULL,\n"
     "  expires BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, application)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX loan_draft_expires ON loan_draft (expires);\n"
     "CREATE TABLE loan_contract ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  application BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  document BYTES NOT NULL,\n"   /* sealed: word for word what was signed */
     "  digest TEXT NOT NULL,\n"
     "  phone BYTES NOT NULL,\n"      /* sealed: where the code went */
     "  how TEXT NOT NULL,\n"
     "  device TEXT NOT NULL,\n"
     "  sent BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, application)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE loan_extra ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  code TEXT NOT NULL,\n"
     "  price BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  refused BIGINT NOT NULL,\n"   /* 0: he has it */
     "  PRIMARY KEY (customer, loan, code)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE loan ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  product BIGINT NOT NULL,\n"
     "  application BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  term BIGINT NOT NULL,\n"
     "  signed BIGINT NOT NULL,\n"     /* a day */
     "  signed_at BIGINT NOT NULL,\n"
     "  ready_at BIGINT NOT NULL,\n"   /* from which the law lets the money go out */
     "  card BIGINT NOT NULL,\n"
     "  payout BIGINT NOT NULL,\n"
     "  issued BIGINT NOT NULL,\n"     /* a day; 0: not yet */
     "  extended BIGINT NOT NULL,\n"   /* how often */
     "  closed BIGINT NOT NULL,\n"     /* a day; 0: it is not */
     "  closed_at BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX loan_customer ON loan (customer, id);\n"
     "CREATE INDEX loan_ready ON loan (ready_at) WHERE state = 1;\n"
     "CREATE TABLE loan_running ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  product BIGINT NOT NULL,\n"
     "  signed BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  term BIGINT NOT NULL,\n"
     "  provided BIGINT NOT NULL,\n" /* set aside for it */
     "  done BIGINT NOT NULL,\n"     /* from here on struct loan_state */
     "  interest BIGINT NOT NULL,\n"
     "  overdue_interest BIGINT NOT NULL,\n"
     "  principal BIGINT NOT NULL,\n"
     "  overdue_principal BIGINT NOT NULL,\n"
     "  penalty BIGINT NOT NULL,\n"
     "  fees BIGINT NOT NULL,\n"
     "  advance BIGINT NOT NULL,\n"
     "  earned BIGINT NOT NULL,\n"
     "  earned_part BIGINT NOT NULL,\n"
     "  late BIGINT NOT NULL,\n"
     "  late_part BIGINT NOT NULL,\n"
     "  fined BIGINT NOT NULL,\n"
     "  fined_part BIGINT NOT NULL,\n"
     "  overdue_since BIGINT NOT NULL,\n"
     "  charged BIGINT NOT NULL,\n"
     "  charged_most BIGINT NOT NULL,\n"
     "  plan_kind BIGINT NOT NULL,\n"
     "  plan_unit BIGINT NOT NULL,\n"
     "  plan_rate BIGINT NOT NULL,\n"
     "  plan_length BIGINT NOT NULL,\n"
     "  plan_count BIGINT NOT NULL,\n"
     "  plan_day BIGINT NOT NULL,\n"
     "  anchor BIGINT NOT NULL,\n"
     "  next BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  payment BIGINT NOT NULL,\n"
     "  paid_principal BIGINT NOT NULL,\n"
     "  paid_interest BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX loan_running_due ON loan_running (due, customer, id);\n"
     "CREATE INDEX loan_running_overdue ON loan_running (overdue_since, customer, id) WHERE overdue_since > 0;\n"
     "CREATE TABLE loan_event ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  early BIGINT NOT NULL,\n"
     "  later BIGINT NOT NULL,\n"
     "  units BIGINT NOT NULL,\n"
     "  plan TEXT NOT NULL,\n"        /* of another plan: its fields */
     "  operation BIGINT NOT NULL,\n" /* by which its money came; 0: none did */
     "  interest BIGINT NOT NULL,\n"  /* of what it paid, as the next ones */
     "  principal BIGINT NOT NULL,\n"
     "  penalty BIGINT NOT NULL,\n"
     "  fees BIGINT NOT NULL,\n"
     "  advance BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX loan_event_loan ON loan_event (customer, loan, id);\n"
     "CREATE TABLE loan_order ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  card_order BIGINT NOT NULL,\n" /* acquiring's */
     "  loan BIGINT NOT NULL,\n"
     "  wish BIGINT NOT NULL,\n"
     "  units BIGINT NOT NULL,\n"
     "  done BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, card_order)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE loan_autopay ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, loan)\n"
     ") CLUSTERED;\n"
     /* what was paid too much is on its way to a card */
     "CREATE TABLE loan_back ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  payout BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, loan)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE loan_pass ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n" /* 1: the night; 2: reminders */
     "  day BIGINT NOT NULL,\n"      /* the last day of which all is done, or that is being done */
     "  running BIGINT NOT NULL,\n"
     "  customer BIGINT NOT NULL,\n" /* up to that loan, in the order of (customer, loan) */
     "  loan BIGINT NOT NULL,\n"
     "  seen BIGINT NOT NULL,\n"
     "  total BIGINT NOT NULL,\n"
     "  began BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"loans", 2, /* contacts with debtors are src/debtors' */
     "INSERT INTO debtor_contact (id, customer, product, subject, way, at, staff, outcome, promised, waits, note)\n"
     "  SELECT id, customer, CASE WHEN loan <> 0 THEN 'loans' ELSE '' END, loan, way, at, staff, outcome, promised,\n"
     "    waits, note FROM loan_contact;\n"
     "INSERT INTO debtor_wish (customer, refused, representative, zone, staff, at)\n"
     "  SELECT customer, refused, representative, zone, staff, at FROM loan_debtor;\n"
     "UPDATE queue_task SET queue = 'debtors.promise' WHERE queue = 'loans.promise';\n"
     "DROP TABLE loan_contact;\n"
     "DROP TABLE loan_debtor"},
    {.sql = NULL},
};

const struct sealed loans_sealed[] = {
    {SEALED_2("loan_application", "inputs", "loan.inputs", "id, customer", "ii", "id")},
    {SEALED_2("loan_draft", "document", "loan.draft", "customer, application", "ii", "application")},
    {SEALED_2("loan_contract", "document", "loan.contract", "customer, application", "ii", "application")},
    {SEALED_2("loan_contract", "phone", "loan.phone", "customer, application", "ii", "application")},
    {.where = NULL},
};

STATEMENT(erase_drafts, "DELETE FROM loan_draft WHERE customer = $1");
STATEMENT(erase_contracts, "DELETE FROM loan_contract WHERE customer = $1");
STATEMENT(erase_extras, "DELETE FROM loan_extra WHERE customer = $1");
STATEMENT(erase_applications, "DELETE FROM loan_application WHERE customer = $1");
STATEMENT(erase_events, "DELETE FROM loan_event WHERE customer = $1");
STATEMENT(erase_orders, "DELETE FROM loan_order WHERE customer = $1");
STATEMENT(erase_autopay, "DELETE FROM loan_autopay WHERE customer = $1");
STATEMENT(erase_back, "DELETE FROM loan_back WHERE customer = $1");
STATEMENT(erase_running, "DELETE FROM loan_running WHERE customer = $1");
STATEMENT(erase_credits, "DELETE FROM loan WHERE customer = $1");

const struct erase loans_erases[] = {
    {"loan_draft", &erase_drafts},
    {"loan_contract", &erase_contracts},
    {"loan_extra", &erase_extras},
    {"loan_application", &erase_applications},
    {"loan_event", &erase_events},
    {"loan_running", &erase_running},
    {"loan_order", &erase_orders},
    {"loan_autopay", &erase_autopay},
    {"loan_back", &erase_back},
    {"loan", &erase_credits},
    {.what = NULL}};

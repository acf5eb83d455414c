/* schema.c: the tables. All of a customer's lies with him; the names of our own accounts are the same everywhere. What
 * the night asks for (`wakes`) is a day on the purchase's row: it never goes through those on which nothing can
 * happen. */
#include "products/instalments/instalments.h"

const struct migration instalments_migrations[] = {
    {"instalments", 1,
     "CREATE TABLE instalment_account ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_limit ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_purchase ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  shop BIGINT NOT NULL,\n"
     "  checkout BIGINT NOT NULL,\n"
     "  sold BIGINT NOT NULL,\n"   /* a day; from here on struct purchase_terms */
     "  sum BIGINT NOT NULL,\n"
     "  unit BIGINT NOT NULL,\n"
     "  parts BIGINT NOT NULL,\n"
     "  first_now BIGINT NOT NULL,\n"
     "  fee BIGINT NOT NULL,\n"
     "  fine BIGINT NOT NULL,\n"
     "  returned BIGINT NOT NULL,\n"
     "  moved BIGINT NOT NULL,\n"
     "  wakes BIGINT NOT NULL,\n"  /* the first day on which anything may be other; 0: none */
     "  status BIGINT NOT NULL,\n" /* from here on struct loan_state (src/debts) */
     "  done BIGINT NOT NULL,\n"
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
     "CREATE INDEX instalment_purchase_wakes ON instalment_purchase (wakes, customer, id) WHERE wakes > 0;\n"
     "CREATE TABLE instalment_event ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  purchase BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n" /* from here on struct loan_event and what it did (src/debts) */
     "  kind BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  early BIGINT NOT NULL,\n"
     "  later BIGINT NOT NULL,\n"
     "  units BIGINT NOT NULL,\n"
     "  plan TEXT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  interest BIGINT NOT NULL,\n"
     "  principal BIGINT NOT NULL,\n"
     "  penalty BIGINT NOT NULL,\n"
     "  fees BIGINT NOT NULL,\n"
     "  advance BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX instalment_event_purchase ON instalment_event (customer, purchase, id);"},
    {"instalments", 2,
     "CREATE TABLE instalment_tariff ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, version BIGINT NOT NULL, words TEXT NOT NULL, made BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL, PRIMARY KEY (shop, version)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_checkout ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, number TEXT BYTEWISE NOT NULL, id BIGINT NOT NULL, uid TEXT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL, finished BIGINT NOT NULL, returned BIGINT NOT NULL, valid_till BIGINT NOT NULL,\n"
     "  decision BIGINT NOT NULL, prepaid BIGINT NOT NULL, months BIGINT NOT NULL, agreed BIGINT NOT NULL,\n"
     "  tariff BIGINT NOT NULL, unit BIGINT NOT NULL, parts BIGINT NOT NULL, first_now BIGINT NOT NULL,\n"
     "  fee BIGINT NOT NULL, customer BIGINT NOT NULL, hold BIGINT NOT NULL, purchase BIGINT NOT NULL,\n"
     "  changed BIGINT NOT NULL, payload BYTES NOT NULL, PRIMARY KEY (shop, number)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX instalment_checkout_uid ON instalment_checkout (uid);\n"
     "CREATE INDEX instalment_checkout_id ON instalment_checkout (shop, id);\n"
     "CREATE INDEX instalment_checkout_customer ON instalment_checkout (customer) WHERE customer > 0;\n"
     "CREATE INDEX instalment_checkout_late ON instalment_checkout (valid_till) WHERE state <= 2;\n"
     "CREATE TABLE instalment_signed ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, checkout BIGINT NOT NULL, paper BYTES NOT NULL, digest TEXT NOT NULL,\n"
     "  phone BYTES NOT NULL, how TEXT NOT NULL, device TEXT NOT NULL, sent BIGINT NOT NULL, made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, checkout)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_ask ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, number TEXT NOT NULL, id BIGINT NOT NULL, uid TEXT NOT NULL, callback TEXT NOT NULL,\n"
     "  redirect TEXT NOT NULL, phone BYTES NOT NULL, until BIGINT NOT NULL, answered BIGINT NOT NULL,\n"
     "  PRIMARY KEY (shop, number)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX instalment_ask_uid ON instalment_ask (uid);\n"
     "CREATE INDEX instalment_ask_until ON instalment_ask (until)"},
    {"instalments", 3,
     "CREATE TABLE instalment_policy ( -- reference\n"
     "  version BIGINT NOT NULL PRIMARY KEY, content TEXT NOT NULL, note TEXT NOT NULL, staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL, since BIGINT NOT NULL\n" /* since when it decides; 0: it never did */
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_decision ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, why BIGINT NOT NULL, asked BIGINT NOT NULL,\n"
     "  before BIGINT NOT NULL, after BIGINT NOT NULL, version BIGINT NOT NULL, decision BIGINT NOT NULL,\n"
     "  inputs BYTES NOT NULL, outcome TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED"},
    {"instalments", 4,
     "CREATE TABLE instalment_order_event ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, id BIGINT NOT NULL, checkout BIGINT NOT NULL, number TEXT NOT NULL,\n"
     "  act BIGINT NOT NULL, state BIGINT NOT NULL, sum BIGINT NOT NULL, fee BIGINT NOT NULL, due BIGINT NOT NULL, by "
     "TEXT NOT NULL,\n"
     "  at BIGINT NOT NULL, settlement BIGINT NOT NULL, PRIMARY KEY (shop, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX instalment_order_event_of ON instalment_order_event (shop, checkout, id);\n"
     "CREATE INDEX instalment_order_event_due ON instalment_order_event (shop, id) WHERE settlement = 0 AND due <> 0;\n"
     "CREATE INDEX instalment_order_event_run ON instalment_order_event (shop, settlement, id) WHERE settlement > 0;\n"
     "CREATE TABLE instalment_settlement ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, day BIGINT NOT NULL, id BIGINT NOT NULL, sold BIGINT NOT NULL,\n"
     "  returned BIGINT NOT NULL, fee BIGINT NOT NULL, sum BIGINT NOT NULL, made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (shop, day)\n"
     ") CLUSTERED"},
    {"instalments", 5,
     "CREATE TABLE instalment_settling ( -- reference\n" /* how far the day's settlements are; shop −1: done */
     "  name TEXT NOT NULL PRIMARY KEY, day BIGINT NOT NULL, shop BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {"instalments", 6,
     "CREATE TABLE instalment_sale ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, checkout BIGINT NOT NULL, cashier TEXT NOT NULL, stage BIGINT NOT NULL,\n"
     "  PRIMARY KEY (shop, checkout)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX instalment_sale_cashier ON instalment_sale (shop, cashier, checkout)"},
    {"instalments.payments", 1,
     "CREATE TABLE instalment_payment ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  purchase BIGINT NOT NULL,\n" /* 0: of all */
     "  wish BIGINT NOT NULL,\n"
     "  automatic BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  card BIGINT NOT NULL,\n"
     "  card_order BIGINT NOT NULL,\n" /* acquiring's; 0: from an account */
     "  state BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX instalment_payment_order ON instalment_payment (customer, card_order) WHERE card_order > 0;\n"
     "CREATE TABLE instalment_share ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  payment BIGINT NOT NULL,\n"
     "  purchase BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  penalty BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, payment, purchase)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_autopay ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY,\n"
     "  card BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE instalment_pass ( -- reference\n" /* how far the day's reminders are */
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  day BIGINT NOT NULL,\n"
     "  stage BIGINT NOT NULL,\n"
     "  customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX instalment_purchase_due ON instalment_purchase (due, customer) WHERE status = 1;\n"
     "CREATE INDEX instalment_purchase_overdue ON instalment_purchase (overdue_since, customer) "
     "WHERE overdue_since > 0;\n"
     /* what was paid too much is on its way to a card */
     "CREATE TABLE instalment_back ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  payout BIGINT NOT NULL,\n"
     "  purchase BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, payout)\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

const struct sealed instalments_sealed[] = {
    {SEALED_2("instalment_checkout", "payload", "instalments.checkout", "shop, number", "it", "id")},
    {SEALED_2("instalment_signed", "paper", "instalments.paper", "customer, checkout", "ii", "checkout")},
    {SEALED_2("instalment_signed", "phone", "instalments.phone", "customer, checkout", "ii", "checkout")},
    {SEALED_2("instalment_decision", "inputs", "instalments.inputs", "customer, id", "ii", "id")},
    {SEALED_2("instalment_ask", "phone", "instalments.ask", "shop, number", "it", "id")},
    {.where = NULL},
};

STATEMENT(erase_events, "DELETE FROM instalment_event WHERE customer = $1");
STATEMENT(erase_purchases, "DELETE FROM instalment_purchase WHERE customer = $1");
STATEMENT(erase_payments, "DELETE FROM instalment_payment WHERE customer = $1");
STATEMENT(erase_shares, "DELETE FROM instalment_share WHERE customer = $1");
STATEMENT(erase_backs, "DELETE FROM instalment_back WHERE customer = $1");
STATEMENT(erase_autopay, "DELETE FROM instalment_autopay WHERE customer = $1");
STATEMENT(erase_limit, "DELETE FROM instalment_limit WHERE customer = $1");
STATEMENT(erase_decisions, "DELETE FROM instalment_decision WHERE customer = $1");
STATEMENT(erase_signed, "DELETE FROM instalment_signed WHERE customer = $1");
/* That an order was sold is the shop's to know, and the books'. */
STATEMENT(blank_orders, "UPDATE instalment_checkout SET customer = 0, payload = '' WHERE customer = $1");

const struct erase instalments_erases[] = {{"instalment_back", &erase_backs},
                                           {"instalment_decision", &erase_decisions},
                                           {"instalment_share", &erase_shares},
                                           {"instalment_payment", &erase_payments},
                                           {"instalment_autopay", &erase_autopay},
                                           {"instalment_event", &erase_events},
                                           {"instalment_signed", &erase_signed},
                                           {"instalment_checkout", &blank_orders},
                                           {"instalment_purchase", &erase_purchases},
                                           {"instalment_limit", &erase_limit},
                                           {.what = NULL}};

/* schema.c: tables. What a lender says of a customer is sealed; so is the number by which he signed. */
#include "products/lenders/lenders.h"

const struct migration lenders_migrations[] = {
    {"lenders", 1,
     "CREATE TABLE lender_loan ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  lender TEXT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  term BIGINT NOT NULL,\n"
     "  deadline BIGINT NOT NULL,\n"
     "  late BIGINT NOT NULL,\n"
     "  money_at BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  certificate TEXT,\n"
     "  reference TEXT,\n"
     "  ended BIGINT NOT NULL,\n"
     "  told BYTES NOT NULL,\n"
     "  figures BYTES NOT NULL,\n"
     "  figures_at BIGINT NOT NULL,\n"
     "  asked_at BIGINT NOT NULL,\n"
     "  overdue BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX lender_loan_customer ON lender_loan (customer, id);\n"
     "CREATE INDEX lender_loan_due ON lender_loan (deadline) WHERE state < 6 AND late = 0;\n"
     "CREATE INDEX lender_loan_room ON lender_loan (id) WHERE state = 5;\n"
     "CREATE INDEX lender_loan_open ON lender_loan (asked_at) WHERE state = 6;\n"
     "CREATE TABLE lender_signature ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  digest TEXT NOT NULL,\n"
     "  phone BYTES NOT NULL,\n"
     "  how TEXT NOT NULL,\n"
     "  sent BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, loan)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE lender_repayment ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  loan BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  lender TEXT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  whole BIGINT NOT NULL,\n"
     "  hold BIGINT NOT NULL,\n"
     "  operation BIGINT NOT NULL,\n"
     "  reason TEXT,\n"
     "  reference TEXT,\n"
     "  deadline BIGINT NOT NULL,\n"
     "  late BIGINT NOT NULL,\n"
     "  ended BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX lender_repayment_loan ON lender_repayment (customer, loan, id);\n"
     "CREATE INDEX lender_repayment_due ON lender_repayment (deadline) WHERE state = 1 AND late = 0;\n"
     "CREATE TABLE lender_settlement ( -- reference\n"
     "  lender TEXT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE lender_statement ( -- reference\n"
     "  lender TEXT NOT NULL PRIMARY KEY,\n"
     "  entry BIGINT NOT NULL,\n"
     "  issued BIGINT NOT NULL,\n"
     "  repaid BIGINT NOT NULL,\n"
     "  told_at BIGINT NOT NULL,\n"
     "  asked_at BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE lender_odd ( -- reference\n"
     "  lender TEXT NOT NULL,\n"
     "  entry BIGINT NOT NULL,\n"
     "  issued BIGINT NOT NULL,\n"
     "  subject BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (lender, entry)\n"
     ") CLUSTERED;\n"},
    {"lenders", 2,
     "DROP INDEX lender_loan_due;\n"
     "CREATE INDEX lender_loan_due ON lender_loan (deadline) WHERE state < 8 AND state <> 6 AND late = 0;\n"},
    {.sql = NULL}};

const struct sealed lenders_sealed[] = {
    {SEALED_2("lender_loan", "told", "lender.told", "id, customer", "ii", "id")},
    {SEALED_2("lender_loan", "figures", "lender.figures", "id, customer", "ii", "id")},
    {SEALED_2("lender_signature", "phone", "lender.phone", "loan, customer", "ii", "loan")},
    {.where = NULL},
};

STATEMENT(blank_loan, "UPDATE lender_loan SET told = '', figures = '', certificate = NULL, reference = NULL "
                      "WHERE customer = $1 AND (length(told) > 0 OR length(figures) > 0 OR certificate IS NOT NULL OR "
                      "reference IS NOT NULL)");
STATEMENT(drop_signature, "DELETE FROM lender_signature WHERE customer = $1");
STATEMENT(blank_repayment,
          "UPDATE lender_repayment SET reference = NULL WHERE customer = $1 AND reference IS NOT NULL");

const struct erase lenders_erases[] = {{"lender_signature", &drop_signature},
                                       {"lender_repayment", &blank_repayment},
                                       {"lender_loan", &blank_loan},
                                       {.what = NULL}};

/* schema.c: the tables, each row with its customer. What an older database of loans' holds is copied here by loans' own
 * migration, sealed as it was: so notes and representatives are sealed for "loan.…" to this day. */
#include "debtors/internal.h"

const struct migration debtors_migrations[] = {
    {"debtors", 1,
     "CREATE TABLE debtor_contact ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  product TEXT NOT NULL,\n"    /* '': of all that is overdue */
     "  subject BIGINT NOT NULL,\n"  /* the product's own; 0: all that he owes of it */
     "  way BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  outcome BIGINT NOT NULL,\n"
     "  promised BIGINT NOT NULL,\n" /* a day */
     "  waits BIGINT NOT NULL,\n"    /* … as long as nobody has looked whether it was kept */
     "  note BYTES NOT NULL,\n"      /* sealed */
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX debtor_contact_customer ON debtor_contact (customer, id);\n"
     "CREATE INDEX debtor_contact_waits ON debtor_contact (waits) WHERE waits > 0;\n"
     "CREATE TABLE debtor_wish ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY,\n"
     "  refused BIGINT NOT NULL,\n"       /* the day on which his refusal of contacts came */
     "  representative BYTES NOT NULL,\n" /* sealed */
     "  zone TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL,\n"
     "  at BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE debtor_notice ( -- distributed by customer\n" /* what waits to be said */
     "  customer BIGINT NOT NULL, product TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (customer, product)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX debtor_notice_at ON debtor_notice (at)"},
    {.sql = NULL},
};

const struct sealed debtors_sealed[] = {
    {SEALED_2("debtor_contact", "note", "loan.contact", "id, customer", "ii", "id")},
    {SEALED("debtor_wish", "representative", "loan.debtor", "customer", "i", "customer")},
    {.where = NULL},
};

STATEMENT(erase_contacts, "DELETE FROM debtor_contact WHERE customer = $1");
STATEMENT(erase_wish, "DELETE FROM debtor_wish WHERE customer = $1");
STATEMENT(erase_notices, "DELETE FROM debtor_notice WHERE customer = $1");

const struct erase debtors_erases[] = {{"debtor_contact", &erase_contacts},
                                       {"debtor_wish", &erase_wish},
                                       {"debtor_notice", &erase_notices},
                                       {.what = NULL}};

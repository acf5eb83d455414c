/* schema.c: the tables. A page, what visitors paid and what they reported lie with its owner; names by themselves, so
 * that each is one person's. */
#include "products/personal/personal.h"

const struct migration personal_migrations[] = {
    {"personal", 1,
     "CREATE TABLE personal_name ( -- distributed by name\n"
     "  name TEXT NOT NULL PRIMARY KEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  freed BIGINT NOT NULL\n" /* since when it is given up; 0: it is his */
     ") CLUSTERED;\n"
     "CREATE INDEX personal_name_customer ON personal_name (customer);\n"
     "CREATE TABLE personal_page ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY,\n"
     "  name TEXT,\n"
     "  shown BIGINT NOT NULL,\n"
     "  named BIGINT NOT NULL,\n"
     "  greeting BYTES NOT NULL,\n"
     "  sums TEXT NOT NULL,\n"
     "  blocked BIGINT NOT NULL,\n"
     "  reason TEXT\n"
     ") CLUSTERED;\n"
     "CREATE TABLE personal_gift ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  card_order BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  fee BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  hidden BIGINT NOT NULL,\n"
     "  name BYTES NOT NULL,\n"
     "  note BYTES NOT NULL,\n"
     "  token_hash BYTES NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX personal_gift_customer ON personal_gift (customer, id);\n"
     "CREATE INDEX personal_gift_order ON personal_gift (customer, card_order) WHERE state = 1;\n"
     "CREATE INDEX personal_gift_token ON personal_gift (token_hash);\n"
     "CREATE TABLE personal_report ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  kind BIGINT NOT NULL,\n"
     "  words BYTES NOT NULL,\n"
     "  open BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX personal_report_customer ON personal_report (customer, id);\n"
     "CREATE TABLE personal_system ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY,\n"
     "  account BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

const struct sealed personal_sealed[] = {
    {SEALED("personal_page", "greeting", "personal.greeting", "customer", "i", "customer")},
    {SEALED_2("personal_gift", "name", "personal.name", "customer, id", "ii", "id")},
    {SEALED_2("personal_gift", "note", "personal.note", "customer, id", "ii", "id")},
    {SEALED_2("personal_report", "words", "personal.report", "customer, id", "ii", "id")},
    {.where = NULL},
};

STATEMENT(erase_gifts, "DELETE FROM personal_gift WHERE customer = $1");
STATEMENT(erase_reports, "DELETE FROM personal_report WHERE customer = $1");
STATEMENT(erase_page, "DELETE FROM personal_page WHERE customer = $1");
STATEMENT(erase_names, "DELETE FROM personal_name WHERE customer = $1");

const struct erase personal_erases[] = {{"personal_gift", &erase_gifts},
                                        {"personal_report", &erase_reports},
                                        {"personal_page", &erase_page},
                                        {"personal_name", &erase_names},
                                        {.what = NULL}};

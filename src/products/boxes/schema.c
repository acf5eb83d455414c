/* schema.c: the tables. Boxes, their rules, what rules did and what others gave lie with the owner of the box. */
#include "products/boxes/boxes.h"

const struct migration boxes_migrations[] = {
    {"boxes", 1,
     "CREATE TABLE box ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  account BIGINT NOT NULL,\n"
     "  wallet BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  name BYTES NOT NULL,\n"
     "  icon TEXT NOT NULL,\n"
     "  goal BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  shown BIGINT NOT NULL,\n"
     "  link BYTES NOT NULL,\n" /* sealed; '': none */
     "  link_hash BYTES,\n"
     "  broken BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX box_link ON box (link_hash) WHERE state = 1;\n"
     "CREATE TABLE box_rule ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL,\n"
     "  id BIGINT NOT NULL,\n"
     "  box BIGINT NOT NULL,\n"
     "  wallet BIGINT NOT NULL,\n" /* the box's */
     "  kind BIGINT NOT NULL,\n"
     "  amount BIGINT NOT NULL,\n"
     "  period BIGINT NOT NULL,\n"
     "  day BIGINT NOT NULL,\n"
     "  due BIGINT NOT NULL,\n"
     "  told BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX box_rule_id ON box_rule (id);\n"
     "CREATE INDEX box_rule_due ON box_rule (due) WHERE kind = 3;\n"
     "CREATE TABLE box_fill ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  box BIGINT NOT NULL,\n"
     "  rule BIGINT NOT NULL,\n"
     "  cause BIGINT NOT NULL,\n" /* the operation, or the moment, that it is for */
     "  sum BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL,\n"
     "  UNIQUE (customer, rule, cause),\n" /* once for each, whatever happens */
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX box_fill_wanted ON box_fill (id) WHERE state = 1;\n"
     "CREATE TABLE box_gift ( -- distributed by customer\n"
     "  id ROWKEY,\n"
     "  customer BIGINT NOT NULL,\n"
     "  box BIGINT NOT NULL,\n"
     "  card_order BIGINT NOT NULL,\n"
     "  payer BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL,\n"
     "  name BYTES NOT NULL,\n"
     "  note BYTES NOT NULL,\n"
     "  token_hash BYTES,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX box_gift_box ON box_gift (customer, box, id);\n"
     "CREATE INDEX box_gift_order ON box_gift (customer, card_order) WHERE state = 1;\n"
     "CREATE INDEX box_gift_payer ON box_gift (payer) WHERE payer > 0;\n"
     "CREATE INDEX box_gift_token ON box_gift (token_hash);"},
    {.sql = NULL},
};

const struct sealed boxes_sealed[] = {
    {SEALED_2("box", "name", "box.name", "customer, id", "ii", "id")},
    {SEALED_2("box", "link", "box.link", "customer, id", "ii", "id")},
    {SEALED_2("box_gift", "name", "gift.name", "customer, id", "ii", "id")},
    {SEALED_2("box_gift", "note", "gift.note", "customer, id", "ii", "id")},
    {.where = NULL},
};

STATEMENT(erase_fills, "DELETE FROM box_fill WHERE customer = $1");
STATEMENT(erase_rules, "DELETE FROM box_rule WHERE customer = $1");
STATEMENT(erase_gifts, "DELETE FROM box_gift WHERE customer = $1");
STATEMENT(blank_given, "UPDATE box_gift SET name = '', note = '', payer = 0 WHERE payer = $1");
STATEMENT(erase_boxes, "DELETE FROM box WHERE customer = $1");

const struct erase boxes_erases[] = {{"box_fill", &erase_fills}, {"box_rule", &erase_rules},
                                     {"box_gift", &erase_gifts}, {"box_gift", &blank_given},
                                     {"box", &erase_boxes},      {.what = NULL}};

/* schema.c: the tables of the support. What people write is sealed at rest. */
#include "support/internal.h"

static const struct lookup senders[] = {
    {LOOKUP_BESIDE("support_case", "mail_hash", "support.mail", "id")},
    {.purpose = NULL},
};

const struct sealed support_sealed[] = {
    {SEALED("support_case", "mail", "support.mail", "id", "i", "id"), .lookups = senders},
    {SEALED("support_case", "subject", "support.subject", "id", "i", "id")},
    {SEALED("support_case", "mail_last", "support.last", "id", "i", "id")},
    {SEALED_2("support_message", "words", "support.words", "case_id, id", "ii", "id")},
    {SEALED_2("support_file", "name", "support.file", "case_id, id", "ii", "id")},
    {SEALED_2("support_file", "bytes", "support.bytes", "case_id, id", "ii", "id"), .large = true},
    {SEALED_2("support_callback", "phone", "support.phone", "case_id, id", "ii", "id")},
    {.where = NULL},
};

const struct migration support_migrations[] = {
    {"support", 1,
     "CREATE TABLE support_case ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, customer BIGINT NOT NULL, guest BYTES, channel BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL, language BIGINT NOT NULL, about BIGINT NOT NULL, opened BIGINT NOT NULL,\n"
     "  changed BIGINT NOT NULL, due BIGINT NOT NULL, mail BYTES, mail_hash BYTES, subject BYTES\n"
     ") CLUSTERED;\n"
     "CREATE INDEX support_case_customer ON support_case (customer, id) WHERE customer <> 0;\n"
     "CREATE INDEX support_case_guest ON support_case (guest, id) WHERE guest IS NOT NULL;\n"
     "CREATE INDEX support_case_mail ON support_case (mail_hash, id) WHERE mail_hash IS NOT NULL;\n"
     "CREATE INDEX support_case_open ON support_case (state, due) WHERE state <> 3;\n"
     "CREATE TABLE support_message ( -- distributed by case_id\n"
     "  case_id BIGINT NOT NULL, id BIGINT NOT NULL, author BIGINT NOT NULL, staff BIGINT NOT NULL,\n"
     "  about BIGINT NOT NULL, made BIGINT NOT NULL, words BYTES NOT NULL, PRIMARY KEY (case_id, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE support_file ( -- distributed by case_id\n"
     "  case_id BIGINT NOT NULL, id BIGINT NOT NULL, message BIGINT NOT NULL, kind BIGINT NOT NULL,\n"
     "  name BYTES NOT NULL, bytes BYTES NOT NULL, PRIMARY KEY (case_id, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE support_callback ( -- distributed by case_id\n"
     "  case_id BIGINT NOT NULL, id BIGINT NOT NULL, phone BYTES NOT NULL, part BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, done BIGINT NOT NULL, PRIMARY KEY (case_id, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE help_article ( -- reference\n"
     "  slug TEXT NOT NULL, language BIGINT NOT NULL, version BIGINT NOT NULL, title TEXT NOT NULL,\n"
     "  words TEXT NOT NULL, section BIGINT NOT NULL, position BIGINT NOT NULL, shown BIGINT NOT NULL,\n"
     "  staff BIGINT NOT NULL, made BIGINT NOT NULL, PRIMARY KEY (slug, language, version)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE rating ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, subject TEXT NOT NULL, score BIGINT NOT NULL, made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, subject)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX rating_subject ON rating (subject);\n"
     "CREATE TABLE maintenance ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY, until BIGINT NOT NULL, staff BIGINT NOT NULL, changed BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"support", 2,
     "ALTER TABLE support_case ADD COLUMN outcome BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN score BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN last_owner BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN last_staff BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN seen_owner BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN seen_staff BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN told BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX support_case_untold ON support_case (last_staff) WHERE last_staff > told;\n"
     "CREATE INDEX support_case_closed ON support_case (changed) WHERE state = 3;\n"
     "ALTER TABLE support_callback ADD COLUMN outcome BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_callback ADD COLUMN staff BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX support_callback_open ON support_callback (made) WHERE done = 0;\n"
     "CREATE TABLE support_duty ( -- distributed by staff\n"
     "  staff BIGINT NOT NULL PRIMARY KEY, until BIGINT NOT NULL, changed BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE support_phrase ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY, language BIGINT NOT NULL, title TEXT NOT NULL, words TEXT NOT NULL,\n"
     "  staff BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"support", 3,
     "ALTER TABLE support_case ADD COLUMN verified BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE support_case ADD COLUMN mail_last BYTES;\n"
     "CREATE TABLE support_letter ( -- distributed by mark\n"
     "  mark BYTES NOT NULL PRIMARY KEY, made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX support_letter_made ON support_letter (made);"},
    {NULL, 0, NULL},
};

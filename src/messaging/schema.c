/* schema.c: the tables of messaging. Addresses are sealed at rest and found by keyed hash; a message's words are in
 * the outbox alone, sealed, until they are sent. */
#include "messaging/internal.h"

static const struct lookup addresses[] = {
    {LOOKUP_OWNER("mail_owner", "address_hash", "mail", "customer"), .folded = true},
    {.purpose = NULL},
};

const struct sealed messaging_sealed[] = {
    {SEALED_2("message", "address", "message.address", "customer, id", "ii", "id")},
    {SEALED("mail_address", "address", "mail.address", "customer", "i", "customer"), .lookups = addresses},
    {SEALED("mail_code", "address", "mail.code", "customer", "i", "customer")},
    {SEALED_2("feed_item", "content", "feed.content", "customer, id", "ii", "id")},
    {.where = NULL},
};

const struct migration messaging_migrations[] = {
    {"messaging", 1,
     "CREATE TABLE message ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, channel BIGINT NOT NULL, topic BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL, changed BIGINT NOT NULL, address BYTES NOT NULL, reason TEXT,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX message_id ON message (id);\n"
     "CREATE TABLE message_choice ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, topic BIGINT NOT NULL, channel BIGINT NOT NULL, wanted BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, topic, channel)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE message_consent ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, topic BIGINT NOT NULL, given BIGINT NOT NULL,\n"
     "  given_how TEXT NOT NULL, words TEXT NOT NULL, ended BIGINT, ended_how TEXT,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE mail_address ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, address BYTES NOT NULL, bound BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE mail_owner ( -- distributed by address_hash\n"
     "  address_hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE mail_code ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, address BYTES NOT NULL, hash BYTES NOT NULL, made BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL, tries BIGINT NOT NULL, sent BIGINT NOT NULL, began BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE feed_item ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, kind BIGINT NOT NULL, content BYTES NOT NULL,\n"
     "  until BIGINT NOT NULL, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE feed_seen ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, upto BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {"messaging", 2,
     "CREATE TABLE sms_came ( -- distributed by mark\n"
     "  mark BYTES NOT NULL PRIMARY KEY, at BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX sms_came_at ON sms_came (at);"},
    {"messaging", 3,
     "ALTER TABLE feed_item ADD COLUMN state BIGINT NOT NULL DEFAULT 0;\n"
     "UPDATE feed_item SET state = 1 WHERE id <= "
     "(SELECT upto FROM feed_seen WHERE feed_seen.customer = feed_item.customer);\n"
     "DROP TABLE feed_seen;\n"
     "CREATE INDEX message_trouble ON message (id) WHERE state IN (2, 3, 5);"},
    {"messaging", 4, "CREATE INDEX mail_owner_customer ON mail_owner (customer)"},
    /* of messages to a bare number or address, by which they are found again; of others NULL */
    {"messaging", 5,
     "ALTER TABLE message ADD COLUMN address_hash BYTES;\n"
     "CREATE INDEX message_address ON message (address_hash) WHERE address_hash IS NOT NULL"},
    /* what a letter is about, where it is looked for by that: an operation whose receipt it brings */
    {"messaging", 6,
     "ALTER TABLE message ADD COLUMN about BIGINT;\n"
     "CREATE INDEX message_about ON message (customer, about) WHERE about IS NOT NULL"},
    /* advertising has lanes of its own */
    {"messaging", 7, "UPDATE outbox SET kind = 'sms.bulk' WHERE state = 0 AND kind = 'sms' AND subject IN (3, 4);\n"
                     "UPDATE outbox SET kind = 'mail.bulk' WHERE state = 0 AND kind = 'mail' AND subject IN (3, 4);\n"
                     "UPDATE outbox SET kind = 'push.bulk' WHERE state = 0 AND kind = 'push' AND subject IN (3, 4)"},
    {.sql = NULL},
};

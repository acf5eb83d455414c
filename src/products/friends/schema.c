/* schema.c: what is kept of friends, of who lets himself be found, of how many numbers one asked about today. */
#include "engine/sealed.h"
#include "products/friends/friends.h"

const struct migration friends_migrations[] = {
    {"friends", 1,
     "CREATE TABLE friend ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, phone_hash BYTES NOT NULL, phone BYTES NOT NULL,\n"
     "  label BYTES NOT NULL, PRIMARY KEY (customer, id), UNIQUE (customer, phone_hash)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE friend_findable ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, bucket BYTES NOT NULL, tag BYTES NOT NULL, mark BYTES NOT NULL,\n"
     "  since BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX friend_findable_bucket ON friend_findable (bucket, mark);\n"
     "CREATE INDEX friend_findable_tag ON friend_findable (tag);\n"
     "CREATE TABLE friend_look ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, day BIGINT NOT NULL, taken BIGINT NOT NULL\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

static const struct lookup numbers[] = {
    {LOOKUP_BESIDE_2("friend", "phone_hash", "phone", "customer, id")},
    {.purpose = NULL},
};

const struct sealed friends_sealed[] = {
    {SEALED_2("friend", "phone", "friend.phone", "customer, id", "ii", "id"), .lookups = numbers},
    {SEALED_2("friend", "label", "friend.label", "customer, id", "ii", "id")},
    {.where = NULL},
};

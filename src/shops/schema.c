/* schema.c: the tables of partner shops, and what goes away by itself. A key must be had again to check a signature or
 * to make one, so it is sealed; people's passwords are hashes. What was in an older database of the till's is copied
 * here by the till's own migration, sealed as it was: so keys are sealed for "till.key" to this day, and the key that a
 * shop had then has the shop's id, as a shop's first key still does. */
#include "shops/internal.h"

const struct migration shops_migrations[] = {
    {"shops", 1,
     "CREATE TABLE shop ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, title TEXT NOT NULL, legal TEXT NOT NULL, inn TEXT NOT NULL,\n"
     "  category TEXT NOT NULL, site TEXT NOT NULL, test BIGINT NOT NULL, open BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE shop_key ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, id BIGINT NOT NULL, sealed BYTES NOT NULL, made BIGINT NOT NULL, ends BIGINT NOT NULL,\n"
     "  PRIMARY KEY (shop, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE shop_person ( -- distributed by login\n"
     "  login TEXT NOT NULL PRIMARY KEY, shop BIGINT NOT NULL, name TEXT NOT NULL, roles BIGINT NOT NULL,\n"
     "  password TEXT NOT NULL, open BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX shop_person_shop ON shop_person (shop);\n"
     "CREATE TABLE shop_session ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, login TEXT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX shop_session_expires ON shop_session (expires);\n"
     "CREATE INDEX shop_session_login ON shop_session (login)"},
    {"shops", 2,
     "CREATE TABLE shop_callback ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, id BIGINT NOT NULL, number TEXT NOT NULL, state BIGINT NOT NULL,\n"
     "  attempts BIGINT NOT NULL, until BIGINT NOT NULL, item BIGINT NOT NULL, payload BYTES NOT NULL,\n"
     "  PRIMARY KEY (shop, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX shop_callback_number ON shop_callback (shop, number);\n"
     "CREATE INDEX shop_callback_over ON shop_callback (until) WHERE state <> 1;\n"
     "CREATE TABLE shop_callback_attempt ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, callback BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL,\n"
     "  status BIGINT NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (shop, callback, number)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX shop_callback_attempt_at ON shop_callback_attempt (at)"},
    {.sql = NULL},
};

const struct sealed shops_sealed[] = {
    {SEALED_2("shop_key", "sealed", "till.key", "shop, id", "ii", "id")},
    {SEALED_2("shop_callback", "payload", "shops.callback", "shop, id", "ii", "id")},
    {.where = NULL},
};

STATEMENT(sweep_sessions, "DELETE FROM shop_session WHERE hash IN "
                          "(SELECT hash FROM shop_session WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_callbacks, "DELETE FROM shop_callback WHERE (shop, id) IN (SELECT shop, id FROM shop_callback "
                           "WHERE state <> 1 AND until < $1 ORDER BY until LIMIT 100)");
STATEMENT(sweep_attempts, "DELETE FROM shop_callback_attempt WHERE (shop, callback, number) IN (SELECT shop, callback, "
                          "number FROM shop_callback_attempt WHERE at < $1 ORDER BY at LIMIT 100)");

/* What callbacks said of customers goes away with them. */
static bool sweep(struct engine *engine, struct tx *tx) {
    moment now = world_now(engine_world(engine)), over = now - shops_state_of(engine)->settings->callback_kept;
    bool more = tx_run(tx, &sweep_sessions, VALUES(V_INT(now))) == 100;
    more = tx_run(tx, &sweep_callbacks, VALUES(V_INT(over))) == 100 || more;
    return tx_run(tx, &sweep_attempts, VALUES(V_INT(over))) == 100 || more;
}

const struct job shops_jobs[] = {
    {"shops.sweep", 10 * MINUTE, sweep},
    {NULL, 0, NULL},
};

/* schema.c: the tables of tills, and what goes away by itself. Shops, their cashiers and keys were once kept here; an
 * older database's go over to src/shops. Sessions end with that: a cashier signs in once more. */
#include "till/internal.h"

const struct migration till_migrations[] = {
    {"till", 1,
     "CREATE TABLE till_shop ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, title TEXT NOT NULL, sealed_key BYTES NOT NULL, open BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE till_cashier ( -- distributed by login\n"
     "  login TEXT NOT NULL PRIMARY KEY, shop BIGINT NOT NULL, password TEXT NOT NULL, open BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX till_cashier_shop ON till_cashier (shop);\n"
     "CREATE TABLE till_session ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, login TEXT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX till_session_expires ON till_session (expires);\n"
     "CREATE TABLE till_application ( -- distributed by shop\n"
     "  shop BIGINT NOT NULL, number TEXT NOT NULL, id BIGINT NOT NULL, body BYTES NOT NULL, phone BYTES NOT NULL,\n"
     "  answers BYTES NOT NULL, state BIGINT NOT NULL, language BIGINT NOT NULL, cashier TEXT NOT NULL,\n"
     "  made BIGINT NOT NULL, expires BIGINT NOT NULL, kept_until BIGINT NOT NULL, PRIMARY KEY (shop, number)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX till_application_id ON till_application (shop, id);\n"
     "CREATE INDEX till_application_kept ON till_application (kept_until)"},
    {"till", 2,
     "INSERT INTO shop (id, title, legal, inn, category, site, test, open, made)\n"
     "  SELECT id, title, '', '', '', '', 0, open, made FROM till_shop;\n"
     "INSERT INTO shop_key (shop, id, sealed, made, ends) SELECT id, id, sealed_key, made, 0 FROM till_shop;\n"
     "INSERT INTO shop_person (login, shop, name, roles, password, open, made)\n"
     "  SELECT login, shop, login, 8, password, open, made FROM till_cashier;\n"
     "DROP TABLE till_shop;\n"
     "DROP TABLE till_cashier;\n"
     "DROP TABLE till_session"},
    {NULL, 0, NULL},
};

STATEMENT(sweep_applications, "DELETE FROM till_application WHERE (shop, number) IN (SELECT shop, number "
                              "FROM till_application WHERE kept_until < $1 ORDER BY kept_until LIMIT 100)");

static bool sweep(struct engine *engine, struct tx *tx) {
    return tx_run(tx, &sweep_applications, VALUES(V_INT(world_now(engine_world(engine))))) == 100;
}

const struct job till_jobs[] = {
    {"till.sweep", 10 * MINUTE, sweep},
    {NULL, 0, NULL},
};

/* schema.c: the tables of factors. PINs are kept as Argon2id of PIN and device token, app secrets sealed, recovery
 * codes and tickets as keyed hashes; of a passkey only its public half is ours. */
#include "factors/internal.h"

const struct migration factors_migrations[] = {
    {"factors", 1,
     "CREATE TABLE pin_device ( -- distributed by device\n"
     "  device BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE device_pin ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, device BYTES NOT NULL, id BIGINT NOT NULL, encoded TEXT NOT NULL,\n"
     "  name TEXT NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL, tries BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, device)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE second_factor ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, kind BIGINT NOT NULL, secret BYTES, pending BYTES,\n"
     "  step BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE recovery_code ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, hash BYTES NOT NULL, PRIMARY KEY (customer, hash)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE sign_in_ticket ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL, by_token BIGINT NOT NULL, kind BIGINT NOT NULL,\n"
     "  next TEXT NOT NULL, tries BIGINT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX sign_in_ticket_expires ON sign_in_ticket (expires);\n"
     "CREATE TABLE confirmation ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, session BIGINT NOT NULL, made BIGINT NOT NULL, PRIMARY KEY (customer, session)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX confirmation_made ON confirmation (made);\n"
     "CREATE TABLE passkey_owner ( -- distributed by credential\n"
     "  credential BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE passkey ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, credential BYTES NOT NULL, algorithm BIGINT NOT NULL,\n"
     "  public_key BYTES NOT NULL, counter BIGINT NOT NULL, name TEXT NOT NULL, made BIGINT NOT NULL,\n"
     "  used BIGINT NOT NULL, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE used_challenge ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX used_challenge_expires ON used_challenge (expires)"},
    {"factors", 2,
     "CREATE TABLE operation_signature ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, operation BIGINT NOT NULL, made BIGINT NOT NULL, evidence BYTES NOT NULL,\n"
     "  PRIMARY KEY (customer, operation)\n"
     ") CLUSTERED"},
    {"factors", 3, "ALTER TABLE confirmation ADD COLUMN secret BIGINT NOT NULL DEFAULT 0"},
    {NULL, 0, NULL},
};

STATEMENT(sweep_tickets, "DELETE FROM sign_in_ticket WHERE hash IN "
                         "(SELECT hash FROM sign_in_ticket WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_confirmations, "DELETE FROM confirmation WHERE (customer, session) IN "
                               "(SELECT customer, session FROM confirmation WHERE made < $1 ORDER BY made LIMIT 100)");
STATEMENT(sweep_challenges, "DELETE FROM used_challenge WHERE hash IN "
                            "(SELECT hash FROM used_challenge WHERE expires < $1 ORDER BY expires LIMIT 100)");

static bool sweep(struct engine *engine, struct tx *tx) {
    moment now = world_now(engine_world(engine));
    bool more = tx_run(tx, &sweep_tickets, VALUES(V_INT(now))) == 100;
    more = tx_run(tx, &sweep_confirmations, VALUES(V_INT(now - DAY))) == 100 || more;
    return tx_run(tx, &sweep_challenges, VALUES(V_INT(now))) == 100 || more;
}

const struct job factors_jobs[] = {
    {"factors.sweep", 10 * MINUTE, sweep},
    {NULL, 0, NULL},
};

/* schema.c: the tables of identity. Numbers are sealed at rest and found by keyed hash; passwords, codes and tokens
 * are kept as hashes alone. What is short-lived has `expires`, by which a job sweeps it. */
#include "identity/internal.h"

const struct migration identity_migrations[] = {
    {"identity", 1,
     "CREATE TABLE customer ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, level BIGINT NOT NULL, frozen BIGINT NOT NULL, closed BIGINT NOT NULL,\n"
     "  language BIGINT NOT NULL, opened BIGINT NOT NULL, phone BYTES NOT NULL, name BYTES\n"
     ") CLUSTERED;\n"
     "CREATE TABLE phone ( -- distributed by phone_hash\n"
     "  phone_hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE password ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, made BIGINT NOT NULL, encoded TEXT NOT NULL, PRIMARY KEY (customer, made)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE session ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, hash BYTES NOT NULL, id BIGINT NOT NULL, by_token BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, used BIGINT NOT NULL, expires BIGINT NOT NULL, agent TEXT NOT NULL,\n"
     "  address TEXT NOT NULL, PRIMARY KEY (customer, hash)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX session_expires ON session (expires);\n"
     "CREATE TABLE device ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, hash BYTES NOT NULL, used BIGINT NOT NULL, expires BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, hash)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX device_expires ON device (expires);\n"
     "CREATE TABLE tally ( -- distributed by whose\n"
     "  whose BYTES NOT NULL PRIMARY KEY, count BIGINT NOT NULL, began BIGINT NOT NULL, locked_until BIGINT NOT NULL,\n"
     "  pauses BIGINT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX tally_expires ON tally (expires);\n"
     "CREATE TABLE one_time_code ( -- distributed by subject\n"
     "  subject BYTES NOT NULL, purpose BIGINT NOT NULL, hash BYTES NOT NULL, made BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL, tries BIGINT NOT NULL, sent BIGINT NOT NULL, PRIMARY KEY (subject, purpose)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX one_time_code_expires ON one_time_code (expires);\n"
     "CREATE TABLE signup_draft ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, id BIGINT NOT NULL, phone BYTES NOT NULL, known BIGINT NOT NULL,\n"
     "  step BIGINT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX signup_draft_expires ON signup_draft (expires);\n"
     "CREATE TABLE used_proof ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX used_proof_expires ON used_proof (expires);\n"
     "CREATE TABLE kept_form ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, hash BYTES NOT NULL, path TEXT NOT NULL, fields BYTES NOT NULL,\n"
     "  expires BIGINT NOT NULL, PRIMARY KEY (customer, hash)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX kept_form_expires ON kept_form (expires)"},
    {NULL, 0, NULL},
};

/* ---- sweeping: a piece at a time, each statement bounded ---- */

STATEMENT(sweep_session, "DELETE FROM session WHERE (customer, hash) IN "
                         "(SELECT customer, hash FROM session WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_device, "DELETE FROM device WHERE (customer, hash) IN "
                        "(SELECT customer, hash FROM device WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_tally, "DELETE FROM tally WHERE whose IN "
                       "(SELECT whose FROM tally WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_code, "DELETE FROM one_time_code WHERE (subject, purpose) IN "
                      "(SELECT subject, purpose FROM one_time_code WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_draft, "DELETE FROM signup_draft WHERE hash IN "
                       "(SELECT hash FROM signup_draft WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_proof, "DELETE FROM used_proof WHERE hash IN "
                       "(SELECT hash FROM used_proof WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_kept, "DELETE FROM kept_form WHERE (customer, hash) IN "
                      "(SELECT customer, hash FROM kept_form WHERE expires < $1 ORDER BY expires LIMIT 100)");

static bool sweep(struct engine *engine, struct tx *tx) {
    struct statement *const statements[] = {&sweep_session, &sweep_device, &sweep_tally, &sweep_code,
                                            &sweep_draft,   &sweep_proof,  &sweep_kept};
    moment now = world_now(engine_world(engine));
    bool more = false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (tx_run(tx, statements[i], VALUES(V_INT(now))) == 100) more = true;
    }
    return more;
}

const struct job identity_jobs[] = {
    {"identity.sweep", 10 * MINUTE, sweep},
    {NULL, 0, NULL},
};

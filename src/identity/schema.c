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
    {"identity", 2,
     "CREATE TABLE cooling ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, until BIGINT NOT NULL, rest BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX cooling_until ON cooling (until);\n"
     "CREATE TABLE consent ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, purpose TEXT NOT NULL, version BIGINT NOT NULL,\n"
     "  given BIGINT NOT NULL, ended BIGINT, how TEXT NOT NULL, PRIMARY KEY (customer, id)\n"
     ") CLUSTERED"},
    /* all consents in one place; topics 3 and 4 of messaging are news and offers */
    {"identity", 3,
     "ALTER TABLE consent RENAME TO consent_before;\n"
     "CREATE TABLE consent ( -- distributed by holder\n"
     "  holder BIGINT NOT NULL, id BIGINT NOT NULL, purpose TEXT NOT NULL, version TEXT NOT NULL, words TEXT,\n"
     "  given BIGINT NOT NULL, how TEXT NOT NULL, ended BIGINT, ended_how TEXT, PRIMARY KEY (holder, id)\n"
     ") CLUSTERED;\n"
     "INSERT INTO consent (holder, id, purpose, version, given, how, ended)\n"
     "  SELECT customer, id, purpose, CAST(version AS TEXT), given, how, ended FROM consent_before;\n"
     "INSERT INTO consent (holder, id, purpose, version, words, given, how, ended, ended_how)\n"
     "  SELECT customer, id, CASE topic WHEN 3 THEN 'news' ELSE 'offers' END, '1', words, given, given_how, ended,\n"
     "    ended_how FROM message_consent;\n"
     "DROP TABLE consent_before;\n"
     "DROP TABLE message_consent"},
    {"identity", 4,
     "ALTER TABLE session ADD COLUMN scopes BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE session ADD COLUMN day_limit BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE session ADD COLUMN label BYTES;\n"
     "CREATE TABLE token_day ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, token BIGINT NOT NULL, day BIGINT NOT NULL, spent BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, token, day)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX token_day_day ON token_day (day)"},
    {"identity", 5, "ALTER TABLE customer ADD COLUMN frozen_at BIGINT NOT NULL DEFAULT 0"},
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

STATEMENT(sweep_cooling, "DELETE FROM cooling WHERE customer IN "
                         "(SELECT customer FROM cooling WHERE until < $1 ORDER BY until LIMIT 100)");

STATEMENT(sweep_token_day, "DELETE FROM token_day WHERE (customer, token, day) IN "
                           "(SELECT customer, token, day FROM token_day WHERE day < $1 ORDER BY day LIMIT 100)");

static bool sweep(struct engine *engine, struct tx *tx) {
    struct statement *const statements[] = {&sweep_session, &sweep_device, &sweep_tally, &sweep_code,
                                            &sweep_draft,   &sweep_proof,  &sweep_kept,
                                            &sweep_cooling};
    moment now = world_now(engine_world(engine));
    bool more = false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (tx_run(tx, statements[i], VALUES(V_INT(now))) == 100) more = true;
    }
    if (tx_run(tx, &sweep_token_day, VALUES(V_INT(now / DAY - 2))) == 100) more = true; /* in any zone it is over */
    return more;
}

const struct job identity_jobs[] = {
    {"identity.sweep", 10 * MINUTE, sweep},
    {NULL, 0, NULL},
};

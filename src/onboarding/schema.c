/* schema.c: the tables of sign-ups, and what goes away by itself (retention). */
#include "onboarding/internal.h"

#include "identity/consent.h"

const struct migration onboarding_migrations[] = {
    {"onboarding", 1,
     "CREATE TABLE application ( -- distributed by phone_hash\n"
     "  phone_hash BYTES NOT NULL, id BIGINT NOT NULL, phone BYTES NOT NULL, state BIGINT NOT NULL,\n"
     "  done BIGINT NOT NULL, answers BYTES NOT NULL, secret BYTES, customer BIGINT NOT NULL,\n"
     "  reason BIGINT NOT NULL, language BIGINT NOT NULL, made BIGINT NOT NULL, expires BIGINT NOT NULL,\n"
     "  PRIMARY KEY (phone_hash, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX application_expires ON application (expires);\n"
     "CREATE INDEX application_customer ON application (customer);\n"
     "CREATE TABLE application_start ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, answers BYTES NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX application_start_expires ON application_start (expires);\n"
     "CREATE TABLE application_photo ( -- distributed by application\n"
     "  application BIGINT NOT NULL, page BIGINT NOT NULL, type BIGINT NOT NULL, size BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, sealed BYTES NOT NULL, PRIMARY KEY (application, page)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE application_consent ( -- distributed by application\n"
     "  application BIGINT NOT NULL, kind BIGINT NOT NULL, given_at BIGINT NOT NULL, given BIGINT NOT NULL,\n"
     "  version TEXT NOT NULL, how TEXT NOT NULL, PRIMARY KEY (application, kind, given_at)\n"
     ") CLUSTERED;\n"
     "CREATE TABLE onboarding_limit ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL, made BIGINT NOT NULL\n"
     ") CLUSTERED"},
    {"onboarding", 2,
     "CREATE TABLE contract ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, fresh BIGINT NOT NULL, made BIGINT NOT NULL, account BYTES NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE contract_name ( -- distributed by name_hash\n"
     "  name_hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL, name BYTES NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE contract_renewal ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, customer BIGINT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX contract_renewal_expires ON contract_renewal (expires);\n"
     "CREATE INDEX application_id ON application (id)"},
    /* into identity's table, of opened cabinets what did not get there before; an answer ended the one before it */
    {"onboarding", 3,
     "INSERT INTO consent (holder, id, purpose, version, given, how, ended, ended_how)\n"
     "SELECT CASE a.customer WHEN 0 THEN a.id ELSE a.customer END, c.given_at + c.kind,\n"
     "  CASE c.kind WHEN 0 THEN 'rules' WHEN 1 THEN 'personal' ELSE 'marketing' END, c.version, c.given_at, c.how,\n"
     "  MIN(n.given_at), CASE WHEN MIN(n.given_at) IS NULL THEN NULL ELSE 'answered anew' END\n"
     "FROM application_consent c JOIN application a ON a.id = c.application\n"
     "  LEFT JOIN application_consent n\n"
     "    ON n.application = c.application AND n.kind = c.kind AND n.given_at > c.given_at\n"
     "WHERE c.given = 1 AND NOT EXISTS (SELECT 1 FROM consent o WHERE o.holder = a.customer AND o.purpose =\n"
     "  CASE c.kind WHEN 0 THEN 'rules' WHEN 1 THEN 'personal' ELSE 'marketing' END)\n"
     "GROUP BY a.customer, a.id, c.given_at, c.kind, c.version, c.how;\n"
     "DROP TABLE application_consent"},
    {"onboarding", 4, "CREATE INDEX contract_name_customer ON contract_name (customer)"},
    {"onboarding", 5,
     "ALTER TABLE application ADD COLUMN staff BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE application ADD COLUMN decided BIGINT NOT NULL DEFAULT 0"},
    {NULL, 0, NULL},
};

STATEMENT(sweep_list, "SELECT phone_hash, id FROM application WHERE expires < $1 ORDER BY expires LIMIT 100");
STATEMENT(sweep_photos, "DELETE FROM application_photo WHERE application = $1");
STATEMENT(sweep_one, "DELETE FROM application WHERE phone_hash = $1 AND id = $2");
STATEMENT(sweep_renewals, "DELETE FROM contract_renewal WHERE hash IN "
                          "(SELECT hash FROM contract_renewal WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_starts, "DELETE FROM application_start WHERE hash IN "
                        "(SELECT hash FROM application_start WHERE expires < $1 ORDER BY expires LIMIT 100)");

/* An application whose time is over goes with all that belongs to it. */
static bool sweep(struct engine *engine, struct tx *tx) {
    moment now = world_now(engine_world(engine));
    int64_t count = tx_run(tx, &sweep_starts, VALUES(V_INT(now)));
    bool more = count == 100 || tx_run(tx, &sweep_renewals, VALUES(V_INT(now))) == 100;
    struct arena *arena = tx_arena(tx);
    int64_t ids[100];
    struct text hashes[100];
    size_t found = 0;
    struct rows *rows = tx_query(tx, &sweep_list, VALUES(V_INT(now)));
    while (rows_next(rows) && found < 100) {
        hashes[found] = row_copy(rows, 0, arena);
        ids[found++] = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < found; i++) {
        tx_run(tx, &sweep_photos, VALUES(V_INT(ids[i])));
        identity_consents_forget(tx, ids[i]);
        tx_run(tx, &sweep_one, VALUES(V_BYTES(hashes[i].data, hashes[i].size), V_INT(ids[i])));
    }
    return more || found == 100;
}

const struct job onboarding_jobs[] = {
    {"onboarding.sweep", MINUTE, sweep},
    {NULL, 0, NULL},
};

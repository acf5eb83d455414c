/* schema.c: the back office's tables. What may name a person is sealed; secrets are hashes or sealed. */
#include "backoffice/internal.h"

#include "engine/audit.h"

const struct migration backoffice_migrations[] = {
    {"backoffice", 1,
     "CREATE TABLE staff ( -- reference\n"
     "  id BIGINT NOT NULL PRIMARY KEY, login TEXT NOT NULL UNIQUE, password TEXT NOT NULL, roles BIGINT NOT NULL,\n"
     "  blocked BIGINT NOT NULL, enrolled BIGINT NOT NULL, secret BYTES, counter BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL) CLUSTERED;\n"
     "CREATE TABLE staff_session ( -- distributed by staff\n"
     "  staff BIGINT NOT NULL, hash BYTES NOT NULL, id BIGINT NOT NULL, enrolling BIGINT NOT NULL,\n"
     "  made BIGINT NOT NULL, used BIGINT NOT NULL, expires BIGINT NOT NULL, agent TEXT NOT NULL,\n"
     "  address TEXT NOT NULL, PRIMARY KEY (staff, hash)) CLUSTERED;\n"
     "CREATE INDEX staff_session_expires ON staff_session (expires);\n"
     "CREATE TABLE staff_sight ( -- distributed by staff\n"
     "  staff BIGINT NOT NULL, customer BIGINT NOT NULL, opened BIGINT NOT NULL, expires BIGINT NOT NULL,\n"
     "  PRIMARY KEY (staff, customer)) CLUSTERED;\n"
     "CREATE INDEX staff_sight_expires ON staff_sight (expires);\n"
     "CREATE TABLE queue_task ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, queue TEXT NOT NULL, subject BIGINT NOT NULL, customer BIGINT NOT NULL,\n"
     "  summary BYTES NOT NULL, owner BIGINT NOT NULL, due BIGINT NOT NULL, done BIGINT NOT NULL,\n"
     "  finished_by BIGINT NOT NULL, outcome TEXT NOT NULL, note BYTES) CLUSTERED;\n"
     "CREATE INDEX queue_task_due ON queue_task (done, queue, due);\n"
     "CREATE INDEX queue_task_subject ON queue_task (subject);\n"
     "CREATE INDEX queue_task_customer ON queue_task (customer);\n"
     "CREATE TABLE approval ( -- distributed by id\n"
     "  id BIGINT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, customer BIGINT NOT NULL, subject BIGINT NOT NULL,\n"
     "  asked_by BIGINT NOT NULL, data BYTES NOT NULL, summary BYTES NOT NULL, expires BIGINT NOT NULL,\n"
     "  state BIGINT NOT NULL, decided_by BIGINT NOT NULL, decided BIGINT NOT NULL) CLUSTERED;\n"
     "CREATE INDEX approval_state ON approval (state, expires)"},
    {"backoffice", 2, "CREATE INDEX queue_task_owner ON queue_task (owner, due) WHERE done = 0"},
    {"backoffice", 3,
     "ALTER TABLE staff ADD COLUMN extra_roles BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE staff ADD COLUMN extra_until BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE approval ADD COLUMN reason BYTES;\n"
     "CREATE INDEX approval_asked_by ON approval (asked_by, decided);\n"
     "ALTER TABLE queue_task ADD COLUMN escalated BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE TABLE suspicion ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, rule TEXT NOT NULL, about BIGINT NOT NULL, operation BIGINT NOT NULL,\n"
     "  sum BIGINT NOT NULL, at BIGINT NOT NULL, task BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, rule, about)) CLUSTERED;\n"
     "CREATE TABLE backoffice_account ( -- reference\n"
     "  name TEXT NOT NULL PRIMARY KEY, account BIGINT NOT NULL) CLUSTERED"},
    {"backoffice", 4,
     "CREATE TABLE staff_check ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, staff BIGINT NOT NULL, task BIGINT NOT NULL,\n"
     "  asked BIGINT NOT NULL, result BIGINT NOT NULL, PRIMARY KEY (customer, id)) CLUSTERED"},
    {.sql = NULL},
};

STATEMENT(sweep_sessions, "DELETE FROM staff_session WHERE (staff, hash) IN "
                          "(SELECT staff, hash FROM staff_session WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_sights, "DELETE FROM staff_sight WHERE (staff, customer) IN "
                        "(SELECT staff, customer FROM staff_sight WHERE expires < $1 ORDER BY expires LIMIT 100)");

static bool sweep(struct engine *engine, struct tx *tx) {
    struct statement *const statements[] = {&sweep_sessions, &sweep_sights};
    bool more = false;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (tx_run(tx, statements[i], VALUES(V_INT(world_now(engine_world(engine))))) == 100) more = true;
    return more;
}

static bool sign(struct engine *engine, struct tx *tx) {
    return audit_sign(engine_keyring(engine), tx) == 256;
}

const struct job backoffice_jobs[] = {
    {"backoffice.sign", 10 * MINUTE, sign},
    {"backoffice.sweep", 10 * MINUTE, sweep},
    {"backoffice.approvals", MINUTE, approvals_expire},
    {"backoffice.escalate", MINUTE, tasks_escalate},
    {"backoffice.limits", MINUTE, limits_end},
    {NULL, 0, NULL},
};

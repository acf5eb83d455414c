/* tally.c: the counters of tally_rules.h, in the database: one row for each thing counted and each number,
 * subscriber or network, under a keyed hash. The row is made first and then locked, so that several nodes count as
 * one. */
#include "identity/internal.h"

STATEMENT(tally_make, "INSERT INTO tally (whose, count, began, locked_until, pauses, expires) "
                      "VALUES ($1, 0, 0, 0, 0, 0) ON CONFLICT (whose) DO NOTHING");
STATEMENT(tally_read, "SELECT count, began, locked_until, pauses FROM tally WHERE whose = $1 FOR_UPDATE");
STATEMENT(tally_write, "UPDATE tally SET count = $2, began = $3, locked_until = $4, pauses = $5, expires = $6 "
                       "WHERE whose = $1");
STATEMENT(tally_one_back, "UPDATE tally SET count = count - 1 WHERE whose = $1 AND count > 0");
STATEMENT(tally_delete, "DELETE FROM tally WHERE whose = $1");

static void tally_key(struct engine *engine, struct tx *tx, const char *what, struct text whose,
                      uint8_t key[SECRET_HASH_SIZE]) {
    struct text name = text_format(tx_arena(tx), "%s|%.*s", what, TEXT_ARG(whose));
    secret_hash(engine_keyring(engine), "tally", name, key);
}

bool tally_take(struct engine *engine, struct tx *tx, const char *what, struct text whose,
                const struct tally_policy *policy, moment *free_at) {
    uint8_t key[SECRET_HASH_SIZE];
    tally_key(engine, tx, what, whose, key);
    const struct value by_key = V_BYTES(key, sizeof key);

    tx_run(tx, &tally_make, VALUES(by_key));
    struct tally tally = {0};
    struct rows *rows = tx_query(tx, &tally_read, VALUES(by_key));
    if (rows_next(rows)) {
        tally = (struct tally){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2), row_int(rows, 3)};
    }
    rows_end(rows);

    if (!tally_reserve(&tally, policy, world_now(engine_world(engine)), free_at)) return false;
    moment quiet = tally.began + policy->window_us;
    if (tally.locked_until + policy->pause_max_us > quiet) quiet = tally.locked_until + policy->pause_max_us;
    tx_run(tx, &tally_write,
           VALUES(by_key, V_INT(tally.count), V_INT(tally.began), V_INT(tally.locked_until), V_INT(tally.pauses),
                  V_INT(quiet)));
    return true;
}

void tally_return(struct engine *engine, struct tx *tx, const char *what, struct text whose) {
    uint8_t key[SECRET_HASH_SIZE];
    tally_key(engine, tx, what, whose, key);
    tx_run(tx, &tally_one_back, VALUES(V_BYTES(key, sizeof key)));
}

void tally_forget(struct engine *engine, struct tx *tx, const char *what, struct text whose) {
    uint8_t key[SECRET_HASH_SIZE];
    tally_key(engine, tx, what, whose, key);
    tx_run(tx, &tally_delete, VALUES(V_BYTES(key, sizeof key)));
}

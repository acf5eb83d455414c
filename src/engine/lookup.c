/* lookup.c: looking up by keyed hashes while rows may be under one of several generations; see sealed.h. */
#include "engine/sealed.h"

#include "engine/engine.h"

STATEMENT(hold, "SELECT generation FROM key_generation WHERE generation = $1 FOR_UPDATE");

int64_t lookup_find(struct engine *engine, struct tx *tx, struct statement *find, const char *purpose,
                    struct text message) {
    struct lookups lookups;
    int64_t found = 0;
    secret_lookups(engine_keyring(engine), purpose, message, &lookups);
    for (size_t i = 0; i < lookups.count && found == 0; i++) {
        struct rows *rows = tx_query(tx, find, VALUES(V_BYTES(lookups.of[i], SECRET_HASH_SIZE)));
        if (rows_next(rows)) found = row_int(rows, 0);
        rows_end(rows);
    }
    return found;
}

void lookup_hold(struct engine *engine, struct tx *tx) {
    const struct keyring *keyring = engine_keyring(engine);
    if (!keyring_several(keyring)) return;
    rows_end(tx_query(tx, &hold, VALUES(V_INT(keyring_newest(keyring)))));
}

int64_t lookup_remove(struct engine *engine, struct tx *tx, struct statement *statement, const char *purpose,
                      struct text message, int64_t owner) {
    struct lookups lookups;
    int64_t removed = 0;
    secret_lookups(engine_keyring(engine), purpose, message, &lookups);
    for (size_t i = 0; i < lookups.count; i++)
        removed += tx_run(tx, statement, VALUES(V_BYTES(lookups.of[i], SECRET_HASH_SIZE), V_INT(owner)));
    return removed;
}

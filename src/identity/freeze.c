/* freeze.c: what stops a thief at once: outgoing money is frozen, sessions and personal tokens are ended (SU-4). */
#include "identity/session.h"

#include <string.h>

#define SESSIONS_AT_ONCE 1000

STATEMENT(customer_freeze, "UPDATE customer SET frozen = $2, frozen_at = $3 WHERE id = $1 AND frozen <> $2");
STATEMENT(freeze_himself, "UPDATE customer SET frozen = 2, frozen_at = $2 WHERE id = $1 AND frozen = 0");
STATEMENT(sessions_but, "SELECT hash FROM session WHERE customer = $1 AND id <> $2 LIMIT 1000");
STATEMENT(tokens_of, "SELECT hash FROM session WHERE customer = $1 AND by_token = $2 LIMIT 1000");

static bool tell(struct engine *engine, struct tx *tx, int64_t customer, enum frozen frozen) {
    if (frozen != FROZEN_NOT) identity_tokens_end(engine, tx, customer);
    const struct event event = {.kind = EVENT_CUSTOMER_FROZEN, .customer = customer, .number = frozen};
    engine_emit(engine, tx, &event);
    return true;
}

bool identity_freeze(struct engine *engine, struct tx *tx, int64_t customer, bool frozen) {
    enum frozen now = frozen ? FROZEN_BY_STAFF : FROZEN_NOT;
    moment since = frozen ? world_now(engine_world(engine)) : 0;
    return tx_run(tx, &customer_freeze, VALUES(V_INT(customer), V_INT(now), V_INT(since))) == 1 &&
           tell(engine, tx, customer, now);
}

bool identity_freeze_himself(struct engine *engine, struct tx *tx, int64_t customer) {
    moment since = world_now(engine_world(engine));
    return tx_run(tx, &freeze_himself, VALUES(V_INT(customer), V_INT(since))) == 1 &&
           tell(engine, tx, customer, FROZEN_HIMSELF);
}

/* Those that the statement finds; how many. */
static int64_t end(struct engine *engine, struct tx *tx, int64_t customer, struct statement *statement, int64_t by) {
    struct session_key *keys = arena_array(tx_arena(tx), struct session_key, SESSIONS_AT_ONCE);
    size_t count = 0;
    struct rows *rows = tx_query(tx, statement, VALUES(V_INT(customer), V_INT(by)));
    while (count < SESSIONS_AT_ONCE && rows_next(rows)) {
        if (row_text(rows, 0).size != sizeof keys[count].hash) continue;
        keys[count].customer = customer;
        memcpy(keys[count++].hash, row_text(rows, 0).data, sizeof keys->hash);
    }
    rows_end(rows);
    int64_t ended = 0;
    for (size_t i = 0; i < count; i++) ended += session_end(engine, tx, tx_arena(tx), &keys[i]);
    return ended;
}

int64_t identity_end_sessions(struct engine *engine, struct tx *tx, int64_t customer, int64_t except) {
    return end(engine, tx, customer, &sessions_but, except);
}

int64_t identity_tokens_end(struct engine *engine, struct tx *tx, int64_t customer) {
    return end(engine, tx, customer, &tokens_of, SESSION_PERSONAL);
}

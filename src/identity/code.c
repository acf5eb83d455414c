/* code.c: see code.h. */
#include "identity/code.h"

#include "identity/internal.h"

#include <stdatomic.h>

STATEMENT(code_put, "INSERT INTO one_time_code (subject, purpose, hash, made, expires, tries, sent) "
                    "VALUES ($1, $2, $3, $4, $5, 0, 1) ON CONFLICT (subject, purpose) DO UPDATE SET "
                    "hash = $3, made = $4, expires = $5, tries = 0, sent = one_time_code.sent + 1");
STATEMENT(code_count, "UPDATE one_time_code SET tries = tries + 1 "
                      "WHERE subject = $1 AND purpose = $2 AND tries < $3 AND expires > $4");
STATEMENT(code_read, "SELECT hash, made, expires, tries, sent FROM one_time_code WHERE subject = $1 AND purpose = $2");
STATEMENT(code_delete, "DELETE FROM one_time_code WHERE subject = $1 AND purpose = $2");

static _Atomic int64_t compared;

int64_t code_compared(void) {
    return compared;
}

static void code_hash(struct engine *engine, struct arena *arena, enum code_purpose purpose,
                      const uint8_t subject[SECRET_HASH_SIZE], struct text number, struct text code,
                      uint8_t hash[SECRET_HASH_SIZE]) {
    struct text bound = text_format(arena, "%d|%s|%.*s|%.*s", (int)purpose,
                                    text_hex(arena, subject, SECRET_HASH_SIZE).data, TEXT_ARG(number), TEXT_ARG(code));
    secret_hash(engine_keyring(engine), "code", bound, hash);
}

struct text code_make(struct engine *engine, struct tx *tx, enum code_purpose purpose,
                      const uint8_t subject[SECRET_HASH_SIZE], struct text number, bool real) {
    struct world *world = engine_world(engine);
    struct text code = text_format(tx_arena(tx), "%06d", (int)world_random_below(world, 1000000));
    uint8_t hash[SECRET_HASH_SIZE];
    code_hash(engine, tx_arena(tx), purpose, subject, number, code, hash);
    if (!real) world_random(world, hash, sizeof hash);

    moment now = world_now(world);
    tx_run(tx, &code_put,
           VALUES(V_BYTES(subject, SECRET_HASH_SIZE), V_INT(purpose), V_BYTES(hash, sizeof hash), V_INT(now),
                  V_INT(now + identity_settings(engine)->code_life)));
    return code;
}

enum code_result code_try(struct engine *engine, struct tx *tx, enum code_purpose purpose,
                          const uint8_t subject[SECRET_HASH_SIZE], struct text number, struct text typed) {
    const struct value by_subject = V_BYTES(subject, SECRET_HASH_SIZE);
    moment now = world_now(engine_world(engine));
    if (tx_run(tx, &code_count,
               VALUES(by_subject, V_INT(purpose), V_INT(identity_settings(engine)->code_tries), V_INT(now))) != 1) {
        return CODE_SPENT;
    }
    uint8_t hash[SECRET_HASH_SIZE];
    code_hash(engine, tx_arena(tx), purpose, subject, number, typed, hash);
    bool right = false;
    struct rows *rows = tx_query(tx, &code_read, VALUES(by_subject, V_INT(purpose)));
    if (rows_next(rows)) {
        compared++;
        right = text_equal_secret(row_text(rows, 0), (struct text){(const char *)hash, sizeof hash});
    }
    rows_end(rows);
    if (!right) return CODE_WRONG;
    tx_run(tx, &code_delete, VALUES(by_subject, V_INT(purpose)));
    return CODE_RIGHT;
}

bool code_state(struct engine *engine, struct tx *tx, enum code_purpose purpose,
                const uint8_t subject[SECRET_HASH_SIZE], struct code_state *state) {
    const struct identity_settings *settings = identity_settings(engine);
    struct rows *rows = tx_query(tx, &code_read, VALUES(V_BYTES(subject, SECRET_HASH_SIZE), V_INT(purpose)));
    bool found = rows_next(rows);
    if (found) {
        state->made = row_int(rows, 1);
        state->expires = row_int(rows, 2);
        state->tries_left = settings->code_tries - row_int(rows, 3);
        state->sent = row_int(rows, 4);
        state->again_at = state->made + resend_pause(state->sent, settings->code_pause, settings->code_pause_max);
    }
    rows_end(rows);
    return found;
}

/* personal.c: personal tokens (IF-2): rows of `session` like any other, so that knowing who calls costs the same; what
 * they send out in a day is counted in the database, for those alone that have a limit. */
#include "identity/session.h"
#include "identity/session_cache.h"

#include <string.h>

STATEMENT(personal_add, "INSERT INTO session (customer, hash, id, by_token, made, used, expires, agent, address, "
                        "scopes, day_limit, label) VALUES ($1, $2, $3, 2, $4, $4, $5, '', '', $6, $7, $8)");
STATEMENT(personal_all, "SELECT id, scopes, day_limit, made, used, expires, address, label, hash FROM session "
                        "WHERE customer = $1 AND by_token = 2 AND expires > $2 ORDER BY id DESC LIMIT 20");
STATEMENT(personal_one, "SELECT hash, label FROM session WHERE customer = $1 AND id = $2 AND by_token = 2");
STATEMENT(personal_count, "SELECT COUNT(*) FROM session WHERE customer = $1 AND by_token = 2 AND expires > $2");
STATEMENT(day_take, "INSERT INTO token_day (customer, token, day, spent) VALUES ($1, $2, $3, $4) "
                    "ON CONFLICT (customer, token, day) DO UPDATE SET spent = token_day.spent + $4 "
                    "WHERE token_day.spent <= $5 - $4");

static const struct refusal over_day = {"token-day-limit", 403, S_identity_token_day_limit, false};

static bool full(struct request *request, struct tx *tx) {
    struct rows *rows = tx_query(tx, &personal_count,
                                 VALUES(V_INT(request->caller.customer), V_INT(world_now(request->world))));
    bool is_full = rows_next(rows) && row_int(rows, 0) >= PERSONAL_TOKENS_MAX;
    rows_end(rows);
    return is_full;
}

struct text identity_token_make(struct request *request, struct tx *tx, struct personal_token *token) {
    const struct keyring *keyring = engine_keyring(request->engine);
    struct session_key key;
    if (full(request, tx)) return TEXT_NONE;
    struct text shown = session_token(request, request->caller.customer, true, &key);
    token->id = world_id(request->world);
    token->made = world_now(request->world);
    struct text label = secret_seal(keyring, request->world, tx_arena(tx), "token.label", token->id, token->label);
    tx_run(tx, &personal_add,
           VALUES(V_INT(key.customer), V_BYTES(key.hash, sizeof key.hash), V_INT(token->id), V_INT(token->made),
                  V_INT(token->ends), V_INT(token->scopes), V_INT(token->day_limit),
                  V_BYTES(label.data, label.size)));
    return shown;
}

/* The row lags by up to a minute; this process knows better. */
static void used_lately(struct engine *engine, struct tx *tx, struct text hash, struct personal_token *token) {
    struct session_cache *cache = identity_of(engine)->sessions;
    struct cached_session known;
    if (hash.size != sizeof known.hash ||
        !session_cache_find(cache, (const uint8_t *)hash.data, world_now(engine_world(engine)), false, &known) ||
        known.network[0] == '\0')
        return;
    token->used = known.used;
    token->network = text_copy(tx_arena(tx), text_from(known.network));
}

size_t identity_tokens(struct engine *engine, struct tx *tx, int64_t customer,
                       struct personal_token tokens[PERSONAL_TOKENS_MAX]) {
    const struct keyring *keyring = engine_keyring(engine);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &personal_all, VALUES(V_INT(customer), V_INT(world_now(engine_world(engine)))));
    while (count < PERSONAL_TOKENS_MAX && rows_next(rows)) {
        struct personal_token *token = &tokens[count++];
        *token = (struct personal_token){
            .id = row_int(rows, 0),
            .scopes = (unsigned)row_int(rows, 1),
            .day_limit = row_int(rows, 2),
            .made = row_int(rows, 3),
            .used = row_int(rows, 4) > row_int(rows, 3) ? row_int(rows, 4) : 0,
            .ends = row_int(rows, 5),
            .network = row_copy(rows, 6, tx_arena(tx)),
        };
        secret_open(keyring, tx_arena(tx), "token.label", token->id, row_text(rows, 7), &token->label);
        used_lately(engine, tx, row_text(rows, 8), token);
    }
    rows_end(rows);
    return count;
}

struct text identity_token_end(struct request *request, struct tx *tx, int64_t id) {
    struct session_key key = {.customer = request->caller.customer};
    struct text label = TEXT_NONE;
    struct rows *rows = tx_query(tx, &personal_one, VALUES(V_INT(key.customer), V_INT(id)));
    bool found = rows_next(rows) && row_text(rows, 0).size == sizeof key.hash;
    if (found) memcpy(key.hash, row_text(rows, 0).data, sizeof key.hash);
    if (found) secret_open(engine_keyring(request->engine), tx_arena(tx), "token.label", id, row_text(rows, 1), &label);
    rows_end(rows);
    return found && session_end(request->engine, tx, request->arena, &key) ? label : TEXT_NONE;
}

enum flow identity_token_spend(struct request *request, struct tx *tx, struct money sum) {
    const struct caller *caller = &request->caller;
    if (caller->day_limit == 0) return FLOW_NEXT;
    int64_t day = date_to_days(civil_at(world_now(request->world), engine_zone(request->engine)).date);
    if (sum.minor <= caller->day_limit &&
        tx_run(tx, &day_take, VALUES(V_INT(caller->customer), V_INT(caller->session), V_INT(day), V_INT(sum.minor),
                                     V_INT(caller->day_limit))) == 1)
        return FLOW_NEXT;
    struct node *values = doc_new(request->arena);
    struct string_argument *argument = arena_new_of(request->arena, struct string_argument);
    doc_money(values, "sum", (struct money){caller->day_limit, sum.currency});
    *argument = (struct string_argument){"sum", doc_get(values, "sum")};
    return refuse_with(request, &over_day, argument, 1);
}

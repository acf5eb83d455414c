/* session.c: see session.h. */
#include "identity/session.h"

#include "base/check.h"
#include "identity/device_rules.h"
#include "identity/session_cache.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

STATEMENT(session_add, "INSERT INTO session (customer, hash, id, by_token, made, used, expires, agent, address) "
                       "VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)");
STATEMENT(session_read, "SELECT id, by_token, used, expires, scopes, day_limit FROM session "
                        "WHERE customer = $1 AND hash = $2");
STATEMENT(sessions_read, "SELECT id, by_token, used, expires, scopes, day_limit, customer, hash FROM session "
                         "WHERE customer = $1");
STATEMENT(session_delete, "DELETE FROM session WHERE customer = $1 AND hash = $2");
STATEMENT(session_use, "UPDATE session SET used = $3 WHERE customer = $1 AND hash = $2 AND used < $3");
STATEMENT(personal_use, "UPDATE session SET used = $3, address = $4 WHERE customer = $1 AND hash = $2 AND used < $3");

#define TOKEN_SIZE (8 + TOKEN_BYTES)
#define FLUSH_EVERY MINUTE           /* so the database's last use lags by at most this */
#define REREAD_POSTGRES (5 * SECOND) /* another node may have ended it */
#define REREAD_SQLITE MINUTE         /* the command line may have */

/* The customer named by a token that looks like one of ours, else 0. */
static int64_t token_customer(struct text token) {
    if (text_starts(token, PERSONAL_PREFIX)) token = text_slice(token, sizeof PERSONAL_PREFIX - 1, token.size);
    if (token.size != (TOKEN_SIZE * 4 + 2) / 3) return 0;
    /* The customer's id is the first 8 bytes: the first 11 of base64url's characters hold them. */
    uint64_t bits = 0;
    for (size_t i = 0; i < 11; i++) {
        char c = token.data[i];
        unsigned digit = 64;
        if (c >= 'A' && c <= 'Z') digit = (unsigned)(c - 'A');
        else if (c >= 'a' && c <= 'z') digit = (unsigned)(c - 'a') + 26;
        else if (c >= '0' && c <= '9') digit = (unsigned)(c - '0') + 52;
        else if (c == '-') digit = 62;
        else if (c == '_') digit = 63;
        if (digit == 64) return 0;
        bits = i < 10 ? bits << 6 | digit : bits << 4 | digit >> 2;
    }
    return (int64_t)bits > 0 ? (int64_t)bits : 0;
}

bool session_key(const struct keyring *keyring, struct text token, struct session_key *key) {
    key->customer = token_customer(token);
    if (key->customer == 0) return false;
    secret_hash(keyring, "session", token, key->hash);
    return true;
}

static struct text bearer(const struct request *request) {
    if (!text_starts(request->authorization, "Bearer ")) return TEXT_NONE;
    return text_trim(text_slice(request->authorization, 7, request->authorization.size));
}

static bool session_of_request(struct identity *identity, const struct request *request, struct session_key *key) {
    struct text token = request->authorization.size > 0 ? bearer(request) : request->cookie_session;
    key->customer = token.size > 0 ? token_customer(token) : 0;
    if (key->customer == 0) return false;
    token_memo_hash(identity->tokens, engine_keyring(request->engine), token, key->hash);
    return true;
}

bool session_of(const struct request *request, struct session_key *key) {
    return session_of_request(identity_of(request->engine), request, key);
}

/* ---- in memory ---- */

static int64_t idle_us(const struct identity_settings *settings, bool by_token) {
    return by_token ? settings->token_idle : settings->session_idle;
}

static void admit(struct request *request, const struct cached_session *session) {
    bool by_token = request->authorization.size > 0;
    if (session->ended || session->by_token != by_token) return;
    moment idle_ends = session->used + session->idle_us;
    request->caller = (struct caller){
        .kind = WHO_CUSTOMER,
        .customer = session->customer,
        .session = session->session,
        .by_token = by_token,
        .session_ends = idle_ends < session->ends ? idle_ends : session->ends,
        .personal = session->personal,
        .scopes = session->scopes,
        .day_limit = session->day_limit,
    };
}

struct flush {
    struct command command;
    struct identity *identity;
    struct cached_session sessions[256];
    size_t count;
};

static enum command_outcome flush_run(struct command *command, struct tx *tx) {
    struct flush *flush = (struct flush *)((char *)command - offsetof(struct flush, command));
    if (flush->count == 0) {
        flush->count = session_cache_unwritten(flush->identity->sessions, flush->sessions,
                                               sizeof flush->sessions / sizeof *flush->sessions);
    }
    for (size_t i = 0; i < flush->count; i++) {
        const struct cached_session *session = &flush->sessions[i];
        const struct value whose = V_INT(session->customer), hash = V_BYTES(session->hash, 32);
        if (session->network[0] == '\0') tx_queue(tx, &session_use, VALUES(whose, hash, V_INT(session->used)));
        else
            tx_queue(tx, &personal_use, VALUES(whose, hash, V_INT(session->used), V_TEXT(text_from(session->network))));
    }
    return COMMAND_KEEP;
}

static void flush_done(struct command *command, enum store_status status) {
    struct flush *flush = (struct flush *)((char *)command - offsetof(struct flush, command));
    size_t count = flush->count;
    flush->count = 0;
    bool more = status == STORE_DURABLE && count + 8 > sizeof flush->sessions / sizeof *flush->sessions;
    if (more && store_submit(engine_store(flush->identity->engine), command)) return;
    free(flush);
}

/* Once a minute whoever comes first sends what was used to the database: never a write for each request. */
static void flush_sometimes(struct identity *identity, moment now) {
    int64_t next = atomic_load_explicit(&identity->next_flush, memory_order_relaxed);
    if (now < next || !atomic_compare_exchange_strong(&identity->next_flush, &next, now + FLUSH_EVERY)) return;
    struct flush *flush = calloc(1, sizeof *flush);
    if (!flush) return;
    flush->identity = identity;
    flush->command = (struct command){.run = flush_run, .done = flush_done};
    if (!store_submit(engine_store(identity->engine), &flush->command)) free(flush);
}

/* A personal token may be used from where its owner never was: he sees from where. */
static void used_from(struct identity *identity, struct request *request, const uint8_t hash[SECRET_HASH_SIZE]) {
    char network[24] = {0};
    struct text found = network_of(request->arena, request->address);
    if (found.size == 0 || found.size >= sizeof network) return;
    memcpy(network, found.data, found.size);
    session_cache_from(identity->sessions, hash, network);
}

/* Only what the person does: news that a page hears or fetches by itself keep nobody signed in. */
static bool counts_as_use(const struct request *request) {
    return !request->looking && !(request->route->flags & ROUTE_STREAM);
}

bool session_quick(void *self, struct request *request) {
    struct identity *identity = self;
    struct session_key key;
    if (!session_of_request(identity, request, &key)) return true;
    moment now = world_now(request->world);
    struct cached_session found;
    if (!session_cache_find(identity->sessions, key.hash, now, counts_as_use(request), &found)) return false;
    int64_t reread = store_is_postgres(engine_store(identity->engine)) ? REREAD_POSTGRES : REREAD_SQLITE;
    if (!found.ended && now - found.read > reread) return false;
    admit(request, &found);
    if (request->caller.personal) used_from(identity, request, key.hash);
    flush_sometimes(identity, now);
    return true;
}

/* A row of session_read or sessions_read into memory. */
static void learn(struct identity *identity, const struct session_key *key, const struct rows *rows, moment now) {
    struct cached_session session = {
        .customer = key->customer,
        .session = row_int(rows, 0),
        .read = now,
        .written = row_int(rows, 2),
        .ends = row_int(rows, 3),
        .by_token = row_int(rows, 1) != 0,
        .personal = row_int(rows, 1) == SESSION_PERSONAL,
        .scopes = (unsigned)row_int(rows, 4),
        .day_limit = row_int(rows, 5),
    };
    session.idle_us = session.personal ? PERSONAL_IDLE : idle_us(identity->settings, session.by_token);
    /* What the row says of the last use may be a minute old: nobody is sent away early for that. */
    int64_t slack = session.idle_us / 10 < FLUSH_EVERY ? session.idle_us / 10 : FLUSH_EVERY;
    session.used = session.written + slack < now ? session.written + slack : now;
    memcpy(session.hash, key->hash, sizeof session.hash);
    session_cache_put(identity->sessions, &session);
}

void session_full(void *self, struct request *request, struct tx *tx) {
    struct identity *identity = self;
    struct session_key key;
    if (!session_of_request(identity, request, &key)) return;
    moment now = world_now(request->world);
    struct rows *rows = tx_query(tx, &session_read, VALUES(V_INT(key.customer), V_BYTES(key.hash, sizeof key.hash)));
    bool exists = rows_next(rows);
    if (exists) learn(identity, &key, rows, now);
    rows_end(rows);
    if (tx_failed(tx)) return;
    if (!exists) {
        session_cache_end(identity->sessions, key.hash, now);
        return;
    }
    struct cached_session found;
    if (!session_cache_find(identity->sessions, key.hash, now, counts_as_use(request), &found)) return;
    admit(request, &found);
    if (request->caller.personal) used_from(identity, request, key.hash);
}

static int by_number(const void *left, const void *right) {
    int64_t one = *(const int64_t *)left, other = *(const int64_t *)right;
    return (one > other) - (one < other);
}

/* All sessions of all these customers in one query; who is not found so is asked for alone, by session_full. */
void session_warm(void *self, struct request *const *requests, size_t count, struct tx *tx) {
    struct identity *identity = self;
    struct session_key *keys = arena_array(tx_arena(tx), struct session_key, count);
    int64_t *customers = arena_array(tx_arena(tx), int64_t, count);
    size_t wanted = 0, distinct = 0;
    for (size_t i = 0; i < count; i++) {
        if (!session_of_request(identity, requests[i], &keys[wanted])) continue;
        customers[wanted] = keys[wanted].customer;
        wanted++;
    }
    if (wanted == 0) return;
    qsort(customers, wanted, sizeof *customers, by_number);
    for (size_t i = 0; i < wanted; i++)
        if (distinct == 0 || customers[distinct - 1] != customers[i]) customers[distinct++] = customers[i];
    moment now = world_now(requests[0]->world);
    struct rows *rows = tx_query_ids(tx, &sessions_read, customers, distinct);
    while (rows_next(rows)) {
        int64_t customer = row_int(rows, 6);
        struct text hash = row_text(rows, 7);
        for (size_t i = 0; i < wanted; i++) {
            if (keys[i].customer != customer || hash.size != sizeof keys[i].hash) continue;
            if (memcmp(hash.data, keys[i].hash, sizeof keys[i].hash) == 0) learn(identity, &keys[i], rows, now);
        }
    }
}

/* ---- opening and ending ---- */

struct after_session {
    struct identity *identity;
    uint8_t hash[SECRET_HASH_SIZE];
};

static void forget_session(void *data) {
    struct after_session *after = data;
    session_cache_end(after->identity->sessions, after->hash, world_now(engine_world(after->identity->engine)));
}

static int64_t session_id(struct tx *tx, const struct session_key *key) {
    struct rows *rows = tx_query(tx, &session_read, VALUES(V_INT(key->customer), V_BYTES(key->hash, sizeof key->hash)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return id;
}

/* Without telling anybody. */
static bool session_drop(struct engine *engine, struct tx *tx, struct arena *arena, const struct session_key *key) {
    if (tx_run(tx, &session_delete, VALUES(V_INT(key->customer), V_BYTES(key->hash, sizeof key->hash))) != 1)
        return false;
    struct after_session *after = arena_new_of(arena, struct after_session);
    after->identity = identity_of(engine);
    memcpy(after->hash, key->hash, sizeof after->hash);
    engine_after(engine, tx, forget_session, after);
    return true;
}

struct text session_token(struct request *request, int64_t customer, bool personal, struct session_key *key) {
    uint8_t bytes[TOKEN_SIZE];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)customer >> (56 - 8 * i));
    world_random(request->world, bytes + 8, TOKEN_BYTES);
    struct text token = text_base64url(request->arena, bytes, sizeof bytes);
    if (personal) token = text_join(request->arena, TEXT(PERSONAL_PREFIX), token);
    check(session_key(engine_keyring(request->engine), token, key) && key->customer == customer);
    return token;
}

bool session_end(struct engine *engine, struct tx *tx, struct arena *arena, const struct session_key *key) {
    const struct identity *identity = identity_of(engine);
    int64_t id = session_id(tx, key);
    if (!session_drop(engine, tx, arena, key)) return false;
    for (size_t i = 0; i < identity->gate_count; i++)
        if (identity->gates[i].ended) identity->gates[i].ended(engine, tx, key->customer, id);
    return true;
}

struct text session_open(struct request *request, struct tx *tx, int64_t customer, bool by_token) {
    struct engine *engine = request->engine;
    const struct identity_settings *settings = identity_settings(engine);
    struct session_key presented;
    if (!by_token && session_key(engine_keyring(engine), request->cookie_session, &presented)) {
        if (presented.customer == customer) session_drop(engine, tx, request->arena, &presented);
        else session_end(engine, tx, request->arena, &presented);
    }

    struct session_key key;
    struct text token = session_token(request, customer, false, &key);
    moment now = world_now(request->world);
    int64_t life = by_token && settings->token_idle > settings->session_life ? settings->token_idle
                                                                             : settings->session_life;
    struct text agent = text_slice(request->user_agent, 0, 256);
    if (!agent.data || !text_valid_utf8(agent)) agent = TEXT("");
    struct text address = request->address.data ? request->address : TEXT("");
    int64_t id = world_id(request->world);
    tx_run(tx, &session_add,
           VALUES(V_INT(customer), V_BYTES(key.hash, sizeof key.hash), V_INT(id), V_INT(by_token),
                  V_INT(now), V_INT(now + life), V_TEXT(agent), V_TEXT(address)));
    if (!by_token) answer_cookie(request, "session", token, 0);
    const struct identity *identity = identity_of(engine);
    for (size_t i = 0; i < identity->gate_count; i++)
        if (identity->gates[i].opened) identity->gates[i].opened(request, tx, customer, id);
    return token;
}

int64_t session_owner_ended(struct engine *engine, struct tx *tx, struct text token) {
    struct session_key key;
    if (!session_key(engine_keyring(engine), token, &key)) return 0;
    struct rows *rows = tx_query(tx, &session_read, VALUES(V_INT(key.customer), V_BYTES(key.hash, sizeof key.hash)));
    bool exists = rows_next(rows);
    rows_end(rows);
    return exists ? key.customer : 0;
}

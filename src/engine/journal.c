/* journal.c: see journal.h. */
#include "engine/journal.h"

#include "base/check.h"
#include "engine/engine.h"
#include "http/problem.h"

#include <sodium.h>
#include <string.h>

const struct migration journal_migrations[] = {
    {"engine", 1,
     "CREATE TABLE command_log ( -- distributed by owner\n"
     "  id ROWKEY, owner BIGINT NOT NULL, session BIGINT NOT NULL, staff BIGINT NOT NULL, action TEXT NOT NULL,\n"
     "  address TEXT NOT NULL, request TEXT NOT NULL, status BIGINT NOT NULL, key BYTES, fingerprint BIGINT,\n"
     "  location TEXT, answer TEXT, ROWKEY(id, owner));\n"
     "CREATE TABLE command_key ( -- distributed by owner\n"
     "  owner BIGINT NOT NULL, key BYTES NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (owner, key)) CLUSTERED;\n"
     "CREATE INDEX command_key_age ON command_key (id);\n"
     "CREATE TABLE key_segment ( -- reference\n"
     "  segment BIGINT NOT NULL, last_id BIGINT NOT NULL, keys BIGINT NOT NULL, filter BYTES NOT NULL,\n"
     "  PRIMARY KEY (segment)) CLUSTERED;\n"
     "CREATE TABLE key_chunk ( -- distributed by segment\n"
     "  segment BIGINT NOT NULL, first BIGINT NOT NULL, data BYTES NOT NULL, PRIMARY KEY (segment, first)) CLUSTERED;"},
    {.sql = NULL},
};

enum {
    LOG_ID,
    LOG_OWNER,
    LOG_SESSION,
    LOG_STAFF,
    LOG_ACTION,
    LOG_ADDRESS,
    LOG_REQUEST,
    LOG_STATUS,
    LOG_KEY,
    LOG_FINGERPRINT,
    LOG_LOCATION,
    LOG_ANSWER,
    LOG_COLUMNS
};

static const enum value_type log_types[LOG_COLUMNS] = {
    VALUE_INT, VALUE_INT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_INT, VALUE_BYTES, VALUE_INT,
    VALUE_TEXT, VALUE_TEXT,
};

STATEMENT(insert_log, "INSERT INTO command_log (id, owner, session, staff, action, address, request, status, key, "
                      "fingerprint, location, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
STATEMENT(insert_key, "INSERT INTO command_key (owner, key, id) VALUES ($1, $2, $3)");
STATEMENT(key_row, "SELECT id FROM command_key WHERE owner = $1 AND key = $2");
STATEMENT(log_row, "SELECT key, fingerprint, status, location, answer FROM command_log WHERE id = $1 AND owner = $2");
#define FORGET_PIECE 256
STATEMENT(forget_keys, "DELETE FROM command_key WHERE id IN (SELECT id FROM command_key WHERE id < $1 ORDER BY id "
                       "LIMIT 256)");
STATEMENT(oldest_upto,
          "SELECT MAX(id) FROM (SELECT id FROM command_log WHERE id < $1 ORDER BY id LIMIT 256) AS piece");
STATEMENT(forget_upto, "DELETE FROM command_log WHERE id <= $1");

/* By the log's own order: it has no index by owner, whose upkeep every payment would pay for. */
STATEMENT(blank_upto,
          "SELECT MAX(id) FROM (SELECT id FROM command_log WHERE id > $1 ORDER BY id LIMIT 20000) AS piece");
STATEMENT(blank, "UPDATE command_log SET address = '', location = NULL, answer = NULL "
                 "WHERE id > $1 AND id <= $2 AND owner = $3");

struct journal_row {
    struct value values[LOG_COLUMNS];
    uint8_t key[KEY_SIZE];
    bool keyed;
    struct journal_row *next;
};

/* ---- keys ---- */

static struct text key_text(const struct request *request) {
    if (request->idempotency_key.data != NULL) return request->idempotency_key;
    for (const struct raw_field *field = request->raw; field != NULL; field = field->next)
        if (text_is(field->name, "_key")) return field->value;
    return TEXT_NONE;
}

static void hash_part(crypto_generichash_state *state, struct text part) {
    uint64_t size = part.size;
    crypto_generichash_update(state, (const uint8_t *)&size, sizeof size);
    if (part.size > 0) crypto_generichash_update(state, (const uint8_t *)part.data, part.size);
}

static bool named(const struct form *form, struct text name) {
    for (size_t i = 0; i < form->count; i++)
        if (text_is(name, form->fields[i].name)) return true;
    return false;
}

/* What the form leaves to its handler, in whatever order it came. Keyed, for a card's number may be among it, which
 * who reads the log could find by trying. */
static int64_t fingerprint_of_rest(const struct request *request) {
    uint64_t sum = 0;
    for (const struct raw_field *raw = request->raw; raw != NULL; raw = raw->next) {
        struct text value = rest_text(request, text_copy(request->arena, raw->name).data);
        if (value.size == 0 || text_starts(raw->name, "_") || named(request->route->form, raw->name)) continue;
        uint8_t hash[SECRET_HASH_SIZE];
        uint64_t first;
        struct text both = text_format(request->arena, "%.*s=%.*s", TEXT_ARG(raw->name), TEXT_ARG(value));
        secret_hash(engine_keyring(request->engine), "journal.rest", both, hash);
        memcpy(&first, hash, sizeof first);
        sum += first;
    }
    return (int64_t)sum;
}

/* Over the address and the checked values, so that a page's form and a JSON body which say the same are the same. */
static int64_t fingerprint_of(const struct request *request) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, 16);
    hash_part(&state, request->path);
    size_t count = request->route->form != NULL ? request->route->form->count : 0;
    for (size_t i = 0; i < count; i++) {
        const struct field_value *value = &request->fields[i];
        hash_part(&state, value->text);
        crypto_generichash_update(&state, (const uint8_t *)&value->number, sizeof value->number);
        crypto_generichash_update(&state, (const uint8_t *)&value->given, sizeof value->given);
    }
    if (request->route->form != NULL && request->route->form->rest) {
        int64_t rest = fingerprint_of_rest(request);
        crypto_generichash_update(&state, (const uint8_t *)&rest, sizeof rest);
    }
    int64_t hash[2];
    crypto_generichash_final(&state, (uint8_t *)hash, sizeof hash);
    return hash[0];
}

bool journal_key_of(const struct request *request, struct journal_key *key) {
    struct text text = key_text(request);
    if (text.size < 1 || text.size > 64) return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~') return false;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, KEY_SIZE);
    crypto_generichash_update(&state, (const uint8_t *)&request->caller.kind, sizeof request->caller.kind);
    crypto_generichash_update(&state, (const uint8_t *)&request->caller.customer, sizeof request->caller.customer);
    crypto_generichash_update(&state, (const uint8_t *)&request->caller.staff, sizeof request->caller.staff);
    if (request->caller.customer == 0) hash_part(&state, request->cookie_visit);
    hash_part(&state, text);
    crypto_generichash_final(&state, key->hash, KEY_SIZE);
    key->fingerprint = fingerprint_of(request);
    key->present = true;
    return true;
}

/* ---- recording ---- */

void journal_init(struct journal *journal, struct store *store, struct keys *keys) {
    *journal = (struct journal){.store = store, .keys = keys, .last = &journal->first};
}

/* The row's memory is the group's: a request may be answered before its group's rows are gone. */
void journal_record(struct journal *journal, struct tx *tx, const struct request *request,
                    const struct journal_key *key) {
    struct arena *arena = tx_arena(tx);
    const struct answer *answer = &request->answer;
    struct journal_row *row = arena_new_of(arena, struct journal_row);
    struct value *values = row->values;
    values[LOG_ID] = V_INT(world_id(tx_world(tx)));
    values[LOG_OWNER] = V_INT(request->caller.customer);
    values[LOG_SESSION] = V_INT(request->caller.session);
    values[LOG_STAFF] = V_INT(request->caller.staff);
    values[LOG_ACTION] = V_TEXT(text_from(request->route->audit));
    values[LOG_ADDRESS] = V_TEXT(request->address.data != NULL ? request->address : TEXT(""));
    values[LOG_REQUEST] = V_TEXT(request->id);
    values[LOG_STATUS] = V_INT(answer->status);
    if (key->present) {
        memcpy(row->key, key->hash, KEY_SIZE);
        row->keyed = true;
        struct buffer out = buffer_new(arena, 256);
        if (answer->status >= 400) doc_write_json(problem_document(exchange_of(request)), &out);
        else if (answer->document != NULL) doc_write_json(answer->document, &out);
        values[LOG_KEY] = V_BYTES(row->key, KEY_SIZE);
        values[LOG_FINGERPRINT] = V_INT(key->fingerprint);
        if (answer->location.data != NULL) values[LOG_LOCATION] = V_TEXT(answer->location);
        values[LOG_ANSWER] = V_TEXT(buffer_text(&out));
    }
    *journal->last = row;
    journal->last = &row->next;
    journal->count++;
}

static void journal_begin(void *self, struct tx *tx, const struct command *first) {
    (void)tx;
    (void)first;
    struct journal *journal = self;
    journal->first = NULL;
    journal->last = &journal->first;
    journal->count = 0;
}

static void journal_mark(void *self) {
    (void)self; /* what was asked and answered stays on record, done or undone */
}

static void flush_keys(struct journal *journal, struct tx *tx) {
    static const enum value_type types[] = {VALUE_INT, VALUE_BYTES, VALUE_INT};
    struct value *values = arena_array(tx_arena(tx), struct value, journal->count * 3);
    size_t rows = 0;
    for (struct journal_row *row = journal->first; row != NULL; row = row->next) {
        if (!row->keyed) continue;
        values[rows * 3] = row->values[LOG_OWNER];
        values[rows * 3 + 1] = row->values[LOG_KEY];
        values[rows * 3 + 2] = row->values[LOG_ID];
        rows++;
    }
    if (rows > 0) tx_insert_many(tx, &insert_key, types, 3, values, rows);
}

static void journal_flush(void *self, struct tx *tx) {
    struct journal *journal = self;
    if (journal->count == 0) return;
    struct value *values = arena_array(tx_arena(tx), struct value, journal->count * LOG_COLUMNS);
    size_t at = 0;
    for (struct journal_row *row = journal->first; row != NULL; row = row->next, at += LOG_COLUMNS)
        memcpy(values + at, row->values, sizeof row->values);
    tx_insert_many(tx, &insert_log, log_types, LOG_COLUMNS, values, journal->count);
    if (store_is_postgres(journal->store)) flush_keys(journal, tx);
}

static void journal_ended(void *self, bool committed) {
    struct journal *journal = self;
    if (committed)
        for (struct journal_row *row = journal->first; row != NULL; row = row->next)
            if (row->keyed) keys_add(journal->keys, row->key, row->values[LOG_ID].integer);
    journal_begin(self, NULL, NULL);
}

struct participant journal_participant(struct journal *journal) {
    return (struct participant){.self = journal,
                                .begin = journal_begin,
                                .mark = journal_mark,
                                .undo = journal_mark,
                                .flush = journal_flush,
                                .ended = journal_ended};
}

/* ---- answering again ---- */

static enum journal_found answer_again(struct request *request, const struct rows *row, const struct journal_key *key) {
    if (row_int(row, 1) != key->fingerprint) return JOURNAL_OTHER_BODY;
    int status = (int)row_int(row, 2);
    if (status >= 400 && request->wants_html) return JOURNAL_NEW; /* its page was drawn with a new key: start afresh */
    struct text location = row_copy(row, 3, request->arena);
    request->answer = (struct answer){.status = status, .location = location};
    if (request->wants_html && location.size > 0) request->answer.status = 303;
    else request->answer.stored_json = row_copy(row, 4, request->arena);
    return JOURNAL_SAME;
}

enum journal_found journal_find(struct journal *journal, struct tx *tx, struct request *request,
                                const struct journal_key *key) {
    int64_t ids[16];
    size_t count = keys_candidates(journal->keys, tx, key->hash, ids, 16);
    int64_t owner = request->caller.customer;
    if (store_is_postgres(journal->store)) {
        struct rows *rows = tx_query(tx, &key_row, VALUES(V_INT(owner), V_BYTES(key->hash, KEY_SIZE)));
        if (rows_next(rows) && count < 16) ids[count++] = row_int(rows, 0);
        rows_end(rows);
    }
    enum journal_found found = JOURNAL_NEW;
    for (size_t i = 0; i < count && found == JOURNAL_NEW; i++) {
        struct rows *rows = tx_query(tx, &log_row, VALUES(V_INT(ids[i]), V_INT(owner)));
        if (rows_next(rows) && text_equal(row_text(rows, 0), (struct text){(const char *)key->hash, KEY_SIZE}))
            found = answer_again(request, rows, key);
        rows_end(rows);
    }
    return found;
}

/* From the log's beginning, so that on SQLite whole pages come free, to be used by what is appended. A piece is small
 * enough that no payment of its group notices, and as large as a group: so it keeps up with whatever is written. */
static bool forget_log(struct tx *tx, int64_t before) {
    struct rows *rows = tx_query(tx, &oldest_upto, VALUES(V_INT(before)));
    bool any = rows_next(rows) && !row_null(rows, 0);
    int64_t upto = any ? row_int(rows, 0) : 0;
    rows_end(rows);
    return any && tx_run(tx, &forget_upto, VALUES(V_INT(upto))) >= FORGET_PIECE;
}

bool journal_forget(struct tx *tx, int64_t window_us, int64_t kept_us) {
    moment now = world_now(tx_world(tx));
    if (tx_run(tx, &forget_keys, VALUES(V_INT(id_from_moment(now - window_us)))) >= FORGET_PIECE) return true;
    return forget_log(tx, id_from_moment(now - kept_us));
}

bool journal_blank(struct tx *tx, int64_t customer, int64_t *after) {
    struct rows *rows = tx_query(tx, &blank_upto, VALUES(V_INT(*after)));
    int64_t upto = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (upto == 0) return false;
    tx_run(tx, &blank, VALUES(V_INT(*after), V_INT(upto), V_INT(customer)));
    *after = upto;
    return true;
}

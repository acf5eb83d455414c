/* audit.c: see audit.h. Rows on their way into the trail; proving it is in audit_verify.c. */
#include "engine/audit_chain.h"

#include "base/check.h"
#include "engine/engine.h"
#include "engine/internal.h"

#include <string.h>

const struct migration audit_migrations[] = {
    {"audit", 1,
     "CREATE TABLE audit ( -- distributed by chain\n"
     "  chain BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, staff BIGINT NOT NULL,\n"
     "  customer BIGINT NOT NULL, status BIGINT NOT NULL, action TEXT NOT NULL, address TEXT NOT NULL,\n"
     "  request TEXT NOT NULL, detail BYTES, hash BYTES NOT NULL, PRIMARY KEY (chain, number)) CLUSTERED;\n"
     "CREATE INDEX audit_customer ON audit (customer, at);\n"
     "CREATE INDEX audit_at ON audit (at);\n"
     "CREATE TABLE audit_head ( -- distributed by chain\n"
     "  chain BIGINT NOT NULL PRIMARY KEY, number BIGINT NOT NULL, hash BYTES NOT NULL) CLUSTERED;\n"
     "CREATE TABLE audit_signed ( -- distributed by chain\n"
     "  chain BIGINT NOT NULL, number BIGINT NOT NULL, at BIGINT NOT NULL, hash BYTES NOT NULL,\n"
     "  signature BYTES NOT NULL, PRIMARY KEY (chain, number)) CLUSTERED"},
    {"audit", 2, "CREATE INDEX audit_staff ON audit (staff, at)"},
    {.sql = NULL},
};

#define COLUMNS 11

static const enum value_type types[COLUMNS] = {VALUE_INT,  VALUE_INT,  VALUE_INT,  VALUE_INT,   VALUE_INT,  VALUE_INT,
                                               VALUE_TEXT, VALUE_TEXT, VALUE_TEXT, VALUE_BYTES, VALUE_BYTES};

STATEMENT(audit_insert, "INSERT INTO audit (chain, number, at, staff, customer, status, action, address, request, "
                        "detail, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(head_make, "INSERT INTO audit_head (chain, number, hash) VALUES ($1, 0, $2) ON CONFLICT (chain) DO NOTHING");
STATEMENT(head_read, "SELECT number, hash FROM audit_head WHERE chain = $1 FOR_UPDATE");
STATEMENT(head_write, "UPDATE audit_head SET number = $2, hash = $3 WHERE chain = $1");

struct audit_row {
    struct audit_link link;
    struct audit_row *next;
};

void audit_init(struct audit *audit, const struct keyring *keyring, int64_t chain) {
    *audit = (struct audit){.keyring = keyring, .chain = chain, .last = &audit->first};
    audit->mark = audit->last;
}

/* ---- gathering ---- */

static void begin(void *self, struct tx *tx, const struct command *first) {
    (void)tx;
    (void)first;
    struct audit *audit = self;
    audit_init(audit, audit->keyring, audit->chain);
}

static void mark(void *self) {
    struct audit *audit = self;
    audit->mark = audit->last;
}

/* A refusal stays on record though what its command wrote does not; what then did not happen is not told. */
static void undo(void *self) {
    struct audit *audit = self;
    struct audit_row **at = audit->mark;
    while (*at != NULL) {
        if ((*at)->link.status >= 400) at = &(*at)->next;
        else {
            *at = (*at)->next;
            audit->count--;
        }
    }
    audit->last = at;
}

static void ended(void *self, bool committed) {
    (void)committed;
    begin(self, NULL, NULL);
}

/* The group's memory: the request may be gone before the rows are written. */
static struct audit_link *new_link(struct audit *audit, struct tx *tx) {
    check(tx_writing(tx));
    struct audit_row *row = arena_new_of(tx_arena(tx), struct audit_row);
    *audit->last = row;
    audit->last = &row->next;
    audit->count++;
    row->link.at = world_now(tx_world(tx));
    return &row->link;
}

void audit_add(struct audit *audit, struct tx *tx, int64_t staff, int64_t customer, const char *what,
               struct text detail) {
    struct audit_link *link = new_link(audit, tx);
    link->staff = staff;
    link->customer = customer;
    link->action = text_from(what);
    link->detail = detail.size > 0 ? text_copy(tx_arena(tx), detail) : TEXT_NONE;
}

static void add_request(struct audit *audit, struct tx *tx, const struct request *request, const struct note *note) {
    struct arena *arena = tx_arena(tx);
    struct audit_link *link = new_link(audit, tx);
    link->staff = request->caller.staff;
    link->customer = note != NULL ? note->customer : request->caller.customer;
    link->status = request->answer.status;
    link->address = request->address.data != NULL ? text_copy(arena, request->address) : TEXT_NONE;
    link->request = text_copy(arena, request->id);
    const char *name = request->route->audit != NULL ? request->route->audit : request->route->path;
    link->action = text_from(note != NULL ? note->what : name);
    struct text detail = note != NULL ? note->detail : strchr(request->route->path, '{') ? request->path : TEXT_NONE;
    if (detail.size > 0) link->detail = text_copy(arena, detail);
}

static void add_notes(struct audit *audit, struct tx *tx, const struct request *request, const struct note *note) {
    const struct note *before = NULL; /* latest first in the request, oldest first in the trail */
    while (before != request->notes) {
        const struct note *at = note;
        while (at->next != before) at = at->next;
        add_request(audit, tx, request, at);
        before = at;
    }
}

bool audit_wants(const struct request *request) {
    if (request->answer.status == 0 || request->answer.status == 503) return false;
    if (request->notes != NULL || (request->route->flags & ROUTE_SENSITIVE) != 0) return true;
    return request->caller.kind == WHO_STAFF && request->route->who == WHO_STAFF;
}

void audit_request(struct audit *audit, struct tx *tx, const struct request *request) {
    if (request->notes == NULL) add_request(audit, tx, request, NULL);
    else add_notes(audit, tx, request, request->notes);
}

void engine_note(struct request *request, int64_t customer, const char *what, struct text detail) {
    struct note *note = arena_new_of(request->arena, struct note);
    *note = (struct note){customer, what, detail, request->notes};
    request->notes = note;
}

void engine_audit(struct engine *engine, struct tx *tx, int64_t staff, int64_t customer, const char *what,
                  struct text detail) {
    audit_add(&engine->audit, tx, staff, customer, what, detail);
}

/* ---- chaining ---- */

static int64_t seal_context(int64_t chain, int64_t number) {
    return chain << 48 ^ number;
}

bool audit_detail(const struct keyring *keyring, struct arena *arena, int64_t chain, int64_t number, struct text sealed,
                  struct text *detail) {
    *detail = TEXT_NONE;
    if (sealed.size == 0) return true;
    return secret_open(keyring, arena, "audit.detail", seal_context(chain, number), sealed, detail);
}

static struct text seal(const struct audit *audit, struct tx *tx, const struct audit_link *link) {
    if (link->detail.size == 0) return TEXT_NONE;
    return secret_seal(audit->keyring, tx_world(tx), tx_arena(tx), "audit.detail",
                       seal_context(link->chain, link->number), link->detail);
}

/* The chain's head, locked until the group is committed. */
static int64_t lock_head(const struct audit *audit, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]) {
    memset(hash, 0, SECRET_HASH_SIZE);
    int64_t number = 0;
    for (int tries = 0; tries < 2; tries++) {
        struct rows *rows = tx_query(tx, &head_read, VALUES(V_INT(audit->chain)));
        bool found = rows_next(rows);
        if (found) {
            number = row_int(rows, 0);
            if (row_text(rows, 1).size == SECRET_HASH_SIZE) memcpy(hash, row_text(rows, 1).data, SECRET_HASH_SIZE);
        }
        rows_end(rows);
        if (found || tx_failed(tx)) break;
        tx_run(tx, &head_make, VALUES(V_INT(audit->chain), V_BYTES(hash, SECRET_HASH_SIZE)));
    }
    return number;
}

static void flush(void *self, struct tx *tx) {
    struct audit *audit = self;
    if (audit->count == 0) return;
    struct arena *arena = tx_arena(tx);
    struct value *values = arena_array(arena, struct value, audit->count * COLUMNS), *at = values;
    uint8_t *hash = arena_array(arena, uint8_t, SECRET_HASH_SIZE);
    int64_t number = lock_head(audit, tx, hash);
    for (struct audit_row *row = audit->first; row != NULL; row = row->next, at += COLUMNS) {
        struct audit_link *link = &row->link;
        link->chain = audit->chain;
        link->number = ++number;
        if (link->address.data == NULL) link->address = TEXT("");
        if (link->request.data == NULL) link->request = TEXT("");
        uint8_t *next = arena_array(arena, uint8_t, SECRET_HASH_SIZE);
        audit_hash(audit->keyring, hash, link, arena, next);
        hash = next;
        struct text sealed = seal(audit, tx, link);
        const struct value row_values[COLUMNS] = {V_INT(link->chain),
                                                  V_INT(number),
                                                  V_INT(link->at),
                                                  V_INT(link->staff),
                                                  V_INT(link->customer),
                                                  V_INT(link->status),
                                                  V_TEXT(link->action),
                                                  V_TEXT(link->address),
                                                  V_TEXT(link->request),
                                                  sealed.data != NULL ? V_BYTES(sealed.data, sealed.size) : V_NULL,
                                                  V_BYTES(hash, SECRET_HASH_SIZE)};
        memcpy(at, row_values, sizeof row_values);
    }
    tx_insert_many(tx, &audit_insert, types, COLUMNS, values, audit->count);
    tx_run(tx, &head_write, VALUES(V_INT(audit->chain), V_INT(number), V_BYTES(hash, SECRET_HASH_SIZE)));
}

struct participant audit_participant(struct audit *audit) {
    return (struct participant){
        .self = audit, .begin = begin, .mark = mark, .undo = undo, .flush = flush, .ended = ended};
}

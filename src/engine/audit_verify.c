/* audit_verify.c: proves the audit trail whole, and signs its heads. Reads on one snapshot, a row at a time. */
#include "engine/audit_chain.h"

#include "base/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

STATEMENT(chain_list, "SELECT chain FROM audit_head UNION SELECT chain FROM audit UNION SELECT chain FROM audit_signed "
                      "ORDER BY chain");
STATEMENT(chain_rows, "SELECT number, at, staff, customer, status, action, address, request, detail, hash FROM audit "
                      "WHERE chain = $1 AND number >= $2 ORDER BY number LIMIT 500");
STATEMENT(row_hash, "SELECT hash FROM audit WHERE chain = $1 AND number = $2");
STATEMENT(head_now, "SELECT number, hash FROM audit_head WHERE chain = $1");
STATEMENT(signed_rows, "SELECT number, hash, signature FROM audit_signed WHERE chain = $1 ORDER BY number");
STATEMENT(heads_unsigned, "SELECT h.chain, h.number, h.hash FROM audit_head h WHERE h.number > 0 AND NOT EXISTS "
                          "(SELECT 1 FROM audit_signed s WHERE s.chain = h.chain AND s.number = h.number) "
                          "ORDER BY h.chain LIMIT 256");
STATEMENT(signed_add, "INSERT INTO audit_signed (chain, number, at, hash, signature) VALUES ($1, $2, $3, $4, $5) "
                      "ON CONFLICT (chain, number) DO NOTHING");
STATEMENT(signed_last, "SELECT chain, number, hash, signature FROM audit_signed s WHERE number = "
                       "(SELECT MAX(number) FROM audit_signed t WHERE t.chain = s.chain) ORDER BY chain");

struct proof {
    const struct keyring *keyring;
    struct tx *tx;
    struct arena *arena; /* the report's */
    struct arena *piece; /* cleared as rows go by */
    struct audit_report *report;
};

static void fault(struct proof *proof, int64_t chain, int64_t number, const char *what) {
    if (proof->report->faults++ > 0) return;
    proof->report->first_fault = text_format(proof->arena, "chain %" PRId64 ", row %" PRId64 ": %s", chain, number,
                                             what);
}

static bool bytes_are(struct text bytes, const uint8_t *expected, size_t size) {
    return bytes.size == size && memcmp(bytes.data, expected, size) == 0;
}

/* What is wrong with the row that should be number `number`, or NULL; *hash moves on to what it should be. */
static const char *row_fault(struct proof *proof, const struct rows *rows, int64_t chain, int64_t number,
                             uint8_t hash[SECRET_HASH_SIZE]) {
    if (row_int(rows, 0) != number) return "is missing";
    struct audit_link link = {
        .chain = chain,
        .number = number,
        .at = row_int(rows, 1),
        .staff = row_int(rows, 2),
        .customer = row_int(rows, 3),
        .status = row_int(rows, 4),
        .action = row_text(rows, 5),
        .address = row_text(rows, 6),
        .request = row_text(rows, 7),
    };
    if (!audit_detail(proof->keyring, proof->piece, chain, number, row_text(rows, 8), &link.detail))
        return "its detail was changed";
    uint8_t expected[SECRET_HASH_SIZE];
    audit_hash(proof->keyring, hash, &link, proof->piece, expected);
    if (!bytes_are(row_text(rows, 9), expected, sizeof expected)) return "does not follow from the row before it";
    memcpy(hash, expected, sizeof expected);
    return NULL;
}

/* Up to the first fault of the chain: behind it nothing can be said. Gives the number of good rows. */
static int64_t verify_rows(struct proof *proof, int64_t chain, uint8_t hash[SECRET_HASH_SIZE], bool *whole) {
    int64_t number = 0;
    memset(hash, 0, SECRET_HASH_SIZE);
    *whole = true;
    for (int64_t read = 500; read == 500 && *whole;) {
        read = 0;
        struct rows *rows = tx_query(proof->tx, &chain_rows, VALUES(V_INT(chain), V_INT(number + 1)));
        while (*whole && rows_next(rows)) {
            read++;
            const char *what = row_fault(proof, rows, chain, number + 1, hash);
            arena_clear(proof->piece);
            *whole = what == NULL;
            if (what != NULL) fault(proof, chain, number + 1, what);
            else number++;
        }
        rows_end(rows);
    }
    proof->report->rows += number;
    return number;
}

static void verify_head(struct proof *proof, int64_t chain, int64_t last, const uint8_t hash[SECRET_HASH_SIZE]) {
    struct rows *rows = tx_query(proof->tx, &head_now, VALUES(V_INT(chain)));
    if (!rows_next(rows)) fault(proof, chain, last, "the chain's head is missing");
    else if (row_int(rows, 0) > last) fault(proof, chain, last + 1, "is missing: the head is further");
    else if (row_int(rows, 0) < last) fault(proof, chain, last, "is beyond the chain's head");
    else if (!bytes_are(row_text(rows, 1), hash, SECRET_HASH_SIZE))
        fault(proof, chain, last, "is not the chain's head");
    rows_end(rows);
}

/* Rows up to `last` are known to be whole. */
static void verify_signed(struct proof *proof, const struct audit_head *head) {
    proof->report->heads++;
    if (!audit_head_good(proof->keyring, head)) {
        fault(proof, head->chain, head->number, "the signature of its head is false");
        return;
    }
    struct rows *rows = tx_query(proof->tx, &row_hash, VALUES(V_INT(head->chain), V_INT(head->number)));
    if (!rows_next(rows)) fault(proof, head->chain, head->number, "was signed, and is missing");
    else if (!bytes_are(row_text(rows, 0), head->hash, SECRET_HASH_SIZE))
        fault(proof, head->chain, head->number, "is another than was signed");
    rows_end(rows);
}

static bool head_of(struct audit_head *head, int64_t chain, int64_t number, struct text hash, struct text signature) {
    if (hash.size != sizeof head->hash || signature.size != sizeof head->signature) return false;
    head->chain = chain;
    head->number = number;
    memcpy(head->hash, hash.data, sizeof head->hash);
    memcpy(head->signature, signature.data, sizeof head->signature);
    return true;
}

static void verify_chain(struct proof *proof, int64_t chain) {
    uint8_t hash[SECRET_HASH_SIZE];
    bool whole = false;
    int64_t last = verify_rows(proof, chain, hash, &whole);
    if (whole) verify_head(proof, chain, last, hash);
    struct rows *rows = tx_query(proof->tx, &signed_rows, VALUES(V_INT(chain)));
    while (rows_next(rows)) {
        struct audit_head head;
        if (head_of(&head, chain, row_int(rows, 0), row_text(rows, 1), row_text(rows, 2))) verify_signed(proof, &head);
        else fault(proof, chain, row_int(rows, 0), "its signed head is malformed");
    }
    proof->report->chains++;
}

struct audit_report audit_verify(const struct keyring *keyring, struct tx *tx, struct arena *arena,
                                 const struct audit_head *heads, size_t count) {
    struct audit_report report = {.first_fault = TEXT_NONE};
    struct proof proof = {keyring, tx, arena, arena_new((size_t)16 << 20), &report};
    check(proof.piece != NULL);
    struct rows *rows = tx_query(tx, &chain_list, NO_VALUES);
    while (rows_next(rows)) verify_chain(&proof, row_int(rows, 0));
    for (size_t i = 0; i < count; i++) verify_signed(&proof, &heads[i]);
    arena_free(proof.piece);
    return report;
}

/* ---- signing ---- */

size_t audit_sign(const struct keyring *keyring, struct tx *tx) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &heads_unsigned, NO_VALUES);
    while (rows_next(rows)) {
        struct audit_head head = {.chain = row_int(rows, 0), .number = row_int(rows, 1)};
        if (row_text(rows, 2).size != sizeof head.hash) continue;
        memcpy(head.hash, row_text(rows, 2).data, sizeof head.hash);
        audit_head_sign(keyring, &head);
        tx_run(tx, &signed_add,
               VALUES(V_INT(head.chain), V_INT(head.number), V_INT(world_now(tx_world(tx))),
                      V_BYTES(head.hash, sizeof head.hash), V_BYTES(head.signature, sizeof head.signature)));
        count++;
    }
    return count;
}

struct text audit_heads(struct tx *tx, struct arena *arena) {
    struct buffer out = buffer_new(arena, 256);
    struct rows *rows = tx_query(tx, &signed_last, NO_VALUES);
    while (rows_next(rows)) {
        struct text hash = text_hex(arena, row_text(rows, 2).data, row_text(rows, 2).size);
        struct text signature = text_hex(arena, row_text(rows, 3).data, row_text(rows, 3).size);
        buffer_format(&out, "%" PRId64 " %" PRId64 " %.*s %.*s\n", row_int(rows, 0), row_int(rows, 1), TEXT_ARG(hash),
                      TEXT_ARG(signature));
    }
    return buffer_text(&out);
}

bool audit_head_parse(struct arena *arena, struct text line, struct audit_head *head) {
    struct text rest = text_trim(line);
    struct text chain = text_split(rest, ' ', &rest), number = text_split(rest, ' ', &rest);
    struct text hash = text_split(rest, ' ', &rest), bytes = TEXT_NONE, signature = TEXT_NONE;
    int64_t chain_number = 0, row_number = 0;
    return text_to_int(chain, &chain_number) && text_to_int(number, &row_number) && text_unhex(arena, hash, &bytes) &&
           text_unhex(arena, rest, &signature) && head_of(head, chain_number, row_number, bytes, signature);
}

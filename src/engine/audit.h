/* audit.h: the audit trail (BO-1, BO-6): who saw or changed what, as rows each of whose hash covers the row before it.
 *
 * A store participant: rows are gathered while a group runs and chained when it is flushed, so a group costs one
 * head and one insert. Each node writes a chain of its own (its head locked for the group), so that nodes never wait
 * for each other. The hash is BLAKE2b keyed by the key file: who can write to the database alone cannot forge a row.
 * Signed heads (Ed25519, from the key file too) are what one puts away elsewhere: a trail cut back with its head no
 * longer holds them. The command log is not chained: it forgets, and what it tells of money the ledger itself proves;
 * rows here name the request, by which it is found there. */
#pragma once

#include "base/secret.h"
#include "http/request.h"
#include "store/store.h"

extern const struct migration audit_migrations[];

struct audit_row;

struct audit {
    const struct keyring *keyring;
    int64_t chain; /* the node's number */
    struct audit_row *first, **last, **mark;
    size_t count;
};

void audit_init(struct audit *audit, const struct keyring *keyring, int64_t chain);
struct participant audit_participant(struct audit *audit);

/* Must this request be in the trail? Once it is answered. */
bool audit_wants(const struct request *request);
/* In a command: its notes, or else the name of its route. Stays when the command is undone by a refusal. */
void audit_request(struct audit *audit, struct tx *tx, const struct request *request);
void audit_add(struct audit *audit, struct tx *tx, int64_t staff, int64_t customer, const char *what,
               struct text detail);

/* ---- reading ---- */

/* A row's detail, opened. False when it was meddled with. */
bool audit_detail(const struct keyring *keyring, struct arena *arena, int64_t chain, int64_t number, struct text sealed,
                  struct text *detail);

/* ---- proof ---- */

#define AUDIT_SIGNATURE_SIZE 64
#define AUDIT_KEY_SIZE 32

/* A head as one may put it away: "chain number hash signature", hash and signature in hex. */
struct audit_head {
    int64_t chain, number;
    uint8_t hash[SECRET_HASH_SIZE], signature[AUDIT_SIGNATURE_SIZE];
};

struct audit_report {
    int64_t chains, rows, heads, faults;
    struct text first_fault; /* "chain 1, row 17: …" */
};

/* In a command: signs each chain's head that has moved since it was last signed, and keeps that; how many. */
size_t audit_sign(const struct keyring *keyring, struct tx *tx);
/* Every chain from its first row to its head, every signed head kept, and those put away (count may be 0). */
struct audit_report audit_verify(const struct keyring *keyring, struct tx *tx, struct arena *arena,
                                 const struct audit_head *heads, size_t count);
/* The last signed head of each chain as lines; and back. */
struct text audit_heads(struct tx *tx, struct arena *arena);
bool audit_head_parse(struct arena *arena, struct text line, struct audit_head *head);
/* Whoever has this alone, and no key file, checks heads that were put away. */
void audit_public_key(const struct keyring *keyring, uint8_t key[AUDIT_KEY_SIZE]);
bool audit_head_signed(const uint8_t key[AUDIT_KEY_SIZE], const struct audit_head *head);

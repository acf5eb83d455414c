/* journal.h: the command log: one row for each command that was answered: who, from where, what, under which
 * idempotency key, and what was answered. It serves LE-4 (the same key gives the same answer) and the audit trail
 * (BO-1). A store participant: rows of a group are written together at its end. */
#pragma once

#include "engine/keys.h"
#include "http/request.h"

struct journal {
    struct store *store;
    struct keys *keys;
    struct journal_row *first, **last;
    size_t count;
};

/* A request's idempotency key: its hash (caller and key) and the fingerprint of what it asks. */
struct journal_key {
    bool present;
    uint8_t hash[KEY_SIZE];
    int64_t fingerprint;
};

extern const struct migration journal_migrations[]; /* ended by .sql NULL */

void journal_init(struct journal *journal, struct store *store, struct keys *keys);
struct participant journal_participant(struct journal *journal);

/* Computes it from the header or the form's _key; false when the key is missing or malformed (1 to 64 visible
 * ASCII). */
bool journal_key_of(const struct request *request, struct journal_key *key);

/* In the command that answered the request. Stays when the command's writes are undone. */
void journal_record(struct journal *journal, struct tx *tx, const struct request *request,
                    const struct journal_key *key);

enum journal_found { JOURNAL_NEW, JOURNAL_SAME, JOURNAL_OTHER_BODY };
/* Looks a key up on a snapshot; for JOURNAL_SAME the request is answered as before. */
enum journal_found journal_find(struct journal *journal, struct tx *tx, struct request *request,
                                const struct journal_key *key);

/* A piece of blanking what the log says of a customer but the act itself: his addresses, what he was answered. From
 * *after (0 at first), which moves on; true when there is more. */
bool journal_blank(struct tx *tx, int64_t customer, int64_t *after);

/* A job's piece: forgets keys older than the window (PostgreSQL's table; segments go by themselves), then what the log
 * says of commands older than `kept`, which is no shorter: a key's row is never missed. True when there is more. */
bool journal_forget(struct tx *tx, int64_t window_us, int64_t kept_us);

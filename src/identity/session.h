/* session.h: who is signed in, on which device (ID-14). A session's token is base64url of the customer's id and 32
 * random bytes; the database keeps only its keyed hash. The same kind of row serves cookies and bearer tokens. */
#pragma once

#include "identity/internal.h"

/* session.by_token: a cookie's, an app's, or a personal token, which begins with a mark that finders of leaked keys
 * know it by, and is good until its day, used or not. */
enum session_kind { SESSION_COOKIE, SESSION_APP, SESSION_PERSONAL };
#define PERSONAL_PREFIX "kab_"
#define PERSONAL_IDLE (4000 * DAY)

struct session_key {
    int64_t customer;
    uint8_t hash[SECRET_HASH_SIZE];
};

/* False when the text cannot be a token of ours. */
bool session_key(const struct keyring *keyring, struct text token, struct session_key *key);

/* In a command: a new session for the request's device; the session it came with, if any, is ended, never adopted.
 * Sets the cookie unless by_token. */
struct text session_open(struct request *request, struct tx *tx, int64_t customer, bool by_token);

/* Random; not yet anybody's: the row is the caller's to write. */
struct text session_token(struct request *request, int64_t customer, bool personal, struct session_key *key);

/* Ends it: the row now, the memory of it once that is on disk. False when there is none. */
bool session_end(struct engine *engine, struct tx *tx, struct arena *arena, const struct session_key *key);

/* The session that this request came with. */
bool session_of(const struct request *request, struct session_key *key);

/* A genuine session of this token that has ended by being idle or too old: 0, or its customer. */
int64_t session_owner_ended(struct engine *engine, struct tx *tx, struct text token);

/* What tokens hash to, remembered: the hash costs more than all else of knowing who calls. NULL without memory. */
struct token_memo *token_memo_new(void);
void token_memo_free(struct token_memo *memo);
void token_memo_hash(struct token_memo *memo, const struct keyring *keyring, struct text token,
                     uint8_t hash[SECRET_HASH_SIZE]);

/* struct identifier's. */
bool session_quick(void *self, struct request *request);
void session_full(void *self, struct request *request, struct tx *tx);
void session_warm(void *self, struct request *const *requests, size_t count, struct tx *tx);

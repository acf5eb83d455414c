/* sealed.h: what a feature keeps sealed, and what it looks up by keyed hashes, told as tables: so that a rotation of
 * the key file (reseal.h) moves all of it without knowing any feature. A line for each column; tidy compares them with
 * what the source seals. */
#pragma once

#include "store/store.h"

struct engine;

/* How rows that are found by a hash of the clear value move to the hash of another generation. Of the statements those
 * that are not NULL run, in this order; the row that holds the clear value is locked meanwhile, and so are the claims
 * (lookup_hold). */
struct lookup {
    const char *purpose;      /* of secret_lookup; NULL ends a list */
    bool folded;              /* the value is hashed in lower case */
    struct statement *update; /* $1 new hash, $2 old, $3 … the row's key: a column beside, not what distributes it */
    struct statement *copy;   /* $1 new hash, $2 old, $3 context */
    struct statement *remove; /* $1 old hash, $2 context */
    struct statement *put;    /* $1 new hash, $2 context; when something was removed */
    const char *where;        /* "phone.phone_hash" */
    struct statement *count;  /* how many rows of each generation */
};

struct sealed {
    const char *where;        /* "customer.phone"; NULL ends a list */
    const char *purpose;      /* of secret_seal */
    const char *key_types;    /* of the columns by which its rows go on: i, b or t: an integer, bytes, text */
    struct statement *list;   /* $1 how many rows, $2 … after which: the key, the context, the sealed value; locked */
    struct statement *put;    /* $1 sealed anew, $2 … the key */
    struct statement *count;
    const struct lookup *lookups; /* found again by a hash of the clear value; NULL: by none */
    bool large;               /* files: fewer at a time */
};

/* {SEALED("customer", "phone", "customer.phone", "id", "i", "id"), .lookups = …}: table, column, purpose, the columns
 * of the primary key and their types, the context as an SQL expression over them; SEALED_2: of two columns. */
#define SEALED(table, column, purpose_, keys, types, context)                                                          \
    SEALED_(table, column, purpose_, keys, types, context, "$2")
#define SEALED_2(table, column, purpose_, keys, types, context)                                                        \
    SEALED_(table, column, purpose_, keys, types, context, "$2, $3")
#define SEALED_(table, column, purpose_, keys, types, context, marks)                                                  \
    .where = table "." column, .purpose = (purpose_), .key_types = (types),                                            \
    .list = STATEMENT_OF("SELECT " keys ", " context ", " column " FROM " table " WHERE (" keys ") > (" marks          \
                         ") ORDER BY " keys " LIMIT $1 FOR_UPDATE"),                                                   \
    .put = STATEMENT_OF("UPDATE " table " SET " column " = $1 WHERE (" keys ") = (" marks ")"),                        \
    .count = COUNT_OF(table, column)
#define COUNT_OF(table, column)                                                                                        \
    STATEMENT_OF("SELECT substr(" column ", 1, 1), COUNT(*) FROM " table " WHERE length(" column ") > 0 GROUP BY 1")

/* A hash beside the sealed value, in the same table. */
#define LOOKUP_BESIDE(table, column, purpose_, keys) LOOKUP_BESIDE_(table, column, purpose_, keys, "$3")
#define LOOKUP_BESIDE_2(table, column, purpose_, keys) LOOKUP_BESIDE_(table, column, purpose_, keys, "$3, $4")
#define LOOKUP_BESIDE_(table, column, purpose_, keys, marks)                                                           \
    .purpose = (purpose_), .where = table "." column, .count = COUNT_OF(table, column),                                \
    .update = STATEMENT_OF("UPDATE " table " SET " column " = $1 WHERE " column " = $2 AND (" keys ") = (" marks ")")
/* A table of its own that says whose a hash is: $2 of remove and put is the owner. */
#define LOOKUP_OWNER(table, column, purpose_, owner)                                                                   \
    .purpose = (purpose_), .where = table "." column, .count = COUNT_OF(table, column),                                \
    .remove = STATEMENT_OF("DELETE FROM " table " WHERE " column " = $1 AND " owner " = $2"),                          \
    .put = STATEMENT_OF("INSERT INTO " table " (" column ", " owner ") VALUES ($1, $2) ON CONFLICT (" column           \
                        ") DO NOTHING")

/* ---- for who looks up ---- */

/* The first column of the row that `find` ($1: the hash) gives, by any known generation; 0: there is none. */
int64_t lookup_find(struct engine *engine, struct tx *tx, struct statement *find, const char *purpose,
                    struct text message);
/* Before a hash is looked for and, since nobody has it, added: while a rotation is under way several nodes do so one
 * after another, since two hashes of one value do not meet in a unique key. */
void lookup_hold(struct engine *engine, struct tx *tx);
/* Runs a DELETE ($1: the hash, $2: the owner) by every known generation; how many rows went. */
int64_t lookup_remove(struct engine *engine, struct tx *tx, struct statement *statement, const char *purpose,
                      struct text message, int64_t owner);

/* sql.h: reads SQL just far enough to rewrite the store's tokens and to see which tables a statement writes. Not a
 * parser: words, strings, comments and parameters, no grammar. Private to src/store. */
#pragma once

#include "store/store.h"

enum dialect { DIALECT_SQLITE, DIALECT_POSTGRES };

/* One statement has up to three texts, prepared apart. */
enum form {
    FORM_PLAIN,
    FORM_ROWS, /* tx_insert_many on PostgreSQL: VALUES ($1,…) → SELECT * FROM unnest($1::bigint[],…) */
    FORM_IDS,  /* tx_query_ids on PostgreSQL: = $1 → = ANY($1) */
    FORMS,
};

/* The text for the database, or NULL without memory. Caller frees it. types: FORM_ROWS only, one a column. */
char *sql_rewrite(const char *sql, enum dialect dialect, enum form form, const enum value_type *types, size_t columns);

/* The number of parameters: the largest n of $n. */
size_t sql_parameters(const char *sql);

/* The ledger's table that this SQL writes, or NULL. Sees through WITH and ON CONFLICT; PostgreSQL has nothing like
 * SQLite's authorizer, so this looks at the words after INSERT INTO, UPDATE and DELETE FROM. */
const char *sql_ledger_write(const char *sql);
bool sql_ledger_table(const char *table);
/* Whether a file is one of src/ledger/. */
bool sql_ledger_file(const char *file);

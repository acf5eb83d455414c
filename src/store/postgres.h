/* postgres.h: what the PostgreSQL driver's files share: postgres.c (connections, transactions), postgres_pipeline.c
 * (sending and receiving), postgres_statement.c (statements, rows), postgres_value.c (the binary forms of values).
 *
 * A connection is always in pipeline mode. What is sent is remembered in order; results are collected in that order,
 * when somebody needs one. */
#pragma once

#include "store/driver.h"

#include <libpq-fe.h>

#define PG_PARAMETERS_MAX 64
#define LOCK_CLASS 0x6B616269 /* "kabi": ours among a database's advisory locks */

enum pg_oid {
    OID_BOOL = 16, OID_BYTES = 17, OID_NAME = 19, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25,
    OID_UNKNOWN = 705, OID_BYTES_ARRAY = 1001, OID_TEXT_ARRAY = 1009, OID_INT8_ARRAY = 1016, OID_VARCHAR = 1043,
    OID_NUMERIC = 1700,
};

/* One text of a statement as the server knows it. */
struct pg_form {
    bool prepared;
    char name[24];
    unsigned version;                /* of the name: prepared anew when a type becomes known */
    Oid types[PG_PARAMETERS_MAX];    /* 0: only NULL was seen yet, the server decides */
    size_t count;
};

struct pg_rows {
    struct rows head;
    PGresult *result;                /* the present one */
    int row;
    bool streaming;                  /* more is to be received */
    PGresult **kept;                 /* received ahead, because another statement was to be sent */
    size_t kept_count, kept_next, kept_room;
    struct pg_rows *older;           /* in the connection's list of open ones */
};

struct pg_statement {
    struct statement *statement;
    bool reads;
    struct pg_form forms[FORMS];
    struct pg_rows rows;
};

enum pg_sent_kind { SENT_PREPARE, SENT_STATEMENT, SENT_COMMIT, SENT_SYNC };

struct pg_sent {
    enum pg_sent_kind kind;
    struct pg_statement *statement;
    struct pg_form *form;
};

struct pg {
    struct connection head;
    PGconn *conn;
    bool lost;
    int64_t retry_at_ms, retry_pause_ms;

    struct pg_sent *sent;            /* not yet collected: a ring would be shorter, not simpler */
    size_t sent_first, sent_end, sent_room;
    bool begin_wanted, in_transaction;
    bool committed;                  /* the COMMIT collected last said so */
    bool dirty;                      /* something was written in this transaction */

    struct pg_statement **statements; /* by slot */
    size_t statement_count;
    struct pg_rows *open_rows, *streaming;

    bool started;                    /* groups are numbered, tenures held */
    int64_t tenures;                 /* how many there were */
    int64_t alone_at_ms;             /* when to see next whether the others are gone */
    int64_t group, group_on_disk;    /* ours, sent last; what the database said when we connected */

    char *scratch;                   /* arrays on their way out */
    size_t scratch_room;
};

/* The values of one statement, in binary. */
struct pg_parameters {
    size_t count;
    Oid types[PG_PARAMETERS_MAX];
    const char *data[PG_PARAMETERS_MAX];
    int sizes[PG_PARAMETERS_MAX], formats[PG_PARAMETERS_MAX];
    uint64_t integers[PG_PARAMETERS_MAX]; /* big-endian */
};

/* postgres.c: run while nothing is under way, outside of pipeline mode; NULL with problem. Caller clears it. */
PGresult *pg_ask(struct pg *pg, const char *sql, char problem[PROBLEM_SIZE]);
bool pg_tell(struct pg *pg, const char *sql, char problem[PROBLEM_SIZE]);

/* postgres_tenure.c: the lock by which nodes know who writes, on a writer's connection that is not in pipeline mode.
 * True when writing may begin; else with problem, and it is tried again on a new connection. */
bool pg_tenure_begin(struct pg *pg, char problem[PROBLEM_SIZE]);
/* With the transaction; heard by the sessions of other nodes' writers. */
void pg_announce(struct tx *tx, struct text news);
/* Between groups, in pipeline mode: hears who asks, and others' news; alone again when the others are gone. */
void pg_tenure_look(struct pg *pg);
bool pg_share(struct connection *connection, char problem[PROBLEM_SIZE]);

/* postgres_value.c */
void pg_parameters_plain(struct pg_parameters *parameters, const struct value *values, size_t count);
/* Columns as arrays, in the connection's scratch; false without memory. */
bool pg_parameters_rows(struct pg *pg, struct pg_parameters *parameters, const enum value_type *types, size_t columns,
                        const struct value *values, size_t rows);
bool pg_parameters_ids(struct pg *pg, struct pg_parameters *parameters, const int64_t *ids, size_t count);
bool pg_parameters_keys(struct pg *pg, struct pg_parameters *parameters, const struct text *keys, size_t count);
int64_t pg_integer(const PGresult *result, int row, int column);
struct text pg_text(const PGresult *result, int row, int column);

/* postgres_pipeline.c */
bool pg_send(struct tx *tx, struct pg_statement *statement, enum form form, const struct pg_parameters *parameters);
bool pg_send_simple(struct tx *tx, struct statement *statement); /* BEGIN and the like */
bool pg_send_sync(struct tx *tx);
/* Asks the server to answer now, and collects until at most `left` sent things have no result. */
bool pg_collect(struct tx *tx, size_t left, bool sync);
/* Collects the oldest one; its result, if wanted, to the caller. */
bool pg_collect_one(struct tx *tx, PGresult **ret_result);
PGresult *pg_receive(struct tx *tx);
size_t pg_pending(const struct pg *pg);
void pg_forget_sent(struct pg *pg);
void pg_sent_pop(struct pg *pg);
void pg_fail(struct tx *tx, const struct statement *statement, const PGresult *result);
struct pg_statement *pg_statement_for(struct tx *tx, struct statement *statement);
void pg_statements_free(struct pg *pg);
void pg_lost(struct tx *tx);

/* postgres_statement.c */
int64_t pg_run(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
void pg_queue(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
void pg_insert_many(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                    const struct value *values, size_t rows);
struct rows *pg_query(struct tx *tx, struct statement *statement, const struct value *values, size_t count);
struct rows *pg_query_ids(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count);
struct rows *pg_query_keys(struct tx *tx, struct statement *statement, const struct text *keys, size_t count);
bool pg_next(struct rows *rows);
void pg_end(struct rows *rows);
int64_t pg_row_int(const struct rows *rows, int column);
bool pg_row_null(const struct rows *rows, int column);
struct text pg_row_text(const struct rows *rows, int column);
void pg_close_rows(struct tx *tx);
/* Takes what a streaming query has left into memory, so that another statement can be answered. */
void pg_stream_keep(struct tx *tx);

/* tx.c: the part of statements and rows that both databases share: values that may be stored, the sticky failure, and
 * who may write which table. */
#include "base/check.h"
#include "store/driver.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- statements ---- */

static _Atomic int last_slot;

static int slot_give(struct statement *statement) {
    const char *table = sql_ledger_write(statement->sql);
    if (table != NULL && !sql_ledger_file(statement->file)) {
        fprintf(stderr, "%s: %s writes the ledger's table %s\n", statement->file, statement->sql, table);
        check_failed("a ledger table is written outside src/ledger", __FILE__, __LINE__);
    }
    int fresh = atomic_fetch_add(&last_slot, 1) + 1, none = 0;
    return atomic_compare_exchange_strong(&statement->slot, &none, fresh) ? fresh : none;
}

int statement_slot(struct statement *statement) {
    int slot = atomic_load_explicit(&statement->slot, memory_order_relaxed);
    return slot != 0 ? slot : slot_give(statement);
}

void statement_wrong(const struct statement *statement, const char *message) {
    fprintf(stderr, "%s: %s\n    %s\n", statement->file, message, statement->sql);
    check_failed("the database does not understand a statement", __FILE__, __LINE__);
}

/* ---- values ---- */

/* Length of the UTF-8 sequence at data, 0 when there is none (RFC 3629). */
static size_t sequence_size(const unsigned char *data, size_t left) {
    unsigned char lead = data[0];
    size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (lead == 0 || size == 0 || size > left) return 0;
    for (size_t i = 1; i < size; i++) {
        if ((data[i] & 0xC0) != 0x80) return 0;
    }
    if (lead == 0xE0 && data[1] < 0xA0) return 0; /* overlong */
    if (lead == 0xED && data[1] > 0x9F) return 0; /* surrogates */
    if (lead == 0xF0 && data[1] < 0x90) return 0; /* overlong */
    if (lead == 0xF4 && data[1] > 0x8F) return 0; /* above U+10FFFF */
    return size;
}

/* What PostgreSQL takes as text; SQLite would take anything, so it is asked here for both. */
static bool text_storable(struct text text) {
    const unsigned char *data = (const unsigned char *)text.data;
    size_t at = 0;
    while (at < text.size) {
        size_t size = sequence_size(data + at, text.size - at);
        if (size == 0) return false;
        at += size;
    }
    return true;
}

static bool values_storable(struct tx *tx, const struct statement *statement, const struct value *values,
                            size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (values[i].type != VALUE_TEXT || text_storable(values[i].text)) continue;
        tx_fail(tx, TROUBLE_STATEMENT, "%s: value %zu is not UTF-8 without NUL", statement->file, i + 1);
        return false;
    }
    return true;
}

/* ---- writing ---- */

static bool may_write(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    check(tx->writing);
    if (tx->trouble != TROUBLE_NONE || !values_storable(tx, statement, values, count)) return false;
    return true;
}

int64_t tx_run(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    if (!may_write(tx, statement, values, count)) return 0;
    int64_t changed = tx->driver->run(tx, statement, values, count);
    return tx->trouble == TROUBLE_NONE ? changed : 0;
}

void tx_queue(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    if (may_write(tx, statement, values, count)) tx->driver->queue(tx, statement, values, count);
}

void tx_insert_many(struct tx *tx, struct statement *statement, const enum value_type *types, size_t columns,
                    const struct value *values, size_t rows) {
    check(columns > 0);
    if (rows == 0 || !may_write(tx, statement, values, rows * columns)) return;
    for (size_t i = 0; i < rows * columns; i++) {
        check(values[i].type == types[i % columns] || values[i].type == VALUE_NULL);
    }
    tx->driver->insert_many(tx, statement, types, columns, values, rows);
}

void tx_announce(struct tx *tx, struct text news) {
    check(tx->writing && news.size <= NEWS_MAX);
    if (!tx->connection->alone && tx->trouble == TROUBLE_NONE) tx->driver->announce(tx, news);
}

/* ---- reading ---- */

static struct rows no_rows; /* what a failed tx gives: never open */

/* False when there is nothing to ask. */
static bool snapshot_taken(struct tx *tx) {
    if (tx->begun || tx->trouble != TROUBLE_NONE) return tx->trouble == TROUBLE_NONE;
    tx->begun = true;
    if (tx->driver->begin(tx)) return true;
    if (tx->trouble == TROUBLE_NONE) tx_fail(tx, TROUBLE_GONE, "no snapshot is to be had");
    return false;
}

struct rows *tx_query(struct tx *tx, struct statement *statement, const struct value *values, size_t count) {
    if (!snapshot_taken(tx) || !values_storable(tx, statement, values, count)) return &no_rows;
    struct rows *rows = tx->driver->query(tx, statement, values, count);
    return rows == NULL ? &no_rows : rows;
}

struct rows *tx_query_ids(struct tx *tx, struct statement *statement, const int64_t *ids, size_t count) {
    for (size_t i = 1; i < count; i++) check(ids[i - 1] < ids[i]);
    if (count == 0 || !snapshot_taken(tx)) return &no_rows;
    struct rows *rows = tx->driver->query_ids(tx, statement, ids, count);
    return rows == NULL ? &no_rows : rows;
}

struct rows *tx_query_keys(struct tx *tx, struct statement *statement, const struct text *keys, size_t count) {
    if (count == 0 || !snapshot_taken(tx)) return &no_rows;
    struct rows *rows = tx->driver->query_keys(tx, statement, keys, count);
    return rows == NULL ? &no_rows : rows;
}

bool rows_next(struct rows *rows) {
    if (!rows->open) return false;
    loans_end(rows);
    return rows->tx->driver->next(rows);
}

void rows_end(struct rows *rows) {
    if (rows->open) rows->tx->driver->end(rows);
}

int64_t row_int(const struct rows *rows, int column) {
    check(rows->open);
    return rows->tx->driver->row_int(rows, column);
}

bool row_null(const struct rows *rows, int column) {
    check(rows->open);
    return rows->tx->driver->row_null(rows, column);
}

struct text row_text(const struct rows *rows, int column) {
    check(rows->open);
    return loan_of(rows, rows->tx->driver->row_text(rows, column));
}

struct text row_copy(const struct rows *rows, int column, struct arena *arena) {
    struct text text = row_text(rows, column);
    return text.data == NULL ? text : text_copy(arena, text);
}

/* ---- the transaction ---- */

void tx_init(struct tx *tx, struct store *store, struct connection *connection, struct arena *arena, bool writing) {
    tx->store = store;
    tx->connection = connection;
    tx->driver = store->driver;
    tx->arena = arena;
    tx->writing = writing;
    tx->begun = writing; /* who writes begins by itself */
    tx->wrote = false;
    tx->loans = NULL;
    tx->trouble = TROUBLE_NONE;
    tx->problem[0] = '\0';
}

__attribute__((format(printf, 2, 0))) static void problem_format(char problem[PROBLEM_SIZE], const char *format,
                                                                 va_list arguments) {
    vsnprintf(problem, PROBLEM_SIZE, format, arguments);
    size_t size = strlen(problem);
    while (size > 0 && problem[size - 1] == '\n') problem[--size] = '\0'; /* PostgreSQL's messages end so */
}

void problem_set(char problem[PROBLEM_SIZE], const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    problem_format(problem, format, arguments);
    va_end(arguments);
}

void tx_fail(struct tx *tx, enum trouble trouble, const char *format, ...) {
    if (tx->trouble != TROUBLE_NONE) return;
    tx->trouble = trouble;
    va_list arguments;
    va_start(arguments, format);
    problem_format(tx->problem, format, arguments);
    va_end(arguments);
}

void tx_give_up(struct tx *tx, const char *why) {
    tx_fail(tx, tx->writing ? TROUBLE_STATEMENT : TROUBLE_GONE, "%s", why);
}

bool tx_failed(const struct tx *tx) {
    return tx->trouble != TROUBLE_NONE;
}

struct text tx_problem(const struct tx *tx) {
    return text_from(tx->problem);
}

bool tx_alone(const struct tx *tx) {
    return tx->connection->alone;
}

int64_t tx_tenure(const struct tx *tx) {
    return tx->connection->tenure;
}

int64_t tx_generation(const struct tx *tx) {
    return tx->writing ? store_generation(tx->store) : tx->generation;
}

bool tx_writing(const struct tx *tx) {
    return tx->writing;
}

struct world *tx_world(const struct tx *tx) {
    return tx->store->world;
}

struct arena *tx_arena(const struct tx *tx) {
    return tx->arena;
}

/* ---- time ---- */

int64_t monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void pause_ms(int64_t ms) {
    struct timespec wanted = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &wanted, &wanted) != 0) {}
}

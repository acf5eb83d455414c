/* sql_test.c: the tokens, the parameters, and who may write the ledger's tables, as tables. */
#include "store/sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct rewriting {
    const char *sql, *sqlite, *postgres;
};

static const struct rewriting plain[] = {
    {"SELECT a FROM t WHERE b = $1 AND c = $12", "SELECT a FROM t WHERE b = ?1 AND c = ?12",
     "SELECT a FROM t WHERE b = $1 AND c = $12"},
    {"CREATE TABLE t ( -- distributed by a\n b BYTES NOT NULL)",
     "CREATE TABLE t ( -- distributed by a\n b BLOB NOT NULL)",
     "CREATE TABLE t ( -- distributed by a\n b BYTEA NOT NULL)"},
    {"CREATE TABLE t (id ROWKEY, a BIGINT, ROWKEY(a, id))", "CREATE TABLE t (id INTEGER PRIMARY KEY, a BIGINT )",
     "CREATE TABLE t (id BIGINT NOT NULL, a BIGINT, PRIMARY KEY(a, id))"},
    {"CREATE TABLE t (id ROWKEY, a BIGINT,\n ROWKEY (a, id), UNIQUE (a))",
     "CREATE TABLE t (id INTEGER PRIMARY KEY, a BIGINT\n , UNIQUE (a))",
     "CREATE TABLE t (id BIGINT NOT NULL, a BIGINT,\n PRIMARY KEY (a, id), UNIQUE (a))"},
    {"CREATE TABLE t (a BIGINT, -- why ROWKEY, $1\n ROWKEY(a))", "CREATE TABLE t (a BIGINT -- why ROWKEY, $1\n )",
     "CREATE TABLE t (a BIGINT, -- why ROWKEY, $1\n PRIMARY KEY(a))"},
    {"CREATE TABLE t (a BIGINT PRIMARY KEY) CLUSTERED;", "CREATE TABLE t (a BIGINT PRIMARY KEY) WITHOUT ROWID;",
     "CREATE TABLE t (a BIGINT PRIMARY KEY) ;"},
    {"CREATE TABLE t (a TEXT BYTEWISE NOT NULL)", "CREATE TABLE t (a TEXT  NOT NULL)",
     "CREATE TABLE t (a TEXT COLLATE \"C\" NOT NULL)"},
    {"SELECT a FROM t WHERE id = $1 ORDER BY id FOR_UPDATE", "SELECT a FROM t WHERE id = ?1 ORDER BY id ",
     "SELECT a FROM t WHERE id = $1 ORDER BY id FOR UPDATE"},
    {"SELECT 'BYTES $1', \"ROWKEY\" /* CLUSTERED */ FROM t", "SELECT 'BYTES $1', \"ROWKEY\" /* CLUSTERED */ FROM t",
     "SELECT 'BYTES $1', \"ROWKEY\" /* CLUSTERED */ FROM t"},
    {"SELECT 'it''s $1', $2, bytes, MY_BYTES FROM t", "SELECT 'it''s $1', ?2, bytes, MY_BYTES FROM t",
     "SELECT 'it''s $1', $2, bytes, MY_BYTES FROM t"},
    {"SELECT 'open", "SELECT 'open", "SELECT 'open"},
    {"/* open", "/* open", "/* open"},
    {"", "", ""},
};

static void rewrites_tokens(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        char *sqlite = sql_rewrite(plain[i].sql, DIALECT_SQLITE, FORM_PLAIN, NULL, 0);
        char *postgres = sql_rewrite(plain[i].sql, DIALECT_POSTGRES, FORM_PLAIN, NULL, 0);
        assert_string_equal(sqlite, plain[i].sqlite);
        assert_string_equal(postgres, plain[i].postgres);
        free(sqlite);
        free(postgres);
    }
}

static void makes_arrays_of_values(void **state) {
    (void)state;
    static const enum value_type types[] = {VALUE_INT, VALUE_TEXT, VALUE_BYTES};
    char *sql = sql_rewrite("INSERT INTO t (a, b, c) VALUES ($1, $2,$3) ON CONFLICT (a) DO NOTHING", DIALECT_POSTGRES,
                            FORM_ROWS, types, 3);
    assert_string_equal(sql, "INSERT INTO t (a, b, c) SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[]) "
                             "ON CONFLICT (a) DO NOTHING");
    free(sql);
    sql = sql_rewrite("SELECT b FROM t WHERE a = $1 ORDER BY a FOR_UPDATE", DIALECT_POSTGRES, FORM_IDS, NULL, 0);
    assert_string_equal(sql, "SELECT b FROM t WHERE a = ANY($1) ORDER BY a FOR UPDATE");
    free(sql);
}

static void counts_parameters(void **state) {
    (void)state;
    assert_int_equal(sql_parameters("SELECT 1"), 0);
    assert_int_equal(sql_parameters("SELECT $2, $1, $2"), 2);
    assert_int_equal(sql_parameters("SELECT $10 -- $11"), 10);
    assert_int_equal(sql_parameters("SELECT '$3', $1"), 1);
}

/* LE-1: the books have one writer. */
static void sees_who_writes_the_ledger(void **state) {
    (void)state;
    static const struct {
        const char *sql, *table;
    } cases[] = {
        {"INSERT INTO account (id) VALUES ($1)", "account"},
        {"insert into Account (id) values ($1)", "account"},
        {"INSERT OR IGNORE INTO \"entry\" VALUES ($1)", "entry"},
        {"INSERT INTO main.hold VALUES ($1)", "hold"},
        {"REPLACE INTO waypoint VALUES ($1)", "waypoint"},
        {"UPDATE account SET balance = $1", "account"},
        {"UPDATE ONLY account SET balance = $1", "account"},
        {"UPDATE OR IGNORE account SET balance = $1", "account"},
        {"DELETE FROM entry WHERE id = $1", "entry"},
        {"WITH gone AS (DELETE FROM hold RETURNING id) SELECT id FROM gone", "hold"},
        {"INSERT INTO t SELECT id FROM account", NULL},
        {"SELECT id FROM account WHERE id = $1 FOR UPDATE OF account", NULL},
        {"SELECT id FROM account WHERE note = 'DELETE FROM account'", NULL},
        {"INSERT INTO t VALUES ($1) ON CONFLICT (a) DO UPDATE SET account = $1", NULL},
        {"INSERT INTO account_note VALUES ($1)", NULL},
        {"UPDATE customer SET hold = $1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *table = sql_ledger_write(cases[i].sql);
        if (cases[i].table == NULL) {
            assert_null(table);
        } else {
            assert_non_null(table);
            assert_string_equal(table, cases[i].table);
        }
    }
    assert_true(sql_ledger_file("../src/ledger/transfer.c"));
    assert_true(sql_ledger_file("ledger/transfer.c"));
    assert_false(sql_ledger_file("../src/products/wallet/ledger.c"));
    assert_false(sql_ledger_file("../src/ledgers/transfer.c"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rewrites_tokens),
        cmocka_unit_test(makes_arrays_of_values),
        cmocka_unit_test(counts_parameters),
        cmocka_unit_test(sees_who_writes_the_ledger),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

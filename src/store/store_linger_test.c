/* store_linger_test.c: a thread that answers many requests a turn keeps its snapshot from one to the next, and yet
 * never sees less than what anyone was told (store.h, reader_rest). */
#include "store/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct migration migrations[] = {
    {"linger", 1, "CREATE TABLE item ( -- distributed by id\n    id BIGINT NOT NULL PRIMARY KEY\n) CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id) VALUES ($1)");
STATEMENT(item_count, "SELECT COUNT(*) FROM item");
STATEMENT(item_any, "SELECT id FROM item");

static enum command_outcome add(struct tx *tx, void *data) {
    tx_run(tx, &item_add, VALUES(V_INT(*(int64_t *)data)));
    return COMMAND_KEEP;
}

static int64_t items(struct reader *reader) {
    struct tx *tx = reader_begin(reader);
    assert_non_null(tx);
    struct rows *rows = tx_query(tx, &item_count, NO_VALUES);
    assert_true(rows_next(rows));
    int64_t count = row_int(rows, 0);
    struct rows *left_open = tx_query(tx, &item_any, NO_VALUES); /* a request may leave one behind */
    (void)rows_next(left_open);
    assert_true(reader_end(reader, tx));
    return count;
}

static void what_was_told_is_seen(struct store_fixture *fixture) {
    struct reader *reader = reader_new(fixture->store);
    assert_non_null(reader);
    reader_rest(reader);
    for (int64_t i = 0; i < 20; i++) {
        assert_int_equal(items(reader), i);
        assert_int_equal(items(reader), i);
        assert_int_equal(store_fixture_write(fixture, add, &i), STORE_DURABLE);
        if (i % 3 == 0) reader_rest(reader);
    }
    assert_int_equal(items(reader), 20);
    reader_free(reader);
}

static void on_both(void **state) {
    (void)state;
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        store_fixture_open(&fixture, migrations, 1, NULL);
        store_fixture_start(&fixture);
        what_was_told_is_seen(&fixture);
        store_fixture_free(&fixture);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(on_both)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

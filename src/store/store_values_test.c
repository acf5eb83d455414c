/* store_values_test.c: statements, values and rows mean the same on both databases. */
#include "store/store_fixture.h"

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct migration migrations[] = {
    {"values", 1,
     "CREATE TABLE item ( -- distributed by owner\n"
     "    id ROWKEY, owner BIGINT NOT NULL, number BIGINT, word TEXT, bytes BYTES, ROWKEY(owner, id)\n"
     ");\n"
     "CREATE TABLE pair ( -- distributed by left_id\n"
     "    left_id BIGINT NOT NULL, right_id BIGINT NOT NULL, PRIMARY KEY (left_id, right_id)\n"
     ") CLUSTERED;"},
};

STATEMENT(item_add, "INSERT INTO item (id, owner, number, word, bytes) VALUES ($1, $2, $3, $4, $5)");
STATEMENT(item_add_if_new, "INSERT INTO item (id, owner, number, word, bytes) VALUES ($1, $2, $3, $4, $5) "
                           "ON CONFLICT DO NOTHING");
STATEMENT(item_get, "SELECT number, word, bytes FROM item WHERE id = $1 AND owner = $2");
STATEMENT(item_ids, "SELECT id FROM item ORDER BY id");
STATEMENT(item_by_id, "SELECT id, number FROM item WHERE id = $1 ORDER BY id FOR_UPDATE");
STATEMENT(items_of_bytes, "SELECT COUNT(*), SUM(id) FROM item WHERE bytes = $1 GROUP BY bytes");
STATEMENT(item_sum, "SELECT SUM(number), COUNT(*) FROM item WHERE owner = $1");
STATEMENT(item_set, "UPDATE item SET number = $3 WHERE owner = $2 AND id = $1");
STATEMENT(item_set_back, "UPDATE item SET number = number + $2 WHERE id > $1 RETURNING id");
STATEMENT(item_named, "SELECT id FROM item WHERE word = $1 ORDER BY id");
STATEMENT(pair_add, "INSERT INTO pair (left_id, right_id) VALUES ($1, $2)");
STATEMENT(pair_rights, "SELECT right_id FROM pair WHERE left_id = $1 ORDER BY right_id");
STATEMENT(pair_lefts, "SELECT DISTINCT left_id FROM pair ORDER BY left_id");
STATEMENT(constants, "SELECT 1 = 1, 7, CAST(-3 AS BIGINT), 'word', NULL");

static void on_both(void (*body)(struct store_fixture *fixture)) {
    for (enum store_kind kind = 0; kind < STORE_KINDS; kind++) {
        struct store_fixture fixture;
        if (!store_fixture_new(&fixture, kind)) continue;
        store_fixture_open(&fixture, migrations, 1, NULL);
        store_fixture_start(&fixture);
        body(&fixture);
        store_fixture_free(&fixture);
    }
}

static void write_or_fail(struct store_fixture *fixture, enum command_outcome (*body)(struct tx *, void *),
                          void *data) {
    assert_int_equal(store_fixture_write(fixture, body, data), STORE_DURABLE);
}

/* ---- values ---- */

static const int64_t integers[] = {0, 1, -1, 255, 256, -256, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
#define INTEGERS (sizeof integers / sizeof integers[0])

static const struct text words[] = {
    {"", 0},        {"a", 1}, {"сумма", 10}, {"'; DROP TABLE item; --", 22}, {"\x01\t\n\\", 4}, {"\xF0\x9F\x92\xB0", 4},
    {"$1 BYTES", 8},
};
#define WORDS (sizeof words / sizeof words[0])

static char all_bytes[256];

static enum command_outcome write_values(struct tx *tx, void *data) {
    (void)data;
    assert_true(tx_writing(tx));
    for (size_t i = 0; i < INTEGERS; i++) {
        assert_int_equal(1, tx_run(tx, &item_add,
                                   VALUES(V_INT((int64_t)i + 1), V_INT(1), V_INT(integers[i]),
                                          V_TEXT(words[i % WORDS]), V_BYTES(all_bytes, i * 25))));
    }
    /* Nothing but NULL where types were known before. */
    tx_run(tx, &item_add, VALUES(V_INT(100), V_INT(1), V_NULL, V_NULL, V_NULL));
    tx_run(tx, &item_add, VALUES(V_INT(101), V_INT(1), V_NULL, V_TEXT(TEXT_NONE), V_BYTES(NULL, 0)));
    return COMMAND_KEEP;
}

static void read_values(struct tx *tx, void *data) {
    (void)data;
    assert_false(tx_writing(tx));
    for (size_t i = 0; i < INTEGERS; i++) {
        struct rows *rows = tx_query(tx, &item_get, VALUES(V_INT((int64_t)i + 1), V_INT(1)));
        assert_true(rows_next(rows));
        assert_true(row_int(rows, 0) == integers[i]);
        assert_false(row_null(rows, 0));
        struct text word = row_text(rows, 1), bytes = row_copy(rows, 2, tx_arena(tx));
        assert_true(text_equal(word, words[i % WORDS]) && word.data != NULL);
        assert_int_equal(bytes.size, i * 25);
        assert_non_null(bytes.data);
        assert_memory_equal(bytes.data, all_bytes, bytes.size);
        assert_false(rows_next(rows));
        assert_false(rows_next(rows));
    }
    for (int64_t id = 100; id <= 101; id++) {
        struct rows *rows = tx_query(tx, &item_get, VALUES(V_INT(id), V_INT(1)));
        assert_true(rows_next(rows));
        for (int column = 0; column < 3; column++) assert_true(row_null(rows, column));
        assert_int_equal(row_int(rows, 0), 0);
        assert_null(row_text(rows, 1).data);
        assert_null(row_copy(rows, 2, tx_arena(tx)).data);
        rows_end(rows);
    }
    struct rows *rows = tx_query(tx, &constants, NO_VALUES);
    assert_true(rows_next(rows));
    assert_int_equal(row_int(rows, 0), 1);
    assert_int_equal(row_int(rows, 1), 7);
    assert_int_equal(row_int(rows, 2), -3);
    assert_true(text_is(row_text(rows, 3), "word"));
    assert_true(row_null(rows, 4));
}

static void values_come_back(struct store_fixture *fixture) {
    for (int i = 0; i < 256; i++) all_bytes[i] = (char)i;
    write_or_fail(fixture, write_values, NULL);
    assert_true(store_fixture_read(fixture, read_values, NULL));
}

static void values_come_back_on_both(void **state) {
    (void)state;
    on_both(values_come_back);
}

/* ---- types learnt late ---- */

static enum command_outcome write_null_first(struct tx *tx, void *data) {
    (void)data;
    tx_run(tx, &item_add_if_new, VALUES(V_INT(1), V_INT(1), V_NULL, V_NULL, V_NULL));
    tx_run(tx, &item_add_if_new, VALUES(V_INT(2), V_INT(1), V_INT(7), V_NULL, V_NULL));
    tx_run(tx, &item_add_if_new, VALUES(V_INT(3), V_INT(1), V_NULL, V_TEXT(TEXT("b")), V_BYTES("\0c", 2)));
    assert_int_equal(0, tx_run(tx, &item_add_if_new, VALUES(V_INT(3), V_INT(1), V_NULL, V_NULL, V_NULL)));
    struct rows *rows = tx_query(tx, &item_sum, VALUES(V_INT(1)));
    assert_true(rows_next(rows));
    assert_int_equal(row_int(rows, 0), 7);
    assert_int_equal(row_int(rows, 1), 3);
    return COMMAND_KEEP;
}

static enum command_outcome sum_extremes(struct tx *tx, void *data) {
    (void)data;
    static const int64_t sums[] = {INT64_MAX, INT64_MIN, 10000, -100000000, 123456789012, 0};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++) {
        tx_run(tx, &item_set, VALUES(V_INT(2), V_INT(1), V_INT(sums[i])));
        struct rows *rows = tx_query(tx, &item_sum, VALUES(V_INT(1)));
        assert_true(rows_next(rows));
        assert_true(row_int(rows, 0) == sums[i]);
    }
    struct rows *rows = tx_query(tx, &item_sum, VALUES(V_INT(404)));
    assert_true(rows_next(rows));
    assert_true(row_null(rows, 0));
    assert_int_equal(row_int(rows, 1), 0);
    return COMMAND_UNDO;
}

static void types_are_learnt(struct store_fixture *fixture) {
    write_or_fail(fixture, write_null_first, NULL);
    write_or_fail(fixture, sum_extremes, NULL);
}

static void types_are_learnt_on_both(void **state) {
    (void)state;
    on_both(types_are_learnt);
}

/* ---- text that is none ---- */

static enum command_outcome write_word(struct tx *tx, void *data) {
    const struct text *word = data;
    tx_run(tx, &item_add, VALUES(V_INT(500), V_INT(1), V_NULL, V_TEXT(*word), V_NULL));
    struct rows *rows = tx_query(tx, &item_ids, NO_VALUES);
    if (tx_failed(tx)) assert_false(rows_next(rows)); /* sticky */
    rows_end(rows);
    return COMMAND_UNDO;
}

static void bad_text_is_a_failure(struct store_fixture *fixture) {
    static const struct {
        struct text text;
        enum store_status status;
    } cases[] = {
        {{"a\0b", 3}, STORE_UNAVAILABLE},        {{"\xC3", 1}, STORE_UNAVAILABLE},
        {{"\xC0\x80", 2}, STORE_UNAVAILABLE},    {{"\xED\xA0\x80", 3}, STORE_UNAVAILABLE},
        {{"\xF4\x90\x80\x80", 4}, STORE_UNAVAILABLE}, {{"\xE0\x80\x80", 3}, STORE_UNAVAILABLE},
        {{"\xFF", 1}, STORE_UNAVAILABLE},        {{"\xEF\xBF\xBF", 3}, STORE_DURABLE},
        {{"\xF4\x8F\xBF\xBF", 4}, STORE_DURABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text text = cases[i].text;
        assert_int_equal(store_fixture_write(fixture, write_word, &text), cases[i].status);
    }
}

static void bad_text_is_a_failure_on_both(void **state) {
    (void)state;
    on_both(bad_text_is_a_failure);
}

/* ---- many at once ---- */

#define MANY 500

static enum command_outcome write_many(struct tx *tx, void *data) {
    (void)data;
    static const enum value_type types[] = {VALUE_INT, VALUE_INT, VALUE_INT, VALUE_TEXT, VALUE_BYTES};
    struct value *values = arena_array(tx_arena(tx), struct value, MANY * 5);
    for (int64_t i = 0; i < MANY; i++) {
        struct value *row = values + i * 5;
        row[0] = V_INT(i * 3);
        row[1] = V_INT(2);
        row[2] = i % 7 == 0 ? V_NULL : V_INT(-i);
        row[3] = i % 5 == 0 ? V_TEXT(TEXT_NONE) : V_TEXT(text_format(tx_arena(tx), "w%" PRId64, i));
        row[4] = V_BYTES("\0\xFF\0", (size_t)(i % 4));
    }
    tx_insert_many(tx, &item_add, types, 5, values, MANY);
    tx_insert_many(tx, &item_add_if_new, types, 5, values, 10);
    tx_insert_many(tx, &item_add_if_new, types, 5, values, 0);
    for (int64_t i = 0; i < 10; i++) tx_queue(tx, &item_set, VALUES(V_INT(i * 3), V_INT(2), V_INT(1000 + i)));
    assert_int_equal(1, tx_run(tx, &item_set, VALUES(V_INT(0), V_INT(2), V_INT(2000))));
    assert_int_equal(0, tx_run(tx, &item_set, VALUES(V_INT(1), V_INT(2), V_INT(2000))));
    return COMMAND_KEEP;
}

static void read_many(struct tx *tx, void *data) {
    (void)data;
    int64_t count = 0;
    for (struct rows *rows = tx_query(tx, &item_ids, NO_VALUES); rows_next(rows); count++) {
        struct rows *item = tx_query(tx, &item_get, VALUES(V_INT(row_int(rows, 0)), V_INT(2))); /* nested */
        assert_true(rows_next(item));
        assert_int_equal(row_int(rows, 0), count * 3);
        int64_t number = count == 0 ? 2000 : count < 10 ? 1000 + count : count % 7 == 0 ? 0 : -count;
        assert_int_equal(row_int(item, 0), number);
        assert_int_equal(row_null(item, 1), count % 5 == 0);
        assert_int_equal(row_text(item, 2).size, (size_t)(count % 4));
    }
    assert_int_equal(count, MANY);
    static const struct text keys[] = {{"\0\xFF", 2}, {"none has it", 11}, {"", 0}, {"\0\xFF\0", 3}};
    int64_t keyed = 0, sums = 0, per_key = 0;
    for (struct rows *rows = tx_query_keys(tx, &items_of_bytes, keys, 4); rows_next(rows); per_key++) {
        keyed += row_int(rows, 0);
        sums += row_int(rows, 1);
    }
    assert_int_equal(per_key, 3);
    int64_t left = 0, left_sum = 0;
    for (int64_t i = 0; i < MANY; i++) {
        if (i % 4 == 1) continue;
        left++;
        left_sum += i * 3;
    }
    assert_int_equal(keyed, left);
    assert_int_equal(sums, left_sum);
    assert_false(rows_next(tx_query_keys(tx, &items_of_bytes, keys, 0)));
    static const int64_t ids[] = {-1, 3, 4, 5, 6, 300, 100000};
    static const int64_t found[] = {3, 6, 300};
    if (!tx_writing(tx)) return;
    size_t at = 0;
    for (struct rows *rows = tx_query_ids(tx, &item_by_id, ids, 7); rows_next(rows); at++) {
        assert_int_equal(row_int(rows, 0), found[at]);
    }
    assert_int_equal(at, 3);
    assert_false(rows_next(tx_query_ids(tx, &item_by_id, ids, 0)));
    assert_false(rows_next(tx_query_ids(tx, &item_by_id, ids, 1)));
}

static enum command_outcome read_many_writing(struct tx *tx, void *data) {
    read_many(tx, data);
    return COMMAND_UNDO;
}

static void many_rows(struct store_fixture *fixture) {
    write_or_fail(fixture, write_many, NULL);
    assert_true(store_fixture_read(fixture, read_many, NULL));
    write_or_fail(fixture, read_many_writing, NULL);
}

static void many_rows_on_both(void **state) {
    (void)state;
    on_both(many_rows);
}

/* ---- queries that nest or are left ---- */

static enum command_outcome write_pairs(struct tx *tx, void *data) {
    (void)data;
    for (int64_t left = 0; left < 20; left++) {
        for (int64_t right = 0; right < 20; right++) tx_queue(tx, &pair_add, VALUES(V_INT(left), V_INT(left * right)));
        if (left == 0) tx_queue(tx, &pair_add, VALUES(V_INT(0), V_INT(1)));
    }
    return COMMAND_KEEP;
}

static void read_nested(struct tx *tx, void *data) {
    int64_t *seen = data, lefts = 0;
    for (struct rows *outer = tx_query(tx, &pair_lefts, NO_VALUES); rows_next(outer); lefts++) {
        int64_t left = row_int(outer, 0);
        struct rows *left_alone = tx_query(tx, &item_ids, NO_VALUES); /* never read */
        (void)left_alone;
        for (struct rows *inner = tx_query(tx, &pair_rights, VALUES(V_INT(left))); rows_next(inner); ++*seen) {
            if (row_int(inner, 0) >= left * 10) break; /* the next use closes it */
        }
        assert_int_equal(row_int(outer, 0), left);
    }
    assert_int_equal(lefts, 20);
    struct rows *again = tx_query(tx, &pair_lefts, NO_VALUES);
    assert_true(rows_next(again));
    rows_end(again);
    rows_end(again);
    assert_false(rows_next(again));
    again = tx_query(tx, &pair_lefts, NO_VALUES);
    assert_true(rows_next(again));
    assert_int_equal(row_int(again, 0), 0);
    assert_true(rows_next(again)); /* left open: closed with the tx */
}

static enum command_outcome read_nested_writing(struct tx *tx, void *data) {
    read_nested(tx, data);
    return COMMAND_KEEP;
}

static enum command_outcome write_pairs_well(struct tx *tx, void *data) {
    (void)data;
    for (int64_t left = 0; left < 20; left++) {
        for (int64_t right = 0; right < 20; right++) {
            tx_queue(tx, &pair_add, VALUES(V_INT(left), V_INT(left == 0 ? right : left * right)));
        }
    }
    return COMMAND_KEEP;
}

static void queries_nest(struct store_fixture *fixture) {
    assert_int_equal(store_fixture_write(fixture, write_pairs, NULL), STORE_UNAVAILABLE); /* 0 × right repeats */
    write_or_fail(fixture, write_pairs_well, NULL);
    int64_t seen = 0, seen_writing = 0;
    assert_true(store_fixture_read(fixture, read_nested, &seen));
    write_or_fail(fixture, read_nested_writing, &seen_writing);
    assert_int_equal(seen, 0 * 0 + 19 * 10);
    assert_int_equal(seen_writing, seen);
}

static void queries_nest_on_both(void **state) {
    (void)state;
    on_both(queries_nest);
}

/* ---- writes that answer ---- */

static enum command_outcome write_returning(struct tx *tx, void *data) {
    (void)data;
    for (int64_t id = 1; id <= 3; id++) {
        tx_queue(tx, &item_add, VALUES(V_INT(id), V_INT(1), V_INT(id), V_TEXT(TEXT("x")), V_NULL));
    }
    int64_t count = 0;
    struct rows *rows = tx_query(tx, &item_set_back, VALUES(V_INT(1), V_INT(10)));
    while (rows_next(rows)) count++;
    assert_int_equal(count, 2);
    rows = tx_query(tx, &item_set_back, VALUES(V_INT(0), V_INT(10)));
    assert_true(rows_next(rows));
    rows_end(rows); /* all rows were changed nevertheless */
    rows = tx_query(tx, &item_sum, VALUES(V_INT(1)));
    assert_true(rows_next(rows));
    assert_int_equal(row_int(rows, 0), 6 + 20 + 30);
    count = 0;
    for (rows = tx_query(tx, &item_named, VALUES(V_TEXT(TEXT("x")))); rows_next(rows);) count++;
    assert_int_equal(count, 3);
    return COMMAND_KEEP;
}

static void writes_answer(struct store_fixture *fixture) {
    write_or_fail(fixture, write_returning, NULL);
}

static void writes_answer_on_both(void **state) {
    (void)state;
    on_both(writes_answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_on_both), cmocka_unit_test(types_are_learnt_on_both),
        cmocka_unit_test(bad_text_is_a_failure_on_both), cmocka_unit_test(many_rows_on_both),
        cmocka_unit_test(queries_nest_on_both), cmocka_unit_test(writes_answer_on_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* rows_rules_test.c: see rows_rules.h. */
#include "imports/rows_rules.h"

#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#define NOW INT64_C(1700000000000000)

/* Reads a file of a first line and one record: NULL or what is wrong. */
static const char *read(struct arena *arena, const char *file, struct import_row *row) {
    struct csv_reader reader;
    struct text cells[CSV_CELLS];
    size_t count, line;
    const char *problem = NULL;
    csv_open(&reader, text_from(file));
    if (!csv_record(&reader, arena, cells, &count, &line)) return "empty";
    struct import_columns *columns = import_columns(arena, cells, count, &problem);
    if (columns == NULL) return problem;
    if (!csv_record(&reader, arena, cells, &count, &line)) return "no record";
    *row = (struct import_row){.line = line};
    import_row_read(columns, arena, zone_utc(), NOW, cells, count, row, &problem);
    return problem;
}

static void what_is_wrong_is_told(void **state) {
    (void)state;
    static const struct {
        const char *file, *problem; /* how it begins; NULL: good */
    } rows[] = {
        {"kind,phone,date\ncustomer,8 (916) 123-45-67,2021-05-04\n", NULL},
        {"\xEF\xBB\xBFkind;phone;date\r\ncustomer;+79161234567;2021-05-04\r\n", NULL},
        {"date;kind;phone;name\n2021-05-04;customer;9161234567;\"Анна; \"\"П.\"\"\"", NULL},
        {"kind,phone,date\ncustomer,+79161234567,2005-05-04", NULL}, /* a customer since long */
        {"kind,phone,date,sum\nin,9161234567,2021-05-04T10:00:00+03:00,\"1 500,50\"", NULL},
        {"", "empty"},
        {"kind,date\ncustomer,2021-05-04", "the first line"},
        {"kind,phone,kind\n", "a column"},
        {"kind,phone,pan\n", "a column"},
        {"kind,phone,date\ncustomer,9161234567", "has not as many"},
        {"kind,phone,date\ncustomer,9161234567,2021-05-04,x", "has not as many"},
        {"kind,phone,date\n\"customer,9161234567,2021-05-04", "a quote"},
        {"kind,phone,date\ncus\"tomer,9161234567,2021-05-04", "a quote"},
        {"kind,phone,date\nclient,9161234567,2021-05-04", "kind:"},
        {"kind,phone,date\n,9161234567,2021-05-04", "kind:"},
        {"kind,phone,date\ncustomer,84951234567,2021-05-04", "phone:"},
        {"kind,phone,date\ncustomer,9161234567,04.05.2021", "date: must"},
        {"kind,phone,date\ncustomer,9161234567,2021-02-30", "date: must"},
        {"kind,phone,date\ncustomer,9161234567,2033-01-01", "date: lies"},
        {"kind,phone,date,level\ncustomer,9161234567,2021-05-04,vip", "level:"},
        {"kind,phone,date,language\ncustomer,9161234567,2021-05-04,de", "language:"},
        {"kind,phone,date,balance\ncustomer,9161234567,2021-05-04,-5", "balance:"},
        {"kind,phone,date,sum\ncustomer,9161234567,2021-05-04,5", "sum:"},
        {"kind,phone,date,sum\nin,9161234567,2021-05-04,", "sum:"},
        {"kind,phone,date,sum\nout,9161234567,2021-05-04,0.00", "sum:"},
        {"kind,phone,date,sum\nin,9161234567,2019-12-31,5.00", "date: operations"},
        {"kind,phone,date,sum\nin,9161234567,2021-05-04,1e9", "sum:"},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct import_row row;
        const char *problem = read(arena, rows[i].file, &row);
        const char *wanted = rows[i].problem;
        bool same = wanted == NULL ? problem == NULL : problem != NULL && strncmp(problem, wanted, strlen(wanted)) == 0;
        if (!same) fail_msg("case %zu: %s", i, problem != NULL ? problem : "good");
    }
    arena_free(arena);
}

static void cells_are_what_was_written(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct import_row row;
    assert_null(read(arena, "kind;phone;date;name;level;language;balance\n\n\n"
                            "customer;8 916 123 45 67;2021-05-04;\"Анна \"\"П.\"\"\";full;en;10,50\n", &row));
    assert_int_equal(row.line, 4);
    assert_string_equal(row.phone.data, "+79161234567");
    assert_true(text_is(row.name, "Анна \"П.\""));
    assert_int_equal(row.level, 3);
    assert_int_equal(row.english, 1);
    assert_int_equal(row.balance, 1050);
    assert_null(read(arena, "kind,phone,date,sum,note\nout,9161234567,2021-05-04T00:00:00Z,7,\"a,\nb\"", &row));
    assert_int_equal(row.kind, IMPORT_OUT);
    assert_int_equal(row.sum, 700);
    assert_int_equal(row.at, INT64_C(1620086400000000));
    assert_true(text_is(row.note, "a,\nb"));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told),
        cmocka_unit_test(cells_are_what_was_written),
    };
    return cmocka_run_group_tests_name("rows_rules", tests, NULL, NULL);
}

/* form_test.c: every type of field, typed in a page and sent as JSON; what issue 2 says money must refuse. */
#include "generated/strings_http.h"
#include "http/form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

enum how { PAGE, JSON };

/* What a JSON scalar is besides its text. */
enum shape { STRING, BARE, LIST, NOTHING };

static struct field_value read_one(const struct field *field, enum how how, enum shape shape, struct text text) {
    struct raw_field raw = {.name = text_from(field->name), .value = text, .is_string = shape == STRING,
                            .is_null = shape == NOTHING, .bad_type = shape == LIST};
    struct form form = {.fields = field, .count = 1};
    struct field_value value;
    bool valid = form_check(arena, &form, &raw, how == PAGE, how == JSON, &value);
    assert_int_equal(valid, value.fault == FAULT_NONE);
    assert_int_equal(valid, value.message == S_none);
    return value;
}

/* Issue 2, "What it must refuse", and its neighbours on both sides. */
static void money(void **state) {
    (void)state;
    static const struct field field = {.name = "sum", .type = FIELD_MONEY, .required = true};
    static const struct {
        enum how how;
        enum shape shape;
        const char *text;
        enum field_fault fault;
        int64_t minor;
    } table[] = {
        {JSON, STRING, "1500.50", FAULT_NONE, 150050},
        {JSON, STRING, "0.01", FAULT_NONE, 1},
        {JSON, STRING, "1000000000000000.00", FAULT_NONE, MONEY_MAX},
        {JSON, STRING, "-1.00", FAULT_MALFORMED, 0},
        {JSON, STRING, "0", FAULT_TOO_SMALL, 0},
        {JSON, STRING, "0.00", FAULT_TOO_SMALL, 0},
        {JSON, STRING, "1.005", FAULT_MALFORMED, 0},
        {JSON, STRING, "1e3", FAULT_MALFORMED, 0},
        {JSON, STRING, "NaN", FAULT_MALFORMED, 0},
        {JSON, STRING, "Infinity", FAULT_MALFORMED, 0},
        {JSON, STRING, "9223372036854775808", FAULT_MALFORMED, 0},
        {JSON, STRING, "92233720368547758.08", FAULT_MALFORMED, 0},
        {JSON, STRING, "1000000000000000.01", FAULT_MALFORMED, 0},
        {JSON, STRING, " 1", FAULT_MALFORMED, 0},
        {JSON, STRING, "1 ", FAULT_MALFORMED, 0},
        {JSON, STRING, "1 500", FAULT_MALFORMED, 0},
        {JSON, STRING, "1,50", FAULT_MALFORMED, 0},
        {JSON, STRING, "+1", FAULT_MALFORMED, 0},
        {JSON, STRING, "1.", FAULT_MALFORMED, 0},
        {JSON, STRING, ".5", FAULT_MALFORMED, 0},
        {JSON, STRING, "0x10", FAULT_MALFORMED, 0},
        {JSON, STRING, "\u0661", FAULT_MALFORMED, 0},
        {JSON, STRING, "", FAULT_MISSING, 0},
        {JSON, STRING, "   ", FAULT_MISSING, 0},
        {JSON, BARE, "1500", FAULT_MALFORMED, 0},
        {JSON, BARE, "1500.5", FAULT_MALFORMED, 0},
        {JSON, BARE, "true", FAULT_MALFORMED, 0},
        {JSON, LIST, "", FAULT_MALFORMED, 0},
        {JSON, NOTHING, "", FAULT_MISSING, 0},
        {PAGE, STRING, "1500", FAULT_NONE, 150000},
        {PAGE, STRING, " 1 500,50 ", FAULT_NONE, 150050},
        {PAGE, STRING, "1\u00A0500", FAULT_NONE, 150000},
        {PAGE, STRING, "1\u202F500.5", FAULT_NONE, 150050},
        {PAGE, STRING, "15 00", FAULT_MALFORMED, 0},
        {PAGE, STRING, "-1", FAULT_MALFORMED, 0},
        {PAGE, STRING, "0,00", FAULT_TOO_SMALL, 0},
        {PAGE, STRING, "1,005", FAULT_MALFORMED, 0},
        {PAGE, STRING, "1e3", FAULT_MALFORMED, 0},
        {PAGE, STRING, "NaN", FAULT_MALFORMED, 0},
        {PAGE, STRING, "9223372036854775808", FAULT_MALFORMED, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct field_value value = read_one(&field, table[i].how, table[i].shape, text_from(table[i].text));
        if (value.fault != table[i].fault) print_error("row %zu: \"%s\"\n", i, table[i].text);
        assert_int_equal(value.fault, table[i].fault);
        assert_int_equal(value.number, table[i].minor);
        assert_int_equal(value.given, value.fault == FAULT_NONE);
    }
}

static void money_bounds(void **state) {
    (void)state;
    static const struct field field = {.name = "sum", .type = FIELD_MONEY, .min = 1000, .max = 1500000};
    assert_int_equal(read_one(&field, JSON, STRING, TEXT("9.99")).fault, FAULT_TOO_SMALL);
    assert_int_equal(read_one(&field, JSON, STRING, TEXT("10.00")).fault, FAULT_NONE);
    assert_int_equal(read_one(&field, JSON, STRING, TEXT("15000.00")).fault, FAULT_NONE);
    assert_int_equal(read_one(&field, JSON, STRING, TEXT("15000.01")).fault, FAULT_TOO_LARGE);
    static const struct field filter = {.name = "from", .type = FIELD_MONEY, .max = MONEY_MAX};
    assert_int_equal(read_one(&filter, PAGE, STRING, TEXT("0")).fault, FAULT_NONE);
}

static const char *const choices[] = {"card", "cash", NULL};

static const struct {
    struct field field;
    enum how how;
    enum shape shape;
    const char *text;
    enum field_fault fault;
    const char *read; /* NULL: number instead */
    int64_t number;
} others[] = {
    {{.name = "t", .type = FIELD_TEXT}, PAGE, STRING, "  a b ", FAULT_NONE, "a b", 0},
    {{.name = "t", .type = FIELD_TEXT, .min = 2, .max = 3}, PAGE, STRING, "\u0451", FAULT_TOO_SMALL, "", 0},
    {{.name = "t", .type = FIELD_TEXT, .min = 2, .max = 3}, PAGE, STRING, "\u0451\u0451\u0451", FAULT_NONE,
     "\u0451\u0451\u0451", 0},
    {{.name = "t", .type = FIELD_TEXT, .min = 2, .max = 3}, PAGE, STRING, "\u0451\u0451\u0451\u0451", FAULT_TOO_LARGE,
     "", 0},
    {{.name = "t", .type = FIELD_TEXT}, PAGE, STRING, "\xff", FAULT_MALFORMED, "", 0},
    {{.name = "t", .type = FIELD_TEXT}, PAGE, STRING, "a\x01", FAULT_MALFORMED, "", 0},
    {{.name = "t", .type = FIELD_TEXT}, JSON, BARE, "5", FAULT_MALFORMED, "", 0},
    {{.name = "t", .type = FIELD_TEXT}, JSON, NOTHING, "", FAULT_NONE, "", 0},
    {{.name = "p", .type = FIELD_SECRET}, PAGE, STRING, " a ", FAULT_NONE, " a ", 0},
    {{.name = "p", .type = FIELD_SECRET, .required = true}, PAGE, STRING, " ", FAULT_NONE, " ", 0},
    {{.name = "p", .type = FIELD_SECRET, .required = true}, PAGE, STRING, "", FAULT_MISSING, "", 0},
    {{.name = "c", .type = FIELD_CODE, .min = 6, .max = 6}, PAGE, STRING, " 12 34\u00A056 ", FAULT_NONE, "123456", 0},
    {{.name = "c", .type = FIELD_CODE, .min = 6, .max = 6}, PAGE, STRING, "12345", FAULT_MALFORMED, "", 0},
    {{.name = "c", .type = FIELD_CODE, .min = 6, .max = 6}, PAGE, STRING, "12345a", FAULT_MALFORMED, "", 0},
    {{.name = "c", .type = FIELD_CODE, .min = 6, .max = 6}, JSON, BARE, "123456", FAULT_MALFORMED, "", 0},
    {{.name = "n", .type = FIELD_PHONE}, PAGE, STRING, "8 (916) 123-45-67", FAULT_NONE, "+79161234567", 0},
    {{.name = "n", .type = FIELD_PHONE}, JSON, STRING, "916 123 45 67", FAULT_NONE, "+79161234567", 0},
    {{.name = "n", .type = FIELD_PHONE}, PAGE, STRING, "8 495 123-45-67", FAULT_MALFORMED, "", 0},
    {{.name = "n", .type = FIELD_PHONE}, PAGE, STRING, "12", FAULT_MALFORMED, "", 0},
    {{.name = "i", .type = FIELD_INT}, PAGE, STRING, " 17 ", FAULT_NONE, NULL, 17},
    {{.name = "i", .type = FIELD_INT}, JSON, BARE, "-17", FAULT_NONE, NULL, -17},
    {{.name = "i", .type = FIELD_INT}, JSON, STRING, "17", FAULT_MALFORMED, NULL, 0},
    {{.name = "i", .type = FIELD_INT}, JSON, BARE, "1.5", FAULT_MALFORMED, NULL, 0},
    {{.name = "i", .type = FIELD_INT, .min = 1, .max = 9}, JSON, BARE, "10", FAULT_TOO_LARGE, NULL, 0},
    {{.name = "i", .type = FIELD_INT, .min = 1, .max = 9}, JSON, BARE, "0", FAULT_TOO_SMALL, NULL, 0},
    {{.name = "i", .type = FIELD_INT}, PAGE, STRING, "9223372036854775808", FAULT_MALFORMED, NULL, 0},
    {{.name = "d", .type = FIELD_DATE}, JSON, STRING, "1970-01-02", FAULT_NONE, NULL, 1},
    {{.name = "d", .type = FIELD_DATE}, PAGE, STRING, "2.1.1970", FAULT_NONE, NULL, 1},
    {{.name = "d", .type = FIELD_DATE}, PAGE, STRING, "02.01.1970", FAULT_NONE, NULL, 1},
    {{.name = "d", .type = FIELD_DATE}, JSON, STRING, "02.01.1970", FAULT_MALFORMED, NULL, 0},
    {{.name = "d", .type = FIELD_DATE}, PAGE, STRING, "31.02.1970", FAULT_MALFORMED, NULL, 0},
    {{.name = "d", .type = FIELD_DATE}, PAGE, STRING, "1.1.70", FAULT_MALFORMED, NULL, 0},
    {{.name = "d", .type = FIELD_DATE}, PAGE, STRING, "1.1", FAULT_MALFORMED, NULL, 0},
    {{.name = "d", .type = FIELD_DATE}, PAGE, STRING, "1.1.1970.", FAULT_MALFORMED, NULL, 0},
    {{.name = "d", .type = FIELD_DATE, .min = 0, .max = 1}, JSON, STRING, "1970-01-03", FAULT_TOO_LARGE, NULL, 0},
    {{.name = "x", .type = FIELD_ID}, JSON, STRING, "9223372036854775807", FAULT_NONE, NULL, INT64_MAX},
    {{.name = "x", .type = FIELD_ID}, JSON, STRING, "9223372036854775808", FAULT_MALFORMED, NULL, 0},
    {{.name = "x", .type = FIELD_ID}, JSON, STRING, "017", FAULT_MALFORMED, NULL, 0},
    {{.name = "x", .type = FIELD_ID}, JSON, STRING, "0", FAULT_MALFORMED, NULL, 0},
    {{.name = "x", .type = FIELD_ID}, JSON, STRING, "-1", FAULT_MALFORMED, NULL, 0},
    {{.name = "x", .type = FIELD_ID}, JSON, BARE, "17", FAULT_MALFORMED, NULL, 0},
    {{.name = "b", .type = FIELD_BOOL}, PAGE, STRING, "on", FAULT_NONE, NULL, 1},
    {{.name = "b", .type = FIELD_BOOL}, PAGE, STRING, "yes", FAULT_MALFORMED, NULL, 0},
    {{.name = "b", .type = FIELD_BOOL}, JSON, BARE, "true", FAULT_NONE, NULL, 1},
    {{.name = "b", .type = FIELD_BOOL}, JSON, BARE, "1", FAULT_MALFORMED, NULL, 0},
    {{.name = "b", .type = FIELD_BOOL}, JSON, STRING, "true", FAULT_MALFORMED, NULL, 0},
    {{.name = "b", .type = FIELD_BOOL, .required = true}, JSON, BARE, "false", FAULT_MISSING, NULL, 0},
    {{.name = "b", .type = FIELD_BOOL, .required = true}, PAGE, STRING, "", FAULT_MISSING, NULL, 0},
    {{.name = "k", .type = FIELD_CHOICE, .choices = choices}, PAGE, STRING, "cash", FAULT_NONE, "cash", 1},
    {{.name = "k", .type = FIELD_CHOICE, .choices = choices}, PAGE, STRING, "Cash", FAULT_MALFORMED, "", 0},
    {{.name = "f", .type = FIELD_FILE}, PAGE, STRING, "no file", FAULT_MALFORMED, NULL, 0},
};

static void other_types(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct text text = text_from(others[i].text);
        struct field_value value = read_one(&others[i].field, others[i].how, others[i].shape, text);
        if (value.fault != others[i].fault) print_error("row %zu: \"%s\"\n", i, others[i].text);
        assert_int_equal(value.fault, others[i].fault);
        if (others[i].read != NULL) assert_true(text_is(value.text, others[i].read));
        else assert_int_equal(value.number, others[i].number);
    }
}

static void files(void **state) {
    (void)state;
    static const struct field field = {.name = "scan", .type = FIELD_FILE, .max = 10};
    struct upload upload = {.size = 10};
    struct raw_field raw = {.name = TEXT("scan"), .is_string = true, .upload = &upload};
    struct form form = {.fields = &field, .count = 1};
    struct field_value value;
    assert_true(form_check(arena, &form, &raw, true, false, &value));
    assert_ptr_equal(value.upload, &upload);
    upload.size = 11;
    assert_false(form_check(arena, &form, &raw, true, false, &value));
    assert_int_equal(value.fault, FAULT_TOO_LARGE);
    assert_null(value.upload);
}

FORM(sign_up, {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_http_skip},
     {.name = "password", .type = FIELD_SECRET, .required = true, .min = 7, .invalid = S_http_home});

static void whole_form(void **state) {
    (void)state;
    struct raw_field *raw;
    struct field_value values[2];
    assert_true(form_parse_urlencoded(arena, TEXT("_csrf=x&phone=%2B7+916+123-45-67&password=+secret+&extra=1"), &raw));
    assert_true(form_check(arena, &sign_up, raw, true, false, values));
    assert_true(text_is(values[0].typed, "+7 916 123-45-67"));
    assert_true(text_is(values[0].text, "+79161234567"));
    assert_true(text_is(values[1].text, " secret "));
    assert_null(values[1].typed.data); /* a secret is never shown again */

    /* the same in JSON: what the form does not name is refused, and named */
    assert_true(form_parse_json(arena, TEXT("{\"phone\":\"9161234567\",\"password\":\"1234567\",\"level\":3}"), &raw));
    assert_false(form_check(arena, &sign_up, raw, false, true, values));
    assert_true(text_is(form_unknown(&sign_up, raw)->name, "level"));
    assert_int_equal(values[0].fault, FAULT_NONE);

    /* the form's own words, and typed values kept */
    assert_true(form_parse_urlencoded(arena, TEXT("password=short"), &raw));
    assert_false(form_check(arena, &sign_up, raw, true, false, values));
    assert_int_equal(values[0].message, S_http_skip);
    assert_int_equal(values[1].message, S_http_home);
    assert_int_equal(values[1].fault, FAULT_TOO_SMALL);
    assert_null(values[1].text.data);

    /* nothing at all */
    assert_false(form_check(arena, &sign_up, NULL, true, false, values));
    assert_int_equal(values[1].fault, FAULT_MISSING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(money, begin, end),
        cmocka_unit_test_setup_teardown(money_bounds, begin, end),
        cmocka_unit_test_setup_teardown(other_types, begin, end),
        cmocka_unit_test_setup_teardown(files, begin, end),
        cmocka_unit_test_setup_teardown(whole_form, begin, end),
    };
    return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}

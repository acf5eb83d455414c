/* csv_test.c: cells as spreadsheets want them, formulas defused (OWASP, CSV injection). */
#include "operations/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void cells(void **state) {
    (void)state;
    static const struct {
        const char *cell, *written;
    } table[] = {
        {"", ""},
        {"plain", "plain"},
        {"Обед", "Обед"},
        {"a,b", "\"a,b\""},
        {"a;b", "\"a;b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"=1+1", "\"'=1+1\""},
        {"+7 916", "\"'+7 916\""},
        {"-5", "\"'-5\""},
        {"@SUM(A1)", "\"'@SUM(A1)\""},
        {"\t=1", "\"'\t=1\""},
        {"\r=1", "\"'\r=1\""},
        {"1=1", "1=1"},
        {" =1", " =1"},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buffer out = buffer_new(arena, 64);
        csv_cell(&out, CSV_COMMA, true, text_from(table[i].cell));
        if (!text_is(buffer_text(&out), table[i].written)) fail_msg("row %zu: %.*s", i, TEXT_ARG(buffer_text(&out)));
    }
    arena_free(arena);
}

static void rows_of_both_dialects(void **state) {
    (void)state;
    static const struct {
        enum csv_dialect dialect;
        const char *row;
    } table[] = {
        {CSV_COMMA, "\xEF\xBB\xBF-35.00,a,1234567.89\r\n"},
        {CSV_SEMICOLON, "\xEF\xBB\xBF-35,00;a;1234567,89\r\n"},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < 2; i++) {
        struct buffer out = buffer_new(arena, 64);
        csv_begin(&out);
        csv_money(&out, table[i].dialect, true, rub(-3500));
        csv_cell(&out, table[i].dialect, false, TEXT("a"));
        csv_money(&out, table[i].dialect, false, rub(123456789));
        csv_end_row(&out);
        if (!text_is(buffer_text(&out), table[i].row)) fail_msg("%.*s", TEXT_ARG(buffer_text(&out)));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(cells), cmocka_unit_test(rows_of_both_dialects)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

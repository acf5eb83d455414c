/* files_test.c: IN-3, LO-6: the operator's lines of the law: the file that comes with the program says what is built
 * in; what is wrong is told by its line; a file that is not there is not an empty one. */
#include "lending/files.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct text read_as(struct arena *arena, const char *content, struct law_file *law) {
    char path[] = "/tmp/kabinet-law-XXXXXX";
    struct text problem = TEXT_NONE;
    int made = mkstemp(path);
    assert_true(made >= 0);
    FILE *file = fdopen(made, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    bool good = law_file_read(arena, path, law, &problem);
    assert_int_equal(good, problem.size == 0);
    (void)unlink(path);
    return problem;
}

static bool says(struct text problem, const char *what) {
    char told[512];
    snprintf(told, sizeof told, "%.*s", TEXT_ARG(problem));
    return strstr(told, what) != NULL;
}

static void wrong_lines(void **state) {
    (void)state;
    static const struct {
        const char *content, *said;
        size_t count;
    } rows[] = {
        {"", NULL, 0},
        {"# a remark\n\n2026-04-01 instalment-months 6 283-FZ\r\n2028-04-01 instalment-months 4", NULL, 2},
        {"2026-04-01 instalment-month 6 283-FZ", "line 1: must be a day", 0},
        {"# a remark\n2026-04-31 instalment-months 6 283-FZ", "line 2: must be a day", 0},
        {"2026-04-01 instalment-months 6\n2026-04-01 instalment-months six", "line 2: must be a day", 0},
        {"2026-04-01 instalment-months -6 283-FZ", "line 1: must be a day", 0},
        {"anything", "line 1: must be a day", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new((size_t)64 << 20);
        struct law_file law;
        struct text problem = read_as(arena, rows[i].content, &law);
        if (rows[i].said == NULL && (problem.size > 0 || law.count != rows[i].count)) fail_msg("row %zu", i);
        if (rows[i].said != NULL && !says(problem, rows[i].said)) fail_msg("row %zu: %.*s", i, TEXT_ARG(problem));
        arena_free(arena);
    }
}

static void no_file(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)64 << 20);
    struct work_calendar *calendar;
    struct law_file law;
    struct text problem = TEXT_NONE;
    assert_true(law_file_read(arena, "", &law, &problem) && law.count == 0);
    assert_true(calendar_file_read(arena, "", &calendar, &problem) && calendar == NULL);
    assert_false(law_file_read(arena, "/none/law.txt", &law, &problem));
    assert_true(says(problem, "/none/law.txt: there is no such file"));
    problem = TEXT_NONE;
    assert_false(calendar_file_read(arena, "/none/days.txt", &calendar, &problem));
    assert_true(says(problem, "there is no such file"));
    problem = TEXT_NONE;
    assert_true(calendar_file_read(arena, "profiles/calendar_ru.txt", &calendar, &problem));
    assert_true(calendar != NULL && calendar->count > 0);
    arena_free(arena);
}

/* Each line of the example on its day, and all that is built in of these on some day of the years. */
static void example(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)64 << 20);
    struct law_file law;
    struct text problem = TEXT_NONE;
    bool told[LAWS] = {false};
    assert_true(law_file_read(arena, "profiles/law_ru.txt", &law, &problem));
    for (size_t i = 0; i < law.count; i++) {
        told[law.lines[i].law] = true;
        assert_int_equal(law_at(law.lines[i].law, law.lines[i].from, NULL, 0), law.lines[i].value);
    }
    for (int which = LAW_INSTALMENT_MONTHS; which <= LAW_CONTACT_REFUSAL; which++) {
        if (!told[which]) fail_msg("%s is not told", law_name((enum law)which));
        for (int year = 2016; year < 2040; year++)
            for (int month = 1; month <= 12; month++) {
                const struct date date = {year, month, 1};
                assert_int_equal(law_at((enum law)which, date, law.lines, law.count),
                                 law_at((enum law)which, date, NULL, 0));
            }
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines), cmocka_unit_test(no_file), cmocka_unit_test(example)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* config_test.c: OP-2: what a configuration file may say, and that a wrong one is named by line and key. */
#include "engine/config.h"
#include "engine/feature.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

extern const struct feature engine_feature;
const struct feature *const all_features[] = {&engine_feature, NULL};

#define GOOD "profile: test\nfeatures: engine\n"

static struct config *parse(struct arena *arena, const char *yaml, struct text *problem) {
    *problem = TEXT_NONE;
    return config_parse(arena, "x.yaml", text_from(yaml), problem);
}

static void values_and_defaults(void **state) {
    (void)state;
    struct arena *arena = arena_new(4 << 20);
    struct text problem;
    struct config *config = parse(arena,
                                  GOOD "company: \"Ромашка\"\nlanguage: en\nlimits:\n  minimal:\n"
                                       "    balance: \"15 000.00\"\n    month_out: \"40000\"\n",
                                  &problem);
    assert_non_null(config);
    assert_string_equal(config_base(config)->company, "Ромашка");
    assert_int_equal(config_base(config)->language, 1);
    assert_string_equal(config_base(config)->time_zone, "Europe/Moscow");
    assert_int_equal(config->limits[1].balance_max, 1500000);
    assert_int_equal(config->limits[1].month_out_max, 4000000);
    assert_int_equal(config->limits[1].day_out_max, 0);
    assert_int_equal(config->limits[2].balance_max, 0);
    arena_free(arena);
}

static void complaints(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *problem;
    } rows[] = {
        {"features: engine\n", "x.yaml:1: profile: must be given"},
        {"profile: a\n", "x.yaml:1: features: must be given: a list of names with commas, or all"},
        {"profile: a\nfeatures: wings\n", "x.yaml:2: features: there is no feature \"wings\""},
        {GOOD "colour: red\n", "x.yaml:3: colour: no such setting"},
        {GOOD "limits:\n  minimal:\n    balanse: 1\n", "x.yaml:5: limits.minimal.balanse: no such setting"},
        {GOOD "limits:\n  full:\n    balance: lots\n",
         "x.yaml:5: limits.full.balance: must be a sum like \"15 000.00\", is \"lots\""},
        {GOOD "language: fr\n", "x.yaml:3: language: must be one of: ru, en, is \"fr\""},
        {GOOD "io_threads: 65\n", "x.yaml:3: io_threads: must be 0 to 64, is \"65\""},
        {GOOD "io_threads: two\n", "x.yaml:3: io_threads: must be a whole number, is \"two\""},
        {GOOD "behind_proxy: perhaps\n", "x.yaml:3: behind_proxy: must be true or false, is \"perhaps\""},
        {GOOD "time_zone: Mars/Olympus\n", "x.yaml:3: time_zone: must be an IANA time zone like Europe/Moscow"},
        {GOOD "listen: nowhere\n", "x.yaml:3: listen: must be address:port"},
        {GOOD "certificate_file: a.pem\n",
         "x.yaml:3: certificate_file: must be given together with certificate_key_file"},
        {GOOD "company: A\ncompany: B\n", "x.yaml:4: company: stands here twice"},
        {GOOD "company: [A, B]\n", "x.yaml:3: company: must be one value or a group of keys"},
        {GOOD "company:\n  x: 1\n", "x.yaml:3: company: must be one value"},
        {"just words\n", "x.yaml:1: expected \"key: value\""},
        {GOOD "\tcompany: A\n", "x.yaml:3: found a tab character that violates indentation"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new(4 << 20);
        struct text problem;
        assert_null(parse(arena, rows[i].yaml, &problem));
        assert_string_equal(problem.data, rows[i].problem);
        arena_free(arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_defaults),
        cmocka_unit_test(complaints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

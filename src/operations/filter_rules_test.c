/* filter_rules_test.c: which operations a filter shows, and that its address means the same filter (WA-1). */
#include "operations/filter_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct operation_facts lunch = {.title = {"Перевод", 14},
                                             .counterparty = {"Анна П.", 12},
                                             .note = {"За обед", 13},
                                             .kind = {"transfer", 8},
                                             .at = 1000,
                                             .amount = -35000,
                                             .account = 7};

static void figures(void **state) {
    (void)state;
    static const struct {
        struct operation_filter filter;
        bool matches;
    } table[] = {
        {{.min = 0}, true},
        {{.from = 1000}, true}, /* both ends of the day are in it: from ≤ at < until */
        {{.from = 1001}, false},
        {{.until = 1001}, true},
        {{.until = 1000}, false},
        {{.min = 35000}, true}, /* the sum without its sign */
        {{.min = 35001}, false},
        {{.max = 35000}, true},
        {{.max = 34999}, false},
        {{.direction = DIRECTION_OUT}, true},
        {{.direction = DIRECTION_IN}, false},
        {{.kind = {"transfer", 8}}, true},
        {{.kind = {"transfers", 9}}, false},
        {{.account = 7}, true},
        {{.account = 8}, false},
        {{.min = 1, .max = 40000, .direction = DIRECTION_OUT, .kind = {"topup", 5}}, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (filter_matches_figures(&table[i].filter, &lunch) != table[i].matches) fail_msg("row %zu", i);
}

static void text(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool matches;
    } table[] = {
        {"", true},        {"обед", true},  {"ОБЕД", true}, {"за ОБ", true},  {"анна", true},
        {"перевод", true}, {"ужин", false}, {"п.", true},   {"обедд", false}, {"\xff", false},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct operation_filter filter = {.text = text_from(table[i].text)};
        if (filter_matches_told(arena, &filter, &lunch) != table[i].matches) fail_msg("%s", table[i].text);
    }
    const struct operation_facts street = {.note = TEXT("Straße")};
    assert_true(filter_matches_told(arena, &(struct operation_filter){.text = TEXT("STRASSE")}, &street));
    arena_free(arena);
}

static void cards(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    const struct operation_facts bought = {.title = TEXT("Покупка"), .card = 7}, sent = {.title = TEXT("Перевод")};
    const struct operation_filter seventh = {.card = 7};
    assert_true(filter_matches_told(arena, &seventh, &bought));
    assert_false(filter_matches_told(arena, &seventh, &sent));
    assert_false(filter_matches_told(arena, &(struct operation_filter){.card = 8}, &bought));
    assert_false(filter_matches_told(arena, &(struct operation_filter){.card = 7, .text = TEXT("чай")}, &bought));
    assert_false(filter_empty(&seventh));
    arena_free(arena);
}

static void addresses(void **state) {
    (void)state;
    static const struct {
        struct operation_filter filter;
        const char *query;
    } table[] = {
        {{.min = 0}, ""},
        {{.text = {"a b&c=d", 7}}, "text=a%20b%26c%3Dd"},
        {{.text = {"чай", 6}}, "text=%D1%87%D0%B0%D0%B9"},
        {{.direction = DIRECTION_IN, .kind = {"topup", 5}}, "kind=topup&direction=in"},
        {{.from_date = {"2026-11-01", 10}, .until_date = {"2026-11-30", 10}}, "from=2026-11-01&to=2026-11-30"},
        {{.min_typed = {"1 500,50", 8}, .account = 12}, "min=1%20500%2C50&account=12"},
        {{.card = 7}, "card=7"},
    };
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct text query = filter_query(arena, &table[i].filter);
        if (!text_is(query, table[i].query)) fail_msg("row %zu: %.*s", i, TEXT_ARG(query));
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures),
        cmocka_unit_test(text),
        cmocka_unit_test(cards),
        cmocka_unit_test(addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* campaign_rules_test.c: whom a campaign is for (some of MS 4). */
#include "campaigns/campaign_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW (1000 * DAY)

static const struct {
    struct campaign_person person;
    int level_min;
    bool regular, only_them, all;
} cases[] = {
    {{NOW - 10 * DAY, 1, 0, true}, 1, false, false, true},
    {{NOW - 179 * DAY, 1, 19, true}, 1, false, false, true},
    {{NOW - 180 * DAY, 1, 0, true}, 1, true, true, true}, /* here for long */
    {{NOW, 1, 20, true}, 1, true, true, true},            /* has done much */
    {{NOW, 1, 20, false}, 1, true, false, false},         /* of another product */
    {{NOW, 1, 20, true}, 2, true, false, false},          /* a level too low */
    {{NOW, 2, 20, true}, 2, true, true, true},
    {{NOW, 3, 0, true}, 2, false, false, true},
};

static void table(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct campaign_audience audience = {cases[i].level_min, NOW, 180 * DAY, 20, true};
        if (campaign_regular(&audience, &cases[i].person) != cases[i].regular) fail_msg("regular, row %zu", i);
        if (campaign_is_for(&audience, &cases[i].person) != cases[i].only_them) fail_msg("regular first, row %zu", i);
        audience.regular_only = false;
        if (campaign_is_for(&audience, &cases[i].person) != cases[i].all) fail_msg("row %zu", i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

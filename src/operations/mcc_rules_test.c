/* mcc_rules_test.c: BK-6: the category of a purchase by card, as a table. */
#include "operations/mcc_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void categories(void **state) {
    (void)state;
    static const struct {
        int code;
        const char *category;
    } rows[] = {
        {5411, "food"},      {5812, "cafes"},  {5814, "cafes"},  {5541, "car"},    {4121, "transport"},
        {3000, "travel"},
        {3999, "travel"},    {4000, "shops"},  {7011, "travel"}, {5912, "health"}, {8099, "health"},
        {4814, "mobile"},
        {4900, "home"},      {6011, "cash"},   {5651, "clothes"}, {7230, "beauty"}, {8220, "school"},   {9222, "state"},
        {5732, "electronics"}, {5944, "shops"}, {0, "shops"},     {-1, "shops"},    {9999, "shops"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(mcc_category(rows[i].code), rows[i].category);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(categories)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

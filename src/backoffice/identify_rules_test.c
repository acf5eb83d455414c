/* identify_rules_test.c: when a customer counts as identified (some of SU 3), as a table. */
#include "backoffice/identify_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_identified(void **state) {
    (void)state;
    static const struct {
        struct said_so_far said; /* passport, code word, document */
        bool identified;
    } cases[] = {
        {{PROOF_NOTHING, PROOF_NOTHING, PROOF_NOTHING}, false},
        {{PROOF_RIGHT, PROOF_RIGHT, PROOF_NOTHING}, true},
        {{PROOF_RIGHT, PROOF_UNKNOWN, PROOF_NOTHING}, true},
        {{PROOF_UNKNOWN, PROOF_RIGHT, PROOF_NOTHING}, true},
        {{PROOF_RIGHT, PROOF_NOTHING, PROOF_NOTHING}, false}, /* the code word has not been asked yet */
        {{PROOF_NOTHING, PROOF_RIGHT, PROOF_NOTHING}, false},
        {{PROOF_RIGHT, PROOF_WRONG, PROOF_NOTHING}, false},
        {{PROOF_WRONG, PROOF_RIGHT, PROOF_NOTHING}, false},
        {{PROOF_RIGHT, PROOF_LOCKED, PROOF_NOTHING}, false},
        {{PROOF_LOCKED, PROOF_UNKNOWN, PROOF_RIGHT}, false},
        {{PROOF_UNKNOWN, PROOF_UNKNOWN, PROOF_NOTHING}, false},
        {{PROOF_UNKNOWN, PROOF_UNKNOWN, PROOF_RIGHT}, true},
        {{PROOF_UNKNOWN, PROOF_UNKNOWN, PROOF_WRONG}, false},
        {{PROOF_WRONG, PROOF_UNKNOWN, PROOF_RIGHT}, false}, /* a document does not mend a wrong passport */
        {{PROOF_NOTHING, PROOF_NOTHING, PROOF_RIGHT}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(customer_identified(cases[i].said), cases[i].identified);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_identified)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

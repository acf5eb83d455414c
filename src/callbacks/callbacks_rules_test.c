/* callbacks_rules_test.c: growing pauses; what a sender is given, there and back. */
#include "callbacks/callbacks_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void pauses(void **state) {
    (void)state;
    assert_int_equal(callback_pause(10 * SECOND, 1), 10 * SECOND);
    assert_int_equal(callback_pause(10 * SECOND, 2), 20 * SECOND);
    assert_int_equal(callback_pause(10 * SECOND, 5), 160 * SECOND);
    assert_int_equal(callback_pause(10 * SECOND, 60), HOUR);
}

static void calls(void **state) {
    (void)state;
    struct arena *arena = arena_new(65536);
    const struct callback_call two = {
        {TEXT("X-A: aa"), TEXT("X-B: bb")}, TEXT("https://shop.example/"), TEXT("{\n\"a\":1}\n")};
    const struct callback_call one = {{TEXT("X-A: aa")}, TEXT("https://shop.example/"), TEXT("")};
    struct callback_call read;
    assert_true(callback_call_read(callback_call_write(arena, &two), &read));
    assert_true(text_equal(read.headers[0], two.headers[0]) && text_equal(read.headers[1], two.headers[1]) &&
                text_equal(read.url, two.url) && text_equal(read.body, two.body));
    assert_true(callback_call_read(callback_call_write(arena, &one), &read));
    assert_true(text_equal(read.headers[0], one.headers[0]) && read.headers[1].data == NULL && read.body.size == 0);
    assert_false(callback_call_read(TEXT("X-A: aa\n\n"), &read));
    assert_false(callback_call_read(TEXT("X-A: aa\n\n\n{}"), &read));
    assert_false(callback_call_read(TEXT(""), &read));
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(pauses), cmocka_unit_test(calls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

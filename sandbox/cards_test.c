/* cards_test.c: what the test cards do and what is checked before one is charged. */
#include "sandbox/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void checks_cards(void **state) {
    (void)state;
    static const struct {
        const char *number, *expiry, *cvv;
        enum card_problem problem;
    } table[] = {
        {"2200000000040000", "12/30", "123", CARD_FINE},       {"2200000000040001", "12/30", "123", CARD_BAD_NUMBER},
        {"220000000004000", "12/30", "123", CARD_BAD_NUMBER},  {"", "12/30", "123", CARD_BAD_NUMBER},
        {"2200000000040000", "11/26", "123", CARD_FINE},       {"2200000000040000", "10/26", "123", CARD_EXPIRED},
        {"2200000000040000", "12/25", "123", CARD_EXPIRED},    {"2200000000040000", "13/30", "123", CARD_BAD_EXPIRY},
        {"2200000000040000", "1/30", "123", CARD_BAD_EXPIRY},  {"2200000000040000", "", "123", CARD_BAD_EXPIRY},
        {"2200000000040000", "-1/30", "123", CARD_BAD_EXPIRY}, {"2200000000040000", "12/30", "12", CARD_BAD_CVV},
        {"2200000000040000", "12/30", "12a", CARD_BAD_CVV},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        enum card_problem problem = card_check(text_from(table[i].number), text_from(table[i].expiry),
                                               text_from(table[i].cvv), (struct date){2026, 11, 22});
        if (problem != table[i].problem) fail_msg("row %zu: %d, wanted %d", i, (int)problem, (int)table[i].problem);
    }
}

static void each_card_is_valid_and_does_its_own(void **state) {
    (void)state;
    for (size_t i = 0; i < CARD_FAULTS; i++) {
        struct text number = text_from(test_cards[i].number);
        assert_int_equal(card_check(number, TEXT("12/30"), TEXT("123"), (struct date){2026, 11, 22}), CARD_FINE);
        assert_int_equal(card_fault_of(number), test_cards[i].fault);
        assert_int_equal(test_cards[i].fault, i);
    }
    assert_int_equal(card_fault_of(TEXT("4111111111111234")), CARD_PAYS);
}

static void signatures_bind_everything(void **state) {
    (void)state;
    struct arena *arena = arena_new(64 * 1024);
    struct text secret = TEXT("0123456789abcdef0123456789abcdef");
    struct text header = authorization_write(arena, secret, "status", 1000, TEXT("order=1"));
    assert_true(authorization_matches(secret, "status", header, TEXT("order=1"), 1000));
    assert_true(authorization_matches(secret, "status", header, TEXT("order=1"), 1300));
    assert_false(authorization_matches(secret, "status", header, TEXT("order=1"), 1301));
    assert_false(authorization_matches(secret, "status", header, TEXT("order=1"), 699));
    assert_false(authorization_matches(secret, "status", header, TEXT("order=2"), 1000));
    assert_false(authorization_matches(secret, "refund", header, TEXT("order=1"), 1000));
    assert_false(authorization_matches(TEXT("x"), "status", header, TEXT("order=1"), 1000));
    assert_false(authorization_matches(secret, "status", TEXT("HMAC-SHA256 1000:"), TEXT("order=1"), 1000));
    assert_false(authorization_matches(secret, "status", TEXT_NONE, TEXT("order=1"), 1000));
    /* RFC 4231, test case 2. */
    assert_true(text_is(sign(arena, TEXT("Jefe"), TEXT("what do ya want for nothing?")),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
    arena_free(arena);
}

static void the_journal_brings_orders_back(void **state) {
    (void)state;
    char path[] = "/tmp/sandbox_books_XXXXXX";
    struct text problem = TEXT_NONE;
    int file = mkstemp(path);
    assert_true(file >= 0);
    struct books *books = books_open(path, &problem);
    struct order order = {.id = "17", .merchant = "shop", .sum = "10.00", .state = ORDER_PENDING, .expires_s = 100},
                 found;
    assert_true(books_keep(books, &order));
    order.state = ORDER_PAID;
    snprintf(order.reference, sizeof order.reference, "r1");
    assert_true(books_keep(books, &order));
    order = (struct order){.id = "18", .merchant = "shop", .sum = "11.00", .state = ORDER_PENDING, .expires_s = 100};
    assert_true(books_keep(books, &order));
    books_close(books);
    books = books_open(path, &problem);
    assert_true(books_find(books, TEXT("shop"), TEXT("17"), 500, &found));
    assert_int_equal(found.state, ORDER_PAID);
    assert_string_equal(found.reference, "r1");
    assert_true(books_find(books, TEXT("shop"), TEXT("18"), 99, &found));
    assert_int_equal(found.state, ORDER_PENDING);
    assert_true(books_find(books, TEXT("shop"), TEXT("18"), 101, &found));
    assert_int_equal(found.state, ORDER_EXPIRED);
    assert_false(books_find(books, TEXT("other"), TEXT("17"), 0, &found));
    books_close(books);
    close(file);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_cards),
        cmocka_unit_test(each_card_is_valid_and_does_its_own),
        cmocka_unit_test(signatures_bind_everything),
        cmocka_unit_test(the_journal_brings_orders_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

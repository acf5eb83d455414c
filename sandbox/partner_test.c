/* partner_test.c: what the partner bank takes, what its faults do, and its books: paid once, sent back once, read back
 * from the journal, whole or torn. */
#include "sandbox/bank.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW ((moment)1795894113 * SECOND)

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void takes_what_holds_its_checks(void **state) {
    (void)state;
    struct text account = practice_account(arena, "40817810", "0000"), card = practice_card(arena, "0000");
    const struct payout_asking good = {.id = TEXT("1"), .account = account, .bik = TEXT(PRACTICE_BIK),
                                       .name = TEXT("Иванов"), .kind = PAYOUT_ACCOUNT, .sum = 100};
    struct payout_asking asking = good;
    assert_null(payout_verdict(&asking, PAYOUT_PAY));
    asking.sum = 0;
    assert_null(payout_verdict(&asking, PAYOUT_CHECK));
    assert_string_equal(payout_verdict(&asking, PAYOUT_PAY), "small");
    asking.sum = 100000001;
    assert_string_equal(payout_verdict(&asking, PAYOUT_PAY), "large");
    asking = good;
    asking.bik = TEXT("044525974");
    assert_string_equal(payout_verdict(&asking, PAYOUT_PAY), "bad-account");
    asking = good;
    asking.name = TEXT("");
    assert_string_equal(payout_verdict(&asking, PAYOUT_PAY), "bad-account");
    asking = (struct payout_asking){.account = card, .kind = PAYOUT_CARD, .sum = 100};
    assert_null(payout_verdict(&asking, PAYOUT_PAY));
    asking = (struct payout_asking){.account = TEXT("9001234567"), .bank = TEXT("100000000009"), .kind = PAYOUT_PHONE};
    assert_string_equal(payout_verdict(&asking, PAYOUT_CHECK), "bank");
    asking.bank = TEXT("100000000003");
    assert_null(payout_verdict(&asking, PAYOUT_CHECK));
    assert_true(text_is(payout_bank(arena, &asking), "Речной банк"));
}

static void every_fault_has_its_numbers(void **state) {
    (void)state;
    for (int fault = 0; fault < BANK_FAULTS; fault++) {
        const char *digits = bank_faults[fault].digits;
        struct text account = practice_account(arena, "40702810", digits), card = practice_card(arena, digits);
        assert_true(account.size == 20 && card.size == 16);
        if (fault == PAYOUT_WELL) continue;
        assert_int_equal(bank_fault_of(account, PAYOUT_PAY), fault);
        assert_int_equal(bank_fault_of(card, PAYOUT_PAY), fault);
        assert_int_equal(bank_faults_named(text_from(bank_faults[fault].name)), 1u << fault);
    }
    assert_int_equal(bank_faults_named(TEXT("nothing")), 0);
}

static void spoils_an_answer_once(void **state) {
    (void)state;
    assert_int_equal(bank_effect(PAYOUT_HTML, PAYOUT_CARD, true, 0, false).delivery, PAYOUT_HTML);
    assert_int_equal(bank_effect(PAYOUT_HTML, PAYOUT_CARD, true, 1, true).delivery, PAYOUT_WELL);
    assert_int_equal(bank_effect(PAYOUT_HTML, PAYOUT_CARD, false, 1, true).delivery, PAYOUT_HTML);
    assert_true(bank_effect(PAYOUT_LATER, PAYOUT_CARD, true, 1, false).skip);
    assert_false(bank_effect(PAYOUT_LATER, PAYOUT_CARD, true, 2, false).skip);
    assert_string_equal(bank_effect(PAYOUT_NOT_FOUND, PAYOUT_PHONE, true, 0, false).decline, "not-linked");
    assert_null(bank_effect(PAYOUT_NOT_FOUND, PAYOUT_PHONE, false, 0, true).decline); /* what was paid stays paid */
    struct bank_effect back = bank_effect(PAYOUT_SENT_BACK_SILENT, PAYOUT_CARD, true, 0, false);
    assert_true(back.returns && back.at_once && back.delivery == PAYOUT_CLOSED_AFTER);
}

/* ---- the books ---- */

static struct bank_books *open_books(const char *path) {
    struct text problem = TEXT_NONE;
    struct bank_books *books = bank_books_open(path, &problem);
    assert_non_null(books);
    return books;
}

static struct payout payout_of(const char *id, const char *reason, moment back) {
    struct payout payout = {.kind = PAYOUT_ACCOUNT, .sum = 1000, .made = NOW, .ready = NOW, .back = back};
    snprintf(payout.id, sizeof payout.id, "%s", id);
    snprintf(payout.reason, sizeof payout.reason, "%s", reason);
    snprintf(payout.to, sizeof payout.to, "40817810500000010000");
    return payout;
}

static void pays_once_and_outlives_a_crash(void **state) {
    (void)state;
    char path[] = "/tmp/sandbox_bank_XXXXXX";
    close(mkstemp(path));
    struct bank_books *books = open_books(path);
    struct payout one = payout_of("1", "", 0), again = payout_of("1", "closed", 0), found;
    struct payout no = payout_of("2", "closed", 0), back = payout_of("3", "", NOW + SECOND), returned[4];
    assert_true(bank_books_add(books, &one) && bank_books_add(books, &no) && bank_books_add(books, &back));
    assert_true(bank_books_add(books, &again));
    assert_int_equal(payout_state_of(&again, NOW), PAYOUT_PAID); /* as the first was */
    assert_int_equal(bank_books_returned(books, 0, NOW, returned, 4), 0);
    assert_int_equal(bank_books_returned(books, 0, NOW + SECOND, returned, 4), 1);
    assert_true(strcmp(returned[0].id, "3") == 0 && returned[0].number == 1);
    assert_false(bank_books_return(books, TEXT("1"), 0, true, NOW)); /* nothing came back yet */
    assert_true(bank_books_return(books, TEXT("1"), 0, false, NOW));
    assert_false(bank_books_return(books, TEXT("1"), 0, false, NOW) ||
                 bank_books_return(books, TEXT("2"), 0, false, NOW));
    bank_books_close(books);
    FILE *file = fopen(path, "a");
    fputs("payout 4 0 10", file); /* a crash tore it off: nobody was told */
    fclose(file);
    books = open_books(path);
    assert_int_equal(bank_books_count(books), 3);
    assert_int_equal(bank_books_returned(books, 1, NOW + SECOND, returned, 4), 1);
    assert_string_equal(returned[0].id, "1");
    assert_true(bank_books_find(books, TEXT("2"), &found));
    assert_int_equal(payout_state_of(&found, NOW), PAYOUT_DECLINED);
    struct bank_totals totals = bank_books_totals(books, NOW);
    assert_true(totals.count[PAYOUT_RETURNED] == 2 && totals.sum[PAYOUT_RETURNED] == 2000);
    bank_books_close(books);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_holds_its_checks),
        cmocka_unit_test(every_fault_has_its_numbers),
        cmocka_unit_test(spoils_an_answer_once),
        cmocka_unit_test(pays_once_and_outlives_a_crash),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

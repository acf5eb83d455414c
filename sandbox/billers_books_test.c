/* billers_books_test.c: the billers' books: a txn_id credited once, taken back once, pending until its time; read back
 * from the journal, whole or torn at any byte. */
#include "sandbox/billers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW 1795894113 /* 2026-11-28 */
#define MONTH (31 * 86400)

struct fixture {
    char path[40];
    struct biller_books *books;
};

static void reopen(struct fixture *fixture) {
    struct text problem = TEXT_NONE;
    if (fixture->books != NULL) biller_books_close(fixture->books);
    fixture->books = biller_books_open(fixture->path, &problem);
    assert_non_null(fixture->books);
}

static int begin(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    snprintf(fixture->path, sizeof fixture->path, "/tmp/sandbox_billers_XXXXXX");
    close(mkstemp(fixture->path));
    reopen(fixture);
    *state = fixture;
    return 0;
}

static int end(void **state) {
    struct fixture *fixture = *state;
    biller_books_close(fixture->books);
    unlink(fixture->path);
    free(fixture);
    return 0;
}

static struct biller_asking asking_of(const char *code, const char *txn, const char *account, int64_t sum) {
    return (struct biller_asking){.biller = biller_find(text_from(code)),
                                  .command = BILLER_PAY,
                                  .txn = text_from(txn),
                                  .account = text_from(account),
                                  .sum = sum,
                                  .reading = -1};
}

static int pay(struct fixture *fixture, const char *code, const char *txn, const char *account, int64_t sum,
               struct biller_payment *payment) {
    struct biller_asking asking = asking_of(code, txn, account, sum);
    struct biller_paying paying = {.asking = &asking, .result = -1, .now_s = NOW};
    return biller_books_pay(fixture->books, &paying, payment);
}

static int cancel(struct fixture *fixture, const char *code, const char *txn, struct biller_payment *payment) {
    struct biller_asking asking = asking_of(code, txn, "", -1);
    return biller_books_cancel(fixture->books, &asking, NOW, payment);
}

static struct biller_standing standing(struct fixture *fixture, const char *code, const char *account, int64_t at) {
    struct biller_standing standing;
    biller_books_standing(fixture->books, biller_find(text_from(code)), text_from(account), at, &standing);
    return standing;
}

static struct biller_totals totals(struct fixture *fixture, const char *code, int64_t at) {
    struct biller_totals all[BILLERS];
    biller_books_totals(fixture->books, at, all);
    return all[biller_find(text_from(code)) - billers];
}

static void a_txn_is_credited_once(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment first, again;
    assert_int_equal(pay(fixture, "mobile", "1", "9161230000", 1045, &first), OSMP_OK);
    for (int round = 0; round < 2; round++) { /* and after a restart */
        assert_int_equal(pay(fixture, "mobile", "1", "9161230000", 1045, &again), OSMP_OK);
        assert_int_equal(again.prv, first.prv);
        assert_int_equal(pay(fixture, "mobile", "1", "9161230000", 1046, &again), OSMP_OTHER);
        assert_int_equal(pay(fixture, "mobile", "1", "9161230001", 1045, &again), OSMP_OTHER);
        assert_int_equal(standing(fixture, "mobile", "9161230000", NOW).balance, 1045);
        assert_int_equal(standing(fixture, "mobile", "9161230001", NOW).balance, 0);
        assert_int_equal(totals(fixture, "mobile", NOW).count[BILLER_PAID], 1);
        assert_int_equal(totals(fixture, "mobile", NOW).sum[BILLER_PAID], 1045);
        reopen(fixture);
    }
    assert_int_equal(pay(fixture, "tv", "1", "30010240000", 10000, &again), OSMP_OK); /* another biller's number */
    assert_int_not_equal(again.prv, first.prv);
}

static void what_is_refused_stays_so(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    assert_int_equal(pay(fixture, "mobile", "1", "9161230000", 1, &payment), OSMP_TOO_SMALL);
    struct biller_asking asking = asking_of("mobile", "2", "9161230000", 1000);
    struct biller_paying paying = {.asking = &asking, .result = OSMP_INACTIVE, .now_s = NOW};
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_INACTIVE);
    reopen(fixture);
    assert_int_equal(pay(fixture, "mobile", "1", "9161230000", 1, &payment), OSMP_TOO_SMALL);
    assert_int_equal(pay(fixture, "mobile", "2", "9161230000", 1000, &payment), OSMP_INACTIVE);
    assert_int_equal(payment.state, BILLER_REFUSED);
    assert_int_equal(standing(fixture, "mobile", "9161230000", NOW).balance, 0);
    assert_int_equal(cancel(fixture, "mobile", "2", &payment), OSMP_NOT_FOUND);
    assert_int_equal(totals(fixture, "mobile", NOW).count[BILLER_REFUSED], 2);
}

static void a_payment_is_taken_back_once(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    assert_int_equal(cancel(fixture, "loan", "5", &payment), OSMP_NOT_FOUND);
    assert_int_equal(pay(fixture, "loan", "5", "KZ0010240000", 5000, &payment), OSMP_OK);
    assert_int_equal(pay(fixture, "loan", "6", "KZ0010240000", 700, &payment), OSMP_OK);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(cancel(fixture, "loan", "5", &payment), OSMP_OK);
        assert_int_equal(payment.state, BILLER_CANCELLED);
        assert_int_equal(standing(fixture, "loan", "KZ0010240000", NOW).balance, 700);
        assert_int_equal(pay(fixture, "loan", "5", "KZ0010240000", 5000, &payment), OSMP_OTHER);
        reopen(fixture);
    }
    assert_int_equal(totals(fixture, "loan", NOW).sum[BILLER_CANCELLED], 5000);
    assert_int_equal(pay(fixture, "game", "5", "Рыцарь", 5000, &payment), OSMP_OK);
    assert_int_equal(cancel(fixture, "game", "5", &payment), OSMP_REFUSED); /* what is played is played */
    assert_int_equal(payment.state, BILLER_PAID);
}

static void pending_ends_by_itself(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    static const int ends[] = {OSMP_OK, OSMP_REFUSED};
    for (int i = 0; i < 2; i++) {
        char txn[4];
        snprintf(txn, sizeof txn, "%d", i);
        struct biller_asking asking = asking_of("school", txn, "702600000", 2000);
        struct biller_paying paying = {.asking = &asking, .result = ends[i], .now_s = NOW, .pending_s = 5};
        assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_PENDING);
        assert_int_equal(payment.state, BILLER_PENDING);
        assert_int_equal(pay(fixture, "school", txn, "702600000", 2000, &payment), OSMP_PENDING);
        assert_int_equal(cancel(fixture, "school", txn, &payment), OSMP_PENDING);
    }
    assert_int_equal(totals(fixture, "school", NOW + 4).count[BILLER_PENDING], 2);
    assert_int_equal(standing(fixture, "school", "702600000", NOW + 4).balance, 0);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(totals(fixture, "school", NOW + 5).count[BILLER_PENDING], 0);
        assert_int_equal(totals(fixture, "school", NOW + 5).sum[BILLER_PAID], 2000);
        assert_int_equal(totals(fixture, "school", NOW + 5).sum[BILLER_REFUSED], 2000);
        assert_int_equal(standing(fixture, "school", "702600000", NOW + 5).balance, 2000);
        reopen(fixture);
    }
    /* ended, so the clock may be older */
    assert_int_equal(totals(fixture, "school", NOW + 5).count[BILLER_PENDING], 0);
    struct biller_asking small = asking_of("school", "9", "702600000", 1);
    struct biller_paying paying = {.asking = &small, .result = OSMP_OK, .now_s = NOW, .pending_s = 5};
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_TOO_SMALL);
    assert_int_equal(pay(fixture, "school", "0", "702600000", 2000, &payment), OSMP_OK);
    assert_int_equal(pay(fixture, "school", "1", "702600000", 2000, &payment), OSMP_REFUSED);
}

/* Paid while its moment was still to come by a clock set back: the journal must still make sense. */
static void a_clock_set_back_spoils_nothing(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    struct biller_asking asking = asking_of("school", "1", "702600000", 2000);
    struct biller_paying paying = {.asking = &asking, .result = OSMP_OK, .now_s = NOW, .pending_s = 5};
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_PENDING);
    assert_int_equal(totals(fixture, "school", NOW + 60).count[BILLER_PAID], 1);
    assert_int_equal(cancel(fixture, "school", "1", &payment), OSMP_OK); /* at NOW */
    reopen(fixture);
    assert_int_equal(totals(fixture, "school", NOW).count[BILLER_CANCELLED], 1);
}

static void bills_shrink_and_come_anew(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    int64_t due = standing(fixture, "water", "77260000", NOW).due;
    assert_true(due > 100);
    assert_int_equal(pay(fixture, "water", "1", "77260000", due - 30, &payment), OSMP_OK);
    assert_int_equal(standing(fixture, "water", "77260000", NOW).due, 30);
    assert_int_equal(pay(fixture, "water", "2", "77260000", 500, &payment), OSMP_OK);
    assert_int_equal(standing(fixture, "water", "77260000", NOW).due, 0);
    assert_true(standing(fixture, "water", "77260000", NOW + MONTH).due > 100);
    assert_int_equal(cancel(fixture, "water", "1", &payment), OSMP_OK);
    assert_int_equal(standing(fixture, "water", "77260000", NOW).due, due - 500);

    const char *uin = "18810177260000050000";
    int64_t fine = standing(fixture, "fine", uin, NOW).due;
    assert_int_equal(pay(fixture, "fine", "1", uin, fine, &payment), OSMP_OK);
    assert_int_equal(standing(fixture, "fine", uin, NOW + MONTH).due, 0);
    assert_int_equal(pay(fixture, "fine", "2", uin, fine, &payment), OSMP_REFUSED);
    assert_int_equal(pay(fixture, "fine", "1", uin, fine, &payment), OSMP_OK); /* a repeat, not a second one */

    struct biller_asking asking = asking_of("fine", "3", "18810177260000050001", 0);
    asking.sum = standing(fixture, "fine", "18810177260000050001", NOW).due;
    struct biller_paying paying = {.asking = &asking, .result = OSMP_OK, .now_s = NOW, .pending_s = 5};
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_PENDING);
    assert_int_equal(pay(fixture, "fine", "4", "18810177260000050001", asking.sum, &payment), OSMP_REFUSED);
}

static void meters_go_forward(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    int64_t meter = standing(fixture, "power", "4010240000", NOW).meter;
    struct biller_asking asking = asking_of("power", "1", "4010240000", 1000);
    struct biller_paying paying = {.asking = &asking, .result = -1, .now_s = NOW};
    asking.reading = meter + 10;
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_OK);
    reopen(fixture);
    assert_int_equal(standing(fixture, "power", "4010240000", NOW).meter, meter + 10);
    asking.txn = TEXT("2");
    asking.reading = meter + 9;
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_OTHER);
    asking.txn = TEXT("1");
    assert_int_equal(biller_books_pay(fixture->books, &paying, &payment), OSMP_OK); /* paid already */
    assert_int_equal(standing(fixture, "power", "4010240000", NOW).meter, meter + 10);
}

static void accounts_too_long_are_not_kept(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    char account[BILLER_ACCOUNT + 1];
    memset(account, '7', sizeof account);
    account[BILLER_ACCOUNT] = '\0';
    assert_int_equal(pay(fixture, "mobile", "1", account, 1000, &payment), OSMP_FORMAT);
    assert_int_equal(payment.prv, 0);
    account[BILLER_ACCOUNT - 1] = '\0';
    assert_int_equal(pay(fixture, "mobile", "1", account, 1000, &payment), OSMP_FORMAT);
    assert_int_not_equal(payment.prv, 0);
    assert_int_equal(pay(fixture, "mobile", "2", "", 1000, &payment), OSMP_FORMAT);
    reopen(fixture);
    assert_int_equal(totals(fixture, "mobile", NOW).count[BILLER_REFUSED], 2);
    struct biller_asking asking = asking_of("mobile", "1", account, 1000);
    assert_int_equal(biller_books_cancel(fixture->books, &asking, NOW, &payment), OSMP_NOT_FOUND);
}

static void pages_tell_all_in_order(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment, page[7];
    for (int i = 0; i < 20; i++) {
        char txn[8];
        snprintf(txn, sizeof txn, "%d", 100 + i);
        pay(fixture, billers[i % 3].code, txn, billers[i % 3].account, 100 + i, &payment);
    }
    int told = 0;
    for (size_t count, after = 0; (count = biller_books_page(fixture->books, after, NOW, page, 7)) > 0; after += count)
        for (size_t i = 0; i < count; i++, told++) {
            char txn[8];
            snprintf(txn, sizeof txn, "%d", 100 + told);
            assert_string_equal(page[i].txn, txn);
            assert_int_equal(page[i].sum, 100 + told);
            assert_string_equal(page[i].account, billers[told % 3].account);
        }
    assert_int_equal(told, 20);
}

/* Cut at every byte: what is left are whole lines, and what is written next is not glued to half of one. */
static void a_torn_line_is_as_never_written(void **state) {
    struct fixture *fixture = *state;
    struct biller_payment payment;
    pay(fixture, "mobile", "1", "9161230000", 1000, &payment);
    pay(fixture, "mobile", "2", "9161230000", 2000, &payment);
    cancel(fixture, "mobile", "1", &payment);
    FILE *file = fopen(fixture->path, "r");
    char bytes[1024];
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t cut = 0; cut <= size; cut++) {
        file = fopen(fixture->path, "w");
        assert_int_equal(fwrite(bytes, 1, cut, file), cut);
        fclose(file);
        int lines = 0;
        for (size_t i = 0; i < cut; i++) lines += bytes[i] == '\n';
        static const int64_t balances[] = {0, 1000, 3000, 2000};
        reopen(fixture);
        assert_int_equal(standing(fixture, "mobile", "9161230000", NOW).balance, balances[lines]);
        assert_int_equal(pay(fixture, "mobile", "3", "9161230000", 500, &payment), OSMP_OK);
        reopen(fixture);
        assert_int_equal(standing(fixture, "mobile", "9161230000", NOW).balance, balances[lines] + 500);
    }
}

static void nonsense_in_the_journal_is_no_start(void **state) {
    struct fixture *fixture = *state;
    static const char *const lines[] = {
        "nonsense\n", "pay gas 1 100 0 1 0 -1 31\n", "cancel mobile 1 1\n", "pay mobile 1 100\n",
        "pay mobile 1 100 0 1 0 -1 31\npay mobile 1 100 0 1 0 -1 31\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct text problem = TEXT_NONE;
        FILE *file = fopen(fixture->path, "w");
        fputs(lines[i], file);
        fclose(file);
        assert_null(biller_books_open(fixture->path, &problem));
        assert_true(problem.size > 0);
    }
    struct text problem = TEXT_NONE;
    assert_null(biller_books_open("/nowhere/at/all", &problem));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_txn_is_credited_once, begin, end),
        cmocka_unit_test_setup_teardown(what_is_refused_stays_so, begin, end),
        cmocka_unit_test_setup_teardown(a_payment_is_taken_back_once, begin, end),
        cmocka_unit_test_setup_teardown(pending_ends_by_itself, begin, end),
        cmocka_unit_test_setup_teardown(a_clock_set_back_spoils_nothing, begin, end),
        cmocka_unit_test_setup_teardown(bills_shrink_and_come_anew, begin, end),
        cmocka_unit_test_setup_teardown(meters_go_forward, begin, end),
        cmocka_unit_test_setup_teardown(accounts_too_long_are_not_kept, begin, end),
        cmocka_unit_test_setup_teardown(pages_tell_all_in_order, begin, end),
        cmocka_unit_test_setup_teardown(a_torn_line_is_as_never_written, begin, end),
        cmocka_unit_test_setup_teardown(nonsense_in_the_journal_is_no_start, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

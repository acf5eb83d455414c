/* osmp_test.c: what is asked, and what is made of answers: right ones, other payments', broken ones (IF-3). */
#include "adapters/osmp/osmp.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct osmp_field own_fields[] = {{"reading", {"00123", 5}}};
static const struct osmp_order pay_order = {.command = OSMP_PAY,
                                            .txn = 1234567890123,
                                            .account = {"Иван 1&2", 12},
                                            .sum = {104500, CURRENCY_RUB},
                                            .at = {.date = {2026, 11, 3}, .hour = 9, .minute = 5, .second = 7},
                                            .fields = own_fields,
                                            .field_count = 1};

static void asks_in_the_protocols_words(void **state) {
    (void)state;
    const struct osmp_service service = {.url = "http://127.0.0.1:1/", .dialect = OSMP_CLASSIC, .timeout_ms = 1000};
    struct text asked = osmp_write(arena, &service, &pay_order);
    assert_string_equal(asked.data,
                        "command=pay&txn_id=1234567890123&account=%D0%98%D0%B2%D0%B0%D0%BD%201%262&sum=1045.00"
                                    "&txn_date=20261103090507&reading=00123");
}

static void an_answer_is_believed_when_it_is_about_this_payment(void **state) {
    (void)state;
#define ANSWER(inside) "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>" inside "</response>"
#define TXN "<osmp_txn_id>1234567890123</osmp_txn_id>"
    static const struct {
        enum osmp_dialect dialect;
        enum osmp_command command;
        const char *body;
        enum osmp_meaning meaning;
        enum osmp_refusal refusal;
    } rows[] = {
        {OSMP_CLASSIC, OSMP_PAY, ANSWER(TXN "<prv_txn>7</prv_txn><sum>1045.00</sum><result>0</result>"), OSMP_YES, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result> 0 </result>"), OSMP_YES, 0}, /* they need not repeat what we said */
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<sum>1045</sum><result>0</result>"), OSMP_YES, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<sum>1045.01</sum><result>0</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<osmp_txn_id>1</osmp_txn_id><result>0</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<osmp_txn_id>x</osmp_txn_id><result>0</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>0</result><result>5</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>5</result>"), OSMP_NO, OSMP_NOT_FOUND},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>4</result>"), OSMP_NO, OSMP_BAD_ACCOUNT},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>79</result>"), OSMP_NO, OSMP_INACTIVE},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>241</result>"), OSMP_NO, OSMP_TOO_SMALL},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>242</result>"), OSMP_NO, OSMP_TOO_LARGE},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>300</result>"), OSMP_NO, OSMP_TECHNICAL},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>17</result>"), OSMP_NO, OSMP_REFUSED},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>1</result>"), OSMP_LATER, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>90</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_CHECK, ANSWER("<result>90</result>"), OSMP_LATER, 0},
        {OSMP_CLASSIC, OSMP_CHECK, ANSWER("<sum>0.00</sum><result>0</result>"), OSMP_YES, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>-1</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>0"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result></result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result>0</result>") ANSWER("<result>0</result>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<a><result>0</result></a>"), OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, "<answer><result>0</result></answer>", OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, "<html><body>502 Bad Gateway</body></html>", OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, "", OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, "0", OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY,
         "<!DOCTYPE r [<!ENTITY a \"0\">]><response><result>&a;</result></response>", OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, "<response><result>&a;</result></response>", OSMP_UNCERTAIN, 0},
        {OSMP_CLASSIC, OSMP_PAY, ANSWER("<result_code>0</result_code>"), OSMP_UNCERTAIN, 0},
        {OSMP_FORM, OSMP_PAY, ANSWER("<txn_id>1234567890123</txn_id><result_code>0</result_code>"), OSMP_YES, 0},
        {OSMP_FORM, OSMP_PAY, ANSWER("<txn_id>2</txn_id><result_code>0</result_code>"), OSMP_UNCERTAIN, 0},
        {OSMP_FORM, OSMP_PAY, ANSWER("<result>0</result>"), OSMP_UNCERTAIN, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct osmp_order order = pay_order;
        order.command = rows[i].command;
        struct osmp_reply reply = osmp_read(arena, rows[i].dialect, &order, text_from(rows[i].body));
        if (reply.meaning != rows[i].meaning || reply.refusal != rows[i].refusal)
            fail_msg("row %zu: %s: %d %d", i, rows[i].body, (int)reply.meaning, (int)reply.refusal);
    }
}

static void what_they_tell_of_the_account_is_kept(void **state) {
    (void)state;
    struct osmp_order order = pay_order;
    order.command = OSMP_CHECK;
    struct osmp_reply reply = osmp_read(
        arena, OSMP_CLASSIC, &order,
        TEXT("<?xml version=\"1.0\" encoding=\"windows-1251\"?><response><result>0</result><comment>\xEE\xEA</comment>"
             "<fields><field1 name=\"name\">\xC8\xE2\xE0\xED \xC8.</field1><field2 name=\"bill\">12.50</field2>"
             "<field3>none</field3><field4 name=\"deep\"><x>1</x></field4></fields></response>"));
    assert_int_equal(reply.meaning, OSMP_YES);
    assert_string_equal(reply.comment.data, "ок");
    assert_int_equal(reply.field_count, 2);
    assert_string_equal(reply.fields[0].name, "name");
    assert_string_equal(reply.fields[0].value.data, "Иван И.");
    assert_string_equal(reply.fields[1].value.data, "12.50");
}

static void nobody_there_is_surely_not_done(void **state) {
    (void)state;
    const struct osmp_service service = {.url = "http://127.0.0.1:1/", .dialect = OSMP_FORM, .timeout_ms = 1000};
    struct osmp_reply reply = osmp_ask(arena, &service, &pay_order);
    assert_int_equal(reply.meaning, OSMP_LATER);
    assert_int_equal(reply.result, -1);
}

/* ---- the other side ---- */

static void what_agents_ask_is_read_or_not(void **state) {
    (void)state;
    static const struct {
        const char *command, *txn, *sum, *date;
        bool good;
        int64_t kopecks;
    } rows[] = {
        {"check", "1", NULL, NULL, true, -1},
        {"check", "12345678901234567890", "10.45", "20261103090507", true, 1045},
        {"pay", "00000000000000000001", "10", NULL, true, 1000},
        {"pay", "1", "0.00", NULL, true, 0}, /* too small: whoever knows the bounds says so */
        {"pay", "1", "0.1", NULL, true, 10},
        {"pay", "1", NULL, NULL, false, -1},
        {"pay", "1", "", NULL, false, -1},
        {"pay", "1", "-5", NULL, false, -1},
        {"pay", "1", "1e3", NULL, false, -1},
        {"pay", "1", "10.455", NULL, false, -1},
        {"pay", "1", "10,45", NULL, false, -1},
        {"pay", "1", "99999999999999999999", NULL, false, -1},
        {"pay", "", "10.00", NULL, false, -1},
        {"pay", NULL, "10.00", NULL, false, -1},
        {"pay", "-1", "10.00", NULL, false, -1},
        {"pay", "1a", "10.00", NULL, false, -1},
        {"pay", "123456789012345678901", "10.00", NULL, false, -1},
        {"pay", "1", "10.00", "20261301000000", false, -1},
        {"pay", "1", "10.00", "20261103246000", false, -1},
        {"pay", "1", "10.00", "2026-11-03", false, -1},
        {"cancel", "1", "10.00", NULL, false, -1},
        {"PAY", "1", "10.00", NULL, false, -1},
        {NULL, "1", "10.00", NULL, false, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct osmp_typed typed = {text_from(rows[i].command), text_from(rows[i].txn), TEXT("9161234567"),
                                         text_from(rows[i].sum), text_from(rows[i].date)};
        struct osmp_asked asked;
        bool good = osmp_asked_read(&typed, &asked);
        if (good != rows[i].good || (good && asked.sum != rows[i].kopecks)) fail_msg("row %zu", i);
    }
}

/* Our own document is what our own reader believes. */
static void an_answer_is_a_whole_document(void **state) {
    (void)state;
    static const struct osmp_field fields[] = {{"max", {"15000.00", 8}}};
    const struct osmp_answer answer = {.result = OSMP_RESULT_OK,
                                       .txn = TEXT("1234567890123"),
                                       .prv = TEXT("77"),
                                       .sum = 104500,
                                       .comment = TEXT("<\"Лавка & Ко\">"),
                                       .fields = fields,
                                       .field_count = 1};
    struct text document = osmp_answer_write(arena, &answer);
    assert_string_equal(document.data,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response>"
                        "<osmp_txn_id>1234567890123</osmp_txn_id>"
                        "<prv_txn>77</prv_txn><sum>1045.00</sum><result>0</result><fields><field1 name=\"max\">15000.00"
                        "</field1></fields><comment>&lt;&quot;Лавка &amp; Ко&quot;&gt;</comment></response>\n");
    struct osmp_reply reply = osmp_read(arena, OSMP_CLASSIC, &pay_order, document);
    assert_int_equal(reply.meaning, OSMP_YES);
    assert_string_equal(reply.reference.data, "77");
    assert_string_equal(reply.comment.data, "<\"Лавка & Ко\">");
    const struct osmp_answer bare = {.result = OSMP_RESULT_OTHER, .sum = -1};
    assert_string_equal(osmp_answer_write(arena, &bare).data,
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><osmp_txn_id></osmp_txn_id>"
                        "<prv_txn></prv_txn><sum></sum><result>300</result><comment></comment></response>\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_in_the_protocols_words),
        cmocka_unit_test(an_answer_is_believed_when_it_is_about_this_payment),
        cmocka_unit_test(what_they_tell_of_the_account_is_kept),
        cmocka_unit_test(nobody_there_is_surely_not_done),
        cmocka_unit_test(what_agents_ask_is_read_or_not),
        cmocka_unit_test(an_answer_is_a_whole_document),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

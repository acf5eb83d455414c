/* st00012_rules_test.c: receipts' codes in three encodings, with other separators, and what cannot be one. */
#include "payments/st00012_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = arena_new(1024 * 1024);
    return arena == NULL;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

/* From codebude/QRCoder, RussiaPaymentOrderTests: the mandatory five. */
#define FIVE                                                                                                           \
    "Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName=ОАО \"БАНК\"|BIC=044525225|"                        \
    "CorrespAcc=30101810965770000413"

#define REST "|PersonalAcc=40702810138250123017|BankName=B|BIC=044525225|CorrespAcc=0"

static void reads_a_receipt(void **state) {
    (void)state;
    struct st00012 paper;
    struct text text = TEXT("ST00012|" FIVE "|Sum=125000|Purpose=За воду,\r\nоктябрь|PayeeINN=7728029110|KPP=772901001|"
                            "LastName=Иванов|BirthDate=01.01.1990|");
    assert_int_equal(st00012_read(arena, text, &paper), ST00012_GOOD);
    assert_true(text_is(paper.name, "ООО «Три кита»") && text_is(paper.account, "40702810138250123017"));
    assert_true(text_is(paper.bank, "ОАО \"БАНК\"") && text_is(paper.bik, "044525225"));
    assert_true(text_is(paper.corr, "30101810965770000413") && text_is(paper.inn, "7728029110"));
    assert_true(text_is(paper.kpp, "772901001") && text_is(paper.purpose, "За воду,  октябрь"));
    assert_int_equal(paper.sum, 125000);
}

static void knows_what_is_none(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum st00012_verdict verdict;
    } cases[] = {
        {"ST00012|" FIVE, ST00012_GOOD},
        {" \n ST00012|" FIVE " ", ST00012_GOOD},
        {"ST00011|" FIVE, ST00012_GOOD}, /* pasted: decoded already, whatever it says */
        {"ST00013|" FIVE, ST00012_GOOD},
        {"ST00012|" FIVE "|Sum=0", ST00012_GOOD},
        {"ST00012|" FIVE "|PayeeINN=0|KPP=0", ST00012_GOOD},
        {"ST00012|name=А|personalacc=40702810138250123017|BANKNAME=Б|bic=044525225|correspacc=0", ST00012_GOOD},
        {"ST00012~Name=А|Б~PersonalAcc=40702810138250123017~BankName=Б~BIC=044525225~CorrespAcc=0", ST00012_GOOD},
        {"", ST00012_OTHER},
        {"ST0001", ST00012_OTHER},
        {"ST00012", ST00012_OTHER},
        {"ST00014|" FIVE, ST00012_OTHER},
        {"ST00022|" FIVE, ST00012_OTHER},
        {"st00012|" FIVE, ST00012_OTHER},
        {"https://qr.nspk.ru/AS100001ORTF4GAF80KPJ53K186D9A3G?type=01&bank=100000000007&crc=0C8A", ST00012_OTHER},
        {"ST00012|", ST00012_INCOMPLETE},
        {"ST00012|Name=А", ST00012_INCOMPLETE},
        {"ST00012|Name=|PersonalAcc=40702810138250123017|BankName=Б|BIC=044525225|CorrespAcc=0", ST00012_INCOMPLETE},
        {"ST00012|Name=А|PersonalAcc=40702810138250123017|BankName=Б|CorrespAcc=0", ST00012_INCOMPLETE},
        {"ST00012A" FIVE, ST00012_BROKEN},
        {"ST00012=" FIVE, ST00012_BROKEN},
        {"ST00012|" FIVE "|loose words", ST00012_BROKEN},
        {"ST00012|" FIVE "|BIC=044525225", ST00012_BROKEN}, /* which of the two? */
        {"ST00012|" FIVE "|Sum=12.50", ST00012_BROKEN},
        {"ST00012|" FIVE "|Sum=-1", ST00012_BROKEN},
        {"ST00012|" FIVE "|Sum=999999999999999999", ST00012_BROKEN},
        {"ST00012|" FIVE "|Sum=1000000000000000000", ST00012_BROKEN},
        {"ST00012|" FIVE "|KPP=77", ST00012_BROKEN},
        {"ST00012|" FIVE "|PayeeINN=77", ST00012_BROKEN},
        {"ST00012|Name=А|PersonalAcc=4070281013825012301|BankName=Б|BIC=044525225|CorrespAcc=0", ST00012_BROKEN},
        {"ST00012|Name=А|PersonalAcc=40702810138250123017|BankName=Б|BIC=abcd|CorrespAcc=0", ST00012_BROKEN},
        {"ST00012|Name=А|PersonalAcc=40702810138250123017|BankName=Б|BIC=044525225|CorrespAcc=301", ST00012_BROKEN},
        {"ST00012|Name=\xcf\xf0" REST, ST00012_BROKEN},
        {"ST00011|Name=\x98" REST, ST00012_GOOD}, /* no letter of that page: a mark instead */
    };
    struct st00012 paper;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum st00012_verdict verdict = st00012_read(arena, text_from(cases[i].text), &paper);
        if (verdict != cases[i].verdict) fail_msg("%zu: %s: %d", i, cases[i].text, verdict);
        arena_clear(arena);
    }
}

/* «Привет, ё№» as iconv gives it, from a picture's bytes. */
static void reads_old_code_pages(void **state) {
    (void)state;
    struct st00012 paper;
    struct text windows = TEXT("ST00011|Name=\xcf\xf0\xe8\xe2\xe5\xf2, \xb8\xb9" REST);
    struct text koi = TEXT("ST00013|Name=\xf0\xd2\xc9\xd7\xc5\xd4, \xa3" REST);
    assert_int_equal(st00012_read(arena, windows, &paper), ST00012_GOOD);
    assert_true(text_is(paper.name, "Привет, ё№"));
    assert_int_equal(st00012_read(arena, koi, &paper), ST00012_GOOD);
    assert_true(text_is(paper.name, "Привет, ё"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_receipt),
        cmocka_unit_test(knows_what_is_none),
        cmocka_unit_test(reads_old_code_pages),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* identifiers_test.c: numbers of real organisations and banks, published test numbers, and their neighbours. */
#include "base/identifiers.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *number;
    bool valid;
};

static void check_rows(const char *kind, bool (*valid)(struct text), const struct row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (valid(text_from(rows[i].number)) != rows[i].valid) fail_msg("%s «%s»", kind, rows[i].number);
    }
    assert_false(valid(TEXT_NONE));
}
#define CHECK_ROWS(function, rows) check_rows(#function, function, rows, sizeof(rows) / sizeof *(rows))

static void tax_numbers(void **state) {
    (void)state;
    static const struct row inn[] = {
        {"7707083893", true}, /* Sberbank, Gazprom, Yandex */
        {"7736050003", true},    {"7736207543", true},    {"7707083892", false},   {"7707083983", false},
        {"500100732259", true},  {"500100732258", false}, {"500100732269", false}, {"0000000000", false},
        {"000000000000", false}, {"770708389", false},    {"77070838930", false},  {"5001007322590", false},
        {" 7707083893", false},  {"770708389٣", false},   {"77O7083893", false},   {"", false},
    };
    static const struct row ogrn[] = {
        {"1027700132195", true}, /* Sberbank, Gazprom */
        {"1027700070518", true},    {"1027700132194", false},    {"1027700132915", false},   {"304500116000157", true},
        {"304500116000158", false}, {"0027700132195", false},    {"000000000000000", false}, {"102770013219", false},
        {"10277001321955", false},  {"3045001160001577", false}, {"102770013219X", false},   {"", false},
    };
    static const struct row kpp[] = {
        {"773601001", true},  {"7736AZ001", true}, {"7736A1001", true},   {"77360a001", false}, {"A73601001", false},
        {"77360100B", false}, {"77360100", false}, {"7736010011", false}, {"7736Я001", false},  {"7736 1001", false},
    };
    CHECK_ROWS(inn_valid, inn);
    CHECK_ROWS(ogrn_valid, ogrn);
    CHECK_ROWS(kpp_valid, kpp);
}

static void insurance_numbers(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"087-654-303 00", true}, /* the remainder 100 or 101 gives 00 */
        {"08765430300", true},
        {"112-233-445 95", true},
        {"112-233-445-95", true},
        {"11223344595", true},
        {"001-001-998 00", true},
        {"001-001-998 77", true},
        {"00100199800", true},
        {"001-001-999 00", false},
        {"000-000-000 00", false},
        {"112-233-445 59", false},
        {"112-233-454 95", false},
        {"112 233 445 95", false},
        {"112-233-44595", false},
        {"11-2233-445 95", false},
        {"1122334459", false},
        {"112233445955", false},
        {"112-233-445  95", false},
        {"112-233-4А5 95", false},
        {"", false},
    };
    CHECK_ROWS(snils_valid, rows);
}

static void passports(void **state) {
    (void)state;
    static const struct {
        const char *typed, *series, *number; /* NULL: refused */
    } rows[] = {
        {"4509 123456", "4509", "123456"},
        {"45 09 123456", "4509", "123456"},
        {"4509123456", "4509", "123456"},
        {"45 09 № 123456", "4509", "123456"},
        {"4509-123456", "4509", "123456"},
        {" 4509\u00A0123 456 ", "4509", "123456"},
        {"450912345", NULL, NULL},
        {"45091234567", NULL, NULL},
        {"4509 12345A", NULL, NULL},
        {"IV-МЮ 123456", NULL, NULL},
        {"", NULL, NULL},
        {"4509+123456", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct passport passport = {"x", "y"};
        bool valid = passport_parse(text_from(rows[i].typed), &passport);
        if (valid != (rows[i].series != NULL)) fail_msg("«%s»", rows[i].typed);
        assert_string_equal(passport.series, valid ? rows[i].series : "x");
        assert_string_equal(passport.number, valid ? rows[i].number : "y");
    }
    static const struct row offices[] = {
        {"770-001", true}, {"770001", false}, {"77-0001", false}, {"770-0011", false}, {"770 001", false}, {"", false},
    };
    CHECK_ROWS(passport_office_valid, offices);
}

static void bank_accounts(void **state) {
    (void)state;
    static const struct row biks[] = {
        {"044525225", true}, {"000000000", true}, {"04452522", false}, {"0445252255", false}, {"04452522a", false},
    };
    CHECK_ROWS(bik_valid, biks);
    static const struct {
        const char *account, *bik;
        bool valid;
    } correspondent[] = {
        /* Sberbank, VTB, Alfa, T-Bank, Gazprombank, as their sites publish them */
        {"30101810400000000225", "044525225", true},  {"30101810700000000187", "044525187", true},
        {"30101810200000000593", "044525593", true},  {"30101810145250000974", "044525974", true},
        {"30101810200000000823", "044525823", true},  {"30101810300000000225", "044525225", false},
        {"3010181040000000022", "044525225", false},  {"301018104000000002255", "044525225", false},
        {"3010181040000000022X", "044525225", false}, {"30101810400000000225", "04452522", false},
        {"40102810545370000003", "014525988", true}, /* the treasury's single account */
    };
    for (size_t i = 0; i < sizeof correspondent / sizeof *correspondent; i++) {
        struct text account = text_from(correspondent[i].account), bik = text_from(correspondent[i].bik);
        if (correspondent_key_valid(account, bik) != correspondent[i].valid) fail_msg("%s", correspondent[i].account);
    }
    /* Of the ten keys (the ninth digit) exactly one is right, with every bank. */
    for (int bank = 0; bank < 1000; bank++) {
        char bik[16], account[] = "40702810000000002851";
        snprintf(bik, sizeof bik, "044525%03d", bank);
        int valid = 0;
        for (char key = '0'; key <= '9'; key++) {
            account[8] = key;
            valid += account_key_valid(text_from(account), text_from(bik));
        }
        assert_int_equal(valid, 1);
    }
    assert_true(account_key_valid(TEXT("40702810900000002851"), TEXT("044030827")));
    assert_false(account_key_valid(TEXT("40702810900000002851"), TEXT("044030828")));
    assert_false(account_key_valid(TEXT("4070281090000000285"), TEXT("044030827")));
    assert_false(account_key_valid(TEXT("40702810900000002851"), TEXT("04403082A")));
    assert_true(account_key_valid(TEXT("03100643000000017300"), TEXT("017003983"))); /* the treasury has no key */
    assert_false(account_key_valid(TEXT("0310064300000001730"), TEXT("017003983")));
}

static void card_numbers(void **state) {
    (void)state;
    static const struct {
        const char *digits;
        enum card_scheme scheme;
        bool luhn, valid;
    } rows[] = {
        {"4111111111111111", CARD_VISA, true, true},
        {"4222222222222", CARD_VISA, true, true},
        {"5105105105105100", CARD_MASTERCARD, true, true},
        {"2223003122003222", CARD_MASTERCARD, true, true},
        {"2200000000000004", CARD_MIR, true, true},
        {"2204000000000008", CARD_MIR, false, false},
        {"2205000000000000", CARD_UNKNOWN, false, false},
        {"2220000000000001", CARD_UNKNOWN, false, false},
        {"2221000000000009", CARD_MASTERCARD, true, true},
        {"2720990000000007", CARD_MASTERCARD, true, true},
        {"2721000000000000", CARD_UNKNOWN, false, false},
        {"5000000000000009", CARD_UNKNOWN, true, true},
        {"5600000000000000", CARD_UNKNOWN, false, false},
        {"378282246310005", CARD_UNKNOWN, true, true},
        {"4111111111111112", CARD_VISA, false, false},
        {"4", CARD_VISA, false, false},
        {"51", CARD_MASTERCARD, false, false},
        {"22", CARD_UNKNOWN, false, false},
        {"2200", CARD_MIR, false, false},
        {"18", CARD_UNKNOWN, true, false},
        {"", CARD_UNKNOWN, false, false},
        {"4111 1111 1111 1111", CARD_UNKNOWN, false, false},
        {"41111111111111111111", CARD_VISA, false, false},
        {"00000000000000", CARD_UNKNOWN, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text digits = text_from(rows[i].digits);
        if (card_scheme_of(digits) != rows[i].scheme) fail_msg("scheme of %s", rows[i].digits);
        if (luhn_valid(digits) != rows[i].luhn) fail_msg("Luhn of %s", rows[i].digits);
        if (card_number_valid(digits) != rows[i].valid) fail_msg("%s", rows[i].digits);
    }
    assert_string_equal(card_scheme_name(CARD_MASTERCARD), "mastercard");
    for (size_t at = 0; at < 16; at++) { /* Luhn catches every single wrong digit */
        char digits[] = "2201382000000013";
        for (char digit = '0'; digit <= '9'; digit++) {
            bool same = "2201382000000013"[at] == digit;
            digits[at] = digit;
            assert_int_equal(luhn_valid(text_from(digits)), same);
        }
    }
}

static void card_masks(void **state) {
    (void)state;
    static const struct {
        const char *digits, *masked;
    } rows[] = {
        {"4111111111111111", "411111******1111"},
        {"4222222222222", "422222***2222"},
        {"123456789012", "************"},
        {"2200000000000000004", "220000*********0004"},
        {"", ""},
    };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(card_mask(arena, text_from(rows[i].digits)).data, rows[i].masked);
    }
    arena_free(arena);
}

#define LINK "https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&sum=1&cur=RUB"

static void fast_payment_links(void **state) {
    (void)state;
    assert_int_equal(crc16_ccitt_false(TEXT("123456789")), 0x29B1); /* the check value of the CRC catalogues */
    assert_int_equal(crc16_ccitt_false(TEXT("")), 0xFFFF);
    static const struct {
        const char *link;
        enum fast_link result;
    } rows[] = {
        {LINK "&crc=AB75", FAST_LINK_RIGHT},
        {LINK "&crc=AB76", FAST_LINK_WRONG_CRC},
        {LINK "&crc=ab75", FAST_LINK_MALFORMED},
        {LINK "&crc=AB7", FAST_LINK_MALFORMED},
        {LINK "&crc=AB755", FAST_LINK_MALFORMED},
        {LINK "&crc=", FAST_LINK_MALFORMED},
        {LINK, FAST_LINK_MALFORMED},
        {"", FAST_LINK_MALFORMED},
        {"http://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&crc=AB75", FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru.evil/AD100004BAL7227F9BNP6KNE007J9B3K?type=02&bank=100000000007&crc=AB75",
         FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3?type=02&bank=100000000007&crc=AB75", FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=03&bank=100000000007&crc=AB75", FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=01&bank=10000000007&crc=AB75", FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=01&bank=100000000007&sum=1&crc=AB75",
         FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru/AD100004BAL7227F9BNP6KNE007J9B3K?type=01&bank=100000000007&sum=&cur=RUB&crc=AB75",
         FAST_LINK_MALFORMED},
        {"https://qr.nspk.ru/AS100001ORTF4GAF80KPJ53K186D9A3G?type=01&bank=100000000007&crc=0C8A", FAST_LINK_RIGHT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint16_t crc = 1;
        enum fast_link result = fast_link_check(text_from(rows[i].link), &crc);
        if (result != rows[i].result) fail_msg("«%s»: %d", rows[i].link, (int)result);
        assert_int_equal(crc == 1, result == FAST_LINK_MALFORMED);
        if (i < 2) assert_int_equal(crc, 0xAB75);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tax_numbers),        cmocka_unit_test(insurance_numbers), cmocka_unit_test(passports),
        cmocka_unit_test(bank_accounts),      cmocka_unit_test(card_numbers),      cmocka_unit_test(card_masks),
        cmocka_unit_test(fast_payment_links),
    };
    return cmocka_run_group_tests_name("identifiers", tests, NULL, NULL);
}

/* esia_rules_test.c: what is signed, whose a token is, what is believed of a person (ID-9). */
#include "adapters/esia/esia_rules.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NOW_S 1800000000
#define WHO "\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":\"US\",\"urn:esia:sbj_id\":1000299353"
#define TIMES "\"nbf\":1800000000,\"iat\":1800000000,\"exp\":1800003600"

static void messages(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    struct esia_signed parts = {TEXT("US"),  TEXT("openid fullname"),      TEXT("2027.01.15 08:00:00 +0000"),
                                TEXT("s-t"), TEXT("https://us.example/x"), TEXT_NONE};
    assert_true(text_is(esia_timestamp(arena, NOW_S * SECOND), "2027.01.15 08:00:00 +0000"));
    assert_true(
        text_is(esia_message(arena, &parts), "USopenid fullname2027.01.15 08:00:00 +0000s-thttps://us.example/x"));
    parts.code = TEXT("c0de");
    assert_true(
        text_is(esia_message(arena, &parts), "USopenid fullname2027.01.15 08:00:00 +0000s-thttps://us.example/xc0de"));
    arena_free(arena);
}

static const struct {
    const char *claims;
    enum esia_claims verdict;
} rows[] = {
    {"{" WHO "," TIMES "}", ESIA_CLAIMS_GOOD},
    {"{" WHO ",\"iat\":1799999900,\"exp\":1799999941}", ESIA_CLAIMS_GOOD}, /* a minute's skew */
    {"{" WHO ",\"iat\":1799999900,\"exp\":1799999940}", ESIA_CLAIMS_EXPIRED},
    {"{" WHO ",\"iat\":1800000061,\"exp\":1800003600}", ESIA_CLAIMS_EXPIRED},
    {"{" WHO ",\"iat\":1799996399,\"exp\":1800003600}", ESIA_CLAIMS_EXPIRED},
    {"{" WHO ",\"nbf\":1800000061,\"iat\":1800000000,\"exp\":1800003600}", ESIA_CLAIMS_EXPIRED},
    {"{" WHO ",\"nbf\":\"x\",\"iat\":1800000000,\"exp\":1800003600}", ESIA_CLAIMS_MALFORMED},
    {"{" WHO ",\"iat\":1800000000}", ESIA_CLAIMS_MALFORMED},
    {"{" WHO ",\"iat\":1800000000,\"exp\":9223372036854775807}", ESIA_CLAIMS_MALFORMED},
    {"[]", ESIA_CLAIMS_MALFORMED},
    {"7", ESIA_CLAIMS_MALFORMED},
    {"{\"iss\":\"http://esia.gosuslugi.ru\",\"client_id\":\"US\",\"urn:esia:sbj_id\":1," TIMES "}", ESIA_CLAIMS_ISSUER},
    {"{\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":\"OTHER\",\"urn:esia:sbj_id\":1," TIMES "}",
     ESIA_CLAIMS_AUDIENCE},
    {"{\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":[\"US\"],\"urn:esia:sbj_id\":1," TIMES "}",
     ESIA_CLAIMS_AUDIENCE},
    {"{\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":\"US\"," TIMES "}", ESIA_CLAIMS_SUBJECT},
    {"{\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":\"US\",\"urn:esia:sbj_id\":-1," TIMES "}",
     ESIA_CLAIMS_SUBJECT},
    {"{\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":\"US\",\"urn:esia:sbj_id\":\"1/../2\"," TIMES "}",
     ESIA_CLAIMS_SUBJECT},
    {"{\"iss\":\"http://esia.gosuslugi.ru/\",\"client_id\":\"US\",\"urn:esia:sbj_id\":\"12\"," TIMES "}",
     ESIA_CLAIMS_GOOD},
};

static void claims(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text subject;
        enum esia_claims verdict = esia_claims_check(arena, json_read(arena, text_from(rows[i].claims)),
                                                     "http://esia.gosuslugi.ru/", "US", NOW_S * SECOND, &subject);
        if (verdict != rows[i].verdict) print_error("%s: %d\n", rows[i].claims, verdict);
        assert_int_equal(verdict, rows[i].verdict);
        assert_int_equal(subject.data != NULL, verdict == ESIA_CLAIMS_GOOD);
    }
    arena_free(arena);
}

#define PASSPORT(status, series, day)                                                                                  \
    "\"documents\":{\"elements\":[{\"type\":\"DRIVING_LICENSE\",\"vrfStu\":\"VERIFIED\",\"number\":\"1\"},"            \
    "{\"type\":\"RF_PASSPORT\",\"vrfStu\":\"" status "\",\"series\":\"" series "\",\"number\":\"123456\","             \
    "\"issueDate\":\"" day "\",\"issueId\":\"770001\",\"issuedBy\":\"ОВД\"}]}"

static const struct {
    const char *json;
    enum esia_field field;
    const char *value; /* NULL: not told */
} told[] = {
    {"{\"trusted\":true,\"lastName\":\" Соколова \"}", ESIA_SURNAME, "Соколова"},
    {"{\"trusted\":true,\"lastName\":7}", ESIA_SURNAME, NULL},
    {"{\"trusted\":true,\"firstName\":\"А\\nБ\"}", ESIA_NAME, NULL},
    {"{\"trusted\":true,\"birthDate\":\"12.04.1990\"}", ESIA_BIRTH, "1990-04-12"},
    {"{\"trusted\":true,\"birthDate\":\"31.02.1990\"}", ESIA_BIRTH, NULL},
    {"{\"trusted\":true,\"birthDate\":\"1990-04-12\"}", ESIA_BIRTH, NULL},
    {"{\"trusted\":true,\"inn\":\"500100732259\"}", ESIA_INN, "500100732259"},
    {"{\"trusted\":true,\"inn\":\"500100732258\"}", ESIA_INN, NULL},
    {"{\"trusted\":true,\"snils\":\"112-233-445 95\"}", ESIA_SNILS, "112-233-445 95"},
    {"{\"trusted\":true,\"snils\":\"112-233-445 96\"}", ESIA_SNILS, NULL},
    {"{\"trusted\":true," PASSPORT("VERIFIED", "4510", "20.05.2010") "}", ESIA_PASSPORT, "4510 123456"},
    {"{\"trusted\":true," PASSPORT("VERIFIED", "4510", "20.05.2010") "}", ESIA_PASSPORT_DATE, "2010-05-20"},
    {"{\"trusted\":true," PASSPORT("VERIFIED", "4510", "20.05.2010") "}", ESIA_PASSPORT_OFFICE, "770-001"},
    {"{\"trusted\":true," PASSPORT("NOT_VERIFIED", "4510", "20.05.2010") "}", ESIA_PASSPORT, NULL},
    {"{\"trusted\":true," PASSPORT("VERIFIED", "45", "20.05.2010") "}", ESIA_PASSPORT, NULL},
    {"{\"trusted\":true,\"contacts\":{\"elements\":[{\"type\":\"MBT\",\"vrfStu\":\"VERIFIED\","
     "\"value\":\"+7(916)1234567\"}]}}",
     ESIA_PHONE, "+79161234567"},
    {"{\"trusted\":true,\"contacts\":{\"elements\":[{\"type\":\"MBT\",\"vrfStu\":\"NOT_VERIFIED\","
     "\"value\":\"+7(916)1234567\"}]}}",
     ESIA_PHONE, NULL},
    {"{\"trusted\":true,\"contacts\":{\"elements\":[{\"type\":\"MBT\",\"vrfStu\":\"VERIFIED\",\"value\":\"12\"}]}}",
     ESIA_PHONE, NULL},
    {"{\"trusted\":true,\"contacts\":[7],\"documents\":\"x\"}", ESIA_PHONE, NULL},
};

static void people(void **state) {
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct esia_person person = {0};
        assert_true(esia_person_read(arena, json_read(arena, text_from(told[i].json)), &person));
        struct text found = person.of[told[i].field];
        bool good = told[i].value == NULL ? found.data == NULL : text_is(found, told[i].value);
        if (!good) print_error("%s: %.*s\n", told[i].json, TEXT_ARG(found));
        assert_true(good);
        assert_true(person.trusted);
    }
    static const char *const nobody[] = {"{}", "{\"trusted\":\"true\"}", "{\"trusted\":1}", "[]", "{", "null"};
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        struct esia_person person = {0};
        assert_false(esia_person_read(arena, json_read(arena, text_from(nobody[i])), &person));
        assert_false(person.trusted);
    }
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(messages), cmocka_unit_test(claims), cmocka_unit_test(people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

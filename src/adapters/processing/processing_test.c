/* processing_test.c: BK-9: what is believed of the processing centre, and what is read of it. */
#include "adapters/processing/processing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena *arena;
static struct processing *processing;
static char key_file[] = "/tmp/processing_test_XXXXXX";

static int set_up(void **state) {
    (void)state;
    struct text problem = TEXT_NONE;
    arena = arena_new(1 << 20);
    int file = mkstemp(key_file);
    if (file < 0 || write(file, "0123456789abcdef0123456789abcdef\n", 33) != 33 || close(file) != 0) return 1;
    const struct processing_options options = {
        .url = "http://127.0.0.1:1/processing", .institution = "kabinet", .secret_file = key_file};
    processing = processing_open(arena, &options, &problem);
    return processing == NULL;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(arena);
    return unlink(key_file);
}

/* Computed apart, by `openssl dgst -sha256 -hmac`. */
#define GOOD "c88a5e990bef30dce9df9febe57f22c9d0b19823f09f8b19d128b375c693bfbe"

static void believes_what_is_signed_alone(void **state) {
    (void)state;
    static const struct {
        const char *authorization, *body;
        bool believed;
    } table[] = {
        {"HMAC-SHA256 1800000000:0123456789abcdef:" GOOD, "{}", true},
        {"HMAC-SHA256 1800000000:0123456789abcdef:" GOOD, "{} ", false},
        {"HMAC-SHA256 1800000001:0123456789abcdef:" GOOD, "{}", false},
        {"HMAC-SHA256 1800000000:0123456789abcdee:" GOOD, "{}", false},
        {"HMAC-SHA256 1800000000:" GOOD, "{}", false},
        {"HMAC-SHA256 1800000000:0123456789abcdef:", "{}", false},
        {"HMAC-SHA256 ::", "{}", false},
        {"HMAC-SHA256 ", "{}", false},
        {"Bearer x", "{}", false},
        {"", "{}", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int64_t stamp = 0;
        assert_int_equal(
            processing_verify(processing, text_from(table[i].authorization), text_from(table[i].body), &stamp),
            table[i].believed);
        assert_int_equal(stamp, table[i].believed ? 1800000000 : 0);
    }
}

#define HEAD "{\"institution\":\"kabinet\",\"id\":\"a1\",\"operation\":\"a1\",\"card\":\"c1\""
#define SUM ",\"sum\":\"10.50\",\"currency\":\"RUB\"}"

static void reads_messages(void **state) {
    (void)state;
    static const struct {
        const char *body;
        bool good;
    } table[] = {
        {HEAD ",\"type\":\"authorisation\"" SUM, true},
        {HEAD ",\"type\":\"authorisation\",\"place\":\"internet\",\"merchant\":\"Магазин\"" SUM, true},
        {HEAD ",\"type\":\"clearing\",\"last\":false" SUM, true},
        {HEAD ",\"type\":\"reversal\"}", true},
        {HEAD ",\"type\":\"authorisation\",\"sum\":\"10\",\"currency\":\"USD\"}", true}, /* to be declined */
        {HEAD ",\"type\":\"clearing\",\"sum\":\"10\",\"currency\":\"USD\"}", false},
        {HEAD ",\"type\":\"clearing\"}", false},
        {HEAD ",\"type\":\"clearing\",\"sum\":\"0\",\"currency\":\"RUB\"}", false},
        {HEAD ",\"type\":\"clearing\",\"sum\":\"-1\",\"currency\":\"RUB\"}", false},
        {HEAD ",\"type\":\"clearing\",\"sum\":10.5,\"currency\":\"RUB\"}", false},
        {HEAD ",\"type\":\"theft\"" SUM, false},
        {HEAD ",\"type\":\"authorisation\",\"place\":\"moon\"" SUM, false},
        {"{\"institution\":\"kabinet\",\"type\":\"authorisation\",\"id\":\"a1\",\"operation\":\"a2\",\"card\":"
         "\"c\"" SUM,
         false},
        {"{\"institution\":\"kabinet\",\"type\":\"clearing\",\"id\":\"a 1\",\"operation\":\"a\",\"card\":\"c\"" SUM,
         false},
        {"{\"institution\":\"another\",\"type\":\"clearing\",\"id\":\"a1\",\"operation\":\"a\",\"card\":\"c\"" SUM,
         false},
        {"[]", false},
        {"", false},
        {HEAD, false},
    };
    struct processing_message message;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(processing_read(processing, arena, text_from(table[i].body), &message), table[i].good);
    assert_true(processing_read(processing, arena, text_from(table[2].body), &message));
    assert_int_equal(message.kind, PROCESSING_CLEARING);
    assert_int_equal(message.sum.minor, 1050);
    assert_false(message.last);
}

static void reads_cards(void **state) {
    (void)state;
    static const struct {
        const char *body;
        bool good;
    } table[] = {
        {"{\"request\":\"17\",\"card\":\"c1\",\"number\":\"2200000000040000\",\"expires\":\"2030-11\"}", true},
        {"{\"request\":\"18\",\"card\":\"c1\",\"number\":\"2200000000040000\",\"expires\":\"2030-11\"}", false},
        {"{\"card\":\"c1\",\"number\":\"2200000000040000\",\"expires\":\"2030-11\"}", false},
        {"{\"request\":\"17\",\"card\":\"c1\",\"number\":\"2200000000040001\",\"expires\":\"2030-11\"}", false},
        {"{\"request\":\"17\",\"card\":\"c1\",\"number\":\"2200000000040000\",\"expires\":\"2030-13\"}", false},
        {"{\"request\":\"17\",\"card\":\"\",\"number\":\"2200000000040000\",\"expires\":\"2030-11\"}", false},
        {"<html>", false},
    };
    struct processing_card card;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(processing_card(arena, text_from(table[i].body), 17, &card), table[i].good);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(believes_what_is_signed_alone),
                                       cmocka_unit_test(reads_messages), cmocka_unit_test(reads_cards)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* document_test.c: the tree, its truths, and JSON to the byte. */
#include "http/document.h"

#include "base/check.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct arena *arena;

static int begin(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static struct text json(const struct node *node) {
    struct buffer out = buffer_new(arena, 16);
    doc_write_json(node, &out);
    return buffer_text(&out);
}

static void assert_json(const struct node *node, const char *wanted) {
    struct text found = json(node);
    assert_string_equal(text_copy(arena, found).data, wanted);
}

static void every_kind(void **state) {
    (void)state;
    struct node *document = doc_new(arena);
    doc_text(document, "text", TEXT("a"));
    doc_text(document, "empty", TEXT(""));
    doc_text(document, "none", TEXT_NONE);
    doc_int(document, "least", INT64_MIN);
    doc_bool(document, "yes", true);
    doc_bool(document, "no", false);
    doc_money(document, "sum", (struct money){150000, CURRENCY_RUB});
    doc_money(document, "debt", (struct money){-5, CURRENCY_USD});
    doc_moment(document, "at", INT64_C(1793703900123000));
    doc_date(document, "day", (struct date){2026, 11, 3});
    doc_id(document, "id", INT64_MAX);
    doc_null(document, "null");
    doc_object(document, "object");
    struct node *list = doc_array(document, "list");
    doc_add_text(list, TEXT("x"));
    doc_int(doc_add_object(list), "n", 0);
    assert_json(document,
                "{\"text\":\"a\",\"empty\":\"\",\"none\":null,\"least\":-9223372036854775808,\"yes\":true,\"no\":false,"
                "\"sum\":{\"amount\":\"1500.00\",\"currency\":\"RUB\"},\"debt\":{\"amount\":\"-0.05\",\"currency\":"
                "\"USD\"},\"at\":\"2026-11-03T11:05:00.123Z\",\"day\":\"2026-11-03\",\"id\":\"9223372036854775807\","
                "\"null\":null,\"object\":{},\"list\":[\"x\",{\"n\":0}]}");
}

static void sums(void **state) {
    (void)state;
    static const struct {
        int64_t minor;
        const char *json;
    } table[] = {
        {0, "0.00"}, {1, "0.01"}, {-1, "-0.01"}, {10, "0.10"}, {99, "0.99"}, {100, "1.00"}, {-100, "-1.00"},
        {MONEY_MAX, "1000000000000000.00"}, {INT64_MIN, "-92233720368547758.08"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct node *document = doc_new(arena);
        doc_money(document, "s", (struct money){table[i].minor, CURRENCY_RUB});
        struct text wanted = text_format(arena, "{\"s\":{\"amount\":\"%s\",\"currency\":\"RUB\"}}", table[i].json);
        assert_json(document, wanted.data);
    }
}

static void strings(void **state) {
    (void)state;
    static const struct {
        struct text text;
        const char *json;
    } table[] = {
        {TEXT("\"\\/\b\f\n\r\t"), "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\t\""},
        {{"\0\x1f\x7f", 3}, "\"\\u0000\\u001f\\u007f\""},
        {TEXT("\u0451\u20bd\U0001F600"), "\"\u0451\u20bd\U0001F600\""},
        {TEXT("</script>&'"), "\"</script>&'\""},
        {TEXT("a\x80z"), "\"a\xEF\xBF\xBDz\""},                            /* a stray continuation */
        {TEXT("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                /* overlong */
        {TEXT("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* a surrogate */
        {TEXT("\xF4\x90\x80\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}, /* above U+10FFFF */
        {TEXT("\xE2\x82"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},                /* cut off */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct node *list = doc_array(doc_new(arena), "list");
        doc_add_text(list, table[i].text);
        assert_json(list->first, table[i].json);
    }
}

static void truths(void **state) {
    (void)state;
    struct node *document = doc_new(arena);
    assert_false(doc_truth(NULL));
    assert_false(doc_truth(document));
    doc_null(document, "null");
    doc_bool(document, "no", false);
    doc_int(document, "zero", 0);
    doc_text(document, "empty", TEXT(""));
    doc_array(document, "list");
    for (const struct node *node = document->first; node != NULL; node = node->next) assert_false(doc_truth(node));
    struct node *truths = doc_new(arena);
    doc_bool(truths, "yes", true);
    doc_int(truths, "one", -1);
    doc_text(truths, "text", TEXT("0"));
    doc_moment(truths, "epoch", 0);
    doc_add_text(doc_array(truths, "list"), TEXT(""));
    for (const struct node *node = truths->first; node != NULL; node = node->next) assert_true(doc_truth(node));
}

static void finding(void **state) {
    (void)state;
    struct node *document = doc_new(arena);
    doc_int(document, "one", 1);
    doc_int(document, "on", 2);
    char name[] = "on";
    assert_int_equal(doc_get(document, name)->number, 2);
    assert_null(doc_get(document, "o"));
    assert_null(doc_get(NULL, "on"));
    assert_null(doc_get(doc_get(document, "on"), "on"));
}

static void set_twice(void) {
    struct node *document = doc_new(arena);
    doc_int(document, "a", 1);
    doc_int(document, "a", 2);
}

static void set_in_list(void) {
    doc_int(doc_array(doc_new(arena), "list"), "a", 1);
}

static bool aborts(void (*act)(void)) {
    pid_t child = fork();
    if (child == 0) {
        close(2);
        signal(SIGABRT, SIG_DFL);
        act();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void bugs_are_caught(void **state) {
    (void)state;
    assert_true(aborts(set_twice));
    assert_true(aborts(set_in_list));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_kind, begin, end),
        cmocka_unit_test_setup_teardown(sums, begin, end),
        cmocka_unit_test_setup_teardown(strings, begin, end),
        cmocka_unit_test_setup_teardown(truths, begin, end),
        cmocka_unit_test_setup_teardown(finding, begin, end),
        cmocka_unit_test_setup_teardown(bugs_are_caught, begin, end),
    };
    return cmocka_run_group_tests_name("document", tests, NULL, NULL);
}

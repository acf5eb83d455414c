/* log_test.c: lines as they come out of standard error, read back by a JSON parser of another's making. */
#include "base/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char captured[8 << 20];
static int true_stderr, capture_file;

static void capture_begin(void) {
    char name[] = "/tmp/log_test.XXXXXX";
    capture_file = mkstemp(name);
    assert_true(capture_file >= 0);
    assert_int_equal(fcntl(capture_file, F_SETFL, O_APPEND), 0);
    unlink(name);
    true_stderr = dup(STDERR_FILENO);
    dup2(capture_file, STDERR_FILENO);
}

static struct text capture_end(void) {
    dup2(true_stderr, STDERR_FILENO);
    close(true_stderr);
    ssize_t size = pread(capture_file, captured, sizeof captured, 0);
    close(capture_file);
    assert_true(size >= 0);
    return (struct text){captured, (size_t)size};
}

static json_t *parse_line(struct text *rest) {
    struct text line = text_split(*rest, '\n', rest);
    json_error_t error;
    json_t *object = json_loadb(line.data, line.size, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL) fail_msg("%s in %.*s", error.text, TEXT_ARG(line));
    return object;
}

static const char *string_of(const json_t *object, const char *name) {
    return json_string_value(json_object_get(object, name));
}

static void lines_are_json(void **state) {
    (void)state;
    capture_begin();
    log_event(LOG_WARNING, TEXT("req-1"), "http.answered", LOG_NUMBER("status", 200), LOG_NUMBER("least", INT64_MIN),
              LOG_TEXT("odd", TEXT("a\"b\\c\n\x01\x7F Привет \xFF\xC0\x80 \xF0\x9F\x98\x80")), LOG_NUMBER("zero", 0),
              LOG_TEXT("empty", TEXT("")));
    log_event(LOG_ERROR, TEXT_NONE, "b", LOG_NUMBER("most", INT64_MAX));
    struct text rest = capture_end();
    json_t *object = parse_line(&rest);
    assert_string_equal(string_of(object, "level"), "warning");
    assert_string_equal(string_of(object, "event"), "http.answered");
    assert_string_equal(string_of(object, "request"), "req-1");
    assert_string_equal(string_of(object, "odd"), "a\"b\\c\n\x01\x7F Привет \uFFFD\uFFFD\uFFFD \xF0\x9F\x98\x80");
    assert_string_equal(string_of(object, "empty"), "");
    assert_int_equal(json_integer_value(json_object_get(object, "status")), 200);
    assert_true(json_is_integer(json_object_get(object, "zero")));
    assert_int_equal(json_integer_value(json_object_get(object, "least")), INT64_MIN);
    const char *at = string_of(object, "at"); /* 2026-01-01T00:00:00.000000Z */
    assert_int_equal(strlen(at), 27);
    assert_true(text_starts(text_from(at), "20") && at[26] == 'Z');
    json_decref(object);
    object = parse_line(&rest);
    assert_null(json_object_get(object, "request"));
    assert_int_equal(json_integer_value(json_object_get(object, "most")), INT64_MAX);
    json_decref(object);
    assert_int_equal(rest.size, 0);
}

static void long_lines_are_cut_at_a_field(void **state) {
    (void)state;
    static char longer[10000];
    for (size_t size = 3800; size < 4200; size++) {
        memset(longer, 'x', size);
        capture_begin();
        log_event(LOG_ERROR, TEXT_NONE, "e", LOG_NUMBER("first", 1), LOG_TEXT("long", ((struct text){longer, size})),
                  LOG_NUMBER("last", 2));
        struct text rest = capture_end();
        assert_true(rest.size <= 4096);
        json_t *object = parse_line(&rest);
        assert_int_equal(json_integer_value(json_object_get(object, "first")), 1);
        bool whole = json_object_get(object, "cut") == NULL;
        assert_int_equal(whole, size < 3980 ? 1 : size > 4000 ? 0 : whole);
        assert_int_equal(whole, json_object_get(object, "last") != NULL);
        json_decref(object);
    }
}

static void levels_filter(void **state) {
    (void)state;
    enum log_level level = LOG_ERROR;
    assert_true(log_level_from(TEXT("debug"), &level));
    assert_int_equal(level, LOG_DEBUG);
    assert_false(log_level_from(TEXT("Debug"), &level) || log_level_from(TEXT(""), &level));
    static const size_t lines[] = {4, 3, 2, 1};
    for (int lowest = LOG_DEBUG; lowest <= LOG_ERROR; lowest++) {
        log_set_level((enum log_level)lowest);
        capture_begin();
        for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) log_event((enum log_level)i, TEXT_NONE, "e", LOG_NUMBER("i", i));
        struct text rest = capture_end();
        size_t count = 0;
        for (size_t i = 0; i < rest.size; i++) count += rest.data[i] == '\n';
        assert_int_equal(count, lines[lowest]);
    }
    log_set_level(LOG_INFO);
}

static void *log_much(void *data) {
    for (int i = 0; i < 1000; i++) {
        log_event(LOG_INFO, TEXT("r"), "threads", LOG_TEXT("who", text_from(data)), LOG_NUMBER("i", i));
    }
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state) {
    (void)state;
    pthread_t threads[4];
    capture_begin();
    for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, log_much, "someone");
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    struct text rest = capture_end();
    int count = 0;
    for (; rest.size > 0; count++) json_decref(parse_line(&rest));
    assert_int_equal(count, 4000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_json),
        cmocka_unit_test(long_lines_are_cut_at_a_field),
        cmocka_unit_test(levels_filter),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}

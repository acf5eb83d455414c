/* wire_test.c: the table of requests without sockets, and what only request_parse can show. */
#include "http/http_cases.h"

#include "generated/templates.h"
#include "http/events.h"
#include "http/router.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct world *world;
static const struct route *routes[SITE_ROUTES + 1];
static struct server_options options;

static int setup(void **state) {
    (void)state;
    world = world_simulated(1, INT64_C(1700000000) * SECOND);
    options = site_options(world, routes);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    world_free(world);
    return 0;
}

static bool contains(struct text text, const char *wanted) {
    return memmem(text.data, text.size, wanted, strlen(wanted)) != NULL;
}

static int status_of(struct text reply) {
    return text_starts(reply, "HTTP/1.1 ") ? (int)strtol(reply.data + 9, NULL, 10) : 0;
}

static struct text ask(struct arena *arena, const char *message, size_t size) {
    struct request *request = request_parse(arena, &options, (struct text){message, size});
    assert_true(request_finished(request));
    return request_reply(request);
}

static void answers_the_table(void **state) {
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < HTTP_CASES; i++) {
        const struct http_case *row = &http_cases[i];
        if (row->sockets_only) continue;
        struct arena *arena = arena_new((size_t)16 << 20);
        struct text reply = ask(arena, row->message, row->size > 0 ? row->size : strlen(row->message));
        bool good = status_of(reply) == row->status && (row->has == NULL || contains(reply, row->has)) &&
                    (row->lacks == NULL || !contains(reply, row->lacks));
        if (!good) printf("%s: not as expected:\n%.*s\n", row->title, TEXT_ARG(reply));
        wrong += !good;
        arena_free(arena);
    }
    assert_int_equal(wrong, 0);
}

static void uploads_vanish_with_the_arena(void **state) {
    (void)state;
    static const char message[] = POST("/upload", "multipart/form-data; boundary=xx", "89")
        "\r\n--xx\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\n\r\n12345\r\n--xx--\r\n";
    struct arena *arena = arena_new((size_t)16 << 20);
    struct request *request = request_parse(arena, &options, (struct text){message, sizeof message - 1});
    assert_int_equal(request->answer.status, 200);
    char path[256];
    snprintf(path, sizeof path, "%s", request_field(request, "picture")->upload->path);
    assert_int_equal(access(path, R_OK), 0);
    arena_free(arena);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* Boundaries, caps and damage of multipart bodies: what stands between the two ends of the message. */
static void checks_multipart(void **state) {
    (void)state;
#define FIELD(name) "--xx\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define AS_FILE(name, file) "--xx\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"" file "\"\r\n\r\n"
    static const struct {
        const char *title, *body;
        int status;
        const char *has;
    } rows[] = {
        {"empty value", FIELD("title") "\r\n--xx--\r\n", 200, "\"title\":null"},
        {"value with dashes", FIELD("title") "a\r\n--x\r\n--\r\n--xx--", 200, "\"title\":\"a\\r\\n--x\\r\\n--\""},
        {"no file chosen", AS_FILE("picture", "") "\r\n--xx--\r\n", 200, NULL},
        {"file of 0 bytes", AS_FILE("picture", "a") "\r\n--xx--\r\n", 200, "\"size\":0"},
        {"quote in a file's name", AS_FILE("picture", "a\\\"b") "1\r\n--xx--\r\n", 200, "\"file_name\":\"a\\\"b\""},
        {"unknown text field", FIELD("other") "1\r\n--xx--\r\n", 200, NULL},
        {"file where none belongs", AS_FILE("title", "a") "1\r\n--xx--\r\n", 400, NULL},
        {"file too large for its field", AS_FILE("picture", "a") TEXT_2000 "1\r\n--xx--\r\n", 422, "too_large"},
        {"file at its field's limit", AS_FILE("picture", "a") TEXT_2000 "\r\n--xx--\r\n", 200, "\"size\":2000"},
        {"twice", FIELD("title") "1\r\n" FIELD("title") "2\r\n--xx--\r\n", 400, NULL},
        {"never closed", FIELD("title") "1\r\n--xx\r\n", 400, NULL},
        {"cut", FIELD("title") "1", 400, NULL},
        {"preamble", "hello\r\n" FIELD("title") "1\r\n--xx--\r\n", 400, NULL},
        {"epilogue", FIELD("title") "1\r\n--xx--\r\nhello", 400, NULL},
        {"no name", "--xx\r\nContent-Disposition: form-data\r\n\r\n1\r\n--xx--\r\n", 400, NULL},
        {"two names", "--xx\r\nContent-Disposition: form-data; name=\"a\"; name=\"b\"\r\n\r\n1\r\n--xx--\r\n", 400,
         NULL},
        {"no disposition", "--xx\r\nContent-Type: text/plain\r\n\r\n1\r\n--xx--\r\n", 400, NULL},
        {"quote never closed", "--xx\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--xx--\r\n", 400, NULL},
        {"encoded",
         "--xx\r\nContent-Disposition: form-data; name=\"title\"\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n"
         "--xx--\r\n",
         400, NULL},
        {"not UTF-8", FIELD("title") "\xff\r\n--xx--\r\n", 400, NULL},
        {"bare LF", "--xx\nContent-Disposition: form-data; name=\"title\"\n\n1\n--xx--\n", 400, NULL},
        {"endless head", "--xx\r\nX: " TEXT_2000 TEXT_2000 "\r\n\r\n1\r\n--xx--\r\n", 400, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new((size_t)16 << 20);
        struct text message = text_format(arena, "POST /upload HTTP/1.1\r\n" HOST "Content-Type: multipart/form-data; "
                                          "boundary=\"xx\"\r\nContent-Length: %zu\r\n\r\n%s", strlen(rows[i].body),
                                          rows[i].body);
        struct text reply = ask(arena, message.data, message.size);
        bool good = status_of(reply) == rows[i].status && (rows[i].has == NULL || contains(reply, rows[i].has));
        if (!good) print_error("%s: not as expected:\n%.*s\n", rows[i].title, TEXT_ARG(reply));
        assert_true(good);
        arena_free(arena);
    }
}

/* A file without a field's bound is kept to a megabyte; a value to 64 KiB. */
static void caps_multipart(void **state) {
    (void)state;
    static const struct {
        const char *head;
        size_t size;
        int status;
    } rows[] = {
        {AS_FILE("paper", "a"), 1024 * 1024, 200}, {AS_FILE("paper", "a"), 1024 * 1024 + 1, 413},
        {FIELD("title"), 64 * 1024 + 1, 413},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena *arena = arena_new((size_t)32 << 20);
        struct buffer out = buffer_new(arena, rows[i].size + 1024);
        size_t length = strlen(rows[i].head) + rows[i].size + 10;
        buffer_format(&out, "POST /upload HTTP/1.1\r\n" HOST "Content-Type: multipart/form-data; boundary=xx\r\n"
                            "Content-Length: %zu\r\n\r\n%s", length, rows[i].head);
        for (size_t j = 0; j < rows[i].size; j++) buffer_add_char(&out, 'x');
        buffer_add_literal(&out, "\r\n--xx--\r\n");
        struct text reply = ask(arena, out.data, out.size);
        assert_int_equal(status_of(reply), rows[i].status);
        arena_free(arena);
    }
}

static void believes_the_proxy_when_told(void **state) {
    (void)state;
    static const char message[] = GET("/") "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\nX-Forwarded-Proto: http, https\r\n"
                                           "Cookie: session=plain; __Host-session=bound\r\n\r\n";
    struct arena *arena = arena_new((size_t)16 << 20);
    struct server_options behind = options;
    behind.behind_proxy = true;
    struct request *request = request_parse(arena, &behind, (struct text){message, sizeof message - 1});
    assert_true(text_is(request->address, "2.2.2.2")); /* the nearest hop wrote the last */
    assert_true(request->secure);
    assert_true(text_is(request->cookie_session, "bound"));
    struct text reply = request_reply(request);
    assert_true(contains(reply, "Strict-Transport-Security: max-age="));
    static const char posted[] = POST("/people", URLENCODED, "6") "X-Forwarded-Proto: https\r\n\r\nname=x";
    reply = request_reply(request_parse(arena, &behind, (struct text){posted, sizeof posted - 1}));
    assert_true(
        contains(reply, "Set-Cookie: __Host-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60\r\n"));
    arena_free(arena);
}

static void ids_sort_by_time(void **state) {
    (void)state;
    struct arena *arena = arena_new((size_t)16 << 20);
    static const char message[] = GET("/") "\r\n";
    struct text first = request_parse(arena, &options, (struct text){message, sizeof message - 1})->id;
    world_advance(world, SECOND);
    struct text second = request_parse(arena, &options, (struct text){message, sizeof message - 1})->id;
    assert_int_equal(first.size, 13);
    assert_true(memcmp(first.data, second.data, 13) < 0);
    arena_free(arena);
}

/* The real one: it must need nothing that only the engine knows. */
static void draws_the_error_page(void **state) {
    (void)state;
    struct server_options real = options;
    real.error_page = &template_http_error;
    struct arena *arena = arena_new((size_t)16 << 20);
    static const char *const messages[] = {GET("/nowhere") HTML "\r\n", GET("/search") HTML "\r\n",
                                           "GET / HTTP/1.1\r\n" HTML "\r\n"};
    static const int statuses[] = {404, 422, 400};
    for (size_t i = 0; i < 3; i++) {
        struct text message = text_from(messages[i]);
        struct text reply = request_reply(request_parse(arena, &real, message));
        assert_int_equal(status_of(reply), statuses[i]);
        assert_true(contains(reply, "</html>"));
        assert_true(contains(reply, "form-action 'self'"));
    }
    arena_free(arena);
}

static enum flow open_stream(struct request *request, struct tx *tx) {
    (void)tx;
    struct event_stream *stream = events_open(request);
    assert_true(events_send(stream, "balance", TEXT("one\ntwo")));
    events_close(stream);
    return FLOW_ANSWERED;
}

static void streams_without_sockets(void **state) {
    (void)state;
    static const struct route live = {.method = METHOD_GET, .path = "/live", .stages = {{STAGE_READ, open_stream}},
                                      .flags = ROUTE_STREAM};
    static const struct route *const only[] = {&live, NULL};
    struct server_options streaming = options;
    streaming.routes = only;
    struct arena *arena = arena_new((size_t)16 << 20);
    static const char message[] = GET("/live") "Accept: text/event-stream\r\n\r\n";
    struct text reply = request_reply(request_parse(arena, &streaming, (struct text){message, sizeof message - 1}));
    assert_true(contains(reply, "event: balance\ndata: one\ndata: two\n\n"));
    static const char other[] = GET("/live") "Accept: application/json\r\n\r\n";
    reply = request_reply(request_parse(arena, &streaming, (struct text){other, sizeof other - 1}));
    assert_int_equal(status_of(reply), 406);
    arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_the_table),       cmocka_unit_test(uploads_vanish_with_the_arena),
        cmocka_unit_test(checks_multipart),        cmocka_unit_test(caps_multipart),
        cmocka_unit_test(believes_the_proxy_when_told), cmocka_unit_test(ids_sort_by_time),
        cmocka_unit_test(draws_the_error_page),    cmocka_unit_test(streams_without_sockets),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

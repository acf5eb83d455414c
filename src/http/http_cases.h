/* http_cases.h: requests as bytes and what must be answered: one table, run without a socket (wire_test.c) and over
 * real ones (server_test.c), so that both readers are held to the same rules. For tests only. */
#pragma once

#include "http/request.h"
#include "http/server.h"

#include <string.h>

/* ---- the site ---- */

static const char *const colours[] = {"red", "green", NULL};
FORM(form_person, {.name = "name", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "colour", .type = FIELD_CHOICE, .choices = colours});
FORM(form_upload, {.name = "title", .type = FIELD_TEXT}, {.name = "picture", .type = FIELD_FILE, .max = 2000},
     {.name = "paper", .type = FIELD_FILE});
FORM(form_search, {.name = "q", .type = FIELD_TEXT, .required = true});

static enum flow tell_path(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_text(document, "path", request->path);
    if (request->params[0].data != NULL) doc_text(document, "param", request->params[0]);
    doc_text(document, "address", request->address);
    doc_bool(document, "secure", request->secure);
    if (request->cookie_session.data != NULL) doc_text(document, "session", request->cookie_session);
    return answer_ok(request, document);
}

static enum flow tell_person(struct request *request, struct tx *tx) {
    (void)tx;
    static const struct refusal invalid = {.type = "invalid-fields", .status = 422};
    if (!request->fields_valid) return refuse(request, &invalid);
    struct node *document = doc_new(request->arena);
    doc_text(document, "name", field_text(request, "name"));
    if (field_given(request, "colour")) doc_int(document, "colour", field_number(request, "colour"));
    answer_cookie(request, "session", TEXT("abc"), 60);
    return answer_done(request, document, TEXT("/people/1"));
}

static enum flow tell_upload(struct request *request, struct tx *tx) {
    (void)tx;
    static const struct refusal invalid = {.type = "invalid-fields", .status = 422};
    if (!request->fields_valid) return refuse(request, &invalid);
    struct node *document = doc_new(request->arena);
    doc_text(document, "title", field_text(request, "title"));
    const struct upload *upload = request_field(request, "picture")->upload;
    if (upload != NULL) {
        doc_text(document, "file_name", upload->file_name);
        doc_int(document, "size", upload->size);
        doc_text(document, "spooled", text_from(upload->path));
    }
    return answer_ok(request, document);
}

static enum flow tell_search(struct request *request, struct tx *tx) {
    (void)tx;
    static const struct refusal invalid = {.type = "invalid-fields", .status = 422};
    if (!request->fields_valid) return refuse(request, &invalid);
    struct node *document = doc_new(request->arena);
    doc_text(document, "q", field_text(request, "q"));
    return answer_ok(request, document);
}

static enum flow tell_raw(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    doc_text(document, "body", request->body);
    return answer_ok(request, document);
}

static enum flow tell_file(struct request *request, struct tx *tx) {
    (void)tx;
    struct answer_file file = {.content_type = "text/csv; charset=utf-8", .file_name = "выписка.csv",
                               .bytes = TEXT("a;b\r\n")};
    return answer_file(request, &file);
}

static bool count_down(void *state, struct buffer *out) {
    int *left = state;
    for (int i = 0; i < 1000; i++) buffer_add_literal(out, "0123456789\n");
    return --*left > 0;
}

static enum flow tell_export(struct request *request, struct tx *tx) {
    (void)tx;
    int *left = arena_new_of(request->arena, int);
    *left = 30;
    struct answer_file file = {.content_type = "text/plain", .more = count_down, .state = left};
    return answer_file(request, &file);
}

static void draw_page(struct drawing *drawing) {
    buffer_add_literal(drawing->out, "<p>a page</p>");
}

static void draw_error(struct drawing *drawing) {
    buffer_format(drawing->out, "<p>error %lld</p>", (long long)doc_get(drawing->document, "status")->number);
}

static const struct template page_template = {"test/page", draw_page};
static const struct template error_template = {"test/error", draw_error};

static const struct route site_routes[] = {
    {.method = METHOD_GET, .path = "/", .stages = {{STAGE_READ, tell_path}}, .page = &page_template},
    {.method = METHOD_GET, .path = "/hello/{name}", .stages = {{STAGE_READ, tell_path}}},
    {.method = METHOD_GET, .path = "/hello/fixed", .stages = {{STAGE_READ, tell_path}}},
    {.method = METHOD_GET, .path = "/hello/fixed/{rest}/end", .stages = {{STAGE_READ, tell_path}}},
    {.method = METHOD_DELETE, .path = "/hello/{name}", .stages = {{STAGE_WRITE, tell_path}}},
    {.method = METHOD_GET, .path = "/page-only", .stages = {{STAGE_READ, tell_path}}, .page = &page_template,
     .flags = ROUTE_PAGE_ONLY},
    {.method = METHOD_POST, .path = "/people", .form = &form_person, .stages = {{STAGE_WRITE, tell_person}}},
    {.method = METHOD_POST, .path = "/upload", .form = &form_upload, .stages = {{STAGE_WRITE, tell_upload}},
     .body_max = 1536 * 1024},
    {.method = METHOD_GET, .path = "/search", .form = &form_search, .stages = {{STAGE_READ, tell_search}}},
    {.method = METHOD_POST, .path = "/hook", .stages = {{STAGE_WRITE, tell_raw}}, .flags = ROUTE_NO_CSRF},
    {.method = METHOD_POST, .path = "/act", .stages = {{STAGE_WRITE, tell_path}}},
    {.method = METHOD_GET, .path = "/file", .stages = {{STAGE_READ, tell_file}}},
    {.method = METHOD_GET, .path = "/export", .stages = {{STAGE_READ, tell_export}}},
    {.method = METHOD_GET, .path = "/cached", .stages = {{STAGE_READ, tell_path}}, .flags = ROUTE_CACHED},
};
#define SITE_ROUTES (sizeof site_routes / sizeof *site_routes)

static void run_stage(void *data) {
    struct request *request = data;
    enum flow flow = request->route->stages[0].run(request, NULL);
    (void)flow;
}

/* Answers at once on the calling thread. */
static void site_handle(void *self, struct request *request) {
    static const struct refusal unavailable = {.type = "unavailable", .status = 503};
    (void)self;
    if (!arena_guard(request->arena, run_stage, request)) refuse(request, &unavailable);
    request->finish(request);
}

/* ---- the table ---- */

struct http_case {
    const char *title;
    const char *message;
    size_t size; /* 0: strlen(message) */
    int status;
    const char *has, *lacks; /* in the whole answer */
    bool closes;             /* and the connection takes no further request */
    bool sockets_only;       /* rules of libmicrohttpd itself */
};

#define HOST "Host: localhost\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST
#define POST(target, type, length) \
    "POST " target " HTTP/1.1\r\n" HOST "Content-Type: " type "\r\nContent-Length: " length "\r\n"
#define HTML "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
#define URLENCODED "application/x-www-form-urlencoded"
#define BYTES(literal) .message = literal, .size = sizeof(literal) - 1
#define TEXT_20 "aaaaaaaaaaaaaaaaaaaa"
#define TEXT_200 TEXT_20 TEXT_20 TEXT_20 TEXT_20 TEXT_20 TEXT_20 TEXT_20 TEXT_20 TEXT_20 TEXT_20
#define TEXT_2000 TEXT_200 TEXT_200 TEXT_200 TEXT_200 TEXT_200 TEXT_200 TEXT_200 TEXT_200 TEXT_200 TEXT_200

static const struct http_case http_cases[] = {
    /* ---- routing ---- */
    {.title = "root", .message = GET("/") "\r\n", .status = 200, .has = "\"path\":\"/\""},
    {.title = "parameter", .message = GET("/hello/you") "\r\n", .status = 200, .has = "\"param\":\"you\""},
    {.title = "literal before parameter", .message = GET("/hello/fixed") "\r\n", .status = 200, .lacks = "param"},
    {.title = "back from a literal that leads nowhere", .message = GET("/hello/fixed/x/end") "\r\n", .status = 200,
     .has = "\"param\":\"x\""},
    {.title = "escaped parameter", .message = GET("/hello/%D0%AF%20%2e") "\r\n", .status = 200,
     .has = "\"param\":\"Я .\""},
    {.title = "decoded once", .message = GET("/hello/%2541") "\r\n", .status = 200, .has = "\"param\":\"%41\""},
    {.title = "empty parameter", .message = GET("/hello/") "\r\n", .status = 404},
    {.title = "no such path", .message = GET("/nowhere") "\r\n", .status = 404, .has = "application/problem+json"},
    {.title = "longer than any route", .message = GET("/hello/a/b/c/d/e") "\r\n", .status = 404},
    {.title = "404 as a page", .message = GET("/nowhere") HTML "\r\n", .status = 404, .has = "<p>error 404</p>"},
    {.title = "405", .message = POST("/search", URLENCODED, "3") "\r\nq=1", .status = 405,
     .has = "\r\nAllow: GET, HEAD\r\n"},
    {.title = "405 with several", .message = "PUT /hello/x HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
     .status = 405,
     .has = "Allow: GET, HEAD, DELETE\r\n"},
    {.title = "unknown method", .message = "BREW / HTTP/1.1\r\n" HOST "\r\n", .status = 405},
    {.title = "methods are case-sensitive", .message = "get / HTTP/1.1\r\n" HOST "\r\n", .status = 405},
    {.title = "delete", .message = "DELETE /hello/x HTTP/1.1\r\n" HOST "\r\n", .status = 200},
    {.title = "query", .message = GET("/search?q=a%26b+c&_x=1") "\r\n", .status = 200, .has = "\"q\":\"a&b c\""},
    {.title = "query missing", .message = GET("/search") "\r\n", .status = 422, .has = "\"field\":\"q\""},
    {.title = "query malformed", .message = GET("/search?q=%zz") "\r\n", .status = 400},
    {.title = "query of a route that reads none", .message = GET("/?a=%zz&b=1&b=2") "\r\n", .status = 200},
    {.title = "query twice", .message = GET("/search?q=1&q=2") "\r\n", .status = 400},
    {.title = "absolute form", .message = GET("http://localhost/hello/x?y") "\r\n", .status = 200,
     .has = "\"param\":\"x\""},
    /* ---- paths ---- */
    {.title = "dot dot", .message = GET("/hello/../x") "\r\n", .status = 400, .closes = true},
    {.title = "escaped dot dot", .message = GET("/hello/%2e%2E/x") "\r\n", .status = 400, .closes = true},
    {.title = "escaped slash", .message = GET("/hello%2Fyou") "\r\n", .status = 400, .closes = true},
    {.title = "backslash", .message = GET("/hello\\you") "\r\n", .status = 400, .closes = true},
    {.title = "escaped NUL", .message = GET("/hello/%00") "\r\n", .status = 400, .closes = true},
    {.title = "half an escape", .message = GET("/hello/%4") "\r\n", .status = 400, .closes = true},
    {.title = "not UTF-8", .message = GET("/hello/%ff") "\r\n", .status = 400, .closes = true},
    {.title = "raw bytes above ASCII", .message = GET("/hello/\xd0\xaf") "\r\n", .status = 400, .closes = true},
    {.title = "fragment", .message = GET("/hello/a#b") "\r\n", .status = 400, .closes = true},
    {.title = "asterisk", .message = GET("*") "\r\n", .status = 400, .closes = true},
    /* ---- representations ---- */
    {.title = "page for a browser", .message = GET("/") HTML "\r\n", .status = 200, .has = "<p>a page</p>"},
    {.title = "JSON for anything", .message = GET("/") "Accept: */*\r\n\r\n", .status = 200, .has = "application/json"},
    {.title = "JSON by weight", .message = GET("/") "Accept: text/html;q=0.5, application/json\r\n\r\n", .status = 200,
     .has = "application/json"},
    {.title = "neither", .message = GET("/") "Accept: image/png\r\n\r\n", .status = 406},
    {.title = "refused by weight", .message = GET("/") "Accept: text/html;q=0, application/json;q=0\r\n\r\n",
     .status = 406},
    {.title = "page only, asked for JSON", .message = GET("/page-only") "Accept: application/json\r\n\r\n",
     .status = 406},
    {.title = "page only, asked for anything", .message = GET("/page-only") "\r\n", .status = 200, .has = "<p>a page"},
    {.title = "a file has its own type", .message = GET("/file") "Accept: text/csv\r\n\r\n", .status = 200,
     .has = "attachment; filename*=UTF-8''%D0%B2%D1%8B"},
    {.title = "head", .message = "HEAD / HTTP/1.1\r\n" HOST "\r\n", .status = 200, .has = "Content-Length: ",
     .lacks = "\"path\""},
    {.title = "export", .message = GET("/export") "\r\n", .status = 200, .has = "0123456789\n"},
    /* ---- header fields ---- */
    {.title = "no-store", .message = GET("/") "\r\n", .status = 200, .has = "Cache-Control: no-store\r\n"},
    {.title = "may be kept", .message = GET("/cached") "\r\n", .status = 200, .has = "Cache-Control: private"},
    {.title = "policy of pages", .message = GET("/") HTML "\r\n", .status = 200,
     .has = "form-action 'self' https://acquirer.example; frame-ancestors 'none'; base-uri 'none'", .lacks = "unsafe"},
    {.title = "policy of errors", .message = GET("/nowhere") "\r\n", .status = 404,
     .has = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"},
    {.title = "nosniff", .message = GET("/x") "\r\n", .status = 404, .has = "X-Content-Type-Options: nosniff\r\n"},
    {.title = "request id", .message = GET("/x") "\r\n", .status = 404, .has = "X-Request-Id: 0"},
    {.title = "no HSTS in the clear", .message = GET("/") "\r\n", .status = 200, .lacks = "Strict-Transport"},
    {.title = "no proxy is believed unasked",
     .message = GET("/") "X-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\r\n",
     .status = 200,
     .has = "\"secure\":false",
     .lacks = "9.9.9.9"},
    {.title = "cookie in",
     .message = GET("/") "Cookie: a=b; session=s1\r\n\r\n",
     .status = 200,
     .has = "\"session\":\"s1\""},
    {.title = "cookie twice", .message = GET("/") "Cookie: session=s1; session=s2\r\n\r\n", .status = 200,
     .lacks = "\"session\""},
    {.title = "cookie out", .message = POST("/people", "application/json", "12") "\r\n{\"name\":\"x\"}", .status = 200,
     .has = "Set-Cookie: session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60\r\n"},
    /* ---- bodies ---- */
    {.title = "urlencoded", .message = POST("/people", URLENCODED, "24") "\r\nname=%D0%AF&colour=green", .status = 200,
     .has = "{\"name\":\"Я\",\"colour\":1}"},
    {.title = "urlencoded, a page's", .message = POST("/people", URLENCODED, "6") HTML "\r\nname=x", .status = 303,
     .has = "Location: /people/1\r\n"},
    {.title = "type with parameters", .message = POST("/people", URLENCODED "; charset=UTF-8", "6") "\r\nname=x",
     .status = 200},
    {.title = "urlencoded twice", .message = POST("/people", URLENCODED, "13") "\r\nname=x&name=y", .status = 400},
    {.title = "a wrong choice", .message = POST("/people", URLENCODED, "17") "\r\nname=x&colour=pin", .status = 422,
     .has = "\"field\":\"colour\",\"fault\":\"malformed\""},
    {.title = "JSON", .message = POST("/people", "application/json", "27") "\r\n{\"name\":\"x\",\"colour\":\"red\"}",
     .status = 200, .has = "{\"name\":\"x\",\"colour\":0}"},
    {.title = "JSON with an unknown field", .message = POST("/people", "application/json",
                                                            "21") "\r\n{\"name\":\"x\",\"is\":1.0}",
     .status = 422, .has = "\"field\":\"is\",\"fault\":\"unknown\""},
    {.title = "JSON with a name twice", .message = POST("/people", "application/json",
                                                        "23") "\r\n{\"name\":\"x\",\"name\":\"y\"}",
     .status = 400},
    {.title = "JSON with NUL", .message = POST("/people", "application/json", "17") "\r\n{\"name\":\"\\u0000\"}",
     .status = 400},
    {.title = "JSON with an array for a text", .message = POST("/people", "application/json",
                                                               "14") "\r\n{\"name\":[\"x\"]}",
     .status = 422, .has = "\"field\":\"name\""},
    {.title = "JSON that is no object", .message = POST("/people", "application/json", "5") "\r\n[\"x\"]",
     .status = 400},
    {.title = "JSON and more", .message = POST("/people", "application/json", "14") "\r\n{\"name\":\"x\"}{}",
     .status = 400},
    {.title = "no body where a form is", .message = POST("/people", "application/json", "0") "\r\n", .status = 422},
    {.title = "other type", .message = POST("/people", "text/plain", "6") "\r\nname=x", .status = 415},
    {.title = "no type", .message = "POST /people HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\nname=x", .status = 415},
    {.title = "compressed", .message = POST("/people", URLENCODED, "6") "Content-Encoding: gzip\r\n\r\nname=x",
     .status = 415},
    {.title = "raw where a partner signs", .message = POST("/hook", "text/xml", "4") "\r\n<a/>", .status = 200,
     .has = "{\"body\":\"<a/>\"}"},
    {.title = "no raw bodies elsewhere", .message = POST("/act", "text/xml", "4") "\r\n<a/>", .status = 415},
    {.title = "a form without fields", .message = POST("/act", URLENCODED, "12") "\r\n_csrf=a&_k=b", .status = 200},
    {.title = "too large", .message = POST("/people", URLENCODED, "200000000") "\r\n", .status = 413, .closes = true,
     .sockets_only = true},
    {.title = "multipart",
     .message = POST("/upload", "multipart/form-data; boundary=xx",
                     "172") "\r\n--xx\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nhi\r\n--xx\r\n"
                            "Content-Disposition: form-data; name=\"picture\"; filename=\"a.png\"\r\nContent-Type: "
                            "image/png\r\n\r\n12345\r\n--xx--\r\n",
     .status = 200,
     .has = "\"title\":\"hi\",\"file_name\":\"a.png\",\"size\":5"},
    /* ---- framing: forms of smuggling ---- */
    {.title = "no length", .message = "POST /people HTTP/1.1\r\n" HOST "\r\n", .status = 411, .closes = true},
    {.title = "chunked", .message = "POST /people HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     .status = 411,
     .closes = true},
    {.title = "length and chunked", .message = POST("/people", URLENCODED,
                                                    "5") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     .status = 400, .closes = true},
    {.title = "chunked and length", .message = "POST /people HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
     "Content-Length: 5\r\n\r\n0\r\n\r\n", .status = 400, .closes = true},
    {.title = "chunked, some other way",
     .message = "POST /people HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n",
     .status = 501, .closes = true},
    {.title = "chunked twice", .message = "POST /people HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
     "Transfer-Encoding: identity\r\n\r\n", .status = 400, .closes = true},
    {.title = "chunked GET", .message = GET("/") "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .status = 411,
     .closes = true},
    {.title = "chunked behind a vertical tab",
     .message = "POST /people HTTP/1.1\r\n" HOST "Transfer-Encoding: \vchunked\r\n\r\n",
     .status = 400, .closes = true},
    {.title = "blank before the colon",
     .message = "POST /people HTTP/1.1\r\n" HOST "Transfer-Encoding : chunked\r\n\r\n",
     .status = 400, .closes = true},
    {.title = "two lengths", .message = POST("/people", URLENCODED, "6") "Content-Length: 7\r\n\r\nname=x",
     .status = 400,
     .closes = true},
    {.title = "two equal lengths", .message = POST("/people", URLENCODED, "6") "Content-Length: 6\r\n\r\nname=x",
     .status = 400,
     .closes = true},
    {.title = "a list of lengths", .message = POST("/people", URLENCODED, "6, 6") "\r\nname=x", .status = 400,
     .closes = true},
    {.title = "signed length", .message = POST("/people", URLENCODED, "+6") "\r\nname=x", .status = 400,
     .closes = true},
    {.title = "negative length", .message = POST("/people", URLENCODED, "-6") "\r\nname=x", .status = 400,
     .closes = true},
    {.title = "hexadecimal length", .message = POST("/people", URLENCODED, "0x6") "\r\nname=x", .status = 400,
     .closes = true},
    {.title = "empty length", .message = POST("/people", URLENCODED, "") "\r\nname=x", .status = 400, .closes = true},
    {.title = "length of GET", .message = GET("/") "Content-Length: 3\r\n\r\nabc", .status = 400, .closes = true},
    {.title = "length 0 of GET", .message = GET("/") "Content-Length: 0\r\n\r\n", .status = 200},
    {.title = "folded field", .message = GET("/") "X-A: b\r\n c\r\n\r\n", .status = 400, .closes = true},
    {.title = "folded length", .message = "POST /people HTTP/1.1\r\n" HOST "Content-Length:\r\n 6\r\n\r\nname=x",
     .status = 400,
     .closes = true},
    {.title = "bare LF", .message = "GET / HTTP/1.1\nHost: localhost\n\n", .status = 400, .closes = true},
    {.title = "one bare LF", .message = "GET / HTTP/1.1\r\nHost: localhost\nX-A: b\r\n\r\n", .status = 400,
     .closes = true},
    {.title = "bare LF at the end", .message = "GET / HTTP/1.1\r\nHost: localhost\r\n\n", .status = 400,
     .closes = true},
    {.title = "bare CR", .message = GET("/") "X-A: b\rX-B: c\r\n\r\n", .status = 400, .closes = true},
    {.title = "NUL in a value", BYTES(GET("/") "X-A: b\0c\r\n\r\n"), .status = 400, .closes = true},
    {.title = "NUL in a name", BYTES(GET("/") "X-\0A: b\r\n\r\n"), .status = 400, .closes = true},
    {.title = "a line of NUL", BYTES(GET("/") "\0\r\nX: y\r\n\r\n"), .status = 400, .closes = true},
    {.title = "NUL in the target", BYTES("GET /\0x HTTP/1.1\r\n" HOST "\r\n"), .status = 400, .closes = true},
    {.title = "control byte in a value", .message = GET("/") "X-A: b\x01\r\n\r\n", .status = 400, .closes = true},
    {.title = "no colon", .message = GET("/") "X-A\r\n\r\n", .status = 400, .closes = true},
    {.title = "empty name", .message = GET("/") ": b\r\n\r\n", .status = 400, .closes = true},
    {.title = "two blanks in the line", .message = "GET  / HTTP/1.1\r\n" HOST "\r\n", .status = 400, .closes = true},
    {.title = "blank in the target", .message = "GET /a b HTTP/1.1\r\n" HOST "\r\n", .status = 400, .closes = true},
    {.title = "empty value", .message = GET("/") "X-A:\r\nX-B: \r\n\r\n", .status = 200},
    {.title = "blanks around a value", .message = GET("/hello/x") "Accept:  \t*/* \t \r\n\r\n", .status = 200},
    /* ---- Host, version, sizes ---- */
    {.title = "no Host", .message = "GET / HTTP/1.1\r\nX-A: b\r\n\r\n", .status = 400, .closes = true},
    {.title = "no Host, HTTP/1.0", .message = "GET / HTTP/1.0\r\nX-A: b\r\n\r\n", .status = 400, .closes = true},
    {.title = "two Hosts", .message = GET("/") "Host: other\r\n\r\n", .status = 400, .closes = true},
    {.title = "Host with a path", .message = "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .status = 400, .closes = true},
    {.title = "Host with a user", .message = "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", .status = 400, .closes = true},
    {.title = "Host with port", .message = "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", .status = 200},
    {.title = "HTTP/1.0", .message = "GET / HTTP/1.0\r\n" HOST "\r\n", .status = 200, .closes = true},
    {.title = "two Authorizations", .message = GET("/") "Authorization: a\r\nAuthorization: b\r\n\r\n", .status = 400,
     .closes = true},
    {.title = "long target", .message = GET("/hello/" TEXT_2000 TEXT_2000 TEXT_200) "\r\n", .status = 414,
     .closes = true},
    {.title = "long query", .message = GET("/search?q=" TEXT_2000 TEXT_2000 TEXT_200) "\r\n", .status = 414,
     .closes = true},
    {.title = "target within bounds", .message = GET("/hello/" TEXT_2000) "\r\n", .status = 200},
    {.title = "large head",
     .message = GET("/") "X-A: " TEXT_2000 TEXT_2000 "\r\nX-B: " TEXT_2000 TEXT_2000 "\r\nX-C: " TEXT_2000 "\r\n\r\n",
     .status = 431,
     .closes = true},
    {.title = "head within bounds",
     .message = GET("/") "X-A: " TEXT_2000 TEXT_2000 "\r\nX-B: " TEXT_2000 "\r\n\r\n",
     .status = 200},
    {.title = "one huge field", .message = GET("/") "X-A: " TEXT_2000 TEXT_2000 TEXT_2000 TEXT_2000 TEXT_2000 TEXT_2000
     TEXT_2000 TEXT_2000 TEXT_2000 TEXT_2000 TEXT_2000 TEXT_2000 "\r\n\r\n", .status = 431, .closes = true},
    {.title = "unknown expectation", .message = POST("/people", URLENCODED, "6") "Expect: tea\r\n\r\nname=x",
     .status = 417,
     .closes = true},
};
#define HTTP_CASES (sizeof http_cases / sizeof *http_cases)

static struct server_options site_options(struct world *world, const struct route **routes) {
    for (size_t i = 0; i < SITE_ROUTES; i++) routes[i] = &site_routes[i];
    routes[SITE_ROUTES] = NULL;
    return (struct server_options){
        .address = "127.0.0.1", .routes = routes, .world = world, .handle = site_handle,
        .error_page = &error_template, .form_action = "https://acquirer.example",
    };
}

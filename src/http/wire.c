/* wire.c: a small strict reader of requests and writer of answers; also the meaning of request_parse and
 * request_reply. */
#include "http/wire.h"

#include "base/check.h"
#include "http/events.h"
#include "http/refusals.h"
#include "http/reply.h"

#include <string.h>

/* The next line without its CRLF; false when there is none, or it holds a bare CR, LF or NUL. */
static bool next_line(struct text *rest, struct text *line) {
    for (size_t i = 0; i + 1 < rest->size; i++) {
        char byte = rest->data[i];
        if (byte == '\n' || byte == '\0') return false;
        if (byte != '\r') continue;
        if (rest->data[i + 1] != '\n') return false;
        *line = text_slice(*rest, 0, i);
        *rest = text_slice(*rest, i + 2, rest->size);
        return true;
    }
    return false;
}

static bool parse_line(struct arena *arena, struct text line, struct head *head) {
    struct text rest, version, extra;
    head->method = text_copy(arena, text_split(line, ' ', &rest));
    if (rest.data == NULL) return false;
    head->target = text_copy(arena, text_split(rest, ' ', &version));
    if (version.data == NULL) return false;
    head->version = text_copy(arena, text_split(version, ' ', &extra));
    return extra.data == NULL && head->target.size > 0;
}

void wire_parse(struct arena *arena, struct text message, struct head *head, struct text *body) {
    struct text rest = message, line;
    *head = (struct head){.status = 0};
    *body = TEXT("");
    head->status = 400;
    head->method = head->target = head->version = TEXT("");
    if (!next_line(&rest, &line) || !parse_line(arena, line, head)) return;
    head->status = 0;
    while (true) {
        if (!next_line(&rest, &line)) {
            if (head->status == 0) head->status = 400;
            return;
        }
        if (line.size == 0) break;
        struct text value;
        struct text name = text_split(line, ':', &value); /* a folded line begins with a blank: no token, refused */
        if (value.data == NULL && head->status == 0) head->status = 400;
        head_add(head, arena, name, value);
    }
    if (message.size - rest.size > HEAD_SIZE_MAX && head->status == 0)
        head->status = head->target.size > HEAD_TARGET_MAX ? 414 : 431;
    *body = rest;
}

static void finished(struct request *request) {
    struct exchange *exchange = exchange_of(request);
    check(!exchange->finished && request->answer.status != 0);
    exchange->finished = true;
}

struct request *request_parse(struct arena *arena, const struct server_options *options, struct text message) {
    struct exchange *exchange = exchange_new(arena, site_new(arena, options), TEXT("127.0.0.1"), false);
    struct request *request = &exchange->request;
    struct text body;
    wire_parse(arena, message, &exchange->head, &body);
    exchange_head(exchange);
    if (request->answer.status == 0 && (int64_t)body.size != exchange->body_expected) {
        exchange->close = true;
        exchange_refuse(exchange, 400);
    }
    if (request->answer.status == 0 && body.size > 0) exchange_body(exchange, body.data, body.size);
    exchange_end(exchange);
    request->finish = finished;
    exchange->finished = request->answer.status != 0 || exchange->asset != NULL;
    if (!exchange->finished) options->handle(options->self, request);
    return request;
}

bool request_finished(const struct request *request) {
    return exchange_of(request)->finished;
}

static struct text whole_body(struct exchange *exchange, const struct reply *reply) {
    if (!reply->streamed) return reply->body;
    struct arena *arena = exchange->request.arena;
    if (exchange->stream != NULL) return events_take(exchange->stream, arena);
    const struct answer_file *file = exchange->request.answer.file;
    struct buffer whole = buffer_new(arena, 4096), piece = buffer_new(arena, (size_t)64 * 1024);
    bool more = true;
    while (more) {
        piece.size = 0;
        more = file->more(file->state, &piece);
        buffer_add(&whole, piece.data, piece.size);
    }
    return buffer_text(&whole);
}

static void write_headers(struct buffer *out, const struct reply_header *headers, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (headers[i].value[0] != '\0') buffer_format(out, "%s: %s\r\n", headers[i].name, headers[i].value);
}

struct text request_reply(struct request *request) {
    struct exchange *exchange = exchange_of(request);
    struct reply reply;
    check(exchange->finished);
    if (!reply_build(exchange, &reply)) reply_unavailable(&reply);
    struct text body = whole_body(exchange, &reply);
    struct buffer out = buffer_new(request->arena, body.size + 2048);
    buffer_format(&out, "HTTP/1.1 %d %s\r\n", reply.status, status_title(reply.status));
    struct reply_header fixed[REPLY_FIXED_MAX];
    write_headers(&out, fixed, reply_fixed(exchange->site, reply.kind, reply.secure, fixed));
    write_headers(&out, reply.headers, reply.count);
    if (exchange->stream == NULL) buffer_format(&out, "Content-Length: %zu\r\n", body.size);
    buffer_add_literal(&out, "\r\n");
    if (!request->head) buffer_add_text(&out, body);
    return buffer_text(&out);
}

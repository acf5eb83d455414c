/* reply.c: see reply.h. Every answer carries the security fields; what may be kept by a browser or a proxy says so itself,
 * everything else is no-store. */
#include "http/reply.h"

#include "base/check.h"
#include "generated/assets.h"
#include "http/assets.h"
#include "http/cookie.h"
#include "http/problem.h"
#include "http/refusals.h"

#include <string.h>

#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"
#define FILE_POLICY "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

static void header(struct reply *reply, const char *name, const char *value) {
    check(reply->count < REPLY_HEADERS_MAX);
    reply->headers[reply->count++] = (struct reply_header){name, value};
}

static void header_text(struct reply *reply, struct arena *arena, const char *name, struct text value) {
    header(reply, name, text_copy(arena, value).data);
}

/* ---- bodies ---- */

static const struct template *page_of(const struct exchange *exchange) {
    const struct answer *answer = &exchange->request.answer;
    if (!exchange->request.wants_html || answer->stored_json.data != NULL || answer->status == 303) return NULL;
    if (answer->page != NULL) return answer->page;
    if (answer->refusal != NULL || answer->document == NULL || exchange->request.route == NULL) return NULL;
    return exchange->request.route->page;
}

static void write_page(struct exchange *exchange, struct reply *reply, const struct template *page,
                       const struct node *document) {
    struct request *request = &exchange->request;
    struct buffer out = buffer_new(request->arena, 8192);
    struct drawing drawing = {.out = &out, .arena = request->arena, .locale = &request->locale,
                              .document = document != NULL ? document : doc_new(request->arena),
                              .page = request->page != NULL ? request->page : doc_new(request->arena)};
    reply->body = template_draw(page, &drawing);
    reply->page = true;
    header(reply, "Content-Type", "text/html; charset=utf-8");
    header(reply, "Content-Security-Policy", exchange->site->page_policy);
}

static void write_json(struct exchange *exchange, struct reply *reply, const struct node *document, const char *type) {
    struct buffer out = buffer_new(exchange->request.arena, 1024);
    doc_write_json(document, &out);
    reply->body = buffer_text(&out);
    header(reply, "Content-Type", type);
    header(reply, "Content-Security-Policy", DATA_POLICY);
}

static void write_refusal(struct exchange *exchange, struct reply *reply) {
    const struct server_options *options = exchange->site->options;
    struct node *problem = problem_document(exchange);
    if (exchange->request.wants_html && options->error_page != NULL) {
        write_page(exchange, reply, options->error_page, problem);
    } else if (exchange->request.wants_html) {
        reply->body = problem_page(exchange);
        reply->page = true;
        header(reply, "Content-Type", "text/html; charset=utf-8");
        header(reply, "Content-Security-Policy", DATA_POLICY);
    } else {
        write_json(exchange, reply, problem, "application/problem+json");
    }
}

/* RFC 6266: the name in UTF-8, every other byte escaped. */
static const char *disposition(struct arena *arena, const char *name) {
    struct buffer out = buffer_new(arena, 128);
    buffer_add_literal(&out, "attachment; filename*=UTF-8''");
    for (const char *byte = name; *byte != '\0'; byte++) {
        bool plain = (*byte >= '0' && *byte <= '9') || (*byte >= 'a' && *byte <= 'z') ||
                     (*byte >= 'A' && *byte <= 'Z') || *byte == '.' || *byte == '-' || *byte == '_';
        if (plain) buffer_add_char(&out, *byte);
        else buffer_format(&out, "%%%02X", (unsigned)(unsigned char)*byte);
    }
    return text_copy(arena, buffer_text(&out)).data;
}

static void write_file(struct exchange *exchange, struct reply *reply, const struct answer_file *file) {
    reply->body = file->bytes;
    reply->streamed = file->more != NULL;
    header(reply, "Content-Type", file->content_type);
    header(reply, "Content-Security-Policy", FILE_POLICY);
    if (file->file_name != NULL)
        header(reply, "Content-Disposition", disposition(exchange->request.arena, file->file_name));
}

static bool matches(struct text field, const char *tag) {
    struct text rest = field;
    while (rest.data != NULL) {
        struct text element = text_trim(text_split(rest, ',', &rest));
        if (text_starts(element, "W/")) element = text_slice(element, 2, element.size);
        if (text_is(element, tag)) return true;
    }
    return false;
}

static void write_asset(struct exchange *exchange, struct reply *reply) {
    const struct asset *asset = exchange->asset;
    const struct text *fields = exchange->head.fields;
    bool immutable = asset_immutable(exchange->request.path);
    const char *tag = text_format(exchange->request.arena, "\"%s\"", asset->hash).data;
    header(reply, "Cache-Control", immutable ? "public, max-age=31536000, immutable" : "public, max-age=3600");
    header(reply, "ETag", tag);
    header(reply, "Vary", "Accept-Encoding");
    header(reply, "Content-Security-Policy", DATA_POLICY);
    if (fields[HEAD_IF_NONE_MATCH].data != NULL && matches(fields[HEAD_IF_NONE_MATCH], tag)) {
        reply->status = 304;
        return;
    }
    header(reply, "Content-Type", asset->content_type);
    reply->body = (struct text){(const char *)asset->data, asset->size};
    if (asset->gzip != NULL && accept_gzip(fields[HEAD_ACCEPT_ENCODING])) {
        header(reply, "Content-Encoding", "gzip");
        reply->body = (struct text){(const char *)asset->gzip, asset->gzip_size};
    }
}

static void write_answer(struct exchange *exchange, struct reply *reply) {
    const struct answer *answer = &exchange->request.answer;
    const struct template *page = page_of(exchange);
    if (page != NULL) {
        write_page(exchange, reply, page, answer->document);
    } else if (answer->refusal != NULL) {
        write_refusal(exchange, reply);
    } else if (answer->stored_json.data != NULL) {
        reply->body = answer->stored_json;
        header(reply, "Content-Type", answer->status >= 400 ? "application/problem+json" : "application/json");
        header(reply, "Content-Security-Policy", DATA_POLICY);
    } else if (answer->file != NULL) {
        write_file(exchange, reply, answer->file);
    } else if (exchange->stream != NULL) {
        reply->streamed = true;
        header(reply, "Content-Type", "text/event-stream");
        header(reply, "Content-Security-Policy", DATA_POLICY);
    } else if (answer->document != NULL && answer->status != 303) {
        write_json(exchange, reply, answer->document, "application/json");
    } else {
        header(reply, "Content-Security-Policy", DATA_POLICY);
    }
}

/* ---- header fields ---- */

static void add_security(const struct exchange *exchange, struct reply *reply) {
    header(reply, "X-Content-Type-Options", "nosniff");
    header(reply, "Referrer-Policy", "same-origin");
    header(reply, "Cross-Origin-Resource-Policy", "same-origin");
    if (reply->page) { /* they mean something to documents only, and each field costs a hundredth of an answer */
        header(reply, "Cross-Origin-Opener-Policy", "same-origin");
        header(reply, "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    }
    if (exchange->request.secure) header(reply, "Strict-Transport-Security", "max-age=31536000; includeSubDomains");
    header(reply, "X-Request-Id", exchange->request.id.data);
}

static void add_answer_fields(struct exchange *exchange, struct reply *reply) {
    struct request *request = &exchange->request;
    const struct answer *answer = &request->answer;
    if (answer->location.data != NULL) header_text(reply, request->arena, "Location", answer->location);
    if (reply->status == 405) {
        struct text allow = router_allow(request->arena, exchange->allowed);
        header_text(reply, request->arena, "Allow", allow);
    }
    if (reply->status == 401) header(reply, "WWW-Authenticate", "Bearer");
    if (answer->retry_after_s > 0)
        header(reply, "Retry-After", text_format(request->arena, "%d", answer->retry_after_s).data);
    for (const struct cookie *cookie = answer->cookies; cookie != NULL; cookie = cookie->next)
        header_text(reply, request->arena, "Set-Cookie", cookie_write(request, cookie));
    if (exchange->asset == NULL) {
        bool cached = request->route != NULL && (request->route->flags & ROUTE_CACHED) != 0 && reply->status == 200;
        header(reply, "Cache-Control", cached ? "private, max-age=3600" : "no-store");
        if (cached) header(reply, "Vary", "Accept, Accept-Language, Cookie");
    }
    if (exchange->close) header(reply, "Connection", "close");
}

struct building {
    struct exchange *exchange;
    struct reply *reply;
};

static void build(void *data) {
    struct building *building = data;
    struct exchange *exchange = building->exchange;
    struct reply *reply = building->reply;
    reply->status = exchange->asset != NULL && exchange->request.answer.status == 0 ? 200
                                                                                   : exchange->request.answer.status;
    check(reply->status >= 200 && reply->status <= 599);
    if (exchange->asset != NULL && exchange->request.answer.status == 0) write_asset(exchange, reply);
    else write_answer(exchange, reply);
    add_security(exchange, reply);
    add_answer_fields(exchange, reply);
}

bool reply_build(struct exchange *exchange, struct reply *reply) {
    *reply = (struct reply){.status = 0};
    struct building building = {exchange, reply};
    return arena_guard(exchange->request.arena, build, &building);
}

void reply_unavailable(struct reply *reply) {
    *reply = (struct reply){.status = 503, .body = TEXT("{\"type\":\"/problems/unavailable\",\"status\":503}")};
    header(reply, "Content-Type", "application/problem+json");
    header(reply, "Content-Security-Policy", DATA_POLICY);
    header(reply, "X-Content-Type-Options", "nosniff");
    header(reply, "Cache-Control", "no-store");
    header(reply, "Retry-After", "1");
    header(reply, "Connection", "close");
}

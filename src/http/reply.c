/* reply.c: see reply.h. Every answer carries the security fields; what may be kept by a browser or a proxy says so
 * itself, everything else is no-store. */
#include "http/reply.h"

#include "base/check.h"
#include "generated/assets.h"
#include "http/assets.h"
#include "http/cookie.h"
#include "http/problem.h"
#include "http/refusals.h"

#include <string.h>

#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"
#define WORKER_POLICY "default-src 'none'; connect-src 'self'" /* its own fetches obey its own policy */
#define FILE_POLICY "sandbox; " DATA_POLICY /* but for PDF: browsers' own viewers do not start in a sandbox */

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
    reply->kind = REPLY_PAGE;
}

static void write_json(struct exchange *exchange, struct reply *reply, const struct node *document,
                       enum reply_kind kind) {
    struct buffer out = buffer_new(exchange->request.arena, 1024);
    doc_write_json(document, &out);
    reply->body = buffer_text(&out);
    reply->kind = kind;
}

static void write_refusal(struct exchange *exchange, struct reply *reply) {
    const struct server_options *options = exchange->site->options;
    struct node *problem = problem_document(exchange);
    if (exchange->request.wants_html && options->error_page != NULL) {
        write_page(exchange, reply, options->error_page, problem);
    } else if (exchange->request.wants_html) {
        reply->body = problem_page(exchange);
        reply->kind = REPLY_PAGE;
    } else {
        write_json(exchange, reply, problem, REPLY_PROBLEM);
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

static bool matches(struct text field, const char *tag) {
    struct text rest = field;
    while (rest.data != NULL) {
        struct text element = text_trim(text_split(rest, ',', &rest));
        if (text_starts(element, "W/")) element = text_slice(element, 2, element.size);
        if (text_is(element, tag)) return true;
    }
    return false;
}

static void write_file(struct exchange *exchange, struct reply *reply, const struct answer_file *file) {
    bool pdf = text_is(text_from(file->content_type), "application/pdf");
    header(reply, "Content-Security-Policy", pdf ? DATA_POLICY : FILE_POLICY);
    header(reply, "Cache-Control", file->immutable     ? "public, max-age=31536000, immutable"
                                   : file->tag != NULL ? "no-cache" /* kept, but asked for each time */
                                                       : "no-store");
    if (file->tag != NULL) {
        struct text known = exchange->head.fields[HEAD_IF_NONE_MATCH];
        header(reply, "ETag", file->tag);
        if (known.data != NULL && matches(known, file->tag)) {
            reply->status = 304;
            return;
        }
    }
    reply->body = file->bytes;
    reply->streamed = file->more != NULL;
    header(reply, "Content-Type", file->content_type);
    if (file->file_name != NULL)
        header(reply, "Content-Disposition", disposition(exchange->request.arena, file->file_name));
}

static void write_asset(struct exchange *exchange, struct reply *reply) {
    const struct asset *asset = exchange->asset;
    const struct text *fields = exchange->head.fields;
    bool immutable = asset_immutable(exchange->request.path);
    const char *tag = text_format(exchange->request.arena, "\"%s\"", asset->hash).data;
    header(reply, "Cache-Control", immutable ? "public, max-age=31536000, immutable" : "public, max-age=3600");
    header(reply, "ETag", tag);
    header(reply, "Vary", "Accept-Encoding");
    bool worker = text_is(exchange->request.path, "/service-worker.js");
    header(reply, "Content-Security-Policy", worker ? WORKER_POLICY : DATA_POLICY);
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
        reply->kind = answer->status >= 400 ? REPLY_PROBLEM : REPLY_JSON;
    } else if (answer->file != NULL) {
        write_file(exchange, reply, answer->file);
    } else if (exchange->stream != NULL) {
        reply->streamed = true;
        header(reply, "Content-Type", "text/event-stream");
        header(reply, "X-Accel-Buffering", "no"); /* nginx before us would hold events back */
        header(reply, "Content-Security-Policy", DATA_POLICY);
        header(reply, "Cache-Control", "no-store");
    } else if (answer->document != NULL && answer->status != 303) {
        write_json(exchange, reply, answer->document, REPLY_JSON);
    } else {
        header(reply, "Content-Security-Policy", DATA_POLICY);
        header(reply, "Cache-Control", "no-store");
    }
}

/* ---- header fields ---- */

size_t reply_fixed(const struct site *site, enum reply_kind kind, bool secure, struct reply_header *headers) {
    size_t count = 0;
    static const char *const types[] = {"text/html; charset=utf-8", "application/json", "application/problem+json"};
    if (kind != REPLY_OTHER) {
        bool page = kind == REPLY_PAGE;
        headers[count++] = (struct reply_header){"Content-Type", types[kind]};
        headers[count++] = (struct reply_header){"Content-Security-Policy", page ? site->page_policy : DATA_POLICY};
        headers[count++] = (struct reply_header){"Cache-Control", "no-store"};
    }
    if (kind == REPLY_PAGE) { /* these mean something to documents only */
        headers[count++] = (struct reply_header){"Cross-Origin-Opener-Policy", "same-origin"};
        headers[count++] = (struct reply_header){
            "Permissions-Policy", "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"};
    }
    headers[count++] = (struct reply_header){"X-Content-Type-Options", "nosniff"};
    headers[count++] = (struct reply_header){"Referrer-Policy", "same-origin"};
    headers[count++] = (struct reply_header){"Cross-Origin-Resource-Policy", "same-origin"};
    if (secure)
        headers[count++] = (struct reply_header){"Strict-Transport-Security", "max-age=31536000; includeSubDomains"};
    check(count <= REPLY_FIXED_MAX);
    return count;
}

/* A page or document that the browser may keep: the kind's fields, with another Cache-Control. */
static void allow_keeping(struct exchange *exchange, struct reply *reply) {
    struct reply_header fixed[REPLY_FIXED_MAX];
    size_t count = reply_fixed(exchange->site, reply->kind, false, fixed);
    for (size_t i = 0; i < count && i < 2; i++) header(reply, fixed[i].name, fixed[i].value);
    header(reply, "Cache-Control", "private, max-age=3600");
    header(reply, "Vary", "Accept, Accept-Language, Cookie");
    reply->kind = REPLY_OTHER;
}

static void add_answer_fields(struct exchange *exchange, struct reply *reply) {
    struct request *request = &exchange->request;
    const struct answer *answer = &request->answer;
    if (answer->location.data != NULL) header_text(reply, request->arena, "Location", answer->location);
    if (reply->status == 405) {
        struct text allow = router_allow(request->arena, exchange->allowed);
        header_text(reply, request->arena, "Allow", allow);
    }
    if (reply->status == 401)
        header(reply, "WWW-Authenticate", answer->challenge != NULL ? answer->challenge : "Bearer");
    if (answer->retry_after_s > 0)
        header(reply, "Retry-After", text_format(request->arena, "%d", answer->retry_after_s).data);
    for (const struct cookie *cookie = answer->cookies; cookie != NULL; cookie = cookie->next)
        header_text(reply, request->arena, "Set-Cookie", cookie_write(request, cookie));
    header(reply, "X-Request-Id", request->id.data);
    bool kept = reply->kind != REPLY_OTHER && request->route != NULL && (request->route->flags & ROUTE_CACHED) != 0;
    if (kept && reply->status == 200) allow_keeping(exchange, reply);
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
    reply->kind = REPLY_OTHER;
    reply->secure = exchange->request.secure;
    if (exchange->asset != NULL && exchange->request.answer.status == 0) write_asset(exchange, reply);
    else write_answer(exchange, reply);
    add_answer_fields(exchange, reply);
}

bool reply_build(struct exchange *exchange, struct reply *reply) {
    reply->status = 0;
    reply->count = 0;
    reply->body = TEXT("");
    reply->streamed = false;
    struct building building = {exchange, reply};
    return arena_guard(exchange->request.arena, build, &building);
}

void reply_unavailable(struct reply *reply) {
    *reply = (struct reply){.status = 503, .kind = REPLY_PROBLEM};
    reply->body = TEXT("{\"type\":\"/problems/unavailable\",\"title\":\"Service Unavailable\",\"status\":503}");
    header(reply, "Retry-After", "1");
    header(reply, "Connection", "close");
}

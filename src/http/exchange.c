/* exchange.c: from a head to a request that is routed, negotiated and parsed, or refused. */
#include "http/exchange.h"

#include "base/check.h"
#include "http/assets.h"
#include "http/cookie.h"
#include "http/multipart.h"
#include "http/refusals.h"
#include "http/request_id.h"
#include "http/target.h"

#include <strings.h>

#define BODY_DEFAULT ((int64_t)16 * 1024)
#define BODY_DROPPED_MAX ((int64_t)32 << 20) /* any telephone's photo; beyond it the connection is closed */

struct site *site_new(struct arena *arena, const struct server_options *options) {
    struct site *site = arena_new_of(arena, struct site);
    site->options = options;
    site->router = options->router != NULL ? options->router : router_new(arena, options->routes);
    const char *also = options->form_action, *pictures = options->image_source;
    site->page_policy = text_format(arena,
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:%s%s; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'%s%s; frame-ancestors 'none'; base-uri 'none'",
        pictures != NULL ? " " : "", pictures != NULL ? pictures : "",
        also != NULL ? " " : "", also != NULL ? also : "").data;
    return site;
}

struct exchange *exchange_new(struct arena *arena, const struct site *site, struct text peer, bool secure) {
    struct exchange *exchange = arena_new_of(arena, struct exchange);
    struct request *request = &exchange->request;
    exchange->site = site;
    request->arena = arena;
    request->world = site->options->world;
    request->started = world_now(request->world);
    request->id = request_id(arena, world_id(request->world));
    request->address = peer;
    request->secure = secure;
    request->caller.kind = WHO_ANYONE;
    request->server_state = exchange;
    return exchange;
}

struct exchange *exchange_of(const struct request *request) {
    return request->server_state;
}

void exchange_refuse(struct exchange *exchange, int status) {
    if (exchange->request.answer.status != 0) return;
    refuse(&exchange->request, refusal_of_status(status));
    exchange->body_kind = exchange->body_expected > 0 ? BODY_DROPPED : BODY_NONE;
    if (exchange->body_expected > BODY_DROPPED_MAX) exchange->close = true;
}

/* The last element of a list field is what the nearest hop has added; what is before it anybody may have written. */
static struct text last_element(struct text list) {
    struct text last = TEXT_NONE, rest = list;
    while (rest.data != NULL) last = text_trim(text_split(rest, ',', &rest));
    return last;
}

static void take_fields(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const struct text *fields = exchange->head.fields;
    request->host = fields[HEAD_HOST];
    request->origin = fields[HEAD_ORIGIN];
    request->fetch_site = fields[HEAD_FETCH_SITE];
    request->user_agent = fields[HEAD_USER_AGENT];
    request->authorization = fields[HEAD_AUTHORIZATION];
    request->idempotency_key = fields[HEAD_IDEMPOTENCY_KEY];
    request->content_type = fields[HEAD_CONTENT_TYPE];
    request->looking = fields[HEAD_LOOKING].size > 0;
    request->api_signature = fields[HEAD_API_SIGNATURE];
    request->signature = fields[HEAD_SIGNATURE];
    if (exchange->site->options->behind_proxy) {
        struct text address = last_element(fields[HEAD_FORWARDED_FOR]);
        if (address.size > 0 && address.size <= 45) request->address = address;
        if (text_is(last_element(fields[HEAD_FORWARDED_PROTO]), "https")) request->secure = true;
    }
    exchange->accepted = accept_parse(fields[HEAD_ACCEPT]);
    request->wants_html = exchange->accepted.prefers_html;
    cookies_read(request, fields[HEAD_COOKIE]);
}

static void take_locale(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const struct server_options *options = exchange->site->options;
    request->locale.now = request->started;
    request->locale.zone = options->zone != NULL ? options->zone : zone_utc();
    if (request->cookie_language.size > 0 && language_from(request->cookie_language, &request->locale.language)) return;
    struct text accepted = exchange->head.fields[HEAD_ACCEPT_LANGUAGE];
    request->locale.language = language_negotiate(accepted, options->fallback);
}

/* Gives the status of a refusal, or 0. */
static int take_route(struct exchange *exchange) {
    struct request *request = &exchange->request;
    request->method = method_from(exchange->head.method, &request->head);
    exchange->asset = asset_find(request->path);
    if (exchange->asset != NULL) {
        exchange->allowed = 1u << METHOD_GET;
        return request->method == METHOD_GET ? 0 : 405;
    }
    request->route = router_find(exchange->site->router, request->method, request->path, request->params,
                                 &exchange->allowed);
    if (request->route != NULL) return 0;
    return exchange->allowed != 0 ? 405 : 404;
}

/* Files have types of their own, so a route without a page takes any Accept on GET; so does what programs alone call,
 * by protocols of their own. */
static int negotiate(struct exchange *exchange) {
    const struct route *route = exchange->request.route;
    const struct accepted *accepted = &exchange->accepted;
    if (route->flags & ROUTE_STREAM) return accepted->stream > 0 ? 0 : 406;
    if (route->flags & ROUTE_PAGE_ONLY) {
        exchange->request.wants_html = accepted->html > 0;
        return accepted->html > 0 ? 0 : 406;
    }
    bool programs = route->who == WHO_PARTNER && (route->flags & ROUTE_NO_CSRF) != 0;
    if (route->page == NULL && (route->method == METHOD_GET || programs)) return 0;
    return accepted->html > 0 || accepted->json > 0 ? 0 : 406;
}

static bool type_is(struct text field, const char *type) {
    struct text parameters;
    struct text name = text_trim(text_split(field, ';', &parameters));
    return name.size == text_from(type).size && strncasecmp(name.data, type, name.size) == 0;
}

static enum body_kind kind_of_body(const struct exchange *exchange) {
    const struct request *request = &exchange->request;
    struct text type = request->content_type;
    if ((request->route->flags & ROUTE_RAW_BODY) != 0) return BODY_RAW;
    if (type.data == NULL) return request->route->form == NULL ? BODY_RAW : BODY_NONE;
    if (type_is(type, "application/x-www-form-urlencoded")) return BODY_URLENCODED;
    if (type_is(type, "application/json")) return BODY_JSON;
    if (type_is(type, "multipart/form-data")) return BODY_MULTIPART;
    return request->route->form == NULL ? BODY_RAW : BODY_NONE;
}

static int take_body_kind(struct exchange *exchange) {
    struct request *request = &exchange->request;
    const struct route *route = request->route;
    int64_t most = route->body_max > 0 ? route->body_max : BODY_DEFAULT;
    if (exchange->body_expected > most) return 413;
    if (exchange->head.fields[HEAD_CONTENT_ENCODING].data != NULL) return 415;
    if (exchange->body_expected == 0) return 0;
    enum body_kind kind = kind_of_body(exchange);
    if (kind == BODY_NONE) return 415;
    if (kind == BODY_RAW && (route->flags & ROUTE_NO_CSRF) == 0) return 415;
    if (kind == BODY_MULTIPART) {
        exchange->multipart = multipart_new(request->arena, request->content_type, route->form,
                                            exchange->site->options->spool_directory);
        if (exchange->multipart == NULL) return 400;
    } else {
        exchange->body = buffer_new(request->arena, (size_t)exchange->body_expected + 1);
    }
    exchange->json_body = kind == BODY_JSON;
    exchange->body_kind = kind;
    return 0;
}

/* A GET has none; where it may mean something to whoever is in front of us, the connection is not to be trusted. Some
 * programs send one nevertheless, which is read and ignored where their route says so. */
static bool unasked_body(const struct exchange *exchange) {
    const struct request *request = &exchange->request;
    bool bodiless = text_is(exchange->head.method, "GET") || text_is(exchange->head.method, "HEAD");
    return bodiless && exchange->body_expected > 0 &&
           (request->route == NULL || (request->route->flags & ROUTE_RAW_BODY) == 0);
}

void exchange_head(struct exchange *exchange) {
    struct request *request = &exchange->request;
    struct target target;
    int status = head_check(&exchange->head);
    take_fields(exchange);
    if (status == 0 && !target_parse(request->arena, exchange->head.target, &target)) status = 400;
    take_locale(exchange);
    if (status != 0) { /* where the next request begins is not sure any more */
        request->path = TEXT("/");
        exchange->close = true;
        exchange_refuse(exchange, status);
        return;
    }
    if (target.host.data != NULL) request->host = target.host;
    request->path = target.path;
    request->query = target.query;
    int64_t length = head_content_length(&exchange->head);
    exchange->body_expected = length > 0 ? length : 0;
    status = take_route(exchange);
    if (unasked_body(exchange)) {
        exchange->close = true;
        status = 400;
    }
    if (status == 0 && exchange->asset != NULL) return;
    if (status == 0) status = negotiate(exchange);
    if (status == 0) status = take_body_kind(exchange);
    if (status != 0) exchange_refuse(exchange, status);
}

void exchange_body(struct exchange *exchange, const char *data, size_t size) {
    if (exchange->body_kind == BODY_MULTIPART) {
        int status = multipart_feed(exchange->multipart, data, size);
        if (status != 0) exchange_refuse(exchange, status);
    } else if (exchange->body_kind != BODY_DROPPED && exchange->body_kind != BODY_NONE) {
        buffer_add(&exchange->body, data, size);
    }
}

static int parse_body(struct exchange *exchange) {
    struct request *request = &exchange->request;
    if (exchange->body.data != NULL) request->body = buffer_text(&exchange->body);
    bool fine = true;
    switch (exchange->body_kind) {
    case BODY_URLENCODED: fine = form_parse_urlencoded(request->arena, request->body, &request->raw); break;
    case BODY_JSON: fine = form_parse_json(request->arena, request->body, &request->raw); break;
    case BODY_MULTIPART: return multipart_end(exchange->multipart, &request->raw);
    case BODY_NONE:
    case BODY_RAW:
    case BODY_DROPPED: break;
    }
    return fine ? 0 : 400;
}

void exchange_end(struct exchange *exchange) {
    struct request *request = &exchange->request;
    if (request->answer.status != 0 || exchange->asset != NULL) return;
    const struct route *route = request->route;
    bool from_query = route->method == METHOD_GET || (route->method == METHOD_DELETE && exchange->body_expected == 0);
    int status = 0;
    if (!from_query) status = parse_body(exchange);
    else if (route->form != NULL && !form_parse_urlencoded(request->arena, request->query, &request->raw)) status = 400;
    if (status != 0) {
        exchange_refuse(exchange, status);
        return;
    }
    request->fields_valid = true;
    if (route->form != NULL) {
        request->fields = arena_array(request->arena, struct field_value, route->form->count);
        request->fields_valid = form_check(request->arena, route->form, request->raw, !exchange->json_body,
                                           exchange->json_body, request->fields);
    } else if (exchange->json_body && request->raw != NULL && (route->flags & ROUTE_NO_CSRF) == 0) {
        exchange_refuse(exchange, 400); /* nothing is taken here */
    }
}

/* gate.c: what a route declares of its callers, before anything of it runs: who may, how often, from which origin, with
 * which fields, under which key. */
#include "engine/run.h"

#include "generated/strings_engine.h"

static const struct refusal too_many = {"too-many-requests", 429, S_engine_too_many, false};
static const struct refusal not_signed_in = {"not-signed-in", 401, S_engine_not_signed_in, false};
static const struct refusal not_allowed = {"not-allowed", 403, S_engine_not_allowed, false};
static const struct refusal forged = {"stale-form", 403, S_engine_stale_form, false};
static const struct refusal bad_fields = {"invalid-fields", 422, S_engine_invalid_fields, false};
static const struct refusal key_missing = {"idempotency-key-missing", 400, S_engine_key_missing, false};
static const struct refusal maintenance = {"maintenance", 503, S_engine_maintenance, false};
static const struct refusal unfit = {"unavailable", 503, S_engine_unavailable, false};
static const struct refusal key_in_flight = {"request-in-flight", 409, S_engine_key_in_flight, false};

static struct text raw_value(const struct request *request, const char *name) {
    for (const struct raw_field *field = request->raw; field != NULL; field = field->next)
        if (text_is(field->name, name)) return field->value;
    return TEXT_NONE;
}

/* Browsers say where a request comes from; another site's is refused whatever it carries. */
static bool same_origin(const struct request *request) {
    struct text site = request->fetch_site, origin = request->origin;
    if (site.data != NULL && !text_is(site, "same-origin") && !text_is(site, "none")) return false;
    if (origin.data == NULL) return true;
    struct text host = text_starts(origin, "https://")  ? text_slice(origin, 8, origin.size)
                       : text_starts(origin, "http://") ? text_slice(origin, 7, origin.size)
                                                        : TEXT_NONE;
    return host.data != NULL && text_equal(host, request->host);
}

static bool csrf_passes(struct run *run) {
    const struct request *request = run->request;
    if (request->method == METHOD_GET || request->caller.by_token || (request->route->flags & ROUTE_NO_CSRF) != 0)
        return true;
    if (!same_origin(request)) return false;
    /* A JSON body cannot be sent by another site's form, and its scripts would need our leave. */
    if (text_starts(request->content_type, "application/json")) return true;
    return page_csrf_matches(run->engine, request, raw_value(request, "_csrf"));
}

enum flow engine_ask_to_sign_in(struct request *request, const char *page, const struct refusal *refusal) {
    if (!request->wants_html) return refuse(request, refusal);
    struct buffer location = buffer_new(request->arena, 64);
    buffer_add_text(&location, text_from(page));
    if (request->method == METHOD_GET) {
        buffer_add_literal(&location, "?next=");
        struct text whole = request->query.size == 0
                                ? request->path
                                : text_format(request->arena, "%.*s?%.*s", TEXT_ARG(request->path),
                                              TEXT_ARG(request->query));
        for (size_t i = 0; i < whole.size; i++) {
            unsigned char byte = (unsigned char)whole.data[i];
            bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                         byte == '/' || byte == '-' || byte == '_' || byte == '.';
            if (plain) buffer_add_char(&location, (char)byte);
            else buffer_format(&location, "%%%02X", byte);
        }
    }
    return answer_see(request, buffer_text(&location));
}

/* False when the caller was answered (or sent to keep his form). */
static bool caller_passes(struct run *run) {
    struct request *request = run->request;
    enum who kind = request->caller.kind;
    switch (request->route->who) {
    case WHO_ANYONE:
    case WHO_PARTNER: return true; /* a partner's signature is checked by its first stage */
    case WHO_GUEST:
        if (kind == WHO_CUSTOMER && request->method == METHOD_GET) answer_see(request, TEXT("/"));
        return request->answer.status == 0;
    case WHO_CUSTOMER:
        if (kind == WHO_CUSTOMER) return true;
        run->keep_form = kind == WHO_ANYONE && request->wants_html && request->method == METHOD_POST &&
                         request->cookie_session.size > 0 && run->engine->identifier.keep_form != NULL &&
                         same_origin(request);
        if (!run->keep_form) (void)engine_ask_to_sign_in(request, "/signin", &not_signed_in);
        return run->keep_form;
    case WHO_STAFF:
        if (kind != WHO_STAFF) (void)engine_ask_to_sign_in(request, "/staff/signin", &not_signed_in);
        else if ((request->route->roles & request->caller.roles) == 0) refuse(request, &not_allowed);
        return request->answer.status == 0;
    case WHO_STAFF_GUEST:
        if (kind == WHO_STAFF && request->method == METHOD_GET) answer_see(request, TEXT("/staff"));
        return request->answer.status == 0;
    }
    return false;
}

/* Of a form's fields those that may stand in a page again; with _key the same act stays the same. */
static bool may_return(const struct form *form, struct text name) {
    for (size_t i = 0; form != NULL && i < form->count; i++) {
        enum field_type type = form->fields[i].type;
        if (text_is(name, form->fields[i].name))
            return type != FIELD_SECRET && type != FIELD_CODE && type != FIELD_FILE;
    }
    return text_is(name, "_key");
}

/* What a page's form brought is not lost: the page that refuses it holds it, to be sent again. */
static void offer_again(struct run *run) {
    struct request *request = run->request;
    bool typed = request->wants_html && request->method == METHOD_POST &&
                 !text_starts(request->content_type, "application/json");
    if (!typed || !csrf_passes(run)) return;
    request->page = doc_new(request->arena);
    struct node *again = doc_object(request->page, "again");
    doc_text(again, "action", request->path);
    struct node *fields = doc_array(again, "fields");
    for (const struct raw_field *raw = request->raw; raw != NULL; raw = raw->next) {
        bool good = raw->upload == NULL && text_valid_utf8(raw->value);
        if (!good || !may_return(request->route->form, raw->name)) continue;
        struct node *field = doc_add_object(fields);
        doc_text(field, "name", raw->name);
        doc_text(field, "value", raw->value);
    }
}

/* SU-6: nothing begins that could be half-done; those at work on it go on. */
static bool paused(struct run *run) {
    struct request *request = run->request;
    moment until = engine_paused(run->engine);
    if (until == 0 || request->route->who == WHO_STAFF || request->caller.kind == WHO_STAFF ||
        (request->route->flags & ROUTE_ALWAYS) != 0 || text_starts(request->path, "/staff"))
        return false;
    struct node *end = doc_new(request->arena);
    doc_moment(end, "until", until);
    struct string_argument *arguments = arena_new_of(request->arena, struct string_argument);
    *arguments = (struct string_argument){"until", doc_get(end, "until")};
    int64_t left_s = (until - world_now(request->world)) / SECOND;
    request->answer.retry_after_s = left_s < 60 ? 60 : (int)(left_s > 86400 ? 86400 : left_s);
    refuse_with(request, &maintenance, arguments, 1);
    offer_again(run);
    return true;
}

/* Its stages look at faults of fields themselves: a partner is told nothing before his signature was seen. */
static bool judges_fields(const struct route *route) {
    return (route->flags & ROUTE_FORM_OPTIONAL) != 0 || (route->who == WHO_PARTNER && route->method == METHOD_POST);
}

void gate_pass(struct run *run) {
    struct request *request = run->request;
    if (!generations_fit(run->engine->generations) && (request->route->flags & ROUTE_ALWAYS) == 0) {
        request->answer.retry_after_s = 60;
        refuse(request, &unfit);
        return;
    }
    if (paused(run)) return;
    if (!scope_passes(request) || !caller_passes(run)) return;
    int wait_s = rates_count(run->engine->rates, request);
    if (wait_s > 0) {
        request->answer.retry_after_s = wait_s;
        refuse(request, &too_many);
    } else if (run->keep_form) {
        return;
    } else if (!csrf_passes(run)) {
        refuse(request, &forged);
    } else if (!request->fields_valid && !judges_fields(request->route)) {
        refuse(request, &bad_fields);
    } else if (request->route->key && !journal_key_of(request, &run->key)) {
        refuse(request, &key_missing);
    } else if (run->key.present) {
        run->claimed = keys_claim(run->engine->keys, run->key.hash);
        if (!run->claimed) refuse(request, &key_in_flight);
    }
}

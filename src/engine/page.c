/* page.c: what only pages need: the anti-forgery token, a fresh idempotency key, the form's values and errors, the
 * menu. */
#include "engine/internal.h"

#include "base/check.h"

#include <string.h>

/* Bound to the session, or for those not signed in to their visit's cookie: another site can read neither. */
static struct text csrf_token(struct engine *engine, struct arena *arena, const struct request *request) {
    struct text bound = request->caller.kind == WHO_STAFF    ? request->cookie_staff
                        : request->caller.kind != WHO_ANYONE ? request->cookie_session
                                                             : request->cookie_visit;
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine->keyring, "csrf", bound, hash);
    return text_base64url(arena, hash, 18);
}

bool page_csrf_matches(struct engine *engine, const struct request *request, struct text token) {
    bool bound = request->caller.kind != WHO_ANYONE || request->cookie_visit.size > 0;
    return bound && token.data != NULL && text_equal_secret(token, csrf_token(engine, request->arena, request));
}

/* Visitors get a cookie with the first page, so that its forms can be tied to them. */
static void give_visit(struct engine *engine, struct request *request) {
    if (request->caller.kind != WHO_ANYONE || request->cookie_visit.size > 0) return;
    uint8_t bytes[18];
    world_random(engine->world, bytes, sizeof bytes);
    request->cookie_visit = text_base64url(request->arena, bytes, sizeof bytes);
    answer_cookie(request, "visit", request->cookie_visit, 0);
}

static void add_error(struct node *errors, const char *field, struct text words) {
    struct node *error = doc_add_object(errors);
    doc_text(error, "field", text_from(field));
    doc_text(error, "text", words);
}

/* form.FIELD.{name,value,error}: what was typed comes back, secrets never do. */
static void add_form(struct request *request, struct node *page, struct node *errors) {
    const struct form *form = request->answer.status >= 400 || request->method == METHOD_GET || request->fields != NULL
                                  ? request->route->form
                                  : NULL;
    if (form == NULL || request->fields == NULL) return;
    for (const struct rest_fault *fault = request->rest_faults; fault != NULL; fault = fault->next)
        add_error(errors, fault->name, fault->words);
    struct node *node = doc_object(page, "form");
    for (size_t i = 0; i < form->count; i++) {
        const struct field *field = &form->fields[i];
        const struct field_value *value = &request->fields[i];
        struct node *place = doc_object(node, field->name);
        doc_text(place, "name", text_from(field->name));
        bool shown = value->typed.data != NULL && field->type != FIELD_SECRET && field->type != FIELD_FILE;
        doc_text(place, "value", shown ? value->typed : TEXT_NONE);
        bool wrong = value->fault != FAULT_NONE && request->answer.status >= 400;
        if (wrong) {
            struct text words = value->words.data != NULL
                                    ? value->words
                                    : string_get(request->arena, &request->locale, value->message, NULL, 0);
            doc_text(place, "error", words);
            add_error(errors, field->name, words);
        }
    }
}

static void add_refusal(struct request *request, struct node *errors) {
    const struct answer *answer = &request->answer;
    if (answer->refusal == NULL || errors->count > 0) return; /* the fields' own words say more */
    struct node *error = doc_add_object(errors);
    doc_null(error, "field");
    doc_text(error, "text",
             string_get(request->arena, &request->locale, answer->refusal->text, answer->refusal_arguments,
                        answer->refusal_argument_count));
}

static bool may_call(const struct engine *engine, const char *path, unsigned roles) {
    for (const struct route *const *route = engine->routes; *route != NULL; route++)
        if ((*route)->method == METHOD_GET && strcmp((*route)->path, path) == 0) return ((*route)->roles & roles) != 0;
    return false;
}

/* For a page that is about to be drawn: what its menu counts. */
void page_learn(struct engine *engine, const struct request *request, struct tx *tx) {
    if (!request->wants_html || request->caller.kind != WHO_CUSTOMER) return;
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct menu_count *counted = engine->features[i]->menu_count;
        if (counted != NULL) counted->learn(engine, tx, request->caller.customer);
    }
}

static int64_t count_of(struct engine *engine, const struct request *request, const char *path) {
    if (request->caller.kind != WHO_CUSTOMER) return 0;
    for (size_t i = 0; i < engine->feature_count; i++) {
        const struct menu_count *counted = engine->features[i]->menu_count;
        if (counted != NULL && strcmp(counted->path, path) == 0)
            return counted->count(engine, request->caller.customer);
    }
    return 0;
}

void engine_menu(struct engine *engine, struct request *request, struct node *menu) {
    for (const struct menu_item *const *at = engine->menu; *at != NULL; at++) {
        const struct menu_item *item = *at;
        bool staff = request->caller.kind == WHO_STAFF;
        if (item->who != request->caller.kind && (staff || item->who != WHO_ANYONE)) continue;
        if (staff && !may_call(engine, item->path, request->caller.roles)) continue;
        struct node *node = doc_add_object(menu);
        doc_text(node, "title", string_get(request->arena, &request->locale, item->title, NULL, 0));
        doc_text(node, "path", text_from(item->path));
        doc_text(node, "icon", text_from(item->icon));
        struct text path = text_from(item->path);
        bool home = text_is(path, "/") || text_is(path, "/staff");
        int64_t count = count_of(engine, request, item->path);
        if (count > 0) doc_int(node, "count", count);
        doc_bool(node, "current", home ? text_equal(request->path, path) : text_starts(request->path, item->path));
    }
}

static void add_menu(struct engine *engine, struct request *request, struct node *page) {
    struct node *menu = doc_array(page, "menu");
    engine_menu(engine, request, menu);
    const size_t fits = 5; /* on a phone, side by side; of more, the fifth place opens the rest */
    int64_t folded = 0;    /* what is counted where a phone does not show it at once */
    size_t place = 0;
    for (struct node *item = menu->first; item != NULL; item = item->next) {
        if (doc_get(item, "count") == NULL)
            doc_int(item, "count", 0); /* else the document's own would be taken for it */
        if (++place >= fits) folded += doc_get(item, "count")->number;
    }
    doc_bool(page, "menu_folds", menu->count > fits);
    doc_int(page, "menu_count", menu->count > fits ? folded : 0);
}

/* The same page in the other language: the switch is a link that sets a cookie and comes back. */
static void add_language(struct request *request, struct node *page) {
    enum language other = request->locale.language == LANGUAGE_RU ? LANGUAGE_EN : LANGUAGE_RU;
    doc_text(page, "language", text_from(language_tag(request->locale.language)));
    struct node *node = doc_object(page, "other_language");
    doc_text(node, "tag", text_from(language_tag(other)));
    bool returns = request->method == METHOD_GET;
    doc_text(node, "href",
             text_format(request->arena, "/language/%s%s%.*s", language_tag(other), returns ? "?next=" : "",
                         returns ? (int)request->path.size : 0, request->path.data));
}

void engine_page_goes(struct request *request, const char *how, struct text where) {
    if (request->page == NULL) request->page = doc_new(request->arena);
    doc_text(request->page, how, where);
}

void page_build(struct engine *engine, struct request *request) {
    give_visit(engine, request);
    struct node *page = request->page != NULL ? request->page : doc_new(request->arena);
    request->page = page;
    uint8_t key[18];
    world_random(engine->world, key, sizeof key);
    doc_text(page, "csrf", csrf_token(engine, request->arena, request));
    doc_text(page, "key", text_base64url(request->arena, key, sizeof key));
    doc_text(page, "request_id", request->id);
    doc_text(page, "path", request->path);
    doc_text(page, "company", text_from(engine->config->base.company));
    doc_bool(page, "signed_in", request->caller.kind == WHO_CUSTOMER);
    if (request->caller.kind == WHO_STAFF) doc_text(page, "staff", request->caller.login);
    /* the home as it is now may be seen later, without a connection */
    if (request->caller.kind == WHO_CUSTOMER && text_is(request->path, "/"))
        doc_moment(page, "last", request->locale.now);
    if (request->caller.session_ends != 0) {
        doc_moment(page, "session_ends", request->caller.session_ends);
        /* For the script: whose clock is wrong is warned in time, too. */
        doc_int(page, "session_left", (request->caller.session_ends - world_now(request->world)) / SECOND);
    }
    if (engine->has_support) {
        doc_text(page, "help", TEXT("/help"));
        if (request->caller.kind != WHO_STAFF && !text_starts(request->path, "/support"))
            doc_text(page, "support", TEXT("/support"));
    }
    add_language(request, page);
    add_menu(engine, request, page);
    struct node *errors = doc_array(page, "errors");
    add_form(request, page, errors);
    add_refusal(request, errors);
    if (errors->count > 0) doc_bool(page, "error_title", true);
}

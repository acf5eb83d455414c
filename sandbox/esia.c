/* esia.c: the portal's addresses: choosing a person, a code for a token, who the person is. What was granted is in
 * memory alone: after a restart one begins again, as a code lives for minutes anyway. */
#include "sandbox/esia.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRANTS 64
#define STAMP_WINDOW_S 300
#define CODE_LIFE (3 * MINUTE)

static const char client[] = "KABINET"; /* the one system that is registered */

struct grant {
    char code[33], state[80], redirect[400];
    const struct portal_person *person;
    enum portal_fault fault;
    moment made;
    bool used;
    unsigned char token[32]; /* SHA-256 of the one given for it */
};

struct portal {
    struct portal_keys *keys;
    const char *kabinet;
    pthread_mutex_t lock;
    struct grant grants[GRANTS];
    size_t next;
};

struct portal *portal_open(struct portal_keys *keys, const char *kabinet) {
    struct portal *portal = calloc(1, sizeof *portal);
    if (portal == NULL) return NULL;
    portal->keys = keys;
    portal->kabinet = kabinet;
    pthread_mutex_init(&portal->lock, NULL);
    return portal;
}

void portal_close(struct portal *portal) {
    if (portal == NULL) return;
    portal_keys_close(portal->keys);
    pthread_mutex_destroy(&portal->lock);
    free(portal);
}

#define SIGNED_FIELDS                                                                                                  \
    {.name = "client_id", .type = FIELD_TEXT, .required = true, .max = 60},                                            \
        {.name = "client_secret", .type = FIELD_TEXT, .required = true, .max = 8000},                                  \
        {.name = "scope", .type = FIELD_TEXT, .required = true, .max = 300},                                           \
        {.name = "timestamp", .type = FIELD_TEXT, .required = true, .max = 25},                                        \
        {.name = "state", .type = FIELD_TEXT, .required = true, .max = 60},                                            \
        {.name = "redirect_uri", .type = FIELD_TEXT, .required = true, .max = 300},                                    \
        {.name = "response_type", .type = FIELD_TEXT, .max = 10}, {                                                    \
        .name = "access_type", .type = FIELD_TEXT, .max = 10                                                           \
    }
FORM(authorize_form, SIGNED_FIELDS);
FORM(choice_form, SIGNED_FIELDS, {.name = "person", .type = FIELD_TEXT, .max = 20},
     {.name = "fault", .type = FIELD_TEXT, .max = 20});
FORM(token_form, SIGNED_FIELDS, {.name = "code", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "grant_type", .type = FIELD_TEXT, .required = true, .max = 30},
     {.name = "token_type", .type = FIELD_TEXT, .max = 10});
FORM(person_form, {.name = "embed", .type = FIELD_TEXT, .max = 200});

static const struct refusal bad_request = {"invalid_request", 400, S_sandbox_portal_bad, false};
static const struct refusal bad_client = {"invalid_client", 401, S_sandbox_portal_signature, false};
static const struct refusal bad_grant = {"invalid_grant", 400, S_sandbox_portal_code, false};
static const struct refusal bad_token = {"invalid_token", 401, S_sandbox_portal_token, false};
static const struct refusal down = {"server_error", 503, S_sandbox_portal_down, false};

static struct sandbox *sandbox_of(const struct request *request) {
    return request->engine_state;
}

/* "2026.11.28 15:04:05 +0000" to seconds; false when it is none. */
static bool stamp_read(struct text text, int64_t *seconds) {
    struct civil at = {0};
    char copy[26], sign;
    int zone_hours, zone_minutes;
    if (text.size != 25) return false;
    snprintf(copy, sizeof copy, "%.*s", TEXT_ARG(text));
    if (sscanf(copy, "%4d.%2d.%2d %2d:%2d:%2d %c%2d%2d", &at.date.year, &at.date.month, &at.date.day, &at.hour,
               &at.minute, &at.second, &sign, &zone_hours, &zone_minutes) != 9)
        return false;
    int64_t shift = (int64_t)zone_hours * 3600 + zone_minutes * 60;
    *seconds = moment_of(at, zone_utc()) / SECOND - (sign == '-' ? -shift : shift);
    return true;
}

/* Who asks is the registered system, now, and this is what it signed. */
static const struct refusal *wrong_asking(struct request *request) {
    static const char *const parts[] = {"client_id", "scope", "timestamp", "state", "redirect_uri", "code"};
    const struct portal *portal = sandbox_of(request)->portal;
    int64_t stamp;
    if (!request->fields_valid || !text_is(field_text(request, "client_id"), client)) return &bad_request;
    if (!text_starts(field_text(request, "redirect_uri"), portal->kabinet)) return &bad_request;
    int64_t now = world_now(request->world) / SECOND;
    if (!stamp_read(field_text(request, "timestamp"), &stamp) || stamp < now - STAMP_WINDOW_S ||
        stamp > now + STAMP_WINDOW_S)
        return &bad_client;
    struct buffer message = buffer_new(request->arena, 1024);
    bool with_code = request->route->form == &token_form;
    for (size_t i = 0; i < sizeof parts / sizeof *parts - (with_code ? 0 : 1); i++)
        buffer_add_text(&message, field_text(request, parts[i]));
    struct text signature = field_text(request, "client_secret");
    bool good = portal_signed(request->arena, portal->keys, signature, buffer_text(&message));
    return good ? NULL : &bad_client;
}

/* ---- choosing ---- */

static enum flow choose_page(struct request *request, struct tx *tx) {
    (void)tx;
    static const char *const kept[] = {"client_id", "client_secret", "scope", "timestamp", "state", "redirect_uri"};
    const struct refusal *wrong = wrong_asking(request);
    if (wrong == NULL && !text_is(field_text(request, "response_type"), "code")) wrong = &bad_request;
    if (wrong != NULL) return refuse(request, wrong);
    struct node *document = doc_new(request->arena), *fields = doc_array(document, "kept");
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        struct node *field = doc_add_object(fields);
        doc_text(field, "name", text_from(kept[i]));
        doc_text(field, "value", field_text(request, kept[i]));
    }
    struct node *people = doc_array(document, "people"), *faults = doc_array(document, "faults");
    for (size_t i = 0; i < PORTAL_PEOPLE; i++) {
        struct node *person = doc_add_object(people);
        doc_text(person, "oid", text_from(portal_people[i].oid));
        doc_text(person, "name", text_from(portal_people[i].name));
        doc_bool(person, "trusted", portal_people[i].trusted);
    }
    for (size_t i = 0; i < PORTAL_FAULTS; i++) {
        struct node *fault = doc_add_object(faults);
        doc_text(fault, "name", text_from(portal_faults[i].name));
        doc_text(fault, "about", string_get(request->arena, &request->locale, portal_faults[i].about, NULL, 0));
    }
    return answer_ok(request, document);
}

static enum portal_fault fault_of(struct text name) {
    for (size_t i = 0; i < PORTAL_FAULTS; i++)
        if (text_is(name, portal_faults[i].name)) return (enum portal_fault)i;
    return PORTAL_WELL;
}

static void grant_make(struct request *request, const struct portal_person *person, enum portal_fault fault,
                       char code[33]) {
    struct portal *portal = sandbox_of(request)->portal;
    uint8_t bytes[16];
    world_random(request->world, bytes, sizeof bytes);
    snprintf(code, 33, "%.*s", TEXT_ARG(text_hex(request->arena, bytes, sizeof bytes)));
    pthread_mutex_lock(&portal->lock);
    struct grant *grant = &portal->grants[portal->next++ % GRANTS];
    *grant = (struct grant){
        .person = person, .fault = fault, .made = world_now(request->world), .used = fault == PORTAL_REPLAY};
    memcpy(grant->code, code, sizeof grant->code);
    snprintf(grant->state, sizeof grant->state, "%.*s", TEXT_ARG(field_text(request, "state")));
    snprintf(grant->redirect, sizeof grant->redirect, "%.*s", TEXT_ARG(field_text(request, "redirect_uri")));
    pthread_mutex_unlock(&portal->lock);
}

static enum flow choose_act(struct request *request, struct tx *tx) {
    (void)tx;
    const struct refusal *wrong = wrong_asking(request);
    const struct portal_person *person = portal_person_of(field_text(request, "person"));
    if (wrong != NULL || person == NULL) return refuse(request, wrong != NULL ? wrong : &bad_request);
    enum portal_fault fault = fault_of(field_text(request, "fault"));
    struct text back = field_text(request, "redirect_uri"), state = field_text(request, "state");
    if (fault == PORTAL_STATE) state = TEXT("00000000-0000-4000-8000-000000000000");
    if (fault == PORTAL_DENIED)
        return answer_see(request, text_format(request->arena, "%.*s?error=access_denied&state=%.*s", TEXT_ARG(back),
                                               TEXT_ARG(state)));
    char code[33];
    grant_make(request, person, fault, code);
    return answer_see(request,
                      text_format(request->arena, "%.*s?code=%s&state=%.*s", TEXT_ARG(back), code, TEXT_ARG(state)));
}

/* ---- the code for a token ---- */

/* A copy of what the code was granted for, which is used up by it. */
static bool grant_take(struct request *request, struct grant *taken, struct grant **place) {
    struct portal *portal = sandbox_of(request)->portal;
    bool good = false;
    pthread_mutex_lock(&portal->lock);
    for (size_t i = 0; i < GRANTS && !good; i++) {
        struct grant *grant = &portal->grants[i];
        if (grant->person == NULL || !text_is(field_text(request, "code"), grant->code)) continue;
        good = !grant->used && world_now(request->world) < grant->made + CODE_LIFE &&
               text_is(field_text(request, "state"), grant->state) &&
               text_is(field_text(request, "redirect_uri"), grant->redirect);
        grant->used = true;
        *taken = *grant;
        *place = grant;
    }
    pthread_mutex_unlock(&portal->lock);
    return good;
}

static void digest(struct text token, unsigned char hash[32]) {
    EVP_Digest(token.data, token.size, hash, NULL, EVP_sha256(), NULL);
}

static enum flow token_give(struct request *request, struct tx *tx) {
    (void)tx;
    struct sandbox *sandbox = sandbox_of(request);
    struct grant grant = {0}, *place = NULL;
    const struct refusal *wrong = wrong_asking(request);
    if (wrong != NULL) return refuse(request, wrong);
    if (!text_is(field_text(request, "grant_type"), "authorization_code") || !grant_take(request, &grant, &place))
        return refuse(request, &bad_grant);
    if (grant.fault == PORTAL_SLOW) answer_after(request, sandbox->slow_us);
    if (grant.fault == PORTAL_ERROR) return refuse(request, &down);
    struct text token = portal_access_token(request, sandbox->portal->keys, client, grant.person, grant.fault);
    pthread_mutex_lock(&sandbox->portal->lock);
    digest(token, place->token);
    pthread_mutex_unlock(&sandbox->portal->lock);
    struct node *document = doc_new(request->arena);
    doc_text(document, "access_token", token);
    doc_text(document, "state",
             grant.fault == PORTAL_TOKEN_STATE ? TEXT("another") : text_copy(request->arena, text_from(grant.state)));
    doc_text(document, "token_type", TEXT("Bearer"));
    doc_int(document, "expires_in", 3600);
    return answer_ok(request, document);
}

/* ---- who he is ---- */

static bool token_known(struct request *request, struct grant *found) {
    struct portal *portal = sandbox_of(request)->portal;
    unsigned char hash[32];
    bool known = false;
    if (!text_starts(request->authorization, "Bearer ")) return false;
    digest(text_slice(request->authorization, 7, request->authorization.size), hash);
    pthread_mutex_lock(&portal->lock);
    for (size_t i = 0; i < GRANTS && !known; i++) {
        known = portal->grants[i].used && memcmp(portal->grants[i].token, hash, sizeof hash) == 0;
        if (known) *found = portal->grants[i];
    }
    pthread_mutex_unlock(&portal->lock);
    return known;
}

static enum flow person_tell(struct request *request, struct tx *tx) {
    (void)tx;
    struct grant grant;
    if (!token_known(request, &grant) || !text_is(request->params[0], grant.person->oid))
        return refuse(request, &bad_token);
    if (grant.fault == PORTAL_PERSON_DOWN) return refuse(request, &down);
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){
        .content_type = "application/json",
        .bytes = text_from(grant.fault == PORTAL_PERSON_ODD ? "{\"trusted\":\"yes\"}" : grant.person->json),
    };
    return answer_file(request, file);
}

const struct route esia_routes[] = {
    {.method = METHOD_GET,
     .path = "/aas/oauth2/v2/ac",
     .who = WHO_ANYONE,
     .form = &authorize_form,
     .stages = {{STAGE_READ, choose_page}},
     .page = &template_sandbox_portal},
    {.method = METHOD_POST,
     .path = "/aas/oauth2/v2/ac",
     .who = WHO_ANYONE,
     .form = &choice_form,
     .stages = {{STAGE_READ, choose_act}},
     .page = &template_sandbox_portal},
    {.method = METHOD_POST,
     .path = "/aas/oauth2/v3/te",
     .who = WHO_PARTNER,
     .form = &token_form,
     .stages = {{STAGE_READ, token_give}}},
    {.method = METHOD_GET,
     .path = "/rs/prns/{oid}",
     .who = WHO_PARTNER,
     .form = &person_form,
     .stages = {{STAGE_READ, person_tell}}},
};

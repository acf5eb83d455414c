/* applications.c: a sign-up that a shop begins for a customer who stands at its till (ID-4): his data and number wait
 * under the shop until he tells the code that was sent to him; that is his consent, and makes of them an application of
 * his own. Until then nobody learns whether the number has a cabinet. */
#include "till/internal.h"

#include "identity/code.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"
#include "onboarding/onboarding.h"

#include <string.h>

#define COLUMNS "id, state, phone, answers, language, made, expires, number"

STATEMENT(add, "INSERT INTO till_application (shop, number, id, body, phone, answers, state, language, cashier, made, "
               "expires, kept_until) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9, $10, $11) "
               "ON CONFLICT (shop, number) DO NOTHING");
STATEMENT(by_number, "SELECT id, body FROM till_application WHERE shop = $1 AND number = $2");
STATEMENT(by_id, "SELECT " COLUMNS " FROM till_application WHERE shop = $1 AND id = $2");
STATEMENT(by_id_lock, "SELECT " COLUMNS " FROM till_application WHERE shop = $1 AND id = $2 FOR_UPDATE");
STATEMENT(settle, "UPDATE till_application SET state = $3, answers = $4 WHERE shop = $1 AND id = $2 AND state = 1");
STATEMENT(prolong, "UPDATE till_application SET expires = $3 WHERE shop = $1 AND id = $2 AND state = 1");

static const struct refusal differs = {"number-reused", 409, S_till_number_reused, false};
static const struct refusal off = {"till-off", 409, S_till_off, false};
static const struct refusal wrong = {"code-wrong", 422, S_till_code_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_till_code_spent, true};
static const struct refusal early = {"code-sent-recently", 429, S_till_code_early, false};
static const struct refusal too_many = {"too-many-codes", 429, S_till_code_too_many, true};

static struct text seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    return secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
}

bool till_find(struct engine *engine, struct tx *tx, int64_t shop, int64_t id, struct till_application *application) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &by_id_lock : &by_id, VALUES(V_INT(shop), V_INT(id)));
    struct arena *arena = tx_arena(tx);
    struct text json = TEXT_NONE;
    bool found = rows_next(rows);
    if (found) {
        *application = (struct till_application){.shop = shop,
                                                 .id = id,
                                                 .state = (enum till_state)row_int(rows, 1),
                                                 .language = (enum language)row_int(rows, 4),
                                                 .made = row_int(rows, 5),
                                                 .expires = row_int(rows, 6),
                                                 .number = row_copy(rows, 7, arena)};
        const struct keyring *keyring = engine_keyring(engine);
        found = secret_open(keyring, arena, "till.phone", id, row_text(rows, 2), &application->phone) &&
                secret_open(keyring, arena, "till.answers", id, row_text(rows, 3), &json) &&
                answers_read(arena, json, &application->answers);
    }
    rows_end(rows);
    return found;
}

/* ---- the code ---- */

static void subject_of(struct engine *engine, struct tx *tx, const struct till_application *application,
                       uint8_t subject[SECRET_HASH_SIZE]) {
    struct text name = text_format(tx_arena(tx), "%lld/%lld", (long long)application->shop, (long long)application->id);
    secret_hash(engine_keyring(engine), "till.application", name, subject);
}

static void send_code(struct request *request, struct tx *tx, const struct asker *asker,
                      const struct till_application *application) {
    struct engine *engine = request->engine;
    uint8_t subject[SECRET_HASH_SIZE];
    subject_of(engine, tx, application, subject);
    struct node code = text_value(code_make(engine, tx, CODE_TILL, subject, application->phone, true));
    struct node company = text_value(text_from(engine_config(engine)->company)), title = text_value(asker->shop.title);
    struct node link = text_value(text_format(tx_arena(tx), "%s/consents/personal", engine_config(engine)->public_url));
    const struct string_argument arguments[] = {
        {"code", &code}, {"company", &company}, {"shop", &title}, {"link", &link}};
    const struct message message = {.phone = application->phone,
                                    .language = application->language,
                                    .text = S_till_sms_code,
                                    .arguments = arguments,
                                    .argument_count = 4,
                                    .deadline = application->expires,
                                    .secret = true};
    message_sms(engine, tx, &message);
}

/* ---- begun ---- */

enum flow till_check(struct request *request) {
    const struct asked_page *page = onboarding_till_page(request->engine);
    static const struct answers nothing;
    const char *names[ASKED_MAX + 3];
    if (page == NULL) return refuse(request, &off);
    size_t count = asked_names(page, names);
    names[count++] = "phone";
    names[count++] = "number";
    names[count++] = "language";
    only_these(request, names, count);
    asked_check(request, civil_at(world_now(request->world), engine_zone(request->engine)).date, page, &nothing);
    return refuse_marked(request);
}

/* What makes a second one under the same number another: the number, and what was answered. */
static struct value body_of(struct request *request, struct tx *tx, struct text phone, struct text answers) {
    uint8_t *hash = arena_array(tx_arena(tx), uint8_t, SECRET_HASH_SIZE);
    struct text whole = text_format(tx_arena(tx), "%.*s %.*s", TEXT_ARG(phone), TEXT_ARG(answers));
    secret_hash(engine_keyring(request->engine), "till.body", whole, hash);
    return V_BYTES(hash, SECRET_HASH_SIZE);
}

static enum language language_of(struct request *request) {
    return field_given(request, "language") ? (enum language)field_number(request, "language")
                                            : request->locale.language;
}

static enum flow again(struct request *request, struct tx *tx, const struct asker *asker, struct text number,
                       struct value body, struct till_application *application) {
    struct rows *rows = tx_query(tx, &by_number, VALUES(V_INT(asker->shop.id), V_TEXT(number)));
    bool same = rows_next(rows) && text_equal(row_text(rows, 1), body.text);
    int64_t id = same ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (!same || !till_find(request->engine, tx, asker->shop.id, id, application)) return refuse(request, &differs);
    return FLOW_NEXT;
}

enum flow till_begin(struct request *request, struct tx *tx, const struct asker *asker, struct text number,
                     struct till_application *application) {
    struct engine *engine = request->engine;
    const struct till_settings *settings = till_settings(engine);
    moment now = world_now(request->world), free_at = 0;
    *application = (struct till_application){.shop = asker->shop.id,
                                             .id = world_id(request->world),
                                             .state = TILL_CODE,
                                             .phone = field_text(request, "phone"),
                                             .language = language_of(request),
                                             .made = now,
                                             .expires = now + settings->code_life,
                                             .number = number};
    asked_take(request, onboarding_till_page(engine), &application->answers);
    struct text json = answers_write(tx_arena(tx), &application->answers);
    struct text phone = seal(engine, tx, "till.phone", application->id, application->phone);
    struct text answers = seal(engine, tx, "till.answers", application->id, json);
    struct value body = body_of(request, tx, application->phone, json);
    struct text cashier = asker->cashier.data ? asker->cashier : TEXT("");
    if (tx_run(tx, &add,
               VALUES(V_INT(asker->shop.id), V_TEXT(number), V_INT(application->id), body,
                      V_BYTES(phone.data, phone.size), V_BYTES(answers.data, answers.size),
                      V_INT(application->language), V_TEXT(cashier), V_INT(now), V_INT(application->expires),
                      V_INT(now + settings->kept))) != 1)
        return again(request, tx, asker, number, body, application);
    struct text whose = text_format(tx_arena(tx), "%lld", (long long)asker->shop.id);
    if (!identity_may_send_for(engine, tx, "code.shop", whose, settings->codes, application->phone, &free_at))
        return refuse_until(request, &too_many, free_at);
    send_code(request, tx, asker, application);
    return FLOW_NEXT;
}

enum flow till_resend(struct request *request, struct tx *tx, const struct asker *asker,
                      const struct till_application *application) {
    struct engine *engine = request->engine;
    uint8_t subject[SECRET_HASH_SIZE];
    struct code_state state = {0};
    moment now = world_now(request->world), free_at = 0;
    if (application->state != TILL_CODE) return refuse(request, &spent);
    subject_of(engine, tx, application, subject);
    if (code_state(engine, tx, CODE_TILL, subject, &state) && now < state.again_at)
        return refuse_until(request, &early, state.again_at);
    struct text whose = text_format(tx_arena(tx), "%lld", (long long)asker->shop.id);
    int64_t most = till_settings(engine)->codes;
    if (!identity_may_send_for(engine, tx, "code.shop", whose, most, application->phone, &free_at))
        return refuse_until(request, &too_many, free_at);
    struct till_application longer = *application;
    longer.expires = now + till_settings(engine)->code_life;
    tx_run(tx, &prolong, VALUES(V_INT(longer.shop), V_INT(longer.id), V_INT(longer.expires)));
    send_code(request, tx, asker, &longer);
    return FLOW_NEXT;
}

/* ---- consented ---- */

/* On his own phone he goes on. */
static void tell_customer(struct request *request, struct tx *tx, const struct till_application *application) {
    static const string_id texts[] = {[TILL_APPROVED] = S_till_sms_approved,
                                      [TILL_REFUSED] = S_till_sms_refused,
                                      [TILL_CUSTOMER] = S_till_sms_customer,
                                      [TILL_TAKEN] = S_till_sms_taken,
                                      [TILL_WAITS] = S_till_sms_waits};
    struct engine *engine = request->engine;
    const char *place = application->state == TILL_CUSTOMER ? "/signin" : "/signup";
    struct node company = text_value(text_from(engine_config(engine)->company));
    struct node link = text_value(text_format(tx_arena(tx), "%s%s", engine_config(engine)->public_url, place));
    const struct string_argument arguments[] = {{"company", &company}, {"link", &link}};
    const struct message message = {.phone = application->phone,
                                    .language = application->language,
                                    .text = texts[application->state],
                                    .arguments = arguments,
                                    .argument_count = 2};
    message_sms(engine, tx, &message);
}

enum flow till_prove(struct request *request, struct tx *tx, const struct asker *asker,
                     struct till_application *application) {
    static const enum till_state states[] = {[BEGUN_APPROVED] = TILL_APPROVED,
                                             [BEGUN_REFUSED] = TILL_REFUSED,
                                             [BEGUN_CUSTOMER] = TILL_CUSTOMER,
                                             [BEGUN_TAKEN] = TILL_TAKEN,
                                             [BEGUN_WAITS] = TILL_WAITS};
    struct engine *engine = request->engine;
    uint8_t subject[SECRET_HASH_SIZE];
    if (application->state != TILL_CODE) return FLOW_NEXT; /* told again */
    if (world_now(request->world) > application->expires) return refuse_at(request, "code", &spent);
    subject_of(engine, tx, application, subject);
    switch (code_try(engine, tx, CODE_TILL, subject, application->phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &wrong);
    case CODE_SPENT: return refuse_at(request, "code", &spent);
    case CODE_RIGHT: break;
    }
    struct text who = asker->cashier.data ? asker->cashier : TEXT("program");
    struct text how = text_format(tx_arena(tx), "at the till by code; %.*s; %.*s; %.*s; %s",
                                  TEXT_ARG(asker->shop.title), TEXT_ARG(who), TEXT_ARG(request->address),
                                  language_tag(application->language));
    const struct begun_at begun = {application->phone, application->language, &application->answers, how};
    application->state = states[onboarding_begin(request, tx, &begun)];
    /* What the shop wrote down is the application's now, and nothing of it stays here. */
    struct text nothing = seal(engine, tx, "till.answers", application->id, TEXT("{}"));
    tx_run(tx, &settle,
           VALUES(V_INT(application->shop), V_INT(application->id), V_INT(application->state),
                  V_BYTES(nothing.data, nothing.size)));
    tell_customer(request, tx, application);
    return FLOW_NEXT;
}

/* ---- told ---- */

void till_tell(struct request *request, const struct till_application *application, struct node *document) {
    static const char *const names[] = {"", "code", "approved", "refused", "customer", "taken", "waits"};
    moment now = world_now(request->world);
    bool over = application->state == TILL_CODE && now > application->expires;
    doc_id(document, "id", application->id);
    doc_text(document, "number", text_slice(application->number, 2, application->number.size));
    doc_text(document, "state", over ? TEXT("expired") : text_from(names[application->state]));
    if (application->state == TILL_CODE) doc_moment(document, "expires", application->expires);
}

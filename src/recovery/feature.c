/* feature.c: recovery as the engine sees it: ways back into a cabinet, a new password, another number, one's own
 * data. */
#include "factors/factors.h"
#include "adapters/picture/picture.h"
#include "recovery/recovery.h"
#include "recovery/record.h"
#include "recovery/support_phone.h"
#include "recovery/thaw.h"
#include "support/attachment.h"

#include <stddef.h>

static const struct migration migrations[] = {
    {"recovery", 1,
     "CREATE TABLE recovery_draft ( -- distributed by hash\n"
     "  hash BYTES NOT NULL PRIMARY KEY, id BIGINT NOT NULL, phone BYTES NOT NULL, customer BIGINT NOT NULL,\n"
     "  step BIGINT NOT NULL, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX recovery_draft_expires ON recovery_draft (expires);\n"
     "CREATE TABLE temporary_password ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE TABLE phone_change ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, id BIGINT NOT NULL, phone BYTES NOT NULL, step BIGINT NOT NULL,\n"
     "  expires BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX phone_change_expires ON phone_change (expires)"},
    {"recovery", 2, "ALTER TABLE temporary_password ADD COLUMN encoded TEXT"},
    {"recovery", 3,
     "CREATE TABLE phone_request ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, id BIGINT NOT NULL, state BIGINT NOT NULL, phone BYTES NOT NULL, old BYTES NOT "
     "NULL,\n"
     "  frozen BIGINT NOT NULL, reason BYTES NOT NULL, staff BIGINT NOT NULL, made BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id)\n"
     ") CLUSTERED;\n"
     "CREATE UNIQUE INDEX phone_request_waits ON phone_request (customer) WHERE state = 1;\n"
     "CREATE INDEX phone_request_id ON phone_request (id);\n"
     "CREATE TABLE phone_document ( -- distributed by request\n"
     "  request BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (request, id)\n"
     ") CLUSTERED"},
    {"recovery", 4,
     "CREATE TABLE thaw_wait ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL PRIMARY KEY, due BIGINT NOT NULL\n"
     ") CLUSTERED;\n"
     "CREATE INDEX thaw_wait_due ON thaw_wait (due);\n"
     "ALTER TABLE phone_request ADD COLUMN kept BIGINT NOT NULL DEFAULT 1;\n"
     "CREATE INDEX phone_request_kept ON phone_request (made) WHERE kept = 1"},
    {.sql = NULL},
};

STATEMENT(sweep_drafts, "DELETE FROM recovery_draft WHERE hash IN "
                        "(SELECT hash FROM recovery_draft WHERE expires < $1 ORDER BY expires LIMIT 100)");
STATEMENT(sweep_changes, "DELETE FROM phone_change WHERE customer IN "
                         "(SELECT customer FROM phone_change WHERE expires < $1 ORDER BY expires LIMIT 100)");

static bool sweep(struct engine *engine, struct tx *tx) {
    moment now = world_now(engine_world(engine));
    int64_t drafts = tx_run(tx, &sweep_drafts, VALUES(V_INT(now)));
    int64_t changes = tx_run(tx, &sweep_changes, VALUES(V_INT(now)));
    return drafts == 100 || changes == 100;
}

static const struct sealed sealed[] = {
    {SEALED("recovery_draft", "phone", "recovery.phone", "hash", "b", "id")},
    {SEALED("phone_change", "phone", "phone.change", "customer", "i", "id")},
    {SEALED_2("phone_request", "phone", "phone.request.new", "customer, id", "ii", "id")},
    {SEALED_2("phone_request", "old", "phone.request.old", "customer, id", "ii", "id")},
    {SEALED_2("phone_request", "reason", "phone.request.reason", "customer, id", "ii", "id")},
    {.where = NULL},
};

static const struct job jobs[] = {
    {"recovery.sweep", 10 * MINUTE, sweep},
    {"recovery.thaw", MINUTE, thaw_due_job},
    {"recovery.documents", HOUR, documents_sweep},
    {.name = NULL},
};

static void on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    temporary_on_event(engine, tx, event);
    thaw_on_event(engine, tx, event);
    documents_on_event(tx, event);
}

/* ---- forms ---- */

#define DRAFT_FIELD {.name = "draft", .type = FIELD_TEXT, .max = 64}
#define PHONE_FIELD                                                                                                    \
    {.name = "phone",                                                                                                  \
     .type = FIELD_PHONE,                                                                                              \
     .required = true,                                                                                                 \
     .missing = S_recovery_phone_missing,                                                                              \
     .invalid = S_recovery_phone_invalid}
#define CODE_FIELD                                                                                                     \
    {.name = "code",                                                                                                   \
     .type = FIELD_CODE,                                                                                               \
     .required = true,                                                                                                 \
     .min = 6,                                                                                                         \
     .max = 6,                                                                                                         \
     .missing = S_recovery_code_missing,                                                                               \
     .invalid = S_recovery_code_invalid}
/* The new secret: the profile says which of the two (secret_field), and whether the code word is asked. */
#define NEW_SECRET                                                                                                     \
    {.name = "password", .type = FIELD_SECRET, .min = 1, .max = 1024},                                                 \
        {.name = "pin", .type = FIELD_SECRET, .min = 1, .max = 16}, {                                                  \
        .name = "code_word", .type = FIELD_SECRET, .max = 64                                                           \
    }

FORM(start_form, PHONE_FIELD, {.name = "surname", .type = FIELD_TEXT, .max = 64},
     {.name = "altcha", .type = FIELD_TEXT, .max = 2048}, {.name = "question", .type = FIELD_TEXT, .max = 256},
     {.name = "answer", .type = FIELD_TEXT, .max = 16}, DRAFT_FIELD);
FORM(code_form, CODE_FIELD, DRAFT_FIELD);
FORM(resend_form, DRAFT_FIELD);
FORM(secret_form, NEW_SECRET, {.name = "end_sessions", .type = FIELD_BOOL}, {.name = "token", .type = FIELD_BOOL},
     DRAFT_FIELD);
FORM(change_form, {.name = "old", .type = FIELD_SECRET, .min = 1, .max = 1024}, NEW_SECRET);
FORM(thaw_form, CODE_FIELD, {.name = "password", .type = FIELD_SECRET, .min = 1, .max = 1024});
FORM(phone_form, PHONE_FIELD);
FORM(phone_code_form, CODE_FIELD);
static const char *const languages[] = {"ru", "en", NULL};
FORM(profile_form, {.name = "name", .type = FIELD_TEXT, .max = 40, .invalid = S_recovery_name_invalid},
     {.name = "language", .type = FIELD_CHOICE, .choices = languages});
FORM(correction_form, {.name = "words",
                       .type = FIELD_TEXT,
                       .required = true,
                       .min = 3,
                       .max = 1000,
                       .missing = S_recovery_correction_missing,
                       .invalid = S_recovery_correction_invalid});
FORM(consent_form, {.name = "purpose", .type = FIELD_TEXT, .required = true, .min = 1, .max = 64});

#define DOCUMENT_FIELD {.name = "file", .type = FIELD_FILE, .max = PICTURE_FILE_MAX}
#define ASKED_FIELDS(needed)                                                                                           \
    {.name = "phone",                                                                                                  \
     .type = FIELD_PHONE,                                                                                              \
     .required = needed,                                                                                               \
     .missing = S_recovery_phone_missing,                                                                              \
     .invalid = S_recovery_phone_invalid},                                                                             \
        {.name = "passport", .type = FIELD_TEXT, .required = needed, .min = 1, .max = 20},                             \
        {.name = "reason", .type = FIELD_TEXT, .required = needed, .min = 5, .max = 300}, DOCUMENT_FIELD
FORM(staff_phone_form, ASKED_FIELDS(true));
FORM(staff_phone_draft, ASKED_FIELDS(false));
FORM(document_form, DOCUMENT_FIELD);

/* ---- addresses ---- */

#define FLOOD(count) {{RATE_ADDRESS, (count), MINUTE}}
#define PAGES FLOOD(6000)
#define POSTS FLOOD(3000)

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/recover",
     .who = WHO_GUEST,
     .form = &start_form,
     .stages = {{STAGE_QUICK, recover_page}},
     .page = &template_recovery_start,
     .rates = PAGES,
     .summary = "How one gets back in without the password",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/recover",
     .who = WHO_GUEST,
     .form = &start_form,
     .stages = {{STAGE_WRITE, recover_start}},
     .page = &template_recovery_start,
     .again = recover_again,
     .again_page = &template_recovery_start,
     .rates = POSTS,
     .audit = "recovery.start",
     .summary = "Send a code, or a temporary password, to the registered number"},
    {.method = METHOD_GET,
     .path = "/recover/sent",
     .who = WHO_GUEST,
     .stages = {{STAGE_QUICK, recover_sent_page}},
     .page = &template_recovery_sent,
     .rates = PAGES,
     .summary = "What to do with the temporary password that was sent"},
    {.method = METHOD_GET,
     .path = "/recover/code",
     .who = WHO_GUEST,
     .form = &code_form,
     .stages = {{STAGE_READ, recover_code_page}},
     .page = &template_recovery_code,
     .rates = PAGES,
     .summary = "Where the code is typed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/recover/code",
     .who = WHO_GUEST,
     .form = &code_form,
     .stages = {{STAGE_WRITE, recover_code_try}},
     .page = &template_recovery_code,
     .again = recover_code_page,
     .again_page = &template_recovery_code,
     .rates = POSTS,
     .audit = "recovery.code",
     .summary = "Prove the number by its code"},
    {.method = METHOD_POST,
     .path = "/recover/resend",
     .who = WHO_GUEST,
     .form = &resend_form,
     .stages = {{STAGE_WRITE, recover_resend}},
     .page = &template_recovery_code,
     .again = recover_code_page,
     .again_page = &template_recovery_resend,
     .rates = POSTS,
     .audit = "recovery.resend",
     .summary = "Send the code again"},
    {.method = METHOD_GET,
     .path = "/recover/password",
     .who = WHO_GUEST,
     .form = &secret_form,
     .stages = {{STAGE_READ, recover_password_page}},
     .page = &template_recovery_secret,
     .rates = PAGES,
     .summary = "Where the new password is chosen",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/recover/password",
     .who = WHO_GUEST,
     .form = &secret_form,
     .stages = {{STAGE_READ, recover_password_check},
                {STAGE_WRITE, recover_word},
                {STAGE_WORK, recover_password_hash},
                {STAGE_WRITE, recover_finish}},
     .page = &template_recovery_secret,
     .again = recover_password_page,
     .again_page = &template_recovery_secret,
     .rates = POSTS,
     .audit = "recovery.finish",
     .summary = "Set the new password and sign in"},
    {.method = METHOD_GET,
     .path = "/settings/password",
     .who = WHO_CUSTOMER,
     .form = &change_form,
     .stages = {{STAGE_READ, factors_fresh}, {STAGE_READ, password_page}},
     .page = &template_recovery_change_password,
     .summary = "Where the password is changed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/password",
     .who = WHO_CUSTOMER,
     .form = &change_form,
     .stages = {{STAGE_WRITE, factors_fresh},
                {STAGE_WRITE, password_reserve},
                {STAGE_WORK, password_compare},
                {STAGE_WRITE, password_write}},
     .page = &template_recovery_change_password,
     .again = password_page,
     .again_page = &template_recovery_change_password,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "recovery.password",
     .summary = "Change the password, or choose the first one; other sessions end"},
    {.method = METHOD_GET,
     .path = "/settings/phone",
     .who = WHO_CUSTOMER,
     .form = &phone_form,
     .stages = {{STAGE_READ, factors_fresh}, {STAGE_READ, phone_page}},
     .page = &template_recovery_phone,
     .summary = "Where the number is changed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/phone",
     .who = WHO_CUSTOMER,
     .form = &phone_form,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WRITE, phone_start}},
     .page = &template_recovery_phone,
     .again = phone_page,
     .again_page = &template_recovery_phone,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "recovery.phone",
     .summary = "Begin changing the number: a code to the old one"},
    {.method = METHOD_GET,
     .path = "/settings/phone/code",
     .who = WHO_CUSTOMER,
     .form = &phone_code_form,
     .stages = {{STAGE_READ, phone_code_page}},
     .page = &template_recovery_phone_code,
     .summary = "Where the codes of both numbers are typed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/phone/code",
     .who = WHO_CUSTOMER,
     .form = &phone_code_form,
     .stages = {{STAGE_WRITE, phone_code_try}},
     .page = &template_recovery_phone_code,
     .again = phone_code_page,
     .again_page = &template_recovery_phone_code,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "recovery.phone_code",
     .summary = "Prove the old number, then the new one"},
    {.method = METHOD_GET,
     .path = "/settings/thaw",
     .who = WHO_CUSTOMER,
     .form = &thaw_form,
     .stages = {{STAGE_READ, thaw_page}},
     .page = &template_recovery_thaw,
     .summary = "Whether money is frozen, and how to let it go",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/thaw/code",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, thaw_send}},
     .again = thaw_page,
     .again_page = &template_recovery_thaw_again,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "recovery.thaw_code",
     .summary = "Send the code that letting money go asks for"},
    {.method = METHOD_POST,
     .path = "/settings/thaw",
     .who = WHO_CUSTOMER,
     .form = &thaw_form,
     .stages = {{STAGE_WRITE, thaw_reserve}, {STAGE_WORK, thaw_compare}, {STAGE_WRITE, thaw_write}},
     .page = &template_recovery_thaw,
     .again = thaw_page,
     .again_page = &template_recovery_thaw,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "recovery.thaw",
     .summary =
         "Lets frozen money go: code, and password or a confirmation by PIN or passkey; by the code alone after a "
                "wait, where there is no such secret",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/settings/thaw/stop",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, thaw_stop}},
     .again = thaw_page,
     .again_page = &template_recovery_thaw_again,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "recovery.thaw_stop",
     .summary = "Stops that wait: the money stays frozen",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/settings/profile",
     .who = WHO_CUSTOMER,
     .form = &profile_form,
     .stages = {{STAGE_READ, profile_page}},
     .page = &template_recovery_profile,
     .summary = "What is known of oneself",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/profile",
     .who = WHO_CUSTOMER,
     .form = &profile_form,
     .stages = {{STAGE_WRITE, profile_write}},
     .page = &template_recovery_profile,
     .again = profile_page,
     .again_page = &template_recovery_profile,
     .audit = "recovery.profile",
     .summary = "Correct one's name and language"},
    {.method = METHOD_GET,
     .path = "/settings/correction",
     .who = WHO_CUSTOMER,
     .form = &correction_form,
     .stages = {{STAGE_READ, correction_page}},
     .page = &template_recovery_correction,
     .summary = "Where one asks to correct what was proved by a document",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/correction",
     .who = WHO_CUSTOMER,
     .form = &correction_form,
     .stages = {{STAGE_WRITE, correction_write}},
     .page = &template_recovery_correction,
     .again = correction_page,
     .again_page = &template_recovery_correction,
     .rates = {{RATE_CALLER, 30, HOUR}},
     .audit = "recovery.correction",
     .summary = "Ask to correct it: opens a case for the support"},
    {.method = METHOD_POST,
     .path = "/settings/consents/withdraw",
     .who = WHO_CUSTOMER,
     .form = &consent_form,
     .stages = {{STAGE_WRITE, consent_withdraw_write}},
     .page = &template_recovery_profile,
     .again = profile_page,
     .again_page = &template_recovery_profile,
     .audit = "recovery.consent_withdraw",
     .summary = "Withdraw a consent"},
    {.method = METHOD_GET,
     .path = "/settings/export.json",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, own_data_read}},
     .rates = {{RATE_CALLER, 10, MINUTE}},
     .summary = "All of one's data as a file"},

    {.method = METHOD_GET,
     .path = "/staff/customers/{id}/phone",
     .who = WHO_STAFF,
     .form = &staff_phone_draft,
     .stages = {{STAGE_READ, staff_phone_page}},
     .page = &template_recovery_staff_phone,
     .audit = "recovery.phone.form",
     .summary = "Where another number is asked for without the old one",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = PHONE_ASKS},
    {.method = METHOD_POST,
     .path = "/staff/customers/{id}/phone",
     .who = WHO_STAFF,
     .form = &staff_phone_form,
     .stages = {{STAGE_WORK, attachment_clean}, {STAGE_WRITE, staff_phone_ask}},
     .again = staff_phone_page,
     .again_page = &template_recovery_staff_phone,
     .key = true,
     .body_max = PICTURE_FILE_MAX + 65536,
     .audit = "recovery.phone.ask",
     .summary = "Asks for another number: passport and a document; a second member confirms",
     .roles = PHONE_ASKS},
    {.method = METHOD_GET,
     .path = "/staff/phone-changes/{id}",
     .who = WHO_STAFF,
     .form = &document_form,
     .stages = {{STAGE_READ, staff_phone_request}},
     .page = &template_recovery_staff_request,
     .audit = "recovery.phone.seen",
     .summary = "A number's change that was asked for, with its documents",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = PHONE_SEES},
    {.method = METHOD_POST,
     .path = "/staff/phone-changes/{id}/files",
     .who = WHO_STAFF,
     .form = &document_form,
     .stages = {{STAGE_WORK, attachment_clean}, {STAGE_WRITE, staff_phone_attach}},
     .again = staff_phone_request,
     .again_page = &template_recovery_staff_request,
     .body_max = PICTURE_FILE_MAX + 65536,
     .audit = "recovery.phone.document",
     .summary = "Attaches one more document while it waits",
     .roles = PHONE_ASKS},
    {.method = METHOD_GET,
     .path = "/staff/phone-changes/{id}/files/{file}",
     .who = WHO_STAFF,
     .stages = {{STAGE_READ, staff_phone_document}},
     .audit = "recovery.phone.document.seen",
     .summary = "One of its documents, for saving",
     .roles = PHONE_SEES},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_recovery_profile_menu, "/settings/profile", "user", WHO_CUSTOMER, 890},
    {.path = NULL},
};

/* ---- settings ---- */

static const char *const ways[] = {"code", "incoming", "pin", "surname", NULL};
#define AT(member) offsetof(struct recovery_settings, member)

static const struct setting settings[] = {
    {"way", SETTING_CHOICE, AT(way), "code", 0, 0, ways,
     "code: a code by SMS, then a new password; pin: the same with a PIN; incoming: an SMS from the registered number "
     "to "
     "the short number; surname: number and surname bring a temporary password"},
    {"code_word", SETTING_BOOL, AT(code_word), "false", 0, 0, NULL,
     "Ask the code word that was agreed with the manager before a password changes"},
    {"record_tries", SETTING_INT, AT(record_tries), "5", 1, 100, NULL,
     "Wrong code words, or passports at support, in a day before the next must wait"},
    {"record_pause", SETTING_DURATION, AT(record_pause), "1h", MINUTE, DAY, NULL,
     "… how long; each next is twice as long"},
    {"history", SETTING_INT, AT(history), "24", 0, HISTORY_MAX, NULL,
     "Earlier passwords that cannot be chosen again; each costs a verification"},
    {"draft_life", SETTING_DURATION, AT(draft_life), "30m", MINUTE, DAY, NULL,
     "How long a recovery or a change of number can be gone on with"},
    {"cooling", SETTING_DURATION, AT(cooling), "24h", 0, 30 * DAY, NULL,
     "After recovery outgoing money is limited for so long; 0s: not at all"},
    {"cooling_sum", SETTING_MONEY, AT(cooling_sum), "3 000.00", 0, 100000000, NULL, "… to this sum in all"},
    {"phone_cooling", SETTING_DURATION, AT(phone_cooling), "24h", 0, 30 * DAY, NULL,
     "The same after the number changed"},
    {"phone_cooling_sum", SETTING_MONEY, AT(phone_sum), "3 000.00", 0, 100000000, NULL, "… to this sum in all"},
    {"thaw_wait", SETTING_DURATION, AT(thaw_wait), "24h", 0, 30 * DAY, NULL,
     "Who froze his money and has no secret from before it: how long it stays frozen after the code that lets it go"},
    {"document_life", SETTING_DURATION, AT(document_life), "30d", SECOND, 3650 * DAY, NULL,
     "How long the documents of a change of number through the support are kept after it was asked for; longer only "
     "while "
     "it waits"},
    {"short_number", SETTING_TEXT, AT(short_number), "1070", 1, 15, NULL,
     "Where an SMS is sent to get a temporary password"},
    {"incoming_most", SETTING_INT, AT(incoming_most), "3", 1, 1000, NULL,
     "Temporary passwords asked for one number in a window: who asks may be somebody else"},
    {"incoming_window", SETTING_DURATION, AT(incoming_window), "24h", MINUTE, 30 * DAY, NULL, "… the window"},
    {"temporary_life", SETTING_DURATION, AT(temporary_life), "24h", MINUTE, 30 * DAY, NULL,
     "How long a temporary password is good"},
    {.name = NULL},
};

static void *recovery_open(struct engine *engine, struct arena *arena, struct text *problem) {
    const struct recovery_settings *set = recovery_settings(engine);
    if ((set->code_word || set->way == BY_SURNAME) && !engine_enabled(engine, "onboarding"))
        *problem = TEXT("recovery: code_word and way: surname need the feature onboarding, whose answers are compared");
    identity_gate_by(engine, (struct sign_in_gate){.page = recover_offer,
                                                   .renew = temporary_gate,
                                                   .beside = temporary_beside,
                                                   .spent = temporary_spent});
    return arena_new_of(arena, char);
}

static const char *const needs[] = {"identity", "messaging", "operations", NULL};

const struct feature recovery_feature = {
    .name = "recovery",
    .needs = needs,
    .routes = routes,
    .migrations = migrations,
    .jobs = jobs,
    .sealed = sealed,
    .settings = settings,
    .settings_size = sizeof(struct recovery_settings),
    .menu = menu,
    .outbox = recovery_outbox,
    .queues = recovery_queues,
    .approvals = recovery_approvals,
    .card = recovery_card,
    .on_event = on_event,
    .records = recovery_records,
    .open = recovery_open,
    .erases = recovery_erases,
};

/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "generated/strings_closing.h"
#include "generated/strings_identity.h"
#include "generated/strings_recovery.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "identity/identity.h"
#include "identity/settings.h"
#include "messaging/messaging.h"

struct session_cache;
struct token_memo;
struct number_memo;
struct cooling_memo;

#define GATES_MAX 8

struct identity {
    struct engine *engine;
    const struct identity_settings *settings;
    struct session_cache *sessions;
    struct token_memo *tokens;
    struct number_memo *numbers;
    struct cooling_memo *coolings;
    struct sign_in_gate gates[GATES_MAX];
    size_t gate_count;
    _Atomic int64_t next_flush; /* when last uses are next written */
    customer_named *named;             /* NULL: by number alone */
    struct signup_extension extension; /* all NULL while there is none */
    told_function *told;               /* NULL: nobody tells anything */
};

static inline struct identity *identity_of(const struct engine *engine) {
    return engine_state(engine, &identity_feature);
}

static inline const struct identity_settings *identity_settings(const struct engine *engine) {
    return engine_settings(engine, &identity_feature);
}

extern const struct migration identity_migrations[];
extern const struct job identity_jobs[];
extern const struct sealed identity_sealed[];
extern const struct message_consents consents_to_messages;

/* ---- people ---- */

/* Opens a cabinet: customer, number, password; tells every feature. 0 when the number has one already. */
int64_t customer_open(struct engine *engine, struct tx *tx, struct text phone, struct text password,
                      enum language language, int64_t application);
/* In a command: the number becomes this customer's; false: it is somebody's. */
bool identity_phone_claim(struct engine *engine, struct tx *tx, struct text e164, int64_t customer);
struct text customer_password(struct tx *tx, int64_t customer,
                              struct arena *arena); /* TEXT_NONE: nobody, or none set */

/* ---- stages, by route ---- */

stage_function signup_page, signup_again, signup_start, signup_challenge;
stage_function signup_code_page, signup_code_check, signup_code_hash, signup_code_try, signup_resend;
bool signup_asks_password(const struct request *request); /* no extension goes on after the code */
/* Refuses what the policy does, beside the field. */
enum flow signup_password_judge(struct request *request, struct text phone);
stage_function signup_password_page, signup_password_check, signup_password_hash, signup_open;
stage_function signin_fields, signin_reserve, signin_compare, signin_open, signout;
stage_function signin_number_start, signin_code_page, signin_code_resend, signin_code_try;
stage_function signin_password_page, signin_password_reserve, signin_password_compare, signin_password_open;
stage_function home_plain;
stage_function sessions_page, sessions_end_one, sessions_end_others;
stage_function resume_page, identity_keep_form;

/* ---- own_data.c ---- */

bool identity_own_data(struct own_data *piece);
void identity_obstacles(struct obstacles *obstacles);
extern const struct erase identity_erases[];

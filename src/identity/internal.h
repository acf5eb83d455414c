/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "generated/strings.h"
#include "generated/templates.h"
#include "identity/identity.h"
#include "identity/settings.h"
#include "identity/tally_rules.h"

struct session_cache;
struct token_memo;
struct number_memo;

struct identity {
    struct engine *engine;
    const struct identity_settings *settings;
    struct session_cache *sessions;
    struct token_memo *tokens;
    struct number_memo *numbers;
    _Atomic int64_t next_flush; /* when last uses are next written */
};

static inline struct identity *identity_of(const struct engine *engine) {
    return engine_state(engine, &identity_feature);
}

static inline const struct identity_settings *identity_settings(const struct engine *engine) {
    return engine_settings(engine, &identity_feature);
}

extern const struct migration identity_migrations[];
extern const struct job identity_jobs[];

/* ---- numbers ---- */

#define TOKEN_BYTES 32

/* Random bytes as base64url, and the keyed hash under which they are kept. */
struct text token_new(struct request *request, const char *purpose, uint8_t hash[SECRET_HASH_SIZE]);
/* False when there is none, or it cannot be one of ours. */
bool token_hash(struct request *request, const char *purpose, struct text token, uint8_t hash[SECRET_HASH_SIZE]);

/* Opens a cabinet: customer, number, password; tells every feature. 0 when the number has one already. */
int64_t customer_open(struct engine *engine, struct tx *tx, struct text phone, struct text password,
                      enum language language);
struct text customer_password(struct tx *tx, int64_t customer,
                              struct arena *arena); /* TEXT_NONE: nobody, or none set */

/* ---- refusing ---- */

/* Marks the field, so that the page says the refusal beside it, and refuses. */
enum flow refuse_at(struct request *request, const char *field, const struct refusal *refusal);
/* 429: text names {until}; Retry-After says the seconds. What was counted stays counted. */
enum flow refuse_until(struct request *request, const struct refusal *refusal, moment until);
/* A page goes to another address instead of an error: its flow begins there. JSON is refused. */
enum flow see_or_refuse(struct request *request, const char *location, const struct refusal *refusal);

struct node text_value(struct text text); /* for string arguments */
struct node moment_value(moment at);
/* A path of our own to go to after signing in: never another site's. */
bool local_path(struct text path);

/* ---- counters (tally.c) ---- */

/* Reserves one try of `what` for `whose`; false with *free_at when none is left. */
bool tally_take(struct engine *engine, struct tx *tx, const char *what, struct text whose,
                const struct tally_policy *policy, moment *free_at);
void tally_return(struct engine *engine, struct tx *tx, const char *what, struct text whose); /* it was a good one */
void tally_forget(struct engine *engine, struct tx *tx, const char *what, struct text whose);

/* ---- stages, by route ---- */

stage_function signup_page, signup_again, signup_start, signup_challenge;
stage_function signup_code_page, signup_code_try, signup_resend;
stage_function signup_password_page, signup_password_check, signup_password_hash, signup_open;
stage_function signin_page, signin_reserve, signin_compare, signin_open, signout;
stage_function sessions_page, sessions_end_one, sessions_end_others;
stage_function resume_page, identity_keep_form;

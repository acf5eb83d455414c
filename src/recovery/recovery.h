/* recovery.h: what the files of this folder share: ways back into a cabinet, a new password, another number, what one
 * may see and change of oneself. */
#pragma once

#include "generated/strings_recovery.h"
#include "generated/templates.h"
#include "identity/code.h"
#include "identity/common.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

extern const struct feature recovery_feature;

/* How one who lost his secret gets back in (ID-11); the setting recovery.way. */
enum recovery_way {
    BY_CODE,     /* a code by SMS, then a new password */
    BY_INCOMING, /* an SMS from his phone; a temporary password in reply */
    BY_PIN,      /* a code by SMS lets in once, to choose a new PIN */
    BY_SURNAME,  /* number and surname; a temporary password by SMS */
};

struct recovery_settings {
    int way;
    bool code_word;                    /* asked before a password changes */
    int64_t record_tries, record_pause; /* of what is on record: code word, passport */
    int64_t history;                   /* earlier passwords that must not be chosen again */
    int64_t draft_life;
    int64_t cooling, cooling_sum;      /* after recovery */
    int64_t phone_cooling, phone_sum;  /* after the number changed */
    const char *short_number;
    int64_t thaw_wait;                 /* of who has nothing but his number to thaw by */
    int64_t document_life;             /* of what was attached to a change of number through the support */
    int64_t incoming_most, incoming_window, temporary_life;
};

static inline const struct recovery_settings *recovery_settings(const struct engine *engine) {
    return engine_settings(engine, &recovery_feature);
}

/* ---- draft.c: a way back that was begun, under a token in a cookie (or the field `draft`, for programs) ---- */

enum reset_step { RESET_CODE = 1, RESET_SECRET };

struct reset {
    uint8_t hash[SECRET_HASH_SIZE]; /* of its token; also the subject of its code */
    struct text phone;              /* E.164 */
    int64_t customer;               /* 0: nobody has the number; it goes the same way to nowhere */
    enum reset_step step;
};

struct text reset_new(struct request *request, struct tx *tx, struct text phone, int64_t customer,
                      enum reset_step step, struct reset *reset);
bool reset_find(struct request *request, struct tx *tx, struct reset *reset);
void reset_proved(struct tx *tx, const struct reset *reset);
/* True once: who ends it may set the secret. */
bool reset_end(struct request *request, struct tx *tx, const struct reset *reset);

/* ---- secret.c: a new password, whoever asks for it ---- */

#define HISTORY_MAX 100

struct renewal {
    int64_t customer;
    struct text earlier[HISTORY_MAX]; /* encoded, newest first */
    size_t count;
    struct text encoded;              /* the new one, once hashed */
};

/* Of forms that have both: "pin" where the secret is one (recovery.way: pin), else "password". */
const char *secret_field(const struct request *request);
/* What a page that asks for a new secret shows: pin, hint, code_word. */
void secret_page(struct request *request, struct node *document);

/* On a snapshot: what the profile wants of a secret, in words beside it, else the earlier ones for renewal_hash. */
enum flow renewal_check(struct request *request, struct tx *tx, const struct customer *customer,
                        struct renewal **renewal);
/* In a command: where the profile asks for the code word, the form's must be right. FLOW_NEXT when it is. */
enum flow renewal_word(struct request *request, struct tx *tx, int64_t customer);
/* On a worker: refuses one that was had before, else hashes it. */
enum flow renewal_hash(struct request *request, struct renewal *renewal);
/* In a command: false when the password was changed meanwhile. */
bool renewal_set(struct request *request, struct tx *tx, const struct renewal *renewal);

/* ---- temporary.c: passwords that must be replaced at the first sign-in ---- */

extern const struct outbox_kind recovery_outbox[];
void temporary_on_event(struct engine *engine, struct tx *tx, const struct event *event);
/* In a command: makes one and sends it to the customer's number; 0: the same work, for nobody. */
void temporary_ask(struct engine *engine, struct tx *tx, int64_t customer);
enum flow temporary_gate(struct request *request, struct tx *tx, int64_t customer, bool by_token);
bool temporary_beside(struct request *request, struct tx *tx, int64_t customer, struct text typed,
                      struct text *encoded);
bool temporary_spent(struct request *request, struct tx *tx, int64_t customer, struct text used);
void recover_offer(struct request *request, struct tx *tx, struct node *document); /* the sign-in page's link */

/* ---- phone.c ---- */

/* The old number by itself, and the customer on every channel that he has now. */
void phone_tell_both(struct engine *engine, struct tx *tx, const struct customer *before, struct text fresh);

/* ---- stages ---- */

stage_function recover_page, recover_again, recover_start, recover_code_page, recover_code_try, recover_resend;
stage_function recover_sent_page;
stage_function recover_password_page, recover_password_check, recover_word, recover_password_hash, recover_finish;
stage_function password_page, password_reserve, password_compare, password_write;
stage_function phone_page, phone_start, phone_code_page, phone_code_try;
stage_function thaw_page, thaw_send, thaw_reserve, thaw_compare, thaw_write, thaw_stop;
stage_function profile_page, profile_write, consent_withdraw_write, own_data_read;
stage_function correction_page, correction_write;

/* ---- own_data.c ---- */

extern const struct erase recovery_erases[];

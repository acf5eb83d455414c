/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "factors/factors.h"
#include "factors/factors_rules.h"
#include "generated/strings_factors.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "identity/identity.h"
#include "identity/totp.h"

struct factors_settings {
    int64_t fresh;       /* how long a confirmation holds */
    int64_t pin_tries;   /* wrong PINs on a device before its PIN is gone */
    int64_t ticket_life; /* between the password and the second factor */
    int64_t ticket_tries;
    int64_t codes; /* sent to one customer in an hour */
};

static inline const struct factors_settings *factors_settings(const struct engine *engine) {
    return engine_settings(engine, &factors_feature);
}

extern const struct migration factors_migrations[];
extern const struct job factors_jobs[];
extern const struct sealed factors_sealed[];

enum second { SECOND_NONE, SECOND_SMS, SECOND_APP };
extern const char *const second_names[]; /* "none", "sms", "app", NULL */

/* ---- telling the customer (tell.c) ---- */

/* What changed in his security, on all his channels; `name` for texts that say {name}, or TEXT_NONE. */
void tell_security(struct request *request, struct tx *tx, int64_t customer, string_id text, struct text name);
/* In a command: other features hear that he came by a device of his own (EVENT_DEVICE). */
void device_came(struct request *request, struct tx *tx, int64_t customer);
/* Sends a code; false with *free_at when too many were sent. */
bool tell_code(struct request *request, struct tx *tx, int64_t customer, string_id text, struct text code,
               moment *free_at);
struct text customer_phone(struct request *request, struct tx *tx, int64_t customer);
/* "Chrome · Android" of this request, or "". */
struct text this_device(struct request *request);

/* ---- the PIN of this device (pin.c) ---- */

struct pin {
    int64_t customer, id;
    uint8_t device[SECRET_HASH_SIZE];
    struct text encoded;
    int64_t tries; /* used */
    moment made;
};

/* The PIN of the browser that asks, while it is good. */
bool pin_find(struct request *request, struct tx *tx, struct pin *pin);
/* Counts one try before anything is compared; false when none is left. */
bool pin_take(struct request *request, struct tx *tx, struct pin *pin);
bool pin_matches(struct request *request, const struct pin *pin, struct text typed); /* Argon2id: on the pool */
/* In the command after: a right one makes the tries whole again; after the last wrong one the PIN is gone, and that is
 * told to the customer. False: it was changed meanwhile, or is gone now. */
bool pin_right(struct request *request, struct tx *tx, const struct pin *pin);
bool pin_wrong(struct request *request, struct tx *tx, const struct pin *pin);
void pins_list(struct request *request, struct tx *tx, struct node *document);

/* ---- second factor and app (second_store.c) ---- */

struct second_state {
    enum second kind;
    struct text secret, pending; /* of the app; TEXT_NONE */
    int64_t step;                /* the last one used */
    moment made;
};
void second_read(struct request *request, struct tx *tx, int64_t customer, struct second_state *state);
void second_choose(struct tx *tx, int64_t customer, enum second kind);
void second_offer_app(struct request *request, struct tx *tx, struct text secret);
void second_keep_app(struct request *request, struct tx *tx, struct text secret, int64_t step);
void second_drop_app(struct tx *tx, int64_t customer);
bool second_app_right(struct request *request, struct tx *tx, int64_t customer, struct text typed);
/* Ten new ones in place of all before, added to the array as texts. */
void recovery_make(struct request *request, struct tx *tx, int64_t customer, struct node *array);
bool recovery_use(struct request *request, struct tx *tx, int64_t customer, struct text typed);
void recovery_forget(struct tx *tx, int64_t customer);
int64_t recovery_left(struct tx *tx, int64_t customer);

/* ---- passkeys (passkey.c, passkey_store.c) ---- */

bool passkeys_possible(struct request *request); /* not on a bare network address */
/* This session has just been confirmed by a secret made then; 0: by a code (step_up.c). */
void step_up_done(struct request *request, struct tx *tx, moment secret_made);
int64_t passkeys_count(struct tx *tx, int64_t customer);
moment passkeys_oldest(struct tx *tx, int64_t customer); /* when it was made; 0: there is none */
void passkeys_list(struct request *request, struct tx *tx, struct node *document);

/* His ways in, as they stand (security_page.c). */
struct ways ways_of(struct request *request, struct tx *tx, int64_t customer);

/* ---- stages ---- */

void signin_offer(struct request *request, struct tx *tx, struct node *document);
enum flow signin_second(struct request *request, struct tx *tx, int64_t customer, bool by_token, enum proved_by by,
                        struct text next);

stage_function pin_signin_reserve, pin_signin_compare, pin_signin_open;
stage_function pin_page, pin_check_new, pin_hash_new, pin_set, pin_remove;
stage_function second_page, second_try, second_resend;
stage_function security_page, second_set, password_remove;
stage_function app_begin, app_page, app_picture, app_confirm, app_remove, recovery_new;
stage_function confirm_page, confirm_reserve, confirm_compare, confirm_done, confirm_send;
stage_function passkey_options, passkey_new_options, passkey_page, passkey_register;
stage_function passkey_remove, signature_read;
stage_function passkey_signin_look, passkey_confirm_look, passkey_verify, passkey_signin_open, passkey_confirm_done;

/* ---- own_data.c ---- */

bool factors_own_data(struct own_data *piece);
extern const struct erase factors_erases[];

/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "callbacks/callbacks.h"
#include "generated/strings_shops.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "shops/place.h"
#include "shops/shops_rules.h"

struct shops_settings {
    int64_t session, callback_pause, callback_watch, callback_kept;
    bool private_addresses;
};

struct shops_state {
    const struct shops_settings *settings;
    struct callbacks callbacks;
};

static inline struct shops_state *shops_state_of(const struct engine *engine) {
    return engine_state(engine, &shops_feature);
}

extern const struct migration shops_migrations[];
extern const struct job shops_jobs[];
extern const struct sealed shops_sealed[];

/* ---- shops and keys (shop.c, keys.c) ---- */

/* In a command: a new key, told this once; those that are good end at that moment. TEXT_NONE: there would be too many.
 * A shop's first key has the shop's id. */
struct text shop_key_make(struct request *request, struct tx *tx, int64_t shop, int64_t id, moment others_end);
size_t shop_keys_good(struct tx *tx, int64_t shop);
/* Those that are good or ended lately, the newest first. */
void shop_keys_tell(struct request *request, struct tx *tx, int64_t shop, struct node *list);
/* One is good yet, and has an end: it can be ended at once. */
bool shop_key_ends(struct tx *tx, int64_t shop, int64_t id);
bool shop_key_stop(struct tx *tx, int64_t shop, int64_t id);
/* What the oldest good one is; TEXT_NONE: there is none. */
struct text shop_signing_key(struct engine *engine, struct tx *tx, int64_t shop);
void shop_facts_tell(const struct shop *shop, struct node *document);

/* ---- people (people.c) ---- */

struct member {
    int64_t shop;
    struct text login, name, password; /* in the arena that was given; password: its hash */
    unsigned roles;
    bool open;
};

bool member_find(struct tx *tx, struct arena *arena, struct text login, struct member *member);
int64_t members_count(struct tx *tx, int64_t shop);
void member_password_set(struct tx *tx, const struct member *member, struct text encoded);
/* {name, title, hint, held} each. */
void roles_tell(struct request *request, unsigned roles, struct node *list);

/* ---- the cabinet (shell.c) ---- */

/* Where he begins: a cashier who is nothing else at the till, everybody else at /shop. */
struct text shop_home(struct request *request, unsigned roles);

/* ---- signing in (session.c) ---- */

/* In a command of its own, before a password is compared: FLOW_NEXT, or he has had too many tries. */
enum flow member_try(struct request *request, struct tx *tx, struct text login);
/* The tries are forgotten: he has proved who he is. */
void member_proved(struct request *request, struct tx *tx, struct text login);
/* In the command after the comparison: he has not been given another password meanwhile, nor none at all. */
bool member_stands(struct request *request, struct tx *tx, const struct member *compared);
/* All his sessions, or all but the one that asks. */
void member_sessions_end(struct tx *tx, struct text login);
void member_sessions_end_others(struct request *request, struct tx *tx, struct text login);

/* ---- callbacks (callback.c) ---- */

void shop_callbacks_open(struct shops_state *state);
enum outbox_verdict shop_callback_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply);
void shop_callback_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                          enum outbox_verdict verdict, struct text reply);
/* What was told; TEXT_NONE: it cannot be had any more. */
struct text shop_callback_body(struct engine *engine, struct tx *tx, const struct callback *callback);

/* ---- stages ---- */

/* What a switch is to become: said by the form, else the other way. */
static inline bool switch_on(struct request *request, bool on) {
    return field_given(request, "to") ? field_number(request, "to") != 0 : !on;
}

stage_function shop_signin_page, shop_signin_reserve, shop_signin_compare, shop_signin_open, shop_signout;
stage_function shop_page, proof_reserve, proof_compare, own_password_page, own_password_check, own_password_hash,
    own_password_save;
stage_function keys_page, key_rotate, key_stop_page, key_stop;
stage_function people_page, person_page, person_check, person_hash, person_add, person_switch, person_roles,
    person_known, person_password;
stage_function callbacks_page, callback_page, callback_again, callback_try;
stage_function shops_page, shop_add, staff_shop_page, shop_edit_page, shop_change, shop_switch;

/* identity.h: what other features may ask about people. Sign-up, sign-in and sessions keep to themselves. */
#pragma once

#include "engine/engine.h"

extern const struct feature identity_feature;

enum level { LEVEL_MINIMAL = 1, LEVEL_SIMPLIFIED = 2, LEVEL_FULL = 3 }; /* also the ledger's limit set */

struct customer {
    int64_t id;
    enum level level;
    bool frozen, closed;
    bool froze_himself; /* … by reporting a theft: he may let it go again, by strong proof */
    moment frozen_at;   /* … since when; 0: not known */
    enum language language;
    moment opened;
    struct text phone; /* E.164, opened from its seal; in the tx's arena; TEXT_NONE: his data were destroyed */
    struct text name;  /* «Имя О.» or TEXT_NONE */
};

/* 0 when nobody has that number. Works in snapshots and commands. */
int64_t identity_by_phone(struct engine *engine, struct tx *tx, struct text e164);
/* Of several at once, on a snapshot. */
void identity_by_phones(struct engine *engine, struct tx *tx, const struct text *e164, size_t count,
                        int64_t *customers);
bool identity_customer(struct engine *engine, struct tx *tx, int64_t id, struct customer *customer);
/* The next customers by id, whoever they are; how many. For jobs that go through all of them. */
size_t identity_customers_after(struct tx *tx, int64_t after, int64_t *ids, size_t room);
struct open_customer {
    int64_t id;
    moment opened;
};
/* The same of those whose cabinets are open. */
size_t identity_open_after(struct tx *tx, int64_t after, struct open_customer *list, size_t room);
/* The keyed hash under which a number is kept, and those under which it is looked up (purpose "phone"). */
void identity_phone_hash(struct engine *engine, struct text e164, uint8_t hash[SECRET_HASH_SIZE]);
void identity_phone_hashes(struct engine *engine, struct text e164, struct lookups *hashes);

/* ---- for features that bring ways of signing in ---- */

/* By what one has just proved who one is: a code to the number is not asked for twice. */
enum proved_by { PROVED_OTHERWISE, PROVED_BY_CODE };

struct sign_in_gate {
    /* The sign-in page is drawn: adds what else this browser may use ("pin", "passkey"). NULL: nothing. */
    void (*page)(struct request *request, struct tx *tx, struct node *document);
    /* The password was right, in a command: FLOW_NEXT: it may stay; else it has answered: another is chosen first
     * (ours was temporary). Asked of every feature before any `second`, whose page lets in at once. NULL: may stay. */
    enum flow (*renew)(struct request *request, struct tx *tx, int64_t customer, bool by_token);
    /* In a command, before anything is compared: the typed may be another secret that is good beside the password (a
     * temporary one). True when it looks like one, whoever is meant, so that it costs the same for everybody; *encoded:
     * his, or TEXT_NONE. NULL: there are none such. */
    bool (*beside)(struct request *request, struct tx *tx, int64_t customer, struct text typed, struct text *encoded);
    /* In the command that lets in, where there is a `beside`: it was right (used: what it gave), or the password itself
     * (TEXT_NONE), which ends it. False: it is not good any more. */
    bool (*spent)(struct request *request, struct tx *tx, int64_t customer, struct text used);
    /* … FLOW_NEXT lets him in, else it has answered: something more is asked, and then he goes on to next. Not every
     * route that comes here has the form of signing in. NULL: lets in. */
    enum flow (*second)(struct request *request, struct tx *tx, int64_t customer, bool by_token, enum proved_by by,
                        struct text next);
    /* A session is opened, in a command: at sign-up and at each sign-in. The browser's device is not yet remembered:
     * its cookie is still that of before. NULL: nothing. */
    void (*opened)(struct request *request, struct tx *tx, int64_t customer, int64_t session);
    /* A session was ended by somebody's will, in a command: signed out, ended from elsewhere, or another customer signs
     * in where it was. Not: it was idle too long, or the same customer signed in anew. NULL: nothing. */
    void (*ended)(struct engine *engine, struct tx *tx, int64_t customer, int64_t session);
};
/* From a feature's open(): at most eight. */
void identity_gate_by(struct engine *engine, struct sign_in_gate gate);
/* Other names than a number by which one signs in (an account's number, a login): whose that is, 0 nobody's. Numbers
 * that are nobody's first are asked for in E.164. The sign-in page then takes any of them in the field `login`. */
typedef int64_t customer_named(struct engine *engine, struct tx *tx, struct text name);
void identity_names_by(struct engine *engine, customer_named *find);
stage_function signin_page; /* GET /signin, and `again` of other ways; page template_identity_signin */

/* In a command: a session (cookie, or token when by_token), this device remembered, and the answer as after a
 * password. next: where to, when it is a path of ours and no form was kept. */
enum flow identity_let_in(struct request *request, struct tx *tx, int64_t customer, bool by_token, struct text next);
/* The same after another proof than the password of who he is: what the gates ask as a second one is asked first. */
enum flow identity_pass(struct request *request, struct tx *tx, int64_t customer, bool by_token, struct text next);
/* … without letting him in: FLOW_NEXT, when nothing more is asked. */
enum flow identity_gates(struct request *request, struct tx *tx, int64_t customer, bool by_token, enum proved_by by,
                         struct text next);
/* Signing in is by a code to one's number, and by the password after it where one has chosen one. */
bool identity_by_code(const struct engine *engine);
/* Where the customer goes on: the form kept for him, else next, else home. */
struct text identity_place(struct request *request, struct tx *tx, int64_t customer, struct text next);
/* Keeps the form that this request brought, without its secrets; identity_place leads back to it. False: too long. */
bool identity_keep(struct request *request, struct tx *tx, int64_t customer);

/* Reserves one try of `what` for a customer: a device he signed in from has an allowance of its own, all others share
 * his (ID-15). False with *free_at. After a right one, identity_try_right. */
bool identity_try(struct request *request, struct tx *tx, const char *what, int64_t customer, moment *free_at);
void identity_try_right(struct request *request, struct tx *tx, const char *what, int64_t customer);
/* This browser is a device that the customer has signed in from. */
bool identity_device_known(struct request *request, struct tx *tx, int64_t customer);
void identity_device_remember(struct request *request, struct tx *tx, int64_t customer);

struct text identity_password(struct tx *tx, int64_t customer, struct arena *arena); /* encoded; TEXT_NONE: none */
moment identity_password_made(struct tx *tx, int64_t customer);                       /* 0: none */
void identity_password_forget(struct tx *tx, int64_t customer);                       /* with all earlier ones */
moment identity_session_opened(struct tx *tx, int64_t customer, int64_t session);    /* 0: there is none */

/* ---- sign-ups that go on after the code: onboarding's side ---- */

/* A sign-up whose number was proved by its code; known to the browser by its cookie, to programs by `draft`. */
struct signup {
    uint8_t hash[SECRET_HASH_SIZE];
    struct text phone; /* E.164, in the request's arena */
};

struct signup_extension {
    bool closed; /* nobody signs up by himself: the page says where cabinets are opened */
    bool pin;    /* the secret chosen is a PIN, so signing in calls it that */
    bool by_code; /* no secret is chosen: signing in is by a code to the number */
    void *self;
    /* In a snapshot: where signing up begins for who comes to /signup; TEXT_NONE: with the number. */
    struct text (*begins)(void *self, struct request *request, struct tx *tx);
    /* In a command: what was begun under one token goes on under another. */
    void (*renewed)(void *self, struct request *request, struct tx *tx, const uint8_t old[SECRET_HASH_SIZE],
                    const uint8_t fresh[SECRET_HASH_SIZE]);
    int step, steps;  /* the number is step 2 of 7, the code the one after; where there is a `next` */
    const char *next; /* where to go on after the code; NULL: to the password, as without an extension */
    /* In a command: the code was right. FLOW_NEXT: he goes on there; else nothing was left to ask, and it has answered.
     * Only where there is a `next`. */
    enum flow (*proved)(void *self, struct request *request, struct tx *tx, const struct signup *signup);
};

/* What somebody who is believed says of the person at this browser, by a question's name ("surname", …, "phone"): forms
 * of signing up are filled in by it. TEXT_NONE: nothing. From a feature's open(). */
typedef struct text told_function(struct request *request, const char *name);
void identity_told_by(struct engine *engine, told_function *told);
struct text identity_told(struct request *request, const char *name);

/* Once, when a feature that needs identity opens. */
void identity_signup_extend(struct engine *engine, const struct signup_extension *extension);
/* Before the number is known: gives the request a draft's cookie, under which something can be kept. */
struct text identity_signup_begin(struct request *request, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]);
/* What was begun like that; also once it has a number. */
bool identity_signup_begun(struct request *request, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]);
bool identity_signup_of(struct request *request, struct tx *tx, struct signup *signup);
/* True once: who ends it may open the cabinet. */
bool identity_signup_end(struct request *request, struct tx *tx, const struct signup *signup);
/* Opens a cabinet whose secret is hashed already (TEXT_NONE: it has none yet, the way back gives one), and tells every
 * feature; 0 when the number has one. application: of
 * whose it comes (EVENT_CUSTOMER_OPENED's number), or 0. */
int64_t identity_open(struct engine *engine, struct tx *tx, struct text phone, struct text encoded,
                      enum language language, int64_t application);
/* Since when somebody is a customer who was one elsewhere before. In commands. */
void identity_opened_set(struct tx *tx, int64_t customer, moment opened);
/* Signs the request in: by a token when a program asked for one (`token` of its form), else by cookie. */
struct text identity_sign_in(struct request *request, struct tx *tx, int64_t customer, bool by_token);
/* Each password rule that is not kept, in words; TEXT_NONE: a good one. */
struct text identity_password_wrong(struct request *request, struct text password, struct text phone);
struct text identity_password_hint(struct request *request);

/* ---- personal tokens (IF-2): keys for programs, good for some scopes, shown once, kept as keyed hashes ---- */

struct personal_token {
    int64_t id;
    struct text label;   /* how the customer calls it */
    unsigned scopes;     /* set of enum scope */
    int64_t day_limit;   /* what it may send out a day, in minor units; 0: no limit of its own */
    moment made, used, ends; /* used: 0 never */
    struct text network; /* where last used from, "203.0.113.0/24" */
};

#define PERSONAL_TOKENS_MAX 20

/* In a command. Fills in id and made. TEXT_NONE: the customer has as many as one may have. */
struct text identity_token_make(struct request *request, struct tx *tx, struct personal_token *token);
/* A customer's that are good; newest first; texts in the tx's arena; how many. */
size_t identity_tokens(struct engine *engine, struct tx *tx, int64_t customer,
                       struct personal_token tokens[PERSONAL_TOKENS_MAX]);
/* In a command: its label; TEXT_NONE when the caller has no such. */
struct text identity_token_end(struct request *request, struct tx *tx, int64_t id);
/* In a command: all of them, when somebody else may have made one: how many. Freezing and ending all sessions do it by
 * themselves. */
int64_t identity_tokens_end(struct engine *engine, struct tx *tx, int64_t customer);
/* In the command by which money leaves the customer, whatever else allows it: takes the sum from what the request's
 * personal token may send out today. FLOW_NEXT at once for whoever came otherwise; else it has refused. */
enum flow identity_token_spend(struct request *request, struct tx *tx, struct money sum);

/* SU-4: freezes outgoing money (or lets it go again) and tells every feature in the same transaction; with freezing all
 * personal tokens end, since a thief may have made one. False when it was so already, or nobody is there. In commands
 * only. */
bool identity_freeze(struct engine *engine, struct tx *tx, int64_t customer, bool frozen);
/* The same by the customer himself: he may end it himself, unless staff freeze it as well. False when it was so. */
bool identity_freeze_himself(struct engine *engine, struct tx *tx, int64_t customer);
enum frozen { FROZEN_NOT, FROZEN_BY_STAFF, FROZEN_HIMSELF }; /* customer.frozen, EVENT_CUSTOMER_FROZEN's number */
/* Ends the customer's sessions on all devices but `except` (0: all of them); how many. In commands only. */
int64_t identity_end_sessions(struct engine *engine, struct tx *tx, int64_t customer, int64_t except);

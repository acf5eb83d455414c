/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "backoffice/backoffice.h"
#include "callbacks/callbacks.h"
#include "generated/strings_merchants.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "ledger/ledger.h"
#include "merchants/merchants.h"
#include "merchants/merchants_rules.h"
#include "messaging/messaging.h"

/* ledger account.purpose; transfer.kind, operation_kind.code */
enum merchants_purpose { PURPOSE_MERCHANT = 60 };
enum merchants_kind { KIND_BILL = 360, KIND_BILL_REFUND }; /* wallet → merchant; its subject is the bill's id */

struct merchants_settings {
    int level; /* 0 minimal, 1 simplified, 2 full */
    int64_t confirm_sum, bill_life, callback_pause, callback_watch;
    bool private_addresses;
};

struct merchants_state {
    const struct merchants_settings *settings;
    struct callbacks notices;
};

static inline struct merchants_state *merchants_state_of(const struct engine *engine) {
    return engine_state(engine, &merchants_feature);
}

extern const struct migration merchants_migrations[];
extern const struct sealed merchants_sealed[];
extern const struct erase merchants_erases[];
bool merchants_own_data(struct own_data *piece);

/* ---- merchants and their keys (merchant.c) ---- */

struct merchant {
    int64_t id, account; /* id: also what the interface calls the site */
    struct text title, public_key;
    struct text site, callback; /* "https://shop.example", "https://shop.example/paid"; empty: none */
    bool open;
};

bool merchant_find(struct tx *tx, int64_t id, struct merchant *merchant);
bool merchant_by_public_key(struct tx *tx, struct text key, struct merchant *merchant);
struct text merchant_site(struct arena *arena, const struct merchant *merchant);

/* A customer hears of money and a merchant: the text has {sum} and {merchant}. */
void merchant_tell(struct engine *engine, struct tx *tx, const struct merchant *merchant, int64_t customer,
                   enum topic topic, string_id text, int64_t sum);

#define MERCHANT_KEYS 2 /* good ones at a time: the new one is taken into use while the old one still is good */

/* Whose program asks: FLOW_NEXT with *merchant, which may be switched off, and *key; else it has refused. */
enum flow merchant_enter(struct request *request, struct tx *tx, struct merchant *merchant, int64_t *key);
/* In a command: a new key, told this once; TEXT_NONE: the merchant has as many as it may have. */
struct text merchant_key_make(struct request *request, struct tx *tx, int64_t merchant);
/* False: it has no such key that is good. */
bool merchant_key_end(struct request *request, struct tx *tx, int64_t merchant, int64_t id);
void merchant_keys_tell(struct tx *tx, int64_t merchant, struct node *list);
/* That by which a bill's callback is signed: the one it was made by while that is good, else the oldest good one;
 * TEXT_NONE: there is none. */
struct text merchant_signing_key(struct engine *engine, struct tx *tx, int64_t merchant, int64_t made_by);

/* ---- bills (bill.c) ---- */

struct bill {
    int64_t merchant, id;    /* when it was made is in its id */
    struct text number, uid; /* the merchant's own; what its page is found by */
    int64_t sum, refunded;
    enum bill_state state;
    moment changed, expires;
    int64_t key;                          /* by which it was made; 0: by the public form */
    int64_t addressee;                    /* whom the merchant named by his number; 0: nobody, or nobody of ours */
    int64_t customer, account, operation; /* who has paid it */
    struct text payload;                  /* JSON: comment, customer, customFields; TEXT_NONE: it was destroyed */
};

/* What it is to be. */
struct bill_wish {
    struct text number;
    int64_t sum;
    moment expires;
    struct text phone;   /* E.164; TEXT_NONE */
    struct text payload; /* canonical: the same wish, the same text */
};

/* In commands the row is locked. Texts lie in the tx's arena; false: there is none. The state is that of now. */
bool bill_find(struct engine *engine, struct tx *tx, int64_t merchant, struct text number, struct bill *bill);
bool bill_by_uid(struct engine *engine, struct tx *tx, struct text uid, struct bill *bill);
/* Both with the hash of what it was wished to be, by which a repeat is known. */
bool bill_same(struct engine *engine, struct tx *tx, int64_t merchant, const struct bill_wish *wish, bool *same,
               struct bill *bill);
/* In a command. False: somebody has made it meanwhile. */
bool bill_make(struct request *request, struct tx *tx, const struct merchant *merchant, int64_t key,
               const struct bill_wish *wish, struct bill *bill);
/* From WAITING to another state; false: it is in one already. */
bool bill_end(struct tx *tx, struct bill *bill, enum bill_state state);
void bill_paid(struct tx *tx, const struct bill *bill);
void bill_refunded(struct tx *tx, const struct bill *bill);
bool bills_expire(struct engine *engine, struct tx *tx); /* a job */
struct text bill_comment(struct arena *arena, const struct bill *bill);

#define BILLS_ROOM 200
/* Those that wait for a customer or were paid by him, the newest first; those of a merchant. How many. */
size_t bills_of_customer(struct engine *engine, struct tx *tx, int64_t customer, struct bill *bills, size_t room);
size_t bills_latest(struct engine *engine, struct tx *tx, int64_t merchant, struct bill *bills, size_t room);
/* … with ids above `after` and below `before`, the oldest first. */
size_t bills_between(struct engine *engine, struct tx *tx, int64_t merchant, int64_t after, int64_t before,
                     struct bill *bills, size_t room);
int64_t bills_waiting_for(struct tx *tx, int64_t merchant, int64_t customer);

/* As the published interface has it. */
void bill_tell(struct engine *engine, const struct bill *bill, struct node *document);

/* ---- callbacks (notice.c) ---- */

void notices_open(struct merchants_state *state);
/* In the command that ended the bill: the merchant is told, if it has said where. */
void notice_add(struct engine *engine, struct tx *tx, const struct merchant *merchant, const struct bill *bill);
enum outbox_verdict notice_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply);
void notice_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply);
/* The latest callbacks with their attempts: of a merchant, of one bill of its (empty: of all). */
void notices_tell(struct engine *engine, struct tx *tx, int64_t merchant, struct text number, struct node *list);
/* In a command: it is sent once more, whatever came of it. False: there is none such. */
bool notice_replay(struct engine *engine, struct tx *tx, int64_t merchant, int64_t id);

/* ---- stages ---- */

stage_function api_bill_look, api_bill_make, api_bill_see, api_reject, api_entered, api_refund_look, api_refund,
    api_refund_see, api_notices, api_replay, api_report;
void api_problem(const struct request *request, struct node *problem);
stage_function form_go, create_look, create_write;
stage_function bill_read, bill_pay_look, bill_pay, bill_decline, bills_read;
stage_function merchants_page, merchant_add, merchant_page, merchant_save, merchant_key_new, merchant_key_stop,
    merchant_switch, merchant_replay;
const struct refusal *merchant_on_apply(struct request *request, struct tx *tx, const struct approval *approval);
void merchant_on_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);

/* ---- for the engine ---- */

void bills_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                   struct node *list);
int64_t bill_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry);
void bill_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                   struct node *operation);

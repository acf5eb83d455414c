/* internal.h: what the files of acquiring share. Nothing outside this folder includes it. */
#pragma once

#include "acquiring/acquiring.h"
#include "acquiring/order_rules.h"
#include "backoffice/backoffice.h"
#include "generated/strings_acquiring.h"

struct acquiring_settings {
    const char *url, *merchant, *secret_file;
    int64_t least, most;
    int64_t life, ask, watch;
};

struct acquiring_state {
    const struct acquiring_settings *settings;
    struct acquirer *bank;   /* NULL: no cards are taken */
    _Atomic int64_t account; /* of the ledger; 0: not yet known to be on disk */
};

struct acquiring_state *acquiring_state_of(const struct engine *engine); /* NULL: not enabled */

enum acquiring_purpose { PURPOSE_ACQUIRER = 3, PURPOSE_CARD_REVERSED = 5, PURPOSE_CARD_LOST }; /* account.purpose */
enum acquiring_kind {
    KIND_CARD_REVERSED = 391, /* reversed → acquirer; no customer's */
    KIND_CARD_TAKEN,          /* customer → reversed */
    KIND_CARD_LOST,           /* lost → reversed; no customer's */
};

extern const struct migration acquiring_migrations[];

/* ---- order.c ---- */

struct order {
    int64_t id, customer, account, sum;
    int kind;        /* of the ledger's transfer */
    int64_t subject; /* 0: the order's own id */
    enum order_state state;
    moment expires;
    struct text reference;       /* the acquirer's number of the payment; TEXT_NONE until told */
    int64_t operation;           /* the entry on the account; 0: none */
    enum ledger_refusal refusal; /* why the money could not enter */
    int64_t card;                /* the bound card that is charged for it; 0: whoever pays enters one */
};

/* customer 0: whoever's (the acquirer tells by order alone). */
bool order_find(struct tx *tx, int64_t customer, int64_t id, struct order *order);
/* In a command. card: a bound one that is charged, or 0. */
enum ledger_refusal order_begin(struct engine *engine, struct tx *tx, const struct card_order *wanted, int64_t card,
                                struct order *order);
/* By which the order's money comes. */
struct transfer order_transfer(struct engine *engine, struct tx *tx, const struct order *order);

/* ---- settle.c ---- */

stage_function callback_verify, callback_write;
enum outbox_verdict order_status_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply);
void order_status_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                         enum outbox_verdict verdict, struct text reply);
enum outbox_verdict order_refund_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                      struct text *reply);
void order_refund_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                         enum outbox_verdict verdict, struct text reply);

/* ---- reversal.c ---- */

/* In a command: the order's money has left us; nobody has made up for it yet. */
void reversal_begin(struct engine *engine, struct tx *tx, const struct order *order);
/* … and whoever ordered has been told: what is not made up for is people's. */
void reversal_ask(struct engine *engine, struct tx *tx, const struct order *order);
extern const struct queue acquiring_queues[];

/* ---- own_data.c ---- */

bool acquiring_own_data(struct own_data *piece);
void acquiring_obstacles(struct obstacles *obstacles);

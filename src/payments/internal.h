/* internal.h: what the files of payments share. Nothing outside this folder includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_payments.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "payments/catalogue.h"
#include "payments/payments.h"
#include "payments/rail.h"

#include <pthread.h>

/* ledger account.purpose */
enum payments_purpose { PURPOSE_PROVIDER = 20, PURPOSE_FEES = 21, PURPOSE_UNPLACED = 22 };

/* ledger transfer.kind; operation_kind.code */
enum payments_kind {
    KIND_PAYMENT = 200, /* customer → provider */
    KIND_PAYMENT_FEE,   /* customer → our income */
    KIND_PAYMENT_REFUND,
    KIND_PAYMENT_FEE_REFUND,
    KIND_RETURN_KEPT,   /* bank → unplaced: sent back, nobody knows whose it is */
    KIND_RETURN_PLACED, /* unplaced → where it belongs */
    KIND_PAYMENT_CARD, /* another bank's card → customer, for a payment */
};

struct payments_settings {
    const char *catalogue_file;
    int64_t check_life, confirm_life, send_life;
    int64_t confirm_sum; /* from here a payee that is new wants a fresh proof; 0: never */
    int64_t returns_every;
    int64_t register_days, register_after, register_every;
    int64_t card_most; /* of a transfer to a card */
};

struct breakers;

struct payments_state {
    const struct payments_settings *settings;
    pthread_mutex_t mutex;       /* of the catalogue's pointer and its users */
    struct catalogue *catalogue; /* NULL: none was read yet */
    struct breakers *breakers;
};

struct payments_state *payments_state_of(const struct engine *engine);
/* So that the first request finds it. */
void catalogue_open(struct engine *engine, struct payments_state *state);
void catalogue_close(struct payments_state *state);

/* ---- schema.c ---- */

extern const struct migration payments_migrations[];
extern const struct erase payments_erases[];
extern const struct sealed payments_sealed[];

/* ---- payment.c: the row ---- */

#define BY_CARD (-1) /* payment.card_order: it will be paid by another bank's card, of which no order is made yet */

/* What the provider told of what was typed. */
struct payment_info {
    struct text name, more; /* TEXT_NONE: not told */
    int64_t bill;           /* -1: not told */
};

struct payment {
    int64_t id, customer, provider, version, account;
    enum payment_state state;
    int64_t sum, fee;           /* kopecks; sum 0: the bill's, not known yet */
    int64_t returned;           /* kopecks of the sum, given back since it was done */
    int64_t hold, operation;    /* 0: none */
    int64_t card_order;         /* by another bank's card (by_card.c): its order, or BY_CARD; 0: from the account */
    enum payment_reason reason;
    int64_t code;               /* the provider's own; -1: none */
    struct text reference;      /* the provider's; TEXT_NONE */
    moment deadline, ended;     /* of the state; 0 once final; ended 0 until it is */
    enum language language;     /* of who ordered it */
    struct payment_values values;
    struct payment_info info;
};

/* In a command the row is locked. Texts lie in the tx's arena; false when there is none of that customer. */
bool payment_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct payment *payment);
/* Whose it is, for who knows its number alone (staff, a bank): 0 the house's; -1: there is none. */
int64_t payment_owner(struct tx *tx, int64_t id);
void payment_insert(struct engine *engine, struct tx *tx, const struct payment *payment);
/* Other features hear that it has come to another state (EVENT_PAYMENT). */
void payment_moved(struct engine *engine, struct tx *tx, const struct payment *payment);
/* Writes all that may change of it. */
void payment_update(struct engine *engine, struct tx *tx, const struct payment *payment);
/* One that another bank's card is to pay; false: none. */
bool payment_of_card_order(struct engine *engine, struct tx *tx, int64_t customer, int64_t order,
                           struct payment *payment);
struct text payment_value(const struct payment *payment, const char *name); /* TEXT_NONE: not given */

/* The newest of the customer: all, or (open) those that are not at their end. Without values. At most room. */
size_t payments_latest(struct tx *tx, int64_t customer, bool open, struct payment *payments, size_t room);

/* ---- accounts.c ---- */

/* In a command, made when missing. */
int64_t payments_provider_account(struct engine *engine, struct tx *tx, int64_t provider);
int64_t payments_fee_account(struct engine *engine, struct tx *tx);
/* A bank's, from which money has come back: what we owe it may be settled by then, so it may owe us. */
int64_t payments_returning_account(struct engine *engine, struct tx *tx, int64_t provider);
/* What came back and is nobody's yet. */
int64_t payments_unplaced_account(struct engine *engine, struct tx *tx);
/* feature.payee: the provider's account, where it is he who is paid; a fee is nobody's. */
int64_t payments_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry);

/* ---- order.c: what is asked for ---- */

stage_function pay_form_read, pay_write;
/* The row, and with it the question to the provider. */
void payment_order(struct engine *engine, struct tx *tx, const struct provider *provider, struct payment *payment);

/* ---- fees.c: what it costs ---- */

/* The bank of the card that is paid, by its number or as the rail named it; NULL: none of those that have a fee of
 * their own, or it is not known any more. */
const struct card_bank *payment_bank(const struct provider *provider, const struct payment *payment);
int64_t payment_fee(const struct provider *provider, const struct payment *payment);
/* Into the provider's form: its fee, in words, and those of the banks that have one of their own. */
void tell_fees(struct request *request, const struct provider *provider, struct node *document);

/* ---- by_card.c: paid by another bank's card ---- */

/* Can it be? The least and the most that the acquirer takes; false: no. */
bool by_card_bounds(struct engine *engine, const struct provider *provider, int64_t *least, int64_t *most);
/* Asked for, and it can be with this sum: FLOW_NEXT; else refused. */
enum flow by_card_look(struct request *request, const struct provider *provider, const struct payment *payment);
/* The customer's yes: an order of the acquirer's; answered. */
enum flow by_card_order(struct request *request, struct tx *tx, struct payment *payment);
void by_card_tell(struct request *request, struct tx *tx, const struct payment *payment, struct node *document);
stage_function by_card_read;
void payments_on_event(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- confirm.c ---- */

stage_function payment_confirm_look, payment_confirm_write, payment_cancel_write;
/* As it was shown when it was checked: the provider is there, and takes the same fee. */
bool payment_terms_hold(struct engine *engine, struct tx *tx, const struct payment *payment);
/* The money is held, *payment has the hold; not even a frozen account's payment is begun. */
enum ledger_refusal payment_hold(struct engine *engine, struct tx *tx, struct payment *payment);
/* Held: the provider is to be told, until the payment's deadline. */
void payment_send_off(struct engine *engine, struct tx *tx, struct payment *payment);

/* ---- machine.c: what the outbox brings back ---- */

enum outbox_verdict payment_check_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply);
void payment_check_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                          enum outbox_verdict verdict, struct text reply);
enum outbox_verdict payment_pay_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                     struct text *reply);
enum outbox_verdict payment_cancel_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                        struct text *reply);
void payment_pay_result(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                        enum outbox_verdict verdict, struct text reply);
bool payments_expire(struct engine *engine, struct tx *tx); /* a job */

/* ---- wire.c: an order as an outbox's payload, an answer as its reply ---- */

struct text order_write(struct arena *arena, const struct payment *payment);
bool order_read(struct arena *arena, struct text text, struct payment *payment);
struct text answer_write(struct arena *arena, const struct rail_answer *answer);
bool answer_read(struct arena *arena, struct text text, struct rail_answer *answer);

/* ---- settle.c: the money ---- */

/* In a command: the hold becomes a payment and its fee; or is let go. */
void payment_done(struct engine *engine, struct tx *tx, struct payment *payment, struct text reference);
void payment_refused(struct engine *engine, struct tx *tx, struct payment *payment, enum payment_reason reason,
                     int64_t code);

/* In a command: the bank has sent it back, so sum and fee are the customer's again; one that nobody was sure of had
 * been paid before. False when it is not one that can have come back. */
bool payment_returned(struct engine *engine, struct tx *tx, struct payment *payment, int64_t sum);

/* ---- returns.c: what banks sent back ---- */

bool returns_ask(struct engine *engine, struct tx *tx); /* a job */
enum outbox_verdict returns_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                 struct text *reply);
void returns_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                    struct text reply);

/* ---- scan.c: a form filled from the QR of a receipt ---- */

stage_function scan_read, scan_picture, scan_write;
/* ---- refund.c: given back after all ---- */

/* In a command: `sum` of one that is done, no more than is left of it; with the last of it the fee, too. False: the
 * provider's account has not so much, or the customer's is closed. */
bool payment_give_back(struct engine *engine, struct tx *tx, struct payment *payment, int64_t sum);

/* ---- pages.c ---- */

stage_function pay_list_read, payment_read, payments_read;
void payment_tell(struct request *request, struct tx *tx, const struct payment *payment, struct node *document);
struct text reason_words(struct arena *arena, const struct locale *locale, const struct payment *payment,
                         const struct provider *provider);
void payment_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation);
/* By the catalogue's category of whom it pays. */
void payment_classify(struct engine *engine, struct tx *tx, const struct entry *entry, struct operation_class *class);
void payments_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list);

/* ---- own_data.c ---- */

bool payments_own_data(struct own_data *piece);
void payments_obstacles(struct obstacles *obstacles);

/* wallet.h: what the files of the wallet share. Nothing outside this folder includes it. */
#pragma once

#include "acquiring/acquiring.h"
#include "engine/engine.h"
#include "engine/moves.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "generated/strings_wallet.h"

#include <pthread.h>

extern const struct feature wallet_feature;

#define WALLETS_MAX 5 /* per person, by law's practice (domain.md) */

/* ledger account.purpose */
enum wallet_purpose { PURPOSE_WALLET = 1, PURPOSE_WAITING = 2 };

/* ledger transfer.kind; operation_kind.code */
enum wallet_kind {
    KIND_TRANSFER = 100, /* to another customer */
    KIND_OWN,            /* between wallets of one customer */
    KIND_WAITING,        /* to a number without a cabinet: sender → waiting */
    KIND_CLAIM,          /* waiting → the one who signed up */
    KIND_RETURN,         /* waiting → back to the sender */
    KIND_TOPUP,          /* acquirer → wallet */
};

struct wallet_settings {
    int transfer_level; /* 0 minimal, 1 simplified, 2 full */
    int64_t transfer_min;
    int64_t confirm_sum; /* from here a new payee wants a fresh proof; 0: never */
    int64_t waiting_days, waiting_most;
};

#define ACCOUNT_CACHE (1 << 19) /* lines of CACHE_WAYS customers: 32 MB, touched as it fills */
#define CACHE_WAYS 4
#define CACHE_LOCKS 64

struct cached_wallet {
    int64_t customer, account;
};

struct wallet_state {
    const struct wallet_settings *settings;
    _Atomic int64_t waiting; /* the account of waiting money; 0: not yet known to be on disk */
    pthread_mutex_t locks[CACHE_LOCKS];
    struct cached_wallet (*cache)[CACHE_WAYS]; /* customer → main wallet; never changes once made */
};

struct wallet_state *wallet_state_of(const struct engine *engine);

/* ---- accounts.c ---- */

extern const struct migration wallet_migrations[];
extern const struct sealed wallet_sealed[];

/* The customer's main wallet account; 0: none. */
int64_t wallet_main(struct engine *engine, struct tx *tx, int64_t customer);
/* Brings those of several customers into memory, on a snapshot. Reorders them; 0 among them is nobody. */
void wallet_warm(struct engine *engine, struct tx *tx, int64_t *customers, size_t count);
size_t wallet_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);
/* Opens the next one; 0 when there are WALLETS_MAX. name: TEXT_NONE for the first. */
int64_t wallet_open_account(struct engine *engine, struct tx *tx, int64_t customer, enum level level, struct text name);
/* In a command made when missing; in a snapshot 0 then. */
int64_t wallet_waiting_account(struct engine *engine, struct tx *tx);
void wallet_on_event(struct engine *engine, struct tx *tx, const struct event *event);

struct wallet_row {
    int64_t account, number;
    struct text name;
};
/* The customer's wallets in their order, in the tx's arena. */
size_t wallet_rows(struct tx *tx, int64_t customer, struct wallet_row rows[WALLETS_MAX]);
size_t wallet_purses(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse *purses, size_t room);
struct text wallet_title(struct arena *arena, const struct locale *locale, const struct wallet_row *row);

stage_function wallet_create_write;

/* ---- home.c ---- */

stage_function home_read;
void wallet_limits_document(struct node *document, const struct limit_report *report);

/* ---- transfer.c ---- */

void transfer_warm(struct request *const *requests, size_t count, struct tx *tx);
stage_function transfer_form_read, transfer_check_read, transfer_resolve_read, transfer_write;
stage_function transfer_sign_options, transfer_signed_look, transfer_signed_verify, transfer_signed_write;

/* Another feature's payment to a person, by the same rules. */
enum flow transfer_person_look(struct request *request, struct tx *tx, const struct person_payment *payment);
enum flow transfer_person(struct request *request, struct tx *tx, const struct person_payment *payment,
                          int64_t *operation);

/* ---- moves.c ---- */

/* Other features hear that he got money (EVENT_INCOME). */
void wallet_income(struct engine *engine, struct tx *tx, int64_t customer, int64_t account, int64_t sum,
                   int64_t operation);
extern const struct moves wallet_moves;

/* ---- payees.c: whom the customer has paid a large sum, having proved himself ---- */

bool payee_known(struct engine *engine, struct tx *tx, int64_t customer, struct text phone);
void payee_keep(struct engine *engine, struct tx *tx, int64_t customer, struct text phone);
/* feature.payee: the other's account; of who has none yet, a number that stands for his phone. */
int64_t wallet_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry);

/* ---- waiting.c ---- */

/* Sends the plan's money to a number without a cabinet; gives ledger's answer. */
struct waiting_order {
    int64_t customer, account;
    struct text phone; /* E.164 */
    struct money sum;
    struct text note;
    enum language language;
};
struct waiting_result {
    enum ledger_refusal refusal;
    bool too_many; /* of this sender's are waiting already */
    int64_t operation;
    moment expires;
};
struct waiting_result waiting_send(struct engine *engine, struct tx *tx, const struct waiting_order *order);
void waiting_claim(struct engine *engine, struct tx *tx, int64_t customer, struct text phone);
bool waiting_return_job(struct engine *engine, struct tx *tx);
void waiting_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation);
size_t waiting_list(struct engine *engine, struct tx *tx, int64_t customer, struct node *array);
stage_function waiting_list_read, waiting_cancel_write;

/* ---- claim.c: by the link of the SMS ---- */

stage_function claim_read, claim_card_write, claim_phone_write, claim_wallet_write;
void claim_payment_moved(struct engine *engine, struct tx *tx, int64_t payment);

/* ---- topup.c ---- */

stage_function topup_form_read, topup_write, topup_read, topup_pay_read;
/* The order has come to another state. */
void topup_moved(struct engine *engine, struct tx *tx, const struct event *event);
void topup_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                    struct node *operation);

/* ---- refusals.c ---- */

extern const struct refusal refusal_level, refusal_sum_small, refusal_waiting_many, refusal_not_cancellable,
    refusal_no_wallet, refusal_wallets_max, refusal_topup_off, refusal_topup_token, refusal_topup_small,
    refusal_topup_large, refusal_not_asked, refusal_own_balance, refusal_own_month;

/* ---- own_data.c ---- */

bool wallet_own_data(struct own_data *piece);
void wallet_obstacles(struct obstacles *obstacles);
extern const struct erase wallet_erases[];

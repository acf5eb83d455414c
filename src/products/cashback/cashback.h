/* cashback.h: what the files of cashback share. Nothing outside this folder includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_cashback.h"
#include "ledger/ledger.h"
#include "payments/payments.h"
#include "products/cashback/cashback_rules.h"

extern const struct feature cashback_feature;

#define RULES_MOST 200

/* ledger account.purpose; transfer.kind */
enum cashback_purpose { PURPOSE_CASHBACK = 75 };
enum cashback_kind {
    KIND_CASHBACK = 750, /* the company → customer */
    KIND_CASHBACK_BACK,  /* customer → the company: its purchase was given back */
};

struct cashback_settings {
    int64_t wait; /* from the purchase until it is paid; 0: at once */
};

extern const struct migration cashback_migrations[];
extern const struct erase cashback_erases[];

/* ---- rule.c: rules as staff made them, in versions ---- */

struct stored_rule {
    struct text code, title;
    int64_t version, staff;
    moment at;
    struct cashback_rule rule;
};

/* The newest versions, by their codes; texts in the tx's arena; how many. */
size_t rules_stored(struct tx *tx, struct stored_rule rules[RULES_MOST]);
stage_function cashback_staff_read, cashback_staff_write;
struct approval;
void rule_approval_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *rule_approval_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* ---- accrual.c: what is owed to a customer for a purchase ---- */

enum accrual_state { ACCRUAL_PENDING = 1, ACCRUAL_PAID, ACCRUAL_CANCELLED };
#define CATEGORY_CARD "card" /* of purchases by card, among the catalogue's */
enum purchase_kind { PURCHASE_PAYMENT = 1, PURCHASE_CARD };

struct accrual {
    int64_t customer, id;
    enum purchase_kind kind;
    int64_t purchase;      /* the payment's id, or the operation by card */
    int64_t account;       /* the one that paid for it */
    int64_t base, sum;     /* of the purchase; the cashback on it */
    int64_t taken;         /* of the cashback: not his, since so much of the purchase was given back */
    int64_t owed;          /* … of that, what he had spent already: kept back from cashbacks to come */
    enum accrual_state state;
    moment due;
    int64_t operation;     /* 0: not paid yet */
    int64_t month;         /* since 1970, in the zone of the books */
    struct text category;
};

bool accrual_find(struct tx *tx, int64_t customer, enum purchase_kind kind, int64_t purchase, struct accrual *accrual);
/* A customer's of a month, the newest first. */
size_t accruals_of(struct tx *tx, int64_t customer, int64_t month, struct accrual *accruals, size_t room);
int64_t cashback_owed(struct tx *tx, int64_t customer);
/* What a purchase would bring now. False: nothing. */
bool cashback_promised(struct engine *engine, struct tx *tx, int64_t customer,
                       const struct cashback_purchase *purchase, int64_t *sum);
void cashback_on_event(struct engine *engine, struct tx *tx, const struct event *event);
bool cashback_pay_job(struct engine *engine, struct tx *tx);
struct cashback_purchase purchase_of(struct engine *engine, struct tx *tx, const struct payment_news *news, moment at);
/* How much of the rule's month he has used. */
int64_t rule_used(struct tx *tx, int64_t customer, struct text code, int64_t month);

/* ---- pages.c ---- */

stage_function cashback_month_read;
void cashback_beside(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     int64_t payment, struct node *document);
void cashback_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                       struct node *operation);
bool cashback_own_data(struct own_data *piece);

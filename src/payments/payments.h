/* payments.h: paying providers, as other features use it: what a payment asks for, the provider's form for pages of
 * theirs, and payments made by us on a customer's behalf (autopay). */
#pragma once

#include "payments/catalogue.h"

extern const struct feature payments_feature;

/* What was typed, in the provider's order. */
struct payment_values {
    struct osmp_field of[PROVIDER_FIELDS];
    size_t count;
    /* Of a transfer to a card, whose "account" here is the number's mask: what tells that it is the same card (a keyed
     * hash); and the number itself, until the payment has ended. TEXT_NONE of all others. */
    struct text card, number;
};
/* May it be kept to be paid again? A card's number is not. */
bool payments_keeps(const struct provider *provider);
struct text payment_values_get(const struct payment_values *values, const char *name); /* TEXT_NONE: not given */
/* That field's value as people read it: a mobile number as everywhere else («+7 916 123-45-67»), a choice by its title.
 * provider NULL: it is gone; as it was typed. */
struct text payment_value_shown(struct arena *arena, const struct provider *provider, const char *name,
                                struct text value);
struct text payment_values_write(struct arena *arena, const struct payment_values *values); /* JSON */
bool payment_values_read(struct arena *arena, struct text text, struct payment_values *values);

/* What is to be paid. */
struct payment_wish {
    int64_t customer, provider; /* customer 0: the house pays, without a fee, from an account of ours */
    int64_t account;        /* the ledger account it is paid from */
    int64_t sum;            /* kopecks, without the fee; 0: the bill's */
    enum language language; /* in which the customer is told what became of it */
    struct payment_values values;
};

/* What an earlier payment of his asked for. Texts in the tx's arena; false when there is none such, or its data were
 * destroyed. */
bool payments_wish_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct payment_wish *wish);

/* ---- order.c: the provider's form, for others' pages ---- */

/* Fills the document as GET /pay/{code} has it: fields with these values (NULL: none), bounds, fee, purses, sum (0:
 * none). The route's form is a FORM_REST with `sum` and `from`. */
void payments_form(struct request *request, struct tx *tx, const struct provider *provider,
                   const struct payment_values *values, int64_t sum, struct node *document);
/* Beside it, where the provider finds operators by their numbers: which one, and the choice. paid: whom an earlier one
 * was for, or 0. The form has `operator` (a code) and `choose`. */
void payments_form_operators(struct request *request, const struct provider *finder, int64_t paid,
                             struct node *document);
/* Who is paid: an operator by its number, else as asked. One that is not known is marked and `asked` given. */
const struct provider *payments_payee_of(struct request *request, const struct provider *asked);
/* The provider's own fields as they were typed; all that is wrong is marked (rest_fault): refuse_rest then answers. */
void payments_take_values(struct request *request, const struct provider *provider, struct payment_values *values);
/* The sum typed, within the provider's bounds; 0: none was; a fault is marked. */
int64_t payments_take_sum(struct request *request, const struct provider *provider, bool needed);
/* The account that he pays from: `from` of the form, else his usual one. 0: refused. */
int64_t pay_account(struct request *request, struct tx *tx);

/* ---- automatic.c: on a customer's behalf; in commands ---- */

/* Why it does not go on. */
enum payment_bar {
    PAYMENT_GOES,
    PAYMENT_BAR_OFF,     /* the provider is out of service, or has left the catalogue */
    PAYMENT_BAR_TERMS,   /* it was checked under others, or too long ago */
    PAYMENT_BAR_ACCOUNT, /* nothing to pay from */
    PAYMENT_BAR_LEVEL,
    PAYMENT_BAR_FROZEN,
    PAYMENT_BAR_MONEY,
    PAYMENT_BAR_LIMIT,   /* of a sum, a day, a month */
    PAYMENT_BAR_COOLING, /* after a change of secrets */
};

/* Begins one under a new id: the provider is asked; EVENT_PAYMENT then tells of each state, at once of one that is not
 * to be asked about. What would be refused at the end is refused here, with nothing written. */
enum payment_bar payments_begin(struct engine *engine, struct tx *tx, const struct payment_wish *wish, int64_t id);
/* The yes to a checked one: the money is held, the provider is told. Whatever bars it, the payment stays as it was. */
enum payment_bar payments_confirm(struct engine *engine, struct tx *tx, int64_t customer, int64_t id);
/* Ends one that is not confirmed; no event. */
void payments_drop(struct engine *engine, struct tx *tx, int64_t customer, int64_t id);

struct payment_news {
    enum payment_state state;
    enum payment_reason reason;
    int64_t sum, fee; /* kopecks */
    int64_t returned; /* of the sum: given back since it was done */
    int64_t provider, account;
};
bool payments_news(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct payment_news *news);

/* From this sum on, fee and all, a new payee wants a fresh proof; 0: never. */
int64_t payments_confirm_sum(const struct engine *engine);

/* A provider asked about an account without any payment, as an outbox kind of another feature: its payload, its `send`,
 * and what came back. The outbox row's subject is the number under which it is asked. */
struct payment_look {
    enum payment_reason reason; /* NONE: it would take a payment */
    int64_t bill;               /* kopecks; 0: nothing is due; -1: not told */
    int64_t balance;            /* kopecks, also below 0; BALANCE_UNTOLD */
};
struct text payments_look_write(struct arena *arena, const struct payment_wish *wish);
enum outbox_verdict payments_look_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                       struct text *reply);
bool payments_look_read(struct arena *arena, struct text reply, struct payment_look *look);

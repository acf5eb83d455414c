/* cabinet.h: what a customer sees of his purchases and does about them: what the files of his pages and payments
 * share. */
#pragma once

#include "products/instalments/instalments.h"
#include "products/instalments/repay_rules.h"

/* ---- owing.c: what he is to pay ---- */

#define OWING_MOST 100 /* purchases that run, of a customer */

/* Purchases that run, as they stand today, the oldest first; and what is to be paid of them, ordered. */
struct owing {
    struct purchase *purchases;
    size_t count;
    struct due *dues; /* .purchase: which of them */
    size_t due_count;
};
/* purchase: that one alone; 0: all of his. In the tx's arena; in a command the rows are locked. */
void owing_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t purchase, struct owing *owing);

/* ---- payment.c: rows: what he pays, and what each purchase got of it ---- */

/* Kept in the database. */
enum payment_state {
    PAYMENT_WAITS = 1, /* for the card's money */
    PAYMENT_DONE,
    PAYMENT_FAILED,    /* declined, cancelled, not paid in time; its money may yet come late */
    PAYMENT_BACK,      /* it came when nothing could take it: it goes back to the card */
    PAYMENT_UNDONE,    /* a bank took it back */
};

struct instalment_payment {
    int64_t customer, id;
    int64_t purchase;         /* 0: whatever he owes, by day */
    enum purchase_wish wish;
    bool automatic;           /* his card paid by itself */
    int64_t sum;
    int64_t card;             /* a bound one of his that is charged; 0: none */
    int64_t card_order;       /* acquiring's; 0: from an account of his */
    enum payment_state state;
    int64_t operation;        /* the transfer that brought it; 0: none has */
};

struct payment_share {
    int64_t purchase, sum, penalty; /* penalty: what of it paid penalties */
};

/* In a command: fills in id. */
void instalment_payment_add(struct tx *tx, struct instalment_payment *payment);
/* In a command the row is locked. */
bool instalment_payment_find(struct tx *tx, int64_t customer, int64_t id, struct instalment_payment *payment);
bool instalment_payment_of_order(struct tx *tx, int64_t customer, int64_t order, struct instalment_payment *payment);
/* State and operation. */
void instalment_payment_save(struct tx *tx, const struct instalment_payment *payment);
void payment_share_add(struct tx *tx, const struct instalment_payment *payment, const struct payment_share *share);
size_t payment_shares_of(struct tx *tx, int64_t customer, int64_t payment, struct payment_share *shares, size_t room);

/* The bound card that paid for it last; 0: none did. */
int64_t purchase_paid_by(struct tx *tx, const struct purchase *purchase);

/* ---- take_back.c: a bank took a payment back ---- */

/* In acquiring's command. */
void payment_take_back(struct engine *engine, struct tx *tx, struct instalment_payment *payment);

/* ---- repay.c: money comes ---- */

/* In a command: an order by card for it (.card, or any card); fills in id and card_order. */
enum ledger_refusal instalment_pay_by_card(struct engine *engine, struct tx *tx, struct instalment_payment *payment);
/* In a command: from that account of his, at once. */
enum ledger_refusal instalment_pay_from(struct engine *engine, struct tx *tx, int64_t purse,
                                        struct instalment_payment *payment);
void instalments_order_told(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- left.c: what was paid too much goes back ---- */

/* In a command: to the customer's account where he has one with us, else to that bound card of his own (0: none), else
 * it waits until he names one. */
void purchase_give_back(struct engine *engine, struct tx *tx, struct purchase *purchase, int64_t card);
/* In a command: goods for so much came back: he is told, and what he had paid for them is given back. */
void purchase_returned(struct engine *engine, struct tx *tx, struct purchase *purchase, int64_t sum);
/* Some of it is on its way to a card. */
bool purchase_back_open(struct tx *tx, const struct purchase *purchase);
void instalments_payout_told(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- autopay.c: a card of his pays on its day ---- */

int64_t instalments_autopay_card(struct tx *tx, int64_t customer);
/* … and it is still good; 0: he gave none, or it is gone. */
int64_t instalments_autopay_good(struct engine *engine, struct tx *tx, int64_t customer);
void instalments_autopay_put(struct tx *tx, int64_t customer, int64_t card); /* 0: no more */
enum autopay { AUTOPAY_NONE, AUTOPAY_ORDERED, AUTOPAY_CARD_GONE, AUTOPAY_REFUSED };
/* In a command: by the card that he gave for that. What the bank says of it instalments_order_told hears. */
enum autopay instalments_autopay(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum);
/* Adds autopay: {on, card, cards}. */
void instalments_autopay_tell(struct engine *engine, struct tx *tx, int64_t customer, struct node *document);

/* ---- remind.c ---- */

bool instalments_remind_job(struct engine *engine, struct tx *tx);
/* In a command: what had to wait is said as it stands now: what is overdue, else a payment that is near. */
void instalments_remind_again(struct engine *engine, struct tx *tx, int64_t customer);

/* ---- words.c ---- */

struct text instalments_say(struct arena *arena, const struct locale *locale, string_id text);
struct text instalments_say_with(struct arena *arena, const struct locale *locale, string_id text,
                                 const struct node *values);
/* Of whom it was bought; in the tx's arena. */
struct text purchase_title(struct engine *engine, struct tx *tx, const struct purchase *purchase);
/* To its customer, on the channels that he wants: the text may name {title}, {sum}, {at}. purchase NULL: of several. */
void purchase_tell(struct engine *engine, struct tx *tx, int64_t customer, const struct purchase *purchase,
                   string_id text, int64_t sum, int64_t day);
/* To whoever has to pay, unasked: within the law's bounds for him, now or as soon as they let it. */
void instalments_remind(struct engine *engine, struct tx *tx, int64_t customer, const struct purchase *purchase,
                        string_id text, int64_t sum, int64_t day);
void instalments_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                       struct node *operation);

/* ---- move_page.c ---- */

/* By how many days its next payment may be moved now; 0: not. */
int64_t purchase_move_most(const struct engine *engine, const struct purchase *purchase);

/* ---- pages ---- */

/* The path parameter's, of the caller, as it stands today. */
bool purchase_asked(struct request *request, struct tx *tx, struct purchase *purchase);
struct text purchase_address(const struct request *request, const struct purchase *purchase, const char *more);
/* {id, title, day, sum, parts, state, owed, paid, returned, overdue, days_overdue, penalty, next, left, schedule} */
void purchase_tell_row(struct request *request, struct tx *tx, const struct purchase *purchase, struct node *document);
/* {day, sum, late}, or null: what is paid next of them. */
void owing_tell_next(const struct owing *owing, struct node *document);
/* His good cards, {id, value, title, chosen} each; own: those alone that money may go out to. */
void instalments_cards_tell(struct engine *engine, struct tx *tx, int64_t customer, int64_t chosen, bool own,
                            struct node *list);
void instalments_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                         struct node *list);
void purchase_history_tell(struct request *request, struct tx *tx, const struct purchase *purchase,
                           struct node *document);
stage_function instalments_home_read, instalments_read, purchase_read, purchase_why_read;
stage_function instalments_autopay_write, purchase_move_read, purchase_move_write;
stage_function instalments_pay_read, instalments_pay_write, instalments_payment_read, purchase_back_write;

/* repay.h: what the files of payments and pages of a loan share. */
#pragma once

#include "products/loans/running.h"

/* What a payment is for. Kept in the database. */
enum wish {
    WISH_PAY = 1,  /* what is owed, and the next payment */
    WISH_SHORTER,  /* early: a shorter term, */
    WISH_SMALLER,  /* … or smaller payments */
    WISH_ALL,      /* it is closed */
    WISH_EXTEND,   /* interest so far, and later days for the rest */
    WISH_AUTO,     /* as WISH_PAY, by itself on the due day */
};

/* ---- tell.c ---- */

/* To its customer, on the channels that he wants: the text may name {title}, {sum}, {at}. */
void credit_tell(struct engine *engine, struct tx *tx, const struct credit *credit, string_id text, int64_t sum,
                 int64_t day);
/* To whoever has to pay, unasked: in the law's hours alone; a debtor's contacts are counted and may be used up by then,
 * and he is not told. */
void credit_remind(struct engine *engine, struct tx *tx, const struct credit *credit, string_id text, int64_t sum,
                   int64_t day);
void credit_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                     struct node *operation);

/* ---- payout.c ---- */

bool loans_payouts_job(struct engine *engine, struct tx *tx);
void loans_payout_told(struct engine *engine, struct tx *tx, const struct event *event);
/* Signed, and nothing went out. */
void credit_void(struct engine *engine, struct tx *tx, struct credit *credit);
bool credit_card_good(struct engine *engine, struct tx *tx, int64_t customer, int64_t card);
/* His good cards, {id, value, title, chosen} each; own: those alone that money may go out to. */
void credit_cards_tell(struct engine *engine, struct tx *tx, int64_t customer, int64_t chosen, bool own,
                       struct node *list);
stage_function credit_card_write, credit_cancel_write;

/* ---- repay.c, repay_page.c ---- */

void loans_order_told(struct engine *engine, struct tx *tx, const struct event *event);
/* What a payment does for that wish; whatever is enough closes it. */
struct loan_event credit_event_of(enum wish wish, int64_t sum, const struct loan_state *state);
/* Whether its product lets it be extended now: nothing of the sum itself is overdue. */
bool credit_extends(const struct credit *credit, const struct credit_terms *terms, const struct loan_state *state);
/* A payment that has come onto its account, by that transfer; all of it is explained by an event, or lies there. */
void credit_pay(struct engine *engine, struct tx *tx, struct credit *credit, enum wish wish, int64_t units,
                int64_t sum, int64_t operation);
/* How he pays: by that bound card; 0: by any card. */
struct credit_payment {
    enum wish wish;
    int64_t units, sum, card;
};
/* In a command: an order by card for it; what becomes of it loans_order_told hears. */
enum ledger_refusal credit_order(struct engine *engine, struct tx *tx, const struct credit *credit,
                                 const struct credit_payment *payment, int64_t *order);
bool credit_of_order(struct tx *tx, int64_t customer, int64_t order, int64_t loan);
enum autopay { AUTOPAY_NONE, AUTOPAY_ORDERED, AUTOPAY_CARD_GONE, AUTOPAY_REFUSED };
/* In a command: by the card that he gave for the due day. What the bank says of it loans_order_told hears. */
enum autopay credit_autopay(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t sum);
int64_t credit_autopay_card(struct tx *tx, int64_t customer, int64_t loan);
/* … and it is still good; 0: he gave none, or it is gone. */
int64_t credit_autopay_good(struct engine *engine, struct tx *tx, int64_t customer, int64_t loan);
void credit_autopay_put(struct tx *tx, int64_t customer, int64_t loan, int64_t card);
void loans_autopay_ended(struct tx *tx, int64_t customer); /* his cabinet is closed */
stage_function credit_repay_read, credit_repay_write, credit_autopay_write, credit_order_read;

/* ---- left.c: what was paid too much goes back ---- */

/* Lies there of a loan that is over; 0: nothing. */
int64_t credit_left(struct engine *engine, struct tx *tx, const struct credit *credit);
/* To the customer's account where he has one with us, else to the card that the loan went to. */
void credit_give_back(struct engine *engine, struct tx *tx, const struct credit *credit);
bool credit_of_back(struct tx *tx, int64_t customer, int64_t payout, struct credit *credit);
void credit_back_ended(struct tx *tx, const struct credit *credit);
bool credit_back_open(struct tx *tx, const struct credit *credit);
stage_function credit_back_write;

/* ---- extras.c ---- */

/* Whether the law's bound upon charges has room for those services of the product, a bit each. */
bool credit_extras_lawful(const struct loan_contract *contract, const struct credit_terms *terms, uint64_t chosen);
/* Adds {extras: [{code, title, price, path, refused, refusable}], extras_until}. */
void credit_extras_chosen_tell(struct request *request, struct tx *tx, const struct credit *credit,
                               const struct credit_product *product, struct node *document);
stage_function credit_extra_refuse_write;

/* ---- remind.c ---- */

bool loans_remind_job(struct engine *engine, struct tx *tx);

/* ---- credit_page.c, due.c, history.c, certificates.c, own_data.c ---- */

const char *credit_state_name(enum credit_state state); /* "waits", "runs" */
struct text credit_address(const struct request *request, const struct credit *credit, const char *more);
void credit_tell_row(struct request *request, struct tx *tx, const struct credit *credit, struct node *document);
/* What is paid now to be up to date: what is overdue, and the next payment where its day is near. */
int64_t credit_due_now(const struct loan_contract *contract, const struct loan_state *state);
void credit_schedule_tell(const struct loan_contract *contract, const struct loan_state *state, struct node *list);
size_t loans_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);
void credit_history_tell(struct request *request, struct tx *tx, const struct credit *credit, struct node *list);
struct text credit_event_name(enum loan_event_kind kind);
string_id credit_event_title(enum loan_event_kind kind);
/* What home tells: what is due next of each, what is overdue first; loans not yet paid out; an application. */
void credits_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct node *list);
stage_function credits_read, credit_read, credit_why_read, credit_debt_paper_read, credit_history_paper_read,
    credit_paper_work;
bool loans_own_data(struct own_data *piece);
void loans_obstacles(struct obstacles *obstacles);

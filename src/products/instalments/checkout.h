/* checkout.h: orders of partner shops: their rows, what is done with them, who is told; the tariffs by which they are.
 * For the files of this folder that speak to shops and to customers who buy. */
#pragma once

#include "products/instalments/instalments.h"
#include "shops/shops.h"

/* ---- tariff.c: a shop's tariff, each version kept ---- */

/* The one that holds now; its version; 0: the shop has none. */
int64_t shop_tariff(struct tx *tx, int64_t shop, struct tariff *tariff);
/* In a command: its first tariff, as showcase_plans_begin has it. */
bool tariff_begin(struct tx *tx, int64_t shop, struct text words);
/* By which so much may be sold today; room for TARIFF_TERMS; how many. */
size_t shop_offers(struct engine *engine, const struct tariff *tariff, int64_t sum, struct tariff_term *terms);
/* As a choice is called in forms: "months-3-later". */
struct text term_name(struct arena *arena, const struct tariff_term *term);
/* How many months it takes, as Mokka counts: fortnights by two, up. */
int64_t term_months(const struct tariff_term *term);
/* What is to be paid and when, if it is sold today. Room for PURCHASE_ROWS; how many. */
size_t term_schedule(struct engine *engine, int64_t sum, const struct tariff_term *term, struct purchase_row *rows);
stage_function tariff_page, tariff_save;

/* ---- checkout.c: rows ---- */

#define CHECKOUT_CART 20

struct cart_item {
    struct text name, quantity;
};

/* What the shop said of it beside sums and time; kept sealed. */
struct checkout_wish {
    struct text phone; /* E.164; TEXT_NONE: whoever has the address */
    struct text callback, redirect;
    bool skip; /* back to the shop at once when it is done */
    struct cart_item cart[CHECKOUT_CART];
    size_t cart_count;
};

enum checkout_decision { DECISION_NONE, DECISION_APPROVED, DECISION_DECLINED }; /* of his limit; kept */

struct checkout_order {
    int64_t shop, id;
    struct text number, uid; /* the shop's number; the page's address */
    struct checkout checkout;
    enum checkout_decision decision;
    int64_t prepaid;       /* paid to the shop before; checkout.sum does not hold it */
    int64_t months;        /* the only term that the shop wants, in months; 0: any */
    int64_t agreed;        /* the sum that the customer signed; 0: he has not */
    int64_t tariff;        /* the version of which his term is */
    struct tariff_term term; /* that he chose; parts 0: none yet */
    int64_t customer;      /* who chose; 0: nobody yet, or the shop is being tried out */
    int64_t hold, purchase; /* the ledger's, ours; 0: none */
    moment changed;
    struct text by; /* not kept: who of the shop's people does what comes next; TEXT_NONE: a program, the customer */
    struct checkout_wish wish;
};

/* In a command the row is locked. Texts lie in the tx's arena. */
bool checkout_find(struct engine *engine, struct tx *tx, int64_t shop, struct text number,
                   struct checkout_order *order);
bool checkout_by_uid(struct engine *engine, struct tx *tx, struct text uid, struct checkout_order *order);
/* What a shop looks for among its orders: numbers that begin so; else a state (0: any), the newest first, made before
 * that id. */
struct checkout_look {
    struct text beginning;
    enum checkout_state state;
    int64_t before;
};
size_t checkouts_of(struct engine *engine, struct tx *tx, int64_t shop, const struct checkout_look *look,
                    struct checkout_order *orders, size_t room);
/* In a command: a new one gets its id and address. False: that number has come meanwhile. */
bool checkout_add(struct engine *engine, struct tx *tx, struct checkout_order *order);
void checkout_save(struct engine *engine, struct tx *tx, struct checkout_order *order);

/* ---- checkout_act.c: something is done with an order: rules, books, rows, and the shop is told ---- */

/* What it could be held for: his limit's rest; 0 where he may not buy: frozen, closed, cooling after a change of
 * secrets, or something is overdue. */
int64_t checkout_free(struct engine *engine, struct tx *tx, int64_t customer);
/* In a command, on a locked order. `now` and `free` of *doing are found here. Refused: nothing was changed but that its
 * time may be over. */
enum checkout_refusal checkout_do(struct engine *engine, struct tx *tx, const struct shop *shop,
                                  struct checkout_order *order, struct checkout_doing doing);
bool checkout_expire_job(struct engine *engine, struct tx *tx);

/* ---- checkout_tell.c: what is said of an order ---- */

/* To the shop's server, of what has just come of it. */
void checkout_tell_shop(struct engine *engine, struct tx *tx, const struct shop *shop,
                        const struct checkout_order *order);
/* Beside what the document has: how much of it went out and came back, so that a shop whose return was not answered
 * need not guess. */
void checkout_sold_tell(struct arena *arena, const struct checkout *checkout, struct node *document);
/* Rows of [{"date", "amount"}]. */
void mokka_schedule_tell(struct arena *arena, const struct purchase_row *rows, size_t count, struct node *list);
/* The schedule that the order has, or would have if it were sold today; how many rows. */
size_t checkout_schedule(struct engine *engine, struct tx *tx, const struct checkout_order *order,
                         struct purchase_row *rows);

/* ---- checkout_paper.c: what the customer signs ---- */

/* In his language, line by line; its digest is what the code is bound to. */
struct text checkout_paper(struct request *request, struct tx *tx, const struct shop *shop,
                           const struct checkout_order *order);
struct text checkout_digest(struct arena *arena, struct text paper);
struct checkout_signature {
    struct text paper, phone;
    struct text how; /* "form; 192.0.2.1; ru", or at which till by whom */
    moment sent;     /* when the code went out */
};
/* In a command: it was signed; the paper and all by which that is known are kept. */
void checkout_signed_put(struct request *request, struct tx *tx, const struct checkout_order *order,
                         const struct checkout_signature *signature);

/* ---- pages and programs ---- */

/* limit_ask.c: a shop asks for somebody's limit: the address that he opens. */
struct text limit_ask_put(struct engine *engine, struct tx *tx, int64_t shop, struct text number,
                          const struct checkout_wish *wish);
bool limit_ask_sweep(struct engine *engine, struct tx *tx);

stage_function mokka_precheck_look, mokka_cancel_look, mokka_change_look, mokka_sum_look, mokka_limit_look;
stage_function mokka_precheck, mokka_change, mokka_cancel, mokka_finish, mokka_return, mokka_limit_ask;
stage_function mokka_status, mokka_schedule, mokka_client_limit;
stage_function checkout_read, checkout_choose, checkout_refuse, checkout_trial;
stage_function checkout_sign_read, checkout_sign_write, checkout_again_write;
stage_function limit_ask_read, limit_ask_tell, limit_ask_trial;

/* checkout_page.h: what the pages of an order share: choosing, signing, trials. */
#pragma once

#include "products/instalments/checkout.h"
#include "products/instalments/mokka_rules.h"

/* By the address; TEXT params[0]. False: there is none, or its shop is closed and nobody has signed. */
bool checkout_page_find(struct request *request, struct tx *tx, struct shop *shop, struct checkout_order *order);
struct text checkout_page_path(const struct request *request, const struct checkout_order *order);
/* It may be signed yet. */
bool checkout_page_live(const struct request *request, const struct checkout_order *order);
void checkout_facts_tell(struct request *request, const struct shop *shop, const struct checkout_order *order,
                         struct node *document);
/* «3 платежа раз в месяц» */
struct text term_words(struct arena *arena, const struct locale *locale, const struct tariff_term *term);
/* As showcase_plans has it. */
void instalments_plans_tell(struct request *request, struct tx *tx, int64_t shop, struct node *document,
                            struct node *plans);
/* Rows of {day, sum}. */
void purchase_rows_tell(const struct purchase_row *rows, size_t count, struct node *list);

/* In a command: he has chosen: a code goes to him. Answers. */
enum flow checkout_sign_begin(struct request *request, struct tx *tx, const struct shop *shop,
                              struct checkout_order *order);
/* In a command: the code was right: the sum is held, the paper kept, the customer told. Refused: nothing was. */
enum checkout_refusal checkout_signed(struct request *request, struct tx *tx, const struct shop *shop,
                                      struct checkout_order *order, const struct checkout_signature *signature);

/* Of a shop that is being tried out: FLOW_NEXT with what the number stands for, and the code was right. */
enum flow trial_enter(struct request *request, struct text known, enum mokka_trial *trial);

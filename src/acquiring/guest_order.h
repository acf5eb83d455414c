/* guest_order.h: a payment by anybody's card to one of our customers, as whoever pays sees it: by a token alone,
 * without a cabinet (money boxes' links, personal pages). Who asked for the order keeps the token's
 * hash beside what the payer wrote. Pages use the partial `guest_order`. */
#pragma once

#include "acquiring/acquiring.h"

/* A token of 128 bits, as it stands in an address. */
struct text guest_token(struct tx *tx);
/* Cards are taken, and so much; else refused. */
enum flow guest_sum_fits(struct request *request, int64_t sum);
/* What whoever has the token sees, but for what it was for: {state, final, sum}; the page looks again by itself. */
struct node *guest_order_tell(struct request *request, const struct card_told *told, int64_t sum);
/* The step between us and the bank (Content-Security-Policy: form-action); path: where the order is seen. */
enum flow guest_order_pay(struct request *request, struct tx *tx, int64_t customer, int64_t order, struct text path,
                          struct node *document);

/* sale.h: sales that a cashier begins at the till, for the files that make them (IN-3). A sale is an order like any
 * other; beside it stands whose it is and how far its code is. */
#pragma once

#include "products/instalments/shop_side.h"

/* ---- sale.c: rows ---- */

/* Kept. Before the code of the customer was right nothing tells a number that has a cabinet from any other. */
enum sale_stage {
    SALE_ASKED = 1, /* no way of paying was named yet */
    SALE_CODE,      /* a code went to the number */
    SALE_NOBODY,    /* the code was right, and the number has no cabinet */
};

struct sale {
    struct shop_person person; /* the cashier */
    struct checkout_order order;
    enum sale_stage stage;
};

/* FLOW_NEXT: the cashier's own, by the path's {uid}; another cashier's is as a missing one. */
enum flow sale_asked(struct request *request, struct tx *tx, struct sale *sale);
void sale_stage_put(struct tx *tx, struct sale *sale, enum sale_stage stage);
/* What the shop may sell it by today; room for TARIFF_TERMS; how many. */
size_t sale_offers(struct request *request, struct tx *tx, const struct sale *sale, int64_t *version,
                   struct tariff_term *terms);
/* Today's, that the cashier began: the newest first. */
void till_sales_tell(struct request *request, struct tx *tx, const struct shop_person *person, struct node *list);

/* ---- sale_sign.c: the code by which its customer signs ---- */

/* Members of the partial code_life, and "inbox". */
void sale_code_tell(struct request *request, struct tx *tx, const struct sale *sale, struct node *document);

/* ---- stages ---- */

stage_function till_sales_page, sale_begin, sale_page, sale_choose, sale_again, sale_sign, sale_finish, sale_cancel;

/* staff.h: what staff.c gives to the feature's tables. */
#pragma once

#include "backoffice/backoffice.h"
#include "payments/internal.h"

/* The path's payment, whosever it is. */
bool staff_payment_find(struct request *request, struct tx *tx, struct payment *payment);
struct sight staff_payment_sees(struct request *request, struct tx *tx, const struct payment *payment);
stage_function staff_payment_read, staff_settle_ask, staff_refund_ask;
void staff_refund_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *staff_refund_apply(struct request *request, struct tx *tx, const struct approval *approval);
void staff_settle_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *staff_settle_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* staff.h: what staff.c gives to the feature's tables. */
#pragma once

#include "backoffice/backoffice.h"
#include "payments/internal.h"

stage_function staff_payment_read, staff_settle_ask;
void staff_settle_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *staff_settle_apply(struct request *request, struct tx *tx, const struct approval *approval);

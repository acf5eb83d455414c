/* support_phone.h: the staff's side of a number's change (ID-12). */
#pragma once

#include "backoffice/backoffice.h"
#include "recovery/recovery.h"

#define PHONE_ASKS (ROLE_SUPPORT | ROLE_IDENTIFICATION)
#define PHONE_SEES (PHONE_ASKS | ROLE_RISK)

extern const struct approval_kind recovery_approvals[];
extern const struct queue recovery_queues[];
extern const struct card_section recovery_card[];

/* Documents whose time is over go, sealed bytes and all. */
bool documents_sweep(struct engine *engine, struct tx *tx);
/* … and those of a cabinet that closes. */
void documents_on_event(struct tx *tx, const struct event *event);

stage_function staff_phone_page, staff_phone_ask, staff_phone_request, staff_phone_attach, staff_phone_document;

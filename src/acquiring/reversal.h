/* reversal.h: what a payer's own bank took back (a chargeback) of an order by card. The bank that takes cards for us
 * has its money at once, by the ledger's account "reversed", which is below zero by what nobody has made up for. The
 * feature that ordered hears of it by EVENT_CARD_ORDER (card_told.reversed), in the same command, and makes up for it
 * from where the money went; what it cannot is people's to settle. */
#pragma once

#include "acquiring/acquiring.h"

/* In a command: where it is made up for. */
int64_t card_reversal_account(struct engine *engine, struct tx *tx);
/* In a command: what of an order nobody has made up for; 0: nothing was taken back, or all is well again. */
int64_t card_reversal_rest(struct tx *tx, int64_t customer, int64_t order);
/* In a command: so much of it has gone to the account by a transfer of the caller's. */
void card_reversal_made_up(struct tx *tx, int64_t customer, int64_t order, int64_t sum);

/* For orders into an account whose balance is its owner's money alone: takes what lies there of it, whatever limits and
 * freezes say. How much. */
int64_t card_reversal_take(struct engine *engine, struct tx *tx, int64_t customer, int64_t order);

/* moving.h: how the money of a card's operation moves, for whoever settles what processing says of it. */
#pragma once

#include "products/cards/cards.h"

#define CARDS_QUESTIONED_QUEUE "cards.questioned"

struct moving {
    struct engine *engine;
    struct tx *tx;
    const struct heard *heard;
    struct card_operation *operation; /* counts what moves; moving_end writes it down */
};

/* The operation, found or begun; false: the message came before (*known), or with another content. */
bool moving_begin(struct engine *engine, struct tx *tx, const struct heard *heard, struct card_operation *operation,
                  bool *found, bool *known);
void moving_end(struct moving *moving, bool found);
struct card_sums moving_sums(const struct card_operation *operation, const struct card *card);

/* False: nothing was to be moved, or the ledger refuses it. */
bool moving_move(struct moving *moving, int64_t from, int64_t to, int64_t sum, int kind, unsigned flags);
int64_t moving_processing(struct moving *moving);
/* Finance has a task about this operation, once while it is open. */
void moving_ask_staff(struct moving *moving, int64_t sum);

/* ---- to processing ---- */

/* From the hold; gives what the hold does not have. */
int64_t moving_capture(struct moving *moving, int64_t sum, bool last);
/* From the customer; false: it cannot be. */
bool moving_take(struct moving *moving, int64_t sum, unsigned flags);
/* By our own account, until staff have looked. */
void moving_pay_ourselves(struct moving *moving, int64_t sum);
/* What other features may want to know of money that went to a shop (engine/feature.h). */
void moving_tell_paid(struct moving *moving, int64_t sum, int64_t before);

/* ---- from processing ---- */

/* To the customer; what he was lent of it while it is disputed, back to us. When his account takes nothing, kept. */
void moving_give(struct moving *moving, int64_t sum);
/* To our own account, which had lent it to the customer. */
void moving_repay(struct moving *moving, int64_t sum);
/* Kept on our account until staff have looked: whose it is, is not clear. */
void moving_keep(struct moving *moving, int64_t sum);
/* What we had paid for him comes back to us: how much of `most`. */
int64_t moving_give_ours(struct moving *moving, int64_t most);
/* A part of a hold is let go. */
void moving_let_go(struct moving *moving, int64_t sum);

/* ---- dispute.c ---- */

/* Money comes back of a purchase: how much of it repays what its holder was lent while he disputes it, which is written
 * down as repaid. */
int64_t dispute_repaid(struct moving *moving, int64_t sum);
/* … and it has: a dispute that nobody has sent yet is over when nothing is left to dispute. */
void dispute_looked(struct moving *moving);

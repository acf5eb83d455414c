/* dispute.h: claimed purchases that their holder disputes: rows, for his page (purchase.c), staff's (dispute_staff.c)
 * and what processing decides (dispute.c). */
#pragma once

#include "products/cards/cards.h"

#define CARDS_DISPUTES_QUEUE "cards.disputes"

struct dispute {
    int64_t id, customer, operation;
    enum dispute_reason reason;
    struct text words; /* the holder's own; TEXT_NONE */
    int64_t sum;       /* what is wanted back */
    enum dispute_state state;
    int64_t credited;  /* lent to its holder and not repaid */
    int64_t won;       /* what came back by the verdict */
    moment made, changed;
    int64_t staff;     /* who decided what becomes of it; 0 */
    struct text note;  /* … and why; TEXT_NONE */
};

/* Texts in the tx's arena. */
bool dispute_of_operation(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation,
                          struct dispute *dispute);
bool dispute_by_id(struct engine *engine, struct tx *tx, int64_t id, struct dispute *dispute); /* whosoever */
void dispute_insert(struct engine *engine, struct tx *tx, const struct dispute *dispute);
/* State, credited, won, staff, note; and that it has changed. */
void dispute_save(struct engine *engine, struct tx *tx, struct dispute *dispute);

/* It goes to processing from the outbox; while it is decided its holder is lent the sum, where the company does so. */
void dispute_submit(struct engine *engine, struct tx *tx, struct dispute *dispute, struct card_operation *operation);
/* What was lent is taken back; where it cannot be, finance has a task. */
void dispute_take_back(struct engine *engine, struct tx *tx, struct dispute *dispute,
                       struct card_operation *operation);
void dispute_tell(struct engine *engine, struct tx *tx, const struct dispute *dispute,
                  const struct card_operation *operation, int64_t sum, string_id text);
string_id dispute_reason_words(enum dispute_reason reason);
string_id dispute_state_words(enum dispute_state state);
void disputes_own_data(struct own_data *piece);
int64_t disputes_open(struct tx *tx, int64_t customer);

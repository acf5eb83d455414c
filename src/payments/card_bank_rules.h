/* card_bank_rules.h: which bank a card is of, by the first digits of its number, and what a transfer to that bank costs
 * (BK-2): lines of a provider's `banks`, which staff keep. No store, no HTTP, no clock. */
#pragma once

#include "base/text.h"
#include "payments/payment_rules.h"

#include <stddef.h>

#define CARD_BANKS 500 /* lines of a provider */

struct card_bank {
    int64_t from, to; /* the first nine digits of the numbers, both ends included */
    struct fee fee;
    struct text title;
};

/* "220001 0.50 Банк", "220010-220019 1.00/30.00+5.00 Банк": the first four to nine digits of the cards, or a range of
 * them; the fee: percent, at least so much, and so much more; the bank. Texts stay in the line. */
bool card_bank_read(struct text line, struct card_bank *bank);

/* The narrowest that has the number; NULL: none. */
const struct card_bank *card_bank_of(const struct card_bank *banks, size_t count, struct text number);
/* By its title, as a rail may name it; NULL: none. */
const struct card_bank *card_bank_titled(const struct card_bank *banks, size_t count, struct text title);

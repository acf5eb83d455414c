/* signature_rules.h: which of many texts may hold what is looked for, without keeping the texts. Each pair and triple
 * of letters falls, by a keyed hash, on one of 256 places; a text has a bit on each place of its own. What a text holds
 * has no place that the text has not. */
#pragma once

#include "base/secret.h"

#define SIGNATURE_PLACES 256
#define SIGNATURE_ASKED 8 /* more places tell little more */

struct signature {
    uint64_t bits[SIGNATURE_PLACES / 64];
};

/* Adds the places of a folded text. */
void signature_add(const struct keyring *keyring, struct text folded, struct signature *signature);
/* The places of what is looked for, triples first; how many. 0: it is too short to be found so. */
size_t signature_asked(const struct keyring *keyring, struct text folded, uint8_t places[SIGNATURE_ASKED]);

static inline bool signature_has(const struct signature *signature, size_t place) {
    return (signature->bits[place / 64] >> place % 64 & 1) != 0;
}

/* pin_block.h: a PIN as it goes over the wire: ISO 9564-1, format 4. The PIN's field, whose second half is random, is
 * enciphered by AES, the card's number laid under it, and enciphered again: so the same PIN never looks the same, and
 * the block of one card is nothing for another. */
#pragma once

#include "base/text.h"
#include "base/world.h"

#define PIN_BLOCK_SIZE 16 /* bytes; also of the key (AES-128) */

/* pin: 4 to 12 digits; number: 12 to 19. False when they are not, or the cipher fails. What was clear is wiped. */
bool pin_block(const uint8_t key[PIN_BLOCK_SIZE], struct world *world, struct text number, struct text pin,
               uint8_t block[PIN_BLOCK_SIZE]);

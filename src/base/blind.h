/* blind.h: finding people of ours among somebody's contacts without being told the contacts: an oblivious
 * pseudorandom function over X25519 (Jarecki, Kiayias, Krawczyk: 2HashDH, ePrint 2014/650; u-coordinates alone, so the
 * browser needs no more than WebCrypto's X25519). What it protects against, and what not: products/friends/README.md.
 *
 *   point   u of 8·Elligator2(SHA-256("kabinet friends point" ‖ number)), number in E.164
 *   asked   r·point, r random: told to us, and tells nothing of the number
 *   answer  k·asked, k our secret
 *   result  SHA-256("kabinet friends tag" ‖ number ‖ k·point): its first half is the tag, known to who has had the
 *           number answered, its second half the mark, which may be told anybody
 *   bucket  the first 16 bits of SHA-256("kabinet friends bucket" ‖ number): told to us; some 15 000 mobile numbers of
 *           the Russian plan share one
 *
 * The browser's side is web/scripts/contacts.js. */
#pragma once

#include "base/keyring.h"
#include "base/text.h"

#define BLIND_POINT_SIZE 32
#define BLIND_HALF_SIZE 16
#define BLIND_BUCKET_SIZE 2

struct blind_result {
    uint8_t tag[BLIND_HALF_SIZE], mark[BLIND_HALF_SIZE];
};

/* k is derived from the keyring's root, so it stays through rotations. */
struct blind_result blind_result(const struct keyring *keyring, struct text number);
void blind_bucket(struct text number, uint8_t bucket[BLIND_BUCKET_SIZE]);
/* False: no point that an honest asker could have sent. */
bool blind_answer(const struct keyring *keyring, const uint8_t asked[BLIND_POINT_SIZE],
                  uint8_t answer[BLIND_POINT_SIZE]);

/* internal.h: the parts of Web Push, for each other and for their test. */
#pragma once

#include "adapters/webpush/webpush.h"

#include <openssl/evp.h>

/* ---- encrypt.c ---- */

/* P-256's key pair of this private number; NULL when it is none (0, or not below the order). Freed by EVP_PKEY_free. */
EVP_PKEY *webpush_pair(const uint8_t number[32], uint8_t point[WEBPUSH_POINT_SIZE]);
/* A pair from any 32 bytes: the first private number that follows from them. */
EVP_PKEY *webpush_pair_from_seed(const uint8_t seed[32], uint8_t point[WEBPUSH_POINT_SIZE]);
/* The body of the request (RFC 8291 §4, one record), the text padded with `padding` zeros. pair: used this once. False:
 * the subscription's keys are not good, or the text is too long. */
bool webpush_encrypt(struct arena *arena, const struct webpush_subscription *to, struct text clear, size_t padding,
                     EVP_PKEY *pair, const uint8_t point[WEBPUSH_POINT_SIZE], const uint8_t salt[16],
                     struct text *body);
/* So that the length tells little: to the next of a few sizes. */
size_t webpush_padding(size_t size);

/* ---- vapid.c ---- */

/* "vapid t=…, k=…" for that origin (RFC 8292 §3); TEXT_NONE when signing failed. */
struct text webpush_authorization(struct arena *arena, EVP_PKEY *pair, struct text key, struct text origin,
                                  struct text contact, moment until);

/* ---- services.c ---- */

/* One of the list's entries is well written. */
bool webpush_service_valid(struct text entry);
/* That address may be called; *origin is its "https://host". *near: it is of this machine, by the operator's word. */
bool webpush_endpoint_allowed(struct arena *arena, struct text services, struct text endpoint, struct text *origin,
                              bool *near);

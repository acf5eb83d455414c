/* shops_rules.h: how a shop's people and addresses may look, when a key ends, how callbacks are signed.
 * Pure: no store, no HTTP, no clock. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

/* 3 to 32 of a–z, 0–9, dot, hyphen, underline. */
bool shop_login_good(struct text login);

/* http or https, a host, nothing but printable ASCII, at most 500 bytes; http only where `plain`. Where it leads is
 * looked at when it is called. */
bool shop_address_good(struct text address, bool plain);

/* When the older key ends: chosen with the new one. */
enum key_end { KEY_END_NOW, KEY_END_DAY, KEY_END_WEEK };
moment key_end_at(enum key_end end, moment now);

/* Hex of SHA-1 over the key and the body, one after the other (Mokka's signature). */
struct text shop_signature_sha1(struct arena *arena, struct text key, struct text body);
/* Hex of HMAC-SHA-256 over the body. */
struct text shop_signature_sha256(struct arena *arena, struct text key, struct text body);

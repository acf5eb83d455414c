/* totp.h: an authenticator app's codes (RFC 6238: SHA-1, six digits, 30 s), by liboath, and what the app is shown.
 * Customers' second factor and staff's sign-in both stand on it. Pure: no store, no HTTP, no clock. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

#define TOTP_STEP (30 * SECOND)
#define TOTP_SECRET_BYTES 20

/* The step whose code was typed, one before now's to one after, and later than `last` (so a code is good once); 0:
 * none. Takes as long for a wrong one. */
int64_t totp_step(struct text secret, struct text typed, moment now, int64_t last);

/* The secret as people type it into an app: base32, in fours when grouped. */
struct text totp_readable(struct arena *arena, struct text secret, bool grouped);
/* "otpauth://totp/…" for the picture. */
struct text totp_address(struct arena *arena, struct text secret, struct text company, struct text account);
/* A QR code as an SVG path of a square of *side modules, the quiet zone of four that readers want among them;
 * TEXT_NONE when the content is too long. */
struct text qr_path(struct arena *arena, struct text content, int *side);

/* factors_rules.h: which PINs are too easy, how recovery codes are written, which way in may go. Pure: no store, no
 * HTTP, no clock. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

enum pin_fault { PIN_GOOD, PIN_MALFORMED, PIN_EASY };

/* Four digits; refused are one digit or pair repeated, runs (1234, 9876, 7890), years of living people and the
 * keypad's middle column: together what a fifth of people choose (DataGenetics' PIN analysis). */
enum pin_fault pin_check(struct text pin);

/* Ten characters of Crockford's base32 (50 bits) as they are shown, "7K2QM-0XWZ4"; typed in any case, with or without
 * the dash, O for 0, I and L for 1. False when it cannot be one. */
#define RECOVERY_CHARACTERS 10
struct text recovery_show(struct arena *arena, const uint8_t random[RECOVERY_CHARACTERS]);
bool recovery_read(struct arena *arena, struct text typed, struct text *code);

/* Ways in that stand by themselves; a PIN does not, since it goes away after a few wrong ones. */
struct ways {
    bool code; /* by SMS to his number: it cannot be taken away, so any other may go */
    bool password;
    int64_t passkeys;
};
enum way { WAY_PASSWORD, WAY_PASSKEY };
bool way_may_go(const struct ways *ways, enum way way);

/* Signed in or confirmed recently enough. */
bool still_fresh(moment opened, moment confirmed, moment now, int64_t span_us);

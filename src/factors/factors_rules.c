/* factors_rules.c: see factors_rules.h. */
#include "factors/factors_rules.h"

#include <string.h>

/* ---- PIN ---- */

static bool runs_by(const char *digits, int step) {
    for (int i = 1; i < 4; i++) {
        if ((digits[i] - digits[i - 1] - step) % 10 != 0) return false;
    }
    return true;
}

enum pin_fault pin_check(struct text pin) {
    if (pin.size != 4) return PIN_MALFORMED;
    for (size_t i = 0; i < 4; i++) {
        if (pin.data[i] < '0' || pin.data[i] > '9') return PIN_MALFORMED;
    }
    const char *digits = pin.data;
    bool run = runs_by(digits, 0) || runs_by(digits, 1) || runs_by(digits, -1);
    bool pair = digits[0] == digits[2] && digits[1] == digits[3];
    bool year = (digits[0] == '1' && digits[1] == '9') || (digits[0] == '2' && digits[1] == '0');
    bool column = text_is(pin, "2580") || text_is(pin, "0852");
    return run || pair || year || column ? PIN_EASY : PIN_GOOD;
}

/* ---- recovery codes ---- */

static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

struct text recovery_show(struct arena *arena, const uint8_t random[RECOVERY_CHARACTERS]) {
    struct buffer out = buffer_new(arena, 16);
    for (size_t i = 0; i < RECOVERY_CHARACTERS; i++) {
        if (i == RECOVERY_CHARACTERS / 2) buffer_add_char(&out, '-');
        buffer_add_char(&out, crockford[random[i] & 31]);
    }
    return buffer_text(&out);
}

bool recovery_read(struct arena *arena, struct text typed, struct text *code) {
    struct buffer out = buffer_new(arena, 16);
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (c == 'O') c = '0';
        if (c == 'I' || c == 'L') c = '1';
        if (c == '\0' || !strchr(crockford, c) || out.size == RECOVERY_CHARACTERS) return false;
        buffer_add_char(&out, c);
    }
    if (out.size != RECOVERY_CHARACTERS) return false;
    *code = buffer_text(&out);
    return true;
}

/* ---- ways in ---- */

bool way_may_go(const struct ways *ways, enum way way) {
    int64_t others = way == WAY_PASSWORD ? ways->passkeys : ways->passkeys - 1 + ways->password;
    return ways->code || others > 0;
}

bool still_fresh(moment opened, moment confirmed, moment now, int64_t span_us) {
    moment last = opened > confirmed ? opened : confirmed;
    return last > 0 && now - last < span_us;
}

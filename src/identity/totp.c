/* totp.c: see totp.h. */
#include "identity/totp.h"

#include <liboath/oath.h>
#include <qrencode.h>

#define DIGITS 6

int64_t totp_step(struct text secret, struct text typed, moment now, int64_t last) {
    int64_t present = now / TOTP_STEP, found = 0;
    for (int64_t step = present - 1; step <= present + 1; step++) { /* all: a right one takes no less time */
        char shown[DIGITS + 1] = "";
        if (step < 0 || oath_hotp_generate(secret.data, secret.size, (uint64_t)step, DIGITS, false,
                                           OATH_HOTP_DYNAMIC_TRUNCATION, shown) != OATH_OK)
            continue;
        bool right = text_equal_secret((struct text){shown, DIGITS}, typed);
        if (right && step > last && found == 0) found = step;
    }
    return found;
}

struct text totp_readable(struct arena *arena, struct text secret, bool grouped) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648 §6 */
    struct buffer out = buffer_new(arena, 64);
    unsigned bits = 0, count = 0;
    for (size_t i = 0, written = 0; i < secret.size || count > 0;) {
        if (count < 5 && i < secret.size) {
            bits = (bits << 8 | (unsigned char)secret.data[i++]) & 0xFFFF;
            count += 8;
        } else if (count < 5) {
            bits <<= 5 - count;
            count = 5;
        }
        if (grouped && written > 0 && written % 4 == 0) buffer_add_char(&out, ' ');
        buffer_add_char(&out, alphabet[bits >> (count - 5) & 31]);
        written++;
        count -= 5;
    }
    return buffer_text(&out);
}

static void add_percent(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
        if (plain) buffer_add_char(out, (char)byte);
        else buffer_format(out, "%%%02X", byte);
    }
}

struct text totp_address(struct arena *arena, struct text secret, struct text company, struct text account) {
    struct buffer out = buffer_new(arena, 256);
    buffer_add_literal(&out, "otpauth://totp/");
    add_percent(&out, company);
    buffer_add_char(&out, ':');
    add_percent(&out, account);
    buffer_add_literal(&out, "?secret=");
    buffer_add_text(&out, totp_readable(arena, secret, false));
    buffer_add_literal(&out, "&issuer=");
    add_percent(&out, company);
    return buffer_text(&out);
}

struct text qr_path(struct arena *arena, struct text content, int *side) {
    QRcode *code = QRcode_encodeData((int)content.size, (const unsigned char *)content.data, 0, QR_ECLEVEL_M);
    if (code == NULL) return TEXT_NONE;
    struct buffer out = buffer_new(arena, 4096);
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            int run = 0;
            while (x + run < code->width && (code->data[y * code->width + x + run] & 1) != 0) run++;
            if (run > 0) buffer_format(&out, "M%d %dh%dv1h-%dz", x + 4, y + 4, run, run);
            x += run;
        }
    }
    *side = code->width + 8;
    QRcode_free(code);
    return buffer_text(&out);
}

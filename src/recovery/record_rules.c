/* record_rules.c: see record_rules.h. */
#include "recovery/record_rules.h"

#include "base/identifiers.h"

#include <string.h>

/* Two bytes of UTF-8: capitals of the Cyrillic block are made small, ё is е. */
static void fold_cyrillic(const char *letter, char out[2]) {
    unsigned code = ((unsigned)(unsigned char)letter[0] & 0x1FU) << 6 | ((unsigned)(unsigned char)letter[1] & 0x3FU);
    if (code >= 0x410 && code <= 0x42F) code += 0x20;
    if (code == 0x401 || code == 0x451) code = 0x435;
    out[0] = (char)(0xC0U | code >> 6);
    out[1] = (char)(0x80U | (code & 0x3FU));
}

static struct text fold(struct arena *arena, struct text text) {
    struct buffer out = buffer_new(arena, text.size + 1);
    for (size_t i = 0; i < text.size;) {
        size_t step = text_utf8_step(text_slice(text, i, text.size));
        char byte = text.data[i], folded[2];
        if (step == 2) {
            fold_cyrillic(text.data + i, folded);
            buffer_add(&out, folded, 2);
        } else if (step == 1 && byte >= 'A' && byte <= 'Z') {
            buffer_add_char(&out, (char)(byte + 'a' - 'A'));
        } else if (step != 1 || (byte != ' ' && byte != '-')) {
            buffer_add(&out, text.data + i, step == 0 ? 1 : step);
        }
        i += step == 0 ? 1 : step;
    }
    return buffer_text(&out);
}

bool record_same_word(struct arena *arena, struct text said, struct text kept) {
    struct text one = fold(arena, said), other = fold(arena, kept);
    return one.size > 0 && text_equal_secret(one, other);
}

bool record_same_passport(struct text said, struct text kept) {
    struct passport one, other;
    if (!passport_parse(said, &one) || !passport_parse(kept, &other)) return false;
    return strcmp(one.series, other.series) == 0 && strcmp(one.number, other.number) == 0;
}

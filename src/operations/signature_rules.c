/* signature_rules.c: see signature_rules.h. */
#include "operations/signature_rules.h"

static uint8_t place_of(const struct keyring *keyring, struct text gram) {
    uint8_t tag[SECRET_TAG_SIZE];
    secret_tag(keyring, gram, tag);
    return tag[0];
}

static size_t step_of(struct text text, size_t at) {
    size_t step = at < text.size ? text_utf8_step(text_slice(text, at, text.size - at)) : 0;
    return step > 0 ? step : 1;
}

/* The next so many letters from `at`; TEXT_NONE where there are fewer. */
static struct text letters_at(struct text text, size_t at, size_t letters) {
    size_t end = at;
    for (size_t i = 0; i < letters; i++) {
        if (end >= text.size) return TEXT_NONE;
        end += step_of(text, end);
    }
    return end <= text.size ? text_slice(text, at, end - at) : TEXT_NONE;
}

void signature_add(const struct keyring *keyring, struct text folded, struct signature *signature) {
    for (size_t letters = 2; letters <= 3; letters++)
        for (size_t at = 0; at < folded.size; at += step_of(folded, at)) {
            struct text gram = letters_at(folded, at, letters);
            if (gram.size == 0) break;
            size_t place = place_of(keyring, gram);
            signature->bits[place / 64] |= UINT64_C(1) << place % 64;
        }
}

size_t signature_asked(const struct keyring *keyring, struct text folded, uint8_t places[SIGNATURE_ASKED]) {
    size_t count = 0;
    for (size_t letters = 3; letters >= 2; letters--)
        for (size_t at = 0; at < folded.size && count < SIGNATURE_ASKED; at += step_of(folded, at)) {
            struct text gram = letters_at(folded, at, letters);
            if (gram.size == 0) break;
            uint8_t place = place_of(keyring, gram);
            size_t known = 0;
            while (known < count && places[known] != place) known++;
            if (known == count) places[count++] = place;
        }
    return count;
}

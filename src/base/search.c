/* search.c: see search.h. */
#include "base/search.h"

#include <string.h>

/* UTF-8 of Cyrillic letters has two bytes: U+0400 … U+047F is D0 80 … D1 BF. */
static unsigned fold_cyrillic(unsigned letter) {
    if (letter == 0x401 || letter == 0x451) return 0x435;       /* Ё, ё */
    if (letter >= 0x410 && letter <= 0x42F) return letter + 32; /* А … Я */
    return letter;
}

struct text search_fold(struct arena *arena, struct text text) {
    struct buffer out = buffer_new(arena, text.size + 1);
    bool blank = true;
    for (size_t i = 0; i < text.size;) {
        size_t size = text_utf8_step(text_slice(text, i, text.size - i));
        unsigned char byte = (unsigned char)text.data[i];
        if (size == 0) size = 1;
        unsigned second = size == 2 ? (unsigned char)text.data[i + 1] : 0;
        unsigned letter = size == 2 ? (byte & 0x1Fu) << 6 | (second & 0x3Fu) : byte;
        bool latin = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
        bool kept = true;
        if (size == 1 && byte >= 'A' && byte <= 'Z') {
            buffer_add_char(&out, (char)(byte + 32));
        } else if (size == 1 && latin) {
            buffer_add_char(&out, (char)byte);
        } else if (size == 2 && letter >= 0x400 && letter < 0x480) {
            letter = fold_cyrillic(letter);
            buffer_add_char(&out, (char)(0xC0 | letter >> 6));
            buffer_add_char(&out, (char)(0x80 | (letter & 0x3F)));
        } else {
            kept = false;
            if (!blank) buffer_add_char(&out, ' ');
        }
        blank = !kept;
        i += size;
    }
    return text_trim(buffer_text(&out));
}

/* Of a word: its first letters that must be the same. */
static struct text stem(struct text word) {
    size_t letters = text_length_utf8(word);
    if (letters < 5) return word;
    size_t size = 0;
    for (size_t i = 0; i < letters - 2; i++)
        size += text_utf8_step((struct text){word.data + size, word.size - size});
    return text_slice(word, 0, size);
}

static bool begins_some_word(struct text prefix, struct text text) {
    for (size_t at = 0; at + prefix.size <= text.size; at++) {
        const char *found = memmem(text.data + at, text.size - at, prefix.data, prefix.size);
        if (found == NULL) return false;
        at = (size_t)(found - text.data);
        if (at == 0 || text.data[at - 1] == ' ') return true;
    }
    return false;
}

int search_score(struct text asked, struct text title, struct text words) {
    int score = 0;
    struct text rest = asked;
    while (rest.size > 0) {
        struct text word = text_split(rest, ' ', &rest);
        if (word.size == 0) continue;
        bool in_title = begins_some_word(stem(word), title);
        if (!in_title && !begins_some_word(stem(word), words)) return 0;
        score += in_title ? 3 : 1;
    }
    return score;
}

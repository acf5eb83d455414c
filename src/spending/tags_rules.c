/* tags_rules.c: see tags_rules.h. */
#include "spending/tags_rules.h"

#include <unicode/ucasemap.h>
#include <unicode/uchar.h>

static struct text small(struct arena *arena, struct text word) {
    UErrorCode code = U_ZERO_ERROR;
    UCaseMap *map = ucasemap_open("", U_FOLD_CASE_DEFAULT, &code);
    if (U_FAILURE(code)) return TEXT_NONE;
    size_t room = word.size * 3 + 1;
    char *bytes = arena_alloc(arena, room);
    int32_t size = ucasemap_utf8FoldCase(map, bytes, (int32_t)room, word.data, (int32_t)word.size, &code);
    ucasemap_close(map);
    return U_FAILURE(code) ? TEXT_NONE : (struct text){bytes, (size_t)size};
}

/* The letter of a valid step of 1 to 4 bytes. */
static UChar32 letter_of(struct text step) {
    static const unsigned char first[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t point = (unsigned char)step.data[0] & first[step.size];
    for (size_t i = 1; i < step.size; i++) point = point << 6 | ((unsigned char)step.data[i] & 0x3F);
    return (UChar32)point;
}

/* Letters of any script with their marks, digits, _ and -; of the last two not alone. */
static bool tag_good(struct text word) {
    bool letter = false;
    for (size_t at = 0, step; at < word.size; at += step) {
        step = text_utf8_step(text_slice(word, at, word.size - at));
        if (step == 0) return false;
        UChar32 point = letter_of(text_slice(word, at, step));
        bool joins = point == '_' || point == '-' || u_charType(point) == U_NON_SPACING_MARK;
        if (!joins && !u_isalnum(point)) return false;
        letter = letter || !joins;
    }
    return letter;
}

static bool parts(char byte) {
    return byte == ' ' || byte == ',' || byte == ';' || byte == '#' || byte == '\t' || byte == '\n' || byte == '\r';
}

static enum tags_fault add(struct arena *arena, struct text word, struct tags *tags) {
    struct text tag = small(arena, word);
    if (!tag_good(tag)) return TAGS_MALFORMED;
    if (text_length_utf8(tag) > TAG_LETTERS) return TAGS_TOO_LONG;
    for (size_t i = 0; i < tags->count; i++)
        if (text_equal(tags->of[i], tag)) return TAGS_GOOD;
    if (tags->count == TAGS_OF_OPERATION) return TAGS_TOO_MANY;
    tags->of[tags->count++] = tag;
    return TAGS_GOOD;
}

enum tags_fault tags_typed(struct arena *arena, struct text typed, struct tags *tags) {
    *tags = (struct tags){0};
    for (size_t at = 0; at < typed.size;) {
        size_t end = at;
        while (end < typed.size && !parts(typed.data[end])) end++;
        if (end > at) {
            enum tags_fault fault = add(arena, text_slice(typed, at, end - at), tags);
            if (fault != TAGS_GOOD) return fault;
        }
        at = end + 1;
    }
    return tags->count > 0 ? TAGS_GOOD : TAGS_NONE;
}

void tags_in_words(struct arena *arena, struct text words, struct tags *tags) {
    *tags = (struct tags){0};
    for (size_t at = 0; at < words.size; at++) {
        bool begins = words.data[at] == '#' && (at == 0 || parts(words.data[at - 1]));
        if (!begins) continue;
        size_t end = at + 1;
        for (size_t step; end < words.size; end += step) { /* a full stop ends it */
            step = text_utf8_step(text_slice(words, end, words.size - end));
            struct text letter = text_slice(words, end, step);
            if (step == 0 || (!tag_good(letter) && letter.data[0] != '_' && letter.data[0] != '-')) break;
        }
        if (end > at + 1) add(arena, text_slice(words, at + 1, end - at - 1), tags);
    }
}

struct text tag_of(struct arena *arena, struct text typed) {
    struct tags tags;
    return tags_typed(arena, typed, &tags) == TAGS_GOOD && tags.count == 1 ? tags.of[0] : TEXT_NONE;
}

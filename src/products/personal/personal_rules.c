/* personal_rules.c: see personal_rules.h. */
#include "products/personal/personal_rules.h"

#include "base/money.h"

static const char *const reserved[] = {"admin",   "bank",    "cbr",     "help",    "kabinet", "manager", "money",
                                       "news",    "office",  "official", "pay",    "robot",   "root",    "security",
                                       "service", "staff",   "support", "system",  "wallet",  NULL};

struct text name_fold(struct arena *arena, struct text typed) {
    struct text rest = text_trim(typed);
    struct buffer out = buffer_new(arena, rest.size + 1);
    if (text_starts(rest, "@")) rest = text_slice(rest, 1, rest.size);
    for (size_t i = 0; i < rest.size; i++) {
        char byte = rest.data[i];
        buffer_add_char(&out, byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte);
    }
    return buffer_text(&out);
}

/* Also with digits or _ around it: support_1 is read as support. */
static bool reads_as(struct text name, const char *word) {
    size_t end = name.size;
    while (end > 0 && (name.data[end - 1] == '_' || (name.data[end - 1] >= '0' && name.data[end - 1] <= '9'))) end--;
    return text_is(text_slice(name, 0, end), word);
}

enum name_verdict name_verdict(struct text name) {
    if (name.size < NAME_LEAST || name.size > NAME_MOST) return NAME_LENGTH;
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        bool letter = byte >= 'a' && byte <= 'z', digit = byte >= '0' && byte <= '9';
        if (!letter && (i == 0 || (!digit && byte != '_'))) return NAME_SIGNS;
    }
    for (size_t i = 0; reserved[i] != NULL; i++)
        if (reads_as(name, reserved[i])) return NAME_RESERVED;
    return NAME_GOOD;
}

/* Zero width (U+200B to U+200F), turning (U+202A to U+202E, U+2066 to U+2069), the byte order mark. */
static bool unseen(const unsigned char *at, size_t left) {
    if (left < 3) return false;
    if (at[0] == 0xEF) return at[1] == 0xBB && at[2] == 0xBF;
    if (at[0] != 0xE2) return false;
    if (at[1] == 0x80) return (at[2] >= 0x8B && at[2] <= 0x8F) || (at[2] >= 0xA8 && at[2] <= 0xAE);
    return at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9;
}

bool words_clean(struct text words) {
    for (size_t i = 0; i < words.size; i++) {
        unsigned char byte = (unsigned char)words.data[i];
        if (byte < 0x20 || byte == 0x7F || byte == '<' || byte == '>') return false;
        if (unseen((const unsigned char *)words.data + i, words.size - i)) return false;
    }
    return true;
}

int sums_read(struct text typed, int64_t sums[SUMS_MOST]) {
    int count = 0;
    struct text rest = text_trim(typed);
    while (rest.size > 0) {
        int64_t roubles;
        struct text each = text_trim(text_split(rest, ',', &rest));
        bool good = text_to_int(each, &roubles) && roubles >= 1 && roubles <= 1000000;
        if (!good || count == SUMS_MOST) return -1;
        sums[count++] = roubles * 100;
    }
    return count;
}

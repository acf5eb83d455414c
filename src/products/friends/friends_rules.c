/* friends_rules.c: see friends_rules.h. */
#include "products/friends/friends_rules.h"

#include <string.h>

enum friend_verdict friend_verdict(int64_t count, int64_t most, bool known, bool own) {
    if (own) return FRIEND_OWN;
    if (known) return FRIEND_KNOWN;
    return count >= most ? FRIEND_FULL : FRIEND_NEW;
}

static bool parse_line(struct arena *arena, struct text line, struct friend_found *found) {
    struct text label, tag = text_split(text_trim(line), ' ', &label), bytes;
    if (!text_unbase64(arena, tag, &bytes) || bytes.size != BLIND_HALF_SIZE) return false;
    memcpy(found->tag, bytes.data, BLIND_HALF_SIZE);
    label = text_trim(label);
    found->label = label.size > 0 ? label : TEXT_NONE;
    return text_length_utf8(label) <= FRIENDS_LABEL;
}

int friends_parse(struct arena *arena, struct text lines, struct friend_found *found, size_t room) {
    size_t count = 0;
    while (lines.size > 0) {
        struct text line = text_trim(text_split(lines, '\n', &lines));
        if (line.size == 0) continue;
        if (count == room || !parse_line(arena, line, &found[count])) return -1;
        count++;
    }
    return (int)count;
}

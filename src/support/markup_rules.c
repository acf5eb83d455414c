/* markup_rules.c: see markup_rules.h. */
#include "support/markup_rules.h"

#include <string.h>

/* Where `what` begins in the text from `at` on; its size when it is nowhere. */
static size_t found_at(struct text text, size_t at, const char *what) {
    size_t size = strlen(what);
    for (; at + size <= text.size; at++)
        if (memcmp(text.data + at, what, size) == 0) return at;
    return text.size;
}

static struct text between(struct text text, size_t from, size_t to) {
    return (struct text){text.data + from, to - from};
}

/* A path of ours: another's address never looks like one of the help's own. */
static bool own_path(struct text href) {
    if (href.size < 1 || href.data[0] != '/' || text_starts(href, "//")) return false;
    for (size_t i = 0; i < href.size; i++) {
        char c = href.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                     c == '-' || c == '_' || c == '.' || c == '#';
        if (!plain) return false;
    }
    return true;
}

/* A span that begins at `at`, and where it ends; false: nothing special begins there. */
static bool special(struct text text, size_t at, struct span *span, size_t *end) {
    if (text_starts(between(text, at, text.size), "**")) {
        size_t close = found_at(text, at + 2, "**");
        if (close == text.size || close == at + 2) return false;
        *span = (struct span){between(text, at + 2, close), true, TEXT_NONE};
        *end = close + 2;
        return true;
    }
    if (text.data[at] != '[') return false;
    size_t middle = found_at(text, at, "]("), close = middle < text.size ? found_at(text, middle, ")") : text.size;
    if (close == text.size || middle == at + 1) return false;
    struct text href = between(text, middle + 2, close);
    if (!own_path(href)) return false;
    *span = (struct span){between(text, at + 1, middle), false, href};
    *end = close + 1;
    return true;
}

static void add(struct block *block, struct span span) {
    if (span.text.size > 0) block->spans[block->count++] = span;
}

static void read_spans(struct arena *arena, struct text text, struct block *block) {
    block->spans = arena_array(arena, struct span, text.size + 1);
    block->count = 0;
    size_t plain = 0, at = 0, end = 0;
    while (at < text.size) {
        struct span span;
        if (!special(text, at, &span, &end)) {
            at++;
            continue;
        }
        add(block, (struct span){between(text, plain, at), false, TEXT_NONE});
        add(block, span);
        plain = at = end;
    }
    add(block, (struct span){between(text, plain, text.size), false, TEXT_NONE});
}

size_t markup_read(struct arena *arena, struct text words, struct block blocks[BLOCKS_MAX]) {
    size_t count = 0;
    struct text paragraph = TEXT_NONE; /* begun, and goes on until a blank line or another block */
    for (struct text rest = words; count < BLOCKS_MAX && (rest.size > 0 || paragraph.size > 0);) {
        bool last = rest.size == 0;
        struct text line = last ? TEXT("") : text_trim(text_split(rest, '\n', &rest));
        bool heading = text_starts(line, "## "), item = text_starts(line, "- ");
        if (line.size > 0 && !heading && !item) {
            const char *from = paragraph.size > 0 ? paragraph.data : line.data;
            paragraph = (struct text){from, (size_t)(line.data + line.size - from)};
            continue;
        }
        if (paragraph.size > 0) {
            blocks[count].kind = BLOCK_PARAGRAPH;
            read_spans(arena, paragraph, &blocks[count++]);
            paragraph = TEXT_NONE;
        }
        if (count == BLOCKS_MAX || !(heading || item)) continue;
        blocks[count].kind = heading ? BLOCK_HEADING : BLOCK_ITEM;
        size_t mark = heading ? 3 : 2;
        read_spans(arena, text_trim(between(line, mark, line.size)), &blocks[count++]);
    }
    return count;
}

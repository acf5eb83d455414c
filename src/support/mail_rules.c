/* mail_rules.c: see mail_rules.h. */
#include "support/mail_rules.h"

#include <string.h>
#include <strings.h>

static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static bool hexadecimal(char c) {
    return digit(c) || (c >= 'a' && c <= 'f');
}

bool mail_token_find(struct text text, size_t *at, struct mail_token *token) {
    for (size_t begin = *at; begin < text.size; begin++) {
        if (text.data[begin] != 'k' && text.data[begin] != 'K') continue;
        size_t digits = begin + 1, end = digits;
        while (end < text.size && end - digits < 19 && digit(text.data[end])) end++;
        if (end - digits < 10 || end + 1 + MAIL_SIGN_SIZE > text.size || text.data[end] != '-') continue;
        size_t sign = end + 1, size = 0;
        while (size < MAIL_SIGN_SIZE && hexadecimal(text.data[sign + size])) size++;
        struct text id = {text.data + digits, end - digits};
        if (size < MAIL_SIGN_SIZE || !text_to_int(id, &token->id)) continue;
        token->sign = (struct text){text.data + sign, size};
        *at = sign + size;
        return true;
    }
    return false;
}

/* The part up to the next ';' that stands neither in quotes nor in a comment, the comments blanked out of it by ending
 * it where the first begins. *rest is what follows. */
static struct text next_part(struct text text, struct text *rest) {
    bool quoted = false;
    size_t depth = 0, at = 0, size = text.size;
    for (; at < text.size; at++) {
        char c = text.data[at];
        if (c == '\\') at++;
        else if (c == '"' && depth == 0) quoted = !quoted;
        else if (c == '(' && !quoted) {
            if (depth++ == 0 && at < size) size = at;
        } else if (c == ')' && !quoted && depth > 0) depth--;
        else if (c == ';' && !quoted && depth == 0) break;
    }
    if (at > text.size) at = text.size;
    if (size > at) size = at;
    *rest = at < text.size ? (struct text){text.data + at + 1, text.size - at - 1} : TEXT_NONE;
    return text_trim((struct text){text.data, size});
}

static bool same(struct text left, struct text right) {
    return left.size == right.size && left.size > 0 && strncasecmp(left.data, right.data, left.size) == 0;
}

/* header.from= of a part that was cut at its first comment stands behind it: looked for in the whole part. */
static struct text from_of(struct text part) {
    static const char name[] = "header.from=";
    for (size_t at = 0; at + sizeof name - 1 <= part.size; at++) {
        if (strncasecmp(part.data + at, name, sizeof name - 1) != 0) continue;
        struct text rest = {part.data + at + sizeof name - 1, part.size - at - (sizeof name - 1)};
        size_t size = 0;
        while (size < rest.size && strchr(" \t;\"()\\", rest.data[size]) == NULL) size++;
        return (struct text){rest.data, size};
    }
    return TEXT_NONE;
}

bool mail_authenticated(struct text results, struct text server, struct text from) {
    struct text rest = results;
    ptrdiff_t sign = text_find(from, '@');
    if (server.size == 0 || results.size == 0 || sign < 0) return false;
    struct text domain = {from.data + sign + 1, from.size - (size_t)sign - 1}, unused;
    struct text who = next_part(rest, &rest);
    if (!same(text_split(who, ' ', &unused), server)) return false;
    while (rest.data != NULL) {
        const char *begin = rest.data;
        size_t whole = rest.size;
        struct text part = next_part(rest, &rest);
        if (rest.data != NULL) whole -= rest.size + 1;
        if (!same(text_split(part, ' ', &unused), TEXT("dmarc=pass"))) continue;
        /* A quoted string could hold anything: a part with one is not believed. */
        if (memchr(begin, '"', whole) != NULL) return false;
        return same(from_of((struct text){begin, whole}), domain);
    }
    return false;
}

struct text mail_last_id(struct text ids) {
    struct text last = TEXT_NONE;
    for (size_t at = 0; at < ids.size; at++) {
        if (ids.data[at] != '<') continue;
        size_t end = at + 1;
        while (end < ids.size && ids.data[end] > ' ' && ids.data[end] < 0x7F && ids.data[end] != '<' &&
               ids.data[end] != '>')
            end++;
        if (end < ids.size && ids.data[end] == '>' && end - at < 250 && end - at > 3)
            last = (struct text){ids.data + at, end - at + 1};
        at = end - 1;
    }
    return last;
}

/* UTF-8 of U+0400 … U+047F begins with D0 or D1. */
bool mail_russian(struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte == 0xD0 || byte == 0xD1) return true;
    }
    return false;
}

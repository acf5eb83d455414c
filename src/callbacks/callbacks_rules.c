/* callbacks_rules.c: see callbacks_rules.h. */
#include "callbacks/callbacks_rules.h"

#include "base/check.h"

int64_t callback_pause(int64_t first, int64_t attempt) {
    int64_t pause = first;
    for (int64_t i = 1; i < attempt && pause < HOUR; i++) pause *= 2;
    return pause < HOUR ? pause : HOUR;
}

static void add_line(struct buffer *out, struct text line) {
    check(line.size == 0 || text_find(line, '\n') < 0);
    buffer_add_text(out, line);
    buffer_add_char(out, '\n');
}

struct text callback_call_write(struct arena *arena, const struct callback_call *call) {
    struct buffer out = buffer_new(arena, 512 + call->body.size);
    for (size_t i = 0; i < CALLBACK_HEADERS; i++) add_line(&out, call->headers[i]);
    add_line(&out, call->url);
    buffer_add_text(&out, call->body);
    return buffer_text(&out);
}

bool callback_call_read(struct text text, struct callback_call *call) {
    struct text rest = text;
    struct callback_call read = {0};
    for (size_t i = 0; i < CALLBACK_HEADERS; i++) {
        struct text line = text_split(rest, '\n', &rest);
        if (line.size > 0) read.headers[i] = line;
    }
    read.url = text_split(rest, '\n', &rest);
    read.body = rest;
    if (rest.data == NULL || read.url.size == 0) return false;
    *call = read;
    return true;
}

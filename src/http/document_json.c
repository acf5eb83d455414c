/* document_json.c: a document as JSON (RFC 8259): exact, valid UTF-8 whatever the texts hold. */
#include "http/document.h"

#include "base/check.h"
#include "http/plain.h"

#include <string.h>

/* Length of the well-formed UTF-8 sequence at data (Unicode table 3-7), 0 when it is not one. */
static size_t sequence(const unsigned char *data, size_t left) {
    unsigned char first = data[0];
    size_t size = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (size == 0 || size > left) return 0;
    unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (data[1] < low || data[1] > high) return 0;
    for (size_t i = 2; i < size; i++) {
        if ((data[i] & 0xC0) != 0x80) return 0;
    }
    return size;
}

static void write_escape(struct buffer *out, unsigned char byte) {
    static const char digits[] = "0123456789abcdef";
    switch (byte) {
    case '"': buffer_add_literal(out, "\\\""); return;
    case '\\': buffer_add_literal(out, "\\\\"); return;
    case '\n': buffer_add_literal(out, "\\n"); return;
    case '\r': buffer_add_literal(out, "\\r"); return;
    case '\t': buffer_add_literal(out, "\\t"); return;
    default: {
        char escape[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        buffer_add(out, escape, sizeof escape);
    }
    }
}

static void write_string(struct buffer *out, const char *string, size_t size) {
    const unsigned char *data = (const unsigned char *)string;
    size_t from = 0, at = 0;
    buffer_add_char(out, '"');
    while (at < size) {
        unsigned char byte = data[at];
        if (byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\') {
            at++;
            continue;
        }
        size_t length = byte >= 0x80 ? sequence(data + at, size - at) : 0;
        if (length > 0) {
            at += length;
            continue;
        }
        buffer_add(out, data + from, at - from);
        if (byte >= 0x80) buffer_add_literal(out, "\xEF\xBF\xBD"); /* U+FFFD in place of what is no character */
        else write_escape(out, byte);
        from = ++at;
    }
    buffer_add(out, data + from, size - from);
    buffer_add_char(out, '"');
}

static void write_children(const struct node *node, struct buffer *out) {
    bool object = node->kind == NODE_OBJECT;
    buffer_add_char(out, object ? '{' : '[');
    for (const struct node *child = node->first; child != NULL; child = child->next) {
        if (child != node->first) buffer_add_char(out, ',');
        if (object) {
            write_string(out, child->name, strlen(child->name));
            buffer_add_char(out, ':');
        }
        doc_write_json(child, out);
    }
    buffer_add_char(out, object ? '}' : ']');
}

static void write_quoted(const struct node *node, struct buffer *out) {
    buffer_add_char(out, '"');
    plain_write(node, out);
    buffer_add_char(out, '"');
}

void doc_write_json(const struct node *node, struct buffer *out) {
    switch (node->kind) {
    case NODE_NULL: buffer_add_literal(out, "null"); return;
    case NODE_BOOL:
    case NODE_INT: plain_write(node, out); return;
    case NODE_TEXT: write_string(out, node->text.data, node->text.size); return;
    case NODE_MONEY:
        buffer_add_literal(out, "{\"amount\":");
        write_quoted(node, out);
        buffer_add_literal(out, ",\"currency\":\"");
        buffer_add_text(out, currency_code(node->currency));
        buffer_add_literal(out, "\"}");
        return;
    case NODE_MOMENT:
    case NODE_DATE:
    case NODE_ID: write_quoted(node, out); return;
    case NODE_OBJECT:
    case NODE_ARRAY: write_children(node, out); return;
    }
    check(false && "a node of no known kind");
}

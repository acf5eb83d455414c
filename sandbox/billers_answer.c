/* billers_answer.c: the document that a biller answers with, in its dialect, and what becomes of it on a bad day. */
#include "sandbox/billers.h"

#include "base/check.h"

#include <iconv.h>
#include <string.h>

#define HUGE_BYTES ((size_t)10 * 1024 * 1024)
#define HUGE_PIECE ((size_t)32 * 1024)

/* ---- a document ---- */

static void add_escaped(struct buffer *out, struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '&': buffer_add_literal(out, "&amp;"); break;
        case '<': buffer_add_literal(out, "&lt;"); break;
        case '>': buffer_add_literal(out, "&gt;"); break;
        default: buffer_add_char(out, text.data[i]);
        }
    }
}

static void add_element(struct buffer *out, const char *name, struct text value) {
    buffer_format(out, "<%s>", name);
    add_escaped(out, value);
    buffer_format(out, "</%s>", name);
}

static struct text document_of(struct arena *arena, const struct biller_answer *answer) {
    struct buffer out = buffer_new(arena, 1024);
    bool form = answer->biller->dialect == DIALECT_FORM, narrow = answer->biller->dialect == DIALECT_1251;
    buffer_format(&out, "<?xml version=\"1.0\" encoding=\"%s\"?>\n<response>", narrow ? "windows-1251" : "UTF-8");
    add_element(&out, "osmp_txn_id", answer->txn);
    add_element(&out, form ? "prv_txn_id" : "prv_txn", answer->prv);
    add_element(&out, "sum", answer->sum >= 0 ? money_decimal(arena, rub(answer->sum)) : TEXT(""));
    add_element(&out, form ? "result_code" : "result", text_format(arena, "%d", answer->result));
    add_element(&out, "comment", text_from(answer->comment));
    if (answer->field_count > 0) buffer_add_literal(&out, "<fields>");
    for (size_t i = 0; i < answer->field_count; i++) {
        buffer_format(&out, "<field%zu name=\"%s\">", i + 1, answer->fields[i].name);
        add_escaped(&out, answer->fields[i].value);
        buffer_format(&out, "</field%zu>", i + 1);
    }
    if (answer->field_count > 0) buffer_add_literal(&out, "</fields>");
    buffer_add_literal(&out, "</response>\n");
    return buffer_text(&out);
}

/* ---- other encodings ---- */

static unsigned code_point(const char *bytes, size_t size) {
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned point = (unsigned char)bytes[0] & first[size];
    for (size_t i = 1; i < size; i++) point = point << 6 | ((unsigned char)bytes[i] & 0x3f);
    return point;
}

/* What the encoding has no byte for becomes a reference (XML 1.0, 4.1), which says the same. */
static struct text encoded(struct arena *arena, struct text text, const char *encoding) {
    struct buffer out = buffer_new(arena, text.size + 1);
    iconv_t converter = iconv_open(encoding, "UTF-8");
    check(converter != (iconv_t)-1); /* glibc's own tables have both */
    for (size_t at = 0, step; at < text.size; at += step) {
        char bytes[4], byte, *in = bytes, *to = &byte;
        step = text_utf8_step(text_slice(text, at, text.size - at));
        memcpy(bytes, text.data + at, step);
        size_t left = step, room = 1;
        if (iconv(converter, &in, &left, &to, &room) != (size_t)-1) buffer_add_char(&out, byte);
        else buffer_format(&out, "&#%u;", code_point(bytes, step));
    }
    iconv_close(converter);
    return buffer_text(&out);
}

static struct text in_its_encoding(struct arena *arena, const struct biller *biller, struct text document) {
    return biller->dialect == DIALECT_1251 ? encoded(arena, document, "CP1251") : document;
}

/* ---- garbage ---- */

/* Ten references to each of ten entities: 10⁹ laughs of a reader that expands them. */
static struct text with_entities(struct arena *arena, struct text document) {
    struct buffer out = buffer_new(arena, 4096);
    struct text rest, declaration = text_split(document, '\n', &rest);
    ptrdiff_t comment = text_find(rest, '<') + (ptrdiff_t)strlen("<response>");
    buffer_add_text(&out, declaration);
    buffer_add_literal(&out, "\n<!DOCTYPE response [\n<!ENTITY e0 \"ha\">\n");
    for (int level = 1; level < 10; level++) {
        buffer_format(&out, "<!ENTITY e%d \"", level);
        for (int i = 0; i < 10; i++) buffer_format(&out, "&e%d;", level - 1);
        buffer_add_literal(&out, "\">\n");
    }
    buffer_add_literal(&out, "]>\n");
    buffer_add_text(&out, text_slice(rest, 0, (size_t)comment));
    buffer_add_literal(&out, "<note>&e9;</note>");
    buffer_add_text(&out, text_slice(rest, (size_t)comment, rest.size));
    return buffer_text(&out);
}

struct huge {
    struct text document;
    size_t given;
};

/* Well-formed, and right, but for its length. */
static bool huge_more(void *state, struct buffer *out) {
    struct huge *huge = state;
    if (huge->given >= HUGE_BYTES) {
        struct text rest;
        text_split(huge->document, '\n', &rest);
        buffer_add_text(out, rest);
        return false;
    }
    if (huge->given == 0) {
        struct text declaration = text_split(huge->document, '\n', &(struct text){0});
        buffer_add_text(out, declaration);
        buffer_add_char(out, '\n');
    }
    while (out->size < HUGE_PIECE) buffer_add_literal(out, "<!-- nobody reads so much of an answer -->\n");
    huge->given += out->size;
    return true;
}

#define SORRY "<!DOCTYPE html><html><head><title>%s</title></head><body><h1>%s</h1></body></html>\n"

/* ---- sending ---- */

/* Contradictions: the answer says of itself what is not so. */
static void contradict(struct arena *arena, struct biller_answer *answer, enum biller_fault delivery) {
    int64_t prv;
    if (delivery == FAULT_OTHER_SUM && answer->sum >= 0) answer->sum += 100;
    if (delivery == FAULT_OTHER_PRV && text_to_int(answer->prv, &prv))
        answer->prv = text_format(arena, "%lld", (long long)prv + 1);
    if (delivery == FAULT_OTHER_TXN && answer->txn.size > 0) {
        char last = answer->txn.data[answer->txn.size - 1];
        struct text most = text_slice(answer->txn, 0, answer->txn.size - 1);
        answer->txn = text_format(arena, "%.*s%c", TEXT_ARG(most), last == '9' ? '0' : last + 1);
    }
}

static struct text spoiled(struct arena *arena, struct text document, enum biller_fault delivery) {
    switch (delivery) {
    case FAULT_TWICE: return text_join(arena, document, document);
    case FAULT_HTML: return text_format(arena, SORRY, "Личный кабинет", "Войдите в систему");
    case FAULT_GATEWAY: return text_format(arena, SORRY, "502 Bad Gateway", "502 Bad Gateway");
    case FAULT_BROKEN: return text_slice(document, 0, document.size * 2 / 3);
    case FAULT_EMPTY: return TEXT("");
    case FAULT_ENTITIES: return with_entities(arena, document);
    case FAULT_ENCODING: return encoded(arena, document, "KOI8-R");
    default: return document;
    }
}

/* How an answer travels. */
static void deliver(struct request *request, enum biller_fault delivery) {
    const struct sandbox *sandbox = request->engine_state;
    if (delivery == FAULT_GATEWAY) request->answer.status = 502;
    if (delivery == FAULT_SLOW) answer_after(request, sandbox->slow_us);
    if (delivery == FAULT_TIMEOUT_AFTER || delivery == FAULT_TIMEOUT_BEFORE) answer_never(request, sandbox->late_us);
    if (delivery == FAULT_CLOSED_AFTER) answer_never(request, 0);
}

enum flow biller_register_send(struct request *request, struct text text, enum biller_fault delivery) {
    bool html = delivery == FAULT_HTML || delivery == FAULT_GATEWAY;
    bool cut = delivery == FAULT_BROKEN || delivery == FAULT_EMPTY || delivery == FAULT_TWICE || html;
    const struct answer_file file = {
        .content_type = html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8",
        .bytes = cut ? spoiled(request->arena, text, delivery) : text,
    };
    answer_file(request, &file);
    deliver(request, delivery);
    return FLOW_ANSWERED;
}

enum flow biller_answer_send(struct request *request, struct biller_answer *answer, enum biller_fault delivery) {
    struct arena *arena = request->arena;
    bool narrow = answer->biller->dialect == DIALECT_1251;
    bool html = delivery == FAULT_HTML || delivery == FAULT_GATEWAY;
    contradict(arena, answer, delivery);
    struct text document = document_of(arena, answer);
    struct answer_file file = {
        .content_type = html     ? "text/html; charset=utf-8"
                        : narrow ? "text/xml; charset=windows-1251"
                                 : "text/xml; charset=utf-8",
        .bytes = spoiled(arena, document, delivery),
    };
    if (!html && delivery != FAULT_ENCODING) file.bytes = in_its_encoding(arena, answer->biller, file.bytes);
    if (delivery == FAULT_HUGE) {
        struct huge *huge = arena_new_of(arena, struct huge);
        *huge = (struct huge){.document = file.bytes};
        file.bytes = TEXT("");
        file.more = huge_more;
        file.state = huge;
    }
    answer_file(request, &file);
    deliver(request, delivery);
    return FLOW_ANSWERED;
}

/* template.c: what the generated pages are made of: finding values by name and writing them as their place needs. The
 * only way from a value to a page leads through here, so nothing can be left unescaped by forgetting. */
#include "http/template.h"

#include "base/check.h"
#include "http/draw.h"

#include <string.h>
#include <strings.h>

struct text template_draw(const struct template *template, struct drawing *drawing) {
    struct buffer own;
    if (drawing->out == NULL) {
        own = buffer_new(drawing->arena, 16384);
        drawing->out = &own;
    }
    template->draw(drawing);
    struct text page = buffer_text(drawing->out);
    if (drawing->out == &own) drawing->out = NULL;
    return page;
}

/* ---- finding ---- */

const struct node *draw_find_only(const struct draw_scope *scope, const struct node *only, const char *name) {
    for (; scope != NULL; scope = scope->outer) {
        const struct node *found = doc_get(scope->item, name);
        if (found != NULL) return found;
    }
    return doc_get(only, name);
}

const struct node *draw_find(const struct drawing *drawing, const struct draw_scope *scope, const char *name) {
    const struct node *found = draw_find_only(scope, drawing->document, name);
    return found != NULL ? found : doc_get(drawing->page, name);
}

const struct node *draw_member(const struct node *object, const char *name) {
    return doc_get(object, name);
}

const struct node *draw_form_field(const struct drawing *drawing, const char *name) {
    const struct node *field = doc_get(doc_get(drawing->page, "form"), name);
    if (field != NULL || !doc_truth(doc_get(drawing->page, "errors"))) return field;
    struct node *empty = doc_new(drawing->arena);
    doc_text(empty, "name", text_from(name));
    doc_null(empty, "value");
    return empty;
}

const struct node *draw_needed(const struct node *node, const char *what, const char *file, int line) {
    if (node == NULL) check_failed(what, file, line);
    return node;
}

const struct node *draw_list(const struct node *array) {
    if (array == NULL || array->kind == NODE_NULL) return NULL;
    check(array->kind == NODE_ARRAY);
    return array->first;
}

bool draw_is(const struct node *node, const char *text) {
    if (node == NULL || node->kind != NODE_TEXT) return false;
    return text_is(node->text, text);
}

const struct node *draw_string_node(struct drawing *drawing, string_id id) {
    struct node *node = arena_new_of(drawing->arena, struct node);
    node->kind = NODE_TEXT;
    node->text = string_get(drawing->arena, drawing->locale, id, NULL, 0);
    return node;
}

/* ---- writing ---- */

void draw_literal(struct drawing *drawing, const char *text, size_t size) {
    buffer_add(drawing->out, text, size);
}

void draw_words(struct drawing *drawing, const struct text words[LANGUAGE_COUNT]) {
    buffer_add_text(drawing->out, words[drawing->locale->language]);
}

static const bool markup[256] = {['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true};

static struct text escape_of(char byte) {
    switch (byte) {
    case '&': return TEXT("&amp;");
    case '<': return TEXT("&lt;");
    case '>': return TEXT("&gt;");
    case '"': return TEXT("&quot;");
    default: return TEXT("&#39;");
    }
}

static void write_escaped(struct buffer *out, struct text text) {
    size_t from = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!markup[(unsigned char)text.data[i]]) continue;
        buffer_add(out, text.data + from, i - from);
        buffer_add_text(out, escape_of(text.data[i]));
        from = i + 1;
    }
    buffer_add(out, text.data + from, text.size - from);
}

/* Whether following the address stays within http(s). What browsers strip or fold before they parse an address (control
 * bytes, backslashes, blanks) is refused rather than understood. "//host" is refused: nobody here writes it on
 * purpose. */
static bool address_is_safe(struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte <= ' ' || byte == 0x7F || byte == '\\') return false;
    }
    if (text_starts(text, "//")) return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '/' || text.data[i] == '?' || text.data[i] == '#') return true; /* relative: no scheme */
        if (text.data[i] == ':') {
            struct text scheme = text_slice(text, 0, i);
            return (scheme.size == 4 && strncasecmp(scheme.data, "http", 4) == 0) ||
                   (scheme.size == 5 && strncasecmp(scheme.data, "https", 5) == 0);
        }
    }
    return true;
}

static void write_percent(struct buffer *out, struct text text) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                     byte == '-' || byte == '_' || byte == '.' || byte == '~';
        if (plain) {
            buffer_add_char(out, (char)byte);
        } else {
            char escape[3] = {'%', digits[byte >> 4], digits[byte & 15]};
            buffer_add(out, escape, sizeof escape);
        }
    }
}

static void write_in_place(struct buffer *out, struct text text, enum draw_place place) {
    switch (place) {
    case PLACE_TEXT: write_escaped(out, text); return;
    case PLACE_URL: write_escaped(out, address_is_safe(text) ? text : TEXT("#")); return;
    case PLACE_URL_PART: write_percent(out, text); return;
    }
}

void draw_value(struct drawing *drawing, const struct node *node, enum draw_place place, enum value_style style) {
    if (node == NULL) return;
    if (node->kind == NODE_TEXT) {
        write_in_place(drawing->out, node->text, place);
    } else if (place == PLACE_TEXT || (node->kind == NODE_ID && node->number >= 0)) {
        locale_value(drawing->out, drawing->locale, node, style); /* digits, months, signs of currencies: no markup */
    } else {
        struct buffer plain = buffer_new(drawing->arena, 64);
        locale_value(&plain, drawing->locale, node, style);
        write_in_place(drawing->out, buffer_text(&plain), place);
    }
}

void draw_unescaped(struct drawing *drawing, const struct node *node) {
    if (node == NULL || node->kind == NODE_NULL) return;
    check(node->kind == NODE_TEXT);
    buffer_add_text(drawing->out, node->text);
}

void draw_string(struct drawing *drawing, string_id id, const struct string_argument *arguments, size_t count) {
    write_escaped(drawing->out, string_get(drawing->arena, drawing->locale, id, arguments, count));
}

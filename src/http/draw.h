/* draw.h: what the generated pages (tools/templates.py) call. Nobody else includes it. */
#pragma once

#include "http/template.h"

/* The items of the loops around, innermost first. */
struct draw_scope {
    const struct node *item;
    const struct draw_scope *outer;
};

/* Where a value is written. */
enum draw_place {
    PLACE_TEXT,     /* text or a quoted attribute: & < > " ' are escaped */
    PLACE_URL,      /* the beginning of an address: only http(s), /, # , ? and relative ones; "#" instead of others */
    PLACE_URL_PART, /* further on in an address: percent-encoded */
};

/* In the items, then the document, then request.page; NULL when nowhere. */
const struct node *draw_find(const struct drawing *drawing, const struct draw_scope *scope, const char *name);
const struct node *draw_find_only(const struct draw_scope *scope, const struct node *only, const char *name);
const struct node *draw_member(const struct node *object, const char *name); /* NULL of NULL */

/* page.form's; of another form than the one that was refused: empty, as nobody has typed in it. NULL: there is none. */
const struct node *draw_form_field(const struct drawing *drawing, const char *name);

/* The node; a failed check naming the template when it is NULL. */
const struct node *draw_needed(const struct node *node, const char *what, const char *file, int line);
const struct node *draw_list(const struct node *array); /* its first item or NULL; checks that it is a list */
bool draw_is(const struct node *node, const char *text);
const struct node *draw_string_node(struct drawing *drawing, string_id id);

void draw_literal(struct drawing *drawing, const char *text, size_t size);
void draw_words(struct drawing *drawing, const struct text words[LANGUAGE_COUNT]);
void draw_value(struct drawing *drawing, const struct node *node, enum draw_place place, enum value_style style);
void draw_unescaped(struct drawing *drawing, const struct node *node);
void draw_string(struct drawing *drawing, string_id id, const struct string_argument *arguments, size_t count);

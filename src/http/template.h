/* template.h: pages. Each .html file beside its feature becomes a C function at build time (tools/templates.py says the
 * language); everything is escaped unless written with the long name. Values come from the document, then from
 * request.page (layout, form, csrf); a value that is nowhere is a failed check, unless marked optional with '?'. */
#pragma once

#include "http/locale.h"

struct drawing {
    struct buffer *out;
    struct arena *arena;
    const struct locale *locale;
    const struct node *document; /* the handler's answer */
    const struct node *page;     /* what only pages need */
};

struct template {
    const char *name; /* "wallet/home" */
    void (*draw)(struct drawing *drawing);
};

struct text template_draw(const struct template *template, struct drawing *drawing);

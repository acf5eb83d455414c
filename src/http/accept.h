/* accept.h: which representation a client wants (RFC 9110 §12.5.1). */
#pragma once

#include "base/text.h"

struct accepted {
    int html, json, stream; /* weights 0…1000 of text/html, application/json, text/event-stream */
    /* JSON is the answer unless HTML is asked for by name and at least as much: programs that send no Accept, or that
     * take anything, get JSON; browsers name text/html. */
    bool prefers_html;
};

/* An absent or malformed field accepts everything. Problems and documents are one for this: application/problem+json
 * counts as JSON. */
struct accepted accept_parse(struct text field);

/* Whether Accept-Encoding admits gzip. */
bool accept_gzip(struct text field);

/* mail_rules.h: what of a letter is proof, and of what (SU-2). Pure. */
#pragma once

#include "base/text.h"

/* "k912345678901234567-0123456789abcdef0123": a case and our signature under it, as our letters carry it in Reply-To
 * and Message-ID. Who has it has got a letter of that case. */
#define MAIL_SIGN_SIZE 20

struct mail_token {
    int64_t id;
    struct text sign; /* to be compared; of hexadecimal digits alone */
};

/* The next one in the text from *at on, which then stands behind it; false: there is none. */
bool mail_token_find(struct text text, size_t *at, struct mail_token *token);

/* Whether our own mail server says by its Authentication-Results (RFC 8601) that the letter's From is its domain's:
 * dmarc=pass for that very domain. `server`: the name our server signs such headers with; another's word is none. */
bool mail_authenticated(struct text results, struct text server, struct text from);

/* Of a text, from its letters: true when any is Cyrillic. */
bool mail_russian(struct text text);

/* The last "<…>" of a header of Message-IDs that is fit to stand in a header of ours; TEXT_NONE: there is none. */
struct text mail_last_id(struct text ids);

/* draft.h: a sign-up on its way, kept on the server under a token in a cookie (or a field, for programs), so that
 * it can be gone on with after a pause and no step trusts what the page carries. */
#pragma once

#include "identity/internal.h"

enum draft_step {
    DRAFT_CODE = 1,     /* the number is given, a code was sent */
    DRAFT_PASSWORD = 2, /* the code was right */
};

struct draft {
    uint8_t hash[SECRET_HASH_SIZE]; /* of its token; also the subject of its code */
    struct text phone;              /* E.164, in the tx's arena */
    bool known;                     /* the number has a cabinet already: no code will match */
    enum draft_step step;
};

/* Makes one and gives the request its cookie; the one it came with ends. */
struct text draft_new(struct request *request, struct tx *tx, struct text phone, bool known, struct draft *draft);
/* By the field `draft` or the cookie. False when there is none that still lives. */
bool draft_find(struct request *request, struct tx *tx, struct draft *draft);
void draft_proved(struct tx *tx, const struct draft *draft);
/* True once: who ends it may open the cabinet. */
bool draft_end(struct request *request, struct tx *tx, const struct draft *draft);

/* draft.h: a sign-up on its way, or a sign-in by a code, kept on the server under a token in a cookie (or a field, for
 * programs), so that it can be gone on with after a pause and no step trusts what the page carries. */
#pragma once

#include "identity/internal.h"

enum draft_step {
    DRAFT_BEGUN = 0,    /* something was asked before the number; kept by an extension */
    DRAFT_CODE = 1,     /* the number is given, a code was sent */
    DRAFT_PASSWORD = 2, /* the code was right */
    DRAFT_GOES_ON = 3,  /* … and an extension takes it from here: no password opens a cabinet */
    DRAFT_SIGN_IN = 4,  /* signing in: the number is given, a code was sent */
    DRAFT_SIGN_IN_PASSWORD = 5, /* … the code was right, and the customer has a password, too */
};

struct draft {
    uint8_t hash[SECRET_HASH_SIZE]; /* of its token; also the subject of its code */
    struct text phone;              /* E.164, in the tx's arena */
    bool known; /* the number has a cabinet: no code of a sign-up matches, none but these of a sign-in does */
    enum draft_step step;
};

/* Makes one (step: DRAFT_CODE or DRAFT_SIGN_IN) and gives the request its cookie; the one it came with ends. */
struct text draft_new(struct request *request, struct tx *tx, struct text phone, bool known, enum draft_step step,
                      struct draft *draft);
/* A sign-up, by the field `draft` or the cookie. False when there is none that still lives. */
bool draft_find(struct request *request, struct tx *tx, struct draft *draft);
bool draft_find_sign_in(struct request *request, struct tx *tx, struct draft *draft); /* the same of a sign-in */
/* Also one without a number yet. */
bool draft_begun(struct request *request, struct tx *tx, uint8_t hash[SECRET_HASH_SIZE]);
void draft_proved(struct tx *tx, const struct draft *draft, enum draft_step next);
/* True once: who ends it may open the cabinet. */
bool draft_end(struct request *request, struct tx *tx, const struct draft *draft);

/* ---- number_code.c: the number and the code sent to it, alike for signing up and signing in ---- */

/* What proves that a person asks: FLOW_NEXT, or it has refused. */
enum flow robot_or_refuse(struct request *request, struct tx *tx);
/* What a page with the number's field needs for that proof. */
void robot_draw(struct request *request, struct node *document);
/* Sends the draft's code, or, where none may match, words that say so to the number's holder alone (ID-10). */
void draft_code_send(struct request *request, struct tx *tx, const struct draft *draft);
/* What is shown where the code is typed. */
void draft_code_draw(struct request *request, struct tx *tx, const struct draft *draft, struct node *document);
enum flow draft_code_sent(struct request *request, struct tx *tx, const struct draft *draft, struct text token,
                          struct text place);
/* FLOW_NEXT: the code was right and is used up. */
enum flow draft_code_try(struct request *request, struct tx *tx, const struct draft *draft);
/* FLOW_NEXT: the pause before another one is over. */
enum flow draft_code_early(struct request *request, struct tx *tx, const struct draft *draft);
extern const struct refusal code_too_many;

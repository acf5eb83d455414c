/* secure.h: purchases on the internet that the card's holder confirms by a code sent to his phone, or in his cabinet
 * (3-D Secure): rows of challenges, for the shop's page (secure_page.c), the cabinet's (secure_approve.c) and
 * authorisations. */
#pragma once

#include "products/cards/cards.h"

#define CHALLENGE_LIFE (10 * MINUTE)

/* Kept in the database by these numbers. */
enum challenge_state { CHALLENGE_OPEN = 1, CHALLENGE_PASSED, CHALLENGE_FAILED, CHALLENGE_CANCELLED };

struct challenge {
    int64_t id, customer, card, sum;
    struct text message;        /* processing's id of its question */
    struct text merchant, back; /* TEXT_NONE: destroyed with its customer's data */
    enum challenge_state state;
    moment made, expires;
    int64_t operation;          /* the purchase that it was passed for; 0 */
};

/* By its page's address, which nobody can guess: whosoever. In a command the row is locked. */
bool secure_by_token(struct engine *engine, struct tx *tx, struct arena *arena, struct text token,
                        struct challenge *challenge);
/* His own, for who is signed in. */
bool secure_of(struct tx *tx, int64_t customer, int64_t id, struct challenge *challenge);
struct text secure_token(struct engine *engine, struct arena *arena, const struct challenge *challenge);
/* "open", "passed", "failed" (the tries or its time are over), "cancelled". */
const char *secure_result(const struct challenge *challenge, moment now);
void secure_turn(struct tx *tx, struct challenge *challenge, enum challenge_state state);
/* What its code is bound to: this purchase alone. */
void secure_subject(struct engine *engine, struct arena *arena, const struct challenge *challenge,
                       uint8_t subject[SECRET_HASH_SIZE]);
/* Sends a code that names payee and sum. False: too many were sent. */
bool secure_send(struct request *request, struct tx *tx, const struct challenge *challenge,
                    const struct card *card);

/* ---- for authorisations ---- */

/* The challenge that the message names was passed by this card's holder for at least that sum, lately, and for no other
 * purchase. */
bool secure_good(struct tx *tx, const struct heard *heard, int64_t *id);
void secure_spend(struct tx *tx, int64_t customer, int64_t id, int64_t operation);

/* code.h: one-time codes (ID-15): six digits from the world's randomness, kept only as a keyed hash bound to
 * purpose, subject (what it was asked for: a draft) and number; a short life, few tries counted before anything is
 * compared, one use. */
#pragma once

#include "identity/identity.h"

enum code_purpose {
    CODE_SIGN_UP = 1,
    CODE_SIGN_IN,
    CODE_SECOND_FACTOR = 10,
    CODE_STEP_UP,
    CODE_RECOVERY = 20,
    CODE_PHONE_OLD,
    CODE_PHONE_NEW,
    CODE_THAW,
    CODE_APPLICATION_MAIL = 30,
    CODE_TILL,
    CODE_DEPOSIT = 40,
    CODE_CARD,
    CODE_LENDER,
    CODE_LOAN,
    CODE_INSTALMENT,
};

enum code_result {
    CODE_RIGHT, /* and used up */
    CODE_WRONG,
    CODE_SPENT, /* none was asked for, its time is over, or its tries are */
};

struct code_state {
    moment made, expires;
    int64_t tries_left, sent;
    moment again_at; /* when another may be asked for */
};

/* A new code in place of any before it. `real` false: one that nothing matches, so that a number which has a
 * cabinet looks like any other. */
struct text code_make(struct engine *engine, struct tx *tx, enum code_purpose purpose,
                      const uint8_t subject[SECRET_HASH_SIZE], struct text number, bool real);
enum code_result code_try(struct engine *engine, struct tx *tx, enum code_purpose purpose,
                          const uint8_t subject[SECRET_HASH_SIZE], struct text number, struct text typed);
bool code_state(struct engine *engine, struct tx *tx, enum code_purpose purpose,
                const uint8_t subject[SECRET_HASH_SIZE], struct code_state *state);

/* How many codes were compared since the start: for tests. */
int64_t code_compared(void);

/* identify_rules.c: see identify_rules.h. */
#include "backoffice/identify_rules.h"

static bool wrong(enum proof proof) {
    return proof == PROOF_WRONG || proof == PROOF_LOCKED;
}

/* Whatever is on record is asked: a passport alone is no proof where there is a code word, too. */
bool customer_identified(struct said_so_far said) {
    if (wrong(said.passport) || wrong(said.code_word) || wrong(said.document)) return false;
    if (said.passport == PROOF_NOTHING || said.code_word == PROOF_NOTHING) return false;
    if (said.passport == PROOF_RIGHT || said.code_word == PROOF_RIGHT) return true;
    return said.document == PROOF_RIGHT;
}

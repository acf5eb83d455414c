/* osmp_rules.c: result codes. Those called fatal end a payment; by the protocol a provider answers a repeated
 * transaction that it has credited with 0, so a fatal code means that nothing was. */
#include "adapters/osmp/osmp.h"

bool osmp_dialect_named(struct text name, enum osmp_dialect *dialect) {
    if (text_is(name, "classic")) *dialect = OSMP_CLASSIC;
    else if (text_is(name, "form")) *dialect = OSMP_FORM;
    else return false;
    return true;
}

enum osmp_meaning osmp_meaning_of(enum osmp_command command, int result, enum osmp_refusal *refusal) {
    *refusal = OSMP_NO_REFUSAL;
    switch (result) {
    case 0: return OSMP_YES;
    case 1: return OSMP_LATER;
    case 90: return command == OSMP_CHECK ? OSMP_LATER : OSMP_UNCERTAIN; /* not finished */
    case 4: *refusal = OSMP_BAD_ACCOUNT; return OSMP_NO;
    case 5: *refusal = OSMP_NOT_FOUND; return OSMP_NO;
    case 79: *refusal = OSMP_INACTIVE; return OSMP_NO;
    case 241: *refusal = OSMP_TOO_SMALL; return OSMP_NO;
    case 242: *refusal = OSMP_TOO_LARGE; return OSMP_NO;
    case 8:
    case 243:
    case 300: *refusal = OSMP_TECHNICAL; return OSMP_NO;
    default: break;
    }
    if (result < 0) return command == OSMP_CHECK ? OSMP_LATER : OSMP_UNCERTAIN;
    *refusal = OSMP_REFUSED;
    return OSMP_NO;
}

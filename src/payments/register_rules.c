/* register_rules.c: see register_rules.h. */
#include "payments/register_rules.h"

#include "base/check.h"

const char *difference_name(enum difference_kind difference) {
    static const char *const names[] = {"none", "missing", "unknown", "sum", "cancelled", "answered"};
    check((size_t)difference < sizeof names / sizeof *names);
    return names[difference];
}

int64_t register_ours(const struct register_pair *pair) {
    return pair->ours && pair->state == PAYMENT_DONE ? pair->sum - pair->returned : 0;
}

enum difference_kind register_compare(const struct register_pair *pair) {
    int64_t ours = register_ours(pair), theirs = pair->theirs && !pair->cancelled ? pair->told : 0;
    bool open = pair->ours && (pair->state == PAYMENT_SENDING || pair->state == PAYMENT_STUCK);
    if (open) { /* a yes is a yes, however it came; no word of it is no word */
        bool yes = pair->state == PAYMENT_STUCK && theirs == pair->sum && theirs > 0;
        return yes ? DIFFERENCE_ANSWERED : DIFFERENCE_NONE;
    }
    if (ours == theirs) return DIFFERENCE_NONE;
    if (ours == 0) return DIFFERENCE_UNKNOWN;
    if (theirs > 0) return DIFFERENCE_SUM;
    if (pair->theirs) return DIFFERENCE_CANCELLED;
    return pair->settled ? DIFFERENCE_MISSING : DIFFERENCE_NONE;
}

bool decision_fits(enum decision decision, enum difference_kind difference, int64_t ours, int64_t theirs,
                   bool cancels) {
    switch (decision) {
    case DECISION_REFUND: return ours > theirs;
    case DECISION_PUSH: return difference == DIFFERENCE_MISSING;
    case DECISION_CANCEL: return difference == DIFFERENCE_UNKNOWN && cancels;
    case DECISION_CLOSE: return true;
    case DECISIONS: break;
    }
    return false;
}

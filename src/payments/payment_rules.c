/* payment_rules.c: see payment_rules.h. */
#include "payments/payment_rules.h"

#include "base/check.h"

const char *payment_state_name(enum payment_state state) {
    switch (state) {
    case PAYMENT_CHECKING: return "checking";
    case PAYMENT_CHECKED: return "checked";
    case PAYMENT_SENDING: return "sending";
    case PAYMENT_STUCK: return "stuck";
    case PAYMENT_DONE: return "done";
    case PAYMENT_REFUSED: return "refused";
    case PAYMENT_REJECTED: return "rejected";
    case PAYMENT_UNCHECKED: return "unchecked";
    case PAYMENT_EXPIRED: return "expired";
    case PAYMENT_CANCELLED: return "cancelled";
    case PAYMENT_REFUNDED: return "refunded";
    }
    check(!"a payment's state");
    return "";
}

bool payment_final(enum payment_state state) {
    return state >= PAYMENT_DONE;
}

const char *payment_reason_name(enum payment_reason reason) {
    static const char *const names[] = {"none",     "bad-account",   "not-found",     "refused", "technical",
                                        "inactive", "sum-too-small", "sum-too-large", "silent",  "nothing-due",
                                        "changed",  "bank",          "not-linked",    "card",    "card-unpaid",
                                        "kept"};
    check((size_t)reason < sizeof names / sizeof *names);
    return names[reason];
}

#define WHOLE_BP 10000 /* hundredths of a percent in the whole */

int64_t fee_on(const struct fee *fee, int64_t sum) {
    int64_t part = money_share(sum, fee->percent_bp, WHOLE_BP);
    if (part < fee->least) part = fee->least;
    if (fee->most > 0 && part > fee->most) part = fee->most;
    int64_t whole = part + fee->fixed;
    return whole > MONEY_MAX ? MONEY_MAX : whole;
}

bool fee_sound(const struct fee *fee) {
    bool bounded = fee->least >= 0 && fee->most >= 0 && fee->fixed >= 0 && fee->percent_bp >= 0;
    return bounded && fee->percent_bp <= WHOLE_BP && fee->fixed <= MONEY_MAX && fee->most <= MONEY_MAX &&
           fee->least <= MONEY_MAX && (fee->most == 0 || fee->least <= fee->most);
}

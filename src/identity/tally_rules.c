/* tally_rules.c: see tally_rules.h. */
#include "identity/tally_rules.h"

static int64_t doubled(int64_t first, int64_t times, int64_t most) {
    int64_t pause = first;
    for (int64_t i = 0; i < times && pause < most; i++) pause *= 2;
    return pause < most ? pause : most;
}

bool tally_reserve(struct tally *tally, const struct tally_policy *policy, moment now, moment *free_at) {
    if (now < tally->locked_until) {
        *free_at = tally->locked_until;
        return false;
    }
    if (tally->pauses > 0 && now >= tally->locked_until + policy->pause_max_us) tally->pauses = 0;
    if (tally->count == 0 || now >= tally->began + policy->window_us || now < tally->began) {
        tally->count = 0;
        tally->began = now;
    }
    tally->count++;
    if (tally->count < policy->tries) return true;

    if (policy->pause_us == 0) {
        tally->locked_until = tally->began + policy->window_us;
    } else {
        tally->locked_until = now + doubled(policy->pause_us, tally->pauses, policy->pause_max_us);
        tally->pauses++;
    }
    tally->count = 0;
    return true;
}

int64_t resend_pause(int64_t sent, int64_t first_us, int64_t most_us) {
    return sent <= 0 ? 0 : doubled(first_us, sent - 1, most_us);
}

/* wait_rules.c: see wait_rules.h. */
#include "closing/wait_rules.h"

#include "base/check.h"

struct cause cause_of(enum closing_cause cause) {
    static const struct cause causes[CAUSES] = {
        [CAUSE_OWN] = {.waits = true, .told = true},       [CAUSE_AGREEMENT] = {.waits = true, .told = true},
        [CAUSE_DOCUMENTS] = {.waits = true, .told = true}, [CAUSE_LAW] = {.suspends = true, .told = true},
        [CAUSE_DEATH] = {.suspends = true},                [CAUSE_WANTED] = {.suspends = true},
    };
    check(cause >= 0 && cause < CAUSES);
    return causes[cause];
}

struct closing_wait wait_begun(const struct wait_terms *terms, enum closing_cause cause, moment now) {
    return (struct closing_wait){cause, now, now + (cause_of(cause).waits ? terms->notice : 0), 0};
}

enum wait_act wait_step(const struct wait_terms *terms, const struct closing_wait *wait, bool obstacles, moment now) {
    if (now < wait->due) return WAIT_NOT_YET;
    if (!obstacles) return WAIT_CLOSE;
    bool tell = cause_of(wait->cause).told && (wait->told == 0 || now >= wait->told + terms->again);
    return tell ? WAIT_STAY_AND_TELL : WAIT_STAY;
}

void wait_done(struct closing_wait *wait, enum wait_act act, moment now) {
    if (act == WAIT_STAY || act == WAIT_STAY_AND_TELL) wait->due = now + DAY;
    if (act == WAIT_STAY_AND_TELL) wait->told = now;
}

/* wait_rules.h: why a cabinet is to be closed after a while, and what that brings at once (BK-10). No store, no HTTP,
 * no clock. */
#pragma once

#include "base/calendar.h"

/* Kept in the database. */
enum closing_cause {
    CAUSE_OWN,       /* its owner asked */
    CAUSE_AGREEMENT, /* the agreement has ended */
    CAUSE_DOCUMENTS, /* he did not give the documents that the law wants */
    CAUSE_LAW,       /* an authority or a court said so */
    CAUSE_DEATH,
    CAUSE_WANTED,    /* listed or wanted by law */
    CAUSES
};

struct cause {
    bool waits;    /* the notice runs first; else as soon as nothing is in the way */
    bool suspends; /* money stays where it is, and nobody is signed in any more */
    bool told;     /* he hears of it before the last SMS: never who is wanted (115-FZ), nor heirs through his phone */
};
struct cause cause_of(enum closing_cause cause);

struct wait_terms {
    int64_t notice; /* 0: an owner's cabinet closes at once */
    int64_t again;  /* he is told again of what is in the way after so long */
};

struct closing_wait {
    enum closing_cause cause;
    moment asked, due; /* due: looked at then */
    moment told;       /* that something is in the way; 0: never */
};

struct closing_wait wait_begun(const struct wait_terms *terms, enum closing_cause cause, moment now);

enum wait_act { WAIT_NOT_YET, WAIT_CLOSE, WAIT_STAY, WAIT_STAY_AND_TELL };

/* What is to be done now. A cabinet in whose way something stands stays, however long it takes: it is looked at again
 * after a day, and its owner told at first and then each `again`. */
enum wait_act wait_step(const struct wait_terms *terms, const struct closing_wait *wait, bool obstacles, moment now);
void wait_done(struct closing_wait *wait, enum wait_act act, moment now);

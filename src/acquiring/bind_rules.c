/* bind_rules.c: see bind_rules.h. */
#include "acquiring/bind_rules.h"

const char *bound_state_name(enum bound_state state) {
    static const char *const names[BOUND_STATES] = {"",        "open",     "check",     "checking", "live",
                                                    "removed", "declined", "cancelled", "expired",  "void", "taken"};
    return names[state];
}

bool bound_state_final(enum bound_state state) {
    return state > BOUND_LIVE;
}

enum bound_state bound_state_now(enum bound_state state, moment expires, moment now) {
    return (state == BOUND_OPEN || state == BOUND_CHECK) && now >= expires ? BOUND_EXPIRED : state;
}

enum bound_state bind_failed_state(enum binding_said said) {
    switch (said) {
    case BINDING_DECLINED: return BOUND_DECLINED;
    case BINDING_CANCELLED: return BOUND_CANCELLED;
    case BINDING_VOID: return BOUND_VOID;
    default: return BOUND_EXPIRED;
    }
}

static enum bind_step of_checking(int64_t attempt, enum binding_said said, int64_t heard) {
    if (said == BINDING_CHECK) return heard >= attempt ? BIND_WRONG : BIND_NOTHING; /* of before we told it */
    if (said == BINDING_BOUND) return heard >= attempt ? BIND_DONE : BIND_CONTRADICTS;
    return said == BINDING_VOID || said == BINDING_EXPIRED ? BIND_FAIL : BIND_CONTRADICTS;
}

enum bind_step bind_decide(enum bound_state state, int64_t attempt, enum binding_said said, int64_t heard) {
    if (said == BINDING_NONSENSE || said == BINDING_PENDING) return BIND_NOTHING;
    bool refused = said == BINDING_DECLINED || said == BINDING_CANCELLED || said == BINDING_EXPIRED;
    switch (state) {
    case BOUND_OPEN:
        if (said == BINDING_CHECK) return BIND_ASK_SUM;
        return refused ? BIND_FAIL : BIND_CONTRADICTS; /* bound, and no sum was told */
    case BOUND_CHECK:
        if (said == BINDING_CHECK) return BIND_NOTHING;
        return said == BINDING_EXPIRED ? BIND_FAIL : BIND_CONTRADICTS;
    case BOUND_CHECKING: return of_checking(attempt, said, heard);
    case BOUND_LIVE: return said == BINDING_CHECK || said == BINDING_BOUND ? BIND_NOTHING : BIND_CONTRADICTS;
    case BOUND_REMOVED:
    case BOUND_TAKEN: return refused || said == BINDING_VOID ? BIND_CONTRADICTS : BIND_NOTHING;
    default: break;
    }
    bool same = said == BINDING_CHECK || ((refused || said == BINDING_VOID) && bind_failed_state(said) == state);
    return same ? BIND_NOTHING : BIND_CONTRADICTS;
}

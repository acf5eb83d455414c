/* closing_rules.c: see closing_rules.h. */
#include "closing/closing_rules.h"

static moment later(moment one, moment other) {
    return one > other ? one : other;
}

struct idle_step idle_step(const struct idle_terms *terms, const struct idle *idle, moment now) {
    struct idle_step step = {IDLE_WARN, idle->last + terms->idle - terms->first};
    switch (idle->stage) {
    case IDLE_AWAKE: break;
    case IDLE_WARNED: /* late, when the first warning was: a pass did not run, or the feature is new here */
        step.act = IDLE_WARN_AGAIN;
        step.due = later(idle->last + terms->idle, idle->told + terms->first) - terms->second;
        break;
    case IDLE_WARNED_TWICE: step = (struct idle_step){IDLE_CLOSE, idle_closes(terms, idle)}; break;
    case IDLE_KEPT: step = (struct idle_step){IDLE_CLOSE, idle->told + terms->again}; break;
    }
    if (now < step.due) step.act = IDLE_NOTHING;
    return step;
}

void idle_woken(struct idle *idle, moment last) {
    if (last > idle->last) *idle = (struct idle){.last = last};
}

void idle_done(struct idle *idle, enum idle_act act, moment now) {
    static const enum idle_stage reached[] = {[IDLE_WARN] = IDLE_WARNED,
                                              [IDLE_WARN_AGAIN] = IDLE_WARNED_TWICE,
                                              [IDLE_CLOSE] = IDLE_KEPT};
    if (act == IDLE_NOTHING) return;
    idle->stage = reached[act];
    idle->told = now;
}

moment idle_closes(const struct idle_terms *terms, const struct idle *idle) {
    int64_t notice = idle->stage == IDLE_WARNED ? terms->first : terms->second;
    return later(idle->last + terms->idle, idle->told + notice);
}

/* levels_rules.c: see levels_rules.h. */
#include "levels/levels_rules.h"

#include "onboarding/decision_rules.h"

enum level_step level_next(int level, enum review_state review) {
    if (level >= 3) return STEP_NOTHING;
    if (level <= 1) return STEP_PASSPORT;
    return review == REVIEW_WAITING ? STEP_WAIT : STEP_DOCUMENTS;
}

enum person_fault person_judge(const struct person_facts *facts) {
    if (passport_ended(facts->birth, facts->issued, facts->today, facts->grace_days)) return PERSON_PASSPORT_ENDED;
    return facts->number_needed && !facts->number ? PERSON_NO_NUMBER : PERSON_GOOD;
}

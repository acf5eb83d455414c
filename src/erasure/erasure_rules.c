/* erasure_rules.c: see erasure_rules.h. */
#include "erasure/erasure_rules.h"

moment erasure_destroys(const struct erasure_terms *terms, moment closed, bool identified, bool asked) {
    if (identified) return closed + terms->kept;
    return asked ? closed : closed + terms->delay;
}

struct erasure_dates erasure_dates(const struct erasure_terms *terms, moment asked, bool identified) {
    moment closes = asked + terms->delay;
    return (struct erasure_dates){closes, erasure_destroys(terms, closes, identified, true)};
}

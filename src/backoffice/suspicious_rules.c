/* suspicious_rules.c: see suspicious_rules.h. */
#include "backoffice/suspicious_rules.h"

unsigned suspicions(const struct suspicion_limits *limits, const struct paid *paid) {
    unsigned found = 0;
    if (limits->sum > 0 && paid->sum >= limits->sum) found |= SUSPICION_SUM;
    if (paid->after_change) found |= SUSPICION_CHANGED;
    if (paid->payee_frozen) found |= SUSPICION_FROZEN;
    return found;
}

/* A place that is new knows nothing of what was before: nothing was, when the entry before is older than the hour. */
bool haste_due(struct haste *place, int64_t account, int64_t version, moment before, size_t most, moment now) {
    if (place->account != account || now - place->began >= HOUR || now < place->began) {
        bool quiet = before != 0 && before <= now - HOUR;
        *place = (struct haste){account, quiet ? version - 1 + (int64_t)most : (int64_t)most, now};
    }
    return version >= place->look_at;
}

void haste_looked(struct haste *place, int64_t account, int64_t version, size_t found, size_t most) {
    if (place->account != account) return;
    place->look_at = found >= most ? INT64_MAX : version + (int64_t)(most - found); /* once an hour is enough */
}

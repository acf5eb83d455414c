/* boxes_rules.c: see boxes_rules.h. */
#include "products/boxes/boxes_rules.h"

#include "base/check.h"

const char *fill_kind_name(enum fill_kind kind) {
    switch (kind) {
    case FILL_ROUND: return "round";
    case FILL_PERCENT: return "percent";
    case FILL_SCHEDULE: return "schedule";
    }
    return "unknown";
}

const char *fill_reason_name(enum fill_reason reason) {
    switch (reason) {
    case FILL_WELL: return "none";
    case FILL_NO_MONEY: return "no-money";
    case FILL_FROZEN: return "frozen";
    case FILL_FULL: return "goal-reached";
    case FILL_CLOSED: return "closed";
    }
    return "unknown";
}

int64_t fill_of(enum fill_kind kind, int64_t amount, int64_t sum) {
    check(amount > 0 && sum >= 0 && sum <= MONEY_MAX);
    switch (kind) {
    case FILL_ROUND: return (amount - sum % amount) % amount;
    case FILL_PERCENT: return (int64_t)((__int128)sum * amount / 10000);
    case FILL_SCHEDULE: return amount;
    }
    return 0;
}

int64_t fill_up_to(int64_t wanted, int64_t goal, int64_t balance) {
    if (goal == 0) return wanted;
    if (balance >= goal) return 0;
    return wanted < goal - balance ? wanted : goal - balance;
}

int box_percent(int64_t balance, int64_t goal) {
    if (goal == 0) return -1;
    if (balance >= goal) return 100;
    return (int)((__int128)balance * 100 / goal);
}

bool box_reached(int64_t before, int64_t after, int64_t goal) {
    return goal > 0 && before < goal && after >= goal;
}

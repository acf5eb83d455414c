/* bank_faults.c: what goes wrong at the bank, for which account or by which rule. What a fault does (bank_effect) is
 * pure; rules are kept in memory. */
#include "sandbox/bank.h"

#include "base/check.h"
#include "generated/strings_sandbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define LATER_TIMES 2 /* how often "in work" is said before it is done */
#define CHECK_OR_PAY (PAYOUT_CHECK | PAYOUT_PAY)
#define ASKING (PAYOUT_PAY | PAYOUT_STATUS)
#define EVERY (PAYOUT_CHECK | PAYOUT_PAY | PAYOUT_STATUS | PAYOUT_RETURNS)

const struct bank_fault_row bank_faults[BANK_FAULTS] = {
    [PAYOUT_WELL] = {"none", "0000", S_sandbox_bfault_none, 0},
    [PAYOUT_LATER] = {"try-later", "6601", S_sandbox_pfault_later, PAYOUT_PAY},
    [PAYOUT_NOT_FOUND] = {"not-found", "6605", S_sandbox_pfault_not_found, CHECK_OR_PAY},
    [PAYOUT_REFUSES] = {"refused", "6607", S_sandbox_pfault_refused, CHECK_OR_PAY},
    [PAYOUT_CLOSED] = {"closed", "6679", S_sandbox_pfault_closed, CHECK_OR_PAY},
    [PAYOUT_TECHNICAL] = {"technical", "6608", S_sandbox_pfault_technical, CHECK_OR_PAY},
    [PAYOUT_YES_THEN_NO] = {"yes-then-no", "6633", S_sandbox_pfault_yes_then_no, PAYOUT_PAY},
    [PAYOUT_PENDING] = {"pending", "6690", S_sandbox_pfault_pending, PAYOUT_PAY},
    [PAYOUT_PENDING_REFUSED] = {"pending-refused", "6697", S_sandbox_pfault_pending_refused, PAYOUT_PAY},
    [PAYOUT_SLOW] = {"slow", "6610", S_sandbox_bfault_slow, EVERY},
    [PAYOUT_TIMEOUT_AFTER] = {"timeout-after", "6611", S_sandbox_bfault_timeout_after, ASKING},
    [PAYOUT_TIMEOUT_BEFORE] = {"timeout-before", "6612", S_sandbox_bfault_timeout_before, ASKING},
    [PAYOUT_CLOSED_AFTER] = {"closed-after", "6613", S_sandbox_bfault_closed_after, ASKING | PAYOUT_RETURNS},
    [PAYOUT_TWICE] = {"twice", "6615", S_sandbox_bfault_twice, ASKING | PAYOUT_RETURNS},
    [PAYOUT_HTML] = {"html", "6620", S_sandbox_bfault_html, ASKING | PAYOUT_RETURNS},
    [PAYOUT_BROKEN] = {"broken", "6621", S_sandbox_bfault_broken_xml, ASKING | PAYOUT_RETURNS},
    [PAYOUT_EMPTY] = {"empty", "6622", S_sandbox_bfault_empty, ASKING | PAYOUT_RETURNS},
    [PAYOUT_GATEWAY] = {"gateway", "6623", S_sandbox_bfault_gateway, ASKING | PAYOUT_RETURNS},
    [PAYOUT_HUGE] = {"huge", "6624", S_sandbox_pfault_huge, ASKING | PAYOUT_RETURNS},
    [PAYOUT_OTHER_SUM] = {"other-sum", "6631", S_sandbox_bfault_other_sum, ASKING},
    [PAYOUT_OTHER_ID] = {"other-id", "6632", S_sandbox_bfault_other_txn, ASKING},
    [PAYOUT_CONTRADICTS] = {"contradicts", "6634", S_sandbox_pfault_contradicts, PAYOUT_PAY},
    [PAYOUT_SENT_BACK] = {"sent-back", "6650", S_sandbox_pfault_sent_back, PAYOUT_PAY},
    [PAYOUT_SENT_BACK_SILENT] = {"sent-back-silent", "6651", S_sandbox_pfault_sent_back_silent, PAYOUT_PAY},
};

#define SET(fault) (1u << (fault))

unsigned bank_faults_named(struct text name) {
    static const struct {
        const char *name;
        unsigned set;
    } groups[] = {
        {"decline", SET(PAYOUT_NOT_FOUND) | SET(PAYOUT_REFUSES) | SET(PAYOUT_CLOSED)},
        {"timeout", SET(PAYOUT_TIMEOUT_AFTER) | SET(PAYOUT_TIMEOUT_BEFORE)},
        {"garbage", SET(PAYOUT_TWICE) | SET(PAYOUT_HTML) | SET(PAYOUT_BROKEN) | SET(PAYOUT_EMPTY) |
                        SET(PAYOUT_GATEWAY) | SET(PAYOUT_HUGE)},
        {"contradict", SET(PAYOUT_OTHER_SUM) | SET(PAYOUT_OTHER_ID) | SET(PAYOUT_CONTRADICTS) |
                           SET(PAYOUT_YES_THEN_NO)},
        {"return", SET(PAYOUT_SENT_BACK) | SET(PAYOUT_SENT_BACK_SILENT)},
        {"storm", (SET(BANK_FAULTS) - 1) & ~SET(PAYOUT_WELL)},
    };
    for (int fault = PAYOUT_WELL + 1; fault < BANK_FAULTS; fault++)
        if (text_is(name, bank_faults[fault].name)) return SET(fault);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (text_is(name, groups[i].name)) return groups[i].set;
    return 0;
}

enum bank_fault bank_fault_of(struct text account, enum payout_call call) {
    for (int fault = PAYOUT_WELL + 1; fault < BANK_FAULTS; fault++)
        if (text_ends(account, bank_faults[fault].digits) && (bank_faults[fault].calls & call) != 0)
            return (enum bank_fault)fault;
    return PAYOUT_WELL;
}

/* ---- what it does ---- */

/* Of a number nobody knows each kind says something of its own. */
static const char *decline_of(enum bank_fault fault, enum payout_kind kind) {
    static const char *const nobody[PAYOUT_KINDS] = {"not-found", "card", "not-linked"};
    switch (fault) {
    case PAYOUT_NOT_FOUND:
    case PAYOUT_YES_THEN_NO: return nobody[kind];
    case PAYOUT_REFUSES:
    case PAYOUT_PENDING_REFUSED: return "refused";
    case PAYOUT_CLOSED: return "closed";
    case PAYOUT_TECHNICAL: return "technical";
    default: return NULL;
    }
}

struct bank_effect bank_effect(enum bank_fault fault, enum payout_kind kind, bool by_account, int asked, bool known) {
    struct bank_effect effect = {.delivery = PAYOUT_WELL, .decline = known ? NULL : decline_of(fault, kind)};
    bool once_more = by_account && asked > 0; /* a spoiled answer asked for again comes as it should */
    switch (fault) {
    case PAYOUT_LATER: effect.skip = !known && asked < LATER_TIMES; return effect;
    case PAYOUT_PENDING:
    case PAYOUT_PENDING_REFUSED: effect.pending = !known; return effect;
    case PAYOUT_TIMEOUT_BEFORE:
        effect.skip = !once_more;
        if (effect.skip) effect.delivery = fault;
        return effect;
    case PAYOUT_SENT_BACK: effect.returns = !known; return effect;
    case PAYOUT_SENT_BACK_SILENT:
        effect.returns = effect.at_once = !known;
        if (!once_more) effect.delivery = PAYOUT_CLOSED_AFTER;
        return effect;
    case PAYOUT_SLOW: effect.delivery = fault; return effect;
    default: break;
    }
    bool declines = decline_of(fault, kind) != NULL;
    if (!declines && !once_more) effect.delivery = fault;
    return effect;
}

/* ---- rules ---- */

struct bank_rules {
    pthread_mutex_t lock;
    struct bank_rule list[BANK_RULES_MAX];
    size_t count;
};

struct bank_rules *bank_rules_new(void) {
    struct bank_rules *rules = calloc(1, sizeof *rules);
    if (rules != NULL) pthread_mutex_init(&rules->lock, NULL);
    return rules;
}

void bank_rules_free(struct bank_rules *rules) {
    pthread_mutex_destroy(&rules->lock);
    free(rules);
}

static void forget_ended(struct bank_rules *rules, moment now) {
    size_t kept = 0;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->list[i].until > now) rules->list[kept++] = rules->list[i];
    rules->count = kept;
}

bool bank_rules_add(struct bank_rules *rules, const struct bank_rule *rule) {
    pthread_mutex_lock(&rules->lock);
    bool room = rules->count < BANK_RULES_MAX;
    if (room) rules->list[rules->count++] = *rule;
    pthread_mutex_unlock(&rules->lock);
    return room;
}

void bank_rules_clear(struct bank_rules *rules) {
    pthread_mutex_lock(&rules->lock);
    rules->count = 0;
    pthread_mutex_unlock(&rules->lock);
}

size_t bank_rules_list(struct bank_rules *rules, moment now, struct bank_rule list[BANK_RULES_MAX]) {
    pthread_mutex_lock(&rules->lock);
    forget_ended(rules, now);
    size_t count = rules->count;
    memcpy(list, rules->list, count * sizeof *list);
    pthread_mutex_unlock(&rules->lock);
    return count;
}

/* Of the set those that such a call can have. */
static enum bank_fault one_of(struct world *world, unsigned set, enum payout_call call) {
    for (int fault = 0; fault < BANK_FAULTS; fault++)
        if ((bank_faults[fault].calls & call) == 0) set &= ~SET(fault);
    if (set == 0) return PAYOUT_WELL;
    uint64_t skipped = world_random_below(world, (uint64_t)__builtin_popcount(set));
    int fault = 0;
    while ((set & SET(fault)) == 0 || skipped-- > 0) fault++;
    check(fault < BANK_FAULTS);
    return (enum bank_fault)fault;
}

enum bank_fault bank_rules_roll(struct bank_rules *rules, struct world *world, enum payout_call call) {
    enum bank_fault fault = PAYOUT_WELL;
    pthread_mutex_lock(&rules->lock);
    if (rules->count > 0) forget_ended(rules, world_now(world));
    for (size_t i = 0; i < rules->count && fault == PAYOUT_WELL; i++) {
        const struct bank_rule *rule = &rules->list[i];
        if (rule->calls != 0 && (rule->calls & call) == 0) continue;
        if (world_random_below(world, 100) < (uint64_t)rule->share) fault = one_of(world, rule->faults, call);
    }
    pthread_mutex_unlock(&rules->lock);
    return fault;
}

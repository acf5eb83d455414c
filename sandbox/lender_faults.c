/* lender_faults.c: what goes wrong at the lender, by rules that a person at the demo or a test sets. */
#include "sandbox/lender.h"

#include "base/check.h"
#include "generated/strings_sandbox.h"

#define DECIDES LEND_APPLY
#define ANSWERS                                                                                                        \
    (LEND_QUOTE | LEND_APPLY | LEND_STATUS | LEND_SIGN | LEND_LOAN | LEND_REPAY | LEND_REPAYMENT | LEND_STATEMENT |    \
     LEND_CANCEL | LEND_RETURN)
#define OF_SUMS (LEND_RETURN | LEND_QUOTE | LEND_APPLY | LEND_STATUS | LEND_SIGN | LEND_REPAY | LEND_REPAYMENT)
#define OF_IDS (LEND_RETURN | LEND_APPLY | LEND_STATUS | LEND_SIGN | LEND_REPAY | LEND_REPAYMENT | LEND_LOAN)

const char *const lend_call_names[LEND_CALLS] = {"quote", "apply", "status",    "sign",     "cancel",
                                                 "loan",  "repay", "repayment", "statement", "return"};

const struct lend_fault_row lend_faults[LEND_FAULTS] = {
    [LEND_WELL] = {"none", S_sandbox_lfault_none, 0},
    [LEND_REFUSES] = {"refuse", S_sandbox_lfault_refuse, DECIDES},
    [LEND_SLOW_DECISION] = {"slow-decision", S_sandbox_lfault_slow_decision, DECIDES},
    [LEND_REFUSES_LATER] = {"refuse-later", S_sandbox_lfault_refuse_later, DECIDES},
    [LEND_LESS] = {"less", S_sandbox_lfault_less, DECIDES},
    [LEND_COOLING] = {"cooling", S_sandbox_lfault_cooling, LEND_SIGN},
    [LEND_SIGN_REFUSED] = {"sign-refuse", S_sandbox_lfault_sign_refuse, LEND_SIGN},
    [LEND_REPAY_REFUSED] = {"repay-refuse", S_sandbox_lfault_repay_refuse, LEND_REPAY},
    [LEND_REPAY_PENDING] = {"repay-pending", S_sandbox_lfault_repay_pending, LEND_REPAY},
    [LEND_BAD_PSK] = {"bad-psk", S_sandbox_lfault_bad_psk, LEND_QUOTE | DECIDES},
    [LEND_SLOW] = {"slow", S_sandbox_bfault_slow, ANSWERS},
    [LEND_TIMEOUT_AFTER] = {"timeout-after", S_sandbox_bfault_timeout_after, ANSWERS},
    [LEND_TIMEOUT_BEFORE] = {"timeout-before", S_sandbox_bfault_timeout_before, ANSWERS},
    [LEND_CLOSED_AFTER] = {"closed-after", S_sandbox_bfault_closed_after, ANSWERS},
    [LEND_TWICE] = {"twice", S_sandbox_bfault_twice, ANSWERS},
    [LEND_HTML] = {"html", S_sandbox_bfault_html, ANSWERS},
    [LEND_BROKEN] = {"broken", S_sandbox_bfault_broken_xml, ANSWERS},
    [LEND_EMPTY] = {"empty", S_sandbox_bfault_empty, ANSWERS},
    [LEND_GATEWAY] = {"gateway", S_sandbox_bfault_gateway, ANSWERS},
    [LEND_HUGE] = {"huge", S_sandbox_pfault_huge, ANSWERS},
    [LEND_OTHER_SUM] = {"other-sum", S_sandbox_bfault_other_sum, OF_SUMS},
    [LEND_OTHER_ID] = {"other-id", S_sandbox_bfault_other_txn, OF_IDS},
    [LEND_CONTRADICTS] = {"contradicts", S_sandbox_pfault_contradicts,
                          LEND_APPLY | LEND_SIGN | LEND_REPAY | LEND_RETURN},
};

#define SET(fault) (1u << (fault))

unsigned lend_faults_named(struct text name) {
    static const struct {
        const char *name;
        unsigned set;
    } groups[] = {
        {"decline", SET(LEND_REFUSES) | SET(LEND_REFUSES_LATER) | SET(LEND_SIGN_REFUSED) | SET(LEND_REPAY_REFUSED)},
        {"timeout", SET(LEND_TIMEOUT_AFTER) | SET(LEND_TIMEOUT_BEFORE)},
        {"garbage", SET(LEND_TWICE) | SET(LEND_HTML) | SET(LEND_BROKEN) | SET(LEND_EMPTY) | SET(LEND_GATEWAY) |
                        SET(LEND_HUGE)},
        {"contradict", SET(LEND_OTHER_SUM) | SET(LEND_OTHER_ID) | SET(LEND_CONTRADICTS) | SET(LEND_BAD_PSK)},
        {"storm", (SET(LEND_FAULTS) - 1) & ~SET(LEND_WELL)},
    };
    for (int fault = LEND_WELL + 1; fault < LEND_FAULTS; fault++)
        if (text_is(name, lend_faults[fault].name)) return SET(fault);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (text_is(name, groups[i].name)) return groups[i].set;
    return 0;
}

static void forget_ended(struct lend_rules *rules, moment now) {
    size_t kept = 0;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->list[i].until > now && rules->list[i].times != 0) rules->list[kept++] = rules->list[i];
    rules->count = kept;
}

bool lend_rules_add(struct lend_rules *rules, const struct lend_rule *rule, moment now) {
    forget_ended(rules, now);
    if (rules->count == LEND_RULES_MAX) return false;
    rules->list[rules->count++] = *rule;
    return true;
}

/* Of the set those that such a call can have; 0: none. */
static unsigned possible(unsigned set, enum lend_call call) {
    for (int fault = 0; fault < LEND_FAULTS; fault++)
        if ((lend_faults[fault].calls & call) == 0) set &= ~SET(fault);
    return set;
}

static enum lend_fault one_of(struct world *world, unsigned set) {
    uint64_t skipped = world_random_below(world, (uint64_t)__builtin_popcount(set));
    int fault = 0;
    while ((set & SET(fault)) == 0 || skipped-- > 0) fault++;
    check(fault < LEND_FAULTS);
    return (enum lend_fault)fault;
}

enum lend_fault lend_rules_roll(struct lend_rules *rules, struct world *world, enum lend_call call) {
    if (rules->count > 0) forget_ended(rules, world_now(world));
    for (size_t i = 0; i < rules->count; i++) {
        struct lend_rule *rule = &rules->list[i];
        unsigned set = possible(rule->faults, call);
        if (set == 0 || (rule->calls != 0 && (rule->calls & call) == 0)) continue;
        if (world_random_below(world, 100) >= (uint64_t)rule->share) continue;
        if (rule->times > 0) rule->times--;
        return one_of(world, set);
    }
    return LEND_WELL;
}

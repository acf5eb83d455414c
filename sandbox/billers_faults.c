/* billers_faults.c: what goes wrong, for which account or by which rule. What a fault does (biller_effect) is pure; the
 * rules set by `POST /billers/faults` and the counts of repeated questions are kept in memory. */
#include "sandbox/billers.h"

#include "base/check.h"
#include "generated/strings_sandbox.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#define LATER_TIMES 2 /* how often "try later" is said before it is done */
#define CHECK_OR_PAY (BILLER_CHECK | BILLER_PAY)
#define ANY_COMMAND (BILLER_CHECK | BILLER_PAY | BILLER_CANCEL)

const struct biller_fault_row biller_faults[BILLER_FAULTS] = {
    [FAULT_WELL] = {"none", "0000", S_sandbox_bfault_none, 0},
    [FAULT_LATER] = {"try-later", "6601", S_sandbox_bfault_try_later, BILLER_PAY},
    [FAULT_OTHER] = {"other", "6603", S_sandbox_bfault_other, CHECK_OR_PAY},
    [FAULT_NOT_FOUND] = {"not-found", "6605", S_sandbox_bfault_not_found, CHECK_OR_PAY},
    [FAULT_REFUSES] = {"refused", "6607", S_sandbox_bfault_refused, CHECK_OR_PAY},
    [FAULT_TECHNICAL] = {"technical", "6608", S_sandbox_bfault_technical, CHECK_OR_PAY},
    [FAULT_INACTIVE] = {"inactive", "6679", S_sandbox_bfault_inactive, CHECK_OR_PAY},
    [FAULT_UNCHECKABLE] = {"uncheckable", "6643", S_sandbox_bfault_uncheckable, BILLER_CHECK},
    [FAULT_PENDING] = {"pending", "6690", S_sandbox_bfault_pending, BILLER_PAY},
    [FAULT_PENDING_REFUSED] = {"pending-refused", "6697", S_sandbox_bfault_pending_refused, BILLER_PAY},
    [FAULT_SLOW] = {"slow", "6610", S_sandbox_bfault_slow, ANY_COMMAND},
    [FAULT_TIMEOUT_AFTER] = {"timeout-after", "6611", S_sandbox_bfault_timeout_after, BILLER_PAY},
    [FAULT_TIMEOUT_BEFORE] = {"timeout-before", "6612", S_sandbox_bfault_timeout_before, BILLER_PAY},
    [FAULT_CLOSED_AFTER] = {"closed-after", "6613", S_sandbox_bfault_closed_after, BILLER_PAY},
    [FAULT_TWICE] = {"twice", "6615", S_sandbox_bfault_twice, BILLER_PAY},
    [FAULT_HTML] = {"html", "6620", S_sandbox_bfault_html, BILLER_PAY},
    [FAULT_BROKEN] = {"broken-xml", "6621", S_sandbox_bfault_broken_xml, BILLER_PAY},
    [FAULT_EMPTY] = {"empty", "6622", S_sandbox_bfault_empty, BILLER_PAY},
    [FAULT_GATEWAY] = {"gateway", "6623", S_sandbox_bfault_gateway, BILLER_PAY},
    [FAULT_HUGE] = {"huge", "6624", S_sandbox_bfault_huge, BILLER_PAY},
    [FAULT_ENTITIES] = {"entities", "6625", S_sandbox_bfault_entities, BILLER_PAY},
    [FAULT_ENCODING] = {"encoding", "6626", S_sandbox_bfault_encoding, BILLER_PAY},
    [FAULT_OTHER_PRV] = {"other-prv", "6630", S_sandbox_bfault_other_prv, BILLER_PAY},
    [FAULT_OTHER_SUM] = {"other-sum", "6631", S_sandbox_bfault_other_sum, BILLER_PAY},
    [FAULT_OTHER_TXN] = {"other-txn", "6632", S_sandbox_bfault_other_txn, BILLER_PAY},
    [FAULT_YES_THEN_NO] = {"yes-then-no", "6633", S_sandbox_bfault_yes_then_no, BILLER_PAY},
    [FAULT_UNLISTED] = {"unlisted", "6640", S_sandbox_bfault_unlisted, BILLER_REGISTER},
    [FAULT_ONE_MORE] = {"one-more", "6641", S_sandbox_bfault_one_more, BILLER_REGISTER},
    [FAULT_LISTED_LESS] = {"listed-less", "6642", S_sandbox_bfault_listed_less, BILLER_REGISTER},
    [FAULT_TAKEN_BACK] = {"taken-back", "6644", S_sandbox_bfault_taken_back, BILLER_REGISTER},
};

#define SET(fault) (1u << (fault))

unsigned biller_faults_named(struct text name) {
    static const struct {
        const char *name;
        unsigned set;
    } groups[] = {
        {"decline", SET(FAULT_NOT_FOUND) | SET(FAULT_REFUSES) | SET(FAULT_INACTIVE)},
        {"timeout", SET(FAULT_TIMEOUT_AFTER) | SET(FAULT_TIMEOUT_BEFORE)},
        {"garbage", SET(FAULT_HTML) | SET(FAULT_BROKEN) | SET(FAULT_EMPTY) | SET(FAULT_GATEWAY) | SET(FAULT_HUGE) |
                        SET(FAULT_ENTITIES) | SET(FAULT_ENCODING)},
        {"contradict",
         SET(FAULT_OTHER_PRV) | SET(FAULT_OTHER_SUM) | SET(FAULT_OTHER_TXN) | SET(FAULT_YES_THEN_NO)},
        {"storm", (SET(FAULT_UNLISTED) - 1) & ~SET(FAULT_WELL)},
    };
    /* What a register has otherwise is said by accounts alone: a rule knows no payments. */
    for (int fault = FAULT_WELL + 1; fault < FAULT_UNLISTED; fault++)
        if (text_is(name, biller_faults[fault].name)) return SET(fault);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (text_is(name, groups[i].name)) return groups[i].set;
    return 0;
}

enum biller_fault biller_fault_of(const struct biller *biller, struct text account, enum biller_command command) {
    if (account.size < 4) return FAULT_WELL;
    struct text last = text_slice(account, account.size - 4, 4);
    bool marked = account.size > 4 && account.data[account.size - 5] == '-';
    if (biller->dialect == DIALECT_1251 && !marked) return FAULT_WELL; /* a year of birth in a nickname is no fault */
    for (int fault = FAULT_WELL + 1; fault < BILLER_FAULTS; fault++)
        if (text_is(last, biller_faults[fault].digits) && (biller_faults[fault].commands & command) != 0)
            return (enum biller_fault)fault;
    return FAULT_WELL;
}

/* ---- what it does ---- */

static int declared_result(enum biller_fault fault) {
    switch (fault) {
    case FAULT_NOT_FOUND:
    case FAULT_YES_THEN_NO: return OSMP_NOT_FOUND;
    case FAULT_REFUSES: return OSMP_REFUSED;
    case FAULT_TECHNICAL: return OSMP_TECHNICAL;
    case FAULT_INACTIVE: return OSMP_INACTIVE;
    case FAULT_OTHER: return OSMP_OTHER;
    case FAULT_UNCHECKABLE: return OSMP_CANNOT_CHECK;
    default: return -1;
    }
}

static bool declares(enum biller_fault fault, enum biller_command command, bool known) {
    if (command == BILLER_CHECK) return fault != FAULT_YES_THEN_NO;
    return command == BILLER_PAY && !known && fault != FAULT_UNCHECKABLE;
}

struct biller_effect biller_effect(enum biller_fault fault, enum biller_command command, bool by_account, int asked,
                                   bool known) {
    struct biller_effect effect = {.result = -1, .delivery = FAULT_WELL};
    bool once_more = by_account && asked > 0; /* a spoiled answer asked for again comes as it should */
    switch (fault) {
    case FAULT_LATER:
        effect.skip = asked < LATER_TIMES;
        if (effect.skip) effect.result = OSMP_LATER;
        return effect;
    case FAULT_PENDING:
    case FAULT_PENDING_REFUSED:
        effect.pending = command == BILLER_PAY && !known;
        if (effect.pending) effect.result = fault == FAULT_PENDING ? OSMP_OK : OSMP_REFUSED;
        return effect;
    case FAULT_TIMEOUT_BEFORE:
        effect.skip = !once_more;
        if (effect.skip) effect.delivery = fault;
        return effect;
    case FAULT_OTHER_PRV:
        if (command == BILLER_PAY && known) effect.delivery = fault;
        return effect;
    case FAULT_SLOW: effect.delivery = fault; return effect;
    default: break;
    }
    int result = declared_result(fault);
    if (result >= 0 && declares(fault, command, known)) effect.result = result;
    if (result < 0 && !once_more) effect.delivery = fault;
    return effect;
}

/* ---- rules, and how often a thing was asked ---- */

struct asked {
    UT_hash_handle hh;
    int times;
    char key[BILLER_TXN + 16];
};

struct biller_rules {
    pthread_mutex_t lock;
    struct biller_rule list[BILLER_RULES_MAX];
    size_t count;
    struct asked *asked;
};

struct biller_rules *biller_rules_new(void) {
    struct biller_rules *rules = calloc(1, sizeof *rules);
    if (rules != NULL) pthread_mutex_init(&rules->lock, NULL);
    return rules;
}

void biller_rules_free(struct biller_rules *rules) {
    struct asked *asked, *next;
    HASH_ITER(hh, rules->asked, asked, next) {
        HASH_DEL(rules->asked, asked);
        free(asked);
    }
    pthread_mutex_destroy(&rules->lock);
    free(rules);
}

static void forget_ended(struct biller_rules *rules, moment now) {
    size_t kept = 0;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->list[i].until > now) rules->list[kept++] = rules->list[i];
    rules->count = kept;
}

bool biller_rules_add(struct biller_rules *rules, const struct biller_rule *rule) {
    pthread_mutex_lock(&rules->lock);
    bool room = rules->count < BILLER_RULES_MAX;
    if (room) rules->list[rules->count++] = *rule;
    pthread_mutex_unlock(&rules->lock);
    return room;
}

void biller_rules_clear(struct biller_rules *rules) {
    pthread_mutex_lock(&rules->lock);
    rules->count = 0;
    pthread_mutex_unlock(&rules->lock);
}

size_t biller_rules_list(struct biller_rules *rules, moment now, struct biller_rule *list, size_t room) {
    pthread_mutex_lock(&rules->lock);
    forget_ended(rules, now);
    size_t count = rules->count < room ? rules->count : room;
    memcpy(list, rules->list, count * sizeof *list);
    pthread_mutex_unlock(&rules->lock);
    return count;
}

static enum biller_fault one_of(struct world *world, unsigned set) {
    uint64_t skipped = world_random_below(world, (uint64_t)__builtin_popcount(set));
    for (int fault = 0; fault < BILLER_FAULTS; fault++)
        if ((set & SET(fault)) != 0 && skipped-- == 0) return (enum biller_fault)fault;
    check(!"a rule without a fault");
    return FAULT_WELL;
}

enum biller_fault biller_rules_roll(struct biller_rules *rules, struct world *world, const struct biller *biller,
                                    enum biller_command command) {
    enum biller_fault fault = FAULT_WELL;
    pthread_mutex_lock(&rules->lock);
    if (rules->count > 0) forget_ended(rules, world_now(world));
    for (size_t i = 0; i < rules->count && fault == FAULT_WELL; i++) {
        const struct biller_rule *rule = &rules->list[i];
        if (rule->biller != NULL && rule->biller != biller) continue;
        if (rule->commands != 0 && (rule->commands & command) == 0) continue;
        if (world_random_below(world, 100) < (uint64_t)rule->share) fault = one_of(world, rule->faults);
    }
    pthread_mutex_unlock(&rules->lock);
    return fault;
}

int biller_rules_asked(struct biller_rules *rules, const struct biller_asking *asking) {
    char key[BILLER_TXN + 16];
    struct asked *asked = NULL;
    snprintf(key, sizeof key, "%s %d %.*s", asking->biller->code, (int)asking->command, TEXT_ARG(asking->txn));
    pthread_mutex_lock(&rules->lock);
    HASH_FIND_STR(rules->asked, key, asked);
    if (asked == NULL && (asked = calloc(1, sizeof *asked)) != NULL) {
        memcpy(asked->key, key, sizeof key);
        HASH_ADD_STR(rules->asked, key, asked);
    }
    int before = asked != NULL ? asked->times++ : 0;
    pthread_mutex_unlock(&rules->lock);
    return before;
}

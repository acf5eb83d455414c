/* settings.c: lenders as configuration: up to four, each a group of keys under its number, and what holds for all. */
#include "products/lenders/lenders.h"

#include "adapters/webcall/shared_key.h"

#include <stddef.h>
#include <string.h>

#define IN(slot, member) offsetof(struct lenders_settings, slots[slot].member)

static const char *const levels[] = {"minimal", "simplified", "full", NULL};

#define SLOT(number, slot)                                                                                             \
    {number ".code", SETTING_TEXT, IN(slot, code), "", 0, 20, NULL, "In addresses: latin letters, digits, -"},         \
        {number ".title", SETTING_TEXT, IN(slot, title), "", 0, 60, NULL, "What customers call the lender."},          \
        {number ".legal", SETTING_TEXT, IN(slot, legal), "", 0, 200, NULL, "Its full name, tax number and address."},  \
        {number ".licence", SETTING_TEXT, IN(slot, licence), "", 0, 300, NULL,                                         \
         "By which right it lends: the register and the number there."},                                              \
        {number ".on", SETTING_BOOL, IN(slot, on), "true", 0, 0, NULL, "New loans are offered; older ones go on."}, \
        {number ".url", SETTING_TEXT, IN(slot, url), "", 0, 500, NULL, "Its address; empty: the sandbox's."},          \
        {number ".client", SETTING_TEXT, IN(slot, client), "kabinet", 1, 64, NULL, "Who we are there."},               \
        {number ".key_file", SETTING_TEXT, IN(slot, key_file), "", 0, 500, NULL,                                       \
         "The file with the key shared with it (at least 32 characters)."},                                           \
        {number ".consent_version", SETTING_TEXT, IN(slot, consent_version), "1", 1, 20, NULL,                         \
         "The version of the consent to give it personal data."},                                                     \
        {number ".months", SETTING_BOOL, IN(slot, months), "false", 0, 0, NULL, "Terms are of months, not of days."},  \
        {number ".sum_min", SETTING_MONEY, IN(slot, sum_min), "1000.00", 100, MONEY_MAX, NULL, "The least it lends."}, \
        {number ".sum_max", SETTING_MONEY, IN(slot, sum_max), "30000.00", 100, MONEY_MAX, NULL, "The most it lends."}, \
        {number ".sum_step", SETTING_MONEY, IN(slot, sum_step), "1000.00", 100, MONEY_MAX, NULL,                       \
         "Sums go up by so much."},                                                                                   \
        {number ".term_min", SETTING_INT, IN(slot, term_min), "7", 1, 3650, NULL, "The shortest term."},               \
        {number ".term_max", SETTING_INT, IN(slot, term_max), "30", 1, 3650, NULL, "The longest term."},               \
        {number ".term_step", SETTING_INT, IN(slot, term_step), "1", 1, 3650, NULL, "Terms go up by so much."},        \
        {number ".psk_min", SETTING_INT, IN(slot, psk_min), "0", 0, 10000000, NULL,                                    \
         "The least full cost of credit it lends at, in thousandths of a percent a year."},                           \
    {                                                                                                                  \
        number ".psk_max", SETTING_INT, IN(slot, psk_max), "292000", 1, 10000000, NULL,                                \
            "The greatest one; by law 292 % since 2023-07-01."                                                         \
    }

#define AT(member) offsetof(struct lenders_settings, member)

const struct setting lenders_setting_table[] = {
    SLOT("1", 0),
    SLOT("2", 1),
    SLOT("3", 2),
    SLOT("4", 3),
    {"level", SETTING_CHOICE, AT(level), "simplified", 0, 0, levels, "The level from which loans are offered."},
    {"decision_life", SETTING_DURATION, AT(decision_life), "3d", SECOND, 30 * DAY, NULL,
     "How long a lender is asked for his decision before the application ends."},
    {"offer_life", SETTING_DURATION, AT(offer_life), "5d", MINUTE, 30 * DAY, NULL,
     "How long an offer waits for the customer's signature, unless the lender gives less."},
    {"sign_life", SETTING_DURATION, AT(sign_life), "1h", SECOND, 30 * DAY, NULL,
     "After so long without the lender's word on a signed contract staff have a task; he is asked on."},
    {"money_life", SETTING_DURATION, AT(money_life), "4h", SECOND, 30 * DAY, NULL,
     "The same of money that was to come, or has no room in the wallet."},
    {"room_life", SETTING_DURATION, AT(room_life), "14d", SECOND, 90 * DAY, NULL,
     "Money that has no room in the wallet for so long goes back to the lender; nothing is owed then."},
    {"repay_life", SETTING_DURATION, AT(repay_life), "1h", SECOND, 30 * DAY, NULL, "The same of a repayment."},
    {"refresh_every", SETTING_DURATION, AT(refresh_every), "6h", SECOND, 7 * DAY, NULL,
     "How often a lender is asked how his loans stand."},
    {"statement_every", SETTING_DURATION, AT(statement_every), "10m", SECOND, 7 * DAY, NULL,
     "How often a lender's list of loans and repayments is compared with ours."},
    {"statement_lag", SETTING_DURATION, AT(statement_lag), "2h", 0, 7 * DAY, NULL,
     "Entries younger than that are left for later: they may be under way."},
    {"timeout", SETTING_DURATION, AT(timeout), "6s", SECOND, 30 * SECOND, NULL,
     "How long a lender may take to answer."},
    {"tolerance", SETTING_INT, AT(tolerance), "10", 0, 100000, NULL,
     "By how many thousandths of a percent a lender's full cost of credit may differ from ours."},
    {.name = NULL},
};

static bool name_good(const char *name) {
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

enum fault { FAULT_OF_CODE, FAULT_OF_TITLE, FAULT_OF_LICENCE, FAULT_OF_SUMS, FAULT_OF_TERMS, FAULTS };

static enum fault fault_of(const struct lender_settings *slot) {
    if (!name_good(slot->code)) return FAULT_OF_CODE;
    if (slot->title[0] == '\0') return FAULT_OF_TITLE;
    if (slot->licence[0] == '\0') return FAULT_OF_LICENCE;
    if (slot->sum_max < slot->sum_min) return FAULT_OF_SUMS;
    return slot->term_max < slot->term_min ? FAULT_OF_TERMS : FAULTS;
}

bool lenders_settings_good(const void *settings, const char **key, struct text *must) {
#define KEYS(number) {number ".code", number ".title", number ".licence", number ".sum_max", number ".term_max"}
    static const char *const keys[LENDERS_MOST][FAULTS] = {KEYS("1"), KEYS("2"), KEYS("3"), KEYS("4")};
    static const char *const musts[FAULTS] = {"latin letters, digits and hyphens, not an earlier one's", "given",
                                              "given", "at least sum_min", "at least term_min"};
    const struct lenders_settings *all = settings;
    for (size_t i = 0; i < LENDERS_MOST; i++) {
        if (all->slots[i].code[0] == '\0') continue;
        enum fault fault = fault_of(&all->slots[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(all->slots[k].code, all->slots[i].code) == 0) fault = FAULT_OF_CODE;
        if (fault == FAULTS) continue;
        *key = keys[i][fault];
        *must = text_from(musts[fault]);
        return false;
    }
    return true;
}

struct lenders_state *lenders_state_of(const struct engine *engine) {
    return engine_state(engine, &lenders_feature);
}

static bool open_partner(struct engine *engine, struct arena *arena, const struct lender_settings *settings,
                         struct partner *partner, struct text *problem) {
    const char *sandbox = engine_config(engine)->sandbox_url;
    bool demo = settings->url[0] == '\0' && sandbox != NULL && sandbox[0] != '\0';
    partner->settings = settings;
    partner->bounds = (struct lent_bounds){
        settings->sum_min,  settings->sum_max,   settings->sum_step, settings->term_min,
        settings->term_max, settings->term_step, settings->psk_min,  settings->psk_max};
    partner->service.url = demo ? text_format(arena, "%s/lender/%s", sandbox, settings->code).data : settings->url;
    partner->service.client = settings->client;
    if (settings->key_file[0] == '\0' || (settings->url[0] == '\0' && !demo)) return true; /* nobody is asked */
    partner->service.key = shared_key_open(arena, settings->key_file, demo, problem);
    return partner->service.key.size > 0;
}

void *lenders_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct lenders_state *state = arena_new_of(arena, struct lenders_state);
    state->settings = engine_settings(engine, &lenders_feature);
    for (int i = 0; i < LENDERS_MOST; i++) {
        const struct lender_settings *settings = &state->settings->slots[i];
        if (settings->code[0] == '\0') continue;
        struct partner *partner = &state->partners[state->count++];
        partner->number = i + 1;
        partner->service.timeout_ms = state->settings->timeout / 1000;
        if (!open_partner(engine, arena, settings, partner, problem)) return NULL;
    }
    return state;
}

struct partner *partner_of(const struct engine *engine, struct text code) {
    struct lenders_state *state = lenders_state_of(engine);
    for (size_t i = 0; i < state->count; i++)
        if (text_is(code, state->partners[i].settings->code)) return &state->partners[i];
    return NULL;
}

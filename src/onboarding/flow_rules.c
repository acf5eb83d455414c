/* flow_rules.c: see flow_rules.h. */
#include "onboarding/flow_rules.h"

#include <string.h>

static const struct planned known[] = {
    {STEP_NUMBER, 0, "number"},
    {STEP_CODE, 0, "code"},
    {STEP_CALCULATOR, 0, "calculator"},
    {STEP_CONSENTS, 0, "consents"},
    {STEP_PHOTOS, 0, "photos"},
    {STEP_PASSWORD, 0, "password"},
    {STEP_PIN, 0, "pin"},
    {STEP_DECISION, 0, "decision"},
    {STEP_REVIEW, 0, "review"},
    {STEP_CALL, 0, "call"},
    {STEP_OPEN, 0, "open"},
    {STEP_EMAIL, 0, "email"},
    {STEP_PAGE, PAGE_SHORT, "short"},
    {STEP_PAGE, PAGE_CONTACT, "contact"},
    {STEP_PAGE, PAGE_PERSON, "person"},
    {STEP_PAGE, PAGE_PASSPORT, "passport"},
    {STEP_PAGE, PAGE_ADDRESS, "address"},
    {STEP_PAGE, PAGE_WORK, "work"},
};

#define KNOWN (sizeof known / sizeof *known)

const char *page_name(enum page page) {
    for (size_t i = 0; i < KNOWN; i++)
        if (known[i].kind == STEP_PAGE && known[i].page == page) return known[i].name;
    return NULL;
}

uint64_t planned_bit(const struct planned *step) {
    return UINT64_C(1) << (step->kind == STEP_PAGE ? 32 + (int)step->page : (int)step->kind);
}

static const struct planned *step_named(struct text name) {
    for (size_t i = 0; i < KNOWN; i++)
        if (text_is(name, known[i].name)) return &known[i];
    return NULL;
}

static size_t place_of(const struct plan *plan, enum step_kind kind) {
    size_t at = 0;
    while (at < plan->count && plan->steps[at].kind != kind) at++;
    return at;
}

/* Whether the order is one that can be walked. */
static const char *judge(struct plan *plan) {
    size_t none = plan->count, number = place_of(plan, STEP_NUMBER), open = place_of(plan, STEP_OPEN);
    size_t password = place_of(plan, STEP_PASSWORD), pin = place_of(plan, STEP_PIN);
    size_t secret = password < pin ? password : pin;
    if (number == none || place_of(plan, STEP_CODE) != number + 1) return "number and, right after it, code among them";
    for (size_t i = 0; i < number; i++)
        if (plan->steps[i].kind != STEP_CALCULATOR) return "without anything but the calculator before number";
    if (open == none) return "a list with open, where the cabinet opens";
    if (password != none && pin != none) return "a list with password or pin, or neither, where a code signs in";
    if (secret != none && secret > open) return "a list with the password or pin before open";
    for (size_t i = 0; i < none; i++) {
        bool after = i > open, email = plan->steps[i].kind == STEP_EMAIL;
        if (after != email && i != open) return "a list in which email, and nothing else, comes after open";
    }
    plan->open = open;
    plan->by_code = secret == none;
    plan->plain = plan->count == 4 && secret == 2 && password == 2;
    return NULL;
}

const char *plan_read(struct text steps, struct plan *plan) {
    *plan = (struct plan){0};
    if (text_is(text_trim(steps), "none")) {
        plan->closed = true;
        return NULL;
    }
    uint64_t seen = 0;
    for (struct text rest = steps; rest.data != NULL;) {
        const struct planned *step = step_named(text_trim(text_split(rest, ',', &rest)));
        if (step == NULL) return "none, or a list of steps: number, code, calculator, consents, photos, password, pin, "
                                 "decision, review, call, open, email, short, contact, person, passport, address, work";
        if ((seen & planned_bit(step)) != 0) return "a list in which no step stands twice";
        if (plan->count == PLAN_MAX) return "a shorter list";
        seen |= planned_bit(step);
        plan->steps[plan->count++] = *step;
    }
    return judge(plan);
}

size_t plan_next(const struct plan *plan, uint64_t done) {
    size_t at = 0;
    while (at < plan->count && (done & planned_bit(&plan->steps[at])) != 0) at++;
    return at;
}

size_t plan_find(const struct plan *plan, struct text name) {
    size_t at = 0;
    while (at < plan->count && !text_is(name, plan->steps[at].name)) at++;
    return at;
}

bool step_asks(enum step_kind kind) {
    return kind != STEP_DECISION && kind != STEP_REVIEW && kind != STEP_CALL && kind != STEP_OPEN;
}

bool plan_may(const struct plan *plan, uint64_t done, bool frozen, size_t index) {
    if (index >= plan->count) return false;
    enum step_kind kind = plan->steps[index].kind;
    if (!step_asks(kind) || kind == STEP_NUMBER || kind == STEP_CODE) return false;
    bool opened = (done & (UINT64_C(1) << STEP_OPEN)) != 0;
    if ((opened || frozen) && index < plan->open) return false;
    return index <= plan_next(plan, done);
}

size_t plan_back(const struct plan *plan, size_t index) {
    size_t at = index;
    while (at-- > 0) {
        enum step_kind kind = plan->steps[at].kind;
        if (kind == STEP_OPEN || kind == STEP_CODE) return plan->count;
        if (step_asks(kind)) return at;
    }
    return plan->count;
}

size_t plan_number(const struct plan *plan, size_t index) {
    size_t number = 0;
    for (size_t i = 0; i <= index && i < plan->count; i++) number += step_asks(plan->steps[i].kind);
    return number;
}

size_t plan_asked(const struct plan *plan) {
    size_t asked = 0;
    for (size_t i = 0; i < plan->count; i++) asked += step_asks(plan->steps[i].kind);
    return asked;
}

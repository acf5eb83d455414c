/* flow_rules.h: a sign-up's steps as a profile lists them, and the order in which they may be walked. Pure: no store,
 * no HTTP, no clock. */
#pragma once

#include "base/text.h"

enum step_kind {
    STEP_NUMBER, /* identity's: the number, and not being a robot */
    STEP_CODE,   /* identity's: the code sent to it */
    STEP_CALCULATOR,
    STEP_CONSENTS,
    STEP_PHOTOS,
    STEP_PASSWORD,
    STEP_PIN,
    STEP_DECISION, /* by the rule, at once */
    STEP_REVIEW,   /* by staff */
    STEP_CALL,     /* a manager calls, a code word is agreed */
    STEP_OPEN,     /* the cabinet opens */
    STEP_EMAIL,    /* a code confirms the address */
    STEP_PAGE,     /* of the questionnaire */
};

enum page { PAGE_SHORT, PAGE_CONTACT, PAGE_PERSON, PAGE_PASSPORT, PAGE_ADDRESS, PAGE_WORK, PAGE_COUNT };

struct planned {
    enum step_kind kind;
    enum page page;   /* STEP_PAGE */
    const char *name; /* in the profile and in addresses: "passport", "consents" */
};

#define PLAN_MAX 20

struct plan {
    struct planned steps[PLAN_MAX];
    size_t count, open; /* open: the place of STEP_OPEN */
    bool closed;        /* "none": nobody signs up by himself */
    bool plain;         /* number, code, password, open: identity does it all */
    bool by_code;       /* neither password nor pin: one signs in by a code, and may choose a secret in the cabinet */
};

/* "number, code, short, pin, decision, open, email". NULL when it makes sense, else what it must be. */
const char *plan_read(struct text steps, struct plan *plan);

const char *page_name(enum page page);

/* A step's place in a set of steps done; never changes, since sets are kept. */
uint64_t planned_bit(const struct planned *step);

/* The first step not done; plan->count when all are. */
size_t plan_next(const struct plan *plan, uint64_t done);
/* By name; plan->count when there is none. */
size_t plan_find(const struct plan *plan, struct text name);
/* The applicant fills it in himself. */
bool step_asks(enum step_kind kind);
/* Going back is always allowed, jumping ahead never; once the cabinet is open, or staff look at it (frozen), nothing
 * before that is changed any more. */
bool plan_may(const struct plan *plan, uint64_t done, bool frozen, size_t index);
/* The step before which the applicant fills in here; plan->count when there is none. */
size_t plan_back(const struct plan *plan, size_t index);
/* "step 3 of 5": of those asked before the cabinet opens. */
size_t plan_number(const struct plan *plan, size_t index);
size_t plan_asked(const struct plan *plan);

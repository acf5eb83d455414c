/* decision_rules.h: the automatic decision on an application (ID-3): few rules, in a stated order, each of which can be
 * told to the applicant. Pure. */
#pragma once

#include "base/calendar.h"

/* Numbers are kept in the database. */
enum reason {
    REASON_NONE = 0,
    REASON_YOUNG = 1,
    REASON_OLD = 2,
    REASON_PASSPORT_OLD = 3, /* a passport is replaced at 20 and at 45 */
    REASON_INCOME = 4,
    REASON_STAFF = 5, /* a person decided, and says no more of why; those below he chose, too */
    REASON_DOCUMENTS = 6, /* photos that cannot be read, or not of these pages */
    REASON_DETAILS = 7,   /* what was answered is not what the documents say */
    REASON_UNREACHED = 8, /* he did not answer our calls */
    REASON_WITHDRAWN = 9, /* he himself wants no more */
    REASON_COUNT
};

struct decision_policy {
    int64_t age_min, age_max;
    int64_t income_min; /* minor units a month; asked where the questionnaire has it */
    int64_t grace_days; /* after the 20th and 45th birthday: how long the old passport is taken */
};

struct decision_facts {
    struct date today, birth;
    struct date passport; /* of issue; year 0: not asked */
    int64_t income;       /* -1: not asked */
};

/* The first reason that holds, in the order of the enum; REASON_NONE: approved. */
enum reason decide(const struct decision_policy *policy, const struct decision_facts *facts);

int age_at(struct date birth, struct date day);

#define PASSPORT_AGE 14 /* from which one has a passport */
/* A passport is replaced at 20 and at 45; the old one is taken for so many days more. */
bool passport_ended(struct date birth, struct date issued, struct date today, int64_t grace_days);

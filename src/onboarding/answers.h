/* answers.h: the questions that a questionnaire may ask, and what was answered. A profile lists on its pages which of
 * them it asks, in what order, and which may be left out. */
#pragma once

#include "http/form.h"
#include "onboarding/flow_rules.h"

enum detail {
    ANSWER_SURNAME,
    ANSWER_NAME,
    ANSWER_PATRONYMIC,
    ANSWER_BIRTH,
    ANSWER_BIRTH_PLACE,
    ANSWER_PASSPORT,
    ANSWER_PASSPORT_DATE,
    ANSWER_PASSPORT_OFFICE,
    ANSWER_PASSPORT_BY,
    ANSWER_INN,
    ANSWER_SNILS,
    ANSWER_MAIL,
    ANSWER_PHONE2,
    ANSWER_POSTCODE,
    ANSWER_CITY,
    ANSWER_STREET,
    ANSWER_EMPLOYER,
    ANSWER_INCOME,
    ANSWER_PAYMENTS, /* on other loans, a month */
    ANSWER_SUM,  /* the calculator's */
    ANSWER_TERM,
    ANSWER_CODE_WORD, /* agreed in the call; never the applicant's to send */
    ANSWER_COUNT
};

/* As kept: trimmed text; numbers in E.164, days as 1990-04-12, sums in minor units. TEXT_NONE: not answered. */
struct answers {
    struct text of[ANSWER_COUNT];
};

struct question {
    const char *name;
    string_id label, hint, missing, invalid;
    const char *type, *inputmode, *autocomplete; /* of its input; NULL: none */
    bool (*valid)(struct text text);             /* NULL: what its field's type says is enough */
};

const struct question *question_of(enum detail answer);

struct asked {
    enum detail answer;
    bool optional;
};

#define ASKED_MAX 16

struct asked_page {
    struct asked list[ASKED_MAX];
    size_t count;
};

/* "surname, name, patronymic?, birth". False when a name is unknown or stands twice. */
bool asked_read(struct text names, struct asked_page *page);

/* JSON as kept, and back; names not known any more are left out. */
struct text answers_write(struct arena *arena, const struct answers *answers);
bool answers_read(struct arena *arena, struct text json, struct answers *answers);

/* For an input: a day as 12.04.1990, a number with its blanks. */
struct text answer_shown(struct arena *arena, enum detail answer, struct text kept);
bool answer_date(struct text kept, struct date *date);

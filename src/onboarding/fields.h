/* fields.h: the questionnaire's questions as fields of a form: drawn, checked and read. For sign-up's steps, and for
 * whoever asks the same of a person later (levels) or for him (the till). The route's form holds QUESTION_FIELDS. */
#pragma once

#include "generated/strings_identity.h"
#include "generated/strings_levels.h"
#include "generated/strings_onboarding.h"
#include "generated/strings_till.h"
#include "http/request.h"
#include "onboarding/answers.h"

#define QUESTION_TEXT(field, most) {.name = field, .type = FIELD_TEXT, .min = 1, .max = (most)}

/* Every question that a page may ask: which of them one does is its list's (struct asked_page). */
#define QUESTION_FIELDS                                                                                                \
    QUESTION_TEXT("surname", 60), QUESTION_TEXT("name", 60), QUESTION_TEXT("patronymic", 60),                          \
        {.name = "birth", .type = FIELD_DATE, .invalid = S_onboarding_date_wrong}, QUESTION_TEXT("birth_place", 200),  \
        QUESTION_TEXT("passport", 20),                                                                                 \
        {.name = "passport_date", .type = FIELD_DATE, .invalid = S_onboarding_date_wrong},                             \
        QUESTION_TEXT("passport_office", 10), QUESTION_TEXT("passport_by", 200), QUESTION_TEXT("inn", 12),             \
        QUESTION_TEXT("snils", 20), QUESTION_TEXT("mail", 200), {.name = "phone2", .type = FIELD_PHONE},               \
        QUESTION_TEXT("postcode", 6), QUESTION_TEXT("city", 100), QUESTION_TEXT("street", 200),                        \
        QUESTION_TEXT("employer", 200), {.name = "income", .type = FIELD_MONEY}, {                                     \
        .name = "payments", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX                                            \
    }

/* One field: from what was typed now, else from `kept`. */
void draw_field(struct request *request, struct node *fields, enum detail answer, bool optional, struct text kept);
/* Marks a field as wrong; refuse_marked follows. */
void mark_field(struct request *request, const char *name, enum field_fault fault, string_id message);
enum flow refuse_marked(struct request *request);
/* A field that is not asked for here: refused of programs (422), ignored of pages. */
bool only_these(struct request *request, const char *const *names, size_t count);

/* ---- a page of questions ---- */

/* own: it is his who fills it in, so the browser may help. */
void asked_draw(struct request *request, struct node *fields, const struct asked_page *page,
                const struct answers *kept, bool own);
/* Marks what is missing or wrong: each by itself, then a passport issued to a child (kept: what earlier pages say). */
void asked_check(struct request *request, struct date today, const struct asked_page *page,
                 const struct answers *kept);
/* Into answers, as they are kept; in the request's arena. */
void asked_take(struct request *request, const struct asked_page *page, struct answers *answers);
/* The names of what the page asks, for only_these; names has room for ASKED_MAX. */
size_t asked_names(const struct asked_page *page, const char **names);

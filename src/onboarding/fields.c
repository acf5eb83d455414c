/* fields.c: the form that all steps share (what a step does not ask for is refused of programs, ignored of pages), and
 * how its fields are drawn and marked. */
#include "onboarding/internal.h"

#include "adapters/picture/picture.h"
#include "base/check.h"
#include "base/identifiers.h"

#include <string.h>

static const struct field form_fields[] = {
    QUESTION_FIELDS, {.name = "sum", .type = FIELD_MONEY}, {.name = "term", .type = FIELD_INT, .min = 1, .max = 3660},
    {.name = "consent_rules", .type = FIELD_BOOL}, {.name = "consent_personal", .type = FIELD_BOOL},
    {.name = "consent_bureau", .type = FIELD_BOOL}, {.name = "consent_marketing", .type = FIELD_BOOL},
    {.name = "password", .type = FIELD_SECRET, .min = 1, .max = 1024},
    {.name = "pin", .type = FIELD_SECRET, .min = 1, .max = 64},
    {.name = "code", .type = FIELD_CODE, .min = 6, .max = 6, .invalid = S_onboarding_code_invalid},
    {.name = "photo", .type = FIELD_FILE, .max = PICTURE_FILE_MAX, .invalid = S_onboarding_photo_large},
    {.name = "number", .type = FIELD_INT, .min = 1, .max = 20}, {.name = "token", .type = FIELD_BOOL},
    {.name = "draft", .type = FIELD_TEXT, .max = 64}};

const struct form application_form = {.fields = form_fields, .count = sizeof form_fields / sizeof *form_fields};

static size_t place_of(const struct request *request, const char *name) {
    const struct form *own = request->route->form;
    for (size_t i = 0; i < own->count; i++)
        if (strcmp(own->fields[i].name, name) == 0) return i;
    check(false);
    return 0;
}

void mark_field(struct request *request, const char *name, enum field_fault fault, string_id message) {
    struct field_value *value = &request->fields[place_of(request, name)];
    value->fault = fault;
    value->message = message;
    request->fields_valid = false;
}

enum flow refuse_marked(struct request *request) {
    static const struct refusal wrong = {"invalid-fields", 422, S_onboarding_look, false};
    return request->fields_valid ? FLOW_NEXT : refuse(request, &wrong);
}

bool only_these(struct request *request, const char *const *names, size_t count) {
    const struct form *own = request->route->form;
    for (size_t i = 0; i < own->count; i++) {
        const char *name = own->fields[i].name;
        bool wanted = strcmp(name, "draft") == 0 || strcmp(name, "token") == 0;
        for (size_t k = 0; k < count; k++) wanted = wanted || strcmp(name, names[k]) == 0;
        if (wanted || !request->fields[i].given) continue;
        if (!request->wants_html) mark_field(request, name, FAULT_UNKNOWN, S_onboarding_not_asked);
    }
    return request->fields_valid;
}

static void draw_as(struct request *request, struct node *fields, enum detail answer, bool optional, struct text kept,
                    const char *autocomplete) {
    const struct question *question = question_of(answer);
    const struct field_value *value = &request->fields[place_of(request, question->name)];
    const struct locale *locale = &request->locale;
    struct node *field = doc_add_object(fields);
    bool post = request->method == METHOD_POST || value->typed.data != NULL || value->fault != FAULT_NONE;
    doc_text(field, "name", text_from(question->name));
    doc_text(field, "label", string_get(request->arena, locale, question->label, NULL, 0));
    if (question->hint) doc_text(field, "hint", string_get(request->arena, locale, question->hint, NULL, 0));
    doc_text(field, "type", text_from(question->type));
    if (question->inputmode) doc_text(field, "inputmode", text_from(question->inputmode));
    doc_text(field, "autocomplete", text_from(autocomplete));
    doc_bool(field, "optional", optional);
    struct text shown = post ? value->typed : answer_shown(request->arena, answer, kept);
    if (shown.data) doc_text(field, "value", shown);
    if (post && value->fault != FAULT_NONE)
        doc_text(field, "error",
                 value->words.data ? value->words : string_get(request->arena, locale, value->message, NULL, 0));
}

void draw_field(struct request *request, struct node *fields, enum detail answer, bool optional, struct text kept) {
    draw_as(request, fields, answer, optional, kept, question_of(answer)->autocomplete);
}

/* ---- a page of questions ---- */

void asked_draw(struct request *request, struct node *fields, const struct asked_page *page,
                const struct answers *kept, bool own) {
    for (size_t i = 0; i < page->count; i++) {
        enum detail answer = page->list[i].answer;
        draw_as(request, fields, answer, page->list[i].optional, kept->of[answer],
                own ? question_of(answer)->autocomplete : "off");
    }
}

size_t asked_names(const struct asked_page *page, const char **names) {
    for (size_t i = 0; i < page->count; i++) names[i] = question_of(page->list[i].answer)->name;
    return page->count;
}

/* A birthday lies behind us and is a living person's; a document is not issued tomorrow. */
static bool date_plausible(struct date today, enum detail answer, int64_t days) {
    int64_t now = date_to_days(today);
    return answer != ANSWER_BIRTH && answer != ANSWER_PASSPORT_DATE ? true : days <= now && days > now - 120 * 366;
}

static void check_one(struct request *request, struct date today, const struct asked *asked) {
    const struct question *question = question_of(asked->answer);
    const struct field_value *value = request_field(request, question->name);
    if (value->fault != FAULT_NONE) return;
    if (!value->given) {
        if (!asked->optional) mark_field(request, question->name, FAULT_MISSING, question->missing);
    } else if (question->valid && !question->valid(value->text)) {
        mark_field(request, question->name, FAULT_MALFORMED, question->invalid);
    } else if (!date_plausible(today, asked->answer, value->number)) {
        mark_field(request, question->name, FAULT_MALFORMED, S_onboarding_date_wrong);
    }
}

static bool asks(const struct asked_page *page, enum detail answer) {
    for (size_t i = 0; i < page->count; i++)
        if (page->list[i].answer == answer) return true;
    return false;
}

/* Typed on this page, else answered before. */
static bool date_known(const struct request *request, const struct asked_page *page, enum detail answer,
                       const struct answers *kept, struct date *date) {
    if (!asks(page, answer)) return answer_date(kept->of[answer], date);
    const struct field_value *value = request_field(request, question_of(answer)->name);
    if (!value->given || value->fault != FAULT_NONE) return false;
    *date = date_from_days(value->number);
    return true;
}

void asked_check(struct request *request, struct date today, const struct asked_page *page,
                 const struct answers *kept) {
    struct date birth, issued;
    for (size_t i = 0; i < page->count; i++) check_one(request, today, &page->list[i]);
    if (!asks(page, ANSWER_PASSPORT_DATE) || !date_known(request, page, ANSWER_PASSPORT_DATE, kept, &issued) ||
        !date_known(request, page, ANSWER_BIRTH, kept, &birth))
        return;
    if (age_at(birth, issued) < PASSPORT_AGE)
        mark_field(request, "passport_date", FAULT_MALFORMED, S_onboarding_passport_early);
}

static struct text kept_as(struct request *request, enum detail answer) {
    const struct field_value *value = request_field(request, question_of(answer)->name);
    struct passport passport;
    if (!value->given) return TEXT_NONE;
    switch (answer) {
    case ANSWER_BIRTH:
    case ANSWER_PASSPORT_DATE: return date_format(request->arena, date_from_days(value->number));
    case ANSWER_INCOME:
    case ANSWER_PAYMENTS: return text_format(request->arena, "%lld", (long long)value->number);
    case ANSWER_PASSPORT:
        return passport_parse(value->text, &passport)
                   ? text_format(request->arena, "%s %s", passport.series, passport.number)
                   : TEXT_NONE;
    default: return value->text;
    }
}

void asked_take(struct request *request, const struct asked_page *page, struct answers *answers) {
    for (size_t i = 0; i < page->count; i++)
        answers->of[page->list[i].answer] = kept_as(request, page->list[i].answer);
}

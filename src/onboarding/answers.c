/* answers.c: see answers.h. */
#include "onboarding/answers.h"

#include "base/identifiers.h"
#include "base/json.h"
#include "generated/strings_onboarding.h"

#include <jansson.h>
#include <string.h>

static bool passport_valid(struct text text) {
    struct passport passport;
    return passport_parse(text, &passport);
}

/* Something, one @, a domain with a dot: the code sent there proves the rest. */
static bool mail_valid(struct text text) {
    struct text domain = TEXT_NONE;
    struct text name = text_split(text, '@', &domain);
    if (name.size == 0 || name.size > 64 || domain.size < 3 || text_find(domain, '@') >= 0) return false;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte <= ' ' || byte >= 0x7F || strchr("<>(),;:\\\"[]", byte) != NULL) return false;
    }
    ptrdiff_t dot = text_find(domain, '.');
    return dot > 0 && domain.data[domain.size - 1] != '.' && domain.data[0] != '-';
}

/* Letters of any script, hyphens, apostrophes, dots and blanks. */
static bool name_valid(struct text text) {
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        bool letter = byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!letter && strchr("-'. ", byte) == NULL) return false;
    }
    return true;
}

static bool inn_of_person(struct text text) {
    return text.size == 12 && inn_valid(text);
}

static bool postcode_valid(struct text text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.size == 6;
}

static const struct question questions[ANSWER_COUNT] = {
    [ANSWER_SURNAME] = {"surname", S_onboarding_surname, 0, S_onboarding_surname_missing, S_onboarding_letters, "text",
                        NULL, "family-name", name_valid},
    [ANSWER_NAME] = {"name", S_onboarding_name, 0, S_onboarding_name_missing, S_onboarding_letters, "text", NULL,
                     "given-name", name_valid},
    [ANSWER_PATRONYMIC] = {"patronymic", S_onboarding_patronymic, 0, S_onboarding_patronymic_missing,
                           S_onboarding_letters, "text", NULL, "additional-name", name_valid},
    [ANSWER_BIRTH] = {"birth", S_onboarding_birth, S_onboarding_date_hint, S_onboarding_birth_missing,
                      S_onboarding_date_wrong, "text", "numeric", "bday", NULL},
    [ANSWER_BIRTH_PLACE] = {"birth_place", S_onboarding_birth_place, S_onboarding_as_in_passport,
                            S_onboarding_birth_place_missing, 0, "text", NULL, "off", NULL},
    [ANSWER_PASSPORT] = {"passport", S_onboarding_passport, S_onboarding_passport_hint, S_onboarding_passport_missing,
                         S_onboarding_passport_wrong, "text", "numeric", "off", passport_valid},
    [ANSWER_PASSPORT_DATE] = {"passport_date", S_onboarding_passport_date, S_onboarding_date_hint,
                              S_onboarding_passport_date_missing, S_onboarding_date_wrong, "text", "numeric", "off",
                              NULL},
    [ANSWER_PASSPORT_OFFICE] = {"passport_office", S_onboarding_passport_office, S_onboarding_passport_office_hint,
                                S_onboarding_passport_office_missing, S_onboarding_passport_office_wrong, "text", NULL,
                                "off", passport_office_valid},
    [ANSWER_PASSPORT_BY] = {"passport_by", S_onboarding_passport_by, S_onboarding_as_in_passport,
                            S_onboarding_passport_by_missing, 0, "text", NULL, "off", NULL},
    [ANSWER_INN] = {"inn", S_onboarding_inn, S_onboarding_inn_hint, S_onboarding_inn_missing, S_onboarding_inn_wrong,
                    "text", "numeric", "off", inn_of_person},
    [ANSWER_SNILS] = {"snils", S_onboarding_snils, S_onboarding_snils_hint, S_onboarding_snils_missing,
                      S_onboarding_snils_wrong, "text", "numeric", "off", snils_valid},
    [ANSWER_MAIL] = {"mail", S_onboarding_mail, 0, S_onboarding_mail_missing, S_onboarding_mail_wrong, "email", NULL,
                     "email", mail_valid},
    [ANSWER_PHONE2] = {"phone2", S_onboarding_phone2, S_onboarding_phone2_hint, S_onboarding_phone2_missing, 0, "tel",
                       NULL, "off", NULL},
    [ANSWER_POSTCODE] = {"postcode", S_onboarding_postcode, 0, S_onboarding_postcode_missing,
                         S_onboarding_postcode_wrong, "text", "numeric", "postal-code", postcode_valid},
    [ANSWER_CITY] = {"city", S_onboarding_city, 0, S_onboarding_city_missing, 0, "text", NULL, "address-level2", NULL},
    [ANSWER_STREET] = {"street", S_onboarding_street, S_onboarding_street_hint, S_onboarding_street_missing, 0, "text",
                       NULL, "address-line1", NULL},
    [ANSWER_EMPLOYER] = {"employer", S_onboarding_employer, 0, S_onboarding_employer_missing, 0, "text", NULL,
                         "organization", NULL},
    [ANSWER_INCOME] = {"income", S_onboarding_income, S_onboarding_income_hint, S_onboarding_income_missing, 0, "text",
                       "decimal", "off", NULL},
    [ANSWER_PAYMENTS] = {"payments", S_onboarding_payments, S_onboarding_payments_hint, S_onboarding_payments_missing,
                         0, "text", "decimal", "off", NULL},
    [ANSWER_SUM] = {"sum", S_onboarding_sum, 0, S_onboarding_sum_missing, 0, "text", "decimal", "off", NULL},
    [ANSWER_TERM] = {"term", S_onboarding_term, 0, S_onboarding_term_missing, 0, "text", "numeric", "off", NULL},
    [ANSWER_CODE_WORD] = {.name = "code_word"},
};

const struct question *question_of(enum detail answer) {
    return &questions[answer];
}

/* The calculator's and the code word are no page's to ask. */
static bool question_find(struct text name, enum detail *answer) {
    for (int i = 0; i < ANSWER_SUM; i++) {
        if (!text_is(name, questions[i].name)) continue;
        *answer = (enum detail)i;
        return true;
    }
    return false;
}

bool asked_read(struct text names, struct asked_page *page) {
    *page = (struct asked_page){0};
    for (struct text rest = names; rest.data != NULL && names.size > 0;) {
        struct text name = text_trim(text_split(rest, ',', &rest));
        struct asked asked = {.optional = text_ends(name, "?")};
        if (asked.optional) name = text_slice(name, 0, name.size - 1);
        if (page->count == ASKED_MAX || !question_find(name, &asked.answer)) return false;
        for (size_t i = 0; i < page->count; i++)
            if (page->list[i].answer == asked.answer) return false;
        page->list[page->count++] = asked;
    }
    return true;
}

struct text answers_write(struct arena *arena, const struct answers *answers) {
    struct node *document = doc_new(arena);
    for (int i = 0; i < ANSWER_COUNT; i++)
        if (answers->of[i].data != NULL) doc_text(document, questions[i].name, answers->of[i]);
    struct buffer json = buffer_new(arena, 512);
    doc_write_json(document, &json);
    return buffer_text(&json);
}

bool answers_read(struct arena *arena, struct text json, struct answers *answers) {
    *answers = (struct answers){0};
    const struct json_t *tree = json_read(arena, json);
    if (tree == NULL) return false;
    for (int i = 0; i < ANSWER_COUNT; i++) {
        const json_t *value = json_object_get(tree, questions[i].name);
        if (json_is_string(value)) answers->of[i] = (struct text){json_string_value(value), json_string_length(value)};
    }
    return true;
}

bool answer_date(struct text kept, struct date *date) {
    return kept.data != NULL && date_parse(kept, date);
}

struct text answer_shown(struct arena *arena, enum detail answer, struct text kept) {
    struct date date;
    int64_t minor = 0;
    switch (answer) {
    case ANSWER_BIRTH:
    case ANSWER_PASSPORT_DATE:
        return answer_date(kept, &date) ? text_format(arena, "%02d.%02d.%04d", date.day, date.month, date.year) : kept;
    case ANSWER_PHONE2: return kept.data != NULL ? phone_pretty(arena, kept) : kept;
    case ANSWER_INCOME:
    case ANSWER_PAYMENTS:
    case ANSWER_SUM: return text_to_int(kept, &minor) ? text_format(arena, "%lld", (long long)(minor / 100)) : kept;
    default: return kept;
    }
}

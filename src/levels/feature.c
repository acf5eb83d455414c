/* feature.c: identification levels as the engine sees them (ID-16). */
#include "adapters/picture/picture.h"
#include "backoffice/backoffice.h"
#include "levels/internal.h"

#include "base/check.h"

/* ---- forms ---- */

FORM(passport_form, QUESTION_FIELDS);

#define PLACE                                                                                                          \
    { .name = "number", .type = FIELD_INT, .min = 1, .max = PLACES_MAX }
#define PHOTO(needed)                                                                                                  \
    {                                                                                                                  \
        .name = "photo", .type = FIELD_FILE, .required = (needed), .max = PICTURE_FILE_MAX,                            \
        .missing = S_levels_photo_missing, .invalid = S_onboarding_photo_large                                        \
    }
#define PLACE_NEEDED                                                                                                   \
    { .name = "number", .type = FIELD_INT, .required = true, .min = 1, .max = PLACES_MAX }

FORM(documents_draft, PLACE, PHOTO(false));
FORM(documents_form, PLACE_NEEDED, PHOTO(true));

static const char *const outcomes[] = {"approved", "refused", NULL};
static const char *const reasons[] = {"unreadable", "differs", "invalid", "other", NULL};

FORM(outcome_draft, {.name = "outcome", .type = FIELD_CHOICE, .choices = outcomes},
     {.name = "reason", .type = FIELD_CHOICE, .choices = reasons}, PLACE, PHOTO(false));
FORM(outcome_form, {.name = "outcome", .type = FIELD_CHOICE, .required = true, .choices = outcomes},
     {.name = "reason", .type = FIELD_CHOICE, .choices = reasons}, PLACE, PHOTO(false));
FORM(added_form, PLACE_NEEDED, PHOTO(true), {.name = "outcome", .type = FIELD_CHOICE, .choices = outcomes},
     {.name = "reason", .type = FIELD_CHOICE, .choices = reasons});

/* ---- addresses ---- */

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/settings/level",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, level_page}},
     .page = &template_levels_level,
     .summary = "One's identification level: what it allows, what is left, how it is raised"},
    {.method = METHOD_GET,
     .path = "/settings/level/passport",
     .who = WHO_CUSTOMER,
     .form = &passport_form,
     .stages = {{STAGE_READ, passport_page}},
     .page = &template_levels_passport,
     .summary = "What the simplified level asks",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/level/passport",
     .who = WHO_CUSTOMER,
     .form = &passport_form,
     .stages = {{STAGE_READ, passport_check}, {STAGE_WRITE, passport_write}},
     .page = &template_levels_passport,
     .again = passport_page,
     .again_page = &template_levels_passport,
     .rates = {{RATE_CALLER, 20, HOUR}},
     .audit = "levels.passport",
     .summary = "Raise one's level by passport data",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/settings/level/documents",
     .who = WHO_CUSTOMER,
     .form = &documents_draft,
     .stages = {{STAGE_READ, documents_page}},
     .page = &template_levels_documents,
     .summary = "The photos that the full level needs: which are there",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/level/documents",
     .who = WHO_CUSTOMER,
     .form = &documents_form,
     .stages = {{STAGE_READ, documents_check}, {STAGE_WORK, documents_clean}, {STAGE_WRITE, documents_write}},
     .page = &template_levels_documents,
     .again = documents_page,
     .again_page = &template_levels_documents,
     .rates = {{RATE_CALLER, 60, HOUR}},
     .audit = "levels.photo",
     .body_max = PICTURE_FILE_MAX + 65536,
     .summary = "Send one of the photos"},
    {.method = METHOD_POST,
     .path = "/settings/level/documents/send",
     .who = WHO_CUSTOMER,
     .form = &documents_draft,
     .stages = {{STAGE_WRITE, documents_send}},
     .page = &template_levels_documents,
     .again = documents_page,
     .again_page = &template_levels_documents,
     .rates = {{RATE_CALLER, 20, HOUR}},
     .audit = "levels.send",
     .summary = "Ask staff to look at the photos",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/staff/levels/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_IDENTIFICATION,
     .form = &outcome_draft,
     .stages = {{STAGE_READ, staff_review_page}},
     .page = &template_levels_review,
     .audit = "levels.review.seen",
     .summary = "Documents that wait for a review",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/levels/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_IDENTIFICATION,
     .form = &outcome_form,
     .stages = {{STAGE_WRITE, staff_review_decide}},
     .page = &template_levels_review,
     .again = staff_review_page,
     .again_page = &template_levels_review,
     .audit = "levels.review.decided",
     .summary = "The outcome of a review"},
    {.method = METHOD_GET,
     .path = "/staff/levels/{id}/photos/{number}",
     .who = WHO_STAFF,
     .roles = ROLE_IDENTIFICATION,
     .stages = {{STAGE_READ, staff_review_photo}},
     .audit = "levels.photo.seen",
     .summary = "A photo of a review"},
    {.method = METHOD_POST,
     .path = "/staff/levels/{id}/photos",
     .who = WHO_STAFF,
     .roles = ROLE_IDENTIFICATION,
     .form = &added_form,
     .stages = {{STAGE_READ, staff_photo_check}, {STAGE_WORK, staff_photo_clean}, {STAGE_WRITE, staff_photo_write}},
     .page = &template_levels_review,
     .again = staff_review_page,
     .again_page = &template_levels_review,
     .body_max = PICTURE_FILE_MAX + 65536,
     .audit = "levels.photo.added",
     .summary = "A photo that came another way; who adds it does not decide"},
    {.path = NULL},
};

/* ---- settings ---- */

#define AT(member) offsetof(struct levels_settings, member)

static const struct setting settings[] = {
    {"asks", SETTING_TEXT, AT(asks), "surname, name, patronymic?, birth, passport, passport_date, passport_office, "
                                     "snils?, inn?", 1, 400, NULL,
     "What the passport form asks, in order; with ? what may be left out"},
    {"one_number", SETTING_BOOL, AT(one_number), "true", 0, 0, NULL,
     "INN or SNILS is needed: the law wants one of them for the simplified level"},
    {"cabinets", SETTING_INT, AT(wallets), "5", 1, 1000, NULL, "How many cabinets one person's passport may have"},
    {"photos", SETTING_INT, AT(photos), "2", 1, PLACES_MAX, NULL,
     "Photos for the full level: the first spread, the page with the address, the face beside the passport"},
    {"passport_grace", SETTING_INT, AT(grace), "90", 0, 365, NULL,
     "Days after the 20th and the 45th birthday in which the old passport is still taken"},
    {"keep.draft", SETTING_DURATION, AT(draft_life), "30d", SECOND, 365 * DAY, NULL,
     "How long photos that were not sent for a review are kept"},
    {"keep.refused", SETTING_DURATION, AT(refused_life), "30d", SECOND, 3650 * DAY, NULL,
     "How long a refused review is kept with its photos"},
    {.name = NULL},
};

static bool needed(const struct asked_page *page, enum detail answer) {
    for (size_t i = 0; i < page->count; i++)
        if (page->list[i].answer == answer) return !page->list[i].optional;
    return false;
}

static bool listed(const struct asked_page *page, enum detail answer) {
    for (size_t i = 0; i < page->count; i++)
        if (page->list[i].answer == answer) return true;
    return false;
}

static bool understand(const struct levels_settings *read, struct asked_page *page, const char **key,
                       struct text *must) {
    *key = "asks";
    *must = TEXT("a list of known questions, each once, at most sixteen");
    if (!asked_read(text_from(read->asks), page)) return false;
    *must = TEXT("with surname, name, birth, passport and passport_date, none of them with ?");
    if (!needed(page, ANSWER_SURNAME) || !needed(page, ANSWER_NAME) || !needed(page, ANSWER_BIRTH) ||
        !needed(page, ANSWER_PASSPORT) || !needed(page, ANSWER_PASSPORT_DATE))
        return false;
    *must = TEXT("with snils while one_number is true");
    return !read->one_number || listed(page, ANSWER_SNILS);
}

static bool settings_good(const void *read, const char **key, struct text *must) {
    struct asked_page page;
    return understand(read, &page, key, must);
}

/* ---- life ---- */

void level_way_by(struct engine *engine, string_id title, const char *path) {
    struct levels *levels = levels_of(engine);
    check(levels->way_count < LEVEL_WAYS);
    levels->ways[levels->way_count].title = title;
    levels->ways[levels->way_count++].path = path;
}

static void *start(struct engine *engine, struct arena *arena, struct text *problem) {
    struct levels *levels = arena_new_of(arena, struct levels);
    const char *key = NULL;
    levels->engine = engine;
    levels->settings = engine_settings(engine, &levels_feature);
    struct text must;
    if (understand(levels->settings, &levels->page, &key, &must)) return levels;
    *problem = must;
    return NULL;
}

static const char *const needs[] = {"identity", "messaging", "backoffice", "onboarding", NULL};

const struct feature levels_feature = {
    .name = "levels",
    .needs = needs,
    .routes = routes,
    .migrations = levels_migrations,
    .jobs = levels_jobs,
    .sealed = levels_sealed,
    .settings = settings,
    .settings_size = sizeof(struct levels_settings),
    .settings_good = settings_good,
    .queues = levels_queues,
    .own_data = levels_own_data,
    .erases = levels_erases,
    .on_event = levels_on_event,
    .open = start,
};

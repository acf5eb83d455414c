/* feature.c: onboarding as the engine sees it: its addresses, its settings, and how it goes on with identity's
 * sign-up. */
#include "adapters/picture/picture.h"
#include "onboarding/contract.h"
#include "onboarding/internal.h"
#include "onboarding/staff.h"


/* ---- going on after identity's code ---- */

static struct text begins(void *self, struct request *request, struct tx *tx) {
    const struct onboarding *onboarding = self;
    const struct plan *plan = &onboarding->plan;
    uint8_t hash[SECRET_HASH_SIZE];
    struct answers answers;
    if (plan->count == 0 || plan->steps[0].kind != STEP_CALCULATOR) return TEXT_NONE;
    if (identity_signup_begun(request, tx, hash) && start_find(onboarding->engine, tx, hash, &answers))
        return TEXT_NONE;
    return TEXT("/application/calculator");
}

static void renewed(void *self, struct request *request, struct tx *tx, const uint8_t old[SECRET_HASH_SIZE],
                    const uint8_t fresh[SECRET_HASH_SIZE]) {
    const struct onboarding *onboarding = self;
    struct answers answers;
    (void)request;
    if (!start_find(onboarding->engine, tx, old, &answers)) return;
    start_keep(onboarding->engine, tx, fresh, &answers);
    start_drop(tx, old);
}

/* The number's application is gone on with, on whichever device; else one begins. */
static enum flow proved(void *self, struct request *request, struct tx *tx, const struct signup *signup) {
    const struct onboarding *onboarding = self;
    struct engine *engine = onboarding->engine;
    const struct plan *plan = &onboarding->plan;
    struct visit visit = {.request = request, .engine = engine, .onboarding = onboarding, .signup = *signup};
    struct application *application = &visit.application;
    if (!application_of_phone(engine, tx, signup->phone, application))
        application_new(engine, tx, signup->phone, request->locale.language, application);
    if (application->state != APPLICATION_FILLING) return FLOW_NEXT;
    struct answers answers;
    if (start_find(engine, tx, signup->hash, &answers)) {
        application->answers.of[ANSWER_SUM] = answers.of[ANSWER_SUM];
        application->answers.of[ANSWER_TERM] = answers.of[ANSWER_TERM];
        application->done |= UINT64_C(1) << STEP_CALCULATOR;
        start_drop(tx, signup->hash);
        application_save(engine, tx, application);
    }
    size_t next = plan_next(plan, application->done);
    bool asks = next < plan->count && step_asks(plan->steps[next].kind);
    return asks ? FLOW_NEXT : application_onward(&visit, tx);
}

/* ---- addresses ---- */

FORM(password_form,
     {.name = "password",
      .type = FIELD_SECRET,
      .required = true,
      .min = 1,
      .max = 1024,
      .missing = S_onboarding_password_missing},
     {.name = "token", .type = FIELD_BOOL}, {.name = "draft", .type = FIELD_TEXT, .max = 64});

#define FLOOD(count) {{RATE_ADDRESS, (count), MINUTE}}

static const char *const outcomes[] = {"approved", "refused", NULL};

/* Why staff refuse: as enum reason from REASON_STAFF on. */
static const char *const refusals[] = {"staff", "documents", "details", "unreached", "withdrawn", NULL};

FORM(outcome_form, {.name = "outcome", .type = FIELD_CHOICE, .required = true, .choices = outcomes},
     {.name = "code_word",
      .type = FIELD_TEXT,
      .min = 3,
      .max = 40,
      .invalid = S_onboarding_staff_word_missing},
     {.name = "reason", .type = FIELD_CHOICE, .choices = refusals});
FORM(number_form, {.name = "phone", .type = FIELD_PHONE, .invalid = S_identity_phone_invalid});
FORM(outcome_draft, {.name = "outcome", .type = FIELD_CHOICE, .choices = outcomes},
     {.name = "reason", .type = FIELD_CHOICE, .choices = refusals},
     {.name = "code_word", .type = FIELD_TEXT, .max = 40});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/application",
     .who = WHO_ANYONE,
     .form = &application_form,
     .stages = {{STAGE_READ, application_see}},
     .page = &template_onboarding_state,
     .rates = FLOOD(6000),
     .summary = "How a sign-up stands; a page goes to its next step",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/application/email/resend",
     .who = WHO_ANYONE,
     .form = &application_form,
     .stages = {{STAGE_WRITE, application_resend}},
     .page = &template_onboarding_state,
     .rates = FLOOD(600),
     .audit = "onboarding.resend",
     .summary = "Send the code to the address again"},
    {.method = METHOD_GET,
     .path = "/application/{step}",
     .who = WHO_ANYONE,
     .form = &application_form,
     .stages = {{STAGE_READ, application_draw}},
     .page = &template_onboarding_page,
     .rates = FLOOD(6000),
     .summary = "A step of a sign-up: what it asks",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/application/{step}",
     .who = WHO_ANYONE,
     .form = &application_form,
     .stages = {{STAGE_READ, application_check}, {STAGE_WORK, application_work}, {STAGE_WRITE, application_accept}},
     .page = &template_onboarding_page,
     .again = application_draw,
     .again_page = &template_onboarding_page,
     .rates = FLOOD(3000),
     .audit = "onboarding.step",
     .body_max = PICTURE_FILE_MAX + 65536,
     .summary = "Fill in a step; the next ones follow"},
    {.method = METHOD_GET,
     .path = "/consents/{kind}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_QUICK, consent_text}},
     .page = &template_onboarding_consent,
     .summary = "What one consents to, in its present version"},
    {.method = METHOD_GET,
     .path = "/contract/password",
     .who = WHO_GUEST,
     .form = &password_form,
     .stages = {{STAGE_READ, contract_password_page}},
     .page = &template_onboarding_first_password,
     .rates = FLOOD(6000),
     .summary = "Where the contract's first password is replaced",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/contract/password",
     .who = WHO_GUEST,
     .form = &password_form,
     .stages = {{STAGE_READ, contract_password_check},
                {STAGE_WORK, contract_password_hash},
                {STAGE_WRITE, contract_password_write}},
     .page = &template_onboarding_first_password,
     .again = contract_password_page,
     .again_page = &template_onboarding_first_password,
     .rates = FLOOD(3000),
     .audit = "onboarding.first_password",
     .summary = "Replace the contract's first password; the cabinet opens"},
    {.method = METHOD_GET,
     .path = "/staff/applications",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_IDENTIFICATION,
     .form = &number_form,
     .stages = {{STAGE_READ, staff_applications}},
     .page = &template_onboarding_applications,
     .audit = "onboarding.applications.asked",
     .summary = "How a number's application stands: its state alone",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/staff/applications/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_IDENTIFICATION,
     .form = &outcome_draft,
     .stages = {{STAGE_READ, staff_application}},
     .page = &template_onboarding_application,
     .audit = "onboarding.application.seen",
     .summary = "An application that waits for staff; what became of it once it is decided",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/applications/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_IDENTIFICATION,
     .form = &outcome_form,
     .stages = {{STAGE_WRITE, staff_decide}},
     .page = &template_onboarding_application,
     .again = staff_application,
     .again_page = &template_onboarding_application,
     .audit = "onboarding.application.decided",
     .summary = "The outcome of a call or a review"},
    {.method = METHOD_GET,
     .path = "/staff/applications/{id}/photos/{number}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_IDENTIFICATION,
     .stages = {{STAGE_READ, staff_photo}},
     .audit = "onboarding.photo.seen",
     .summary = "A photo of an application that waits for staff"},
    {.path = NULL},
};

/* ---- settings ---- */

static const char *const levels[] = {"minimal", "simplified", "full", NULL};

static const struct menu_item menu[] = {
    {S_onboarding_staff_menu, "/staff/applications", "user", WHO_STAFF, 25}, {.path = NULL}};

#define AT(member) offsetof(struct onboarding_settings, member)
#define PAGE_SETTING(name, page, fallback)                                                                             \
    {"pages." name, SETTING_TEXT, AT(pages[page]), fallback, 0, 400, NULL,                                             \
     "What that page asks, in order; with ? what may be left out"}

static const struct setting settings[] = {
    {"steps", SETTING_TEXT, AT(steps), "number, code, password, open", 1, 400, NULL,
     "The steps of signing up, in order; none: nobody signs up by himself. Without password and pin one signs in by a "
     "code to one's number; number, code, open is the shortest"},
    PAGE_SETTING("short", PAGE_SHORT, "surname, name, patronymic?, birth, passport, passport_date, mail"),
    PAGE_SETTING("contact", PAGE_CONTACT, "surname, name, patronymic?, mail"),
    PAGE_SETTING("person", PAGE_PERSON, "surname, name, patronymic?, birth, birth_place"),
    PAGE_SETTING("passport", PAGE_PASSPORT, "passport, passport_date, passport_office, passport_by"),
    PAGE_SETTING("address", PAGE_ADDRESS, "postcode, city, street"),
    PAGE_SETTING("work", PAGE_WORK, "employer, income"),
    {"consents.rules", SETTING_TEXT, AT(consents[CONSENT_RULES]), "1", 0, 32, NULL,
     "The version of the rules that are agreed to; empty: not asked"},
    {"consents.personal", SETTING_TEXT, AT(consents[CONSENT_PERSONAL]), "1", 0, 32, NULL,
     "… of the consent to the use of personal data"},
    {"consents.bureau", SETTING_TEXT, AT(consents[CONSENT_BUREAU]), "", 0, 32, NULL,
     "… of the consent that credit bureaus may be asked: of who signs up for a loan"},
    {"consents.marketing", SETTING_TEXT, AT(consents[CONSENT_MARKETING]), "1", 0, 32, NULL,
     "… of the consent to advertising, which may be left out"},
    {"calculator.sum_min", SETTING_MONEY, AT(sum_min), "1 000.00", 100, 100000000, NULL, "The smallest sum"},
    {"calculator.sum_max", SETTING_MONEY, AT(sum_max), "30 000.00", 100, 100000000, NULL, "The largest sum"},
    {"calculator.term_min", SETTING_INT, AT(term_min), "5", 1, 3660, NULL, "The shortest term in days"},
    {"calculator.term_max", SETTING_INT, AT(term_max), "30", 1, 3660, NULL, "The longest term in days"},
    {"calculator.day_rate", SETTING_INT, AT(day_rate), "800", 0, 800, NULL,
     "Interest a day in thousandths of a per cent: 800 is 0.8 %, the most that the law allows"},
    {"decision.age_min", SETTING_INT, AT(policy.age_min), "18", 14, 120, NULL, "Refused when younger"},
    {"decision.age_max", SETTING_INT, AT(policy.age_max), "75", 14, 120, NULL, "Refused when older"},
    {"decision.income_min", SETTING_MONEY, AT(policy.income_min), "0.00", 0, 0, NULL,
     "Refused when the income is less, where it is asked"},
    {"decision.passport_grace", SETTING_INT, AT(policy.grace_days), "90", 0, 365, NULL,
     "Days after the 20th and the 45th birthday in which the old passport is still taken"},
    {"decision.limit", SETTING_MONEY, AT(limit), "0.00", 0, 0, NULL, "The limit given when approved; 0: none"},
    {"level", SETTING_CHOICE, AT(level), "minimal", 0, 0, levels,
     "The level of identification of whom is approved"},
    {"photos", SETTING_INT, AT(photos), "10", 1, 20, NULL, "Photos of the passport's pages that are needed"},
    {"keep.draft", SETTING_DURATION, AT(draft_life), "30d", SECOND, 365 * DAY, NULL,
     "How long one that is not finished can be gone on with"},
    {"keep.waiting", SETTING_DURATION, AT(waiting_life), "90d", SECOND, 365 * DAY, NULL,
     "How long one that waits for staff is kept"},
    {"keep.refused", SETTING_DURATION, AT(refused_life), "30d", SECOND, 3650 * DAY, NULL,
     "How long a refused one is kept, and then goes away"},
    {.name = NULL},
};

static bool asks(const struct onboarding *onboarding, enum detail answer) {
    for (size_t i = 0; i < onboarding->plan.count; i++) {
        const struct planned *step = &onboarding->plan.steps[i];
        if (step->kind != STEP_PAGE) continue;
        const struct asked_page *page = &onboarding->pages[step->page];
        for (size_t k = 0; k < page->count; k++)
            if (page->list[k].answer == answer && !page->list[k].optional) return true;
    }
    return false;
}

/* Reads what the settings mean. False: *key must be *must. */
static bool understand(const struct onboarding_settings *settings_read, struct onboarding *onboarding,
                       const char **key, struct text *must) {
    static const char *const pages[PAGE_COUNT] = {
        [PAGE_SHORT] = "pages.short",       [PAGE_CONTACT] = "pages.contact", [PAGE_PERSON] = "pages.person",
        [PAGE_PASSPORT] = "pages.passport", [PAGE_ADDRESS] = "pages.address", [PAGE_WORK] = "pages.work",
    };
    const struct plan *plan = &onboarding->plan;
    for (int i = 0; i < PAGE_COUNT; i++) {
        if (asked_read(text_from(settings_read->pages[i]), &onboarding->pages[i])) continue;
        *key = pages[i];
        *must = TEXT("a list of known questions, each once, at most sixteen");
        return false;
    }
    *key = "steps";
    const char *problem = plan_read(text_from(settings_read->steps), &onboarding->plan);
    if (problem == NULL && plan_find(plan, TEXT("email")) < plan->count && !asks(onboarding, ANSWER_MAIL))
        problem = "with a page before email that asks for mail";
    if (problem == NULL && plan_find(plan, TEXT("decision")) < plan->count && !asks(onboarding, ANSWER_BIRTH))
        problem = "with a page before decision that asks for birth";
    for (size_t i = 0; problem == NULL && i < plan->count; i++) {
        if (plan->steps[i].kind == STEP_PAGE && onboarding->pages[plan->steps[i].page].count == 0)
            problem = "without a page that asks nothing";
    }
    *must = text_from(problem);
    return problem == NULL;
}

static bool settings_good(const void *read, const char **key, struct text *must) {
    struct onboarding onboarding = {0};
    return understand(read, &onboarding, key, must);
}

/* ---- life ---- */

static void *start(struct engine *engine, struct arena *arena, struct text *problem) {
    struct onboarding *onboarding = arena_new_of(arena, struct onboarding);
    const char *key = NULL;
    onboarding->engine = engine;
    onboarding->settings = engine_settings(engine, &onboarding_feature);
    if (!understand(onboarding->settings, onboarding, &key, problem)) return NULL;
    if (onboarding->plan.plain) return onboarding;
    const struct plan *plan = &onboarding->plan;
    const struct signup_extension extension = {
        .closed = plan->closed,
        .pin = plan_find(plan, TEXT("pin")) < plan->count,
        .by_code = plan->by_code,
        .self = onboarding,
        .begins = begins,
        .renewed = renewed,
        .next = plan->closed ? NULL : "/application",
        .proved = proved,
        .step = (int)plan_number(plan, plan_find(plan, TEXT("number"))),
        .steps = (int)plan_asked(plan),
    };
    identity_signup_extend(engine, &extension);
    if (plan->closed) { /* contracts: other names than a number, and a first password that is replaced */
        identity_names_by(engine, contract_named);
        identity_gate_by(engine, (struct sign_in_gate){.renew = contract_gate});
    }
    return onboarding;
}

static const char *const needs[] = {"identity", "messaging", "backoffice", NULL};

const struct feature onboarding_feature = {
    .name = "onboarding",
    .needs = needs,
    .routes = routes,
    .migrations = onboarding_migrations,
    .jobs = onboarding_jobs,
    .sealed = onboarding_sealed,
    .queues = onboarding_queues,
    .menu = menu,
    .settings = settings,
    .settings_size = sizeof(struct onboarding_settings),
    .settings_good = settings_good,
    .open = start,
    .own_data = onboarding_own_data,
    .erases = onboarding_erases,
};

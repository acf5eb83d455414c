/* flow.c: what follows from one step to the next without asking the applicant: the decision, the wait for staff, and
 * the cabinet's opening. */
#include "onboarding/internal.h"

#include "base/check.h"
#include "identity/consent.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

STATEMENT(limit_add, "INSERT INTO onboarding_limit (customer, amount, made) VALUES ($1, $2, $3)");

const struct step *step_of(enum step_kind kind) {
    switch (kind) {
    case STEP_PAGE: return &step_page;
    case STEP_CONSENTS: return &step_consents;
    case STEP_CALCULATOR: return &step_calculator;
    case STEP_PASSWORD: return &step_password;
    case STEP_PIN: return &step_pin;
    case STEP_PHOTOS: return &step_photos;
    case STEP_EMAIL: return &step_email;
    default: check(false); return NULL;
    }
}

enum reason application_decision(struct engine *engine, const struct application *application) {
    const struct answers *answers = &application->answers;
    struct decision_facts facts = {.income = -1};
    facts.today = civil_at(world_now(engine_world(engine)), engine_zone(engine)).date;
    if (!answer_date(answers->of[ANSWER_BIRTH], &facts.birth)) return REASON_STAFF; /* kabinet check asks for it */
    answer_date(answers->of[ANSWER_PASSPORT_DATE], &facts.passport);
    if (answers->of[ANSWER_INCOME].data) text_to_int(answers->of[ANSWER_INCOME], &facts.income);
    return decide(&onboarding_of(engine)->settings->policy, &facts);
}

/* «Анна И.»: how others see him. */
static void name_him(struct engine *engine, struct tx *tx, const struct application *application) {
    struct text name = application->answers.of[ANSWER_NAME], surname = application->answers.of[ANSWER_SURNAME];
    if (!name.data || surname.size == 0) return;
    struct text initial = text_slice(surname, 0, text_utf8_step(surname));
    identity_name_set(engine, tx, application->customer,
                      text_format(tx_arena(tx), "%.*s %.*s.", TEXT_ARG(name), TEXT_ARG(initial)));
}

static bool open_cabinet(struct engine *engine, struct tx *tx, struct application *application,
                         struct request *request, const struct signup *signup, struct text *token) {
    const struct onboarding *onboarding = onboarding_of(engine);
    if (request != NULL && !identity_signup_end(request, tx, signup)) return false;
    application->customer = identity_open(engine, tx, application->phone, application->secret, application->language,
                                          application->id);
    if (application->customer == 0) return false;
    application->state = APPLICATION_OPENED;
    name_him(engine, tx, application);
    identity_consents_move(tx, application->id, application->customer);
    application->secret = TEXT_NONE;
    bool decided = plan_find(&onboarding->plan, TEXT("decision")) < onboarding->plan.count;
    if (decided && onboarding->settings->limit > 0) {
        tx_run(tx, &limit_add,
               VALUES(V_INT(application->customer), V_INT(onboarding->settings->limit),
                      V_INT(world_now(engine_world(engine)))));
    }
    enum level level = (enum level)(onboarding->settings->level + LEVEL_MINIMAL);
    if (level > LEVEL_MINIMAL) identity_level_set(engine, tx, application->customer, level);
    application_save(engine, tx, application); /* whoever hears of it may ask for its answers */
    const struct event approved = {
        .kind = EVENT_CUSTOMER_APPROVED, .customer = application->customer, .number = application->id};
    engine_emit(engine, tx, &approved);
    if (request != NULL) {
        bool by_token = field_number(request, "token") != 0 && !request->wants_html;
        struct text session = identity_sign_in(request, tx, application->customer, by_token);
        if (!by_token) identity_device_remember(request, tx, application->customer);
        if (by_token) *token = session;
    }
    return true;
}

/* Staff decided while he was away. */
static void tell_outcome(struct engine *engine, struct tx *tx, const struct application *application) {
    bool refused = application->state == APPLICATION_REFUSED;
    const struct locale locale = {.language = application->language, .zone = engine_zone(engine)};
    struct node company = text_value(text_from(engine_config(engine)->company));
    string_id reason = application_reason_words(refused ? application->reason : REASON_NONE);
    struct node why = text_value(string_get(tx_arena(tx), &locale, reason, NULL, 0));
    const struct string_argument arguments[] = {{"company", &company}, {"why", &why}};
    const struct message message = {
        .customer = application->customer,
        .phone = application->phone,
        .language = application->language,
        .text = refused ? S_onboarding_sms_refused : S_onboarding_sms_opened,
        .arguments = arguments,
        .argument_count = refused ? 2 : 1,
    };
    message_sms(engine, tx, &message);
}

bool application_go_on(struct engine *engine, struct tx *tx, struct application *application, struct request *request,
                       const struct signup *signup, struct text *token) {
    const struct plan *plan = &onboarding_of(engine)->plan;
    for (;;) {
        size_t at = plan_next(plan, application->done);
        if (at == plan->count || application->state == APPLICATION_REFUSED) break;
        enum step_kind kind = plan->steps[at].kind;
        if (kind == STEP_DECISION) {
            application->reason = application_decision(engine, application);
            if (application->reason != REASON_NONE) {
                application->state = APPLICATION_REFUSED;
                application->secret = TEXT_NONE;
                break;
            }
        } else if (kind == STEP_REVIEW || kind == STEP_CALL) {
            application->state = APPLICATION_WAITING;
            staff_asked(engine, tx, application);
            break;
        } else if (kind == STEP_OPEN) {
            if (!open_cabinet(engine, tx, application, request, signup, token)) return false;
        } else {
            if (kind == STEP_EMAIL) email_send(engine, tx, application);
            break; /* the applicant's turn */
        }
        application->done |= planned_bit(&plan->steps[at]);
    }
    bool settled = application->state == APPLICATION_OPENED || application->state == APPLICATION_REFUSED;
    if (request == NULL && settled) tell_outcome(engine, tx, application);
    return true;
}

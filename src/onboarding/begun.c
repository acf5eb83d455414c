/* begun.c: cabinets that do not begin on our own pages: at a desk (ID-7), at a shop's till (ID-4). */
#include "onboarding/internal.h"

#include <string.h>

bool onboarding_at_desk(const struct engine *engine) {
    return onboarding_of(engine)->plan.closed;
}

/* The page must come first, and be good as it stands: nobody has answered anything before. */
const struct asked_page *onboarding_till_page(const struct engine *engine) {
    const struct onboarding *onboarding = onboarding_of(engine);
    const struct plan *plan = &onboarding->plan;
    if (plan->closed || plan->count < 3 || plan->steps[0].kind != STEP_NUMBER || plan->steps[2].kind != STEP_PAGE)
        return NULL;
    return &onboarding->pages[plan->steps[2].page];
}

/* Decided now, for the shop waits; what was decided holds when he chooses his secret later. */
static enum begun decided(struct engine *engine, struct application *application) {
    const struct plan *plan = &onboarding_of(engine)->plan;
    size_t at = plan_find(plan, TEXT("decision"));
    if (at == plan->count) return BEGUN_TAKEN;
    /* Pages between ours and the decision may still change it. */
    for (size_t i = 3; i < at; i++)
        if (plan->steps[i].kind == STEP_PAGE) return BEGUN_TAKEN;
    application->reason = application_decision(engine, application);
    if (application->reason != REASON_NONE) {
        application->state = APPLICATION_REFUSED;
        return BEGUN_REFUSED;
    }
    application->done |= planned_bit(&plan->steps[at]);
    return BEGUN_APPROVED;
}

enum begun onboarding_begin(struct request *request, struct tx *tx, const struct begun_at *begun) {
    struct engine *engine = request->engine;
    const struct onboarding *onboarding = onboarding_of(engine);
    const struct asked_page *page = onboarding_till_page(engine);
    struct application application;
    if (identity_by_phone(engine, tx, begun->phone) != 0) return BEGUN_CUSTOMER;
    if (!application_of_phone(engine, tx, begun->phone, &application))
        application_new(engine, tx, begun->phone, begun->language, &application);
    if (application.state == APPLICATION_WAITING) return BEGUN_WAITS;
    if (application.state == APPLICATION_REFUSED) return BEGUN_REFUSED;
    for (size_t i = 0; i < page->count; i++)
        application.answers.of[page->list[i].answer] = begun->answers->of[page->list[i].answer];
    application.done |= planned_bit(&onboarding->plan.steps[2]);
    consents_at(request, tx, application.id, begun->how);
    enum begun outcome = decided(engine, &application);
    application_save(engine, tx, &application);
    return outcome;
}

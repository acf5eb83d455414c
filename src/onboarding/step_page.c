/* step_page.c: a page of the questionnaire: which questions it asks is the profile's. */
#include "onboarding/internal.h"

static const struct asked_page *asked_of(const struct visit *visit) {
    return &visit->onboarding->pages[visit->step->page];
}

/* What he has not answered yet and somebody who is believed tells of him is there already, for him to look over. */
static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    (void)tx;
    const struct asked_page *page = asked_of(visit);
    struct answers answers = visit->application.answers;
    for (size_t i = 0; i < page->count; i++) {
        enum detail answer = page->list[i].answer;
        if (answers.of[answer].data == NULL)
            answers.of[answer] = identity_told(visit->request, question_of(answer)->name);
    }
    asked_draw(visit->request, doc_array(document, "fields"), page, &answers, true);
}

static enum flow vet_page(struct visit *visit, struct tx *tx) {
    (void)tx;
    const char *names[ASKED_MAX];
    only_these(visit->request, names, asked_names(asked_of(visit), names));
    struct date today = civil_at(world_now(visit->request->world), engine_zone(visit->engine)).date;
    asked_check(visit->request, today, asked_of(visit), &visit->application.answers);
    return refuse_marked(visit->request);
}

static enum flow accept(struct visit *visit, struct tx *tx) {
    (void)tx;
    asked_take(visit->request, asked_of(visit), &visit->application.answers);
    return FLOW_NEXT;
}

const struct step step_page = {&template_onboarding_page, draw, vet_page, NULL, accept};

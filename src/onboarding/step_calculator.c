/* step_calculator.c: sum and term, and what is to be given back: computed here, never taken from the page. Before the
 * number there is nobody to keep it for: then it is kept under the browser's draft (ID-5). */
#include "onboarding/internal.h"

/* Interest by the day on the whole sum, half a kopeck up. */
static struct money interest(const struct onboarding_settings *settings, int64_t minor, int64_t days) {
    return rub((minor * days * settings->day_rate + 50000) / 100000);
}

static bool chosen(struct visit *visit, int64_t *minor, int64_t *days) {
    const struct onboarding_settings *settings = visit->onboarding->settings;
    const struct answers *answers = &visit->application.answers;
    if (field_given(visit->request, "sum") && field_given(visit->request, "term")) {
        *minor = field_number(visit->request, "sum");
        *days = field_number(visit->request, "term");
    } else if (!answers->of[ANSWER_SUM].data || !text_to_int(answers->of[ANSWER_SUM], minor) ||
               !text_to_int(answers->of[ANSWER_TERM], days)) {
        *minor = settings->sum_min;
        *days = settings->term_min;
    }
    return *minor >= settings->sum_min && *minor <= settings->sum_max && *days >= settings->term_min &&
           *days <= settings->term_max;
}

static void mark_bounds(struct request *request, const struct onboarding_settings *settings) {
    int64_t minor = field_number(request, "sum"), days = field_number(request, "term");
    if (request_field(request, "sum")->fault == FAULT_NONE) {
        if (!field_given(request, "sum")) mark_field(request, "sum", FAULT_MISSING, S_onboarding_sum_missing);
        else if (minor < settings->sum_min) mark_field(request, "sum", FAULT_TOO_SMALL, S_onboarding_sum_wrong);
        else if (minor > settings->sum_max) mark_field(request, "sum", FAULT_TOO_LARGE, S_onboarding_sum_wrong);
    }
    if (request_field(request, "term")->fault == FAULT_NONE) {
        if (!field_given(request, "term")) mark_field(request, "term", FAULT_MISSING, S_onboarding_term_missing);
        else if (days < settings->term_min) mark_field(request, "term", FAULT_TOO_SMALL, S_onboarding_term_wrong);
        else if (days > settings->term_max) mark_field(request, "term", FAULT_TOO_LARGE, S_onboarding_term_wrong);
    }
}

static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    (void)tx;
    const struct onboarding_settings *settings = visit->onboarding->settings;
    struct request *request = visit->request;
    int64_t minor = 0, days = 0;
    bool good = chosen(visit, &minor, &days);
    if (!good && request->method == METHOD_GET) mark_bounds(request, settings);
    struct node *fields = doc_array(document, "fields");
    struct arena *arena = request->arena;
    draw_field(request, fields, ANSWER_SUM, false, text_format(arena, "%lld", (long long)minor));
    draw_field(request, fields, ANSWER_TERM, false, text_format(arena, "%lld", (long long)days));
    doc_money(document, "least", rub(settings->sum_min));
    doc_money(document, "most", rub(settings->sum_max));
    doc_int(document, "term_least", settings->term_min);
    doc_int(document, "term_most", settings->term_max);
    if (!good) return;
    struct money more = interest(settings, minor, days);
    struct node *offer = doc_object(document, "offer");
    doc_money(offer, "sum", rub(minor));
    doc_int(offer, "term", days);
    doc_money(offer, "interest", more);
    doc_money(offer, "total", rub(minor + more.minor));
}

static enum flow vet_calculator(struct visit *visit, struct tx *tx) {
    (void)tx;
    static const char *const names[] = {"sum", "term"};
    struct request *request = visit->request;
    only_these(request, names, 2);
    mark_bounds(request, visit->onboarding->settings);
    return refuse_marked(request);
}

static enum flow accept(struct visit *visit, struct tx *tx) {
    struct request *request = visit->request;
    struct answers *answers = &visit->application.answers;
    answers->of[ANSWER_SUM] = text_format(request->arena, "%lld", (long long)field_number(request, "sum"));
    answers->of[ANSWER_TERM] = text_format(request->arena, "%lld", (long long)field_number(request, "term"));
    if (!visit->before) return FLOW_NEXT;
    struct node *document = doc_new(request->arena);
    if (!identity_signup_begun(request, tx, visit->begun))
        doc_text(document, "draft", identity_signup_begin(request, tx, visit->begun));
    start_keep(visit->engine, tx, visit->begun, answers);
    doc_text(document, "next", TEXT("/signup"));
    return answer_done(request, document, TEXT("/signup"));
}

const struct step step_calculator = {&template_onboarding_calculator, draw, vet_calculator, NULL, accept};

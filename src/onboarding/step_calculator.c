/* step_calculator.c: sum and term, and what is to be given back: computed here, never taken from the page. Before the
 * number there is nobody to keep it for: then it is kept under the browser's draft (ID-5). Where a feature lends
 * (engine/lends.h), its bounds and its figures are shown, and the settings hold only where none does. */
#include "onboarding/internal.h"

#include "engine/lends.h"

/* Interest by the day on the whole sum, half a kopeck up. */
static struct money interest(const struct onboarding_settings *settings, int64_t minor, int64_t days) {
    return rub((minor * days * settings->day_rate + 50000) / 100000);
}

static struct lends_bounds bounds_of(struct visit *visit, struct tx *tx) {
    const struct onboarding_settings *settings = visit->onboarding->settings;
    const struct lends *lends = engine_lends(visit->engine);
    struct lends_bounds bounds;
    if (lends != NULL && lends->bounds(visit->engine, tx, &bounds)) return bounds;
    return (struct lends_bounds){settings->sum_min, settings->sum_max, 1, settings->term_min, settings->term_max};
}

static bool chosen(struct visit *visit, const struct lends_bounds *bounds, int64_t *minor, int64_t *days) {
    const struct answers *answers = &visit->application.answers;
    if (field_given(visit->request, "sum") && field_given(visit->request, "term")) {
        *minor = field_number(visit->request, "sum");
        *days = field_number(visit->request, "term");
    } else if (!answers->of[ANSWER_SUM].data || !text_to_int(answers->of[ANSWER_SUM], minor) ||
               !text_to_int(answers->of[ANSWER_TERM], days)) {
        *minor = bounds->sum_least;
        *days = bounds->term_least;
    }
    return *minor >= bounds->sum_least && *minor <= bounds->sum_most && *minor % bounds->sum_step == 0 &&
           *days >= bounds->term_least && *days <= bounds->term_most;
}

static void mark_bounds(struct request *request, const struct lends_bounds *bounds) {
    int64_t minor = field_number(request, "sum"), days = field_number(request, "term");
    if (request_field(request, "sum")->fault == FAULT_NONE) {
        if (!field_given(request, "sum")) mark_field(request, "sum", FAULT_MISSING, S_onboarding_sum_missing);
        else if (minor < bounds->sum_least) mark_field(request, "sum", FAULT_TOO_SMALL, S_onboarding_sum_wrong);
        else if (minor > bounds->sum_most) mark_field(request, "sum", FAULT_TOO_LARGE, S_onboarding_sum_wrong);
        else if (minor % bounds->sum_step != 0) mark_field(request, "sum", FAULT_MALFORMED, S_onboarding_sum_wrong);
    }
    if (request_field(request, "term")->fault == FAULT_NONE) {
        if (!field_given(request, "term")) mark_field(request, "term", FAULT_MISSING, S_onboarding_term_missing);
        else if (days < bounds->term_least) mark_field(request, "term", FAULT_TOO_SMALL, S_onboarding_term_wrong);
        else if (days > bounds->term_most) mark_field(request, "term", FAULT_TOO_LARGE, S_onboarding_term_wrong);
    }
}

/* By whoever lends; else by the settings' rate alone. */
static void draw_offer(struct visit *visit, struct tx *tx, int64_t minor, int64_t days, struct node *document) {
    const struct lends *lends = engine_lends(visit->engine);
    struct lends_bounds bounds;
    bool lent = lends != NULL && lends->bounds(visit->engine, tx, &bounds);
    if (lent) doc_bool(document, "unlawful", !lends->quote(visit->request, tx, minor, days, document));
    if (lent) return;
    struct money more = interest(visit->onboarding->settings, minor, days);
    struct node *offer = doc_object(document, "offer");
    doc_money(offer, "sum", rub(minor));
    doc_int(offer, "term", days);
    doc_money(offer, "interest", more);
    doc_money(offer, "total", rub(minor + more.minor));
}

static void draw(struct visit *visit, struct tx *tx, struct node *document) {
    struct request *request = visit->request;
    const struct lends_bounds bounds = bounds_of(visit, tx);
    int64_t minor = 0, days = 0;
    bool good = chosen(visit, &bounds, &minor, &days);
    if (!good && request->method == METHOD_GET) mark_bounds(request, &bounds);
    struct node *fields = doc_array(document, "fields");
    struct arena *arena = request->arena;
    draw_field(request, fields, ANSWER_SUM, false, text_format(arena, "%lld", (long long)minor));
    draw_field(request, fields, ANSWER_TERM, false, text_format(arena, "%lld", (long long)days));
    doc_money(document, "least", rub(bounds.sum_least));
    doc_money(document, "most", rub(bounds.sum_most));
    doc_int(document, "term_least", bounds.term_least);
    doc_int(document, "term_most", bounds.term_most);
    if (good) draw_offer(visit, tx, minor, days, document);
}

static enum flow vet_calculator(struct visit *visit, struct tx *tx) {
    const struct lends_bounds bounds = bounds_of(visit, tx);
    static const char *const names[] = {"sum", "term"};
    struct request *request = visit->request;
    only_these(request, names, 2);
    mark_bounds(request, &bounds);
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

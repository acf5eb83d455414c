/* passport.c: the simplified level, by passport data that are checked as far as their own digits go: the passport's
 * form, its dates against the birthday, the check digits of INN and SNILS. */
#include "levels/internal.h"

static const struct refusal had = {"level-had", 409, S_levels_had, false};
static const struct refusal too_many = {"too-many-cabinets", 422, S_levels_too_many, false};
/* Says no more than that they do not fit: whose they are is nobody's to learn. */
static const struct refusal disagrees = {"data-disagree", 422, S_levels_disagrees, false};

static bool minimal(struct request *request, struct tx *tx) {
    struct customer customer;
    return identity_customer(request->engine, tx, request->caller.customer, &customer) &&
           customer.level == LEVEL_MINIMAL;
}

enum flow passport_page(struct request *request, struct tx *tx) {
    static const struct answers nothing;
    if (!minimal(request, tx)) return see_or_refuse(request, "/settings/level", &had);
    struct node *document = doc_new(request->arena);
    asked_draw(request, doc_array(document, "fields"), &levels_of(request->engine)->page, &nothing, true);
    doc_bool(document, "one_number", levels_of(request->engine)->settings->one_number);
    return answer_ok(request, document);
}

static struct date today_of(struct request *request) {
    return civil_at(world_now(request->world), engine_zone(request->engine)).date;
}

/* What is wrong with them together, beside the field where it can be mended. */
static void check_person(struct request *request, const struct answers *answers) {
    const struct levels_settings *settings = levels_of(request->engine)->settings;
    struct person_facts facts = {
        .today = today_of(request),
        .grace_days = settings->grace,
        .number = answers->of[ANSWER_INN].data != NULL || answers->of[ANSWER_SNILS].data != NULL,
        .number_needed = settings->one_number,
    };
    if (!answer_date(answers->of[ANSWER_BIRTH], &facts.birth) ||
        !answer_date(answers->of[ANSWER_PASSPORT_DATE], &facts.issued))
        return; /* the settings make sure that both are asked */
    switch (person_judge(&facts)) {
    case PERSON_PASSPORT_ENDED:
        mark_field(request, "passport_date", FAULT_REFUSED, S_levels_passport_ended);
        return;
    case PERSON_NO_NUMBER: mark_field(request, "snils", FAULT_MISSING, S_levels_number_missing); return;
    case PERSON_GOOD: return;
    }
}

enum flow passport_check(struct request *request, struct tx *tx) {
    const struct asked_page *page = &levels_of(request->engine)->page;
    const char *names[ASKED_MAX];
    struct answers *answers = arena_new_of(request->arena, struct answers);
    if (!minimal(request, tx)) return see_or_refuse(request, "/settings/level", &had);
    only_these(request, names, asked_names(page, names));
    asked_check(request, today_of(request), page, answers);
    if (refuse_marked(request) == FLOW_ANSWERED) return FLOW_ANSWERED;
    asked_take(request, page, answers);
    check_person(request, answers);
    request->scratch = answers;
    return refuse_marked(request);
}

enum flow passport_write(struct request *request, struct tx *tx) {
    const struct level_proof proof = {.level = LEVEL_SIMPLIFIED,
                                      .source = LEVEL_BY_FORM,
                                      .answers = *(const struct answers *)request->scratch};
    switch (level_raise(request->engine, tx, request->caller.customer, &proof)) {
    case LEVEL_RAISED: break;
    case LEVEL_HAD: return see_or_refuse(request, "/settings/level", &had); /* pressed twice */
    case LEVEL_TOO_MANY: return refuse_at(request, "passport", &too_many);
    case LEVEL_DISAGREES: return refuse_at(request, "passport", &disagrees);
    case LEVEL_NOBODY: return answer_missing(request);
    }
    struct node *document = doc_new(request->arena);
    doc_text(document, "level", text_from(level_name(LEVEL_SIMPLIFIED)));
    return answer_done(request, document, TEXT("/settings/level"));
}

/* apply.c: an application: what is handed to the lender is what was proved of the customer, with his consent to that
 * lender alone, kept with its text. */
#include "products/lenders/lenders.h"

#include "identity/consent.h"
#include "identity/secrets.h"
#include "levels/levels.h"

static const struct refusal off = {"lender-off", 409, S_lenders_refused_off, false};
static const struct refusal level_low = {"level-too-low", 422, S_lenders_refused_level, false};
static const struct refusal frozen = {"account-frozen", 422, S_lenders_refused_frozen, false};
static const struct refusal cooling = {"cooling", 422, S_lenders_refused_cooling, false};
static const struct refusal nobody = {"person-unknown", 422, S_lenders_refused_nobody, false};
static const struct refusal has_one = {"under-way", 409, S_lenders_refused_under_way, false};
static const struct refusal no_purse = {"no-account", 409, S_lenders_refused_no_purse, false};

/* Whoever has just got hold of somebody's secrets may not borrow in his name. */
const struct refusal *loan_barred(struct engine *engine, struct tx *tx, const struct customer *customer) {
    struct cooling since;
    if ((int)customer->level < lenders_state_of(engine)->settings->level + 1) return &level_low;
    if (customer->frozen) return &frozen;
    return identity_cooling(engine, tx, customer->id, &since) ? &cooling : NULL;
}

/* ---- the page ---- */

static void tell_purses(struct request *request, struct tx *tx, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    struct node *options = doc_array(document, "purses");
    for (size_t i = 0; i < count; i++) {
        struct node *option = doc_add_object(options);
        doc_id(option, "value", purses[i].account);
        doc_text(option, "title", purses[i].title);
        doc_bool(option, "selected", field_number(request, "to") == purses[i].account);
    }
    doc_bool(document, "several", count > 1);
}

/* GET /lenders/{code}/apply */
enum flow apply_read(struct request *request, struct tx *tx) {
    const struct partner *partner = partner_of(request->engine, request->params[0]);
    if (partner == NULL || !partner->settings->on) return answer_missing(request);
    int64_t sum = field_number(request, "sum"), term = field_number(request, "term");
    struct node *document = doc_new(request->arena);
    tell_partner(request, partner, document);
    doc_money(document, "sum", rub(lent_sum_good(&partner->bounds, sum) ? sum : partner->bounds.sum_min));
    doc_int(document, "term", lent_term_good(&partner->bounds, term) ? term : partner->bounds.term_min);
    doc_text(document, "consent_version", text_from(partner->settings->consent_version));
    tell_purses(request, tx, document);
    return answer_ok(request, document);
}

/* ---- the application ---- */

static enum flow take_purse(struct request *request, struct tx *tx, int64_t *account) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses), at = 0;
    if (count == 0) return refuse(request, &no_purse);
    if (field_given(request, "to"))
        while (at < count && purses[at].account != field_number(request, "to")) at++;
    if (at == count) return refuse_field(request, "to", S_lenders_purse_unknown);
    *account = purses[at].account;
    return FLOW_NEXT;
}

static enum flow vet(struct request *request, struct tx *tx, const struct partner *partner,
                     const struct customer *customer) {
    const struct refusal *barred = loan_barred(request->engine, tx, customer);
    if (!partner->settings->on || partner->service.key.size == 0) return refuse(request, &off);
    if (barred != NULL) return refuse(request, barred);
    if (!lent_sum_good(&partner->bounds, field_number(request, "sum")))
        return refuse_field(request, "sum", S_lenders_sum_off);
    if (!lent_term_good(&partner->bounds, field_number(request, "term")))
        return refuse_field(request, "term", S_lenders_term_off);
    if (field_number(request, "consent") == 0) return refuse_field(request, "consent", S_lenders_consent_missing);
    if (loan_under_way(tx, customer->id, text_from(partner->settings->code))) return refuse(request, &has_one);
    return FLOW_NEXT;
}

static struct text body_of(struct request *request, const struct loan *loan, const struct partner *partner,
                           const struct customer *customer, const struct answers *known) {
    static const enum detail details[] = {ANSWER_SURNAME,         ANSWER_NAME,        ANSWER_PATRONYMIC,
                                          ANSWER_BIRTH,           ANSWER_PASSPORT,    ANSWER_PASSPORT_DATE,
                                          ANSWER_PASSPORT_OFFICE, ANSWER_PASSPORT_BY, ANSWER_INN,
                                          ANSWER_SNILS};
    struct arena *arena = request->arena;
    struct lender_fact facts[6 + sizeof details / sizeof *details] = {
        {"id", text_format(arena, "%lld", (long long)loan->id)},
        {"sum", money_decimal(arena, rub(loan->sum))},
        {"term", text_format(arena, "%lld", (long long)loan->term)},
        {"consent", text_from(partner->settings->consent_version)},
        {"consented", text_format(arena, "%lld", (long long)(world_now(request->world) / SECOND))},
        {"phone", customer->phone}};
    size_t count = 6;
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        facts[count++] = (struct lender_fact){question_of(details[i])->name, known->of[details[i]]};
    return lender_write(arena, facts, count);
}

static void keep_consent(struct request *request, struct tx *tx, const struct partner *partner) {
    const struct consent given = {
        .purpose = text_format(request->arena, "lender.%s", partner->settings->code),
        .version = text_from(partner->settings->consent_version),
        .words = consent_words(request, partner),
        .how = identity_consent_how(request)};
    identity_consent_give(tx, request->caller.customer, &given);
}

/* POST /lenders/{code}/apply */
enum flow apply_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    const struct partner *partner = partner_of(engine, request->params[0]);
    struct customer customer;
    struct answers known;
    moment now = world_now(tx_world(tx));
    if (partner == NULL || !identity_customer(engine, tx, request->caller.customer, &customer))
        return answer_missing(request);
    if (vet(request, tx, partner, &customer) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!level_known(engine, tx, customer.id, &known) || known.of[ANSWER_PASSPORT].data == NULL)
        return refuse(request, &nobody);
    struct loan loan = {.id = world_id(tx_world(tx)),
                        .customer = customer.id,
                        .lender = text_from(partner->settings->code),
                        .state = LOAN_DECIDING,
                        .sum = field_number(request, "sum"),
                        .term = field_number(request, "term"),
                        .deadline = now + lenders_state_of(engine)->settings->decision_life};
    if (take_purse(request, tx, &loan.account) == FLOW_ANSWERED) return FLOW_ANSWERED;
    lender_account(engine, tx, loan.lender); /* from now on a page can ask whether his money would fit */
    keep_consent(request, tx, partner);
    loan_insert(engine, tx, &loan);
    step_add(engine, tx,
             &(struct step_order){STEP_APPLY, loan.customer, loan.id, loan.lender, loan.sum,
                                  body_of(request, &loan, partner, &customer, &known), now, loan.deadline});
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", loan.id);
    doc_text(document, "state", text_from(loan_state_name(loan.state)));
    return answer_created(request, document, text_format(request->arena, "/lender-loans/%lld", (long long)loan.id));
}

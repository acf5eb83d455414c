/* apply.c: somebody asks for a loan (LO-2), or begins with it when he signs up (ID-5): what is known of him and what he
 * says is gathered, and the policy decides at once. What nobody here knows (credit bureaus, lists) is left out, and
 * then staff look. His consents are kept each for itself, with its words (152-FZ). */
#include "products/loans/staff.h"

#include "base/json.h"
#include "identity/consent.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"
#include "onboarding/answers.h"

#include <jansson.h>

#define CREDITS_SEEN 200

static const struct refusal frozen = {"account-frozen", 422, S_loans_refused_frozen, false};
static const struct refusal cooling = {"cooling", 422, S_loans_refused_cooling, false};
static const struct refusal has_one = {"under-way", 409, S_loans_refused_under_way, false};
static const struct refusal no_product = {"no-such-loan", 422, S_loans_refused_product, false};

/* Whoever has just got hold of somebody's secrets may not borrow in his name. */
const struct refusal *loans_barred(struct engine *engine, struct tx *tx, const struct customer *customer) {
    struct cooling since;
    if (customer->frozen) return &frozen;
    return identity_cooling(engine, tx, customer->id, &since) ? &cooling : NULL;
}

/* ---- what is known ---- */

static int64_t age_on(struct date birth, struct date day) {
    int64_t years = day.year - birth.year;
    bool before = day.month < birth.month || (day.month == birth.month && day.day < birth.day);
    return before ? years - 1 : years;
}

static void know_age(struct engine *engine, struct tx *tx, int64_t customer, struct node *inputs) {
    struct date birth;
    if (answer_date(loans_person(engine, tx, customer, ANSWER_BIRTH), &birth))
        doc_int(inputs, "age", age_on(birth, date_from_days(loans_today(engine))));
}

static bool costly(struct engine *engine, struct tx *tx, int64_t product_id, int64_t sum, int64_t term) {
    struct credit_product product;
    struct credit_quote quote;
    const struct credit_setting around = credit_setting(engine);
    int64_t bound = law_at(LAW_COSTLY_PSK, date_from_days(loans_today(engine)), around.own, around.own_count);
    if (bound == LAW_NONE || !credit_product_find(tx, product_id, &product)) return false;
    credit_quote(engine, tx_arena(tx), &product.terms, sum, term, &quote);
    return quote.fault != LOAN_FAULT_PLAN && quote.cost.psk > bound;
}

/* His loans with us: what he has elsewhere, and so how many costly ones there are (`costly`), only bureaus know. How
 * late he ever was is not known of one that had begun: then staff look. */
static void know_history(struct engine *engine, struct tx *tx, const struct application *application,
                         struct node *inputs) {
    struct credit *credits = arena_array(tx_arena(tx), struct credit, CREDITS_SEEN);
    size_t count = credits_of(tx, application->customer, credits, CREDITS_SEEN);
    int64_t running = 0, repaid = 0, begun = 0;
    int64_t dear = costly(engine, tx, application->product, application->sum, application->term);
    for (size_t i = 0; i < count; i++) {
        const struct credit *credit = &credits[i];
        bool runs = credit->state <= CREDIT_RUNS;
        running += runs;
        repaid += credit->state == CREDIT_CLOSED;
        begun += credit->issued != 0;
        if (runs) dear += costly(engine, tx, credit->product, credit->sum, credit->term);
    }
    doc_int(inputs, "loans", running);
    doc_int(inputs, "costly_here", dear);
    doc_int(inputs, "repaid", repaid);
    if (begun == 0) doc_int(inputs, "days_overdue", 0);
}

/* "payments" are all of a month, with this loan's. */
static int64_t month_of(struct engine *engine, struct tx *tx, const struct application *application) {
    struct credit_product product;
    struct credit_quote quote;
    if (!credit_product_find(tx, application->product, &product)) return 0;
    credit_quote(engine, tx_arena(tx), &product.terms, application->sum, application->term, &quote);
    if (quote.count == 0) return 0;
    int64_t first = quote.rows[0].principal + quote.rows[0].interest;
    return product.terms.length > 0 && product.terms.unit == SCHEDULE_DAYS ? first * 30 / product.terms.length : first;
}

/* income, payments: of all that he pays in a month, this loan too; or INCOME_UNKNOWN. */
static void gather(struct engine *engine, struct tx *tx, const struct customer *customer,
                   struct application *application, int64_t income, int64_t payments) {
    struct node *inputs = doc_new(tx_arena(tx));
    struct buffer out = buffer_new(tx_arena(tx), 1024);
    doc_int(inputs, "asked", application->sum);
    doc_int(inputs, "level", customer->level);
    know_age(engine, tx, customer->id, inputs);
    know_history(engine, tx, application, inputs);
    if (income != INCOME_UNKNOWN) doc_int(inputs, "income", income);
    if (payments != INCOME_UNKNOWN) doc_int(inputs, "payments", payments);
    doc_bool(inputs, "income_proved", false);
    doc_write_json(inputs, &out);
    application->inputs = buffer_text(&out);
}

static bool identified(const struct engine *engine, const struct customer *customer) {
    return (int)customer->level >= loans_settings(engine)->level + 1;
}

static void decide(struct engine *engine, struct tx *tx, struct application *application) {
    loans_decide(engine, tx, application);
    application->expires = 0;
    if (application->state == APPLICATION_OFFERED)
        application->expires = world_now(tx_world(tx)) + loans_settings(engine)->offer_life;
}

bool loans_apply(struct engine *engine, struct tx *tx, struct application *application, int64_t income,
                 int64_t payments) {
    struct customer customer;
    struct application before;
    if (application_open(engine, tx, application->customer, &before) ||
        !identity_customer(engine, tx, application->customer, &customer))
        return false;
    if (payments != INCOME_UNKNOWN) payments += month_of(engine, tx, application);
    gather(engine, tx, &customer, application, income, payments);
    application->asked_at = world_now(tx_world(tx));
    if (identified(engine, &customer)) {
        decide(engine, tx, application);
    } else {
        application->state = APPLICATION_IDENTIFY;
        application->outcome = TEXT("{}");
        application->expires = application->asked_at + loans_settings(engine)->identify_life;
    }
    if (!application_insert(engine, tx, application)) return false;
    if (application->state == APPLICATION_REVIEW) application_to_staff(engine, tx, application);
    engine_notify(engine, tx, customer.id, "loan");
    return true;
}

/* ---- who he is has become known ---- */

static int64_t input_of(const json_t *inputs, const char *name) {
    const json_t *value = json_object_get(inputs, name);
    return json_is_integer(value) ? json_integer_value(value) : INCOME_UNKNOWN;
}

/* What he said himself stands; what is known of him is gathered anew. */
void loans_level_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct customer customer;
    struct application application;
    if (!identity_customer(engine, tx, event->customer, &customer) || !identified(engine, &customer) ||
        !application_open(engine, tx, customer.id, &application) || application.state != APPLICATION_IDENTIFY)
        return;
    const json_t *said = json_read(tx_arena(tx), application.inputs);
    gather(engine, tx, &customer, &application, input_of(said, "income"), input_of(said, "payments"));
    decide(engine, tx, &application);
    application_update(engine, tx, &application);
    if (application.state == APPLICATION_REVIEW) application_to_staff(engine, tx, &application);
    else application_decided_tell(engine, tx, &application);
    engine_notify(engine, tx, customer.id, "loan");
}

/* ---- the form ---- */

static const struct {
    const char *field, *purpose;
    string_id words, missing;
} consents[] = {
    {"rules", "loans.rules", S_loans_consent_rules, S_loans_consent_rules_missing},
    {"personal", "loans.personal", S_loans_consent_personal, S_loans_consent_personal_missing},
    {"bureau", CONSENT_CREDIT_BUREAU, S_loans_consent_bureau, S_loans_consent_bureau_missing},
};
#define CONSENTS (sizeof consents / sizeof *consents)

static struct text consent_words(struct request *request, size_t which) {
    struct node *values = doc_new(request->arena);
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    return loans_say_with(request->arena, &request->locale, consents[which].words, values);
}

void loans_consents_tell(struct request *request, struct node *document) {
    struct node *node = doc_object(document, "consents");
    for (size_t i = 0; i < CONSENTS; i++) doc_text(node, consents[i].field, consent_words(request, i));
}

static void keep_consents(struct request *request, struct tx *tx) {
    for (size_t i = 0; i < CONSENTS; i++) {
        const struct consent given = {
            .purpose = text_from(consents[i].purpose),
            .version = text_from(loans_settings(request->engine)->consent_version),
            .words = consent_words(request, i),
            .how = identity_consent_how(request)};
        identity_consent_give(tx, request->caller.customer, &given);
    }
}

/* All that is wrong is told at once. */
static bool marked(struct request *request, const struct credit_product *product, int64_t *sum, int64_t *term) {
    struct credit_quote quote;
    bool good = credit_choice(request, &product->terms, 0, sum, term);
    if (good) credit_quote(request->engine, request->arena, &product->terms, *sum, *term, &quote);
    if (good && quote.fault != LOAN_LAWFUL) {
        request_mark(request, "term", S_loans_form_unlawful, NULL, 0);
        good = false;
    }
    for (size_t i = 0; i < CONSENTS; i++) {
        if (field_number(request, consents[i].field) != 0) continue;
        request_mark(request, consents[i].field, consents[i].missing, NULL, 0);
        good = false;
    }
    return good;
}

/* POST /loans/applications */
enum flow loans_apply_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct credit_product product;
    struct customer customer;
    struct application application = {.customer = request->caller.customer};
    request->fields_valid = true; /* a command may be run again */
    if (!identity_customer(engine, tx, application.customer, &customer)) return answer_missing(request);
    if (!credit_product_asked(request, tx, &product)) return refuse(request, &no_product);
    if (!marked(request, &product, &application.sum, &application.term)) return refuse_rest(request);
    const struct refusal *barred = loans_barred(engine, tx, &customer);
    if (barred != NULL) return refuse(request, barred);
    application.product = product.id;
    if (!loans_apply(engine, tx, &application, field_number(request, "income"), field_number(request, "payments")))
        return refuse(request, &has_one);
    keep_consents(request, tx);
    struct node *document = doc_new(request->arena);
    application_tell(request, tx, &application, document);
    return answer_created(request, document, application_path(request->arena, &application));
}

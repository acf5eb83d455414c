/* sign.c: a contract is signed by a code sent to its owner's number after a fresh proof (63-FZ). The code is bound to
 * the draft and to the SHA-256 of the document's bytes; what was signed is kept word for word, with the number, when
 * the code went out and was used, the address and the device. In the same command the loan is agreed (agree.c). */
#include "products/loans/repay.h"

#include "factors/factors.h"
#include "identity/common.h"
#include "identity/consent.h"
#include "identity/signing.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define DEVICE_MOST 200

static const struct refusal not_offered = {"not-in-this-state", 409, S_loans_refused_state, false};
static const struct refusal too_late = {"too-late", 409, S_loans_refused_late, false};
static const struct refusal draft_over = {"draft-over", 409, S_loans_refused_draft, false};
static const struct refusal too_dear = {"extras-above-law", 422, S_loans_refused_extras_dear, false};
static const struct refusal level_low = {"level-too-low", 422, S_loans_refused_level, false};

/* FLOW_NEXT: it is offered, and he may sign it now. */
static enum flow may_sign(struct request *request, struct tx *tx, struct application *application,
                          struct customer *customer) {
    if (!application_asked(request, tx, application) ||
        !identity_customer(request->engine, tx, application->customer, customer))
        return answer_missing(request);
    if (application->state != APPLICATION_OFFERED) return refuse(request, &not_offered);
    if (world_now(tx_world(tx)) >= application->expires) return refuse(request, &too_late);
    if ((int)customer->level < loans_settings(request->engine)->level + 1) return refuse(request, &level_low);
    const struct refusal *barred = loans_barred(request->engine, tx, customer);
    return barred != NULL ? refuse(request, barred) : FLOW_NEXT;
}

static struct text sign_path(const struct request *request, int64_t application) {
    return text_format(request->arena, "/loans/applications/%lld/sign", (long long)application);
}

/* ---- the code ---- */

static struct signing signing_of(struct request *request, struct tx *tx, const struct contract_draft *draft) {
    struct arena *arena = tx_arena(tx);
    struct customer customer = {.language = request->locale.language};
    struct credit_product product;
    struct string_argument *arguments = arena_array(arena, struct string_argument, 2);
    struct node *values = doc_new(arena);
    identity_customer(request->engine, tx, draft->customer, &customer);
    const struct locale locale = {customer.language, engine_zone(request->engine), world_now(request->world)};
    bool known = credit_product_find(tx, draft->product, &product);
    doc_money(values, "sum", rub(draft->sum));
    doc_text(values, "term", known ? loans_term_words(arena, &locale, &product.terms, draft->term) : TEXT(""));
    arguments[0] = (struct string_argument){"sum", doc_get(values, "sum")};
    arguments[1] = (struct string_argument){"term", doc_get(values, "term")};
    return (struct signing){.purpose = CODE_LOAN,
                            .kind = "loans.draft",
                            .bound = text_format(arena, "%lld/%lld/%.*s", (long long)draft->customer,
                                                 (long long)draft->id, TEXT_ARG(draft->digest)),
                            .customer = draft->customer,
                            .deadline = draft->expires,
                            .text = S_loans_sms_code,
                            .arguments = arguments,
                            .count = 2};
}

static uint64_t extras_chosen(const struct request *request, const struct credit_terms *terms) {
    static const char *const names[CREDIT_EXTRAS] = {"extra_0", "extra_1", "extra_2", "extra_3", "extra_4"};
    uint64_t extras = 0;
    for (size_t i = 0; i < terms->extra_count; i++)
        if (field_number(request, names[i]) != 0) extras |= (uint64_t)1 << i;
    return extras;
}

/* POST /loans/applications/{id}/contract: {sum, term, extra_0 …} */
enum flow loans_contract_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct application application;
    struct customer customer;
    struct contract_choice choice;
    struct credit_quote quote;
    request->fields_valid = true; /* a command may be run again */
    if (may_sign(request, tx, &application, &customer) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!credit_product_find(tx, application.product, &choice.product)) return answer_missing(request);
    choice.sum = application.most;
    choice.term = application.term;
    if (!credit_choice(request, &choice.product.terms, application.most, &choice.sum, &choice.term))
        return refuse_rest(request);
    credit_quote(engine, request->arena, &choice.product.terms, choice.sum, choice.term, &quote);
    if (quote.fault != LOAN_LAWFUL) return refuse_field(request, "term", S_loans_form_unlawful);
    choice.extras = extras_chosen(request, &choice.product.terms);
    if (!credit_extras_lawful(&quote.contract, &choice.product.terms, choice.extras))
        return refuse(request, &too_dear);
    if (factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct contract_draft draft = {.customer = application.customer,
                                   .application = application.id,
                                   .id = world_id(tx_world(tx)),
                                   .product = choice.product.id,
                                   .sum = choice.sum,
                                   .term = choice.term,
                                   .day = quote.contract.day,
                                   .extras = choice.extras,
                                   .document = contract_write(request, tx, &application, &choice, &quote),
                                   .expires = world_now(tx_world(tx)) + loans_settings(engine)->draft_life};
    draft.digest = contract_digest_of(request->arena, draft.document);
    contract_draft_put(engine, tx, &draft);
    const struct signing signing = signing_of(request, tx, &draft);
    if (signing_send(request, tx, &signing) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", application.id);
    doc_text(document, "digest", draft.digest);
    signing_tell(request, tx, &signing, document);
    return answer_created(request, document, sign_path(request, application.id));
}

/* ---- the page ---- */

/* GET /loans/applications/{id}/sign */
enum flow loans_sign_read(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct application application;
    struct contract_draft draft;
    struct credit_product product;
    struct credit_quote quote;
    struct customer customer;
    struct node *document = doc_new(request->arena);
    if (!application_asked(request, tx, &application) ||
        !contract_draft_find(engine, tx, application.customer, application.id, &draft) ||
        !credit_product_find(tx, draft.product, &product) ||
        !identity_customer(engine, tx, draft.customer, &customer))
        return answer_missing(request);
    const struct signing signing = signing_of(request, tx, &draft);
    credit_quote(engine, request->arena, &product.terms, draft.sum, draft.term, &quote);
    doc_id(document, "id", application.id);
    doc_text(document, "digest", draft.digest);
    doc_text(document, "phone", operations_unbroken(request->arena, phone_masked(request->arena, customer.phone)));
    credit_quote_tell(request, &product.terms, draft.sum, draft.term, &quote, document);
    signing_tell(request, tx, &signing, document);
    return answer_ok(request, document);
}

/* POST /loans/applications/{id}/again */
enum flow loans_again_write(struct request *request, struct tx *tx) {
    struct application application;
    struct contract_draft draft;
    if (!application_asked(request, tx, &application) ||
        !contract_draft_find(request->engine, tx, application.customer, application.id, &draft))
        return answer_missing(request);
    const struct signing signing = signing_of(request, tx, &draft);
    if (signing_again(request, tx, &signing) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", application.id);
    signing_tell(request, tx, &signing, document);
    return answer_done(request, document, sign_path(request, application.id));
}

/* ---- the signature ---- */

static void keep(struct request *request, struct tx *tx, const struct contract_draft *draft, int64_t loan,
                 struct text phone, moment sent) {
    struct text device = text_slice(request->user_agent, 0, DEVICE_MOST);
    if (!device.data || !text_valid_utf8(device)) device = TEXT("");
    const struct contract_signed kept = {.customer = draft->customer,
                                         .application = draft->application,
                                         .loan = loan,
                                         .document = draft->document,
                                         .digest = draft->digest,
                                         .phone = phone,
                                         .how = identity_consent_how(request),
                                         .device = device,
                                         .sent = sent,
                                         .made = world_now(tx_world(tx))};
    contract_signed_put(request->engine, tx, &kept);
}

static void keep_extras(struct tx *tx, const struct contract_draft *draft, int64_t loan) {
    struct credit_product product;
    if (!credit_product_find(tx, draft->product, &product)) return;
    for (size_t i = 0; i < product.terms.extra_count; i++) {
        const struct credit_extra_chosen chosen = {.customer = draft->customer,
                                                   .loan = loan,
                                                   .code = product.terms.extras[i].code,
                                                   .price = product.terms.extras[i].price,
                                                   .made = world_now(tx_world(tx))};
        if ((draft->extras >> i & 1) != 0) credit_extra_put(tx, &chosen);
    }
}

static enum flow answer_signed(struct request *request, struct tx *tx, const struct application *application) {
    struct node *document = doc_new(request->arena);
    application_tell(request, tx, application, document);
    return answer_done(request, document, application_path(request->arena, application));
}

/* POST /loans/applications/{id}/sign: {code}. Pressed twice it tells what became of the first. */
enum flow loans_sign_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct application application;
    struct customer customer;
    struct contract_draft draft;
    moment sent;
    if (application_asked(request, tx, &application) && application.state == APPLICATION_SIGNED)
        return answer_signed(request, tx, &application);
    if (may_sign(request, tx, &application, &customer) == FLOW_ANSWERED) return FLOW_ANSWERED;
    /* Its days are counted from the one on which it was written. */
    if (!contract_draft_find(engine, tx, application.customer, application.id, &draft) ||
        draft.day != loans_today(engine) || draft.sum > application.most)
        return refuse(request, &draft_over);
    const struct signing signing = signing_of(request, tx, &draft);
    if (signing_try(request, tx, &signing, &sent) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct credit credit = {.customer = draft.customer,
                            .product = draft.product,
                            .application = draft.application,
                            .sum = draft.sum,
                            .term = draft.term};
    credit_agree(engine, tx, &credit);
    keep(request, tx, &draft, credit.id, customer.phone, sent);
    keep_extras(tx, &draft, credit.id);
    contract_draft_drop(tx, draft.customer, draft.application);
    application.state = APPLICATION_SIGNED;
    application.expires = 0;
    application.loan = credit.id;
    application_update(engine, tx, &application);
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(credit.sum));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    message_tell(engine, tx, credit.customer, TOPIC_OPERATIONS, S_loans_told_signed, &argument, 1);
    engine_notify(engine, tx, credit.customer, "loan");
    return answer_signed(request, tx, &application);
}

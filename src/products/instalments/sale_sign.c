/* sale_sign.c: a sale at the till is signed by its customer's code, told to the cashier (63-FZ). The code is bound to
 * the order, the number and the SHA-256 of the paper, as on the customer's own page (checkout_sign.c). To a number
 * without a cabinet one goes, too: only who holds the phone can have the cashier told which it is. */
#include "products/instalments/sale.h"

#include "identity/code.h"
#include "identity/common.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

static const struct refusal over = {"order-over", 409, S_instalments_till_over, false};
static const struct refusal nothing = {"nothing-chosen", 409, S_instalments_plan_missing, false};
static const struct refusal no_limit = {"not-enough-limit", 422, S_instalments_till_limit, false};
static const struct refusal early = {"code-sent-recently", 429, S_instalments_till_early, false};
static const struct refusal too_many = {"too-many-codes", 429, S_instalments_till_too_many, true};
static const struct refusal wrong = {"code-wrong", 422, S_instalments_till_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_instalments_till_spent, true};
static const struct refusal trial_code = {"code-wrong", 422, S_instalments_trial_code, false};

static bool live(const struct request *request, const struct sale *sale) {
    return sale->order.checkout.state == CHECKOUT_PENDING &&
           !checkout_late(&sale->order.checkout, world_now(request->world)) && sale->order.wish.phone.data != NULL;
}

/* ---- the code ---- */

/* What whoever has that number would sign. */
static struct text paper_of(struct request *request, struct tx *tx, const struct sale *sale) {
    struct checkout_order his = sale->order;
    his.customer = identity_by_phone(request->engine, tx, his.wish.phone);
    return checkout_paper(request, tx, &sale->person.shop, &his);
}

static void subject_of(struct request *request, struct tx *tx, const struct sale *sale, struct text paper,
                       uint8_t subject[SECRET_HASH_SIZE]) {
    struct text bound = text_format(tx_arena(tx), "%lld/%.*s/%.*s", (long long)sale->order.id,
                                    TEXT_ARG(sale->order.wish.phone),
                                    TEXT_ARG(checkout_digest(tx_arena(tx), paper)));
    secret_hash(engine_keyring(request->engine), "instalments.sale", bound, subject);
}

void sale_code_tell(struct request *request, struct tx *tx, const struct sale *sale, struct node *document) {
    uint8_t subject[SECRET_HASH_SIZE];
    struct code_state state = {0};
    moment now = world_now(request->world);
    subject_of(request, tx, sale, paper_of(request, tx, sale), subject);
    code_state(request->engine, tx, CODE_INSTALMENT, subject, &state);
    doc_moment(document, "expires", state.expires);
    doc_int(document, "seconds_left", state.expires > now ? (state.expires - now) / SECOND : 0);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
}

static void write_sms(struct request *request, struct tx *tx, const struct sale *sale, struct text code) {
    struct engine *engine = request->engine;
    struct arena *arena = tx_arena(tx);
    const struct checkout_order *order = &sale->order;
    struct customer customer = {.language = request->locale.language};
    int64_t whose = identity_by_phone(engine, tx, order->wish.phone);
    if (whose != 0) identity_customer(engine, tx, whose, &customer);
    const struct locale locale = {customer.language, engine_zone(engine), world_now(request->world)};
    struct node *values = doc_new(arena);
    doc_text(values, "company", text_from(engine_config(engine)->company));
    doc_text(values, "code", code);
    doc_text(values, "shop", sale->person.shop.title);
    doc_money(values, "sum", rub(order->checkout.sum));
    doc_text(values, "term", term_words(arena, &locale, &order->term));
    doc_text(values, "link", text_format(arena, "%.*s/checkout/%.*s", TEXT_ARG(site_url(request)),
                                         TEXT_ARG(order->uid)));
    const struct string_argument arguments[] = {
        {"company", doc_get(values, "company")}, {"code", doc_get(values, "code")},
        {"shop", doc_get(values, "shop")},       {"sum", doc_get(values, "sum")},
        {"term", doc_get(values, "term")},       {"link", doc_get(values, "link")}};
    message_sms(engine, tx,
                &(struct message){.customer = whose,
                                  .phone = order->wish.phone,
                                  .language = customer.language,
                                  .text = S_instalments_till_sms,
                                  .arguments = arguments,
                                  .argument_count = 6,
                                  .deadline = order->checkout.valid_till,
                                  .secret = true});
}

/* FLOW_NEXT: a code is on its way. Of a shop on trial none goes out: all know it. */
static enum flow send_code(struct request *request, struct tx *tx, const struct sale *sale) {
    uint8_t subject[SECRET_HASH_SIZE];
    moment free_at = 0;
    const struct checkout_order *order = &sale->order;
    if (sale->person.shop.test) return FLOW_NEXT;
    struct text shop = text_format(request->arena, "%lld", (long long)order->shop);
    if (!identity_may_send_for(request->engine, tx, "code.sale", shop,
                               instalments_settings(request->engine)->till_codes, order->wish.phone, &free_at))
        return refuse_until(request, &too_many, free_at);
    subject_of(request, tx, sale, paper_of(request, tx, sale), subject);
    write_sms(request, tx, sale, code_make(request->engine, tx, CODE_INSTALMENT, subject, order->wish.phone, true));
    return FLOW_NEXT;
}

static enum flow see_sale(struct request *request, const struct sale *sale) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "uid", sale->order.uid);
    doc_text(document, "state", text_from(checkout_state_name(sale->order.checkout.state)));
    doc_bool(document, "nobody", sale->order.checkout.state == CHECKOUT_PENDING && sale->stage == SALE_NOBODY);
    return answer_done(request, document, text_format(request->arena, "/shop/till/%.*s", TEXT_ARG(sale->order.uid)));
}

static bool find_term(struct request *request, struct tx *tx, struct sale *sale) {
    struct tariff_term terms[TARIFF_TERMS];
    struct text wanted = field_text(request, "plan");
    size_t count = sale_offers(request, tx, sale, &sale->order.tariff, terms);
    for (size_t i = 0; i < count; i++) {
        if (!text_equal(wanted, term_name(request->arena, &terms[i]))) continue;
        sale->order.term = terms[i];
        return true;
    }
    return false;
}

/* POST /shop/till/{uid}/plan: {plan}: what the customer named; the code goes to him. */
enum flow sale_choose(struct request *request, struct tx *tx) {
    struct sale sale;
    if (sale_asked(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!live(request, &sale)) return refuse(request, &over);
    request->fields_valid = true;
    if (!find_term(request, tx, &sale)) return refuse_field(request, "plan", S_instalments_plan_wrong);
    if (send_code(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    checkout_save(request->engine, tx, &sale.order);
    sale_stage_put(tx, &sale, SALE_CODE);
    return see_sale(request, &sale);
}

/* POST /shop/till/{uid}/again */
enum flow sale_again(struct request *request, struct tx *tx) {
    struct sale sale;
    uint8_t subject[SECRET_HASH_SIZE];
    struct code_state state;
    if (sale_asked(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!live(request, &sale)) return refuse(request, &over);
    if (sale.stage != SALE_CODE) return refuse(request, &nothing);
    subject_of(request, tx, &sale, paper_of(request, tx, &sale), subject);
    if (code_state(request->engine, tx, CODE_INSTALMENT, subject, &state) &&
        world_now(request->world) < state.again_at)
        return refuse_until(request, &early, state.again_at);
    return send_code(request, tx, &sale) == FLOW_ANSWERED ? FLOW_ANSWERED : see_sale(request, &sale);
}

/* ---- signed ---- */

static enum flow decline(struct request *request, struct tx *tx, struct sale *sale, enum checkout_decision decision) {
    const struct checkout_doing doing = {.act = CHECKOUT_DECLINE};
    sale->order.decision = decision;
    return checkout_do(request->engine, tx, &sale->person.shop, &sale->order, doing) == CHECKOUT_OK
               ? see_sale(request, sale)
               : refuse(request, &over);
}

static enum flow sign_trial(struct request *request, struct tx *tx, struct sale *sale) {
    const struct checkout_doing doing = {.act = CHECKOUT_CONSENT};
    enum mokka_trial trial = mokka_trial_of(sale->order.wish.phone);
    if (!text_is(field_text(request, "code"), MOKKA_TRIAL_CODE)) return refuse_at(request, "code", &trial_code);
    if (trial != MOKKA_TRIAL_APPROVED)
        return decline(request, tx, sale, trial == MOKKA_TRIAL_LOANS ? DECISION_APPROVED : DECISION_DECLINED);
    sale->order.decision = DECISION_APPROVED;
    return checkout_do(request->engine, tx, &sale->person.shop, &sale->order, doing) == CHECKOUT_OK
               ? see_sale(request, sale)
               : refuse(request, &over);
}

/* FLOW_NEXT: the code was right; when it went out. */
static enum flow try_code(struct request *request, struct tx *tx, const struct sale *sale, struct text paper,
                          moment *sent) {
    uint8_t subject[SECRET_HASH_SIZE];
    struct code_state state = {0};
    subject_of(request, tx, sale, paper, subject);
    code_state(request->engine, tx, CODE_INSTALMENT, subject, &state);
    switch (code_try(request->engine, tx, CODE_INSTALMENT, subject, sale->order.wish.phone,
                     field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &wrong);
    case CODE_SPENT: return refuse_at(request, "code", &spent);
    case CODE_RIGHT: break;
    }
    *sent = state.made;
    return FLOW_NEXT;
}

static struct text how_of(struct request *request, const struct sale *sale) {
    return text_format(request->arena, "at the till by code; %.*s; %.*s; %.*s; %s", TEXT_ARG(sale->person.shop.title),
                       TEXT_ARG(sale->person.login), TEXT_ARG(request->address),
                       language_tag(request->locale.language));
}

/* The customer's now, who has told his code. */
static enum flow sign(struct request *request, struct tx *tx, struct sale *sale, struct text paper, moment sent) {
    struct instalment_limit limit;
    const struct checkout_signature signature = {paper, sale->order.wish.phone, how_of(request, sale), sent};
    sale->order.decision = DECISION_APPROVED;
    if (!instalment_limit_find(tx, sale->order.customer, &limit) || limit.sum == 0)
        return decline(request, tx, sale, DECISION_DECLINED);
    switch (checkout_signed(request, tx, &sale->person.shop, &sale->order, &signature)) {
    case CHECKOUT_OK: return see_sale(request, sale);
    case CHECKOUT_NO_LIMIT: return refuse(request, &no_limit);
    default: return refuse(request, &over);
    }
}

/* POST /shop/till/{uid}/code: {code}. Pressed twice it tells what became of the first. */
enum flow sale_sign(struct request *request, struct tx *tx) {
    struct sale sale;
    moment sent = 0;
    if (sale_asked(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (sale.order.agreed > 0) return see_sale(request, &sale);
    if (!live(request, &sale)) return refuse(request, &over);
    if (sale.stage != SALE_CODE) return refuse(request, &nothing);
    if (sale.person.shop.test) return sign_trial(request, tx, &sale);
    struct text paper = paper_of(request, tx, &sale);
    if (try_code(request, tx, &sale, paper, &sent) == FLOW_ANSWERED) return FLOW_ANSWERED;
    sale.order.customer = identity_by_phone(request->engine, tx, sale.order.wish.phone);
    if (sale.order.customer != 0) return sign(request, tx, &sale, paper, sent);
    sale_stage_put(tx, &sale, SALE_NOBODY);
    return see_sale(request, &sale);
}

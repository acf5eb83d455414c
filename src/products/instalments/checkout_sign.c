/* checkout_sign.c: an order is signed by a code sent to its customer's number (63-FZ). The code is bound to the order
 * and to the SHA-256 of the paper: shop, sum, days. A shop that changes any of them, or another day, makes it void.
 * Signed, the sum is held of his limit in the same command. */
#include "products/instalments/checkout_page.h"

#include "identity/common.h"
#include "identity/consent.h"
#include "identity/signing.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

static const struct refusal over = {"order-over", 409, S_instalments_refused_over, false};
static const struct refusal no_limit = {"not-enough-limit", 422, S_instalments_refused_limit, false};

/* FLOW_NEXT: his own order, with a term chosen, to be signed yet. */
static enum flow find(struct request *request, struct tx *tx, struct shop *shop, struct checkout_order *order) {
    if (!checkout_page_find(request, tx, shop, order) || order->customer != request->caller.customer ||
        order->term.parts == 0)
        return answer_missing(request);
    return FLOW_NEXT;
}

static struct signing signing_of(struct request *request, struct tx *tx, const struct shop *shop,
                                 const struct checkout_order *order, struct text paper) {
    struct arena *arena = tx_arena(tx);
    struct customer customer = {.language = request->locale.language};
    struct string_argument *arguments = arena_array(arena, struct string_argument, 3);
    struct node *values = doc_new(arena);
    identity_customer(request->engine, tx, order->customer, &customer);
    const struct locale locale = {customer.language, engine_zone(request->engine), world_now(request->world)};
    doc_text(values, "shop", shop->title);
    doc_money(values, "sum", rub(order->checkout.sum));
    doc_text(values, "term", term_words(arena, &locale, &order->term));
    arguments[0] = (struct string_argument){"shop", doc_get(values, "shop")};
    arguments[1] = (struct string_argument){"sum", doc_get(values, "sum")};
    arguments[2] = (struct string_argument){"term", doc_get(values, "term")};
    return (struct signing){.purpose = CODE_INSTALMENT,
                            .kind = "instalments.order",
                            .bound = text_format(arena, "%lld/%lld/%.*s", (long long)order->customer,
                                                 (long long)order->id, TEXT_ARG(checkout_digest(arena, paper))),
                            .customer = order->customer,
                            .deadline = order->checkout.valid_till,
                            .text = S_instalments_sms_code,
                            .arguments = arguments,
                            .count = 3};
}

static struct text sign_path(const struct request *request, const struct checkout_order *order) {
    return text_join(request->arena, checkout_page_path(request, order), TEXT("/sign"));
}

enum flow checkout_sign_begin(struct request *request, struct tx *tx, const struct shop *shop,
                              struct checkout_order *order) {
    struct text paper = checkout_paper(request, tx, shop, order);
    const struct signing signing = signing_of(request, tx, shop, order, paper);
    if (signing_send(request, tx, &signing) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_text(document, "uid", order->uid);
    signing_tell(request, tx, &signing, document);
    return answer_created(request, document, sign_path(request, order));
}

/* GET /checkout/{uid}/sign */
enum flow checkout_sign_read(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    struct customer customer;
    struct purchase_row rows[PURCHASE_ROWS];
    if (find(request, tx, &shop, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!checkout_page_live(request, &order)) return answer_see(request, checkout_page_path(request, &order));
    struct text paper = checkout_paper(request, tx, &shop, &order);
    const struct signing signing = signing_of(request, tx, &shop, &order, paper);
    struct node *document = doc_new(request->arena);
    size_t count = checkout_schedule(request->engine, tx, &order, rows);
    checkout_facts_tell(request, &shop, &order, document);
    doc_text(document, "term", term_words(request->arena, &request->locale, &order.term));
    doc_text(document, "paper", paper);
    purchase_rows_tell(rows, count, doc_array(document, "rows"));
    if (identity_customer(request->engine, tx, order.customer, &customer))
        doc_text(document, "phone", operations_unbroken(request->arena, phone_masked(request->arena, customer.phone)));
    signing_tell(request, tx, &signing, document);
    return answer_ok(request, document);
}

/* POST /checkout/{uid}/again */
enum flow checkout_again_write(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    if (find(request, tx, &shop, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!checkout_page_live(request, &order)) return refuse(request, &over);
    const struct signing signing =
        signing_of(request, tx, &shop, &order, checkout_paper(request, tx, &shop, &order));
    if (signing_again(request, tx, &signing) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    doc_text(document, "uid", order.uid);
    signing_tell(request, tx, &signing, document);
    return answer_done(request, document, sign_path(request, &order));
}

static enum flow answer_signed(struct request *request, const struct checkout_order *order) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "uid", order->uid);
    doc_text(document, "state", text_from(checkout_state_name(order->checkout.state)));
    return answer_done(request, document, checkout_page_path(request, order));
}

static void tell_signed(struct request *request, struct tx *tx, const struct shop *shop,
                        const struct checkout_order *order) {
    struct node *values = doc_new(tx_arena(tx));
    doc_text(values, "shop", shop->title);
    doc_money(values, "sum", rub(order->checkout.sum));
    const struct string_argument arguments[] = {{"shop", doc_get(values, "shop")}, {"sum", doc_get(values, "sum")}};
    message_tell(request->engine, tx, order->customer, TOPIC_OPERATIONS, S_instalments_told_signed, arguments, 2);
}

enum checkout_refusal checkout_signed(struct request *request, struct tx *tx, const struct shop *shop,
                                      struct checkout_order *order, const struct checkout_signature *signature) {
    const struct checkout_doing doing = {.act = CHECKOUT_CONSENT};
    enum checkout_refusal refusal = checkout_do(request->engine, tx, shop, order, doing);
    if (refusal != CHECKOUT_OK) return refusal;
    checkout_signed_put(request, tx, order, signature);
    tell_signed(request, tx, shop, order);
    return CHECKOUT_OK;
}

/* POST /checkout/{uid}/sign: {code}. Pressed twice it tells what became of the first. */
enum flow checkout_sign_write(struct request *request, struct tx *tx) {
    struct shop shop;
    struct checkout_order order;
    struct customer customer;
    moment sent;
    if (find(request, tx, &shop, &order) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (order.agreed > 0) return answer_signed(request, &order);
    if (!checkout_page_live(request, &order) ||
        !identity_customer(request->engine, tx, order.customer, &customer))
        return refuse(request, &over);
    struct text paper = checkout_paper(request, tx, &shop, &order);
    const struct signing signing = signing_of(request, tx, &shop, &order, paper);
    if (signing_try(request, tx, &signing, &sent) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct checkout_signature signature = {paper, customer.phone, identity_consent_how(request), sent};
    switch (checkout_signed(request, tx, &shop, &order, &signature)) {
    case CHECKOUT_OK: return answer_signed(request, &order);
    case CHECKOUT_NO_LIMIT: return refuse(request, &no_limit);
    default: return refuse(request, &over);
    }
}

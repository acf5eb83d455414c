/* newcomer.c: who signs up with a loan in mind (ID-5): the sign-up's calculator shows the figures of the first loan of
 * one payment that is offered, and when the cabinet opens, its application is made of what was answered there. An
 * application that is under way is seen at home. */
#include "products/loans/repay.h"

#include "engine/lends.h"
#include "onboarding/onboarding.h"

static bool for_newcomers(struct tx *tx, struct credit_product *product) {
    struct credit_product *products = arena_array(tx_arena(tx), struct credit_product, CREDIT_PRODUCTS_MOST);
    size_t count = credit_products_of(tx, products, CREDIT_PRODUCTS_MOST);
    for (size_t i = 0; i < count; i++) {
        const struct credit_terms *terms = &products[i].terms;
        if (!products[i].offered || terms->length != 0 || terms->unit != SCHEDULE_DAYS) continue;
        *product = products[i];
        return true;
    }
    return false;
}

bool loans_newcomer_bounds(struct engine *engine, struct tx *tx, struct lends_bounds *bounds) {
    (void)engine;
    struct credit_product product;
    if (!for_newcomers(tx, &product)) return false;
    const struct credit_terms *terms = &product.terms;
    *bounds = (struct lends_bounds){terms->sum_least, terms->sum_most, terms->sum_step, terms->term_least,
                                    terms->term_most};
    return true;
}

bool loans_newcomer_quote(struct request *request, struct tx *tx, int64_t sum, int64_t term, struct node *document) {
    struct credit_product product;
    struct credit_quote quote;
    if (!for_newcomers(tx, &product) || credit_choice_wrong(&product.terms, sum, term) != NULL) return false;
    credit_quote(request->engine, request->arena, &product.terms, sum, term, &quote);
    if (quote.fault != LOAN_LAWFUL) return false;
    credit_quote_tell(request, &product.terms, sum, term, &quote, document);
    return true;
}

static bool answered(struct engine *engine, struct tx *tx, int64_t customer, const char *name, int64_t *number) {
    struct text text = onboarding_answer(engine, tx, customer, name);
    return text.data != NULL && text_to_int(text, number);
}

/* What he chose may not be offered any more by the time his cabinet opens: then he chooses again inside. */
static void apply_for(struct engine *engine, struct tx *tx, int64_t customer) {
    struct credit_product product;
    struct credit_quote quote;
    struct application application = {.customer = customer};
    int64_t income = INCOME_UNKNOWN, payments = INCOME_UNKNOWN;
    if (!for_newcomers(tx, &product) || !answered(engine, tx, customer, "sum", &application.sum) ||
        !answered(engine, tx, customer, "term", &application.term) ||
        credit_choice_wrong(&product.terms, application.sum, application.term) != NULL)
        return;
    credit_quote(engine, tx_arena(tx), &product.terms, application.sum, application.term, &quote);
    if (quote.fault != LOAN_LAWFUL) return;
    application.product = product.id;
    if (!answered(engine, tx, customer, "income", &income)) income = INCOME_UNKNOWN;
    if (!answered(engine, tx, customer, "payments", &payments)) payments = INCOME_UNKNOWN;
    loans_apply(engine, tx, &application, income, payments);
}

void loans_newcomer_told(struct engine *engine, struct tx *tx, const struct event *event) {
    struct application open;
    if (event->kind == EVENT_CUSTOMER_LEVEL) loans_level_told(engine, tx, event);
    if (event->kind == EVENT_CUSTOMER_APPROVED) apply_for(engine, tx, event->customer);
    if (event->kind != EVENT_CUSTOMER_CLOSED || !application_open(engine, tx, event->customer, &open)) return;
    application_withdraw(engine, tx, &open);
}

void loans_application_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                               struct node *list) {
    struct application open;
    struct arena *arena = list->arena;
    if (!application_open(engine, tx, customer, &open)) return;
    struct node *node = doc_add_object(list);
    doc_text(node, "title", loans_say(arena, locale, S_loans_application_title));
    doc_text(node, "text", loans_say(arena, locale, application_state_title(open.state)));
    doc_money(node, "sum", rub(open.sum));
    doc_text(node, "href", application_path(arena, &open));
    doc_text(node, "icon", TEXT("calendar"));
}

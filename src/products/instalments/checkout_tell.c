/* checkout_tell.c: what is said of an order: to the shop's server when something comes of it, and the schedule, which
 * programs and pages alike are told. */
#include "products/instalments/checkout.h"

#include "base/json.h"
#include "identity/identity.h"
#include "messaging/messaging.h"
#include "onboarding/onboarding.h"
#include "products/instalments/mokka_rules.h"

size_t checkout_schedule(struct engine *engine, struct tx *tx, const struct checkout_order *order,
                         struct purchase_row *rows) {
    struct purchase purchase;
    if (order->purchase != 0 && purchase_find(tx, order->customer, order->purchase, &purchase)) {
        const struct purchase_rule rule = instalments_rule(engine);
        const struct loan_contract contract = purchase_contract(&purchase.terms, &rule);
        purchase_as_of(engine, &purchase, instalments_today(engine));
        return purchase_schedule(&contract, &purchase.state, rows);
    }
    return order->term.parts > 0 ? term_schedule(engine, order->checkout.sum, &order->term, rows) : 0;
}

void mokka_schedule_tell(struct arena *arena, const struct purchase_row *rows, size_t count, struct node *list) {
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "date", mokka_date(arena, rows[i].day));
        doc_text(node, "amount", money_decimal(arena, rub(rows[i].sum)));
    }
}

static void tell_client(struct engine *engine, struct tx *tx, const struct checkout_order *order,
                        struct node *document) {
    static const char *const names[] = {"first_name", "surname", "patronymic"};
    static const char *const asked[] = {"name", "surname", "patronymic"};
    struct node *client = doc_object(document, "client");
    struct customer customer;
    struct text phone = order->wish.phone, address = TEXT_NONE;
    if (order->customer != 0 && identity_customer(engine, tx, order->customer, &customer)) {
        phone = customer.phone;
        address = message_address_of(engine, tx, order->customer);
    }
    doc_text(client, "primary_phone", phone.data != NULL ? mokka_phone(phone) : TEXT_NONE);
    if (address.data != NULL) doc_text(client, "email", address);
    for (size_t i = 0; i < 3 && order->customer != 0; i++) {
        struct text answer = onboarding_answer(engine, tx, order->customer, asked[i]);
        if (answer.data != NULL) doc_text(client, names[i], answer);
    }
}

void checkout_sold_tell(struct arena *arena, const struct checkout *checkout, struct node *document) {
    if (checkout->finished == 0) return;
    doc_text(document, "finished_amount", money_decimal(arena, rub(checkout->finished)));
    doc_text(document, "returned_amount", money_decimal(arena, rub(checkout->returned)));
}

/* The decision is told as the document has it, with whom and when; what comes after it briefly, with its state. */
void checkout_tell_shop(struct engine *engine, struct tx *tx, const struct shop *shop,
                        const struct checkout_order *order) {
    struct arena *arena = tx_arena(tx);
    const struct checkout *checkout = &order->checkout;
    struct node *document = doc_new(arena);
    struct purchase_row rows[PURCHASE_ROWS];
    struct buffer out = buffer_new(arena, 1024);
    bool hold = checkout->state == CHECKOUT_HOLD, declined = checkout->state == CHECKOUT_DECLINED;
    if (order->wish.callback.size == 0) return;
    doc_text(document, "order_id", order->number);
    doc_text(document, "decision", declined ? TEXT("declined") : TEXT("approved"));
    doc_text(document, "status", text_from(checkout_state_name(checkout->state)));
    doc_text(document, "amount", money_decimal(arena, rub(declined ? 0 : checkout->sum)));
    if (order->prepaid > 0) {
        doc_text(document, "prepayment_amount", money_decimal(arena, rub(order->prepaid)));
        doc_text(document, "total_amount", money_decimal(arena, rub(checkout->sum + order->prepaid)));
    }
    if (order->term.parts > 0) doc_int(document, "term", term_months(&order->term));
    checkout_sold_tell(arena, checkout, document);
    if (hold) tell_client(engine, tx, order, document);
    size_t count = declined ? 0 : checkout_schedule(engine, tx, order, rows);
    mokka_schedule_tell(arena, rows, count, doc_array(document, "schedule"));
    doc_write_json(document, &out);
    shop_callback(engine, tx, shop, order->wish.callback, order->number, buffer_text(&out));
}

/* home.c: a customer's purchases: what he pays next, for how much he may still buy, each purchase with its payments,
 * those that are over. Where no other product brings the cabinet's first page, this is it. */
#include "products/instalments/cabinet.h"
#include "products/instalments/limit_policy.h"

#include "showcase/showcase.h"

#define TOLD 100 /* newest purchases, among which those that are over */
#define SHOPS_TOLD 3

static void tell_limit(struct request *request, struct tx *tx, struct node *document) {
    struct instalment_limit limit;
    struct account account;
    if (!instalment_limit_find(tx, request->caller.customer, &limit) ||
        !ledger_account(engine_ledger(request->engine), tx, limit.account, &account)) {
        doc_null(document, "limit");
        return;
    }
    if (limit.sum == 0 && account.balance == 0 && account.held == 0) {
        doc_null(document, "limit");
        return;
    }
    struct node *node = doc_object(document, "limit");
    int64_t available = instalment_limit_free(request->engine, tx, limit.customer);
    doc_money(node, "sum", rub(limit.sum));
    doc_money(node, "free", rub(available));
    doc_money(node, "held", rub(account.held));
    doc_money(node, "owed", rub(account.balance < 0 ? -account.balance : 0));
    doc_int(node, "percent", limit.sum > 0 ? (available < limit.sum ? available : limit.sum) * 100 / limit.sum : 0);
    doc_bool(node, "frozen", account.frozen);
}

static void tell_over(struct request *request, struct tx *tx, struct node *document) {
    struct purchase *purchases = arena_array(request->arena, struct purchase, TOLD);
    size_t count = purchases_of(tx, request->caller.customer, purchases, TOLD);
    int64_t left = 0, today = instalments_today(request->engine);
    struct node *past = doc_array(document, "past"), *give = doc_array(document, "left");
    for (size_t i = 0; i < count; i++) {
        purchase_as_of(request->engine, &purchases[i], today);
        if (purchases[i].state.loan.status == LOAN_RUNS) continue;
        purchase_tell_row(request, tx, &purchases[i], doc_add_object(past));
        if (purchase_left(&purchases[i].state) > 0) purchase_tell_row(request, tx, &purchases[i], doc_add_object(give));
        left += purchase_left(&purchases[i].state);
    }
    doc_money(document, "left_sum", rub(left));
}

static struct node *tell(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct owing owing;
    owing_of(request->engine, tx, request->caller.customer, 0, &owing);
    owing_tell_next(&owing, document);
    doc_money(document, "owed", rub(dues_all(owing.dues, owing.due_count)));
    tell_limit(request, tx, document);
    doc_bool(document, "may_ask", limit_may_ask(request->engine, tx, request->caller.customer));
    struct node *running = doc_array(document, "running");
    for (size_t i = owing.count; i-- > 0;) purchase_tell_row(request, tx, &owing.purchases[i], doc_add_object(running));
    tell_over(request, tx, document);
    instalments_autopay_tell(request->engine, tx, request->caller.customer, document);
    showcase_newest_tell(request, tx, SHOPS_TOLD, doc_array(document, "shops"));
    return document;
}

/* GET /instalments */
enum flow instalments_read(struct request *request, struct tx *tx) {
    struct node *document = tell(request, tx);
    doc_array(document, "pending");
    return answer_ok(request, document);
}

/* What is under way elsewhere: its own is above. */
static void tell_pending(struct request *request, struct tx *tx, struct node *list) {
    size_t count;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++)
        if (features[i]->pending != NULL && features[i] != &instalments_feature)
            features[i]->pending(request->engine, tx, &request->locale, request->caller.customer, list);
}

/* GET / */
enum flow instalments_home_read(struct request *request, struct tx *tx) {
    if (request->caller.kind != WHO_CUSTOMER) return answer_see(request, TEXT("/signin"));
    struct node *document = tell(request, tx);
    tell_pending(request, tx, doc_array(document, "pending"));
    return answer_ok(request, document);
}

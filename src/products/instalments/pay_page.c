/* pay_page.c: paying for purchases, one or all of them: what may be paid, what exactly it pays before it is paid, and
 * the payment. The form carries the sum that its page showed: where another one would be the next payment or all of it
 * by now, that is shown first. */
#include "acquiring/acquiring.h"
#include "acquiring/bound_card.h"
#include "operations/operations.h"
#include "products/instalments/cabinet.h"

static const char *const wishes[] = {"next", "any", "all"}; /* enum purchase_wish */

static const struct refusal over = {"nothing-owed", 409, S_instalments_pay_nothing, false};
static const struct refusal changed = {"changed-meanwhile", 409, S_instalments_refused_changed, false};
static const struct refusal too_much = {"more-than-owed", 422, S_instalments_refused_too_much, false};
static const struct refusal small = {"sum-too-small", 422, S_instalments_refused_small, false};
static const struct refusal large = {"sum-too-large", 422, S_instalments_refused_large, false};
static const struct refusal no_cards = {"no-cards", 409, S_instalments_refused_no_cards, false};
static const struct refusal no_card = {"no-card", 422, S_instalments_refused_card, false};

struct paying {
    struct purchase purchase; /* .id 0: all of his */
    struct owing owing;
    bool asked;               /* a wish was named */
    enum purchase_wish wish;
    int64_t sum, all;
};

static bool paying_of(struct request *request, struct tx *tx, struct paying *paying) {
    paying->purchase.id = 0;
    if (request->params[0].size > 0 && !purchase_asked(request, tx, &paying->purchase)) return false;
    owing_of(request->engine, tx, request->caller.customer, paying->purchase.id, &paying->owing);
    paying->all = dues_all(paying->owing.dues, paying->owing.due_count);
    paying->asked = field_given(request, "wish");
    paying->wish = paying->asked ? (enum purchase_wish)field_number(request, "wish") : PURCHASE_NEXT;
    paying->sum = field_number(request, "sum");
    return true;
}

/* What that wish comes to now. */
static int64_t wished(const struct paying *paying) {
    return dues_wished(paying->owing.dues, paying->owing.due_count, paying->wish, paying->sum);
}

static struct text address(const struct request *request, const struct paying *paying, const char *more) {
    if (paying->purchase.id != 0) return purchase_address(request, &paying->purchase, more);
    return text_format(request->arena, "/instalments%s", more);
}

/* ---- what it pays ---- */

static void tell_share(struct request *request, struct tx *tx, struct purchase *purchase, int64_t sum,
                       struct node *list) {
    const struct purchase_rule rule = instalments_rule(request->engine);
    const struct purchase_doing doing = {.act = PURCHASE_PAY, .sum = sum};
    struct purchase_done done;
    struct node *node = doc_add_object(list);
    (void)purchase_do(&purchase->terms, &rule, &purchase->state, &doing, &done);
    doc_id(node, "id", purchase->id);
    doc_text(node, "title", purchase_title(request->engine, tx, purchase));
    doc_date(node, "day", date_from_days(purchase->terms.day));
    doc_money(node, "sum", rub(sum));
    doc_money(node, "penalty", rub(done.paid[DEBT_PENALTY]));
    doc_bool(node, "closes", purchase->state.loan.status == LOAN_CLOSED);
}

/* What is owed after it. */
static void tell_after(struct request *request, const struct owing *owing, struct node *document) {
    struct owing after = *owing;
    const struct purchase_rule rule = instalments_rule(request->engine);
    after.due_count = 0;
    for (size_t i = 0; i < owing->count; i++) {
        struct purchase_row rows[PURCHASE_ROWS];
        const struct loan_contract contract = purchase_contract(&owing->purchases[i].terms, &rule);
        size_t count = purchase_schedule(&contract, &owing->purchases[i].state, rows);
        for (size_t k = 0; k < count; k++)
            after.dues[after.due_count++] = (struct due){i, rows[k].day, rows[k].sum};
    }
    dues_sort(after.dues, after.due_count);
    owing_tell_next(&after, document);
    doc_money(document, "owed", rub(dues_all(after.dues, after.due_count)));
}

static void tell_check(struct request *request, struct tx *tx, struct paying *paying, struct node *document) {
    int64_t shares[OWING_MOST] = {0}, sum = wished(paying);
    if (!paying->asked || sum == 0 || paying->sum > paying->all) {
        doc_null(document, "check");
        return;
    }
    struct node *node = doc_object(document, "check"), *list;
    (void)dues_split(paying->owing.dues, paying->owing.due_count, sum, shares);
    doc_text(node, "wish", text_from(wishes[paying->wish]));
    doc_money(node, "sum", rub(sum));
    list = doc_array(node, "shares");
    for (size_t i = 0; i < paying->owing.count; i++)
        if (shares[i] > 0) tell_share(request, tx, &paying->owing.purchases[i], shares[i], list);
    tell_after(request, &paying->owing, doc_object(node, "after"));
}

static void option(struct node *list, int64_t value, struct text title, bool selected) {
    struct node *node = doc_add_object(list);
    doc_text(node, "value", value != 0 ? text_format(list->arena, "%lld", (long long)value) : TEXT(""));
    doc_text(node, "title", title);
    doc_bool(node, "selected", selected);
}

static void tell_from(struct request *request, struct tx *tx, struct node *list) {
    struct purse purses[PURSES_MAX];
    struct bound_card cards[BOUND_CARDS_MAX];
    int64_t least, most, wanted = field_number(request, "from");
    if (acquiring_cards(request->engine, &least, &most)) {
        size_t bound = bound_cards_of(request->engine, tx, request->caller.customer, cards, BOUND_CARDS_MAX);
        for (size_t i = 0; i < bound; i++) option(list, cards[i].id, cards[i].mask, wanted == cards[i].id);
        option(list, 0, instalments_say(request->arena, &request->locale, S_instalments_from_any_card),
               field_given(request, "from") && wanted == 0);
    }
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    for (size_t i = 0; i < count; i++)
        option(list, purses[i].account, purses[i].title, wanted == purses[i].account);
}

/* GET /instalments/pay, /instalments/{id}/pay: without a wish all that may be paid; with one what it pays. */
enum flow instalments_pay_read(struct request *request, struct tx *tx) {
    struct paying paying;
    if (!paying_of(request, tx, &paying)) return answer_missing(request);
    if (paying.all == 0) return answer_see(request, address(request, &paying, ""));
    struct node *document = doc_new(request->arena);
    bool impossible = paying.asked && (wished(&paying) == 0 || paying.sum > paying.all);
    if (paying.purchase.id != 0) purchase_tell_row(request, tx, &paying.purchase, doc_object(document, "purchase"));
    else doc_null(document, "purchase");
    doc_text(document, "path", address(request, &paying, "/pay"));
    doc_text(document, "back", address(request, &paying, ""));
    owing_tell_next(&paying.owing, document);
    doc_money(document, "all", rub(paying.all));
    doc_int(document, "count", (int64_t)paying.owing.count);
    tell_from(request, tx, doc_array(document, "from"));
    tell_check(request, tx, &paying, document);
    doc_bool(document, "impossible", impossible);
    return answer_ok(request, document);
}

/* ---- the payment ---- */

/* A debt may always be paid whole, and what is due next, however little that is. */
static enum flow refuse_sum_of(struct request *request, const struct paying *paying) {
    int64_t least, most;
    acquiring_cards(request->engine, &least, &most);
    if (paying->wish == PURCHASE_ANY && paying->sum < least && paying->sum < paying->all)
        return operations_refuse_sum(request, &small, least);
    if (paying->sum > most) return operations_refuse_sum(request, &large, most);
    return FLOW_NEXT;
}

static struct text payment_address(const struct request *request, const struct instalment_payment *payment) {
    return text_format(request->arena, "/instalments/payments/%lld", (long long)payment->id);
}

static enum flow by_card(struct request *request, struct tx *tx, const struct paying *paying,
                         struct instalment_payment *payment) {
    int64_t least, most;
    if (!acquiring_cards(request->engine, &least, &most)) return refuse(request, &no_cards);
    if (refuse_sum_of(request, paying) == FLOW_ANSWERED) return FLOW_ANSWERED;
    enum ledger_refusal refusal = instalment_pay_by_card(request->engine, tx, payment);
    if (refusal == LEDGER_NO_ACCOUNT) return refuse(request, &no_card);
    if (refusal != LEDGER_OK)
        return operations_refuse(request, tx, refusal, paying->owing.purchases[0].account, rub(payment->sum));
    struct node *document = doc_new(request->arena);
    struct text place = payment_address(request, payment);
    bool page = payment->card == 0;
    doc_id(document, "payment", payment->id);
    doc_money(document, "sum", rub(payment->sum));
    doc_text(document, "state", TEXT("created"));
    doc_text(document, "payment_url",
             page ? acquiring_url(request, tx, payment->customer, payment->card_order, place) : TEXT_NONE);
    return answer_created(request, document, page ? text_join(request->arena, place, TEXT("?go=true")) : place);
}

static bool purse_own(struct request *request, struct tx *tx, int64_t wanted) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) return true;
    return false;
}

static enum flow by_purse(struct request *request, struct tx *tx, int64_t purse, struct instalment_payment *payment) {
    enum ledger_refusal refusal = instalment_pay_from(request->engine, tx, purse, payment);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, purse, rub(payment->sum));
    struct node *document = doc_new(request->arena);
    doc_id(document, "payment", payment->id);
    doc_money(document, "sum", rub(payment->sum));
    doc_text(document, "state", TEXT("paid"));
    doc_null(document, "payment_url");
    return answer_created(request, document, payment_address(request, payment));
}

/* POST /instalments/pay, /instalments/{id}/pay: {wish, sum, from} */
enum flow instalments_pay_write(struct request *request, struct tx *tx) {
    struct paying paying;
    int64_t from = field_number(request, "from");
    if (!paying_of(request, tx, &paying)) return answer_missing(request);
    if (paying.all == 0) return refuse(request, &over);
    if (paying.wish == PURCHASE_ANY && paying.sum == 0) return refuse_field(request, "sum", S_instalments_sum_missing);
    if (paying.wish == PURCHASE_ANY && paying.sum > paying.all)
        return operations_refuse_sum(request, &too_much, paying.all);
    if (field_given(request, "sum") && paying.sum != wished(&paying)) return refuse(request, &changed);
    paying.sum = wished(&paying);
    bool purse = purse_own(request, tx, from);
    struct instalment_payment payment = {.customer = request->caller.customer,
                                         .purchase = paying.purchase.id,
                                         .wish = paying.wish,
                                         .sum = paying.sum,
                                         .card = purse ? 0 : from};
    return purse ? by_purse(request, tx, from, &payment) : by_card(request, tx, &paying, &payment);
}

/* ---- what became of it ---- */

static const char *state_of(const struct instalment_payment *payment, const struct card_told *told) {
    switch (payment->state) {
    case PAYMENT_DONE: return "paid";
    case PAYMENT_UNDONE: return "undone";
    case PAYMENT_BACK:
    case PAYMENT_WAITS:
    case PAYMENT_FAILED: break;
    }
    return told->state;
}

static void tell_shares(struct request *request, struct tx *tx, const struct instalment_payment *payment,
                        struct node *list) {
    struct payment_share shares[OWING_MOST];
    size_t count = payment_shares_of(tx, payment->customer, payment->id, shares, OWING_MOST);
    for (size_t i = 0; i < count; i++) {
        struct purchase purchase;
        struct node *node = doc_add_object(list);
        bool known = purchase_find(tx, payment->customer, shares[i].purchase, &purchase);
        doc_id(node, "id", shares[i].purchase);
        doc_text(node, "title", known ? purchase_title(request->engine, tx, &purchase) : TEXT_NONE);
        doc_money(node, "sum", rub(shares[i].sum));
        doc_bool(node, "closed", known && purchase.state.loan.status == LOAN_CLOSED);
    }
}

/* GET /instalments/payments/{id}: on the way to the bank's page (?go), and what became of it. A page of its own, since
 * a form may not lead the browser straight to another site (Content-Security-Policy: form-action). */
enum flow instalments_payment_read(struct request *request, struct tx *tx) {
    struct instalment_payment payment;
    struct card_told told = {.state = "paid", .final = true};
    struct owing owing;
    int64_t id, customer = request->caller.customer;
    if (!request_param_id(request, 0, &id) || !instalment_payment_find(tx, customer, id, &payment) ||
        (payment.card_order != 0 && !acquiring_told(request->engine, tx, customer, payment.card_order, &told)))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct text url = told.open ? acquiring_url(request, tx, customer, payment.card_order,
                                                payment_address(request, &payment))
                          : TEXT_NONE;
    bool going = told.open && url.size > 0 && field_number(request, "go") != 0;
    doc_id(document, "id", payment.id);
    doc_text(document, "state", text_from(state_of(&payment, &told)));
    doc_money(document, "sum", rub(payment.sum));
    doc_bool(document, "automatic", payment.automatic);
    doc_bool(document, "going", going);
    doc_bool(document, "final", told.final);
    doc_text(document, "payment_url", url);
    tell_shares(request, tx, &payment, doc_array(document, "shares"));
    owing_of(request->engine, tx, customer, 0, &owing);
    owing_tell_next(&owing, document);
    doc_money(document, "owed", rub(dues_all(owing.dues, owing.due_count)));
    if (going) engine_page_goes(request, "forward", url);
    else if (told.refresh_s != 0)
        engine_page_goes(request, "refresh", text_format(request->arena, "%d", told.refresh_s));
    return answer_ok(request, document);
}

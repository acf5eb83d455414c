/* topup.c: money from a bank card: an order (acquiring/acquiring.h) into one's own account. The outcome page waits for
 * it without scripts (WA-2). */
#include "products/wallet/wallet.h"

#include "acquiring/bound_card.h"
#include "acquiring/reversal.h"
#include "agents/agents.h"
#include "base/check.h"
#include "factors/factors.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

/* ---- where it goes ---- */

/* The account that `to` says: one of his wallets, or of what else takes money by card (BK-1); without it his usual
 * wallet. False: none of his that can be topped up. */
static bool target_of(struct request *request, struct tx *tx, struct purse *target) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_topups(request->engine, tx, &request->locale, request->caller.customer, purses);
    int64_t wanted = field_given(request, "to") ? field_number(request, "to")
                                                : wallet_main(request->engine, tx, request->caller.customer);
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) {
            *target = purses[i];
            return true;
        }
    return false;
}

static void tell_targets(struct request *request, struct tx *tx, int64_t chosen, struct node *document) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_topups(request->engine, tx, &request->locale, request->caller.customer, purses);
    doc_bool(document, "several", count > 1);
    struct node *options = doc_array(document, "targets");
    for (size_t i = 0; i < count; i++) {
        struct node *option = doc_add_object(options);
        doc_id(option, "value", purses[i].account);
        doc_text(option, "title", purses[i].title);
        doc_bool(option, "selected", purses[i].account == chosen);
    }
}

/* ---- from which card ---- */

static struct text card_title(struct request *request, const struct bound_card *card) {
    struct node *values = doc_new(request->arena);
    doc_text(values, "last", text_slice(card->mask, card->mask.size - 4, 4));
    const struct string_argument arguments[] = {{"last", doc_get(values, "last")}};
    return string_get(request->arena, &request->locale, S_wallet_topup_bound, arguments, 1);
}

/* His bound cards, behind "another one, at the bank's page". */
static void tell_cards(struct request *request, struct tx *tx, struct node *document) {
    struct bound_card cards[BOUND_CARDS_MAX];
    size_t count = bound_cards_of(request->engine, tx, request->caller.customer, cards, BOUND_CARDS_MAX);
    doc_bool(document, "bound", count > 0);
    struct node *options = doc_array(document, "cards"), *other = doc_add_object(options);
    doc_text(other, "value", TEXT(""));
    doc_text(other, "title", string_get(request->arena, &request->locale, S_wallet_topup_other_card, NULL, 0));
    doc_bool(other, "selected", !field_given(request, "card"));
    for (size_t i = 0; i < count; i++) {
        struct node *option = doc_add_object(options);
        doc_id(option, "value", cards[i].id);
        doc_text(option, "title", card_title(request, &cards[i]));
        doc_bool(option, "selected", field_number(request, "card") == cards[i].id);
    }
}

/* ---- the form ---- */

enum flow topup_form_read(struct request *request, struct tx *tx) {
    int64_t least, most;
    bool card = acquiring_cards(request->engine, &least, &most);
    bool cash = engine_enabled(request->engine, "agents") && agents_take_cash(tx);
    if (!card && !cash) return refuse(request, &refusal_topup_off);
    int64_t wallet = wallet_main(request->engine, tx, request->caller.customer);
    struct purse target = {.account = wallet};
    struct account account;
    if (!target_of(request, tx, &target) && request->method == METHOD_GET && field_given(request, "to"))
        return answer_missing(request);
    if (wallet == 0 || !ledger_account(engine_ledger(request->engine), tx, target.account, &account))
        return refuse(request, &refusal_no_wallet);
    struct limit_report limits = ledger_limits(engine_ledger(request->engine), tx, &account);
    struct node *document = doc_new(request->arena);
    doc_bool(document, "card", card);
    doc_bool(document, "cash", cash);
    doc_bool(document, "terminals", engine_enabled(request->engine, "terminals"));
    doc_bool(document, "cash_identified", cash && agents_want_level(request->engine));
    doc_money(document, "balance", rub(account.balance));
    doc_money(document, "least", rub(least));
    doc_money(document, "most", rub(most));
    const struct string_argument arguments[] = {{"least", doc_get(document, "least")},
                                                {"most", doc_get(document, "most")}};
    doc_text(document, "bounds_hint",
             string_get(request->arena, &request->locale, S_wallet_topup_sum_hint, arguments, 2));
    wallet_limits_document(document, &limits);
    tell_targets(request, tx, target.account, document);
    if (card) tell_cards(request, tx, document);
    doc_bool(document, "other", target.account != wallet);
    return answer_ok(request, document);
}

/* ---- the order ---- */

static struct text payment_url(struct request *request, struct tx *tx, int64_t id) {
    struct text back = text_format(request->arena, "/topups/%lld", (long long)id);
    return acquiring_url(request, tx, request->caller.customer, id, back);
}

static struct node *topup_document(struct request *request, int64_t id, const struct card_told *told) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    doc_text(document, "state", text_from(told->state));
    doc_money(document, "sum", rub(told->sum));
    doc_moment(document, "created", told->made);
    doc_moment(document, "expires", told->expires);
    doc_id(document, "account", told->account);
    return document;
}

/* What the wallet cannot take is better told now than refunded later. */
static enum flow refuse_early(struct request *request, struct tx *tx, enum ledger_refusal refusal,
                              const struct card_order *order) {
    struct ledger *ledger = engine_ledger(request->engine);
    struct account account;
    if (!ledger_account(ledger, tx, order->account, &account)) return refuse(request, &refusal_no_wallet);
    struct limit_report limits = ledger_limits(ledger, tx, &account);
    if (refusal == LEDGER_RECIPIENT_BALANCE_LIMIT)
        return operations_refuse_sum(request, &refusal_own_balance, limits.balance.rest);
    if (refusal == LEDGER_RECIPIENT_MONTH_LIMIT)
        return operations_refuse_sum(request, &refusal_own_month, limits.month_in.rest);
    return operations_refuse(request, tx, refusal, order->account, rub(order->sum));
}

/* A page shows once more what is about to be taken from which card. */
static enum flow show_check(struct request *request, const struct bound_card *card, const struct card_order *order) {
    struct node *document = doc_new(request->arena);
    doc_money(document, "total", rub(order->sum));
    doc_text(document, "title", card_title(request, card));
    doc_id(document, "card", card->id);
    doc_id(document, "account", order->account);
    return answer_ok(request, document);
}

/* From a bound card nothing is entered any more, so who asks must have proved himself lately; programs with keys of
 * their own may not. */
static enum flow charge(struct request *request, struct tx *tx, const struct card_order *order, int64_t *id) {
    struct bound_card card;
    if (!bound_card_find(request->engine, tx, order->customer, field_number(request, "card"), &card))
        return refuse_field(request, "card", S_wallet_topup_card_invalid);
    if (request->caller.personal) return refuse(request, &refusal_topup_token);
    if (request->wants_html && field_number(request, "sure") == 0) return show_check(request, &card, order);
    if (factors_fresh(request, tx) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct card_charge wanted = {.customer = order->customer,
                                       .card = card.id,
                                       .account = order->account,
                                       .sum = order->sum,
                                       .kind = order->kind};
    enum ledger_refusal refusal = card_charge_begin(request->engine, tx, &wanted, id);
    return refusal == LEDGER_OK ? FLOW_NEXT : refuse_early(request, tx, refusal, order);
}

static enum flow begin(struct request *request, struct tx *tx, const struct card_order *order, int64_t *id) {
    if (field_given(request, "card")) return charge(request, tx, order, id);
    enum ledger_refusal refusal = acquiring_order(request->engine, tx, order, id);
    return refusal == LEDGER_OK ? FLOW_NEXT : refuse_early(request, tx, refusal, order);
}

enum flow topup_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    int64_t least, most;
    if (!acquiring_cards(engine, &least, &most)) return refuse(request, &refusal_topup_off);
    struct money sum = field_money(request, "sum");
    if (sum.minor < least) return operations_refuse_sum(request, &refusal_topup_small, least);
    if (sum.minor > most) return operations_refuse_sum(request, &refusal_topup_large, most);
    struct purse target;
    if (wallet_main(engine, tx, request->caller.customer) == 0) return refuse(request, &refusal_no_wallet);
    if (!target_of(request, tx, &target)) return refuse_field(request, "to", S_wallet_topup_to_invalid);
    const struct card_order order = {
        .customer = request->caller.customer, .account = target.account, .sum = sum.minor, .kind = KIND_TOPUP};
    int64_t id = 0;
    if (begin(request, tx, &order, &id) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct card_told told = {.state = NULL};
    check(acquiring_told(engine, tx, order.customer, id, &told) || tx_failed(tx));
    struct node *document = topup_document(request, id, &told);
    bool page = request->wants_html && told.card == 0;
    if (told.card == 0) doc_text(document, "payment_url", payment_url(request, tx, id));
    return answer_created(request, document,
                          text_format(request->arena, page ? "/topups/%lld/pay" : "/topups/%lld", (long long)id));
}

/* ---- after it ---- */

static bool find_own(struct request *request, struct tx *tx, int64_t *id, struct card_told *told) {
    return request_param_id(request, 0, id) &&
           acquiring_told(request->engine, tx, request->caller.customer, *id, told) && told->kind == KIND_TOPUP;
}

/* GET /topups/{id}/pay: the step between us and the bank. A page of its own, since a form may not lead the browser
 * straight to another site (Content-Security-Policy: form-action). */
enum flow topup_pay_read(struct request *request, struct tx *tx) {
    struct card_told told;
    int64_t id;
    if (acquiring_bank(request->engine) == NULL || !find_own(request, tx, &id, &told)) return answer_missing(request);
    if (!told.open || told.card != 0)
        return answer_see(request, text_format(request->arena, "/topups/%lld", (long long)id));
    struct node *document = topup_document(request, id, &told);
    struct text url = payment_url(request, tx, id);
    doc_text(document, "payment_url", url);
    engine_page_goes(request, "forward", url);
    return answer_ok(request, document);
}

/* GET /topups/{id}: what became of it. */
enum flow topup_read(struct request *request, struct tx *tx) {
    struct card_told told;
    int64_t id;
    if (!find_own(request, tx, &id, &told)) return answer_missing(request);
    struct node *document = topup_document(request, id, &told);
    bool limited = told.refusal == LEDGER_RECIPIENT_BALANCE_LIMIT || told.refusal == LEDGER_RECIPIENT_MONTH_LIMIT;
    if (told.refusal != LEDGER_OK) doc_text(document, "reason", limited ? TEXT("limit") : TEXT("closed"));
    if (told.operation != 0) doc_id(document, "operation", told.operation);
    doc_bool(document, "final", told.final);
    doc_bool(document, "charged", told.card != 0);
    if (told.refresh_s != 0) engine_page_goes(request, "refresh", text_format(request->arena, "%d", told.refresh_s));
    struct account account;
    if (ledger_account(engine_ledger(request->engine), tx, told.account, &account))
        doc_money(document, "balance", rub(account.balance));
    doc_bool(document, "other", told.account != wallet_main(request->engine, tx, request->caller.customer));
    return answer_ok(request, document);
}

/* ---- the money has come, or goes back ---- */

static void tell_refund(struct engine *engine, struct tx *tx, int64_t owner, int64_t sum) {
    struct customer customer;
    if (!identity_customer(engine, tx, owner, &customer)) return;
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(sum));
    doc_text(values, "company", text_from(engine_config(engine)->company));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"company", doc_get(values, "company")}};
    message_sms(engine, tx,
                &(struct message){.customer = customer.id,
                                  .phone = customer.phone,
                                  .language = customer.language,
                                  .text = S_wallet_sms_refunding,
                                  .arguments = arguments,
                                  .argument_count = 2});
}

void topup_moved(struct engine *engine, struct tx *tx, const struct event *event) {
    struct card_told told;
    if (event->code != KIND_TOPUP || !acquiring_told(engine, tx, event->customer, event->number, &told)) return;
    if (told.paid) wallet_income(engine, tx, event->customer, told.account, told.sum, told.operation - 1);
    if (told.refunding) tell_refund(engine, tx, event->customer, told.sum);
    if (told.reversed) card_reversal_take(engine, tx, event->customer, event->number);
}

void topup_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                    struct node *operation) {
    (void)engine, (void)tx, (void)entry;
    doc_text(operation, "counterparty", string_get(operation->arena, locale, S_wallet_topup_card, NULL, 0));
}

/* topup.c: money from a bank card. We make an order and send the customer to the acquirer's page with it, signed; what
 * became of it comes by callback or is asked for (settle.c). The outcome page waits for it without scripts (WA-2). */
#include "products/wallet/topup.h"

#include "agents/agents.h"
#include "base/check.h"
#include "operations/operations.h"

#define TOPUP "id, customer, account, sum, state, expires, reference, operation, refusal, language, kind, subject"

STATEMENT(insert, "INSERT INTO topup (id, customer, account, sum, state, expires, language, kind, subject) "
                  "VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8)");
STATEMENT(by_customer, "SELECT " TOPUP " FROM topup WHERE customer = $1 AND id = $2");
STATEMENT(by_id, "SELECT " TOPUP " FROM topup WHERE id = $1");

bool topup_find(struct tx *tx, int64_t customer, int64_t id, struct topup *topup) {
    struct rows *rows = customer != 0 ? tx_query(tx, &by_customer, VALUES(V_INT(customer), V_INT(id)))
                                      : tx_query(tx, &by_id, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found)
        *topup = (struct topup){.id = row_int(rows, 0),
                                .customer = row_int(rows, 1),
                                .account = row_int(rows, 2),
                                .sum = row_int(rows, 3),
                                .state = (enum topup_state)row_int(rows, 4),
                                .expires = row_int(rows, 5),
                                .reference = row_null(rows, 6) ? TEXT_NONE : row_copy(rows, 6, tx_arena(tx)),
                                .operation = row_int(rows, 7),
                                .refusal = (enum ledger_refusal)row_int(rows, 8),
                                .language = (enum language)row_int(rows, 9),
                                .kind = (int)row_int(rows, 10),
                                .subject = row_int(rows, 11)};
    rows_end(rows);
    return found;
}

void topup_insert(struct engine *engine, struct tx *tx, const struct topup *topup) {
    const struct acquiring_settings *settings = acquiring_state_of(engine)->settings;
    moment now = world_now(tx_world(tx));
    tx_run(tx, &insert,
           VALUES(V_INT(topup->id), V_INT(topup->customer), V_INT(topup->account), V_INT(topup->sum),
                  V_INT(topup->expires), V_INT(topup->language), V_INT(topup->kind), V_INT(topup->subject)));
    outbox_add(engine, tx, "acquirer.status", topup->customer, topup->id,
               text_format(tx_arena(tx), "%lld", (long long)topup->expires), now + settings->ask,
               now + settings->watch);
}

struct text topup_url(struct engine *engine, struct arena *arena, const struct topup *topup, struct text back,
                      enum language language) {
    struct text whole = text_format(arena, "%s%.*s", engine_config(engine)->public_url, TEXT_ARG(back));
    const struct acquirer_order order = {.id = topup->id,
                                         .sum = rub(topup->sum),
                                         .return_url = whole,
                                         .language = text_from(language_tag(language)),
                                         .expires = topup->expires};
    return acquirer_payment_url(acquiring_bank(engine), arena, &order);
}

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
    doc_bool(document, "other", target.account != wallet);
    return answer_ok(request, document);
}

/* ---- the order ---- */

static struct text payment_url(const struct request *request, const struct topup *topup) {
    struct text back = text_format(request->arena, "/topups/%lld", (long long)topup->id);
    return topup_url(request->engine, request->arena, topup, back, request->locale.language);
}

static struct node *topup_document(struct request *request, const struct topup *topup) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", topup->id);
    doc_text(document, "state", text_from(topup_state_name(topup->state)));
    doc_money(document, "sum", rub(topup->sum));
    doc_moment(document, "created", id_moment(topup->id));
    doc_moment(document, "expires", topup->expires);
    doc_id(document, "account", topup->account);
    return document;
}

/* What the wallet cannot take is better told now than refunded later. */
static enum flow refuse_early(struct request *request, struct tx *tx, const struct transfer *transfer) {
    struct ledger *ledger = engine_ledger(request->engine);
    enum ledger_refusal refusal = ledger_check(ledger, tx, transfer);
    struct account account;
    if (refusal == LEDGER_OK || !ledger_account(ledger, tx, transfer->to, &account)) return FLOW_NEXT;
    struct limit_report limits = ledger_limits(ledger, tx, &account);
    if (refusal == LEDGER_RECIPIENT_BALANCE_LIMIT)
        return operations_refuse_sum(request, &refusal_own_balance, limits.balance.rest);
    if (refusal == LEDGER_RECIPIENT_MONTH_LIMIT)
        return operations_refuse_sum(request, &refusal_own_month, limits.month_in.rest);
    return operations_refuse(request, tx, refusal, transfer->to, transfer->sum);
}

enum flow topup_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    int64_t least, most;
    if (!acquiring_cards(engine, &least, &most)) return refuse(request, &refusal_topup_off);
    struct money sum = field_money(request, "sum");
    if (sum.minor < least) return operations_refuse_sum(request, &refusal_topup_small, least);
    if (sum.minor > most) return operations_refuse_sum(request, &refusal_topup_large, most);
    moment now = world_now(tx_world(tx));
    struct purse target;
    if (wallet_main(engine, tx, request->caller.customer) == 0) return refuse(request, &refusal_no_wallet);
    if (!target_of(request, tx, &target)) return refuse_field(request, "to", S_wallet_topup_to_invalid);
    struct topup topup = {.id = world_id(tx_world(tx)),
                          .customer = request->caller.customer,
                          .account = target.account,
                          .sum = sum.minor,
                          .state = TOPUP_CREATED,
                          .expires = now + acquiring_state_of(engine)->settings->life,
                          .language = request->locale.language};
    const struct transfer transfer = {.from = wallet_system_account(engine, tx, SYSTEM_ACQUIRER),
                                      .to = topup.account,
                                      .sum = sum,
                                      .kind = KIND_TOPUP};
    if (refuse_early(request, tx, &transfer) == FLOW_ANSWERED) return FLOW_ANSWERED;
    topup_insert(engine, tx, &topup);
    struct node *document = topup_document(request, &topup);
    doc_text(document, "payment_url", payment_url(request, &topup));
    return answer_created(
        request, document,
        text_format(request->arena, request->wants_html ? "/topups/%lld/pay" : "/topups/%lld", (long long)topup.id));
}

/* ---- after it ---- */

static bool find_own(struct request *request, struct tx *tx, struct topup *topup) {
    int64_t id;
    return request_param_id(request, 0, &id) && topup_find(tx, request->caller.customer, id, topup) && topup->kind == 0;
}

/* GET /topups/{id}/pay: the step between us and the bank. A page of its own, since a form may not lead the browser
 * straight to another site (Content-Security-Policy: form-action). */
enum flow topup_pay_read(struct request *request, struct tx *tx) {
    struct topup topup;
    if (acquiring_bank(request->engine) == NULL || !find_own(request, tx, &topup))
        return answer_missing(request);
    if (topup.state != TOPUP_CREATED)
        return answer_see(request, text_format(request->arena, "/topups/%lld", (long long)topup.id));
    struct node *document = topup_document(request, &topup);
    struct text url = payment_url(request, &topup);
    doc_text(document, "payment_url", url);
    engine_page_goes(request, "forward", url);
    return answer_ok(request, document);
}

/* GET /topups/{id}: what became of it. */
enum flow topup_read(struct request *request, struct tx *tx) {
    struct topup topup;
    if (!find_own(request, tx, &topup)) return answer_missing(request);
    struct node *document = topup_document(request, &topup);
    int64_t age = world_now(request->world) - id_moment(topup.id);
    bool limited = topup.refusal == LEDGER_RECIPIENT_BALANCE_LIMIT || topup.refusal == LEDGER_RECIPIENT_MONTH_LIMIT;
    if (topup.refusal != LEDGER_OK) doc_text(document, "reason", limited ? TEXT("limit") : TEXT("closed"));
    if (topup.operation != 0) doc_id(document, "operation", topup.operation);
    int refresh_s = topup_refresh_s(topup.state, age);
    doc_bool(document, "final", topup_state_final(topup.state));
    if (refresh_s != 0) engine_page_goes(request, "refresh", text_format(request->arena, "%d", refresh_s));
    struct account account;
    if (ledger_account(engine_ledger(request->engine), tx, topup.account, &account))
        doc_money(document, "balance", rub(account.balance));
    doc_bool(document, "other", topup.account != wallet_main(request->engine, tx, topup.customer));
    return answer_ok(request, document);
}

void topup_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                    struct node *operation) {
    (void)engine, (void)tx, (void)entry;
    doc_text(operation, "counterparty", string_get(operation->arena, locale, S_wallet_topup_card, NULL, 0));
}

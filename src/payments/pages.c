/* pages.c: what one can pay, and what became of what one paid. */
#include "payments/internal.h"

#include "base/search.h"

#include <string.h>

#define FOUND_MOST 200
#define LATEST_MOST 50
#define PENDING_MOST 10
#define AGAIN_MOST 6

static struct text say(struct arena *arena, const struct locale *locale, string_id text) {
    return string_get(arena, locale, text, NULL, 0);
}

/* ---- the catalogue ---- */

static void tell_provider(struct node *list, const struct provider *provider, const struct catalogue *catalogue,
                          enum language language) {
    const struct category *category = catalogue_category(catalogue, text_from(provider->category));
    struct node *node = doc_add_object(list);
    doc_text(node, "code", text_from(provider->code));
    doc_text(node, "title", words_in(&provider->title, language));
    doc_text(node, "category", text_from(provider->category));
    doc_text(node, "category_title", category != NULL ? words_in(&category->title, language) : TEXT_NONE);
    doc_text(node, "icon", text_from(category != NULL ? category->icon : "tag"));
    logo_tell(node, provider, words_in(&provider->title, language));
    doc_bool(node, "on", provider->on);
}

static void tell_categories(struct request *request, const struct catalogue *catalogue, struct node *document) {
    struct node *list = doc_array(document, "categories");
    struct text chosen = field_text(request, "category");
    for (size_t i = 0; i < catalogue->category_count; i++) {
        const struct category *category = &catalogue->categories[i];
        struct node *node = doc_add_object(list);
        doc_text(node, "code", text_from(category->code));
        doc_text(node, "title", words_in(&category->title, request->locale.language));
        doc_text(node, "icon", text_from(category->icon));
        doc_bool(node, "current", text_is(chosen, category->code));
    }
}

static void tell_found(struct request *request, const struct catalogue *catalogue, struct node *document) {
    struct text asked = search_fold(request->arena, field_given(request, "q") ? field_text(request, "q") : TEXT(""));
    struct text category = field_text(request, "category");
    struct node *list = doc_array(document, "providers");
    size_t count = 0;
    for (size_t i = 0; i < catalogue->provider_count && count < FOUND_MOST; i++) {
        const struct provider *provider = &catalogue->providers[i];
        if (category.size > 0 && !text_is(category, provider->category)) continue;
        if (!provider_found(provider, asked)) continue;
        tell_provider(list, provider, catalogue, request->locale.language);
        count++;
    }
    doc_bool(document, "asked", asked.size > 0 || category.size > 0);
}

/* The last ones he paid, each provider and account once, to be paid again in one tap. */
static void tell_again(struct request *request, struct tx *tx, const struct catalogue *catalogue,
                       struct node *document) {
    struct node *list = doc_array(document, "again");
    struct payment latest[LATEST_MOST];
    size_t count = payments_latest(tx, request->caller.customer, false, latest, LATEST_MOST);
    for (size_t i = 0; i < count && list->count < AGAIN_MOST; i++) {
        struct payment payment;
        const struct provider *provider = catalogue_provider(catalogue, latest[i].provider);
        if (latest[i].state != PAYMENT_DONE || provider == NULL) continue;
        if (!payment_find(request->engine, tx, request->caller.customer, latest[i].id, &payment)) continue;
        struct text account = payment_value(&payment, "account");
        bool twice = account.size == 0 || payment.values.card.size > 0; /* a card's number is not there any more */
        for (const struct node *each = list->first; each != NULL; each = each->next)
            twice = twice || (text_is(doc_get(each, "code")->text, provider->code) &&
                              text_equal(doc_get(each, "account")->text, account));
        if (twice) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", payment.id);
        doc_text(node, "code", text_from(provider->code));
        doc_text(node, "title", words_in(&provider->title, request->locale.language));
        doc_text(node, "account", text_copy(request->arena, account));
        doc_text(node, "account_shown", payment_value_shown(request->arena, provider, "account", account));
        doc_money(node, "sum", rub(payment.sum));
        const struct category *category = catalogue_category(catalogue, text_from(provider->category));
        doc_text(node, "icon", text_from(category != NULL ? category->icon : "tag"));
        logo_tell(node, provider, words_in(&provider->title, request->locale.language));
    }
}

/* GET /pay */
enum flow pay_list_read(struct request *request, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct node *document = doc_new(request->arena);
    tell_categories(request, catalogue, document);
    tell_found(request, catalogue, document);
    engine_shortcuts(request->engine, tx, &request->locale, request->caller.customer,
                     doc_array(document, "shortcuts"));
    tell_again(request, tx, catalogue, document);
    doc_bool(document, "empty", catalogue->provider_count == 0);
    return answer_ok(request, document);
}

/* ---- one payment ---- */

struct text reason_words(struct arena *arena, const struct locale *locale, const struct payment *payment,
                         const struct provider *provider) {
    struct node *values = doc_new(arena);
    doc_money(values, "least", rub(provider != NULL ? provider->sum_min : 0));
    doc_money(values, "most", rub(provider != NULL ? provider->sum_max : 0));
    const struct string_argument arguments[] = {{"least", doc_get(values, "least")}, {"most", doc_get(values, "most")}};
    static const string_id words[] = {
        [REASON_NONE] = S_none,
        [REASON_ACCOUNT] = S_payments_reason_account,
        [REASON_NOT_FOUND] = S_payments_reason_not_found,
        [REASON_REFUSED] = S_payments_reason_refused,
        [REASON_TECHNICAL] = S_payments_reason_technical,
        [REASON_INACTIVE] = S_payments_reason_inactive,
        [REASON_SMALL] = S_payments_reason_small,
        [REASON_LARGE] = S_payments_reason_large,
        [REASON_SILENT] = S_payments_reason_silent,
        [REASON_NO_BILL] = S_payments_reason_no_bill,
        [REASON_CHANGED] = S_payments_reason_changed,
        [REASON_BANK] = S_payments_reason_bank,
        [REASON_UNLINKED] = S_payments_reason_unlinked,
        [REASON_CARD] = S_payments_reason_card,
        [REASON_UNPAID] = S_payments_reason_unpaid,
        [REASON_KEPT] = S_payments_reason_kept,
    };
    string_id text = words[payment->reason];
    return text == S_none ? TEXT_NONE : string_get(arena, locale, text, arguments, 2);
}

static void tell_values(struct request *request, const struct payment *payment, const struct provider *provider,
                        struct node *document) {
    struct node *list = doc_array(document, "values");
    for (size_t i = 0; i < payment->values.count; i++) {
        const struct osmp_field *value = &payment->values.of[i];
        struct text title = text_from(value->name), shown = value->value;
        for (size_t k = 0; provider != NULL && k < provider->field_count; k++) {
            const struct provider_field *field = &provider->fields[k];
            if (strcmp(field->name, value->name) != 0) continue;
            title = words_in(&field->title, request->locale.language);
            const struct value_choice *chosen = value_chosen(&field->rule, value->value);
            if (chosen != NULL) shown = chosen->title;
        }
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_copy(request->arena, text_from(value->name)));
        doc_text(node, "title", text_copy(request->arena, title));
        doc_text(node, "value", text_copy(request->arena, shown));
        doc_text(node, "shown", payment_value_shown(request->arena, provider, value->name, value->value));
    }
}

void payment_tell(struct request *request, struct tx *tx, const struct payment *payment, struct node *document) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    const struct provider *provider = catalogue_provider(catalogue, payment->provider);
    struct account account;
    doc_id(document, "id", payment->id);
    doc_text(document, "state", text_from(payment_state_name(payment->state)));
    doc_bool(document, "final", payment_final(payment->state));
    doc_moment(document, "created", id_moment(payment->id));
    const struct provider *finder = payment->state == PAYMENT_CHECKED && provider != NULL && provider->number_count > 0
                                        ? catalogue_finder(catalogue)
                                        : NULL;
    doc_text(document, "code", provider != NULL ? text_from(provider->code) : TEXT_NONE);
    if (finder != NULL) doc_text(document, "finder", text_from(finder->code)); /* the number may have been ported */
    doc_text(document, "provider",
             provider != NULL ? words_in(&provider->title, request->locale.language)
                              : say(request->arena, &request->locale, S_payments_gone));
    logo_tell(document, provider, doc_get(document, "provider")->text);
    tell_values(request, payment, provider, document);
    if (payment->sum > 0) doc_money(document, "sum", rub(payment->sum));
    if (payment->sum > 0) doc_money(document, "fee", rub(payment->fee));
    if (payment->sum > 0) doc_money(document, "total", rub(payment->sum + payment->fee));
    doc_text(document, "name", text_copy(request->arena, payment->info.name));
    doc_text(document, "more", text_copy(request->arena, payment->info.more));
    if (payment->info.bill >= 0) doc_money(document, "bill", rub(payment->info.bill));
    if (payment->reason != REASON_NONE) {
        doc_text(document, "reason", text_from(payment_reason_name(payment->reason)));
        doc_text(document, "reason_words", reason_words(request->arena, &request->locale, payment, provider));
    }
    if (payment->returned > 0) doc_money(document, "returned", rub(payment->returned));
    if (payment->deadline != 0) doc_moment(document, "deadline", payment->deadline);
    by_card_tell(request, tx, payment, document);
    if (payment->operation != 0) doc_id(document, "operation", payment->operation);
    doc_text(document, "reference", text_copy(request->arena, payment->reference));
    if (!ledger_account(engine_ledger(request->engine), tx, payment->account, &account)) return;
    doc_money(document, "available", rub(account.balance - account.held));
    if (payment->state == PAYMENT_CHECKED && payment->card_order == 0)
        doc_money(document, "left", rub(account.balance - account.held - payment->sum - payment->fee));
}

/* How soon a page without scripts looks again, in seconds; 0: not. */
static int refresh_s(const struct payment *payment, int64_t age_us) {
    bool paying = payment->state == PAYMENT_CHECKED && payment->card_order > 0;
    if (payment->state != PAYMENT_CHECKING && payment->state != PAYMENT_SENDING && !paying) return 0;
    return age_us < 30 * SECOND ? 2 : age_us < 10 * MINUTE ? 15 : 0;
}

/* GET /payments/{id} */
enum flow payment_read(struct request *request, struct tx *tx) {
    struct payment payment;
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        !payment_find(request->engine, tx, request->caller.customer, id, &payment))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    payment_tell(request, tx, &payment, document);
    bool keeps = payment.state == PAYMENT_DONE && payment.values.count > 0 && payment.values.card.size == 0;
    doc_bool(document, "to_template", keeps && engine_enabled(request->engine, "autopay"));
    engine_beside_payment(request->engine, tx, &request->locale, payment.customer, payment.id, document);
    int refresh = refresh_s(&payment, world_now(request->world) - id_moment(id));
    if (refresh > 0) engine_page_goes(request, "refresh", text_format(request->arena, "%d", refresh));
    return answer_ok(request, document);
}

/* ---- all of them ---- */

static string_id state_words(enum payment_state state) {
    switch (state) {
    case PAYMENT_CHECKING: return S_payments_state_checking;
    case PAYMENT_CHECKED: return S_payments_state_checked;
    case PAYMENT_SENDING: return S_payments_state_sending;
    case PAYMENT_STUCK: return S_payments_state_stuck;
    case PAYMENT_DONE: return S_payments_state_done;
    case PAYMENT_REFUSED: return S_payments_state_refused;
    case PAYMENT_REJECTED: return S_payments_state_rejected;
    case PAYMENT_UNCHECKED: return S_payments_state_unchecked;
    case PAYMENT_EXPIRED: return S_payments_state_expired;
    case PAYMENT_CANCELLED: return S_payments_state_cancelled;
    case PAYMENT_REFUNDED: return S_payments_state_refunded;
    }
    return S_none;
}

static struct text provider_title(const struct catalogue *catalogue, struct arena *arena, const struct locale *locale,
                                  int64_t id) {
    const struct provider *provider = catalogue_provider(catalogue, id);
    return provider != NULL ? text_copy(arena, words_in(&provider->title, locale->language))
                            : say(arena, locale, S_payments_gone);
}

/* GET /payments: also those that never became operations. */
enum flow payments_read(struct request *request, struct tx *tx) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "payments");
    struct payment latest[LATEST_MOST];
    size_t count = payments_latest(tx, request->caller.customer, false, latest, LATEST_MOST);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", latest[i].id);
        doc_text(node, "provider", provider_title(catalogue, request->arena, &request->locale, latest[i].provider));
        logo_tell(node, catalogue_provider(catalogue, latest[i].provider), doc_get(node, "provider")->text);
        doc_text(node, "state", text_from(payment_state_name(latest[i].state)));
        doc_text(node, "state_words", say(request->arena, &request->locale, state_words(latest[i].state)));
        if (latest[i].sum > 0) doc_money(node, "sum", rub(latest[i].sum + latest[i].fee));
        doc_moment(node, "created", id_moment(latest[i].id));
        doc_bool(node, "final", payment_final(latest[i].state));
        doc_bool(node, "done", latest[i].state == PAYMENT_DONE);
    }
    return answer_ok(request, document);
}

/* ---- on others' pages ---- */

void payments_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list) {
    struct payment open[PENDING_MOST];
    size_t count = payments_latest(tx, customer, true, open, PENDING_MOST);
    if (count == 0) return;
    const struct catalogue *catalogue = catalogue_take(engine, list->arena);
    for (size_t i = 0; i < count; i++) {
        if (open[i].state == PAYMENT_CHECKING || open[i].sum == 0) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "title", provider_title(catalogue, list->arena, locale, open[i].provider));
        doc_text(node, "text", say(list->arena, locale, state_words(open[i].state)));
        doc_money(node, "sum", rub(open[i].sum + open[i].fee));
        doc_text(node, "href", text_format(list->arena, "/payments/%lld", (long long)open[i].id));
        doc_text(node, "icon", TEXT("clock"));
    }
}

void payment_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation) {
    struct payment payment;
    struct account account;
    struct arena *arena = operation->arena;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0) return;
    if (!payment_find(engine, tx, account.owner, entry->subject, &payment)) return;
    const struct catalogue *catalogue = catalogue_take(engine, arena);
    doc_text(operation, "counterparty", provider_title(catalogue, arena, locale, payment.provider));
    if (entry->kind != KIND_PAYMENT) return;
    doc_id(operation, "payment", payment.id);
    doc_money(operation, "fee", rub(payment.fee));
    struct text payee = payment_value(&payment, "account");
    const struct provider *provider = catalogue_provider(catalogue, payment.provider);
    doc_text(operation, "payee_account", text_copy(arena, payee));
    doc_text(operation, "payee_shown", payment_value_shown(arena, provider, "account", payee));
    doc_text(operation, "reference", text_copy(arena, payment.reference));
}

STATEMENT(provider_of_payment, "SELECT provider FROM payment WHERE customer = $1 AND id = $2");

void payment_classify(struct engine *engine, struct tx *tx, const struct entry *entry, struct operation_class *class) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account)) return;
    struct rows *rows = tx_query(tx, &provider_of_payment, VALUES(V_INT(account.owner), V_INT(entry->subject)));
    int64_t id = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    const struct provider *provider = catalogue_provider(catalogue_take(engine, tx_arena(tx)), id);
    if (provider != NULL && provider->category[0] != 0)
        class->category = text_copy(tx_arena(tx), text_from(provider->category));
}

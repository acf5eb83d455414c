/* pages.c: what a customer sees of cashback: beside each payment, and a month of it. */
#include "products/cashback/cashback.h"

#define LATEST 200

static struct text say(struct arena *arena, const struct locale *locale, string_id text, int64_t sum, moment at) {
    struct node *values = doc_new(arena);
    doc_money(values, "sum", rub(sum));
    doc_moment(values, "at", at);
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"at", doc_get(values, "at")}};
    return string_get(arena, locale, text, arguments, 2);
}

static const char *state_name(const struct accrual *accrual) {
    if (accrual->state == ACCRUAL_CANCELLED || accrual->taken == accrual->sum) return "cancelled";
    return accrual->state == ACCRUAL_PENDING ? "pending" : "paid";
}

static struct text state_words(struct arena *arena, const struct locale *locale, const struct accrual *accrual) {
    int64_t sum = accrual->sum - accrual->taken;
    if (sum == 0) return say(arena, locale, S_cashback_words_cancelled, accrual->sum, accrual->due);
    string_id text = accrual->state == ACCRUAL_PENDING ? S_cashback_words_pending : S_cashback_words_paid;
    return say(arena, locale, text, sum, accrual->due);
}

/* ---- beside a payment ---- */

static void beside(struct node *document, const struct locale *locale, const char *state, int64_t sum,
                   struct text words) {
    struct node *node = doc_object(document, "cashback");
    doc_text(node, "title", string_get(document->arena, locale, S_cashback_beside, NULL, 0));
    doc_text(node, "state", text_from(state));
    doc_money(node, "sum", rub(sum));
    doc_text(node, "words", words);
}

void cashback_beside(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     int64_t payment, struct node *document) {
    struct accrual accrual;
    struct payment_news news;
    struct arena *arena = document->arena;
    if (accrual_find(tx, customer, PURCHASE_PAYMENT, payment, &accrual)) {
        beside(document, locale, state_name(&accrual), accrual.sum - accrual.taken,
               state_words(arena, locale, &accrual));
        return;
    }
    int64_t sum;
    if (!payments_news(engine, tx, customer, payment, &news)) return;
    if (news.state != PAYMENT_CHECKED && news.state != PAYMENT_SENDING) return;
    const struct cashback_purchase purchase = purchase_of(engine, tx, &news, world_now(engine_world(engine)));
    if (!cashback_promised(engine, tx, customer, &purchase, &sum)) return;
    beside(document, locale, "promised", sum, say(arena, locale, S_cashback_words_promised, sum, 0));
}

void cashback_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                       struct node *operation) {
    (void)engine, (void)tx, (void)entry;
    doc_text(operation, "counterparty", string_get(operation->arena, locale, S_cashback_company, NULL, 0));
}

/* ---- a month ---- */

static struct text category_title(const struct request *request, const struct catalogue *catalogue,
                                  struct text code) {
    if (text_is(code, CATEGORY_CARD))
        return string_get(request->arena, &request->locale, S_cashback_by_card, NULL, 0);
    const struct category *category = code.size > 0 ? catalogue_category(catalogue, code) : NULL;
    return category != NULL ? words_in(&category->title, request->locale.language)
                            : string_get(request->arena, &request->locale, S_cashback_other, NULL, 0);
}

struct share {
    struct text category;
    int64_t sum;
};

static void tell_shares(struct request *request, const struct accrual *accruals, size_t count,
                        struct node *document) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    struct share *shares = arena_array(request->arena, struct share, count + 1);
    size_t share_count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        while (at < share_count && !text_equal(shares[at].category, accruals[i].category)) at++;
        if (at == share_count) shares[share_count++] = (struct share){accruals[i].category, 0};
        shares[at].sum += accruals[i].sum - accruals[i].taken;
    }
    struct node *list = doc_array(document, "categories");
    for (size_t i = 0; i < share_count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "title", category_title(request, catalogue, shares[i].category));
        doc_money(node, "sum", rub(shares[i].sum));
    }
}

static void tell_accruals(struct request *request, const struct accrual *accruals, size_t count, struct node *list) {
    const struct catalogue *catalogue = catalogue_take(request->engine, request->arena);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_moment(node, "at", id_moment(accruals[i].id));
        doc_text(node, "category", category_title(request, catalogue, accruals[i].category));
        doc_money(node, "purchase", rub(accruals[i].base));
        doc_money(node, "sum", rub(accruals[i].sum - accruals[i].taken));
        doc_text(node, "state", text_from(state_name(&accruals[i])));
        doc_text(node, "words", state_words(request->arena, &request->locale, &accruals[i]));
        if (accruals[i].kind == PURCHASE_PAYMENT) doc_id(node, "payment", accruals[i].purchase);
        else doc_null(node, "payment");
    }
}

/* What is on offer, and how much of each month is left. */
static void tell_rules(struct request *request, struct tx *tx, int64_t month, struct node *list) {
    struct stored_rule rules[RULES_MOST];
    size_t count = rules_stored(tx, rules);
    moment now = world_now(request->world);
    for (size_t i = 0; i < count; i++) {
        const struct cashback_rule *rule = &rules[i].rule;
        if (rule->bp == 0 || now < rule->since || (rule->until != 0 && now >= rule->until)) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "title", rules[i].title);
        doc_text(node, "percent",
                 rule->bp % 100 == 0 ? text_format(request->arena, "%lld", (long long)(rule->bp / 100))
                                     : text_format(request->arena, "%lld,%02lld", (long long)(rule->bp / 100),
                                                   (long long)(rule->bp % 100)));
        if (rule->least > 0) doc_money(node, "least", rub(rule->least));
        else doc_null(node, "least");
        if (rule->until != 0) doc_moment(node, "until", rule->until - 1);
        else doc_null(node, "until");
        bool bound = rule->month_most > 0;
        int64_t used = bound ? rule_used(tx, request->caller.customer, rules[i].code, month) : 0;
        int64_t left = used < rule->month_most ? rule->month_most - used : 0;
        if (bound) doc_money(node, "left", rub(left));
        else doc_null(node, "left");
        doc_bool(node, "used_up", bound && left == 0);
    }
}

static struct text month_path(struct request *request, int64_t month) {
    return text_format(request->arena, "/cashback?month=%04lld-%02lld", (long long)(1970 + month / 12),
                       (long long)(month % 12 + 1));
}

/* "2026-11"; anything else is this month. */
static int64_t month_asked(struct request *request, int64_t now) {
    struct text rest, typed = field_text(request, "month"), year = text_split(typed, '-', &rest);
    int64_t y, m;
    if (!text_to_int(year, &y) || !text_to_int(rest, &m) || m < 1 || m > 12 || y < 1970) return now;
    int64_t month = (y - 1970) * 12 + m - 1;
    return month <= now ? month : now;
}

/* GET /cashback */
enum flow cashback_month_read(struct request *request, struct tx *tx) {
    int64_t now = month_at(world_now(request->world), engine_zone(request->engine));
    int64_t month = month_asked(request, now);
    struct accrual *accruals = arena_array(request->arena, struct accrual, LATEST);
    size_t count = accruals_of(tx, request->caller.customer, month, accruals, LATEST);
    int64_t earned = 0, waits = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t sum = accruals[i].sum - accruals[i].taken;
        if (accruals[i].state == ACCRUAL_PENDING) waits += sum;
        else earned += sum;
    }
    struct node *document = doc_new(request->arena);
    doc_text(document, "month", text_slice(month_path(request, month), sizeof "/cashback?month=" - 1, 7));
    doc_moment(document, "begins", month_start(month, engine_zone(request->engine)));
    doc_money(document, "earned", rub(earned));
    doc_money(document, "waits", rub(waits));
    doc_money(document, "owed", rub(cashback_owed(tx, request->caller.customer)));
    tell_shares(request, accruals, count, document);
    tell_rules(request, tx, month, doc_array(document, "rules"));
    tell_accruals(request, accruals, count, doc_array(document, "cashbacks"));
    doc_text(document, "earlier", month_path(request, month - 1));
    doc_text(document, "later", month < now ? month_path(request, month + 1) : TEXT_NONE);
    return answer_ok(request, document);
}

/* ---- his data ---- */

STATEMENT(all, "SELECT id, base, sum, taken, state FROM cashback WHERE customer = $1 AND id > $2 "
               "ORDER BY id LIMIT 200");

bool cashback_own_data(struct own_data *piece) {
    size_t count = 0;
    struct rows *rows = tx_query(piece->tx, &all, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    for (; rows_next(rows); count++) {
        const struct accrual accrual = {.id = row_int(rows, 0),
                                        .base = row_int(rows, 1),
                                        .sum = row_int(rows, 2),
                                        .taken = row_int(rows, 3),
                                        .state = (enum accrual_state)row_int(rows, 4)};
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("cashback"));
        doc_moment(node, "at", id_moment(accrual.id));
        doc_money(node, "purchase", rub(accrual.base));
        doc_money(node, "sum", rub(accrual.sum - accrual.taken));
        doc_text(node, "state", text_from(state_name(&accrual)));
        piece->after = accrual.id;
    }
    rows_end(rows);
    return count == 200;
}

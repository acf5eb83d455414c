/* page.c: a customer's level: what each allows, what is left of it, and what to do to raise it (ID-16, WA-14). */
#include "levels/internal.h"

#include "ledger/ledger.h"

#define ACCOUNTS_LOOKED 8

const char *level_name(enum level level) {
    static const char *const names[] = {"", "minimal", "simplified", "full"};
    return names[level];
}

struct text level_title(struct request *request, enum level level) {
    static const string_id titles[] = {S_none, S_levels_minimal, S_levels_simplified, S_levels_full};
    return string_get(request->arena, &request->locale, titles[level], NULL, 0);
}

/* ---- what a level allows ---- */

static void tell_most(struct node *limits, const char *name, int64_t most) {
    if (most != 0) doc_money(limits, name, rub(most)); /* 0: not limited */
}

static void tell_level(struct request *request, struct tx *tx, struct node *node, enum level level,
                       enum level present) {
    static const string_id texts[] = {S_none, S_levels_minimal_how, S_levels_simplified_how, S_levels_full_how};
    struct account imagined = {.limits = (int)level};
    struct limit_report report = ledger_limits(engine_ledger(request->engine), tx, &imagined);
    doc_text(node, "name", text_from(level_name(level)));
    doc_text(node, "title", level_title(request, level));
    doc_text(node, "how", string_get(request->arena, &request->locale, texts[level], NULL, 0));
    doc_bool(node, "present", level == present);
    doc_bool(node, "reached", level <= present);
    struct node *limits = doc_object(node, "limits");
    tell_most(limits, "balance", report.balance.max);
    tell_most(limits, "operation", report.operation_max);
    tell_most(limits, "day", report.day_out.max);
    tell_most(limits, "month", report.month_out.max);
    tell_most(limits, "month_in", report.month_in.max);
    doc_bool(node, "limited", limits->count > 0);
}

/* ---- what is left ---- */

static void tell_left(struct node *left, const char *name, const struct limit_state *state, const char *period) {
    if (state->max == 0) return;
    struct node *limit = doc_object(left, name);
    doc_money(limit, "max", rub(state->max));
    doc_money(limit, "spent", rub(state->spent));
    doc_money(limit, "rest", rub(state->rest));
    doc_text(limit, "period", text_from(period));
    int64_t percent = money_share(100, state->spent, state->max);
    doc_int(limit, "percent", percent > 100 ? 100 : percent);
}

/* Of the first account that a level limits: the main wallet. */
static void tell_rest(struct request *request, struct tx *tx, int64_t customer, struct node *document) {
    struct account accounts[ACCOUNTS_LOOKED];
    struct ledger *ledger = engine_ledger(request->engine);
    size_t count = ledger_accounts_of(ledger, tx, customer, accounts, ACCOUNTS_LOOKED), at = 0;
    while (at < count && (accounts[at].limits == 0 || accounts[at].closed)) at++;
    struct node *left = doc_object(document, "left");
    if (at < count) {
        struct limit_report report = ledger_limits(ledger, tx, &accounts[at]);
        tell_left(left, "balance", &report.balance, "now");
        tell_left(left, "day", &report.day_out, "day");
        tell_left(left, "month", &report.month_out, "month");
        tell_left(left, "month_in", &report.month_in, "month");
    }
    doc_bool(document, "some_left", left->count > 0);
}

/* ---- the page ---- */

static void tell_review(struct request *request, const struct review *review, struct node *document) {
    static const char *const states[] = {"none", "filling", "waiting", "approved", "refused"};
    doc_text(document, "review", text_from(states[review->state]));
    doc_bool(document, "refused", review->state == REVIEW_REFUSED);
    if (review->state != REVIEW_REFUSED) return;
    doc_text(document, "reason", text_from(review_reasons[review->reason]));
    doc_text(document, "why",
             string_get(request->arena, &request->locale, review_reason_words[review->reason], NULL, 0));
}

static void tell_ways(struct request *request, struct node *document, enum level level) {
    const struct levels *levels = levels_of(request->engine);
    struct node *ways = doc_array(document, "ways");
    for (size_t i = 0; i < levels->way_count && level < LEVEL_FULL; i++) {
        struct node *way = doc_add_object(ways);
        doc_text(way, "title", string_get(request->arena, &request->locale, levels->ways[i].title, NULL, 0));
        doc_text(way, "path", text_from(levels->ways[i].path));
    }
}

enum flow level_page(struct request *request, struct tx *tx) {
    static const char *const steps[] = {"nothing", "passport", "documents", "wait"};
    struct customer customer;
    struct review review;
    if (!identity_customer(request->engine, tx, request->caller.customer, &customer)) return answer_missing(request);
    review_of(tx, customer.id, &review);
    enum level_step step = level_next((int)customer.level, review.state);
    struct node *document = doc_new(request->arena);
    doc_text(document, "level", text_from(level_name(customer.level)));
    doc_text(document, "title", level_title(request, customer.level));
    doc_text(document, "next", text_from(steps[step]));
    doc_bool(document, "to_passport", step == STEP_PASSPORT);
    doc_bool(document, "to_documents", step == STEP_DOCUMENTS);
    doc_bool(document, "waits", step == STEP_WAIT);
    tell_review(request, &review, document);
    tell_ways(request, document, customer.level);
    tell_rest(request, tx, customer.id, document);
    struct node *list = doc_array(document, "levels");
    for (enum level level = LEVEL_MINIMAL; level <= LEVEL_FULL; level++)
        tell_level(request, tx, doc_add_object(list), level, customer.level);
    return answer_ok(request, document);
}

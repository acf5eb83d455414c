/* limit_page.c: a customer's limit: how much of it is free, how it came to be, and asking for more; the same decisions
 * for staff, with what they were made of. */
#include "products/instalments/limit_policy.h"

#include "backoffice/backoffice.h"
#include "base/json.h"
#include "identity/common.h"

#include <jansson.h>

#define TOLD LIMIT_DECISIONS_TOLD

static const struct refusal too_soon = {"asked-recently", 409, S_instalments_limit_too_soon, false};
static const struct refusal level_wanted = {"level-too-low", 422, S_instalments_refused_level, false};
static const struct refusal no_policy = {"limit-off", 409, S_instalments_limit_off, false};

static struct text reason_words(struct arena *arena, const struct locale *locale, const char *reason) {
    static const struct {
        const char *reason;
        string_id words;
    } known[] = {{"too_young", S_instalments_reason_too_young},
                 {"overdue", S_instalments_reason_overdue},
                 {"often_late", S_instalments_reason_often_late},
                 {"many_purchases", S_instalments_reason_many_purchases},
                 {"few_points", S_instalments_reason_few_points},
                 {"not_known", S_instalments_reason_not_known},
                 {"as_much_as_may_be", S_instalments_reason_as_much}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_is(text_from(reason), known[i].reason)) return string_get(arena, locale, known[i].words, NULL, 0);
    return text_copy(arena, text_from(reason)); /* the operator's own */
}

void limit_decision_tell(struct arena *arena, const struct locale *locale, const struct limit_decision *decision,
                         struct node *node) {
    const json_t *outcome = json_read(arena, decision->outcome), *each;
    struct node *reasons = doc_array(node, "reasons");
    size_t at;
    doc_id(node, "id", decision->id);
    doc_text(node, "decision", text_from(policy_decision_name(decision->decision)));
    doc_bool(node, "grown", decision->why == LIMIT_GROWN);
    if (decision->asked > 0) doc_money(node, "asked", rub(decision->asked));
    else doc_null(node, "asked");
    doc_money(node, "before", rub(decision->before));
    doc_money(node, "after", rub(decision->after));
    doc_moment(node, "at", decision->at);
    json_array_foreach(json_object_get(outcome, "reasons"), at, each) {
        if (json_is_string(each)) doc_add_text(reasons, reason_words(arena, locale, json_string_value(each)));
    }
}

/* ---- the customer ---- */

static bool level_low(const struct engine *engine, const struct customer *who) {
    return (int)who->level < instalments_settings(engine)->level + 1;
}

/* The order that waits for a limit; its page, or the limit's. */
static struct text then(struct request *request, struct tx *tx) {
    struct checkout_order order;
    bool waits = field_given(request, "order") &&
                 checkout_by_uid(request->engine, tx, field_text(request, "order"), &order);
    return waits ? text_format(request->arena, "/checkout/%.*s", TEXT_ARG(order.uid)) : TEXT("/instalments/limit");
}

/* What stands between him and asking. */
static void tell_asking(struct request *request, struct tx *tx, int64_t customer, struct node *document) {
    struct customer who;
    int64_t birth;
    bool policy = limit_policy_now(request->engine, tx) != NULL;
    moment again = limit_again_at(request->engine, tx, customer);
    bool low = policy && identity_customer(request->engine, tx, customer, &who) && level_low(request->engine, &who);
    doc_bool(document, "may_ask", policy && again == 0 && !low);
    doc_bool(document, "asks_birth", !limit_birth(request->engine, tx, customer, &birth));
    if (low && engine_enabled(request->engine, "levels")) doc_text(document, "identify", TEXT("/settings/level"));
    else doc_null(document, "identify");
    if (again > 0) doc_moment(document, "again_at", again);
    else doc_null(document, "again_at");
}

/* GET /instalments/limit */
enum flow limit_read(struct request *request, struct tx *tx) {
    struct instalment_limit limit;
    struct limit_decision decisions[TOLD];
    const int64_t customer = request->caller.customer;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "decisions");
    bool has = instalment_limit_find(tx, customer, &limit);
    size_t count = limit_decisions_of(request->engine, tx, customer, decisions, TOLD);
    doc_money(document, "limit", rub(has ? limit.sum : 0));
    doc_money(document, "free", rub(has ? checkout_free(request->engine, tx, customer) : 0));
    doc_bool(document, "has", has && limit.sum > 0);
    doc_text(document, "order", field_given(request, "order") ? field_text(request, "order") : TEXT_NONE);
    tell_asking(request, tx, customer, document);
    for (size_t i = 0; i < count; i++)
        limit_decision_tell(request->arena, &request->locale, &decisions[i], doc_add_object(list));
    return answer_ok(request, document);
}

/* FLOW_NEXT: all that the policy wants to know of him is known, or said now. */
static enum flow ask_birth(struct request *request, struct tx *tx, int64_t customer, struct limit_wish *wish) {
    int64_t known, oldest = date_to_days((struct date){1900, 1, 1});
    if (limit_birth(request->engine, tx, customer, &known)) return FLOW_NEXT;
    if (!field_given(request, "birth")) return refuse_field(request, "birth", S_instalments_limit_birth_missing);
    wish->birth = field_number(request, "birth");
    bool so = wish->birth > oldest && wish->birth < instalments_today(request->engine);
    return so ? FLOW_NEXT : refuse_field(request, "birth", S_instalments_limit_birth_wrong);
}

/* POST /instalments/limit: {sum, birth, order}: the limit that he wants; nothing: as much as may be. */
enum flow limit_ask_more(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct limit_decision decision;
    const int64_t customer = request->caller.customer;
    struct limit_wish wish = {.sum = field_number(request, "sum")};
    struct instalment_limit limit;
    struct customer who;
    request->fields_valid = true;
    if (!identity_customer(engine, tx, customer, &who)) return answer_missing(request);
    if (limit_policy_now(engine, tx) == NULL) return refuse(request, &no_policy);
    if (level_low(engine, &who)) return refuse(request, &level_wanted);
    /* His limit's row is locked, so that asking twice at once is asking once. */
    if (!instalment_limit_find(tx, customer, &limit)) instalment_limit_set(engine, tx, customer, 0, &limit);
    moment again = limit_again_at(engine, tx, customer);
    if (again > 0) return refuse_until(request, &too_soon, again);
    if (field_given(request, "sum") && wish.sum <= limit.sum)
        return refuse_field(request, "sum", S_instalments_limit_less);
    if (ask_birth(request, tx, customer, &wish) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!limit_decide(engine, tx, customer, &wish, &decision)) return refuse(request, &no_policy);
    struct node *document = doc_new(request->arena);
    struct text next = then(request, tx);
    limit_decision_tell(request->arena, &request->locale, &decision, document);
    doc_text(document, "next", next);
    return answer_done(request, document, next);
}

/* ---- staff ---- */

void limit_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                struct node *section) {
    struct instalment_limit limit;
    (void)opened;
    if (!instalment_limit_find(tx, customer, &limit)) return;
    card_money(section, locale, S_instalments_limit_sum, rub(limit.sum));
    card_money(section, locale, S_instalments_limit_free, rub(instalment_limit_free(engine, tx, customer)));
    card_fact(section, locale, S_instalments_limit_decisions,
              string_get(section->arena, locale, S_instalments_limit_look, NULL, 0),
              text_format(section->arena, "/staff/customers/%lld/instalments", (long long)customer).data);
}

static void tell_inputs(struct request *request, const struct limit_decision *decision, struct node *list) {
    json_t *inputs = json_read(request->arena, decision->inputs), *value;
    const char *name;
    json_object_foreach(inputs, name, value) {
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(name));
        doc_int(node, "value", json_integer_value(value));
    }
}

static void tell_lines(struct request *request, const struct limit_decision *decision, struct node *list) {
    const json_t *outcome = json_read(request->arena, decision->outcome), *each;
    size_t at;
    json_array_foreach(json_object_get(outcome, "lines"), at, each) {
        struct node *node = doc_add_object(list);
        doc_int(node, "line", json_integer_value(json_object_get(each, "line")));
        doc_text(node, "text", text_from(json_string_value(json_object_get(each, "text"))));
    }
}

/* GET /staff/customers/{id}/instalments. What was known of him is shown to whoever has opened his data. */
enum flow limit_decisions_page(struct request *request, struct tx *tx) {
    struct limit_decision decisions[TOLD];
    struct instalment_limit limit;
    int64_t customer = 0;
    if (!request_param_id(request, 0, &customer)) return answer_missing(request);
    bool has = instalment_limit_find(tx, customer, &limit);
    const struct sight sight = staff_sees(request, tx, customer);
    if (!sight.allowed) return staff_needs_reason(request, customer);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "decisions");
    size_t count = limit_decisions_of(request->engine, tx, customer, decisions, TOLD);
    doc_id(document, "customer", customer);
    doc_money(document, "limit", rub(has ? limit.sum : 0));
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        limit_decision_tell(request->arena, &request->locale, &decisions[i], node);
        doc_int(node, "version", decisions[i].version);
        tell_lines(request, &decisions[i], doc_array(node, "lines"));
        struct node *inputs = doc_array(node, "inputs");
        if (sight.opened) tell_inputs(request, &decisions[i], inputs);
    }
    audit_record(request, customer, "instalments.limit.seen", TEXT_NONE);
    return answer_ok(request, document);
}

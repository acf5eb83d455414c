/* restructure.c: a running loan as staff see it, and another plan for it (LO-6): what it would be is shown before it is
 * asked for, to whoever confirms, and told to the customer. */
#include "products/loans/staff.h"

#include "messaging/messaging.h"

static const struct refusal not_so = {"not-in-this-state", 409, S_loans_change_not_so, false};
static const struct refusal wrong_sum = {"wrong-sum", 409, S_loans_change_wrong_sum, false};
static const struct refusal above_law = {"above-law", 409, S_loans_change_above_law, false};
static const struct refusal wrong_plan = {"wrong-plan", 409, S_loans_change_wrong_plan, false};
static const struct refusal is_overdue = {"not-in-this-state", 409, S_loans_change_overdue, false};

const struct refusal *credit_refusal(enum loan_refusal refusal) {
    switch (refusal) {
    case LOAN_DONE: return NULL;
    case LOAN_WRONG_SUM: return &wrong_sum;
    case LOAN_ABOVE_LAW: return &above_law;
    case LOAN_WRONG_PLAN: return &wrong_plan;
    case LOAN_IS_OVERDUE: return &is_overdue;
    case LOAN_NOT_SO:
    case LOAN_WRONG_DAY:
    case LOAN_WAITS: return &not_so;
    }
    return &not_so;
}

bool staff_credit_asked(struct request *request, struct tx *tx, struct credit *credit) {
    struct customer customer;
    int64_t id;
    if (!staff_acts_on(request, tx, &customer)) return false;
    if (request_param_id(request, 1, &id) && credit_find(tx, customer.id, id, credit)) return true;
    answer_missing(request);
    return false;
}

/* ---- plans ---- */

static void tell_rows(const struct loan_contract *contract, const struct loan_state *state, struct arena *arena,
                      struct node *node) {
    struct schedule_row *rows = arena_array(arena, struct schedule_row, SCHEDULE_MOST);
    size_t count = loan_schedule(contract, state, rows);
    int64_t total = 0;
    struct node *list = doc_array(node, "rows");
    for (size_t i = 0; i < count; i++) {
        struct node *each = doc_add_object(list);
        doc_date(each, "due", rows[i].due);
        doc_money(each, "payment", rub(rows[i].principal + rows[i].interest));
        total += rows[i].principal + rows[i].interest;
    }
    doc_int(node, "count", (int64_t)count);
    doc_money(node, "total", rub(total));
    if (count > 0) doc_date(node, "last", rows[count - 1].due);
    else doc_null(node, "last");
}

/* The plan that the form asks for. */
static struct loan_plan plan_asked(const struct request *request) {
    int64_t rate = 0;
    rate_parse(field_text(request, "rate"), &rate);
    return (struct loan_plan){.kind = (enum schedule_kind)field_number(request, "kind"),
                              .unit = (enum schedule_unit)field_number(request, "unit"),
                              .rate = rate,
                              .length = field_number(request, "length"),
                              .count = field_number(request, "count")};
}

static struct text plan_written(struct arena *arena, const struct loan_plan *plan) {
    return text_format(arena, "%d %d %lld %lld %lld", (int)plan->kind, (int)plan->unit, (long long)plan->rate,
                       (long long)plan->length, (long long)plan->count);
}

static struct loan_plan plan_of(struct text text) {
    int64_t numbers[5] = {0};
    for (size_t i = 0; i < 5 && text.size > 0; i++) text_to_int(text_split(text, ' ', &text), &numbers[i]);
    return (struct loan_plan){.kind = (enum schedule_kind)numbers[0],
                              .unit = (enum schedule_unit)numbers[1],
                              .rate = numbers[2],
                              .length = numbers[3],
                              .count = numbers[4]};
}

/* What it is now and what it would be, as of today; writes nothing. */
static enum loan_refusal foresee(struct engine *engine, struct tx *tx, const struct credit *credit,
                                 const struct loan_plan *plan, struct node *before, struct node *after) {
    struct running running;
    struct credit_product product;
    if (!credit_product_find(tx, credit->product, &product) || !credit_as_of(engine, tx, credit, &product, &running))
        return LOAN_NOT_SO;
    const struct loan_contract contract = credit_contract_of(engine, &product, credit);
    const struct loan_event event = {.day = running.state.done, .kind = LOAN_RESTRUCTURE, .plan = *plan};
    if (before != NULL) tell_rows(&contract, &running.state, before->arena, before);
    enum loan_refusal refusal = loan_apply(&contract, &running.state, &event, NULL, NULL);
    if (refusal == LOAN_DONE && after != NULL) tell_rows(&contract, &running.state, after->arena, after);
    return refusal;
}

/* ---- pages ---- */

static const char *const plan_kinds[] = {"annuity", "differentiated", "bullet", NULL};
static const string_id kind_titles[] = {S_loans_change_annuity, S_loans_change_differentiated, S_loans_change_bullet};
static const char *const plan_units[] = {"months", "days", NULL};
static const string_id unit_titles[] = {S_loans_change_months, S_loans_change_days};

static void tell_debts(const struct running *running, struct node *node) {
    const int64_t *debt = running->state.debt;
    doc_money(node, "principal", rub(debt[DEBT_PRINCIPAL] + debt[DEBT_OVERDUE_PRINCIPAL]));
    doc_money(node, "interest", rub(debt[DEBT_INTEREST] + debt[DEBT_OVERDUE_INTEREST]));
    doc_money(node, "penalty", rub(debt[DEBT_PENALTY]));
    doc_money(node, "overdue", rub(debt[DEBT_OVERDUE_PRINCIPAL] + debt[DEBT_OVERDUE_INTEREST]));
    doc_money(node, "total", rub(loan_total(&running->state)));
    doc_money(node, "provided", rub(running->provided));
    doc_int(node, "days_overdue", loan_days_overdue(&running->state));
}

static void tell_credit(struct request *request, const struct credit *credit, const struct credit_product *product,
                        struct node *document) {
    doc_id(document, "id", credit->id);
    doc_id(document, "customer", credit->customer);
    doc_text(document, "state", text_from(credit_staff_name(credit->state)));
    doc_text(document, "state_words",
             staff_say(request->arena, &request->locale, credit_staff_title(credit->state)));
    doc_text(document, "product", credit_product_title(product, request->locale.language));
    doc_money(document, "sum", rub(credit->sum));
    doc_date(document, "signed", date_from_days(credit->signed_day));
}

/* GET /staff/customers/{id}/loans/{loan}, and with a plan in its query what that would be. */
enum flow credit_staff_page(struct request *request, struct tx *tx) {
    struct credit credit;
    struct credit_product product;
    struct running running;
    if (!staff_credit_asked(request, tx, &credit)) return FLOW_ANSWERED;
    if (!credit_product_find(tx, credit.product, &product)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    bool runs = credit.state == CREDIT_RUNS && credit_as_of(request->engine, tx, &credit, &product, &running);
    tell_credit(request, &credit, &product, document);
    doc_bool(document, "runs", runs);
    if (!runs) return answer_ok(request, document);
    const struct loan_contract contract = credit_contract_of(request->engine, &product, &credit);
    tell_debts(&running, doc_object(document, "debts"));
    doc_bool(document, "has_penalty", running.state.debt[DEBT_PENALTY] > 0);
    tell_rows(&contract, &running.state, request->arena, doc_object(document, "plan"));
    doc_text(document, "rate", rate_text(request->arena, running.state.plan.rate));
    loans_choices(request, document, "kinds", plan_kinds, kind_titles, (int)running.state.plan.kind, "kind");
    loans_choices(request, document, "units", plan_units, unit_titles, SCHEDULE_MONTHS, "unit");
    bool asked = field_known(request, "count") && field_given(request, "count");
    if (!asked) {
        doc_null(document, "foreseen");
        return answer_ok(request, document);
    }
    const struct loan_plan plan = plan_asked(request);
    struct node *foreseen = doc_object(document, "foreseen");
    enum loan_refusal refusal = foresee(request->engine, tx, &credit, &plan, NULL, foreseen);
    doc_bool(foreseen, "good", refusal == LOAN_DONE);
    doc_text(foreseen, "why", refusal == LOAN_DONE ? TEXT_NONE
                                                   : staff_say(request->arena, &request->locale,
                                                               credit_refusal(refusal)->text));
    return answer_ok(request, document);
}

/* POST /staff/customers/{id}/loans/{loan}/restructure */
enum flow restructure_ask(struct request *request, struct tx *tx) {
    struct credit credit;
    int64_t rate;
    request->fields_valid = true; /* a command may be run again */
    if (!staff_credit_asked(request, tx, &credit)) return FLOW_ANSWERED;
    if (!rate_parse(field_text(request, "rate"), &rate))
        return refuse_field(request, "rate", S_loans_change_rate_invalid);
    const struct loan_plan plan = plan_asked(request);
    enum loan_refusal refusal = foresee(request->engine, tx, &credit, &plan, NULL, NULL);
    if (refusal == LOAN_WRONG_PLAN) return refuse_field(request, "count", S_loans_change_wrong_plan);
    if (refusal != LOAN_DONE) return refuse(request, credit_refusal(refusal));
    return approval_asked(request, approval_ask(request, tx, "loans.restructure", credit.customer, credit.id,
                                                plan_written(request->arena, &plan), field_text(request, "reason")));
}

static void show_change(struct request *request, string_id label, enum value_style style, const struct node *before,
                        const struct node *after, const char *name, struct node *facts) {
    struct node *line = approval_line(facts, &request->locale, label);
    const struct node *values[] = {doc_get(before, name), doc_get(after, name)};
    for (int i = 0; i < 2; i++) {
        struct buffer out = buffer_new(request->arena, 32);
        if (values[i] != NULL && values[i]->kind != NODE_NULL) locale_value(&out, &request->locale, values[i], style);
        doc_text(line, i == 0 ? "before" : "after", buffer_text(&out));
    }
}

void restructure_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct credit credit;
    const struct loan_plan plan = plan_of(approval->data);
    struct node *before = doc_new(request->arena), *after = doc_new(request->arena);
    if (!credit_find(tx, approval->customer, approval->subject, &credit)) return;
    if (foresee(request->engine, tx, &credit, &plan, before, after) != LOAN_DONE) return;
    approval_fact(facts, &request->locale, S_loans_change_rate, rate_text(request->arena, plan.rate));
    show_change(request, S_loans_change_payments, STYLE_PEOPLE, before, after, "count", facts);
    show_change(request, S_loans_change_last, STYLE_PEOPLE, before, after, "last", facts);
    show_change(request, S_loans_change_total, STYLE_PEOPLE, before, after, "total", facts);
}

const struct refusal *restructure_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct credit credit;
    if (!credit_find(tx, approval->customer, approval->subject, &credit)) return &not_so;
    const struct loan_event event = {.kind = LOAN_RESTRUCTURE, .plan = plan_of(approval->data)};
    const struct refusal *refusal = credit_refusal(credit_event(request->engine, tx, &credit, event, 0, NULL));
    if (refusal != NULL) return refusal;
    message_tell(request->engine, tx, credit.customer, TOPIC_OPERATIONS, S_loans_told_restructured, NULL, 0);
    audit_record(request, credit.customer, "loans.restructured", approval->summary);
    return NULL;
}

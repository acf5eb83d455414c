/* staff.c: staff end a contract (BK-10): one asks with the reason, another confirms (BO-2). Then the notice runs, or,
 * where the law says so, money stands still at once; it closes once nothing is in the way. */
#include "closing/closing.h"

#include "identity/secrets.h"

static const struct refusal closed_already = {"already-so", 409, S_closing_staff_closed, false};

const char *const closing_causes[] = {"agreement", "documents", "law", "death", "wanted", NULL};

static enum closing_cause cause_given(const struct request *request) {
    return (enum closing_cause)(CAUSE_AGREEMENT + field_number(request, "cause"));
}

static struct text title_of(struct request *request, enum closing_cause cause) {
    return string_get(request->arena, &request->locale, cause_title(cause), NULL, 0);
}

static void tell_wait(struct request *request, struct tx *tx, int64_t customer, struct node *document) {
    struct closing_wait wait;
    if (!wait_read(tx, customer, &wait)) return;
    struct node *node = doc_object(document, "waiting");
    doc_text(node, "cause", title_of(request, wait.cause));
    doc_moment(node, "asked", wait.asked);
    doc_moment(node, "due", wait.due);
}

/* GET /staff/customers/{id}/closing */
enum flow staff_closing_page(struct request *request, struct tx *tx) {
    struct customer customer;
    bool identified;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *causes = doc_array(document, "causes");
    doc_id(document, "customer", customer.id);
    doc_bool(document, "closed", customer.closed);
    doc_int(document, "days", wait_terms_of(request->engine).notice / DAY);
    for (int64_t i = 0; closing_causes[i] != NULL; i++) {
        struct node *option = doc_add_object(causes);
        doc_text(option, "value", text_from(closing_causes[i]));
        doc_text(option, "title", title_of(request, (enum closing_cause)(CAUSE_AGREEMENT + i)));
        doc_bool(option, "selected", field_given(request, "cause") && field_number(request, "cause") == i);
    }
    tell_wait(request, tx, customer.id, document);
    engine_obstacles(request->engine, tx, &request->locale, customer.id, doc_array(document, "unfinished"),
                     &identified);
    return answer_ok(request, document);
}

/* POST /staff/customers/{id}/closing */
enum flow staff_closing_ask(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    if (customer.closed) return refuse(request, &closed_already);
    struct text data = text_format(request->arena, "%d", (int)cause_given(request));
    return approval_asked(request, approval_ask(request, tx, "closing.end", customer.id, customer.id, data,
                                                field_text(request, "reason")));
}

static bool cause_read(const struct approval *approval, enum closing_cause *cause) {
    int64_t number;
    if (!text_to_int(approval->data, &number) || number < CAUSE_AGREEMENT || number >= CAUSES) return false;
    *cause = (enum closing_cause)number;
    return true;
}

void end_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    enum closing_cause cause;
    bool identified;
    if (!cause_read(approval, &cause)) return;
    approval_fact(facts, &request->locale, S_closing_staff_cause, title_of(request, cause));
    struct node *list = doc_array(doc_new(request->arena), "list");
    engine_obstacles(request->engine, tx, &request->locale, approval->customer, list, &identified);
    for (const struct node *each = list->first; each != NULL; each = each->next)
        approval_fact(facts, &request->locale, S_closing_obstacles, doc_get(each, "text")->text);
}

const struct refusal *end_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct customer customer;
    struct closing_wait wait;
    enum closing_cause cause;
    if (!cause_read(approval, &cause) || !identity_customer(request->engine, tx, approval->customer, &customer) ||
        customer.closed)
        return &closed_already;
    wait_begin(request->engine, tx, customer.id, cause, &wait);
    if (cause_of(cause).suspends) {
        identity_freeze(request->engine, tx, customer.id, true);
        identity_end_sessions(request->engine, tx, customer.id, 0);
    }
    if (cause_of(cause).told) {
        string_id text = cause_of(cause).waits ? S_closing_told_staff : S_closing_told_law;
        closing_tell(request->engine, tx, &customer, S_closing_wait_title, text, cause_of(cause).waits ? wait.due : 0);
    }
    audit_record(request, customer.id, "closing.ended", approval->summary);
    return NULL;
}

/* POST /staff/customers/{id}/closing/cancel. What was stopped meanwhile stays so: letting it go is two people's. */
enum flow staff_closing_cancel(struct request *request, struct tx *tx) {
    struct customer customer;
    struct closing_wait wait;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    if (!wait_read(tx, customer.id, &wait)) return answer_missing(request);
    wait_end(tx, customer.id);
    audit_record(request, customer.id, "closing.kept", field_text(request, "reason"));
    if (cause_of(wait.cause).told)
        closing_tell(request->engine, tx, &customer, S_closing_wait_title, S_closing_told_kept, 0);
    struct node *document = doc_new(request->arena);
    doc_id(document, "customer", customer.id);
    struct text path = text_format(request->arena, "/staff/customers/%lld/closing", (long long)customer.id);
    return answer_done(request, document, path);
}

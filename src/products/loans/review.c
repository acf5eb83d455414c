/* review.c: applications that people decide (BO-3): what was asked, what is known, every line of the policy that spoke,
 * what he had of us before; granted up to a sum or refused for a reason from a list, by whoever took the task. The
 * policy's own word stays beside, so that a later policy is tried against policies, not against people. */
#include "products/loans/staff.h"

#include "base/json.h"
#include "messaging/messaging.h"

#include <jansson.h>

#define QUEUE "loans.review"
#define HISTORY_SHOWN 20

static const struct refusal decided_already = {"not-in-this-state", 409, S_loans_review_decided, false};
static const struct refusal take_first = {"task-not-yours", 409, S_loans_review_take_first, false};
static const struct refusal forbidden = {"forbidden-by-law", 409, S_loans_review_forbidden, false};
static const struct refusal unchecked = {"facts-missing", 409, S_loans_review_unchecked, false};

static const char *const verdicts[] = {"grant", "refuse", NULL};
const char *const loan_refusals[] = {"income_to_be_proved", "not_reached", "documents", "facts_differ", "debt_load",
                                     "suspicion", "own_wish", NULL};
static const string_id refusal_titles[] = {S_loans_reason_income_to_be_proved, S_loans_reason_not_reached,
                                           S_loans_reason_documents,           S_loans_reason_facts_differ,
                                           S_loans_reason_debt_load,           S_loans_reason_suspicion,
                                           S_loans_reason_own_wish};

struct text loan_reason_words(struct arena *arena, const struct locale *locale, struct text reason) {
    static const struct {
        const char *name;
        string_id words;
    } known[] = {
        {"terror_list", S_loans_reason_terror_list},
        {"lost_passports", S_loans_reason_lost_passports},
        {"self_ban", S_loans_reason_self_ban},
        {"too_young", S_loans_reason_too_young},
        {"too_old", S_loans_reason_too_old},
        {"too_many_costly_loans", S_loans_reason_too_many_costly_loans},
        {"bankrupt", S_loans_reason_bankrupt},
        {"not_identified", S_loans_reason_not_identified},
        {"too_many_loans", S_loans_reason_too_many_loans},
        {"long_overdue", S_loans_reason_long_overdue},
        {"few_points", S_loans_reason_few_points},
        {"no_policy", S_loans_reason_no_policy},
        {"no_limit", S_loans_reason_no_limit},
        {"not_known", S_loans_reason_not_known},
        {"limit_below_product", S_loans_reason_limit_below_product},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (text_is(reason, known[i].name)) return staff_say(arena, locale, known[i].words);
    for (size_t i = 0; loan_refusals[i] != NULL; i++)
        if (text_is(reason, loan_refusals[i])) return staff_say(arena, locale, refusal_titles[i]);
    return reason;
}

void application_to_staff(struct engine *engine, struct tx *tx, const struct application *application) {
    queue_add(engine, tx, QUEUE, application->id, application->customer, TEXT_NONE, 0);
}

void application_from_staff(struct engine *engine, struct tx *tx, const struct application *application) {
    queue_finish(engine, tx, QUEUE, application->id, 0, "withdrawn");
}

/* ---- told ---- */

static void tell_reason(struct request *request, struct node *list, const char *name) {
    struct node *node = doc_add_object(list);
    doc_text(node, "reason", text_from(name));
    doc_text(node, "words", loan_reason_words(request->arena, &request->locale, text_from(name)));
}

static void tell_outcome(struct request *request, const struct application *application, struct node *document) {
    const json_t *data = json_read(request->arena, application->outcome), *each;
    const json_t *staff = json_object_get(data, "staff");
    struct node *reasons = doc_array(document, "reasons"), *rules = doc_array(document, "rules");
    size_t at;
    doc_text(document, "decision", text_from(json_string_value(json_object_get(data, "decision"))));
    doc_bool(document, "forbidden", json_is_true(json_object_get(data, "forbidden")));
    doc_bool(document, "unchecked", json_is_true(json_object_get(data, "unchecked")));
    doc_int(document, "score", json_integer_value(json_object_get(data, "score")));
    doc_int(document, "debt_load", json_integer_value(json_object_get(data, "debt_load")));
    doc_money(document, "limit", rub(json_integer_value(json_object_get(data, "most"))));
    json_array_foreach(json_object_get(data, "reasons"), at, each) {
        if (json_is_string(each)) tell_reason(request, reasons, json_string_value(each));
    }
    json_array_foreach(json_object_get(data, "rules"), at, each) {
        struct node *node = doc_add_object(rules);
        doc_int(node, "line", json_integer_value(json_object_get(each, "line")));
        doc_text(node, "act", text_from(json_string_value(json_object_get(each, "act"))));
        doc_text(node, "text", text_from(json_string_value(json_object_get(each, "text"))));
    }
    const char *because = json_string_value(json_object_get(staff, "reason"));
    doc_text(document, "because", because != NULL && because[0] != '\0'
                                      ? loan_reason_words(request->arena, &request->locale, text_from(because))
                                      : TEXT_NONE);
    doc_text(document, "remark", text_from(json_string_value(json_object_get(staff, "note"))));
}

static const char *const states[APPLICATION_STATES] = {
    [APPLICATION_REVIEW] = "review",       [APPLICATION_OFFERED] = "offered", [APPLICATION_REFUSED] = "refused",
    [APPLICATION_WITHDRAWN] = "withdrawn", [APPLICATION_EXPIRED] = "expired", [APPLICATION_SIGNED] = "signed",
    [APPLICATION_IDENTIFY] = "identify"};
static const string_id state_titles[APPLICATION_STATES] = {
    [APPLICATION_REVIEW] = S_loans_staff_state_review,       [APPLICATION_OFFERED] = S_loans_staff_state_offered,
    [APPLICATION_REFUSED] = S_loans_staff_state_refused,     [APPLICATION_WITHDRAWN] = S_loans_staff_state_withdrawn,
    [APPLICATION_EXPIRED] = S_loans_staff_state_expired,     [APPLICATION_SIGNED] = S_loans_staff_state_signed,
    [APPLICATION_IDENTIFY] = S_loans_staff_state_identify};
static const char *const credit_states[CREDIT_STATES] = {
    [CREDIT_WAITS] = "waits",   [CREDIT_SENDING] = "sending",         [CREDIT_RUNS] = "runs",
    [CREDIT_CLOSED] = "closed", [CREDIT_WRITTEN_OFF] = "written_off", [CREDIT_VOID] = "void"};
static const string_id credit_titles[CREDIT_STATES] = {
    [CREDIT_WAITS] = S_loans_staff_credit_waits,   [CREDIT_SENDING] = S_loans_staff_credit_sending,
    [CREDIT_RUNS] = S_loans_staff_credit_runs,     [CREDIT_CLOSED] = S_loans_staff_credit_closed,
    [CREDIT_VOID] = S_loans_staff_credit_void,     [CREDIT_WRITTEN_OFF] = S_loans_staff_credit_written_off};

string_id application_staff_title(enum application_state state) { return state_titles[state]; }
string_id credit_staff_title(enum credit_state state) { return credit_titles[state]; }
const char *credit_staff_name(enum credit_state state) { return credit_states[state]; }

/* [{id, state, state_words, sum, signed, days_overdue}] */
static void tell_credits(struct request *request, struct tx *tx, int64_t customer, struct node *list) {
    struct credit *credits = arena_array(request->arena, struct credit, HISTORY_SHOWN);
    size_t count = credits_of(tx, customer, credits, HISTORY_SHOWN);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        struct running running;
        bool runs = credits[i].state == CREDIT_RUNS && running_find(tx, customer, credits[i].id, &running);
        doc_id(node, "id", credits[i].id);
        doc_text(node, "state", text_from(credit_states[credits[i].state]));
        doc_text(node, "state_words",
                 staff_say(request->arena, &request->locale, credit_titles[credits[i].state]));
        doc_money(node, "sum", rub(credits[i].sum));
        doc_date(node, "signed", date_from_days(credits[i].signed_day));
        doc_int(node, "days_overdue", runs ? loan_days_overdue(&running.state) : 0);
    }
}

static void tell_history(struct request *request, struct tx *tx, const struct application *application,
                         struct node *document) {
    struct application *others = arena_array(request->arena, struct application, HISTORY_SHOWN);
    size_t count = applications_of(request->engine, tx, application->customer, others, HISTORY_SHOWN);
    struct node *list = doc_array(document, "applications");
    for (size_t i = 0; i < count; i++) {
        if (others[i].id == application->id) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", others[i].id);
        doc_money(node, "sum", rub(others[i].sum));
        doc_moment(node, "asked", others[i].asked_at);
        doc_text(node, "state_words", staff_say(request->arena, &request->locale, state_titles[others[i].state]));
    }
    tell_credits(request, tx, application->customer, doc_array(document, "credits"));
}

/* False: it has answered. */
static bool asked(struct request *request, struct tx *tx, struct application *application) {
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        !application_find(request->engine, tx, application_owner(tx, id), id, application)) {
        answer_missing(request);
        return false;
    }
    if (staff_sees(request, tx, application->customer).allowed) return true;
    staff_needs_reason(request, application->customer);
    return false;
}

/* GET /staff/loan-applications/{id} */
enum flow review_page(struct request *request, struct tx *tx) {
    struct application application;
    struct credit_product product;
    if (!asked(request, tx, &application)) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    bool opened = staff_sees(request, tx, application.customer).opened;
    bool known = credit_product_find(tx, application.product, &product);
    int64_t owner = queue_owner(tx, QUEUE, application.id);
    doc_id(document, "id", application.id);
    doc_id(document, "customer", application.customer);
    doc_text(document, "state", text_from(states[application.state]));
    doc_text(document, "state_words", staff_say(request->arena, &request->locale, state_titles[application.state]));
    doc_text(document, "product", known ? credit_product_title(&product, request->locale.language) : TEXT_NONE);
    doc_money(document, "sum", rub(application.sum));
    doc_int(document, "term", application.term);
    doc_bool(document, "months", known && product.terms.unit == SCHEDULE_MONTHS);
    doc_moment(document, "asked", application.asked_at);
    if (application.decided_at != 0) doc_moment(document, "decided", application.decided_at);
    else doc_null(document, "decided");
    doc_text(document, "decided_by", staff_login(tx, request->arena, application.staff));
    doc_money(document, "most", rub(application.most));
    doc_int(document, "policy", application.policy);
    doc_bool(document, "opened", opened);
    doc_bool(document, "may_decide", application.state == APPLICATION_REVIEW && owner == request->caller.staff);
    doc_bool(document, "waits", application.state == APPLICATION_REVIEW);
    if (known) doc_money(document, "least_sum", rub(product.terms.sum_least));
    loans_choices(request, document, "refusals", loan_refusals, refusal_titles, 0, "reason");
    facts_tell(request, tx, &application, opened, document);
    tell_outcome(request, &application, document);
    tell_history(request, tx, &application, document);
    return answer_ok(request, document);
}

/* ---- decided ---- */

/* The outcome with what staff decided beside what the policy said. */
static struct text with_staff(struct arena *arena, struct text outcome, const char *decision, const char *reason,
                              struct text note) {
    struct node *staff = doc_new(arena);
    struct buffer out = buffer_new(arena, outcome.size + 256);
    doc_text(staff, "decision", text_from(decision));
    doc_text(staff, "reason", text_from(reason));
    doc_text(staff, "note", note.data != NULL ? note : TEXT(""));
    buffer_add_text(&out, text_slice(outcome, 0, outcome.size - 1)); /* without its last brace */
    buffer_add_literal(&out, ",\"staff\":");
    doc_write_json(staff, &out);
    buffer_add_char(&out, '}');
    return buffer_text(&out);
}

void application_decided_tell(struct engine *engine, struct tx *tx, const struct application *application) {
    struct node *arguments = doc_new(tx_arena(tx));
    doc_money(arguments, "sum", rub(application->most));
    const struct string_argument sum = {"sum", doc_get(arguments, "sum")};
    bool granted = application->state == APPLICATION_OFFERED;
    message_tell(engine, tx, application->customer, TOPIC_SERVICE,
                 granted ? S_loans_told_granted : S_loans_told_refused, granted ? &sum : NULL, granted ? 1 : 0);
}

/* What a law forbids nobody grants, nor what a law may forbid by what nobody has looked up yet. */
static enum flow grant(struct request *request, struct tx *tx, struct application *application) {
    struct credit_product product;
    int64_t most = field_number(request, "most");
    const json_t *said = json_read(request->arena, application->outcome);
    if (json_is_true(json_object_get(said, "forbidden"))) return refuse(request, &forbidden);
    if (json_is_true(json_object_get(said, "unchecked"))) return refuse(request, &unchecked);
    if (!credit_product_find(tx, application->product, &product)) return answer_missing(request);
    if (!field_given(request, "most")) return refuse_field(request, "most", S_loans_review_sum_missing);
    if (most < product.terms.sum_least || most > product.terms.sum_most)
        return refuse_field(request, "most", S_loans_review_sum_bounds);
    application->state = APPLICATION_OFFERED;
    application->most = most;
    application->expires = world_now(request->world) + loans_settings(request->engine)->offer_life;
    return FLOW_NEXT;
}

bool review_mine(struct request *request, struct tx *tx, struct application *application) {
    if (!asked(request, tx, application)) return false;
    bool waits = application->state == APPLICATION_REVIEW;
    if (waits && queue_owner(tx, QUEUE, application->id) == request->caller.staff) return true;
    refuse(request, waits ? &take_first : &decided_already);
    return false;
}

enum flow review_done(struct request *request, const struct application *application) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "state", text_from(states[application->state]));
    return answer_done(request, document, text_format(request->arena, "/staff/loan-applications/%lld",
                                                      (long long)application->id));
}

/* POST /staff/loan-applications/{id} */
enum flow review_decide(struct request *request, struct tx *tx) {
    struct application application;
    request->fields_valid = true; /* a command may be run again */
    if (!review_mine(request, tx, &application)) return FLOW_ANSWERED;
    bool granted = text_is(text_from(verdicts[field_number(request, "verdict")]), "grant");
    const char *reason = granted ? "" : loan_refusals[field_number(request, "reason")];
    if (!granted && !field_given(request, "reason"))
        return refuse_field(request, "reason", S_loans_review_reason_missing);
    if (granted && grant(request, tx, &application) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!granted) application.state = APPLICATION_REFUSED;
    application.decided_at = world_now(request->world);
    application.staff = request->caller.staff;
    application.outcome = with_staff(request->arena, application.outcome, granted ? "granted" : "refused", reason,
                                     field_text(request, "note"));
    application_update(request->engine, tx, &application);
    queue_finish(request->engine, tx, QUEUE, application.id, request->caller.staff, granted ? "granted" : "refused");
    application_decided_tell(request->engine, tx, &application);
    audit_record(request, application.customer, granted ? "loans.review.granted" : "loans.review.refused",
                 text_from(reason));
    return review_done(request, &application);
}

const struct queue loans_queues[] = {{.name = QUEUE,
                                      .title = S_loans_review_queue,
                                      .roles = ROLE_RISK,
                                      .due_us = 4 * HOUR,
                                      .page = "/staff/loan-applications/"},
                                     {.name = NULL}};

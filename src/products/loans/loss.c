/* loss.c: what is forgiven of a loan's penalty, and a loan that will not be paid back taken off the books (LO-6): asked
 * for by one, confirmed by another (BO-2), booked as the night's own entries are. The debt itself does not end by a
 * write-off. Also: what staff see of somebody's loans on his card. */
#include "products/loans/staff.h"

#include "messaging/messaging.h"

static const struct refusal not_so = {"not-in-this-state", 409, S_loans_change_not_so, false};

/* As of today. */
static bool stands(struct engine *engine, struct tx *tx, const struct credit *credit, struct running *running) {
    struct credit_product product;
    return credit->state == CREDIT_RUNS && credit_product_find(tx, credit->product, &product) &&
           credit_as_of(engine, tx, credit, &product, running);
}

/* POST /staff/customers/{id}/loans/{loan}/waive */
enum flow waive_ask(struct request *request, struct tx *tx) {
    struct credit credit;
    struct running running;
    int64_t sum = field_number(request, "waived");
    request->fields_valid = true; /* a command may be run again */
    if (!staff_credit_asked(request, tx, &credit)) return FLOW_ANSWERED;
    if (!stands(request->engine, tx, &credit, &running)) return refuse(request, &not_so);
    if (sum > running.state.debt[DEBT_PENALTY]) return refuse_field(request, "waived", S_loans_change_waive_most);
    return approval_asked(request, approval_ask(request, tx, "loans.waive", credit.customer, credit.id,
                                                text_format(request->arena, "%lld", (long long)sum),
                                                field_text(request, "waive_reason")));
}

static bool shown(struct request *request, struct tx *tx, const struct approval *approval, struct running *running) {
    struct credit credit;
    return credit_find(tx, approval->customer, approval->subject, &credit) &&
           stands(request->engine, tx, &credit, running);
}

void waive_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct running running;
    int64_t sum = 0;
    if (!shown(request, tx, approval, &running) || !text_to_int(approval->data, &sum)) return;
    int64_t penalty = running.state.debt[DEBT_PENALTY], total = loan_total(&running.state);
    approval_change(facts, &request->locale, S_loans_portfolio_penalty, rub(penalty), rub(penalty - sum));
    approval_change(facts, &request->locale, S_loans_change_total, rub(total), rub(total - sum));
}

const struct refusal *waive_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct credit credit;
    int64_t sum;
    if (!credit_find(tx, approval->customer, approval->subject, &credit) || !text_to_int(approval->data, &sum))
        return &not_so;
    const struct loan_event event = {.kind = LOAN_WAIVE, .sum = sum};
    const struct refusal *refusal = credit_refusal(credit_event(request->engine, tx, &credit, event, 0, NULL));
    if (refusal != NULL) return refusal;
    struct node *arguments = doc_new(request->arena);
    doc_money(arguments, "sum", rub(sum));
    const struct string_argument told = {"sum", doc_get(arguments, "sum")};
    message_tell(request->engine, tx, credit.customer, TOPIC_OPERATIONS, S_loans_told_waived, &told, 1);
    audit_record(request, credit.customer, "loans.waived", approval->summary);
    return NULL;
}

/* POST /staff/customers/{id}/loans/{loan}/write-off */
enum flow write_off_ask(struct request *request, struct tx *tx) {
    struct credit credit;
    struct running running;
    if (!staff_credit_asked(request, tx, &credit)) return FLOW_ANSWERED;
    if (!stands(request->engine, tx, &credit, &running)) return refuse(request, &not_so);
    return approval_asked(request, approval_ask(request, tx, "loans.write_off", credit.customer, credit.id, TEXT(""),
                                                field_text(request, "off_reason")));
}

void write_off_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct running running;
    if (!shown(request, tx, approval, &running)) return;
    const int64_t *debt = running.state.debt;
    const struct locale *locale = &request->locale;
    approval_change(facts, locale, S_loans_portfolio_principal,
                    rub(debt[DEBT_PRINCIPAL] + debt[DEBT_OVERDUE_PRINCIPAL]), rub(0));
    approval_change(facts, locale, S_loans_portfolio_interest,
                    rub(debt[DEBT_INTEREST] + debt[DEBT_OVERDUE_INTEREST]), rub(0));
    approval_change(facts, locale, S_loans_portfolio_penalty, rub(debt[DEBT_PENALTY]), rub(0));
    approval_change(facts, locale, S_loans_portfolio_provided, rub(running.provided), rub(0));
    approval_fact(facts, locale, S_loans_staff_overdue,
                  text_format(request->arena, "%lld", (long long)loan_days_overdue(&running.state)));
}

const struct refusal *write_off_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct credit credit;
    if (!credit_find(tx, approval->customer, approval->subject, &credit)) return &not_so;
    const struct loan_event event = {.kind = LOAN_WRITE_OFF};
    const struct refusal *refusal = credit_refusal(credit_event(request->engine, tx, &credit, event, 0, NULL));
    if (refusal != NULL) return refusal;
    audit_record(request, credit.customer, "loans.written_off", approval->summary);
    return NULL;
}

const struct approval_kind loans_approvals[] = {{.name = "loans.product",
                                                 .title = S_loans_approval,
                                                 .ask = ROLE_CATALOGUE,
                                                 .confirm = ROLE_FINANCE,
                                                 .life_us = 7 * DAY,
                                                 .apply = loans_product_apply,
                                                 .show = loans_product_show},
                                                {.name = "loans.policy",
                                                 .title = S_loans_policy_switch_title,
                                                 .ask = WHO_WRITES_POLICY,
                                                 .confirm = ROLE_RISK | ROLE_FINANCE,
                                                 .life_us = 7 * DAY,
                                                 .apply = policy_switched,
                                                 .show = policy_switch_show},
                                                {.name = "loans.restructure",
                                                 .title = S_loans_change_restructure,
                                                 .ask = WHO_SEES_CREDITS,
                                                 .confirm = ROLE_FINANCE,
                                                 .life_us = 7 * DAY,
                                                 .apply = restructure_apply,
                                                 .show = restructure_show},
                                                {.name = "loans.waive",
                                                 .title = S_loans_change_waive,
                                                 .ask = WHO_SEES_CREDITS,
                                                 .confirm = ROLE_FINANCE,
                                                 .life_us = 7 * DAY,
                                                 .apply = waive_apply,
                                                 .show = waive_show},
                                                {.name = "loans.write_off",
                                                 .title = S_loans_change_write_off,
                                                 .ask = WHO_SEES_BOOKS,
                                                 .confirm = ROLE_FINANCE,
                                                 .life_us = 7 * DAY,
                                                 .apply = write_off_apply,
                                                 .show = write_off_show},
                                                {.name = NULL}};

/* ---- on the customer's card ---- */

#define LINKS_MOST 10

static void fill_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                      struct node *section) {
    (void)opened;
    struct arena *arena = section->arena;
    struct credit *credits = arena_array(arena, struct credit, LINKS_MOST);
    struct application *applications = arena_array(arena, struct application, LINKS_MOST);
    size_t count = credits_of(tx, customer, credits, LINKS_MOST);
    for (size_t i = 0; i < count; i++) {
        struct running running;
        struct buffer words = buffer_new(arena, 64);
        locale_money(&words, locale, rub(credits[i].sum));
        bool runs = credits[i].state == CREDIT_RUNS && running_find(tx, customer, credits[i].id, &running);
        int64_t late = runs ? loan_days_overdue(&running.state) : 0;
        if (late > 0) buffer_format(&words, ", %s %lld", staff_say(arena, locale, S_loans_staff_overdue).data,
                                    (long long)late);
        card_fact(section, locale, credit_staff_title(credits[i].state), buffer_text(&words),
                  text_format(arena, "/staff/customers/%lld/loans/%lld", (long long)customer,
                              (long long)credits[i].id).data);
    }
    size_t asked = applications_of(engine, tx, customer, applications, LINKS_MOST);
    for (size_t i = 0; i < asked; i++) {
        struct buffer words = buffer_new(arena, 64);
        locale_money(&words, locale, rub(applications[i].sum));
        card_fact(section, locale, application_staff_title(applications[i].state), buffer_text(&words),
                  text_format(arena, "/staff/loan-applications/%lld", (long long)applications[i].id).data);
    }
}

const struct card_section loans_card[] = {{S_loans_staff_title, WHO_SEES_CREDITS, fill_card}, {.fill = NULL}};

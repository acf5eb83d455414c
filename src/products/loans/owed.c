/* owed.c: what is overdue of a customer's loans, for whoever counts contacts with debtors (src/debtors). What might not
 * be said of a loan does not wait: nobody wants yesterday's reminder. */
#include "engine/owed.h"
#include "products/loans/staff.h"

#define TOLD 20

STATEMENT(overdue_of, "SELECT CAST(COALESCE(MIN(overdue_since), 0) AS BIGINT) FROM loan_running "
                      "WHERE customer = $1 AND overdue_since > 0");

static int64_t since(struct engine *engine, struct tx *tx, int64_t customer) {
    (void)engine;
    struct rows *rows = tx_query(tx, &overdue_of, VALUES(V_INT(customer)));
    int64_t day = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return day;
}

static void tell(struct request *request, struct tx *tx, int64_t customer, struct node *list) {
    struct credit *credits = arena_array(request->arena, struct credit, TOLD);
    size_t count = credits_of(tx, customer, credits, TOLD);
    for (size_t i = 0; i < count; i++) {
        struct running running;
        struct node *node = doc_add_object(list);
        struct text sum = loans_money_words(request->arena, &request->locale, credits[i].sum);
        struct text state = staff_say(request->arena, &request->locale, credit_staff_title(credits[i].state));
        bool runs = credits[i].state == CREDIT_RUNS && running_find(tx, customer, credits[i].id, &running);
        doc_text(node, "title", loans_date_words(request->arena, &request->locale, credits[i].signed_day));
        doc_text(node, "text", text_format(request->arena, "%.*s, %.*s", TEXT_ARG(sum), TEXT_ARG(state)));
        doc_int(node, "days_overdue", runs ? loan_days_overdue(&running.state) : 0);
        doc_text(node, "href",
                 text_format(request->arena, "/staff/customers/%lld/loans/%lld", (long long)customer,
                             (long long)credits[i].id));
    }
}

static const struct law_file *law(const struct engine *engine) {
    const struct loans_state *state = engine_state(engine, &loans_feature);
    return &state->law;
}

static const struct work_calendar *calendar(const struct engine *engine) {
    return credit_setting(engine).calendar;
}

const struct owed loans_owed = {
    .product = "loans", .title = S_loans_staff_title, .since = since, .tell = tell, .law = law, .calendar = calendar};

/* budget.c: how much he means to spend in a month, in all or in a category, and being told at 80 and at 100 percent,
 * once each. What is spent leaves a wish to look in its own transaction, a job looks: so paying never waits for it, and
 * of a hundred payments in a second one look is made. */
#include "spending/internal.h"

#include "identity/identity.h"
#include "messaging/messaging.h"

STATEMENT(all, "SELECT category, sum, tells, month, told, id FROM spending_budget WHERE customer = $1 ORDER BY id "
               "LIMIT 50");
STATEMENT(put, "INSERT INTO spending_budget (customer, category, id, sum, tells, month, told) "
               "VALUES ($1, $2, $3, $4, $5, 0, 0) ON CONFLICT (customer, category) "
               "DO UPDATE SET sum = $4, tells = $5, month = 0, told = 0");
STATEMENT(remove_one, "DELETE FROM spending_budget WHERE customer = $1 AND id = $2");
STATEMENT(set_told, "UPDATE spending_budget SET month = $3, told = $4 WHERE customer = $1 AND category = $2");
STATEMENT(newer, "SELECT id, customer FROM spending_budget WHERE id > $1 ORDER BY id LIMIT 1000");
STATEMENT(look, "INSERT INTO spending_due (customer) VALUES ($1) ON CONFLICT (customer) DO NOTHING");
STATEMENT(due, "SELECT customer FROM spending_due ORDER BY customer LIMIT 20 FOR_UPDATE");
STATEMENT(looked, "DELETE FROM spending_due WHERE customer = $1");

static const struct refusal full = {"budgets-full", 422, S_spending_refused_budgets, false};

#define NEARLY 80
#define REACHED 100
#define LOOKED_AT 20 /* customers in one piece */

struct budget {
    int64_t id, sum, month, told;
    bool tells;
    struct text category; /* "": all that is spent */
};

static size_t budgets_of(struct tx *tx, int64_t customer, struct budget budgets[BUDGETS_MOST]) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &all, VALUES(V_INT(customer)));
    while (count < BUDGETS_MOST && rows_next(rows))
        budgets[count++] = (struct budget){.category = row_copy(rows, 0, tx_arena(tx)),
                                           .sum = row_int(rows, 1),
                                           .tells = row_int(rows, 2) != 0,
                                           .month = row_int(rows, 3),
                                           .told = row_int(rows, 4),
                                           .id = row_int(rows, 5)};
    rows_end(rows);
    return count;
}

static int64_t spent_of(const struct report *report, const struct budget *budget) {
    if (budget->category.size == 0) return report->spent_total;
    for (size_t i = 0; i < report->category_count; i++)
        if (text_equal(report->categories[i].code, budget->category)) return report->categories[i].total;
    return 0;
}

static int64_t percent_of(int64_t spent, int64_t sum) {
    if (spent <= 0) return 0;
    return spent >= sum / 100 * 9900 ? 9900 : spent * 100 / sum;
}

static struct text words_of(struct engine *engine, struct arena *arena, const struct locale *locale,
                            const struct budget *budget) {
    return budget->category.size > 0 ? category_words(engine, arena, locale, budget->category)
                                     : string_get(arena, locale, S_spending_budget_all, NULL, 0);
}

/* ---- the page ---- */

static void tell(struct request *request, const struct report *report, const struct budget *budget,
                 struct node *node) {
    int64_t spent = spent_of(report, budget), percent = percent_of(spent, budget->sum), left = budget->sum - spent;
    doc_id(node, "id", budget->id);
    doc_text(node, "category", budget->category);
    doc_text(node, "title", words_of(request->engine, request->arena, &request->locale, budget));
    doc_money(node, "sum", rub(budget->sum));
    doc_money(node, "spent", rub(spent));
    doc_money(node, "left", rub(left > 0 ? left : 0));
    doc_money(node, "over", rub(left < 0 ? -left : 0));
    doc_int(node, "percent", percent);
    doc_int(node, "shown", percent < 100 ? percent : 100);
    doc_bool(node, "tells", budget->tells);
    doc_text(node, "state", left < 0 ? TEXT("over") : percent >= NEARLY ? TEXT("nearly") : TEXT("well"));
}

/* GET /spending/budgets */
enum flow budgets_read(struct request *request, struct tx *tx) {
    struct budget budgets[BUDGETS_MOST];
    struct category_named *named;
    size_t count = budgets_of(tx, request->caller.customer, budgets);
    int64_t month = month_at(world_now(request->world), engine_zone(request->engine));
    struct report *report = report_make(request->engine, tx, request->caller.customer, month, 1, false);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "budgets");
    doc_text(document, "month",
             text_format(request->arena, "%.*s %lld", TEXT_ARG(month_words(request, month)),
                         (long long)(1970 + month / 12)));
    for (size_t i = 0; i < count; i++) tell(request, report, &budgets[i], doc_add_object(list));
    struct node *options = doc_array(document, "categories"), *first = doc_add_object(options);
    doc_text(first, "value", TEXT(""));
    doc_text(first, "title", string_get(request->arena, &request->locale, S_spending_budget_all, NULL, 0));
    doc_bool(first, "selected", !field_given(request, "category"));
    count = categories_all(request->engine, request->arena, &request->locale, &named);
    for (size_t i = 0; i < count; i++) {
        if (named[i].income || text_is(named[i].code, OPERATION_OWN)) continue;
        struct node *option = doc_add_object(options);
        doc_text(option, "value", named[i].code);
        doc_text(option, "title", named[i].title);
        doc_bool(option, "selected", text_equal(field_text(request, "category"), named[i].code));
    }
    return answer_ok(request, document);
}

static void look_at(struct tx *tx, int64_t customer) {
    tx_run(tx, &look, VALUES(V_INT(customer)));
}

/* POST /spending/budgets: a new one, or another sum of one. */
enum flow budget_write(struct request *request, struct tx *tx) {
    int64_t customer = request->caller.customer, id = world_id(tx_world(tx));
    struct budget budgets[BUDGETS_MOST];
    struct text category = field_given(request, "category") ? field_text(request, "category") : TEXT("");
    size_t count = budgets_of(tx, customer, budgets), at = 0;
    while (at < count && !text_equal(budgets[at].category, category)) at++;
    bool known = category.size == 0 || (category_known(request->engine, request->arena, category, false) &&
                                        !text_is(category, OPERATION_OWN));
    if (!known) return refuse_field(request, "category", S_spending_category_unknown);
    if (at == count && count == BUDGETS_MOST) return refuse(request, &full);
    if (at < count) id = budgets[at].id;
    few_add(&spending_state_of(request->engine)->budgets, customer);
    tx_run(tx, &put,
           VALUES(V_INT(customer), V_TEXT(category), V_INT(id), V_INT(field_money(request, "sum").minor),
                  V_INT(field_number(request, "tells") != 0)));
    look_at(tx, customer);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_created(request, document, TEXT("/spending/budgets"));
}

/* POST /spending/budgets/{id}/remove */
enum flow budget_remove_write(struct request *request, struct tx *tx) {
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        tx_run(tx, &remove_one, VALUES(V_INT(request->caller.customer), V_INT(id))) != 1)
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, TEXT("/spending/budgets"));
}

/* ---- told ---- */

static void tell_him(struct engine *engine, struct tx *tx, int64_t customer, const struct budget *budget,
                     int64_t spent, int64_t level) {
    struct customer person;
    struct locale locale = {.language = LANGUAGE_RU, .zone = engine_zone(engine)};
    if (!identity_customer(engine, tx, customer, &person)) return;
    locale.language = person.language;
    struct node *values = doc_new(tx_arena(tx));
    doc_text(values, "what", words_of(engine, tx_arena(tx), &locale, budget));
    doc_money(values, "spent", rub(spent));
    doc_money(values, "sum", rub(budget->sum));
    const struct string_argument arguments[] = {{"what", doc_get(values, "what")},
                                                {"spent", doc_get(values, "spent")},
                                                {"sum", doc_get(values, "sum")}};
    message_tell(engine, tx, customer, TOPIC_OPERATIONS,
                 level == REACHED ? S_spending_told_reached : S_spending_told_nearly, arguments, 3);
}

static void look_over(struct engine *engine, struct tx *tx, int64_t customer) {
    struct budget budgets[BUDGETS_MOST];
    size_t count = budgets_of(tx, customer, budgets);
    if (count == 0) return;
    int64_t month = month_at(world_now(tx_world(tx)), engine_zone(engine));
    struct report *report = report_make(engine, tx, customer, month, 1, false);
    for (size_t i = 0; i < count; i++) {
        int64_t spent = spent_of(report, &budgets[i]), percent = percent_of(spent, budgets[i].sum);
        int64_t told = budgets[i].month == month ? budgets[i].told : 0;
        int64_t level = percent >= REACHED ? REACHED : percent >= NEARLY ? NEARLY : 0;
        if (level <= told) continue;
        if (budgets[i].tells) tell_him(engine, tx, customer, &budgets[i], spent, level);
        tx_run(tx, &set_told, VALUES(V_INT(customer), V_TEXT(budgets[i].category), V_INT(month), V_INT(level)));
    }
}

bool budgets_job(struct engine *engine, struct tx *tx) {
    int64_t customers[LOOKED_AT];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &due, NO_VALUES);
    while (count < LOOKED_AT && rows_next(rows)) customers[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        tx_run(tx, &looked, VALUES(V_INT(customers[i])));
        look_over(engine, tx, customers[i]);
    }
    return count == LOOKED_AT;
}

/* ---- events ---- */

void budgets_learn(struct engine *engine, struct tx *tx) {
    few_learn(&spending_state_of(engine)->budgets, engine, tx, &newer);
}

/* The message of a transfer may have tags. */
static void tags_of_message(struct engine *engine, struct tx *tx, const struct event *event) {
    struct tags tags;
    if (event->operation == 0 || text_find(event->text, '#') < 0) return;
    tags_in_words(tx_arena(tx), event->text, &tags);
    const struct labelled operation = {event->operation, event->account};
    if (tags.count > 0) tags_put(engine, tx, event->customer, &operation, &tags);
}

void spending_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_PAID) tags_of_message(engine, tx, event);
    switch (event->kind) {
    case EVENT_PAID:
    case EVENT_PAYMENT:
    case EVENT_CARD_PAID:
        if (few_may_have(&spending_state_of(engine)->budgets, event->customer)) look_at(tx, event->customer);
        return;
    default: return;
    }
}


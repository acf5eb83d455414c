/* limits.c: other limits for one customer, until a day (BO-2): asked for by risk with a reason, confirmed by another of
 * them, kept by the ledger and checked in each transfer's own transaction. Whoever confirms sees each figure before and
 * after; a customer frozen meanwhile gets none. */
#include "backoffice/internal.h"

#include "ledger/ledger.h"

#define ACCOUNTS 20
#define LONGEST_DAYS 366

static const struct refusal nothing = {"limits-missing", 422, S_backoffice_limits_nothing, false};
static const struct refusal both = {"limit-and-none", 422, S_backoffice_limits_both, false};
static const struct refusal day_bad = {"day-impossible", 422, S_backoffice_limits_day, false};
static const struct refusal frozen = {"customer-frozen", 409, S_backoffice_limits_frozen, false};
static const struct refusal over = {"approval-over", 409, S_backoffice_approval_over, false};

static const struct figure {
    const char *field, *none;
    size_t at;
    string_id title;
} figures[] = {
    {"operation", "operation_none", offsetof(struct limit_set, operation_max), S_backoffice_limits_operation},
    {"day_out", "day_out_none", offsetof(struct limit_set, day_out_max), S_backoffice_limits_day_out},
    {"month_out", "month_out_none", offsetof(struct limit_set, month_out_max), S_backoffice_limits_month_out},
    {"month_in", "month_in_none", offsetof(struct limit_set, month_in_max), S_backoffice_limits_month_in},
    {"balance", "balance_none", offsetof(struct limit_set, balance_max), S_backoffice_limits_balance},
};
#define FIGURES (sizeof figures / sizeof *figures)

static int64_t *figure_in(struct limit_set *set, const struct figure *figure) {
    return (int64_t *)(void *)((char *)set + figure->at);
}

static struct limit_set limits_now(struct engine *engine, struct tx *tx, int64_t account) {
    struct account now;
    struct limit_set set = {0};
    if (!ledger_account(engine_ledger(engine), tx, account, &now)) return set;
    struct limit_report report = ledger_limits(engine_ledger(engine), tx, &now);
    return (struct limit_set){.balance_max = report.balance.max,
                              .operation_max = report.operation_max,
                              .day_out_max = report.day_out.max,
                              .month_out_max = report.month_out.max,
                              .month_in_max = report.month_in.max};
}

/* Customers' accounts of that owner which limits are for. */
static size_t accounts_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t accounts[ACCOUNTS]) {
    struct account *found = arena_array(tx_arena(tx), struct account, ACCOUNTS);
    size_t count = ledger_accounts_of(engine_ledger(engine), tx, customer, found, ACCOUNTS), kept = 0;
    for (size_t i = 0; i < count; i++)
        if (found[i].class == ACCOUNT_CUSTOMER && found[i].limits != 0 && !found[i].closed)
            accounts[kept++] = found[i].id;
    return kept;
}

/* Which may be lifted altogether; after a refusal, as they were ticked. */
static void tell_lifted(struct request *request, struct node *list) {
    for (size_t k = 0; k < FIGURES; k++) {
        struct node *row = doc_add_object(list);
        doc_text(row, "name", text_from(figures[k].none));
        doc_text(row, "title", string_get(request->arena, &request->locale, figures[k].title, NULL, 0));
        doc_bool(row, "ticked", field_number(request, figures[k].none) != 0);
    }
}

enum flow limits_page(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    int64_t accounts[ACCOUNTS];
    size_t count = accounts_of(request->engine, tx, customer.id, accounts);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "accounts");
    doc_id(document, "customer", customer.id);
    tell_lifted(request, doc_array(document, "lifted"));
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list), *told = NULL;
        struct limit_set set = limits_now(request->engine, tx, accounts[i]);
        struct limit_override own;
        doc_id(node, "id", accounts[i]);
        if (ledger_override_of(tx, accounts[i], &own)) doc_moment(node, "until", own.until);
        told = doc_array(node, "figures");
        for (size_t k = 0; k < FIGURES; k++) {
            struct node *row = doc_add_object(told);
            doc_text(row, "title", string_get(request->arena, &request->locale, figures[k].title, NULL, 0));
            int64_t minor = *figure_in(&set, &figures[k]);
            if (minor > 0) doc_money(row, "max", (struct money){minor, CURRENCY_RUB});
        }
    }
    return answer_ok(request, document);
}

/* The end of that day in the company's zone. */
static moment end_of_day(struct request *request, int64_t day) {
    return day_start(date_from_days(day + 1), engine_zone(request->engine));
}

/* Empty: as the level says. A figure's `…_none`, ticked: no limit of ours, which the ledger writes as 0. */
enum flow limits_ask(struct request *request, struct tx *tx) {
    struct customer customer;
    if (!staff_acts_on(request, tx, &customer)) return FLOW_ANSWERED;
    bool given = false;
    struct buffer data = buffer_new(request->arena, 128);
    moment until = end_of_day(request, field_number(request, "until")), now = world_now(request->world);
    if (until <= now || until > now + LONGEST_DAYS * DAY) return refuse_at(request, "until", &day_bad);
    buffer_format(&data, "%lld", (long long)until);
    for (size_t i = 0; i < FIGURES; i++) {
        bool typed = field_given(request, figures[i].field), none = field_number(request, figures[i].none) != 0;
        if (typed && none) return refuse_at(request, figures[i].field, &both);
        given = given || typed || none;
        int64_t wanted = none ? 0 : typed ? field_number(request, figures[i].field) : LIMIT_OF_SET;
        buffer_format(&data, " %lld", (long long)wanted);
    }
    if (!given) return refuse_at(request, "operation", &nothing);
    return approval_asked(request, approval_ask(request, tx, "backoffice.limits", customer.id, 0, buffer_text(&data),
                                                field_text(request, "reason")));
}

static bool parse(const struct approval *approval, struct limit_override *override) {
    struct text rest = approval->data;
    bool good = text_to_int(text_split(rest, ' ', &rest), &override->until);
    for (size_t i = 0; i < FIGURES; i++)
        good = text_to_int(text_split(rest, ' ', &rest), figure_in(&override->limits, &figures[i])) && good;
    return good;
}

/* Nothing above 0 is a limit. */
static void tell_figure(struct request *request, struct node *line, const char *name, int64_t minor) {
    if (minor > 0) doc_money(line, name, (struct money){minor, CURRENCY_RUB});
    else doc_text(line, name, string_get(request->arena, &request->locale, S_backoffice_limits_none, NULL, 0));
}

void limits_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct limit_override wanted;
    struct customer customer;
    int64_t accounts[ACCOUNTS];
    if (!parse(approval, &wanted)) return;
    size_t count = accounts_of(request->engine, tx, approval->customer, accounts);
    struct limit_set now = count > 0 ? limits_now(request->engine, tx, accounts[0]) : (struct limit_set){0};
    for (size_t i = 0; i < FIGURES; i++) {
        int64_t after = *figure_in(&wanted.limits, &figures[i]);
        if (after == LIMIT_OF_SET) continue;
        int64_t before = *figure_in(&now, &figures[i]);
        struct node *line = approval_line(facts, &request->locale, figures[i].title);
        tell_figure(request, line, "before", before);
        tell_figure(request, line, "after", after);
    }
    struct date last = civil_at(wanted.until - SECOND, engine_zone(request->engine)).date;
    doc_date(approval_line(facts, &request->locale, S_backoffice_limits_until), "value", last);
    if (identity_customer(request->engine, tx, approval->customer, &customer) && customer.frozen)
        approval_fact(facts, &request->locale, S_backoffice_customer_title,
                      string_get(request->arena, &request->locale, S_backoffice_frozen, NULL, 0));
}

const struct refusal *limits_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct limit_override wanted;
    struct customer customer;
    int64_t accounts[ACCOUNTS];
    if (!parse(approval, &wanted) || wanted.until <= world_now(request->world)) return &over;
    if (!identity_customer(request->engine, tx, approval->customer, &customer) || customer.closed) return &over;
    if (customer.frozen) return &frozen;
    size_t count = accounts_of(request->engine, tx, customer.id, accounts);
    for (size_t i = 0; i < count; i++) ledger_override(engine_ledger(request->engine), tx, accounts[i], &wanted);
    return NULL;
}

/* Over already by the ledger's own looking; here the rows go. */
bool limits_end(struct engine *engine, struct tx *tx) {
    return ledger_end_overrides(engine_ledger(engine), tx, 50) == 50;
}

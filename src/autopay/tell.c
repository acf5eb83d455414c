/* tell.c: what the customer is told: before it is paid, with the place where he can skip it; that it failed,
 * and why. */
#include "autopay/internal.h"

#include "messaging/messaging.h"

/* Its name, what is taken for it, when, and where to look. */
struct told {
    struct node *values;
    enum language language;
};

static struct told begin(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, int64_t sum,
                         moment at) {
    struct pay_template template;
    struct customer customer;
    struct told told = {.values = doc_new(tx_arena(tx)), .language = LANGUAGE_RU};
    bool named = template_find(engine, tx, rule->customer, rule->template, &template);
    const struct provider *provider =
        named ? catalogue_provider(catalogue_take(engine, tx_arena(tx)), template.provider) : NULL;
    if (identity_customer(engine, tx, rule->customer, &customer)) told.language = customer.language;
    doc_text(told.values, "name", named ? template.name : TEXT("—"));
    doc_money(told.values, "sum", rub(sum + (provider != NULL && sum > 0 ? fee_on(&provider->fee, sum) : 0)));
    doc_moment(told.values, "at", at);
    doc_text(told.values, "link",
             text_format(tx_arena(tx), "%s/autopay/%lld", engine_config(engine)->public_url, (long long)rule->id));
    return told;
}

static void send(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, const struct told *told,
                 string_id text) {
    static const char *const names[] = {"name", "sum", "at", "link", "left", "why"};
    struct string_argument arguments[6];
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct node *value = doc_get(told->values, names[i]);
        if (value != NULL) arguments[count++] = (struct string_argument){names[i], value};
    }
    message_tell_bulk(engine, tx, rule->customer, TOPIC_OPERATIONS, text, arguments, count);
    engine_notify(engine, tx, rule->customer, "autopay");
}

void tell_before(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, const struct autopay_run *run,
                 int64_t balance) {
    struct told told = begin(engine, tx, rule, run->sum, run->at);
    if (balance != BALANCE_UNTOLD) doc_money(told.values, "left", rub(balance));
    string_id text = rule->kind == AUTOPAY_CALENDAR  ? S_autopay_told_calendar
                     : rule->kind == AUTOPAY_BALANCE ? S_autopay_told_balance
                                                     : S_autopay_told_bill;
    send(engine, tx, rule, &told, text);
}

void tell_failed(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, const struct autopay_run *run,
                 enum autopay_fate fate) {
    struct told told = begin(engine, tx, rule, run->sum, run->at);
    const struct locale locale = {.language = told.language, .zone = engine_zone(engine)};
    doc_text(told.values, "why", string_get(tx_arena(tx), &locale, reason_string(run->reason), NULL, 0));
    string_id text = fate == FATE_AGAIN ? S_autopay_told_again : S_autopay_told_paused;
    send(engine, tx, rule, &told, text);
}

void tell_above(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, int64_t bill) {
    const struct told told = begin(engine, tx, rule, bill, 0);
    send(engine, tx, rule, &told, S_autopay_told_above);
}

void tell_paused(struct engine *engine, struct tx *tx, int64_t customer) {
    message_tell_bulk(engine, tx, customer, TOPIC_OPERATIONS, S_autopay_told_all_paused, NULL, 0);
}

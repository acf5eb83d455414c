/* runner.c: what is due. Two jobs: rules whose time comes become runs, of which the customer is told before; runs whose
 * time has come become payments. Each piece is a command of its own, and each step in it is one transaction with what
 * it leaves behind: killed anywhere, the next piece goes on where the last one on disk ended. */
#include "autopay/internal.h"

#include "messaging/messaging.h"

#define PIECE 200
#define CROWD 1000 /* checks that wait for their providers: people's own would wait behind more of ours */
#define ASK_LIFE (6 * HOUR) /* how long a provider is asked for a bill or a balance */

/* ---- when ---- */

static moment at_hour(struct engine *engine, struct date day) {
    struct civil civil = {.date = day, .hour = (int)autopay_settings_of(engine)->hour};
    return moment_of(civil, engine_zone(engine));
}

void rule_plan(struct engine *engine, struct autopay_rule *rule, moment now) {
    static const struct autopay_days every_day = {PERIOD_DAY, 0};
    bool calendar = rule->kind == AUTOPAY_CALENDAR;
    struct date today = civil_at(now, engine_zone(engine)).date;
    struct date due = civil_at(rule->due, engine_zone(engine)).date;
    struct date after = date_to_days(due) > date_to_days(today) ? due : today;
    rule->due = at_hour(engine, autopay_next(calendar ? &rule->days : &every_day, after));
    rule->wake = calendar ? rule->due - autopay_settings_of(engine)->notice : rule->due;
}

/* ---- rules ---- */

static void ask(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, struct autopay_run *run,
                const struct pay_template *template, moment now) {
    const struct payment_wish wish = {.provider = template->provider,
                                      .sum = rule->kind == AUTOPAY_BALANCE ? rule->sum : 0,
                                      .values = template->values};
    run->state = RUN_ASKING;
    if (!run_insert(tx, run)) return;
    outbox_add(engine, tx, "autopay.ask", rule->customer, run->id, payments_look_write(tx_arena(tx), &wish), now,
               now + ASK_LIFE);
}

/* One that is tried again keeps the next time from beginning: what failed on Monday is not paid twice on Tuesday. So
 * does, of a bill or a balance, whatever is not at its end. */
static bool busy(struct tx *tx, const struct autopay_rule *rule) {
    struct autopay_run open;
    if (rule->kind == AUTOPAY_CALENDAR) return runs_retried(tx, rule->customer, rule->id);
    return run_open(tx, rule->customer, rule->id, &open);
}

static void rule_due(struct engine *engine, struct tx *tx, struct autopay_rule *rule, moment now) {
    struct pay_template template;
    moment due = rule->due, soonest = now + autopay_settings_of(engine)->warning;
    struct autopay_run run = {.customer = rule->customer,
                              .id = world_id(tx_world(tx)),
                              .rule = rule->id,
                              .due = due,
                              .state = RUN_TOLD,
                              .at = due > soonest ? due : soonest,
                              .attempt = 1,
                              .sum = rule->kind == AUTOPAY_CALENDAR ? rule->sum : 0};
    rule_plan(engine, rule, now);
    rule_update(tx, rule);
    if (busy(tx, rule)) return;
    if (rule->kind == AUTOPAY_CALENDAR) {
        if (run_insert(tx, &run)) tell_before(engine, tx, rule, &run, BALANCE_UNTOLD);
    } else if (template_find(engine, tx, rule->customer, rule->template, &template)) {
        ask(engine, tx, rule, &run, &template, now);
    }
}

bool autopay_rules_run(struct engine *engine, struct tx *tx) {
    struct autopay_rule rules[PIECE];
    moment now = world_now(tx_world(tx));
    if (message_crowded(tx)) return false; /* looked at again in a second: who is told must hear of it in time */
    size_t count = rules_due(tx, now, rules, PIECE);
    for (size_t i = 0; i < count; i++) rule_due(engine, tx, &rules[i], now);
    pass_note(tx, PASS_RULES, (int64_t)count, 0);
    return count == PIECE;
}

/* ---- what the provider said ---- */

static void told_bill(struct engine *engine, struct tx *tx, struct autopay_rule *rule, struct autopay_run *run,
                      int64_t bill) {
    if (bill == 0) {
        run_remove(tx, run);
    } else if (bill <= rule->sum) {
        run->sum = bill;
        run_update(tx, run);
        tell_before(engine, tx, rule, run, BALANCE_UNTOLD);
    } else if (bill == rule->told_bill) {
        run_remove(tx, run); /* he knows */
    } else {
        rule->told_bill = bill;
        run->sum = bill;
        run_failed(engine, tx, rule, run, AUTOPAY_ABOVE);
    }
}

static void told_balance(struct engine *engine, struct tx *tx, struct autopay_rule *rule, struct autopay_run *run,
                         int64_t balance) {
    if (balance >= rule->least) {
        run_remove(tx, run);
        return;
    }
    run->sum = rule->sum;
    run_update(tx, run);
    tell_before(engine, tx, rule, run, balance);
}

static enum autopay_reason reason_of_look(const struct payment_look *look) {
    switch (look->reason) {
    case REASON_NONE:
    case REASON_NO_BILL: return AUTOPAY_WELL;
    case REASON_TECHNICAL:
    case REASON_SILENT: return AUTOPAY_SILENT;
    case REASON_SMALL:
    case REASON_LARGE: return AUTOPAY_TERMS;
    default: return AUTOPAY_REFUSED;
    }
}

void autopay_asked(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply) {
    struct autopay_run run;
    struct autopay_rule rule;
    struct payment_look look;
    if (!run_find(tx, item->owner, item->subject, &run) || run.state != RUN_ASKING) return;
    if (!rule_find(tx, run.customer, run.rule, &rule)) return;
    bool answered = verdict != OUTBOX_EXPIRED && payments_look_read(tx_arena(tx), reply, &look);
    enum autopay_reason reason = answered ? reason_of_look(&look) : AUTOPAY_SILENT;
    if (reason == AUTOPAY_SILENT) { /* asked again the next day anyway */
        run_remove(tx, &run);
        return;
    }
    bool told = rule.kind == AUTOPAY_BILL ? look.bill >= 0 : look.balance != BALANCE_UNTOLD;
    if (reason == AUTOPAY_WELL && !told) reason = AUTOPAY_UNTOLD;
    run.state = RUN_TOLD;
    run.at = world_now(tx_world(tx)) + autopay_settings_of(engine)->warning;
    if (reason != AUTOPAY_WELL) run_failed(engine, tx, &rule, &run, reason);
    else if (rule.kind == AUTOPAY_BILL) told_bill(engine, tx, &rule, &run, look.bill);
    else told_balance(engine, tx, &rule, &run, look.balance);
}

/* ---- runs ---- */

static bool pay(struct engine *engine, struct tx *tx, struct autopay_run *run) {
    struct autopay_rule rule;
    struct pay_template template;
    struct customer customer;
    if (!rule_find(tx, run->customer, run->rule, &rule) || rule.state != RULE_ACTIVE ||
        !template_find(engine, tx, run->customer, rule.template, &template) ||
        !identity_customer(engine, tx, run->customer, &customer)) {
        run_end(tx, run, RUN_SKIPPED, AUTOPAY_ACCOUNT);
        return false;
    }
    const struct payment_wish wish = {.customer = run->customer,
                                      .provider = template.provider,
                                      .account = rule.account,
                                      .sum = run->sum,
                                      .language = customer.language,
                                      .values = template.values};
    struct autopay_run begun = *run;
    begun.state = RUN_PAYING;
    begun.at = world_now(tx_world(tx));
    begun.payment = world_id(tx_world(tx));
    run_update(tx, &begun); /* before: one that needs no check is heard of at once */
    enum payment_bar bar = payments_begin(engine, tx, &wish, begun.payment);
    if (bar != PAYMENT_GOES) run_failed(engine, tx, &rule, run, reason_of_bar(bar));
    return bar == PAYMENT_GOES;
}

bool autopay_runs_run(struct engine *engine, struct tx *tx) {
    struct autopay_run runs[PIECE];
    int64_t most = autopay_settings_of(engine)->under_way, room = most - runs_paying(tx, most), failed = 0;
    moment now = world_now(tx_world(tx));
    if (outbox_waiting(tx, "payment.check", CROWD) == CROWD) return false;
    if (room <= 0) return false; /* others' payments first: looked at again in a second */
    size_t wanted = room < PIECE ? (size_t)room : PIECE, count = runs_due(tx, now, runs, wanted);
    for (size_t i = 0; i < count; i++)
        if (!pay(engine, tx, &runs[i])) failed++;
    pass_note(tx, PASS_RUNS, (int64_t)count, failed);
    return count == wanted;
}

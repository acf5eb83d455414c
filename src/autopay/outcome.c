/* outcome.c: what became of a payment that was begun for a rule, heard in the same transaction; and what stops
 * rules. */
#include "autopay/internal.h"

void run_end(struct tx *tx, struct autopay_run *run, enum run_state state, enum autopay_reason reason) {
    run->state = state;
    run->reason = reason;
    run->at = world_now(tx_world(tx));
    run_update(tx, run);
}

enum autopay_reason reason_of_bar(enum payment_bar bar) {
    switch (bar) {
    case PAYMENT_GOES: return AUTOPAY_WELL;
    case PAYMENT_BAR_OFF:
    case PAYMENT_BAR_TERMS: return AUTOPAY_OFF;
    case PAYMENT_BAR_ACCOUNT: return AUTOPAY_ACCOUNT;
    case PAYMENT_BAR_LEVEL: return AUTOPAY_LEVEL;
    case PAYMENT_BAR_FROZEN: return AUTOPAY_FROZEN;
    case PAYMENT_BAR_MONEY: return AUTOPAY_NO_MONEY;
    case PAYMENT_BAR_LIMIT: return AUTOPAY_LIMIT;
    case PAYMENT_BAR_COOLING: return AUTOPAY_COOLING;
    }
    return AUTOPAY_ACCOUNT;
}

static enum autopay_reason reason_of_payment(enum payment_reason reason) {
    switch (reason) {
    case REASON_TECHNICAL:
    case REASON_SILENT:
    case REASON_NONE: return AUTOPAY_SILENT;
    case REASON_CHANGED: return AUTOPAY_OFF;
    case REASON_SMALL:
    case REASON_LARGE: return AUTOPAY_TERMS;
    default: return AUTOPAY_REFUSED;
    }
}

void run_failed(struct engine *engine, struct tx *tx, struct autopay_rule *rule, struct autopay_run *run,
                enum autopay_reason reason) {
    const struct autopay_settings *settings = autopay_settings_of(engine);
    enum autopay_fate fate = autopay_fate_of(reason, run->attempt, (int)settings->tries);
    if (fate == FATE_AGAIN) {
        run->state = RUN_TOLD;
        run->reason = reason;
        run->attempt++;
        run->at = world_now(tx_world(tx)) + settings->pause;
        run_update(tx, run);
        runs_forget_later(tx, run);
    } else {
        run_end(tx, run, RUN_FAILED, reason);
    }
    if (fate == FATE_PAUSE) {
        rule->state = RULE_PAUSED;
        rule->reason = reason;
        runs_forget_later(tx, run);
    }
    rule_update(tx, rule);
    if (reason == AUTOPAY_ABOVE) tell_above(engine, tx, rule, run->sum);
    else tell_failed(engine, tx, rule, run, fate);
}

/* ---- a payment came to another state ---- */

/* The provider would take it. He agreed to a sum, or to one up to his limit; what was paused meanwhile is not paid. */
static void checked(struct engine *engine, struct tx *tx, struct autopay_rule *rule, struct autopay_run *run,
                    const struct payment_news *news) {
    bool fits = rule->kind == AUTOPAY_BILL ? news->sum <= rule->sum : news->sum == run->sum;
    if (rule->state != RULE_ACTIVE) {
        payments_drop(engine, tx, run->customer, run->payment);
        run_end(tx, run, RUN_SKIPPED, rule->reason);
        return;
    }
    run->sum = news->sum;
    enum payment_bar bar = fits ? payments_confirm(engine, tx, run->customer, run->payment) : PAYMENT_GOES;
    if (fits && bar == PAYMENT_GOES) {
        run_update(tx, run);
        return;
    }
    if (!fits) rule->told_bill = news->sum;
    payments_drop(engine, tx, run->customer, run->payment);
    run_failed(engine, tx, rule, run, fits ? reason_of_bar(bar) : AUTOPAY_ABOVE);
}

static void payment_moved(struct engine *engine, struct tx *tx, int64_t customer, int64_t payment) {
    struct autopay_run run;
    struct autopay_rule rule;
    struct payment_news news;
    if (!payments_news(engine, tx, customer, payment, &news)) return;
    if (news.state == PAYMENT_DONE) habit_paid(engine, tx, customer, payment);
    if (!run_by_payment(tx, customer, payment, &run) || !rule_find(tx, customer, run.rule, &rule)) return;
    switch (news.state) {
    case PAYMENT_CHECKING:
    case PAYMENT_SENDING:
    case PAYMENT_STUCK: /* staff find out */
    case PAYMENT_REFUNDED: break;
    case PAYMENT_CHECKED: checked(engine, tx, &rule, &run, &news); break;
    case PAYMENT_DONE: run_end(tx, &run, RUN_PAID, AUTOPAY_WELL); break;
    case PAYMENT_EXPIRED:
    case PAYMENT_CANCELLED: run_end(tx, &run, RUN_SKIPPED, AUTOPAY_BY_HIM); break;
    case PAYMENT_REJECTED:
        if (news.reason == REASON_NO_BILL) run_remove(tx, &run); /* paid in the meantime, some other way */
        else run_failed(engine, tx, &rule, &run, reason_of_payment(news.reason));
        break;
    case PAYMENT_REFUSED:
    case PAYMENT_UNCHECKED: run_failed(engine, tx, &rule, &run, reason_of_payment(news.reason)); break;
    }
}

static void stop(struct engine *engine, struct tx *tx, int64_t customer, enum autopay_reason reason) {
    bool any = rules_pause(tx, customer, reason, world_now(tx_world(tx))) > 0;
    if (any && reason == AUTOPAY_FROZEN) tell_paused(engine, tx, customer);
}

void autopay_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind == EVENT_PAYMENT) payment_moved(engine, tx, event->customer, event->number);
    if (event->kind == EVENT_CUSTOMER_FROZEN && event->number != 0) stop(engine, tx, event->customer, AUTOPAY_FROZEN);
    if (event->kind == EVENT_CUSTOMER_CLOSED) stop(engine, tx, event->customer, AUTOPAY_CLOSED);
}

/* settle.c: what comes of the lender's answers: an offer to sign, a refusal, the money, a repayment taken or let go, a
 * loan closed. Each is heard once: the row is locked, and only the state that waits for it hears it. */
#include "products/lenders/lenders.h"

#include "base/check.h"
#include "identity/secrets.h"

#define CALL_OFF (30 * DAY)
#define AWAIT_PAUSE SECOND

void loan_end(struct engine *engine, struct tx *tx, struct loan *loan, enum loan_state state) {
    loan->state = state;
    loan->deadline = 0;
    loan->ended = world_now(tx_world(tx));
    loan_not_late(engine, tx, loan);
    loan_save(engine, tx, loan);
    engine_notify(engine, tx, loan->customer, "lender");
}

void loan_call_off(struct engine *engine, struct tx *tx, const struct loan *loan) {
    moment now = world_now(tx_world(tx));
    step_add(engine, tx,
             &(struct step_order){STEP_CANCEL, loan->customer, loan->id, loan->lender, 0,
                                  body_of_id(tx_arena(tx), loan->id), now, now + CALL_OFF});
}

void loan_ask_figures(struct engine *engine, struct tx *tx, struct loan *loan) {
    moment now = world_now(tx_world(tx));
    loan->asked_at = now;
    step_add(engine, tx,
             &(struct step_order){STEP_FIGURES, loan->customer, loan->id, loan->lender, 0,
                                  body_of_id(tx_arena(tx), loan->id), now, now + HOUR});
}

/* ---- the decision ---- */

static void offered(struct engine *engine, struct tx *tx, struct loan *loan, const struct lender_decision *decision,
                    struct text reply) {
    const struct lenders_settings *settings = lenders_state_of(engine)->settings;
    const struct partner *partner = partner_of(engine, loan->lender);
    moment now = world_now(tx_world(tx)), most = now + settings->offer_life;
    const struct terms_asked asked = {.sum = loan->sum,
                                      .term = loan->term,
                                      .today = civil_at(now, engine_zone(engine)).date,
                                      .less = true,
                                      .tolerance = settings->tolerance};
    enum terms_verdict verdict = partner != NULL ? terms_judge(&decision->terms, &asked, &partner->bounds)
                                                 : TERMS_OTHER_LOAN;
    loan->told = reply;
    if (verdict != TERMS_GOOD) {
        struct text summary = text_format(tx_arena(tx), "%.*s: %s", TEXT_ARG(loan->lender),
                                          terms_verdict_name(verdict));
        loan_end(engine, tx, loan, LOAN_IMPLAUSIBLE);
        loan_call_off(engine, tx, loan);
        queue_add(engine, tx, "lenders.implausible", loan->id, loan->customer, summary, 0);
        loan_tell_customer(engine, tx, loan, S_lenders_told_implausible, loan->sum);
        return;
    }
    loan->state = LOAN_OFFERED;
    loan->sum = decision->terms.sum;
    loan->deadline = decision->until < most ? decision->until : most;
    loan_save(engine, tx, loan);
    loan_tell_customer(engine, tx, loan, S_lenders_told_offered, loan->sum);
}

void decided(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
             struct text reply) {
    struct loan loan;
    struct lender_decision decision;
    if (!loan_find(engine, tx, item->owner, item->subject, &loan) || loan.state != LOAN_DECIDING) return;
    lender_decision_read(tx_arena(tx), loan.id, verdict == OUTBOX_DONE ? reply : TEXT_NONE, &decision);
    if (decision.status == LENDER_OFFERED) {
        offered(engine, tx, &loan, &decision, reply);
    } else if (decision.status == LENDER_REFUSED) {
        loan.told = reply;
        loan_end(engine, tx, &loan, LOAN_REFUSED);
        loan_tell_customer(engine, tx, &loan, S_lenders_told_refused, loan.sum);
    } else {
        loan_end(engine, tx, &loan, LOAN_EXPIRED);
        loan_call_off(engine, tx, &loan);
        loan_tell_customer(engine, tx, &loan, S_lenders_told_undecided, loan.sum);
    }
}

/* ---- the money ---- */

struct transfer loan_transfer(struct engine *engine, struct tx *tx, const struct loan *loan) {
    return (struct transfer){.from = lender_account(engine, tx, loan->lender),
                             .to = loan->account,
                             .sum = rub(loan->sum),
                             .kind = KIND_LENDER_LOAN,
                             .subject = loan->id};
}

void loan_money(struct engine *engine, struct tx *tx, struct loan *loan) {
    const struct transfer transfer = loan_transfer(engine, tx, loan);
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &loan->operation);
    if (refusal != LEDGER_OK) {
        if (loan->state == LOAN_ROOM) return;
        loan->state = LOAN_ROOM;
        loan->money_at = world_now(tx_world(tx));
        loan->deadline = world_now(tx_world(tx)) + lenders_state_of(engine)->settings->money_life;
        loan_not_late(engine, tx, loan);
        loan_save(engine, tx, loan);
        loan_tell_customer(engine, tx, loan, S_lenders_told_no_room, loan->sum);
        return;
    }
    loan->state = LOAN_OPEN;
    loan->deadline = 0;
    loan_not_late(engine, tx, loan);
    loan_ask_figures(engine, tx, loan);
    loan_save(engine, tx, loan);
    loan_tell_customer(engine, tx, loan, S_lenders_told_money, loan->sum);
}

static enum step step_of(enum loan_state state) {
    if (state == LOAN_RETURNING) return STEP_RETURN;
    return state == LOAN_COMING ? STEP_AWAIT : STEP_SIGN;
}

/* Nobody knows what became of it: staff have had their task long since, and the lender is asked on. */
static void ask_on(struct engine *engine, struct tx *tx, const struct outbox_item *item) {
    moment now = world_now(tx_world(tx));
    struct text rest, lender = text_split(item->payload, '\n', &rest);
    struct text sum_text = text_split(rest, '\n', &rest);
    struct loan loan;
    int64_t sum = 0;
    bool is_loan = loan_find(engine, tx, item->owner, item->subject, &loan);
    enum step step = is_loan ? step_of(loan.state) : STEP_REPAY;
    if (!text_to_int(sum_text, &sum)) return;
    step_add(engine, tx,
             &(struct step_order){step, item->owner, item->subject, lender, sum, rest, now, now + ASKED_ON});
}

/* ---- back to the lender ---- */

moment loan_back_at(const struct engine *engine, const struct loan *loan) {
    return loan->money_at + lenders_state_of(engine)->settings->room_life;
}

void loan_return(struct engine *engine, struct tx *tx, struct loan *loan) {
    moment now = world_now(tx_world(tx));
    const struct lender_fact facts[] = {{"id", text_format(tx_arena(tx), "%lld", (long long)loan->id)},
                                        {"sum", money_decimal(tx_arena(tx), rub(loan->sum))}};
    check(loan_may_return(loan->state));
    loan->state = LOAN_RETURNING;
    loan->deadline = now + lenders_state_of(engine)->settings->sign_life;
    loan_not_late(engine, tx, loan);
    loan_save(engine, tx, loan);
    engine_notify(engine, tx, loan->customer, "lender");
    step_add(engine, tx,
             &(struct step_order){STEP_RETURN, loan->customer, loan->id, loan->lender, loan->sum,
                                  lender_write(tx_arena(tx), facts, 2), now, now + ASKED_ON});
}

/* The lender has said, twice, that nothing of it is left. */
void returned(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
              struct text reply) {
    struct loan loan;
    (void)reply;
    if (!loan_find(engine, tx, item->owner, item->subject, &loan) || loan.state != LOAN_RETURNING) return;
    if (verdict != OUTBOX_DONE) {
        ask_on(engine, tx, item);
        return;
    }
    loan_end(engine, tx, &loan, LOAN_RETURNED);
    loan_tell_customer(engine, tx, &loan, S_lenders_told_returned, loan.sum);
}

/* ---- signed ---- */

static void coming(struct engine *engine, struct tx *tx, struct loan *loan, moment money_at) {
    moment now = world_now(tx_world(tx)), from = money_at > now ? money_at : now;
    loan->state = LOAN_COMING;
    loan->money_at = money_at;
    loan->deadline = from + lenders_state_of(engine)->settings->money_life;
    loan_not_late(engine, tx, loan);
    loan_save(engine, tx, loan);
    step_add(engine, tx,
             &(struct step_order){STEP_AWAIT, loan->customer, loan->id, loan->lender, loan->sum,
                                  body_of_id(tx_arena(tx), loan->id), from + AWAIT_PAUSE, from + ASKED_ON});
    loan_tell_customer(engine, tx, loan, S_lenders_told_coming, loan->sum);
}

void signed_by_lender(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                      enum outbox_verdict verdict, struct text reply) {
    struct loan loan;
    struct lender_decision decision;
    if (!loan_find(engine, tx, item->owner, item->subject, &loan) ||
        (loan.state != LOAN_SIGNING && loan.state != LOAN_COMING))
        return;
    if (verdict != OUTBOX_DONE) {
        ask_on(engine, tx, item);
        return;
    }
    lender_decision_read(tx_arena(tx), loan.id, reply, &decision);
    if (decision.status == LENDER_ISSUED) {
        loan.reference = decision.reference;
        loan_money(engine, tx, &loan);
    } else if (decision.status == LENDER_SIGNED) {
        coming(engine, tx, &loan, decision.money_at);
    } else {
        loan.told = reply;
        loan_end(engine, tx, &loan, LOAN_REFUSED);
        loan_tell_customer(engine, tx, &loan, S_lenders_told_not_signed, loan.sum);
    }
}

/* ---- how a loan stands ---- */

void figures_came(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                  struct text reply) {
    struct loan loan;
    struct lender_figures figures;
    if (verdict != OUTBOX_DONE || !loan_find(engine, tx, item->owner, item->subject, &loan) ||
        loan.state != LOAN_OPEN || !lender_figures_read(tx_arena(tx), loan.id, reply, &figures))
        return;
    bool fell_due = figures.overdue > 0 && !loan.overdue;
    loan.figures = reply;
    loan.figures_at = world_now(tx_world(tx));
    loan.overdue = figures.overdue > 0;
    if (figures.closed) {
        loan.certificate = figures.certificate;
        loan_end(engine, tx, &loan, LOAN_CLOSED);
        loan_tell_customer(engine, tx, &loan, S_lenders_told_closed, loan.sum);
        return;
    }
    loan_save(engine, tx, &loan);
    engine_notify(engine, tx, loan.customer, "lender");
    if (fell_due) loan_tell_customer(engine, tx, &loan, S_lenders_told_overdue, figures.overdue);
}

/* ---- repayments ---- */

/* What other features may want to know of money that went to somebody (engine/feature.h). */
static void tell_paid(struct engine *engine, struct tx *tx, const struct repayment *repayment, int64_t before) {
    struct cooling cooling;
    bool cools = identity_cooling(engine, tx, repayment->customer, &cooling);
    const struct event paid = {.kind = EVENT_PAID,
                               .customer = repayment->customer,
                               .number = repayment->sum,
                               .account = repayment->account,
                               .operation = repayment->operation,
                               .before = before,
                               .cooling_until = cools ? cooling.until : 0};
    engine_emit(engine, tx, &paid);
}

static void take(struct engine *engine, struct tx *tx, struct repayment *repayment) {
    struct account account = {.last_entry = 0};
    struct ledger *ledger = engine_ledger(engine);
    ledger_account(ledger, tx, repayment->account, &account);
    enum ledger_refusal refusal = ledger_capture(ledger, tx, repayment->hold, repayment->account, rub(0), true,
                                                 &repayment->operation);
    check(refusal == LEDGER_OK || tx_failed(tx)); /* it was held for this, and even a frozen account pays it */
    repayment->state = REPAYMENT_TAKEN;
    tell_paid(engine, tx, repayment, account.last_entry);
}

static void let_go(struct engine *engine, struct tx *tx, struct repayment *repayment) {
    enum ledger_refusal refusal = ledger_release(engine_ledger(engine), tx, repayment->hold, repayment->account);
    check(refusal == LEDGER_OK || tx_failed(tx));
    repayment->state = REPAYMENT_DECLINED;
}

void repaid(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
            struct text reply) {
    struct repayment repayment;
    struct lender_repayment said;
    struct loan loan;
    if (!repayment_find(tx, item->owner, item->subject, &repayment) || repayment.state != REPAYMENT_SENDING) return;
    if (verdict == OUTBOX_EXPIRED) {
        ask_on(engine, tx, item);
        return;
    }
    lender_repayment_read(tx_arena(tx), repayment.id, repayment.sum, reply, &said);
    repayment.reference = said.reference;
    repayment.reason = said.reason;
    repayment.ended = world_now(tx_world(tx));
    bool taken = verdict == OUTBOX_DONE;
    if (taken) take(engine, tx, &repayment);
    else let_go(engine, tx, &repayment);
    repayment.late = false;
    repayment_save(tx, &repayment);
    if (!loan_find(engine, tx, repayment.customer, repayment.loan, &loan)) return;
    loan_not_late(engine, tx, &loan);
    if (loan.state == LOAN_OPEN) loan_ask_figures(engine, tx, &loan);
    loan_save(engine, tx, &loan);
    loan_tell_customer(engine, tx, &loan, taken ? S_lenders_told_repaid : S_lenders_told_not_repaid, repayment.sum);
}

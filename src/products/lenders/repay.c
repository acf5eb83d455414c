/* repay.c: the customer pays back from his wallet: the sum is held in the command that sets the lender to be told,
 * taken when he says that he has it, let go when he says twice that he has not (settle.c). */
#include "products/lenders/lenders.h"

#include "identity/secrets.h"
#include "operations/operations.h"

static const struct refusal not_open = {"not-in-this-state", 409, S_lenders_refused_state, false};
static const struct refusal under_way = {"under-way", 409, S_lenders_refused_paying, false};
static const struct refusal no_purse = {"no-account", 409, S_lenders_refused_no_purse, false};

#define HOLD_AFTER (365 * DAY) /* the lender is asked until he answers; the hold must not end by itself before */

/* The one he chose, or that to which the loan came; FLOW_NEXT with the account as it is. */
static enum flow take_purse(struct request *request, struct tx *tx, const struct loan *loan, struct account *account) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, loan->customer, purses), at = 0;
    int64_t wanted = field_given(request, "from") ? field_number(request, "from") : loan->account;
    while (at < count && purses[at].account != wanted) at++;
    if (at == count && field_given(request, "from")) return refuse_field(request, "from", S_lenders_purse_unknown);
    bool there = at < count && ledger_account(engine_ledger(request->engine), tx, purses[at].account, account);
    return there ? FLOW_NEXT : refuse(request, &no_purse);
}

static enum flow hold(struct request *request, struct tx *tx, struct repayment *repayment,
                      const struct account *account) {
    struct engine *engine = request->engine;
    const struct transfer transfer = {.from = repayment->account,
                                      .to = lender_account(engine, tx, repayment->lender),
                                      .sum = rub(repayment->sum),
                                      .kind = KIND_LENDER_REPAYMENT,
                                      .subject = repayment->id,
                                      /* what was sent is paid, even if the account is frozen meanwhile */
                                      .flags = TRANSFER_EVEN_FROZEN};
    enum ledger_refusal refusal = account->frozen
                                      ? LEDGER_FROZEN
                                      : ledger_hold(engine_ledger(engine), tx, &transfer,
                                                    repayment->deadline + HOLD_AFTER, &repayment->hold);
    return refusal == LEDGER_OK ? FLOW_NEXT
                                : operations_refuse(request, tx, refusal, repayment->account, transfer.sum);
}

static struct text body_of(struct arena *arena, const struct repayment *repayment, moment now) {
    const struct lender_fact facts[] = {{"id", text_format(arena, "%lld", (long long)repayment->id)},
                                        {"loan", text_format(arena, "%lld", (long long)repayment->loan)},
                                        {"sum", money_decimal(arena, rub(repayment->sum))},
                                        {"made", text_format(arena, "%lld", (long long)(now / SECOND))},
                                        {"full", repayment->full ? TEXT("true") : TEXT_NONE}};
    return lender_write(arena, facts, sizeof facts / sizeof *facts);
}

static enum flow allow(struct request *request, struct tx *tx, const struct loan *loan, struct money sum) {
    struct cooling cooling;
    if (identity_cooling_take(request->engine, tx, loan->customer, sum.minor)) return FLOW_NEXT;
    identity_cooling(request->engine, tx, loan->customer, &cooling);
    return operations_refuse_cooling(request, &cooling);
}

/* POST /lender-loans/{id}/pay */
enum flow loan_pay_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct loan loan;
    struct repayment other;
    struct account account;
    struct money sum = field_money(request, "sum");
    moment now = world_now(tx_world(tx));
    if (!loan_asked(request, tx, &loan)) return answer_missing(request);
    if (loan.state != LOAN_OPEN) return refuse(request, &not_open);
    if (repayment_under_way(tx, loan.customer, loan.id, &other)) return refuse(request, &under_way);
    if (take_purse(request, tx, &loan, &account) == FLOW_ANSWERED ||
        allow(request, tx, &loan, sum) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    struct repayment repayment = {.id = world_id(tx_world(tx)),
                                  .customer = loan.customer,
                                  .loan = loan.id,
                                  .account = account.id,
                                  .lender = loan.lender,
                                  .state = REPAYMENT_SENDING,
                                  .sum = sum.minor,
                                  .full = field_number(request, "full") != 0,
                                  .deadline = now + lenders_state_of(engine)->settings->repay_life};
    if (hold(request, tx, &repayment, &account) == FLOW_ANSWERED) return FLOW_ANSWERED;
    repayment_insert(tx, &repayment);
    step_add(engine, tx,
             &(struct step_order){STEP_REPAY, loan.customer, repayment.id, loan.lender, repayment.sum,
                                  body_of(tx_arena(tx), &repayment, now), now, now + ASKED_ON});
    return loan_answer(request, tx, &loan);
}

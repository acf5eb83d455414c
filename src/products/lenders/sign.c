/* sign.c: the contract is signed by a code sent to the customer's number (63-FZ: a simple electronic signature). The
 * code is bound to the loan and to the contract's very text; what was signed, by which number and when, is kept. */
#include "products/lenders/lenders.h"

#include "factors/factors.h"
#include "identity/code.h"
#include "identity/common.h"
#include "identity/consent.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

static const struct refusal not_offered = {"not-in-this-state", 409, S_lenders_refused_state, false};
static const struct refusal too_late = {"too-late", 409, S_lenders_refused_late, false};
static const struct refusal too_many = {"too-many-codes", 429, S_lenders_refused_too_many, true};
static const struct refusal code_wrong = {"code-wrong", 422, S_lenders_code_wrong, true};
static const struct refusal code_spent = {"code-spent", 422, S_lenders_code_spent, true};
static const struct refusal no_room = {"balance-limit", 422, S_lenders_refused_balance, false};
static const struct refusal no_turnover = {"month-in-limit", 422, S_lenders_refused_month, false};

void loan_code_subject(struct request *request, const struct loan *loan, struct text digest,
                       uint8_t subject[SECRET_HASH_SIZE]) {
    struct text bound = text_format(request->arena, "%lld|%lld|%.*s", (long long)loan->customer, (long long)loan->id,
                                    TEXT_ARG(digest));
    secret_hash(engine_keyring(request->engine), "lenders.sign", bound, subject);
}

struct signing {
    struct loan loan;
    struct customer customer;
    struct lender_decision offer;
    struct text digest;
    uint8_t subject[SECRET_HASH_SIZE];
};

/* What the wallet cannot take is told before it is signed. */
static enum flow room(struct request *request, struct tx *tx, const struct loan *loan) {
    struct ledger *ledger = engine_ledger(request->engine);
    const struct transfer transfer = loan_transfer(request->engine, tx, loan);
    enum ledger_refusal refusal = ledger_check(ledger, tx, &transfer);
    struct account account;
    if (refusal == LEDGER_OK || !ledger_account(ledger, tx, loan->account, &account)) return FLOW_NEXT;
    struct limit_report limits = ledger_limits(ledger, tx, &account);
    if (refusal == LEDGER_RECIPIENT_BALANCE_LIMIT)
        return operations_refuse_sum(request, &no_room, limits.balance.rest);
    if (refusal == LEDGER_RECIPIENT_MONTH_LIMIT)
        return operations_refuse_sum(request, &no_turnover, limits.month_in.rest);
    return operations_refuse(request, tx, refusal, loan->account, transfer.sum);
}

/* FLOW_NEXT: it may be signed now. */
static enum flow may_sign(struct request *request, struct tx *tx, struct signing *signing) {
    struct loan *loan = &signing->loan;
    if (!identity_customer(request->engine, tx, loan->customer, &signing->customer)) return answer_missing(request);
    if (loan->state != LOAN_OFFERED || !loan_offer(tx_arena(tx), loan, &signing->offer))
        return refuse(request, &not_offered);
    if (world_now(tx_world(tx)) >= loan->deadline) return refuse(request, &too_late);
    const struct refusal *barred = loan_barred(request->engine, tx, &signing->customer);
    if (barred != NULL) return refuse(request, barred);
    signing->digest = contract_digest(tx_arena(tx), signing->offer.contract);
    loan_code_subject(request, loan, signing->digest, signing->subject);
    return room(request, tx, loan);
}

/* ---- the code ---- */

static void send_code(struct request *request, struct tx *tx, const struct signing *signing, struct text code) {
    struct node *values = doc_new(request->arena);
    const struct partner *partner = partner_of(request->engine, signing->loan.lender);
    doc_text(values, "company", text_from(engine_config(request->engine)->company));
    doc_text(values, "lender", partner != NULL ? text_from(partner->settings->title) : signing->loan.lender);
    doc_money(values, "sum", rub(signing->loan.sum));
    doc_text(values, "psk", psk_words(request->arena, signing->offer.terms.psk));
    doc_text(values, "code", code);
    doc_text(values, "host", site_host(request));
    static const char *const names[] = {"company", "lender", "sum", "psk", "code", "host"};
    struct string_argument arguments[sizeof names / sizeof *names];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        arguments[i] = (struct string_argument){names[i], doc_get(values, names[i])};
    message_sms(request->engine, tx,
                &(struct message){.customer = signing->customer.id,
                                  .phone = signing->customer.phone,
                                  .language = signing->customer.language,
                                  .text = S_lenders_sms_code,
                                  .arguments = arguments,
                                  .argument_count = sizeof names / sizeof *names,
                                  .deadline = world_now(request->world) + 10 * MINUTE,
                                  .secret = true});
}

/* POST /lender-loans/{id}/code */
enum flow loan_code_write(struct request *request, struct tx *tx) {
    struct signing signing;
    moment free_at = 0;
    if (!loan_asked(request, tx, &signing.loan)) return answer_missing(request);
    if (may_sign(request, tx, &signing) == FLOW_ANSWERED || factors_fresh(request, tx) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    if (!identity_may_send_to(request, tx, signing.customer.id, signing.customer.phone, &free_at))
        return refuse_until(request, &too_many, free_at);
    send_code(request, tx, &signing,
              code_make(request->engine, tx, CODE_LENDER, signing.subject, signing.customer.phone, true));
    return loan_answer(request, tx, &signing.loan);
}

/* ---- the signature ---- */

static struct text body_of(struct arena *arena, const struct signing *signing, moment now) {
    const struct lender_fact facts[] = {{"id", text_format(arena, "%lld", (long long)signing->loan.id)},
                                        {"contract", signing->digest},
                                        {"psk", psk_words(arena, signing->offer.terms.psk)},
                                        {"phone", signing->customer.phone},
                                        {"signed", text_format(arena, "%lld", (long long)(now / SECOND))}};
    return lender_write(arena, facts, sizeof facts / sizeof *facts);
}

static void keep(struct request *request, struct tx *tx, const struct signing *signing, moment sent) {
    const struct signature_kept kept = {.customer = signing->loan.customer,
                                        .loan = signing->loan.id,
                                        .digest = signing->digest,
                                        .phone = signing->customer.phone,
                                        .how = identity_consent_how(request),
                                        .sent = sent,
                                        .made = world_now(tx_world(tx))};
    signature_keep(request->engine, tx, &kept);
}

/* POST /lender-loans/{id}/sign. Pressed twice it tells what became of the first. */
enum flow loan_sign_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct signing signing;
    struct code_state state = {.made = 0};
    struct loan *loan = &signing.loan;
    moment now = world_now(tx_world(tx));
    if (!loan_asked(request, tx, loan)) return answer_missing(request);
    if (loan->state >= LOAN_SIGNING && loan->state <= LOAN_OPEN) return loan_answer(request, tx, loan);
    if (may_sign(request, tx, &signing) == FLOW_ANSWERED) return FLOW_ANSWERED;
    code_state(engine, tx, CODE_LENDER, signing.subject, &state);
    switch (code_try(engine, tx, CODE_LENDER, signing.subject, signing.customer.phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &code_wrong);
    case CODE_SPENT: return refuse_at(request, "code", &code_spent);
    case CODE_RIGHT: break;
    }
    keep(request, tx, &signing, state.made);
    loan->state = LOAN_SIGNING;
    loan->deadline = now + lenders_state_of(engine)->settings->sign_life;
    loan_save(engine, tx, loan);
    step_add(engine, tx,
             &(struct step_order){STEP_SIGN, loan->customer, loan->id, loan->lender, loan->sum,
                                  body_of(tx_arena(tx), &signing, now), now, now + ASKED_ON});
    return loan_answer(request, tx, loan);
}

/* ---- no ---- */

/* POST /lender-loans/{id}/cancel: until it is signed. */
enum flow loan_cancel_write(struct request *request, struct tx *tx) {
    struct loan loan;
    if (!loan_asked(request, tx, &loan)) return answer_missing(request);
    if (loan.state == LOAN_CANCELLED) return loan_answer(request, tx, &loan);
    if (loan.state != LOAN_DECIDING && loan.state != LOAN_OFFERED) return refuse(request, &not_offered);
    loan_end(request->engine, tx, &loan, LOAN_CANCELLED);
    loan_call_off(request->engine, tx, &loan);
    return loan_answer(request, tx, &loan);
}

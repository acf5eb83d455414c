/* act.c: what its owner does with a deposit: more money onto it, a part of it out, all of it out before its time. Each
 * first lets the day be earned (deposit_accrue_one), so that what lay there in the morning earns until the evening. */
#include "products/deposits/deposits.h"

#include "base/check.h"
#include "operations/operations.h"

static const struct refusal closed_already = {"deposit-closed", 409, S_deposits_refused_closed, false};
static const struct refusal no_topups = {"no-topups", 409, S_deposits_refused_no_topups, false};
static const struct refusal topup_small = {"topup-too-small", 422, S_deposits_refused_topup_small, false};
static const struct refusal too_much = {"deposit-too-large", 422, S_deposits_refused_too_much, false};
static const struct refusal no_parts = {"no-withdrawals", 409, S_deposits_refused_no_parts, false};
static const struct refusal left_small = {"left-too-small", 422, S_deposits_refused_left_small, false};
static const struct refusal no_purse = {"no-account", 409, S_deposits_refused_no_purse, false};
static const struct refusal no_prolonging = {"no-prolonging", 409, S_deposits_refused_no_prolonging, false};
static const struct refusal changed = {"changed-meanwhile", 409, S_deposits_refused_changed, false};

static struct text address(const struct request *request, const struct deposit *deposit) {
    return text_format(request->arena, "/deposits/%lld", (long long)deposit->id);
}

static enum flow done(struct request *request, struct tx *tx, const struct deposit *deposit) {
    struct node *document = doc_new(request->arena);
    deposit_tell(request, tx, deposit, document);
    engine_notify(request->engine, tx, deposit->customer, "deposit");
    return answer_done(request, document, address(request, deposit));
}

/* The deposit that is asked for, open, come through today, with its product. */
struct opened {
    struct deposit deposit;
    struct running running;
    struct product product;
    struct deposit_move *moves;
    size_t count;
};

static enum flow open_one(struct request *request, struct tx *tx, struct opened *opened) {
    if (!deposit_asked(request, tx, &opened->deposit)) return answer_missing(request);
    if (opened->deposit.status != DEPOSIT_OPEN) return refuse(request, &closed_already);
    if (!deposit_accrue_one(request->engine, tx, &opened->deposit, &opened->running))
        return refuse(request, &closed_already);
    if (!deposit_product_find(tx, opened->deposit.product, &opened->product)) return answer_missing(request);
    opened->moves = arena_array(tx_arena(tx), struct deposit_move, MOVES_MOST);
    opened->count = deposit_term_moves(tx, &opened->deposit, opened->moves, MOVES_MOST);
    return FLOW_NEXT;
}

/* The account that the form names, else the one that it came from. */
static bool purse_of(struct request *request, struct tx *tx, const struct deposit *deposit, int64_t *purse) {
    struct purse purses[PURSES_MAX];
    size_t count = engine_purses(request->engine, tx, &request->locale, request->caller.customer, purses);
    int64_t wanted = field_given(request, "from") ? field_number(request, "from") : deposit->purse;
    for (size_t i = 0; i < count; i++)
        if (purses[i].account == wanted) {
            *purse = wanted;
            return true;
        }
    return false;
}

static enum flow moved(struct request *request, struct tx *tx, struct opened *opened, int64_t from, int64_t to,
                       int kind, enum move_kind move) {
    int64_t operation, sum = field_number(request, "sum");
    const struct transfer transfer = {.from = from,
                                      .to = to,
                                      .sum = rub(sum),
                                      .kind = kind,
                                      .subject = opened->deposit.id,
                                      .flags = TRANSFER_NO_LIMITS}; /* from a person to himself */
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(request->engine), tx, &transfer, &operation);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, from, transfer.sum);
    deposit_move_add(tx, &opened->deposit, opened->running.state.done, move, sum, operation, NULL);
    opened->running.state.principal += move == MOVE_TOPUP ? sum : -sum;
    deposit_running_put(tx, &opened->running, 1);
    deposit_notify(request->engine, tx, &opened->deposit, &opened->product,
                   move == MOVE_TOPUP ? S_deposits_told_topup : S_deposits_told_withdrawn, sum,
                   opened->running.state.done);
    return done(request, tx, &opened->deposit);
}

/* POST /deposits/{id}/topup */
enum flow deposit_topup_write(struct request *request, struct tx *tx) {
    struct opened opened;
    int64_t purse, sum = field_number(request, "sum");
    if (open_one(request, tx, &opened) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct deposit_terms *terms = &opened.product.terms;
    switch (deposit_may_topup(terms, &opened.deposit.term, opened.running.state.done,
                              deposit_own(opened.moves, opened.count), sum)) {
    case DEPOSIT_NO_TOPUPS: return refuse(request, &no_topups);
    case DEPOSIT_TOPUP_SMALL: return operations_refuse_sum(request, &topup_small, terms->topup_least);
    case DEPOSIT_TOO_MUCH: return operations_refuse_sum(request, &too_much, terms->sum_most);
    default: break;
    }
    if (!purse_of(request, tx, &opened.deposit, &purse))
        return refuse_field(request, "from", S_deposits_form_from_invalid);
    return moved(request, tx, &opened, purse, opened.deposit.account, KIND_DEPOSIT_TOPUP, MOVE_TOPUP);
}

/* POST /deposits/{id}/withdraw */
enum flow deposit_withdraw_write(struct request *request, struct tx *tx) {
    struct opened opened;
    int64_t purse, sum = field_number(request, "sum");
    if (open_one(request, tx, &opened) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct deposit_terms *terms = &opened.product.terms;
    switch (deposit_may_withdraw(terms, opened.running.state.principal, sum)) {
    case DEPOSIT_NO_PARTS: return refuse(request, &no_parts);
    case DEPOSIT_LEFT_SMALL: return operations_refuse_sum(request, &left_small, terms->left_least);
    default: break;
    }
    if (!purse_of(request, tx, &opened.deposit, &purse))
        return refuse_field(request, "from", S_deposits_form_from_invalid);
    return moved(request, tx, &opened, opened.deposit.account, purse, KIND_DEPOSIT_WITHDRAW, MOVE_WITHDRAW);
}

/* POST /deposits/{id}/prolong: {on}: whether it goes on by itself when its term ends. */
enum flow deposit_prolong_write(struct request *request, struct tx *tx) {
    struct opened opened;
    if (open_one(request, tx, &opened) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!opened.product.terms.prolongs) return refuse(request, &no_prolonging);
    opened.deposit.prolongs = field_number(request, "on") != 0;
    deposit_update(tx, &opened.deposit);
    return done(request, tx, &opened.deposit);
}

/* ---- closing ---- */

static void tell_close(struct node *document, const struct deposit_early *close, int64_t principal) {
    doc_bool(document, "early", close->early);
    doc_money(document, "principal", rub(principal));
    doc_money(document, "earned", rub(close->earned));
    doc_money(document, "paid", rub(close->paid));
    doc_money(document, "interest", rub(close->interest));
    doc_money(document, "give", rub(close->give));
    doc_money(document, "take", rub(close->take));
    doc_money(document, "lost", rub(close->lost > 0 ? close->lost : 0));
    doc_money(document, "total", rub(principal + close->give - close->take));
}

/* GET /deposits/{id}/close: what he gets today, and what exactly is lost by not waiting. */
enum flow deposit_close_read(struct request *request, struct tx *tx) {
    struct deposit deposit;
    struct product product;
    struct running running;
    struct node *document = doc_new(request->arena);
    if (!deposit_asked(request, tx, &deposit)) return answer_missing(request);
    if (deposit.status != DEPOSIT_OPEN) return answer_see(request, address(request, &deposit));
    if (!deposit_product_find(tx, deposit.product, &product) ||
        !deposit_as_of(tx, &deposit, &product, deposits_today(request->engine), &running))
        return answer_missing(request);
    struct deposit_move *moves = arena_array(request->arena, struct deposit_move, MOVES_MOST);
    size_t count = deposit_term_moves(tx, &deposit, moves, MOVES_MOST);
    struct deposit_early close = deposit_close(&product.terms, &deposit.term, moves, count, &running.state);
    deposit_tell(request, tx, &deposit, document);
    struct node *node = doc_object(document, "close");
    tell_close(node, &close, running.state.principal);
    doc_text(node, "rate", deposits_rate_words(request->arena, &request->locale, close.rate));
    doc_int(node, "days", running.state.done - deposit.term.begun);
    if (deposit.term.ends != 0) doc_int(node, "days_left", deposit.term.ends - running.state.done);
    deposit_purses_tell(request, tx, document);
    return answer_ok(request, document);
}

void deposit_end(struct engine *engine, struct tx *tx, struct deposit *deposit, int64_t day) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, deposit->account, &account)) return;
    account.closed = true;
    check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
    deposit->status = DEPOSIT_CLOSED;
    deposit->closed = day;
    deposit->closed_at = world_now(tx_world(tx));
    deposit_update(tx, deposit);
}

/* The interest that is still due comes onto it, or what was too much goes; the rest of what was accrued is unbooked. */
static void settle(struct request *request, struct tx *tx, struct opened *opened, const struct deposit_early *close) {
    struct engine *engine = request->engine;
    struct deposit *deposit = &opened->deposit;
    int64_t accrued = deposits_account(engine, tx, ACCOUNT_ACCRUED, opened->product.code), operation;
    int64_t expense = deposits_account(engine, tx, ACCOUNT_EXPENSE, TEXT_NONE), day = opened->running.state.done;
    if (close->give > close->earned)
        deposits_move(engine, tx, expense, accrued, close->give - close->earned, KIND_DEPOSIT_ACCRUE, deposit->id,
                   TEXT_NONE);
    if (close->give > 0) {
        operation = deposits_move(engine, tx, accrued, deposit->account, close->give, KIND_DEPOSIT_ADDED, deposit->id,
                               TEXT_NONE);
        deposit_move_add(tx, deposit, day, MOVE_ADDED, close->give, operation, NULL);
    }
    if (close->earned > close->give)
        deposits_move(engine, tx, accrued, expense, close->earned - close->give, KIND_DEPOSIT_UNACCRUE, deposit->id,
                   TEXT_NONE);
    if (close->take > 0) {
        operation = deposits_move(engine, tx, deposit->account, expense, close->take, KIND_DEPOSIT_TAKEN_BACK,
                               deposit->id, TEXT_NONE);
        deposit_move_add(tx, deposit, day, MOVE_TAKEN_BACK, close->take, operation, NULL);
    }
}

/* POST /deposits/{id}/close: `total` is what the check page showed: another sum by now is shown first. */
enum flow deposit_close_write(struct request *request, struct tx *tx) {
    struct opened opened;
    int64_t purse, operation;
    struct engine *engine = request->engine;
    if (!deposit_asked(request, tx, &opened.deposit)) return answer_missing(request);
    bool open = opened.deposit.status == DEPOSIT_OPEN &&
                deposit_accrue_one(engine, tx, &opened.deposit, &opened.running);
    if (!open) return done(request, tx, &opened.deposit); /* pressed twice, or its term ends today */
    if (open_one(request, tx, &opened) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct deposit *deposit = &opened.deposit;
    const struct deposit_early close =
        deposit_close(&opened.product.terms, &deposit->term, opened.moves, opened.count, &opened.running.state);
    int64_t total = opened.running.state.principal + close.give - close.take;
    if (field_number(request, "total") != total) return refuse(request, &changed);
    if (!purse_of(request, tx, deposit, &purse)) return refuse(request, &no_purse);
    settle(request, tx, &opened, &close);
    operation = deposits_move(engine, tx, deposit->account, purse, total, KIND_DEPOSIT_RETURN, deposit->id, TEXT_NONE);
    deposit_move_add(tx, deposit, opened.running.state.done, MOVE_RETURN, total, operation, NULL);
    deposit_running_remove(tx, deposit->customer, deposit->id);
    deposit->purse = purse;
    deposit_end(engine, tx, deposit, opened.running.state.done);
    deposit_notify(engine, tx, deposit, &opened.product, S_deposits_told_returned, total, opened.running.state.done);
    return done(request, tx, deposit);
}

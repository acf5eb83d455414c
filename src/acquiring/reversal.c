/* reversal.c: see reversal.h: a row for each order that was taken back, and the account that carries what is not made
 * up for. */
#include "acquiring/reversal.h"
#include "acquiring/internal.h"

#include "ledger/house.h"
#include "messaging/messaging.h"

#define QUEUE "acquiring.reversal"

HOUSE(house, "acquiring", "acquiring_system");

STATEMENT(put, "INSERT INTO card_reversal (customer, card_order, sum, rest, at) VALUES ($1, $2, $3, $3, $4)");
STATEMENT(read_rest, "SELECT rest FROM card_reversal WHERE customer = $1 AND card_order = $2 FOR_UPDATE");
STATEMENT(lessen, "UPDATE card_reversal SET rest = rest - $3 WHERE customer = $1 AND card_order = $2 AND rest >= $3");

int64_t card_reversal_account(struct engine *engine, struct tx *tx) {
    return house_account(&house, engine_ledger(engine), tx, TEXT("reversed"), PURPOSE_CARD_REVERSED, ACCOUNT_UNLIMITED);
}

void reversal_begin(struct engine *engine, struct tx *tx, const struct order *order) {
    const struct transfer transfer = {.from = card_reversal_account(engine, tx),
                                      .to = acquiring_account(engine, tx),
                                      .sum = rub(order->sum),
                                      .kind = KIND_CARD_REVERSED,
                                      .subject = order->id};
    house_move(&house, engine_ledger(engine), tx, &transfer);
    tx_run(tx, &put,
           VALUES(V_INT(order->customer), V_INT(order->id), V_INT(order->sum), V_INT(world_now(tx_world(tx)))));
}

int64_t card_reversal_rest(struct tx *tx, int64_t customer, int64_t order) {
    struct rows *rows = tx_query(tx, &read_rest, VALUES(V_INT(customer), V_INT(order)));
    int64_t rest = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return rest;
}

void card_reversal_made_up(struct tx *tx, int64_t customer, int64_t order, int64_t sum) {
    tx_run(tx, &lessen, VALUES(V_INT(customer), V_INT(order), V_INT(sum)));
}

/* ---- from where it came to ---- */

static void tell_taken(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(sum));
    const struct string_argument argument = {"sum", doc_get(values, "sum")};
    message_tell(engine, tx, customer, TOPIC_OPERATIONS, S_acquiring_told_taken, &argument, 1);
}

static int64_t take(struct engine *engine, struct tx *tx, const struct order *order, int64_t rest) {
    struct account account;
    if (!ledger_account(engine_ledger(engine), tx, order->account, &account) || account.closed ||
        account.owner != order->customer)
        return 0;
    int64_t there = account.balance - account.held, sum = there < rest ? there : rest;
    if (sum <= 0) return 0;
    const struct transfer transfer = {.from = account.id,
                                      .to = card_reversal_account(engine, tx),
                                      .sum = rub(sum),
                                      .kind = KIND_CARD_TAKEN,
                                      .subject = order->id};
    house_move(&house, engine_ledger(engine), tx, &transfer);
    card_reversal_made_up(tx, order->customer, order->id, sum);
    tell_taken(engine, tx, order->customer, sum);
    return sum;
}

int64_t card_reversal_take(struct engine *engine, struct tx *tx, int64_t customer, int64_t id) {
    struct order order;
    int64_t rest = card_reversal_rest(tx, customer, id);
    return rest > 0 && order_find(tx, customer, id, &order) ? take(engine, tx, &order, rest) : 0;
}

/* ---- people ---- */

void reversal_ask(struct engine *engine, struct tx *tx, const struct order *order) {
    int64_t rest = card_reversal_rest(tx, order->customer, order->id);
    if (rest == 0) return;
    struct text summary = text_format(tx_arena(tx), "%.*s RUB", TEXT_ARG(money_decimal(tx_arena(tx), rub(rest))));
    queue_add(engine, tx, QUEUE, order->id, order->customer, summary, 0);
}

/* Paid to us some other way, into that account; or we have lost it. */
static const struct task_outcome outcomes[] = {
    {"taken", S_acquiring_reversal_taken}, {"lost", S_acquiring_reversal_lost}, {.name = NULL}};

static const struct refusal not_there = {"not-made-up", 409, S_acquiring_reversal_not_there, false};

static const struct refusal *finish(struct request *request, struct tx *tx, const struct task_of_queue *task) {
    struct engine *engine = request->engine;
    int64_t rest = card_reversal_rest(tx, task->customer, task->subject);
    if (text_is(task->outcome, "taken"))
        return card_reversal_take(engine, tx, task->customer, task->subject) == rest ? NULL : &not_there;
    const struct transfer transfer = {.from = house_account(&house, engine_ledger(engine), tx, TEXT("lost"),
                                                            PURPOSE_CARD_LOST, ACCOUNT_UNLIMITED),
                                      .to = card_reversal_account(engine, tx),
                                      .sum = rub(rest),
                                      .kind = KIND_CARD_LOST,
                                      .subject = task->subject};
    house_move(&house, engine_ledger(engine), tx, &transfer);
    card_reversal_made_up(tx, task->customer, task->subject, rest);
    return NULL;
}

const struct queue acquiring_queues[] = {{.name = QUEUE,
                                          .title = S_acquiring_reversal_queue,
                                          .roles = ROLE_FINANCE,
                                          .due_us = 3 * DAY,
                                          .outcomes = outcomes,
                                          .finish = finish},
                                         {.name = NULL}};

/* dispute.c: a disputed purchase on its way: rows, the outbox, what is lent meanwhile, and the network's verdict, which
 * counts once. */
#include "products/cards/dispute.h"

#include "base/check.h"
#include "products/cards/moving.h"

#define COLUMNS "id, customer, operation, reason, words, sum, state, credited, won, made, changed, staff, note"
STATEMENT(of_operation, "SELECT " COLUMNS " FROM card_dispute WHERE customer = $1 AND operation = $2");
STATEMENT(by_id, "SELECT " COLUMNS " FROM card_dispute WHERE id = $1");
STATEMENT(insert, "INSERT INTO card_dispute (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
                  "$13)");
STATEMENT(save, "UPDATE card_dispute SET state = $3, credited = $4, won = $5, changed = $6, staff = $7, note = $8 "
                "WHERE customer = $1 AND id = $2");
STATEMENT(of_customer, "SELECT " COLUMNS " FROM card_dispute WHERE customer = $1 ORDER BY id");
STATEMENT(open_count, "SELECT COUNT(*) FROM card_dispute WHERE customer = $1 AND state <= 2");

/* ---- rows ---- */

static struct text opened(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text sealed) {
    struct text clear;
    bool good = sealed.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), purpose, id, sealed, &clear);
    return good ? clear : TEXT_NONE;
}

static struct value closed(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

static struct dispute read(struct engine *engine, struct tx *tx, const struct rows *row) {
    int64_t id = row_int(row, 0);
    return (struct dispute){.id = id,
                            .customer = row_int(row, 1),
                            .operation = row_int(row, 2),
                            .reason = (enum dispute_reason)row_int(row, 3),
                            .words = opened(engine, tx, "card.dispute.words", id, row_text(row, 4)),
                            .sum = row_int(row, 5),
                            .state = (enum dispute_state)row_int(row, 6),
                            .credited = row_int(row, 7),
                            .won = row_int(row, 8),
                            .made = row_int(row, 9),
                            .changed = row_int(row, 10),
                            .staff = row_int(row, 11),
                            .note = opened(engine, tx, "card.dispute.note", id, row_text(row, 12))};
}

static bool one(struct engine *engine, struct tx *tx, struct rows *rows, struct dispute *dispute) {
    bool found = rows_next(rows);
    if (found) *dispute = read(engine, tx, rows);
    rows_end(rows);
    return found;
}

bool dispute_of_operation(struct engine *engine, struct tx *tx, int64_t customer, int64_t operation,
                          struct dispute *dispute) {
    return one(engine, tx, tx_query(tx, &of_operation, VALUES(V_INT(customer), V_INT(operation))), dispute);
}

bool dispute_by_id(struct engine *engine, struct tx *tx, int64_t id, struct dispute *dispute) {
    return one(engine, tx, tx_query(tx, &by_id, VALUES(V_INT(id))), dispute);
}

void dispute_insert(struct engine *engine, struct tx *tx, const struct dispute *dispute) {
    tx_run(tx, &insert,
           VALUES(V_INT(dispute->id), V_INT(dispute->customer), V_INT(dispute->operation), V_INT(dispute->reason),
                  closed(engine, tx, "card.dispute.words", dispute->id, dispute->words), V_INT(dispute->sum),
                  V_INT(dispute->state), V_INT(dispute->credited), V_INT(dispute->won), V_INT(dispute->made),
                  V_INT(dispute->changed), V_INT(dispute->staff), V_BYTES("", 0)));
}

void dispute_save(struct engine *engine, struct tx *tx, struct dispute *dispute) {
    dispute->changed = world_now(tx_world(tx));
    tx_run(tx, &save,
           VALUES(V_INT(dispute->customer), V_INT(dispute->id), V_INT(dispute->state), V_INT(dispute->credited),
                  V_INT(dispute->won), V_INT(dispute->changed), V_INT(dispute->staff),
                  closed(engine, tx, "card.dispute.note", dispute->id, dispute->note)));
    engine_notify(engine, tx, dispute->customer, "card");
}

int64_t disputes_open(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &open_count, VALUES(V_INT(customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

void disputes_own_data(struct own_data *piece) {
    struct rows *rows = tx_query(piece->tx, &of_customer, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        const struct dispute dispute = read(piece->engine, piece->tx, rows);
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("dispute"));
        doc_id(node, "purchase", dispute.operation);
        doc_text(node, "reason", text_from(dispute_reason_name(dispute.reason)));
        doc_text(node, "words", dispute.words);
        doc_money(node, "sum", rub(dispute.sum));
        doc_text(node, "state", text_from(dispute_state_name(dispute.state)));
        doc_moment(node, "at", dispute.made);
    }
    rows_end(rows);
}

/* ---- to processing ---- */

/* Lent, and taken back: between its holder and us; false: the ledger refuses it. */
static bool credit(struct engine *engine, struct tx *tx, const struct card_operation *operation, int64_t sum,
                   bool back) {
    int64_t ours = cards_system_account(engine, tx, CARDS_DISPUTED), id;
    const struct transfer transfer = {.from = back ? operation->account : ours,
                                      .to = back ? ours : operation->account,
                                      .sum = rub(sum),
                                      .kind = back ? KIND_CARD_CREDIT_BACK : KIND_CARD_CREDIT,
                                      .subject = operation->id,
                                      .flags = TRANSFER_NO_LIMITS | (back ? TRANSFER_EVEN_FROZEN : 0U)};
    return ledger_transfer(engine_ledger(engine), tx, &transfer, &id) == LEDGER_OK;
}

void dispute_submit(struct engine *engine, struct tx *tx, struct dispute *dispute, struct card_operation *operation) {
    moment now = world_now(tx_world(tx));
    dispute->state = DISPUTE_SENT;
    bool lends = cards_state_of(engine)->settings->credit && dispute->credited == 0;
    if (lends && credit(engine, tx, operation, dispute->sum, false)) dispute->credited = dispute->sum;
    dispute_save(engine, tx, dispute);
    outbox_add(engine, tx, "cards.dispute", dispute->customer, dispute->id,
               text_format(tx_arena(tx), "%lld %d %.*s", (long long)dispute->sum, (int)dispute->reason,
                           TEXT_ARG(operation->reference)),
               now, now + 30 * DAY);
}

enum outbox_verdict dispute_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                 struct text *reply) {
    (void)reply;
    const struct processing *processing = cards_state_of(engine)->processing;
    struct text rest, reference, sum_text = text_split(item->payload, ' ', &rest);
    struct text reason_text = text_split(rest, ' ', &reference);
    int64_t sum, reason;
    if (processing == NULL) return OUTBOX_AGAIN;
    if (!text_to_int(sum_text, &sum) || !text_to_int(reason_text, &reason)) return OUTBOX_REFUSED;
    const struct processing_dispute dispute = {item->subject, reference, rub(sum),
                                               dispute_reason_name((enum dispute_reason)reason)};
    return issue_verdict(processing_dispute(processing, engine_world(engine), arena, &dispute));
}

/* Processing does not take it: staff look at it once more. */
void dispute_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                    struct text reply) {
    (void)reply;
    struct dispute dispute;
    if (verdict == OUTBOX_DONE || !dispute_by_id(engine, tx, item->subject, &dispute) || dispute.state != DISPUTE_SENT)
        return;
    dispute.state = DISPUTE_ASKED;
    dispute_save(engine, tx, &dispute);
    struct text summary = text_format(tx_arena(tx), "%.*s RUB, processing refuses",
                                      TEXT_ARG(money_decimal(tx_arena(tx), rub(dispute.sum))));
    queue_add(engine, tx, CARDS_DISPUTES_QUEUE, dispute.id, dispute.customer, summary, 0);
}

void dispute_take_back(struct engine *engine, struct tx *tx, struct dispute *dispute,
                       struct card_operation *operation) {
    if (dispute->credited == 0) return;
    if (credit(engine, tx, operation, dispute->credited, true)) {
        dispute->credited = 0;
        return;
    }
    struct moving moving = {engine, tx, NULL, operation};
    moving_ask_staff(&moving, dispute->credited);
}

/* ---- money comes back ---- */

int64_t dispute_repaid(struct moving *moving, int64_t sum) {
    struct dispute dispute;
    const struct card_operation *operation = moving->operation;
    if (!dispute_of_operation(moving->engine, moving->tx, operation->customer, operation->id, &dispute) ||
        dispute.credited == 0)
        return 0;
    int64_t repaid = sum < dispute.credited ? sum : dispute.credited;
    dispute.credited -= repaid;
    dispute_save(moving->engine, moving->tx, &dispute);
    return repaid;
}

void dispute_looked(struct moving *moving) {
    struct dispute dispute;
    struct card_operation *operation = moving->operation;
    if (!dispute_of_operation(moving->engine, moving->tx, operation->customer, operation->id, &dispute) ||
        dispute.state != DISPUTE_ASKED || operation->cleared > operation->refunded)
        return;
    dispute.state = DISPUTE_RETURNED;
    dispute_save(moving->engine, moving->tx, &dispute);
    queue_finish(moving->engine, moving->tx, CARDS_DISPUTES_QUEUE, dispute.id, 0, "returned");
}

/* ---- the verdict ---- */

static void won(struct moving *moving, struct dispute *dispute, int64_t sum) {
    struct card_operation *operation = moving->operation;
    const struct back_split split = back_split(sum, dispute->credited, operation->cleared - operation->refunded);
    dispute->state = DISPUTE_WON;
    dispute->won = sum;
    dispute->credited -= split.repaid;
    dispute_save(moving->engine, moving->tx, dispute);
    moving_repay(moving, split.repaid);
    moving_give(moving, split.his);
    moving_keep(moving, split.more);
    dispute_take_back(moving->engine, moving->tx, dispute, operation); /* won in part */
    dispute_save(moving->engine, moving->tx, dispute);
    dispute_tell(moving->engine, moving->tx, dispute, operation, split.repaid + split.his, S_cards_told_dispute_won);
}

static void lost(struct moving *moving, struct dispute *dispute) {
    dispute->state = DISPUTE_LOST;
    dispute_take_back(moving->engine, moving->tx, dispute, moving->operation);
    dispute_save(moving->engine, moving->tx, dispute);
    dispute_tell(moving->engine, moving->tx, dispute, moving->operation, dispute->sum, S_cards_told_dispute_lost);
}

/* Of what is not disputed, or was decided before: money that comes is kept, and in any case staff look. */
static void unexpected(struct moving *moving, bool won_, int64_t sum) {
    if (won_) moving_keep(moving, sum);
    else moving_ask_staff(moving, sum);
}

bool settle_verdict(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known) {
    struct card_operation operation;
    struct dispute dispute;
    bool found;
    if (!moving_begin(engine, tx, heard, &operation, &found, known)) return *known;
    *known = false;
    struct moving moving = {engine, tx, heard, &operation};
    if (!found) operation.state = OPERATION_CLEARED;
    bool disputed = found && dispute_of_operation(engine, tx, operation.customer, operation.id, &dispute) &&
                    dispute.state == DISPUTE_SENT;
    if (!disputed) unexpected(&moving, heard->message.won, heard->message.sum.minor);
    else if (heard->message.won) won(&moving, &dispute, heard->message.sum.minor);
    else lost(&moving, &dispute);
    moving_end(&moving, found);
    return true;
}

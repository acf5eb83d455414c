/* money.c: money between a box and the wallet it belongs to. What is in the box goes on counting to that wallet's
 * balance limit, since its account stands under it, so a box is no way around it; moving one's own money counts to no
 * other limit. */
#include "products/boxes/boxes.h"

#include "base/check.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

static const struct refusal broken_already = {"box-broken", 409, S_boxes_refused_broken, false};
static const struct refusal box_short = {"not-enough-in-box", 422, S_boxes_refused_short, false};

void box_tell_owner(struct engine *engine, struct tx *tx, const struct box *box, string_id text, int64_t sum,
                    struct text who) {
    struct node *values = doc_new(tx_arena(tx));
    doc_text(values, "box", box->name);
    doc_money(values, "sum", rub(sum));
    doc_text(values, "who", who.size > 0 ? who : TEXT("—"));
    const struct string_argument arguments[] = {
        {"box", doc_get(values, "box")}, {"sum", doc_get(values, "sum")}, {"who", doc_get(values, "who")}};
    message_tell(engine, tx, box->customer, TOPIC_OPERATIONS, text, arguments, 3);
    engine_notify(engine, tx, box->customer, "box");
}

enum ledger_refusal box_put(struct engine *engine, struct tx *tx, const struct box *box, int64_t sum, int kind,
                            int64_t subject) {
    const struct transfer transfer = {.from = box->wallet,
                                      .to = box->account,
                                      .sum = rub(sum),
                                      .kind = kind,
                                      .subject = subject,
                                      /* a gift stays his own, though what he has is frozen */
                                      .flags = kind == KIND_BOX_KEEP ? TRANSFER_EVEN_FROZEN : 0};
    int64_t before = box_balance(engine, tx, box), operation;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
    if (refusal == LEDGER_OK && box_reached(before, before + sum, box->goal))
        box_tell_owner(engine, tx, box, S_boxes_told_reached, box->goal, TEXT_NONE);
    return refusal;
}

enum ledger_refusal box_take(struct engine *engine, struct tx *tx, const struct box *box, int64_t sum, int kind) {
    int64_t operation;
    const struct transfer transfer = {.from = box->account,
                                      .to = box->wallet,
                                      .sum = rub(sum),
                                      .kind = kind,
                                      .subject = box->id};
    return ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
}

/* ---- by himself ---- */

static enum flow done(struct request *request, struct tx *tx, const struct box *box) {
    struct node *document = doc_new(request->arena);
    box_tell(request, tx, box, true, document);
    return answer_done(request, document, text_format(request->arena, "/boxes/%lld", (long long)box->id));
}

/* POST /boxes/{id}/put */
enum flow box_put_write(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    if (box.state != BOX_OPEN) return refuse(request, &broken_already);
    struct money sum = field_money(request, "sum");
    enum ledger_refusal refusal = box_put(request->engine, tx, &box, sum.minor, KIND_BOX_PUT, box.id);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, box.wallet, sum);
    return done(request, tx, &box);
}

/* POST /boxes/{id}/take */
enum flow box_take_write(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    if (box.state != BOX_OPEN) return refuse(request, &broken_already);
    struct money sum = field_money(request, "sum");
    int64_t balance = box_balance(request->engine, tx, &box);
    if (balance < sum.minor) return operations_refuse_sum(request, &box_short, balance);
    enum ledger_refusal refusal = box_take(request->engine, tx, &box, sum.minor, KIND_BOX_TAKE);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, box.account, sum);
    return done(request, tx, &box);
}

/* POST /boxes/{id}/break: all of it back, and the box takes nothing more; what happened with it stays. */
enum flow box_break_write(struct request *request, struct tx *tx) {
    struct box box;
    struct account account;
    struct ledger *ledger = engine_ledger(request->engine);
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    if (box.state != BOX_OPEN) return done(request, tx, &box); /* pressed twice */
    int64_t balance = box_balance(request->engine, tx, &box);
    if (balance > 0) {
        enum ledger_refusal refusal = box_take(request->engine, tx, &box, balance, KIND_BOX_BREAK);
        if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, box.account, rub(balance));
    }
    if (ledger_account(ledger, tx, box.account, &account)) {
        account.closed = true;
        check(ledger_change(ledger, tx, &account) || tx_failed(tx));
    }
    fill_rules_remove(tx, box.customer, box.id);
    box.state = BOX_BROKEN;
    box.link = TEXT_NONE;
    box.broken = world_now(tx_world(tx));
    box_update(request->engine, tx, &box);
    return done(request, tx, &box);
}

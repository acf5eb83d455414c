/* notice.c: a merchant's server is told by a signed callback that a bill was paid (src/callbacks). The body is the bill
 * as it stands when it is sent, by the address and the keys of that moment. */
#include "merchants/internal.h"

STATEMENT(put, "INSERT INTO merchant_notice (merchant, id, bill, state, attempts, until, item) "
               "VALUES ($1, $2, $3, 1, 0, 0, 0)");
CALLBACK_TABLES(tables, "merchant_notice", "merchant", "bill", "merchant_attempt", "notice");

static struct text body_of(struct engine *engine, struct arena *arena, const struct bill *bill) {
    struct node *body = doc_new(arena);
    struct buffer out = buffer_new(arena, 1024);
    bill_tell(engine, bill, doc_object(body, "bill"));
    doc_text(body, "version", TEXT("1"));
    doc_write_json(body, &out);
    return buffer_text(&out);
}

static bool compose(struct engine *engine, struct tx *tx, const struct callback *callback, struct callback_call *call) {
    struct arena *arena = tx_arena(tx);
    struct merchant merchant;
    struct bill bill;
    if (!merchant_find(tx, callback->owner, &merchant) || merchant.callback.size == 0 ||
        !bill_find(engine, tx, merchant.id, callback->number, &bill))
        return false;
    struct text key = merchant_signing_key(engine, tx, merchant.id, bill.key);
    if (key.data == NULL) return false;
    struct text signature = bill_signature(arena, key, TEXT("RUB"), money_decimal(arena, rub(bill.sum)), bill.number,
                                           merchant_site(arena, &merchant), text_from(bill_state_name(bill.state)));
    *call = (struct callback_call){.headers = {text_join(arena, TEXT("X-Api-Signature-SHA256: "), signature)},
                                   .url = merchant.callback,
                                   .body = body_of(engine, arena, &bill)};
    return true;
}

static void tell(struct engine *engine, struct tx *tx, const struct callback *callback, struct node *node) {
    (void)engine;
    (void)tx;
    doc_id(node, "merchant", callback->owner);
    doc_text(node, "number", callback->number);
}

void notices_open(struct merchants_state *state) {
    state->notices = (struct callbacks){.kind = "merchants.notice",
                                        .tables = &tables,
                                        .pause = state->settings->callback_pause,
                                        .watch = state->settings->callback_watch,
                                        .private_addresses = state->settings->private_addresses,
                                        .compose = compose,
                                        .tell = tell};
    callbacks_init(&state->notices);
}

void notice_add(struct engine *engine, struct tx *tx, const struct merchant *merchant, const struct bill *bill) {
    int64_t id = world_id(tx_world(tx));
    if (merchant->callback.size == 0) return;
    tx_run(tx, &put, VALUES(V_INT(merchant->id), V_INT(id), V_TEXT(bill->number)));
    callback_start(&merchants_state_of(engine)->notices, engine, tx, merchant->id, id);
}

bool notice_replay(struct engine *engine, struct tx *tx, int64_t merchant, int64_t id) {
    return callback_replay(&merchants_state_of(engine)->notices, engine, tx, merchant, id);
}

enum outbox_verdict notice_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                struct text *reply) {
    return callback_send(&merchants_state_of(engine)->notices, item, arena, reply);
}

void notice_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply) {
    callback_result(&merchants_state_of(engine)->notices, engine, tx, item, verdict, reply);
}

void notices_tell(struct engine *engine, struct tx *tx, int64_t merchant, struct text number, struct node *list) {
    callbacks_tell(&merchants_state_of(engine)->notices, engine, tx, merchant, number, list);
}

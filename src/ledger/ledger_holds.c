/* ledger_holds.c: money reserved for a transfer that comes later, in whole, in parts or not at all (LE-2).
 *
 * The account is locked before its hold is read, so the hold's row is as fresh as the account. Rows are of open holds
 * alone. */
#include "ledger/ledger_books.h"

#include "base/check.h"

STATEMENT(hold_by_id,
          "SELECT other, held, counted, expires, kind, subject, cause, flags, note FROM hold "
          "WHERE id = $1 AND account = $2");
STATEMENT(hold_add,
          "INSERT INTO hold (id, account, other, held, counted, expires, kind, subject, cause, flags, note) "
          "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(hold_save, "UPDATE hold SET held = $3 WHERE id = $1 AND account = $2");
STATEMENT(hold_drop, "DELETE FROM hold WHERE id = $1 AND account = $2");
STATEMENT(holds_expired, "SELECT id, account FROM hold WHERE expires <= $1 ORDER BY expires LIMIT $2");

static bool hold_read(struct tx *tx, int64_t id, int64_t account, struct hold *hold) {
    struct rows *rows = tx_query(tx, &hold_by_id, VALUES(V_INT(id), V_INT(account)));
    if (!rows_next(rows)) return false;
    *hold = (struct hold){
        .id = id,
        .account = account,
        .other = row_int(rows, 0),
        .left = row_int(rows, 1),
        .counted = (int32_t)row_int(rows, 2),
        .expires = row_int(rows, 3),
        .kind = (int)row_int(rows, 4),
        .subject = row_int(rows, 5),
        .cause = row_int(rows, 6),
        .flags = (unsigned)row_int(rows, 7),
        .note = row_null(rows, 8) ? TEXT_NONE : row_copy(rows, 8, tx_arena(tx)),
    };
    rows_end(rows);
    return true;
}

static void hold_write(struct tx *tx, const struct hold *hold) {
    if (hold->left == 0) tx_queue(tx, &hold_drop, VALUES(V_INT(hold->id), V_INT(hold->account)));
    else tx_queue(tx, &hold_save, VALUES(V_INT(hold->id), V_INT(hold->account), V_INT(hold->left)));
}

enum ledger_refusal ledger_hold(struct ledger *ledger, struct tx *tx, const struct transfer *transfer, moment expires,
                                int64_t *hold) {
    struct pair pair = books_pair(ledger, tx, transfer->from, transfer->to);
    int32_t today = books_day(ledger, tx);
    enum ledger_refusal refusal = rules_hold_check(&pair.sides, transfer, today);
    if (refusal) return refusal;
    group_touch(ledger, pair.from, TOUCH_CHANGED);
    if (pair.from_head) group_touch(ledger, pair.from_head, TOUCH_CHANGED);
    int32_t counted = rules_hold(&pair.sides, transfer, today);
    int64_t id = world_id(tx_world(tx));
    struct value note = V_NULL;
    if (transfer->note.data) note = V_TEXT(text_copy(tx_arena(tx), transfer->note));
    tx_queue(tx, &hold_add,
             VALUES(V_INT(id), V_INT(transfer->from), V_INT(transfer->to), V_INT(transfer->sum.minor), V_INT(counted),
                    V_INT(expires), V_INT(transfer->kind), V_INT(transfer->subject), V_INT(transfer->cause),
                    V_INT(transfer->flags), note));
    *hold = id;
    return LEDGER_OK;
}

enum ledger_refusal ledger_capture(struct ledger *ledger, struct tx *tx, int64_t hold, int64_t account,
                                   struct money sum, bool final, int64_t *id) {
    if (!group_slot(ledger, tx, account)) return LEDGER_NO_ACCOUNT;
    struct hold open;
    if (!hold_read(tx, hold, account, &open) || open.expires <= world_now(tx_world(tx))) return LEDGER_HOLD_MISSING;
    if (sum.minor == 0) sum.minor = open.left;
    struct pair pair = books_pair(ledger, tx, account, open.other);
    int32_t today = books_day(ledger, tx);
    enum ledger_refusal refusal = rules_capture_check(&pair.sides, &open, sum, today);
    if (refusal) return refusal;
    books_touch(ledger, &pair, TOUCH_CHANGED);
    struct counted counted = rules_capture(&pair.sides, &open, sum.minor, final, today);
    hold_write(tx, &open);
    const struct transfer transfer = {
        .from = account,
        .to = open.other,
        .sum = sum,
        .kind = open.kind,
        .subject = open.subject,
        .cause = open.cause,
        .note = open.note,
        .flags = open.flags,
    };
    *id = books_enter(ledger, tx, &pair, &transfer, counted);
    return LEDGER_OK;
}

static enum ledger_refusal release(struct ledger *ledger, struct tx *tx, int64_t hold, int64_t account) {
    struct slot *slot = group_slot(ledger, tx, account);
    if (!slot) return LEDGER_NO_ACCOUNT;
    struct hold open;
    if (!hold_read(tx, hold, account, &open)) return LEDGER_HOLD_MISSING;
    struct slot *head = head_slot(ledger, tx, slot);
    group_touch(ledger, slot, TOUCH_CHANGED);
    if (head) group_touch(ledger, head, TOUCH_CHANGED);
    rules_release(&slot->account, head ? &head->account : NULL, &open, books_day(ledger, tx));
    hold_write(tx, &open);
    return LEDGER_OK;
}

enum ledger_refusal ledger_release(struct ledger *ledger, struct tx *tx, int64_t hold, int64_t account) {
    return release(ledger, tx, hold, account);
}

size_t ledger_expire_holds(struct ledger *ledger, struct tx *tx, size_t most) {
    struct due {
        int64_t hold, account;
    } *due = arena_array(tx_arena(tx), struct due, most);
    size_t count = 0, released = 0;
    struct rows *rows = tx_query(tx, &holds_expired, VALUES(V_INT(world_now(tx_world(tx))), V_INT((int64_t)most)));
    while (count < most && rows_next(rows)) due[count++] = (struct due){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    /* Another node may have been quicker: then a hold is missing by now, and that is well. */
    for (size_t i = 0; i < count; i++) released += release(ledger, tx, due[i].hold, due[i].account) == LEDGER_OK;
    return released;
}

/* sides.c: see sides.h. From memory where it is known. */
#include "operations/sides.h"

#include "identity/identity.h"
#include "operations/state.h"

struct text operations_unbroken(struct arena *arena, struct text number) {
    struct buffer out = buffer_new(arena, number.size + 8);
    for (size_t i = 0; i < number.size; i++) {
        if (number.data[i] == '-') buffer_add_literal(&out, "\u2011");
        else buffer_add_char(&out, number.data[i]);
    }
    return buffer_text(&out);
}

static struct text seen_as(struct engine *engine, struct tx *tx, struct arena *arena, int64_t owner) {
    struct customer customer;
    if (owner == 0 || !identity_customer(engine, tx, owner, &customer)) return TEXT_NONE;
    if (customer.phone.size == 0) return TEXT_NONE; /* his data were destroyed */
    if (customer.name.size > 0) return text_copy(arena, customer.name);
    return operations_unbroken(arena, phone_masked(arena, customer.phone));
}

struct side operations_side(struct engine *engine, struct tx *tx, struct arena *arena, int64_t account_id) {
    struct side_memo *memo = operations_state(engine)->sides;
    moment now = world_now(tx_world(tx));
    struct side side = {0};
    bool fresh = false;
    bool known = side_memo_find(memo, account_id, now, arena, &side, &fresh);
    if (known && fresh) return side;
    struct account account;
    if (!known) {
        if (!ledger_account(engine_ledger(engine), tx, account_id, &account)) return side;
        side.owner = account.owner;
    }
    side.name = seen_as(engine, tx, arena, side.owner);
    if (!tx_writing(tx) && !tx_failed(tx)) side_memo_keep(memo, account_id, now, &side);
    return side;
}

#define NAME_UNKNOWN 0 /* as if read so long ago that it is asked again */

int64_t operations_owner(struct engine *engine, struct tx *tx, int64_t account_id) {
    struct side_memo *memo = operations_state(engine)->sides;
    struct side side = {0};
    bool fresh;
    struct account account;
    if (side_memo_find(memo, account_id, NAME_UNKNOWN, tx_arena(tx), &side, &fresh)) return side.owner;
    if (!ledger_account(engine_ledger(engine), tx, account_id, &account)) return 0;
    side.owner = account.owner;
    if (!tx_writing(tx) && !tx_failed(tx)) side_memo_keep(memo, account_id, NAME_UNKNOWN, &side);
    return side.owner;
}

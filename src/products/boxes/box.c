/* box.c: rows of boxes. Names are sealed, since people write what they wish for; a link is found by its keyed hash. */
#include "products/boxes/boxes.h"

#define BOX "customer, id, account, wallet, state, name, icon, goal, due, shown, link, broken"

STATEMENT(find, "SELECT " BOX " FROM box WHERE customer = $1 AND id = $2");
STATEMENT(lock, "SELECT " BOX " FROM box WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_link, "SELECT " BOX " FROM box WHERE link_hash = $1 AND state = 1");
STATEMENT(list_open, "SELECT " BOX " FROM box WHERE customer = $1 AND state = 1 ORDER BY id DESC LIMIT $2");
STATEMENT(list_broken, "SELECT " BOX " FROM box WHERE customer = $1 AND state = 2 ORDER BY id DESC LIMIT $2");
STATEMENT(insert, "INSERT INTO box (" BOX ", link_hash) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
STATEMENT(update, "UPDATE box SET state = $3, name = $4, icon = $5, goal = $6, due = $7, shown = $8, link = $9, "
                  "broken = $10, link_hash = $11 WHERE customer = $1 AND id = $2");

const char *const box_icons[] = {"target", "gift", "home", "phone", "school", "game", "star", "wallet", NULL};

static struct text opened(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text sealed) {
    struct text clear;
    bool well = sealed.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), purpose, id, sealed, &clear);
    return well ? clear : TEXT_NONE;
}

static struct box read_row(struct engine *engine, struct tx *tx, const struct rows *row) {
    int64_t id = row_int(row, 1);
    return (struct box){.customer = row_int(row, 0),
                        .id = id,
                        .account = row_int(row, 2),
                        .wallet = row_int(row, 3),
                        .state = (enum box_state)row_int(row, 4),
                        .name = opened(engine, tx, "box.name", id, row_text(row, 5)),
                        .icon = row_copy(row, 6, tx_arena(tx)),
                        .goal = row_int(row, 7),
                        .due = row_int(row, 8),
                        .shown = row_int(row, 9) != 0,
                        .link = opened(engine, tx, "box.link", id, row_text(row, 10)),
                        .broken = row_int(row, 11)};
}

static bool only(struct engine *engine, struct tx *tx, struct rows *rows, struct box *box) {
    bool found = rows_next(rows);
    if (found) *box = read_row(engine, tx, rows);
    rows_end(rows);
    return found;
}

bool box_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct box *box) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer), V_INT(id)));
    return only(engine, tx, rows, box);
}

bool box_by_link(struct engine *engine, struct tx *tx, struct text token, struct box *box) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(engine), "box.link", token, hash);
    return only(engine, tx, tx_query(tx, &by_link, VALUES(V_BYTES(hash, sizeof hash))), box);
}

size_t boxes_of(struct engine *engine, struct tx *tx, int64_t customer, bool broken, struct box *boxes, size_t room) {
    size_t count = 0;
    struct rows *rows =
        tx_query(tx, broken ? &list_broken : &list_open, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) boxes[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool box_asked(struct request *request, struct tx *tx, struct box *box) {
    int64_t id;
    return request_param_id(request, 0, &id) &&
           box_find(request->engine, tx, request->caller.customer, id, box);
}

int64_t box_balance(struct engine *engine, struct tx *tx, const struct box *box) {
    struct account account;
    return ledger_account(engine_ledger(engine), tx, box->account, &account) ? account.balance : 0;
}

/* ---- writing ---- */

static struct value sealed(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

static struct value hash_of(struct engine *engine, struct tx *tx, struct text token) {
    if (token.size == 0) return V_NULL;
    uint8_t *hash = arena_array(tx_arena(tx), uint8_t, SECRET_HASH_SIZE);
    secret_hash(engine_keyring(engine), "box.link", token, hash);
    return V_BYTES(hash, SECRET_HASH_SIZE);
}

void box_insert(struct engine *engine, struct tx *tx, const struct box *box) {
    tx_run(tx, &insert,
           VALUES(V_INT(box->customer), V_INT(box->id), V_INT(box->account), V_INT(box->wallet), V_INT(box->state),
                  sealed(engine, tx, "box.name", box->id, box->name), V_TEXT(box->icon), V_INT(box->goal),
                  V_INT(box->due), V_INT(box->shown), sealed(engine, tx, "box.link", box->id, box->link),
                  V_INT(box->broken), hash_of(engine, tx, box->link)));
}

void box_update(struct engine *engine, struct tx *tx, const struct box *box) {
    tx_run(tx, &update,
           VALUES(V_INT(box->customer), V_INT(box->id), V_INT(box->state),
                  sealed(engine, tx, "box.name", box->id, box->name), V_TEXT(box->icon), V_INT(box->goal),
                  V_INT(box->due), V_INT(box->shown), sealed(engine, tx, "box.link", box->id, box->link),
                  V_INT(box->broken), hash_of(engine, tx, box->link)));
}

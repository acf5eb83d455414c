/* row.c: requests and blocks as rows. The number that was asked is sealed: it is whom the asker typed, whether or not
 * anybody of ours has it. */
#include "products/requests/requests.h"

#include "engine/sealed.h"

const struct migration requests_migrations[] = {
    {"requests", 1,
     "CREATE TABLE money_request ( -- distributed by customer\n"
     "  id ROWKEY, customer BIGINT NOT NULL, payer BIGINT NOT NULL, phone BYTES NOT NULL, sum BIGINT NOT NULL,\n"
     "  note TEXT, state BIGINT NOT NULL, expires BIGINT NOT NULL, ended BIGINT NOT NULL, operation BIGINT NOT NULL,\n"
     "  ROWKEY(customer, id)\n"
     ");\n"
     "CREATE INDEX money_request_customer ON money_request (customer, id);\n"
     "CREATE INDEX money_request_payer ON money_request (payer, id) WHERE payer <> 0;\n"
     "CREATE INDEX money_request_open ON money_request (expires) WHERE state = 1;\n"
     "CREATE TABLE money_request_block ( -- distributed by customer\n"
     "  customer BIGINT NOT NULL, asker BIGINT NOT NULL, id BIGINT NOT NULL, PRIMARY KEY (customer, asker)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX money_request_block_asker ON money_request_block (asker)"},
    {"requests", 2,
     "ALTER TABLE money_request ADD COLUMN split BIGINT NOT NULL DEFAULT 0;\n"
     "ALTER TABLE money_request ADD COLUMN reminded BIGINT NOT NULL DEFAULT 0;\n"
     "CREATE INDEX money_request_split ON money_request (customer, split) WHERE split <> 0;\n"
     "CREATE TABLE money_split ( -- distributed by customer\n"
     "  id BIGINT NOT NULL, customer BIGINT NOT NULL, operation BIGINT NOT NULL, sum BIGINT NOT NULL,\n"
     "  PRIMARY KEY (customer, id), UNIQUE (customer, operation)\n"
     ") CLUSTERED;"},
    {.sql = NULL},
};

const struct sealed requests_sealed[] = {
    {SEALED_2("money_request", "phone", "requests.phone", "customer, id", "ii", "id")},
    {.where = NULL},
};

#define COLUMNS "id, customer, payer, phone, sum, note, state, expires, ended, operation, split, reminded"

STATEMENT(one, "SELECT " COLUMNS " FROM money_request WHERE id = $1 AND (customer = $2 OR payer = $2)");
STATEMENT(one_locked, "SELECT " COLUMNS " FROM money_request WHERE id = $1 AND (customer = $2 OR payer = $2) "
                      "FOR_UPDATE");
STATEMENT(put, "INSERT INTO money_request (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, 1, $7, 0, 0, $8, 0)");
STATEMENT(end, "UPDATE money_request SET state = $3, ended = $4, operation = $5 "
               "WHERE customer = $1 AND id = $2 AND state = 1");
STATEMENT(remind, "UPDATE money_request SET reminded = $3 WHERE customer = $1 AND id = $2");
STATEMENT(withdraw_all, "UPDATE money_request SET state = 4, ended = $3 "
                        "WHERE customer = $1 AND state = 1 AND expires > $3 AND ($2 = 0 OR split = $2)");
STATEMENT(shares, "SELECT " COLUMNS " FROM money_request WHERE customer = $1 AND split = $2 ORDER BY id LIMIT $3");
STATEMENT(mine_of, "SELECT " COLUMNS " FROM money_request WHERE customer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(for_him, "SELECT " COLUMNS " FROM money_request WHERE payer = $1 ORDER BY id DESC LIMIT $2");
STATEMENT(made_since, "SELECT COUNT(*) FROM money_request WHERE customer = $1 AND id >= $2");
/* By the id alone: SQLite 3.40 finds no row by (customer, id) IN (…), where an index ends in the rowid. */
STATEMENT(lapse, "UPDATE money_request SET state = 5, ended = expires WHERE id IN (SELECT id FROM money_request "
                 "WHERE state = 1 AND expires <= $1 ORDER BY expires LIMIT 200)");

STATEMENT(blocked, "SELECT 1 FROM money_request_block WHERE customer = $1 AND asker = $2");
STATEMENT(block, "INSERT INTO money_request_block (customer, asker, id) VALUES ($1, $2, $3) "
                 "ON CONFLICT (customer, asker) DO NOTHING");
STATEMENT(unblock, "DELETE FROM money_request_block WHERE customer = $1 AND id = $2");
STATEMENT(blocks_of, "SELECT id, asker FROM money_request_block WHERE customer = $1 ORDER BY id DESC LIMIT $2");

static struct money_request read_row(struct engine *engine, struct tx *tx, const struct rows *rows) {
    struct arena *arena = tx_arena(tx);
    struct money_request found = {.id = row_int(rows, 0),
                                  .customer = row_int(rows, 1),
                                  .payer = row_int(rows, 2),
                                  .sum = row_int(rows, 4),
                                  .note = row_null(rows, 5) ? TEXT_NONE : row_copy(rows, 5, arena),
                                  .expires = row_int(rows, 7),
                                  .ended = row_int(rows, 8),
                                  .operation = row_int(rows, 9),
                                  .split = row_int(rows, 10),
                                  .reminded = row_int(rows, 11)};
    struct text sealed = row_text(rows, 3);
    found.state = request_state_at((enum request_state)row_int(rows, 6), found.expires, world_now(tx_world(tx)));
    if (found.state == REQUEST_LAPSED) found.ended = found.expires;
    if (sealed.size == 0 ||
        !secret_open(engine_keyring(engine), arena, "requests.phone", found.id, sealed, &found.phone))
        found.phone = TEXT_NONE;
    return found;
}

static size_t read_rows(struct engine *engine, struct tx *tx, struct rows *rows, struct money_request *found,
                        size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) found[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

bool request_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct money_request *found) {
    struct statement *statement = tx_writing(tx) ? &one_locked : &one;
    return read_rows(engine, tx, tx_query(tx, statement, VALUES(V_INT(id), V_INT(customer))), found, 1) == 1;
}

void request_put(struct engine *engine, struct tx *tx, const struct money_request *request) {
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "requests.phone",
                                     request->id, request->phone);
    tx_run(tx, &put,
           VALUES(V_INT(request->id), V_INT(request->customer), V_INT(request->payer),
                  V_BYTES(sealed.data, sealed.size), V_INT(request->sum), V_TEXT(request->note),
                  V_INT(request->expires), V_INT(request->split)));
}

bool request_end(struct tx *tx, struct money_request *request, enum request_state state, int64_t operation) {
    moment now = world_now(tx_world(tx));
    if (request->state != REQUEST_OPEN ||
        tx_run(tx, &end,
               VALUES(V_INT(request->customer), V_INT(request->id), V_INT(state), V_INT(now), V_INT(operation))) != 1)
        return false;
    request->state = state;
    request->ended = now;
    request->operation = operation;
    return true;
}

void request_reminded(struct tx *tx, struct money_request *request) {
    request->reminded = world_now(tx_world(tx));
    tx_run(tx, &remind, VALUES(V_INT(request->customer), V_INT(request->id), V_INT(request->reminded)));
}

void requests_withdraw_all(struct tx *tx, int64_t customer, int64_t split) {
    tx_run(tx, &withdraw_all, VALUES(V_INT(customer), V_INT(split), V_INT(world_now(tx_world(tx)))));
}

size_t requests_of_split(struct engine *engine, struct tx *tx, const struct money_split *split,
                         struct money_request *found, size_t room) {
    const struct value values[] = {V_INT(split->customer), V_INT(split->id), V_INT((int64_t)room)};
    return read_rows(engine, tx, tx_query(tx, &shares, values, 3), found, room);
}

size_t requests_of(struct engine *engine, struct tx *tx, int64_t customer, bool mine, struct money_request *found,
                   size_t room) {
    struct statement *statement = mine ? &mine_of : &for_him;
    return read_rows(engine, tx, tx_query(tx, statement, VALUES(V_INT(customer), V_INT((int64_t)room))), found, room);
}

int64_t requests_made_since(struct tx *tx, int64_t customer, moment since) {
    struct rows *rows = tx_query(tx, &made_since, VALUES(V_INT(customer), V_INT(id_from_moment(since))));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

bool requests_lapse(struct engine *engine, struct tx *tx) {
    (void)engine;
    return tx_run(tx, &lapse, VALUES(V_INT(world_now(tx_world(tx))))) == 200;
}

/* ---- blocks ---- */

bool request_blocked(struct tx *tx, int64_t customer, int64_t asker) {
    struct rows *rows = tx_query(tx, &blocked, VALUES(V_INT(customer), V_INT(asker)));
    bool found = rows_next(rows);
    rows_end(rows);
    return found;
}

void request_block(struct tx *tx, int64_t customer, int64_t asker) {
    tx_run(tx, &block, VALUES(V_INT(customer), V_INT(asker), V_INT(world_id(tx_world(tx)))));
}

bool request_unblock(struct tx *tx, int64_t customer, int64_t id) {
    return tx_run(tx, &unblock, VALUES(V_INT(customer), V_INT(id))) == 1;
}

size_t request_blocks(struct tx *tx, int64_t customer, struct request_block *blocks, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &blocks_of, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows))
        blocks[count++] = (struct request_block){row_int(rows, 0), row_int(rows, 1)};
    rows_end(rows);
    return count;
}

/* ---- what is kept of a customer ---- */

bool requests_own_data(struct own_data *piece) {
    struct money_request found[200];
    struct arena *arena = piece->list->arena;
    for (int mine = 0; mine < 2; mine++) {
        size_t count = requests_of(piece->engine, piece->tx, piece->customer, mine == 1, found, 200);
        for (size_t i = 0; i < count; i++) {
            struct node *node = doc_add_object(piece->list);
            doc_text(node, "kind", mine == 1 ? TEXT("asked_by_you") : TEXT("asked_of_you"));
            doc_id(node, "id", found[i].id);
            doc_moment(node, "at", id_moment(found[i].id));
            doc_text(node, "who", mine == 1 ? found[i].phone
                                            : request_person(piece->engine, piece->tx, arena, found[i].customer));
            doc_money(node, "sum", rub(found[i].sum));
            doc_text(node, "note", found[i].note);
            doc_text(node, "state", text_from(request_state_name(found[i].state)));
            if (mine == 1 && found[i].split != 0) doc_id(node, "split", found[i].split);
        }
    }
    struct money_split splits[200];
    size_t count = splits_of(piece->tx, piece->customer, splits, 200);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("split"));
        doc_id(node, "id", splits[i].id);
        doc_id(node, "operation", splits[i].operation);
        doc_money(node, "sum", rub(splits[i].sum));
    }
    return false;
}

STATEMENT(erase_own, "DELETE FROM money_request WHERE customer = $1");
STATEMENT(erase_of, "UPDATE money_request SET payer = 0, phone = '' WHERE payer = $1");
STATEMENT(erase_splits, "DELETE FROM money_split WHERE customer = $1");
STATEMENT(erase_blocks, "DELETE FROM money_request_block WHERE customer = $1 OR asker = $1");

const struct erase requests_erases[] = {{"money_request", &erase_own},
                                        {"money_request", &erase_of},
                                        {"money_split", &erase_splits},
                                        {"money_request_block", &erase_blocks},
                                        {.what = NULL}};

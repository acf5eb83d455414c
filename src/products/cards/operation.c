/* operation.c: rows of what was done with cards, and of processing's messages, each of which counts once. */
#include "products/cards/cards.h"

#define COLUMNS                                                                                                        \
    "id, customer, card, account, reference, state, place, merchant, category, sum, hold, held, cleared, reversed, "   \
    "refunded, questioned, asked, reason, made, expires, transfer, abroad"

STATEMENT(by_reference, "SELECT " COLUMNS " FROM card_operation WHERE customer = $1 AND reference = $2");
STATEMENT(by_id, "SELECT " COLUMNS " FROM card_operation WHERE customer = $1 AND id = $2");
STATEMENT(latest, "SELECT " COLUMNS " FROM card_operation WHERE customer = $1 AND card = $2 "
                  "ORDER BY made DESC, id DESC LIMIT $3");
STATEMENT(insert, "INSERT INTO card_operation (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, "
                  "$13, $14, $15, $16, $17, $18, $19, $20, $21, $22)");
STATEMENT(save, "UPDATE card_operation SET state = $3, sum = $4, hold = $5, held = $6, cleared = $7, reversed = $8, "
                "refunded = $9, questioned = $10, asked = $11, reason = $12, expires = $13, transfer = $14, "
                "place = $15, merchant = $16, category = $17, abroad = $18 WHERE customer = $1 AND id = $2");
/* One look for all of a card's limits: at most six rows. */
STATEMENT(spent_sums, "SELECT place, abroad, CAST(SUM(held + cleared - refunded) AS BIGINT), "
                 "CAST(SUM(CASE WHEN made >= $4 THEN held + cleared - refunded ELSE 0 END) AS BIGINT) "
                 "FROM card_operation WHERE customer = $1 AND card = $2 AND made >= $3 GROUP BY place, abroad");
STATEMENT(message_insert, "INSERT INTO card_message (customer, message, kind, operation, sum) "
                          "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (customer, message) DO NOTHING");
STATEMENT(message_find, "SELECT kind, operation, sum FROM card_message WHERE customer = $1 AND message = $2");

static struct card_operation read(struct tx *tx, const struct rows *row) {
    struct arena *arena = tx_arena(tx);
    return (struct card_operation){.id = row_int(row, 0),
                                   .customer = row_int(row, 1),
                                   .card = row_int(row, 2),
                                   .account = row_int(row, 3),
                                   .reference = row_copy(row, 4, arena),
                                   .state = (enum operation_state)row_int(row, 5),
                                   .place = (enum card_place)row_int(row, 6),
                                   .merchant = row_null(row, 7) ? TEXT_NONE : row_copy(row, 7, arena),
                                   .category = row_null(row, 8) ? TEXT_NONE : row_copy(row, 8, arena),
                                   .sum = row_int(row, 9),
                                   .hold = row_int(row, 10),
                                   .held = row_int(row, 11),
                                   .cleared = row_int(row, 12),
                                   .reversed = row_int(row, 13),
                                   .refunded = row_int(row, 14),
                                   .questioned = row_int(row, 15),
                                   .asked = row_int(row, 16) != 0,
                                   .reason = (enum decline)row_int(row, 17),
                                   .made = row_int(row, 18),
                                   .expires = row_int(row, 19),
                                   .transfer = row_int(row, 20),
                                   .abroad = row_int(row, 21) != 0};
}

static bool one(struct tx *tx, struct rows *rows, struct card_operation *operation) {
    bool found = rows_next(rows);
    if (found) *operation = read(tx, rows);
    rows_end(rows);
    return found;
}

bool operation_find(struct tx *tx, int64_t customer, struct text reference, struct card_operation *operation) {
    return one(tx, tx_query(tx, &by_reference, VALUES(V_INT(customer), V_TEXT(reference))), operation);
}

bool operation_by_id(struct tx *tx, int64_t customer, int64_t id, struct card_operation *operation) {
    return one(tx, tx_query(tx, &by_id, VALUES(V_INT(customer), V_INT(id))), operation);
}

void operation_insert(struct tx *tx, const struct card_operation *operation) {
    tx_run(tx, &insert,
           VALUES(V_INT(operation->id), V_INT(operation->customer), V_INT(operation->card), V_INT(operation->account),
                  V_TEXT(operation->reference), V_INT(operation->state), V_INT(operation->place),
                  V_TEXT(operation->merchant), V_TEXT(operation->category), V_INT(operation->sum),
                  V_INT(operation->hold), V_INT(operation->held), V_INT(operation->cleared),
                  V_INT(operation->reversed), V_INT(operation->refunded), V_INT(operation->questioned),
                  V_INT(operation->asked), V_INT(operation->reason), V_INT(operation->made),
                  V_INT(operation->expires), V_INT(operation->transfer), V_INT(operation->abroad)));
}

void operation_save(struct tx *tx, const struct card_operation *operation) {
    tx_run(tx, &save,
           VALUES(V_INT(operation->customer), V_INT(operation->id), V_INT(operation->state), V_INT(operation->sum),
                  V_INT(operation->hold), V_INT(operation->held), V_INT(operation->cleared),
                  V_INT(operation->reversed), V_INT(operation->refunded), V_INT(operation->questioned),
                  V_INT(operation->asked), V_INT(operation->reason), V_INT(operation->expires),
                  V_INT(operation->transfer), V_INT(operation->place), V_TEXT(operation->merchant),
                  V_TEXT(operation->category), V_INT(operation->abroad)));
}

size_t operations_of_card(struct tx *tx, int64_t customer, int64_t card, struct card_operation *operations,
                          size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &latest, VALUES(V_INT(customer), V_INT(card), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) operations[count++] = read(tx, rows);
    rows_end(rows);
    return count;
}

static void add_spent(struct card_spent *spent, int64_t day, int64_t month) {
    spent->day += day;
    spent->month += month;
}

static void not_below_nothing(struct card_spent *spent) {
    if (spent->day < 0) spent->day = 0;
    if (spent->month < 0) spent->month = 0;
}

void operations_spent(struct engine *engine, struct tx *tx, const struct card *card,
                      struct card_spent spent[LIMIT_KINDS + 1]) {
    moment day, month;
    periods_now(engine, world_now(tx_world(tx)), &day, &month);
    for (int i = 0; i <= LIMIT_KINDS; i++) spent[i] = (struct card_spent){0, 0};
    struct rows *rows = tx_query(tx, &spent_sums,
                                 VALUES(V_INT(card->customer), V_INT(card->id), V_INT(month), V_INT(day)));
    while (rows_next(rows)) {
        int64_t by_month = row_int(rows, 2), by_day = row_int(rows, 3);
        add_spent(&spent[row_int(rows, 0)], by_day, by_month);
        if (row_int(rows, 1) != 0) add_spent(&spent[LIMIT_ABROAD], by_day, by_month);
        add_spent(&spent[LIMIT_KINDS], by_day, by_month);
    }
    rows_end(rows);
    for (int i = 0; i <= LIMIT_KINDS; i++) not_below_nothing(&spent[i]);
}

void periods_now(const struct engine *engine, moment now, moment *day, moment *month) {
    struct date today = civil_at(now, engine_zone(engine)).date;
    *day = day_start(today, engine_zone(engine));
    today.day = 1;
    *month = day_start(today, engine_zone(engine));
}

bool message_take(struct tx *tx, const struct card_message *message, bool *same) {
    *same = true;
    if (tx_run(tx, &message_insert,
               VALUES(V_INT(message->customer), V_TEXT(message->id), V_INT(message->kind), V_INT(message->operation),
                      V_INT(message->sum))) == 1)
        return true;
    struct rows *rows = tx_query(tx, &message_find, VALUES(V_INT(message->customer), V_TEXT(message->id)));
    if (rows_next(rows))
        *same = row_int(rows, 0) == message->kind && row_int(rows, 1) == message->operation &&
                row_int(rows, 2) == message->sum;
    rows_end(rows);
    return false;
}

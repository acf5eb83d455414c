/* sale.c: promotions in the database: written by a shop's owner, agreed to by staff; customers see one while it
 * runs. */
#include "showcase/internal.h"

#define COLUMNS                                                                                                        \
    "shop, id, state, title_ru, title_en, words_ru, words_en, discount, starts, ends, note, told, reader"

#define OF_SALE                                                                                                        \
    "s.shop, s.id, s.state, s.title_ru, s.title_en, s.words_ru, s.words_en, s.discount, s.starts, s.ends, s.note, "    \
    "s.told, s.reader"

STATEMENT(add_one, "INSERT INTO showcase_sale (" COLUMNS ") "
                   "VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, '', 0, 0)");
STATEMENT(of_shop, "SELECT " COLUMNS " FROM showcase_sale WHERE shop = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
STATEMENT(one_of_shop, "SELECT " COLUMNS " FROM showcase_sale WHERE shop = $1 AND id = $2");
STATEMENT(lock_of_shop, "SELECT " COLUMNS " FROM showcase_sale WHERE shop = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_id, "SELECT " COLUMNS " FROM showcase_sale WHERE id = $1");
STATEMENT(lock_id, "SELECT " COLUMNS " FROM showcase_sale WHERE id = $1 FOR_UPDATE");
STATEMENT(open_count, "SELECT COUNT(*) FROM showcase_sale WHERE shop = $1 AND state IN (1, 2) AND ends >= $2");
STATEMENT(running_of, "SELECT " COLUMNS " FROM showcase_sale WHERE shop = $1 AND state = 2 AND starts <= $2 "
                      "AND ends >= $2 ORDER BY id DESC LIMIT $3");
/* $1: today; $2: the first day on which one may have begun that still runs; $3, $4: behind that one. */
STATEMENT(running, "SELECT " OF_SALE ", l.title FROM showcase_sale s JOIN showcase_listed l ON l.shop = s.shop "
                   "WHERE l.listed = 1 AND s.state = 2 AND s.starts BETWEEN $2 AND $3 AND s.ends >= $1 "
                   "AND (s.starts < $3 OR s.id < $4) ORDER BY s.starts DESC, s.id DESC LIMIT $5");
STATEMENT(to_tell, "SELECT " OF_SALE ", l.title FROM showcase_sale s JOIN showcase_listed l ON l.shop = s.shop "
                   "WHERE l.listed = 1 AND s.told = 1 AND s.ends >= $1 AND s.starts <= $1 AND s.state = 2 "
                   "ORDER BY s.id LIMIT 1 FOR_UPDATE");
STATEMENT(state_put, "UPDATE showcase_sale SET state = $3, note = $4 WHERE shop = $1 AND id = $2");
STATEMENT(told_put, "UPDATE showcase_sale SET told = $3, reader = $4 WHERE shop = $1 AND id = $2");
STATEMENT(once_a_day, "INSERT INTO showcase_told (customer, day) VALUES ($1, $2) ON CONFLICT (customer) DO UPDATE "
                      "SET day = $2 WHERE showcase_told.day < $2");

static void take(struct tx *tx, const struct rows *rows, struct sale *sale) {
    struct arena *arena = tx_arena(tx);
    *sale = (struct sale){.shop = row_int(rows, 0),
                          .id = row_int(rows, 1),
                          .state = (enum sale_state)row_int(rows, 2),
                          .discount = row_copy(rows, 7, arena),
                          .starts = row_int(rows, 8),
                          .ends = row_int(rows, 9),
                          .note = row_copy(rows, 10, arena),
                          .told = (enum sale_told)row_int(rows, 11),
                          .cursor = row_int(rows, 12)};
    sale->title[LANGUAGE_RU] = row_copy(rows, 3, arena);
    sale->title[LANGUAGE_EN] = row_copy(rows, 4, arena);
    sale->words[LANGUAGE_RU] = row_copy(rows, 5, arena);
    sale->words[LANGUAGE_EN] = row_copy(rows, 6, arena);
}

static void take_titled(struct tx *tx, const struct rows *rows, struct sale *sale) {
    take(tx, rows, sale);
    sale->shop_title = row_copy(rows, 13, tx_arena(tx));
}

static bool take_one(struct tx *tx, struct rows *rows, struct sale *sale) {
    bool found = rows_next(rows);
    if (found) take(tx, rows, sale);
    rows_end(rows);
    return found;
}

static size_t take_all(struct tx *tx, struct rows *rows, struct sale *sales, size_t room) {
    size_t count = 0;
    while (count < room && rows_next(rows)) take(tx, rows, &sales[count++]);
    rows_end(rows);
    return count;
}

void sale_add(struct tx *tx, struct sale *sale) {
    sale->id = world_id(tx_world(tx));
    tx_run(tx, &add_one,
           VALUES(V_INT(sale->shop), V_INT(sale->id), V_TEXT(sale->title[LANGUAGE_RU]),
                  V_TEXT(sale->title[LANGUAGE_EN]), V_TEXT(sale->words[LANGUAGE_RU]),
                  V_TEXT(sale->words[LANGUAGE_EN]), V_TEXT(sale->discount), V_INT(sale->starts), V_INT(sale->ends)));
}

bool sale_find(struct tx *tx, int64_t shop, int64_t id, struct sale *sale) {
    return take_one(
        tx, tx_query(tx, tx_writing(tx) ? &lock_of_shop : &one_of_shop, VALUES(V_INT(shop), V_INT(id))), sale);
}

bool sale_known(struct tx *tx, int64_t id, struct sale *sale) {
    return take_one(tx, tx_query(tx, tx_writing(tx) ? &lock_id : &by_id, VALUES(V_INT(id))), sale);
}

size_t sales_of(struct tx *tx, int64_t shop, int64_t before, struct sale *sales, size_t room) {
    return take_all(tx, tx_query(tx, &of_shop, VALUES(V_INT(shop), V_INT(before), V_INT((int64_t)room))), sales, room);
}

size_t sales_running_of(struct tx *tx, int64_t shop, int64_t today, struct sale *sales, size_t room) {
    return take_all(tx, tx_query(tx, &running_of, VALUES(V_INT(shop), V_INT(today), V_INT((int64_t)room))), sales,
                    room);
}

size_t sales_running(struct tx *tx, int64_t today, const struct sale *before, struct sale *sales, size_t room) {
    size_t count = 0;
    int64_t starts = before != NULL ? before->starts : today, id = before != NULL ? before->id : INT64_MAX;
    struct rows *rows = tx_query(tx, &running,
                                 VALUES(V_INT(today), V_INT(today - SALE_DAYS_MOST + 1), V_INT(starts), V_INT(id),
                                        V_INT((int64_t)room)));
    for (; count < room && rows_next(rows); count++) take_titled(tx, rows, &sales[count]);
    rows_end(rows);
    return count;
}

int64_t sales_open(struct tx *tx, int64_t shop, int64_t today) {
    struct rows *rows = tx_query(tx, &open_count, VALUES(V_INT(shop), V_INT(today)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

void sale_state_put(struct tx *tx, struct sale *sale, enum sale_state state, struct text note) {
    sale->state = state;
    tx_run(tx, &state_put, VALUES(V_INT(sale->shop), V_INT(sale->id), V_INT(state), V_TEXT(note)));
}

bool sale_to_tell(struct tx *tx, int64_t today, struct sale *sale) {
    struct rows *rows = tx_query(tx, &to_tell, VALUES(V_INT(today)));
    bool found = rows_next(rows);
    if (found) take_titled(tx, rows, sale);
    rows_end(rows);
    return found;
}

void sale_told_put(struct tx *tx, const struct sale *sale) {
    tx_run(tx, &told_put, VALUES(V_INT(sale->shop), V_INT(sale->id), V_INT(sale->told), V_INT(sale->cursor)));
}

bool sale_first_today(struct tx *tx, int64_t customer, int64_t today) {
    return tx_run(tx, &once_a_day, VALUES(V_INT(customer), V_INT(today))) == 1;
}

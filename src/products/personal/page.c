/* page.c: a personal page's row, and whose a name is. A name that was given up stays nobody's for a time: whoever has
 * the old address must not pay somebody else by it. */
#include "products/personal/personal.h"

#include "base/check.h"

#define PAGE "customer, name, shown, named, greeting, sums, blocked, reason"

STATEMENT(find, "SELECT " PAGE " FROM personal_page WHERE customer = $1");
STATEMENT(lock, "SELECT " PAGE " FROM personal_page WHERE customer = $1 FOR_UPDATE");
STATEMENT(put, "INSERT INTO personal_page (" PAGE ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
               "ON CONFLICT (customer) DO UPDATE SET name = $2, shown = $3, named = $4, greeting = $5, sums = $6, "
               "blocked = $7, reason = $8");
STATEMENT(holder, "SELECT customer, freed FROM personal_name WHERE name = $1");
STATEMENT(holder_locked, "SELECT customer, freed FROM personal_name WHERE name = $1 FOR_UPDATE");
STATEMENT(name_add, "INSERT INTO personal_name (name, customer, freed) VALUES ($1, $2, 0) "
                    "ON CONFLICT (name) DO NOTHING");
STATEMENT(name_set, "UPDATE personal_name SET customer = $2, freed = $3 WHERE name = $1");
STATEMENT(name_drop, "UPDATE personal_name SET freed = $3 WHERE name = $1 AND customer = $2");

static struct text copied(const struct rows *rows, int at, struct arena *arena) {
    return row_null(rows, at) ? TEXT_NONE : row_copy(rows, at, arena);
}

bool page_find(struct engine *engine, struct tx *tx, int64_t customer, struct personal_page *page) {
    struct arena *arena = tx_arena(tx);
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &lock : &find, VALUES(V_INT(customer)));
    bool found = rows_next(rows);
    struct text sealed = TEXT_NONE;
    if (found) {
        *page = (struct personal_page){.customer = row_int(rows, 0),
                                       .name = copied(rows, 1, arena),
                                       .on = row_int(rows, 2) != 0,
                                       .named = row_int(rows, 3) != 0,
                                       .sums = row_copy(rows, 5, arena),
                                       .blocked = row_int(rows, 6),
                                       .reason = copied(rows, 7, arena)};
        sealed = row_copy(rows, 4, arena);
    }
    rows_end(rows);
    if (sealed.size > 0 &&
        !secret_open(engine_keyring(engine), arena, "personal.greeting", customer, sealed, &page->greeting))
        page->greeting = TEXT_NONE;
    return found;
}

bool page_visible(struct engine *engine, struct tx *tx, struct text typed, struct personal_page *page,
                  struct customer *owner) {
    struct text name = name_fold(tx_arena(tx), typed);
    if (name_verdict(name) != NAME_GOOD) return false;
    struct rows *rows = tx_query(tx, &holder, VALUES(V_TEXT(name)));
    int64_t customer = rows_next(rows) && row_int(rows, 1) == 0 ? row_int(rows, 0) : 0;
    rows_end(rows);
    return customer != 0 && page_find(engine, tx, customer, page) && page->on && page->blocked == 0 &&
           identity_customer(engine, tx, customer, owner) && !owner->closed;
}

void page_put(struct engine *engine, struct tx *tx, const struct personal_page *page) {
    struct text sealed = TEXT("");
    if (page->greeting.size > 0)
        sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "personal.greeting", page->customer,
                             page->greeting);
    tx_run(tx, &put,
           VALUES(V_INT(page->customer), page->name.size > 0 ? V_TEXT(page->name) : V_NULL, V_INT(page->on),
                  V_INT(page->named), V_BYTES(sealed.data, sealed.size), V_TEXT(page->sums), V_INT(page->blocked),
                  page->reason.size > 0 ? V_TEXT(page->reason) : V_NULL));
}

bool name_take(struct engine *engine, struct tx *tx, int64_t customer, struct text name) {
    if (tx_run(tx, &name_add, VALUES(V_TEXT(name), V_INT(customer))) == 1) return true;
    struct rows *rows = tx_query(tx, &holder_locked, VALUES(V_TEXT(name)));
    bool found = rows_next(rows);
    int64_t owner = found ? row_int(rows, 0) : 0, freed = found ? row_int(rows, 1) : 0;
    rows_end(rows);
    bool over = freed != 0 && world_now(tx_world(tx)) - freed >= personal_settings(engine)->name_kept;
    if (owner != customer && !over) return false;
    tx_run(tx, &name_set, VALUES(V_TEXT(name), V_INT(customer), V_INT(0)));
    return true;
}

void name_free(struct tx *tx, int64_t customer, struct text name) {
    tx_run(tx, &name_drop, VALUES(V_TEXT(name), V_INT(customer), V_INT(world_now(tx_world(tx)))));
}

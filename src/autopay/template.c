/* template.c: a template's row. Its name and what is filled in are personal, so they are sealed. */
#include "autopay/internal.h"

STATEMENT(find, "SELECT id, provider, sum, name, content FROM pay_template WHERE customer = $1 AND id = $2");
STATEMENT(list, "SELECT id, provider, sum, name, content FROM pay_template WHERE customer = $1 AND id > $2 "
                "ORDER BY id LIMIT $3");
STATEMENT(insert, "INSERT INTO pay_template (customer, id, provider, sum, name, content) "
                  "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(rename_one, "UPDATE pay_template SET name = $3 WHERE customer = $1 AND id = $2");
STATEMENT(remove_one, "DELETE FROM pay_template WHERE customer = $1 AND id = $2");
STATEMENT(count_all, "SELECT COUNT(*) FROM pay_template WHERE customer = $1");

/* What cannot be opened is of another key: nothing that could be shown or paid. */
static bool read_row(struct engine *engine, struct tx *tx, int64_t customer, const struct rows *row,
                     struct pay_template *found) {
    const struct keyring *keyring = engine_keyring(engine);
    struct arena *arena = tx_arena(tx);
    struct text content;
    *found = (struct pay_template){
        .customer = customer, .id = row_int(row, 0), .provider = row_int(row, 1), .sum = row_int(row, 2)};
    return secret_open(keyring, arena, "template.name", found->id, row_text(row, 3), &found->name) &&
           secret_open(keyring, arena, "template.values", found->id, row_text(row, 4), &content) &&
           payment_values_read(arena, content, &found->values) && found->values.count > 0;
}

bool template_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct pay_template *found) {
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(customer), V_INT(id)));
    bool good = rows_next(rows) && read_row(engine, tx, customer, rows, found);
    rows_end(rows);
    return good;
}

size_t templates_after(struct engine *engine, struct tx *tx, int64_t customer, int64_t after,
                       struct pay_template *templates, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(customer), V_INT(after), V_INT((int64_t)room)));
    while (count < room && rows_next(rows))
        if (read_row(engine, tx, customer, rows, &templates[count])) count++;
    rows_end(rows);
    return count;
}

static struct value sealed(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

void template_insert(struct engine *engine, struct tx *tx, const struct pay_template *made) {
    struct text content = payment_values_write(tx_arena(tx), &made->values);
    tx_run(tx, &insert,
           VALUES(V_INT(made->customer), V_INT(made->id), V_INT(made->provider), V_INT(made->sum),
                  sealed(engine, tx, "template.name", made->id, made->name),
                  sealed(engine, tx, "template.values", made->id, content)));
    habit_kept(engine, tx, made);
}

bool template_rename(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct text name) {
    return tx_run(tx, &rename_one,
                  VALUES(V_INT(customer), V_INT(id), sealed(engine, tx, "template.name", id, name))) == 1;
}

bool template_remove(struct tx *tx, int64_t customer, int64_t id) {
    return tx_run(tx, &remove_one, VALUES(V_INT(customer), V_INT(id))) == 1;
}

int64_t template_count(struct tx *tx, int64_t customer) {
    struct rows *rows = tx_query(tx, &count_all, VALUES(V_INT(customer)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

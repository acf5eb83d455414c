/* product.c: the catalogue as rows: each change is another version, none is ever changed or removed, since contracts
 * keep theirs. The content is JSON: what staff confirm, what the table holds and what a file brings are the same. */
#include "products/deposits/deposits.h"

#include "base/json.h"
#include "base/log.h"

#include <jansson.h>

#include <stdio.h>

#define FILE_MOST ((size_t)1 << 20)
#define PRODUCT "id, code, version, newest, content, staff, at"

STATEMENT(by_id, "SELECT " PRODUCT " FROM deposit_product WHERE id = $1");
STATEMENT(by_code, "SELECT " PRODUCT " FROM deposit_product WHERE code = $1 AND newest = 1");
STATEMENT(by_code_lock, "SELECT " PRODUCT " FROM deposit_product WHERE code = $1 AND newest = 1 FOR_UPDATE");
STATEMENT(newest_all, "SELECT " PRODUCT " FROM deposit_product WHERE newest = 1 ORDER BY code LIMIT $1");
STATEMENT(any, "SELECT id FROM deposit_product LIMIT 1");
STATEMENT(older, "UPDATE deposit_product SET newest = 0 WHERE code = $1 AND newest = 1");
STATEMENT(insert, "INSERT INTO deposit_product (" PRODUCT ") VALUES ($1, $2, $3, 1, $4, $5, $6)");

static const char *const units[] = {"demand", "days", "months", NULL};
static const char *const everies[] = {"day", "month", "quarter", "end", NULL};

struct text deposit_product_title(const struct product *product, enum language language) {
    return language == LANGUAGE_EN ? product->title_en : product->title_ru;
}

/* ---- JSON ---- */

struct text deposit_product_write(struct arena *arena, const struct product *product) {
    const struct deposit_terms *terms = &product->terms;
    struct node *data = doc_new(arena);
    doc_text(data, "code", product->code);
    doc_text(data, "title_ru", product->title_ru);
    doc_text(data, "title_en", product->title_en);
    doc_bool(data, "offered", product->offered);
    doc_text(data, "unit", text_from(units[terms->unit]));
    doc_int(data, "term_least", terms->term_least);
    doc_int(data, "term_most", terms->term_most);
    doc_text(data, "rates", rate_steps_text(arena, terms));
    doc_text(data, "early", early_steps_text(arena, terms));
    doc_text(data, "sum_least", money_decimal(arena, rub(terms->sum_least)));
    doc_text(data, "sum_most", money_decimal(arena, rub(terms->sum_most)));
    doc_text(data, "topup_least", money_decimal(arena, rub(terms->topup_least)));
    doc_int(data, "topup_days", terms->topup_days);
    doc_text(data, "left_least", money_decimal(arena, rub(terms->left_least)));
    doc_text(data, "every", text_from(everies[terms->every]));
    doc_bool(data, "to_account", terms->to_account);
    doc_bool(data, "prolongs", terms->prolongs);
    struct buffer out = buffer_new(arena, 1024);
    doc_write_json(data, &out);
    return buffer_text(&out);
}

static struct text words(const json_t *data, const char *name, struct arena *arena) {
    const json_t *value = json_object_get(data, name);
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

static bool sum_of(const json_t *data, const char *name, struct arena *arena, int64_t *sum) {
    struct money money;
    struct text text = words(data, name, arena);
    *sum = 0;
    if (text.size == 0) return true;
    bool good = money_parse(text, CURRENCY_RUB, &money);
    if (good) *sum = money.minor;
    return good;
}

static int one_of(const json_t *data, const char *name, const char *const *choices) {
    const char *value = json_string_value(json_object_get(data, name));
    for (int i = 0; value != NULL && choices[i] != NULL; i++)
        if (text_is(text_from(value), choices[i])) return i;
    return -1;
}

bool deposit_product_read(struct arena *arena, struct text json, struct product *product) {
    const json_t *data = json_read(arena, json);
    struct deposit_terms *terms = &product->terms;
    if (!json_is_object(data)) return false;
    int unit = one_of(data, "unit", units), every = one_of(data, "every", everies);
    *product = (struct product){.code = words(data, "code", arena),
                                .title_ru = words(data, "title_ru", arena),
                                .title_en = words(data, "title_en", arena),
                                .offered = json_is_true(json_object_get(data, "offered")),
                                .terms = {.unit = (enum term_unit)unit,
                                          .every = (enum interest_every)every,
                                          .term_least = json_integer_value(json_object_get(data, "term_least")),
                                          .term_most = json_integer_value(json_object_get(data, "term_most")),
                                          .topup_days = json_integer_value(json_object_get(data, "topup_days")),
                                          .to_account = json_is_true(json_object_get(data, "to_account")),
                                          .prolongs = json_is_true(json_object_get(data, "prolongs"))}};
    return unit >= 0 && every >= 0 && product->code.size > 0 && product->title_ru.size > 0 &&
           product->title_en.size > 0 && rate_steps_parse(words(data, "rates", arena), terms) &&
           early_steps_parse(words(data, "early", arena), terms) &&
           sum_of(data, "sum_least", arena, &terms->sum_least) && sum_of(data, "sum_most", arena, &terms->sum_most) &&
           sum_of(data, "topup_least", arena, &terms->topup_least) &&
           sum_of(data, "left_least", arena, &terms->left_least) && deposit_terms_wrong(terms) == NULL;
}

/* ---- rows ---- */

static bool read_row(const struct rows *row, struct arena *arena, struct product *product) {
    if (!deposit_product_read(arena, row_text(row, 4), product)) return false;
    product->id = row_int(row, 0);
    product->version = row_int(row, 2);
    product->newest = row_int(row, 3) != 0;
    product->staff = row_int(row, 5);
    product->at = row_int(row, 6);
    return true;
}

static bool only(struct tx *tx, struct rows *rows, struct product *product) {
    bool found = rows_next(rows) && read_row(rows, tx_arena(tx), product);
    rows_end(rows);
    return found;
}

bool deposit_product_find(struct tx *tx, int64_t id, struct product *product) {
    return only(tx, tx_query(tx, &by_id, VALUES(V_INT(id))), product);
}

bool deposit_product_newest(struct tx *tx, struct text code, struct product *product) {
    return only(tx, tx_query(tx, &by_code, VALUES(V_TEXT(code))), product);
}

size_t deposit_products_of(struct tx *tx, struct product *products, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &newest_all, VALUES(V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) count += read_row(rows, tx_arena(tx), &products[count]);
    rows_end(rows);
    return count;
}

void deposit_product_put(struct tx *tx, struct product *product) {
    struct product before = {.version = 0};
    only(tx, tx_query(tx, &by_code_lock, VALUES(V_TEXT(product->code))), &before);
    product->id = world_id(tx_world(tx));
    product->version = before.version + 1;
    product->newest = true;
    tx_run(tx, &older, VALUES(V_TEXT(product->code)));
    tx_run(tx, &insert,
           VALUES(V_INT(product->id), V_TEXT(product->code), V_INT(product->version),
                  V_TEXT(deposit_product_write(tx_arena(tx), product)), V_INT(product->staff),
                  V_INT(world_now(tx_world(tx)))));
}

/* ---- what an empty catalogue begins with ---- */

static struct text read_file(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, FILE_MOST);
    size_t size = fread(bytes, 1, FILE_MOST, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

bool deposits_seed_job(struct engine *engine, struct tx *tx) {
    const char *path = deposits_settings(engine)->catalogue_file;
    struct rows *rows = tx_query(tx, &any, NO_VALUES);
    bool there = rows_next(rows);
    rows_end(rows);
    if (there || path[0] == '\0') return false;
    struct text text = read_file(tx_arena(tx), path);
    const json_t *list = text.data != NULL ? json_read(tx_arena(tx), text) : NULL, *each;
    size_t at;
    if (!json_is_array(list))
        log_event(LOG_ERROR, TEXT_NONE, "deposits.catalogue_unreadable", LOG_TEXT("file", text_from(path)));
    json_array_foreach(list, at, each) {
        struct product product;
        struct buffer out = buffer_new(tx_arena(tx), 4096);
        size_t size = json_dumpb(each, out.data, out.room, JSON_COMPACT);
        if (size <= out.room && deposit_product_read(tx_arena(tx), (struct text){out.data, size}, &product))
            deposit_product_put(tx, &product);
        else
            log_event(LOG_ERROR, TEXT_NONE, "deposits.product_unreadable", LOG_NUMBER("at", (int64_t)at));
    }
    return false;
}

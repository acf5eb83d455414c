/* product.c: the catalogue as rows: each change is another version, none is ever changed or removed, since contracts
 * keep theirs. The content is JSON: what staff confirm, what the table holds and what a file brings are the same. */
#include "products/loans/loans.h"

#include "base/json.h"

#include <jansson.h>

#define PRODUCT "id, code, version, newest, content, staff, at"

STATEMENT(by_id, "SELECT " PRODUCT " FROM loan_product WHERE id = $1");
STATEMENT(by_code, "SELECT " PRODUCT " FROM loan_product WHERE code = $1 AND newest = 1");
STATEMENT(by_code_lock, "SELECT " PRODUCT " FROM loan_product WHERE code = $1 AND newest = 1 FOR_UPDATE");
STATEMENT(newest_all, "SELECT " PRODUCT " FROM loan_product WHERE newest = 1 ORDER BY code LIMIT $1");
STATEMENT(older, "UPDATE loan_product SET newest = 0 WHERE code = $1 AND newest = 1");
STATEMENT(insert, "INSERT INTO loan_product (" PRODUCT ") VALUES ($1, $2, $3, 1, $4, $5, $6)");

static const char *const kinds[] = {"annuity", "differentiated", "bullet", NULL};
static const char *const units[] = {"months", "days", NULL};

#define DAYS_OF_RATE 365 /* a rate that is given a day is so many times that a year */

struct text credit_product_title(const struct credit_product *product, enum language language) {
    return language == LANGUAGE_EN ? product->title_en : product->title_ru;
}

/* ---- JSON ---- */

static struct text rate_given(struct arena *arena, int64_t rate, bool daily) {
    return rate_text(arena, daily ? rate / DAYS_OF_RATE : rate);
}

static void write_extras(struct arena *arena, const struct credit_terms *terms, struct node *data) {
    struct node *list = doc_array(data, "extras");
    for (size_t i = 0; i < terms->extra_count; i++) {
        struct node *extra = doc_add_object(list);
        doc_text(extra, "code", terms->extras[i].code);
        doc_text(extra, "title_ru", terms->extras[i].title_ru);
        doc_text(extra, "title_en", terms->extras[i].title_en);
        doc_text(extra, "price", money_decimal(arena, rub(terms->extras[i].price)));
    }
}

struct text credit_product_write(struct arena *arena, const struct credit_product *product) {
    const struct credit_terms *terms = &product->terms;
    struct node *data = doc_new(arena);
    doc_text(data, "code", product->code);
    doc_text(data, "title_ru", product->title_ru);
    doc_text(data, "title_en", product->title_en);
    doc_bool(data, "offered", product->offered);
    doc_text(data, "kind", text_from(kinds[terms->kind]));
    doc_text(data, "unit", text_from(units[terms->unit]));
    doc_int(data, "length", terms->length);
    doc_int(data, "term_least", terms->term_least);
    doc_int(data, "term_most", terms->term_most);
    doc_text(data, "sum_least", money_decimal(arena, rub(terms->sum_least)));
    doc_text(data, "sum_most", money_decimal(arena, rub(terms->sum_most)));
    doc_text(data, "sum_step", money_decimal(arena, rub(terms->sum_step)));
    doc_text(data, "rate", rate_given(arena, terms->rate, terms->day_rate));
    doc_bool(data, "day_rate", terms->day_rate);
    doc_bool(data, "late_interest", terms->late_interest);
    doc_text(data, "penalty", rate_given(arena, terms->penalty, terms->penalty_a_day));
    doc_bool(data, "penalty_a_day", terms->penalty_a_day);
    doc_int(data, "extend_least", terms->extend_least);
    doc_int(data, "extend_most", terms->extend_most);
    doc_int(data, "extend_times", terms->extend_times);
    write_extras(arena, terms, data);
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
    bool good = money_parse(words(data, name, arena), CURRENCY_RUB, &money);
    *sum = good ? money.minor : 0;
    return good;
}

static int one_of(const json_t *data, const char *name, const char *const *choices) {
    const char *value = json_string_value(json_object_get(data, name));
    for (int i = 0; value != NULL && choices[i] != NULL; i++)
        if (text_is(text_from(value), choices[i])) return i;
    return -1;
}

static bool flag(const json_t *data, const char *name) { return json_is_true(json_object_get(data, name)); }
static int64_t number(const json_t *data, const char *name) { return json_integer_value(json_object_get(data, name)); }

static bool rate_of(const json_t *data, const char *name, bool daily, struct arena *arena, int64_t *rate) {
    if (!rate_parse(words(data, name, arena), rate)) return false;
    if (daily) *rate *= DAYS_OF_RATE;
    return *rate <= RATE_MOST;
}

static bool read_extras(const json_t *data, struct arena *arena, struct credit_terms *terms) {
    const json_t *list = json_object_get(data, "extras"), *each;
    size_t at;
    if (json_array_size(list) > CREDIT_EXTRAS) return false;
    json_array_foreach(list, at, each) {
        struct credit_extra *extra = &terms->extras[terms->extra_count++];
        *extra = (struct credit_extra){.code = words(each, "code", arena),
                                       .title_ru = words(each, "title_ru", arena),
                                       .title_en = words(each, "title_en", arena)};
        if (!sum_of(each, "price", arena, &extra->price)) return false;
    }
    return true;
}

static bool read_terms(const json_t *data, struct arena *arena, struct credit_terms *terms) {
    int kind = one_of(data, "kind", kinds), unit = one_of(data, "unit", units);
    if (kind < 0 || unit < 0) return false;
    *terms = (struct credit_terms){.kind = (enum schedule_kind)kind,
                                   .unit = (enum schedule_unit)unit,
                                   .length = number(data, "length"),
                                   .term_least = number(data, "term_least"),
                                   .term_most = number(data, "term_most"),
                                   .day_rate = flag(data, "day_rate"),
                                   .late_interest = flag(data, "late_interest"),
                                   .penalty_a_day = flag(data, "penalty_a_day"),
                                   .extend_least = number(data, "extend_least"),
                                   .extend_most = number(data, "extend_most"),
                                   .extend_times = number(data, "extend_times")};
    return sum_of(data, "sum_least", arena, &terms->sum_least) && sum_of(data, "sum_most", arena, &terms->sum_most) &&
           sum_of(data, "sum_step", arena, &terms->sum_step) &&
           rate_of(data, "rate", terms->day_rate, arena, &terms->rate) &&
           rate_of(data, "penalty", terms->penalty_a_day, arena, &terms->penalty) &&
           read_extras(data, arena, terms) && credit_terms_wrong(terms) == NULL;
}

bool credit_product_read(struct arena *arena, struct text json, struct credit_product *product) {
    const json_t *data = json_read(arena, json);
    if (!json_is_object(data)) return false;
    *product = (struct credit_product){.code = words(data, "code", arena),
                                       .title_ru = words(data, "title_ru", arena),
                                       .title_en = words(data, "title_en", arena),
                                       .offered = flag(data, "offered")};
    return product->code.size > 0 && product->title_ru.size > 0 && product->title_en.size > 0 &&
           read_terms(data, arena, &product->terms);
}

/* ---- rows ---- */

static bool read_row(const struct rows *row, struct arena *arena, struct credit_product *product) {
    if (!credit_product_read(arena, row_text(row, 4), product)) return false;
    product->id = row_int(row, 0);
    product->version = row_int(row, 2);
    product->newest = row_int(row, 3) != 0;
    product->staff = row_int(row, 5);
    product->at = row_int(row, 6);
    return true;
}

static bool only(struct tx *tx, struct rows *rows, struct credit_product *product) {
    bool found = rows_next(rows) && read_row(rows, tx_arena(tx), product);
    rows_end(rows);
    return found;
}

bool credit_product_find(struct tx *tx, int64_t id, struct credit_product *product) {
    return only(tx, tx_query(tx, &by_id, VALUES(V_INT(id))), product);
}

bool credit_product_newest(struct tx *tx, struct text code, struct credit_product *product) {
    return only(tx, tx_query(tx, &by_code, VALUES(V_TEXT(code))), product);
}

size_t credit_products_of(struct tx *tx, struct credit_product *products, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &newest_all, VALUES(V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) count += read_row(rows, tx_arena(tx), &products[count]);
    rows_end(rows);
    return count;
}

void credit_product_put(struct tx *tx, struct credit_product *product) {
    struct credit_product before = {.version = 0};
    only(tx, tx_query(tx, &by_code_lock, VALUES(V_TEXT(product->code))), &before);
    product->id = world_id(tx_world(tx));
    product->version = before.version + 1;
    product->newest = true;
    tx_run(tx, &older, VALUES(V_TEXT(product->code)));
    tx_run(tx, &insert,
           VALUES(V_INT(product->id), V_TEXT(product->code), V_INT(product->version),
                  V_TEXT(credit_product_write(tx_arena(tx), product)), V_INT(product->staff),
                  V_INT(world_now(tx_world(tx)))));
}

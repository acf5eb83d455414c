/* seed.c: the shops with which an empty catalogue begins, from a file of the operator's own: opened, shown and with
 * their promotions as if staff had agreed to all of it. What is wrong in the file is told in the log and left out. */
#include "showcase/internal.h"

#include "base/json.h"
#include "base/log.h"

#include <jansson.h>
#include <stdio.h>

#define FILE_MOST (1024 * 1024)

STATEMENT(any, "SELECT shop FROM showcase_card LIMIT 1");

static struct text read_file(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, FILE_MOST);
    size_t size = fread(bytes, 1, FILE_MOST, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

static struct text member(const json_t *object, const char *name) {
    const char *value = json_string_value(json_object_get(object, name));
    return text_from(value != NULL ? value : "");
}

static int category_of(struct text name) {
    for (int i = 0; i < CATEGORIES; i++)
        if (text_is(name, category_names[i])) return i;
    return -1;
}

static bool places_put(struct tx *tx, int64_t shop, const json_t *list) {
    size_t at;
    const json_t *each;
    json_array_foreach(list, at, each) {
        struct shop_card_place place = {.address = member(each, "address"), .hours = member(each, "hours")};
        if (place.address.size == 0 || !spot_read(tx_arena(tx), member(each, "place"), &place.spot)) return false;
        shop_card_place_add(tx, shop, &place);
    }
    return true;
}

static bool sales_put(struct engine *engine, struct tx *tx, int64_t shop, const json_t *list) {
    size_t at;
    const json_t *each;
    int64_t today = showcase_today(engine);
    json_array_foreach(list, at, each) {
        int64_t days = json_integer_value(json_object_get(each, "days"));
        struct sale sale = {
            .shop = shop, .discount = member(each, "discount"), .starts = today, .ends = today + days - 1};
        sale.title[LANGUAGE_RU] = member(each, "title_ru");
        sale.title[LANGUAGE_EN] = member(each, "title_en");
        sale.words[LANGUAGE_RU] = member(each, "words_ru");
        sale.words[LANGUAGE_EN] = member(each, "words_en");
        if (sale.title[0].size == 0 || sale.title[1].size == 0 || sale.words[0].size == 0 ||
            sale.words[1].size == 0 || sale_wrong(sale.starts, sale.ends, today) != SALE_GOOD)
            return false;
        sale_add(tx, &sale);
        sale_state_put(tx, &sale, SALE_AGREED, TEXT(""));
    }
    return true;
}

/* False: nothing was written, or not all that the file has of it. */
static bool shop_begin(struct engine *engine, struct tx *tx, const json_t *each) {
    const struct showcase_state *state = showcase_state_of(engine);
    struct text plans = member(each, "plans");
    struct shop shop = {.title = member(each, "title"),
                        .legal = member(each, "legal"),
                        .inn = member(each, "inn"),
                        .category = TEXT(""),
                        .site = member(each, "site")};
    struct shop_card card = {.category = category_of(member(each, "category")), .site = shop.site};
    card.words[LANGUAGE_RU] = member(each, "words_ru");
    card.words[LANGUAGE_EN] = member(each, "words_en");
    if (shop.title.size == 0 || card.category < 0 || card.words[0].size == 0 || card.words[1].size == 0) return false;
    shop_put(tx, &shop);
    card.shop = shop.id;
    shop_card_write(tx, &card);
    bool whole = places_put(tx, shop.id, json_object_get(each, "places"));
    shop_card_state_put(tx, &card, CARD_AGREED, TEXT(""));
    shop_card_show(tx, shop.id);
    listed_put(tx, &shop, &card);
    if (plans.size > 0 && state->plans_begin != NULL) whole = state->plans_begin(tx, shop.id, plans) && whole;
    return sales_put(engine, tx, shop.id, json_object_get(each, "sales")) && whole;
}

bool showcase_seed_job(struct engine *engine, struct tx *tx) {
    const struct showcase_settings *settings = engine_settings(engine, &showcase_feature);
    const char *path = settings->catalogue_file;
    struct rows *rows = tx_query(tx, &any, NO_VALUES);
    bool there = rows_next(rows);
    rows_end(rows);
    if (there || path[0] == '\0') return false;
    struct text text = read_file(tx_arena(tx), path);
    const json_t *list = text.data != NULL ? json_read(tx_arena(tx), text) : NULL, *each;
    size_t at;
    if (!json_is_array(list))
        log_event(LOG_ERROR, TEXT_NONE, "showcase.catalogue_unreadable", LOG_TEXT("file", text_from(path)));
    json_array_foreach(list, at, each) {
        if (at < LISTED_MOST && shop_begin(engine, tx, each)) continue;
        log_event(LOG_ERROR, TEXT_NONE, "showcase.shop_unreadable", LOG_NUMBER("at", (int64_t)at));
    }
    return false;
}

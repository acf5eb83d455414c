/* words.c: what pages tell of categories, places and cards. */
#include "showcase/internal.h"

int64_t showcase_today(const struct engine *engine) {
    return date_to_days(civil_at(world_now(engine_world(engine)), engine_zone(engine)).date);
}

struct text category_title(struct arena *arena, const struct locale *locale, int category) {
    static const string_id titles[CATEGORIES] = {/* as category_names has them */
                                                 S_showcase_electronics, S_showcase_home,   S_showcase_clothes,
                                                 S_showcase_shoes,       S_showcase_beauty, S_showcase_children,
                                                 S_showcase_sport,       S_showcase_health, S_showcase_education,
                                                 S_showcase_travel,      S_showcase_auto,   S_showcase_other};
    return category >= 0 && category < CATEGORIES ? string_get(arena, locale, titles[category], NULL, 0) : TEXT_NONE;
}

static void option(struct node *list, struct text value, struct text title, bool selected) {
    struct node *node = doc_add_object(list);
    doc_text(node, "value", value);
    doc_text(node, "title", title);
    doc_bool(node, "selected", selected);
}

void categories_tell(struct request *request, string_id none, int chosen, struct node *list) {
    if (none != 0)
        option(list, TEXT(""), string_get(request->arena, &request->locale, none, NULL, 0), chosen < 0);
    for (int i = 0; i < CATEGORIES; i++)
        option(list, text_from(category_names[i]), category_title(request->arena, &request->locale, i), i == chosen);
}

void place_tell(struct arena *arena, const struct shop_card_place *place, struct node *node) {
    doc_id(node, "id", place->id);
    doc_text(node, "address", place->address);
    doc_text(node, "hours", place->hours);
    struct text longitude = TEXT_NONE, where = spot_text(arena, place->spot);
    struct text latitude = where.data != NULL ? text_split(where, ',', &longitude) : TEXT_NONE;
    doc_text(node, "place", where);
    doc_text(node, "latitude", latitude);
    doc_text(node, "longitude", longitude);
}

void shop_card_tell(struct request *request, struct tx *tx, int64_t shop, enum side side, const char *name,
               struct node *document) {
    struct shop_card card;
    bool found = shop_card_find(tx, shop, side, &card);
    struct shop_card_place *places = arena_array(request->arena, struct shop_card_place, SHOP_PLACES);
    size_t count = shop_card_places(tx, shop, side, places, SHOP_PLACES);
    if (!found && count == 0) {
        doc_null(document, name);
        return;
    }
    struct node *node = doc_object(document, name);
    doc_text(node, "category", card.category >= 0 ? text_from(category_names[card.category]) : TEXT_NONE);
    doc_text(node, "category_title", category_title(request->arena, &request->locale, card.category));
    doc_text(node, "site", card.site);
    doc_text(node, "words_ru", card.words[LANGUAGE_RU]);
    doc_text(node, "words_en", card.words[LANGUAGE_EN]);
    struct node *list = doc_array(node, "places");
    for (size_t i = 0; i < count; i++) place_tell(request->arena, &places[i], doc_add_object(list));
}

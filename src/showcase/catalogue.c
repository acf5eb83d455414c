/* catalogue.c: GET /instalments/shops: partner shops by words, category, where they sell and how near; GET
 * /instalments/shops/{id}: one of them. Anybody's, as the list of terminals is; where he looks from is kept nowhere. */
#include "showcase/internal.h"

#include "base/search.h"

#define SHOWN 50

STATEMENT(spots, "SELECT shop, latitude, longitude FROM showcase_place "
                 "WHERE side = 1 AND (latitude <> 0 OR longitude <> 0) ORDER BY shop, id LIMIT $1");

struct search {
    struct text asked; /* folded; empty: no words */
    bool placed;
    struct spot from;
    struct wish wish;
};

/* How far each of the list, which is in order of ids, is from there. */
static void measure(struct tx *tx, struct spot from, struct listed *list, size_t count) {
    size_t at = 0;
    struct rows *rows = tx_query(tx, &spots, VALUES(V_INT(PLACES_MOST)));
    while (rows_next(rows)) {
        while (at < count && list[at].shop < row_int(rows, 0)) at++;
        if (at == count || list[at].shop != row_int(rows, 0)) continue; /* it is closed */
        int64_t metres = spot_metres(from, (struct spot){(int32_t)row_int(rows, 1), (int32_t)row_int(rows, 2)});
        if (metres < list[at].metres) list[at].metres = metres;
    }
    rows_end(rows);
}

/* ---- the list ---- */

/* To ten metres below a kilometre, to a hundred below ten: nobody walks more exactly. */
static void distance_tell(struct node *node, int64_t metres) {
    doc_int(node, "metres", metres);
    doc_bool(node, "far", metres >= 995);
    doc_int(node, "tens", (metres + 5) / 10 * 10);
    doc_int(node, "kilometres", metres >= 9950 ? (metres + 500) / 1000 : (metres + 50) / 1000);
    doc_int(node, "tenths", metres >= 9950 ? 0 : (metres + 50) / 100 % 10);
}

static void shop_tell(struct request *request, const struct listed *shop, struct node *node) {
    doc_id(node, "id", shop->shop);
    doc_text(node, "title", shop->title);
    doc_text(node, "category", text_from(category_names[shop->category]));
    doc_text(node, "category_title", category_title(request->arena, &request->locale, shop->category));
    doc_bool(node, "online", shop->online);
    doc_int(node, "places", (int64_t)shop->places);
    if (shop->metres != SPOT_FAR) distance_tell(node, shop->metres);
}

static void choices_tell(struct request *request, const struct search *search, struct node *document) {
    static const struct {
        const char *value;
        string_id title;
    } ways[] = {{"any", S_showcase_where_any},
                {"online", S_showcase_where_online},
                {"places", S_showcase_where_places},
                {"near", S_showcase_where_near}};
    categories_tell(request, S_showcase_category_any, search->wish.category, doc_array(document, "categories"));
    struct node *list = doc_array(document, "ways");
    doc_text(document, "way", text_from(ways[search->wish.where].value));
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (i == WHERE_NEAR && !search->placed) continue; /* where one is, the browser says */
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(ways[i].value));
        doc_text(node, "title", string_get(request->arena, &request->locale, ways[i].title, NULL, 0));
        doc_bool(node, "selected", search->wish.where == (enum where)i);
    }
}

/* FLOW_NEXT: what is asked is understood. */
static enum flow search_read(struct request *request, struct search *search) {
    struct text at = field_text(request, "at");
    *search = (struct search){.asked = search_fold(request->arena, field_text(request, "q")),
                              .wish = {.category = -1, .where = WHERE_ANY}};
    search->wish.words = search->asked.size > 0;
    search->placed = at.size > 0;
    if (search->placed && !spot_read(request->arena, at, &search->from))
        return refuse_field(request, "at", S_showcase_place_bad);
    if (field_given(request, "category")) search->wish.category = (int)field_number(request, "category");
    if (field_given(request, "where")) search->wish.where = (enum where)field_number(request, "where");
    else if (search->placed) search->wish.where = WHERE_NEAR;
    if (search->wish.where == WHERE_NEAR && !search->placed) search->wish.where = WHERE_PLACES;
    return FLOW_NEXT;
}

/* Where the page before ended; false: this is the first. */
static bool mark_read(struct request *request, struct tx *tx, const struct search *search, struct listed *mark) {
    if (!field_given(request, "after") || !field_given(request, "rank")) return false;
    *mark = (struct listed){.shop = field_number(request, "after"), .metres = SPOT_FAR};
    mark->folded = listed_folded(tx, mark->shop);
    catalogue_rank_put(&search->wish, mark, field_number(request, "rank"));
    return true;
}

static void page_tell(struct request *request, struct tx *tx, const struct search *search, const struct listed *list,
                      size_t count, struct node *document) {
    struct listed mark;
    size_t from = mark_read(request, tx, search, &mark) ? catalogue_behind(&search->wish, list, count, &mark) : 0;
    size_t to = count - from > SHOWN ? from + SHOWN : count;
    struct node *shops = doc_array(document, "shops");
    for (size_t i = from; i < to; i++) shop_tell(request, &list[i], doc_add_object(shops));
    if (to == count) {
        doc_null(document, "more");
        return;
    }
    struct node *more = doc_object(document, "more");
    doc_id(more, "after", list[to - 1].shop);
    doc_int(more, "rank", catalogue_rank(&search->wish, &list[to - 1]));
}

/* GET /instalments/shops */
enum flow catalogue_page(struct request *request, struct tx *tx) {
    struct search search;
    struct listed *list = arena_array(request->arena, struct listed, LISTED_MOST);
    if (request->caller.kind != WHO_CUSTOMER) request->answer.page = &template_showcase_catalogue_guest;
    if (search_read(request, &search) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    size_t all = listed_read(tx, search.asked, list);
    if (search.placed) measure(tx, search.from, list, all);
    size_t count = catalogue_pick(&search.wish, list, all);
    doc_bool(document, "any", all > 0);
    doc_int(document, "count", (int64_t)count);
    doc_bool(document, "near", search.wish.where == WHERE_NEAR);
    doc_text(document, "at", spot_text(request->arena, search.from));
    choices_tell(request, &search, document);
    page_tell(request, tx, &search, list, count, document);
    return answer_ok(request, document);
}

void showcase_newest_tell(struct request *request, struct tx *tx, size_t most, struct node *shops) {
    struct listed *list = arena_array(request->arena, struct listed, most);
    size_t count = listed_newest(tx, list, most);
    for (size_t i = 0; i < count; i++) shop_tell(request, &list[i], doc_add_object(shops));
}

/* ---- one shop ---- */

/* GET /instalments/shops/{id} */
enum flow shop_show(struct request *request, struct tx *tx) {
    struct showcase_state *state = showcase_state_of(request->engine);
    struct listed shop;
    struct shop_card card;
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !listed_find(tx, id, &shop) ||
        !shop_card_find(tx, id, SIDE_SHOWN, &card))
        return answer_missing(request);
    if (request->caller.kind != WHO_CUSTOMER) request->answer.page = &template_showcase_shop_guest;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    doc_text(document, "title", shop.title);
    doc_text(document, "category", text_from(category_names[card.category]));
    doc_text(document, "category_title", category_title(request->arena, &request->locale, card.category));
    doc_text(document, "words", card.words[request->locale.language]);
    doc_text(document, "site", card.site.size > 0 ? card.site : TEXT_NONE);
    struct node *places = doc_array(document, "places"), *plans = doc_array(document, "plans");
    struct shop_card_place *found = arena_array(request->arena, struct shop_card_place, SHOP_PLACES);
    size_t count = shop_card_places(tx, id, SIDE_SHOWN, found, SHOP_PLACES);
    for (size_t i = 0; i < count; i++) place_tell(request->arena, &found[i], doc_add_object(places));
    sales_tell(request, tx, id, doc_array(document, "sales"));
    if (state->plans != NULL) {
        state->plans(request, tx, id, document, plans);
    } else {
        doc_null(document, "least");
        doc_null(document, "most");
    }
    return answer_ok(request, document);
}

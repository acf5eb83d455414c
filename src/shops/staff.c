/* staff.c: staff's pages about partner shops: found, opened, closed, what is known of each (BO-4). Its people, keys
 * and callbacks are where its own are: people.c, keys_page.c,
 * callbacks_page.c. */
#include "shops/internal.h"

#include "backoffice/backoffice.h"
#include "base/identifiers.h"
#include "base/search.h"

#define ROOM 50000
#define LISTED 100

STATEMENT(all, "SELECT id, title, legal, inn, category, test, open FROM shop ORDER BY title, id LIMIT $1");
STATEMENT(change, "UPDATE shop SET title = $2, legal = $3, inn = $4, category = $5, site = $6 WHERE id = $1");
STATEMENT(open_put, "UPDATE shop SET open = $2 WHERE id = $1");
STATEMENT(namesake, "SELECT id FROM shop WHERE inn = $1 AND title = $2 AND id <> $3 LIMIT 1");

static const struct refusal inn_bad = {"inn-bad", 422, S_shops_staff_inn_bad, false};
static const struct refusal legal_missing = {"legal-missing", 422, S_shops_staff_legal_missing, false};
static const struct refusal known = {"shop-known", 409, S_shops_staff_known, false};
static const struct refusal site_bad = {"site-bad", 422, S_shops_staff_site_bad, false};

static struct text given(struct request *request, const char *name) {
    return field_given(request, name) ? field_text(request, name) : TEXT("");
}

/* ---- the list ---- */

/* A number is known by its beginning, everything else by words. */
static bool wanted(struct request *request, const struct rows *rows, struct text asked) {
    int64_t number = 0;
    if (text_to_int(asked, &number))
        return row_int(rows, 0) == number || text_equal(text_slice(row_text(rows, 3), 0, asked.size), asked);
    struct text title = search_fold(request->arena, row_text(rows, 1));
    struct text words = search_fold(
        request->arena,
        text_format(request->arena, "%.*s %.*s", TEXT_ARG(row_text(rows, 2)), TEXT_ARG(row_text(rows, 4))));
    return search_score(asked, title, words) > 0;
}

/* GET /staff/shops */
enum flow shops_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *list = doc_array(document, "shops");
    struct text q = field_known(request, "q") ? given(request, "q") : TEXT("");
    struct text asked = search_fold(request->arena, q);
    int64_t count = 0;
    struct rows *rows = tx_query(tx, &all, VALUES(V_INT(ROOM)));
    while (rows_next(rows)) {
        if ((asked.size > 0 && !wanted(request, rows, asked)) || ++count > LISTED) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "title", row_text(rows, 1));
        doc_text(node, "legal", row_text(rows, 2));
        doc_text(node, "inn", row_text(rows, 3));
        doc_bool(node, "test", row_int(rows, 5) != 0);
        doc_bool(node, "open", row_int(rows, 6) != 0);
    }
    rows_end(rows);
    doc_int(document, "count", count);
    doc_text(document, "q", q);
    doc_bool(document, "more", count > LISTED);
    return answer_ok(request, document);
}

/* ---- opened ---- */

/* A test shop is nobody's company. A company may have many shops, of different names: so a form sent twice opens
 * one. */
static enum flow judge(struct request *request, struct tx *tx, int64_t id, bool test) {
    struct text inn = given(request, "inn"), site = given(request, "site");
    if (!test && given(request, "legal").size == 0) return refuse_at(request, "legal", &legal_missing);
    if (!(test && inn.size == 0) && !inn_valid(inn)) return refuse_at(request, "inn", &inn_bad);
    if (site.size > 0 && !shop_address_good(site, true)) return refuse_at(request, "site", &site_bad);
    if (inn.size == 0) return FLOW_NEXT;
    struct rows *rows = tx_query(tx, &namesake, VALUES(V_TEXT(inn), V_TEXT(field_text(request, "title")), V_INT(id)));
    bool there = rows_next(rows);
    rows_end(rows);
    return there ? refuse_at(request, "title", &known) : FLOW_NEXT;
}

/* POST /staff/shops */
enum flow shop_add(struct request *request, struct tx *tx) {
    bool test = field_number(request, "test") != 0;
    if (judge(request, tx, 0, test) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct place place = {.shop = {.title = field_text(request, "title"),
                                   .legal = given(request, "legal"),
                                   .inn = given(request, "inn"),
                                   .category = given(request, "category"),
                                   .site = given(request, "site"),
                                   .test = test},
                          .staff = true};
    shop_put(tx, &place.shop);
    int64_t id = place.shop.id;
    audit_record(request, 0, "shops.shop.opened", place.shop.title);
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    doc_id(document, "id", id);
    doc_text(document, "title", place.shop.title);
    doc_text(document, "key", shop_key_make(request, tx, id, id, world_now(request->world)));
    return answer_ok(request, document);
}

/* ---- one of them ---- */

static void places_tell(struct request *request, int64_t shop, struct node *list) {
    size_t count = 0;
    const struct feature *const *feature = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct shop_place *place = feature[i]->shop_places; place != NULL && place->before != NULL;
             place++) {
            if ((place->roles & request->caller.roles) == 0) continue;
            struct node *node = doc_add_object(list);
            doc_text(node, "title", string_get(request->arena, &request->locale, place->title, NULL, 0));
            doc_text(node, "hint", string_get(request->arena, &request->locale, place->hint, NULL, 0));
            doc_text(node, "path",
                     text_format(request->arena, "%s%lld%s", place->before, (long long)shop, place->after));
            doc_text(node, "icon", text_from(place->icon));
        }
}

static enum flow facts_page(struct request *request, struct tx *tx, bool counted) {
    struct place place;
    if (place_enter(request, tx, SHOP_ANY, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    shop_facts_tell(&place.shop, document);
    if (counted) {
        doc_int(document, "people", members_count(tx, place.shop.id));
        doc_int(document, "keys", (int64_t)shop_keys_good(tx, place.shop.id));
        places_tell(request, place.shop.id, doc_array(document, "places"));
    }
    return answer_ok(request, document);
}

/* GET /staff/shops/{id} */
enum flow staff_shop_page(struct request *request, struct tx *tx) {
    return facts_page(request, tx, true);
}

/* GET /staff/shops/{id}/edit */
enum flow shop_edit_page(struct request *request, struct tx *tx) {
    return facts_page(request, tx, false);
}

static void tell_others(struct request *request, struct tx *tx, int64_t shop) {
    const struct event event = {.kind = EVENT_SHOP, .number = shop};
    engine_emit(request->engine, tx, &event);
}

/* POST /staff/shops/{id} */
enum flow shop_change(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, SHOP_ANY, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (judge(request, tx, place.shop.id, place.shop.test) == FLOW_ANSWERED) return FLOW_ANSWERED;
    tx_run(tx, &change,
           VALUES(V_INT(place.shop.id), V_TEXT(field_text(request, "title")), V_TEXT(given(request, "legal")),
                  V_TEXT(given(request, "inn")), V_TEXT(given(request, "category")), V_TEXT(given(request, "site"))));
    tell_others(request, tx, place.shop.id);
    place_record(request, &place, "shops.shop.changed", field_text(request, "title"));
    return place_done(request, &place, TEXT(""));
}

/* POST /staff/shops/{id}/switch */
enum flow shop_switch(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, SHOP_ANY, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool open = switch_on(request, place.shop.open);
    tx_run(tx, &open_put, VALUES(V_INT(place.shop.id), V_INT(open)));
    tell_others(request, tx, place.shop.id);
    place_record(request, &place, open ? "shops.shop.reopened" : "shops.shop.closed", TEXT(""));
    return place_done(request, &place, TEXT(""));
}

/* keys_page.c: a shop's keys are changed by its owner, who proves himself anew, or by staff: a new one, shown once,
 * stands beside the older one, which ends when whoever makes it says so. */
#include "shops/internal.h"

static const struct refusal keys_many = {"keys-many", 409, S_shops_keys_many, true}; /* kept: the proof was good */

/* When the older one ends: a day, unless the form says otherwise. */
static void choices_tell(struct request *request, struct node *list) {
    static const struct {
        const char *value;
        enum key_end end;
        string_id title;
    } choices[] = {{"day", KEY_END_DAY, S_shops_keys_ends_day},
                   {"week", KEY_END_WEEK, S_shops_keys_ends_week},
                   {"now", KEY_END_NOW, S_shops_keys_ends_now}};
    enum key_end chosen = field_known(request, "ends") && field_given(request, "ends")
                              ? (enum key_end)field_number(request, "ends")
                              : KEY_END_DAY;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(choices[i].value));
        doc_text(node, "title", string_get(request->arena, &request->locale, choices[i].title, NULL, 0));
        doc_bool(node, "selected", choices[i].end == chosen);
    }
}

/* GET /shop/keys, /staff/shops/{id}/keys */
enum flow keys_page(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    shop_keys_tell(request, tx, place.shop.id, doc_array(document, "keys"));
    choices_tell(request, doc_array(document, "choices"));
    return answer_ok(request, document);
}

/* The only time that it is seen. */
static enum flow show_key(struct request *request, const struct place *place, struct text key) {
    struct node *document = doc_new(request->arena);
    place_shell(request, place, document);
    doc_id(document, "id", place->shop.id);
    doc_text(document, "title", place->shop.title);
    doc_text(document, "key", key);
    return answer_ok(request, document);
}

/* POST /shop/keys, /staff/shops/{id}/keys */
enum flow key_rotate(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    moment ends = key_end_at((enum key_end)field_number(request, "ends"), world_now(request->world));
    struct text key = shop_key_make(request, tx, place.shop.id, world_id(request->world), ends);
    if (!place.staff) member_proved(request, tx, place.person.login);
    if (key.data == NULL) return refuse_at(request, "ends", &keys_many);
    place_record(request, &place, "shops.key.made", TEXT(""));
    return show_key(request, &place, key);
}

/* GET /shop/keys/{key}/end, /staff/shops/{id}/keys/{key}/end */
enum flow key_stop_page(struct request *request, struct tx *tx) {
    struct place place;
    int64_t key = 0;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, place.rest, &key) || !shop_key_ends(tx, place.shop.id, key))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    doc_id(document, "key", key);
    return answer_ok(request, document);
}

/* POST /shop/keys/{key}/end, /staff/shops/{id}/keys/{key}/end: the older one, before its time. The newest has no end,
 * so that no shop is left without a key. */
enum flow key_stop(struct request *request, struct tx *tx) {
    struct place place;
    int64_t key = 0;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, place.rest, &key) || !shop_key_stop(tx, place.shop.id, key))
        return answer_missing(request);
    if (!place.staff) member_proved(request, tx, place.person.login);
    place_record(request, &place, "shops.key.ended", request->params[place.rest]);
    return place_done(request, &place, TEXT("keys"));
}

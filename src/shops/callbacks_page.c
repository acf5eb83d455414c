/* callbacks_page.c: the log of a shop's callbacks, for its people and for staff: what was sent where, each attempt,
 * what it said, and once more; and a trial, by which a shop's programmer sees whether his server checks signatures as
 * it should. */
#include "shops/internal.h"

#define READERS (SHOP_OWNER | SHOP_ORDERS)

static const struct refusal url_bad = {"url-bad", 422, S_shops_callbacks_url_bad, false};

static struct callbacks *line_of(struct request *request) {
    return &shops_state_of(request->engine)->callbacks;
}

/* GET /shop/callbacks, /staff/shops/{id}/callbacks */
enum flow callbacks_page(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, READERS, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct text order = field_known(request, "order") && field_given(request, "order") ? field_text(request, "order")
                                                                                       : TEXT("");
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    doc_text(document, "order", order);
    struct node *list = doc_array(document, "callbacks");
    callbacks_tell(line_of(request), request->engine, tx, place.shop.id, order, list);
    doc_bool(document, "searchable", order.size > 0 || list->count > 0);
    return answer_ok(request, document);
}

/* FLOW_NEXT: one of that place's; another shop's is as a missing one. */
static enum flow find(struct request *request, struct tx *tx, struct place *place, struct callback *callback) {
    int64_t id = 0;
    if (place_enter(request, tx, READERS, place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return request_param_id(request, place->rest, &id) &&
                   callback_find(line_of(request), tx, place->shop.id, id, callback)
               ? FLOW_NEXT
               : answer_missing(request);
}

/* GET /shop/callbacks/{callback}, /staff/shops/{id}/callbacks/{callback}: what it said may be about a customer, so it
 * is on record that staff saw it. */
enum flow callback_page(struct request *request, struct tx *tx) {
    struct place place;
    struct callback callback;
    if (find(request, tx, &place, &callback) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    place_shell(request, &place, document);
    callback_tell(line_of(request), request->engine, tx, &callback, document);
    doc_text(document, "body", shop_callback_body(request->engine, tx, &callback));
    if (place.staff) place_record(request, &place, "shops.callback.seen", callback.number);
    return answer_ok(request, document);
}

/* POST /shop/callbacks/{callback}/replay, /staff/shops/{id}/callbacks/{callback}/replay */
enum flow callback_again(struct request *request, struct tx *tx) {
    struct place place;
    struct callback callback;
    if (find(request, tx, &place, &callback) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!callback_replay(line_of(request), request->engine, tx, place.shop.id, callback.id))
        return answer_missing(request);
    place_record(request, &place, "shops.callback.replayed", callback.number);
    return place_done(request, &place, text_format(request->arena, "callbacks/%lld", (long long)callback.id));
}

static struct text trial(struct request *request, const struct shop *shop) {
    struct node *body = doc_new(request->arena);
    struct buffer out = buffer_new(request->arena, 256);
    doc_bool(body, "test", true);
    doc_id(body, "shop", shop->id);
    doc_text(body, "title", shop->title);
    doc_moment(body, "at", world_now(request->world));
    doc_write_json(body, &out);
    return buffer_text(&out);
}

/* POST /shop/callbacks */
enum flow callback_try(struct request *request, struct tx *tx) {
    struct place place;
    struct text url = field_text(request, "url");
    if (place_enter(request, tx, READERS, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!shop_callback_good(request->engine, url)) return refuse_at(request, "url", &url_bad);
    shop_callback(request->engine, tx, &place.shop, url, TEXT("test"), trial(request, &place.shop));
    place_record(request, &place, "shops.callback.tried", url);
    return place_done(request, &place, TEXT("callbacks"));
}

/* card_page.c: a shop's card as it is written: by the shop's owner under /shop/showcase, by staff under
 * /staff/showcase/{id}. The owner asks, staff agree or do not; customers see nothing else. */
#include "showcase/internal.h"

#include "shops/shops_rules.h"

#define QUEUE "showcase.card"

static const struct refusal category_missing = {"category-missing", 422, S_showcase_category_missing, false};
static const struct refusal site_bad = {"site-bad", 422, S_showcase_site_bad, false};
static const struct refusal place_bad = {"place-bad", 422, S_showcase_place_bad, false};
static const struct refusal places_many = {"places-many", 409, S_showcase_places_many, false};
static const struct refusal no_words = {"card-without-words", 409, S_showcase_lack_words, false};
static const struct refusal nowhere = {"card-nowhere", 409, S_showcase_lack_place, false};
static const struct refusal not_now = {"card-not-now", 409, S_showcase_not_now, false};
static const struct refusal changed = {"card-changed", 409, S_showcase_changed, false};
static const struct refusal full = {"catalogue-full", 409, S_showcase_full, false};
static const struct refusal note_missing = {"note-missing", 422, S_showcase_note_missing, false};

const struct queue showcase_queues[] = {
    {.name = QUEUE,
     .title = S_showcase_queue,
     .roles = ROLE_CATALOGUE,
     .due_us = 2 * DAY,
     .page = "/staff/showcase/"},
    {.name = SALE_QUEUE,
     .title = S_showcase_sale_queue,
     .roles = ROLE_CATALOGUE,
     .due_us = 2 * DAY,
     .page = "/staff/sales/"},
    {.name = NULL},
};

/* ---- whose it is ---- */

static struct text base_of(struct request *request, const struct place *place) {
    return place->staff ? text_format(request->arena, "/staff/showcase/%lld", (long long)place->shop.id)
                        : TEXT("/shop/showcase");
}

static struct node *shell(struct request *request, struct place *place) {
    struct node *document = doc_new(request->arena);
    if (request->page == NULL) request->page = doc_new(request->arena);
    if (doc_get(request->page, "place") == NULL) doc_text(request->page, "place", base_of(request, place));
    place_shell(request, place, document);
    return document;
}

static enum flow done(struct request *request, const struct place *place, const char *page) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", place->shop.id);
    return answer_done(request, document,
                       text_format(request->arena, "%.*s%s", TEXT_ARG(base_of(request, place)), page));
}

/* What is written has changed: what staff were asked to agree to is not there any more. */
static void withdraw(struct request *request, struct tx *tx, int64_t shop) {
    queue_finish(request->engine, tx, QUEUE, shop, 0, "changed");
}

/* ---- seen ---- */

static const char *const states[] = {"", "draft", "asked", "agreed", "declined"};

/* GET /shop/showcase, /staff/showcase/{id} */
enum flow shop_card_page(struct request *request, struct tx *tx) {
    struct place place;
    struct shop_card card;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = shell(request, &place);
    shop_card_find(tx, place.shop.id, SIDE_WRITTEN, &card);
    shop_card_tell(request, tx, place.shop.id, SIDE_WRITTEN, "written", document);
    shop_card_tell(request, tx, place.shop.id, SIDE_SHOWN, "shown", document);
    size_t places = shop_card_places_count(tx, place.shop.id);
    bool whole = shop_card_lack(card.words[0].size > 0, card.site.size > 0, places) == CARD_WHOLE;
    doc_text(document, "state", text_from(states[card.state]));
    doc_text(document, "note", card.state == CARD_DECLINED ? card.note : TEXT_NONE);
    doc_id(document, "version", card.version);
    doc_bool(document, "may_send", whole && (card.state == CARD_DRAFT || card.state == CARD_DECLINED));
    doc_bool(document, "may_agree", whole && card.state != CARD_AGREED);
    return answer_ok(request, document);
}

/* GET …/edit */
enum flow shop_card_edit_page(struct request *request, struct tx *tx) {
    struct place place;
    struct shop_card card;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = shell(request, &place);
    shop_card_find(tx, place.shop.id, SIDE_WRITTEN, &card);
    int chosen = field_given(request, "category") ? (int)field_number(request, "category") : card.category;
    categories_tell(request, S_showcase_choose, chosen, doc_array(document, "categories"));
    doc_text(document, "site", card.state == CARD_DRAFT && card.version == 0 ? place.shop.site : card.site);
    doc_text(document, "words_ru", card.words[LANGUAGE_RU]);
    doc_text(document, "words_en", card.words[LANGUAGE_EN]);
    return answer_ok(request, document);
}

/* GET …/places */
enum flow places_page(struct request *request, struct tx *tx) {
    struct place place;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = shell(request, &place), *list = doc_array(document, "places");
    struct shop_card_place *places = arena_array(request->arena, struct shop_card_place, SHOP_PLACES);
    size_t count = shop_card_places(tx, place.shop.id, SIDE_WRITTEN, places, SHOP_PLACES);
    for (size_t i = 0; i < count; i++) place_tell(request->arena, &places[i], doc_add_object(list));
    return answer_ok(request, document);
}

/* ---- written ---- */

/* POST …/edit */
enum flow shop_card_edit(struct request *request, struct tx *tx) {
    struct place place;
    struct shop_card card;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!field_given(request, "category")) return refuse_at(request, "category", &category_missing);
    shop_card_find(tx, place.shop.id, SIDE_WRITTEN, &card);
    card.category = (int)field_number(request, "category");
    card.site = field_given(request, "site") ? field_text(request, "site") : TEXT("");
    card.words[LANGUAGE_RU] = field_text(request, "words_ru");
    card.words[LANGUAGE_EN] = field_text(request, "words_en");
    if (card.site.size > 0 && !shop_address_good(card.site, false)) return refuse_at(request, "site", &site_bad);
    shop_card_write(tx, &card);
    withdraw(request, tx, place.shop.id);
    place_record(request, &place, "showcase.card.written", TEXT(""));
    return done(request, &place, "");
}

/* POST …/places */
enum flow place_add(struct request *request, struct tx *tx) {
    struct place place;
    struct shop_card_place fresh = {.address = field_text(request, "address"), .hours = field_text(request, "hours")};
    struct text at = field_text(request, "place");
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (fresh.hours.data == NULL) fresh.hours = TEXT("");
    if (at.size > 0 && !spot_read(request->arena, at, &fresh.spot)) return refuse_at(request, "place", &place_bad);
    if (shop_card_places_count(tx, place.shop.id) >= SHOP_PLACES) return refuse(request, &places_many);
    shop_card_place_add(tx, place.shop.id, &fresh);
    withdraw(request, tx, place.shop.id);
    place_record(request, &place, "showcase.place.added", fresh.address);
    return done(request, &place, "/places");
}

/* POST …/places/{place}/remove */
enum flow place_remove(struct request *request, struct tx *tx) {
    struct place place;
    int64_t id = 0;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, place.rest, &id) || !shop_card_place_remove(tx, place.shop.id, id))
        return answer_missing(request);
    withdraw(request, tx, place.shop.id);
    place_record(request, &place, "showcase.place.removed", TEXT(""));
    return done(request, &place, "/places");
}

/* ---- agreed ---- */

static enum flow judge(struct request *request, struct tx *tx, const struct shop_card *card) {
    switch (shop_card_lack(card->words[0].size > 0, card->site.size > 0, shop_card_places_count(tx, card->shop))) {
    case CARD_NO_WORDS: return refuse(request, &no_words);
    case CARD_NOWHERE: return refuse(request, &nowhere);
    case CARD_WHOLE: break;
    }
    return FLOW_NEXT;
}

/* POST /shop/showcase/send */
enum flow shop_card_send(struct request *request, struct tx *tx) {
    struct place place;
    struct shop_card card;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    shop_card_find(tx, place.shop.id, SIDE_WRITTEN, &card);
    if (judge(request, tx, &card) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (card.state != CARD_DRAFT && card.state != CARD_DECLINED) return refuse(request, &not_now);
    shop_card_state_put(tx, &card, CARD_ASKED, TEXT(""));
    queue_add(request->engine, tx, QUEUE, place.shop.id, 0, place.shop.title, 0);
    place_record(request, &place, "showcase.card.asked", TEXT(""));
    return done(request, &place, "");
}

enum verdict { VERDICT_AGREE, VERDICT_DECLINE, VERDICT_HIDE };

static enum flow agree(struct request *request, struct tx *tx, const struct shop *shop, struct shop_card *card) {
    if (judge(request, tx, card) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (card->state == CARD_AGREED) return refuse(request, &not_now);
    if (!listed_room(tx, shop->id, shop_card_places_count(tx, shop->id))) return refuse(request, &full);
    shop_card_state_put(tx, card, CARD_AGREED, TEXT(""));
    shop_card_show(tx, shop->id);
    listed_put(tx, shop, card);
    return FLOW_NEXT;
}

static enum flow decline(struct request *request, struct tx *tx, struct shop_card *card) {
    if (card->state != CARD_ASKED) return refuse(request, &not_now);
    if (!field_given(request, "note")) return refuse_at(request, "note", &note_missing);
    shop_card_state_put(tx, card, CARD_DECLINED, field_text(request, "note"));
    return FLOW_NEXT;
}

/* What customers see goes away at once; what is written stays, to be changed and agreed to anew. */
static void take_out(struct tx *tx, struct shop_card *card) {
    shop_card_hide(tx, card->shop);
    listed_drop(tx, card->shop);
    if (card->state == CARD_AGREED) shop_card_state_put(tx, card, CARD_DRAFT, TEXT(""));
}

/* FLOW_NEXT: about what was seen, so its version is said. */
static enum flow answer_asked(struct request *request, struct tx *tx, const struct shop *shop, struct shop_card *card,
                              bool agreed) {
    if (field_number(request, "version") != card->version) return refuse(request, &changed);
    if ((agreed ? agree(request, tx, shop, card) : decline(request, tx, card)) == FLOW_ANSWERED) return FLOW_ANSWERED;
    queue_finish(request->engine, tx, QUEUE, shop->id, request->caller.staff, agreed ? "agreed" : "declined");
    return FLOW_NEXT;
}

/* POST /staff/showcase/{id} */
enum flow shop_card_verdict(struct request *request, struct tx *tx) {
    static const char *const names[] = {"showcase.card.agreed", "showcase.card.declined", "showcase.card.hidden"};
    enum verdict verdict = (enum verdict)field_number(request, "verdict");
    struct place place;
    struct shop_card card;
    if (place_enter(request, tx, SHOP_OWNER, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    shop_card_find(tx, place.shop.id, SIDE_WRITTEN, &card);
    if (verdict == VERDICT_HIDE) take_out(tx, &card);
    else if (answer_asked(request, tx, &place.shop, &card, verdict == VERDICT_AGREE) == FLOW_ANSWERED)
        return FLOW_ANSWERED;
    place_record(request, &place, names[verdict], TEXT(""));
    return done(request, &place, "");
}

/* ---- all of them, for staff ---- */

#define SHOWN 50

/* How far its card is. */
static void state_tell(struct tx *tx, const struct shop *shop, struct node *node) {
    struct shop_card card;
    bool written = shop_card_find(tx, shop->id, SIDE_WRITTEN, &card);
    doc_id(node, "id", shop->id);
    doc_text(node, "title", shop->title);
    doc_text(node, "state", text_from(written ? states[card.state] : ""));
    doc_bool(node, "shown", shop_card_find(tx, shop->id, SIDE_SHOWN, &card));
}

/* GET /staff/showcase */
enum flow cards_page(struct request *request, struct tx *tx) {
    struct shop *shops = arena_array(request->arena, struct shop, SHOWN + 1);
    int64_t before = field_given(request, "before") ? field_number(request, "before") : INT64_MAX;
    size_t count = shops_before(tx, before, shops, SHOWN + 1);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "shops");
    for (size_t i = 0; i < count && i < SHOWN; i++) state_tell(tx, &shops[i], doc_add_object(list));
    if (count > SHOWN) doc_id(document, "older", shops[SHOWN - 1].id);
    else doc_null(document, "older");
    return answer_ok(request, document);
}

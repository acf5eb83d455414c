/* sale_page.c: promotions: a shop's owner writes one at /shop/sales, staff agree or do not at /staff/sales/{id},
 * customers find those that run at /instalments/sales and on the shop's page. One that is written is not changed: it is
 * ended and another written, so that staff have always seen what customers see. */
#include "showcase/internal.h"

#define SHOWN 50
#define OPEN_MOST 20

static const struct refusal backwards = {"sale-backwards", 422, S_showcase_sale_backwards, false};
static const struct refusal past = {"sale-over", 422, S_showcase_sale_over, false};
static const struct refusal long_one = {"sale-long", 422, S_showcase_sale_long, false};
static const struct refusal far_off = {"sale-far", 422, S_showcase_sale_far, false};
static const struct refusal many = {"sales-many", 409, S_showcase_sales_many, false};
static const struct refusal not_now = {"sale-not-now", 409, S_showcase_sale_not_now, false};
static const struct refusal note_missing = {"note-missing", 422, S_showcase_note_missing, false};

static const char *state_name(const struct sale *sale, int64_t today) {
    switch (sale->state) {
    case SALE_ASKED: return "asked";
    case SALE_DECLINED: return "declined";
    case SALE_ENDED: return "ended";
    case SALE_AGREED: break;
    }
    if (sale_runs(sale->state, sale->starts, sale->ends, today)) return "runs";
    return today < sale->starts ? "agreed" : "ended";
}

static void sale_tell(struct request *request, const struct sale *sale, struct node *node) {
    doc_id(node, "id", sale->id);
    doc_text(node, "state", text_from(state_name(sale, showcase_today(request->engine))));
    doc_text(node, "title_ru", sale->title[LANGUAGE_RU]);
    doc_text(node, "title_en", sale->title[LANGUAGE_EN]);
    doc_text(node, "words_ru", sale->words[LANGUAGE_RU]);
    doc_text(node, "words_en", sale->words[LANGUAGE_EN]);
    doc_text(node, "discount", sale->discount);
    doc_date(node, "starts", date_from_days(sale->starts));
    doc_date(node, "ends", date_from_days(sale->ends));
    doc_text(node, "note", sale->note.size > 0 ? sale->note : TEXT_NONE);
    doc_bool(node, "tell", sale->told != SALE_SILENT);
    bool over = sale->ends < showcase_today(request->engine);
    doc_bool(node, "may_end", !over && (sale->state == SALE_ASKED || sale->state == SALE_AGREED));
}

/* As customers are told. */
static struct node *shown_tell(struct request *request, const struct sale *sale, struct node *list) {
    struct node *node = doc_add_object(list);
    doc_id(node, "id", sale->id);
    doc_text(node, "title", sale->title[request->locale.language]);
    doc_text(node, "words", sale->words[request->locale.language]);
    doc_text(node, "discount", sale->discount);
    doc_date(node, "ends", date_from_days(sale->ends));
    return node;
}

/* So many were read, one more than a page has where there are more of them: where the next page begins. */
static size_t older_tell(const struct sale *sales, size_t count, struct node *document) {
    if (count <= SHOWN) {
        doc_null(document, "older");
        return count;
    }
    doc_id(document, "older", sales[SHOWN - 1].id);
    return SHOWN;
}

/* ---- customers ---- */

void sales_tell(struct request *request, struct tx *tx, int64_t shop, struct node *list) {
    struct sale sales[OPEN_MOST];
    size_t count = sales_running_of(tx, shop, showcase_today(request->engine), sales, OPEN_MOST);
    for (size_t i = 0; i < count; i++) shown_tell(request, &sales[i], list);
}

/* GET /instalments/sales */
enum flow sales_page(struct request *request, struct tx *tx) {
    struct sale *sales = arena_array(request->arena, struct sale, SHOWN + 1), before;
    bool first = !field_given(request, "before");
    if (!first && !sale_known(tx, field_number(request, "before"), &before)) return answer_missing(request);
    size_t count = sales_running(tx, showcase_today(request->engine), first ? NULL : &before, sales, SHOWN + 1);
    if (request->caller.kind != WHO_CUSTOMER) request->answer.page = &template_showcase_sales_guest;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "sales");
    count = older_tell(sales, count, document);
    for (size_t i = 0; i < count; i++) {
        struct node *node = shown_tell(request, &sales[i], list);
        doc_id(node, "shop", sales[i].shop);
        doc_text(node, "shop_title", sales[i].shop_title);
    }
    return answer_ok(request, document);
}

/* ---- the shop's owner ---- */

static enum flow enter(struct request *request, struct tx *tx, struct place *place) {
    return place_enter(request, tx, SHOP_OWNER, place);
}

/* GET /shop/sales */
enum flow shop_sales_page(struct request *request, struct tx *tx) {
    struct place place;
    if (enter(request, tx, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena), *list = doc_array(document, "sales");
    struct sale *sales = arena_array(request->arena, struct sale, SHOWN + 1);
    bool first = !field_known(request, "before") || !field_given(request, "before");
    int64_t before = first ? INT64_MAX : field_number(request, "before");
    size_t count = older_tell(sales, sales_of(tx, place.shop.id, before, sales, SHOWN + 1), document);
    for (size_t i = 0; i < count; i++) sale_tell(request, &sales[i], doc_add_object(list));
    place_shell(request, &place, document);
    return answer_ok(request, document);
}

static enum flow judge(struct request *request, struct tx *tx, const struct sale *sale) {
    int64_t today = showcase_today(request->engine);
    switch (sale_wrong(sale->starts, sale->ends, today)) {
    case SALE_BACKWARDS: return refuse_at(request, "ends", &backwards);
    case SALE_OVER: return refuse_at(request, "ends", &past);
    case SALE_LONG: return refuse_at(request, "ends", &long_one);
    case SALE_FAR: return refuse_at(request, "starts", &far_off);
    case SALE_GOOD: break;
    }
    return sales_open(tx, sale->shop, today) >= OPEN_MOST ? refuse(request, &many) : FLOW_NEXT;
}

/* POST /shop/sales: staff are asked at once. */
enum flow sale_write(struct request *request, struct tx *tx) {
    struct place place;
    if (enter(request, tx, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct sale sale = {.shop = place.shop.id,
                        .discount = field_text(request, "discount"),
                        .starts = field_number(request, "starts"),
                        .ends = field_number(request, "ends")};
    sale.title[LANGUAGE_RU] = field_text(request, "title_ru");
    sale.title[LANGUAGE_EN] = field_text(request, "title_en");
    sale.words[LANGUAGE_RU] = field_text(request, "words_ru");
    sale.words[LANGUAGE_EN] = field_text(request, "words_en");
    if (sale.discount.data == NULL) sale.discount = TEXT("");
    if (judge(request, tx, &sale) == FLOW_ANSWERED) return FLOW_ANSWERED;
    sale_add(tx, &sale);
    struct text summary = text_format(request->arena, "%.*s: %.*s", TEXT_ARG(place.shop.title),
                                      TEXT_ARG(sale.title[LANGUAGE_RU]));
    queue_add(request->engine, tx, SALE_QUEUE, sale.id, 0, summary, 0);
    place_record(request, &place, "showcase.sale.written", sale.title[LANGUAGE_RU]);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", sale.id);
    return answer_created(request, document, TEXT("/shop/sales"));
}

/* POST /shop/sales/{sale}/end */
enum flow sale_end(struct request *request, struct tx *tx) {
    struct place place;
    struct sale sale;
    int64_t id = 0;
    if (enter(request, tx, &place) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!request_param_id(request, place.rest, &id) || !sale_find(tx, place.shop.id, id, &sale))
        return answer_missing(request);
    if (sale.state != SALE_ASKED && sale.state != SALE_AGREED) return refuse(request, &not_now);
    if (sale.state == SALE_ASKED) queue_finish(request->engine, tx, SALE_QUEUE, sale.id, 0, "ended");
    sale_state_put(tx, &sale, SALE_ENDED, TEXT(""));
    place_record(request, &place, "showcase.sale.ended", sale.title[LANGUAGE_RU]);
    return place_done(request, &place, TEXT("sales"));
}

/* ---- staff ---- */

/* FLOW_NEXT: that promotion, and whose it is. */
static enum flow find(struct request *request, struct tx *tx, struct sale *sale, struct shop *shop) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && sale_known(tx, id, sale) &&
                   shop_find(request->engine, tx, sale->shop, shop)
               ? FLOW_NEXT
               : answer_missing(request);
}

/* GET /staff/sales/{id} */
enum flow staff_sale_page(struct request *request, struct tx *tx) {
    struct sale sale;
    struct shop shop;
    if (find(request, tx, &sale, &shop) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    sale_tell(request, &sale, document);
    doc_id(document, "shop", shop.id);
    doc_text(document, "shop_title", shop.title);
    return answer_ok(request, document);
}

/* POST /staff/sales/{id}: agrees, declines with a note, or ends one; tell: customers who consented hear of it. */
enum flow sale_verdict(struct request *request, struct tx *tx) {
    static const struct {
        enum sale_state state;
        const char *outcome, *record;
    } ways[] = {{SALE_AGREED, "agreed", "showcase.sale.agreed"},
                {SALE_DECLINED, "declined", "showcase.sale.declined"},
                {SALE_ENDED, "ended", "showcase.sale.ended"}};
    int64_t way = field_number(request, "verdict");
    struct sale sale;
    struct shop shop;
    if (find(request, tx, &sale, &shop) == FLOW_ANSWERED) return FLOW_ANSWERED;
    bool asked = sale.state == SALE_ASKED;
    if (!asked && !(ways[way].state == SALE_ENDED && sale.state == SALE_AGREED)) return refuse(request, &not_now);
    bool declined = ways[way].state == SALE_DECLINED;
    if (declined && !field_given(request, "note")) return refuse_at(request, "note", &note_missing);
    sale_state_put(tx, &sale, ways[way].state, declined ? field_text(request, "note") : TEXT(""));
    if (sale.state == SALE_AGREED && field_number(request, "tell") != 0) {
        sale.told = SALE_TELLING;
        sale_told_put(tx, &sale);
    }
    if (asked) queue_finish(request->engine, tx, SALE_QUEUE, sale.id, request->caller.staff, ways[way].outcome);
    audit_record(request, 0, ways[way].record,
                 text_format(request->arena, "%.*s: %.*s", TEXT_ARG(shop.title), TEXT_ARG(sale.title[LANGUAGE_RU])));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", sale.id);
    return answer_done(request, document, text_format(request->arena, "/staff/sales/%lld", (long long)sale.id));
}

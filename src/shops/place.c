/* place.c: see place.h: the same pages for staff and for the shop's own people. */
#include "shops/internal.h"

#include "backoffice/backoffice.h"

enum flow place_enter(struct request *request, struct tx *tx, unsigned roles, struct place *place) {
    int64_t id = 0;
    *place = (struct place){.staff = request->route->who == WHO_STAFF};
    if (place->staff) {
        place->rest = 1;
        return request_param_id(request, 0, &id) && shop_find(request->engine, tx, id, &place->shop)
                   ? FLOW_NEXT
                   : answer_missing(request);
    }
    if (shop_enter(request, tx, roles, &place->person) == FLOW_ANSWERED) return FLOW_ANSWERED;
    place->shop = place->person.shop;
    return FLOW_NEXT;
}

static struct text base_of(struct request *request, const struct place *place) {
    return place->staff ? text_format(request->arena, "/staff/shops/%lld", (long long)place->shop.id) : TEXT("/shop");
}

void place_shell(struct request *request, const struct place *place, struct node *document) {
    if (place->staff) {
        struct node *shop = doc_object(document, "shop");
        doc_id(shop, "id", place->shop.id);
        doc_text(shop, "title", place->shop.title);
        doc_bool(shop, "test", place->shop.test);
    } else {
        shop_shell(request, &place->person, document);
    }
    if (request->page == NULL) request->page = doc_new(request->arena);
    if (doc_get(request->page, "place") == NULL) doc_text(request->page, "place", base_of(request, place));
}

enum flow place_done(struct request *request, const struct place *place, struct text page) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", place->shop.id);
    return answer_done(request, document,
                       text_format(request->arena, "%.*s%s%.*s", TEXT_ARG(base_of(request, place)),
                                   page.size > 0 ? "/" : "", TEXT_ARG(page)));
}

void place_record(struct request *request, const struct place *place, const char *what, struct text detail) {
    struct text title = place->shop.title;
    struct text who = place->staff ? TEXT("") : text_join(request->arena, TEXT("; "), place->person.login);
    audit_record(request, 0, what,
                 text_format(request->arena, "%.*s%.*s%s%.*s", TEXT_ARG(title), TEXT_ARG(who),
                             detail.size > 0 ? ": " : "", TEXT_ARG(detail)));
}

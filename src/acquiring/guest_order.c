/* guest_order.c: see guest_order.h. */
#include "acquiring/guest_order.h"

#include "generated/strings_acquiring.h"
#include "operations/operations.h"

static const struct refusal no_cards = {"cards-unavailable", 409, S_acquiring_guest_no_cards, false};
static const struct refusal small = {"sum-too-small", 422, S_acquiring_guest_small, false};
static const struct refusal large = {"sum-too-large", 422, S_acquiring_guest_large, false};

struct text guest_token(struct tx *tx) {
    uint8_t bytes[16];
    world_random(tx_world(tx), bytes, sizeof bytes);
    return text_base64url(tx_arena(tx), bytes, sizeof bytes);
}

enum flow guest_sum_fits(struct request *request, int64_t sum) {
    int64_t least, most;
    if (!acquiring_cards(request->engine, &least, &most)) return refuse(request, &no_cards);
    if (sum < least) return operations_refuse_sum(request, &small, least);
    return sum > most ? operations_refuse_sum(request, &large, most) : FLOW_NEXT;
}

struct node *guest_order_tell(struct request *request, const struct card_told *told, int64_t sum) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "state", text_from(told->state));
    doc_bool(document, "final", told->final);
    doc_money(document, "sum", rub(sum));
    if (told->refresh_s > 0)
        engine_page_goes(request, "refresh", text_format(request->arena, "%d", told->refresh_s));
    return document;
}

enum flow guest_order_pay(struct request *request, struct tx *tx, int64_t customer, int64_t order, struct text path,
                          struct node *document) {
    struct text url = acquiring_url(request, tx, customer, order, path);
    if (url.size == 0) return answer_see(request, path);
    request->page = NULL; /* it goes on, rather than looks again */
    doc_text(document, "payment_url", url);
    engine_page_goes(request, "forward", url);
    return answer_ok(request, document);
}

/* create.c: a bill made by its address alone, with the merchant's public key: what a shop without a server links to.
 * And the page's address as the published interface writes it. */
#include "merchants/wish.h"

static const struct refusal unknown = {"merchant-unknown", 422, S_merchants_create_unknown, false};
static const struct refusal off = {"merchant-off", 409, S_merchants_page_off, false};
static const struct refusal conflict = {"bill-exists", 409, S_merchants_conflict, false};
static const struct refusal in_flight = {"bill-in-flight", 409, S_merchants_in_flight, false};

/* Percent-encoded: it is another's address. */
static enum flow go(struct request *request, struct text uid) {
    struct buffer place = buffer_new(request->arena, 128);
    struct text back = field_text(request, "successUrl");
    buffer_format(&place, "/bill/%.*s", TEXT_ARG(uid));
    if (back.size > 0) buffer_add_literal(&place, "?back=");
    for (size_t i = 0; i < back.size; i++) buffer_format(&place, "%%%02X", (unsigned char)back.data[i]);
    return answer_see(request, buffer_text(&place));
}

/* GET /form?invoice_uid=… */
enum flow form_go(struct request *request, struct tx *tx) {
    (void)tx;
    struct text uid = field_text(request, "invoice_uid");
    for (size_t i = 0; i < uid.size; i++)
        if (!((uid.data[i] >= '0' && uid.data[i] <= '9') || (uid.data[i] >= 'a' && uid.data[i] <= 'f')))
            return refuse_field(request, "invoice_uid", S_merchants_missing);
    return go(request, uid);
}

/* FLOW_NEXT: no bill has that number, and one may be made. */
static enum flow look(struct request *request, struct tx *tx, const struct bill_wish *wish,
                      struct merchant *merchant) {
    struct bill bill;
    bool same = false;
    if (!merchant_by_public_key(tx, field_text(request, "publicKey"), merchant)) return refuse(request, &unknown);
    if (bill_same(request->engine, tx, merchant->id, wish, &same, &bill))
        return same ? go(request, bill.uid) : refuse(request, &conflict);
    return merchant->open ? FLOW_NEXT : refuse(request, &off);
}

/* GET /create: opened again, it leads to the same bill where the address says its number. */
enum flow create_look(struct request *request, struct tx *tx) {
    struct bill_wish *wish = arena_new_of(request->arena, struct bill_wish);
    struct wish_terms terms = wish_terms_of(request);
    struct merchant merchant;
    enum wish_fault fault = wish_of_form(request, &terms, wish);
    if (fault != WISH_GOOD) return wish_refuse(request, fault);
    request->scratch = wish;
    return look(request, tx, wish, &merchant);
}

enum flow create_write(struct request *request, struct tx *tx) {
    const struct bill_wish *wish = request->scratch;
    struct merchant merchant;
    struct bill bill;
    if (look(request, tx, wish, &merchant) == FLOW_ANSWERED) return FLOW_ANSWERED;
    return bill_make(request, tx, &merchant, 0, wish, &bill) ? go(request, bill.uid) : refuse(request, &in_flight);
}

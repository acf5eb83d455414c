/* checkout_paper.c: what a customer signs, in words: shop, order, sum, every payment and its day, what lateness costs.
 * The words themselves are kept, with the number, when the code went out and was used, the address and the device. */
#include "products/instalments/checkout_page.h"

#include "identity/identity.h"

#include <openssl/evp.h>

#define DEVICE_MOST 200

STATEMENT(put, "INSERT INTO instalment_signed (customer, checkout, paper, digest, phone, how, device, sent, made) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");

struct text checkout_digest(struct arena *arena, struct text paper) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(paper.data, paper.size, digest, &size, EVP_sha256(), NULL) != 1)
        arena_unwind(arena); /* it can only lack memory */
    return text_hex(arena, digest, size);
}

struct writing {
    struct arena *arena;
    const struct locale *locale;
    const struct node *values;
    struct buffer out;
};

static void line(struct writing *writing, string_id id, const struct string_argument *arguments, size_t count) {
    buffer_add_text(&writing->out, string_get(writing->arena, writing->locale, id, arguments, count));
    buffer_add_char(&writing->out, '\n');
}

static void row(struct writing *writing, const struct purchase_row *row) {
    struct node *values = doc_new(writing->arena);
    doc_date(values, "day", date_from_days(row->day));
    doc_money(values, "sum", rub(row->sum));
    const struct string_argument arguments[] = {{"day", doc_get(values, "day")}, {"sum", doc_get(values, "sum")}};
    line(writing, S_instalments_paper_row, arguments, 2);
}

struct text checkout_paper(struct request *request, struct tx *tx, const struct shop *shop,
                           const struct checkout_order *order) {
    struct arena *arena = tx_arena(tx);
    struct engine *engine = request->engine;
    struct customer customer = {.language = request->locale.language};
    struct purchase_row rows[PURCHASE_ROWS];
    int64_t today = instalments_today(engine);
    identity_customer(engine, tx, order->customer, &customer);
    const struct locale locale = {customer.language, engine_zone(engine), world_now(request->world)};
    struct node *values = doc_new(arena);
    doc_text(values, "company", text_from(engine_config(engine)->company));
    doc_text(values, "shop", shop->title);
    doc_text(values, "legal", shop->legal);
    doc_text(values, "inn", shop->inn);
    doc_text(values, "number", order->number);
    doc_money(values, "sum", rub(order->checkout.sum));
    doc_date(values, "day", date_from_days(today));
    doc_text(values, "penalty", rate_text(arena, instalments_penalty(engine, today)));
    const struct string_argument all[] = {
        {"company", doc_get(values, "company")}, {"shop", doc_get(values, "shop")},
        {"legal", doc_get(values, "legal")},     {"inn", doc_get(values, "inn")},
        {"number", doc_get(values, "number")},   {"sum", doc_get(values, "sum")},
        {"day", doc_get(values, "day")},         {"penalty", doc_get(values, "penalty")}};
    struct writing writing = {.arena = arena, .locale = &locale, .out = buffer_new(arena, 1024)};
    line(&writing, S_instalments_paper_head, all, 8);
    line(&writing, S_instalments_paper_shop, all, 8);
    line(&writing, S_instalments_paper_order, all, 8);
    size_t count = term_schedule(engine, order->checkout.sum, &order->term, rows);
    for (size_t i = 0; i < count; i++) row(&writing, &rows[i]);
    line(&writing, S_instalments_paper_price, all, 8);
    line(&writing, S_instalments_paper_late, all, 8);
    return buffer_text(&writing.out);
}

static struct value seal(struct engine *engine, struct tx *tx, const char *purpose, int64_t context,
                         struct text clear) {
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, context, clear);
    return V_BYTES(sealed.data, sealed.size);
}

void checkout_signed_put(struct request *request, struct tx *tx, const struct checkout_order *order,
                         const struct checkout_signature *signature) {
    struct text device = text_slice(request->user_agent, 0, DEVICE_MOST);
    if (!device.data || !text_valid_utf8(device)) device = TEXT("");
    tx_run(tx, &put,
           VALUES(V_INT(order->customer), V_INT(order->id),
                  seal(request->engine, tx, "instalments.paper", order->id, signature->paper),
                  V_TEXT(checkout_digest(tx_arena(tx), signature->paper)),
                  seal(request->engine, tx, "instalments.phone", order->id, signature->phone),
                  V_TEXT(signature->how), V_TEXT(device), V_INT(signature->sent),
                  V_INT(world_now(tx_world(tx)))));
}

/* plans.c: how one may pay at a shop, told on its page in the catalogue of shops (src/showcase). */
#include "products/instalments/checkout_page.h"

void instalments_plans_tell(struct request *request, struct tx *tx, int64_t shop, struct node *document,
                            struct node *plans) {
    struct tariff tariff;
    struct tariff_term terms[TARIFF_TERMS];
    bool sells = shop_tariff(tx, shop, &tariff) != 0;
    size_t count = sells ? shop_offers(request->engine, &tariff, tariff.least, terms) : 0;
    for (size_t i = 0; i < count; i++)
        doc_text(doc_add_object(plans), "title", term_words(request->arena, &request->locale, &terms[i]));
    if (count > 0) {
        doc_money(document, "least", rub(tariff.least));
        doc_money(document, "most", rub(tariff.most));
    } else {
        doc_null(document, "least");
        doc_null(document, "most");
    }
}

/* own_data.c: what a personal page keeps of its owner, told to him. What visitors reported is not his to read. */
#include "products/personal/personal.h"

#define GIFTS_TOLD 200

bool personal_own_data(struct own_data *piece) {
    struct personal_page page;
    struct gift gifts[GIFTS_TOLD];
    if (!page_find(piece->engine, piece->tx, piece->customer, &page)) return false;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("personal_page"));
    doc_text(node, "name", page.name);
    doc_bool(node, "on", page.on);
    doc_text(node, "greeting", page.greeting);
    doc_text(node, "sums", page.sums);
    struct node *list = doc_array(node, "gifts");
    size_t count = personal_gifts(piece->engine, piece->tx, piece->customer, gifts, GIFTS_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *gift = doc_add_object(list);
        doc_moment(gift, "at", id_moment(gifts[i].id));
        doc_money(gift, "sum", rub(gifts[i].sum));
        doc_text(gift, "name", gifts[i].name);
        doc_text(gift, "note", gifts[i].note);
    }
    return false;
}

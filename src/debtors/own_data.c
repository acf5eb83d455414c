/* own_data.c: what is kept of contacts with a debtor, told to him. What staff noted of them is told on request by
 * people: it may name others. */
#include "debtors/internal.h"

#define TOLD 500

bool debtors_own_data(struct own_data *piece) {
    struct contact *contacts = arena_array(tx_arena(piece->tx), struct contact, TOLD);
    struct debtor_wish wish;
    size_t count = contacts_of(piece->engine, piece->tx, piece->customer, contacts, TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("debtor_contact"));
        doc_text(node, "product", contacts[i].product);
        doc_id(node, "subject", contacts[i].subject);
        doc_text(node, "way", text_from(contact_ways[contacts[i].way - CONTACT_CALL]));
        doc_moment(node, "at", contacts[i].at);
    }
    if (!debtor_wish_of(piece->engine, piece->tx, piece->customer, &wish)) return false;
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("debtor_wish"));
    if (wish.refused != 0) doc_date(node, "refused", date_from_days(wish.refused));
    else doc_null(node, "refused");
    doc_text(node, "representative", wish.representative);
    doc_text(node, "zone", wish.zone);
    return false;
}

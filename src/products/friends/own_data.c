/* own_data.c: the friends a customer keeps: told to him, and destroyed; nobody finds him any more. */
#include "products/friends/friends.h"

STATEMENT(erase_friends, "DELETE FROM friend WHERE customer = $1");
STATEMENT(erase_findable, "DELETE FROM friend_findable WHERE customer = $1");
STATEMENT(erase_looks, "DELETE FROM friend_look WHERE customer = $1");

bool friends_own_data(struct own_data *piece) {
    struct friend *found = arena_array(tx_arena(piece->tx), struct friend, FRIENDS_ROOM);
    size_t count = friends_of(piece->engine, piece->tx, piece->customer, found, FRIENDS_ROOM);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("friend"));
        doc_text(node, "phone", found[i].phone);
        doc_text(node, "label", found[i].label);
        doc_moment(node, "at", id_moment(found[i].id));
    }
    struct node *node = doc_add_object(piece->list);
    doc_text(node, "kind", TEXT("findable"));
    doc_bool(node, "on", findable(piece->tx, piece->customer));
    return false;
}

const struct erase friends_erases[] = {{"friend", &erase_friends},
                                       {"friend_findable", &erase_findable},
                                       {"friend_look", &erase_looks},
                                       {.what = NULL}};

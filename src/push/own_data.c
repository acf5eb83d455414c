/* own_data.c: which browsers a customer has notices sent to: told to him, and destroyed. Of a browser's address at its
 * push service the host is told alone: the rest is a secret by which notices are sent. */
#include "push/internal.h"

/* Of "https://host/secret". */
static struct text host_of(struct text endpoint) {
    struct text rest = endpoint;
    (void)text_split(rest, '/', &rest);
    (void)text_split(rest, '/', &rest);
    return text_split(rest, '/', &rest);
}

bool push_own_data(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct subscription list[PUSH_TARGETS_MAX];
    size_t count = subscriptions_of(piece->engine, piece->tx, piece->customer, list, PUSH_TARGETS_MAX);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("browser"));
        doc_id(node, "id", list[i].id);
        doc_text(node, "agent", text_copy(arena, list[i].agent));
        doc_text(node, "service", text_copy(arena, host_of(list[i].to.endpoint)));
        doc_bool(node, "words", list[i].words);
        doc_moment(node, "at", list[i].made);
    }
    return false;
}

/* His subscriptions may have gone with their sessions before. */
STATEMENT(erase_owner, "DELETE FROM push_owner WHERE customer = $1");
STATEMENT(erase_subscription, "DELETE FROM push_subscription WHERE customer = $1");

const struct erase push_erases[] = {
    {"push_owner", &erase_owner}, {"push_subscription", &erase_subscription}, {.what = NULL}};

/* own_data.c: a customer's personal tokens, told to him: what he called each, what it is good for. Their rows are
 * sessions, which identity destroys. */
#include "tokens/internal.h"

bool tokens_own_data(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct personal_token tokens[PERSONAL_TOKENS_MAX];
    size_t count = identity_tokens(piece->engine, piece->tx, piece->customer, tokens);
    for (size_t i = 0; i < count; i++) {
        const struct personal_token *token = &tokens[i];
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("token"));
        doc_id(node, "id", token->id);
        doc_text(node, "name", text_copy(arena, token->label));
        struct node *scopes = doc_array(node, "scopes");
        for (const struct scope_words *words = scope_words; words->scope != SCOPE_NONE; words++)
            if (token->scopes & words->scope) doc_add_text(scopes, text_from(engine_scope_name(words->scope)));
        doc_moment(node, "made", token->made);
        doc_moment(node, "ends", token->ends);
        if (token->used != 0) doc_moment(node, "used", token->used);
        if (token->network.size > 0) doc_text(node, "network", text_copy(arena, token->network));
        if (token->day_limit != 0) doc_money(node, "day_limit", (struct money){token->day_limit, CURRENCY_RUB});
    }
    return false;
}

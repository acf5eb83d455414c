/* own_data.c: what deposits keep of a customer: told to him, to staff on his card; an open one stands in the way of his
 * leaving. */
#include "products/deposits/deposits.h"

#include "backoffice/backoffice.h"

static void tell_moves(struct own_data *piece, const struct deposit *deposit, struct node *list) {
    struct stored_move *moves = arena_array(piece->list->arena, struct stored_move, MOVES_MOST);
    static const char *const names[] = {"", "open", "topup", "withdraw", "added", "paid", "taken_back", "return"};
    size_t count = deposit_moves_of(piece->tx, deposit, 0, moves, MOVES_MOST);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_date(node, "day", date_from_days(moves[i].move.day));
        doc_text(node, "kind", text_from(names[moves[i].move.kind]));
        doc_money(node, "sum", rub(moves[i].move.sum));
    }
}

bool deposits_own_data(struct own_data *piece) {
    struct deposit deposits[DEPOSITS_TOLD];
    size_t count = deposits_of(piece->tx, piece->customer, deposits, DEPOSITS_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct product product;
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("deposit"));
        doc_id(node, "id", deposits[i].id);
        if (deposit_product_find(piece->tx, deposits[i].product, &product))
            doc_text(node, "title", deposit_product_title(&product, piece->locale->language));
        doc_bool(node, "open", deposits[i].status == DEPOSIT_OPEN);
        doc_moment(node, "signed", deposits[i].signed_at);
        doc_money(node, "balance", rub(deposits_balance(piece->engine, piece->tx, deposits[i].account)));
        tell_moves(piece, &deposits[i], doc_array(node, "moves"));
    }
    return false;
}

void deposits_obstacles(struct obstacles *obstacles) {
    struct deposit deposits[DEPOSITS_TOLD];
    size_t count = deposits_of(obstacles->tx, obstacles->customer, deposits, DEPOSITS_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct product product;
        struct arena *arena = obstacles->list->arena;
        struct node *values = doc_new(arena);
        if (deposits[i].status != DEPOSIT_OPEN) continue;
        bool found = deposit_product_find(obstacles->tx, deposits[i].product, &product);
        doc_text(values, "title", found ? deposit_product_title(&product, obstacles->locale->language) : TEXT("—"));
        doc_money(values, "sum", rub(deposits_balance(obstacles->engine, obstacles->tx, deposits[i].account)));
        const struct string_argument arguments[] = {{"title", doc_get(values, "title")},
                                                    {"sum", doc_get(values, "sum")}};
        obstacle_add(obstacles, S_deposits_leave, arguments, 2, "/deposits");
    }
}

void deposits_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                   struct node *section) {
    (void)opened;
    struct deposit deposits[DEPOSITS_TOLD];
    size_t count = deposits_of(tx, customer, deposits, DEPOSITS_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct product product;
        if (deposits[i].status != DEPOSIT_OPEN || !deposit_product_find(tx, deposits[i].product, &product)) continue;
        struct text value = text_format(
            section->arena, "%.*s: %.*s", TEXT_ARG(deposit_product_title(&product, locale->language)),
            TEXT_ARG(deposits_money_words(section->arena, locale, deposits_balance(engine, tx, deposits[i].account))));
        card_fact(section, locale, S_deposits_title, value, NULL);
    }
}

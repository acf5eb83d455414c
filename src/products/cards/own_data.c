/* own_data.c: what cards keep of a customer: told to him; what stands in the way of his leaving. */
#include "products/cards/dispute.h"

#define PIECE 200

STATEMENT(operations, "SELECT id, merchant, sum, cleared, state FROM card_operation WHERE customer = $1 AND id > $2 "
                      "ORDER BY id LIMIT 200");
STATEMENT(held_all, "SELECT id, merchant, held FROM card_operation WHERE customer = $1 AND state = 1 "
                    "ORDER BY id DESC LIMIT 10");
STATEMENT(unanswered, "SELECT id, merchant, sum FROM card_challenge WHERE customer = $1 AND state = 1 AND expires > $2 "
                      "ORDER BY id DESC LIMIT 10");
STATEMENT(held_count, "SELECT COUNT(*) FROM card_operation WHERE customer = $1 AND state = 1");

static void tell_cards(struct own_data *piece) {
    struct arena *arena = piece->list->arena;
    struct card *cards = arena_array(arena, struct card, CARDS_MOST);
    size_t count = cards_of(piece->engine, piece->tx, piece->customer, cards, CARDS_MOST);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("card"));
        doc_id(node, "id", cards[i].id);
        doc_text(node, "title", card_title(arena, piece->locale, &cards[i]));
        doc_text(node, "state", text_from(card_state_name(cards[i].state)));
        doc_text(node, "holder", cards[i].holder);
        doc_text(node, "address", card_address(piece->engine, piece->tx, &cards[i]));
        doc_moment(node, "at", id_moment(cards[i].id));
    }
    disputes_own_data(piece);
}

bool cards_own_data(struct own_data *piece) {
    size_t count = 0;
    if (piece->after == 0) tell_cards(piece);
    struct rows *rows = tx_query(piece->tx, &operations, VALUES(V_INT(piece->customer), V_INT(piece->after)));
    for (; rows_next(rows); count++) {
        struct node *node = doc_add_object(piece->list);
        doc_text(node, "kind", TEXT("purchase"));
        doc_text(node, "merchant", row_null(rows, 1) ? TEXT_NONE : row_text(rows, 1));
        doc_money(node, "sum", rub(row_int(rows, 2)));
        doc_money(node, "paid", rub(row_int(rows, 3)));
        doc_text(node, "state", text_from(operation_state_name((enum operation_state)row_int(rows, 4))));
        doc_moment(node, "at", id_moment(row_int(rows, 0)));
        piece->after = row_int(rows, 0);
    }
    return count == PIECE;
}

static void sum_obstacle(struct obstacles *obstacles, string_id text, int64_t sum) {
    struct node *values = doc_new(obstacles->list->arena);
    doc_money(values, "sum", rub(sum));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}};
    obstacle_add(obstacles, text, arguments, 1, "/cards");
}

/* Each that still is one, by its name. */
static void open_cards(struct obstacles *obstacles) {
    struct card *cards = arena_array(obstacles->list->arena, struct card, CARDS_MOST);
    size_t count = cards_of(obstacles->engine, obstacles->tx, obstacles->customer, cards, CARDS_MOST);
    for (size_t i = 0; i < count; i++) {
        if (card_ended(cards[i].state)) continue;
        struct node *values = doc_new(obstacles->list->arena);
        doc_text(values, "card", card_title(obstacles->list->arena, obstacles->locale, &cards[i]));
        const struct string_argument arguments[] = {{"card", doc_get(values, "card")}};
        struct text href = text_format(obstacles->list->arena, "/cards/%lld", (long long)cards[i].id);
        obstacle_add(obstacles, S_cards_leave_card, arguments, 1, href.data);
    }
}

void cards_obstacles(struct obstacles *obstacles) {
    int64_t accounts[CARDS_MOST];
    size_t count = cards_accounts(obstacles->engine, obstacles->tx, obstacles->customer, accounts, CARDS_MOST);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        if (ledger_account(engine_ledger(obstacles->engine), obstacles->tx, accounts[i], &account) &&
            account.balance > 0)
            sum_obstacle(obstacles, S_cards_leave_money, account.balance);
    }
    struct rows *rows = tx_query(obstacles->tx, &held_count, VALUES(V_INT(obstacles->customer)));
    bool open = rows_next(rows) && row_int(rows, 0) > 0;
    rows_end(rows);
    if (disputes_open(obstacles->tx, obstacles->customer) > 0)
        obstacle_add(obstacles, S_cards_leave_dispute, NULL, 0, "/cards");
    if (open) obstacle_add(obstacles, S_cards_leave_held, NULL, 0, "/cards");
    if (cards_state_of(obstacles->engine)->settings->close_first) open_cards(obstacles);
}

static void add_pending(struct rows *rows, const struct locale *locale, string_id text, bool asks, struct node *list) {
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        doc_text(node, "title", row_null(rows, 1) ? TEXT("—") : row_text(rows, 1));
        doc_text(node, "text", string_get(list->arena, locale, text, NULL, 0));
        doc_money(node, "sum", rub(row_int(rows, 2)));
        doc_text(node, "href",
                 asks ? text_format(list->arena, "/card-approvals/%lld", (long long)row_int(rows, 0)) : TEXT("/cards"));
        doc_text(node, "icon", TEXT("card"));
    }
    rows_end(rows);
}

/* What waits for his answer first, then what shops have not claimed yet. */
void cards_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                   struct node *list) {
    moment now = world_now(engine_world(engine));
    add_pending(tx_query(tx, &unanswered, VALUES(V_INT(customer), V_INT(now))), locale, S_cards_pending_approve, true,
                list);
    add_pending(tx_query(tx, &held_all, VALUES(V_INT(customer))), locale, S_cards_pending, false, list);
}

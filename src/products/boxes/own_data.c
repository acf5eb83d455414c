/* own_data.c: what boxes keep of a customer: told to him; money in a box stands in the way of his leaving. */
#include "products/boxes/boxes.h"

#include "base/check.h"

#define GIFTS_TOLD 200

STATEMENT(given, "SELECT id, sum, name, note FROM box_gift WHERE payer = $1 ORDER BY id DESC LIMIT 200");

static void tell_gifts(struct own_data *piece, const struct box *box, struct node *list) {
    struct gift gifts[GIFTS_TOLD];
    size_t count = gifts_of(piece->engine, piece->tx, box->customer, box->id, gifts, GIFTS_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_moment(node, "at", id_moment(gifts[i].id));
        doc_money(node, "sum", rub(gifts[i].sum));
        doc_text(node, "name", gifts[i].name);
        doc_text(node, "note", gifts[i].note);
    }
}

static void tell_rules(struct own_data *piece, const struct box *box, struct node *list) {
    struct fill_rule rules[RULES_MOST];
    size_t count = fill_rules_of(piece->tx, box->customer, box->id, rules);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "kind", text_from(fill_kind_name(rules[i].kind)));
        doc_int(node, "amount", rules[i].amount);
    }
}

/* What he gave to others, with the words that he left there. */
static void tell_given(struct own_data *piece) {
    const struct keyring *keyring = engine_keyring(piece->engine);
    struct arena *arena = piece->list->arena;
    struct rows *rows = tx_query(piece->tx, &given, VALUES(V_INT(piece->customer)));
    while (rows_next(rows)) {
        struct node *node = doc_add_object(piece->list);
        int64_t id = row_int(rows, 0);
        struct text name = TEXT_NONE, note = TEXT_NONE;
        if (row_text(rows, 2).size > 0) secret_open(keyring, arena, "gift.name", id, row_text(rows, 2), &name);
        if (row_text(rows, 3).size > 0) secret_open(keyring, arena, "gift.note", id, row_text(rows, 3), &note);
        doc_text(node, "kind", TEXT("gift"));
        doc_moment(node, "at", id_moment(id));
        doc_money(node, "sum", rub(row_int(rows, 1)));
        doc_text(node, "name", name);
        doc_text(node, "note", note);
    }
    rows_end(rows);
}

bool boxes_own_data(struct own_data *piece) {
    struct box boxes[200];
    for (int broken = 0; broken <= 1; broken++) {
        size_t count = boxes_of(piece->engine, piece->tx, piece->customer, broken != 0, boxes, 200);
        for (size_t i = 0; i < count; i++) {
            struct node *node = doc_add_object(piece->list);
            doc_text(node, "kind", TEXT("box"));
            doc_id(node, "id", boxes[i].id);
            doc_text(node, "name", boxes[i].name);
            doc_bool(node, "open", !broken);
            doc_money(node, "balance", rub(box_balance(piece->engine, piece->tx, &boxes[i])));
            if (boxes[i].goal > 0) doc_money(node, "goal", rub(boxes[i].goal));
            tell_rules(piece, &boxes[i], doc_array(node, "rules"));
            tell_gifts(piece, &boxes[i], doc_array(node, "gifts"));
        }
    }
    tell_given(piece);
    return false;
}

void boxes_obstacles(struct obstacles *obstacles) {
    struct box boxes[BOXES_MOST];
    size_t count = boxes_of(obstacles->engine, obstacles->tx, obstacles->customer, false, boxes, BOXES_MOST);
    for (size_t i = 0; i < count; i++) {
        int64_t balance = box_balance(obstacles->engine, obstacles->tx, &boxes[i]);
        if (balance == 0) continue;
        struct node *values = doc_new(obstacles->list->arena);
        doc_text(values, "box", boxes[i].name);
        doc_money(values, "sum", rub(balance));
        const struct string_argument arguments[] = {{"box", doc_get(values, "box")}, {"sum", doc_get(values, "sum")}};
        obstacle_add(obstacles, S_boxes_leave_money, arguments, 2, "/boxes");
    }
}

/* The cabinet is closed, its money is out: empty boxes end with it. */
void boxes_close(struct engine *engine, struct tx *tx, int64_t customer) {
    struct box boxes[BOXES_MOST];
    size_t count = boxes_of(engine, tx, customer, false, boxes, BOXES_MOST);
    for (size_t i = 0; i < count; i++) {
        struct account account;
        fill_rules_remove(tx, customer, boxes[i].id);
        boxes[i].link = TEXT_NONE;
        if (ledger_account(engine_ledger(engine), tx, boxes[i].account, &account) && account.balance == 0) {
            account.closed = true;
            check(ledger_change(engine_ledger(engine), tx, &account) || tx_failed(tx));
            boxes[i].state = BOX_BROKEN;
            boxes[i].broken = world_now(tx_world(tx));
        }
        box_update(engine, tx, &boxes[i]);
    }
}

/* gift.c: others pay into a box by its link: anybody by card, customers from their wallets. What they pay comes to the
 * wallet that the box belongs to, as any money does, and goes on into the box in the same transaction: so limits of
 * that wallet hold, and if the box is broken meanwhile the money stays in the wallet. */
#include "products/boxes/boxes.h"

#include "acquiring/guest_order.h"
#include "acquiring/reversal.h"
#include "base/check.h"
#include "generated/templates.h"
#include "operations/operations.h"

#define GIFT "customer, id, box, card_order, payer, sum, state, name, note"

STATEMENT(insert, "INSERT INTO box_gift (" GIFT ", token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
STATEMENT(of_box, "SELECT " GIFT " FROM box_gift WHERE customer = $1 AND box = $2 AND state = 10 "
                  "ORDER BY id DESC LIMIT $3");
STATEMENT(of_order, "SELECT " GIFT " FROM box_gift WHERE customer = $1 AND card_order = $2 AND state = 1 FOR_UPDATE");
STATEMENT(of_token, "SELECT " GIFT " FROM box_gift WHERE token_hash = $1");
STATEMENT(find, "SELECT " GIFT " FROM box_gift WHERE customer = $1 AND id = $2");
STATEMENT(count_open, "SELECT COUNT(*) FROM box_gift WHERE customer = $1 AND box = $2 AND state = 1");
STATEMENT(end_gift, "UPDATE box_gift SET state = $3 WHERE customer = $1 AND id = $2");

static const struct refusal no_cards = {"cards-unavailable", 409, S_acquiring_guest_no_cards, false};
static const struct refusal takes_less = {"box-limit", 422, S_boxes_refused_limit, false};
static const struct refusal crowded = {"too-many-orders", 429, S_boxes_refused_crowded, false};
static const struct refusal own_box = {"own-box", 422, S_boxes_refused_own, false};

/* ---- rows ---- */

static struct value sealed(struct request *request, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(request->engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
    return V_BYTES(box.data, box.size);
}

static struct text opened(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text box) {
    struct text clear;
    bool well = box.size > 0 && secret_open(engine_keyring(engine), tx_arena(tx), purpose, id, box, &clear);
    return well ? clear : TEXT_NONE;
}

static struct gift read_row(struct engine *engine, struct tx *tx, const struct rows *row) {
    int64_t id = row_int(row, 1);
    return (struct gift){.customer = row_int(row, 0),
                         .id = id,
                         .box = row_int(row, 2),
                         .order = row_int(row, 3),
                         .payer = row_int(row, 4),
                         .sum = row_int(row, 5),
                         .state = (enum gift_state)row_int(row, 6),
                         .name = opened(engine, tx, "gift.name", id, row_text(row, 7)),
                         .note = opened(engine, tx, "gift.note", id, row_text(row, 8))};
}

static bool only(struct engine *engine, struct tx *tx, struct rows *rows, struct gift *gift) {
    bool found = rows_next(rows);
    if (found) *gift = read_row(engine, tx, rows);
    rows_end(rows);
    return found;
}

size_t gifts_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t box, struct gift *gifts, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &of_box, VALUES(V_INT(customer), V_INT(box), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) gifts[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

static void insert_gift(struct request *request, struct tx *tx, const struct gift *gift, struct text token) {
    uint8_t hash[SECRET_HASH_SIZE];
    if (token.size > 0) secret_hash(engine_keyring(request->engine), "box.gift", token, hash);
    tx_run(tx, &insert,
           VALUES(V_INT(gift->customer), V_INT(gift->id), V_INT(gift->box), V_INT(gift->order), V_INT(gift->payer),
                  V_INT(gift->sum), V_INT(gift->state), sealed(request, tx, "gift.name", gift->id, gift->name),
                  sealed(request, tx, "gift.note", gift->id, gift->note),
                  token.size > 0 ? V_BYTES(hash, sizeof hash) : V_NULL));
}

/* ---- the page of the link ---- */

static const struct moves *moves_of(const struct request *request) {
    return engine_moves(request->engine);
}

static bool box_of_link(struct request *request, struct tx *tx, struct box *box) {
    return box_by_link(request->engine, tx, request->params[0], box);
}

/* GET /box/{token} */
enum flow link_read(struct request *request, struct tx *tx) {
    struct box box;
    struct customer owner;
    int64_t least = 0, most = 0;
    if (!box_of_link(request, tx, &box) || !identity_customer(request->engine, tx, box.customer, &owner))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    struct node *node = doc_object(document, "box");
    box_tell(request, tx, &box, box.shown, node);
    bool named = owner.name.size > 0;
    doc_text(document, "owner", named ? owner.name : phone_masked(request->arena, owner.phone));
    bool cards = acquiring_cards(request->engine, &least, &most);
    bool customer = request->caller.kind == WHO_CUSTOMER;
    doc_text(document, "token", request->params[0]);
    doc_bool(document, "card", cards);
    doc_bool(document, "own", customer && request->caller.customer == box.customer);
    doc_bool(document, "wallet", customer && request->caller.customer != box.customer);
    if (cards) doc_money(document, "least", rub(least));
    if (cards) doc_money(document, "most", rub(most));
    if (!customer) request->answer.page = &template_boxes_link_guest;
    return answer_ok(request, document);
}

/* ---- by card ---- */

static int64_t open_gifts(struct tx *tx, const struct box *box) {
    struct rows *rows = tx_query(tx, &count_open, VALUES(V_INT(box->customer), V_INT(box->id)));
    int64_t count = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return count;
}

/* POST /box/{token}/card. How much the owner has is nobody's to learn: a limit is told without its sum. */
enum flow link_card_write(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_of_link(request, tx, &box)) return answer_missing(request);
    struct money sum = field_money(request, "sum");
    if (guest_sum_fits(request, sum.minor) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (open_gifts(tx, &box) >= GIFTS_OPEN_MOST) return refuse(request, &crowded);
    struct gift gift = {.customer = box.customer,
                        .id = world_id(tx_world(tx)),
                        .box = box.id,
                        .payer = request->caller.kind == WHO_CUSTOMER ? request->caller.customer : 0,
                        .sum = sum.minor,
                        .state = GIFT_OPEN,
                        .name = field_text(request, "name"),
                        .note = field_text(request, "note")};
    const struct card_order order = {.customer = box.customer,
                                     .account = box.wallet,
                                     .sum = sum.minor,
                                     .kind = KIND_BOX_CARD,
                                     .subject = gift.id};
    if (acquiring_order(request->engine, tx, &order, &gift.order) != LEDGER_OK) return refuse(request, &takes_less);
    struct text token = guest_token(tx), path = text_format(request->arena, "/gift/%.*s", TEXT_ARG(token));
    insert_gift(request, tx, &gift, token);
    struct node *document = doc_new(request->arena);
    doc_text(document, "gift", text_copy(request->arena, token));
    doc_money(document, "sum", sum);
    doc_text(document, "payment_url", acquiring_url(request, tx, gift.customer, gift.order, path));
    return answer_created(request, document,
                          request->wants_html ? text_format(request->arena, "%.*s/pay", TEXT_ARG(path)) : path);
}

/* ---- what became of it, as the giver sees it ---- */

static bool asked_gift(struct request *request, struct tx *tx, struct gift *gift, struct card_told *told) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "box.gift", request->params[0], hash);
    return only(request->engine, tx, tx_query(tx, &of_token, VALUES(V_BYTES(hash, sizeof hash))), gift) &&
           acquiring_told(request->engine, tx, gift->customer, gift->order, told);
}

static struct node *gift_document(struct request *request, struct tx *tx, const struct gift *gift,
                                  const struct card_told *told) {
    struct box box;
    struct node *document = guest_order_tell(request, told, gift->sum);
    bool known = box_find(request->engine, tx, gift->customer, gift->box, &box) && box.state == BOX_OPEN;
    doc_text(document, "gift", request->params[0]);
    doc_text(document, "box", known ? box.name : TEXT_NONE);
    return document;
}

/* GET /gift/{token} */
enum flow gift_read(struct request *request, struct tx *tx) {
    struct gift gift;
    struct card_told told;
    if (!asked_gift(request, tx, &gift, &told)) return answer_missing(request);
    return answer_ok(request, gift_document(request, tx, &gift, &told));
}

/* GET /gift/{token}/pay */
enum flow gift_pay_read(struct request *request, struct tx *tx) {
    struct gift gift;
    struct card_told told;
    if (!asked_gift(request, tx, &gift, &told)) return answer_missing(request);
    struct text path = text_format(request->arena, "/gift/%.*s", TEXT_ARG(request->params[0]));
    return guest_order_pay(request, tx, gift.customer, gift.order, path, gift_document(request, tx, &gift, &told));
}

/* ---- the money is there ---- */

/* The gift goes on from the wallet into the box; into one that was broken meanwhile it does not. */
static void keep(struct engine *engine, struct tx *tx, const struct gift *gift, struct text who) {
    struct box box;
    if (!box_find(engine, tx, gift->customer, gift->box, &box)) return;
    bool open = box.state == BOX_OPEN &&
                box_put(engine, tx, &box, gift->sum, KIND_BOX_KEEP, gift->id) == LEDGER_OK;
    box_tell_owner(engine, tx, &box, open ? S_boxes_told_gift : S_boxes_told_gift_late, gift->sum, who);
}

void gift_card_moved(struct engine *engine, struct tx *tx, int64_t customer, int64_t order) {
    struct gift gift;
    struct card_told told;
    struct rows *rows = tx_query(tx, &of_order, VALUES(V_INT(customer), V_INT(order)));
    if (!only(engine, tx, rows, &gift)) return;
    if (!acquiring_told(engine, tx, customer, order, &told) || told.open) return;
    tx_run(tx, &end_gift, VALUES(V_INT(customer), V_INT(gift.id), V_INT(told.paid ? GIFT_DONE : GIFT_FAILED)));
    if (told.paid) keep(engine, tx, &gift, gift.name);
    if (told.reversed) card_reversal_take(engine, tx, customer, order);
}

/* ---- from a wallet ---- */

static struct person_payment payment_of(const struct box *box, int64_t gift) {
    return (struct person_payment){
        .payee = box->customer, .to = box->wallet, .kind = KIND_BOX_GIVE, .subject = gift};
}

/* POST /box/{token}/wallet */
enum flow link_wallet_look(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_of_link(request, tx, &box)) return answer_missing(request);
    if (box.customer == request->caller.customer) return refuse(request, &own_box);
    if (moves_of(request) == NULL) return refuse(request, &no_cards);
    const struct person_payment payment = payment_of(&box, 0);
    return moves_of(request)->pay_look(request, tx, &payment);
}

enum flow link_wallet_write(struct request *request, struct tx *tx) {
    struct box box;
    struct customer giver;
    if (!box_of_link(request, tx, &box)) return answer_missing(request);
    struct gift gift = {.customer = box.customer,
                        .id = world_id(tx_world(tx)),
                        .box = box.id,
                        .payer = request->caller.customer,
                        .sum = field_money(request, "sum").minor,
                        .state = GIFT_DONE,
                        .name = field_text(request, "name"),
                        .note = field_text(request, "note")};
    const struct person_payment payment = payment_of(&box, gift.id);
    int64_t operation = 0;
    if (moves_of(request)->pay(request, tx, &payment, &operation) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (gift.name.size == 0 && identity_customer(request->engine, tx, gift.payer, &giver)) gift.name = giver.name;
    insert_gift(request, tx, &gift, TEXT_NONE);
    keep(request->engine, tx, &gift, gift.name);
    struct node *document = doc_new(request->arena);
    doc_id(document, "operation", operation);
    doc_money(document, "sum", rub(gift.sum));
    return answer_created(request, document,
                          text_format(request->arena, "/operations/%lld", (long long)operation));
}

/* ---- as an operation ---- */

/* Who gave, or to whom: the other account's owner for who sees it as his payment. */
void gift_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                   struct node *operation) {
    struct account account;
    struct gift gift;
    struct box box;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account)) return;
    int64_t owner = account.owner;
    if (entry->amount < 0 && entry->kind != KIND_BOX_KEEP) { /* the giver's own entry */
        struct account other;
        owner = ledger_account(engine_ledger(engine), tx, entry->other, &other) ? other.owner : 0;
    }
    struct rows *rows = tx_query(tx, &find, VALUES(V_INT(owner), V_INT(entry->subject)));
    if (!only(engine, tx, rows, &gift)) return;
    struct arena *arena = operation->arena;
    bool gives = owner != account.owner, named = box_find(engine, tx, owner, gift.box, &box) && box.name.size > 0;
    struct text who = gift.name.size > 0 ? gift.name : string_get(arena, locale, S_boxes_gift_nameless, NULL, 0);
    if (entry->kind != KIND_BOX_KEEP && !gives) doc_text(operation, "counterparty", text_copy(arena, who));
    else if (named) doc_text(operation, "counterparty", text_copy(arena, box.name));
}

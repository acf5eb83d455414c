/* checkout_act.c: something is done with an order: the rules say whether, the ledger holds, takes or lets go, the row
 * is kept, the shop's server is told: all in one command. Rows are locked, so of two acts at once the second sees what
 * the first has left. */
#include "products/instalments/shop_side.h"

#include "identity/secrets.h"

#define PIECE 100
#define KNOWN 500
#define HOLD_LONGER DAY /* orders expire by themselves first: the ledger's own end is for the case that they do not */

STATEMENT(over, "SELECT shop, number FROM instalment_checkout WHERE state <= 2 AND valid_till <= $1 "
                "ORDER BY valid_till LIMIT $2");

int64_t checkout_free(struct engine *engine, struct tx *tx, int64_t customer) {
    struct customer who;
    struct cooling since;
    struct purchase *purchases = arena_array(tx_arena(tx), struct purchase, KNOWN);
    if (customer == 0 || !identity_customer(engine, tx, customer, &who) || who.frozen || who.closed ||
        identity_cooling(engine, tx, customer, &since))
        return 0;
    size_t count = purchases_of(tx, customer, purchases, KNOWN);
    for (size_t i = 0; i < count; i++) {
        purchase_as_of(engine, &purchases[i], instalments_today(engine));
        if (loan_days_overdue(&purchases[i].state.loan) > 0) return 0;
    }
    return instalment_limit_free(engine, tx, customer);
}

/* ---- his money ---- */

static bool hold_sum(struct engine *engine, struct tx *tx, struct checkout_order *order, int64_t sum, moment until) {
    struct instalment_limit limit;
    if (!instalment_limit_find(tx, order->customer, &limit)) return false;
    const struct transfer transfer = {.from = limit.account,
                                      .to = instalments_account(engine, tx, PURPOSE_INSTALMENT_SHOP, order->shop),
                                      .sum = rub(sum),
                                      .kind = KIND_INSTALMENT_BOUGHT,
                                      .subject = order->id,
                                      .flags = TRANSFER_NO_LIMITS};
    return ledger_hold(engine_ledger(engine), tx, &transfer, until + HOLD_LONGER, &order->hold) == LEDGER_OK;
}

static void let_go(struct engine *engine, struct tx *tx, struct checkout_order *order) {
    struct instalment_limit limit;
    if (order->hold == 0 || !instalment_limit_find(tx, order->customer, &limit)) return;
    (void)ledger_release(engine_ledger(engine), tx, order->hold, limit.account); /* its own time may be over, too */
    order->hold = 0;
}

/* For another sum or another time. What was free is known to be enough, so a refusal is a fault of ours. */
static bool hold_anew(struct engine *engine, struct tx *tx, struct checkout_order *order,
                      const struct checkout *after) {
    if (order->customer == 0) return true;
    let_go(engine, tx, order);
    if (!hold_sum(engine, tx, order, after->sum, after->valid_till))
        tx_give_up(tx, "instalments: what was held is not held again");
    return true;
}

static bool sell(struct engine *engine, struct tx *tx, struct checkout_order *order, int64_t sum) {
    struct purchase purchase = {.customer = order->customer,
                                .shop = order->shop,
                                .checkout = order->id,
                                .terms = {.sum = sum, .term = order->term}};
    if (order->customer == 0) return true;
    if (purchase_sell(engine, tx, order->hold, &purchase) != LEDGER_OK) return false;
    order->purchase = purchase.id;
    order->hold = 0;
    return true;
}

static bool come_back(struct engine *engine, struct tx *tx, const struct checkout_order *order, int64_t sum) {
    struct purchase purchase = {.customer = order->customer, .id = order->purchase};
    const struct purchase_doing doing = {.act = PURCHASE_RETURN, .sum = sum};
    if (order->purchase == 0) return true; /* the shop is being tried out */
    return order->customer != 0 && purchase_act_on(engine, tx, &purchase, &doing, 0, NULL) == PURCHASE_OK;
}

/* What the act does to money and rows beside the order's own. False: it may not be, and nothing was moved. */
static bool carry_out(struct engine *engine, struct tx *tx, struct checkout_order *order,
                      const struct checkout_doing *doing, const struct checkout *after) {
    switch (doing->act) {
    case CHECKOUT_ASK:
    case CHECKOUT_DECLINE: return true;
    case CHECKOUT_CONSENT:
        order->agreed = after->sum;
        return order->customer == 0 || hold_sum(engine, tx, order, after->sum, after->valid_till);
    case CHECKOUT_CHANGE: return after->state != CHECKOUT_HOLD || hold_anew(engine, tx, order, after);
    case CHECKOUT_FINISH: return sell(engine, tx, order, doing->sum);
    case CHECKOUT_CANCEL: let_go(engine, tx, order); return true;
    case CHECKOUT_RETURN: return come_back(engine, tx, order, doing->sum);
    }
    return false;
}

/* ---- acts ---- */

static bool same(const struct checkout *one, const struct checkout *other) {
    return one->state == other->state && one->sum == other->sum && one->finished == other->finished &&
           one->returned == other->returned && one->valid_till == other->valid_till;
}

#define EXPIRED (-1) /* among the acts, in an order's events */

/* sum: of goods. */
static void keep(struct engine *engine, struct tx *tx, const struct shop *shop, struct checkout_order *order,
                 const struct checkout *after, int act, int64_t sum) {
    bool told = act != CHECKOUT_ASK && act != CHECKOUT_CHANGE;
    order->checkout = *after;
    checkout_save(engine, tx, order);
    order_event_add(engine, tx, order, act, sum);
    if (told) checkout_tell_shop(engine, tx, shop, order);
    if (order->customer != 0) engine_notify(engine, tx, order->customer, "instalments");
}

/* What an act was about. */
static int64_t event_sum(const struct checkout *after, const struct checkout_doing *doing) {
    if (doing->act == CHECKOUT_CANCEL || doing->act == CHECKOUT_DECLINE) return 0;
    return doing->act == CHECKOUT_CONSENT ? after->sum : doing->sum;
}

/* To change a signed order the shop may lower it, and raise it again to what was signed: more needs a new consent. */
static int64_t free_for(struct engine *engine, struct tx *tx, const struct checkout_order *order,
                        const struct checkout_doing *doing) {
    if (doing->act != CHECKOUT_CONSENT && doing->act != CHECKOUT_CHANGE) return 0;
    int64_t more = doing->act == CHECKOUT_CHANGE ? order->agreed - order->checkout.sum : order->checkout.sum;
    if (order->customer == 0) return more;
    int64_t left = checkout_free(engine, tx, order->customer);
    return left < more ? left : more;
}

/* A frozen account's hold cannot be changed. */
static bool stuck(struct engine *engine, struct tx *tx, const struct checkout_order *order) {
    struct instalment_limit limit;
    struct account account;
    return order->hold != 0 && (!instalment_limit_find(tx, order->customer, &limit) ||
                                !ledger_account(engine_ledger(engine), tx, limit.account, &account) || account.frozen ||
                                account.closed);
}

enum checkout_refusal checkout_do(struct engine *engine, struct tx *tx, const struct shop *shop,
                                  struct checkout_order *order, struct checkout_doing doing) {
    struct checkout after = order->checkout;
    doing.now = world_now(tx_world(tx));
    doing.free = free_for(engine, tx, order, &doing);
    enum checkout_refusal refusal = checkout_apply(&after, &doing);
    if (after.state == CHECKOUT_EXPIRED && order->checkout.state != CHECKOUT_EXPIRED) {
        let_go(engine, tx, order);
        keep(engine, tx, shop, order, &after, EXPIRED, 0);
    }
    if (refusal != CHECKOUT_OK || same(&after, &order->checkout)) return refusal;
    if (doing.act == CHECKOUT_CHANGE && stuck(engine, tx, order)) return CHECKOUT_NO_LIMIT;
    if (!carry_out(engine, tx, order, &doing, &after)) return CHECKOUT_NO_LIMIT;
    keep(engine, tx, shop, order, &after, (int)doing.act, event_sum(&after, &doing));
    return CHECKOUT_OK;
}

/* ---- whose time is over ---- */

static void expire(struct engine *engine, struct tx *tx, int64_t shop_id, struct text number) {
    struct checkout_order order;
    struct shop shop;
    if (!shop_find(engine, tx, shop_id, &shop) || !checkout_find(engine, tx, shop_id, number, &order) ||
        !checkout_late(&order.checkout, world_now(tx_world(tx))))
        return;
    struct checkout after = order.checkout;
    after.state = CHECKOUT_EXPIRED;
    let_go(engine, tx, &order);
    keep(engine, tx, &shop, &order, &after, EXPIRED, 0);
}

bool checkout_expire_job(struct engine *engine, struct tx *tx) {
    struct {
        int64_t shop;
        struct text number;
    } *late = arena_array(tx_arena(tx), __typeof__(*late), PIECE);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &over, VALUES(V_INT(world_now(tx_world(tx))), V_INT(PIECE)));
    for (; count < PIECE && rows_next(rows); count++) {
        late[count].shop = row_int(rows, 0);
        late[count].number = row_copy(rows, 1, tx_arena(tx));
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) expire(engine, tx, late[i].shop, late[i].number);
    return count == PIECE;
}

/* limit_ask.c: a shop asks for how much somebody may buy (Mokka's `limit/auth`): he opens the address, and only what he
 * lets us tell is told. Asked again under the same number it is the same address, until he has answered. */
#include "products/instalments/checkout_page.h"

#include "identity/common.h"
#include "messaging/messaging.h"

#define UID_BYTES 20

STATEMENT(put, "INSERT INTO instalment_ask (shop, number, id, uid, callback, redirect, phone, until, answered) "
               "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT (shop, number) DO UPDATE SET "
               "callback = $5, redirect = $6, until = $8");
STATEMENT(uid_of, "SELECT uid FROM instalment_ask WHERE shop = $1 AND number = $2");
STATEMENT(find_ask, "SELECT shop, number, id, callback, redirect, phone, until, answered FROM instalment_ask "
                    "WHERE uid = $1");
STATEMENT(answer, "UPDATE instalment_ask SET answered = $3 WHERE shop = $1 AND number = $2 AND answered = 0");
STATEMENT(sweep, "DELETE FROM instalment_ask WHERE (shop, number) IN "
                 "(SELECT shop, number FROM instalment_ask WHERE until < $1 ORDER BY until LIMIT 100)");

static const struct refusal ended = {"order-over", 409, S_instalments_refused_over, false};
static const struct refusal other_number = {"number-differs", 409, S_instalments_refused_number, false};
static const struct refusal trial_only = {"shop-on-trial", 409, S_instalments_refused_trial, false};
static const struct refusal not_trial = {"shop-not-on-trial", 409, S_instalments_refused_not_trial, false};

enum answered { ANSWERED_NOT, ANSWERED_APPROVED, ANSWERED_DECLINED }; /* kept */

struct ask {
    int64_t id;
    struct shop shop;
    struct text number, callback, redirect, phone;
    moment until;
    enum answered answered;
};

struct text limit_ask_put(struct engine *engine, struct tx *tx, int64_t shop, struct text number,
                          const struct checkout_wish *wish) {
    uint8_t bytes[UID_BYTES];
    int64_t id = world_id(tx_world(tx));
    moment until = world_now(tx_world(tx)) + instalments_settings(engine)->order_life;
    struct text phone = wish->phone.data != NULL ? wish->phone : TEXT("");
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "instalments.ask", id, phone);
    world_random(tx_world(tx), bytes, sizeof bytes);
    tx_run(tx, &put,
           VALUES(V_INT(shop), V_TEXT(number), V_INT(id), V_TEXT(text_hex(tx_arena(tx), bytes, sizeof bytes)),
                  V_TEXT(wish->callback), V_TEXT(wish->redirect), V_BYTES(sealed.data, sealed.size), V_INT(until)));
    struct rows *rows = tx_query(tx, &uid_of, VALUES(V_INT(shop), V_TEXT(number)));
    struct text uid = rows_next(rows) ? row_copy(rows, 0, tx_arena(tx)) : TEXT_NONE;
    rows_end(rows);
    return uid;
}

static bool find(struct request *request, struct tx *tx, struct ask *ask) {
    struct text uid = request->params[0], clear = TEXT_NONE;
    struct arena *arena = tx_arena(tx);
    if (uid.size != 2 * UID_BYTES || !text_valid_utf8(uid)) return false;
    struct rows *rows = tx_query(tx, &find_ask, VALUES(V_TEXT(uid)));
    bool found = rows_next(rows);
    int64_t shop = found ? row_int(rows, 0) : 0;
    if (found) {
        *ask = (struct ask){.id = row_int(rows, 2),
                            .number = row_copy(rows, 1, arena),
                            .callback = row_copy(rows, 3, arena),
                            .redirect = row_copy(rows, 4, arena),
                            .until = row_int(rows, 6),
                            .answered = (enum answered)row_int(rows, 7)};
        found = secret_open(engine_keyring(request->engine), arena, "instalments.ask", ask->id, row_text(rows, 5),
                            &clear);
        ask->phone = clear.size > 0 ? clear : TEXT_NONE;
    }
    rows_end(rows);
    return found && shop_find(request->engine, tx, shop, &ask->shop) && ask->shop.open;
}

static bool live(const struct request *request, const struct ask *ask) {
    return ask->answered == ANSWERED_NOT && world_now(request->world) < ask->until;
}

static struct text path_of(struct request *request) {
    return text_join(request->arena, TEXT("/limit/"), request->params[0]);
}

/* GET /limit/{uid} */
enum flow limit_ask_read(struct request *request, struct tx *tx) {
    static const char *const states[] = {"asked", "approved", "declined"};
    struct ask ask;
    if (!find(request, tx, &ask)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    bool customer = request->caller.kind == WHO_CUSTOMER, open = live(request, &ask);
    doc_text(document, "uid", request->params[0]);
    doc_text(document, "shop", ask.shop.title);
    doc_bool(document, "test", ask.shop.test);
    bool over = !open && ask.answered == ANSWERED_NOT;
    doc_text(document, "state", over ? TEXT("expired") : text_from(states[ask.answered]));
    doc_bool(document, "live", open);
    doc_bool(document, "signed_in", customer);
    doc_text(document, "back", ask.redirect);
    doc_text(document, "here", path_of(request));
    if (customer) doc_money(document, "free", rub(checkout_free(request->engine, tx, request->caller.customer)));
    return answer_ok(request, document);
}

static enum flow answer_shop(struct request *request, struct tx *tx, const struct ask *ask, int64_t customer,
                             struct text phone, int64_t sum) {
    struct arena *arena = tx_arena(tx);
    struct node *document = doc_new(arena), *told = doc_new(request->arena);
    struct buffer out = buffer_new(arena, 256);
    enum answered answered = sum > 0 ? ANSWERED_APPROVED : ANSWERED_DECLINED;
    struct text address = customer != 0 ? message_address_of(request->engine, tx, customer) : TEXT_NONE;
    tx_run(tx, &answer, VALUES(V_INT(ask->shop.id), V_TEXT(ask->number), V_INT(answered)));
    doc_text(document, "order_id", ask->number);
    doc_text(document, "decision", sum > 0 ? TEXT("approved") : TEXT("declined"));
    doc_text(document, "amount", money_decimal(arena, rub(sum)));
    doc_text(document, "mobile_phone", mokka_phone(phone));
    if (address.data != NULL) doc_text(document, "email", address);
    doc_write_json(document, &out);
    shop_callback(request->engine, tx, &ask->shop, ask->callback, ask->number, buffer_text(&out));
    doc_text(told, "state", sum > 0 ? TEXT("approved") : TEXT("declined"));
    return answer_done(request, told, path_of(request));
}

/* POST /limit/{uid}: he lets the shop know. */
enum flow limit_ask_tell(struct request *request, struct tx *tx) {
    struct ask ask;
    struct customer customer;
    if (!find(request, tx, &ask) || !identity_customer(request->engine, tx, request->caller.customer, &customer))
        return answer_missing(request);
    if (!live(request, &ask)) return refuse(request, &ended);
    if (ask.shop.test) return refuse(request, &trial_only);
    if (ask.phone.data != NULL && !text_equal(ask.phone, customer.phone)) return refuse(request, &other_number);
    return answer_shop(request, tx, &ask, customer.id, customer.phone,
                       checkout_free(request->engine, tx, customer.id));
}

/* POST /limit/{uid}/trial: {phone, code} */
enum flow limit_ask_trial(struct request *request, struct tx *tx) {
    struct ask ask;
    enum mokka_trial trial = MOKKA_TRIAL_NONE;
    if (!find(request, tx, &ask)) return answer_missing(request);
    if (!ask.shop.test) return refuse(request, &not_trial);
    if (!live(request, &ask)) return refuse(request, &ended);
    if (trial_enter(request, ask.phone, &trial) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct text phone = ask.phone;
    if (phone.data == NULL) (void)mokka_phone_read(request->arena, field_text(request, "phone"), &phone);
    return answer_shop(request, tx, &ask, 0, phone, trial == MOKKA_TRIAL_REFUSED ? 0 : INSTALMENTS_TRIAL_LIMIT);
}

bool limit_ask_sweep(struct engine *engine, struct tx *tx) {
    moment kept = world_now(engine_world(engine)) - instalments_settings(engine)->asks_kept;
    return tx_run(tx, &sweep, VALUES(V_INT(kept))) == 100;
}

/* staff.c: finance's pages about merchants: made, changed, switched on and off; their keys, bills and callbacks.
 *
 * Customers pay whom the page names, so no merchant is paid before a second member of finance has confirmed it, as it
 * then is (BO-2). Whatever is changed switches it off; a new key does not, since it takes nothing from anybody. */
#include "merchants/internal.h"

#define LATEST 50

STATEMENT(all, "SELECT id, account, title, open FROM merchant ORDER BY title, id LIMIT 500");
STATEMENT(put, "INSERT INTO merchant (id, title, public_key, site, callback, account, open, made) "
               "VALUES ($1, $2, $3, $4, $5, $6, 0, $7)");
STATEMENT(change, "UPDATE merchant SET title = $2, site = $3, callback = $4, open = 0 WHERE id = $1");
STATEMENT(open_put, "UPDATE merchant SET open = $2 WHERE id = $1");

static const struct refusal site_bad = {"site-bad", 422, S_merchants_staff_site_bad, false};
static const struct refusal callback_bad = {"callback-bad", 422, S_merchants_staff_callback_bad, false};
static const struct refusal gone = {"merchant-gone", 409, S_merchants_staff_gone, false};
static const struct refusal keys_many = {"keys-many", 409, S_merchants_staff_keys_many, false};

static bool find(struct request *request, struct tx *tx, struct merchant *merchant) {
    int64_t id = 0;
    return request_param_id(request, 0, &id) && merchant_find(tx, id, merchant);
}

static enum flow done(struct request *request, int64_t id) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    return answer_done(request, document, text_format(request->arena, "/staff/merchants/%lld", (long long)id));
}

/* What we owe it: paid and not yet brought out by a posting. */
static void tell_balance(struct request *request, struct tx *tx, struct node *node, int64_t id) {
    struct account account;
    if (ledger_account(engine_ledger(request->engine), tx, id, &account))
        doc_money(node, "balance", (struct money){account.balance, account.currency});
}

/* ---- the list, and a new one ---- */

enum flow merchants_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena), *merchants = doc_array(document, "merchants");
    for (struct rows *rows = tx_query(tx, &all, NO_VALUES); rows_next(rows);) {
        struct node *node = doc_add_object(merchants);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "title", row_text(rows, 2));
        doc_bool(node, "open", row_int(rows, 3) != 0);
        tell_balance(request, tx, node, row_int(rows, 1));
    }
    return answer_ok(request, document);
}

static struct text given(struct request *request, const char *name) {
    return field_given(request, name) ? field_text(request, name) : TEXT("");
}

static enum flow judge(struct request *request) {
    struct text site = given(request, "site"), callback = given(request, "callback");
    bool near = merchants_state_of(request->engine)->settings->private_addresses;
    if (site.size > 0 && !origin_good(site)) return refuse_at(request, "site", &site_bad);
    if (callback.size > 0 && !address_good(callback, near)) return refuse_at(request, "callback", &callback_bad);
    return FLOW_NEXT;
}

/* The only time that the secret is seen. */
static enum flow show_key(struct request *request, const struct merchant *merchant, struct text secret) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", merchant->id);
    doc_text(document, "title", merchant->title);
    doc_text(document, "public_key", merchant->public_key);
    doc_text(document, "secret_key", secret);
    doc_bool(document, "open", merchant->open);
    return answer_ok(request, document);
}

/* POST /staff/merchants */
enum flow merchant_add(struct request *request, struct tx *tx) {
    uint8_t bytes[24];
    if (judge(request) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct account template = {.purpose = PURPOSE_MERCHANT, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB};
    world_random(request->world, bytes, sizeof bytes);
    struct merchant merchant = {.id = world_id(request->world),
                                .account = ledger_create(engine_ledger(request->engine), tx, &template),
                                .title = field_text(request, "title"),
                                .public_key = text_base64url(request->arena, bytes, sizeof bytes)};
    tx_run(tx, &put,
           VALUES(V_INT(merchant.id), V_TEXT(merchant.title), V_TEXT(merchant.public_key),
                  V_TEXT(given(request, "site")), V_TEXT(given(request, "callback")), V_INT(merchant.account),
                  V_INT(world_now(request->world))));
    audit_record(request, 0, "merchants.made", merchant.title);
    return show_key(request, &merchant, merchant_key_make(request, tx, merchant.id));
}

/* ---- one of them ---- */

static void tell_bills(struct request *request, struct tx *tx, int64_t merchant, struct node *document) {
    struct node *list = doc_array(document, "bills");
    struct bill *bills = arena_array(request->arena, struct bill, LATEST);
    size_t count = bills_latest(request->engine, tx, merchant, bills, LATEST);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "number", bills[i].number);
        doc_text(node, "uid", bills[i].uid);
        doc_moment(node, "at", id_moment(bills[i].id));
        doc_text(node, "state", text_from(bill_state_name(bills[i].state)));
        doc_money(node, "sum", rub(bills[i].sum));
        doc_money(node, "refunded", rub(bills[i].refunded));
    }
}

/* GET /staff/merchants/{id} */
enum flow merchant_page(struct request *request, struct tx *tx) {
    struct merchant merchant;
    if (!find(request, tx, &merchant)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", merchant.id);
    doc_text(document, "title", merchant.title);
    doc_text(document, "public_key", merchant.public_key);
    doc_text(document, "site", merchant.site);
    doc_text(document, "callback", merchant.callback);
    doc_bool(document, "open", merchant.open);
    doc_id(document, "account", merchant.account);
    tell_balance(request, tx, document, merchant.account);
    merchant_keys_tell(tx, merchant.id, doc_array(document, "keys"));
    tell_bills(request, tx, merchant.id, document);
    notices_tell(request->engine, tx, merchant.id, TEXT_NONE, doc_array(document, "callbacks"));
    return answer_ok(request, document);
}

/* POST /staff/merchants/{id} */
enum flow merchant_save(struct request *request, struct tx *tx) {
    struct merchant merchant;
    if (!find(request, tx, &merchant)) return answer_missing(request);
    if (judge(request) == FLOW_ANSWERED) return FLOW_ANSWERED;
    tx_run(tx, &change,
           VALUES(V_INT(merchant.id), V_TEXT(field_text(request, "title")), V_TEXT(given(request, "site")),
                  V_TEXT(given(request, "callback"))));
    audit_record(request, 0, "merchants.changed", field_text(request, "title"));
    return done(request, merchant.id);
}

/* ---- keys ---- */

/* POST /staff/merchants/{id}/keys */
enum flow merchant_key_new(struct request *request, struct tx *tx) {
    struct merchant merchant;
    if (!find(request, tx, &merchant)) return answer_missing(request);
    struct text secret = merchant_key_make(request, tx, merchant.id);
    if (secret.data == NULL) return refuse(request, &keys_many);
    audit_record(request, 0, "merchants.key.made", merchant.title);
    return show_key(request, &merchant, secret);
}

/* POST /staff/merchants/{id}/keys/{key}/end */
enum flow merchant_key_stop(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t key = 0;
    if (!find(request, tx, &merchant) || !request_param_id(request, 1, &key) ||
        !merchant_key_end(request, tx, merchant.id, key))
        return answer_missing(request);
    audit_record(request, 0, "merchants.key.ended", merchant.title);
    return done(request, merchant.id);
}

/* ---- callbacks ---- */

/* POST /staff/merchants/{id}/callbacks/{callback}/replay */
enum flow merchant_replay(struct request *request, struct tx *tx) {
    struct merchant merchant;
    int64_t notice = 0;
    if (!find(request, tx, &merchant) || !request_param_id(request, 1, &notice) ||
        !notice_replay(request->engine, tx, merchant.id, notice))
        return answer_missing(request);
    audit_record(request, 0, "merchants.callback.replayed", merchant.title);
    return done(request, merchant.id);
}

/* ---- on and off ---- */

/* POST /staff/merchants/{id}/switch: off at once; on, once another of finance has confirmed it. */
enum flow merchant_switch(struct request *request, struct tx *tx) {
    struct merchant merchant;
    if (!find(request, tx, &merchant)) return answer_missing(request);
    if (merchant.open) {
        tx_run(tx, &open_put, VALUES(V_INT(merchant.id), V_INT(0)));
        audit_record(request, 0, "merchants.off", merchant.title);
        return done(request, merchant.id);
    }
    int64_t approval = approval_ask(request, tx, "merchants.on", 0, merchant.id, TEXT(""), merchant.title);
    if (approval == 0) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", approval);
    return answer_done(request, document, text_format(request->arena, "/staff/approvals/%lld", (long long)approval));
}

void merchant_on_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct merchant merchant;
    const struct locale *locale = &request->locale;
    if (!merchant_find(tx, approval->subject, &merchant)) return;
    approval_fact(facts, locale, S_merchants_staff_name, text_copy(request->arena, merchant.title));
    if (merchant.site.size > 0)
        approval_fact(facts, locale, S_merchants_staff_site, text_copy(request->arena, merchant.site));
    if (merchant.callback.size > 0)
        approval_fact(facts, locale, S_merchants_staff_callback, text_copy(request->arena, merchant.callback));
}

const struct refusal *merchant_on_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    (void)request;
    return tx_run(tx, &open_put, VALUES(V_INT(approval->subject), V_INT(1))) == 1 ? NULL : &gone;
}

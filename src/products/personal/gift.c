/* gift.c: what a visitor of a personal page sees and pays by card. The money comes to the owner's account by the rules
 * of any income, so what his limits or level keep out goes back to the payer's card; the fee, which the payer sees
 * before he pays and pays on top, goes on to us in the same transaction. */
#include "products/personal/personal.h"

#include "acquiring/guest_order.h"
#include "acquiring/reversal.h"
#include "base/check.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define GIFT "customer, id, card_order, sum, fee, state, hidden, name, note"

STATEMENT(insert, "INSERT INTO personal_gift (" GIFT ", token_hash) VALUES ($1, $2, $3, $4, $5, 1, 0, $6, $7, $8)");
STATEMENT(of_owner, "SELECT " GIFT " FROM personal_gift WHERE customer = $1 AND state = 10 ORDER BY id DESC LIMIT $2");
STATEMENT(of_order, "SELECT " GIFT " FROM personal_gift WHERE customer = $1 AND card_order = $2 AND state = 1 "
                    "FOR_UPDATE");
STATEMENT(of_token, "SELECT " GIFT " FROM personal_gift WHERE token_hash = $1");
STATEMENT(one, "SELECT " GIFT " FROM personal_gift WHERE customer = $1 AND id = $2");
STATEMENT(count_since, "SELECT COUNT(*), SUM(CASE WHEN state = 1 THEN 1 ELSE 0 END) FROM personal_gift "
                       "WHERE customer = $1 AND id >= $2");
STATEMENT(set_state, "UPDATE personal_gift SET state = $3 WHERE customer = $1 AND id = $2");
STATEMENT(hide, "UPDATE personal_gift SET hidden = 1 WHERE customer = $1 AND id = $2 AND state = 10");
STATEMENT(fees_select, "SELECT account FROM personal_system WHERE id = 1");
STATEMENT(fees_insert, "INSERT INTO personal_system (id, account) VALUES (1, $1)");

static const struct refusal takes_less = {"recipient-limit", 422, S_personal_limit, false};
static const struct refusal crowded = {"too-many-orders", 429, S_personal_crowded, false};
static const struct refusal no_account = {"recipient-closed", 409, S_personal_limit, false};

/* ---- rows ---- */

static struct value sealed(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear) {
    if (clear.size == 0) return V_BYTES("", 0);
    struct text box = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), purpose, id, clear);
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
                         .order = row_int(row, 2),
                         .sum = row_int(row, 3),
                         .fee = row_int(row, 4),
                         .state = (enum gift_state)row_int(row, 5),
                         .hidden = row_int(row, 6) != 0,
                         .name = opened(engine, tx, "personal.name", id, row_text(row, 7)),
                         .note = opened(engine, tx, "personal.note", id, row_text(row, 8))};
}

static bool only(struct engine *engine, struct tx *tx, struct rows *rows, struct gift *gift) {
    bool found = rows_next(rows);
    if (found) *gift = read_row(engine, tx, rows);
    rows_end(rows);
    return found;
}

size_t personal_gifts(struct engine *engine, struct tx *tx, int64_t customer, struct gift *gifts, size_t room) {
    size_t count = 0;
    struct rows *rows = tx_query(tx, &of_owner, VALUES(V_INT(customer), V_INT((int64_t)room)));
    while (count < room && rows_next(rows)) gifts[count++] = read_row(engine, tx, rows);
    rows_end(rows);
    return count;
}

/* ---- the page ---- */

static int64_t fee_of(struct engine *engine, int64_t sum) {
    const struct fee fee = {.percent_bp = personal_settings(engine)->fee};
    return fee_on(&fee, sum);
}

static void tell_sums(struct request *request, const struct personal_page *page, struct node *document) {
    int64_t sums[SUMS_MOST];
    int count = sums_read(page->sums, sums);
    struct node *list = doc_array(document, "sums");
    for (int i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_money(node, "sum", rub(sums[i]));
        doc_text(node, "href",
                 text_format(request->arena, "/@%.*s?sum=%lld", TEXT_ARG(page->name), (long long)(sums[i] / 100)));
    }
}

/* GET /@{name}: no more of him than he has chosen. */
enum flow personal_visit_read(struct request *request, struct tx *tx) {
    struct personal_page page;
    struct customer owner;
    int64_t least = 0, most = 0;
    if (!page_visible(request->engine, tx, request->params[0], &page, &owner)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    bool cards = acquiring_cards(request->engine, &least, &most);
    int64_t percent = personal_settings(request->engine)->fee;
    doc_text(document, "name", page.name);
    doc_text(document, "owner", page.named ? owner.name : TEXT_NONE);
    doc_text(document, "greeting", page.greeting);
    doc_bool(document, "card", cards);
    doc_bool(document, "own", request->caller.kind == WHO_CUSTOMER && request->caller.customer == page.customer);
    doc_text(document, "fee_percent",
             percent > 0 ? text_format(request->arena, percent % 100 == 0 ? "%lld" : "%lld,%02lld",
                                       (long long)(percent / 100), (long long)(percent % 100))
                         : TEXT_NONE);
    if (cards) doc_money(document, "least", rub(least));
    if (cards) doc_money(document, "most", rub(most));
    tell_sums(request, &page, document);
    return answer_ok(request, document);
}

/* ---- paying ---- */

/* Against who would fill a page with payments that nobody makes. */
static bool too_many(struct engine *engine, struct tx *tx, int64_t customer) {
    const struct personal_settings *settings = personal_settings(engine);
    moment day_ago = world_now(tx_world(tx)) - DAY;
    struct rows *rows = tx_query(tx, &count_since, VALUES(V_INT(customer), V_INT(id_from_moment(day_ago))));
    bool found = rows_next(rows);
    int64_t all = found ? row_int(rows, 0) : 0, open = found && !row_null(rows, 1) ? row_int(rows, 1) : 0;
    rows_end(rows);
    return all >= settings->day_most || open >= settings->open_most;
}

static void insert_gift(struct engine *engine, struct tx *tx, const struct gift *gift, struct text token) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(engine), "personal.gift", token, hash);
    tx_run(tx, &insert,
           VALUES(V_INT(gift->customer), V_INT(gift->id), V_INT(gift->order), V_INT(gift->sum), V_INT(gift->fee),
                  sealed(engine, tx, "personal.name", gift->id, gift->name),
                  sealed(engine, tx, "personal.note", gift->id, gift->note), V_BYTES(hash, sizeof hash)));
}

static enum flow judge(struct request *request, int64_t whole) {
    if (!words_clean(field_text(request, "payer"))) return refuse_field(request, "payer", S_personal_words_unclean);
    if (!words_clean(field_text(request, "note"))) return refuse_field(request, "note", S_personal_words_unclean);
    return guest_sum_fits(request, whole);
}

/* POST /@{name} */
enum flow personal_visit_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct personal_page page;
    struct customer owner;
    struct purse purses[PURSES_MAX];
    if (!page_visible(engine, tx, request->params[0], &page, &owner)) return answer_missing(request);
    struct gift gift = {.customer = page.customer,
                        .id = world_id(tx_world(tx)),
                        .sum = field_money(request, "sum").minor,
                        .name = field_text(request, "payer"),
                        .note = field_text(request, "note")};
    gift.fee = fee_of(engine, gift.sum);
    if (judge(request, gift.sum + gift.fee) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (too_many(engine, tx, page.customer)) return refuse(request, &crowded);
    if (engine_purses(engine, tx, &request->locale, page.customer, purses) == 0) return refuse(request, &no_account);
    const struct card_order order = {.customer = page.customer,
                                     .account = purses[0].account,
                                     .sum = gift.sum + gift.fee,
                                     .kind = KIND_PERSONAL,
                                     .subject = gift.id};
    if (acquiring_order(engine, tx, &order, &gift.order) != LEDGER_OK) return refuse(request, &takes_less);
    struct text token = guest_token(tx), path = text_format(request->arena, "/paid/%.*s", TEXT_ARG(token));
    insert_gift(engine, tx, &gift, token);
    struct node *document = doc_new(request->arena);
    doc_text(document, "gift", text_copy(request->arena, token));
    doc_money(document, "sum", rub(gift.sum));
    doc_money(document, "fee", rub(gift.fee));
    doc_money(document, "total", rub(gift.sum + gift.fee));
    doc_text(document, "payment_url", acquiring_url(request, tx, gift.customer, gift.order, path));
    return answer_created(request, document, path);
}

/* ---- what became of it, as the payer sees it ---- */

static bool asked(struct request *request, struct tx *tx, struct gift *gift, struct card_told *told) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "personal.gift", request->params[0], hash);
    return only(request->engine, tx, tx_query(tx, &of_token, VALUES(V_BYTES(hash, sizeof hash))), gift) &&
           acquiring_told(request->engine, tx, gift->customer, gift->order, told);
}

static struct node *paid_document(struct request *request, struct tx *tx, const struct gift *gift,
                                  const struct card_told *told) {
    struct personal_page page;
    struct node *document = guest_order_tell(request, told, gift->sum);
    bool there = page_find(request->engine, tx, gift->customer, &page);
    doc_text(document, "gift", request->params[0]);
    doc_text(document, "name", there ? page.name : TEXT_NONE);
    doc_money(document, "fee", rub(gift->fee));
    doc_money(document, "total", rub(gift->sum + gift->fee));
    return document;
}

/* GET /paid/{token} */
enum flow personal_paid_read(struct request *request, struct tx *tx) {
    struct gift gift;
    struct card_told told;
    if (!asked(request, tx, &gift, &told)) return answer_missing(request);
    return answer_ok(request, paid_document(request, tx, &gift, &told));
}

/* GET /paid/{token}/pay */
enum flow personal_pay_read(struct request *request, struct tx *tx) {
    struct gift gift;
    struct card_told told;
    if (!asked(request, tx, &gift, &told)) return answer_missing(request);
    struct text path = text_format(request->arena, "/paid/%.*s", TEXT_ARG(request->params[0]));
    return guest_order_pay(request, tx, gift.customer, gift.order, path, paid_document(request, tx, &gift, &told));
}

/* ---- the money is there ---- */

static int64_t fees_account(struct engine *engine, struct tx *tx) {
    struct rows *rows = tx_query(tx, &fees_select, NO_VALUES);
    int64_t account = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    if (account != 0) return account;
    const struct account template = {
        .purpose = PURPOSE_PERSONAL_FEES, .class = ACCOUNT_SYSTEM, .currency = CURRENCY_RUB};
    account = ledger_create(engine_ledger(engine), tx, &template);
    tx_run(tx, &fees_insert, VALUES(V_INT(account)));
    return account;
}

static void take_fee(struct engine *engine, struct tx *tx, const struct gift *gift, int64_t account, int64_t cause) {
    int64_t id = 0;
    if (gift->fee == 0) return;
    const struct transfer transfer = {.from = account,
                                      .to = fees_account(engine, tx),
                                      .sum = rub(gift->fee),
                                      .kind = KIND_PERSONAL_FEE,
                                      .subject = gift->id,
                                      .cause = cause,
                                      .flags = TRANSFER_NO_LIMITS | TRANSFER_EVEN_FROZEN};
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &id);
    check(refusal == LEDGER_OK || tx_failed(tx)); /* it has come with the sum, in this transaction */
}

static void tell_owner(struct engine *engine, struct tx *tx, const struct gift *gift) {
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(gift->sum));
    doc_text(values, "who", gift->name.size > 0 ? gift->name : TEXT("—"));
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")}, {"who", doc_get(values, "who")}};
    message_tell(engine, tx, gift->customer, TOPIC_OPERATIONS, S_personal_told_gift, arguments, 2);
}

static void came(struct engine *engine, struct tx *tx, const struct gift *gift, const struct card_told *told) {
    take_fee(engine, tx, gift, told->account, told->operation - 1);
    const struct event event = {.kind = EVENT_INCOME,
                                .customer = gift->customer,
                                .number = gift->sum,
                                .account = told->account,
                                .operation = told->operation - 1};
    engine_emit(engine, tx, &event);
    tell_owner(engine, tx, gift);
}

void personal_card_moved(struct engine *engine, struct tx *tx, int64_t customer, int64_t order) {
    struct gift gift;
    struct card_told told;
    struct rows *rows = tx_query(tx, &of_order, VALUES(V_INT(customer), V_INT(order)));
    if (!only(engine, tx, rows, &gift)) return;
    if (!acquiring_told(engine, tx, customer, order, &told) || told.open) return;
    tx_run(tx, &set_state, VALUES(V_INT(customer), V_INT(gift.id), V_INT(told.paid ? GIFT_DONE : GIFT_FAILED)));
    if (told.paid) came(engine, tx, &gift, &told);
    if (told.reversed) card_reversal_take(engine, tx, customer, order);
}

/* POST /personal/gifts/{id}/hide */
enum flow personal_hide_write(struct request *request, struct tx *tx) {
    int64_t id;
    if (!request_param_id(request, 0, &id) ||
        tx_run(tx, &hide, VALUES(V_INT(request->caller.customer), V_INT(id))) != 1)
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    doc_bool(document, "hidden", true);
    return answer_done(request, document, TEXT("/personal"));
}

void personal_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                   struct node *operation) {
    struct account account;
    struct gift gift;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) || account.owner == 0 ||
        !only(engine, tx, tx_query(tx, &one, VALUES(V_INT(account.owner), V_INT(entry->subject))), &gift))
        return;
    doc_text(operation, "counterparty",
             gift.name.size > 0 ? text_copy(operation->arena, gift.name)
                                : string_get(operation->arena, locale, S_personal_nameless, NULL, 0));
    if (entry->kind == KIND_PERSONAL && gift.note.size > 0 && !gift.hidden)
        doc_text(operation, "note", text_copy(operation->arena, gift.note));
}

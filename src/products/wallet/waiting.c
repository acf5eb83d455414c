/* waiting.c: money sent to a number that has no cabinet yet. It leaves the sender at once and waits on a system
 * account; who signs up with that number gets it in the transaction of the sign-up; nobody by the term, or the sender
 * changed his mind: it goes back (WA-4). */
#include "products/wallet/waiting.h"

#include "acquiring/guest_order.h"
#include "base/check.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define RETURN_PIECE 100

/* Rows about to end are locked first: another node may be ending them too. */
STATEMENT(open_count, "SELECT COUNT(*) FROM waiting_transfer WHERE customer = $1 AND state = 1");
STATEMENT(insert, "INSERT INTO waiting_transfer (id, customer, account, phone_hash, phone, sum, note, state, transfer, "
                  "expires, language, token_hash, payment, tries) "
                  "VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, 0, 0)");
/* One that is being paid out waits for what becomes of that. */
STATEMENT(by_phone, "SELECT " WAITING " FROM waiting_transfer WHERE phone_hash = $1 AND state = 1 AND payment = 0 "
                    "ORDER BY id LIMIT 100 FOR_UPDATE");
STATEMENT(by_expiry, "SELECT " WAITING " FROM waiting_transfer WHERE state = 1 AND expires <= $1 AND payment = 0 "
                     "ORDER BY expires LIMIT 100 FOR_UPDATE");
STATEMENT(by_id, "SELECT " WAITING " FROM waiting_transfer WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_any_id, "SELECT " WAITING " FROM waiting_transfer WHERE id = $1");
STATEMENT(by_sender, "SELECT " WAITING " FROM waiting_transfer WHERE customer = $1 AND state = 1 ORDER BY id DESC");
STATEMENT(end, "UPDATE waiting_transfer SET state = $3, ended = $4, claimed_by = $5 "
               "WHERE customer = $1 AND id = $2 AND state = 1");
STATEMENT(later, "UPDATE waiting_transfer SET expires = $3 WHERE customer = $1 AND id = $2");

static const char *state_name(enum waiting_state state) {
    switch (state) {
    case WAITING_OPEN: return "waiting";
    case WAITING_CLAIMED: return "claimed";
    case WAITING_RETURNED: return "returned";
    case WAITING_CANCELLED: return "cancelled";
    }
    return "unknown";
}

struct waiting waiting_row(const struct rows *rows, struct arena *arena) {
    return (struct waiting){.id = row_int(rows, 0),
                            .customer = row_int(rows, 1),
                            .account = row_int(rows, 2),
                            .sum = row_int(rows, 3),
                            .note = row_null(rows, 4) ? TEXT_NONE : row_copy(rows, 4, arena),
                            .transfer = row_int(rows, 5),
                            .language = (enum language)row_int(rows, 6),
                            .sealed = row_copy(rows, 7, arena),
                            .state = (enum waiting_state)row_int(rows, 8),
                            .expires = row_int(rows, 9),
                            .payment = row_int(rows, 10),
                            .tries = row_int(rows, 11)};
}

struct text waiting_phone(struct engine *engine, struct arena *arena, const struct waiting *waiting) {
    struct text phone = TEXT_NONE;
    if (!secret_open(engine_keyring(engine), arena, "waiting.phone", waiting->id, waiting->sealed, &phone))
        return TEXT_NONE;
    return phone;
}

/* ---- messages ---- */

struct letter {
    string_id text;
    int64_t customer; /* 0: to a number without a cabinet */
    struct text phone;
    enum language language;
    struct text who; /* the other side, as the reader may know it */
    int64_t sum;
    struct text link; /* TEXT_NONE: it has none */
};

static void tell(struct engine *engine, struct tx *tx, const struct letter *letter) {
    const struct config_base *config = engine_config(engine);
    struct arena *arena = tx_arena(tx);
    struct node *values = doc_new(arena);
    doc_money(values, "sum", rub(letter->sum));
    doc_text(values, "who", letter->who);
    doc_text(values, "company", text_from(config->company));
    doc_text(values, "link", letter->link.data != NULL ? letter->link : TEXT(""));
    doc_int(values, "days", wallet_state_of(engine)->settings->waiting_days);
    const struct string_argument arguments[] = {{"sum", doc_get(values, "sum")},
                                                {"who", doc_get(values, "who")},
                                                {"company", doc_get(values, "company")},
                                                {"link", doc_get(values, "link")},
                                                {"days", doc_get(values, "days")}};
    const struct message message = {.customer = letter->customer,
                                    .phone = letter->phone,
                                    .language = letter->language,
                                    .text = letter->text,
                                    .arguments = arguments,
                                    .argument_count = sizeof arguments / sizeof *arguments,
                                    .secret = letter->link.data != NULL}; /* whoever has it may have the money */
    message_sms(engine, tx, &message);
}

void waiting_tell_sender(struct engine *engine, struct tx *tx, const struct waiting *waiting, string_id text) {
    struct customer sender;
    if (!identity_customer(engine, tx, waiting->customer, &sender)) return;
    struct text phone = waiting_phone(engine, tx_arena(tx), waiting);
    tell(engine, tx,
         &(struct letter){.text = text,
                          .customer = sender.id,
                          .phone = sender.phone,
                          .language = sender.language,
                          .who = phone_masked(tx_arena(tx), phone),
                          .sum = waiting->sum});
}

/* ---- sending ---- */

struct text waiting_sender(struct engine *engine, struct tx *tx, int64_t customer) {
    struct customer sender;
    if (!identity_customer(engine, tx, customer, &sender)) return TEXT("—");
    if (sender.phone.size == 0) return TEXT("—"); /* his data were destroyed */
    return sender.name.size > 0 ? sender.name : phone_masked(tx_arena(tx), sender.phone);
}

static bool too_many(struct engine *engine, struct tx *tx, int64_t customer) {
    int64_t count = 0;
    struct rows *rows = tx_query(tx, &open_count, VALUES(V_INT(customer)));
    if (rows_next(rows)) count = row_int(rows, 0);
    rows_end(rows);
    return count >= wallet_state_of(engine)->settings->waiting_most;
}

static void keep_waiting(struct engine *engine, struct tx *tx, const struct waiting_order *order, int64_t id,
                         const struct waiting_result *result, struct text token) {
    uint8_t hash[SECRET_HASH_SIZE], token_hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(engine), "waiting.token", token, token_hash);
    identity_phone_hash(engine, order->phone, hash);
    struct text sealed = secret_seal(engine_keyring(engine), tx_world(tx), tx_arena(tx), "waiting.phone", id,
                                     order->phone);
    tx_run(tx, &insert,
           VALUES(V_INT(id), V_INT(order->customer), V_INT(order->account), V_BYTES(hash, sizeof hash),
                  V_BYTES(sealed.data, sealed.size), V_INT(order->sum.minor), V_TEXT(order->note),
                  V_INT(result->operation), V_INT(result->expires), V_INT(order->language),
                  V_BYTES(token_hash, sizeof token_hash)));
}

struct waiting_result waiting_send(struct engine *engine, struct tx *tx, const struct waiting_order *order) {
    struct waiting_result result = {.refusal = LEDGER_OK};
    if (too_many(engine, tx, order->customer)) {
        result.too_many = true;
        return result;
    }
    int64_t id = world_id(tx_world(tx));
    const struct transfer transfer = {.from = order->account,
                                      .to = wallet_waiting_account(engine, tx),
                                      .sum = order->sum,
                                      .kind = KIND_WAITING,
                                      .subject = id,
                                      .note = order->note};
    result.refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &result.operation);
    if (result.refusal != LEDGER_OK) return result;
    result.expires = world_now(tx_world(tx)) + wallet_state_of(engine)->settings->waiting_days * DAY;
    struct text token = guest_token(tx);
    keep_waiting(engine, tx, order, id, &result, token);
    tell(engine, tx,
         &(struct letter){.text = S_wallet_sms_waiting,
                          .phone = order->phone,
                          .language = order->language,
                          .who = waiting_sender(engine, tx, order->customer),
                          .sum = order->sum.minor,
                          .link = text_format(tx_arena(tx), "%s/claim/%.*s", engine_config(engine)->public_url,
                                              TEXT_ARG(token))});
    return result;
}

/* ---- claiming ---- */

void waiting_end(struct tx *tx, const struct waiting *waiting, enum waiting_state state, int64_t claimed_by) {
    int64_t changed = tx_run(tx, &end,
                             VALUES(V_INT(waiting->customer), V_INT(waiting->id), V_INT(state),
                                    V_INT(world_now(tx_world(tx))), claimed_by != 0 ? V_INT(claimed_by) : V_NULL));
    check(changed == 1 || tx_failed(tx)); /* its money has just been moved in this transaction */
}

enum ledger_refusal waiting_credit(struct engine *engine, struct tx *tx, const struct waiting *waiting,
                                   int64_t customer, int64_t account) {
    const struct transfer transfer = {.from = wallet_waiting_account(engine, tx),
                                      .to = account,
                                      .sum = rub(waiting->sum),
                                      .kind = KIND_CLAIM,
                                      .subject = waiting->id,
                                      .cause = waiting->transfer,
                                      .note = waiting->note};
    int64_t operation;
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
    if (refusal != LEDGER_OK) return refusal;
    waiting_end(tx, waiting, WAITING_CLAIMED, customer);
    wallet_income(engine, tx, customer, account, waiting->sum, operation);
    waiting_tell_sender(engine, tx, waiting, S_wallet_sms_claimed);
    return LEDGER_OK;
}

/* What a limit keeps out stays waiting: the sender gets it back at the term, as he was told. */
void waiting_claim(struct engine *engine, struct tx *tx, int64_t customer, struct text phone) {
    struct lookups hashes;
    identity_phone_hashes(engine, phone, &hashes);
    struct waiting *waiting = arena_array(tx_arena(tx), struct waiting, RETURN_PIECE);
    size_t count = 0;
    for (size_t i = 0; i < hashes.count; i++) {
        struct rows *rows = tx_query(tx, &by_phone, VALUES(V_BYTES(hashes.of[i], SECRET_HASH_SIZE)));
        while (count < RETURN_PIECE && rows_next(rows)) waiting[count++] = waiting_row(rows, tx_arena(tx));
        rows_end(rows);
    }
    if (count == 0) return;
    int64_t account = wallet_main(engine, tx, customer);
    for (size_t i = 0; i < count; i++) waiting_credit(engine, tx, &waiting[i], customer, account);
}

/* ---- returning ---- */

static bool give_back(struct engine *engine, struct tx *tx, const struct waiting *waiting, enum waiting_state state) {
    int64_t operation;
    enum ledger_refusal refusal = ledger_reverse(engine_ledger(engine), tx, waiting->transfer, waiting->account,
                                                 rub(waiting->sum), KIND_RETURN, &operation);
    if (refusal != LEDGER_OK) return false;
    waiting_end(tx, waiting, state, 0);
    return true;
}

bool waiting_return_job(struct engine *engine, struct tx *tx) {
    moment now = world_now(tx_world(tx));
    struct waiting *waiting = arena_array(tx_arena(tx), struct waiting, RETURN_PIECE);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &by_expiry, VALUES(V_INT(now)));
    while (count < RETURN_PIECE && rows_next(rows)) waiting[count++] = waiting_row(rows, tx_arena(tx));
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        if (give_back(engine, tx, &waiting[i], WAITING_RETURNED))
            waiting_tell_sender(engine, tx, &waiting[i], S_wallet_sms_returned);
        else /* the sender's wallet takes nothing now: ask again tomorrow rather than at once for ever */
            tx_run(tx, &later, VALUES(V_INT(waiting[i].customer), V_INT(waiting[i].id), V_INT(now + DAY)));
    }
    return count == RETURN_PIECE;
}

static bool find_own(struct tx *tx, int64_t customer, int64_t id, struct waiting *waiting) {
    struct rows *rows = tx_query(tx, &by_id, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) *waiting = waiting_row(rows, tx_arena(tx));
    rows_end(rows);
    return found;
}

/* POST /transfers/waiting/{id}/cancel */
enum flow waiting_cancel_write(struct request *request, struct tx *tx) {
    int64_t id;
    struct waiting waiting;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    if (!find_own(tx, request->caller.customer, id, &waiting)) return answer_missing(request);
    if (waiting.state != WAITING_OPEN || waiting.payment != 0 ||
        !give_back(request->engine, tx, &waiting, WAITING_CANCELLED))
        return refuse(request, &refusal_not_cancellable);
    struct account account;
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", id);
    doc_text(document, "state", text_from(state_name(WAITING_CANCELLED)));
    if (ledger_account(engine_ledger(request->engine), tx, waiting.account, &account)) {
        doc_money(document, "balance", rub(account.balance));
        doc_int(document, "version", account.version);
    }
    return answer_done(request, document, text_format(request->arena, "/operations/%lld", (long long)waiting.transfer));
}

/* ---- telling ---- */

size_t waiting_list(struct engine *engine, struct tx *tx, int64_t customer, struct node *array) {
    size_t count = 0;
    for (struct rows *rows = tx_query(tx, &by_sender, VALUES(V_INT(customer))); rows_next(rows); count++) {
        struct waiting waiting = waiting_row(rows, tx_arena(tx));
        struct text phone = waiting_phone(engine, array->arena, &waiting);
        struct node *item = doc_add_object(array);
        doc_id(item, "id", waiting.id);
        doc_id(item, "operation", waiting.transfer);
        doc_text(item, "phone", phone_pretty(array->arena, phone));
        doc_money(item, "sum", rub(waiting.sum));
        doc_moment(item, "expires", waiting.expires);
    }
    return count;
}

enum flow waiting_list_read(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    waiting_list(request->engine, tx, request->caller.customer, doc_array(document, "waiting"));
    return answer_ok(request, document);
}

/* The sender sees the number he typed and what became of the money; the receiver sees the sender, masked. */
void waiting_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation) {
    (void)locale;
    struct waiting waiting;
    struct arena *arena = operation->arena;
    if (entry->kind == KIND_RETURN && entry->subject == 0) return;
    struct rows *rows = tx_query(tx, &by_any_id, VALUES(V_INT(entry->subject)));
    bool found = rows_next(rows);
    if (found) waiting = waiting_row(rows, arena);
    rows_end(rows);
    if (!found) return;
    if (entry->kind == KIND_CLAIM) {
        doc_text(operation, "counterparty", operations_unbroken(arena, waiting_sender(engine, tx, waiting.customer)));
        return;
    }
    struct text masked = phone_masked(arena, waiting_phone(engine, arena, &waiting));
    doc_text(operation, "counterparty", operations_unbroken(arena, masked));
    if (entry->kind != KIND_WAITING) return;
    doc_text(operation, "state", text_from(state_name(waiting.state)));
    if (waiting.state != WAITING_OPEN || waiting.payment != 0) return;
    doc_moment(operation, "waits_until", waiting.expires);
    doc_money(operation, "waiting_sum", rub(waiting.sum));
    doc_text(operation, "cancel", text_format(arena, "/transfers/waiting/%lld/cancel", (long long)waiting.id));
}

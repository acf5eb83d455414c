/* claim.c: money that waits is had by the link in its SMS (BK-3), without signing in: onto a bank card or to the
 * balance of the phone that it was sent to, both paid by us out of the account on which it waits (payments.h), or into
 * a cabinet. What a rail refuses waits on, and another way may be chosen; its term ends all. */
#include "products/wallet/waiting.h"

#include "operations/operations.h"
#include "payments/payments.h"

#define TRIES_MOST 5

STATEMENT(by_token, "SELECT " WAITING " FROM waiting_transfer WHERE token_hash = $1");
STATEMENT(by_token_locked, "SELECT " WAITING " FROM waiting_transfer WHERE token_hash = $1 FOR_UPDATE");
STATEMENT(by_payment, "SELECT " WAITING " FROM waiting_transfer WHERE payment = $1 AND payment > 0 FOR_UPDATE");
STATEMENT(set_payment, "UPDATE waiting_transfer SET payment = $3, tries = $4 WHERE customer = $1 AND id = $2");
STATEMENT(open_again, "UPDATE waiting_transfer SET state = 1, payment = 0, ended = NULL, expires = $3 "
                      "WHERE customer = $1 AND id = $2");

static const struct refusal over = {"transfer-over", 409, S_wallet_claim_over, false};
static const struct refusal under_way = {"under-way", 409, S_wallet_claim_under_way, false};
static const struct refusal too_often = {"too-many-tries", 429, S_wallet_claim_tries, false};
static const struct refusal no_way = {"way-unavailable", 409, S_wallet_claim_no_way, false};

static bool find(struct request *request, struct tx *tx, struct waiting *waiting) {
    uint8_t hash[SECRET_HASH_SIZE];
    secret_hash(engine_keyring(request->engine), "waiting.token", request->params[0], hash);
    struct rows *rows =
        tx_query(tx, tx_writing(tx) ? &by_token_locked : &by_token, VALUES(V_BYTES(hash, sizeof hash)));
    bool found = rows_next(rows);
    if (found) *waiting = waiting_row(rows, tx_arena(tx));
    rows_end(rows);
    return found;
}

/* ---- the ways ---- */

static bool takes(const struct provider *provider, int64_t sum) {
    return provider != NULL && provider->on && sum >= provider->sum_min && sum <= provider->sum_max;
}

static const struct provider *card_way(struct request *request, const struct waiting *waiting) {
    if (!engine_enabled(request->engine, "payments")) return NULL;
    const struct provider *found = catalogue_for_cards(catalogue_take(request->engine, request->arena));
    return takes(found, waiting->sum) ? found : NULL;
}

/* *number: the ten digits that its operator is told. */
static const struct provider *phone_way(struct request *request, const struct waiting *waiting, struct text *number) {
    if (!engine_enabled(request->engine, "payments")) return NULL;
    struct text phone = waiting_phone(request->engine, request->arena, waiting);
    if (phone.size != 12) return NULL; /* +7 and ten digits */
    *number = text_slice(phone, 2, phone.size);
    const struct provider *found = catalogue_operator(catalogue_take(request->engine, request->arena), *number);
    return takes(found, waiting->sum) ? found : NULL;
}

/* ---- the page ---- */

static const char *state_of(const struct waiting *waiting, moment now) {
    if (waiting->state == WAITING_CLAIMED) return "done";
    if (waiting->state != WAITING_OPEN) return "over";
    if (waiting->payment != 0) return "paying";
    return now >= waiting->expires ? "over" : "open";
}

/* What is wrong with the card's number that was typed. */
static struct text fault_of(const struct request *request) {
    for (const struct rest_fault *fault = request->rest_faults; fault != NULL; fault = fault->next)
        if (text_is(text_from(fault->name), "account")) return fault->words;
    return TEXT_NONE;
}

static struct node *claim_document(struct request *request, struct tx *tx, const struct waiting *waiting) {
    struct node *document = doc_new(request->arena);
    struct text number = TEXT_NONE;
    const char *state = state_of(waiting, world_now(request->world));
    bool open = text_is(text_from(state), "open"), tries = waiting->tries < TRIES_MOST;
    const struct provider *phone = phone_way(request, waiting, &number);
    doc_text(document, "token", request->params[0]);
    doc_text(document, "state", text_from(state));
    doc_text(document, "from", waiting_sender(request->engine, tx, waiting->customer));
    doc_money(document, "sum", rub(waiting->sum));
    doc_text(document, "note", waiting->note);
    doc_moment(document, "expires", waiting->expires);
    doc_bool(document, "card", open && tries && card_way(request, waiting) != NULL);
    doc_text(document, "number", rest_text(request, "account"));
    doc_text(document, "number_error", fault_of(request));
    doc_text(document, "phone",
             open && tries && phone != NULL
                 ? phone_masked(request->arena, waiting_phone(request->engine, request->arena, waiting))
                 : TEXT_NONE);
    doc_bool(document, "wallet", open && request->caller.kind == WHO_CUSTOMER);
    doc_bool(document, "failed", open && waiting->tries > 0);
    doc_bool(document, "tried_out", open && !tries);
    return document;
}

/* GET /claim/{token} */
enum flow claim_read(struct request *request, struct tx *tx) {
    struct waiting waiting;
    if (!find(request, tx, &waiting)) return answer_missing(request);
    if (waiting.state == WAITING_OPEN && waiting.payment != 0) engine_page_goes(request, "refresh", TEXT("3"));
    return answer_ok(request, claim_document(request, tx, &waiting));
}

/* ---- choosing ---- */

static enum flow usable(struct request *request, struct tx *tx, struct waiting *waiting) {
    if (!find(request, tx, waiting)) return answer_missing(request);
    if (waiting->state == WAITING_OPEN && waiting->payment != 0) return refuse(request, &under_way);
    bool ended = waiting->state != WAITING_OPEN || world_now(tx_world(tx)) >= waiting->expires;
    return ended ? refuse(request, &over) : FLOW_NEXT;
}

static enum flow told(struct request *request, struct tx *tx, struct waiting *waiting) {
    struct text path = text_format(request->arena, "/claim/%.*s", TEXT_ARG(request->params[0]));
    if (!find(request, tx, waiting)) return answer_missing(request);
    return answer_done(request, claim_document(request, tx, waiting), path);
}

static enum flow pay_out(struct request *request, struct tx *tx, struct waiting *waiting,
                         const struct provider *provider, const struct payment_values *values) {
    if (waiting->tries >= TRIES_MOST) return refuse(request, &too_often);
    const struct payment_wish wish = {.provider = provider->id,
                                      .account = wallet_waiting_account(request->engine, tx),
                                      .sum = waiting->sum,
                                      .language = request->locale.language,
                                      .values = *values};
    int64_t payment = world_id(tx_world(tx));
    /* first, since one that is not asked about goes on at once */
    tx_run(tx, &set_payment,
           VALUES(V_INT(waiting->customer), V_INT(waiting->id), V_INT(payment), V_INT(waiting->tries + 1)));
    if (payments_begin(request->engine, tx, &wish, payment) != PAYMENT_GOES) return refuse(request, &no_way);
    return told(request, tx, waiting);
}

/* POST /claim/{token}/card */
enum flow claim_card_write(struct request *request, struct tx *tx) {
    struct waiting waiting;
    struct payment_values values = {.count = 0};
    request->rest_faults = NULL; /* a command may be run again */
    if (usable(request, tx, &waiting) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct provider *provider = card_way(request, &waiting);
    if (provider == NULL) return refuse(request, &no_way);
    payments_take_values(request, provider, &values);
    if (request->rest_faults != NULL) return refuse_rest(request);
    return pay_out(request, tx, &waiting, provider, &values);
}

/* POST /claim/{token}/phone: of the number that it was sent to, and no other. */
enum flow claim_phone_write(struct request *request, struct tx *tx) {
    struct waiting waiting;
    struct text number = TEXT_NONE;
    if (usable(request, tx, &waiting) == FLOW_ANSWERED) return FLOW_ANSWERED;
    const struct provider *provider = phone_way(request, &waiting, &number);
    if (provider == NULL) return refuse(request, &no_way);
    struct payment_values values = {.count = 1};
    values.of[0] = (struct osmp_field){"account", number};
    return pay_out(request, tx, &waiting, provider, &values);
}

/* POST /claim/{token}/wallet: into the cabinet of who is signed in. */
enum flow claim_wallet_write(struct request *request, struct tx *tx) {
    struct waiting waiting;
    int64_t customer = request->caller.customer, account = wallet_main(request->engine, tx, customer);
    if (usable(request, tx, &waiting) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (account == 0) return refuse(request, &refusal_no_wallet);
    enum ledger_refusal refusal = waiting_credit(request->engine, tx, &waiting, customer, account);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, account, rub(waiting.sum));
    return told(request, tx, &waiting);
}

/* ---- what became of it ---- */

static void forget(struct tx *tx, const struct waiting *waiting) {
    tx_run(tx, &set_payment,
           VALUES(V_INT(waiting->customer), V_INT(waiting->id), V_INT(0), V_INT(waiting->tries)));
}

/* EVENT_HOUSE_PAYMENT */
void claim_payment_moved(struct engine *engine, struct tx *tx, int64_t payment) {
    struct waiting waiting;
    struct payment_news news;
    struct rows *rows = tx_query(tx, &by_payment, VALUES(V_INT(payment)));
    bool found = rows_next(rows);
    if (found) waiting = waiting_row(rows, tx_arena(tx));
    rows_end(rows);
    if (!found || !payments_news(engine, tx, 0, payment, &news)) return;
    switch (news.state) {
    case PAYMENT_CHECKED: /* he has said yes when he chose */
        if (payments_confirm(engine, tx, 0, payment) == PAYMENT_GOES) return;
        payments_drop(engine, tx, 0, payment);
        forget(tx, &waiting);
        return;
    case PAYMENT_DONE:
        if (waiting.state != WAITING_OPEN) return;
        waiting_end(tx, &waiting, WAITING_CLAIMED, 0);
        waiting_tell_sender(engine, tx, &waiting, S_wallet_sms_claimed);
        return;
    case PAYMENT_REFUNDED: /* the bank sent it back: it waits anew */
        tx_run(tx, &open_again,
               VALUES(V_INT(waiting.customer), V_INT(waiting.id),
                      V_INT(world_now(tx_world(tx)) + wallet_state_of(engine)->settings->waiting_days * DAY)));
        return;
    case PAYMENT_REFUSED:
    case PAYMENT_REJECTED:
    case PAYMENT_UNCHECKED:
    case PAYMENT_EXPIRED:
    case PAYMENT_CANCELLED: forget(tx, &waiting); return;
    default: return;
    }
}

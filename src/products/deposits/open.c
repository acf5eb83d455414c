/* open.c: a contract is made: all of it is seen on the check page, then a code is sent that names product, sum and
 * term, and typing it is the signature: in that command the money moves and the deposit is open. Until then there is a
 * draft, which lasts as long as codes do and binds nobody. */
#include "products/deposits/deposits.h"

#include "identity/code.h"
#include "identity/common.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"
#include "operations/operations.h"

#define DRAFTS_A_PIECE 200

#define DRAFT "customer, id, product, sum, term, purse, prolongs, expires"
STATEMENT(draft_insert, "INSERT INTO deposit_draft (" DRAFT ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
STATEMENT(draft_find, "SELECT " DRAFT " FROM deposit_draft WHERE customer = $1 AND id = $2");
STATEMENT(draft_lock, "SELECT " DRAFT " FROM deposit_draft WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(draft_drop, "DELETE FROM deposit_draft WHERE customer = $1 AND id = $2");
STATEMENT(drafts_drop, "DELETE FROM deposit_draft WHERE customer = $1");
STATEMENT(drafts_over, "SELECT customer, id FROM deposit_draft WHERE expires < $1 ORDER BY expires LIMIT 200");

static const struct refusal draft_over = {"draft-over", 409, S_deposits_refused_draft, false};
static const struct refusal wrong = {"code-wrong", 422, S_deposits_code_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_deposits_code_spent, true};
static const struct refusal early = {"code-sent-recently", 429, S_deposits_code_early, false};
static const struct refusal many_codes = {"too-many-codes", 429, S_deposits_code_many, true};

struct draft {
    int64_t customer, id;
    struct offer offer;
    moment expires;
};

/* ---- rows ---- */

static bool draft_of(struct request *request, struct tx *tx, struct draft *draft) {
    int64_t id, customer = request->caller.customer, product = 0;
    if (!request_param_id(request, 0, &id)) return false;
    struct rows *rows =
        tx_query(tx, tx_writing(tx) ? &draft_lock : &draft_find, VALUES(V_INT(customer), V_INT(id)));
    bool found = rows_next(rows);
    if (found) {
        *draft = (struct draft){customer, id,
                                {.sum = row_int(rows, 3), .term = row_int(rows, 4), .purse = row_int(rows, 5),
                                 .prolongs = row_int(rows, 6) != 0},
                                row_int(rows, 7)};
        product = row_int(rows, 2);
    }
    rows_end(rows);
    return found && draft->expires > world_now(request->world) &&
           deposit_product_find(tx, product, &draft->offer.product);
}

void deposit_drafts_forget(struct tx *tx, int64_t customer) {
    tx_run(tx, &drafts_drop, VALUES(V_INT(customer)));
}

bool deposits_drafts_job(struct engine *engine, struct tx *tx) {
    int64_t over[DRAFTS_A_PIECE][2];
    size_t count = 0;
    struct rows *rows = tx_query(tx, &drafts_over, VALUES(V_INT(world_now(engine_world(engine)))));
    for (; count < DRAFTS_A_PIECE && rows_next(rows); count++) {
        over[count][0] = row_int(rows, 0);
        over[count][1] = row_int(rows, 1);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) tx_run(tx, &draft_drop, VALUES(V_INT(over[i][0]), V_INT(over[i][1])));
    return count == DRAFTS_A_PIECE;
}

/* ---- the code ---- */

static void subject_of(struct request *request, const struct draft *draft, uint8_t subject[SECRET_HASH_SIZE]) {
    struct text name = text_format(request->arena, "%lld/%lld", (long long)draft->customer, (long long)draft->id);
    secret_hash(engine_keyring(request->engine), "deposits.draft", name, subject);
}

static struct text host_of(struct request *request) {
    struct text rest, port, url = text_from(engine_config(request->engine)->public_url);
    text_split(url, '/', &rest);  /* https: */
    text_split(rest, '/', &rest); /* the empty part between the slashes */
    return text_split(text_split(rest, '/', &rest), ':', &port);
}

/* It says what it signs; with it alone a thief learns what is about to happen, and can do nothing else. */
static enum flow send_code(struct request *request, struct tx *tx, const struct draft *draft) {
    struct engine *engine = request->engine;
    struct customer customer;
    moment free_at = 0;
    uint8_t subject[SECRET_HASH_SIZE];
    if (!identity_customer(engine, tx, draft->customer, &customer)) return answer_missing(request);
    if (!identity_may_send_to(request, tx, draft->customer, customer.phone, &free_at))
        return refuse_until(request, &many_codes, free_at);
    subject_of(request, draft, subject);
    struct node code = text_value(code_make(engine, tx, CODE_DEPOSIT, subject, customer.phone, true));
    const struct locale locale = {customer.language, engine_zone(engine), world_now(request->world)};
    const struct product *product = &draft->offer.product;
    struct node company = text_value(text_from(engine_config(engine)->company)), host = text_value(host_of(request));
    struct node title = text_value(deposit_product_title(product, customer.language));
    struct node term =
        text_value(deposits_term_words(tx_arena(tx), &locale, product->terms.unit, draft->offer.term));
    struct node *values = doc_new(tx_arena(tx));
    doc_money(values, "sum", rub(draft->offer.sum));
    const struct string_argument arguments[] = {{"company", &company}, {"title", &title},
                                                {"sum", doc_get(values, "sum")},
                                                {"term", &term}, {"code", &code}, {"host", &host}};
    const struct message message = {.customer = draft->customer,
                                    .phone = customer.phone,
                                    .language = customer.language,
                                    .text = S_deposits_sms_code,
                                    .arguments = arguments,
                                    .argument_count = 6,
                                    .deadline = draft->expires,
                                    .secret = true};
    message_sms(engine, tx, &message);
    return FLOW_NEXT;
}

static struct text draft_path(const struct request *request, const struct draft *draft) {
    return text_format(request->arena, "/deposits/drafts/%lld", (long long)draft->id);
}

static void draft_tell(struct request *request, struct tx *tx, const struct draft *draft, struct node *document) {
    struct code_state state = {0};
    struct customer customer;
    uint8_t subject[SECRET_HASH_SIZE];
    moment now = world_now(request->world);
    subject_of(request, draft, subject);
    code_state(request->engine, tx, CODE_DEPOSIT, subject, &state);
    doc_id(document, "id", draft->id);
    if (identity_customer(request->engine, tx, draft->customer, &customer))
        doc_text(document, "phone",
                 operations_unbroken(request->arena, phone_masked(request->arena, customer.phone)));
    doc_moment(document, "expires", state.expires);
    doc_int(document, "seconds_left", state.expires > now ? (state.expires - now) / SECOND : 0);
    doc_moment(document, "again_at", state.again_at);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
}

/* POST /deposits */
enum flow deposit_draft_write(struct request *request, struct tx *tx) {
    struct draft draft = {.customer = request->caller.customer,
                          .id = world_id(tx_world(tx)),
                          .expires = world_now(request->world) + deposits_settings(request->engine)->draft_life};
    const struct offer *offer = &draft.offer;
    if (deposit_offer_take(request, tx, &draft.offer) == FLOW_ANSWERED) return FLOW_ANSWERED;
    deposit_drafts_forget(tx, draft.customer);
    tx_run(tx, &draft_insert,
           VALUES(V_INT(draft.customer), V_INT(draft.id), V_INT(offer->product.id), V_INT(offer->sum),
                  V_INT(offer->term), V_INT(offer->purse), V_INT(offer->prolongs), V_INT(draft.expires)));
    if (send_code(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    draft_tell(request, tx, &draft, document);
    return answer_created(request, document, draft_path(request, &draft));
}

/* GET /deposits/drafts/{id} */
enum flow deposit_draft_read(struct request *request, struct tx *tx) {
    struct draft draft;
    if (!draft_of(request, tx, &draft)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    draft_tell(request, tx, &draft, document);
    deposit_offer_tell(request, tx, &draft.offer, document);
    return answer_ok(request, document);
}

/* POST /deposits/drafts/{id}/again */
enum flow deposit_draft_again_write(struct request *request, struct tx *tx) {
    struct draft draft;
    struct code_state state;
    uint8_t subject[SECRET_HASH_SIZE];
    if (!draft_of(request, tx, &draft)) return answer_missing(request);
    subject_of(request, &draft, subject);
    if (code_state(request->engine, tx, CODE_DEPOSIT, subject, &state) &&
        world_now(request->world) < state.again_at)
        return refuse_until(request, &early, state.again_at);
    if (send_code(request, tx, &draft) == FLOW_ANSWERED) return FLOW_ANSWERED;
    struct node *document = doc_new(request->arena);
    draft_tell(request, tx, &draft, document);
    return answer_done(request, document, draft_path(request, &draft));
}

/* ---- signed ---- */

/* The money moves and the deposit is there; refused, neither. */
static enum flow open_signed(struct request *request, struct tx *tx, const struct draft *draft,
                             struct deposit *deposit) {
    struct engine *engine = request->engine;
    const struct offer *offer = &draft->offer;
    int64_t operation, today = deposits_today(engine);
    const struct account template = {.owner = draft->customer,
                                     .purpose = PURPOSE_DEPOSIT,
                                     .class = ACCOUNT_CUSTOMER,
                                     .currency = CURRENCY_RUB};
    *deposit = (struct deposit){.customer = draft->customer,
                                .id = world_id(tx_world(tx)),
                                .account = ledger_create(engine_ledger(engine), tx, &template),
                                .purse = offer->purse,
                                .product = offer->product.id,
                                .status = DEPOSIT_OPEN,
                                .length = offer->term,
                                .term = {today, deposit_ends(&offer->product.terms, today, offer->term)},
                                .prolongs = offer->prolongs,
                                .opened = today,
                                .signed_at = world_now(tx_world(tx))};
    const struct transfer transfer = {.from = offer->purse,
                                      .to = deposit->account,
                                      .sum = rub(offer->sum),
                                      .kind = KIND_DEPOSIT_OPEN,
                                      .subject = deposit->id,
                                      .flags = TRANSFER_NO_LIMITS}; /* from a person to himself */
    enum ledger_refusal refusal = ledger_transfer(engine_ledger(engine), tx, &transfer, &operation);
    if (refusal != LEDGER_OK) return operations_refuse(request, tx, refusal, offer->purse, transfer.sum);
    deposit_move_add(tx, deposit, today, MOVE_OPEN, offer->sum, operation, &deposit->first);
    deposit_insert(tx, deposit);
    const struct running running = {.customer = deposit->customer,
                                    .id = deposit->id,
                                    .product = deposit->product,
                                    .term = deposit->term,
                                    .state = {.principal = offer->sum, .done = today}};
    deposit_running_put(tx, &running, 1);
    return FLOW_NEXT;
}

/* POST /deposits/drafts/{id}: {code} */
enum flow deposit_draft_sign_write(struct request *request, struct tx *tx) {
    struct draft draft;
    struct customer customer;
    struct deposit deposit;
    uint8_t subject[SECRET_HASH_SIZE];
    struct engine *engine = request->engine;
    if (!draft_of(request, tx, &draft)) return answer_missing(request);
    if (!draft.offer.product.newest || !draft.offer.product.offered) return refuse(request, &draft_over);
    if (!identity_customer(engine, tx, draft.customer, &customer)) return answer_missing(request);
    subject_of(request, &draft, subject);
    switch (code_try(engine, tx, CODE_DEPOSIT, subject, customer.phone, field_text(request, "code"))) {
    case CODE_WRONG: return refuse_at(request, "code", &wrong);
    case CODE_SPENT: return refuse_at(request, "code", &spent);
    case CODE_RIGHT: break;
    }
    if (deposits_open_count(tx, draft.customer) >= DEPOSITS_MOST) return refuse(request, &draft_over);
    if (open_signed(request, tx, &draft, &deposit) == FLOW_ANSWERED) return FLOW_ANSWERED;
    tx_run(tx, &draft_drop, VALUES(V_INT(draft.customer), V_INT(draft.id)));
    deposit_notify(engine, tx, &deposit, &draft.offer.product, S_deposits_told_opened, draft.offer.sum,
                   deposit.opened);
    engine_notify(engine, tx, deposit.customer, "deposit");
    struct node *document = doc_new(request->arena);
    deposit_tell(request, tx, &deposit, document);
    return answer_created(request, document, text_format(request->arena, "/deposits/%lld", (long long)deposit.id));
}

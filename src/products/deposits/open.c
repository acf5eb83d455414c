/* open.c: a contract is made: all of it is seen on the check page, then a code is sent that names product, sum and
 * term, and typing it is the signature: in that command the money moves and the deposit is open. Until then there is a
 * draft, which lasts as long as codes do and binds nobody. */
#include "products/deposits/deposits.h"

#include "identity/signing.h"
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

static struct signing signing_of(struct request *request, struct tx *tx, const struct draft *draft) {
    const struct product *product = &draft->offer.product;
    struct customer customer = {.language = request->locale.language};
    struct string_argument *arguments = arena_array(tx_arena(tx), struct string_argument, 3);
    struct node *values = doc_new(tx_arena(tx));
    identity_customer(request->engine, tx, draft->customer, &customer);
    const struct locale locale = {customer.language, engine_zone(request->engine), world_now(request->world)};
    doc_money(values, "sum", rub(draft->offer.sum));
    doc_text(values, "title", deposit_product_title(product, customer.language));
    doc_text(values, "term", deposits_term_words(tx_arena(tx), &locale, product->terms.unit, draft->offer.term));
    arguments[0] = (struct string_argument){"sum", doc_get(values, "sum")};
    arguments[1] = (struct string_argument){"title", doc_get(values, "title")};
    arguments[2] = (struct string_argument){"term", doc_get(values, "term")};
    return (struct signing){
        .purpose = CODE_DEPOSIT,
        .kind = "deposits.draft",
        .bound = text_format(tx_arena(tx), "%lld/%lld", (long long)draft->customer, (long long)draft->id),
        .customer = draft->customer,
        .deadline = draft->expires,
        .text = S_deposits_sms_code,
        .arguments = arguments,
        .count = 3};
}

static enum flow send_code(struct request *request, struct tx *tx, const struct draft *draft) {
    const struct signing signing = signing_of(request, tx, draft);
    return signing_send(request, tx, &signing);
}

static struct text draft_path(const struct request *request, const struct draft *draft) {
    return text_format(request->arena, "/deposits/drafts/%lld", (long long)draft->id);
}

static void draft_tell(struct request *request, struct tx *tx, const struct draft *draft, struct node *document) {
    const struct signing signing = signing_of(request, tx, draft);
    struct customer customer;
    doc_id(document, "id", draft->id);
    if (identity_customer(request->engine, tx, draft->customer, &customer))
        doc_text(document, "phone",
                 operations_unbroken(request->arena, phone_masked(request->arena, customer.phone)));
    signing_tell(request, tx, &signing, document);
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
    if (!draft_of(request, tx, &draft)) return answer_missing(request);
    const struct signing signing = signing_of(request, tx, &draft);
    if (signing_again(request, tx, &signing) == FLOW_ANSWERED) return FLOW_ANSWERED;
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
    struct deposit deposit;
    moment sent;
    struct engine *engine = request->engine;
    if (!draft_of(request, tx, &draft)) return answer_missing(request);
    if (!draft.offer.product.newest || !draft.offer.product.offered) return refuse(request, &draft_over);
    const struct signing signing = signing_of(request, tx, &draft);
    if (signing_try(request, tx, &signing, &sent) == FLOW_ANSWERED) return FLOW_ANSWERED;
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

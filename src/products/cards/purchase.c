/* purchase.c: one purchase by card on a page of its own, where its holder may dispute it: he says why, staff look, the
 * network decides. */
#include "products/cards/dispute.h"

#include "operations/operations.h"

#define WORDS_LEAST 10

static const struct refusal not_now = {"not-disputable", 409, S_cards_refused_dispute, false};
static const struct refusal too_late = {"too-late", 409, S_cards_refused_dispute_late, false};

static struct text say(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

string_id dispute_reason_words(enum dispute_reason reason) {
    static const string_id words[DISPUTE_REASONS] = {S_none,
                                                     S_cards_dispute_unknown,
                                                     S_cards_dispute_not_received,
                                                     S_cards_dispute_wrong_sum,
                                                     S_cards_dispute_twice,
                                                     S_cards_dispute_not_returned};
    return words[reason];
}

string_id dispute_state_words(enum dispute_state state) {
    static const string_id words[] = {S_none,
                                      S_cards_dispute_asked,
                                      S_cards_dispute_sent,
                                      S_cards_dispute_won,
                                      S_cards_dispute_lost,
                                      S_cards_dispute_refused,
                                      S_cards_dispute_returned};
    return words[state];
}

static bool find(struct request *request, struct tx *tx, struct card_operation *operation, struct card *card) {
    int64_t id;
    return request_param_id(request, 0, &id) && operation_by_id(tx, request->caller.customer, id, operation) &&
           card_find(request->engine, tx, operation->customer, operation->card, card);
}

/* Claimed, and not given back whole. */
static int64_t disputable(const struct card_operation *operation) {
    int64_t paid = operation->cleared - operation->refunded;
    return operation->state == OPERATION_CLEARED && paid > 0 ? paid : 0;
}

static bool in_time(struct request *request, const struct card_operation *operation) {
    return world_now(request->world) < operation->made + cards_state_of(request->engine)->settings->dispute_within;
}

static void tell_dispute(struct request *request, const struct dispute *dispute, struct node *document) {
    struct node *node = doc_object(document, "dispute");
    doc_id(node, "id", dispute->id);
    doc_text(node, "state", text_from(dispute_state_name(dispute->state)));
    doc_text(node, "state_words", say(request, dispute_state_words(dispute->state)));
    doc_text(node, "reason", text_from(dispute_reason_name(dispute->reason)));
    doc_text(node, "reason_words", say(request, dispute_reason_words(dispute->reason)));
    doc_text(node, "words", dispute->words);
    doc_money(node, "sum", rub(dispute->sum));
    doc_money(node, "lent", rub(dispute->credited));
    doc_moment(node, "at", dispute->made);
}

static void tell_reasons(struct request *request, struct node *document) {
    struct node *list = doc_array(document, "reasons");
    for (int i = DISPUTE_UNKNOWN; i < DISPUTE_REASONS; i++) {
        struct node *option = doc_add_object(list);
        doc_text(option, "value", text_from(dispute_reason_name((enum dispute_reason)i)));
        doc_text(option, "title", say(request, dispute_reason_words((enum dispute_reason)i)));
        doc_bool(option, "selected", field_given(request, "reason") && field_number(request, "reason") == i - 1);
    }
}

/* GET /cards/purchases/{id} */
enum flow card_purchase_read(struct request *request, struct tx *tx) {
    struct card_operation operation;
    struct card card;
    struct dispute dispute;
    if (!find(request, tx, &operation, &card)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    card_operation_tell(request, &operation, document);
    doc_id(document, "card", card.id);
    doc_text(document, "card_title", card_title(request->arena, &request->locale, &card));
    if (operation.transfer != 0) doc_id(document, "operation", operation.transfer);
    else doc_null(document, "operation");
    bool known = dispute_of_operation(request->engine, tx, operation.customer, operation.id, &dispute);
    if (known) tell_dispute(request, &dispute, document);
    else doc_null(document, "dispute");
    int64_t sum = disputable(&operation);
    doc_bool(document, "disputable", !known && sum > 0 && in_time(request, &operation));
    doc_money(document, "open", rub(sum));
    tell_reasons(request, document);
    return answer_ok(request, document);
}

/* POST /cards/purchases/{id}/dispute */
enum flow card_dispute_write(struct request *request, struct tx *tx) {
    struct card_operation operation;
    struct card card;
    struct dispute dispute;
    struct engine *engine = request->engine;
    if (!find(request, tx, &operation, &card) || /* locked: as messages of it do */
        !operation_by_id(tx, operation.customer, operation.id, &operation))
        return answer_missing(request);
    int64_t most = disputable(&operation), sum = field_given(request, "sum") ? field_number(request, "sum") : most;
    if (most == 0 || dispute_of_operation(engine, tx, operation.customer, operation.id, &dispute))
        return refuse(request, &not_now);
    if (!in_time(request, &operation)) return refuse(request, &too_late);
    if (sum > most) return refuse_field(request, "sum", S_cards_form_dispute_sum);
    if (text_length_utf8(field_text(request, "words")) < WORDS_LEAST)
        return refuse_field(request, "words", S_cards_form_words_missing);
    moment now = world_now(request->world);
    dispute = (struct dispute){.id = world_id(tx_world(tx)),
                               .customer = operation.customer,
                               .operation = operation.id,
                               .reason = (enum dispute_reason)(field_number(request, "reason") + DISPUTE_UNKNOWN),
                               .words = field_text(request, "words"),
                               .sum = sum,
                               .state = DISPUTE_ASKED,
                               .made = now,
                               .changed = now};
    dispute_insert(engine, tx, &dispute);
    struct text summary = text_format(tx_arena(tx), "%.*s RUB, %s", TEXT_ARG(money_decimal(tx_arena(tx), rub(sum))),
                                      dispute_reason_name(dispute.reason));
    queue_add(engine, tx, CARDS_DISPUTES_QUEUE, dispute.id, dispute.customer, summary, 0);
    dispute_tell(engine, tx, &dispute, &operation, sum, S_cards_told_dispute_asked);
    struct node *document = doc_new(request->arena);
    tell_dispute(request, &dispute, document);
    return answer_created(request, document,
                          text_format(request->arena, "/cards/purchases/%lld", (long long)operation.id));
}

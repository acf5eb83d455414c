/* acquirer_payout.c: the acquirer pays out to bound cards and charges them without the cardholder: once for an id, with
 * books. What the answer alone spoils is spoilt at the first asking; asked again, it tells the truth. */
#include "sandbox/acquirer.h"

#include "generated/strings_sandbox.h"

#include <stdio.h>

#define PAGE 1000

FORM(payout_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "payout", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "token", .type = FIELD_TEXT, .required = true, .max = ACQUIRER_TOKEN - 1},
     {.name = "sum", .type = FIELD_TEXT, .required = true, .max = 20});
FORM(status_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "payout", .type = FIELD_TEXT, .required = true, .max = 20});
FORM(charge_form, {.name = "merchant", .type = FIELD_TEXT, .required = true, .max = 60},
     {.name = "order", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "token", .type = FIELD_TEXT, .required = true, .max = ACQUIRER_TOKEN - 1},
     {.name = "sum", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "expires", .type = FIELD_TEXT, .required = true, .max = 12});
FORM(books_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX},
     {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE});

static const struct refusal bad_fields = {"bad-request", 409, S_sandbox_refused_fields, false};
static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal unknown = {"unknown-token", 404, S_sandbox_refused_unknown, false};
static const struct refusal another = {"another", 409, S_sandbox_refused_fields, false};
static const struct refusal too_late = {"too-late", 409, S_sandbox_state_expired, false};
static const struct refusal broken = {"broken", 500, S_sandbox_refused_broken, false};

static struct sandbox *sandbox_of(const struct request *request) {
    return request->engine_state;
}

static void copy(char *place, size_t room, struct text text) {
    snprintf(place, room, "%.*s", TEXT_ARG(text));
}

static bool signed_right(struct request *request, const char *purpose, struct text message) {
    return authorization_matches(sandbox_of(request)->secret, purpose, request->authorization, message,
                                 world_now(request->world) / SECOND);
}

/* The move that is asked for, as the books have it afterwards; *known: they had it before. */
static enum flow take(struct request *request, bool charge, struct card_move *move, struct binding *card,
                      bool *known) {
    struct sandbox *sandbox = sandbox_of(request);
    struct text id = field_text(request, charge ? "order" : "payout"), token = field_text(request, "token");
    struct money sum;
    *known = false;
    if (!request->fields_valid || text_find(id, ' ') >= 0 ||
        !money_parse(field_text(request, "sum"), CURRENCY_RUB, &sum) || sum.minor <= 0)
        return refuse(request, &bad_fields);
    if (card_move_find(sandbox->bound, field_text(request, "merchant"), id, charge, move)) {
        *known = true;
        bool same = move->sum == sum.minor && text_is(token, move->token);
        return same ? FLOW_NEXT : refuse(request, &another);
    }
    if (!binding_by_token(sandbox->bound, token, card)) return refuse(request, &unknown);
    moment now = world_now(request->world);
    *move = (struct card_move){.charge = charge, .sum = sum.minor, .made = now, .ready = now};
    copy(move->merchant, sizeof move->merchant, field_text(request, "merchant"));
    copy(move->id, sizeof move->id, id);
    copy(move->token, sizeof move->token, token);
    return FLOW_NEXT;
}

static struct node *payout_document(struct request *request, const struct card_move *move) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "merchant", text_from(move->merchant));
    doc_text(document, "payout", text_from(move->id));
    doc_text(document, "sum", money_decimal(request->arena, rub(move->sum)));
    const char *state = card_move_state(move, world_now(request->world));
    doc_text(document, "status", text_from(state));
    if (text_is(TEXT("declined"), state)) doc_text(document, "reason", text_from(move->reason));
    if (text_is(TEXT("paid"), state)) doc_text(document, "reference", text_format(request->arena, "P%s", move->id));
    return document;
}

static enum flow payout_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct card_move move;
    struct binding card;
    bool known;
    if (!signed_right(request, "payout", request->body)) return refuse(request, &bad_signature);
    if (take(request, false, &move, &card, &known) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (known) return answer_ok(request, payout_document(request, &move));
    bool later = card.fault == BOUND_PENDING || card.fault == BOUND_PENDING_REFUSED;
    if (later) move.ready += sandbox_of(request)->slow_us;
    if (card.fault == BOUND_REFUSES || card.fault == BOUND_PENDING_REFUSED) copy(move.reason, sizeof move.reason,
                                                                                TEXT("refused"));
    if (!card_move_add(sandbox_of(request)->bound, &move, &known)) return refuse(request, &broken);
    if (card.fault == BOUND_CONTRADICTS) { /* of what is done */
        struct card_move lie = move;
        copy(lie.reason, sizeof lie.reason, TEXT("refused"));
        return answer_ok(request, payout_document(request, &lie));
    }
    return acquirer_send(request, payout_document(request, &move), card.fault);
}

static enum flow payout_status(struct request *request, struct tx *tx) {
    (void)tx;
    struct card_move move;
    if (!signed_right(request, "payout-status", request->query)) return refuse(request, &bad_signature);
    if (!request->fields_valid || !card_move_find(sandbox_of(request)->bound, field_text(request, "merchant"),
                                                  field_text(request, "payout"), false, &move))
        return refuse(request, &unknown);
    return answer_ok(request, payout_document(request, &move));
}

/* ---- charges: orders that need no page ---- */

static enum flow order_answer(struct request *request, const struct card_move *move, enum bound_fault fault) {
    struct sandbox *sandbox = sandbox_of(request);
    struct order order = {.state = move->reason[0] != '\0' ? ORDER_DECLINED : ORDER_PAID,
                          .made_s = move->made / SECOND, .expires_s = INT32_MAX};
    snprintf(order.id, sizeof order.id, "%s", move->id);
    snprintf(order.merchant, sizeof order.merchant, "%s", move->merchant);
    snprintf(order.reference, sizeof order.reference, "C%s", move->id);
    copy(order.sum, sizeof order.sum, money_decimal(request->arena, rub(move->sum)));
    struct order kept;
    if (!books_find(sandbox->books, text_from(order.merchant), text_from(order.id), order.made_s, &kept) &&
        !books_keep(sandbox->books, &order))
        return refuse(request, &broken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "merchant", text_from(order.merchant));
    doc_text(document, "order", text_from(order.id));
    doc_text(document, "sum", text_from(order.sum));
    doc_text(document, "status", text_from(order_state_name(order.state)));
    doc_text(document, "reference", text_from(order.reference));
    return acquirer_send(request, document, fault);
}

static enum flow charge_act(struct request *request, struct tx *tx) {
    (void)tx;
    struct card_move move;
    struct binding card;
    bool known;
    int64_t expires;
    if (!signed_right(request, "charge", request->body)) return refuse(request, &bad_signature);
    if (take(request, true, &move, &card, &known) == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (known) return order_answer(request, &move, BOUND_WELL);
    if (!text_to_int(field_text(request, "expires"), &expires) || expires < move.made / SECOND)
        return refuse(request, &too_late);
    if (card.fault == BOUND_POOR) copy(move.reason, sizeof move.reason, TEXT("money"));
    if (!card_move_add(sandbox_of(request)->bound, &move, &known)) return refuse(request, &broken);
    return order_answer(request, &move, card.fault);
}

/* ---- the books, for whoever compares ---- */

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    struct card_move *moves = arena_array(request->arena, struct card_move, PAGE);
    size_t after = (size_t)field_number(request, "after");
    size_t room = field_given(request, "limit") ? (size_t)field_number(request, "limit") : PAGE;
    size_t count = card_moves_page(sandbox_of(request)->bound, after, moves, room);
    struct node *document = doc_new(request->arena), *list = doc_array(document, "moves");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(list);
        doc_text(place, "kind", moves[i].charge ? TEXT("charge") : TEXT("payout"));
        doc_text(place, "id", text_from(moves[i].id));
        doc_text(place, "sum", money_decimal(request->arena, rub(moves[i].sum)));
        doc_text(place, "state", text_from(card_move_state(&moves[i], world_now(request->world))));
        doc_text(place, "reason", text_from(moves[i].reason));
    }
    if (count == room) doc_int(document, "next", (int64_t)(after + count));
    else doc_null(document, "next");
    return answer_ok(request, document);
}

const struct route acquirer_payout_routes[ACQUIRER_PAYOUT_ROUTES] = {
    {.method = METHOD_POST,
     .path = "/acquirer/payout",
     .who = WHO_PARTNER,
     .form = &payout_form,
     .stages = {{STAGE_READ, payout_act}}},
    {.method = METHOD_GET,
     .path = "/acquirer/payout",
     .who = WHO_PARTNER,
     .form = &status_form,
     .stages = {{STAGE_READ, payout_status}}},
    {.method = METHOD_POST,
     .path = "/acquirer/charge",
     .who = WHO_PARTNER,
     .form = &charge_form,
     .stages = {{STAGE_READ, charge_act}}},
    {.method = METHOD_GET,
     .path = "/acquirer/books",
     .who = WHO_ANYONE,
     .form = &books_form,
     .stages = {{STAGE_READ, books_tell}}},
};

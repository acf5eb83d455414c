/* secure_page.c: the page that a shop's browser opens: the code from the SMS is typed there, and the browser goes back
 * to the shop with what came of it, signed. Whoever opens it has no session with us: the address is what he has. */
#include "products/cards/secure.h"

#include "identity/code.h"
#include "identity/common.h"

#define SENT_MOST 3 /* codes for one purchase */

static const struct refusal over = {"challenge-over", 409, S_cards_secure_over, false};
static const struct refusal wrong = {"code-wrong", 422, S_cards_secure_wrong, true};
static const struct refusal spent = {"code-spent", 422, S_cards_secure_spent, true};
static const struct refusal early = {"too-early", 429, S_cards_secure_early, false};
static const struct refusal too_many = {"too-many-codes", 429, S_cards_secure_too_many, true};

struct asked {
    struct challenge challenge;
    struct card card;
    struct customer customer;
    uint8_t subject[SECRET_HASH_SIZE];
};

static bool find(struct request *request, struct tx *tx, struct asked *asked) {
    struct engine *engine = request->engine;
    if (!secure_by_token(engine, tx, request->arena, request->params[0], &asked->challenge) ||
        cards_state_of(engine)->processing == NULL || asked->challenge.back.size == 0 ||
        !card_find(engine, tx, asked->challenge.customer, asked->challenge.card, &asked->card) ||
        !identity_customer(engine, tx, asked->challenge.customer, &asked->customer))
        return false;
    secure_subject(engine, request->arena, &asked->challenge, asked->subject);
    return true;
}

/* ---- what the page shows ---- */

static void tell_code(struct request *request, struct tx *tx, const struct asked *asked, struct node *document) {
    struct code_state state = {.tries_left = 0};
    moment now = world_now(request->world);
    code_state(request->engine, tx, CODE_CARD, asked->subject, &state);
    doc_text(document, "phone", phone_masked(request->arena, asked->customer.phone));
    doc_moment(document, "until", asked->challenge.expires);
    doc_bool(document, "again", state.sent < SENT_MOST);
    doc_bool(document, "again_now", now >= state.again_at);
    doc_moment(document, "again_at", state.again_at);
    doc_int(document, "tries_left", state.tries_left);
    doc_bool(document, "inbox", engine_enabled(request->engine, "inbox"));
}

static struct node *document_of(struct request *request, struct tx *tx, const struct asked *asked) {
    const struct challenge *challenge = &asked->challenge;
    struct node *document = doc_new(request->arena);
    const char *result = secure_result(challenge, world_now(request->world));
    bool open = text_is(text_from(result), "open");
    doc_text(document, "token", request->params[0]);
    doc_text(document, "state", text_from(result));
    doc_bool(document, "open", open);
    doc_text(document, "merchant", challenge->merchant.size > 0 ? challenge->merchant : TEXT("—"));
    doc_money(document, "sum", rub(challenge->sum));
    doc_text(document, "card", card_title(request->arena, &request->locale, &asked->card));
    if (open) {
        tell_code(request, tx, asked, document);
        doc_null(document, "back");
    } else {
        struct text id = text_format(request->arena, "%lld", (long long)challenge->id);
        doc_text(document, "back", processing_back(cards_state_of(request->engine)->processing, request->world,
                                                   request->arena, challenge->back, id, result));
    }
    return document;
}

/* GET /secure/{token}: the code's field; once it is over the browser goes on by itself (a form may not lead it to
 * another site, Content-Security-Policy: form-action). */
enum flow secure_read(struct request *request, struct tx *tx) {
    struct asked asked;
    if (!find(request, tx, &asked)) return answer_missing(request);
    struct node *document = document_of(request, tx, &asked);
    const struct node *back = doc_get(document, "back");
    if (back->kind == NODE_TEXT) {
        if (request->page == NULL) request->page = doc_new(request->arena);
        doc_text(request->page, "forward", back->text);
    }
    return answer_ok(request, document);
}

/* ---- what is done on it ---- */

static enum flow done(struct request *request, struct tx *tx, const struct asked *asked) {
    return answer_done(request, document_of(request, tx, asked),
                       text_format(request->arena, "/secure/%.*s", TEXT_ARG(request->params[0])));
}

static bool is_open(struct request *request, const struct asked *asked) {
    return text_is(text_from(secure_result(&asked->challenge, world_now(request->world))), "open");
}

/* No code is left that could be right, and no other may be sent. */
static bool used_up(struct request *request, struct tx *tx, const struct asked *asked) {
    struct code_state state;
    return code_state(request->engine, tx, CODE_CARD, asked->subject, &state) && state.tries_left <= 0 &&
           state.sent >= SENT_MOST;
}

/* POST /secure/{token} */
enum flow secure_write(struct request *request, struct tx *tx) {
    struct asked asked;
    if (!find(request, tx, &asked)) return answer_missing(request);
    if (asked.challenge.state == CHALLENGE_PASSED) return done(request, tx, &asked); /* pressed twice */
    if (!is_open(request, &asked)) return refuse(request, &over);
    enum code_result result = code_try(request->engine, tx, CODE_CARD, asked.subject, asked.customer.phone,
                                       field_text(request, "code"));
    if (result == CODE_RIGHT) {
        secure_turn(tx, &asked.challenge, CHALLENGE_PASSED);
        return done(request, tx, &asked);
    }
    if (used_up(request, tx, &asked)) {
        secure_turn(tx, &asked.challenge, CHALLENGE_FAILED);
        return done(request, tx, &asked);
    }
    return refuse_at(request, "code", result == CODE_WRONG ? &wrong : &spent);
}

/* POST /secure/{token}/again */
enum flow secure_again(struct request *request, struct tx *tx) {
    struct asked asked;
    struct code_state state;
    if (!find(request, tx, &asked)) return answer_missing(request);
    if (!is_open(request, &asked)) return refuse(request, &over);
    bool sent = code_state(request->engine, tx, CODE_CARD, asked.subject, &state);
    if (sent && state.sent >= SENT_MOST) return refuse(request, &too_many);
    if (sent && world_now(request->world) < state.again_at) return refuse_until(request, &early, state.again_at);
    if (!secure_send(request, tx, &asked.challenge, &asked.card)) return refuse(request, &too_many);
    return done(request, tx, &asked);
}

/* POST /secure/{token}/cancel */
enum flow secure_cancel(struct request *request, struct tx *tx) {
    struct asked asked;
    if (!find(request, tx, &asked)) return answer_missing(request);
    if (is_open(request, &asked)) secure_turn(tx, &asked.challenge, CHALLENGE_CANCELLED);
    return done(request, tx, &asked);
}

/* secure.c: see secure.h. Processing asks for a challenge, we send the code and say where our page is; what comes of it
 * goes to the shop with the browser, signed, and is asked once more of our own row when the purchase is authorised. */
#include "products/cards/secure.h"

#include "base/check.h"
#include "identity/code.h"
#include "identity/common.h"
#include "identity/secrets.h"
#include "messaging/messaging.h"

#include <string.h>

#define CODES_MOST 20            /* of one card, in the window in which codes are counted */
#define PASSED_GOOD HOUR         /* a shop may authorise so long after its customer has confirmed */
#define MAC_SIZE 16
#define TOKEN_SIZE (16 + MAC_SIZE)

#define COLUMNS "id, customer, card, message, merchant, sum, back, state, made, expires, operation"
STATEMENT(by_id, "SELECT " COLUMNS " FROM card_challenge WHERE customer = $1 AND id = $2");
STATEMENT(by_id_locked, "SELECT " COLUMNS " FROM card_challenge WHERE customer = $1 AND id = $2 FOR_UPDATE");
STATEMENT(by_message, "SELECT " COLUMNS " FROM card_challenge WHERE customer = $1 AND message = $2");
STATEMENT(insert, "INSERT INTO card_challenge (" COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");
STATEMENT(turn, "UPDATE card_challenge SET state = $3 WHERE customer = $1 AND id = $2");
STATEMENT(spend, "UPDATE card_challenge SET operation = $3 WHERE customer = $1 AND id = $2");

static const struct refusal contradiction = {"contradiction", 409, S_cards_refused_contradiction, false};

/* ---- rows ---- */

static bool one(struct tx *tx, struct rows *rows, struct challenge *challenge) {
    struct arena *arena = tx_arena(tx);
    bool found = rows_next(rows);
    if (found)
        *challenge = (struct challenge){.id = row_int(rows, 0),
                                        .customer = row_int(rows, 1),
                                        .card = row_int(rows, 2),
                                        .message = row_copy(rows, 3, arena),
                                        .merchant = row_null(rows, 4) ? TEXT_NONE : row_copy(rows, 4, arena),
                                        .sum = row_int(rows, 5),
                                        .back = row_null(rows, 6) ? TEXT_NONE : row_copy(rows, 6, arena),
                                        .state = (enum challenge_state)row_int(rows, 7),
                                        .made = row_int(rows, 8),
                                        .expires = row_int(rows, 9),
                                        .operation = row_int(rows, 10)};
    rows_end(rows);
    return found;
}

static bool find(struct tx *tx, int64_t customer, int64_t id, struct challenge *challenge) {
    struct statement *statement = tx_writing(tx) ? &by_id_locked : &by_id;
    return one(tx, tx_query(tx, statement, VALUES(V_INT(customer), V_INT(id))), challenge);
}

bool secure_of(struct tx *tx, int64_t customer, int64_t id, struct challenge *challenge) {
    return find(tx, customer, id, challenge);
}

void secure_turn(struct tx *tx, struct challenge *challenge, enum challenge_state state) {
    challenge->state = state;
    tx_run(tx, &turn, VALUES(V_INT(challenge->customer), V_INT(challenge->id), V_INT(state)));
}

const char *secure_result(const struct challenge *challenge, moment now) {
    static const char *const names[] = {"", "open", "passed", "failed", "cancelled"};
    bool over = challenge->state == CHALLENGE_OPEN && now >= challenge->expires;
    return names[over ? CHALLENGE_FAILED : challenge->state];
}

/* ---- its page's address: whose and which, and a keyed hash of both ---- */

static void put_id(uint8_t *bytes, int64_t id) {
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
}

static int64_t get_id(const char *bytes) {
    uint64_t id = 0;
    for (int i = 0; i < 8; i++) id = id << 8 | (uint8_t)bytes[i];
    return (int64_t)id;
}

static void token_bytes(struct engine *engine, int64_t customer, int64_t id, uint8_t bytes[TOKEN_SIZE]) {
    uint8_t hash[SECRET_HASH_SIZE];
    put_id(bytes, customer);
    put_id(bytes + 8, id);
    secret_hash(engine_keyring(engine), "card.secure", (struct text){(const char *)bytes, 16}, hash);
    memcpy(bytes + 16, hash, MAC_SIZE);
}

struct text secure_token(struct engine *engine, struct arena *arena, const struct challenge *challenge) {
    uint8_t bytes[TOKEN_SIZE];
    token_bytes(engine, challenge->customer, challenge->id, bytes);
    return text_base64url(arena, bytes, sizeof bytes);
}

bool secure_by_token(struct engine *engine, struct tx *tx, struct arena *arena, struct text token,
                        struct challenge *challenge) {
    uint8_t bytes[TOKEN_SIZE];
    struct text given;
    if (token.size > 64 || !text_unbase64(arena, token, &given) || given.size != TOKEN_SIZE) return false;
    int64_t customer = get_id(given.data), id = get_id(given.data + 8);
    token_bytes(engine, customer, id, bytes);
    return text_equal_secret(given, (struct text){(const char *)bytes, sizeof bytes}) &&
           find(tx, customer, id, challenge);
}

/* ---- the code ---- */

void secure_subject(struct engine *engine, struct arena *arena, const struct challenge *challenge,
                       uint8_t subject[SECRET_HASH_SIZE]) {
    struct text bound = text_format(arena, "%lld|%lld", (long long)challenge->customer, (long long)challenge->id);
    secret_hash(engine_keyring(engine), "card.challenge", bound, subject);
}

bool secure_send(struct request *request, struct tx *tx, const struct challenge *challenge,
                    const struct card *card) {
    struct engine *engine = request->engine;
    struct customer customer;
    uint8_t subject[SECRET_HASH_SIZE];
    moment free_at = 0;
    struct text whose = text_format(tx_arena(tx), "%lld", (long long)card->id);
    if (!identity_customer(engine, tx, challenge->customer, &customer) ||
        !identity_may_send_for(engine, tx, "cards.secure", whose, CODES_MOST, customer.phone, &free_at))
        return false;
    secure_subject(engine, tx_arena(tx), challenge, subject);
    struct locale locale = {.language = customer.language, .zone = engine_zone(engine)};
    struct node *values = doc_new(tx_arena(tx));
    doc_text(values, "company", text_from(engine_config(engine)->company));
    doc_text(values, "code", code_make(engine, tx, CODE_CARD, subject, customer.phone, true));
    doc_text(values, "host", site_host(request));
    doc_text(values, "merchant", challenge->merchant.size > 0 ? challenge->merchant : TEXT("—"));
    doc_text(values, "card", card_title(tx_arena(tx), &locale, card));
    doc_money(values, "sum", rub(challenge->sum));
    static const char *const names[] = {"company", "code", "host", "merchant", "card", "sum"};
    struct string_argument arguments[6];
    for (size_t i = 0; i < 6; i++) arguments[i] = (struct string_argument){names[i], doc_get(values, names[i])};
    const struct message message = {.customer = customer.id,
                                    .phone = customer.phone,
                                    .language = customer.language,
                                    .text = S_cards_sms_secure,
                                    .arguments = arguments,
                                    .argument_count = 6,
                                    .deadline = challenge->expires,
                                    .secret = true};
    message_sms(engine, tx, &message);
    return true;
}

/* He may answer in his cabinet, too: the installed app tells him, and the home page. */
static void ask_in_cabinet(struct request *request, struct tx *tx, const struct challenge *challenge) {
    struct node *values = doc_new(tx_arena(tx));
    doc_text(values, "merchant", challenge->merchant.size > 0 ? challenge->merchant : TEXT("—"));
    doc_money(values, "sum", rub(challenge->sum));
    const struct string_argument arguments[] = {{"merchant", doc_get(values, "merchant")},
                                                {"sum", doc_get(values, "sum")}};
    message_ask(request->engine, tx, challenge->customer, S_cards_told_approve, arguments, 2,
                text_format(tx_arena(tx), "/card-approvals/%lld", (long long)challenge->id), challenge->expires);
    engine_notify(request->engine, tx, challenge->customer, "card");
}

/* ---- processing asks for one ---- */

static enum flow told(struct request *request, const struct challenge *challenge) {
    struct node *document = doc_new(request->arena);
    struct text token = secure_token(request->engine, request->arena, challenge);
    doc_text(document, "decision", TEXT("challenge"));
    doc_id(document, "challenge", challenge->id);
    doc_text(document, "url",
             text_format(request->arena, "%.*s/secure/%.*s", TEXT_ARG(site_url(request)), TEXT_ARG(token)));
    return answer_ok(request, document);
}

static enum flow refused(struct request *request, const char *reason) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "decision", TEXT("declined"));
    doc_text(document, "reason", text_from(reason));
    return answer_ok(request, document);
}

/* What would be declined whatever was typed is told at once; limits and money are looked at when it is paid. */
static enum decline early(struct request *request, struct tx *tx, const struct heard *heard) {
    const struct card *card = &heard->card;
    struct account account = {.frozen = false};
    ledger_account(engine_ledger(request->engine), tx, card->account, &account);
    const struct card_look look = {.foreign = heard->message.foreign,
                                   .state = card_state_at(card, world_now(request->world)),
                                   .place = PLACE_INTERNET,
                                   .is_abroad = heard->message.abroad,
                                   .internet = card->internet,
                                   .abroad = card->abroad,
                                   .sum = heard->message.sum.minor,
                                   .money = account.frozen ? MONEY_FROZEN : MONEY_FINE};
    return card_decide(&look);
}

enum flow secure_begin(struct request *request, struct tx *tx, const struct heard *heard) {
    const struct processing_message *message = &heard->message;
    struct challenge challenge;
    int64_t customer = heard->card.customer;
    moment now = world_now(request->world);
    if (one(tx, tx_query(tx, &by_message, VALUES(V_INT(customer), V_TEXT(message->id))), &challenge)) {
        bool same = challenge.card == heard->card.id && challenge.sum == message->sum.minor;
        return same ? told(request, &challenge) : refuse(request, &contradiction);
    }
    enum decline reason = early(request, tx, heard);
    if (reason != DECLINE_NOT) return refused(request, decline_name(reason));
    challenge = (struct challenge){.id = world_id(tx_world(tx)),
                                   .customer = customer,
                                   .card = heard->card.id,
                                   .sum = message->sum.minor,
                                   .message = message->id,
                                   .merchant = message->merchant,
                                   .back = message->back,
                                   .state = CHALLENGE_OPEN,
                                   .made = now,
                                   .expires = now + CHALLENGE_LIFE};
    if (!secure_send(request, tx, &challenge, &heard->card)) return refused(request, "too-many-codes");
    tx_run(tx, &insert,
           VALUES(V_INT(challenge.id), V_INT(customer), V_INT(challenge.card), V_TEXT(challenge.message),
                  V_TEXT(challenge.merchant), V_INT(challenge.sum), V_TEXT(challenge.back), V_INT(challenge.state),
                  V_INT(now), V_INT(challenge.expires), V_INT(0)));
    ask_in_cabinet(request, tx, &challenge);
    return told(request, &challenge);
}

/* ---- for authorisations ---- */

bool secure_good(struct tx *tx, const struct heard *heard, int64_t *id) {
    struct challenge challenge;
    if (!text_to_int(heard->message.challenge, id) || !find(tx, heard->card.customer, *id, &challenge)) return false;
    return challenge.card == heard->card.id && challenge.state == CHALLENGE_PASSED && challenge.operation == 0 &&
           heard->message.sum.minor <= challenge.sum && world_now(tx_world(tx)) < challenge.expires + PASSED_GOOD;
}

void secure_spend(struct tx *tx, int64_t customer, int64_t id, int64_t operation) {
    tx_run(tx, &spend, VALUES(V_INT(customer), V_INT(id), V_INT(operation)));
}

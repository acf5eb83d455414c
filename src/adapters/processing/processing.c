/* processing.c: the processing centre over HTTP with HMAC-SHA256 (README.md says the format). */
#include "adapters/processing/processing.h"

#include "adapters/processing/pin_block.h"
#include "adapters/webcall/shared_key.h"
#include "adapters/webcall/webcall.h"
#include "base/identifiers.h"
#include "base/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define TIMEOUT_MS 6000L
#define ANSWER_MOST 8192
#define ID_MOST 40
#define BACK_MOST 500
#define HOME_COUNTRY "RU"

struct processing {
    const char *url, *institution;
    struct text secret;
};

struct processing *processing_open(struct arena *arena, const struct processing_options *options,
                                   struct text *problem) {
    struct processing *processing = arena_new_of(arena, struct processing);
    processing->secret = shared_key_open(arena, options->secret_file, options->create, problem);
    if (processing->secret.size == 0) return NULL;
    processing->url = text_copy(arena, text_from(options->url)).data;
    processing->institution = text_copy(arena, text_from(options->institution)).data;
    return processing;
}

/* ---- signing ---- */

/* Over "purpose\n<unix seconds>\n<nonce>\n<body>". */
static struct text signature(const struct processing *processing, struct arena *arena, const char *purpose,
                             struct text stamp, struct text nonce, struct text body) {
    struct buffer message = buffer_new(arena, body.size + 128);
    buffer_format(&message, "%s\n%.*s\n%.*s\n", purpose, TEXT_ARG(stamp), TEXT_ARG(nonce));
    buffer_add_text(&message, body);
    return shared_key_sign(arena, processing->secret, buffer_text(&message));
}

struct checking {
    const struct processing *processing;
    struct arena *arena;
    struct text stamp, nonce, body, given;
    bool good;
};

static void check_signature(void *data) {
    struct checking *checking = data;
    checking->good =
        text_equal_secret(checking->given, signature(checking->processing, checking->arena, "callback",
                                                     checking->stamp, checking->nonce, checking->body));
}

/* "HMAC-SHA256 <unix seconds>:<nonce>:<hex>" */
bool processing_verify(const struct processing *processing, struct text authorization, struct text body,
                       int64_t *stamp_s) {
    if (!text_starts(authorization, "HMAC-SHA256 ")) return false;
    struct text rest, given, stamp = text_split(text_slice(authorization, 12, authorization.size), ':', &rest);
    struct text nonce = text_split(rest, ':', &given);
    int64_t seconds;
    if (stamp.size > 12 || nonce.size != 16 || given.size != 64 || !text_to_int(stamp, &seconds)) return false;
    struct checking checking = {processing, arena_new(body.size * 2 + 8192), stamp, nonce, body, given, false};
    if (checking.arena == NULL) return false;
    bool good = arena_guard(checking.arena, check_signature, &checking) && checking.good;
    arena_free(checking.arena);
    if (good) *stamp_s = seconds;
    return good;
}

/* ---- what they tell ---- */

static struct text string_of(struct arena *arena, const json_t *object, const char *name) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value)) return TEXT_NONE;
    return text_copy(arena, (struct text){json_string_value(value), json_string_length(value)});
}

static bool choice(struct text word, const char *const *words, int count, int *chosen) {
    for (int i = 0; i < count; i++) {
        if (!text_is(word, words[i])) continue;
        *chosen = i;
        return true;
    }
    return false;
}

/* Printable, without blanks: it is quoted in logs and rows. */
static bool id_good(struct text id) {
    for (size_t i = 0; i < id.size; i++)
        if (id.data[i] <= ' ' || id.data[i] > '~') return false;
    return id.size > 0 && id.size <= ID_MOST;
}

static bool sum_good(struct arena *arena, const json_t *object, struct processing_message *message) {
    struct text sum = string_of(arena, object, "sum"), currency = string_of(arena, object, "currency");
    bool whole = message->kind == PROCESSING_REVERSAL && sum.data == NULL;
    message->sum = rub(0);
    if (whole) return true;
    message->foreign = !text_is(currency, "RUB");
    bool asks = message->kind == PROCESSING_AUTHORISATION || message->kind == PROCESSING_CHALLENGE;
    if (message->foreign) return currency.size == 3 && asks;
    return money_parse(sum, CURRENCY_RUB, &message->sum) && message->sum.minor > 0;
}

/* ISO 3166-1, two letters; left out: at home. */
static bool country_good(const json_t *object, struct arena *arena, bool *abroad) {
    struct text country = string_of(arena, object, "country");
    *abroad = country.size > 0 && !text_is(country, HOME_COUNTRY);
    if (country.data == NULL) return true;
    return country.size == 2 && country.data[0] >= 'A' && country.data[0] <= 'Z' && country.data[1] >= 'A' &&
           country.data[1] <= 'Z';
}

/* An address for a browser: whole, without blanks, quotes or a fragment, which would hide what we add. */
static bool back_good(struct text back) {
    if (!text_starts(back, "https://") && !text_starts(back, "http://")) return false;
    for (size_t i = 0; i < back.size; i++)
        if (back.data[i] <= ' ' || back.data[i] > '~' || strchr("\"'<>\\#", back.data[i]) != NULL) return false;
    return back.size <= BACK_MOST;
}

/* What only some kinds have. */
static bool own_good(struct arena *arena, const json_t *object, struct processing_message *message) {
    struct text outcome = string_of(arena, object, "outcome");
    message->challenge = string_of(arena, object, "challenge");
    message->back = string_of(arena, object, "back");
    message->won = text_is(outcome, "won");
    if (message->challenge.data != NULL && !id_good(message->challenge)) return false;
    if (message->kind == PROCESSING_CHALLENGE && !back_good(message->back)) return false;
    return message->kind != PROCESSING_VERDICT || message->won || text_is(outcome, "lost");
}

bool processing_read(const struct processing *processing, struct arena *arena, struct text body,
                     struct processing_message *message) {
    static const char *const kinds[] = {"authorisation", "reversal", "clearing", "refund", "challenge", "chargeback"};
    static const char *const places[] = {"till", "internet", "cash"};
    const json_t *object = json_read(arena, body);
    int kind = 0, place = PROCESSING_TILL;
    if (object == NULL) return false;
    struct text place_word = string_of(arena, object, "place");
    *message = (struct processing_message){.id = string_of(arena, object, "id"),
                                           .operation = string_of(arena, object, "operation"),
                                           .card = string_of(arena, object, "card"),
                                           .merchant = string_of(arena, object, "merchant"),
                                           .category = string_of(arena, object, "category"),
                                           .last = !json_is_false(json_object_get(object, "last"))};
    if (!choice(string_of(arena, object, "type"), kinds, PROCESSING_KINDS, &kind) ||
        (place_word.data != NULL && !choice(place_word, places, 3, &place)))
        return false;
    message->kind = (enum processing_kind)kind;
    message->place = (enum processing_place)place;
    bool first = kind == PROCESSING_AUTHORISATION || kind == PROCESSING_CHALLENGE;
    bool own = !first || text_equal(message->id, message->operation);
    return text_is(string_of(arena, object, "institution"), processing->institution) && own && id_good(message->id) &&
           id_good(message->operation) && id_good(message->card) && message->merchant.size <= 100 &&
           text_valid_utf8(message->merchant) && message->category.size <= 4 &&
           country_good(object, arena, &message->abroad) && own_good(arena, object, message) &&
           sum_good(arena, object, message);
}

/* Signed over "challenge\n<unix seconds>\n<challenge>\n<result>". */
struct text processing_back(const struct processing *processing, struct world *world, struct arena *arena,
                            struct text back, struct text challenge, const char *result) {
    struct text stamp = text_format(arena, "%lld", (long long)(world_now(world) / SECOND));
    struct text mac = signature(processing, arena, "challenge", stamp, challenge, text_from(result));
    bool more = text_find(back, '?') >= 0;
    return text_format(arena, "%.*s%schallenge=%.*s&result=%s&time=%.*s&signature=%.*s", TEXT_ARG(back),
                       more ? "&" : "?", TEXT_ARG(challenge), result, TEXT_ARG(stamp), TEXT_ARG(mac));
}

/* ---- what we ask ---- */

static struct buffer begin(const struct processing *processing, struct arena *arena) {
    struct buffer body = buffer_new(arena, 512);
    json_add_member(&body, "institution", text_from(processing->institution));
    return body;
}

static enum processing_answer call(const struct processing *processing, struct world *world, struct arena *arena,
                                   const char *purpose, struct buffer *body, struct text *answered) {
    unsigned char bytes[8];
    buffer_add_char(body, '}');
    world_random(world, bytes, sizeof bytes);
    struct text nonce = text_hex(arena, bytes, sizeof bytes), post = buffer_text(body);
    struct text stamp = text_format(arena, "%lld", (long long)(world_now(world) / SECOND));
    struct text mac = signature(processing, arena, purpose, stamp, nonce, post);
    const char *const headers[] = {"Content-Type: application/json", "Accept: application/json",
                                   text_format(arena, "Authorization: HMAC-SHA256 %.*s:%.*s:%.*s", TEXT_ARG(stamp),
                                               TEXT_ARG(nonce), TEXT_ARG(mac))
                                       .data,
                                   NULL};
    const struct webcall request = {.url = text_format(arena, "%s/%s", processing->url, purpose).data,
                                    .headers = headers,
                                    .post = post,
                                    .timeout_ms = TIMEOUT_MS,
                                    .most = ANSWER_MOST};
    struct webcall_answer answer;
    if (webcall_run(arena, &request, &answer) != WEBCALL_ANSWERED) return PROCESSING_LATER;
    *answered = answer.body;
    if (answer.status == 200) return PROCESSING_ANSWERED;
    return answer.status == 404 || answer.status == 409 || answer.status == 422 ? PROCESSING_REFUSED : PROCESSING_LATER;
}

enum processing_answer processing_issue(const struct processing *processing, struct world *world, struct arena *arena,
                                        const struct processing_order *order, struct text *body) {
    struct buffer post = begin(processing, arena);
    struct processing_card card;
    json_add_member(&post, "request", text_format(arena, "%lld", (long long)order->request));
    json_add_member(&post, "kind", order->plastic ? TEXT("plastic") : TEXT("virtual"));
    if (order->holder.size > 0) json_add_member(&post, "holder", order->holder);
    if (order->address.size > 0) json_add_member(&post, "address", order->address);
    enum processing_answer answer = call(processing, world, arena, "issue", &post, body);
    bool sense = answer != PROCESSING_ANSWERED || processing_card(arena, *body, order->request, &card);
    return sense ? answer : PROCESSING_LATER;
}

static bool month_of(struct text expires, int *year, int *month) {
    struct text rest, first = text_split(expires, '-', &rest);
    int64_t years, months;
    if (first.size != 4 || rest.size != 2 || !text_to_int(first, &years) || !text_to_int(rest, &months) ||
        years < 2000 || months < 1 || months > 12)
        return false;
    *year = (int)years;
    *month = (int)months;
    return true;
}

bool processing_card(struct arena *arena, struct text body, int64_t request, struct processing_card *card) {
    const json_t *object = json_read(arena, body);
    int64_t told = 0;
    if (object == NULL) return false;
    if (request != 0 && (!text_to_int(string_of(arena, object, "request"), &told) || told != request)) return false;
    card->card = string_of(arena, object, "card");
    card->number = string_of(arena, object, "number");
    card->code = string_of(arena, object, "code");
    return id_good(card->card) && card->number.size >= 16 && card_number_valid(card->number) && card->code.size <= 4 &&
           month_of(string_of(arena, object, "expires"), &card->year, &card->month);
}

enum processing_answer processing_state(const struct processing *processing, struct world *world, struct arena *arena,
                                        struct text card, int64_t version, const char *state) {
    struct buffer post = begin(processing, arena);
    struct text body;
    json_add_member(&post, "card", card);
    json_add_member(&post, "version", text_format(arena, "%lld", (long long)version));
    json_add_member(&post, "state", text_from(state));
    return call(processing, world, arena, "state", &post, &body);
}

enum processing_answer processing_details(const struct processing *processing, struct world *world,
                                          struct arena *arena, struct text card, struct text *body) {
    struct buffer post = begin(processing, arena);
    json_add_member(&post, "card", card);
    return call(processing, world, arena, "details", &post, body);
}

/* An answer that makes no sense is none. */
static bool says(struct arena *arena, struct text body, const char *name, struct text value) {
    const json_t *object = json_read(arena, body);
    return object != NULL && text_equal(string_of(arena, object, name), value);
}

/* The cipher's key is the shared one's, for this purpose alone. */
enum processing_answer processing_pin(const struct processing *processing, struct world *world, struct arena *arena,
                                      struct text card, struct text number, struct text pin) {
    struct text key, mac = shared_key_sign(arena, processing->secret, TEXT("pin block"));
    uint8_t block[PIN_BLOCK_SIZE];
    struct buffer post = begin(processing, arena);
    struct text body;
    if (!text_unhex(arena, text_slice(mac, 0, 2 * PIN_BLOCK_SIZE), &key) ||
        !pin_block((const uint8_t *)key.data, world, number, pin, block))
        return PROCESSING_REFUSED;
    json_add_member(&post, "card", card);
    json_add_member(&post, "pin_block", text_hex(arena, block, sizeof block));
    enum processing_answer answer = call(processing, world, arena, "pin", &post, &body);
    return answer == PROCESSING_ANSWERED && !says(arena, body, "card", card) ? PROCESSING_LATER : answer;
}

enum processing_answer processing_dispute(const struct processing *processing, struct world *world,
                                          struct arena *arena, const struct processing_dispute *dispute) {
    struct buffer post = begin(processing, arena);
    struct text body;
    json_add_member(&post, "dispute", text_format(arena, "%lld", (long long)dispute->dispute));
    json_add_member(&post, "operation", dispute->operation);
    json_add_member(&post, "sum", money_decimal(arena, dispute->sum));
    json_add_member(&post, "reason", text_from(dispute->reason));
    enum processing_answer answer = call(processing, world, arena, "dispute", &post, &body);
    return answer == PROCESSING_ANSWERED && !says(arena, body, "state", TEXT("taken")) ? PROCESSING_LATER : answer;
}

/* centre_api.c: what Kabinet asks of the processing centre: a card made, its state, its details. Signed bodies; a fault
 * that was ordered (centre_pages.c) spoils the next ones. */
#include "sandbox/centre.h"

#include "generated/strings_sandbox.h"

#include <stdio.h>
#include <string.h>

#define WINDOW_S 300
#define BIN "220099" /* Mir, nobody's */

FORM(issue_form, {.name = "institution", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "request", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "kind", .type = FIELD_TEXT, .required = true, .max = 10},
     {.name = "holder", .type = FIELD_TEXT, .max = 26}, {.name = "address", .type = FIELD_TEXT, .max = 300});
FORM(state_form, {.name = "institution", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "card", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "version", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "state", .type = FIELD_TEXT, .required = true, .max = 11});
FORM(details_form, {.name = "institution", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "card", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1});

static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal unknown = {"unknown-card", 404, S_sandbox_refused_unknown, false};
static const struct refusal refused = {"refused", 409, S_sandbox_refused_centre, false};
static const struct refusal broken = {"not-written", 503, S_sandbox_refused_broken, false};

static struct centre *centre_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->centre;
}

/* "HMAC-SHA256 <seconds>:<nonce>:<hex over purpose⏎seconds⏎nonce⏎body>" */
static bool theirs(struct request *request, const char *purpose) {
    int64_t seconds, now_s = world_now(request->world) / SECOND;
    if (!text_starts(request->authorization, "HMAC-SHA256 ")) return false;
    struct text rest, mac;
    struct text stamp = text_split(text_slice(request->authorization, 12, request->authorization.size), ':', &rest);
    struct text nonce = text_split(rest, ':', &mac);
    if (nonce.size != 16 || !text_to_int(stamp, &seconds) || seconds < now_s - WINDOW_S || seconds > now_s + WINDOW_S)
        return false;
    struct buffer message = buffer_new(request->arena, request->body.size + 128);
    buffer_format(&message, "%s\n%.*s\n%.*s\n", purpose, TEXT_ARG(stamp), TEXT_ARG(nonce));
    buffer_add_text(&message, request->body);
    return text_equal_secret(mac, sign(request->arena, centre_secret(centre_of(request)), buffer_text(&message)));
}

static enum flow garbage(struct request *request) {
    struct answer_file *file = arena_new_of(request->arena, struct answer_file);
    *file = (struct answer_file){.content_type = "application/json",
                                 .bytes = TEXT("{\"request\":\"17\",\"card\":\"\",\"number\":\"22000000")};
    return answer_file(request, file);
}

/* Theirs, whole, and not to be spoilt: FLOW_NEXT. A slow one is done, and told late. */
enum flow centre_enter(struct request *request, const char *purpose) {
    const struct sandbox *sandbox = request->engine_state;
    if (!theirs(request, purpose)) return refuse(request, &bad_signature);
    if (!request->fields_valid) return refuse(request, &bad_fields);
    switch (centre_fault_take(centre_of(request))) {
    case CENTRE_SLOW: answer_after(request, sandbox->slow_us); return FLOW_NEXT;
    case CENTRE_SILENT: answer_never(request, sandbox->late_us); return answer_ok(request, doc_new(request->arena));
    case CENTRE_GARBAGE: return garbage(request);
    case CENTRE_REFUSES: return refuse(request, &refused);
    case CENTRE_WELL:
    case CENTRE_FAULTS: break;
    }
    return FLOW_NEXT;
}

/* ---- cards ---- */

static char luhn_digit(const char *digits, size_t size) {
    int sum = 0;
    for (size_t i = 0; i < size; i++) {
        int digit = digits[size - 1 - i] - '0';
        if (i % 2 == 0) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return (char)('0' + (10 - sum % 10) % 10);
}

static void copy(char *to, size_t room, struct text from) {
    snprintf(to, room, "%.*s", TEXT_ARG(from));
}

static struct centre_card make(struct request *request) {
    struct centre_card card = {.version = -1, .plastic = text_is(field_text(request, "kind"), "plastic")};
    struct date today = civil_at(world_now(request->world), zone_utc()).date;
    snprintf(card.card, sizeof card.card, "C%lld", (long long)world_id(request->world));
    copy(card.request, sizeof card.request, field_text(request, "request"));
    copy(card.holder, sizeof card.holder, field_text(request, "holder"));
    snprintf(card.number, sizeof card.number, BIN "%09u", (unsigned)world_random_below(request->world, 1000000000));
    card.number[15] = luhn_digit(card.number, 15);
    snprintf(card.code, sizeof card.code, "%03u", (unsigned)world_random_below(request->world, 1000));
    snprintf(card.expires, sizeof card.expires, "%04d-%02d", today.year + 4, today.month);
    snprintf(card.state, sizeof card.state, "active");
    return card;
}

static enum flow told(struct request *request, const struct centre_card *card, bool code) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "request", text_from(card->request));
    doc_text(document, "card", text_from(card->card));
    doc_text(document, "number", text_from(card->number));
    doc_text(document, "expires", text_from(card->expires));
    if (code) doc_text(document, "code", text_from(card->code));
    return answer_ok(request, document);
}

static enum flow issue(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre_books *books = centre_books_of(centre_of(request));
    struct centre_card card;
    if (centre_enter(request, "issue") == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (centre_card_asked(books, field_text(request, "request"), &card)) return told(request, &card, false);
    card = make(request);
    return centre_card_keep(books, &card) ? told(request, &card, false) : refuse(request, &broken);
}

static enum flow state(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre_books *books = centre_books_of(centre_of(request));
    struct centre_card card;
    int64_t version;
    if (centre_enter(request, "state") == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!centre_card_find(books, field_text(request, "card"), &card)) return refuse(request, &unknown);
    if (!text_to_int(field_text(request, "version"), &version)) return refuse(request, &bad_fields);
    if (version > card.version) {
        card.version = version;
        copy(card.state, sizeof card.state, field_text(request, "state"));
        if (!centre_card_keep(books, &card)) return refuse(request, &broken);
    }
    struct node *document = doc_new(request->arena);
    doc_text(document, "state", text_from(card.state));
    return answer_ok(request, document);
}

static enum flow details(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre_card card;
    if (centre_enter(request, "details") == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!centre_card_find(centre_books_of(centre_of(request)), field_text(request, "card"), &card))
        return refuse(request, &unknown);
    return told(request, &card, true);
}

const struct route centre_api_routes[] = {
    {.method = METHOD_POST,
     .path = "/processing/issue",
     .who = WHO_PARTNER,
     .form = &issue_form,
     .stages = {{STAGE_READ, issue}}},
    {.method = METHOD_POST,
     .path = "/processing/state",
     .who = WHO_PARTNER,
     .form = &state_form,
     .stages = {{STAGE_READ, state}}},
    {.method = METHOD_POST,
     .path = "/processing/details",
     .who = WHO_PARTNER,
     .form = &details_form,
     .stages = {{STAGE_READ, details}}},
};

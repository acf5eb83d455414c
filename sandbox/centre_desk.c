/* centre_desk.c: what Kabinet asks of the centre besides cards: a PIN in an enciphered block (ISO 9564-1, format 4),
 * and a purchase disputed; and what the centre then says of the dispute. The block is opened here by code of its
 * own. */
#include "sandbox/centre.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 16

FORM(pin_form, {.name = "institution", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "card", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "pin_block", .type = FIELD_TEXT, .required = true, .max = 2 * BLOCK});
FORM(dispute_form, {.name = "institution", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "dispute", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "operation", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "sum", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .max = 19});

static const char *const outcomes[] = {"won", "lost", NULL};
FORM(verdict_form, {.name = "operation", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "outcome", .type = FIELD_CHOICE, .required = true, .choices = outcomes},
     {.name = "sum", .type = FIELD_MONEY});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal unknown = {"unknown", 404, S_sandbox_refused_unknown, false};
static const struct refusal refused = {"refused", 409, S_sandbox_refused_centre, false};
static const struct refusal broken = {"not-written", 503, S_sandbox_refused_broken, false};

static struct centre *centre_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->centre;
}

static void copy(char *to, size_t room, struct text from) {
    snprintf(to, room, "%.*s", TEXT_ARG(from));
}

/* ---- a PIN ---- */

static bool decipher(const unsigned char key[BLOCK], const unsigned char in[BLOCK], unsigned char out[BLOCK]) {
    int size = 0, rest = 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    bool good = context != NULL && EVP_DecryptInit_ex(context, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
                EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
                EVP_DecryptUpdate(context, out, &size, in, BLOCK) == 1 &&
                EVP_DecryptFinal_ex(context, out + size, &rest) == 1 && size == BLOCK;
    EVP_CIPHER_CTX_free(context);
    return good;
}

static unsigned nibble(const unsigned char *bytes, int at) {
    return at % 2 == 0 ? bytes[at / 2] >> 4 : bytes[at / 2] & 15U;
}

/* "4N" and the PIN's digits, A behind them up to the half; under it the number of the card, whose length comes
 * first. */
static bool open_block(const unsigned char key[BLOCK], const unsigned char block[BLOCK], const char *number,
                       char pin[13]) {
    unsigned char middle[BLOCK], clear[BLOCK], field[BLOCK] = {0};
    int length = (int)strlen(number);
    if (length < 12 || length > 19 || !decipher(key, block, middle)) return false;
    for (int i = 0; i <= length; i++) {
        unsigned digit = i == 0 ? (unsigned)length - 12 : (unsigned)(number[i - 1] - '0');
        field[i / 2] = (unsigned char)(field[i / 2] | (i % 2 == 0 ? digit << 4 : digit));
    }
    for (int i = 0; i < BLOCK; i++) middle[i] ^= field[i];
    if (!decipher(key, middle, clear) || nibble(clear, 0) != 4) return false;
    unsigned size = nibble(clear, 1);
    if (size < 4 || size > 12) return false;
    for (unsigned i = 0; i < 14; i++) {
        unsigned digit = nibble(clear, (int)i + 2);
        if (i < size ? digit > 9 : digit != 10) return false;
        if (i < size) pin[i] = (char)('0' + digit);
    }
    pin[size] = '\0';
    return true;
}

static bool pin_of(struct request *request, const struct centre_card *card, char pin[13]) {
    struct text key, block;
    struct text mac = sign(request->arena, centre_secret(centre_of(request)), TEXT("pin block"));
    return text_unhex(request->arena, text_slice(mac, 0, 2 * BLOCK), &key) &&
           text_unhex(request->arena, field_text(request, "pin_block"), &block) && block.size == BLOCK &&
           open_block((const unsigned char *)key.data, (const unsigned char *)block.data, card->number, pin);
}

static enum flow pin_set(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre *centre = centre_of(request);
    struct centre_card card;
    struct centre_pin pin = {.tries = 0};
    if (centre_enter(request, "pin") == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!centre_card_find(centre_books_of(centre), field_text(request, "card"), &card))
        return refuse(request, &unknown);
    if (!pin_of(request, &card, pin.pin)) return refuse(request, &bad_fields);
    snprintf(pin.card, sizeof pin.card, "%s", card.card);
    if (!centre_pin_keep(centre_side_of(centre), &pin)) return refuse(request, &broken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "card", text_from(card.card));
    return answer_ok(request, document);
}

/* ---- a dispute ---- */

static enum flow dispute_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre *centre = centre_of(request);
    struct centre_dispute dispute = {.verdict = ""}, before;
    struct purchase purchase;
    struct money sum;
    if (centre_enter(request, "dispute") == FLOW_ANSWERED) return FLOW_ANSWERED;
    if (!centre_purchase_find(centre_books_of(centre), field_text(request, "operation"), &purchase))
        return refuse(request, &unknown);
    if (!money_parse(field_text(request, "sum"), CURRENCY_RUB, &sum) ||
        sum.minor > purchase.claimed - purchase.refunded)
        return refuse(request, &refused);
    copy(dispute.purchase, sizeof dispute.purchase, field_text(request, "operation"));
    copy(dispute.dispute, sizeof dispute.dispute, field_text(request, "dispute"));
    copy(dispute.reason, sizeof dispute.reason, field_text(request, "reason"));
    dispute.sum = sum.minor;
    bool known = centre_dispute_find(centre_side_of(centre), dispute.purchase, &before);
    if (known && strcmp(before.dispute, dispute.dispute) != 0) return refuse(request, &refused);
    if (!known && !centre_dispute_keep(centre_side_of(centre), &dispute)) return refuse(request, &broken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "state", TEXT("taken"));
    return answer_ok(request, document);
}

/* What the network has decided: told to Kabinet; what is won comes back with it. */
static enum flow verdict_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre *centre = centre_of(request);
    struct centre_dispute dispute;
    char id[CENTRE_ID];
    if (!request->fields_valid) return refuse(request, &bad_fields);
    copy(id, sizeof id, field_text(request, "operation"));
    if (!centre_dispute_find(centre_side_of(centre), id, &dispute)) return refuse(request, &unknown);
    bool won = field_number(request, "outcome") == 0;
    int64_t sum = field_given(request, "sum") ? field_number(request, "sum") : dispute.sum;
    if (won && !centre_refund(centre_books_of(centre), text_from(id), sum)) return refuse(request, &refused);
    snprintf(dispute.verdict, sizeof dispute.verdict, "%s", outcomes[won ? 0 : 1]);
    if (!centre_dispute_keep(centre_side_of(centre), &dispute) || !centre_tell(centre, NEWS_VERDICT, id, sum, won, 0))
        return refuse(request, &broken);
    struct node *document = doc_new(request->arena);
    doc_text(document, "operation", text_from(id));
    return answer_created(request, document, TEXT("/processing"));
}

const struct route centre_desk_routes[] = {
    {.method = METHOD_POST,
     .path = "/processing/pin",
     .who = WHO_PARTNER,
     .form = &pin_form,
     .stages = {{STAGE_READ, pin_set}}},
    {.method = METHOD_POST,
     .path = "/processing/dispute",
     .who = WHO_PARTNER,
     .form = &dispute_form,
     .stages = {{STAGE_READ, dispute_add}}},
    {.method = METHOD_POST,
     .path = "/processing/verdicts",
     .who = WHO_ANYONE,
     .form = &verdict_form,
     .stages = {{STAGE_READ, verdict_add}},
     .page = &template_sandbox_centre},
};

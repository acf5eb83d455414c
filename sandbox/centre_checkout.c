/* centre_checkout.c: a shop on the internet: the buyer's browser goes to the card's bank to confirm the purchase, comes
 * back with a signed word, and only then the centre asks whether it may be paid. */
#include "sandbox/centre.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>

#define WINDOW_S 300
#define LOOK_US (SECOND / 5)

FORM(checkout_form, {.name = "card", .type = FIELD_TEXT, .required = true, .max = 30},
     {.name = "sum", .type = FIELD_MONEY, .required = true, .min = 1, .max = 10000000000},
     {.name = "merchant", .type = FIELD_TEXT, .max = 60}, {.name = "category", .type = FIELD_TEXT, .max = 4},
     {.name = "country", .type = FIELD_TEXT, .max = 2});
FORM(return_form, {.name = "challenge", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "result", .type = FIELD_TEXT, .required = true, .max = 11},
     {.name = "time", .type = FIELD_TEXT, .required = true, .max = 12},
     {.name = "signature", .type = FIELD_TEXT, .required = true, .max = 64});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal unknown = {"unknown-card", 404, S_sandbox_refused_unknown, false};
static const struct refusal bad_signature = {"bad-signature", 401, S_sandbox_refused_signature, false};
static const struct refusal not_written = {"not-written", 503, S_sandbox_refused_broken, false};

static struct centre *centre_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->centre;
}

static void copy(char *to, size_t room, struct text from) {
    snprintf(to, room, "%.*s", TEXT_ARG(from));
}

static enum flow checkout_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre *centre = centre_of(request);
    struct centre_card card;
    struct purchase purchase = {.made_s = world_now(request->world) / SECOND, .place = 1};
    struct checkout checkout = {.result = ""};
    if (!request->fields_valid) return refuse(request, &bad_fields);
    if (!centre_card_find(centre_books_of(centre), field_text(request, "card"), &card))
        return refuse(request, &unknown);
    purchase.sum = field_number(request, "sum");
    snprintf(purchase.id, sizeof purchase.id, "A%lld", (long long)world_id(request->world));
    snprintf(purchase.card, sizeof purchase.card, "%s", card.card);
    copy(purchase.merchant, sizeof purchase.merchant, field_text(request, "merchant"));
    copy(purchase.category, sizeof purchase.category, field_text(request, "category"));
    copy(purchase.country, sizeof purchase.country, field_text(request, "country"));
    snprintf(checkout.purchase, sizeof checkout.purchase, "%s", purchase.id);
    snprintf(checkout.back, sizeof checkout.back, "http://%.*s/processing/return/%s", TEXT_ARG(request->host),
             purchase.id);
    if (!centre_purchase_keep(centre_books_of(centre), &purchase) ||
        !centre_checkout_keep(centre_side_of(centre), &checkout) ||
        !centre_tell(centre, NEWS_CHALLENGE, purchase.id, purchase.sum, true, 0))
        return refuse(request, &not_written);
    struct node *document = doc_new(request->arena);
    doc_text(document, "operation", text_from(purchase.id));
    return answer_created(request, document,
                          text_format(request->arena, "/processing/checkout/%s", purchase.id));
}

static bool find(struct request *request, struct purchase *purchase, struct checkout *checkout) {
    char id[CENTRE_ID];
    if (request->params[0].size >= sizeof id) return false;
    copy(id, sizeof id, request->params[0]);
    return centre_purchase_find(centre_books_of(centre_of(request)), request->params[0], purchase) &&
           centre_checkout_find(centre_side_of(centre_of(request)), id, checkout);
}

/* The browser is led on: to the bank's page, or here again until there is something to say. */
static enum flow checkout_read(struct request *request, struct tx *tx) {
    (void)tx;
    struct purchase purchase;
    struct checkout checkout;
    if (!find(request, &purchase, &checkout)) return answer_missing(request);
    bool asked = purchase.state == PURCHASE_ASKED,
         leaves = asked && checkout.url[0] != '\0' && checkout.result[0] == '\0';
    struct node *document = doc_new(request->arena);
    doc_text(document, "operation", text_from(purchase.id));
    doc_text(document, "state", text_from(purchase_state_name(purchase.state)));
    doc_text(document, "reason", text_from(purchase.reason));
    doc_text(document, "result", text_from(checkout.result));
    doc_text(document, "url", leaves ? text_from(checkout.url) : TEXT_NONE);
    doc_text(document, "merchant", text_from(purchase.merchant));
    doc_money(document, "sum", rub(purchase.sum));
    doc_bool(document, "waits", asked);
    doc_bool(document, "approved", purchase.state == PURCHASE_APPROVED);
    if (!asked || !request->wants_html) return answer_ok(request, document);
    if (request->page == NULL) request->page = doc_new(request->arena);
    doc_text(request->page, "forward", leaves ? text_from(checkout.url)
                                              : text_format(request->arena, "/processing/checkout/%s", purchase.id));
    if (!leaves) answer_after(request, LOOK_US);
    return answer_ok(request, document);
}

/* Signed over "challenge⏎time⏎challenge⏎result": whoever's browser it is cannot have made it up. */
static bool signed_by_bank(struct request *request) {
    int64_t seconds, now_s = world_now(request->world) / SECOND;
    struct text time = field_text(request, "time");
    if (!text_to_int(time, &seconds) || seconds < now_s - WINDOW_S || seconds > now_s + WINDOW_S) return false;
    struct text message = text_format(request->arena, "challenge\n%.*s\n%.*s\n%.*s", TEXT_ARG(time),
                                      TEXT_ARG(field_text(request, "challenge")),
                                      TEXT_ARG(field_text(request, "result")));
    return text_equal_secret(field_text(request, "signature"),
                             sign(request->arena, centre_secret(centre_of(request)), message));
}

static enum flow returned(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre *centre = centre_of(request);
    struct purchase purchase;
    struct checkout checkout;
    if (!request->fields_valid || !find(request, &purchase, &checkout)) return answer_missing(request);
    if (!signed_by_bank(request) || !text_is(field_text(request, "challenge"), checkout.challenge))
        return refuse(request, &bad_signature);
    if (checkout.result[0] == '\0') { /* the first time: the page may be opened again */
        copy(checkout.result, sizeof checkout.result, field_text(request, "result"));
        bool passed = text_is(field_text(request, "result"), "passed");
        if (!passed) {
            purchase.state = PURCHASE_DECLINED;
            snprintf(purchase.reason, sizeof purchase.reason, "%s", checkout.result);
            centre_purchase_keep(centre_books_of(centre), &purchase);
        }
        if (!centre_checkout_keep(centre_side_of(centre), &checkout) ||
            (passed && !centre_tell(centre, NEWS_AUTHORISATION, purchase.id, purchase.sum, true, 0)))
            return refuse(request, &not_written);
    }
    return answer_see(request, text_format(request->arena, "/processing/checkout/%s", purchase.id));
}

const struct route centre_checkout_routes[] = {
    {.method = METHOD_POST,
     .path = "/processing/checkout",
     .who = WHO_ANYONE,
     .form = &checkout_form,
     .stages = {{STAGE_READ, checkout_add}},
     .page = &template_sandbox_centre},
    {.method = METHOD_GET,
     .path = "/processing/checkout/{id}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, checkout_read}},
     .page = &template_sandbox_checkout},
    {.method = METHOD_GET,
     .path = "/processing/return/{id}",
     .who = WHO_ANYONE,
     .form = &return_form,
     .stages = {{STAGE_READ, returned}},
     .page = &template_sandbox_checkout},
};

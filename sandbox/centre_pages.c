/* centre_pages.c: shops to buy at with a card that Kabinet has made, and the same for tests; the centre's books. */
#include "sandbox/centre.h"

#include "generated/strings_sandbox.h"
#include "generated/templates.h"

#include <stdio.h>

#define LATEST 20
#define PAGE 500
#define PAGE_MAX 1000

static const char *const places[] = {"till", "internet", "cash", NULL};
static const char *const faults[] = {"none", "slow", "silent", "garbage", "refuse", NULL};

#define BUY                                                                                                            \
    {.name = "card", .type = FIELD_TEXT, .required = true, .max = 30},                                                 \
        {.name = "sum", .type = FIELD_MONEY, .required = true, .min = 1, .max = 10000000000},                          \
        {.name = "merchant", .type = FIELD_TEXT, .max = 60}, {.name = "category", .type = FIELD_TEXT, .max = 4},       \
    {                                                                                                                  \
        .name = "place", .type = FIELD_CHOICE, .choices = places                                                       \
    }
FORM(purchase_form, BUY, {.name = "fault", .type = FIELD_TEXT, .max = 20}, {.name = "foreign", .type = FIELD_BOOL},
     {.name = "country", .type = FIELD_TEXT, .max = 2}, {.name = "pin", .type = FIELD_TEXT, .max = 12},
     {.name = "offline", .type = FIELD_BOOL});
FORM(claim_form, {.name = "operation", .type = FIELD_TEXT, .required = true, .max = CENTRE_ID - 1},
     {.name = "sum", .type = FIELD_MONEY}, {.name = "more", .type = FIELD_BOOL});
FORM(fault_form, {.name = "fault", .type = FIELD_CHOICE, .required = true, .choices = faults},
     {.name = "times", .type = FIELD_INT, .min = 1, .max = 1000});
FORM(books_form, {.name = "after", .type = FIELD_INT, .min = 0, .max = INT32_MAX},
     {.name = "limit", .type = FIELD_INT, .min = 1, .max = PAGE_MAX});

static const struct refusal bad_fields = {"bad-request", 422, S_sandbox_refused_fields, false};
static const struct refusal unknown = {"unknown-card", 404, S_sandbox_refused_unknown, false};
static const struct refusal too_much = {"too-much", 409, S_sandbox_refused_centre, false};
static const struct refusal not_written = {"not-written", 503, S_sandbox_refused_broken, false};

static const string_id fault_words[SHOP_FAULTS] = {S_sandbox_sfault_none,          S_sandbox_sfault_lost,
                                                   S_sandbox_sfault_twice,         S_sandbox_sfault_hasty,
                                                   S_sandbox_sfault_claimed_first, S_sandbox_sfault_claimed_twice};

static struct centre *centre_of(const struct request *request) {
    const struct sandbox *sandbox = request->engine_state;
    return sandbox->centre;
}

static struct centre_books *books_of(const struct request *request) {
    return centre_books_of(centre_of(request));
}

static struct text words(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static void tell_purchase(const struct purchase *purchase, struct node *place) {
    doc_text(place, "operation", text_from(purchase->id));
    doc_text(place, "card", text_from(purchase->card));
    doc_text(place, "merchant", text_from(purchase->merchant));
    doc_text(place, "place", text_from(places[purchase->place]));
    doc_text(place, "fault", text_from(shop_fault_names[purchase->fault]));
    doc_text(place, "state", text_from(purchase_state_name(purchase->state)));
    doc_text(place, "reason", text_from(purchase->reason));
    doc_money(place, "sum", rub(purchase->sum));
    doc_money(place, "claimed", rub(purchase->claimed));
    doc_money(place, "reversed", rub(purchase->reversed));
    doc_money(place, "refunded", rub(purchase->refunded));
    doc_bool(place, "odd", purchase->odd);
}

/* ---- the page ---- */

static void tell_cards(struct request *request, struct node *document) {
    struct centre_card cards[LATEST];
    size_t count = centre_cards(books_of(request), cards, LATEST);
    struct node *list = doc_array(document, "cards");
    for (size_t i = 0; i < count; i++) {
        struct node *place = doc_add_object(list);
        doc_text(place, "number", text_from(cards[i].number));
        doc_text(place, "last", text_slice(text_from(cards[i].number), 12, 4));
        doc_text(place, "state", text_from(cards[i].state));
        doc_bool(place, "plastic", cards[i].plastic);
    }
}

static enum flow centre_page(struct request *request, struct tx *tx) {
    (void)tx;
    struct purchase latest[LATEST];
    struct node *document = doc_new(request->arena), *choices = doc_array(document, "faults");
    for (int i = 0; i < SHOP_FAULTS; i++) {
        struct node *place = doc_add_object(choices);
        doc_text(place, "value", text_from(shop_fault_names[i]));
        doc_text(place, "about", words(request, fault_words[i]));
    }
    tell_cards(request, document);
    size_t count = centre_purchase_count(books_of(request)), after = count > LATEST ? count - LATEST : 0;
    struct node *list = doc_array(document, "purchases");
    for (size_t left = centre_purchases(books_of(request), after, latest, LATEST); left > 0; left--) {
        const struct purchase *purchase = &latest[left - 1];
        struct node *place = doc_add_object(list);
        tell_purchase(purchase, place);
        doc_moment(place, "made", purchase->made_s * SECOND);
        doc_bool(place, "approved", purchase->state == PURCHASE_APPROVED);
        doc_bool(place, "declined", purchase->state == PURCHASE_DECLINED);
        doc_bool(place, "open",
                 purchase->state == PURCHASE_APPROVED && purchase->claimed == 0 && purchase->reversed == 0);
        doc_bool(place, "refundable", purchase->claimed > purchase->refunded);
    }
    return answer_ok(request, document);
}

/* ---- acts ---- */

static enum flow done(struct request *request, const char *purchase) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "operation", text_from(purchase));
    return answer_created(request, document, TEXT("/processing"));
}

static bool fault_named(struct text name, enum shop_fault *fault) {
    for (int i = 0; i < SHOP_FAULTS; i++) {
        if (!text_is(name, shop_fault_names[i])) continue;
        *fault = (enum shop_fault)i;
        return true;
    }
    return name.size == 0;
}

/* What one types without its blanks. */
static struct text card_word(struct request *request) {
    struct buffer out = buffer_new(request->arena, 32);
    struct text typed = field_text(request, "card");
    for (size_t i = 0; i < typed.size; i++)
        if (typed.data[i] != ' ') buffer_add_char(&out, typed.data[i]);
    return buffer_text(&out);
}

static enum flow purchase_add(struct request *request, struct tx *tx) {
    (void)tx;
    struct centre *centre = centre_of(request);
    struct purchase purchase = {.made_s = world_now(request->world) / SECOND};
    struct centre_card card;
    if (!request->fields_valid || !fault_named(field_text(request, "fault"), &purchase.fault))
        return refuse(request, &bad_fields);
    if (!centre_card_find(books_of(request), card_word(request), &card)) return refuse(request, &unknown);
    bool offline = field_number(request, "offline") != 0, first = purchase.fault == SHOP_CLAIMED_FIRST;
    purchase.sum = field_number(request, "sum");
    purchase.place = (int)field_number(request, "place");
    purchase.foreign = field_number(request, "foreign") != 0;
    snprintf(purchase.country, sizeof purchase.country, "%.*s", TEXT_ARG(field_text(request, "country")));
    purchase.state = offline ? PURCHASE_OFFLINE : PURCHASE_ASKED;
    snprintf(purchase.id, sizeof purchase.id, "A%lld", (long long)world_id(request->world));
    snprintf(purchase.card, sizeof purchase.card, "%s", card.card);
    snprintf(purchase.merchant, sizeof purchase.merchant, "%.*s", TEXT_ARG(field_text(request, "merchant")));
    snprintf(purchase.category, sizeof purchase.category, "%.*s", TEXT_ARG(field_text(request, "category")));
    const char *wrong = field_given(request, "pin")
                            ? centre_pin_try(centre_side_of(centre), card.card, field_text(request, "pin"))
                            : NULL;
    if (wrong != NULL) { /* its bank is not asked */
        purchase.state = PURCHASE_DECLINED;
        snprintf(purchase.reason, sizeof purchase.reason, "%s", wrong);
    }
    if (!centre_purchase_keep(books_of(request), &purchase)) return refuse(request, &not_written);
    if (wrong != NULL) return done(request, purchase.id);
    bool claims = offline || first;
    if (claims && (!centre_claim(books_of(request), text_from(purchase.id), purchase.sum) ||
                   !centre_tell(centre, NEWS_CLEARING, purchase.id, purchase.sum, true, 0)))
        return refuse(request, &not_written);
    if (!offline && !centre_tell(centre, NEWS_AUTHORISATION, purchase.id, purchase.sum, true, first ? 300000 : 0))
        return refuse(request, &not_written);
    return done(request, purchase.id);
}

/* The sum that was typed, else all that is left. */
static enum flow follow(struct request *request, enum news_kind kind) {
    struct purchase purchase;
    struct text id = field_text(request, "operation");
    if (!request->fields_valid || !centre_purchase_find(books_of(request), id, &purchase))
        return refuse(request, &bad_fields);
    int64_t open = purchase.sum - purchase.reversed - purchase.claimed;
    int64_t all = kind == NEWS_REFUND ? purchase.claimed - purchase.refunded : kind == NEWS_CLEARING ? open : 0;
    int64_t sum = field_given(request, "sum") ? field_number(request, "sum") : all;
    bool good = kind == NEWS_CLEARING   ? sum > 0 && centre_claim(books_of(request), id, sum)
                : kind == NEWS_REVERSAL ? centre_reverse(books_of(request), id, sum)
                                        : sum > 0 && centre_refund(books_of(request), id, sum);
    if (!good) return refuse(request, &too_much);
    bool last = field_number(request, "more") == 0;
    if (!centre_tell(centre_of(request), kind, purchase.id, sum, last, 0)) return refuse(request, &not_written);
    return done(request, purchase.id);
}

static enum flow claim_add(struct request *request, struct tx *tx) {
    (void)tx;
    return follow(request, NEWS_CLEARING);
}

static enum flow reversal_add(struct request *request, struct tx *tx) {
    (void)tx;
    return follow(request, NEWS_REVERSAL);
}

static enum flow refund_add(struct request *request, struct tx *tx) {
    (void)tx;
    return follow(request, NEWS_REFUND);
}

static enum flow fault_set(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    int64_t times = field_given(request, "times") ? field_number(request, "times") : 1;
    centre_fault_set(centre_of(request), (enum centre_fault)field_number(request, "fault"), times);
    return answer_done(request, doc_new(request->arena), TEXT("/processing"));
}

/* ---- the books ---- */

static enum flow books_tell(struct request *request, struct tx *tx) {
    (void)tx;
    if (!request->fields_valid) return refuse(request, &bad_fields);
    size_t after = (size_t)field_number(request, "after");
    size_t room = field_given(request, "limit") ? (size_t)field_number(request, "limit") : PAGE;
    struct purchase *purchases = arena_array(request->arena, struct purchase, room);
    size_t count = centre_purchases(books_of(request), after, purchases, room);
    struct centre_totals totals = centre_totals(books_of(request));
    struct node *document = doc_new(request->arena);
    doc_money(document, "claimed", rub(totals.claimed));
    doc_money(document, "refunded", rub(totals.refunded));
    doc_int(document, "waiting", totals.waiting);
    doc_int(document, "odd", totals.odd);
    struct node *list = doc_array(document, "operations");
    for (size_t i = 0; i < count; i++) tell_purchase(&purchases[i], doc_add_object(list));
    tell_cards(request, document);
    if (count == room) doc_int(document, "next", (int64_t)(after + count));
    else doc_null(document, "next");
    return answer_ok(request, document);
}

#define ACT(address, form_, stage)                                                                                     \
    .method = METHOD_POST, .path = (address), .who = WHO_ANYONE, .form = &(form_), .stages = {{STAGE_READ, stage}},    \
    .page = &template_sandbox_centre

const struct route centre_routes[] = {
    {.method = METHOD_GET,
     .path = "/processing",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, centre_page}},
     .page = &template_sandbox_centre},
    {.method = METHOD_GET,
     .path = "/processing/books",
     .who = WHO_ANYONE,
     .form = &books_form,
     .stages = {{STAGE_READ, books_tell}}},
    {ACT("/processing/purchases", purchase_form, purchase_add)},
    {ACT("/processing/claims", claim_form, claim_add)},
    {ACT("/processing/reversals", claim_form, reversal_add)},
    {ACT("/processing/refunds", claim_form, refund_add)},
    {ACT("/processing/faults", fault_form, fault_set)},
};

/* feature.c: cards that draw on a ledger account: virtual ones at once, prepaid plastic; processing asks before each
 * purchase. What this file holds is declarations. */
#include "products/cards/cards.h"

#include "factors/factors.h"
#include "generated/templates.h"

#include <stddef.h>

/* ---- forms ---- */

static const char *const kinds[] = {"virtual", "plastic", NULL};
static const char *const reasons[] = {"lost", "stolen", "damaged", "suspected", NULL}; /* as enum block_reason */

static const char *const disputes[] = {"unknown",      "not-received", "wrong-sum", "twice",
                                       "not-returned", NULL}; /* as enum dispute_reason */
static const char *const decisions[] = {"send", "refuse", NULL};

#define WORDS                                                                                                          \
    {.name = "holder", .type = FIELD_TEXT, .max = 60, .invalid = S_cards_form_holder_invalid}, {                       \
        .name = "address", .type = FIELD_TEXT, .max = 200, .invalid = S_cards_form_address_invalid                     \
    }
#define LIMIT(field)                                                                                                   \
    {                                                                                                                  \
        .name = (field), .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX, .invalid = S_cards_form_sum_invalid          \
    }

FORM(order_form, {.name = "kind", .type = FIELD_CHOICE, .required = true, .choices = kinds},
     {.name = "from", .type = FIELD_ID}, WORDS);
FORM(order_draft, {.name = "kind", .type = FIELD_CHOICE, .choices = kinds}, {.name = "from", .type = FIELD_ID}, WORDS);
/* A card's page has several forms: each names the fields of all, so that it can be drawn again after any of them. */
#define CARD_FORM(name_, sum_must, digits_must, reason_must)                                                           \
    FORM(name_,                                                                                                        \
         {.name = "sum",                                                                                               \
          .type = FIELD_MONEY,                                                                                         \
          .required = (sum_must),                                                                                      \
          .min = 1,                                                                                                    \
          .max = MONEY_MAX,                                                                                            \
          .missing = S_cards_form_sum_missing,                                                                         \
          .invalid = S_cards_form_sum_invalid},                                                                        \
         {.name = "from", .type = FIELD_ID},                                                                           \
         {.name = "digits",                                                                                            \
          .type = FIELD_CODE,                                                                                          \
          .required = (digits_must),                                                                                   \
          .min = 4,                                                                                                    \
          .max = 4,                                                                                                    \
          .missing = S_cards_form_digits_missing,                                                                      \
          .invalid = S_cards_form_digits_missing},                                                                     \
         LIMIT("operation"), LIMIT("day"), LIMIT("month"), {.name = "internet", .type = FIELD_BOOL},                   \
         {.name = "cash", .type = FIELD_BOOL}, {.name = "abroad", .type = FIELD_BOOL},                                 \
         {.name = "secure", .type = FIELD_BOOL}, {.name = "until", .type = FIELD_DATE},                                \
         {.name = "reason",                                                                                            \
          .type = FIELD_CHOICE,                                                                                        \
          .required = (reason_must),                                                                                   \
          .choices = reasons,                                                                                          \
          .missing = S_cards_form_reason_missing},                                                                     \
         {.name = "address", .type = FIELD_TEXT, .max = 200, .invalid = S_cards_form_address_invalid})

CARD_FORM(card_form, false, false, false);
CARD_FORM(digits_form, false, true, false);
CARD_FORM(move_form, true, false, false);
CARD_FORM(stop_form, false, false, true);
FORM(kind_form, LIMIT("operation"), LIMIT("day"), LIMIT("month"));
FORM(group_form, {.name = "off", .type = FIELD_BOOL}, LIMIT("month"));
FORM(code_form, {.name = "code",
                 .type = FIELD_CODE,
                 .required = true,
                 .min = 6,
                 .max = 6,
                 .missing = S_cards_form_code_missing,
                 .invalid = S_cards_form_code_invalid});
FORM(pin_form, {.name = "pin",
                .type = FIELD_SECRET,
                .required = true,
                .max = 16,
                .missing = S_cards_form_pin_missing,
                .invalid = S_cards_form_pin_invalid});
/* What GET of their pages takes: nothing is missing there yet. */
FORM(code_draft, {.name = "code", .type = FIELD_CODE, .min = 6, .max = 6});
FORM(pin_draft, {.name = "pin", .type = FIELD_SECRET, .max = 16});
FORM(dispute_form,
     {.name = "reason",
      .type = FIELD_CHOICE,
      .required = true,
      .choices = disputes,
      .missing = S_cards_form_reason_missing},
     {.name = "sum", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX, .invalid = S_cards_form_sum_invalid},
     {.name = "words",
      .type = FIELD_TEXT,
      .required = true,
      .max = 2000,
      .missing = S_cards_form_words_missing,
      .invalid = S_cards_form_words_missing});
FORM(dispute_draft, {.name = "reason", .type = FIELD_CHOICE, .choices = disputes},
     {.name = "sum", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX},
     {.name = "words", .type = FIELD_TEXT, .max = 2000});
FORM(decision_form, {.name = "decision", .type = FIELD_CHOICE, .required = true, .choices = decisions},
     {.name = "note", .type = FIELD_TEXT, .max = 300});
FORM(decision_draft, {.name = "note", .type = FIELD_TEXT, .max = 300});
/* As enum delivery from DELIVERY_SENT on. */
static const char *const steps[] = {"sent", "office", "courier", "handed", NULL};

FORM(step_form, {.name = "state", .type = FIELD_CHOICE, .required = true, .choices = steps},
     {.name = "checked", .type = FIELD_BOOL});
FORM(step_draft, {.name = "state", .type = FIELD_CHOICE, .choices = steps}, {.name = "checked", .type = FIELD_BOOL});
FORM(block_form, {.name = "card", .type = FIELD_TEXT, .required = true, .max = 20},
     {.name = "cause", .type = FIELD_CHOICE, .choices = reasons},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .max = 300});

/* ---- routes ---- */

#define ACT(stage)                                                                                                     \
    .method = METHOD_POST, .who = WHO_CUSTOMER, .stages = {{STAGE_WRITE, stage}}, .again = card_read,                  \
    .again_page = &template_cards_card

/* A shop's customers may come from one address, and their pages look now and then whether the cabinet has answered. */
#define SECURE_LOOKS                                                                                                   \
    {                                                                                                                  \
        { RATE_ADDRESS, 600, MINUTE }                                                                                  \
    }
#define SECURE(stage)                                                                                                  \
    .method = METHOD_POST, .who = WHO_ANYONE, .stages = {{STAGE_WRITE, stage}}, .again = secure_read,                  \
    .again_page = &template_cards_secure, .rates = {{RATE_ADDRESS, 60, MINUTE}}

#define APPROVAL(stage)                                                                                                \
    .method = METHOD_POST, .who = WHO_CUSTOMER, .stages = {{STAGE_WRITE, stage}}, .again = secure_approval_read,       \
    .again_page = &template_cards_approve, .rates = {{RATE_CALLER, 60, MINUTE}}, .flags = ROUTE_SENSITIVE

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/cards",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, cards_read}},
     .page = &template_cards_list,
     .summary = "One's cards"},
    {.method = METHOD_GET,
     .path = "/cards/new",
     .who = WHO_CUSTOMER,
     .form = &order_draft,
     .stages = {{STAGE_READ, card_new_read}},
     .page = &template_cards_new,
     .summary = "What a card costs and what is asked for one",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/cards",
     .who = WHO_CUSTOMER,
     .form = &order_form,
     .stages = {{STAGE_WRITE, card_new_write}},
     .again = card_new_read,
     .again_page = &template_cards_new,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "cards.order",
     .summary = "Orders a card: virtual, made at once; or prepaid plastic",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/cards/{id}",
     .who = WHO_CUSTOMER,
     .form = &card_form,
     .stages = {{STAGE_READ, card_read}},
     .page = &template_cards_card,
     .summary = "A card: its state, limits with what is spent, last operations",
     .flags = ROUTE_FORM_OPTIONAL},
    {ACT(card_freeze_write),
     .path = "/cards/{id}/freeze",
     .form = &card_form,
     .audit = "cards.freeze",
     .summary = "Stops a card at once, until a day when it comes back by itself"},
    {ACT(card_unfreeze_write),
     .path = "/cards/{id}/unfreeze",
     .form = &card_form,
     .audit = "cards.unfreeze",
     .summary = "Lets a frozen card pay again",
     .flags = ROUTE_SENSITIVE},
    {ACT(card_block_write),
     .path = "/cards/{id}/block",
     .form = &stop_form,
     .audit = "cards.block",
     .summary = "Stops a card for ever, with a reason",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/cards/{id}/limits/{kind}",
     .who = WHO_CUSTOMER,
     .form = &kind_form,
     .stages = {{STAGE_READ, card_kind_limits_read}},
     .page = &template_cards_kind,
     .summary = "A card's limits of one kind of purchase (till, internet, cash, abroad), with what is spent",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/cards/{id}/limits/{kind}",
     .who = WHO_CUSTOMER,
     .form = &kind_form,
     .stages = {{STAGE_WRITE, card_kind_limits_write}},
     .again = card_kind_limits_read,
     .again_page = &template_cards_kind,
     .audit = "cards.limits.kind",
     .summary = "Sets them; more than before wants a fresh proof",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/cards/{id}/shops/{group}",
     .who = WHO_CUSTOMER,
     .form = &group_form,
     .stages = {{STAGE_READ, card_group_read}},
     .page = &template_cards_shops,
     .summary = "What a card may do in shops of one kind (gambling, money, adult, alcohol, games, cafes, travel)",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/cards/{id}/shops/{group}",
     .who = WHO_CUSTOMER,
     .form = &group_form,
     .stages = {{STAGE_WRITE, card_group_write}},
     .again = card_group_read,
     .again_page = &template_cards_shops,
     .audit = "cards.limits.shops",
     .summary = "Switches them off, or limits them by the month; more than before wants a fresh proof",
     .flags = ROUTE_SENSITIVE},
    {ACT(card_limits_write),
     .path = "/cards/{id}/limits",
     .form = &card_form,
     .audit = "cards.limits",
     .summary = "A card's limits and switches; more than before wants a fresh proof",
     .flags = ROUTE_SENSITIVE},
    {ACT(card_reissue_write),
     .path = "/cards/{id}/reissue",
     .form = &card_form,
     .audit = "cards.reissue",
     .summary = "Another card in place of one that is lost or stolen, which is blocked, or damaged",
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .flags = ROUTE_SENSITIVE},
    {ACT(card_activate_write),
     .path = "/cards/{id}/activate",
     .form = &digits_form,
     .audit = "cards.activate",
     .summary = "Plastic has come: by its last four digits",
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .flags = ROUTE_SENSITIVE},
    {ACT(card_topup_write),
     .path = "/cards/{id}/topup",
     .form = &move_form,
     .audit = "cards.topup",
     .summary = "Moves money to a prepaid card",
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {ACT(card_back_write),
     .path = "/cards/{id}/back",
     .form = &move_form,
     .audit = "cards.back",
     .summary = "Moves money from a prepaid card back",
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}}},
    {ACT(card_close_write),
     .path = "/cards/{id}/close",
     .form = &card_form,
     .audit = "cards.close",
     .summary = "Closes a card for ever",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/cards/{id}/details",
     .who = WHO_CUSTOMER,
     .form = &card_form,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_READ, card_details_look}, {STAGE_WORK, card_details_ask}},
     .page = &template_cards_details,
     .again = card_read,
     .again_page = &template_cards_card,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "cards.details",
     .summary = "A card's number, expiry and code, after a fresh proof; never kept",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/cards/{id}/pin",
     .who = WHO_CUSTOMER,
     .form = &pin_draft,
     .stages = {{STAGE_READ, factors_fresh}, {STAGE_READ, card_pin_read}},
     .page = &template_cards_pin,
     .summary = "Where a plastic card's PIN is chosen",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/cards/{id}/pin",
     .who = WHO_CUSTOMER,
     .form = &pin_form,
     .stages = {{STAGE_WRITE, factors_fresh},
                {STAGE_READ, card_pin_look},
                {STAGE_WORK, card_pin_send},
                {STAGE_WRITE, card_pin_write}},
     .again = card_pin_read,
     .again_page = &template_cards_pin,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "cards.pin",
     .summary = "Sets a plastic card's PIN, after a fresh proof; it goes to processing enciphered and is never kept",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/cards/purchases/{id}",
     .who = WHO_CUSTOMER,
     .form = &dispute_draft,
     .stages = {{STAGE_READ, card_purchase_read}},
     .page = &template_cards_purchase,
     .summary = "A purchase by card, and what has become of its dispute",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/cards/purchases/{id}/dispute",
     .who = WHO_CUSTOMER,
     .form = &dispute_form,
     .stages = {{STAGE_WRITE, card_dispute_write}},
     .again = card_purchase_read,
     .again_page = &template_cards_purchase,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "cards.dispute",
     .summary = "Disputes a purchase that was claimed, whole or in part; staff look at it",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/staff/card-disputes/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE | ROLE_RISK,
     .form = &decision_draft,
     .stages = {{STAGE_READ, staff_dispute_read}},
     .page = &template_cards_dispute,
     .audit = "cards.dispute.page",
     .summary = "A disputed purchase, for who has taken its task",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/card-disputes/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE | ROLE_RISK,
     .form = &decision_form,
     .stages = {{STAGE_WRITE, staff_dispute_write}},
     .again = staff_dispute_read,
     .again_page = &template_cards_dispute,
     .audit = "cards.dispute.decide",
     .summary = "Sends it to processing, or refuses it with a reason"},
    {.method = METHOD_GET,
     .path = "/staff/card-orders/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT,
     .form = &step_draft,
     .stages = {{STAGE_READ, staff_order_read}},
     .page = &template_cards_order,
     .audit = "cards.order.page",
     .summary = "A card on its way to be handed over, for who has taken its task",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/card-orders/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT,
     .form = &step_form,
     .stages = {{STAGE_WRITE, staff_order_write}},
     .again = staff_order_read,
     .again_page = &template_cards_order,
     .audit = "cards.order.move",
     .summary = "Says where it is now; handing it over wants the passport compared"},
    {.method = METHOD_GET,
     .path = "/card-approvals/{id}",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, secure_approval_read}},
     .page = &template_cards_approve,
     .summary = "A purchase on the internet that waits for its holder's answer: shop, card and sum"},
    {APPROVAL(secure_approve),
     .path = "/card-approvals/{id}/approve",
     .audit = "cards.approve",
     .summary = "Approves it after a fresh proof, in place of the code from the SMS"},
    {APPROVAL(secure_decline),
     .path = "/card-approvals/{id}/decline",
     .audit = "cards.decline",
     .summary = "Says that it is not one's own: nothing is bought"},
    {.method = METHOD_GET,
     .path = "/secure/{token}",
     .who = WHO_ANYONE,
     .form = &code_draft,
     .stages = {{STAGE_READ, secure_read}},
     .page = &template_cards_secure,
     .rates = SECURE_LOOKS,
     .summary = "A purchase on the internet that waits for its code; opened by the shop's browser",
     .flags = ROUTE_FORM_OPTIONAL},
    {SECURE(secure_write),
     .path = "/secure/{token}",
     .form = &code_form,
     .audit = "cards.secure",
     .summary = "Confirms it by the code that was sent for it"},
    {SECURE(secure_again),
     .path = "/secure/{token}/again",
     .audit = "cards.secure.again",
     .summary = "Sends another code"},
    {SECURE(secure_cancel),
     .path = "/secure/{token}/cancel",
     .audit = "cards.secure.cancel",
     .summary = "The shop is told that nothing is bought"},
    {.method = METHOD_POST,
     .path = "/callbacks/processing",
     .who = WHO_PARTNER,
     .stages = {{STAGE_READ, processing_heard}, {STAGE_WRITE, processing_write}},
     .audit = "cards.processing",
     .summary = "Processing asks about a purchase, or tells what became of it; signed",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_GET,
     .path = "/staff/customers/{id}/cards",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_RISK,
     .stages = {{STAGE_READ, staff_cards_read}},
     .page = &template_cards_staff,
     .audit = "cards.seen",
     .summary = "A customer's cards"},
    {.method = METHOD_POST,
     .path = "/staff/customers/{id}/cards",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_RISK,
     .form = &block_form,
     .stages = {{STAGE_WRITE, staff_card_block}},
     .page = &template_cards_staff,
     .again = staff_cards_read,
     .again_page = &template_cards_staff,
     .audit = "cards.block.staff",
     .summary = "Blocks a customer's card for ever, with a reason"},
    {.path = NULL}};

/* ---- settings ---- */

static const char *const levels[] = {"minimal", "simplified", "full", NULL};

static const char *const codes[] = {"always", "chosen", "never", NULL}; /* as enum internet_code */
static const char *const accounts[] = {"own", "shared", NULL}; /* as enum plastic_account */
static const char *const firsts[] = {"none", "virtual", "plastic", NULL}; /* as enum first_card */
static const char *const deliveries[] = {"post", "hand", NULL}; /* as enum delivery_way */
static const char *const renews[] = {"none", "virtual", "all", NULL}; /* as enum renew */

#define AT(member) offsetof(struct cards_settings, member)
static const struct setting settings[] = {
    {"virtual_level", SETTING_CHOICE, AT(virtual_level), "minimal", 0, 0, levels,
     "The level from which a customer may have virtual cards."},
    {"plastic_level", SETTING_CHOICE, AT(plastic_level), "simplified", 0, 0, levels,
     "The level from which a customer may have plastic cards."},
    {"virtual_most", SETTING_INT, AT(virtual_most), "3", 0, 50, NULL, "How many virtual cards one may have at a time."},
    {"plastic_most", SETTING_INT, AT(plastic_most), "2", 0, 50, NULL, "How many plastic cards one may have at a time."},
    {"plastic_account", SETTING_CHOICE, AT(plastic_account), "own", 0, 0, accounts,
     "What a plastic card spends: own, an account of its own, prepaid; shared, its holder's account, as virtual ones."},
    {"first", SETTING_CHOICE, AT(first), "none", 0, 0, firsts,
     "The card that an approved application orders, free: none, virtual, plastic."},
    {"delivery", SETTING_CHOICE, AT(delivery), "post", 0, 0, deliveries,
     "How plastic comes: post, and its holder activates it by its last digits; hand, staff hand it over step by step, "
     "and it works from his first sign-in by a device of his own."},
    {"handed_level", SETTING_CHOICE, AT(handed_level), "minimal", 0, 0, levels,
     "The level of whose passport was compared when a card was handed over."},
    {"plastic_fee", SETTING_MONEY, AT(plastic_fee), "0.00", 0, 1000000, NULL,
     "What a plastic card costs; virtual ones and replacements are free."},
    {"operation_max", SETTING_MONEY, AT(operation_max), "0.00", 0, 100000000, NULL,
     "A new card's limit of one operation, which its holder may change; 0: none."},
    {"day_max", SETTING_MONEY, AT(day_max), "0.00", 0, 100000000, NULL, "A new card's limit of a day; 0: none."},
    {"month_max", SETTING_MONEY, AT(month_max), "0.00", 0, 1000000000, NULL, "A new card's limit of a month; 0: none."},
    {"hold_life", SETTING_DURATION, AT(hold_life), "10d", SECOND, 60 * DAY, NULL,
     "How long money of an approved purchase is held when nobody claims it."},
    {"tolerance", SETTING_INT, AT(tolerance), "15", 0, 100, NULL,
     "By how many percent a claim may be above what was approved; more is paid by us until staff have looked."},
    {"issue_watch", SETTING_DURATION, AT(issue_watch), "3d", SECOND, 30 * DAY, NULL,
     "How long processing is asked for a card before the order is given up and its fee returned."},
    {"decision_within", SETTING_DURATION, AT(decision_within), "4s", 0, MINUTE, NULL,
     "What is asked about a purchase longer ago than that is declined: processing has given up waiting."},
    {"internet_code", SETTING_CHOICE, AT(internet_code), "always", 0, 0, codes,
     "Whether a purchase on the internet wants a code that is sent for it: always, as each card says, never."},
    {"dispute_within", SETTING_DURATION, AT(dispute_within), "120d", DAY, 540 * DAY, NULL,
     "For how long a purchase may be disputed by its card's holder."},
    {"close_first", SETTING_BOOL, AT(close_first), "false", 0, 0, NULL,
     "A cabinet closes only once its cards are closed by their holder; else they close with it."},
    {"credit", SETTING_BOOL, AT(credit), "false", 0, 0, NULL,
     "Lends the card's holder what he disputes, from the sending to processing until its decision."},
    {"freeze_months", SETTING_INT, AT(freeze_months), "3", 1, 24, NULL,
     "For how many months a card may be frozen at most; then it comes back by itself."},
    {"freeze_notice", SETTING_DURATION, AT(freeze_notice), "1d", 0, 30 * DAY, NULL,
     "How long before a frozen card comes back its holder is told."},
    {"renew", SETTING_CHOICE, AT(renew), "all", 0, 0, renews,
     "Which cards are made anew before they expire."},
    {"renew_before", SETTING_DURATION, AT(renew_before), "30d", DAY, 180 * DAY, NULL,
     "How long before a card expires another one is ordered in its place."},
    {"processing.url", SETTING_TEXT, AT(processing_url), "", 0, 500, NULL,
     "The processing centre's address; empty: the sandbox's, or no cards where there is none."},
    {"processing.institution", SETTING_TEXT, AT(processing_institution), "kabinet", 1, 64, NULL,
     "Who we are at the processing centre."},
    {"processing.secret_file", SETTING_TEXT, AT(processing_secret_file), "", 0, 500, NULL,
     "The file with the key shared with the processing centre (at least 32 characters)."},
    {.name = NULL}};

/* ---- the rest ---- */

static const struct menu_item menu[] = {{S_cards_menu, "/cards", "card", WHO_CUSTOMER, 16}, {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_PURCHASE, "purchase", S_cards_kind_purchase, "card", purchase_describe, "shops", NULL, purchase_classify},
    {KIND_CASH, "cash", S_cards_kind_cash, "out", purchase_describe, "cash", NULL, NULL},
    {KIND_PURCHASE_REFUND, "purchase_refund", S_cards_kind_refund, "return", purchase_describe, "shops", NULL,
     purchase_classify},
    {KIND_CARD_TOPUP, "card_topup", S_cards_kind_topup, "card", card_move_describe, NULL, NULL, NULL},
    {KIND_CARD_BACK, "card_back", S_cards_kind_back, "wallet", card_move_describe, NULL, NULL, NULL},
    {KIND_CARD_FEE, "card_fee", S_cards_kind_fee, "card", card_move_describe, "fees", NULL, NULL},
    {KIND_CARD_CREDIT, "card_credit", S_cards_kind_credit, "return", purchase_describe, NULL, NULL, NULL},
    {KIND_CARD_CREDIT_BACK, "card_credit_back", S_cards_kind_credit_back, "card", purchase_describe, NULL, NULL, NULL},
    {KIND_CARD_FEE_BACK, "card_fee_back", S_cards_kind_fee_back, "return", card_move_describe, "fees", NULL, NULL},
    {.name = NULL}};

static const struct job jobs[] = {{"cards.lapse", MINUTE, cards_lapse},
                                  {"cards.thaw", MINUTE, cards_thaw},
                                  {"cards.expire", HOUR, cards_expire},
                                  {"cards.renew", HOUR, cards_renew},
                                  {.name = NULL}};

static const struct outbox_kind outbox[] = {
    {.name = "cards.issue", .send = issue_send, .result = issue_result, .pause_most_us = MINUTE},
    {.name = "cards.dispute", .send = dispute_send, .result = dispute_result, .pause_most_us = MINUTE},
    {.name = "cards.state", .send = state_send, .pause_most_us = MINUTE},
    {.name = NULL}};

struct cards_state *cards_state_of(const struct engine *engine) {
    return engine_state(engine, &cards_feature);
}

static void *cards_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct cards_state *state = arena_new_of(arena, struct cards_state);
    const struct cards_settings *wanted = engine_settings(engine, &cards_feature);
    const char *sandbox = engine_config(engine)->sandbox_url;
    bool demo = wanted->processing_url[0] == '\0' && sandbox != NULL && sandbox[0] != '\0';
    state->settings = wanted;
    if (wanted->processing_secret_file[0] == '\0' || (wanted->processing_url[0] == '\0' && !demo)) return state;
    const struct processing_options options = {.url = demo ? text_format(arena, "%s/processing", sandbox).data
                                                           : wanted->processing_url,
                                               .institution = wanted->processing_institution,
                                               .secret_file = wanted->processing_secret_file,
                                               .create = demo};
    state->processing = processing_open(arena, &options, problem);
    return state->processing != NULL ? state : NULL;
}

const struct feature cards_feature = {
    .name = "cards",
    .needs = (const char *const[]){"identity", "operations", "messaging", "backoffice", "factors", NULL},
    .routes = routes,
    .migrations = cards_migrations,
    .jobs = jobs,
    .sealed = cards_sealed,
    .settings = settings,
    .settings_size = sizeof(struct cards_settings),
    .menu = menu,
    .outbox = outbox,
    .operations = operations,
    .queues = cards_queues,
    .card = cards_card,
    .accounts = cards_accounts,
    .topups = cards_topups,
    .on_event = cards_on_event,
    .pending = cards_pending,
    .open = cards_open,
    .own_data = cards_own_data,
    .obstacles = cards_obstacles,
    .erases = cards_erases,
};

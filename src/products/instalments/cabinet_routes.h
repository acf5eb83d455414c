/* cabinet_routes.h: the addresses of a customer's purchases, rows of feature.c's table: included by it alone, since a
 * feature's routes are one table. */
#pragma once

#include "generated/templates.h"
#include "products/instalments/cabinet.h"

static const char *const instalments_wishes[] = {"next", "any", "all", NULL}; /* enum purchase_wish */

#define INSTALMENTS_PAY(must)                                                                                          \
    {.name = "wish", .type = FIELD_CHOICE, .required = (must), .choices = instalments_wishes},                         \
        {.name = "sum", .type = FIELD_MONEY, .min = 0, .max = MONEY_MAX, .missing = S_instalments_sum_missing,         \
         .invalid = S_instalments_sum_invalid}, {                                                                      \
        .name = "from", .type = FIELD_ID                                                                               \
    }
FORM(instalments_pay_draft, INSTALMENTS_PAY(false));
FORM(instalments_pay_form, INSTALMENTS_PAY(true));
FORM(instalments_go_form, {.name = "go", .type = FIELD_BOOL});
FORM(instalments_autopay_form, {.name = "card", .type = FIELD_ID});
#define INSTALMENTS_DAYS(must)                                                                                         \
    {                                                                                                                  \
        .name = "days", .type = FIELD_INT, .required = (must), .min = 1, .max = 31,                                    \
        .missing = S_instalments_move_missing, .invalid = S_instalments_move_missing                                   \
    }
FORM(instalments_move_draft, INSTALMENTS_DAYS(false));
FORM(instalments_move_form, INSTALMENTS_DAYS(true));
FORM(instalments_card_form, {.name = "card", .type = FIELD_ID, .required = true});

#define INSTALMENTS_OWNERS .who = WHO_CUSTOMER, .rates = {{RATE_CALLER, 120, MINUTE}}
#define INSTALMENTS_SEEN .who = WHO_CUSTOMER, .scope = SCOPE_BALANCE_READ

#define INSTALMENTS_CABINET_ROUTES                                                                                     \
    {.method = METHOD_GET,                                                                                             \
     .path = "/",                                                                                                      \
     .who = WHO_ANYONE,                                                                                                \
     .stages = {{STAGE_READ, instalments_home_read}},                                                                  \
     .page = &template_instalments_home,                                                                               \
     .rates = {{RATE_ADDRESS, 6000, MINUTE}},                                                                          \
     .summary = "One's purchases: what is paid next, what one may still buy for; guests are sent to sign in",          \
     .flags = ROUTE_UNLESS},                                                                                           \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments",                                                                                       \
         INSTALMENTS_SEEN,                                                                                             \
         .stages = {{STAGE_READ, instalments_read}},                                                                   \
         .page = &template_instalments_home,                                                                           \
         .summary = "One's purchases: what is paid next, what one may still buy for, each with its payments"},         \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments/pay",                                                                                   \
         .who = WHO_CUSTOMER,                                                                                          \
         .form = &instalments_pay_draft,                                                                               \
         .stages = {{STAGE_READ, instalments_pay_read}},                                                               \
         .page = &template_instalments_pay,                                                                            \
         .summary = "What may be paid for all purchases; with `wish`: what that pays, to the kopeck",                  \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {.method = METHOD_POST,                                                                                        \
         .path = "/instalments/pay",                                                                                   \
         INSTALMENTS_OWNERS,                                                                                           \
         .form = &instalments_pay_form,                                                                                \
         .stages = {{STAGE_WRITE, instalments_pay_write}},                                                             \
         .again = instalments_pay_read,                                                                                \
         .again_page = &template_instalments_pay,                                                                      \
         .key = true,                                                                                                  \
         .audit = "instalments.pay",                                                                                   \
         .summary = "Pays for all purchases, the earliest day first: `from` an account or a bound card of his, "       \
                    "without it by any card at the bank's page"},                                                      \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments/payments/{id}",                                                                         \
         .who = WHO_CUSTOMER,                                                                                          \
         .form = &instalments_go_form,                                                                                 \
         .stages = {{STAGE_READ, instalments_payment_read}},                                                           \
         .page = &template_instalments_payment,                                                                        \
         .summary = "What became of a payment, and what each purchase got of it",                                      \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments/{id}",                                                                                  \
         INSTALMENTS_SEEN,                                                                                             \
         .stages = {{STAGE_READ, purchase_read}},                                                                      \
         .page = &template_instalments_purchase,                                                                       \
         .summary = "A purchase: what is owed and when, what was paid and came back, what happened"},                  \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments/{id}/why",                                                                              \
         INSTALMENTS_SEEN,                                                                                             \
         .stages = {{STAGE_READ, purchase_why_read}},                                                                  \
         .page = &template_instalments_why,                                                                            \
         .summary = "Why a purchase owes what it owes: each debt by its days and events"},                             \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments/{id}/pay",                                                                              \
         .who = WHO_CUSTOMER,                                                                                          \
         .form = &instalments_pay_draft,                                                                               \
         .stages = {{STAGE_READ, instalments_pay_read}},                                                               \
         .page = &template_instalments_pay,                                                                            \
         .summary = "What may be paid for a purchase; with `wish`: what that pays, to the kopeck",                     \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {.method = METHOD_POST,                                                                                        \
         .path = "/instalments/{id}/pay",                                                                              \
         INSTALMENTS_OWNERS,                                                                                           \
         .form = &instalments_pay_form,                                                                                \
         .stages = {{STAGE_WRITE, instalments_pay_write}},                                                             \
         .again = instalments_pay_read,                                                                                \
         .again_page = &template_instalments_pay,                                                                      \
         .key = true,                                                                                                  \
         .audit = "instalments.pay",                                                                                   \
         .summary = "Pays for a purchase, as for all"},                                                                \
        {.method = METHOD_POST,                                                                                        \
         .path = "/instalments/autopay",                                                                               \
         INSTALMENTS_OWNERS,                                                                                           \
         .form = &instalments_autopay_form,                                                                            \
         .stages = {{STAGE_WRITE, instalments_autopay_write}},                                                         \
         .again = instalments_read,                                                                                    \
         .again_page = &template_instalments_home,                                                                     \
         .audit = "instalments.autopay",                                                                               \
         .summary = "A bound card pays what is due on its day; without `card` no more"},                               \
        {.method = METHOD_GET,                                                                                         \
         .path = "/instalments/{id}/move",                                                                             \
         .who = WHO_CUSTOMER,                                                                                          \
         .form = &instalments_move_draft,                                                                              \
         .stages = {{STAGE_READ, purchase_move_read}},                                                                 \
         .page = &template_instalments_move,                                                                           \
         .summary = "By how many days the next payment may be moved; with `days`: what that changes",                  \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {.method = METHOD_POST,                                                                                        \
         .path = "/instalments/{id}/move",                                                                             \
         INSTALMENTS_OWNERS,                                                                                           \
         .form = &instalments_move_form,                                                                               \
         .stages = {{STAGE_WRITE, purchase_move_write}},                                                               \
         .again = purchase_move_read,                                                                                  \
         .again_page = &template_instalments_move,                                                                     \
         .key = true,                                                                                                  \
         .audit = "instalments.move",                                                                                  \
         .summary = "The next payment comes so many days later"},                                                      \
        {.method = METHOD_POST,                                                                                        \
         .path = "/instalments/{id}/back",                                                                             \
         INSTALMENTS_OWNERS,                                                                                           \
         .form = &instalments_card_form,                                                                               \
         .stages = {{STAGE_WRITE, purchase_back_write}},                                                               \
         .again = purchase_read,                                                                                       \
         .again_page = &template_instalments_purchase,                                                                 \
         .key = true,                                                                                                  \
         .audit = "instalments.back",                                                                                  \
         .summary = "Sends what was paid too much to a bound card of one's own"},

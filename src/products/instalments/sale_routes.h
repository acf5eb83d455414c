/* sale_routes.h: the addresses of the cashier's sales, rows of feature.c's table: included by it alone, since a
 * feature's routes are one table. */
#pragma once

#include "generated/templates.h"
#include "products/instalments/sale.h"

#define SALE_PHONE                                                                                                     \
    { .name = "phone", .type = FIELD_TEXT, .required = true, .max = 30, .missing = S_instalments_till_phone_missing }
#define SALE_NUMBER                                                                                                    \
    { .name = "number", .type = FIELD_TEXT, .max = 64 }
FORM(sale_begin_form, SALE_PHONE,
     {.name = "sum",
      .type = FIELD_MONEY,
      .required = true,
      .missing = S_instalments_sum_missing,
      .invalid = S_instalments_sum_invalid},
     SALE_NUMBER);
FORM(sale_begin_draft, {.name = "phone", .type = FIELD_TEXT, .max = 30}, {.name = "sum", .type = FIELD_MONEY},
     SALE_NUMBER);
#define SALE_CODE_FIELD(must)                                                                                          \
    {                                                                                                                  \
        .name = "code", .type = FIELD_CODE, .required = (must), .min = 4, .max = 6,                                    \
        .missing = S_instalments_till_code_missing, .invalid = S_instalments_till_code_missing                         \
    }
FORM(sale_plan_form, {.name = "plan",
                      .type = FIELD_TEXT,
                      .required = true,
                      .max = 40,
                      .missing = S_instalments_plan_missing});
FORM(sale_code_form, SALE_CODE_FIELD(true));
FORM(sale_draft, {.name = "plan", .type = FIELD_TEXT, .max = 40}, SALE_CODE_FIELD(false));

#define SALE_ROUTE .who = WHO_ANYONE, .rates = {{RATE_ADDRESS, 600, MINUTE}}
#define SALE_AGAIN .again = sale_page, .again_page = &template_instalments_sale

#define INSTALMENTS_SALE_ROUTES                                                                                        \
    {.method = METHOD_GET,                                                                                             \
     .path = "/shop/till",                                                                                             \
     SALE_ROUTE,                                                                                                       \
     .form = &sale_begin_draft,                                                                                        \
     .stages = {{STAGE_READ, till_sales_page}},                                                                        \
     .page = &template_instalments_sales,                                                                              \
     .summary = "The till: a sale begins, and those of today that the cashier began",                                  \
     .flags = ROUTE_FORM_OPTIONAL},                                                                                    \
        {.method = METHOD_POST,                                                                                        \
         .path = "/shop/till",                                                                                         \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_begin_form,                                                                                     \
         .stages = {{STAGE_WRITE, sale_begin}},                                                                        \
         .again = till_sales_page,                                                                                     \
         .again_page = &template_instalments_sales,                                                                    \
         .key = true,                                                                                                  \
         .audit = "instalments.till.begun",                                                                            \
         .summary = "A customer's number and a sum: what he may choose from is the sale's page"},                      \
        {.method = METHOD_GET,                                                                                         \
         .path = "/shop/till/{uid}",                                                                                   \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_draft,                                                                                          \
         .stages = {{STAGE_READ, sale_page}},                                                                          \
         .page = &template_instalments_sale,                                                                           \
         .summary = "A sale at the till: ways of paying, then the code, then the goods",                               \
         .flags = ROUTE_FORM_OPTIONAL},                                                                                \
        {.method = METHOD_POST,                                                                                        \
         .path = "/shop/till/{uid}/plan",                                                                              \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_plan_form,                                                                                      \
         .stages = {{STAGE_WRITE, sale_choose}},                                                                       \
         SALE_AGAIN,                                                                                                   \
         .key = true,                                                                                                  \
         .audit = "instalments.till.chosen",                                                                           \
         .summary = "The way of paying that the customer named; a code goes to his number"},                           \
        {.method = METHOD_POST,                                                                                        \
         .path = "/shop/till/{uid}/again",                                                                             \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_draft,                                                                                          \
         .stages = {{STAGE_WRITE, sale_again}},                                                                        \
         SALE_AGAIN,                                                                                                   \
         .audit = "instalments.till.code",                                                                             \
         .summary = "Send the code again"},                                                                            \
        {.method = METHOD_POST,                                                                                        \
         .path = "/shop/till/{uid}/code",                                                                              \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_code_form,                                                                                      \
         .stages = {{STAGE_WRITE, sale_sign}},                                                                         \
         SALE_AGAIN,                                                                                                   \
         .audit = "instalments.till.signed",                                                                           \
         .summary = "The code that the customer told: it signs, and the sum is held of his limit"},                    \
        {.method = METHOD_POST,                                                                                        \
         .path = "/shop/till/{uid}/finish",                                                                            \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_draft,                                                                                          \
         .stages = {{STAGE_WRITE, sale_finish}},                                                                       \
         SALE_AGAIN,                                                                                                   \
         .key = true,                                                                                                  \
         .audit = "instalments.till.finished",                                                                         \
         .summary = "The goods were handed over"},                                                                     \
        {.method = METHOD_POST,                                                                                        \
         .path = "/shop/till/{uid}/cancel",                                                                            \
         SALE_ROUTE,                                                                                                   \
         .form = &sale_draft,                                                                                          \
         .stages = {{STAGE_WRITE, sale_cancel}},                                                                       \
         SALE_AGAIN,                                                                                                   \
         .key = true,                                                                                                  \
         .audit = "instalments.till.cancelled",                                                                        \
         .summary = "Takes the sale back; what was held is free again"},

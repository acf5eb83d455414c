/* feature.c: merchants as the engine sees them (WA-11, IF-3): what their programs call, the page on which their
 * customers pay, finance's pages, kinds of operations that customers see. */
#include "merchants/internal.h"

#include <stddef.h>

/* ---- forms ---- */

FORM(no_form, );
FORM(log_form, {.name = "billId", .type = FIELD_TEXT, .max = BILL_NUMBER_MAX});
FORM(report_form, {.name = "from", .type = FIELD_DATE}, {.name = "to", .type = FIELD_DATE});

FORM(form_form, {.name = "invoice_uid", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "successUrl", .type = FIELD_TEXT, .max = 500}, {.name = "paySource", .type = FIELD_TEXT, .max = 20});
/* customFields[…] and whatever else a link carries beside. */
FORM_REST(create_form, {.name = "publicKey", .type = FIELD_TEXT, .required = true, .max = 200},
          {.name = "billId", .type = FIELD_TEXT, .max = BILL_NUMBER_MAX},
          {.name = "amount", .type = FIELD_TEXT, .required = true, .max = 20},
          {.name = "phone", .type = FIELD_TEXT, .max = 40}, {.name = "email", .type = FIELD_TEXT, .max = 255},
          {.name = "account", .type = FIELD_TEXT, .max = 255}, {.name = "comment", .type = FIELD_TEXT, .max = 255},
          {.name = "lifetime", .type = FIELD_TEXT, .max = 40}, {.name = "successUrl", .type = FIELD_TEXT, .max = 500});

#define BACK_FIELD                                                                                                     \
    { .name = "back", .type = FIELD_TEXT, .max = 500 }
FORM(bill_form, {.name = "from", .type = FIELD_ID}, BACK_FIELD);

#define PLACE_FIELDS                                                                                                   \
    {.name = "site", .type = FIELD_TEXT, .max = 200}, {                                                                \
        .name = "callback", .type = FIELD_TEXT, .max = 500                                                             \
    }
FORM(merchant_form,
     {.name = "title",
      .type = FIELD_TEXT,
      .required = true,
      .min = 2,
      .max = 60,
      .missing = S_merchants_staff_title_missing},
     PLACE_FIELDS);
FORM(merchant_draft, {.name = "title", .type = FIELD_TEXT, .max = 60}, PLACE_FIELDS);

/* ---- addresses ---- */

#define API "/partner/bill/v1/"
/* A shop's server asks from one address for all its customers. */
#define CALLS                                                                                                          \
    {                                                                                                                  \
        { RATE_ADDRESS, 60000, MINUTE }                                                                                \
    }
#define PROGRAM .who = WHO_PARTNER, .rates = CALLS, .problem = api_problem

static const struct route routes[] = {
    {.method = METHOD_PUT,
     .path = API "bills/{number}",
     PROGRAM,
     .stages = {{STAGE_READ, api_bill_look}, {STAGE_WRITE, api_bill_make}},
     .audit = "merchants.bill.made",
     .summary = "A merchant's program makes a bill under its own number (QIWI P2P bills); again: the same bill",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_GET,
     .path = API "bills/{number}",
     PROGRAM,
     .stages = {{STAGE_READ, api_bill_see}},
     .summary = "How the bill stands",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_POST,
     .path = API "bills/{number}/reject",
     PROGRAM,
     .stages = {{STAGE_READ, api_entered}, {STAGE_WRITE, api_reject}},
     .audit = "merchants.bill.rejected",
     .summary = "Takes an unpaid bill back",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_PUT,
     .path = API "bills/{number}/refunds/{refund}",
     PROGRAM,
     .stages = {{STAGE_READ, api_refund_look}, {STAGE_WRITE, api_refund}},
     .audit = "merchants.refund",
     .summary = "Gives a paid bill's money back, all or some, once under that number",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_GET,
     .path = API "bills/{number}/refunds/{refund}",
     PROGRAM,
     .stages = {{STAGE_READ, api_refund_see}},
     .summary = "What was given back under that number",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_GET,
     .path = API "callbacks",
     PROGRAM,
     .form = &log_form,
     .stages = {{STAGE_READ, api_notices}},
     .summary = "The latest callbacks to the merchant, of all bills or of one, with their attempts",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = API "callbacks/{id}/replay",
     PROGRAM,
     .stages = {{STAGE_READ, api_entered}, {STAGE_WRITE, api_replay}},
     .audit = "merchants.callback.replay",
     .summary = "Sends a callback once more",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_GET,
     .path = API "report",
     PROGRAM,
     .form = &report_form,
     .stages = {{STAGE_READ, api_report}},
     .summary = "The bills made on those days, as CSV",
     .flags = ROUTE_FORM_OPTIONAL},

    {.method = METHOD_GET,
     .path = "/form",
     .who = WHO_ANYONE,
     .form = &form_form,
     .stages = {{STAGE_READ, form_go}},
     .rates = {{RATE_ADDRESS, 300, MINUTE}},
     .summary = "A bill's payUrl: leads to its page"},
    {.method = METHOD_GET,
     .path = "/create",
     .who = WHO_ANYONE,
     .form = &create_form,
     .stages = {{STAGE_READ, create_look}, {STAGE_WRITE, create_write}},
     .rates = {{RATE_ADDRESS, 60, MINUTE}},
     .audit = "merchants.bill.created",
     .summary = "A bill made by a link with the merchant's public key: leads to its page"},
    {.method = METHOD_GET,
     .path = "/bill/{uid}",
     .who = WHO_ANYONE,
     .form = &bill_form,
     .stages = {{STAGE_READ, bill_read}},
     .page = &template_merchants_bill,
     .rates = {{RATE_ADDRESS, 300, MINUTE}},
     .summary = "A merchant's bill, for whoever has its address",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/bill/{uid}/pay",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &bill_form,
     .stages = {{STAGE_READ, bill_pay_look}, {STAGE_WRITE, bill_pay}},
     .again = bill_read,
     .again_page = &template_merchants_bill,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "merchants.bill.paid",
     .summary = "Pays it from one's wallet"},
    {.method = METHOD_POST,
     .path = "/bill/{uid}/decline",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &bill_form,
     .stages = {{STAGE_WRITE, bill_decline}},
     .again = bill_read,
     .again_page = &template_merchants_bill,
     .audit = "merchants.bill.declined",
     .summary = "Says no to a bill that was made out to one's own number"},
    {.method = METHOD_GET,
     .path = "/bills",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .stages = {{STAGE_READ, bills_read}},
     .page = &template_merchants_bills,
     .summary = "Merchants' bills made out to one's number, and those that one has paid"},

    {.method = METHOD_GET,
     .path = "/staff/merchants",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &merchant_draft,
     .stages = {{STAGE_READ, merchants_page}},
     .page = &template_merchants_list,
     .audit = "merchants.seen",
     .summary = "Merchants that bill customers by a program",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/merchants",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &merchant_form,
     .stages = {{STAGE_WRITE, merchant_add}},
     .page = &template_merchants_key,
     .again = merchants_page,
     .again_page = &template_merchants_list,
     .audit = "merchants.made",
     .summary = "A new merchant; its secret key is shown once"},
    {.method = METHOD_GET,
     .path = "/staff/merchants/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &merchant_draft,
     .stages = {{STAGE_READ, merchant_page}},
     .page = &template_merchants_merchant,
     .audit = "merchants.merchant.seen",
     .summary = "A merchant, its keys, its last bills and callbacks, and what we owe it",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/merchants/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &merchant_form,
     .stages = {{STAGE_WRITE, merchant_save}},
     .page = &template_merchants_merchant,
     .again = merchant_page,
     .again_page = &template_merchants_merchant,
     .audit = "merchants.changed",
     .summary = "Change a merchant's name and addresses, which switches it off"},
    {.method = METHOD_POST,
     .path = "/staff/merchants/{id}/keys",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, merchant_key_new}},
     .page = &template_merchants_key,
     .audit = "merchants.key.made",
     .summary = "Another secret key beside the one in use, shown once"},
    {.method = METHOD_POST,
     .path = "/staff/merchants/{id}/keys/{key}/end",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, merchant_key_stop}},
     .page = &template_merchants_merchant,
     .audit = "merchants.key.ended",
     .summary = "A secret key is good no more"},
    {.method = METHOD_POST,
     .path = "/staff/merchants/{id}/callbacks/{callback}/replay",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, merchant_replay}},
     .page = &template_merchants_merchant,
     .audit = "merchants.callback.replayed",
     .summary = "Sends a callback once more"},
    {.method = METHOD_POST,
     .path = "/staff/merchants/{id}/switch",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, merchant_switch}},
     .page = &template_merchants_merchant,
     .audit = "merchants.switched",
     .summary = "Switch a merchant off, or ask a second person to switch it on"},
    {.path = NULL},
};

/* ---- the rest ---- */

static const char *const levels[] = {"minimal", "simplified", "full", NULL};

#define AT(member) offsetof(struct merchants_settings, member)
static const struct setting settings[] = {
    {"level", SETTING_CHOICE, AT(level), "minimal", 0, 0, levels, "The level from which a customer pays bills."},
    {"confirm_sum", SETTING_MONEY, AT(confirm_sum), "0.00", 0, 100000000, NULL,
     "A bill of this sum or more of a merchant never paid before wants a fresh proof of who one is; 0: never."},
    {"bill_life", SETTING_DURATION, AT(bill_life), "45d", SECOND, 365 * DAY, NULL,
     "How long a bill waits at most, and when its merchant does not say."},
    {"callback_pause", SETTING_DURATION, AT(callback_pause), "10s", SECOND, HOUR, NULL,
     "When an undelivered callback is sent again; then after twice as long each time, an hour at most."},
    {"callback_watch", SETTING_DURATION, AT(callback_watch), "24h", SECOND, 30 * DAY, NULL,
     "How long a callback is sent again."},
    {"private_addresses", SETTING_BOOL, AT(private_addresses), "false", 0, 0, NULL,
     "Callbacks may go by plain http, to this machine and to private networks: for demo and tests."},
    {.name = NULL}};

static const struct menu_item menu[] = {
    {S_merchants_menu, "/bills", "receipt", WHO_CUSTOMER, 24},
    {S_merchants_staff_menu, "/staff/merchants", "tag", WHO_STAFF, 73},
    {.path = NULL},
};

static const struct operation_kind operations[] = {
    {KIND_BILL, "bill", S_merchants_kind, "receipt", bill_describe, "shops", NULL, NULL},
    {KIND_BILL_REFUND, "bill_refund", S_merchants_kind_refund, "return", bill_describe, "shops", NULL, NULL},
    {.name = NULL}};

static const struct job jobs[] = {{"merchants.expire", MINUTE, bills_expire}, {.name = NULL}};

static const struct outbox_kind outbox[] = {
    {.name = "merchants.notice", .send = notice_send, .result = notice_result, .at_once = 32}, {.name = NULL}};

static const struct approval_kind approvals[] = {{.name = "merchants.on",
                                                  .title = S_merchants_staff_on,
                                                  .ask = ROLE_FINANCE,
                                                  .confirm = ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = merchant_on_apply,
                                                  .show = merchant_on_show},
                                                 {.name = NULL}};

static void *merchants_open(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)problem;
    struct merchants_state *state = arena_new_of(arena, struct merchants_state);
    state->settings = engine_settings(engine, &merchants_feature);
    notices_open(state);
    return state;
}

static void merchants_close(void *state) {
    callbacks_release(&((struct merchants_state *)state)->notices);
}

const struct feature merchants_feature = {
    .name = "merchants",
    .needs = (const char *const[]){"identity", "operations", "messaging", "backoffice", NULL},
    .routes = routes,
    .migrations = merchants_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct merchants_settings),
    .menu = menu,
    .outbox = outbox,
    .operations = operations,
    .approvals = approvals,
    .payee = bill_payee,
    .pending = bills_pending,
    .sealed = merchants_sealed,
    .own_data = merchants_own_data,
    .erases = merchants_erases,
    .open = merchants_open,
    .close = merchants_close,
};

/* feature.c: paying providers: a catalogue that staff edit, and one machine for every payment. What this file holds is
 * declarations; the stories are in order.c, confirm.c, machine.c and settle.c. */
#include "generated/templates.h"
#include "payments/breaker.h"
#include "payments/staff.h"

#include <stddef.h>

/* ---- forms ---- */

FORM(list_form, {.name = "q", .type = FIELD_TEXT, .max = 60}, {.name = "category", .type = FIELD_TEXT, .max = 40});

/* … and the provider's own fields, which the catalogue knows. */
FORM_REST(pay_form,
          {.name = "sum",
           .type = FIELD_MONEY,
           .min = 1,
           .max = MONEY_MAX,
           .invalid = S_payments_form_sum_invalid},
          {.name = "from", .type = FIELD_ID});
FORM_REST(pay_draft, {.name = "sum", .type = FIELD_MONEY}, {.name = "from", .type = FIELD_ID},
          {.name = "repeat", .type = FIELD_ID});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});
static const char *const outcomes[] = {"done", "refused", NULL};
FORM(settle_form, {.name = "outcome", .type = FIELD_CHOICE, .required = true, .choices = outcomes},
     {.name = "reference", .type = FIELD_TEXT, .max = 64},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300});
FORM(settle_draft, {.name = "reference", .type = FIELD_TEXT, .max = 64},
     {.name = "reason", .type = FIELD_TEXT, .max = 300});

/* ---- routes ---- */

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/pay",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &list_form,
     .stages = {{STAGE_READ, pay_list_read}},
     .page = &template_payments_list,
     .summary = "What one can pay: by category, by words; and what one paid last",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/pay/{code}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &pay_draft,
     .stages = {{STAGE_READ, pay_form_read}},
     .page = &template_payments_form,
     .summary = "A provider's own fields, its bounds and its fee",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/pay/{code}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &pay_form,
     .stages = {{STAGE_WRITE, pay_write}},
     .again = pay_form_read,
     .again_page = &template_payments_form,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}}, /* each asks a provider whether an account is there */
     .audit = "payments.order",
     .summary = "Begins a payment: the provider is asked whether it takes it; moves nothing"},
    {.method = METHOD_GET,
     .path = "/payments",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .stages = {{STAGE_READ, payments_read}},
     .page = &template_payments_payments,
     .summary = "The last payments, also those that came to nothing"},
    {.method = METHOD_GET,
     .path = "/payments/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .stages = {{STAGE_READ, payment_read}},
     .page = &template_payments_payment,
     .summary = "What became of a payment"},
    {.method = METHOD_POST,
     .path = "/payments/{id}/confirm",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_READ, payment_confirm_look}, {STAGE_WRITE, payment_confirm_write}},
     .again = payment_read,
     .again_page = &template_payments_payment,
     .key = true,
     .audit = "payments.confirm",
     .summary = "Pays: sum and fee are held, the provider is told"},
    {.method = METHOD_POST,
     .path = "/payments/{id}/cancel",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, payment_cancel_write}},
     .again = payment_read,
     .again_page = &template_payments_payment,
     .audit = "payments.cancel",
     .summary = "Drops a payment that is not confirmed yet"},
    {.method = METHOD_GET,
     .path = "/staff/payments/{id}",
     .who = WHO_STAFF,
     .form = &settle_draft,
     .stages = {{STAGE_READ, staff_payment_read}},
     .page = &template_payments_staff,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .audit = "payment.seen",
     .summary = "A customer's payment",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_FINANCE | ROLE_SUPPORT},
    {.method = METHOD_POST,
     .path = "/staff/payments/{id}/settle",
     .who = WHO_STAFF,
     .form = &settle_form,
     .stages = {{STAGE_WRITE, staff_settle_ask}},
     .again = staff_payment_read,
     .again_page = &template_payments_staff,
     .key = true,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .audit = "payment.settle",
     .summary = "Asks for the end of a payment whose provider never answered",
     .roles = ROLE_FINANCE},
    {.path = NULL}};

/* ---- settings ---- */

#define AT(member) offsetof(struct payments_settings, member)
static const struct setting settings[] = {
    {"catalogue_file", SETTING_TEXT, AT(catalogue_file), "", 0, 500, NULL,
     "The catalogue that an empty database begins with (profiles/README.md); later staff edit it."},
    {"check_life", SETTING_DURATION, AT(check_life), "60s", 5 * SECOND, HOUR, NULL,
     "How long a provider is asked whether it takes a payment."},
    {"confirm_life", SETTING_DURATION, AT(confirm_life), "15m", MINUTE, DAY, NULL,
     "How long a checked payment waits to be confirmed."},
    {"send_life", SETTING_DURATION, AT(send_life), "1d", 5 * SECOND, 30 * DAY, NULL,
     "How long a provider that does not answer is asked about a payment, before staff find out."},
    {"confirm_sum", SETTING_MONEY, AT(confirm_sum), "0.00", 0, 100000000, NULL,
     "A payment of this sum or more to an account not paid before wants a fresh proof of who one is; 0: never."},
    {.name = NULL}};

/* ---- the rest ---- */

static const struct menu_item menu[] = {{S_payments_menu, "/pay", "receipt", WHO_CUSTOMER, 13}, {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_PAYMENT, "payment", S_payments_kind_payment, "receipt", payment_describe},
    {KIND_PAYMENT_FEE, "payment_fee", S_payments_kind_fee, "tag", payment_describe},
    {KIND_PAYMENT_REFUND, "payment_refund", S_payments_kind_refund, "return", payment_describe},
    {KIND_PAYMENT_FEE_REFUND, "payment_fee_refund", S_payments_kind_fee_refund, "return", payment_describe},
    {.name = NULL}};

static const struct job jobs[] = {{"payments.seed", MINUTE, catalogue_seed},
                                  {"payments.expire", 10 * SECOND, payments_expire},
                                  {.name = NULL}};

static const struct outbox_kind outbox[] = {
    {.name = "payment.check", .send = payment_check_send, .result = payment_check_result, .pause_most_us = 5 * SECOND},
    {.name = "payment.send", .send = payment_pay_send, .result = payment_pay_result, .pause_most_us = 30 * SECOND},
    {.name = NULL}};

static const struct queue queues[] = {{.name = "payments.stuck",
                                       .title = S_payments_staff_queue,
                                       .roles = ROLE_FINANCE,
                                       .due_us = DAY,
                                       .page = "/staff/payments/"},
                                      {.name = NULL}};

static const struct approval_kind approvals[] = {{.name = "payments.settle",
                                                  .title = S_payments_staff_settle,
                                                  .ask = ROLE_FINANCE,
                                                  .confirm = ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = staff_settle_apply,
                                                  .show = staff_settle_show},
                                                 {.name = NULL}};

struct payments_state *payments_state_of(const struct engine *engine) {
    return engine_state(engine, &payments_feature);
}

static void *payments_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct payments_state *state = arena_new_of(arena, struct payments_state);
    state->settings = engine_settings(engine, &payments_feature);
    state->breakers = breakers_new();
    if (state->breakers == NULL) {
        *problem = TEXT("no memory for payments");
        return NULL;
    }
    pthread_mutex_init(&state->mutex, NULL);
    engine_watch(engine, catalogue_look, SECOND);
    return state;
}

static void payments_close(void *data) {
    struct payments_state *state = data;
    catalogue_close(state);
    breakers_free(state->breakers);
    pthread_mutex_destroy(&state->mutex);
}

const struct feature payments_feature = {
    .name = "payments",
    .needs = (const char *const[]){"identity", "operations", "messaging", "backoffice", NULL},
    .routes = routes,
    .migrations = payments_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct payments_settings),
    .menu = menu,
    .outbox = outbox,
    .operations = operations,
    .queues = queues,
    .approvals = approvals,
    .payee = payments_payee,
    .pending = payments_pending,
    .own_data = payments_own_data,
    .sealed = payments_sealed,
    .obstacles = payments_obstacles,
    .erases = payments_erases,
    .open = payments_open,
    .close = payments_close,
};

/* feature.c: paying providers: a catalogue that staff edit, and one machine for every payment. What this file holds is
 * declarations; the stories are in order.c, confirm.c, machine.c and settle.c. */
#include "adapters/picture/picture.h"
#include "generated/templates.h"
#include "payments/breaker.h"
#include "payments/catalogue_edit.h"
#include "payments/st00012_rules.h"

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
          {.name = "from", .type = FIELD_ID}, {.name = "operator", .type = FIELD_TEXT, .max = 40});
FORM_REST(pay_draft, {.name = "sum", .type = FIELD_MONEY}, {.name = "from", .type = FIELD_ID},
          {.name = "repeat", .type = FIELD_ID}, {.name = "operator", .type = FIELD_TEXT, .max = 40},
          {.name = "choose", .type = FIELD_BOOL});
FORM(scan_form,
     {.name = "picture", .type = FIELD_FILE, .max = PICTURE_FILE_MAX, .invalid = S_payments_scan_large},
     {.name = "text", .type = FIELD_TEXT, .max = ST00012_MOST});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});
static const char *const outcomes[] = {"done", "refused", NULL};
FORM(settle_form, {.name = "outcome", .type = FIELD_CHOICE, .required = true, .choices = outcomes},
     {.name = "sum", .type = FIELD_MONEY},
     {.name = "reference", .type = FIELD_TEXT, .max = 64},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300});
FORM(refund_form, {.name = "sum", .type = FIELD_MONEY, .min = 1, .max = MONEY_MAX,
                   .invalid = S_payments_form_sum_invalid},
     {.name = "reason", .type = FIELD_TEXT, .required = true, .min = 5, .max = 300},
     {.name = "reference", .type = FIELD_TEXT, .max = 64});
FORM(settle_draft, {.name = "sum", .type = FIELD_MONEY}, {.name = "reference", .type = FIELD_TEXT, .max = 64},
     {.name = "reason", .type = FIELD_TEXT, .max = 300});

/* The catalogue, as staff change it. */
static const char *const states[] = {"any", "on", "off", NULL};
FORM(providers_form, {.name = "q", .type = FIELD_TEXT, .max = 60}, {.name = "category", .type = FIELD_TEXT, .max = 40},
     {.name = "state", .type = FIELD_CHOICE, .choices = states},
     {.name = "page", .type = FIELD_INT, .min = 1, .max = 1000});
/* … and a provider's traits (traits.c); of a program the object `provider` instead. */
FORM_REST(provider_form, {.name = "version", .type = FIELD_INT, .required = true, .min = 1, .max = INT32_MAX},
          {.name = "reason", .type = FIELD_TEXT, .min = 5, .max = 300});
FORM_REST(new_provider_form, {.name = "reason",
                              .type = FIELD_TEXT,
                              .required = true,
                              .min = 5,
                              .max = 300,
                              .missing = S_payments_edit_reason_missing});
FORM(reason_draft, {.name = "reason", .type = FIELD_TEXT});
FORM(provider_draft, {.name = "reason", .type = FIELD_TEXT}, {.name = "picture", .type = FIELD_FILE});
FORM(switch_form, {.name = "on", .type = FIELD_BOOL, .required = false});
FORM(password_form,
     {.name = "password", .type = FIELD_SECRET, .required = true, .max = 128},
     {.name = "reason",
      .type = FIELD_TEXT,
      .required = true,
      .min = 5,
      .max = 300,
      .missing = S_payments_edit_reason_missing});
FORM(logo_form, {.name = "version", .type = FIELD_INT, .required = true, .min = 1, .max = INT32_MAX},
     {.name = "picture", .type = FIELD_FILE, .max = PICTURE_FILE_MAX, .invalid = S_payments_logo_large},
     {.name = "remove", .type = FIELD_BOOL});
FORM(versions_draft, {.name = "before", .type = FIELD_INT, .min = 1, .max = INT32_MAX});
FORM(restore_form, {.name = "version", .type = FIELD_INT, .required = true, .min = 1, .max = INT32_MAX},
     {.name = "reason", .type = FIELD_TEXT, .min = 5, .max = 300});
const char *const category_icons[] = {"tag",   "phone", "home",    "wifi", "game",     "percent", "bank", "school",
                                      "gift",  "card",  "receipt", "star", "security", "users",   NULL};
#define CATEGORY_FIELDS                                                                                                \
    {.name = "title_ru", .type = FIELD_TEXT, .required = true, .max = 100},                                            \
        {.name = "title_en", .type = FIELD_TEXT, .max = 100},                                                          \
        {.name = "icon", .type = FIELD_CHOICE, .choices = category_icons},                                             \
        {.name = "order", .type = FIELD_INT, .min = 0, .max = 1000}
FORM(category_draft, {.name = "code", .type = FIELD_TEXT, .max = 40}, CATEGORY_FIELDS);
FORM(new_category_form, {.name = "code", .type = FIELD_TEXT, .required = true, .max = 40}, CATEGORY_FIELDS);
FORM(category_form, {.name = "version", .type = FIELD_INT, .required = true, .min = 0, .max = INT32_MAX},
     CATEGORY_FIELDS);

/* ---- routes ---- */

#define CATALOGUE_BODY ((int64_t)128 << 10) /* two thousand ranges of numbers */

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
     .path = "/pay/qr",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &scan_form,
     .stages = {{STAGE_QUICK, scan_read}},
     .page = &template_payments_scan,
     .summary = "Where the QR of a receipt is given, to fill a transfer's form",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/pay/qr",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_PAYMENTS_WRITE,
     .form = &scan_form,
     .stages = {{STAGE_WORK, scan_picture}, {STAGE_QUICK, scan_write}},
     .again = scan_read,
     .again_page = &template_payments_scan,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "payments.scan",
     .summary = "Reads the QR of a receipt (ST00012), as text or as a picture: the form to go on with; moves nothing"},
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
    {.method = METHOD_POST,
     .path = "/staff/payments/{id}/refund",
     .who = WHO_STAFF,
     .form = &refund_form,
     .stages = {{STAGE_WRITE, staff_refund_ask}},
     .again = staff_payment_read,
     .again_page = &template_payments_staff,
     .key = true,
     .rates = {{RATE_CALLER, 600, MINUTE}},
     .audit = "payment.refund",
     .summary = "Asks for giving a payment back, or so much of it; a second person confirms",
     .roles = ROLE_FINANCE},
    {.method = METHOD_GET,
     .path = "/staff/providers",
     .who = WHO_STAFF,
     .form = &providers_form,
     .stages = {{STAGE_READ, staff_providers_read}},
     .page = &template_payments_catalogue,
     .audit = "catalogue.seen",
     .summary = "The catalogue of providers: by words, category, whether they are on",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/providers/new",
     .who = WHO_STAFF,
     .form = &reason_draft,
     .stages = {{STAGE_READ, staff_provider_new}},
     .page = &template_payments_provider_new,
     .audit = "catalogue.provider.new",
     .summary = "The form of a new provider",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/providers",
     .who = WHO_STAFF,
     .form = &new_provider_form,
     .stages = {{STAGE_WRITE, staff_provider_add}},
     .again = staff_provider_new,
     .again_page = &template_payments_provider_new,
     .key = true,
     .audit = "catalogue.provider.add",
     .summary = "Asks for a new provider (a program: `provider`, as JSON); a second person confirms it",
     .body_max = CATALOGUE_BODY,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/providers/{id}",
     .who = WHO_STAFF,
     .form = &provider_draft,
     .stages = {{STAGE_READ, staff_provider_read}},
     .page = &template_payments_provider,
     .audit = "catalogue.provider.seen",
     .summary = "A provider as it is now: all that the catalogue has of it but its password",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/providers/{id}",
     .who = WHO_STAFF,
     .form = &provider_form,
     .stages = {{STAGE_WRITE, staff_provider_save}},
     .again = staff_provider_read,
     .again_page = &template_payments_provider,
     .key = true,
     .audit = "catalogue.provider",
     .summary = "Another version of a provider (a program: `provider`, as JSON); of fee and address a second person's",
     .body_max = CATALOGUE_BODY,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/providers/{id}/switch",
     .who = WHO_STAFF,
     .form = &switch_form,
     .stages = {{STAGE_WRITE, staff_provider_switch}},
     .again = staff_provider_read,
     .again_page = &template_payments_provider,
     .audit = "catalogue.provider",
     .summary = "Switches a provider on or off at once",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/providers/{id}/password",
     .who = WHO_STAFF,
     .form = &password_form,
     .stages = {{STAGE_WRITE, staff_provider_password}},
     .again = staff_provider_read,
     .again_page = &template_payments_provider,
     .key = true,
     .audit = "catalogue.provider.password",
     .summary = "Asks for another password of a provider's service; a second person confirms it",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/logos/{hash}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, logo_read}},
     .summary = "A provider's picture, of 96 × 96 pixels"},
    {.method = METHOD_POST,
     .path = "/staff/providers/{id}/logo",
     .who = WHO_STAFF,
     .form = &logo_form,
     .stages = {{STAGE_WORK, staff_logo_draw}, {STAGE_WRITE, staff_logo_write}},
     .again = staff_provider_read,
     .again_page = &template_payments_provider,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "catalogue.provider",
     .summary = "Another picture of a provider, drawn anew from the upload; or none (`remove`)",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/providers/{id}/versions",
     .who = WHO_STAFF,
     .form = &versions_draft,
     .stages = {{STAGE_READ, staff_versions_read}},
     .page = &template_payments_versions,
     .audit = "catalogue.versions.seen",
     .summary = "What a provider once was: who changed what, and when",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/providers/{id}/versions/{version}",
     .who = WHO_STAFF,
     .form = &restore_form,
     .stages = {{STAGE_WRITE, staff_version_restore}},
     .again = staff_versions_read,
     .again_page = &template_payments_versions,
     .key = true,
     .audit = "catalogue.provider",
     .summary = "Makes an old version the newest again; of fee and address a second person confirms it",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/categories",
     .who = WHO_STAFF,
     .form = &category_draft,
     .stages = {{STAGE_READ, staff_categories_read}},
     .page = &template_payments_categories,
     .audit = "catalogue.categories.seen",
     .summary = "The catalogue's categories",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/categories",
     .who = WHO_STAFF,
     .form = &new_category_form,
     .stages = {{STAGE_WRITE, staff_category_add}},
     .again = staff_categories_read,
     .again_page = &template_payments_categories,
     .audit = "catalogue.category",
     .summary = "A new category",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/categories/{code}",
     .who = WHO_STAFF,
     .form = &category_form,
     .stages = {{STAGE_WRITE, staff_category_save}},
     .again = staff_categories_read,
     .again_page = &template_payments_categories,
     .audit = "catalogue.category",
     .summary = "Another title, place or icon of a category",
     .roles = ROLE_CATALOGUE},
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
    {"returns_every", SETTING_DURATION, AT(returns_every), "1m", SECOND, DAY, NULL,
     "How often a bank is asked what of our transfers it has sent back."},
    {.name = NULL}};

/* ---- the rest ---- */

static const struct menu_item menu[] = {{S_payments_menu, "/pay", "receipt", WHO_CUSTOMER, 13},
                                        {S_payments_edit_title, "/staff/providers", "receipt", WHO_STAFF, 60},
                                        {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_PAYMENT, "payment", S_payments_kind_payment, "receipt", payment_describe, "other", NULL, payment_classify},
    {KIND_PAYMENT_FEE, "payment_fee", S_payments_kind_fee, "tag", payment_describe, "fees", NULL, NULL},
    {KIND_PAYMENT_REFUND, "payment_refund", S_payments_kind_refund, "return", payment_describe, "other", NULL,
     payment_classify},
    {KIND_PAYMENT_FEE_REFUND, "payment_fee_refund", S_payments_kind_fee_refund, "return", payment_describe, "fees",
     NULL, NULL},
    {.name = NULL}};

static const struct job jobs[] = {{"payments.seed", MINUTE, catalogue_seed},
                                  {"payments.expire", 10 * SECOND, payments_expire},
                                  {"payments.returns", SECOND, returns_ask},
                                  {.name = NULL}};

static const struct outbox_kind outbox[] = {
    {.name = "payment.check", .send = payment_check_send, .result = payment_check_result, .pause_most_us = 5 * SECOND},
    {.name = "payment.send", .send = payment_pay_send, .result = payment_pay_result, .pause_most_us = 30 * SECOND},
    {.name = "payment.returns", .send = returns_send, .result = returns_result, .pause_most_us = 5 * SECOND},
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
                                                 {.name = "payments.refund",
                                                  .title = S_payments_staff_refund,
                                                  .ask = ROLE_FINANCE,
                                                  .confirm = ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = staff_refund_apply,
                                                  .show = staff_refund_show},
                                                 {.name = "payments.catalogue",
                                                  .title = S_payments_edit_approval,
                                                  .ask = ROLE_CATALOGUE,
                                                  .confirm = ROLE_CATALOGUE | ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = catalogue_approval_apply,
                                                  .show = catalogue_approval_show},
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
    catalogue_open(engine, state);
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

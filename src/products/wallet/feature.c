/* feature.c: the e-wallet: a RUB account for every customer, top-ups by card, transfers by number. What this file holds
 * is declarations; the stories are in home.c, transfer.c, waiting.c and topup.c. */
#include "products/wallet/wallet.h"

#include "factors/factors.h"
#include "generated/templates.h"

#include <stddef.h>
#include <stdlib.h>

/* ---- forms ---- */

FORM(transfer_form,
     {.name = "to", .type = FIELD_TEXT, .required = true, .min = 1, .max = 40, .missing = S_wallet_transfer_to_missing},
     {.name = "sum",
      .type = FIELD_MONEY,
      .required = true,
      .min = 1,
      .max = MONEY_MAX,
      .missing = S_wallet_transfer_sum_missing,
      .invalid = S_wallet_transfer_sum_invalid},
     {.name = "note", .type = FIELD_TEXT, .max = 140, .invalid = S_wallet_transfer_note_invalid},
     {.name = "from", .type = FIELD_ID}, {.name = "request", .type = FIELD_ID});

/* … with what the device signed. */
FORM(signed_form,
     {.name = "to", .type = FIELD_TEXT, .required = true, .min = 1, .max = 40, .missing = S_wallet_transfer_to_missing},
     {.name = "sum",
      .type = FIELD_MONEY,
      .required = true,
      .min = 1,
      .max = MONEY_MAX,
      .missing = S_wallet_transfer_sum_missing,
      .invalid = S_wallet_transfer_sum_invalid},
     {.name = "note", .type = FIELD_TEXT, .max = 140, .invalid = S_wallet_transfer_note_invalid},
     {.name = "from", .type = FIELD_ID}, {.name = "request", .type = FIELD_ID}, FACTORS_SIGNATURE_FIELDS);

/* The same fields while they are being filled in: nothing is missing yet. */
FORM(transfer_draft, {.name = "to", .type = FIELD_TEXT, .max = 40}, {.name = "sum", .type = FIELD_MONEY},
     {.name = "note", .type = FIELD_TEXT, .max = 140}, {.name = "from", .type = FIELD_ID},
     {.name = "friend", .type = FIELD_ID});

FORM(topup_form, {.name = "sum",
                  .type = FIELD_MONEY,
                  .required = true,
                  .min = 1,
                  .max = MONEY_MAX,
                  .missing = S_wallet_topup_sum_missing,
                  .invalid = S_wallet_topup_sum_invalid},
     {.name = "to", .type = FIELD_ID, .invalid = S_wallet_topup_to_invalid},
     {.name = "card", .type = FIELD_ID, .invalid = S_wallet_topup_card_invalid}, {.name = "sure", .type = FIELD_BOOL});
FORM(topup_draft, {.name = "sum", .type = FIELD_MONEY}, {.name = "to", .type = FIELD_ID},
     {.name = "card", .type = FIELD_ID}, {.name = "sure", .type = FIELD_BOOL});
FORM(wallet_form, {.name = "name", .type = FIELD_TEXT, .max = 40});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});

FORM_REST(claim_card, {.name = "_", .type = FIELD_TEXT}); /* … and the card's number, as the catalogue has it */
FORM_REST(claim_draft, {.name = "_", .type = FIELD_TEXT});

/* ---- routes ---- */

/* Whoever has a link: tokens are not to be found by trying, nor banks asked by the thousand. */
#define LINK_LOOKS {{RATE_ADDRESS, 60, MINUTE}}
#define CLAIM_RATES {{RATE_ADDRESS, 10, MINUTE}, {RATE_WHOLE, 600, MINUTE}}
#define CLAIM(stage)                                                                                                   \
    .method = METHOD_POST, .stages = {{STAGE_WRITE, stage}}, .again = claim_read,                                      \
    .again_page = &template_wallet_claim_guest, .key = true, .rates = CLAIM_RATES

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/",
     .who = WHO_ANYONE,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, home_read}},
     .page = &template_wallet_home,
     .summary = "Balance, limits and last operations; for guests, where to begin"},
    {.method = METHOD_POST,
     .path = "/wallets",
     .who = WHO_CUSTOMER,
     .form = &wallet_form,
     .stages = {{STAGE_WRITE, wallet_create_write}},
     .again = home_read,
     .again_page = &template_wallet_home,
     .key = true,
     .audit = "wallet.open",
     .summary = "Opens another wallet, five at most"},

    {.method = METHOD_GET,
     .path = "/transfer",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &transfer_draft,
     .stages = {{STAGE_READ, transfer_form_read}},
     .page = &template_wallet_transfer,
     .summary = "The transfer form and what limits it",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/transfers/edit",
     .who = WHO_CUSTOMER,
     .form = &transfer_draft,
     .stages = {{STAGE_READ, transfer_form_read}},
     .page = &template_wallet_transfer,
     .summary = "The form again with what was typed: «Изменить» of the check page",
     .flags = ROUTE_FORM_OPTIONAL | ROUTE_PAGE_ONLY},
    {.method = METHOD_POST,
     .path = "/transfers/check",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &transfer_form,
     .stages = {{STAGE_READ, transfer_check_read}},
     .page = &template_wallet_transfer_check,
     .again = transfer_form_read,
     .again_page = &template_wallet_transfer,
     .rates = {{RATE_CALLER, 60, MINUTE}}, /* it tells a recipient's name: not a directory */
     .summary = "Who would get it and what it would cost; moves nothing"},
    {.method = METHOD_POST,
     .path = "/transfers",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &transfer_form,
     .stages = {{STAGE_READ, transfer_resolve_read}, {STAGE_WRITE, transfer_write}},
     .warm = transfer_warm,
     .again = transfer_form_read,
     .again_page = &template_wallet_transfer,
     .key = true,
     .audit = "wallet.transfer",
     .summary = "Transfers money by number or to another wallet of one's own"},
    {.method = METHOD_GET,
     .path = "/transfers/options",
     .who = WHO_CUSTOMER,
     .form = &transfer_form,
     .stages = {{STAGE_READ, transfer_sign_options}},
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .summary = "A challenge that commits to payee and sum, for one's passkey to sign"},
    {.method = METHOD_POST,
     .path = "/transfers/signed",
     .who = WHO_CUSTOMER,
     .form = &signed_form,
     .stages = {{STAGE_READ, transfer_signed_look},
                {STAGE_WORK, transfer_signed_verify},
                {STAGE_WRITE, transfer_signed_write}},
     .again = transfer_form_read,
     .again_page = &template_wallet_transfer,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "wallet.transfer_signed",
     .summary = "Transfers money, confirmed by a passkey's signature over payee and sum, which is kept"},
    {.method = METHOD_GET,
     .path = "/transfers/waiting",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .stages = {{STAGE_READ, waiting_list_read}},
     .summary = "Transfers that wait for their recipients to sign up"},
    {.method = METHOD_POST,
     .path = "/transfers/waiting/{id}/cancel",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TRANSFERS_WRITE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, waiting_cancel_write}},
     .key = true,
     .audit = "wallet.cancel_waiting",
     .summary = "Takes back a transfer that waits"},

    {.method = METHOD_GET,
     .path = "/claim/{token}",
     .who = WHO_ANYONE,
     .form = &claim_draft,
     .stages = {{STAGE_READ, claim_read}},
     .page = &template_wallet_claim_guest,
     .rates = LINK_LOOKS,
     .summary = "Money sent to a number without a cabinet, by the link of its SMS: where it may go",
     .flags = ROUTE_FORM_OPTIONAL},
    {CLAIM(claim_card_write),
     .who = WHO_ANYONE,
     .path = "/claim/{token}/card",
     .form = &claim_card,
     .audit = "wallet.claim_card",
     .summary = "Has money that waits sent to a bank card"},
    {CLAIM(claim_phone_write),
     .who = WHO_ANYONE,
     .path = "/claim/{token}/phone",
     .form = &no_form,
     .audit = "wallet.claim_phone",
     .summary = "Has money that waits put on the balance of the phone that it was sent to"},
    {CLAIM(claim_wallet_write),
     .who = WHO_CUSTOMER,
     .path = "/claim/{token}/wallet",
     .form = &no_form,
     .audit = "wallet.claim",
     .summary = "Takes money that waits into one's own wallet"},

    {.method = METHOD_GET,
     .path = "/topup",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TOPUPS_WRITE,
     .form = &topup_draft,
     .stages = {{STAGE_READ, topup_form_read}},
     .page = &template_wallet_topup,
     .summary = "The top-up form and its bounds",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/topups",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TOPUPS_WRITE,
     .form = &topup_form,
     .stages = {{STAGE_WRITE, topup_write}},
     .page = &template_wallet_topup_check,
     .again = topup_form_read,
     .again_page = &template_wallet_topup,
     .key = true,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "wallet.topup",
     .summary = "Orders a top-up; payment_url is where the card is asked for"},
    {.method = METHOD_GET,
     .path = "/topups/{id}/pay",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, topup_pay_read}},
     .page = &template_wallet_topup_pay,
     .summary = "On the way to the bank's page",
     .flags = ROUTE_PAGE_ONLY},
    {.method = METHOD_GET,
     .path = "/topups/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_TOPUPS_WRITE,
     .stages = {{STAGE_READ, topup_read}},
     .page = &template_wallet_topup_outcome,
     .summary = "What became of a top-up"},
    {.path = NULL}};

/* ---- settings ---- */

static const char *const levels[] = {"minimal", "simplified", "full", NULL};

#define AT(member) offsetof(struct wallet_settings, member)
static const struct setting settings[] = {
    {"transfer_level", SETTING_CHOICE, AT(transfer_level), "simplified", 0, 0, levels,
     "The level from which a customer may transfer to other people."},
    {"transfer_min", SETTING_MONEY, AT(transfer_min), "1.00", 1, 1000000, NULL, "The smallest transfer."},
    {"confirm_sum", SETTING_MONEY, AT(confirm_sum), "0.00", 0, 100000000, NULL,
     "A transfer of this sum or more to a new payee wants a fresh proof of who one is; 0: never."},
    {"waiting_days", SETTING_INT, AT(waiting_days), "5", 1, 365, NULL,
     "How long money waits for someone who has no cabinet yet, before it goes back."},
    {"waiting_most", SETTING_INT, AT(waiting_most), "10", 1, 1000, NULL,
     "How many such transfers of one sender may wait at the same time."},
    {.name = NULL}};

/* ---- the rest ---- */

static const struct menu_item menu[] = {{S_wallet_menu_home, "/", "home", WHO_CUSTOMER, 10},
                                        {S_wallet_menu_transfer, "/transfer", "transfer", WHO_CUSTOMER, 12},
                                        {S_wallet_menu_topup, "/topup", "topup", WHO_CUSTOMER, 14},
                                        {.path = NULL}};

static const struct operation_kind operations[] = {
    {KIND_TRANSFER, "transfer", S_wallet_kind_transfer, "transfer", NULL, "transfers", "received", NULL},
    {KIND_OWN, "own", S_wallet_kind_own, "refresh", NULL, NULL, NULL, NULL},
    {KIND_WAITING, "waiting", S_wallet_kind_waiting, "clock", waiting_describe, "transfers", NULL, NULL},
    {KIND_CLAIM, "claim", S_wallet_kind_claim, "in", waiting_describe, NULL, "received", NULL},
    {KIND_RETURN, "return", S_wallet_kind_return, "return", waiting_describe, "transfers", NULL, NULL},
    {KIND_TOPUP, "topup", S_wallet_kind_topup, "topup", topup_describe, NULL, "topups", NULL},
    {.name = NULL}};

static const struct job jobs[] = {{"wallet.return_waiting", MINUTE, waiting_return_job}, {.name = NULL}};

static void *wallet_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct wallet_state *state = arena_new_of(arena, struct wallet_state);
    state->settings = engine_settings(engine, &wallet_feature);
    state->cache = calloc(ACCOUNT_CACHE, sizeof *state->cache);
    if (state->cache == NULL) {
        *problem = TEXT("no memory for the wallet's cache");
        return NULL;
    }
    for (size_t i = 0; i < CACHE_LOCKS; i++) pthread_mutex_init(&state->locks[i], NULL);
    return state;
}

static void wallet_close(void *data) {
    struct wallet_state *state = data;
    for (size_t i = 0; i < CACHE_LOCKS; i++) pthread_mutex_destroy(&state->locks[i]);
    free(state->cache);
}

const struct feature wallet_feature = {
    .name = "wallet",
    .needs = (const char *const[]){"identity", "operations", "messaging", "acquiring", NULL},
    .routes = routes,
    .migrations = wallet_migrations,
    .jobs = jobs,
    .sealed = wallet_sealed,
    .settings = settings,
    .settings_size = sizeof(struct wallet_settings),
    .menu = menu,
    .operations = operations,
    .accounts = wallet_accounts,
    .payee = wallet_payee,
    .purses = wallet_purses,
    .on_event = wallet_on_event,
    .moves = &wallet_moves,
    .open = wallet_open,
    .close = wallet_close,
    .own_data = wallet_own_data,
    .obstacles = wallet_obstacles,
    .erases = wallet_erases,
};

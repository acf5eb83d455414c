/* feature.c: taking any bank's card: whoever sells, lends or keeps money may ask for an order that a card pays at the
 * acquirer's page. What this file holds is declarations. */
#include "acquiring/card.h"
#include "acquiring/internal.h"

#include "factors/factors.h"
#include "generated/templates.h"

#include <stddef.h>

/* ---- forms ---- */

/* Of a card's page, which is drawn again after it. */
FORM(card_page_form, {.name = "sum", .type = FIELD_MONEY});
FORM(confirm_form, {.name = "sum",
                    .type = FIELD_MONEY,
                    .required = true,
                    .min = 100,
                    .max = 999,
                    .missing = S_acquiring_cards_sum_missing,
                    .invalid = S_acquiring_cards_sum_invalid});

/* ---- routes ---- */

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/bank-cards",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, bank_cards_read}},
     .page = &template_acquiring_bank_cards,
     .summary = "One's own cards at other banks: bound ones, and those under way"},
    {.method = METHOD_POST,
     .path = "/bank-cards",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WRITE, bank_card_add_write}},
     .again = bank_cards_read,
     .again_page = &template_acquiring_bank_cards,
     .key = true,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "acquiring.bind",
     .summary = "Begins to bind a card: the answer says the address of the bank's page, where it is entered",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_GET,
     .path = "/bank-cards/{id}",
     .who = WHO_CUSTOMER,
     .form = &card_page_form,
     .stages = {{STAGE_READ, bank_card_read}},
     .page = &template_acquiring_bank_card,
     .summary = "A card: whether the bank wants the small sum, and whether it is in the customer's own name",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/bank-cards/{id}/bank",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, bank_card_bank_read}},
     .page = &template_acquiring_bank_card_bank,
     .summary = "On the way to the bank's page",
     .flags = ROUTE_PAGE_ONLY},
    {.method = METHOD_POST,
     .path = "/bank-cards/{id}/confirm",
     .who = WHO_CUSTOMER,
     .form = &confirm_form,
     .stages = {{STAGE_WRITE, bank_card_confirm_write}},
     .again = bank_card_read,
     .again_page = &template_acquiring_bank_card,
     .key = true,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "acquiring.bind_confirm",
     .summary = "Tells the small sum that the bank took from the card; the bank compares",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/bank-cards/{id}/remove",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, bank_card_remove_write}},
     .again = bank_card_read,
     .again_page = &template_acquiring_bank_card,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "acquiring.unbind",
     .summary = "Removes a card; the bank forgets it, too",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/callbacks/acquirer/binding",
     .who = WHO_PARTNER,
     .stages = {{STAGE_READ, bind_callback_verify}, {STAGE_WRITE, bind_callback_write}},
     .audit = "acquiring.binding_callback",
     .summary = "The acquirer tells what became of a card that is being bound; signed",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.method = METHOD_POST,
     .path = "/callbacks/acquirer",
     .who = WHO_PARTNER,
     .stages = {{STAGE_READ, callback_verify}, {STAGE_WRITE, callback_write}},
     .audit = "acquiring.callback",
     .summary = "The acquirer tells what became of an order; signed",
     .flags = ROUTE_NO_CSRF | ROUTE_RAW_BODY},
    {.path = NULL}};

/* ---- settings ---- */

#define AT(member) offsetof(struct acquiring_settings, member)
static const struct setting settings[] = {
    {"url", SETTING_TEXT, AT(url), "", 0, 500, NULL,
     "The acquirer's address; empty: the sandbox's, or no cards are taken where there is none."},
    {"merchant", SETTING_TEXT, AT(merchant), "kabinet", 1, 64, NULL, "Who we are at the acquirer."},
    {"secret_file", SETTING_TEXT, AT(secret_file), "", 0, 500, NULL,
     "The file with the key shared with the acquirer (at least 32 characters)."},
    {"least", SETTING_MONEY, AT(least), "10.00", 1, 1000000, NULL, "The smallest sum of an order by card."},
    {"most", SETTING_MONEY, AT(most), "100 000.00", 100, 100000000, NULL, "The largest one."},
    {"life", SETTING_DURATION, AT(life), "30m", SECOND, DAY, NULL, "How long an order can be paid."},
    {"ask", SETTING_DURATION, AT(ask), "20s", SECOND, HOUR, NULL,
     "How long a callback is waited for before the acquirer is asked."},
    {"watch", SETTING_DURATION, AT(watch), "3d", HOUR, 60 * DAY, NULL,
     "How long the acquirer is asked about an order it does not tell of."},
    {.name = NULL}};

/* ---- the rest ---- */

static const struct outbox_kind outbox[] = {{.name = "acquirer.status", .send = order_status_send,
                                             .result = order_status_result},
                                            {.name = "acquirer.refund", .send = order_refund_send,
                                             .result = order_refund_result},
                                            {.name = "acquirer.binding", .send = bind_status_send,
                                             .result = bind_status_result, .pause_most_us = MINUTE},
                                            {.name = "acquirer.confirm", .send = bind_confirm_send,
                                             .result = bind_status_result, .pause_most_us = 30 * SECOND},
                                            {.name = "acquirer.unbind", .send = unbind_send},
                                            {.name = "acquirer.payout", .send = payout_send,
                                             .result = payout_result, .pause_most_us = MINUTE},
                                            {.name = "acquirer.charge", .send = charge_send,
                                             .result = charge_result, .pause_most_us = 30 * SECOND},
                                            {.name = NULL}};

static const struct operation_kind operations[] = {
    {KIND_CARD_TAKEN, "card_taken", S_acquiring_kind_taken, "return", NULL, "other", NULL, NULL}, {.name = NULL}};

static const struct menu_item menu[] = {{S_acquiring_cards_menu, "/bank-cards", "card", WHO_CUSTOMER, 24},
                                        {.path = NULL}};

static bool own_data(struct own_data *piece) {
    bank_cards_own_data(piece);
    return acquiring_own_data(piece);
}

static void obstacles(struct obstacles *all) {
    bank_cards_obstacles(all);
    acquiring_obstacles(all);
}

static bool open_bank(struct engine *engine, struct arena *arena, struct acquiring_state *state,
                      struct text *problem) {
    const struct acquiring_settings *wanted = state->settings;
    const char *sandbox = engine_config(engine)->sandbox_url;
    bool demo = wanted->url[0] == '\0' && sandbox != NULL && sandbox[0] != '\0';
    if (wanted->secret_file[0] == '\0' || (wanted->url[0] == '\0' && !demo)) return true;
    const struct acquirer_options options = {.url = demo ? text_format(arena, "%s/acquirer", sandbox).data
                                                         : wanted->url,
                                             .merchant = wanted->merchant,
                                             .secret_file = wanted->secret_file,
                                             .create = demo};
    state->bank = acquirer_open(arena, &options, problem);
    return state->bank != NULL;
}

static void *acquiring_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct acquiring_state *state = arena_new_of(arena, struct acquiring_state);
    state->settings = engine_settings(engine, &acquiring_feature);
    return open_bank(engine, arena, state, problem) ? state : NULL;
}

struct acquiring_state *acquiring_state_of(const struct engine *engine) {
    return engine_state(engine, &acquiring_feature);
}

struct acquirer *acquiring_bank(const struct engine *engine) {
    const struct acquiring_state *state = acquiring_state_of(engine);
    return state != NULL ? state->bank : NULL;
}

const struct feature acquiring_feature = {
    .name = "acquiring",
    .needs = (const char *const[]){"identity", "operations", "messaging", "backoffice", NULL},
    .routes = routes,
    .operations = operations,
    .queues = acquiring_queues,
    .migrations = acquiring_migrations,
    .settings = settings,
    .settings_size = sizeof(struct acquiring_settings),
    .outbox = outbox,
    .menu = menu,
    .sealed = bound_card_sealed,
    .on_event = bank_cards_on_event,
    .erases = bank_cards_erases,
    .own_data = own_data,
    .obstacles = obstacles,
    .open = acquiring_open,
};

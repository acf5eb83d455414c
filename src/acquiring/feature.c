/* feature.c: taking any bank's card: whoever sells, lends or keeps money may ask for an order that a card pays at the
 * acquirer's page. What this file holds is declarations. */
#include "acquiring/internal.h"

#include <stddef.h>

/* ---- routes ---- */

static const struct route routes[] = {
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
                                            {.name = NULL}};

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
    .needs = (const char *const[]){"identity", "operations", "messaging", NULL},
    .routes = routes,
    .migrations = acquiring_migrations,
    .settings = settings,
    .settings_size = sizeof(struct acquiring_settings),
    .outbox = outbox,
    .own_data = acquiring_own_data,
    .obstacles = acquiring_obstacles,
    .open = acquiring_open,
};

/* feature.c: signing in through other identity providers, as the engine sees it. */
#include "factors/factors.h"
#include "levels/levels.h"
#include "providers/vouch.h"

FORM(begin_form, {.name = "next", .type = FIELD_TEXT, .max = 1024});

/* What providers send back; they may add more, which is not looked at. */
FORM(return_form, {.name = "code", .type = FIELD_TEXT, .min = 1, .max = 2048},
     {.name = "state", .type = FIELD_TEXT, .max = 128}, {.name = "iss", .type = FIELD_TEXT, .max = 300},
     {.name = "error", .type = FIELD_TEXT, .max = 200}, {.name = "next", .type = FIELD_TEXT, .max = 1024},
     {.name = "token", .type = FIELD_BOOL}, {.name = "device_id", .type = FIELD_TEXT, .max = 400});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/signin/with/{provider}",
     .who = WHO_GUEST,
     .form = &begin_form,
     .stages = {{STAGE_WORK, begin_sign_in}},
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .summary = "Sets out for another identity provider to sign in",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/signin/from/{provider}",
     .who = WHO_ANYONE,
     .form = &return_form,
     .stages = {{STAGE_WRITE, return_claim}, {STAGE_WORK, return_exchange}, {STAGE_WRITE, return_settle}},
     .page = &template_providers_failed,
     .again = return_failed,
     .again_page = &template_providers_failed,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .audit = "providers.return",
     .summary = "Comes back from the provider with a code",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/signin/unknown",
     .who = WHO_GUEST,
     .stages = {{STAGE_QUICK, unknown_page}},
     .page = &template_providers_unknown,
     .summary = "An account elsewhere that belongs to no cabinet yet"},
    {.method = METHOD_GET,
     .path = "/settings/providers",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, providers_page}},
     .page = &template_providers_links,
     .summary = "Accounts elsewhere that one can sign in with"},
    {.method = METHOD_POST,
     .path = "/settings/providers/{provider}/link",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WORK, begin_link}},
     .page = &template_providers_go,
     .again = providers_page,
     .again_page = &template_providers_links,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "providers.begin",
     .summary = "Sets out for a provider to link an account there"},
    {.method = METHOD_POST,
     .path = "/settings/providers/pending",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WRITE, provider_link_pending}},
     .page = &template_providers_links,
     .again = providers_page,
     .again_page = &template_providers_links,
     .audit = "providers.link",
     .summary = "Links the account that one came from before signing in"},
    {.method = METHOD_POST,
     .path = "/settings/providers/{id}/unlink",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, factors_fresh}, {STAGE_WRITE, provider_unlink}},
     .page = &template_providers_links,
     .again = providers_page,
     .again_page = &template_providers_links,
     .audit = "providers.unlink",
     .summary = "Forgets an account elsewhere"},
    {.path = NULL},
};

static const struct job jobs[] = {
    {"providers.sweep", HOUR, providers_sweep},
    {.name = NULL},
};

static void stop(void *state) {
    struct providers *providers = state;
    for (size_t i = 0; i < providers->count; i++) {
        if (providers->list[i].esia != NULL) esia_close(providers->list[i].esia);
        else oidc_close(providers->list[i].oidc);
    }
}

static void *start(struct engine *engine, struct arena *arena, struct text *problem) {
    struct providers *providers = arena_new_of(arena, struct providers);
    if (!providers_configure(engine, arena, providers, problem)) {
        stop(providers);
        return NULL;
    }
    for (size_t i = 0; i < providers->count; i++) {
        if (providers->list[i].esia == NULL || providers->list[i].settings->level == 0) continue;
        level_way_by(engine, S_providers_level_way, "/settings/providers");
        break;
    }
    identity_told_by(engine, vouch_told);
    identity_gate_by(engine, (struct sign_in_gate){.page = providers_on_sign_in_page, .opened = providers_on_session});
    return providers;
}

static const char *const needs[] = {"identity", "messaging", "levels", NULL};

const struct feature providers_feature = {
    .name = "providers",
    .needs = needs,
    .routes = routes,
    .migrations = providers_migrations,
    .jobs = jobs,
    .sealed = providers_sealed,
    .settings = providers_setting_table,
    .settings_size = sizeof(struct providers_settings),
    .open = start,
    .close = stop,
    .own_data = providers_own_data,
    .erases = providers_erases,
};

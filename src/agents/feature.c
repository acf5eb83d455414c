/* feature.c: payment agents as the engine sees them (WA-2, IF-3): what their programs call, finance's pages, the kind
 * of operation that customers see. */
#include "agents/internal.h"

#include <stddef.h>

/* ---- forms ---- */

/* The protocol's own fields; what it does not name is ignored, as every provider does. */
FORM(osmp_form, {.name = "command", .type = FIELD_TEXT, .max = 16},
     {.name = "txn_id", .type = FIELD_TEXT, .max = OSMP_TXN_DIGITS}, {.name = "account", .type = FIELD_TEXT, .max = 64},
     {.name = "sum", .type = FIELD_TEXT, .max = 32}, {.name = "txn_date", .type = FIELD_TEXT, .max = 14});
FORM(register_form, {.name = "day", .type = FIELD_DATE});
FORM(no_form, );

#define TITLE_FIELD                                                                                                    \
    {                                                                                                                  \
        .name = "title", .type = FIELD_TEXT, .required = true, .min = 2, .max = 60,                                    \
        .missing = S_agents_staff_title_missing                                                                        \
    }
#define BOUNDS_FIELDS                                                                                                  \
    {.name = "addresses", .type = FIELD_TEXT, .max = 1000},                                                            \
        {.name = "least",                                                                                              \
         .type = FIELD_MONEY,                                                                                          \
         .required = true,                                                                                             \
         .min = 1,                                                                                                     \
         .max = 100000000,                                                                                             \
         .missing = S_agents_staff_least_missing},                                                                     \
    {                                                                                                                  \
        .name = "most", .type = FIELD_MONEY, .required = true, .min = 1, .max = 100000000,                             \
        .missing = S_agents_staff_most_missing                                                                         \
    }

FORM(agent_form, TITLE_FIELD,
     {.name = "login",
      .type = FIELD_TEXT,
      .required = true,
      .max = 32,
      .missing = S_agents_staff_login_missing},
     BOUNDS_FIELDS);
FORM(agent_draft, {.name = "title", .type = FIELD_TEXT, .max = 60}, {.name = "login", .type = FIELD_TEXT, .max = 32},
     {.name = "addresses", .type = FIELD_TEXT, .max = 1000}, {.name = "least", .type = FIELD_MONEY},
     {.name = "most", .type = FIELD_MONEY});
FORM(change_form, TITLE_FIELD, BOUNDS_FIELDS);

/* ---- addresses ---- */

/* An agent's centre asks for all its terminals from one address. */
#define CALLS {{RATE_ADDRESS, 300000, MINUTE}}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/agents/osmp",
     .who = WHO_PARTNER,
     .form = &osmp_form,
     .stages = {{STAGE_READ, osmp_look}, {STAGE_WRITE, osmp_pay}},
     .rates = CALLS,
     .audit = "agents.pay",
     .summary = "An agent's terminal asks about a wallet, then says what it took: OSMP XML, HTTP Basic",
     .flags = ROUTE_NO_CSRF | ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/agents/osmp",
     .who = WHO_PARTNER,
     .form = &osmp_form,
     .stages = {{STAGE_READ, osmp_look}, {STAGE_WRITE, osmp_pay}},
     .rates = CALLS,
     .audit = "agents.pay",
     .summary = "The same by a form's body",
     .flags = ROUTE_NO_CSRF | ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/agents/register",
     .who = WHO_PARTNER,
     .form = &register_form,
     .stages = {{STAGE_READ, register_read}},
     .rates = {{RATE_ADDRESS, 60, MINUTE}},
     .summary = "What an agent was credited with on a day, as CSV; HTTP Basic",
     .flags = ROUTE_FORM_OPTIONAL},

    {.method = METHOD_GET,
     .path = "/staff/agents",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &agent_draft,
     .stages = {{STAGE_READ, agents_page}},
     .page = &template_agents_list,
     .audit = "agents.seen",
     .summary = "Payment agents",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/agents",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &agent_form,
     .stages = {{STAGE_WRITE, agent_add}},
     .page = &template_agents_password,
     .again = agents_page,
     .again_page = &template_agents_list,
     .audit = "agents.made",
     .summary = "A new agent; its password is shown once"},
    {.method = METHOD_GET,
     .path = "/staff/agents/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &agent_draft,
     .stages = {{STAGE_READ, agent_page}},
     .page = &template_agents_agent,
     .audit = "agents.agent.seen",
     .summary = "An agent, its last payments and what it owes",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/agents/{id}",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &change_form,
     .stages = {{STAGE_WRITE, agent_save}},
     .page = &template_agents_agent,
     .again = agent_page,
     .again_page = &template_agents_agent,
     .audit = "agents.changed",
     .summary = "Change an agent's name, networks and bounds, which switches it off"},
    {.method = METHOD_POST,
     .path = "/staff/agents/{id}/password",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, agent_password}},
     .page = &template_agents_password,
     .audit = "agents.password",
     .summary = "A new password in place of the agent's old one, shown once; switches it off"},
    {.method = METHOD_POST,
     .path = "/staff/agents/{id}/switch",
     .who = WHO_STAFF,
     .roles = ROLE_FINANCE,
     .form = &no_form,
     .stages = {{STAGE_WRITE, agent_switch}},
     .page = &template_agents_agent,
     .audit = "agents.switched",
     .summary = "Switch an agent off, or ask a second person to switch it on"},
    {.path = NULL},
};

/* ---- the rest ---- */

static const char *const levels[] = {"minimal", "simplified", "full", NULL};

#define AT(member) offsetof(struct agents_settings, member)
static const struct setting settings[] = {
    {"level", SETTING_CHOICE, AT(level), "simplified", 0, 0, levels,
     "The level from which a wallet takes cash (161-FZ: below simplified, money comes from banks alone)."},
    {.name = NULL}};

static const struct menu_item menu[] = {
    {S_agents_staff_menu, "/staff/agents", "pin", WHO_STAFF, 72},
    {.path = NULL},
};

static const struct operation_kind operations[] = {
    {KIND_AGENT, "terminal", S_agents_kind, "topup", agent_payment_describe, NULL, "topups", NULL},
    {.name = NULL}};

static const struct approval_kind approvals[] = {{.name = "agents.on",
                                                  .title = S_agents_staff_on,
                                                  .ask = ROLE_FINANCE,
                                                  .confirm = ROLE_FINANCE,
                                                  .life_us = 7 * DAY,
                                                  .apply = agent_on_apply,
                                                  .show = agent_on_show},
                                                 {.name = NULL}};

const struct feature agents_feature = {
    .name = "agents",
    .needs = (const char *const[]){"identity", "operations", "messaging", "backoffice", NULL},
    .routes = routes,
    .migrations = agents_migrations,
    .settings = settings,
    .settings_size = sizeof(struct agents_settings),
    .menu = menu,
    .operations = operations,
    .approvals = approvals,
    .sealed = agents_sealed,
    .own_data = agents_own_data,
    .erases = agents_erases,
};

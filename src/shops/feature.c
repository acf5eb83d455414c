/* feature.c: partner shops as the engine sees them (IN-3): where their people sign in, the cabinet's own pages, staff's
 * pages about shops. */
#include "shops/internal.h"

#include <stddef.h>

/* ---- forms ---- */

static const char *const key_ends[] = {"now", "day", "week", NULL}; /* enum key_end */

FORM(no_form, );
static const char *const switches[] = {"off", "on", NULL};
FORM(switch_form, {.name = "to", .type = FIELD_CHOICE, .choices = switches});
FORM(signin_form, {.name = "login", .type = FIELD_TEXT, .required = true, .max = 64, .missing = S_shops_login_missing},
     {.name = "password", .type = FIELD_SECRET, .required = true, .max = 128, .missing = S_shops_password_missing},
     {.name = "next", .type = FIELD_TEXT, .max = 200});
FORM(signin_draft, {.name = "login", .type = FIELD_TEXT, .max = 64},
     {.name = "password", .type = FIELD_SECRET, .max = 128}, {.name = "next", .type = FIELD_TEXT, .max = 200});

#define ENDS_FIELD                                                                                                     \
    {                                                                                                                  \
        .name = "ends", .type = FIELD_CHOICE, .choices = key_ends, .required = true,                                   \
        .missing = S_shops_keys_ends_missing                                                                           \
    }
#define PROOF_FIELD                                                                                                    \
    { .name = "password", .type = FIELD_SECRET, .required = true, .max = 128, .missing = S_shops_password_missing }
FORM(staff_key_form, ENDS_FIELD);
FORM(key_form, ENDS_FIELD, PROOF_FIELD);
FORM(proof_form, PROOF_FIELD);
FORM(staff_key_draft, {.name = "ends", .type = FIELD_CHOICE, .choices = key_ends});
FORM(proof_draft, {.name = "password", .type = FIELD_SECRET, .max = 128});
FORM(key_draft, {.name = "ends", .type = FIELD_CHOICE, .choices = key_ends},
     {.name = "password", .type = FIELD_SECRET, .max = 128});

FORM(password_form, PROOF_FIELD,
     {.name = "fresh", .type = FIELD_SECRET, .required = true, .max = 128, .missing = S_shops_password_fresh_missing});
FORM(password_draft, {.name = "password", .type = FIELD_SECRET, .max = 128},
     {.name = "fresh", .type = FIELD_SECRET, .max = 128});

#define ROLE_FIELDS                                                                                                    \
    {.name = "owner", .type = FIELD_BOOL}, {.name = "orders", .type = FIELD_BOOL},                                     \
        {.name = "money", .type = FIELD_BOOL}, {                                                                       \
        .name = "cashier", .type = FIELD_BOOL                                                                          \
    }
FORM(roles_form, ROLE_FIELDS);
FORM(person_form, {.name = "login", .type = FIELD_TEXT, .required = true, .max = 32, .missing = S_shops_login_missing},
     {.name = "name",
      .type = FIELD_TEXT,
      .required = true,
      .min = 2,
      .max = 60,
      .missing = S_shops_name_missing,
      .invalid = S_shops_name_missing},
     ROLE_FIELDS);
FORM(person_draft, {.name = "login", .type = FIELD_TEXT, .max = 32}, {.name = "name", .type = FIELD_TEXT, .max = 60},
     ROLE_FIELDS);

FORM(callbacks_form, {.name = "order", .type = FIELD_TEXT, .max = 100},
     {.name = "url", .type = FIELD_TEXT, .max = 500});
FORM(staff_callbacks_form, {.name = "order", .type = FIELD_TEXT, .max = 100});
FORM(try_form,
     {.name = "url", .type = FIELD_TEXT, .required = true, .max = 500, .missing = S_shops_callbacks_url_missing},
     {.name = "order", .type = FIELD_TEXT, .max = 100});

#define FACT_FIELDS                                                                                                    \
    {.name = "legal", .type = FIELD_TEXT, .max = 200}, {.name = "inn", .type = FIELD_TEXT, .max = 12},                 \
        {.name = "category", .type = FIELD_TEXT, .max = 60}, {                                                         \
        .name = "site", .type = FIELD_TEXT, .max = 200                                                                 \
    }
#define TITLE_FIELD                                                                                                    \
    {                                                                                                                  \
        .name = "title", .type = FIELD_TEXT, .required = true, .min = 2, .max = 60,                                    \
        .missing = S_shops_staff_title_missing, .invalid = S_shops_staff_title_missing                                 \
    }
#define TITLE_DRAFT                                                                                                    \
    { .name = "title", .type = FIELD_TEXT, .max = 60 }
FORM(shops_draft, {.name = "q", .type = FIELD_TEXT, .max = 100}, TITLE_DRAFT, FACT_FIELDS,
     {.name = "test", .type = FIELD_BOOL});
FORM(shop_form, TITLE_FIELD, FACT_FIELDS, {.name = "test", .type = FIELD_BOOL});
FORM(facts_form, TITLE_FIELD, FACT_FIELDS);
FORM(facts_draft, TITLE_DRAFT, FACT_FIELDS);

/* ---- addresses ---- */

#define PAGES                                                                                                          \
    {                                                                                                                  \
        { RATE_ADDRESS, 600, MINUTE }                                                                                  \
    }
#define OURS .who = WHO_ANYONE, .rates = PAGES
#define STAFF .who = WHO_STAFF, .roles = ROLE_CATALOGUE | ROLE_ADMIN

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/shop/signin",
     OURS,
     .form = &signin_draft,
     .stages = {{STAGE_READ, shop_signin_page}},
     .page = &template_shops_signin,
     .summary = "Where people of partner shops sign in",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/signin",
     OURS,
     .form = &signin_form,
     .stages = {{STAGE_WRITE, shop_signin_reserve}, {STAGE_WORK, shop_signin_compare}, {STAGE_WRITE, shop_signin_open}},
     .page = &template_shops_signin,
     .again = shop_signin_page,
     .again_page = &template_shops_signin,
     .audit = "shops.signin",
     .summary = "A shop's person signs in",
     .flags = ROUTE_SENSITIVE},
    {.method = METHOD_POST,
     .path = "/shop/signout",
     OURS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, shop_signout}},
     .page = &template_shops_signin,
     .audit = "shops.signout",
     .summary = "A shop's person signs out"},
    {.method = METHOD_GET,
     .path = "/shop",
     OURS,
     .stages = {{STAGE_READ, shop_page}},
     .page = &template_shops_home,
     .summary = "The shop's cabinet: what the shop is, and what one may do there"},

    {.method = METHOD_GET,
     .path = "/shop/password",
     OURS,
     .form = &password_draft,
     .stages = {{STAGE_READ, own_password_page}},
     .page = &template_shops_own_password,
     .summary = "Where one changes one's own password",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/password",
     OURS,
     .form = &password_form,
     .stages = {{STAGE_WRITE, own_password_check},
                {STAGE_WORK, proof_compare},
                {STAGE_WORK, own_password_hash},
                {STAGE_WRITE, own_password_save}},
     .page = &template_shops_own_password,
     .again = own_password_page,
     .again_page = &template_shops_own_password,
     .audit = "shops.password.changed",
     .summary = "Another password of one's own; other sessions end",
     .flags = ROUTE_SENSITIVE},

    {.method = METHOD_GET,
     .path = "/shop/keys",
     OURS,
     .form = &key_draft,
     .stages = {{STAGE_READ, keys_page}},
     .page = &template_shops_keys,
     .summary = "The shop's secret keys, without what they are",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/keys",
     OURS,
     .form = &key_form,
     .stages = {{STAGE_WRITE, proof_reserve}, {STAGE_WORK, proof_compare}, {STAGE_WRITE, key_rotate}},
     .page = &template_shops_key,
     .again = keys_page,
     .again_page = &template_shops_keys,
     .audit = "shops.key.made",
     .summary = "A new key beside the older one, which ends when one says; shown once; the owner's password again"},
    {.method = METHOD_GET,
     .path = "/shop/keys/{key}/end",
     OURS,
     .form = &proof_draft,
     .stages = {{STAGE_READ, key_stop_page}},
     .page = &template_shops_key_end,
     .summary = "Where the owner ends the older key before its time",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/keys/{key}/end",
     OURS,
     .form = &proof_form,
     .stages = {{STAGE_WRITE, proof_reserve}, {STAGE_WORK, proof_compare}, {STAGE_WRITE, key_stop}},
     .page = &template_shops_keys,
     .again = key_stop_page,
     .again_page = &template_shops_key_end,
     .audit = "shops.key.ended",
     .summary = "The older key ends at once; the owner's password again"},

    {.method = METHOD_GET,
     .path = "/shop/people",
     OURS,
     .form = &person_draft,
     .stages = {{STAGE_READ, people_page}},
     .page = &template_shops_people,
     .summary = "Who works at the shop, and what each may do",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/people",
     OURS,
     .form = &person_form,
     .stages = {{STAGE_READ, person_check}, {STAGE_WORK, person_hash}, {STAGE_WRITE, person_add}},
     .page = &template_shops_person_shown,
     .again = people_page,
     .again_page = &template_shops_people,
     .audit = "shops.person.added",
     .summary = "The owner adds a person of his shop; the password is shown once"},
    {.method = METHOD_GET,
     .path = "/shop/people/{login}",
     OURS,
     .form = &roles_form,
     .stages = {{STAGE_READ, person_page}},
     .page = &template_shops_person,
     .summary = "One who works at the shop: what he may do",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/people/{login}/roles",
     OURS,
     .form = &roles_form,
     .stages = {{STAGE_WRITE, person_roles}},
     .page = &template_shops_person,
     .again = person_page,
     .again_page = &template_shops_person,
     .audit = "shops.person.roles",
     .summary = "What a person of the shop may do from now"},
    {.method = METHOD_POST,
     .path = "/shop/people/{login}/password",
     OURS,
     .form = &no_form,
     .stages = {{STAGE_READ, person_known}, {STAGE_WORK, person_hash}, {STAGE_WRITE, person_password}},
     .page = &template_shops_person_shown,
     .audit = "shops.person.password",
     .summary = "Another password for a person of the shop, shown once"},
    {.method = METHOD_POST,
     .path = "/shop/people/{login}/switch",
     OURS,
     .form = &switch_form,
     .stages = {{STAGE_WRITE, person_switch}},
     .page = &template_shops_people,
     .audit = "shops.person.switched",
     .summary = "A person works at the shop no more, or again"},

    {.method = METHOD_GET,
     .path = "/shop/callbacks",
     OURS,
     .form = &callbacks_form,
     .stages = {{STAGE_READ, callbacks_page}},
     .page = &template_shops_callbacks,
     .summary = "The latest callbacks to the shop's server, of all orders or of one, with their attempts",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/shop/callbacks",
     .who = WHO_ANYONE,
     .rates = {{RATE_ADDRESS, 120, MINUTE}},
     .form = &try_form,
     .stages = {{STAGE_WRITE, callback_try}},
     .page = &template_shops_callbacks,
     .again = callbacks_page,
     .again_page = &template_shops_callbacks,
     .audit = "shops.callback.tried",
     .summary = "A callback that tells nothing, for the shop's programmer to check signatures by"},
    {.method = METHOD_GET,
     .path = "/shop/callbacks/{callback}",
     OURS,
     .stages = {{STAGE_READ, callback_page}},
     .page = &template_shops_callback,
     .summary = "A callback: what it said, where, each attempt"},
    {.method = METHOD_POST,
     .path = "/shop/callbacks/{callback}/replay",
     OURS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, callback_again}},
     .page = &template_shops_callbacks,
     .audit = "shops.callback.replayed",
     .summary = "Sends a callback once more"},

    {.method = METHOD_GET,
     .path = "/staff/shops",
     STAFF,
     .form = &shops_draft,
     .stages = {{STAGE_READ, shops_page}},
     .page = &template_shops_staff_list,
     .audit = "shops.seen",
     .summary = "Partner shops, searched by words, tax number or their own number",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/shops",
     STAFF,
     .form = &shop_form,
     .stages = {{STAGE_WRITE, shop_add}},
     .page = &template_shops_staff_key,
     .again = shops_page,
     .again_page = &template_shops_staff_list,
     .audit = "shops.shop.opened",
     .summary = "Open a shop; its key is shown once"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}",
     STAFF,
     .stages = {{STAGE_READ, staff_shop_page}},
     .page = &template_shops_staff_shop,
     .audit = "shops.shop.seen",
     .summary = "A partner shop: what is known of it, how many people and keys it has"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/edit",
     STAFF,
     .form = &facts_draft,
     .stages = {{STAGE_READ, shop_edit_page}},
     .page = &template_shops_staff_edit,
     .audit = "shops.shop.seen",
     .summary = "Where a shop's facts are changed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}",
     STAFF,
     .form = &facts_form,
     .stages = {{STAGE_WRITE, shop_change}},
     .page = &template_shops_staff_edit,
     .again = shop_edit_page,
     .again_page = &template_shops_staff_edit,
     .audit = "shops.shop.changed",
     .summary = "Change what is known of a shop"},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/switch",
     STAFF,
     .form = &switch_form,
     .stages = {{STAGE_WRITE, shop_switch}},
     .page = &template_shops_staff_shop,
     .audit = "shops.shop.switched",
     .summary = "Close a shop, or open it again"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/keys",
     STAFF,
     .form = &staff_key_draft,
     .stages = {{STAGE_READ, keys_page}},
     .page = &template_shops_staff_keys,
     .audit = "shops.keys.seen",
     .summary = "A shop's secret keys, without what they are",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/keys",
     STAFF,
     .form = &staff_key_form,
     .stages = {{STAGE_WRITE, key_rotate}},
     .page = &template_shops_staff_key,
     .again = keys_page,
     .again_page = &template_shops_staff_keys,
     .audit = "shops.key.made",
     .summary = "A new key beside the shop's older one, which ends when one says; shown once"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/keys/{key}/end",
     STAFF,
     .stages = {{STAGE_READ, key_stop_page}},
     .page = &template_shops_staff_key_end,
     .audit = "shops.keys.seen",
     .summary = "Where a shop's older key is ended before its time"},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/keys/{key}/end",
     STAFF,
     .form = &no_form,
     .stages = {{STAGE_WRITE, key_stop}},
     .page = &template_shops_staff_shop,
     .audit = "shops.key.ended",
     .summary = "The shop's older key ends at once"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/people",
     STAFF,
     .form = &person_draft,
     .stages = {{STAGE_READ, people_page}},
     .page = &template_shops_staff_people,
     .audit = "shops.people.seen",
     .summary = "Who works at a shop, and what each may do",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/people",
     STAFF,
     .form = &person_form,
     .stages = {{STAGE_READ, person_check}, {STAGE_WORK, person_hash}, {STAGE_WRITE, person_add}},
     .page = &template_shops_staff_person_shown,
     .again = people_page,
     .again_page = &template_shops_staff_people,
     .audit = "shops.person.added",
     .summary = "A person of a shop; the password is shown once"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/people/{login}",
     STAFF,
     .form = &roles_form,
     .stages = {{STAGE_READ, person_page}},
     .page = &template_shops_staff_person,
     .audit = "shops.people.seen",
     .summary = "One who works at a shop: what he may do",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/people/{login}/roles",
     STAFF,
     .form = &roles_form,
     .stages = {{STAGE_WRITE, person_roles}},
     .page = &template_shops_staff_person,
     .again = person_page,
     .again_page = &template_shops_staff_person,
     .audit = "shops.person.roles",
     .summary = "What a person of a shop may do from now"},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/people/{login}/password",
     STAFF,
     .form = &no_form,
     .stages = {{STAGE_READ, person_known}, {STAGE_WORK, person_hash}, {STAGE_WRITE, person_password}},
     .page = &template_shops_staff_person_shown,
     .audit = "shops.person.password",
     .summary = "Another password for a person of a shop, shown once"},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/people/{login}/switch",
     STAFF,
     .form = &switch_form,
     .stages = {{STAGE_WRITE, person_switch}},
     .page = &template_shops_staff_shop,
     .audit = "shops.person.switched",
     .summary = "A person works at a shop no more, or again"},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/callbacks",
     STAFF,
     .form = &staff_callbacks_form,
     .stages = {{STAGE_READ, callbacks_page}},
     .page = &template_shops_staff_callbacks,
     .audit = "shops.callbacks.seen",
     .summary = "The latest callbacks to a shop's server, of all orders or of one",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/staff/shops/{id}/callbacks/{callback}",
     STAFF,
     .stages = {{STAGE_READ, callback_page}},
     .page = &template_shops_staff_callback,
     .audit = "shops.callback.seen",
     .summary = "A callback to a shop: what it said, where, each attempt"},
    {.method = METHOD_POST,
     .path = "/staff/shops/{id}/callbacks/{callback}/replay",
     STAFF,
     .form = &no_form,
     .stages = {{STAGE_WRITE, callback_again}},
     .page = &template_shops_staff_shop,
     .audit = "shops.callback.replayed",
     .summary = "Sends a callback of a shop once more"},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_shops_staff_menu, "/staff/shops", "tag", WHO_STAFF, 70},
    {.path = NULL},
};

static const struct shop_entry shop_menu[] = {
    {S_shops_home_menu, "/shop", "home", SHOP_OWNER | SHOP_ORDERS | SHOP_MONEY, 0},
    {S_shops_callbacks_menu, "/shop/callbacks", "bell", SHOP_OWNER | SHOP_ORDERS, 500},
    {S_shops_people_menu, "/shop/people", "users", SHOP_OWNER, 800},
    {S_shops_keys_menu, "/shop/keys", "key", SHOP_OWNER, 810},
    {S_shops_password_menu, "/shop/password", "lock", SHOP_ANY, 900},
    {.path = NULL},
};

/* ---- the rest ---- */

#define AT(member) offsetof(struct shops_settings, member)

static const struct setting settings[] = {
    {"session", SETTING_DURATION, AT(session), "12h", MINUTE, 7 * DAY, NULL,
     "How long a shop's person stays signed in"},
    {"callback_pause", SETTING_DURATION, AT(callback_pause), "10s", SECOND, HOUR, NULL,
     "When an undelivered callback is sent again; then after twice as long each time, an hour at most"},
    {"callback_watch", SETTING_DURATION, AT(callback_watch), "24h", SECOND, 30 * DAY, NULL,
     "How long a callback is sent again"},
    {"callback_kept", SETTING_DURATION, AT(callback_kept), "30d", MINUTE, 365 * DAY, NULL,
     "How long after that the log of callbacks has it"},
    {"private_addresses", SETTING_BOOL, AT(private_addresses), "false", 0, 0, NULL,
     "Callbacks may go by plain http, to this machine and to private networks: for demo and tests"},
    {.name = NULL},
};

static void *shops_open(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)problem;
    struct shops_state *state = arena_new_of(arena, struct shops_state);
    state->settings = engine_settings(engine, &shops_feature);
    shop_callbacks_open(state);
    return state;
}

static void shops_close(void *state) {
    callbacks_release(&((struct shops_state *)state)->callbacks);
}

static const struct outbox_kind outbox[] = {
    {.name = "shops.callback", .send = shop_callback_send, .result = shop_callback_result, .at_once = 32},
    {.name = NULL}};

const struct feature shops_feature = {
    .name = "shops",
    .needs = (const char *const[]){"identity", "backoffice", NULL},
    .routes = routes,
    .migrations = shops_migrations,
    .jobs = shops_jobs,
    .sealed = shops_sealed,
    .settings = settings,
    .settings_size = sizeof(struct shops_settings),
    .menu = menu,
    .shop_menu = shop_menu,
    .outbox = outbox,
    .open = shops_open,
    .close = shops_close,
};

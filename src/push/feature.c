/* feature.c: the installed app as the engine sees it: its notices, and its page for when there is no connection. What
 * it does in the browser is web/service-worker.js. */
#include "push/internal.h"

#define AT(member) offsetof(struct push_settings, member)

static const struct setting settings[] = {
    {"services", SETTING_TEXT, AT(services),
     "fcm.googleapis.com updates.push.services.mozilla.com web.push.apple.com .notify.windows.com", 1,
     1000, NULL, "Hosts of push services that may be called; \".host\": all below it"},
    {"contact", SETTING_TEXT, AT(contact), "", 0, 200, NULL,
     "Whom a push service may ask about us (mailto:…, https://…); empty: public_url"},
    {.name = NULL},
};

static void stop(void *state) {
    struct push *push = state;
    webpush_close(push->webpush);
}

static void *start(struct engine *engine, struct arena *arena, struct text *problem) {
    const struct push_settings *own = engine_settings(engine, &push_feature);
    const char *url = engine_config(engine)->public_url;
    bool secure = text_starts(text_from(url), "https://"); /* else a demo on one's own machine */
    struct webpush_options options = {.contact = own->contact, .services = own->services};
    if (own->contact[0] == '\0') options.contact = secure ? url : "mailto:kabinet@localhost";
    secret_hash(engine_keyring(engine), "push.vapid", TEXT("1"), options.seed);
    struct push *push = arena_new_of(arena, struct push);
    push->webpush = webpush_open(arena, &options, problem);
    if (push->webpush == NULL) return NULL;
    message_push_by(engine, (struct push_channel){subscription_targets});
    identity_gate_by(engine, (struct sign_in_gate){.opened = subscription_opened, .ended = subscription_ended});
    return push;
}

FORM(subscribe_form, {.name = "endpoint", .type = FIELD_TEXT, .required = true, .max = 1024},
     {.name = "p256dh", .type = FIELD_TEXT, .required = true, .max = 128},
     {.name = "auth", .type = FIELD_TEXT, .required = true, .max = 64}, {.name = "words", .type = FIELD_BOOL});

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/offline",
     .who = WHO_ANYONE,
     .stages = {{STAGE_QUICK, push_offline}},
     .page = &template_push_offline,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .summary = "What the installed app shows of a page while there is no connection"},
    {.method = METHOD_GET,
     .path = "/settings/push",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, push_page}},
     .page = &template_push_settings,
     .summary = "Browsers that get notices; our key for push services"},
    {.method = METHOD_POST,
     .path = "/settings/push",
     .who = WHO_CUSTOMER,
     .form = &subscribe_form,
     .stages = {{STAGE_WRITE, push_subscribe}},
     .again = push_page,
     .again_page = &template_push_settings,
     .rates = {{RATE_CALLER, 60, HOUR}},
     .audit = "push.subscribe",
     .summary = "This browser gets notices from now on"},
    {.method = METHOD_POST,
     .path = "/settings/push/{id}/remove",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, push_remove}},
     .audit = "push.remove",
     .summary = "A browser gets none any more"},
    {.path = NULL},
};

static const char *const needs[] = {"identity", "messaging", NULL};

const struct feature push_feature = {
    .name = "push",
    .needs = needs,
    .routes = routes,
    .migrations = push_migrations,
    .sealed = push_sealed,
    .settings = settings,
    .settings_size = sizeof(struct push_settings),
    .outbox = push_outbox,
    .own_data = push_own_data,
    .erases = push_erases,
    .open = start,
    .close = stop,
};

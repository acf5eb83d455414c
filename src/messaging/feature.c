/* feature.c: messaging as the engine sees it. */
#include "messaging/internal.h"

#include "adapters/smtp/smtp.h"
#include "base/check.h"

#define AT(member) offsetof(struct messaging_settings, member)

static const struct setting settings[] = {
    {"kept", SETTING_DURATION, AT(kept), "90d", DAY, 3650 * DAY, NULL, "How long what became of a message is kept"},
    {"callback_url", SETTING_TEXT, AT(callback_url), "", 0, 200, NULL,
     "Our address as gateways reach it; empty: public_url"},
    {"kannel.url", SETTING_TEXT, AT(kannel_url), "", 0, 200, NULL,
     "Kannel's sendsms (http://host:13013/cgi-bin/sendsms); empty: SMS go to the demo's inbox"},
    {"kannel.user", SETTING_TEXT, AT(kannel_user), "kabinet", 0, 64, NULL, "Our name there (sendsms-user)"},
    {"kannel.password_file", SETTING_TEXT, AT(kannel_password_file), "", 0, 4096, NULL,
     "The file with our password there"},
    {"kannel.sender", SETTING_TEXT, AT(kannel_sender), "", 0, 16, NULL, "The name or number that SMS come from"},
    {"kannel.incoming_file", SETTING_TEXT, AT(kannel_incoming_file), "", 0, 4096, NULL,
     "The file with the secret in the address that Kannel calls for incoming SMS; empty: none are taken"},
    {"kannel.addresses", SETTING_TEXT, AT(kannel_addresses), "127.0.0.1 ::1", 0, 1000, NULL,
     "Addresses that Kannel may call from"},
    {"mail.url", SETTING_TEXT, AT(mail_url), "", 0, 200, NULL,
     "The mail server (smtp://host:587, smtps://host); empty: letters go to the demo's inbox"},
    {"mail.user", SETTING_TEXT, AT(mail_user), "", 0, 254, NULL, "Our name there; empty: no authentication"},
    {"mail.password_file", SETTING_TEXT, AT(mail_password_file), "", 0, 4096, NULL,
     "The file with our password there"},
    {"mail.from", SETTING_TEXT, AT(mail_from), "", 0, 254, NULL, "The address that letters come from"},
    {"mail.ca_file", SETTING_TEXT, AT(mail_ca_file), "", 0, 4096, NULL,
     "Certificates to trust there; empty: the system's"},
    {"mail.plain", SETTING_BOOL, AT(mail_plain), "false", 0, 0, NULL,
     "Without TLS: only for a server on the same machine"},
    {.name = NULL},
};

static bool mail_open(struct engine *engine, struct arena *arena, struct messaging *messaging, struct text *problem) {
    const struct messaging_settings *own = messaging->settings;
    if (own->mail_url[0] == '\0') return true;
    struct smtp_options options = {.url = own->mail_url,
                                   .user = own->mail_user,
                                   .from = own->mail_from,
                                   .from_name = engine_config(engine)->company,
                                   .ca_file = own->mail_ca_file,
                                   .plain = own->mail_plain};
    bool known = own->mail_user[0] != '\0';
    if (known && !secret_read(arena, own->mail_password_file, &options.password, problem)) return false;
    messaging->smtp = smtp_open(arena, &options, problem);
    return messaging->smtp != NULL;
}

static void *messaging_start(struct engine *engine, struct arena *arena, struct text *problem) {
    struct messaging *messaging = arena_new_of(arena, struct messaging);
    messaging->settings = engine_settings(engine, &messaging_feature);
    messaging->unread = unread_memo_new();
    if (messaging->unread == NULL) *problem = TEXT("no memory");
    bool good = messaging->unread != NULL && gateway_open(engine, arena, messaging, problem) &&
                mail_open(engine, arena, messaging, problem);
    if (!good) unread_memo_free(messaging->unread);
    return good ? messaging : NULL;
}

static void messaging_stop(void *state) {
    struct messaging *messaging = state;
    unread_memo_free(messaging->unread);
}

void message_sink_by(struct engine *engine, struct message_sink sink) {
    messaging_of(engine)->sink = sink;
}

void message_push_by(struct engine *engine, struct push_channel channel) {
    messaging_of(engine)->push = channel;
}

void message_people_by(struct engine *engine, recipient_function *find) {
    messaging_of(engine)->find = find;
}

void message_files_by(struct engine *engine, const char *kind, mail_file_maker *make) {
    struct mail_files *files = messaging_of(engine)->files;
    size_t count = 0;
    while (count < MAIL_FILES && files[count].kind != NULL) count++;
    check(count < MAIL_FILES);
    files[count] = (struct mail_files){kind, make};
}

void message_consents_by(struct engine *engine, struct message_consents consents) {
    messaging_of(engine)->consents = consents;
}

/* Codes and the like went to the bare number before there was a cabinet; nobody is to find them by it now. */
static void forget_closed(struct engine *engine, struct tx *tx, const struct event *event) {
    if (event->kind != EVENT_CUSTOMER_CLOSED) return;
    letters_blank(engine, tx, event->phone);
    letters_blank(engine, tx, message_address_of(engine, tx, event->customer));
}

STATEMENT(message_sweep, "DELETE FROM message WHERE (customer, id) IN "
                         "(SELECT customer, id FROM message WHERE id < $1 ORDER BY id LIMIT 200)");

static bool forget_old(struct engine *engine, struct tx *tx) {
    moment before = world_now(engine_world(engine)) - messaging_of(engine)->settings->kept;
    return tx_run(tx, &message_sweep, VALUES(V_INT(id_from_moment(before)))) == 200;
}

STATEMENT(came_sweep,
          "DELETE FROM sms_came WHERE mark IN (SELECT mark FROM sms_came WHERE at < $1 ORDER BY at LIMIT 200)");

static bool forget_came(struct engine *engine, struct tx *tx) {
    return tx_run(tx, &came_sweep, VALUES(V_INT(world_now(engine_world(engine)) - 7 * DAY))) == 200;
}

static const struct job jobs[] = {
    {"messaging.forget", HOUR, forget_old},
    {"messaging.forget_feed", HOUR, feed_forget},
    {"messaging.forget_came", HOUR, forget_came},
    {.name = NULL},
};

/* ---- addresses ---- */

#define FLOOD {{RATE_ADDRESS, 60000, MINUTE}}

FORM(report_form, {.name = "to", .type = FIELD_TEXT, .required = true, .max = 40},
     {.name = "id", .type = FIELD_TEXT, .required = true, .max = 40},
     {.name = "sign", .type = FIELD_TEXT, .required = true, .max = 64},
     {.name = "state", .type = FIELD_INT, .required = true});

FORM(incoming_form, {.name = "key", .type = FIELD_TEXT, .max = 256}, {.name = "from", .type = FIELD_TEXT, .max = 40},
     {.name = "to", .type = FIELD_TEXT, .max = 40}, {.name = "text", .type = FIELD_TEXT},
     {.name = "id", .type = FIELD_TEXT, .max = 64});

FORM(choices_form, {.name = "operations_sms", .type = FIELD_BOOL}, {.name = "operations_mail", .type = FIELD_BOOL},
     {.name = "operations_push", .type = FIELD_BOOL},
     {.name = "service_sms", .type = FIELD_BOOL}, {.name = "service_mail", .type = FIELD_BOOL},
     {.name = "service_push", .type = FIELD_BOOL},
     {.name = "news_sms", .type = FIELD_BOOL}, {.name = "news_mail", .type = FIELD_BOOL},
     {.name = "news_push", .type = FIELD_BOOL},
     {.name = "offers_sms", .type = FIELD_BOOL}, {.name = "offers_mail", .type = FIELD_BOOL},
     {.name = "offers_push", .type = FIELD_BOOL});

static const char *const consents[] = {"news", "offers", NULL};
FORM(consent_form, {.name = "topic", .type = FIELD_CHOICE, .required = true, .choices = consents});
FORM(one_click_form, {.name = "List-Unsubscribe", .type = FIELD_TEXT, .max = 40});

FORM(fates_form, {.name = "trouble", .type = FIELD_BOOL});
FORM(feed_form, {.name = "archived", .type = FIELD_BOOL});

/* The page holds both forms, so both name both fields. */
#define ADDRESS {.name = "address", .type = FIELD_TEXT, .max = 254}
#define CODE {.name = "code", .type = FIELD_CODE, .min = 6, .max = 6, .invalid = S_messaging_email_code_invalid}
FORM(email_draft, ADDRESS, CODE);
FORM(email_form,
     {.name = "address",
      .type = FIELD_TEXT,
      .required = true,
      .max = 254,
      .missing = S_messaging_email_missing,
      .invalid = S_messaging_email_invalid},
     CODE);
FORM(email_code_form, ADDRESS,
     {.name = "code",
      .type = FIELD_CODE,
      .required = true,
      .min = 6,
      .max = 6,
      .missing = S_messaging_email_code_missing,
      .invalid = S_messaging_email_code_invalid});

const struct route messaging_routes[] = {
    {.method = METHOD_GET,
     .path = "/gateway/kannel/report",
     .who = WHO_PARTNER,
     .form = &report_form,
     .stages = {{STAGE_QUICK, gateway_report_check}, {STAGE_WRITE, gateway_report}},
     .rates = FLOOD,
     .audit = "messaging.report",
     .summary = "The SMS gateway tells what became of a message; signed"},
    {.method = METHOD_GET,
     .path = "/gateway/kannel/sms",
     .who = WHO_PARTNER,
     .form = &incoming_form,
     .stages = {{STAGE_QUICK, gateway_incoming_check}, {STAGE_WRITE, gateway_incoming}},
     .rates = FLOOD,
     .audit = "messaging.incoming",
     .summary = "The SMS gateway hands over a message that came; by a secret, from its own addresses"},
    {.method = METHOD_GET,
     .path = "/settings/messages",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, choices_page}},
     .page = &template_messaging_settings,
     .summary = "What one is told, and how; what was sent"},
    {.method = METHOD_POST,
     .path = "/settings/messages",
     .who = WHO_CUSTOMER,
     .form = &choices_form,
     .stages = {{STAGE_WRITE, choices_save}},
     .audit = "messaging.choices",
     .summary = "Chooses channels by topic"},
    {.method = METHOD_POST,
     .path = "/settings/messages/consent",
     .who = WHO_CUSTOMER,
     .form = &consent_form,
     .stages = {{STAGE_WRITE, consent_give}},
     .audit = "messaging.consent",
     .summary = "Agrees to news or offers"},
    {.method = METHOD_POST,
     .path = "/settings/messages/stop",
     .who = WHO_CUSTOMER,
     .form = &consent_form,
     .stages = {{STAGE_WRITE, consent_stop}},
     .audit = "messaging.stop",
     .summary = "Stops news or offers"},
    {.method = METHOD_GET,
     .path = "/unsubscribe/{token}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, unsubscribe_page}},
     .page = &template_messaging_unsubscribe,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .summary = "Asks whether to stop; from a letter's link"},
    {.method = METHOD_POST,
     .path = "/unsubscribe/{token}",
     .who = WHO_ANYONE,
     .form = &one_click_form,
     .stages = {{STAGE_WRITE, unsubscribe}},
     .page = &template_messaging_unsubscribe,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .audit = "messaging.unsubscribe",
     .summary = "Stops news or offers by a letter's link, with one click too (RFC 8058)",
     .flags = ROUTE_NO_CSRF},
    {.method = METHOD_GET,
     .path = "/settings/email",
     .who = WHO_CUSTOMER,
     .form = &email_draft,
     .stages = {{STAGE_READ, address_page}},
     .page = &template_messaging_email,
     .summary = "One's e-mail address",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/settings/email",
     .who = WHO_CUSTOMER,
     .form = &email_form,
     .stages = {{STAGE_WRITE, address_start}},
     .again = address_page,
     .again_page = &template_messaging_email,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "messaging.email",
     .summary = "Sends a code to an address"},
    {.method = METHOD_POST,
     .path = "/settings/email/confirm",
     .who = WHO_CUSTOMER,
     .form = &email_code_form,
     .stages = {{STAGE_WRITE, address_confirm}},
     .again = address_page,
     .again_page = &template_messaging_email,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "messaging.email.confirm",
     .summary = "Binds the address by its code"},
    {.method = METHOD_POST,
     .path = "/settings/email/remove",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, address_remove}},
     .audit = "messaging.email.remove",
     .summary = "Forgets the address"},
    {.method = METHOD_GET,
     .path = "/feed",
     .who = WHO_CUSTOMER,
     .form = &feed_form,
     .stages = {{STAGE_READ, feed_page}},
     .page = &template_messaging_feed,
     .summary = "News, personal offers, sales of partners"},
    {.method = METHOD_POST,
     .path = "/feed/read",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, feed_read}},
     .audit = "messaging.feed.read",
     .summary = "Marks all of it as read"},
    {.method = METHOD_POST,
     .path = "/feed/{id}/read",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, feed_read_one}},
     .audit = "messaging.feed.read_one",
     .summary = "Marks one as read, and leads where it leads"},
    {.method = METHOD_POST,
     .path = "/feed/{id}/archive",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, feed_archive}},
     .audit = "messaging.feed.archive",
     .summary = "Puts one aside"},
    {.method = METHOD_POST,
     .path = "/feed/{id}/restore",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, feed_restore}},
     .audit = "messaging.feed.restore",
     .summary = "Takes one back from the archive"},
    {.method = METHOD_GET,
     .path = "/staff/messages",
     .who = WHO_STAFF,
     .roles = ROLE_SUPPORT | ROLE_ADMIN,
     .form = &fates_form,
     .stages = {{STAGE_READ, fates_for_staff}},
     .page = &template_messaging_fates,
     .audit = "messaging.fates",
     .summary = "What became of the latest messages"},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_messaging_feed_menu, "/feed", "bell", WHO_CUSTOMER, 300},
    {S_messaging_fates_menu, "/staff/messages", "mail", WHO_STAFF, 700},
    {S_messaging_menu, "/settings/messages", "mail", WHO_CUSTOMER, 880},
    {.path = NULL},
};

static const struct menu_count unread_count = {"/feed", feed_count, feed_learn};

const struct feature messaging_feature = {
    .name = "messaging",
    .routes = messaging_routes,
    .migrations = messaging_migrations,
    .jobs = jobs,
    .sealed = messaging_sealed,
    .menu = menu,
    .menu_count = &unread_count,
    .settings = settings,
    .settings_size = sizeof(struct messaging_settings),
    .outbox = messaging_outbox,
    .open = messaging_start,
    .close = messaging_stop,
    .own_data = messaging_own_data,
    .erases = messaging_erases,
    .on_event = forget_closed,
};

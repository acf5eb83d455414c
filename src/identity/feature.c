/* feature.c: identity as the engine sees it: its addresses, forms and settings. */
#include "identity/number_memo.h"
#include "identity/internal.h"

#include "identity/cooling.h"
#include "identity/session.h"
#include "identity/session_cache.h"
#include "messaging/messaging.h"

/* ---- forms ---- */

FORM(signup_form,
     {.name = "phone",
      .type = FIELD_PHONE,
      .required = true,
      .missing = S_identity_phone_missing,
      .invalid = S_identity_phone_invalid},
     {.name = "altcha", .type = FIELD_TEXT, .max = 2048}, {.name = "question", .type = FIELD_TEXT, .max = 256},
     {.name = "answer", .type = FIELD_TEXT, .max = 16}, {.name = "draft", .type = FIELD_TEXT, .max = 64});

FORM(code_form,
     {.name = "code",
      .type = FIELD_CODE,
      .required = true,
      .min = 6,
      .max = 6,
      .missing = S_identity_code_missing,
      .invalid = S_identity_code_invalid},
     {.name = "password", .type = FIELD_SECRET, .min = 1, .max = 1024}, {.name = "token", .type = FIELD_BOOL},
     {.name = "draft", .type = FIELD_TEXT, .max = 64});

FORM(resend_form, {.name = "draft", .type = FIELD_TEXT, .max = 64});

FORM(password_form,
     {.name = "password",
      .type = FIELD_SECRET,
      .required = true,
      .min = 1,
      .max = 1024,
      .missing = S_identity_password_absent},
     {.name = "token", .type = FIELD_BOOL}, {.name = "draft", .type = FIELD_TEXT, .max = 64});

FORM(signin_form,
     {.name = "phone", .type = FIELD_PHONE, .invalid = S_identity_phone_invalid},
     {.name = "login", .type = FIELD_TEXT, .max = 64}, /* where there are other names than numbers */
     {.name = "password",
      .type = FIELD_SECRET,
      .required = true,
      .min = 1,
      .max = 1024,
      .missing = S_identity_password_absent},
     {.name = "next", .type = FIELD_TEXT, .max = 1024}, {.name = "token", .type = FIELD_BOOL},
     {.name = "kept", .type = FIELD_BOOL},
     /* GET: the page without the device's PIN, and that field of the same page */
     {.name = "other", .type = FIELD_BOOL}, {.name = "pin", .type = FIELD_SECRET, .max = 16},
     {.name = "answer", .type = FIELD_TEXT, .max = 16}); /* of the page that asks the number alone */

FORM(signin_number_form,
     {.name = "phone",
      .type = FIELD_PHONE,
      .required = true,
      .missing = S_identity_phone_missing,
      .invalid = S_identity_phone_invalid},
     {.name = "altcha", .type = FIELD_TEXT, .max = 2048}, {.name = "question", .type = FIELD_TEXT, .max = 256},
     {.name = "answer", .type = FIELD_TEXT, .max = 16}, {.name = "draft", .type = FIELD_TEXT, .max = 64},
     {.name = "next", .type = FIELD_TEXT, .max = 1024}, {.name = "kept", .type = FIELD_BOOL},
     {.name = "other", .type = FIELD_BOOL}, {.name = "pin", .type = FIELD_SECRET, .max = 16});

FORM(signin_code_form,
     {.name = "code",
      .type = FIELD_CODE,
      .required = true,
      .min = 6,
      .max = 6,
      .missing = S_identity_code_missing,
      .invalid = S_identity_code_invalid},
     {.name = "next", .type = FIELD_TEXT, .max = 1024}, {.name = "token", .type = FIELD_BOOL},
     {.name = "draft", .type = FIELD_TEXT, .max = 64});

FORM(signin_resend_form, {.name = "next", .type = FIELD_TEXT, .max = 1024},
     {.name = "draft", .type = FIELD_TEXT, .max = 64});

FORM(signin_password_form,
     {.name = "password",
      .type = FIELD_SECRET,
      .required = true,
      .min = 1,
      .max = 1024,
      .missing = S_identity_password_absent},
     {.name = "next", .type = FIELD_TEXT, .max = 1024}, {.name = "token", .type = FIELD_BOOL},
     {.name = "draft", .type = FIELD_TEXT, .max = 64});

/* ---- addresses ---- */

/* Only against floods: what a person may do is counted by settings, in the database. */
#define FLOOD(count) {{RATE_ADDRESS, (count), MINUTE}}
#define PAGES FLOOD(6000)
#define POSTS FLOOD(3000)

static const struct route routes[] = {
    {METHOD_GET,
     "/",
     WHO_ANYONE,
     NULL,
     {{STAGE_READ, home_plain}},
     .page = &template_identity_home,
     .rates = PAGES,
     .summary = "What the cabinet has; guests are sent to sign in",
     .flags = ROUTE_UNLESS},
    {METHOD_GET,
     "/signup",
     WHO_GUEST,
     &signup_form,
     {{STAGE_READ, signup_page}},
     .page = &template_identity_signup,
     .rates = PAGES,
     .summary = "Begin signing up",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_GET,
     "/signup/challenge",
     WHO_GUEST,
     NULL,
     {{STAGE_QUICK, signup_challenge}},
     .rates = PAGES,
     .summary = "A proof-of-work challenge (ALTCHA v1)"},
    {METHOD_POST,
     "/signup",
     WHO_GUEST,
     &signup_form,
     {{STAGE_WRITE, signup_start}},
     .page = &template_identity_signup,
     .again = signup_again,
     .again_page = &template_identity_signup,
     .rates = POSTS,
     .audit = "identity.signup",
     .summary = "Send a code to a number"},
    {METHOD_GET,
     "/signup/code",
     WHO_GUEST,
     &code_form,
     {{STAGE_READ, signup_code_page}},
     .page = &template_identity_code,
     .rates = PAGES,
     .summary = "Where the code is typed",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_POST,
     "/signup/code",
     WHO_GUEST,
     &code_form,
     {{STAGE_READ, signup_code_check}, {STAGE_WORK, signup_code_hash}, {STAGE_WRITE, signup_code_try}},
     .page = &template_identity_code,
     .again = signup_code_page,
     .again_page = &template_identity_code,
     .rates = POSTS,
     .audit = "identity.code",
     .summary = "Prove the number by its code; with a password the cabinet opens at once"},
    {METHOD_POST,
     "/signup/resend",
     WHO_GUEST,
     &resend_form,
     {{STAGE_WRITE, signup_resend}},
     .page = &template_identity_code,
     .again = signup_code_page,
     .again_page = &template_identity_resend,
     .rates = POSTS,
     .audit = "identity.resend",
     .summary = "Send the code again"},
    {METHOD_GET,
     "/signup/password",
     WHO_GUEST,
     &password_form,
     {{STAGE_READ, signup_password_page}},
     .page = &template_identity_new_password,
     .rates = PAGES,
     .summary = "Where the password is chosen",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_POST,
     "/signup/password",
     WHO_GUEST,
     &password_form,
     {{STAGE_READ, signup_password_check}, {STAGE_WORK, signup_password_hash}, {STAGE_WRITE, signup_open}},
     .page = &template_identity_new_password,
     .again = signup_password_page,
     .again_page = &template_identity_new_password,
     .rates = POSTS,
     .audit = "identity.open",
     .summary = "Set the password; the cabinet opens"},
    {METHOD_GET,
     "/signin",
     WHO_GUEST,
     &signin_form,
     {{STAGE_READ, signin_page}},
     .page = &template_identity_signin,
     .rates = PAGES,
     .summary = "How one can sign in",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_POST,
     "/signin",
     WHO_GUEST,
     &signin_form,
     {{STAGE_QUICK, signin_fields},
      {STAGE_WRITE, signin_reserve},
      {STAGE_WORK, signin_compare},
      {STAGE_WRITE, signin_open}},
     .page = &template_identity_signin,
     .again = signin_page,
     .again_page = &template_identity_signin,
     .rates = POSTS,
     .audit = "identity.signin",
     .summary = "Sign in by number and password",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_POST,
     "/signin/number",
     WHO_GUEST,
     &signin_number_form,
     {{STAGE_WRITE, signin_number_start}},
     .page = &template_identity_signin,
     .again = signin_page,
     .again_page = &template_identity_signin,
     .rates = POSTS,
     .audit = "identity.signin.number",
     .summary = "Send a code to sign in by, where one signs in by a code"},
    {METHOD_GET,
     "/signin/code",
     WHO_GUEST,
     &signin_code_form,
     {{STAGE_READ, signin_code_page}},
     .page = &template_identity_signin_code,
     .rates = PAGES,
     .summary = "Where that code is typed",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_POST,
     "/signin/code",
     WHO_GUEST,
     &signin_code_form,
     {{STAGE_WRITE, signin_code_try}},
     .page = &template_identity_signin_code,
     .again = signin_code_page,
     .again_page = &template_identity_signin_code,
     .rates = POSTS,
     .audit = "identity.signin.code",
     .summary = "Sign in by that code; who has a password is asked for it next"},
    {METHOD_POST,
     "/signin/resend",
     WHO_GUEST,
     &signin_resend_form,
     {{STAGE_WRITE, signin_code_resend}},
     .page = &template_identity_signin_resend,
     .again = signin_code_page,
     .again_page = &template_identity_signin_resend,
     .rates = POSTS,
     .audit = "identity.signin.resend",
     .summary = "Send that code again"},
    {METHOD_GET,
     "/signin/password",
     WHO_GUEST,
     &signin_password_form,
     {{STAGE_READ, signin_password_page}},
     .page = &template_identity_signin_password,
     .rates = PAGES,
     .summary = "Where the password is typed after the code",
     .flags = ROUTE_FORM_OPTIONAL},
    {METHOD_POST,
     "/signin/password",
     WHO_GUEST,
     &signin_password_form,
     {{STAGE_WRITE, signin_password_reserve},
      {STAGE_WORK, signin_password_compare},
      {STAGE_WRITE, signin_password_open}},
     .page = &template_identity_signin_password,
     .again = signin_password_page,
     .again_page = &template_identity_signin_password,
     .rates = POSTS,
     .audit = "identity.signin.password",
     .summary = "Sign in by the password, after the code"},
    {METHOD_POST,
     "/signout",
     WHO_CUSTOMER,
     NULL,
     {{STAGE_WRITE, signout}},
     .page = &template_identity_signin,
     .audit = "identity.signout",
     .summary = "End this session"},
    {METHOD_GET,
     "/sessions",
     WHO_CUSTOMER,
     NULL,
     {{STAGE_READ, sessions_page}},
     .page = &template_identity_sessions,
     .summary = "Where one is signed in"},
    {METHOD_POST,
     "/sessions/{id}/end",
     WHO_CUSTOMER,
     NULL,
     {{STAGE_WRITE, sessions_end_one}},
     .page = &template_identity_sessions,
     .audit = "identity.session.end",
     .summary = "End one session",
     .flags = ROUTE_SENSITIVE},
    {METHOD_POST,
     "/sessions/end-others",
     WHO_CUSTOMER,
     NULL,
     {{STAGE_WRITE, sessions_end_others}},
     .page = &template_identity_sessions,
     .audit = "identity.session.end_others",
     .summary = "End all sessions but this one",
     .flags = ROUTE_SENSITIVE},
    {METHOD_GET,
     "/resume/{token}",
     WHO_CUSTOMER,
     NULL,
     {{STAGE_READ, resume_page}},
     .page = &template_identity_resume,
     .summary = "A form that was sent after its session had ended",
     .flags = ROUTE_PAGE_ONLY},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_identity_sessions_menu, "/sessions", "security", WHO_CUSTOMER, 900},
    {.path = NULL},
};

/* ---- settings ---- */

static const char *const policies[] = {"composed", "modern", NULL};

#define AT(member) offsetof(struct identity_settings, member)

static const struct setting settings[] = {
    {"password.policy", SETTING_CHOICE, AT(password_policy), "composed", 0, 0, policies,
     "composed: lower and upper Latin letters, a digit and a sign; modern: length and a list of common passwords"},
    {"password.least", SETTING_INT, AT(password_min), "7", 6, 64, NULL, "Characters a password has at least"},
    {"code.life", SETTING_DURATION, AT(code_life), "10m", MINUTE, 10 * MINUTE, NULL, "How long a code is good"},
    {"code.tries", SETTING_INT, AT(code_tries), "5", 1, 10, NULL, "Tries of one code"},
    {"code.pause", SETTING_DURATION, AT(code_pause), "60s", 0, HOUR, NULL,
     "Before a code can be sent again; each next pause is twice as long"},
    {"code.pause_max", SETTING_DURATION, AT(code_pause_max), "15m", 0, DAY, NULL, "The longest such pause"},
    {"code.number", SETTING_INT, AT(number_codes), "5", 1, 1000000, NULL, "Codes sent to one number in its window"},
    {"code.number_window", SETTING_DURATION, AT(number_window), "1h", MINUTE, DAY, NULL,
     "… the window, and the pause after"},
    {"code.address", SETTING_INT, AT(address_codes), "20", 1, 1000000, NULL,
     "Codes asked for from one address in a window"},
    {"code.network", SETTING_INT, AT(network_codes), "100", 1, 1000000, NULL, "… from one network (/24, IPv6 /48)"},
    {"code.prefix", SETTING_INT, AT(prefix_codes), "300", 1, 1000000, NULL,
     "… to numbers that differ in their last four digits alone"},
    {"code.whole", SETTING_INT, AT(whole_codes), "20000", 1, 1000000, NULL, "… to all numbers together"},
    {"code.window", SETTING_DURATION, AT(codes_window), "1h", MINUTE, DAY, NULL, "… the window"},
    {"lock.tries", SETTING_INT, AT(tries), "5", 1, 100, NULL,
     "Wrong passwords for a number before it is locked for a while"},
    {"lock.pause", SETTING_DURATION, AT(tries_pause), "1m", SECOND, DAY, NULL,
     "The first lock; each next is twice as long"},
    {"lock.pause_max", SETTING_DURATION, AT(tries_pause_max), "1h", SECOND, DAY, NULL, "The longest lock"},
    {"lock.device", SETTING_INT, AT(device_tries), "5", 1, 100, NULL,
     "Tries that a known device has apart from the number's"},
    {"lock.address", SETTING_INT, AT(address_tries), "30", 1, 1000000, NULL,
     "Wrong passwords from one address in a window"},
    {"lock.network", SETTING_INT, AT(network_tries), "200", 1, 1000000, NULL, "… from one network (/24, IPv6 /48)"},
    {"lock.window", SETTING_DURATION, AT(tries_window), "10m", SECOND, DAY, NULL, "… the window"},
    {"code.cooling", SETTING_DURATION, AT(code_cooling), "24h", 0, 30 * DAY, NULL,
     "After a sign-in by the code alone from a device not known outgoing money is limited for so long; 0s: not at all"},
    {"code.cooling_sum", SETTING_MONEY, AT(code_sum), "3 000.00", 0, 100000000, NULL, "… to this sum in all"},
    {"robot.hardness", SETTING_INT, AT(robot_hardness), "60000", 1000, 10000000, NULL,
     "Hashes a browser computes at most to sign up"},
    {"robot.life", SETTING_DURATION, AT(robot_life), "20m", 15 * MINUTE, DAY, NULL,
     "How long a challenge or question is good"},
    {"robot.plain", SETTING_BOOL, AT(robot_plain), "true", 0, 0, NULL,
     "Let pages without scripts ask a sum in words instead"},
    {"robot.plain_address", SETTING_INT, AT(plain_address), "5", 1, 1000000, NULL,
     "… so often from one address in a window"},
    {"robot.plain_network", SETTING_INT, AT(plain_network), "15", 1, 1000000, NULL, "… from one network"},
    {"robot.plain_window", SETTING_DURATION, AT(plain_window), "1h", MINUTE, DAY, NULL, "… the window"},
    {"draft.life", SETTING_DURATION, AT(draft_life), "24h", 10 * MINUTE, 30 * DAY, NULL,
     "How long a sign-up can be gone on with"},
    {"session.idle", SETTING_DURATION, AT(session_idle), "30m", SECOND, 30 * DAY, NULL,
     "A session unused for so long ends"},
    {"session.life", SETTING_DURATION, AT(session_life), "30d", MINUTE, 400 * DAY, NULL,
     "A session ends after so long anyway"},
    {"session.token_idle", SETTING_DURATION, AT(token_idle), "30d", MINUTE, 400 * DAY, NULL,
     "An application's token unused for so long ends"},
    {"session.kept_form", SETTING_DURATION, AT(kept_life), "30m", MINUTE, DAY, NULL,
     "How long a form sent after that is kept"},
    {"session.cached", SETTING_INT, AT(sessions_cached), "131072", 512, 16777216, NULL, "Sessions kept in memory"},
    {"device.life", SETTING_DURATION, AT(device_life), "365d", DAY, 400 * DAY, NULL, "How long a device stays known"},
    {.name = NULL},
};

/* ---- life ---- */

/* How long a number's owner is believed: with one process writing only what it forgets itself could differ. */
#define NUMBER_SQLITE (10 * MINUTE)
#define NUMBER_POSTGRES MINUTE

static bool recipient_of(struct engine *engine, struct tx *tx, int64_t id, struct recipient *recipient) {
    struct customer customer;
    if (!identity_customer(engine, tx, id, &customer) || customer.closed) return false;
    *recipient = (struct recipient){customer.phone, customer.language};
    return true;
}

static void *identity_start(struct engine *engine, struct arena *arena, struct text *problem) {
    struct identity *identity = arena_new_of(arena, struct identity);
    identity->engine = engine;
    identity->settings = identity_settings(engine);
    identity->next_flush = world_now(engine_world(engine)) + MINUTE;
    identity->sessions = session_cache_new((size_t)identity->settings->sessions_cached);
    identity->tokens = token_memo_new();
    identity->numbers = number_memo_new(store_is_postgres(engine_store(engine)) ? NUMBER_POSTGRES : NUMBER_SQLITE);
    identity->coolings = cooling_memo_new(!store_is_postgres(engine_store(engine)));
    if (!identity->sessions || !identity->tokens || !identity->numbers || !identity->coolings) {
        *problem = TEXT("no memory for the sessions");
        session_cache_free(identity->sessions);
        token_memo_free(identity->tokens);
        number_memo_free(identity->numbers);
        cooling_memo_free(identity->coolings);
        return NULL;
    }
    engine_identify_by(
        engine, (struct identifier){
                    .quick = session_quick,
                    .full = session_full,
                    .warm = session_warm,
                    .keep_form = identity_keep_form,
                    .self = identity});
    message_people_by(engine, recipient_of);
    message_consents_by(engine, consents_to_messages);
    return identity;
}

static void identity_stop(void *state) {
    struct identity *identity = state;
    session_cache_free(identity->sessions);
    token_memo_free(identity->tokens);
    number_memo_free(identity->numbers);
    cooling_memo_free(identity->coolings);
}

static const char *const needs[] = {"messaging", NULL};

const struct feature identity_feature = {
    .name = "identity",
    .needs = needs,
    .routes = routes,
    .migrations = identity_migrations,
    .jobs = identity_jobs,
    .sealed = identity_sealed,
    .settings = settings,
    .settings_size = sizeof(struct identity_settings),
    .menu = menu,
    .open = identity_start,
    .close = identity_stop,
    .own_data = identity_own_data,
    .obstacles = identity_obstacles,
    .erases = identity_erases,
};

/* feature.c: the support as the engine sees it: its addresses, forms and settings. */
#include "adapters/picture/picture.h"
#include "support/desk.h"
#include "support/help.h"
#include "support/mail.h"
#include "support/maintenance.h"

#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

/* ---- forms ---- */

static const char *const parts[] = {"soon", "morning", "day", "evening", NULL};

#define WORDS_MAX 2000
#define FILE_FIELD                                                                                                     \
    { .name = "file", .type = FIELD_FILE, .max = PICTURE_FILE_MAX, .invalid = S_support_file_large }

/* The page has two forms; each is drawn again with the other beside it, so each knows the other's fields. */
FORM(say_form,
     {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX, .invalid = S_support_long},
     {.name = "about", .type = FIELD_ID}, {.name = "phone", .type = FIELD_PHONE},
     {.name = "part", .type = FIELD_CHOICE, .choices = parts}, FILE_FIELD);
FORM(say_draft, {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX}, {.name = "about", .type = FIELD_ID},
     {.name = "phone", .type = FIELD_PHONE}, {.name = "part", .type = FIELD_CHOICE, .choices = parts}, FILE_FIELD);
FORM(callback_form,
     {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_support_call_phone_missing},
     {.name = "part", .type = FIELD_CHOICE, .choices = parts, .required = true},
     {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX}, {.name = "about", .type = FIELD_ID}, FILE_FIELD);

FORM(search_form, {.name = "q", .type = FIELD_TEXT, .max = 100});
static const char *const yes_no[] = {"yes", "no", NULL};
FORM(helped_form, {.name = "helped", .type = FIELD_CHOICE, .choices = yes_no, .required = true});
FORM(score_form, {.name = "score", .type = FIELD_INT, .min = 1, .max = 5, .required = true});

/* ---- staff's forms ---- */

FORM(open_form,
     {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_support_call_phone_missing},
     {.name = "text", .type = FIELD_TEXT, .required = true, .min = 3, .max = WORDS_MAX,
      .missing = S_support_open_missing,
      .invalid = S_support_long},
     {.name = "part", .type = FIELD_CHOICE, .choices = parts});
FORM(open_draft, {.name = "phone", .type = FIELD_PHONE}, {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX},
     {.name = "part", .type = FIELD_CHOICE, .choices = parts});

static const char *const shows[] = {"all", "mine", "free", "closed", NULL};
static const char *const outcomes[] = {"solved", "unsolved", "spam", NULL};
static const char *const call_outcomes[] = {"reached", "missed", "needless", NULL};
static const char *const languages[] = {"ru", "en", NULL};
FORM(desk_form, {.name = "show", .type = FIELD_CHOICE, .choices = shows});
/* The case's page has several forms; each knows the others' fields. */
#define DESK_OTHERS                                                                                                    \
    {.name = "phrase", .type = FIELD_ID}, {.name = "login", .type = FIELD_TEXT, .max = 40}
FORM(answer_draft, {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX}, FILE_FIELD,
     {.name = "note", .type = FIELD_TEXT, .max = WORDS_MAX}, DESK_OTHERS);
FORM(answer_form, {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX, .invalid = S_support_long}, FILE_FIELD,
     {.name = "note", .type = FIELD_TEXT, .max = WORDS_MAX}, DESK_OTHERS);
FORM(note_form, {.name = "text", .type = FIELD_TEXT, .max = WORDS_MAX}, FILE_FIELD,
     {.name = "note", .type = FIELD_TEXT, .required = true, .max = WORDS_MAX, .missing = S_support_desk_note_nothing,
      .invalid = S_support_long}, DESK_OTHERS);
FORM(close_form, {.name = "outcome", .type = FIELD_CHOICE, .choices = outcomes, .required = true});
FORM(call_form, {.name = "outcome", .type = FIELD_CHOICE, .choices = call_outcomes, .required = true});
FORM(duty_form, {.name = "on", .type = FIELD_CHOICE, .choices = yes_no, .required = true});
FORM(phrase_form, {.name = "language", .type = FIELD_CHOICE, .choices = languages, .required = true},
     {.name = "title", .type = FIELD_TEXT, .required = true, .min = 1, .max = 80},
     {.name = "text", .type = FIELD_TEXT, .required = true, .min = 1, .max = WORDS_MAX, .invalid = S_support_long});

static const char *const sections[] = {"question", "security", NULL};
static const char *const acts[] = {"look", "publish", NULL};
FORM(edit_draft, {.name = "version", .type = FIELD_INT});
FORM(new_form, {.name = "slug", .type = FIELD_TEXT, .required = true, .max = 40, .missing = S_support_edit_slug});
#define HELP_WORDS(field_name)                                                                                         \
    { .name = field_name, .type = FIELD_TEXT, .required = true, .min = 1, .max = 8000 }
#define HELP_TITLE(field_name)                                                                                         \
    { .name = field_name, .type = FIELD_TEXT, .required = true, .min = 1, .max = 120 }
FORM(edit_form, HELP_TITLE("title_ru"), HELP_WORDS("words_ru"), HELP_TITLE("title_en"), HELP_WORDS("words_en"),
     {.name = "section", .type = FIELD_CHOICE, .choices = sections, .required = true},
     {.name = "position", .type = FIELD_INT, .min = 1, .max = 100000, .required = true},
     {.name = "shown", .type = FIELD_BOOL}, {.name = "version", .type = FIELD_INT, .required = true},
     {.name = "act", .type = FIELD_CHOICE, .choices = acts, .required = true});

static const char *const pauses[] = {"begin", "end", NULL};
FORM(pause_form, {.name = "act", .type = FIELD_CHOICE, .choices = pauses, .required = true},
     {.name = "minutes", .type = FIELD_INT, .min = 1, .max = 7 * 24 * 60, .invalid = S_support_pause_minutes_bad});
FORM(pause_word_form, {.name = "at", .type = FIELD_INT, .required = true},
     {.name = "minutes", .type = FIELD_INT, .min = 0, .max = 7 * 24 * 60, .required = true},
     {.name = "sign", .type = FIELD_SECRET, .required = true, .max = 100});

/* What `kabinet mail-in` brings. */
FORM(mail_form, {.name = "key", .type = FIELD_SECRET, .required = true, .max = 256},
     {.name = "sender", .type = FIELD_TEXT, .max = 300}, {.name = "recipient", .type = FIELD_TEXT, .max = 300},
     {.name = "from", .type = FIELD_TEXT, .required = true, .max = 300}, {.name = "name", .type = FIELD_TEXT},
     {.name = "subject", .type = FIELD_TEXT}, {.name = "message_id", .type = FIELD_TEXT, .max = 4100},
     {.name = "references", .type = FIELD_TEXT, .max = 8300}, {.name = "date", .type = FIELD_TEXT, .max = 4100},
     {.name = "auth", .type = FIELD_TEXT, .max = 4100}, {.name = "automatic", .type = FIELD_BOOL},
     {.name = "text", .type = FIELD_TEXT, .max = 41000}, {.name = "left_out", .type = FIELD_INT},
     {.name = "file1", .type = FIELD_FILE, .max = PICTURE_FILE_MAX},
     {.name = "file2", .type = FIELD_FILE, .max = PICTURE_FILE_MAX},
     {.name = "file3", .type = FIELD_FILE, .max = PICTURE_FILE_MAX},
     {.name = "file4", .type = FIELD_FILE, .max = PICTURE_FILE_MAX},
     {.name = "file5", .type = FIELD_FILE, .max = PICTURE_FILE_MAX});
#define MAIL_MAX ((int64_t)26 << 20)

/* ---- addresses ---- */

#define SAYING {{RATE_ADDRESS, 60, MINUTE}, {RATE_CALLER, 20, MINUTE}}
#define STAFF_FLOOD {{RATE_ADDRESS, 600, MINUTE}}
#define ANSWERS (ROLE_SUPPORT | ROLE_RISK)

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/support",
     .who = WHO_ANYONE,
     .form = &say_draft,
     .stages = {{STAGE_READ, chat_look}, {STAGE_WRITE, chat_seen}},
     .page = &template_support_chat,
     .audit = "support.read",
     .summary = "The conversation with the support, and when somebody is there; `about` names an operation",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/support",
     .who = WHO_ANYONE,
     .form = &say_form,
     .stages = {{STAGE_WORK, attachment_clean}, {STAGE_WRITE, chat_send}},
     .again = chat_page,
     .again_page = &template_support_chat,
     .key = true,
     .rates = SAYING,
     .body_max = PICTURE_FILE_MAX + 65536,
     .audit = "support.say",
     .summary = "Says something to the support; a guest is known by the cookie that this sets"},
    {.method = METHOD_GET,
     .path = "/support/cases/{id}",
     .who = WHO_ANYONE,
     .form = &say_draft,
     .stages = {{STAGE_READ, chat_case_look}, {STAGE_WRITE, chat_case_seen}},
     .page = &template_support_chat,
     .audit = "support.read",
     .summary = "One of the caller's conversations",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/support/cases/{id}/rate",
     .who = WHO_ANYONE,
     .form = &score_form,
     .stages = {{STAGE_WRITE, chat_rate}},
     .page = &template_support_chat,
     .rates = {{RATE_ADDRESS, 600, MINUTE}, {RATE_CALLER, 120, MINUTE}},
     .audit = "support.case.rate",
     .summary = "How one was helped, 1 to 5, once the conversation is closed; once more changes it"},
    {.method = METHOD_GET,
     .path = "/support/cases/{id}/files/{file}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, attachment_read}},
     .rates = {{RATE_ADDRESS, 120, MINUTE}},
     .summary = "What was attached to a message of the caller's, for saving"},
    {.method = METHOD_POST,
     .path = "/support/callback",
     .who = WHO_ANYONE,
     .form = &callback_form,
     .stages = {{STAGE_WRITE, chat_callback}},
     .again = chat_page,
     .again_page = &template_support_chat,
     .key = true,
     .rates = SAYING,
     .audit = "support.callback",
     .summary = "Asks to be called back"},
    {.method = METHOD_GET,
     .path = "/support/events",
     .who = WHO_ANYONE,
     .stages = {{STAGE_QUICK, chat_events}},
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .summary = "Tells that something was said, as server-sent events",
     .flags = ROUTE_STREAM},
    {.method = METHOD_GET,
     .path = "/support/theft",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_READ, theft_page}},
     .page = &template_support_theft,
     .summary = "What reporting a theft does, and its button"},
    {.method = METHOD_POST,
     .path = "/support/theft",
     .who = WHO_CUSTOMER,
     .stages = {{STAGE_WRITE, theft_report}},
     .key = true,
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "support.theft",
     .summary = "Freezes outgoing money, ends other sessions, opens a case"},
    {.method = METHOD_GET,
     .path = "/help",
     .who = WHO_ANYONE,
     .form = &search_form,
     .stages = {{STAGE_READ, help_list}},
     .page = &template_support_help,
     .rates = {{RATE_ADDRESS, 600, MINUTE}},
     .summary = "Questions and answers; `q` searches them",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/help/{slug}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, help_read}},
     .page = &template_support_article,
     .summary = "One answer"},
    {.method = METHOD_POST,
     .path = "/help/cabinet/rate",
     .who = WHO_CUSTOMER,
     .form = &score_form,
     .stages = {{STAGE_WRITE, help_rate_cabinet}},
     .rates = {{RATE_CALLER, 30, MINUTE}},
     .audit = "support.rate",
     .summary = "Rates the cabinet, 1 to 5; once more changes it"},
    {.method = METHOD_POST,
     .path = "/help/{slug}/rate",
     .who = WHO_CUSTOMER,
     .form = &helped_form,
     .stages = {{STAGE_WRITE, help_rate}},
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "support.help.rate",
     .summary = "Says whether an answer helped; once more changes it"},
    {.method = METHOD_GET,
     .path = "/staff/cases",
     .who = WHO_STAFF,
     .form = &desk_form,
     .stages = {{STAGE_READ, desk_list}},
     .page = &template_support_desk,
     .rates = STAFF_FLOOD,
     .audit = "support.case.list",
     .summary = "Cases: who waits, whose each is",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ANSWERS},
    {.method = METHOD_GET,
     .path = "/staff/cases/new",
     .who = WHO_STAFF,
     .form = &open_draft,
     .stages = {{STAGE_QUICK, desk_open_page}},
     .page = &template_support_desk_open,
     .rates = STAFF_FLOOD,
     .audit = "support.case.open_page",
     .summary = "Where a case is opened for somebody who phones",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_SUPPORT},
    {.method = METHOD_POST,
     .path = "/staff/cases",
     .who = WHO_STAFF,
     .form = &open_form,
     .stages = {{STAGE_WRITE, desk_open}},
     .again = desk_open_page,
     .again_page = &template_support_desk_open,
     .rates = STAFF_FLOOD,
     .key = true,
     .audit = "support.case.opened",
     .summary = "Opens a case by telephone: a customer's by his number, else with the number to call back",
     .roles = ROLE_SUPPORT},
    {.method = METHOD_GET,
     .path = "/staff/cases/{id}",
     .who = WHO_STAFF,
     .form = &answer_draft,
     .stages = {{STAGE_READ, desk_look}, {STAGE_WRITE, desk_seen}},
     .page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.page",
     .summary = "A case; what was said, to who has taken it or may see the customer",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/take",
     .who = WHO_STAFF,
     .stages = {{STAGE_WRITE, desk_take}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.take",
     .summary = "Take a case that nobody has",
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/hand",
     .who = WHO_STAFF,
     .form = &answer_draft,
     .stages = {{STAGE_WRITE, desk_hand}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.hand",
     .summary = "Hand one's case over; without a login: back to all",
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/say",
     .who = WHO_STAFF,
     .form = &answer_form,
     .stages = {{STAGE_WORK, attachment_clean}, {STAGE_WRITE, desk_say}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.say",
     .summary = "Answer in one's case",
     .key = true,
     .body_max = PICTURE_FILE_MAX + 65536,
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/note",
     .who = WHO_STAFF,
     .form = &note_form,
     .stages = {{STAGE_WRITE, desk_note}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.note",
     .summary = "Note something for colleagues alone",
     .key = true,
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/close",
     .who = WHO_STAFF,
     .form = &close_form,
     .stages = {{STAGE_WRITE, desk_close}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.close",
     .summary = "Close one's case with an outcome",
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/reopen",
     .who = WHO_STAFF,
     .stages = {{STAGE_WRITE, desk_reopen}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.case.reopen",
     .summary = "Reopen a closed case and take it",
     .roles = ANSWERS},
    {.method = METHOD_GET,
     .path = "/staff/cases/{id}/files/{file}",
     .who = WHO_STAFF,
     .stages = {{STAGE_READ, desk_file}},
     .rates = STAFF_FLOOD,
     .audit = "support.case.file",
     .summary = "What was attached in a case",
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/cases/{id}/calls/{call}",
     .who = WHO_STAFF,
     .form = &call_form,
     .stages = {{STAGE_WRITE, call_done}},
     .page = &template_support_desk_case,
     .again = desk_case_page,
     .again_page = &template_support_desk_case,
     .rates = STAFF_FLOOD,
     .audit = "support.call.end",
     .summary = "What came of a call that was asked for",
     .roles = ANSWERS},
    {.method = METHOD_GET,
     .path = "/staff/calls",
     .who = WHO_STAFF,
     .stages = {{STAGE_READ, calls_page}},
     .page = &template_support_calls,
     .rates = STAFF_FLOOD,
     .audit = "support.call.list",
     .summary = "Who asked to be called back",
     .roles = ROLE_SUPPORT},
    {.method = METHOD_GET,
     .path = "/staff/events",
     .who = WHO_STAFF,
     .stages = {{STAGE_QUICK, desk_events}},
     .rates = STAFF_FLOOD,
     .audit = "support.events",
     .summary = "Tells that there is news in one's cases, as server-sent events",
     .flags = ROUTE_STREAM,
     .roles = ANSWERS},
    {.method = METHOD_POST,
     .path = "/staff/duty",
     .who = WHO_STAFF,
     .form = &duty_form,
     .stages = {{STAGE_WRITE, duty_switch}},
     .page = &template_support_desk,
     .rates = STAFF_FLOOD,
     .audit = "support.duty",
     .summary = "Say that one is on duty, or is no more",
     .roles = ANSWERS},
    {.method = METHOD_GET,
     .path = "/staff/phrases",
     .who = WHO_STAFF,
     .form = &phrase_form,
     .stages = {{STAGE_READ, phrases_page}},
     .page = &template_support_phrases,
     .rates = STAFF_FLOOD,
     .audit = "support.phrase.list",
     .summary = "Ready answers",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_SUPPORT | ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/phrases",
     .who = WHO_STAFF,
     .form = &phrase_form,
     .stages = {{STAGE_WRITE, phrase_save}},
     .page = &template_support_phrases,
     .rates = STAFF_FLOOD,
     .audit = "support.phrase.add",
     .summary = "Add a ready answer",
     .again = phrases_page,
     .again_page = &template_support_phrases,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/phrases/{id}",
     .who = WHO_STAFF,
     .form = &phrase_form,
     .stages = {{STAGE_WRITE, phrase_save}},
     .page = &template_support_phrases,
     .rates = STAFF_FLOOD,
     .audit = "support.phrase.change",
     .summary = "Change a ready answer",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/phrases/{id}/remove",
     .who = WHO_STAFF,
     .stages = {{STAGE_WRITE, phrase_remove}},
     .page = &template_support_phrases,
     .rates = STAFF_FLOOD,
     .audit = "support.phrase.remove",
     .summary = "Remove a ready answer",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/help",
     .who = WHO_STAFF,
     .form = &new_form,
     .stages = {{STAGE_READ, help_desk}},
     .page = &template_support_help_desk,
     .rates = STAFF_FLOOD,
     .audit = "support.help.list",
     .summary = "Help pages, those not shown too",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/help",
     .who = WHO_STAFF,
     .form = &new_form,
     .stages = {{STAGE_QUICK, help_new}},
     .page = &template_support_help_desk,
     .again = help_desk,
     .again_page = &template_support_help_desk,
     .rates = STAFF_FLOOD,
     .audit = "support.help.new",
     .summary = "Begin a help page by its address",
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/help/{slug}",
     .who = WHO_STAFF,
     .form = &edit_draft,
     .stages = {{STAGE_READ, help_edit}},
     .page = &template_support_help_edit,
     .rates = STAFF_FLOOD,
     .audit = "support.help.page",
     .summary = "Edit a help page; `version` begins with an earlier one",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_POST,
     .path = "/staff/help/{slug}",
     .who = WHO_STAFF,
     .form = &edit_form,
     .stages = {{STAGE_WRITE, help_save}},
     .page = &template_support_help_edit,
     .again = help_again,
     .again_page = &template_support_help_edit,
     .rates = STAFF_FLOOD,
     .audit = "support.help.edit",
     .summary = "Look at what was typed, or publish it",
     .body_max = 65536,
     .roles = ROLE_CATALOGUE},
    {.method = METHOD_GET,
     .path = "/staff/ratings",
     .who = WHO_STAFF,
     .stages = {{STAGE_READ, ratings_page}},
     .page = &template_support_ratings,
     .rates = STAFF_FLOOD,
     .audit = "support.ratings",
     .summary = "How customers rate the cabinet, the answers and the help",
     .roles = ROLE_SUPPORT | ROLE_CATALOGUE | ROLE_ADMIN},
    {.method = METHOD_GET,
     .path = "/staff/maintenance",
     .who = WHO_STAFF,
     .form = &pause_form,
     .stages = {{STAGE_READ, maintenance_page}},
     .page = &template_support_maintenance,
     .rates = STAFF_FLOOD,
     .audit = "maintenance.page",
     .summary = "Whether work is going on, until when",
     .flags = ROUTE_FORM_OPTIONAL,
     .roles = ROLE_ADMIN},
    {.method = METHOD_POST,
     .path = "/staff/maintenance",
     .who = WHO_STAFF,
     .form = &pause_form,
     .stages = {{STAGE_WRITE, maintenance_set}},
     .page = &template_support_maintenance,
     .again = maintenance_page,
     .again_page = &template_support_maintenance,
     .rates = STAFF_FLOOD,
     .audit = "maintenance.set",
     .summary = "Work begins, for so many minutes, or is over",
     .roles = ROLE_ADMIN},
    {.method = METHOD_POST,
     .path = "/gateway/maintenance",
     .who = WHO_PARTNER,
     .form = &pause_word_form,
     .stages = {{STAGE_QUICK, maintenance_check}, {STAGE_WRITE, maintenance_by_command}},
     .rates = {{RATE_WHOLE, 60, MINUTE}},
     .audit = "maintenance.command",
     .summary = "The same, by `kabinet maintenance`; minutes 0: over",
     .flags = ROUTE_NO_CSRF | ROUTE_ALWAYS},
    {.method = METHOD_POST,
     .path = "/gateway/mail",
     .who = WHO_PARTNER,
     .form = &mail_form,
     .stages = {{STAGE_QUICK, mail_check}, {STAGE_WORK, mail_clean}, {STAGE_WRITE, mail_keep}},
     .rates = {{RATE_WHOLE, 600, MINUTE}},
     .audit = "support.mail",
     .summary = "A letter to the help address, brought by `kabinet mail-in`",
     .body_max = MAIL_MAX,
     .flags = ROUTE_NO_CSRF},
    {.path = NULL},
};

static const struct menu_item menu[] = {
    {S_support_desk_title, "/staff/cases", "support", WHO_STAFF, 22},
    {S_support_calls_title, "/staff/calls", "phone", WHO_STAFF, 24},
    {S_support_phrases_title, "/staff/phrases", "edit", WHO_STAFF, 70},
    {S_support_edit_title, "/staff/help", "help", WHO_STAFF, 72},
    {S_support_pause_title, "/staff/maintenance", "settings", WHO_STAFF, 92},
    {S_support_ratings_title, "/staff/ratings", "star", WHO_STAFF, 74},
    {S_support_menu, "/support", "support", WHO_CUSTOMER, 950},
    {.path = NULL},
};

/* ---- settings ---- */

#define AT(member) offsetof(struct support_settings, member)

static const struct setting settings[] = {
    {"hours.weekdays", SETTING_TEXT, AT(weekdays), "09:00-21:00", 0, 11, NULL,
     "When somebody is on duty, Monday to Friday; \"\": nobody"},
    {"hours.weekends", SETTING_TEXT, AT(weekends), "10:00-18:00", 0, 11, NULL, "The same, Saturday and Sunday"},
    {"answer", SETTING_DURATION, AT(answer_us), "15m", MINUTE, 7 * DAY, NULL,
     "How soon an answer is promised while somebody is there"},
    {"guest_life", SETTING_DURATION, AT(guest_life), "30d", HOUR, 365 * DAY, NULL,
     "How long a guest's browser is known again"},
    {"silence", SETTING_DURATION, AT(silence), "3d", MINUTE, 90 * DAY, NULL,
     "An answered conversation in which nothing more is asked is closed after so long"},
    {"mail.address", SETTING_TEXT, AT(mail_address), "", 0, 200, NULL,
     "The help address, whose letters `kabinet mail-in` brings; \"\": none"},
    {"mail.secret_file", SETTING_TEXT, AT(mail_secret_file), "", 0, 1000, NULL,
     "What `kabinet mail-in` shows to the server: 16 letters or more, readable for both"},
    {"mail.plus", SETTING_BOOL, AT(mail_plus), "true", 0, 0, NULL,
     "help+anything@… reaches the help address, too: then answers carry their case there"},
    {"mail.authority", SETTING_TEXT, AT(mail_authority), "", 0, 200, NULL,
     "The name with which our mail server signs Authentication-Results; \"\": no sender is believed"},
    {"mail.server", SETTING_TEXT, AT(mail_server), "", 0, 200, NULL,
     "Where `kabinet mail-in` finds the server, \"http://10.0.0.5:8080\"; \"\": where it listens"},
    {"maintenance_until", SETTING_TEXT, AT(maintenance_until), "", 0, 40, NULL,
     "\"2026-11-23T06:00:00Z\": every page says that work is going on and is expected to end then; \"\": open"},
    {.name = NULL},
};

/* ---- queues and jobs ---- */

static const struct queue queues[] = {
    {"support.case", S_support_desk_title, ROLE_SUPPORT, HOUR, "/staff/cases/", NULL, NULL},
    {"support.theft", S_support_desk_thefts, ANSWERS, 15 * MINUTE, "/staff/cases/", NULL, NULL},
    {.name = NULL},
};

static const struct job jobs[] = {
    {"support.silent", 10 * MINUTE, cases_silent},
    {"support.answered", MINUTE, answers_tell},
    {"support.letters", HOUR, mail_sweep},
    {.name = NULL},
};

/* ---- opening ---- */

struct support_door support_door(const struct config *config) {
    const struct support_settings *set =
        config_enabled(config, &support_feature) ? config_settings(config, &support_feature) : NULL;
    if (set == NULL) return (struct support_door){"", "", ""};
    return (struct support_door){set->mail_address, set->mail_server, set->mail_secret_file};
}

static bool read_secret(struct arena *arena, const char *path, struct text *secret, struct text *problem) {
    char bytes[256];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = file < 0 ? -1 : read(file, bytes, sizeof bytes);
    if (file >= 0) close(file);
    if (size > 0) *secret = text_trim(text_copy(arena, (struct text){bytes, (size_t)size}));
    if (size > 0 && secret->size >= 16) return true;
    *problem = text_format(arena, "support.mail.secret_file: %s: cannot be read, or has less than 16 letters", path);
    return false;
}

static void *support_open(struct engine *engine, struct arena *arena, struct text *problem) {
    struct support *support = arena_new_of(arena, struct support);
    const struct support_settings *set = engine_settings(engine, &support_feature);
    support->hours.answer_us = set->answer_us;
    if (!duty_span_parse(text_from(set->weekdays), &support->hours.weekday) ||
        !duty_span_parse(text_from(set->weekends), &support->hours.weekend))
        *problem = TEXT("support.hours: must be like 09:00-21:00, or empty");
    if (*set->maintenance_until != '\0' && !moment_parse(text_from(set->maintenance_until), &support->configured_pause))
        *problem = TEXT("support.maintenance_until: must be like 2026-11-23T06:00:00Z, or empty");
    support->switched_at = -1;
    moment kept = maintenance_kept(engine);
    engine_pause(engine, kept != 0 ? kept : support->configured_pause);
    engine_watch(engine, maintenance_look, SECOND);
    if (*set->mail_address != '\0') read_secret(arena, set->mail_secret_file, &support->mail_secret, problem);
    identity_gate_by(engine, (struct sign_in_gate){.opened = case_on_session});
    return support;
}

static const char *const needs[] = {"identity", "messaging", "operations", "backoffice", NULL};

const struct feature support_feature = {
    .name = "support",
    .needs = needs,
    .routes = routes,
    .migrations = support_migrations,
    .settings = settings,
    .settings_size = sizeof(struct support_settings),
    .menu = menu,
    .jobs = jobs,
    .sealed = support_sealed,
    .queues = queues,
    .open = support_open,
    .own_data = support_own_data,
    .erases = support_erases,
};

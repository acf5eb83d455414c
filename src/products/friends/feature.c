/* feature.c: friends: people of one's contacts, to send money to by one tap (BK-3): what they bring, as tables. */
#include "products/friends/friends.h"

#include <stddef.h>

#define LABEL_FIELD {.name = "label", .type = FIELD_TEXT, .max = FRIENDS_LABEL, .invalid = S_friends_label_long}
FORM(friend_form, {.name = "phone", .type = FIELD_PHONE, .required = true, .missing = S_friends_phone_missing},
     LABEL_FIELD);
FORM(friend_draft, {.name = "phone", .type = FIELD_PHONE}, LABEL_FIELD);
FORM(label_form, LABEL_FIELD);
FORM(findable_form, {.name = "on", .type = FIELD_BOOL});
FORM(match_form, {.name = "points", .type = FIELD_TEXT, .required = true},
     {.name = "buckets", .type = FIELD_TEXT, .required = true});
FORM(keep_form,
     {.name = "people", .type = FIELD_TEXT, .required = true, .max = 16000, .missing = S_friends_none_chosen});
FORM(no_form, );

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/friends",
     .who = WHO_CUSTOMER,
     .form = &friend_draft,
     .stages = {{STAGE_READ, friends_read}},
     .page = &template_friends_list,
     .summary = "One's friends, and whether one lets oneself be found",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/friends",
     .who = WHO_CUSTOMER,
     .form = &friend_form,
     .stages = {{STAGE_WRITE, friend_add}},
     .again = friends_read,
     .again_page = &template_friends_list,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "friends.add",
     .summary = "Adds a friend by number; one that is known gets the label"},
    {.method = METHOD_POST,
     .path = "/friends/match",
     .who = WHO_CUSTOMER,
     .form = &match_form,
     .stages = {{STAGE_QUICK, match_parse},
                {STAGE_WRITE, match_reserve},
                {STAGE_WORK, match_answer},
                {STAGE_READ, match_marks}},
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "friends.match",
     .summary = "Answers blinded numbers, and tells the marks of their buckets (src/products/friends/README.md)"},
    {.method = METHOD_POST,
     .path = "/friends/keep",
     .who = WHO_CUSTOMER,
     .form = &keep_form,
     .stages = {{STAGE_WRITE, match_keep}},
     .again = friends_read,
     .again_page = &template_friends_list,
     .key = true,
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "friends.keep",
     .body_max = 128 << 10,
     .summary = "Keeps those that were found: lines of a tag and a label"},
    {.method = METHOD_POST,
     .path = "/friends/findable",
     .who = WHO_CUSTOMER,
     .form = &findable_form,
     .stages = {{STAGE_WRITE, findable_write}},
     .rates = {{RATE_CALLER, 20, MINUTE}},
     .audit = "friends.findable",
     .summary = "Lets oneself be found by those who have one's number, or no more"},
    {.method = METHOD_GET,
     .path = "/friends/{id}",
     .who = WHO_CUSTOMER,
     .form = &label_form,
     .stages = {{STAGE_READ, friend_read}},
     .page = &template_friends_friend,
     .summary = "One of them",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/friends/{id}/label",
     .who = WHO_CUSTOMER,
     .form = &label_form,
     .stages = {{STAGE_WRITE, friend_label_write}},
     .again = friend_read,
     .again_page = &template_friends_friend,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "friends.label",
     .summary = "Calls a friend otherwise"},
    {.method = METHOD_POST,
     .path = "/friends/{id}/remove",
     .who = WHO_CUSTOMER,
     .form = &no_form,
     .stages = {{STAGE_WRITE, friend_remove_write}},
     .audit = "friends.remove",
     .summary = "Takes a friend off the list"},
    {.path = NULL},
};

#define AT(member) offsetof(struct friends_settings, member)
static const struct setting settings[] = {
    {"most", SETTING_INT, AT(most), "200", 1, FRIENDS_ROOM, NULL, "How many friends one may keep."},
    {"day_most", SETTING_INT, AT(day_most), "1000", 1, 100000, NULL,
     "How many numbers one may ask about within a day (of UTC): whether they are customers'."},
    {.name = NULL}};

static const struct menu_item menu[] = {{S_friends_menu, "/friends", "users", WHO_CUSTOMER, 27}, {.path = NULL}};

const struct feature friends_feature = {
    .name = "friends",
    .needs = (const char *const[]){"identity", NULL},
    .routes = routes,
    .migrations = friends_migrations,
    .settings = settings,
    .settings_size = sizeof(struct friends_settings),
    .menu = menu,
    .sealed = friends_sealed,
    .own_data = friends_own_data,
    .erases = friends_erases,
    .on_event = findable_on_event,
    .people = &friends_people,
};

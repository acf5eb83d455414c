/* feature.c: money boxes: money put aside for a goal, by hand, by rules, by others. What this file holds is
 * declarations; the stories are in money.c, fill.c and gift.c. */
#include "products/boxes/boxes.h"

#include "generated/templates.h"

#include <stddef.h>

/* ---- forms ---- */

static const char *const icons[] = {"target", "gift", "home", "phone", "school", "game", "star", "wallet", NULL};
static const char *const kinds[] = {"round", "percent", "schedule", NULL};
static const char *const steps[] = {"10", "50", "100", NULL};

#define SUM(needed)                                                                                                    \
    {.name = "sum",                                                                                                    \
     .type = FIELD_MONEY,                                                                                              \
     .required = (needed),                                                                                             \
     .min = 1,                                                                                                         \
     .max = MONEY_MAX,                                                                                                 \
     .missing = S_boxes_form_sum_missing,                                                                              \
     .invalid = S_boxes_form_sum_invalid}
#define GIVER                                                                                                          \
    {.name = "name", .type = FIELD_TEXT, .max = 40, .invalid = S_boxes_form_giver_invalid},                            \
        {.name = "note", .type = FIELD_TEXT, .max = 140, .invalid = S_boxes_form_note_invalid}

FORM(box_form,
     {.name = "name",
      .type = FIELD_TEXT,
      .required = true,
      .min = 1,
      .max = 40,
      .missing = S_boxes_form_name_missing,
      .invalid = S_boxes_form_name_invalid},
     {.name = "icon", .type = FIELD_CHOICE, .choices = icons},
     {.name = "goal", .type = FIELD_MONEY, .min = 100, .max = MONEY_MAX, .invalid = S_boxes_form_sum_invalid},
     {.name = "due", .type = FIELD_DATE});
FORM(box_draft, {.name = "name", .type = FIELD_TEXT, .max = 40},
     {.name = "icon", .type = FIELD_CHOICE, .choices = icons}, {.name = "goal", .type = FIELD_MONEY},
     {.name = "due", .type = FIELD_DATE});
FORM(sum_form, SUM(true));
FORM(sum_draft, {.name = "sum", .type = FIELD_MONEY});
FORM(rule_form, {.name = "kind", .type = FIELD_CHOICE, .required = true, .choices = kinds},
     {.name = "step", .type = FIELD_CHOICE, .choices = steps},
     {.name = "percent", .type = FIELD_INT, .min = 1, .max = 100, .invalid = S_boxes_form_percent_invalid}, SUM(false),
     {.name = "when", .type = FIELD_TEXT, .max = 10});
FORM(rule_draft, {.name = "kind", .type = FIELD_CHOICE, .choices = kinds},
     {.name = "step", .type = FIELD_CHOICE, .choices = steps}, {.name = "percent", .type = FIELD_INT},
     {.name = "sum", .type = FIELD_MONEY}, {.name = "when", .type = FIELD_TEXT, .max = 10});
FORM(link_form, {.name = "shown", .type = FIELD_BOOL}, {.name = "keep", .type = FIELD_BOOL});
FORM(no_form, {.name = "_", .type = FIELD_TEXT});
FORM(gift_form, SUM(true), GIVER);
FORM(gift_draft, {.name = "sum", .type = FIELD_MONEY}, GIVER);

/* ---- routes ---- */

#define OWNERS .who = WHO_CUSTOMER, .rates = {{RATE_CALLER, 120, MINUTE}}
/* Whoever has a link: tokens are not to be found by trying, nor orders made by the thousand. */
#define LINK_LOOKS {{RATE_ADDRESS, 120, MINUTE}}
#define LINK_PAYS {{RATE_ADDRESS, 20, MINUTE}, {RATE_WHOLE, 1200, MINUTE}}

static const struct route routes[] = {
    {.method = METHOD_GET,
     .path = "/boxes",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .stages = {{STAGE_READ, boxes_read}},
     .page = &template_boxes_list,
     .summary = "Money boxes: how much is in each, and what for"},
    {.method = METHOD_GET,
     .path = "/boxes/new",
     .who = WHO_CUSTOMER,
     .form = &box_draft,
     .stages = {{STAGE_READ, box_new_read}},
     .page = &template_boxes_new,
     .summary = "What a money box may be",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/boxes",
     OWNERS,
     .form = &box_form,
     .stages = {{STAGE_WRITE, box_new_write}},
     .again = box_new_read,
     .again_page = &template_boxes_new,
     .key = true,
     .audit = "boxes.make",
     .summary = "Makes a money box"},
    {.method = METHOD_GET,
     .path = "/boxes/{id}",
     .who = WHO_CUSTOMER,
     .scope = SCOPE_BALANCE_READ,
     .form = &sum_draft,
     .stages = {{STAGE_READ, box_read}},
     .page = &template_boxes_box,
     .summary = "A money box: progress, what fills it, who gave, what happened",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_GET,
     .path = "/boxes/{id}/edit",
     .who = WHO_CUSTOMER,
     .form = &box_draft,
     .stages = {{STAGE_READ, box_edit_read}},
     .page = &template_boxes_edit,
     .summary = "What of a money box may be changed",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/boxes/{id}",
     OWNERS,
     .form = &box_form,
     .stages = {{STAGE_WRITE, box_edit_write}},
     .again = box_edit_read,
     .again_page = &template_boxes_edit,
     .audit = "boxes.edit",
     .summary = "Another name, icon, goal or day"},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/put",
     OWNERS,
     .form = &sum_form,
     .stages = {{STAGE_WRITE, box_put_write}},
     .again = box_read,
     .again_page = &template_boxes_box,
     .key = true,
     .audit = "boxes.put",
     .summary = "Puts money from the wallet into the box"},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/take",
     OWNERS,
     .form = &sum_form,
     .stages = {{STAGE_WRITE, box_take_write}},
     .again = box_read,
     .again_page = &template_boxes_box,
     .key = true,
     .audit = "boxes.take",
     .summary = "Takes money out of the box into the wallet"},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/break",
     OWNERS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, box_break_write}},
     .key = true,
     .audit = "boxes.break",
     .summary = "Breaks the box: all of it goes back to the wallet; what happened stays to be seen"},
    {.method = METHOD_GET,
     .path = "/boxes/{id}/rules",
     .who = WHO_CUSTOMER,
     .form = &rule_draft,
     .stages = {{STAGE_READ, box_rules_read}},
     .page = &template_boxes_rules,
     .summary = "By what a box fills by itself, and could",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/rules",
     OWNERS,
     .form = &rule_form,
     .stages = {{STAGE_WRITE, box_rule_write}},
     .again = box_rules_read,
     .again_page = &template_boxes_rules,
     .key = true,
     .audit = "boxes.rule",
     .summary = "Has a box filled by itself: rounding payments up, by a share of what comes in, by the calendar"},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/rules/{rule}/remove",
     OWNERS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, box_rule_remove_write}},
     .audit = "boxes.rule.remove",
     .summary = "Fills it by that no more"},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/link",
     OWNERS,
     .form = &link_form,
     .stages = {{STAGE_WRITE, box_link_write}},
     .audit = "boxes.link",
     .summary = "A link by which others pay in; another one in its place; with `keep` only what it shows changes"},
    {.method = METHOD_POST,
     .path = "/boxes/{id}/unlink",
     OWNERS,
     .form = &no_form,
     .stages = {{STAGE_WRITE, box_unlink_write}},
     .audit = "boxes.unlink",
     .summary = "The link leads nowhere any more"},
    {.method = METHOD_GET,
     .path = "/box/{token}",
     .who = WHO_ANYONE,
     .form = &gift_draft,
     .stages = {{STAGE_READ, link_read}},
     .page = &template_boxes_link,
     .rates = LINK_LOOKS,
     .summary = "Somebody's money box by its link: what for, and how to pay in",
     .flags = ROUTE_FORM_OPTIONAL},
    {.method = METHOD_POST,
     .path = "/box/{token}/card",
     .who = WHO_ANYONE,
     .form = &gift_form,
     .stages = {{STAGE_WRITE, link_card_write}},
     .again = link_read,
     .again_page = &template_boxes_link,
     .key = true,
     .rates = LINK_PAYS,
     .audit = "boxes.give_card",
     .summary = "Orders a payment by card into somebody's box; payment_url is where the card is asked for"},
    {.method = METHOD_POST,
     .path = "/box/{token}/wallet",
     .who = WHO_CUSTOMER,
     .form = &gift_form,
     .stages = {{STAGE_READ, link_wallet_look}, {STAGE_WRITE, link_wallet_write}},
     .again = link_read,
     .again_page = &template_boxes_link,
     .key = true,
     .rates = {{RATE_CALLER, 60, MINUTE}},
     .audit = "boxes.give",
     .summary = "Pays into somebody's box from one's wallet, by the rules of transfers"},
    {.method = METHOD_GET,
     .path = "/gift/{token}",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, gift_read}},
     .page = &template_boxes_gift,
     .rates = LINK_LOOKS,
     .summary = "What became of a payment by card into somebody's box"},
    {.method = METHOD_GET,
     .path = "/gift/{token}/pay",
     .who = WHO_ANYONE,
     .stages = {{STAGE_READ, gift_pay_read}},
     .page = &template_boxes_gift_pay,
     .rates = LINK_LOOKS,
     .summary = "On the way to the bank's page",
     .flags = ROUTE_PAGE_ONLY},
    {.path = NULL}};

/* ---- the rest ---- */

#define AT(member) offsetof(struct boxes_settings, member)
static const struct setting settings[] = {
    {"hour", SETTING_INT, AT(hour), "10", 0, 23, NULL,
     "The hour of the day, in time_zone, at which money boxes fill by the calendar."},
    {.name = NULL}};

static const struct menu_item menu[] = {{S_boxes_menu, "/boxes", "target", WHO_CUSTOMER, 20}, {.path = NULL}};

static const struct job jobs[] = {{"boxes.fill", SECOND, boxes_fill_job},
                                  {"boxes.schedule", 2 * SECOND, boxes_schedule_job},
                                  {.name = NULL}};

static const struct operation_kind operations[] = {
    {KIND_BOX_PUT, "box_put", S_boxes_kind_put, "target", box_describe, NULL, NULL, NULL},
    {KIND_BOX_FILL, "box_fill", S_boxes_kind_fill, "target", box_describe, NULL, NULL, NULL},
    {KIND_BOX_TAKE, "box_take", S_boxes_kind_take, "return", box_describe, NULL, NULL, NULL},
    {KIND_BOX_BREAK, "box_break", S_boxes_kind_break, "return", box_describe, NULL, NULL, NULL},
    {KIND_BOX_CARD, "box_card", S_boxes_kind_card, "gift", gift_describe, NULL, "received", NULL},
    {KIND_BOX_GIVE, "box_give", S_boxes_kind_give, "gift", gift_describe, "transfers", "received", NULL},
    {KIND_BOX_KEEP, "box_keep", S_boxes_kind_keep, "target", gift_describe, NULL, NULL, NULL},
    {.name = NULL}};

struct boxes_state *boxes_state_of(const struct engine *engine) {
    return engine_state(engine, &boxes_feature);
}

static void *boxes_open(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)problem;
    struct boxes_state *state = arena_new_of(arena, struct boxes_state);
    state->settings = engine_settings(engine, &boxes_feature);
    engine_watch(engine, boxes_learn, SECOND);
    return state;
}

static void boxes_on_event(struct engine *engine, struct tx *tx, const struct event *event) {
    switch (event->kind) {
    case EVENT_PAID: boxes_want(engine, tx, event, FILL_ROUND); return;
    case EVENT_INCOME: boxes_want(engine, tx, event, FILL_PERCENT); return;
    case EVENT_CARD_ORDER:
        if (event->code == KIND_BOX_CARD) gift_card_moved(engine, tx, event->customer, event->number);
        return;
    case EVENT_CUSTOMER_CLOSED: boxes_close(engine, tx, event->customer); return;
    default: return;
    }
}

/* Whom a gift paid: the wallet of the box's owner. */
static int64_t boxes_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry) {
    (void)engine, (void)tx, (void)customer;
    return entry->kind == KIND_BOX_GIVE && entry->amount < 0 ? entry->other : 0;
}

const struct feature boxes_feature = {
    .name = "boxes",
    .needs = (const char *const[]){"identity", "messaging", "operations", "wallet", NULL},
    .routes = routes,
    .migrations = boxes_migrations,
    .jobs = jobs,
    .settings = settings,
    .settings_size = sizeof(struct boxes_settings),
    .menu = menu,
    .operations = operations,
    .payee = boxes_payee,
    .own_data = boxes_own_data,
    .sealed = boxes_sealed,
    .obstacles = boxes_obstacles,
    .erases = boxes_erases,
    .on_event = boxes_on_event,
    .open = boxes_open,
};

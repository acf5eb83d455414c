/* pages.c: the owner's pages: his boxes, one of them, what fills it, its link. */
#include "products/boxes/boxes.h"

#include "base/check.h"
#include "acquiring/guest_order.h"

#define GIFTS_TOLD 20
#define HISTORY 30

static const struct refusal full = {"boxes-full", 422, S_boxes_refused_full, false};
static const struct refusal rules_full = {"rules-full", 422, S_boxes_refused_rules_full, false};
static const struct refusal broken_already = {"box-broken", 409, S_boxes_refused_broken, false};
static const struct refusal no_wallet = {"no-wallet", 409, S_boxes_refused_no_wallet, false};
static const struct refusal rule_unknown = {"rule-incomplete", 422, S_boxes_refused_rule, false};

static struct text say(const struct request *request, string_id text) {
    return string_get(request->arena, &request->locale, text, NULL, 0);
}

static struct text address(const struct request *request, const struct box *box) {
    return text_format(request->arena, "/boxes/%lld", (long long)box->id);
}

/* ---- told ---- */

void box_tell(struct request *request, struct tx *tx, const struct box *box, bool shows, struct node *document) {
    struct arena *arena = request->arena;
    int64_t balance = shows ? box_balance(request->engine, tx, box) : 0;
    doc_id(document, "id", box->id);
    doc_text(document, "name", box->name.size > 0 ? text_copy(arena, box->name) : TEXT("—"));
    doc_text(document, "icon", text_copy(arena, box->icon));
    doc_bool(document, "open", box->state == BOX_OPEN);
    if (box->goal > 0) doc_money(document, "goal", rub(box->goal));
    else doc_null(document, "goal");
    if (box->due > 0) doc_date(document, "due", date_from_days(box->due));
    else doc_null(document, "due");
    doc_bool(document, "shown", shows);
    if (!shows) return;
    doc_money(document, "balance", rub(balance));
    if (box->goal > 0) doc_int(document, "percent", box_percent(balance, box->goal));
    doc_bool(document, "reached", box->goal > 0 && balance >= box->goal);
    if (box->goal > balance) doc_money(document, "left", rub(box->goal - balance));
}

static void tell_icons(const struct request *request, const char *chosen, struct node *document) {
    static const string_id titles[] = {S_boxes_icon_target, S_boxes_icon_gift, S_boxes_icon_home, S_boxes_icon_phone,
                                       S_boxes_icon_school, S_boxes_icon_game,   S_boxes_icon_star,
                                       S_boxes_icon_wallet};
    struct node *list = doc_array(document, "icons");
    for (size_t i = 0; box_icons[i] != NULL; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(box_icons[i]));
        doc_text(node, "title", say(request, titles[i]));
        doc_bool(node, "selected", chosen != NULL && text_is(text_from(chosen), box_icons[i]));
    }
}

/* GET /boxes */
enum flow boxes_read(struct request *request, struct tx *tx) {
    struct box boxes[BOXES_MOST];
    struct node *document = doc_new(request->arena);
    int64_t sum = 0;
    for (int broken = 0; broken <= 1; broken++) {
        struct node *list = doc_array(document, broken ? "broken" : "boxes");
        size_t count = boxes_of(request->engine, tx, request->caller.customer, broken, boxes, BOXES_MOST);
        for (size_t i = 0; i < count; i++) {
            box_tell(request, tx, &boxes[i], true, doc_add_object(list));
            sum += box_balance(request->engine, tx, &boxes[i]);
        }
    }
    doc_money(document, "total", rub(sum));
    return answer_ok(request, document);
}

/* ---- made, changed ---- */

/* GET /boxes/new */
enum flow box_new_read(struct request *request, struct tx *tx) {
    (void)tx;
    struct node *document = doc_new(request->arena);
    const struct field_value *icon = request_field(request, "icon");
    tell_icons(request, icon->given && icon->fault == FAULT_NONE ? box_icons[icon->number] : box_icons[0], document);
    return answer_ok(request, document);
}

static void take_form(const struct request *request, struct box *box) {
    box->name = field_text(request, "name");
    box->icon = text_from(box_icons[field_given(request, "icon") ? field_number(request, "icon") : 0]);
    box->goal = field_number(request, "goal");
    box->due = field_number(request, "due");
}

/* A day that has passed is no day to reach anything by. */
static bool due_wrong(struct request *request, const struct box *box) {
    struct date today = civil_at(world_now(request->world), request->locale.zone).date;
    return box->due != 0 && box->due <= date_to_days(today);
}

/* POST /boxes */
enum flow box_new_write(struct request *request, struct tx *tx) {
    struct engine *engine = request->engine;
    struct box boxes[BOXES_MOST];
    struct purse purses[PURSES_MAX];
    int64_t customer = request->caller.customer;
    if (engine_purses(engine, tx, &request->locale, customer, purses) == 0) return refuse(request, &no_wallet);
    if (boxes_of(engine, tx, customer, false, boxes, BOXES_MOST) == BOXES_MOST) return refuse(request, &full);
    struct box box = {.customer = customer, .id = world_id(tx_world(tx)), .wallet = purses[0].account};
    take_form(request, &box);
    if (due_wrong(request, &box)) return refuse_field(request, "due", S_boxes_due_past);
    const struct account template = {.owner = customer,
                                     .head = box.wallet,
                                     .purpose = PURPOSE_BOX,
                                     .class = ACCOUNT_CUSTOMER,
                                     .currency = CURRENCY_RUB};
    box.account = ledger_create(engine_ledger(engine), tx, &template);
    box.state = BOX_OPEN;
    box_insert(engine, tx, &box);
    struct node *document = doc_new(request->arena);
    box_tell(request, tx, &box, true, document);
    return answer_created(request, document, address(request, &box));
}

/* GET /boxes/{id}/edit */
enum flow box_edit_read(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    struct node *document = doc_new(request->arena);
    box_tell(request, tx, &box, true, document);
    if (box.due > 0) doc_text(document, "due_typed", date_format(request->arena, date_from_days(box.due)));
    tell_icons(request, text_copy(request->arena, box.icon).data, document);
    return answer_ok(request, document);
}

/* POST /boxes/{id} */
enum flow box_edit_write(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    if (box.state != BOX_OPEN) return refuse(request, &broken_already);
    int64_t due = box.due;
    take_form(request, &box);
    if (box.due != due && due_wrong(request, &box)) return refuse_field(request, "due", S_boxes_due_past);
    box_update(request->engine, tx, &box);
    struct node *document = doc_new(request->arena);
    box_tell(request, tx, &box, true, document);
    return answer_done(request, document, address(request, &box));
}

/* ---- one box ---- */

static void tell_history(struct request *request, struct tx *tx, const struct box *box, struct node *list) {
    struct entry entry;
    struct entry_cursor *cursor = ledger_entries(engine_ledger(request->engine), tx, box->account, 0);
    for (int i = 0; i < HISTORY && entry_next(cursor, &entry); i++) {
        const struct operation_kind *kind = engine_operation_kind(request->engine, entry.kind);
        struct node *node = doc_add_object(list);
        doc_moment(node, "at", id_moment(entry.id));
        doc_text(node, "title", kind != NULL ? say(request, kind->title) : TEXT_NONE);
        doc_text(node, "icon", text_from(kind != NULL ? kind->icon : "tag"));
        doc_money(node, "sum", rub(entry.amount));
        doc_bool(node, "in", entry.amount > 0);
    }
}

static void tell_gifts(struct request *request, struct tx *tx, const struct box *box, struct node *list) {
    struct gift gifts[GIFTS_TOLD];
    size_t count = gifts_of(request->engine, tx, box->customer, box->id, gifts, GIFTS_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_moment(node, "at", id_moment(gifts[i].id));
        doc_money(node, "sum", rub(gifts[i].sum));
        doc_text(node, "name", gifts[i].name.size > 0 ? gifts[i].name : say(request, S_boxes_gift_nameless));
        doc_text(node, "note", gifts[i].note);
    }
}

static string_id day_string(const struct autopay_days *days) {
    static const string_id weekdays[] = {S_boxes_days_week_1, S_boxes_days_week_2, S_boxes_days_week_3,
                                         S_boxes_days_week_4, S_boxes_days_week_5, S_boxes_days_week_6,
                                         S_boxes_days_week_7};
    if (days->period == PERIOD_DAY) return S_boxes_days_day;
    if (days->period == PERIOD_WEEK) return weekdays[days->day - 1];
    return days->day == 31 ? S_boxes_days_last : S_boxes_days_month;
}

static struct text days_words(const struct request *request, const struct autopay_days *days) {
    struct node *values = doc_new(request->arena);
    doc_int(values, "day", days->day);
    const struct string_argument argument = {"day", doc_get(values, "day")};
    return string_get(request->arena, &request->locale, day_string(days), &argument, 1);
}

/* «Округлять покупки до 100 ₽» */
static struct text rule_words(const struct request *request, const struct fill_rule *rule) {
    struct node *values = doc_new(request->arena);
    doc_money(values, "sum", rub(rule->amount));
    doc_int(values, "percent", rule->amount / 100);
    doc_text(values, "when", rule->kind == FILL_SCHEDULE ? days_words(request, &rule->days) : TEXT(""));
    const struct string_argument arguments[] = {
        {"sum", doc_get(values, "sum")}, {"percent", doc_get(values, "percent")}, {"when", doc_get(values, "when")}};
    string_id text = rule->kind == FILL_ROUND     ? S_boxes_words_round
                     : rule->kind == FILL_PERCENT ? S_boxes_words_percent
                                                  : S_boxes_words_schedule;
    return string_get(request->arena, &request->locale, text, arguments, 3);
}

static void tell_rules(struct request *request, struct tx *tx, const struct box *box, struct node *document) {
    struct fill_rule rules[RULES_MOST];
    size_t count = fill_rules_of(tx, box->customer, box->id, rules);
    struct node *list = doc_array(document, "rules");
    for (size_t i = 0; i < count; i++) {
        struct node *node = doc_add_object(list);
        doc_id(node, "id", rules[i].id);
        doc_text(node, "kind", text_from(fill_kind_name(rules[i].kind)));
        doc_text(node, "words", rule_words(request, &rules[i]));
        if (rules[i].due != 0) doc_moment(node, "next", rules[i].due);
        else doc_null(node, "next");
    }
}

static struct node *box_document(struct request *request, struct tx *tx, const struct box *box) {
    struct node *document = doc_new(request->arena);
    struct account account;
    box_tell(request, tx, box, true, document);
    tell_rules(request, tx, box, document);
    doc_text(document, "link",
             box->link.size > 0 ? text_format(request->arena, "%s/box/%.*s", engine_config(request->engine)->public_url,
                                              TEXT_ARG(box->link))
                                : TEXT_NONE);
    doc_bool(document, "link_shows", box->shown);
    if (ledger_account(engine_ledger(request->engine), tx, box->wallet, &account))
        doc_money(document, "available", rub(account.balance - account.held));
    return document;
}

/* GET /boxes/{id} */
enum flow box_read(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    struct node *document = box_document(request, tx, &box);
    tell_gifts(request, tx, &box, doc_array(document, "gifts"));
    tell_history(request, tx, &box, doc_array(document, "history"));
    return answer_ok(request, document);
}

/* ---- what fills it ---- */

static void tell_days(struct request *request, struct node *document) {
    struct node *list = doc_array(document, "days");
    struct text typed = field_text(request, "when");
    for (int i = 0; i <= 7 + 31; i++) {
        const struct autopay_days days = {i == 0 ? PERIOD_DAY : i <= 7 ? PERIOD_WEEK : PERIOD_MONTH,
                                          i <= 7 ? i : i - 7};
        struct node *node = doc_add_object(list);
        struct text value = autopay_days_write(request->arena, &days);
        doc_text(node, "value", value);
        doc_text(node, "title", days_words(request, &days));
        doc_bool(node, "selected", typed.size > 0 ? text_equal(typed, value) : i == 8);
    }
}

/* GET /boxes/{id}/rules */
enum flow box_rules_read(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    struct node *document = box_document(request, tx, &box);
    struct node *steps = doc_array(document, "steps");
    for (int step = 10; step <= 100; step = step == 10 ? 50 : step * 2) {
        struct node *node = doc_add_object(steps);
        doc_int(node, "value", step);
        doc_text(node, "title", text_format(request->arena, "%d ₽", step));
        doc_bool(node, "selected", step == 50);
    }
    tell_days(request, document);
    return answer_ok(request, document);
}

static bool take_rule(struct request *request, struct fill_rule *rule) {
    static const int64_t steps[] = {1000, 5000, 10000};
    rule->kind = (enum fill_kind)(field_number(request, "kind") + 1);
    switch (rule->kind) {
    case FILL_ROUND:
        if (!field_given(request, "step")) return false;
        rule->amount = steps[field_number(request, "step")];
        return true;
    case FILL_PERCENT: rule->amount = field_number(request, "percent") * 100; return rule->amount > 0;
    case FILL_SCHEDULE:
        rule->amount = field_number(request, "sum");
        return rule->amount > 0 && autopay_days_read(field_text(request, "when"), &rule->days);
    }
    return false;
}

/* POST /boxes/{id}/rules */
enum flow box_rule_write(struct request *request, struct tx *tx) {
    struct box box;
    struct fill_rule rules[RULES_MOST];
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    if (box.state != BOX_OPEN) return refuse(request, &broken_already);
    struct fill_rule rule = {
        .customer = box.customer, .id = world_id(tx_world(tx)), .box = box.id, .wallet = box.wallet};
    if (!take_rule(request, &rule)) return refuse(request, &rule_unknown);
    if (fill_rules_of(tx, box.customer, box.id, rules) == RULES_MOST) return refuse(request, &rules_full);
    if (rule.kind == FILL_SCHEDULE) rule.due = fill_next(request->engine, &rule.days, world_now(tx_world(tx)));
    fill_rule_insert(request->engine, tx, &rule);
    return answer_created(request, box_document(request, tx, &box), address(request, &box));
}

/* POST /boxes/{id}/rules/{rule}/remove */
enum flow box_rule_remove_write(struct request *request, struct tx *tx) {
    struct box box;
    int64_t rule;
    if (!box_asked(request, tx, &box) || !request_param_id(request, 1, &rule) ||
        !fill_rule_remove(tx, box.customer, box.id, rule))
        return answer_missing(request);
    return answer_done(request, box_document(request, tx, &box),
                       text_format(request->arena, "/boxes/%lld/rules", (long long)box.id));
}

/* ---- the link ---- */

/* POST /boxes/{id}/link: makes one, or another in its place: the old one leads nowhere from then on. `keep`: the same
 * goes on, and only what it shows changes. */
enum flow box_link_write(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    if (box.state != BOX_OPEN) return refuse(request, &broken_already);
    bool keeps = field_number(request, "keep") != 0 && box.link.size > 0;
    box.shown = field_number(request, "shown") != 0;
    if (!keeps) box.link = guest_token(tx);
    box_update(request->engine, tx, &box);
    return answer_done(request, box_document(request, tx, &box), address(request, &box));
}

/* POST /boxes/{id}/unlink */
enum flow box_unlink_write(struct request *request, struct tx *tx) {
    struct box box;
    if (!box_asked(request, tx, &box)) return answer_missing(request);
    box.link = TEXT_NONE;
    box_update(request->engine, tx, &box);
    return answer_done(request, box_document(request, tx, &box), address(request, &box));
}

/* ---- as an operation of the wallet ---- */

void box_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                  struct node *operation) {
    (void)locale;
    struct account account;
    struct box box;
    if (!ledger_account(engine_ledger(engine), tx, entry->account, &account) ||
        !box_find(engine, tx, account.owner, entry->subject, &box) || box.name.size == 0)
        return;
    doc_text(operation, "counterparty", text_copy(operation->arena, box.name));
}

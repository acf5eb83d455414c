/* desk.c: the cases as staff find them: who waits, since when, whose each is; and who asked to be called back. What was
 * said stands on a case's own page (desk_case.c). */
#include "support/desk.h"

STATEMENT(cases_waiting, "SELECT id, customer, channel, state, opened, changed, due, last_owner, seen_staff "
                         "FROM support_case WHERE state = 1 ORDER BY due LIMIT 200");
STATEMENT(cases_answered, "SELECT id, customer, channel, state, opened, changed, due, last_owner, seen_staff "
                          "FROM support_case WHERE state = 2 ORDER BY changed DESC LIMIT 200");
STATEMENT(cases_closed, "SELECT id, customer, channel, state, opened, changed, due, last_owner, seen_staff "
                        "FROM support_case WHERE state = 3 ORDER BY changed DESC LIMIT 100");
STATEMENT(calls_open, "SELECT case_id, id, part, made FROM support_callback WHERE done = 0 ORDER BY made LIMIT 200");

bool desk_roles_allow(const struct request *request, enum case_channel channel) {
    unsigned roles = channel == CASE_THEFT ? ROLE_SUPPORT | ROLE_RISK : ROLE_SUPPORT;
    return (request->caller.roles & roles) != 0;
}

struct text desk_path(struct request *request, int64_t id) {
    return text_format(request->arena, "/staff/cases/%lld", (long long)id);
}

static struct text said(struct request *request, string_id id) {
    return string_get(request->arena, &request->locale, id, NULL, 0);
}

static struct text way_title(struct request *request, enum case_channel channel) {
    static const string_id titles[] = {[CASE_CHAT] = S_support_by_chat,
                                       [CASE_MAIL] = S_support_by_mail,
                                       [CASE_THEFT] = S_support_by_theft,
                                       [CASE_CALL] = S_support_by_call};
    return said(request, titles[channel]);
}

/* ---- the list ---- */

enum { SHOW_ALL, SHOW_MINE, SHOW_FREE, SHOW_CLOSED };

static void tell_row(struct request *request, struct tx *tx, const struct rows *rows, struct node *list, int64_t show) {
    enum case_channel channel = (enum case_channel)row_int(rows, 2);
    enum case_state state = (enum case_state)row_int(rows, 3);
    int64_t id = row_int(rows, 0), staff = request->caller.staff;
    moment due = row_int(rows, 6), opened = row_int(rows, 4), changed = row_int(rows, 5);
    bool customer = row_int(rows, 1) != 0, unread = row_int(rows, 7) > row_int(rows, 8);
    if (!desk_roles_allow(request, channel)) return;
    int64_t owner = queue_owner(tx, case_queue(channel), id);
    if ((show == SHOW_MINE && owner != staff) || (show == SHOW_FREE && owner != 0)) return;
    struct node *node = doc_add_object(list);
    doc_id(node, "id", id);
    doc_text(node, "channel", text_from(channel_name(channel)));
    doc_text(node, "title", way_title(request, channel));
    doc_text(node, "state", text_from(state_name(state)));
    doc_bool(node, "customer", customer);
    doc_moment(node, "opened", opened);
    doc_moment(node, "changed", changed);
    if (due != 0) doc_moment(node, "due", due);
    doc_bool(node, "overdue", due != 0 && due < world_now(request->world));
    doc_bool(node, "unread", unread);
    doc_bool(node, "mine", owner == staff);
    doc_bool(node, "free", owner == 0);
    doc_text(node, "owner", owner > 0 ? staff_login(tx, request->arena, owner) : TEXT_NONE);
}

static void tell_rows(struct request *request, struct tx *tx, struct rows *rows, struct node *list, int64_t show) {
    while (rows_next(rows)) tell_row(request, tx, rows, list, show);
    rows_end(rows);
}

static void tell_shows(struct request *request, struct node *document, int64_t show) {
    static const struct {
        const char *name;
        string_id title;
    } shows[] = {{"all", S_support_desk_all},
                 {"mine", S_support_desk_mine},
                 {"free", S_support_desk_free},
                 {"closed", S_support_desk_closed}};
    struct node *list = doc_array(document, "shows");
    for (size_t i = 0; i < sizeof shows / sizeof *shows; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(shows[i].name));
        doc_text(node, "title", said(request, shows[i].title));
        doc_bool(node, "chosen", (int64_t)i == show);
    }
}

enum flow desk_list(struct request *request, struct tx *tx) {
    int64_t show = field_number(request, "show");
    struct node *document = doc_new(request->arena);
    tell_shows(request, document, show);
    doc_bool(document, "on_duty", duty_is_on(tx, request->caller.staff, world_now(request->world)));
    struct node *list = doc_array(document, "cases");
    if (show == SHOW_CLOSED) {
        tell_rows(request, tx, tx_query(tx, &cases_closed, NO_VALUES), list, show);
    } else { /* who waits first, by the promise he was given */
        tell_rows(request, tx, tx_query(tx, &cases_waiting, NO_VALUES), list, show);
        tell_rows(request, tx, tx_query(tx, &cases_answered, NO_VALUES), list, show);
    }
    return answer_ok(request, document);
}

enum flow desk_events(struct request *request, struct tx *tx) {
    (void)tx;
    return engine_stream(request, request->caller.staff);
}

/* ---- calls ---- */

/* The number itself stands on the case's page, for who has taken it. */
enum flow calls_page(struct request *request, struct tx *tx) {
    static const string_id parts[] = {S_support_call_soon, S_support_call_morning, S_support_call_day,
                                      S_support_call_evening};
    struct node *document = doc_new(request->arena), *list = doc_array(document, "calls");
    struct rows *rows = tx_query(tx, &calls_open, NO_VALUES);
    while (rows_next(rows)) {
        struct support_case found;
        int64_t id = row_int(rows, 0), call = row_int(rows, 1), part = row_int(rows, 2);
        moment made = row_int(rows, 3);
        if (!case_by_id(tx, id, &found)) continue;
        int64_t owner = queue_owner(tx, case_queue(found.channel), id);
        struct node *node = doc_add_object(list);
        doc_id(node, "id", call);
        doc_id(node, "case", id);
        doc_text(node, "when", said(request, parts[part % 4]));
        doc_moment(node, "made", made);
        doc_text(node, "owner", owner > 0 ? staff_login(tx, request->arena, owner) : TEXT_NONE);
    }
    rows_end(rows);
    return answer_ok(request, document);
}

/* chat.c: the customer's side of a conversation (SU-1): before signing in as after it, live where scripts run, a plain
 * form everywhere. Whose it is: the session says, or for guests a cookie of its own. */
#include "support/internal.h"

#define GUEST_BYTES 24

STATEMENT(cases_of_customer, "SELECT id, last_staff - seen_owner, state, opened FROM support_case WHERE customer = $1 "
                             "AND customer <> 0 ORDER BY id DESC LIMIT 30");
STATEMENT(cases_of_guest, "SELECT id, last_staff - seen_owner, state, opened FROM support_case WHERE guest = $1 "
                          "ORDER BY id DESC LIMIT 30");
STATEMENT(ask_back, "INSERT INTO support_callback (case_id, id, phone, part, made, done) "
                    "VALUES ($1, $2, $3, $4, $5, 0)");
STATEMENT(owner_read, "UPDATE support_case SET seen_owner = last_staff WHERE id = $1 AND seen_owner < last_staff");
STATEMENT(rate, "UPDATE support_case SET score = $2 WHERE id = $1 AND state = 3");

static const struct refusal not_closed = {"case-open", 409, S_support_rate_open, false};

/* ---- the page ---- */

static struct node clock_node(const struct request *request, int minutes) {
    struct text text = text_format(request->arena, "%d:%02d", minutes / 60, minutes % 60);
    return (struct node){.kind = NODE_TEXT, .text = text};
}

static struct node zone_node(struct request *request) {
    const struct node name = {.kind = NODE_TEXT, .text = text_from(engine_config(request->engine)->time_zone)};
    const struct string_argument argument = {"zone", &name};
    struct text text = string_get(request->arena, &request->locale, S_support_zone, &argument, 1);
    return (struct node){.kind = NODE_TEXT, .text = text};
}

/* "Weekdays 9:00–21:00, weekends 10:00–18:00, Moscow time." TEXT_NONE where nobody ever comes. */
static struct text hours_said(struct request *request) {
    const struct duty_hours *hours = &support_of(request->engine)->hours;
    const struct duty_span week = hours->weekday, end = hours->weekend;
    bool weekdays = week.from < week.to, weekends = end.from < end.to;
    bool always = week.to - week.from == 24 * 60 && end.to - end.from == 24 * 60;
    if (!weekdays && !weekends) return TEXT_NONE;
    const struct node from = clock_node(request, week.from), to = clock_node(request, week.to);
    const struct node end_from = clock_node(request, end.from), end_to = clock_node(request, end.to);
    const struct node zone = zone_node(request);
    const struct string_argument arguments[] = {
        {"zone", &zone}, {"from", &from}, {"to", &to}, {"end_from", &end_from}, {"end_to", &end_to}};
    string_id text = always      ? S_support_hours_always
                     : !weekends ? S_support_hours_weekdays
                     : !weekdays ? S_support_hours_weekends
                                 : S_support_hours_both;
    return string_get(request->arena, &request->locale, text, arguments, 5);
}

static void tell_duty(struct request *request, struct tx *tx, struct node *document) {
    const struct support_settings *settings = engine_settings(request->engine, &support_feature);
    const struct duty there = duty_of(request->engine, tx);
    struct node *duty = doc_object(document, "duty");
    doc_bool(duty, "now", there.now);
    doc_text(duty, "weekdays", text_from(settings->weekdays));
    doc_text(duty, "weekends", text_from(settings->weekends));
    doc_text(duty, "hours", hours_said(request));
    doc_text(duty, "zone", text_from(engine_config(request->engine)->time_zone));
    if (there.answer_by != 0) doc_moment(duty, "answer_by", there.answer_by);
}

static void tell_case(struct request *request, struct tx *tx, const struct support_case *found, struct node *document) {
    struct node *node = doc_object(document, "case");
    doc_id(node, "id", found->id);
    doc_text(node, "state", text_from(state_name(found->state)));
    doc_moment(node, "opened", found->opened);
    if (found->due != 0 && found->state == CASE_WAITING) doc_moment(node, "answer_by", found->due);
    case_tell(request, tx, found, doc_array(node, "messages"));
    if (found->state != CASE_CLOSED) return;
    if (found->score > 0) doc_int(node, "score", found->score);
    struct node *scores = doc_array(node, "scores");
    for (int64_t i = 1; i <= 5; i++) {
        struct node *score = doc_add_object(scores);
        doc_int(score, "value", i);
        doc_bool(score, "chosen", i == found->score);
    }
}

/* All but the one that is shown. */
static void tell_earlier(struct tx *tx, const struct owner *owner, int64_t shown,
                         struct node *document) {
    struct node *list = doc_array(document, "earlier");
    if (owner->customer == 0 && !owner->guest) return;
    struct rows *rows = owner->customer != 0
                            ? tx_query(tx, &cases_of_customer, VALUES(V_INT(owner->customer)))
                            : tx_query(tx, &cases_of_guest, VALUES(V_BYTES(owner->hash, sizeof owner->hash)));
    while (rows_next(rows)) {
        if (row_int(rows, 0) == shown) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "state", text_from(state_name((enum case_state)row_int(rows, 2))));
        doc_moment(node, "opened", row_int(rows, 3));
        doc_bool(node, "unread", row_int(rows, 1) > 0);
    }
    rows_end(rows);
}

void callback_parts(struct request *request, struct node *document) {
    static const struct {
        const char *value;
        string_id title;
    } parts[] = {{"soon", S_support_call_soon},
                 {"morning", S_support_call_morning},
                 {"day", S_support_call_day},
                 {"evening", S_support_call_evening}};
    struct node *list = doc_array(document, "parts");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "value", text_from(parts[i].value));
        doc_text(node, "title", string_get(request->arena, &request->locale, parts[i].title, NULL, 0));
    }
}

static enum flow show(struct request *request, struct tx *tx, const struct owner *owner,
                      const struct support_case *found) {
    struct node *document = doc_new(request->arena);
    struct customer customer;
    tell_duty(request, tx, document);
    callback_parts(request, document);
    bool known = owner->customer != 0 && identity_customer(request->engine, tx, owner->customer, &customer);
    doc_bool(document, "customer", known);
    if (known) doc_bool(document, "frozen", customer.frozen);
    if (known) doc_text(document, "phone", phone_pretty(request->arena, customer.phone));
    if (found != NULL) tell_case(request, tx, found, document);
    tell_earlier(tx, owner, found != NULL ? found->id : 0, document);
    if (request_field(request, "about") != NULL && field_given(request, "about"))
        operation_tell(request, tx, owner->customer, field_number(request, "about"), document, "about");
    if (owner->customer == 0) request->answer.page = &template_support_chat_guest;
    return answer_ok(request, document);
}

/* The open one; else the last, if it ended a short while ago: its end is read, and rated. */
static bool current(struct request *request, struct tx *tx, const struct owner *owner, struct support_case *found) {
    return case_open_of(tx, owner, found) || case_closed_of(tx, owner, world_now(request->world), found);
}

enum flow chat_page(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    return show(request, tx, &owner, current(request, tx, &owner, &found) ? &found : NULL);
}

static void mark_read(struct tx *tx, const struct support_case *found) {
    if (found->last_staff > found->seen_owner) tx_run(tx, &owner_read, VALUES(V_INT(found->id)));
}

/* What has been read already is shown from the snapshot; only something new needs a command, which marks it. */
enum flow chat_look(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    bool there = current(request, tx, &owner, &found);
    if (there && found.last_staff > found.seen_owner) return FLOW_NEXT;
    return show(request, tx, &owner, there ? &found : NULL);
}

enum flow chat_seen(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    bool there = current(request, tx, &owner, &found);
    if (there) mark_read(tx, &found);
    return show(request, tx, &owner, there ? &found : NULL);
}

static bool chosen(struct request *request, struct tx *tx, const struct owner *owner, struct support_case *found) {
    int64_t id;
    return request_param_id(request, 0, &id) && case_owned_by(tx, owner, id, found);
}

enum flow chat_case_look(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    if (!chosen(request, tx, &owner, &found)) return answer_missing(request);
    if (found.last_staff > found.seen_owner) return FLOW_NEXT;
    return show(request, tx, &owner, &found);
}

enum flow chat_case_seen(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    if (!chosen(request, tx, &owner, &found)) return answer_missing(request);
    mark_read(tx, &found);
    return show(request, tx, &owner, &found);
}

/* Once it is closed; he may change it. */
enum flow chat_rate(struct request *request, struct tx *tx) {
    struct owner owner = owner_of(request);
    struct support_case found;
    if (!chosen(request, tx, &owner, &found)) return answer_missing(request);
    int64_t score = field_number(request, "score");
    if (tx_run(tx, &rate, VALUES(V_INT(found.id), V_INT(score))) != 1) return refuse(request, &not_closed);
    struct node *document = doc_new(request->arena);
    doc_int(document, "score", score);
    return answer_done(request, document, text_format(request->arena, "/support/cases/%lld", (long long)found.id));
}

/* ---- saying ---- */

/* A guest who has none yet gets his cookie. */
static void make_guest(struct request *request, struct owner *owner) {
    const struct support_settings *settings = engine_settings(request->engine, &support_feature);
    uint8_t bytes[GUEST_BYTES];
    world_random(request->world, bytes, sizeof bytes);
    struct text value = text_base64url(request->arena, bytes, sizeof bytes);
    secret_hash(engine_keyring(request->engine), "support.guest", value, owner->hash);
    owner->guest = true;
    answer_cookie(request, "support", value, settings->guest_life / SECOND);
}

static int64_t case_for(struct request *request, struct tx *tx, enum case_channel channel) {
    struct owner owner = owner_of(request);
    struct support_case found;
    if (owner.customer != 0 && request->cookie_support.size > 0) {
        case_adopt(request, tx, owner.customer);
        if (!request->caller.by_token) answer_cookie(request, "support", TEXT(""), -1);
    }
    if (owner.customer == 0 && !owner.guest) make_guest(request, &owner);
    if (case_open_of(tx, &owner, &found)) return found.id;
    return case_begin(request->engine, tx, &owner, channel, request->locale.language);
}

enum flow chat_send(struct request *request, struct tx *tx) {
    struct said said = {.author = AUTHOR_CUSTOMER, .words = field_text(request, "text")};
    const struct attachment *attachment = request->scratch;
    if (said.words.size == 0 && attachment == NULL) return refuse_field(request, "text", S_support_nothing);
    if (field_given(request, "about")) {
        struct node *operation = doc_new(request->arena);
        if (!operation_tell(request, tx, request->caller.customer, field_number(request, "about"), operation, "about"))
            return answer_missing(request);
        said.about = field_number(request, "about");
    }
    int64_t id = case_for(request, tx, CASE_CHAT);
    int64_t message = case_say(request->engine, tx, id, &said);
    if (attachment != NULL) attachment_keep(request, tx, id, message, attachment);
    struct node *document = doc_new(request->arena);
    doc_id(document, "case", id);
    doc_id(document, "id", message);
    tell_duty(request, tx, document);
    return answer_created(request, document, TEXT("/support#said"));
}

/* ---- a call back ---- */

void callback_ask(struct request *request, struct tx *tx, int64_t id, struct text phone, int64_t part) {
    struct world *world = request->world;
    int64_t callback = world_id(world);
    struct text sealed = secret_seal(engine_keyring(request->engine), world, tx_arena(tx), "support.phone", callback,
                                     phone);
    tx_run(tx, &ask_back,
           VALUES(V_INT(id), V_INT(callback), V_BYTES(sealed.data, sealed.size), V_INT(part),
                  V_INT(world_now(world))));
}

enum flow chat_callback(struct request *request, struct tx *tx) {
    static const string_id parts[] = {S_support_call_soon, S_support_call_morning, S_support_call_day,
                                      S_support_call_evening};
    struct text phone = field_text(request, "phone");
    size_t part = (size_t)field_number(request, "part") % 4;
    int64_t id = case_for(request, tx, CASE_CALL);
    callback_ask(request, tx, id, phone, (int64_t)part);
    struct node *words = doc_new(request->arena);
    doc_text(words, "phone", phone_pretty(request->arena, phone));
    doc_text(words, "when", string_get(request->arena, &request->locale, parts[part], NULL, 0));
    const struct string_argument arguments[] = {{"phone", doc_get(words, "phone")}, {"when", doc_get(words, "when")}};
    struct said said = {.author = AUTHOR_SYSTEM,
                        .words = string_get(request->arena, &request->locale, S_support_call_asked, arguments, 2)};
    case_say(request->engine, tx, id, &said);
    struct node *document = doc_new(request->arena);
    doc_id(document, "case", id);
    return answer_created(request, document, TEXT("/support#said"));
}

/* ---- news ---- */

enum flow chat_events(struct request *request, struct tx *tx) {
    (void)tx;
    struct owner owner = owner_of(request);
    int64_t topic = owner_topic(&owner);
    return topic != 0 ? engine_stream(request, topic) : answer_missing(request);
}

/* feature.c: every phone and mailbox of the demo's world on one page: what messaging has no gateway for lands in a
 * table and is read at /sandbox/phone. For demos and tests only: it shows codes to anybody. */
#include "generated/strings_inbox.h"
#include "generated/templates.h"
#include "messaging/messaging.h"

STATEMENT(message_add, "INSERT INTO inbox_message (phone, id, at, text) VALUES ($1, $2, $3, $4) "
                       "ON CONFLICT (phone, id) DO NOTHING");
STATEMENT(message_latest, "SELECT phone, id, at, text FROM inbox_message ORDER BY id DESC LIMIT 50");
STATEMENT(message_of_phone, "SELECT phone, id, at, text FROM inbox_message WHERE phone = $1 ORDER BY id DESC LIMIT 50");
STATEMENT(message_sweep, "DELETE FROM inbox_message WHERE (phone, id) IN "
                         "(SELECT phone, id FROM inbox_message WHERE id < $1 ORDER BY id LIMIT 200)");

static const struct migration migrations[] = {
    {"inbox", 1,
     "CREATE TABLE inbox_message ( -- distributed by phone\n"
     "  phone TEXT NOT NULL, id BIGINT NOT NULL, at BIGINT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (phone, id)\n"
     ") CLUSTERED;\n"
     "CREATE INDEX inbox_message_id ON inbox_message (id)"},
    {NULL, 0, NULL},
};

/* ---- receiving ---- */

static void keep(struct engine *engine, struct tx *tx, int64_t id, struct text address, struct text text) {
    moment now = world_now(engine_world(engine));
    if (address.size > 0 && text.size > 0)
        tx_run(tx, &message_add, VALUES(V_TEXT(address), V_INT(id), V_INT(now), V_TEXT(text)));
}

static void *inbox_start(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)problem;
    message_sink_by(engine, (struct message_sink){keep});
    return arena_new_of(arena, char);
}

static bool forget_old(struct engine *engine, struct tx *tx) {
    moment before = world_now(engine_world(engine)) - 7 * DAY;
    return tx_run(tx, &message_sweep, VALUES(V_INT(id_from_moment(before)))) == 200;
}

/* ---- the page ---- */

FORM(choose_form, {.name = "number", .type = FIELD_PHONE}, {.name = "address", .type = FIELD_TEXT, .max = 254});

static enum flow show(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct text number = field_text(request, "number");
    if (number.size > 0) doc_text(document, "number", phone_pretty(request->arena, number));
    if (field_given(request, "address")) number = field_text(request, "address"); /* a mailbox */
    bool chosen = number.size > 0;
    struct node *messages = doc_array(document, "messages");
    struct rows *rows = chosen ? tx_query(tx, &message_of_phone, VALUES(V_TEXT(number)))
                               : tx_query(tx, &message_latest, NO_VALUES);
    while (rows_next(rows)) {
        struct node *message = doc_add_object(messages);
        struct text phone = row_copy(rows, 0, request->arena);
        doc_id(message, "id", row_int(rows, 1));
        bool mail = text_find(phone, '@') >= 0;
        doc_bool(message, "mail", mail);
        doc_text(message, "phone", request->wants_html && !mail ? phone_pretty(request->arena, phone) : phone);
        doc_moment(message, "at", row_int(rows, 2));
        doc_text(message, "text", row_text(rows, 3));
    }
    rows_end(rows);
    return answer_ok(request, document);
}

static enum flow show_fates(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    message_fates(request->engine, tx, -1, doc_array(document, "messages"));
    return answer_ok(request, document);
}

/* Something to be told of, for trying out topics, consents and channels. */
static const char *const topics[] = {"security", "operations", "service", "news", "offers", NULL};
FORM(tell_form, {.name = "customer", .type = FIELD_ID, .required = true},
     {.name = "topic", .type = FIELD_CHOICE, .required = true, .choices = topics});

static enum flow tell(struct request *request, struct tx *tx) {
    enum topic topic = (enum topic)field_number(request, "topic");
    int64_t customer = field_number(request, "customer");
    message_tell(request->engine, tx, customer, topic, S_inbox_sample, NULL, 0);
    if (topic == TOPIC_NEWS || topic == TOPIC_OFFERS) { /* into the cabinet's feed, too */
        struct text words = string_get(request->arena, &request->locale, S_inbox_sample, NULL, 0);
        enum feed_kind kind = topic == TOPIC_NEWS ? FEED_NEWS : FEED_OFFER;
        feed_add(request->engine, tx,
                 &(struct feed_item){.customer = customer, .kind = kind, .title = words, .text = words});
    }
    return answer_ok(request, doc_new(request->arena));
}

static const struct route routes[] = {
    {METHOD_POST,
     "/sandbox/tell",
     WHO_ANYONE,
     &tell_form,
     {{STAGE_WRITE, tell}},
     .audit = "inbox.tell",
     .summary = "Tells a customer something of a topic (demo only)"},
    {METHOD_GET,
     "/sandbox/messages",
     WHO_ANYONE,
     NULL,
     {{STAGE_READ, show_fates}},
     .summary = "What became of the latest messages (demo only)"},
    {METHOD_GET,
     "/sandbox/phone",
     WHO_ANYONE,
     &choose_form,
     {{STAGE_READ, show}},
     .page = &template_inbox_phone,
     .summary = "Messages sent to phones (demo only)",
     .flags = ROUTE_FORM_OPTIONAL},
    {.path = NULL},
};

static const struct job jobs[] = {
    {"inbox.forget", HOUR, forget_old},
    {.name = NULL},
};

static const char *const needs[] = {"messaging", NULL};

const struct feature inbox_feature = {
    .name = "inbox",
    .needs = needs,
    .routes = routes,
    .migrations = migrations,
    .jobs = jobs,
    .open = inbox_start,
};

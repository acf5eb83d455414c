/* feature.c: every phone of the demo's world on one page: what is sent as an SMS lands in a table and is read at
 * /sandbox/phone. For demos and tests only: it shows codes to anybody. A real gateway is another adapter of the
 * kind "sms". */
#include "base/json.h"
#include "engine/engine.h"
#include "generated/strings.h"
#include "generated/templates.h"

#include <jansson.h>

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

static enum outbox_verdict receive(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                   struct text *reply) {
    (void)engine;
    *reply = text_copy(arena, item->payload);
    return OUTBOX_DONE;
}

static void keep(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                 struct text reply) {
    if (verdict != OUTBOX_DONE) return;
    const json_t *payload = json_read(tx_arena(tx), reply);
    const char *phone = json_string_value(json_object_get(payload, "phone"));
    const char *text = json_string_value(json_object_get(payload, "text"));
    if (phone && text) {
        moment now = world_now(engine_world(engine));
        tx_run(tx, &message_add,
               VALUES(V_TEXT(text_from(phone)), V_INT(item->id), V_INT(now), V_TEXT(text_from(text))));
    }
}

static bool forget_old(struct engine *engine, struct tx *tx) {
    moment before = world_now(engine_world(engine)) - 7 * DAY;
    return tx_run(tx, &message_sweep, VALUES(V_INT(id_from_moment(before)))) == 200;
}

/* ---- the page ---- */

FORM(choose_form, {.name = "number", .type = FIELD_PHONE});

static enum flow show(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct text number = field_text(request, "number");
    bool chosen = number.size > 0;
    if (chosen) doc_text(document, "number", phone_pretty(request->arena, number));
    struct node *messages = doc_array(document, "messages");
    struct rows *rows = chosen ? tx_query(tx, &message_of_phone, VALUES(V_TEXT(number)))
                               : tx_query(tx, &message_latest, NO_VALUES);
    while (rows_next(rows)) {
        struct node *message = doc_add_object(messages);
        struct text phone = row_copy(rows, 0, request->arena);
        doc_id(message, "id", row_int(rows, 1));
        doc_text(message, "phone", request->wants_html ? phone_pretty(request->arena, phone) : phone);
        doc_moment(message, "at", row_int(rows, 2));
        doc_text(message, "text", row_copy(rows, 3, request->arena));
    }
    rows_end(rows);
    return answer_ok(request, document);
}

static const struct route routes[] = {
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

static const struct outbox_kind outbox[] = {
    {"sms", receive, keep},
    {.name = NULL},
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
    .outbox = outbox,
};

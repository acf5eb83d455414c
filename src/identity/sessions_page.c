/* sessions_page.c: where one is signed in, and ending that (ID-14). Personal tokens are no sessions: they are seen and
 * ended on a page of their own, and having made one proves nothing anew. */
#include "identity/device_rules.h"
#include "identity/session.h"

#include <string.h>

STATEMENT(session_list, "SELECT id, hash, by_token, made, used, expires, agent, address FROM session "
                        "WHERE customer = $1 AND expires > $2 AND by_token < 2 ORDER BY used DESC LIMIT 100");
STATEMENT(session_by_id, "SELECT hash FROM session WHERE customer = $1 AND id = $2 AND by_token < 2");
STATEMENT(session_others, "SELECT hash FROM session WHERE customer = $1 AND id <> $2 AND by_token < 2");

STATEMENT(session_opened, "SELECT made FROM session WHERE customer = $1 AND id = $2 AND by_token < 2");

moment identity_session_opened(struct tx *tx, int64_t customer, int64_t session) {
    struct rows *rows = tx_query(tx, &session_opened, VALUES(V_INT(customer), V_INT(session)));
    moment made = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return made;
}

static bool idle_ended(const struct identity_settings *settings, bool by_token, moment used, moment now) {
    int64_t idle = by_token ? settings->token_idle : settings->session_idle;
    return now >= used + idle + MINUTE; /* the row lags by at most a minute */
}

enum flow sessions_page(struct request *request, struct tx *tx) {
    const struct identity_settings *settings = identity_settings(request->engine);
    moment now = world_now(request->world);
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "sessions");
    size_t others = 0;
    struct rows *rows = tx_query(tx, &session_list, VALUES(V_INT(request->caller.customer), V_INT(now)));
    while (rows_next(rows)) {
        bool current = row_int(rows, 0) == request->caller.session, by_token = row_int(rows, 2) != 0;
        if (!current && idle_ended(settings, by_token, row_int(rows, 4), now)) continue;
        struct node *node = doc_add_object(list);
        struct text agent = row_copy(rows, 6, request->arena);
        doc_id(node, "id", row_int(rows, 0));
        doc_bool(node, "current", current);
        doc_bool(node, "by_token", by_token);
        doc_text(node, "device", device_name(request->arena, agent));
        doc_text(node, "address", row_text(rows, 7));
        doc_moment(node, "opened", row_int(rows, 3));
        doc_moment(node, "used", current ? now : row_int(rows, 4));
        if (!current) others++;
    }
    rows_end(rows);
    doc_int(document, "others", (int64_t)others);
    doc_int(document, "idle_minutes", settings->session_idle / MINUTE);
    return answer_ok(request, document);
}

enum flow sessions_end_one(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id)) return answer_missing(request);
    struct session_key key = {.customer = request->caller.customer};
    struct rows *rows = tx_query(tx, &session_by_id, VALUES(V_INT(key.customer), V_INT(id)));
    bool found = rows_next(rows) && row_text(rows, 0).size == sizeof key.hash;
    if (found) memcpy(key.hash, row_text(rows, 0).data, sizeof key.hash);
    rows_end(rows);
    if (!found || !session_end(request->engine, tx, request->arena, &key)) return answer_missing(request);

    struct node *document = doc_new(request->arena);
    doc_int(document, "ended", 1);
    if (id != request->caller.session) return answer_done(request, document, TEXT("/sessions"));
    if (!request->caller.by_token) answer_cookie(request, "session", TEXT(""), -1);
    return answer_done(request, document, TEXT("/signin"));
}

enum flow sessions_end_others(struct request *request, struct tx *tx) {
    struct session_key *keys = arena_array(request->arena, struct session_key, 1000);
    size_t count = 0;
    struct rows *rows = tx_query(tx, &session_others,
                                 VALUES(V_INT(request->caller.customer), V_INT(request->caller.session)));
    while (count < 1000 && rows_next(rows)) {
        if (row_text(rows, 0).size != SECRET_HASH_SIZE) continue;
        keys[count].customer = request->caller.customer;
        memcpy(keys[count++].hash, row_text(rows, 0).data, SECRET_HASH_SIZE);
    }
    rows_end(rows);
    int64_t ended = 0;
    for (size_t i = 0; i < count; i++) ended += session_end(request->engine, tx, request->arena, &keys[i]);
    struct node *document = doc_new(request->arena);
    doc_int(document, "ended", ended);
    return answer_done(request, document, TEXT("/sessions"));
}

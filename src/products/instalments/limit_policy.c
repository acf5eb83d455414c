/* limit_policy.c: the policy by which limits are decided, as rows: a version never changes; the one that decides is the
 * last that was switched on. One writes it, another switches it on (BO-2). An empty database begins with a file. */
#include "products/instalments/limit_policy.h"

#include "backoffice/backoffice.h"
#include "base/log.h"

#include <stdio.h>

#define TOLD 20

STATEMENT(decides, "SELECT version, content FROM instalment_policy WHERE since > 0 ORDER BY since DESC, version DESC "
                   "LIMIT 1");
STATEMENT(of_version, "SELECT version, content FROM instalment_policy WHERE version = $1");
STATEMENT(list, "SELECT version, note, staff, at, since FROM instalment_policy ORDER BY version DESC LIMIT $1");
STATEMENT(newest, "SELECT COALESCE(MAX(version), 0) FROM instalment_policy");
STATEMENT(insert, "INSERT INTO instalment_policy (version, content, note, staff, at, since) "
                  "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING");
STATEMENT(switch_on, "UPDATE instalment_policy SET since = $2 WHERE version = $1 AND since = 0");

static const struct refusal meanwhile = {"changed-meanwhile", 409, S_instalments_policy_meanwhile, false};

static bool find(struct tx *tx, struct rows *rows, struct limit_policy *found) {
    const char *what;
    int line;
    bool there = rows_next(rows);
    if (there) *found = (struct limit_policy){.version = row_int(rows, 0), .content = row_copy(rows, 1, tx_arena(tx))};
    rows_end(rows);
    return there && policy_read(found->content, &found->policy, &line, &what);
}

const struct limit_policy *limit_policy_now(struct engine *engine, struct tx *tx) {
    struct limit_policy *found = arena_new_of(tx_arena(tx), struct limit_policy);
    (void)engine;
    return find(tx, tx_query(tx, &decides, NO_VALUES), found) ? found : NULL;
}

static int64_t newest_version(struct tx *tx) {
    struct rows *rows = tx_query(tx, &newest, NO_VALUES);
    int64_t version = rows_next(rows) ? row_int(rows, 0) : 0;
    rows_end(rows);
    return version;
}

/* ---- what an empty database begins with ---- */

static struct text file_text(struct arena *arena, const char *path) {
    FILE *file = fopen(path, "rbe");
    if (file == NULL) return TEXT_NONE;
    char *bytes = arena_alloc(arena, LIMIT_POLICY_MOST);
    size_t size = fread(bytes, 1, LIMIT_POLICY_MOST, file);
    bool whole = feof(file) && !ferror(file);
    fclose(file);
    return whole ? (struct text){bytes, size} : TEXT_NONE;
}

bool limit_policy_seed(struct engine *engine, struct tx *tx) {
    const char *path = instalments_settings(engine)->policy_file, *what;
    struct policy *policy = arena_new_of(tx_arena(tx), struct policy);
    moment now = world_now(engine_world(engine));
    int line;
    if (path[0] == '\0' || newest_version(tx) > 0) return false;
    struct text content = file_text(tx_arena(tx), path);
    if (content.data != NULL && policy_read(content, policy, &line, &what))
        tx_run(tx, &insert,
               VALUES(V_INT(1), V_TEXT(content), V_TEXT(TEXT("")), V_INT(0), V_INT(now), V_INT(now)));
    else
        log_event(LOG_ERROR, TEXT_NONE, "instalments.policy_unreadable", LOG_TEXT("file", text_from(path)));
    return false;
}

/* ---- staff ---- */

static void tell_versions(struct request *request, struct tx *tx, int64_t decides_now, struct node *versions) {
    struct rows *rows = tx_query(tx, &list, VALUES(V_INT(TOLD)));
    (void)request;
    while (rows_next(rows)) {
        struct node *node = doc_add_object(versions);
        doc_int(node, "version", row_int(rows, 0));
        doc_text(node, "note", row_text(rows, 1));
        doc_moment(node, "at", row_int(rows, 3));
        if (row_int(rows, 4) > 0) doc_moment(node, "since", row_int(rows, 4));
        else doc_null(node, "since");
        doc_bool(node, "decides", row_int(rows, 0) == decides_now);
    }
    rows_end(rows);
}

/* GET /staff/instalments/policy */
enum flow limit_policy_page(struct request *request, struct tx *tx) {
    const struct limit_policy *now = limit_policy_now(request->engine, tx);
    struct node *document = doc_new(request->arena);
    doc_int(document, "decides", now != NULL ? now->version : 0);
    doc_text(document, "content", now != NULL ? now->content : TEXT(""));
    doc_bool(document, "may_write", (request->caller.roles & (ROLE_RISK | ROLE_CATALOGUE)) != 0);
    tell_versions(request, tx, now != NULL ? now->version : 0, doc_array(document, "versions"));
    return answer_ok(request, document);
}

static struct text plain_lines(struct arena *arena, struct text words) {
    struct buffer out = buffer_new(arena, words.size + 1);
    for (size_t i = 0; i < words.size; i++)
        if (words.data[i] != '\r') buffer_add_char(&out, words.data[i]);
    return buffer_text(&out);
}

/* POST /staff/instalments/policy: {content, note}: a new version, which a second person switches on. */
enum flow limit_policy_write(struct request *request, struct tx *tx) {
    struct policy *policy = arena_new_of(request->arena, struct policy);
    struct text content = plain_lines(request->arena, field_text(request, "content"));
    const char *what;
    int line;
    request->fields_valid = true; /* a command may be run again */
    if (!policy_read(content, policy, &line, &what)) {
        struct node *values = doc_new(request->arena);
        doc_int(values, "line", line);
        doc_text(values, "what", text_from(what));
        const struct string_argument told[] = {{"line", doc_get(values, "line")}, {"what", doc_get(values, "what")}};
        request_mark(request, "content", S_instalments_policy_wrong, told, 2);
        return refuse_rest(request);
    }
    int64_t version = newest_version(tx) + 1;
    if (tx_run(tx, &insert,
               VALUES(V_INT(version), V_TEXT(content), V_TEXT(field_text(request, "note")),
                      V_INT(request->caller.staff), V_INT(world_now(request->world)), V_INT(0))) != 1)
        return refuse(request, &meanwhile);
    audit_record(request, 0, "instalments.policy.written", text_format(request->arena, "%lld", (long long)version));
    return approval_asked(request, approval_ask(request, tx, "instalments.policy", 0, version, TEXT(""),
                                                field_text(request, "note")));
}

void limit_policy_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct limit_policy *asked = arena_new_of(request->arena, struct limit_policy);
    const struct limit_policy *now = limit_policy_now(request->engine, tx);
    if (!find(tx, tx_query(tx, &of_version, VALUES(V_INT(approval->subject))), asked)) return;
    approval_fact(facts, &request->locale, S_instalments_policy_version,
                  text_format(request->arena, "%lld", (long long)asked->version));
    approval_fact(facts, &request->locale, S_instalments_policy_decides,
                  text_format(request->arena, "%lld", (long long)(now != NULL ? now->version : 0)));
    approval_fact(facts, &request->locale, S_instalments_policy_content, asked->content);
}

const struct refusal *limit_policy_on(struct request *request, struct tx *tx, const struct approval *approval) {
    if (tx_run(tx, &switch_on, VALUES(V_INT(approval->subject), V_INT(world_now(request->world)))) != 1)
        return &meanwhile;
    audit_record(request, 0, "instalments.policy.on",
                 text_format(request->arena, "%lld", (long long)approval->subject));
    return NULL;
}

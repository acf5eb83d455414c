/* desk.c: where a working day begins (BO-3): one's own tasks, how much waits in each queue of one's roles, and the
 * next task for who asks for one. What is long overdue is raised for all to see: an administrator sees where, and a
 * colleague may take it over. */
#include "backoffice/internal.h"

STATEMENT(counts, "SELECT queue, COUNT(*), SUM(CASE WHEN owner = 0 THEN 1 ELSE 0 END), "
                  "SUM(CASE WHEN due < $1 THEN 1 ELSE 0 END), SUM(CASE WHEN escalated > 0 THEN 1 ELSE 0 END) "
                  "FROM queue_task WHERE done = 0 GROUP BY queue");
STATEMENT(next_free, "SELECT id, due FROM queue_task WHERE done = 0 AND queue = $1 AND owner = 0 ORDER BY due LIMIT 1");
STATEMENT(overdue, "SELECT id, queue, customer FROM queue_task WHERE done = 0 AND escalated = 0 AND due <= $1 "
                   "ORDER BY due LIMIT 50");
STATEMENT(escalate, "UPDATE queue_task SET escalated = $2 WHERE id = $1 AND done = 0 AND escalated = 0");

static const struct refusal nothing_free = {"no-task", 409, S_backoffice_task_no_next, false};

/* An administrator works on none of them, yet sees which are late. */
static void tell_queues(struct request *request, struct tx *tx, struct node *document) {
    bool admin = (request->caller.roles & ROLE_ADMIN) != 0;
    struct node *list = doc_array(document, "queues");
    struct rows *rows = tx_query(tx, &counts, VALUES(V_INT(world_now(request->world))));
    while (rows_next(rows)) {
        const struct queue *queue = queue_named(request->engine, row_text(rows, 0));
        bool mine = queue != NULL && (queue->roles & request->caller.roles) != 0;
        if (queue == NULL || (!mine && (!admin || row_int(rows, 4) == 0))) continue;
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(queue->name));
        doc_text(node, "title", string_get(request->arena, &request->locale, queue->title, NULL, 0));
        doc_bool(node, "mine", mine);
        doc_int(node, "open", row_int(rows, 1));
        doc_int(node, "free", row_int(rows, 2));
        doc_int(node, "overdue", row_int(rows, 3));
        doc_int(node, "escalated", row_int(rows, 4));
    }
    rows_end(rows);
}

enum flow desk_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    doc_text(document, "login", request->caller.login);
    doc_text(document, "roles", roles_names(request->arena, &request->locale, request->caller.roles));
    tasks_of_mine(request, tx, doc_array(document, "tasks"));
    tell_queues(request, tx, document);
    return answer_ok(request, document);
}

/* Of one queue, or of all of one's roles, the one that is due first. */
enum flow task_next(struct request *request, struct tx *tx) {
    struct text chosen = field_text(request, "queue");
    int64_t best = 0;
    moment due = INT64_MAX;
    size_t count = 0;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++) {
        for (const struct queue *queue = features[i]->queues; queue != NULL && queue->name != NULL; queue++) {
            if ((queue->roles & request->caller.roles) == 0) continue;
            if (chosen.size > 0 && !text_is(chosen, queue->name)) continue;
            struct rows *rows = tx_query(tx, &next_free, VALUES(V_TEXT(text_from(queue->name))));
            if (rows_next(rows) && row_int(rows, 1) < due) {
                best = row_int(rows, 0);
                due = row_int(rows, 1);
            }
            rows_end(rows);
        }
    }
    if (best == 0 || !task_move(tx, best, 0, request->caller.staff)) return refuse(request, &nothing_free);
    audit_record(request, 0, "task.taken", text_format(request->arena, "%lld", (long long)best));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", best);
    return answer_done(request, document, text_format(request->arena, "/staff/tasks/%lld", (long long)best));
}

bool tasks_escalate(struct engine *engine, struct tx *tx) {
    struct {
        int64_t id, customer;
        struct text queue;
    } late[50];
    size_t count = 0;
    moment now = world_now(engine_world(engine));
    struct rows *rows = tx_query(tx, &overdue, VALUES(V_INT(now - backoffice_settings(engine)->escalate)));
    while (count < 50 && rows_next(rows)) {
        late[count].id = row_int(rows, 0);
        late[count].queue = row_copy(rows, 1, tx_arena(tx));
        late[count++].customer = row_int(rows, 2);
    }
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        if (tx_run(tx, &escalate, VALUES(V_INT(late[i].id), V_INT(now))) != 1) continue;
        engine_audit(engine, tx, 0, late[i].customer, "task.escalated",
                     text_format(tx_arena(tx), "%lld %.*s", (long long)late[i].id, TEXT_ARG(late[i].queue)));
    }
    return count == 50;
}

/* tasks.c: the pages of queues (BO-3): a list with the overdue first, a task, and what one does with it. Each member
 * sees the queues of his roles alone; another's is as a missing one. */
#include "backoffice/internal.h"

#include <stdlib.h>

#define QUEUE_SHOWN 200
#define LIST_SHOWN 500
#define SOON (2 * HOUR)

STATEMENT(tasks_of_queue, "SELECT id, queue, subject, customer, summary, owner, due, escalated FROM queue_task "
                          "WHERE done = 0 AND queue = $1 ORDER BY due LIMIT 200");
STATEMENT(tasks_of_owner, "SELECT id, queue, subject, customer, summary, owner, due, escalated FROM queue_task "
                          "WHERE done = 0 AND owner = $1 ORDER BY due LIMIT 500");
STATEMENT(task_read, "SELECT queue, subject, customer, summary, owner, due, done, finished_by, outcome, note, "
                     "escalated FROM queue_task WHERE id = $1");
STATEMENT(task_own, "UPDATE queue_task SET owner = $2 WHERE id = $1 AND owner = $3 AND done = 0");
STATEMENT(task_take_over, "UPDATE queue_task SET owner = $2 WHERE id = $1 AND owner <> $2 AND owner <> 0 AND "
                          "escalated > 0 AND done = 0");
STATEMENT(task_done, "UPDATE queue_task SET done = $2, finished_by = $3, outcome = $4, note = $5 "
                     "WHERE id = $1 AND owner = $3 AND done = 0");

static const struct refusal taken = {"task-taken", 409, S_backoffice_task_taken, false};
static const struct refusal not_yours = {"task-not-yours", 409, S_backoffice_task_not_yours, false};
static const struct refusal no_outcome = {"outcome-unknown", 422, S_backoffice_task_no_outcome, false};
static const struct refusal no_member = {"member-unknown", 422, S_backoffice_task_no_member, false};

static void tell(struct request *request, struct tx *tx, struct node *node, int64_t id, const struct queue *queue,
                 int64_t subject, int64_t customer, int64_t owner, moment due, bool escalated) {
    moment now = world_now(request->world);
    doc_id(node, "id", id);
    doc_text(node, "queue", text_from(queue->name));
    doc_text(node, "title", string_get(request->arena, &request->locale, queue->title, NULL, 0));
    doc_id(node, "subject", subject);
    if (customer != 0) doc_id(node, "customer", customer);
    doc_text(node, "owner", staff_login(tx, request->arena, owner));
    doc_bool(node, "mine", owner == request->caller.staff);
    doc_bool(node, "free", owner == 0);
    doc_moment(node, "due", due);
    doc_bool(node, "overdue", due < now);
    doc_bool(node, "soon", due >= now && due < now + SOON);
    doc_bool(node, "escalated", escalated);
}

static void tell_queues(struct request *request, struct node *document, struct text chosen) {
    struct node *list = doc_array(document, "queues");
    size_t count = 0;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++) {
        for (const struct queue *queue = features[i]->queues; queue != NULL && queue->name != NULL; queue++) {
            if ((queue->roles & request->caller.roles) == 0) continue;
            struct node *node = doc_add_object(list);
            doc_text(node, "name", text_from(queue->name));
            doc_text(node, "title", string_get(request->arena, &request->locale, queue->title, NULL, 0));
            doc_bool(node, "chosen", text_is(chosen, queue->name));
        }
    }
}

/* ---- lists: by due time, so the overdue stand first ---- */

struct listed {
    const struct queue *queue;
    int64_t id, subject, customer, owner;
    moment due;
    bool escalated;
    struct text summary;
};

struct list {
    struct request *request;
    struct listed *tasks; /* LIST_SHOWN and one queue more */
    size_t count;
};

static void list_rows(struct list *list, struct rows *rows) {
    const struct request *request = list->request;
    while (list->count < LIST_SHOWN + QUEUE_SHOWN && rows_next(rows)) {
        const struct queue *queue = queue_named(request->engine, row_text(rows, 1));
        if (queue == NULL || (queue->roles & request->caller.roles) == 0) continue;
        int64_t id = row_int(rows, 0);
        list->tasks[list->count++] = (struct listed){
            .queue = queue,
            .id = id,
            .subject = row_int(rows, 2),
            .customer = row_int(rows, 3),
            .owner = row_int(rows, 5),
            .due = row_int(rows, 6),
            .escalated = row_int(rows, 7) != 0,
            .summary = opened_text(request->engine, request->arena, "task.summary", id, row_text(rows, 4)),
        };
    }
    rows_end(rows);
}

static int by_due(const void *left, const void *right) {
    const struct listed *one = left, *other = right;
    return one->due != other->due ? (one->due > other->due) - (one->due < other->due)
                                  : (one->id > other->id) - (one->id < other->id);
}

static void list_settle(struct list *list) {
    qsort(list->tasks, list->count, sizeof *list->tasks, by_due);
    if (list->count > LIST_SHOWN) list->count = LIST_SHOWN;
}

/* Queue by queue: however much waits in the queues of others, one's own are seen. */
static void list_queues(struct list *list, struct tx *tx, struct text chosen) {
    size_t count = 0;
    const struct feature *const *features = engine_features(list->request->engine, &count);
    for (size_t i = 0; i < count; i++) {
        for (const struct queue *queue = features[i]->queues; queue != NULL && queue->name != NULL; queue++) {
            if ((queue->roles & list->request->caller.roles) == 0) continue;
            if (chosen.size > 0 && !text_is(chosen, queue->name)) continue;
            list_rows(list, tx_query(tx, &tasks_of_queue, VALUES(V_TEXT(text_from(queue->name)))));
            if (list->count > LIST_SHOWN) list_settle(list);
        }
    }
}

enum state { STATE_ALL, STATE_FREE, STATE_MINE, STATE_OVERDUE };

static bool fits(const struct request *request, const struct listed *task, enum state state) {
    switch (state) {
    case STATE_FREE: return task->owner == 0;
    case STATE_MINE: return task->owner == request->caller.staff;
    case STATE_OVERDUE: return task->due < world_now(request->world);
    default: return true;
    }
}

static void tell_list(struct list *list, struct tx *tx, struct node *array, enum state state) {
    list_settle(list);
    for (size_t i = 0; i < list->count; i++) {
        const struct listed *task = &list->tasks[i];
        if (!fits(list->request, task, state)) continue;
        struct node *node = doc_add_object(array);
        doc_text(node, "summary", task->summary);
        tell(list->request, tx, node, task->id, task->queue, task->subject, task->customer, task->owner, task->due,
             task->escalated);
    }
}

static struct list list_new(struct request *request) {
    return (struct list){request, arena_array(request->arena, struct listed, LIST_SHOWN + QUEUE_SHOWN), 0};
}

void tasks_of_mine(struct request *request, struct tx *tx, struct node *array) {
    struct list own = list_new(request);
    list_rows(&own, tx_query(tx, &tasks_of_owner, VALUES(V_INT(request->caller.staff))));
    tell_list(&own, tx, array, STATE_ALL);
}

static void tell_states(struct request *request, struct node *document, struct text queue, enum state chosen) {
    static const struct {
        const char *name;
        string_id title;
    } states[] = {[STATE_ALL] = {"all", S_backoffice_tasks_all},
                  [STATE_FREE] = {"free", S_backoffice_tasks_free},
                  [STATE_MINE] = {"mine", S_backoffice_tasks_mine},
                  [STATE_OVERDUE] = {"overdue", S_backoffice_tasks_late}};
    struct node *list = doc_array(document, "states");
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        struct node *node = doc_add_object(list);
        doc_text(node, "name", text_from(states[i].name));
        doc_text(node, "title", string_get(request->arena, &request->locale, states[i].title, NULL, 0));
        doc_text(node, "queue", queue);
        doc_bool(node, "chosen", i == (size_t)chosen);
    }
}

enum flow tasks_page(struct request *request, struct tx *tx) {
    struct text chosen = field_text(request, "queue").size > 0 ? field_text(request, "queue") : TEXT("");
    enum state state = (enum state)field_number(request, "state");
    struct node *document = doc_new(request->arena);
    tell_queues(request, document, chosen);
    tell_states(request, document, chosen, state);
    doc_text(document, "queue", chosen);
    struct list open = list_new(request);
    list_queues(&open, tx, chosen);
    tell_list(&open, tx, doc_array(document, "tasks"), state);
    return answer_ok(request, document);
}

/* ---- one task ---- */

struct found {
    struct task_of_queue task;
    const struct queue *queue;
    struct text summary, outcome, note;
    moment due, done;
    bool escalated;
    int64_t finished_by;
};

static bool find(struct request *request, struct tx *tx, struct found *found) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id)) return false;
    struct engine *engine = request->engine;
    struct arena *arena = request->arena;
    struct rows *rows = tx_query(tx, &task_read, VALUES(V_INT(id)));
    bool there = rows_next(rows);
    if (there) {
        *found = (struct found){
            .task = {.id = id, .subject = row_int(rows, 1), .customer = row_int(rows, 2), .owner = row_int(rows, 4)},
            .queue = queue_named(engine, row_text(rows, 0)),
            .summary = opened_text(engine, arena, "task.summary", id, row_text(rows, 3)),
            .due = row_int(rows, 5),
            .done = row_int(rows, 6),
            .finished_by = row_int(rows, 7),
            .outcome = row_copy(rows, 8, arena),
            .note = opened_text(engine, arena, "task.note", id, row_text(rows, 9)),
            .escalated = row_int(rows, 10) != 0,
        };
    }
    rows_end(rows);
    return there && found->queue != NULL && (found->queue->roles & request->caller.roles) != 0;
}

static struct text outcome_title(struct request *request, const struct queue *queue, struct text name) {
    for (const struct task_outcome *at = queue->outcomes; at != NULL && at->name != NULL; at++)
        if (text_is(name, at->name)) return string_get(request->arena, &request->locale, at->title, NULL, 0);
    return name;
}

enum flow task_page(struct request *request, struct tx *tx) {
    struct found found;
    if (!find(request, tx, &found)) return answer_missing(request);
    const struct task_of_queue *task = &found.task;
    struct node *document = doc_new(request->arena);
    doc_text(document, "summary", found.summary);
    tell(request, tx, document, task->id, found.queue, task->subject, task->customer, task->owner, found.due,
         found.escalated);
    if (found.queue->page != NULL)
        doc_text(document, "page", text_format(request->arena, "%s%lld", found.queue->page, (long long)task->subject));
    bool open = found.done == 0;
    bool theirs = task->owner != 0 && task->owner != request->caller.staff;
    doc_bool(document, "takeable", open && (task->owner == 0 || (theirs && found.escalated)));
    doc_bool(document, "open", open);
    if (!open) {
        doc_moment(document, "done", found.done);
        doc_text(document, "finished_by", staff_login(tx, request->arena, found.finished_by));
        doc_text(document, "outcome", outcome_title(request, found.queue, found.outcome));
        if (found.note.size > 0) doc_text(document, "note", found.note);
    }
    struct node *outcomes = doc_array(document, "outcomes");
    for (const struct task_outcome *at = found.queue->outcomes; at != NULL && at->name != NULL && open; at++) {
        struct node *node = doc_add_object(outcomes);
        doc_text(node, "value", text_from(at->name));
        doc_text(node, "title", string_get(request->arena, &request->locale, at->title, NULL, 0));
    }
    if (task->customer != 0) engine_note(request, task->customer, "task.seen", request->path);
    return answer_ok(request, document);
}

static enum flow changed(struct request *request, const struct found *found, const char *what, struct text more) {
    struct text detail = text_format(request->arena, "%lld %s %.*s", (long long)found->task.id, found->queue->name,
                                     TEXT_ARG(more));
    audit_record(request, found->task.customer, what, text_trim(detail));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", found->task.id);
    return answer_done(request, document, text_format(request->arena, "/staff/tasks/%lld", (long long)found->task.id));
}

bool task_move(struct tx *tx, int64_t id, int64_t from, int64_t to) {
    return tx_run(tx, &task_own, VALUES(V_INT(id), V_INT(to), V_INT(from))) == 1;
}

enum flow task_take(struct request *request, struct tx *tx) {
    struct found found;
    if (!find(request, tx, &found)) return answer_missing(request);
    if (task_move(tx, found.task.id, 0, request->caller.staff))
        return changed(request, &found, "task.taken", TEXT(""));
    /* What is long overdue does not wait for who has it. */
    const struct value id = V_INT(found.task.id), me = V_INT(request->caller.staff);
    if (tx_run(tx, &task_take_over, VALUES(id, me)) != 1) return refuse(request, &taken);
    return changed(request, &found, "task.taken-over", staff_login(tx, request->arena, found.task.owner));
}

enum flow task_release(struct request *request, struct tx *tx) {
    struct found found;
    if (!find(request, tx, &found)) return answer_missing(request);
    if (!task_move(tx, found.task.id, request->caller.staff, 0)) return refuse(request, &not_yours);
    return changed(request, &found, "task.released", TEXT(""));
}

enum flow task_hand_over(struct request *request, struct tx *tx) {
    struct found found;
    struct staff other;
    if (!find(request, tx, &found)) return answer_missing(request);
    if (!staff_by_login(engine_keyring(request->engine), tx, field_text(request, "login"), &other) || other.blocked ||
        (other.roles & found.queue->roles) == 0)
        return refuse_at(request, "login", &no_member);
    if (!task_move(tx, found.task.id, request->caller.staff, other.id)) return refuse(request, &not_yours);
    return changed(request, &found, "task.handed-over", other.login);
}

static bool offered(const struct queue *queue, struct text name) {
    for (const struct task_outcome *at = queue->outcomes; at != NULL && at->name != NULL; at++)
        if (text_is(name, at->name)) return true;
    return false;
}

enum flow task_finish(struct request *request, struct tx *tx) {
    struct found found;
    if (!find(request, tx, &found)) return answer_missing(request);
    struct task_of_queue *task = &found.task;
    task->outcome = field_text(request, "outcome");
    task->note = field_text(request, "note");
    if (!offered(found.queue, task->outcome)) return refuse_at(request, "outcome", &no_outcome);
    struct text note = sealed_text(request->engine, tx, "task.note", task->id, task->note);
    if (tx_run(tx, &task_done,
               VALUES(V_INT(task->id), V_INT(world_now(request->world)), V_INT(request->caller.staff),
                      V_TEXT(task->outcome), V_BYTES(note.data, note.size))) != 1)
        return refuse(request, &not_yours);
    const struct refusal *refusal = found.queue->finish != NULL ? found.queue->finish(request, tx, task) : NULL;
    if (refusal != NULL) return refuse(request, refusal);
    return changed(request, &found, "task.finished", task->outcome);
}

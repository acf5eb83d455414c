/* queue.c: tasks of every feature's queues, in one table: made, found, ended (BO-3). Their pages are in tasks.c. */
#include "backoffice/internal.h"

#include "base/check.h"

#include <string.h>

STATEMENT(task_add, "INSERT INTO queue_task (id, queue, subject, customer, summary, owner, due, done, finished_by, "
                    "outcome, note) VALUES ($1, $2, $3, $4, $5, 0, $6, 0, 0, '', NULL)");
STATEMENT(task_end, "UPDATE queue_task SET done = $3, finished_by = $4, outcome = $5 "
                    "WHERE queue = $1 AND subject = $2 AND done = 0");
STATEMENT(task_owner, "SELECT owner FROM queue_task WHERE queue = $1 AND subject = $2 AND done = 0 "
                      "ORDER BY id DESC LIMIT 1");

STATEMENT(task_pass, "UPDATE queue_task SET owner = $4 WHERE queue = $1 AND subject = $2 AND owner = $3 AND done = 0");
STATEMENT(task_put_off, "UPDATE queue_task SET due = $3 WHERE queue = $1 AND subject = $2 AND done = 0");
STATEMENT(task_about, "UPDATE queue_task SET customer = $3 WHERE queue = $1 AND subject = $2 AND done = 0");

const struct queue *queue_named(const struct engine *engine, struct text name) {
    size_t count = 0;
    const struct feature *const *features = engine_features(engine, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct queue *queue = features[i]->queues; queue != NULL && queue->name != NULL; queue++)
            if (text_is(name, queue->name)) return queue;
    return NULL;
}

int64_t queue_add(struct engine *engine, struct tx *tx, const char *name, int64_t subject, int64_t customer,
                  struct text summary, moment due) {
    const struct queue *queue = queue_named(engine, text_from(name));
    check(queue != NULL);
    int64_t id = world_id(engine_world(engine));
    if (due == 0) due = world_now(engine_world(engine)) + queue->due_us;
    struct text sealed = sealed_text(engine, tx, "task.summary", id, summary);
    tx_run(tx, &task_add,
           VALUES(V_INT(id), V_TEXT(text_from(name)), V_INT(subject), V_INT(customer),
                  V_BYTES(sealed.data, sealed.size), V_INT(due)));
    return id;
}

bool queue_finish(struct engine *engine, struct tx *tx, const char *queue, int64_t subject, int64_t staff,
                  const char *outcome) {
    return tx_run(tx, &task_end,
                  VALUES(V_TEXT(text_from(queue)), V_INT(subject), V_INT(world_now(engine_world(engine))), V_INT(staff),
                         V_TEXT(text_from(outcome)))) > 0;
}

int64_t queue_owner(struct tx *tx, const char *queue, int64_t subject) {
    struct rows *rows = tx_query(tx, &task_owner, VALUES(V_TEXT(text_from(queue)), V_INT(subject)));
    int64_t owner = rows_next(rows) ? row_int(rows, 0) : -1;
    rows_end(rows);
    return owner;
}

bool queue_pass(struct tx *tx, const char *queue, int64_t subject, int64_t from, int64_t to) {
    return tx_run(tx, &task_pass, VALUES(V_TEXT(text_from(queue)), V_INT(subject), V_INT(from), V_INT(to))) == 1;
}

void queue_put_off(struct tx *tx, const char *queue, int64_t subject, moment due) {
    tx_run(tx, &task_put_off, VALUES(V_TEXT(text_from(queue)), V_INT(subject), V_INT(due)));
}

void queue_about(struct tx *tx, const char *queue, int64_t subject, int64_t customer) {
    tx_run(tx, &task_about, VALUES(V_TEXT(text_from(queue)), V_INT(subject), V_INT(customer)));
}

int64_t queue_worker(struct engine *engine, struct tx *tx, const char *name, struct text login) {
    const struct queue *queue = queue_named(engine, text_from(name));
    struct staff staff;
    bool works = queue != NULL && staff_by_login(engine_keyring(engine), tx, login, &staff) && !staff.blocked &&
                 (staff.roles & queue->roles) != 0;
    return works ? staff.id : 0;
}

/* identify.c: staff make sure who the customer is before anything is changed for him (SU-3): they type what he says,
 * and hear whether it is what is on record, never what that is. Each question is kept with its outcome, who asked and
 * within which of his tasks. */
#include "backoffice/identify_rules.h"
#include "backoffice/internal.h"

STATEMENT(check_add, "INSERT INTO staff_check (customer, id, staff, task, asked, result) "
                     "VALUES ($1, $2, $3, $4, $5, $6)");
STATEMENT(checks_of, "SELECT id, staff, task, asked, result FROM staff_check WHERE customer = $1 AND id > $2 "
                     "ORDER BY id DESC LIMIT 50");
STATEMENT(own_task_of, "SELECT id, subject FROM queue_task WHERE customer = $1 AND owner = $2 AND done = 0 "
                       "ORDER BY id DESC LIMIT 1");

const struct refusal identify_first = {"identify-first", 409, S_backoffice_identify_first, false};
static const struct refusal no_task = {"task-needed", 409, S_backoffice_identify_no_task, false};
static const struct refusal locked = {"too-many-tries", 429, S_backoffice_identify_locked, true};

enum { ASKED_PASSPORT, ASKED_CODE_WORD, ASKED_DOCUMENT, ASKED_COUNT };
static const char *const asked_names[] = {"passport", "code_word", "document"};

/* ---- what has been asked ---- */

static moment since(struct engine *engine) {
    return world_now(engine_world(engine)) - backoffice_settings(engine)->identified;
}

bool staff_identified(struct engine *engine, struct tx *tx, int64_t customer) {
    enum proof latest[ASKED_COUNT] = {PROOF_NOTHING, PROOF_NOTHING, PROOF_NOTHING};
    struct rows *rows = tx_query(tx, &checks_of, VALUES(V_INT(customer), V_INT(id_from_moment(since(engine)))));
    while (rows_next(rows)) {
        int64_t asked = row_int(rows, 3);
        if (asked >= 0 && asked < ASKED_COUNT && latest[asked] == PROOF_NOTHING)
            latest[asked] = (enum proof)row_int(rows, 4);
    }
    rows_end(rows);
    return customer_identified((struct said_so_far){latest[ASKED_PASSPORT], latest[ASKED_CODE_WORD],
                                                    latest[ASKED_DOCUMENT]});
}

static const char *proof_name(enum proof proof) {
    static const char *const names[] = {"nothing", "right", "wrong", "locked", "unknown"};
    return names[proof];
}

void staff_checks_tell(struct request *request, struct tx *tx, int64_t customer, struct node *document) {
    struct node *list = doc_array(document, "checks");
    int64_t from = id_from_moment(world_now(request->world) - DAY);
    struct rows *rows = tx_query(tx, &checks_of, VALUES(V_INT(customer), V_INT(from)));
    while (rows_next(rows)) {
        int64_t id = row_int(rows, 0), staff = row_int(rows, 1);
        struct node *node = doc_add_object(list);
        doc_text(node, "asked", text_from(asked_names[row_int(rows, 3) % ASKED_COUNT]));
        doc_text(node, "result", text_from(proof_name((enum proof)row_int(rows, 4))));
        doc_id(node, "task", row_int(rows, 2));
        doc_text(node, "login", staff_login(tx, request->arena, staff));
        doc_moment(node, "at", id_moment(id));
    }
    rows_end(rows);
    doc_bool(document, "identified", staff_identified(request->engine, tx, customer));
}

/* ---- asking ---- */

static enum proof compare(struct request *request, struct tx *tx, int64_t customer, const char *name, moment *free_at) {
    size_t count = 0;
    const struct feature *const *features = engine_features(request->engine, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct record *record = features[i]->records; record != NULL && record->name != NULL; record++)
            if (text_is(text_from(name), record->name))
                return record->compare(request->engine, tx, customer, field_text(request, "said"), free_at);
    return PROOF_UNKNOWN;
}

/* The caller's open task about the customer: within it he may ask. */
static bool own_task(struct request *request, struct tx *tx, int64_t customer, int64_t *task) {
    struct rows *rows = tx_query(tx, &own_task_of, VALUES(V_INT(customer), V_INT(request->caller.staff)));
    bool there = rows_next(rows);
    if (there) *task = row_int(rows, 0);
    rows_end(rows);
    return there;
}

static struct text place(struct request *request, int64_t customer) {
    int64_t id = field_number(request, "case");
    if (id != 0) return text_format(request->arena, "/staff/cases/%lld#checks", (long long)id);
    return text_format(request->arena, "/staff/customers/%lld#checks", (long long)customer);
}

/* A wrong answer is an outcome, not a refusal: it is kept and counted, and the page says so. */
enum flow customer_identify(struct request *request, struct tx *tx) {
    struct customer customer;
    int64_t id = 0, task = 0;
    moment free_at = 0;
    if (!request_param_id(request, 0, &id) || !identity_customer(request->engine, tx, id, &customer) ||
        !staff_sees(request, tx, id).allowed)
        return answer_missing(request);
    if (!own_task(request, tx, id, &task)) return refuse(request, &no_task);
    int64_t asked = field_number(request, "asked") % ASKED_COUNT;
    bool looked = asked == ASKED_DOCUMENT;
    enum proof proof = looked ? PROOF_RIGHT : compare(request, tx, id, asked_names[asked], &free_at);
    tx_run(tx, &check_add,
           VALUES(V_INT(id), V_INT(world_id(request->world)), V_INT(request->caller.staff), V_INT(task), V_INT(asked),
                  V_INT(proof)));
    struct text detail = text_format(request->arena, "%s %s", asked_names[asked], proof_name(proof));
    audit_record(request, id, "customer.asked", detail);
    if (proof == PROOF_LOCKED) return refuse(request, &locked);
    struct node *document = doc_new(request->arena);
    doc_text(document, "asked", text_from(asked_names[asked]));
    doc_text(document, "result", text_from(proof_name(proof)));
    doc_bool(document, "identified", staff_identified(request->engine, tx, id));
    return answer_done(request, document, place(request, id));
}

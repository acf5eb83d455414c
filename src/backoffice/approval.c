/* approval.c: what a second person confirms (BO-2): asked for by one, done in the confirming command of another. */
#include "backoffice/internal.h"

#include "base/check.h"

enum approval_state { APPROVAL_WAITS = 0, APPROVAL_DONE = 1, APPROVAL_DECLINED = 2, APPROVAL_EXPIRED = 3 };

STATEMENT(approval_add, "INSERT INTO approval (id, kind, customer, subject, asked_by, data, summary, expires, state, "
                        "decided_by, decided) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0)");
STATEMENT(approval_read, "SELECT kind, customer, subject, asked_by, data, summary, expires, state FROM approval "
                         "WHERE id = $1 FOR_UPDATE");
STATEMENT(approval_look, "SELECT kind, customer, subject, asked_by, data, summary, expires, state FROM approval "
                         "WHERE id = $1");
STATEMENT(approval_decide, "UPDATE approval SET state = $2, decided_by = $3, decided = $4, reason = $5 "
                           "WHERE id = $1 AND state = 0");
STATEMENT(approval_own, "SELECT id, kind, summary, state, decided_by, decided, reason FROM approval "
                        "WHERE asked_by = $1 AND decided > $2 ORDER BY decided DESC LIMIT 20");
STATEMENT(approval_list, "SELECT id, kind, customer, asked_by, summary, expires FROM approval WHERE state = 0 AND "
                         "expires > $1 ORDER BY expires LIMIT 100");
STATEMENT(approval_overdue, "SELECT id FROM approval WHERE state = 0 AND expires <= $1 ORDER BY expires LIMIT 50");

static const struct refusal own = {"own-request", 403, S_backoffice_approval_own, false};
static const struct refusal not_yours = {"not-allowed", 403, S_backoffice_approval_not_yours, false};
static const struct refusal changed = {"approval-changed", 409, S_backoffice_approval_changed, false};
static const struct refusal asker_gone = {"asker-gone", 409, S_backoffice_approval_asker, false};
static const struct refusal over = {"approval-over", 409, S_backoffice_approval_over, false};

const struct approval_kind *approval_kind_named(const struct engine *engine, struct text name) {
    size_t count = 0;
    const struct feature *const *features = engine_features(engine, &count);
    for (size_t i = 0; i < count; i++)
        for (const struct approval_kind *kind = features[i]->approvals; kind != NULL && kind->name != NULL; kind++)
            if (text_is(name, kind->name)) return kind;
    return NULL;
}

int64_t approval_ask(struct request *request, struct tx *tx, const char *name, int64_t customer, int64_t subject,
                     struct text data, struct text summary) {
    struct engine *engine = request->engine;
    const struct approval_kind *kind = approval_kind_named(engine, text_from(name));
    check(kind != NULL);
    if ((request->caller.roles & kind->ask) == 0) return 0;
    int64_t id = world_id(request->world);
    struct text sealed = sealed_text(engine, tx, "approval.data", id, data);
    struct text told = sealed_text(engine, tx, "approval.summary", id, summary);
    tx_run(tx, &approval_add,
           VALUES(V_INT(id), V_TEXT(text_from(name)), V_INT(customer), V_INT(subject), V_INT(request->caller.staff),
                  V_BYTES(sealed.data, sealed.size), V_BYTES(told.data, told.size),
                  V_INT(world_now(request->world) + kind->life_us)));
    audit_record(request, customer, "approval.asked",
                 text_format(request->arena, "%s %lld: %.*s", name, (long long)id, TEXT_ARG(summary)));
    return id;
}

/* ---- reading ---- */

struct waiting {
    struct approval approval;
    const struct approval_kind *kind;
    moment expires;
    bool waits;
};

static bool waiting_read(struct engine *engine, struct tx *tx, struct arena *arena, int64_t id,
                         struct waiting *waiting) {
    struct rows *rows = tx_query(tx, tx_writing(tx) ? &approval_read : &approval_look, VALUES(V_INT(id)));
    bool found = rows_next(rows);
    if (found) {
        waiting->kind = approval_kind_named(engine, row_text(rows, 0));
        waiting->approval = (struct approval){
            .id = id,
            .customer = row_int(rows, 1),
            .subject = row_int(rows, 2),
            .asked_by = row_int(rows, 3),
            .data = opened_text(engine, arena, "approval.data", id, row_text(rows, 4)),
            .summary = opened_text(engine, arena, "approval.summary", id, row_text(rows, 5)),
        };
        waiting->expires = row_int(rows, 6);
        waiting->waits = row_int(rows, 7) == APPROVAL_WAITS && waiting->expires > world_now(engine_world(engine));
    }
    rows_end(rows);
    return found && waiting->kind != NULL;
}

static void tell(struct request *request, struct tx *tx, struct node *node, int64_t id,
                 const struct approval_kind *kind, int64_t customer, int64_t asked_by, struct text summary,
                 moment expires) {
    bool mine = asked_by == request->caller.staff;
    doc_id(node, "id", id);
    doc_text(node, "kind", text_from(kind->name));
    doc_text(node, "title", string_get(request->arena, &request->locale, kind->title, NULL, 0));
    if (customer != 0) doc_id(node, "customer", customer);
    doc_text(node, "asked_by", staff_login(tx, request->arena, asked_by));
    doc_text(node, "summary", summary);
    doc_moment(node, "expires", expires);
    doc_bool(node, "mine", mine);
    doc_bool(node, "confirmable", !mine && (kind->confirm & request->caller.roles) != 0);
}

/* What became of one's own requests: a refusal's reason is for who asked. */
static void tell_decided(struct request *request, struct tx *tx, struct node *document) {
    static const string_id states[] = {[APPROVAL_DONE] = S_backoffice_approval_done,
                                       [APPROVAL_DECLINED] = S_backoffice_approval_declined,
                                       [APPROVAL_EXPIRED] = S_backoffice_approval_expired};
    struct node *list = doc_array(document, "decided");
    struct value since = V_INT(world_now(request->world) - 14 * DAY);
    struct rows *rows = tx_query(tx, &approval_own, VALUES(V_INT(request->caller.staff), since));
    while (rows_next(rows)) {
        const struct approval_kind *kind = approval_kind_named(request->engine, row_text(rows, 1));
        int64_t id = row_int(rows, 0), state = row_int(rows, 3);
        if (kind == NULL || state < APPROVAL_DONE || state > APPROVAL_EXPIRED) continue;
        struct node *node = doc_add_object(list);
        doc_id(node, "id", id);
        doc_text(node, "title", string_get(request->arena, &request->locale, kind->title, NULL, 0));
        doc_text(node, "summary",
                 opened_text(request->engine, request->arena, "approval.summary", id, row_text(rows, 2)));
        doc_text(node, "state", string_get(request->arena, &request->locale, states[state], NULL, 0));
        doc_text(node, "decided_by", staff_login(tx, request->arena, row_int(rows, 4)));
        doc_moment(node, "decided", row_int(rows, 5));
        doc_text(node, "reason",
                 opened_text(request->engine, request->arena, "approval.reason", id, row_text(rows, 6)));
    }
}

enum flow approvals_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "approvals");
    unsigned roles = request->caller.roles;
    struct rows *rows = tx_query(tx, &approval_list, VALUES(V_INT(world_now(request->world))));
    while (rows_next(rows)) {
        const struct approval_kind *kind = approval_kind_named(request->engine, row_text(rows, 1));
        bool mine = row_int(rows, 3) == request->caller.staff;
        if (kind == NULL || (!mine && (kind->confirm & roles) == 0)) continue;
        struct text summary = opened_text(request->engine, request->arena, "approval.summary", row_int(rows, 0),
                                          row_text(rows, 4));
        tell(request, tx, doc_add_object(list), row_int(rows, 0), kind, row_int(rows, 2), row_int(rows, 3), summary,
             row_int(rows, 5));
    }
    tell_decided(request, tx, document);
    return answer_ok(request, document);
}

/* ---- one, with what it will do as things stand ---- */

struct node *approval_line(struct node *facts, const struct locale *locale, string_id label) {
    struct node *node = doc_add_object(facts);
    doc_text(node, "label", string_get(facts->arena, locale, label, NULL, 0));
    return node;
}

void approval_fact(struct node *facts, const struct locale *locale, string_id label, struct text value) {
    doc_text(approval_line(facts, locale, label), "value", value);
}

void approval_change(struct node *facts, const struct locale *locale, string_id label, struct money before,
                     struct money after) {
    struct node *node = approval_line(facts, locale, label);
    doc_money(node, "before", before);
    doc_money(node, "after", after);
}

/* What he saw, in a word that his confirming brings back. */
static struct text seen_word(struct request *request, const struct node *document) {
    struct buffer json = buffer_new(request->arena, 512);
    uint8_t hash[SECRET_HASH_SIZE];
    doc_write_json(doc_get(document, "facts"), &json);
    secret_hash(engine_keyring(request->engine), "approval.seen", buffer_text(&json), hash);
    return text_base64url(request->arena, hash, 18);
}

static struct node *show(struct request *request, struct tx *tx, const struct waiting *waiting) {
    struct node *document = doc_new(request->arena);
    struct node *facts = doc_array(document, "facts");
    if (waiting->kind->show != NULL) waiting->kind->show(request, tx, &waiting->approval, facts);
    return document;
}

/* Whose it is to decide, or who asked; to others it is as missing. */
static bool concerns(struct request *request, const struct waiting *waiting) {
    return waiting->approval.asked_by == request->caller.staff ||
           (waiting->kind->confirm & request->caller.roles) != 0;
}

enum flow approval_page(struct request *request, struct tx *tx) {
    int64_t id = 0;
    struct waiting waiting;
    if (!request_param_id(request, 0, &id) || !waiting_read(request->engine, tx, request->arena, id, &waiting) ||
        !concerns(request, &waiting))
        return answer_missing(request);
    if (!waiting.waits) return refuse(request, &over);
    const struct approval *approval = &waiting.approval;
    struct node *document = show(request, tx, &waiting);
    tell(request, tx, document, id, waiting.kind, approval->customer, approval->asked_by, approval->summary,
         waiting.expires);
    doc_text(document, "seen", seen_word(request, document));
    if (approval->customer != 0) audit_record(request, approval->customer, "approval.seen", request->path);
    return answer_ok(request, document);
}

/* ---- deciding ---- */

static bool decide(struct request *request, struct tx *tx, int64_t id, enum approval_state state, struct text reason) {
    struct text sealed = sealed_text(request->engine, tx, "approval.reason", id, reason);
    return tx_run(tx, &approval_decide,
                  VALUES(V_INT(id), V_INT(state), V_INT(request->caller.staff), V_INT(world_now(request->world)),
                         V_BYTES(sealed.data, sealed.size))) == 1;
}

static enum flow decided(struct request *request, const struct approval *approval, const char *what,
                         struct text reason) {
    audit_record(request, approval->customer, what,
                 text_format(request->arena, "%lld: %.*s%s%.*s", (long long)approval->id, TEXT_ARG(approval->summary),
                             reason.size > 0 ? ": " : "", TEXT_ARG(reason)));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", approval->id);
    doc_text(document, "state", text_from(what));
    return answer_done(request, document, TEXT("/staff/approvals"));
}

/* Who asked works here still, in a role that may ask for this. */
static bool may_still_ask(struct request *request, struct tx *tx, const struct waiting *waiting) {
    struct staff asker;
    return staff_by_id(engine_keyring(request->engine), tx, waiting->approval.asked_by, &asker) && !asker.blocked &&
           (asker.roles & waiting->kind->ask) != 0;
}

enum flow approval_confirm(struct request *request, struct tx *tx) {
    int64_t id = 0;
    struct waiting waiting;
    if (!request_param_id(request, 0, &id) || !waiting_read(request->engine, tx, request->arena, id, &waiting)) {
        return answer_missing(request);
    }
    struct approval *approval = &waiting.approval;
    if (approval->asked_by == request->caller.staff) return refuse(request, &own);
    if ((waiting.kind->confirm & request->caller.roles) == 0) return refuse(request, &not_yours);
    if (!waiting.waits || !decide(request, tx, id, APPROVAL_DONE, TEXT_NONE)) return refuse(request, &over);
    struct text seen = field_text(request, "seen");
    if (seen.size > 0 && !text_equal(seen, seen_word(request, show(request, tx, &waiting))))
        return refuse(request, &changed);
    if (!may_still_ask(request, tx, &waiting)) return refuse(request, &asker_gone);
    approval->confirmed_by = request->caller.staff;
    const struct refusal *refusal = waiting.kind->apply(request, tx, approval);
    if (refusal != NULL) return refuse(request, refusal);
    return decided(request, approval, "approval.confirmed", TEXT_NONE);
}

/* By whoever may confirm it, or by who asked: then it is taken back. */
enum flow approval_decline(struct request *request, struct tx *tx) {
    int64_t id = 0;
    struct waiting waiting;
    if (!request_param_id(request, 0, &id) || !waiting_read(request->engine, tx, request->arena, id, &waiting)) {
        return answer_missing(request);
    }
    bool mine = waiting.approval.asked_by == request->caller.staff;
    if (!mine && (waiting.kind->confirm & request->caller.roles) == 0) return refuse(request, &not_yours);
    struct text reason = field_text(request, "reason");
    if (!mine && reason.size == 0) return refuse_field(request, "reason", S_backoffice_approval_why);
    if (!waiting.waits || !decide(request, tx, id, APPROVAL_DECLINED, reason)) return refuse(request, &over);
    if (waiting.kind->dropped != NULL) waiting.kind->dropped(request->engine, tx, &waiting.approval);
    return decided(request, &waiting.approval, mine ? "approval.withdrawn" : "approval.declined", reason);
}

bool approvals_expire(struct engine *engine, struct tx *tx) {
    int64_t ids[50];
    size_t count = 0;
    moment now = world_now(engine_world(engine));
    struct rows *rows = tx_query(tx, &approval_overdue, VALUES(V_INT(now)));
    while (count < 50 && rows_next(rows)) ids[count++] = row_int(rows, 0);
    rows_end(rows);
    for (size_t i = 0; i < count; i++) {
        struct waiting waiting;
        bool known = waiting_read(engine, tx, tx_arena(tx), ids[i], &waiting);
        tx_run(tx, &approval_decide, VALUES(V_INT(ids[i]), V_INT(APPROVAL_EXPIRED), V_INT(0), V_INT(now), V_NULL));
        if (known && waiting.kind->dropped != NULL) waiting.kind->dropped(engine, tx, &waiting.approval);
        engine_audit(engine, tx, 0, known ? waiting.approval.customer : 0, "approval.expired",
                     text_format(tx_arena(tx), "%lld", (long long)ids[i]));
    }
    return count == 50;
}

/* member_acts.c: what is done about a colleague (BO-1, BO-2): shut out at once by one administrator; let in again, or
 * given a new first password for a lost app, only once another has confirmed it; where he is signed in; and one's own
 * sessions. Nobody does any of it to himself. */
#include "backoffice/internal.h"

#include "identity/device_rules.h"

STATEMENT(sessions_of, "SELECT id, made, used, agent, address FROM staff_session WHERE staff = $1 AND enrolling = 0 "
                       "AND expires > $2 ORDER BY used DESC LIMIT 50");
STATEMENT(session_end, "DELETE FROM staff_session WHERE staff = $1 AND id = $2");
STATEMENT(tasks_back, "UPDATE queue_task SET owner = 0 WHERE owner = $1 AND done = 0");

static const struct refusal oneself = {"own-membership", 403, S_backoffice_member_oneself, false};
static const struct refusal already = {"already-so", 409, S_backoffice_customer_already, false};
static const struct refusal gone = {"member-gone", 409, S_backoffice_member_gone, false};

/* True when {id} is a colleague; else it has answered. */
static bool colleague(struct request *request, struct tx *tx, struct staff *member) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) || !staff_by_id(engine_keyring(request->engine), tx, id, member)) {
        answer_missing(request);
        return false;
    }
    if (id != request->caller.staff) return true;
    refuse(request, &oneself);
    return false;
}

static enum flow acted(struct request *request, const struct staff *member, const char *what) {
    audit_record(request, 0, what, text_copy(request->arena, member->login));
    struct node *document = doc_new(request->arena);
    doc_id(document, "id", member->id);
    return answer_done(request, document, TEXT("/staff/members"));
}

enum flow approval_asked(struct request *request, int64_t approval) {
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", approval);
    return answer_done(request, document, TEXT("/staff/approvals"));
}

/* What he had taken goes back to its queues: it is not to wait for him. */
enum flow member_disable(struct request *request, struct tx *tx) {
    struct staff member;
    if (!colleague(request, tx, &member)) return FLOW_ANSWERED;
    if (!staff_block(tx, member.id, true)) return refuse(request, &already);
    tx_run(tx, &tasks_back, VALUES(V_INT(member.id)));
    return acted(request, &member, "member.disabled");
}

enum flow member_end_sessions(struct request *request, struct tx *tx) {
    struct staff member;
    if (!colleague(request, tx, &member)) return FLOW_ANSWERED;
    staff_sessions_end(tx, member.id);
    return acted(request, &member, "member.sessions-ended");
}

enum flow member_enable_ask(struct request *request, struct tx *tx) {
    struct staff member;
    if (!colleague(request, tx, &member)) return FLOW_ANSWERED;
    if (!member.blocked) return refuse(request, &already);
    return approval_asked(request,
                          approval_ask(request, tx, "backoffice.enable", 0, member.id, TEXT(""), member.login));
}

const struct refusal *enable_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    (void)request;
    return staff_block(tx, approval->subject, false) ? NULL : &gone;
}

/* ---- the app is lost: a new first password, shown once to who asks ---- */

struct resetting {
    int64_t id;
    struct text login, password, encoded;
};

enum flow member_reset_check(struct request *request, struct tx *tx) {
    struct staff member;
    if (!colleague(request, tx, &member)) return FLOW_ANSWERED;
    struct resetting *resetting = arena_new_of(request->arena, struct resetting);
    *resetting = (struct resetting){.id = member.id, .login = text_copy(request->arena, member.login)};
    request->scratch = resetting;
    return FLOW_NEXT;
}

enum flow member_reset_hash(struct request *request, struct tx *tx) {
    (void)tx;
    struct resetting *resetting = request->scratch;
    resetting->password = staff_first_password(request->world, request->arena);
    if (!password_hash(request->arena, resetting->password, &resetting->encoded)) arena_unwind(request->arena);
    return FLOW_NEXT;
}

enum flow member_reset_ask(struct request *request, struct tx *tx) {
    const struct resetting *resetting = request->scratch;
    int64_t approval = approval_ask(request, tx, "backoffice.reset", 0, resetting->id, resetting->encoded,
                                    resetting->login);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", approval);
    doc_text(document, "login", resetting->login);
    doc_text(document, "password", resetting->password);
    return answer_ok(request, document);
}

const struct refusal *reset_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct staff member;
    if (approval->subject == request->caller.staff) return &oneself;
    if (!staff_by_id(engine_keyring(request->engine), tx, approval->subject, &member)) return &gone;
    return staff_reset(tx, member.login, approval->data) ? NULL : &gone;
}

/* ---- sessions ---- */

static size_t tell_sessions(struct request *request, struct tx *tx, struct node *list, int64_t staff) {
    struct rows *rows = tx_query(tx, &sessions_of, VALUES(V_INT(staff), V_INT(world_now(request->world))));
    int64_t idle = backoffice_settings(request->engine)->session_idle;
    while (rows_next(rows)) {
        if (row_int(rows, 2) + idle + MINUTE <= world_now(request->world)) continue; /* a row may lag by a minute */
        struct node *node = doc_add_object(list);
        doc_id(node, "id", row_int(rows, 0));
        doc_moment(node, "opened", row_int(rows, 1));
        doc_moment(node, "used", row_int(rows, 2));
        doc_text(node, "device", device_name(request->arena, row_text(rows, 3)));
        doc_text(node, "address", row_text(rows, 4));
        doc_bool(node, "current", row_int(rows, 0) == request->caller.session);
    }
    rows_end(rows);
    return list->count;
}

enum flow member_page(struct request *request, struct tx *tx) {
    int64_t id = 0;
    struct staff member;
    if (!request_param_id(request, 0, &id) || !staff_by_id(engine_keyring(request->engine), tx, id, &member))
        return answer_missing(request);
    struct node *document = doc_new(request->arena);
    bool other = id != request->caller.staff;
    doc_id(document, "id", id);
    doc_text(document, "login", member.login);
    doc_text(document, "roles_text", roles_names(request->arena, &request->locale, member.roles));
    roles_list(doc_array(document, "roles"), &request->locale, member.lasting);
    doc_bool(document, "blocked", member.blocked);
    doc_bool(document, "enrolled", member.enrolled);
    doc_bool(document, "other", other);
    doc_bool(document, "active", other && !member.blocked);
    if (member.roles != member.lasting) {
        doc_text(document, "lent", roles_names(request->arena, &request->locale, member.roles & ~member.lasting));
        doc_moment(document, "lent_until", member.lent_until);
    }
    tell_sessions(request, tx, doc_array(document, "sessions"), id);
    audit_record(request, 0, "member.seen", text_copy(request->arena, member.login));
    return answer_ok(request, document);
}

enum flow own_sessions_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    tell_sessions(request, tx, doc_array(document, "sessions"), request->caller.staff);
    doc_int(document, "idle_minutes", backoffice_settings(request->engine)->session_idle / MINUTE);
    return answer_ok(request, document);
}

enum flow own_session_end(struct request *request, struct tx *tx) {
    int64_t id = 0;
    if (!request_param_id(request, 0, &id) ||
        tx_run(tx, &session_end, VALUES(V_INT(request->caller.staff), V_INT(id))) != 1)
        return answer_missing(request);
    bool this = id == request->caller.session;
    if (this) answer_cookie(request, "staff", TEXT(""), -1);
    struct node *document = doc_new(request->arena);
    doc_int(document, "ended", 1);
    return answer_done(request, document, this ? TEXT("/staff/signin") : TEXT("/staff/sessions"));
}

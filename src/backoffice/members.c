/* members.c: who works here: listed; roles and new members asked for by one administrator, confirmed by another (BO-2).
 * A role that is taken away or given holds from the next request on. */
#include "backoffice/internal.h"

STATEMENT(members_list, "SELECT id, login, roles, blocked, enrolled, made, extra_roles, extra_until FROM staff "
                        "ORDER BY login LIMIT 500");
STATEMENT(login_taken, "SELECT 1 FROM staff WHERE login = $1");

static const struct refusal no_roles = {"roles-missing", 422, S_backoffice_member_no_roles, false};
static const struct refusal login_bad = {"login-bad", 422, S_backoffice_member_login_bad, false};
static const struct refusal login_used = {"login-taken", 409, S_backoffice_member_login_taken, false};
static const struct refusal day_bad = {"day-impossible", 422, S_backoffice_limits_day, false};
static const struct refusal oneself = {"own-membership", 403, S_backoffice_member_oneself, false};
static const struct refusal gone = {"member-gone", 409, S_backoffice_member_gone, false};

enum flow members_page(struct request *request, struct tx *tx) {
    struct node *document = doc_new(request->arena);
    struct node *list = doc_array(document, "members");
    struct rows *rows = tx_query(tx, &members_list, NO_VALUES);
    while (rows_next(rows)) {
        struct node *node = doc_add_object(list);
        unsigned roles = roles_now(row_int(rows, 2), row_int(rows, 6), row_int(rows, 7), world_now(request->world));
        doc_id(node, "id", row_int(rows, 0));
        doc_text(node, "login", row_text(rows, 1));
        doc_text(node, "roles_text", roles_names(request->arena, &request->locale, roles));
        roles_list(doc_array(node, "roles"), &request->locale, roles);
        doc_bool(node, "enrolled", row_int(rows, 4) != 0);
        doc_bool(node, "blocked", row_int(rows, 3) != 0);
        doc_moment(node, "since", row_int(rows, 5));
    }
    roles_list(doc_array(document, "roles"), &request->locale, 0);
    return answer_ok(request, document);
}

static unsigned roles_asked(struct request *request) {
    static const struct {
        const char *field;
        unsigned role;
    } fields[] = {{"support", ROLE_SUPPORT}, {"identification", ROLE_IDENTIFICATION}, {"risk", ROLE_RISK},
                  {"finance", ROLE_FINANCE}, {"catalogue", ROLE_CATALOGUE},           {"admin", ROLE_ADMIN}};
    unsigned roles = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (field_number(request, fields[i].field) != 0) roles |= fields[i].role;
    return roles;
}

/* The last day's end in the company's zone; 0: for good. False: that day is over. */
static bool lent_until(struct request *request, moment *until) {
    *until = 0;
    if (!field_given(request, "until")) return true;
    *until = day_start(date_from_days(field_number(request, "until") + 1), engine_zone(request->engine));
    return *until > world_now(request->world);
}

/* No roles at all: he may do nothing any more. With a day, roles that he has not are lent until its end. */
enum flow member_roles_ask(struct request *request, struct tx *tx) {
    int64_t id = 0;
    moment until = 0;
    struct staff member;
    if (!request_param_id(request, 0, &id) || !staff_by_id(engine_keyring(request->engine), tx, id, &member))
        return answer_missing(request);
    unsigned roles = roles_asked(request);
    if (!lent_until(request, &until)) return refuse_at(request, "until", &day_bad);
    if (until != 0) roles |= member.lasting;
    struct text before = roles_names(request->arena, &request->locale, member.roles);
    struct text after = roles_names(request->arena, &request->locale, roles);
    struct text summary = text_format(request->arena, "%.*s: %.*s → %.*s", TEXT_ARG(member.login), TEXT_ARG(before),
                                      TEXT_ARG(after));
    struct text data = text_format(request->arena, "%u %lld", roles, (long long)until);
    return approval_asked(request, approval_ask(request, tx, "backoffice.roles", 0, id, data, summary));
}

static bool roles_read(const struct approval *approval, int64_t *roles, moment *until) {
    struct text rest = approval->data;
    return text_to_int(text_split(rest, ' ', &rest), roles) && text_to_int(rest, until);
}

static void roles_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts) {
    struct staff member;
    int64_t roles = 0;
    moment until = 0;
    const struct locale *locale = &request->locale;
    if (!roles_read(approval, &roles, &until) ||
        !staff_by_id(engine_keyring(request->engine), tx, approval->subject, &member))
        return;
    struct node *line = approval_line(facts, locale, S_backoffice_member_roles);
    doc_text(line, "before", roles_names(request->arena, locale, member.roles));
    doc_text(line, "after", roles_names(request->arena, locale, (unsigned)roles));
    struct date last = civil_at(until - SECOND, engine_zone(request->engine)).date;
    if (until != 0) doc_date(approval_line(facts, locale, S_backoffice_member_until), "value", last);
}

static const struct refusal *roles_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct staff member;
    int64_t roles = 0;
    moment until = 0;
    if (approval->subject == request->caller.staff) return &oneself;
    bool good = roles_read(approval, &roles, &until) &&
                staff_by_id(engine_keyring(request->engine), tx, approval->subject, &member);
    if (!good) return &gone;
    if (until == 0) return staff_set_roles(tx, member.id, (unsigned)roles) ? NULL : &gone;
    if (until <= world_now(request->world)) return &day_bad;
    return staff_lend_roles(tx, member.id, (unsigned)roles & ~member.lasting, until) ? NULL : &gone;
}

/* ---- a new member: who asks hands him the first password, which is shown once ---- */

struct joining {
    struct text login, password, encoded;
    unsigned roles;
};

enum flow member_add_check(struct request *request, struct tx *tx) {
    struct joining *joining = arena_new_of(request->arena, struct joining);
    joining->login = text_lower_ascii(request->arena, field_text(request, "login"));
    joining->roles = roles_asked(request);
    if (!staff_login_good(joining->login)) return refuse_at(request, "login", &login_bad);
    if (joining->roles == 0) return refuse(request, &no_roles);
    struct rows *rows = tx_query(tx, &login_taken, VALUES(V_TEXT(joining->login)));
    bool taken = rows_next(rows);
    rows_end(rows);
    if (taken) return refuse_at(request, "login", &login_used);
    request->scratch = joining;
    return FLOW_NEXT;
}

enum flow member_add_hash(struct request *request, struct tx *tx) {
    (void)tx;
    struct joining *joining = request->scratch;
    joining->password = staff_first_password(request->world, request->arena);
    if (!password_hash(request->arena, joining->password, &joining->encoded)) arena_unwind(request->arena);
    return FLOW_NEXT;
}

enum flow member_add_ask(struct request *request, struct tx *tx) {
    const struct joining *joining = request->scratch;
    struct text roles = roles_names(request->arena, &request->locale, joining->roles);
    struct text data = text_format(request->arena, "%u %.*s %.*s", joining->roles, TEXT_ARG(joining->login),
                                   TEXT_ARG(joining->encoded));
    struct text summary = text_format(request->arena, "%.*s: %.*s", TEXT_ARG(joining->login), TEXT_ARG(roles));
    int64_t approval = approval_ask(request, tx, "backoffice.member", 0, 0, data, summary);
    struct node *document = doc_new(request->arena);
    doc_id(document, "approval", approval);
    doc_text(document, "login", joining->login);
    doc_text(document, "password", joining->password);
    return answer_ok(request, document);
}

static const struct refusal *member_apply(struct request *request, struct tx *tx, const struct approval *approval) {
    struct text encoded = approval->data;
    struct text number = text_split(encoded, ' ', &encoded), login = text_split(encoded, ' ', &encoded);
    int64_t roles = 0;
    (void)request;
    if (!text_to_int(number, &roles) || staff_add(tx, login, encoded, (unsigned)roles) == 0) return &login_used;
    return NULL;
}

const struct approval_kind backoffice_approvals[] = {
    {"customer.thaw", S_backoffice_kind_thaw, ROLE_SUPPORT | ROLE_RISK, ROLE_RISK, DAY, thaw_apply, NULL, NULL},
    {"backoffice.roles", S_backoffice_kind_roles, ROLE_ADMIN, ROLE_ADMIN, 3 * DAY, roles_apply, NULL, roles_show},
    {"backoffice.member", S_backoffice_kind_member, ROLE_ADMIN, ROLE_ADMIN, 3 * DAY, member_apply, NULL, NULL},
    {"backoffice.enable", S_backoffice_kind_enable, ROLE_ADMIN, ROLE_ADMIN, 3 * DAY, enable_apply, NULL, NULL},
    {"backoffice.reset", S_backoffice_kind_reset, ROLE_ADMIN, ROLE_ADMIN, DAY, reset_apply, NULL, NULL},
    {"backoffice.posting", S_backoffice_kind_posting, ROLE_FINANCE, ROLE_FINANCE, DAY, posting_apply, NULL,
     posting_show},
    {"backoffice.limits", S_backoffice_kind_limits, ROLE_RISK, ROLE_RISK, DAY, limits_apply, NULL, limits_show},
    {"backoffice.writeoff", S_backoffice_kind_writeoff, ROLE_FINANCE, ROLE_FINANCE, 3 * DAY, writeoff_apply, NULL,
     writeoff_show},
    {"backoffice.close", S_backoffice_kind_close, ROLE_FINANCE, ROLE_FINANCE, 3 * DAY, close_apply, NULL,
     close_show},
    {.name = NULL},
};

/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "backoffice/members.h"
#include "backoffice/suspicious_rules.h"
#include "generated/strings_backoffice.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "identity/identity.h"

struct backoffice_settings {
    int64_t session_idle, session_life, enrol_life;
    int64_t tries, address_tries, pause, pause_max;
    int64_t sight, escalate, identified;
    struct suspicion_limits suspicious;
};

static inline const struct backoffice_settings *backoffice_settings(const struct engine *engine) {
    return engine_settings(engine, &backoffice_feature);
}

extern const struct route backoffice_routes[];
extern const struct migration backoffice_migrations[];
extern const struct job backoffice_jobs[];
extern const struct sealed backoffice_sealed[];
bool approvals_expire(struct engine *engine, struct tx *tx);
extern const struct approval_kind backoffice_approvals[];

/* ---- staff (staff.c) ---- */

struct staff {
    int64_t id;
    struct text login, password; /* password: encoded */
    unsigned roles, lasting; /* roles: now, with those lent for a time; lasting: without them */
    moment lent_until;
    bool blocked, enrolled;
    struct text secret; /* the authenticator app's, opened; TEXT_NONE */
    int64_t counter;    /* the last code's; the same or an earlier one is not taken again */
};

bool staff_by_login(const struct keyring *keyring, struct tx *tx, struct text login, struct staff *staff);
bool staff_by_id(const struct keyring *keyring, struct tx *tx, int64_t id, struct staff *staff);
bool staff_set_roles(struct tx *tx, int64_t id, unsigned roles);
/* Besides his own, until then; in place of what was lent before. */
bool staff_lend_roles(struct tx *tx, int64_t id, unsigned roles, moment until);
unsigned roles_now(int64_t roles, int64_t lent, moment until, moment now);
bool staff_block(struct tx *tx, int64_t id, bool blocked); /* false: it was so; who is blocked is signed out */
struct text roles_names(struct arena *arena, const struct locale *locale, unsigned roles);
void roles_list(struct node *array, const struct locale *locale, unsigned roles);

/* ---- staff's sessions (session.c) ---- */

bool staff_quick(void *self, struct request *request);
void staff_full(void *self, struct request *request, struct tx *tx);
/* A new one, whose cookie is set; the one the request came with ends. */
void staff_session_open(struct request *request, struct tx *tx, int64_t staff, bool enrolling);
void staff_session_end(struct request *request, struct tx *tx);
void staff_sessions_end(struct tx *tx, int64_t staff);
/* Who is on the way to enrol his app, by the cookie; 0: nobody. */
int64_t staff_enrolling(struct request *request, struct tx *tx);

/* ---- manual postings (posting.c) ---- */

enum { BACKOFFICE_POSTING = 900 }; /* ledger transfer.kind */
const struct refusal *thaw_apply(struct request *request, struct tx *tx, const struct approval *approval);
const struct refusal *posting_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* ---- limits of one customer's own (limits.c), debts (debt.c) ---- */

enum { BACKOFFICE_WRITEOFF = 901 };
bool limits_end(struct engine *engine, struct tx *tx);
const struct refusal *limits_apply(struct request *request, struct tx *tx, const struct approval *approval);
void limits_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *writeoff_apply(struct request *request, struct tx *tx, const struct approval *approval);
void writeoff_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *close_apply(struct request *request, struct tx *tx, const struct approval *approval);
void close_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
void posting_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);

/* ---- members: what a second administrator confirms (member_acts.c) ---- */

const struct refusal *enable_apply(struct request *request, struct tx *tx, const struct approval *approval);
const struct refusal *reset_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* ---- queues (queue.c, tasks.c, desk.c, suspicious.c) ---- */

void tasks_of_mine(struct request *request, struct tx *tx, struct node *array);
bool task_move(struct tx *tx, int64_t id, int64_t from, int64_t to); /* false: its owner is not `from` (any more) */
bool tasks_escalate(struct engine *engine, struct tx *tx);
void suspicious_on_event(struct engine *engine, struct tx *tx, const struct event *event);
struct suspected {
    int64_t customer, operation, sum;
};
/* A task of risk's; once for each thing it is about: an operation, an hour, a change of secrets. */
void suspicious_report(struct engine *engine, struct tx *tx, const struct suspected *suspected, const char *rule,
                       string_id text, int64_t about);
extern const struct task_outcome suspicious_outcomes[];
const struct refusal *suspicious_finish(struct request *request, struct tx *tx, const struct task_of_queue *task);

/* ---- haste.c: many new payees within an hour ---- */

struct haste_memory;
struct haste_memory *haste_new(void);
void haste_free(void *memory);
void haste_watch(struct engine *engine);
/* In the command that paid: EVENT_PAID. */
void haste_paid(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- tables of all features ---- */

const struct queue *queue_named(const struct engine *engine, struct text name);
const struct approval_kind *approval_kind_named(const struct engine *engine, struct text name);

/* ---- small things ---- */

struct text sealed_text(struct engine *engine, struct tx *tx, const char *purpose, int64_t id, struct text clear);
struct text opened_text(struct engine *engine, struct arena *arena, const char *purpose, int64_t id,
                        struct text sealed);
/* ---- stages, by route ---- */

stage_function staff_signin_page, staff_signin_reserve, staff_signin_compare, staff_signin_open, staff_signout;
stage_function enrol_page, enrol_check, enrol_hash, enrol_open;
stage_function desk_page, task_next;
stage_function customers_page, customer_find, customer_card, customer_see_page, customer_see;
stage_function customer_open_personal, customer_task, customer_identify;
stage_function customer_freeze, customer_thaw, customer_end_sessions;
stage_function tasks_page, task_page, task_take, task_release, task_hand_over, task_finish;
stage_function approvals_page, approval_page, approval_confirm, approval_decline;
stage_function limits_page, limits_ask, debt_page, writeoff_ask, close_ask;
stage_function posting_page, posting_ask;
stage_function members_page, member_roles_ask, member_add_check, member_add_hash, member_add_ask;
stage_function member_page, member_disable, member_enable_ask, member_end_sessions;
stage_function member_reset_check, member_reset_hash, member_reset_ask;
stage_function own_sessions_page, own_session_end;
stage_function audit_page;

/* ---- own_data.c ---- */

extern const struct erase backoffice_erases[];

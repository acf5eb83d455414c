/* feature.c: the back office as the engine sees it. */
#include "backoffice/internal.h"

#include <stdlib.h>

static const struct menu_item menu[] = {
    {S_backoffice_desk_menu, "/staff", "home", WHO_STAFF, 10},
    {S_backoffice_tasks_title, "/staff/tasks", "inbox", WHO_STAFF, 20},
    {S_backoffice_customers_menu, "/staff/customers", "search", WHO_STAFF, 30},
    {S_backoffice_approvals_menu, "/staff/approvals", "check", WHO_STAFF, 40},
    {S_backoffice_posting_menu, "/staff/posting", "transfer", WHO_STAFF, 80},
    {S_backoffice_members_title, "/staff/members", "users", WHO_STAFF, 90},
    {S_backoffice_audit_title, "/staff/audit", "security", WHO_STAFF, 95},
    {.path = NULL},
};

static const struct task_outcome followup_outcomes[] = {
    {"done", S_backoffice_outcome_done},
    {"needless", S_backoffice_outcome_needless},
    {.name = NULL},
};

#define SEES (ROLE_SUPPORT | ROLE_IDENTIFICATION | ROLE_RISK | ROLE_FINANCE)

static const struct queue queues[] = {
    {"backoffice.followup", S_backoffice_queue_followup, SEES, DAY, "/staff/customers/", followup_outcomes, NULL},
    {"backoffice.suspicious", S_backoffice_queue_suspicious, ROLE_RISK, 4 * HOUR, "/staff/customers/",
     suspicious_outcomes, suspicious_finish},
    {.name = NULL},
};

static const struct operation_kind operations[] = {
    {BACKOFFICE_POSTING, "posting", S_backoffice_kind_posting, "edit", NULL, "other", "income", NULL},
    {BACKOFFICE_WRITEOFF, "writeoff", S_backoffice_kind_writeoff, "edit", NULL, "other", "income", NULL},
    {.name = NULL},
};

/* ---- settings ---- */

#define AT(member) offsetof(struct backoffice_settings, member)

static const struct setting settings[] = {
    {"session.idle", SETTING_DURATION, AT(session_idle), "15m", SECOND, DAY, NULL,
     "A staff session unused for so long ends"},
    {"session.life", SETTING_DURATION, AT(session_life), "12h", MINUTE, 7 * DAY, NULL,
     "A staff session ends after so long anyway"},
    {"session.enrol", SETTING_DURATION, AT(enrol_life), "15m", MINUTE, DAY, NULL,
     "How long the first sign-in may take, with its authenticator app"},
    {"lock.tries", SETTING_INT, AT(tries), "5", 1, 100, NULL, "Wrong sign-ins of one login before it is locked"},
    {"lock.address", SETTING_INT, AT(address_tries), "20", 1, 1000000, NULL, "… from one address"},
    {"lock.pause", SETTING_DURATION, AT(pause), "1m", SECOND, DAY, NULL, "The first lock; each next is twice as long"},
    {"lock.pause_max", SETTING_DURATION, AT(pause_max), "1h", SECOND, DAY, NULL, "The longest lock"},
    {"identified", SETTING_DURATION, AT(identified), "30m", MINUTE, DAY, NULL,
     "How long a customer counts as identified by what he said"},
    {"sight", SETTING_DURATION, AT(sight), "30m", MINUTE, DAY, NULL,
     "How long a stated reason lets a customer be seen"},
    {"queue.escalate", SETTING_DURATION, AT(escalate), "2h", SECOND, 30 * DAY, NULL,
     "How long after its time a task is raised for others to see and take over"},
    {"suspicious.sum", SETTING_MONEY, AT(suspicious.sum), "1 000 000.00", 0, 0, NULL,
     "A transfer of so much or more is looked at by risk; 0: none is for that"},
    {"suspicious.payees", SETTING_INT, AT(suspicious.payees), "10", 0, HASTE_PAYEES, NULL,
     "So many people paid within an hour who never were before are looked at; 0: not"},
    {.name = NULL},
};

static void *backoffice_start(struct engine *engine, struct arena *arena, struct text *problem) {
    (void)arena;
    engine_identify_staff_by(engine, (struct identifier){.quick = staff_quick, .full = staff_full});
    struct haste_memory *memory = haste_new();
    if (memory == NULL) *problem = TEXT("no memory for how often customers pay");
    else haste_watch(engine);
    return memory;
}

static const char *const needs[] = {"identity", NULL};

const struct feature backoffice_feature = {
    .name = "backoffice",
    .needs = needs,
    .routes = backoffice_routes,
    .migrations = backoffice_migrations,
    .jobs = backoffice_jobs,
    .sealed = backoffice_sealed,
    .settings = settings,
    .settings_size = sizeof(struct backoffice_settings),
    .menu = menu,
    .operations = operations,
    .queues = queues,
    .approvals = backoffice_approvals,
    .on_event = suspicious_on_event,
    .open = backoffice_start,
    .close = haste_free,
    .erases = backoffice_erases,
};

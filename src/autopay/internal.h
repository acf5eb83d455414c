/* internal.h: what the files of autopay share. Nothing outside this folder includes it. */
#pragma once

#include "autopay/autopay.h"
#include "autopay/autopay_rules.h"
#include "generated/strings_autopay.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "payments/payments.h"

#define TEMPLATES_MOST 100
#define RULES_MOST 50
#define HABITS_MOST 200
#define HABITS_SHOWN 5

struct autopay_settings {
    int64_t hour;            /* of the day, in the ledger's zone, at which payments are due and providers are asked */
    int64_t notice, warning; /* told so long before: a payment by the calendar, one that a bill or a balance asks for */
    int64_t pause;           /* between two tries */
    int64_t tries;
    int64_t under_way;       /* payments at once, so that others' are not kept waiting */
};
const struct autopay_settings *autopay_settings_of(const struct engine *engine);

/* ---- schema.c ---- */

extern const struct migration autopay_migrations[];
extern const struct erase autopay_erases[];
extern const struct sealed autopay_sealed[];

/* ---- template.c: a payment under a name ---- */

struct pay_template {
    int64_t customer, id, provider;
    int64_t sum;      /* kopecks; 0: left open */
    struct text name;
    struct payment_values values;
};

/* Texts lie in the tx's arena. */
bool template_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct pay_template *found);
void template_insert(struct engine *engine, struct tx *tx, const struct pay_template *made);
bool template_rename(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct text name);
bool template_remove(struct tx *tx, int64_t customer, int64_t id);
int64_t template_count(struct tx *tx, int64_t customer);
/* Those with ids above `after`, oldest first; at most `room`; how many. */
size_t templates_after(struct engine *engine, struct tx *tx, int64_t customer, int64_t after,
                       struct pay_template *templates, size_t room);

/* ---- habit.c: who is paid again and again ---- */

struct habit {
    int64_t id, provider, payment; /* payment: the last one */
    struct payment_values values;  /* the account alone */
};
void habit_paid(struct engine *engine, struct tx *tx, int64_t customer, int64_t payment);
void habit_kept(struct engine *engine, struct tx *tx, const struct pay_template *template);
bool habit_end(struct tx *tx, int64_t customer, int64_t id); /* he does not want it */
/* Those to be offered, the newest first; at most `room`; how many. */
size_t habits_offered(struct engine *engine, struct tx *tx, int64_t customer, struct habit *habits, size_t room);

/* ---- rule.c: what is to be paid by itself, and each time that it was ---- */

enum rule_state { RULE_ACTIVE = 1, RULE_PAUSED };

struct autopay_rule {
    int64_t customer, id, template, account;
    enum autopay_kind kind;
    struct autopay_days days;   /* by the calendar */
    int64_t sum;                /* kopecks: what is paid; of a bill: the most that is */
    int64_t least;              /* … by balance: when less than this is left */
    enum rule_state state;
    enum autopay_reason reason; /* why it is paused */
    moment due;                 /* the next time: of the payment; of asking the provider */
    moment wake;                /* when the runner looks at it: `due`, or the notice before it */
    int64_t told_bill;          /* the bill above his limit of which he was told last; 0: none */
};

enum run_state {
    RUN_ASKING = 1, /* the provider, whether there is anything to pay */
    RUN_TOLD,       /* the customer was told: it is paid at `at` */
    RUN_PAYING,     /* a payment is under way */
    /* final */
    RUN_PAID = 10,
    RUN_SKIPPED,
    RUN_FAILED,
};
const char *run_state_name(enum run_state state);

struct autopay_run {
    int64_t customer, id, rule;
    moment due;                 /* of the rule: one run for each */
    enum run_state state;
    moment at;                  /* when it is paid, or was ended */
    int attempt;                /* from 1 */
    int64_t sum;                /* kopecks; 0: not known yet */
    int64_t payment;            /* the last attempt's; 0: none */
    enum autopay_reason reason; /* of the last attempt that failed */
};

bool rule_find(struct tx *tx, int64_t customer, int64_t id, struct autopay_rule *rule);
void rule_insert(struct tx *tx, const struct autopay_rule *rule);
void rule_update(struct tx *tx, const struct autopay_rule *rule); /* what may change */
void rule_remove(struct tx *tx, int64_t customer, int64_t id);    /* with its runs */
/* A customer's (of one template, or 0: all), oldest first; at most RULES_MOST; how many. */
size_t rules_of(struct tx *tx, int64_t customer, int64_t template, struct autopay_rule rules[RULES_MOST]);
size_t rules_due(struct tx *tx, moment now, struct autopay_rule *rules, size_t room);
int64_t rules_due_count(struct tx *tx, moment now);
/* All that are active; how many. What was about to be paid for them is not (runs_drop). */
int64_t rules_pause(struct tx *tx, int64_t customer, enum autopay_reason reason, moment now);

bool run_find(struct tx *tx, int64_t customer, int64_t id, struct autopay_run *run);
bool run_by_payment(struct tx *tx, int64_t customer, int64_t payment, struct autopay_run *run);
bool run_open(struct tx *tx, int64_t customer, int64_t rule, struct autopay_run *run); /* the one not at its end */
bool run_soon(struct tx *tx, int64_t customer, int64_t rule, struct autopay_run *run); /* the next one he was told of */
bool runs_retried(struct tx *tx, int64_t customer, int64_t rule); /* one that failed is to be tried again */
/* Those that he was told of after it: it is tried at their time. */
void runs_forget_later(struct tx *tx, const struct autopay_run *run);
/* False: that rule has one for that moment already, and nothing was written. */
bool run_insert(struct tx *tx, const struct autopay_run *run);
void run_update(struct tx *tx, const struct autopay_run *run);
void run_remove(struct tx *tx, const struct autopay_run *run); /* there was nothing to pay */
/* What is not yet being paid of one rule (0: of all): one that failed before stays as failed, others never were, so
 * that a rule which goes on may still pay for that time. */
void runs_drop(struct tx *tx, int64_t customer, int64_t rule, moment now);
size_t runs_latest(struct tx *tx, int64_t customer, int64_t rule, struct autopay_run *runs, size_t room);
size_t runs_due(struct tx *tx, moment now, struct autopay_run *runs, size_t room);
int64_t runs_due_count(struct tx *tx, moment now);
int64_t runs_paying(struct tx *tx, int64_t most); /* how many are, counted up to `most` */

/* ---- runner.c: when, and what is due ---- */

/* The rule's next time from now on, never today's. */
void rule_plan(struct engine *engine, struct autopay_rule *rule, moment now);

bool autopay_rules_run(struct engine *engine, struct tx *tx); /* jobs */
bool autopay_runs_run(struct engine *engine, struct tx *tx);
/* An outbox kind: a provider asked for a bill or a balance. */
void autopay_asked(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                   struct text reply);

/* ---- outcome.c: what became of it ---- */

void autopay_on_event(struct engine *engine, struct tx *tx, const struct event *event);
/* It was not paid: tried again, given up, or paused; the customer is told. */
void run_failed(struct engine *engine, struct tx *tx, struct autopay_rule *rule, struct autopay_run *run,
                enum autopay_reason reason);
void run_end(struct tx *tx, struct autopay_run *run, enum run_state state, enum autopay_reason reason);
enum autopay_reason reason_of_bar(enum payment_bar bar);

/* ---- pass.c: how far the runner is, for staff ---- */

enum pass_kind { PASS_RULES = 1, PASS_RUNS };
/* In a job, after a piece: so many of what was due are done (0: nothing was left), `failed` of them came to nothing. */
void pass_note(struct tx *tx, enum pass_kind kind, int64_t done, int64_t failed);
stage_function passes_read;

/* ---- tell.c: messages ---- */

void tell_before(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, const struct autopay_run *run,
                 int64_t balance);
void tell_failed(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, const struct autopay_run *run,
                 enum autopay_fate fate);
void tell_above(struct engine *engine, struct tx *tx, const struct autopay_rule *rule, int64_t bill);
void tell_paused(struct engine *engine, struct tx *tx, int64_t customer);

/* ---- words.c: a rule in words ---- */

string_id reason_string(enum autopay_reason reason);
string_id days_string(const struct autopay_days *days, bool choice); /* its {day} is the day of the month */
/* «Каждое 5-е число, 500 ₽ на +7 916 123-45-67» */
struct text rule_words(struct arena *arena, const struct locale *locale, const struct autopay_rule *rule,
                       const struct pay_template *template, const struct provider *provider);
/* The account as people write it. */
struct text account_words(struct arena *arena, const struct payment_values *values, const struct provider *provider);

/* ---- pages ---- */

stage_function templates_read, template_read, template_pay_read, template_rename_write, template_remove_write;
stage_function template_of_payment_read, template_of_payment_write, template_new_read, template_new_write;
stage_function habit_off_write;
stage_function rule_new_read, rule_new_look, rule_new_write;
stage_function rule_read, rule_pause_write, rule_resume_write, rule_remove_write, rule_skip_write;
/* {id, template, name, words, state, next, …} */
void rule_tell(struct request *request, struct tx *tx, const struct autopay_rule *rule, struct node *document);
void template_tell(struct request *request, const struct pay_template *template, struct node *document);
void autopay_shortcuts(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                       struct node *list);

/* ---- own_data.c ---- */

bool autopay_own_data(struct own_data *piece);

/* backoffice.h: the people behind the counter, as other features use them (BO-1, BO-2, BO-3).
 *
 * A feature's staff page is a route with .who = WHO_STAFF and .roles = those who may (http/route.h): the engine lets
 * nobody else in, and records each answered request in the audit trail under the route's audit name. The handler finds
 * request->caller.staff and .roles. Pages take {{page layout=staff …}}; a menu_item with WHO_STAFF leads to them.
 * Anything about one customer asks staff_sees() first. Tables below go into struct feature: queues, approvals, card. */
#pragma once

#include "engine/engine.h"

extern const struct feature backoffice_feature;

/* ---- the audit trail ---- */

/* In any stage: what the trail says of this request instead of its route's name; `what` is a literal like
 * "recovery.phone.changed". For what no request caused: engine_audit(). */
static inline void audit_record(struct request *request, int64_t customer, const char *what, struct text detail) {
    engine_note(request, customer, what, detail);
}

/* ---- seeing a customer ---- */

struct sight {
    bool allowed; /* within a task that is his, or by a stated reason that still holds */
    bool opened;  /* personal data, too: else show it by mask_text() */
};
/* When not allowed, answer `return staff_needs_reason(request, customer)`: 403, a page goes where one is stated. */
struct sight staff_sees(struct request *request, struct tx *tx, int64_t customer);
enum flow staff_needs_reason(struct request *request, int64_t customer);
struct customer;
/* For a page about the customer of {id}: true when he is there and this member may see him; else it has answered. */
bool staff_acts_on(struct request *request, struct tx *tx, struct customer *customer);
struct text mask_text(struct arena *arena, struct text text); /* "И•••", "+7••••••67"; TEXT_NONE stays so */

/* A member's login, for pages; TEXT_NONE for 0. */
struct text staff_login(struct tx *tx, struct arena *arena, int64_t staff);

/* A section on the customer's card, drawn in the order of features. */
struct card_section {
    string_id title;
    unsigned roles; /* who sees it */
    void (*fill)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                 struct node *section);
};
/* Adds to the section's facts: label and value; a link when href is not NULL. */
void card_fact(struct node *section, const struct locale *locale, string_id label, struct text value, const char *href);
void card_moment(struct node *section, const struct locale *locale, string_id label, moment at);
void card_money(struct node *section, const struct locale *locale, string_id label, struct money sum);

/* ---- queues (BO-3) ---- */

struct task_outcome {
    const char *name; /* "approved" */
    string_id title;
};

struct task_of_queue; /* struct task is the engine's pool's */

struct queue {
    const char *name;                    /* "support.case" */
    string_id title;                     /* «Обращения» */
    unsigned roles;                      /* who works on it */
    int64_t due_us;                      /* from its making, unless queue_add says when */
    const char *page;                    /* "/staff/cases/": the subject's own page, its id appended; NULL: none */
    const struct task_outcome *outcomes; /* ended by .name NULL: offered on the task's page; NULL: only its feature
                                           * ends it, by queue_finish */
    /* In the command that finishes it on the task's page; a refusal undoes all. NULL: nothing more happens. */
    const struct refusal *(*finish)(struct request *request, struct tx *tx, const struct task_of_queue *task);
};

struct task_of_queue {
    int64_t id, subject, customer, owner;
    struct text outcome, note;
};

/* In a command. subject: the feature's own id; customer may be 0; summary: one line for the list, sealed at rest, yet
 * without personal data; due 0: by the queue. Gives the task's id. */
int64_t queue_add(struct engine *engine, struct tx *tx, const char *queue, int64_t subject, int64_t customer,
                  struct text summary, moment due);
/* Ends the open task of that subject (by whichever way its feature learnt the outcome); false when there is none. */
bool queue_finish(struct engine *engine, struct tx *tx, const char *queue, int64_t subject, int64_t staff,
                  const char *outcome);
/* Who has that subject's open task: 0 nobody; -1: there is none. */
int64_t queue_owner(struct tx *tx, const char *queue, int64_t subject);
/* For a feature whose own page has what a task's page has: the open task goes from one member (0: from nobody) to
 * another; false when it was not `from`'s. */
bool queue_pass(struct tx *tx, const char *queue, int64_t subject, int64_t from, int64_t to);
/* The open task is due at another moment; it is about a customer who was not known before. */
void queue_put_off(struct tx *tx, const char *queue, int64_t subject, moment due);
void queue_about(struct tx *tx, const char *queue, int64_t subject, int64_t customer);
/* The member of that login, if he may work on that queue; 0: nobody. */
int64_t queue_worker(struct engine *engine, struct tx *tx, const char *queue, struct text login);

/* ---- who the customer is (SU-3) ---- */

/* What came of a question whose answer only the customer should know. PROOF_UNKNOWN: nothing is on record. */
enum proof { PROOF_NOTHING, PROOF_RIGHT, PROOF_WRONG, PROOF_LOCKED, PROOF_UNKNOWN };

/* What a feature keeps on record ("passport", "code_word"): compared in a command with what he says, counted, never
 * shown. */
struct record {
    const char *name;
    enum proof (*compare)(struct engine *engine, struct tx *tx, int64_t customer, struct text said, moment *free_at);
};

/* Whether staff have just made sure who he is, by whatever is on record: a route that changes something for a customer
 * on his word refuses when not (`identify_first`). */
bool staff_identified(struct engine *engine, struct tx *tx, int64_t customer);
extern const struct refusal identify_first;
/* What was asked in the last day, for a page: checks [{asked, result, task, login, at}], identified. */
void staff_checks_tell(struct request *request, struct tx *tx, int64_t customer, struct node *document);

/* ---- what a second person confirms (BO-2) ---- */

struct approval {
    int64_t id, customer, subject, asked_by, confirmed_by;
    struct text data; /* as it was given to approval_ask */
    struct text summary;
};

struct approval_kind {
    const char *name;      /* "recovery.phone" */
    string_id title;       /* «Смена номера» */
    unsigned ask, confirm; /* who may ask (checked by approval_ask), who may confirm */
    int64_t life_us;
    /* In the confirming command, by another person than who asked: does it. A refusal undoes all but the record. */
    const struct refusal *(*apply)(struct request *request, struct tx *tx, const struct approval *approval);
    /* Declined, taken back or too late: in that command. NULL: nothing. */
    void (*dropped)(struct engine *engine, struct tx *tx, const struct approval *approval);
    /* What the second person sees of it besides the summary, as things stand now: approval_fact, approval_change. When
     * any of it has changed between his look and his confirming, he is asked to look again. NULL: nothing. */
    void (*show)(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
};

/* One of them by its label, to be given "value", or "before" and "after". */
struct node *approval_line(struct node *facts, const struct locale *locale, string_id label);
void approval_fact(struct node *facts, const struct locale *locale, string_id label, struct text value);
void approval_change(struct node *facts, const struct locale *locale, string_id label, struct money before,
                     struct money after);

/* In a command of a staff request. data: what apply needs (sealed, any bytes); summary: what the second person reads
 * (sealed). Gives its id, 0 when the caller's roles may not ask. Recorded. */
int64_t approval_ask(struct request *request, struct tx *tx, const char *kind, int64_t customer, int64_t subject,
                     struct text data, struct text summary);
/* The answer to having asked: a page goes to what waits for a second person. */
enum flow approval_asked(struct request *request, int64_t approval);

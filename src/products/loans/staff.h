/* staff.h: what the files of the staff's side share: policies, applications that people decide, the portfolio, contacts
 * with debtors, what is changed of a loan by two people. */
#pragma once

#include "backoffice/backoffice.h"
#include "operations/csv.h"
#include "products/loans/contact_rules.h"
#include "products/loans/running.h"

#define WHO_SEES_POLICY (ROLE_RISK | ROLE_CATALOGUE | ROLE_FINANCE)
#define WHO_WRITES_POLICY (ROLE_RISK | ROLE_CATALOGUE)
#define WHO_SEES_BOOKS (ROLE_RISK | ROLE_FINANCE)
#define WHO_SPEAKS (ROLE_SUPPORT | ROLE_RISK)
#define WHO_SEES_CREDITS (ROLE_SUPPORT | ROLE_RISK | ROLE_FINANCE)

/* A list of {value, title, selected} under `name`; what was typed into that field stands before `chosen`. */
void loans_choices(struct request *request, struct node *document, const char *name, const char *const *values,
                   const string_id *titles, int chosen, const char *field);
static inline struct text staff_say(struct arena *arena, const struct locale *locale, string_id id) {
    return string_get(arena, locale, id, NULL, 0);
}
/* What a reason of the policy, of ours or of staff's means; a word that nobody knows stays as it is. */
struct text loan_reason_words(struct arena *arena, const struct locale *locale, struct text reason);

/* ---- policy_text.c ---- */

#define POLICY_BYTES_MOST 65536
string_id policy_fault_words(const char *what); /* policy_read's */
/* A list of {number, text, change: "" | "+" | "-"}, of the lines of `now`; `before` TEXT_NONE: without changes. Gives
 * whether any line changed. */
bool policy_lines_tell(struct arena *arena, struct text now, struct text before, struct node *lines);

/* ---- policy_pages.c, policy_trial.c ---- */

struct policy_row {
    int64_t version, staff;
    moment at, since; /* since 0: it never decided */
    struct text note;
};
bool policy_row_find(struct tx *tx, int64_t version, struct policy_row *row);
bool policy_row_asked(struct request *request, struct tx *tx, struct policy_row *row);
stage_function policy_read_page, policy_version_page, policy_new_page, policy_take, policy_write, policy_switch;
stage_function policy_try, policy_try_keep;
const struct refusal *policy_switched(struct request *request, struct tx *tx, const struct approval *approval);
void policy_switch_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
/* The last decided applications by that version, as JSON; `tx` a snapshot whose memory holds them. */
struct text policy_trial_run(struct engine *engine, struct tx *tx, const struct policy_version *version, size_t wanted,
                             struct arena *arena);
/* {seen, cells, changes, at} of the version's trial; false: there was none. */
bool policy_trial_tell(struct request *request, struct tx *tx, int64_t version, struct node *document);

/* ---- facts.c: what is known of an applicant, and what a reviewer found out elsewhere ---- */

/* inputs: what the policy asked of him, values only to whoever has opened his data; facts: fields for what nobody but
 * people knows. */
void facts_tell(struct request *request, struct tx *tx, const struct application *application, bool opened,
                struct node *document);
stage_function facts_write;

/* ---- review.c ---- */

/* The path's application, which waits for whoever asks and is his task. False: it has answered. */
bool review_mine(struct request *request, struct tx *tx, struct application *application);
enum flow review_done(struct request *request, const struct application *application);

extern const char *const loan_refusals[]; /* staff's reasons, NULL-ended */
stage_function review_page, review_decide;
/* In a command: an application waits for people; it does not any more, since its owner took it back. */
void application_to_staff(struct engine *engine, struct tx *tx, const struct application *application);
/* The customer is told what was decided of it. */
void application_decided_tell(struct engine *engine, struct tx *tx, const struct application *application);
void application_from_staff(struct engine *engine, struct tx *tx, const struct application *application);
string_id application_staff_title(enum application_state state);
string_id credit_staff_title(enum credit_state state);
const char *credit_staff_name(enum credit_state state);
/* [{id, state, state_words, sum, signed, days_overdue}] */
void credits_staff_tell(struct request *request, struct tx *tx, int64_t customer, struct node *list);
extern const struct queue loans_queues[];

/* ---- contacts.c: rows of contacts with debtors ---- */

/* Kept in the database. */
enum contact_outcome {
    CONTACT_BEGUN = 0,  /* counted, nobody has said yet what came of it */
    CONTACT_PROMISED,   /* to pay by a day: */
    CONTACT_KEPT,       /* … and nothing was overdue after it */
    CONTACT_BROKEN,     /* … which it was */
    CONTACT_REFUSES,    /* to pay */
    CONTACT_DISPUTES,   /* the debt */
    CONTACT_LATER,      /* asks for another time */
    CONTACT_NOT_REACHED,
    CONTACT_STRANGER,   /* somebody else answered, and was told nothing */
    CONTACT_SENT,       /* a message, a letter */
    CONTACT_OUTCOMES
};

struct contact {
    int64_t customer, id, loan; /* loan 0: of all that is overdue */
    enum contact_way way;
    moment at;
    int64_t staff;              /* 0: a program of ours */
    enum contact_outcome outcome;
    int64_t promised, waits;    /* days; waits: the promised one as long as nobody has looked after it */
    struct text note;           /* sealed at rest */
};

/* Fills in id and moment. */
void contact_put(struct engine *engine, struct tx *tx, struct contact *contact);
void contact_update(struct engine *engine, struct tx *tx, const struct contact *contact);
/* In a command: locked. */
bool contact_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct contact *contact);
/* The newest first. */
size_t contacts_of(struct engine *engine, struct tx *tx, int64_t customer, struct contact *contacts, size_t room);

struct debtor_wish {
    int64_t refused;             /* the day on which his refusal came; 0: none */
    struct text representative;  /* who speaks for him and how he is reached; sealed at rest */
    struct text zone;            /* "": the house's */
    int64_t staff;
    moment at;
};
bool debtor_wish_of(struct engine *engine, struct tx *tx, int64_t customer, struct debtor_wish *wish);
void debtor_wish_put(struct engine *engine, struct tx *tx, int64_t customer, const struct debtor_wish *wish);
struct contact_case debtor_case(struct engine *engine, struct tx *tx, int64_t customer);
/* In a command, before what is counted: others wait. */
void debtor_lock(struct engine *engine, struct tx *tx, int64_t customer);
/* In a command: tells a debtor by a program of ours, counted as any other message; false: the law does not allow it
 * now, nothing was sent. */
bool debtor_tell(struct engine *engine, struct tx *tx, int64_t customer, int64_t loan, string_id text,
                 const struct string_argument *arguments, size_t count);
bool loans_promises_job(struct engine *engine, struct tx *tx);

/* ---- diary.c: its page ---- */

stage_function diary_read, diary_begin, diary_end, diary_wish;
extern const char *const contact_ways[], *const contact_outcomes[], *const debtor_zones[];

/* ---- portfolio.c, decisions.c ---- */

enum csv_dialect loans_csv_dialect(const struct request *request);
void loans_csv_words(struct request *request, struct buffer *out, const string_id *words, size_t count);
enum flow loans_csv_answer(struct request *request, const struct buffer *out, const char *name);
stage_function portfolio_read, portfolio_export, portfolio_loans, decisions_read, decisions_export;

/* ---- restructure.c, loss.c: what two people change of a running loan (BO-2) ---- */

/* The caller's path: {id} the customer, whom he may see, {loan} his. False: it has answered. */
bool staff_credit_asked(struct request *request, struct tx *tx, struct credit *credit);
/* Why nothing of it may be done now; NULL: it was done. */
const struct refusal *credit_refusal(enum loan_refusal refusal);
stage_function credit_staff_page, restructure_ask, waive_ask, write_off_ask;
void restructure_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
void waive_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
void write_off_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *restructure_apply(struct request *request, struct tx *tx, const struct approval *approval);
const struct refusal *waive_apply(struct request *request, struct tx *tx, const struct approval *approval);
const struct refusal *write_off_apply(struct request *request, struct tx *tx, const struct approval *approval);
extern const struct approval_kind loans_approvals[];
extern const struct card_section loans_card[];

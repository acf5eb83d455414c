/* staff.h: what the files of the staff's side share: policies, applications that people decide, the portfolio, what is
 * changed of a loan by two people. */
#pragma once

#include "backoffice/backoffice.h"
#include "operations/csv.h"
#include "products/loans/running.h"

#define WHO_SEES_POLICY (ROLE_RISK | ROLE_CATALOGUE | ROLE_FINANCE)
#define WHO_WRITES_POLICY (ROLE_RISK | ROLE_CATALOGUE)
#define WHO_SEES_BOOKS (ROLE_RISK | ROLE_FINANCE)
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
extern const struct queue loans_queues[];

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

/* running.h: what the files of running loans share: how far each has come, what happened to it, books, nights. */
#pragma once

#include "debts/event_row.h"
#include "products/loans/loans.h"

#define CREDIT_EVENTS_MOST 4096 /* of one loan */

/* ---- running.c: rows ---- */

/* What the night goes through: only of loans that run. */
struct running {
    int64_t customer, id, product;
    int64_t signed_day, sum, term; /* what its contract is made of again, with the product's version */
    int64_t provided;              /* set aside for it */
    struct loan_state state;
};

/* In a command the row is locked. */
bool running_find(struct tx *tx, int64_t customer, int64_t id, struct running *running);
/* In a command, locked: the next after that customer's loan; how many. */
size_t running_after(struct tx *tx, int64_t customer, int64_t id, struct running *rows, size_t room);
int64_t running_count(struct tx *tx);
void running_put(struct tx *tx, const struct running *rows, size_t count);
/* Of rows that days alone have changed, none of them a payment's: no index is written. */
void running_put_earned(struct tx *tx, const struct running *rows, size_t count);
void running_remove(struct tx *tx, int64_t customer, int64_t id);

/* ---- event.c: what happened to a loan, so that it can be gone through again ---- */

void credit_event_add(struct tx *tx, const struct credit *credit, const struct loan_event *event, int64_t operation,
                      const struct loan_parts *parts);
/* In their order; at most `room`; how many. */
size_t credit_events_of(struct tx *tx, int64_t customer, int64_t loan, struct stored_event *events, size_t room);
/* The whole loan again, through that day. False: its rows do not hold together. */
bool credit_replay(struct engine *engine, struct tx *tx, const struct credit *credit, int64_t day,
                   struct loan_state *state, struct loan_trail *trail);

/* ---- books.c ---- */

/* Ours; code: the product's, of what is kept for each. Made when it is missing; in a snapshot 0 then. */
int64_t loans_account(struct engine *engine, struct tx *tx, enum loans_purpose which, struct text code);
/* The id of the transfer; 0: there was nothing to move. Between our own accounts and those of loans nothing is refused:
 * where it is, the command fails and nothing of it was. */
int64_t loans_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind, int64_t loan,
                   struct text note);
int64_t loans_balance(struct engine *engine, struct tx *tx, int64_t account);
/* What was paid of a loan's debts, out of its account; principal is there already. */
void credit_book_paid(struct engine *engine, struct tx *tx, const struct credit *credit, struct text code,
                      const int64_t paid[DEBTS]);
void credit_book_lost(struct engine *engine, struct tx *tx, const struct credit *credit, struct text code,
                      const int64_t lost[DEBTS]);
/* Sets so much more aside; below zero: less. */
void loans_provide(struct engine *engine, struct tx *tx, struct text code, int64_t more, int64_t loan,
                   struct text note);

/* ---- night.c: days go by ---- */

/* Lets so many loans come through today, with all that brings, in one command; writes their rows (but those that ended)
 * and gives how many it did: fewer than `count` when the piece was long enough. */
size_t credits_accrue(struct engine *engine, struct tx *tx, struct running *rows, size_t count, int64_t today);
/* One, before anything happens to it. False: it does not run, or has ended by that. */
bool credit_accrue_one(struct engine *engine, struct tx *tx, struct credit *credit, struct running *running);
/* In a snapshot too: as it stands this evening, whether or not the night has come by. False: it does not run. */
bool credit_as_of(struct engine *engine, struct tx *tx, const struct credit *credit,
                  const struct credit_product *product, struct running *running);
struct loan_contract credit_contract_of(struct engine *engine, const struct credit_product *product,
                                        const struct credit *credit);

/* ---- books_page.c ---- */

stage_function loans_books_page;

/* ---- pass.c: every night all of them ---- */

enum loan_pass_id { PASS_NIGHT = 1, PASS_REMINDERS };
struct loan_pass {
    enum loan_pass_id id;
    int64_t day; /* of which all is done, or is being done: */
    bool running;
    int64_t customer, loan, seen, total;
    moment began, ended;
};
struct loan_pass loan_pass_of(struct tx *tx, enum loan_pass_id id);
void loan_pass_put(struct tx *tx, const struct loan_pass *pass);

bool loans_night_job(struct engine *engine, struct tx *tx);
/* {day, running, seen, total, percent, began, ended} */
void loans_pass_tell(struct tx *tx, struct node *document);

/* ---- extras.c: services chosen beside a loan ---- */

/* In a command: the money is out. What the law's bound has no room for is not charged, and is on record. */
void credit_extras_charge(struct engine *engine, struct tx *tx, struct credit *credit);

/* ---- happen.c: something happens to a loan ---- */

/* In a command: the money is out since that day. Its payout has moved it off the loan's account; where it had none, it
 * lies on our account of what is on its way. */
void credit_issue(struct engine *engine, struct tx *tx, struct credit *credit, int64_t day);
/* In a command: lets the days through today be earned, then does it today, books it and keeps it; refused: nothing is
 * changed but those days. `operation` is the transfer that brought event.sum onto the loan's account, where money
 * came; `parts` may be NULL. The loan may be over by it: *credit says so. */
enum loan_refusal credit_event(struct engine *engine, struct tx *tx, struct credit *credit, struct loan_event event,
                               int64_t operation, struct loan_parts *parts);
/* In a command: a running loan's end. */
void credit_end(struct engine *engine, struct tx *tx, struct credit *credit, struct running *running,
                const struct credit_product *product);
/* Where nothing lies on it any more: nothing can come then, what comes late goes back to the card that paid. */
void credit_account_close(struct engine *engine, struct tx *tx, const struct credit *credit);

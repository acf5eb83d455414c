/* lenders.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "backoffice/backoffice.h"
#include "engine/engine.h"
#include "generated/strings_backoffice.h"
#include "generated/strings_lenders.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "products/lenders/lenders_rules.h"

extern const struct feature lenders_feature;

/* ledger account.purpose */
enum lenders_purpose { PURPOSE_LENDER = 78 };

/* ledger transfer.kind; operation_kind.code. Subject: the loan; of a repayment the repayment. */
enum lenders_kind {
    KIND_LENDER_LOAN = 780, /* lender → customer */
    KIND_LENDER_REPAYMENT,  /* customer → lender */
};

/* ---- settings.c ---- */

#define LENDERS_MOST 4

struct lender_settings {
    const char *code; /* in addresses; "": there is none in this place */
    const char *title, *legal, *licence, *consent_version;
    const char *url, *client, *key_file;
    bool on, months;
    int64_t sum_min, sum_max, sum_step, term_min, term_max, term_step, psk_min, psk_max;
};

struct lenders_settings {
    struct lender_settings slots[LENDERS_MOST];
    int level; /* 0 minimal, 1 simplified, 2 full */
    int64_t decision_life, offer_life, sign_life, money_life, room_life, repay_life;
    int64_t refresh_every, statement_every, statement_lag, timeout, tolerance;
};
extern const struct setting lenders_setting_table[];
bool lenders_settings_good(const void *settings, const char **key, struct text *must);

struct partner {
    const struct lender_settings *settings;
    struct lender_service service;
    struct lent_bounds bounds;
    int number;          /* 1, 2, …: as whom staff's queues know him */
    _Atomic int asking;  /* pages that wait for him now */
};

struct lenders_state {
    const struct lenders_settings *settings;
    struct partner partners[LENDERS_MOST];
    size_t count;
};
struct lenders_state *lenders_state_of(const struct engine *engine);
void *lenders_open(struct engine *engine, struct arena *arena, struct text *problem);
/* NULL: there is none of that code. Also one that is switched off: its loans go on. */
struct partner *partner_of(const struct engine *engine, struct text code);

/* ---- schema.c ---- */

extern const struct migration lenders_migrations[];
extern const struct sealed lenders_sealed[];
extern const struct erase lenders_erases[];

/* ---- loan.c: rows of applications and loans, and of signatures ---- */

struct loan {
    int64_t id, customer, account;
    struct text lender;
    enum loan_state state;
    int64_t sum, term;      /* asked for; once it is offered: offered */
    moment deadline;        /* of the state; 0: it has none */
    bool late;              /* past it, and staff know */
    moment money_at;        /* when it comes, 0: at once; of money without room: since when it waits */
    int64_t operation;      /* by which the money came; 0: not yet */
    struct text certificate, reference; /* TEXT_NONE */
    moment ended;           /* 0: not yet */
    struct text told;       /* the lender's last decision, as he said it: an offer, a refusal; TEXT_NONE */
    struct text figures;    /* the loan as the lender last told it; TEXT_NONE */
    moment figures_at, asked_at;
    bool overdue;           /* by those figures: the customer was told */
};

#define LOANS_MOST 50

/* Texts in the tx's arena. In a command the row is locked. */
bool loan_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct loan *loan);
int64_t loan_owner(struct tx *tx, int64_t id); /* 0: there is none */
/* A customer's, newest first. */
size_t loans_of(struct engine *engine, struct tx *tx, int64_t customer, bool open, struct loan *loans, size_t room);
void loan_insert(struct engine *engine, struct tx *tx, const struct loan *loan);
void loan_save(struct engine *engine, struct tx *tx, const struct loan *loan);
/* An application or loan with that lender that is not at its end. */
bool loan_under_way(struct tx *tx, int64_t customer, struct text lender);
/* The customer's contract and figures, read from what was kept of them. */
bool loan_offer(struct arena *arena, const struct loan *loan, struct lender_decision *decision);
bool loan_figures(struct arena *arena, const struct loan *loan, struct lender_figures *figures);
/* Lower-case hex of SHA-256 of the contract's text. */
struct text contract_digest(struct arena *arena, struct text contract);

struct signature_kept {
    int64_t customer, loan;
    struct text digest, phone, how;
    moment sent, made; /* the code; the signature */
};
void signature_keep(struct engine *engine, struct tx *tx, const struct signature_kept *signature);
bool signature_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t loan,
                    struct signature_kept *signature);

/* ---- repayment.c ---- */

struct repayment {
    int64_t id, customer, loan, account;
    struct text lender;
    enum repayment_state state;
    int64_t sum, hold, operation;
    bool full, late;
    struct text reason, reference; /* TEXT_NONE */
    moment deadline, ended;
};
bool repayment_find(struct tx *tx, int64_t customer, int64_t id, struct repayment *repayment);
int64_t repayment_owner(struct tx *tx, int64_t id);
size_t repayments_of(struct tx *tx, int64_t customer, int64_t loan, struct repayment *repayments, size_t room);
/* One that is being sent; false: none is. */
bool repayment_under_way(struct tx *tx, int64_t customer, int64_t loan, struct repayment *repayment);
void repayment_insert(struct tx *tx, const struct repayment *repayment);
void repayment_save(struct tx *tx, const struct repayment *repayment);

/* ---- accounts.c ---- */

/* What we and the lender owe each other; in a command made when missing. Below zero: he owes us. */
int64_t lender_account(struct engine *engine, struct tx *tx, struct text lender);
int64_t lenders_payee(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry);
void lenders_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation);

/* ---- machine.c: the outbox ---- */

#define ASKED_ON (90 * DAY) /* once money is in it a lender is asked for so long, and then for so long again */


enum step { STEP_APPLY, STEP_SIGN, STEP_AWAIT, STEP_CANCEL, STEP_FIGURES, STEP_REPAY, STEP_STATEMENT, STEP_RETURN };
/* facts: what the lender is told; sum: what an issued loan must be of, or a repayment is. */
struct step_order {
    enum step step;
    int64_t owner, subject;
    struct text lender;
    int64_t sum;
    struct text body;
    moment not_before, deadline;
};
void step_add(struct engine *engine, struct tx *tx, const struct step_order *order);
struct text body_of_id(struct arena *arena, int64_t id); /* {"id":"…"} */
extern const struct outbox_kind lenders_outbox[];

/* ---- settle.c: what comes of it ---- */

void decided(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
             struct text reply);
void signed_by_lender(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                      enum outbox_verdict verdict, struct text reply);
void figures_came(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                  struct text reply);
void repaid(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
            struct text reply);
void returned(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
              struct text reply);
void loan_end(struct engine *engine, struct tx *tx, struct loan *loan, enum loan_state state);
/* The lender need not wait for the customer any more. */
void loan_call_off(struct engine *engine, struct tx *tx, const struct loan *loan);
void loan_ask_figures(struct engine *engine, struct tx *tx, struct loan *loan);
/* The money of an issued loan to the wallet; without room it waits. */
void loan_money(struct engine *engine, struct tx *tx, struct loan *loan);
/* Of one that may (loan_may_return): nothing comes to the wallet any more, the lender is told until he has it back. */
void loan_return(struct engine *engine, struct tx *tx, struct loan *loan);
/* When money that waits for room goes back to the lender. */
moment loan_back_at(const struct engine *engine, const struct loan *loan);
struct transfer loan_transfer(struct engine *engine, struct tx *tx, const struct loan *loan);

/* ---- late.c: jobs ---- */

bool lenders_late(struct engine *engine, struct tx *tx);
bool lenders_room(struct engine *engine, struct tx *tx);
bool lenders_refresh(struct engine *engine, struct tx *tx);
void loan_not_late(struct engine *engine, struct tx *tx, struct loan *loan);

/* ---- statement.c ---- */

bool lenders_statements(struct engine *engine, struct tx *tx);
void statement_came(struct engine *engine, struct tx *tx, const struct outbox_item *item,
                    enum outbox_verdict verdict, struct text reply);

/* ---- pages: offers.c, apply.c, loan_page.c, sign.c, repay.c ---- */

stage_function lenders_read, lender_look, lender_quote, lender_consent_read, apply_read, apply_write;
stage_function loan_look, loan_ask, loan_read, loan_code_write, loan_sign_write, loan_cancel_write, loan_pay_write;
void tell_partner(struct request *request, const struct partner *partner, struct node *node);
void tell_schedule(struct node *node, const struct lender_due *dues, size_t count);
struct text psk_words(struct arena *arena, int64_t psk); /* "292.000" */
struct text psk_told(const struct request *request, int64_t psk);
struct text consent_words(struct request *request, const struct partner *partner);
/* What stands in the way of a loan to this customer now, by level and freezing; NULL: nothing. */
const struct refusal *loan_barred(struct engine *engine, struct tx *tx, const struct customer *customer);
bool loan_asked(struct request *request, struct tx *tx, struct loan *loan);
/* What its code is bound to. */
void loan_code_subject(struct request *request, const struct loan *loan, struct text digest,
                       uint8_t subject[SECRET_HASH_SIZE]);
enum flow loan_answer(struct request *request, struct tx *tx, const struct loan *loan);

/* ---- tell.c ---- */

string_id loan_state_words(enum loan_state state);
void loan_tell_customer(struct engine *engine, struct tx *tx, const struct loan *loan, string_id text, int64_t sum);
void lenders_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct node *list);

/* ---- staff.c, staff_end.c, own_data.c ---- */

stage_function staff_lenders_read, staff_loan_read, staff_loan_end_ask;
/* Whether staff may end it, and why its money does not come; TEXT_NONE: that is not known. */
bool staff_may_end(const struct loan *loan);
struct text staff_end_why(struct request *request, struct tx *tx, const struct loan *loan);
extern const struct approval_kind lenders_approvals[];
extern const struct queue lenders_queues[];
extern const struct card_section lenders_card[];
bool lenders_own_data(struct own_data *piece);
void lenders_obstacles(struct obstacles *obstacles);

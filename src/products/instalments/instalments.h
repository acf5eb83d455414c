/* instalments.h: what the files of instalments share. Nothing outside this folder includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_instalments.h"
#include "ledger/ledger.h"
#include "lending/files.h"
#include "products/instalments/checkout_rules.h"
#include "products/instalments/purchase_rules.h"

extern const struct feature instalments_feature;

/* ledger account.purpose */
enum instalments_purpose {
    PURPOSE_INSTALMENTS = 130,  /* a customer's: −(what he owes of goods) + what he paid before its time; its
                                 * overdraft is his limit */
    PURPOSE_INSTALMENT_PENALTY, /* penalties not yet paid, below zero; ours, one of each as the next ones */
    PURPOSE_INSTALMENT_FINES,   /* … what they bring */
    PURPOSE_INSTALMENT_FEES,    /* what shops pay us for what they sold */
    PURPOSE_INSTALMENT_SHOP,    /* what we owe a shop; below zero after goods came back that were settled already */
    PURPOSE_INSTALMENT_SETTLED, /* … and what went out to it by the bank */
};

/* ledger transfer.kind; operation_kind.code. Their subject is the purchase. */
enum instalments_kind {
    KIND_INSTALMENT_BOUGHT = 1200, /* customer → shop */
    KIND_INSTALMENT_FEE,           /* shop → fees; KIND_INSTALMENT_FEE_BACK: back */
    KIND_INSTALMENT_FEE_BACK,
    KIND_INSTALMENT_RETURNED,      /* shop → customer */
    KIND_INSTALMENT_PAID,          /* acquirer → customer */
    KIND_INSTALMENT_PENALTY,       /* customer → penalties: of a payment */
    KIND_INSTALMENT_FINE,          /* penalties → fines: of days */
    KIND_INSTALMENT_UNDONE,        /* customer → acquirer: a bank took a payment back */
    KIND_INSTALMENT_UNFINED,       /* penalties → customer: … of which that had paid penalties */
    KIND_INSTALMENT_LEFT,          /* customer → his card: what he paid too much */
    KIND_INSTALMENT_SETTLED,       /* shop → settled */
};

#define INSTALMENTS_TRIAL_LIMIT 5000000 /* told to shops that are tried out */

struct instalments_settings {
    int64_t hour, remind_hour, move_days, move_times;
    int64_t order_life; /* of an order for which its shop says no end */
    int64_t till_codes; /* that one shop's cashiers may have sent in a window */
    int64_t asks_kept;  /* how long a shop's question for a limit is kept after its end */
    int64_t ask_pause;  /* how long after asking for a higher limit one may ask again */
    int level;          /* from which on a customer may ask for one: 0 minimal, 1 simplified, 2 full */
    const char *penalty; /* percent a year */
    const char *policy_file, *law_file, *calendar_file;
};

static inline const struct instalments_settings *instalments_settings(const struct engine *engine) {
    return engine_settings(engine, &instalments_feature);
}

int64_t instalments_today(const struct engine *engine);                /* a day, in the ledger's zone */

/* ---- start.c: the operator's files ---- */

void *instalments_open(struct engine *engine, struct arena *arena, struct text *problem);
const struct law_file *instalments_law(const struct engine *engine);
const struct work_calendar *instalments_calendar(const struct engine *engine);
struct purchase_rule instalments_rule(const struct engine *engine);
int64_t instalments_penalty(const struct engine *engine, int64_t day); /* for a contract of that day */

/* ---- owed.c: what is overdue, for whoever counts contacts with debtors ---- */

struct owed;
extern const struct owed instalments_owed;

/* ---- schema.c ---- */

extern const struct migration instalments_migrations[];
extern const struct erase instalments_erases[];
extern const struct sealed instalments_sealed[];

/* ---- limit.c: for how much a customer may buy ---- */

struct instalment_limit {
    int64_t customer, account, sum; /* sum: as it was decided; the account's overdraft may be more for a time */
    moment at;
};
/* In a command the row is locked. False: he has none. */
bool instalment_limit_find(struct tx *tx, int64_t customer, struct instalment_limit *limit);
/* In a command: from now on so much; makes the account where there is none. */
void instalment_limit_set(struct engine *engine, struct tx *tx, int64_t customer, int64_t sum,
                          struct instalment_limit *limit);
/* In a command: the account's overdraft is the limit, or what is used and `more` where that is beyond it: a bank that
 * takes a payment back asks no limit. */
void instalment_limit_fit(struct engine *engine, struct tx *tx, const struct instalment_limit *limit, int64_t more);
/* What is left of it to buy for; 0 where there is none. */
int64_t instalment_limit_free(struct engine *engine, struct tx *tx, int64_t customer);
size_t instalments_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);
void instalments_told(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- purchase.c: rows ---- */

struct purchase {
    int64_t customer, id;
    int64_t account;  /* the customer's limit's */
    int64_t shop;     /* shops' own number of it */
    int64_t checkout; /* the order that it comes of; 0: none */
    struct purchase_terms terms;
    struct purchase_state state;
};

/* In a command the row is locked. As it was left: purchase_as_of has it come to a day. */
bool purchase_find(struct tx *tx, int64_t customer, int64_t id, struct purchase *purchase);
bool purchase_of_checkout(struct tx *tx, int64_t customer, int64_t checkout, struct purchase *purchase);
/* The newest first; at most `room`; how many. */
size_t purchases_of(struct tx *tx, int64_t customer, struct purchase *purchases, size_t room);
/* Those that run, the oldest first; in a command locked. */
size_t purchases_running(struct tx *tx, int64_t customer, struct purchase *purchases, size_t room);
/* In a command, locked: those on which something may happen by that day; how many. */
size_t purchases_waking(struct tx *tx, int64_t day, struct purchase *purchases, size_t room);
void purchases_put(struct tx *tx, const struct purchase *purchases, size_t count);
/* In memory: through that day. */
void purchase_as_of(struct engine *engine, struct purchase *purchase, int64_t day);

/* ---- happened.c: what happened to a purchase, so that it can be gone through again ---- */

#define PURCHASE_HAPPENED_MOST 1000

struct stored_event;
void purchase_happened_add(struct tx *tx, const struct purchase *purchase, const struct purchase_done *done,
                           int64_t operation);
size_t purchase_happened_of(struct tx *tx, int64_t customer, int64_t purchase, struct stored_event *events,
                            size_t room);
/* The whole of it again, through that day. False: its rows do not hold together. `trail` may be NULL. */
bool purchase_replay(struct engine *engine, struct tx *tx, const struct purchase *purchase, int64_t day,
                     struct purchase_state *state, struct loan_trail *trail);

/* ---- act.c: something happens to a purchase: rules, books, rows ---- */

/* In a command: sold. customer, shop, checkout, terms.sum, terms.term are set; fills in all else. `hold` is that of his
 * account, of which terms.sum is taken and the rest released; 0: nothing was held. */
enum ledger_refusal purchase_sell(struct engine *engine, struct tx *tx, int64_t hold, struct purchase *purchase);
/* In a command: lets the days through today go by, then does it, books it and keeps it; *purchase is as it is then.
 * `operation` is the transfer that brought its money onto the account (pay) or took it from there (give, undo); else 0.
 * Refused: nothing is changed. `done` may be NULL. */
enum purchase_refusal purchase_act_on(struct engine *engine, struct tx *tx, struct purchase *purchase,
                                      const struct purchase_doing *doing, int64_t operation,
                                      struct purchase_done *done);
/* In a command: a bank takes a payment back out of the account, whatever his limit; then PURCHASE_UNDO. */
enum purchase_refusal purchase_undone(struct engine *engine, struct tx *tx, struct purchase *purchase,
                                      const struct purchase_doing *doing, int64_t acquirer,
                                      struct purchase_done *done);

/* ---- books.c ---- */

/* Ours; `shop` 0 but for a shop's. Made when it is missing; in a snapshot 0 then. */
int64_t instalments_account(struct engine *engine, struct tx *tx, enum instalments_purpose which, int64_t shop);
/* The id of the transfer; 0: there was nothing to move. Nothing of these is refused: where it is, the command fails. */
int64_t instalments_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind,
                         int64_t purchase, struct text note);
int64_t instalments_balance(struct engine *engine, struct tx *tx, int64_t account);
/* What an act moves beside the money that came or went: the shop's part, penalties. */
void purchase_book(struct engine *engine, struct tx *tx, const struct purchase *purchase,
                   const struct purchase_doing *doing, const struct purchase_done *done);
/* In a command: all that a shop is to have by now goes out; below zero nothing does. How much. */
int64_t instalments_settle(struct engine *engine, struct tx *tx, int64_t shop, struct text note);

/* ---- night.c ---- */

bool instalments_night_job(struct engine *engine, struct tx *tx);

/* ---- books_page.c, own_data.c ---- */

stage_function instalments_books_page;
bool instalments_own_data(struct own_data *piece);
void instalments_obstacles(struct obstacles *obstacles);

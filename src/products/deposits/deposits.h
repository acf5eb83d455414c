/* deposits.h: what the files of deposits share. Nothing outside this folder includes it. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_deposits.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "products/deposits/deposit_rules.h"

extern const struct feature deposits_feature;

#define PRODUCTS_MOST 50      /* that a catalogue holds */
#define DEPOSITS_MOST 10      /* open ones of a customer */
#define DEPOSITS_TOLD 50      /* … with those that have ended */
#define MOVES_MOST 4096       /* of a term: daily interest of ten years and more besides */
#define FORECAST_ROWS 130
#define NOTICE_DAYS 7         /* before its end he is told */
#define TAX_YEARS 20

/* ledger account.purpose */
enum deposits_purpose {
    PURPOSE_DEPOSIT = 80,     /* what we owe a customer: his deposit */
    PURPOSE_DEPOSIT_ACCRUED,  /* interest that we owe but have not yet paid; one for each product */
    PURPOSE_DEPOSIT_EXPENSE,  /* what deposits cost us */
};

/* ledger transfer.kind; operation_kind.code. Their subject is the deposit, but of those between our own accounts, which
 * are of many deposits at once. */
enum deposits_kind {
    KIND_DEPOSIT_OPEN = 800, /* purse → deposit */
    KIND_DEPOSIT_TOPUP,      /* purse → deposit */
    KIND_DEPOSIT_WITHDRAW,   /* deposit → purse */
    KIND_DEPOSIT_ADDED,      /* accrued → deposit: interest */
    KIND_DEPOSIT_PAID,       /* accrued → purse: interest */
    KIND_DEPOSIT_TAKEN_BACK, /* deposit → expense: interest by the contract's rate, closed early */
    KIND_DEPOSIT_RETURN,     /* deposit → purse: all of it */
    KIND_DEPOSIT_ACCRUE,     /* expense → accrued: a day of a product's deposits */
    KIND_DEPOSIT_UNACCRUE,   /* accrued → expense: what is not paid after all */
};

struct deposits_settings {
    int level; /* 0 minimal, 1 simplified, 2 full */
    int64_t hour, draft_life;
    const char *catalogue_file, *tax_free;
};

static inline const struct deposits_settings *deposits_settings(const struct engine *engine) {
    return engine_settings(engine, &deposits_feature);
}

/* ---- schema.c ---- */

extern const struct migration deposits_migrations[];
extern const struct erase deposits_erases[];

/* ---- product.c: the catalogue: versions that never change ---- */

struct product {
    int64_t id;      /* the version's own */
    struct text code;
    int64_t version;
    bool newest, offered;
    struct text title_ru, title_en;
    struct deposit_terms terms;
    int64_t staff;
    moment at;
};

struct text deposit_product_title(const struct product *product, enum language language);
/* Texts lie in the tx's arena. False: no such version. */
bool deposit_product_find(struct tx *tx, int64_t id, struct product *product);
bool deposit_product_newest(struct tx *tx, struct text code, struct product *product);
/* The newest of each, by code; at most `room`; how many. */
size_t deposit_products_of(struct tx *tx, struct product *products, size_t room);
/* As JSON: in the table, in what a second person confirms, in the file that an empty catalogue begins with. */
struct text deposit_product_write(struct arena *arena, const struct product *product);
bool deposit_product_read(struct arena *arena, struct text json, struct product *product);
/* In a command: the next version; fills in id and version. */
void deposit_product_put(struct tx *tx, struct product *product);
bool deposits_seed_job(struct engine *engine, struct tx *tx);

/* ---- catalogue.c: staff change it ---- */

struct approval;
stage_function deposits_catalogue_read, deposits_catalogue_product_read, deposits_catalogue_write;
void deposits_approval_show(struct request *request, struct tx *tx, const struct approval *approval,
                             struct node *facts);
const struct refusal *deposits_approval_apply(struct request *request, struct tx *tx,
                                               const struct approval *approval);

/* ---- deposit.c: rows ---- */

enum deposit_status { DEPOSIT_OPEN = 1, DEPOSIT_CLOSED };

struct deposit {
    int64_t customer, id, account;
    int64_t purse;    /* where it came from and goes back to */
    int64_t product;  /* the version by which its term runs */
    enum deposit_status status;
    int64_t length;   /* of a term, in the product's unit */
    struct deposit_term term;
    int64_t first;    /* the move that began the term */
    bool prolongs;
    int64_t opened;   /* a day */
    moment signed_at, closed_at; /* 0: open */
    int64_t closed;   /* a day; 0: open */
};

/* What the night goes through: only of open ones. */
struct running {
    int64_t customer, id, product;
    struct deposit_term term;
    struct deposit_state state;
};

struct stored_move {
    int64_t id, operation; /* operation 0: no money moved */
    struct deposit_move move;
};

bool deposit_find(struct tx *tx, int64_t customer, int64_t id, struct deposit *deposit);
/* The path parameter's, of the caller. In a command the row is locked. */
bool deposit_asked(struct request *request, struct tx *tx, struct deposit *deposit);
/* The newest first; at most `room`; how many. */
size_t deposits_of(struct tx *tx, int64_t customer, struct deposit *deposits, size_t room);
int64_t deposits_open_count(struct tx *tx, int64_t customer);
void deposit_insert(struct tx *tx, const struct deposit *deposit);
void deposit_update(struct tx *tx, const struct deposit *deposit);

/* In a command the row is locked. */
bool deposit_running_find(struct tx *tx, int64_t customer, int64_t id, struct running *running);
/* In a command, locked: the next after that customer's deposit; how many. */
size_t deposit_running_after(struct tx *tx, int64_t customer, int64_t id, struct running *rows, size_t room);
int64_t deposit_running_count(struct tx *tx);
void deposit_running_put(struct tx *tx, const struct running *rows, size_t count);
void deposit_running_remove(struct tx *tx, int64_t customer, int64_t id);

void deposit_move_add(struct tx *tx, const struct deposit *deposit, int64_t day, enum move_kind kind, int64_t sum,
              int64_t operation, int64_t *id);
/* Those from the move `first` on, in their order; 0: all. At most `room`; how many. */
size_t deposit_moves_of(struct tx *tx, const struct deposit *deposit, int64_t first, struct stored_move *moves,
                        size_t room);
size_t deposit_term_moves(struct tx *tx, const struct deposit *deposit, struct deposit_move *moves, size_t room);

int64_t deposits_today(const struct engine *engine); /* a day, in the ledger's zone */

/* ---- books.c: money, in commands ---- */

enum deposits_account { ACCOUNT_EXPENSE, ACCOUNT_ACCRUED };
/* Made when missing; in a snapshot 0 then. code: of ACCOUNT_ACCRUED. */
int64_t deposits_account(struct engine *engine, struct tx *tx, enum deposits_account which, struct text code);
/* What the contract says, whatever limits say: refused, the command fails. Gives the transfer's id; 0 for nothing. */
int64_t deposits_move(struct engine *engine, struct tx *tx, int64_t from, int64_t to, int64_t sum, int kind,
                   int64_t deposit, struct text note);
bool deposits_usable(struct engine *engine, struct tx *tx, int64_t account);
int64_t deposits_balance(struct engine *engine, struct tx *tx, int64_t account);
stage_function deposits_books_page; /* staff */

/* ---- accrue.c: days go by ---- */

/* Brings rows through `today`: books, interest, ends; writes them (but those that ended) and gives how many it did:
 * fewer than `count` when the piece was long enough. */
size_t deposits_accrue(struct engine *engine, struct tx *tx, struct running *rows, size_t count, int64_t today);
/* One, before its money moves. False: its term ended by it, and it is closed. */
bool deposit_accrue_one(struct engine *engine, struct tx *tx, struct deposit *deposit, struct running *running);
bool deposits_accrue_job(struct engine *engine, struct tx *tx);
/* {day, running, seen, rows, began, ended} */
void deposits_pass_tell(struct tx *tx, struct node *document);

/* ---- offer.c: the calculator; open.c: a contract is made and signed ---- */

stage_function deposits_read, deposit_reckon_read, deposit_offer_read, deposit_check_read, deposit_draft_write,
    deposit_draft_read, deposit_draft_again_write, deposit_draft_sign_write;
bool deposits_drafts_job(struct engine *engine, struct tx *tx);
void deposit_drafts_forget(struct tx *tx, int64_t customer);

struct offer {
    struct product product;
    int64_t sum, term;
    int64_t purse;
    bool prolongs;
};
/* What a form asks for, checked against the product; FLOW_NEXT, or it has refused. */
enum flow deposit_offer_take(struct request *request, struct tx *tx, struct offer *offer);
void deposit_offer_tell(struct request *request, struct tx *tx, const struct offer *offer, struct node *document);
void deposit_purses_tell(struct request *request, struct tx *tx, struct node *document);

/* ---- act.c: topped up, part withdrawn, closed early ---- */

/* Its money is out: nothing more happens to it. */
void deposit_end(struct engine *engine, struct tx *tx, struct deposit *deposit, int64_t day);

stage_function deposit_topup_write, deposit_withdraw_write, deposit_close_read, deposit_close_write,
    deposit_prolong_write;

/* ---- pages.c ---- */

stage_function deposit_read, deposit_interest_read;
void deposit_tell(struct request *request, struct tx *tx, const struct deposit *deposit, struct node *document);
/* In a snapshot too: as it stands this evening, whether or not the night has come by. */
bool deposit_as_of(struct tx *tx, const struct deposit *deposit, const struct product *product, int64_t today,
                   struct running *running);
void deposit_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                      struct node *operation);
size_t deposits_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);

/* ---- words.c ---- */

struct text deposits_say(struct arena *arena, const struct locale *locale, string_id text);
/* As the language writes a decimal's point; the text ends in NUL. */
struct text deposits_decimal_words(struct arena *arena, const struct locale *locale, struct text text);
struct text deposits_rate_words(struct arena *arena, const struct locale *locale, int64_t rate); /* «13,5» */
struct text deposits_date_words(struct arena *arena, const struct locale *locale, int64_t day);
struct text deposits_money_words(struct arena *arena, const struct locale *locale, int64_t sum);
struct text deposits_term_words(struct arena *arena, const struct locale *locale, enum term_unit unit, int64_t term);
/* All that a contract says, as [{label, value}]; value may have several lines. */
void deposit_terms_tell(struct arena *arena, const struct locale *locale, const struct product *product,
                        struct node *list);
/* Inside the cabinet alone: what comes every month to everybody is no reason to wake anybody, nor to wait for a
 * gateway. */
void deposit_feed(struct engine *engine, struct tx *tx, const struct deposit *deposit, const struct product *product,
                  string_id text, int64_t sum);
/* To the customer, on the channels that he wants: the text may name {title}, {sum}, {at}. */
void deposit_notify(struct engine *engine, struct tx *tx, const struct deposit *deposit,
                    const struct product *product, string_id text, int64_t sum, int64_t day);

/* ---- papers.c: contract and certificate ---- */

stage_function deposit_contract_read, deposit_certificate_read, deposit_paper_work;

/* ---- tax.c ---- */

/* What of a year's interest is free, by the setting; 0: it does not say. */
int64_t deposits_tax_free(const struct engine *engine, int year);
bool deposits_tax_good(const char *list);

/* ---- own_data.c ---- */

bool deposits_own_data(struct own_data *piece);
void deposits_obstacles(struct obstacles *obstacles);
void deposits_card(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer, bool opened,
                   struct node *section);

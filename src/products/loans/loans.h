/* loans.h: what the files of loans share. Nothing outside this folder includes it. A loan of ours is called `credit` in
 * C, since lending/ has taken `loan_…` for its arithmetic. */
#pragma once

#include "engine/engine.h"
#include "generated/strings_backoffice.h"
#include "generated/strings_identity.h"
#include "generated/strings_loans.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "lending/files.h"
#include "lending/loan_law_rules.h"
#include "lending/policy_rules.h"
#include "products/loans/provision_rules.h"
#include "products/loans/terms_rules.h"

extern const struct feature loans_feature;

#define CREDIT_PRODUCTS_MOST 50 /* that a catalogue holds */

/* ledger account.purpose */
enum loans_purpose {
    PURPOSE_LOAN = 110,      /* what a customer owes us: principal, below zero; money paid before its time, above */
    PURPOSE_LOAN_INTEREST,   /* interest earned and not yet paid, below zero; one for each product, as the next ones */
    PURPOSE_LOAN_PENALTY,    /* penalties, the same */
    PURPOSE_LOAN_FEES,       /* extra services, the same */
    PURPOSE_LOAN_INCOME,     /* what loans bring: interest; */
    PURPOSE_LOAN_FINES,      /* … penalties; */
    PURPOSE_LOAN_SERVICES,   /* … extra services */
    PURPOSE_LOAN_LOSS,       /* what was written off, below zero */
    PURPOSE_LOAN_PROVISION,  /* set aside for loans that may not be paid back */
    PURPOSE_LOAN_PROVIDING,  /* … what that cost, below zero */
    PURPOSE_LOAN_WAY,        /* money on its way to a card */
};

/* ledger transfer.kind; operation_kind.code. Their subject is the loan. */
enum loans_kind {
    KIND_LOAN_ISSUE = 1100, /* loan → on its way */
    KIND_LOAN_BACK,         /* on its way → loan: it did not get there */
    KIND_LOAN_PAID,         /* acquirer → loan: a repayment */
    KIND_LOAN_INTEREST,     /* loan → interest: of a repayment */
    KIND_LOAN_PENALTY,      /* loan → penalties: … */
    KIND_LOAN_FEE,          /* loan → fees: … */
    KIND_LOAN_LEFT,         /* loan → acquirer: given back what was paid too much */
    KIND_LOAN_WRITE_OFF,    /* loss → loan */
    KIND_LOAN_ACCRUE,       /* interest → income: a day of a product's loans, as the next ones */
    KIND_LOAN_FINE,         /* penalties → fines */
    KIND_LOAN_SERVICE,      /* fees → services */
    KIND_LOAN_LOST,         /* loss → interest, penalties, fees: written off */
    KIND_LOAN_PROVIDE,      /* providing → provision; KIND_LOAN_RELEASE: back */
    KIND_LOAN_RELEASE,
    KIND_LOAN_WAIVED,       /* fines → penalties: of one loan */
    KIND_LOAN_SERVICE_BACK, /* services → fees, or → loan where it was paid: refused */
};

struct loans_settings {
    int level; /* from which a loan is signed: 0 minimal, 1 simplified, 2 full */
    int64_t hour, offer_life, draft_life, identify_life;
    int64_t remind_hour, payout_life;
    const char *provisions; /* provision_rules.h */
    const char *catalogue_file, *policy_file, *calendar_file, *law_file;
    int divisor; /* enum psk_divisor */
    const char *consent_version; /* of the texts that an applicant agrees to */
    const char *lender, *licence; /* the contract's other side: name, numbers, address; register and number */
};

static inline const struct loans_settings *loans_settings(const struct engine *engine) {
    return engine_settings(engine, &loans_feature);
}

/* Read once at start; what policies remember is the only part that changes. */
struct loans_state {
    struct provisions provisions;
    struct work_calendar *calendar; /* NULL: the operator has none */
    struct law_file law;
    struct policies *policies;
};
struct credit_setting credit_setting(const struct engine *engine);

/* ---- owed.c: what is overdue, for whoever counts contacts with debtors ---- */

struct owed;
extern const struct owed loans_owed;

/* ---- start.c ---- */

void *loans_open(struct engine *engine, struct arena *arena, struct text *problem);
void loans_close(void *state);
bool loans_seed_job(struct engine *engine, struct tx *tx);

/* ---- schema.c ---- */

extern const struct migration loans_migrations[];
extern const struct sealed loans_sealed[];
extern const struct erase loans_erases[];

/* ---- product.c: the catalogue: versions that never change ---- */

struct credit_product {
    int64_t id; /* the version's own */
    struct text code;
    int64_t version;
    bool newest, offered;
    struct text title_ru, title_en;
    struct credit_terms terms;
    int64_t staff;
    moment at;
};

struct text credit_product_title(const struct credit_product *product, enum language language);
/* Texts lie in the tx's arena. False: no such version. */
bool credit_product_find(struct tx *tx, int64_t id, struct credit_product *product);
bool credit_product_newest(struct tx *tx, struct text code, struct credit_product *product);
/* The newest of each, by code; at most `room`; how many. */
size_t credit_products_of(struct tx *tx, struct credit_product *products, size_t room);
/* As JSON: in the table, in what a second person confirms, in the file that an empty catalogue begins with. */
struct text credit_product_write(struct arena *arena, const struct credit_product *product);
bool credit_product_read(struct arena *arena, struct text json, struct credit_product *product);
/* In a command: the next version; fills in id and version. */
void credit_product_put(struct tx *tx, struct credit_product *product);

/* ---- credit.c: a loan's row: from the signature to the end ---- */

/* Kept in the database. */
enum credit_state {
    CREDIT_WAITS = 1,   /* signed; until ready_at the law has the money wait; or no card takes it yet */
    CREDIT_SENDING,     /* the money is on its way to the card */
    CREDIT_RUNS,
    CREDIT_CLOSED,
    CREDIT_WRITTEN_OFF,
    CREDIT_VOID,        /* the money never went out: he thought better of it, or no card took it in time */
    CREDIT_STATES
};

struct credit {
    int64_t customer, id;
    int64_t account;     /* PURPOSE_LOAN */
    int64_t product;     /* the version */
    int64_t application;
    enum credit_state state;
    int64_t sum, term;
    int64_t signed_day;
    moment signed_at, ready_at;
    int64_t card, payout; /* 0: none */
    int64_t issued;       /* a day; 0: not yet */
    int64_t extended;
    int64_t closed;       /* a day; 0: it is not */
    moment closed_at;
};

int64_t loans_today(const struct engine *engine); /* a day, in the ledger's zone */
/* In a command the row is locked. */
bool credit_find(struct tx *tx, int64_t customer, int64_t id, struct credit *credit);
/* The path parameter's, of the caller. */
bool credit_asked(struct request *request, struct tx *tx, struct credit *credit);
/* The newest first; at most `room`; how many. */
size_t credits_of(struct tx *tx, int64_t customer, struct credit *credits, size_t room);
void credit_insert(struct tx *tx, const struct credit *credit);
void credit_update(struct tx *tx, const struct credit *credit);

/* ---- agree.c ---- */

/* In a command: the contract is signed; fills in id, account, state, ready_at. The money goes out to credit->card once
 * the law lets it. */
void credit_agree(struct engine *engine, struct tx *tx, struct credit *credit);

/* ---- application.c: somebody asks for a loan ---- */

/* Kept in the database. */
enum application_state {
    APPLICATION_REVIEW = 1, /* staff look */
    APPLICATION_OFFERED,
    APPLICATION_REFUSED,
    APPLICATION_WITHDRAWN,
    APPLICATION_EXPIRED,
    APPLICATION_SIGNED,     /* and is a loan */
    APPLICATION_IDENTIFY,   /* waits until it is known who he is, and is decided then */
    APPLICATION_STATES
};

struct application {
    int64_t customer, id, product; /* product: the version */
    enum application_state state;
    int64_t sum, term;
    struct text inputs;  /* JSON, by the policy's names; sealed at rest */
    int64_t policy;      /* the version */
    struct text outcome; /* JSON: {decision, reasons, rules, forbidden, unchecked, score, debt_load, …} */
    int64_t most;        /* kopecks granted at most */
    moment asked_at, decided_at;
    int64_t staff;
    moment expires;
    int64_t loan;        /* 0: none yet */
};

/* In a command the row is locked. Texts lie in the tx's arena. */
bool application_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id,
                      struct application *application);
/* The path parameter's, of the caller. */
bool application_asked(struct request *request, struct tx *tx, struct application *application);
/* The newest first; at most `room`; how many. */
size_t applications_of(struct engine *engine, struct tx *tx, int64_t customer, struct application *applications,
                       size_t room);
/* Everybody's, decided last first: for a policy's trial. */
size_t applications_decided(struct engine *engine, struct tx *tx, struct application *applications, size_t room);
/* It waits for something: staff, his signature, his identification. */
bool application_waits(enum application_state state);
int64_t application_owner(struct tx *tx, int64_t id); /* 0: there is none */
/* The one that is not at its end: a customer has one at most. */
bool application_open(struct engine *engine, struct tx *tx, int64_t customer, struct application *application);
/* In a command; fills in the id. False: the customer has an open one. */
bool application_insert(struct engine *engine, struct tx *tx, struct application *application);
void application_update(struct engine *engine, struct tx *tx, const struct application *application);

/* ---- policy.c, decide.c: by which lines loans are decided ---- */

struct policy_version {
    int64_t version;
    struct text content;
    struct policy policy;
};

struct policies *loans_policies_open(struct arena *arena);
void loans_policies_close(struct policies *policies);
bool loans_policy_seed(struct engine *engine, struct tx *tx);
/* The version that decides at that moment; 0: none. */
int64_t loans_policy_at(struct tx *tx, moment at);
/* What decides now; a version. They stay as long as the arena; NULL: there is none. */
const struct policy_version *loans_policy_now(struct engine *engine, struct tx *tx, struct arena *arena);
const struct policy_version *loans_policy_take(struct engine *engine, struct tx *tx, int64_t version,
                                               struct arena *arena);

/* By the policy of the moment and application->inputs, an object of the policy's names: numbers as they are, sums in
 * kopecks, flags true or false; null or absent: nobody knows. Fills in policy, outcome, most, decided_at (0 while staff
 * look) and the state: OFFERED, REVIEW or REFUSED; writes no row. `most` may be less than the sum, never less than the
 * product's least. */
void loans_decide(struct engine *engine, struct tx *tx, struct application *application);
/* What that version says of one that people look at, whose inputs they have completed: its state stays. */
void loans_decide_again(struct engine *engine, struct tx *tx, struct application *application,
                        const struct policy_version *version);
/* Parts of it, for whoever tries a policy on what was asked before. `version` NULL: staff look at each. Gives a reason
 * that is no line's, or NULL. */
const char *policy_decide_for(const struct policy_version *version, const struct credit_setting *around,
                              struct date day, const struct policy_value *values, size_t count, int64_t least,
                              struct policy_outcome *outcome);
size_t loans_inputs_read(struct arena *arena, struct text inputs, struct policy_value *values, size_t room);

/* ---- say.c: words ---- */

struct text loans_say(struct arena *arena, const struct locale *locale, string_id text);
/* The members of `values` are what the text may name. */
struct text loans_say_with(struct arena *arena, const struct locale *locale, string_id text,
                           const struct node *values);
struct text loans_money_words(struct arena *arena, const struct locale *locale, int64_t sum);
struct text loans_date_words(struct arena *arena, const struct locale *locale, int64_t day);
struct text loans_term_words(struct arena *arena, const struct locale *locale, const struct credit_terms *terms,
                             int64_t term);
/* «0,8 % в день», «149,9 % годовых» */
struct text loans_rate_words(struct arena *arena, const struct locale *locale, int64_t rate, bool daily);
struct text loans_psk_words(struct arena *arena, const struct locale *locale, int64_t psk); /* «292,000» */
/* A detail that was proved, or else told when he signed up (onboarding/answers.h): TEXT_NONE: nothing is known. */
struct text loans_person(struct engine *engine, struct tx *tx, int64_t customer, int detail);

/* ---- calculator.c: what a loan would cost, before anything is asked ---- */

struct credit_quote {
    struct loan_contract contract;
    enum loan_fault fault; /* all but LOAN_LAWFUL: it is not offered */
    struct loan_cost cost;
    struct schedule_row *rows;
    size_t count;
};
void credit_quote(const struct engine *engine, struct arena *arena, const struct credit_terms *terms, int64_t sum,
                  int64_t term, struct credit_quote *quote);
/* {sum, term, term_words, cost, total, psk, payment, last, schedule} */
void credit_quote_tell(struct request *request, const struct credit_terms *terms, int64_t sum, int64_t term,
                       const struct credit_quote *quote, struct node *document);
/* What is sold beside it: [{name, code, title, price}]. */
void credit_extras_tell(struct request *request, const struct credit_terms *terms, struct node *document);
/* The form's sum and term, at most `most` (0: the product's most), or what is usual; marks what does not do. */
bool credit_choice(struct request *request, const struct credit_terms *terms, int64_t most, int64_t *sum,
                   int64_t *term);
void credit_sliders_tell(struct request *request, const struct credit_terms *terms, int64_t most, int64_t sum,
                         int64_t term, struct node *document);
/* The form's product, as it is offered now. */
bool credit_product_asked(struct request *request, struct tx *tx, struct credit_product *product);
stage_function loans_calculator_read, loans_calculator_again, loans_new_read, loans_new_again;

/* ---- apply.c: somebody applies; offer.c: and sees what becomes of it ---- */

#define INCOME_UNKNOWN (-1)
/* In a command: customer, product, sum and term are set; decided at once by the policy and kept; below the level from
 * which contracts are signed it waits for his identification. False: he has one under way. income, payments: a
 * month's, kopecks, or INCOME_UNKNOWN. */
bool loans_apply(struct engine *engine, struct tx *tx, struct application *application, int64_t income,
                 int64_t payments);
/* In a command: his level is another now; an application that waited for that is decided. */
void loans_level_told(struct engine *engine, struct tx *tx, const struct event *event);
/* Why this customer cannot borrow now, whatever he asks for; NULL: he can. */
const struct refusal *loans_barred(struct engine *engine, struct tx *tx, const struct customer *customer);
stage_function loans_apply_write;
/* {rules, personal, bureau}: the words that an applicant agrees to. */
void loans_consents_tell(struct request *request, struct node *document);

/* In a command: of one that is not signed. */
void application_withdraw(struct engine *engine, struct tx *tx, struct application *application);
stage_function loans_application_read, loans_application_again, loans_withdraw_write;
struct text application_path(struct arena *arena, const struct application *application);
struct text application_state_word(enum application_state state); /* "review", "offered" */
string_id application_state_title(enum application_state state);
/* {id, state, state_words, title, sum, term_words, asked, …}: a line of a list. */
void application_tell(struct request *request, struct tx *tx, const struct application *application,
                      struct node *document);
bool loans_offers_job(struct engine *engine, struct tx *tx);

/* ---- newcomer.c: who signs up with a loan in mind (ID-5) ---- */

struct lends_bounds;
bool loans_newcomer_bounds(struct engine *engine, struct tx *tx, struct lends_bounds *bounds);
bool loans_newcomer_quote(struct request *request, struct tx *tx, int64_t sum, int64_t term, struct node *document);
void loans_newcomer_told(struct engine *engine, struct tx *tx, const struct event *event);
/* The one that is under way. */
void loans_application_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                               struct node *list);

/* ---- contract.c: all of a contract in words; draft.c: it waits for its code; sign.c: it is signed ---- */

struct contract_choice {
    struct credit_product product;
    int64_t sum, term;
    uint64_t extras; /* which of the product's, a bit each */
};
/* The document that is signed: JSON, kept word for word. The request's language. */
struct text contract_write(struct request *request, struct tx *tx, const struct application *application,
                           const struct contract_choice *choice, const struct credit_quote *quote);
/* Of such a document: the individual terms, [{label, value}]. */
void contract_terms_tell(struct arena *arena, struct text document, struct node *list);
struct text contract_digest_of(struct arena *arena, struct text document); /* lower-case hex of SHA-256 */
stage_function loans_contract_read, loans_credit_contract_read, loans_contract_work;

/* Waits for its code; binds nobody; good on its own day alone, from which its dates are counted. A new one takes the
 * place of the one before. */
struct contract_draft {
    int64_t customer, application, id, product;
    int64_t sum, term, day;
    uint64_t extras;
    struct text document, digest;
    moment expires;
};
bool contract_draft_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t application,
                         struct contract_draft *draft);
void contract_draft_put(struct engine *engine, struct tx *tx, const struct contract_draft *draft);
void contract_draft_drop(struct tx *tx, int64_t customer, int64_t application);
bool loans_drafts_job(struct engine *engine, struct tx *tx);

/* What was signed, and how that is known (63-FZ). */
struct contract_signed {
    int64_t customer, application, loan;
    struct text document, digest, phone, how, device;
    moment sent, made;
};
void contract_signed_put(struct engine *engine, struct tx *tx, const struct contract_signed *kept);
bool contract_signed_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t application,
                          struct contract_signed *kept);
/* An extra service that was chosen beside a loan; refused: 0, or when he gave it back (353-FZ, article 7). */
struct credit_extra_chosen {
    int64_t customer, loan;
    struct text code;
    int64_t price;
    moment made, refused;
};
size_t credit_extras_of(struct tx *tx, int64_t customer, int64_t loan, struct credit_extra_chosen *list, size_t room);
void credit_extra_put(struct tx *tx, const struct credit_extra_chosen *chosen);
/* In a command: of one that he has; false: he has not. */
bool credit_extra_refuse(struct tx *tx, const struct credit_extra_chosen *chosen, moment at);

stage_function loans_contract_write, loans_sign_read, loans_again_write, loans_sign_write;

/* ---- catalogue.c: staff change what is offered ---- */

struct approval;
stage_function loans_catalogue_read, loans_product_read, loans_catalogue_write;
void loans_product_show(struct request *request, struct tx *tx, const struct approval *approval, struct node *facts);
const struct refusal *loans_product_apply(struct request *request, struct tx *tx, const struct approval *approval);

/* cards.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "adapters/processing/processing.h"
#include "backoffice/backoffice.h"
#include "engine/engine.h"
#include "generated/strings_cards.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "products/cards/cards_rules.h"

extern const struct feature cards_feature;

/* ledger account.purpose */
enum cards_purpose { PURPOSE_CARD = 40, PURPOSE_PROCESSING, PURPOSE_CARD_FEES, PURPOSE_CARD_QUESTIONED,
                     PURPOSE_CARD_DISPUTED };

/* ledger transfer.kind; operation_kind.code. The subject of those of purchases is the card operation's id. */
enum cards_kind {
    KIND_PURCHASE = 240,    /* customer → processing */
    KIND_CASH,
    KIND_PURCHASE_REFUND,   /* processing → customer */
    KIND_CARD_TOPUP,        /* between his own accounts; subject: the card */
    KIND_CARD_BACK,
    KIND_CARD_FEE,          /* customer → us, and back when the card could not be made */
    KIND_CARD_FEE_BACK,
    KIND_CARD_QUESTIONED,   /* ours → processing, until staff have decided; customer → ours when he owes it */
    KIND_CARD_OWED,
    KIND_CARD_CREDIT,       /* ours → customer, while he disputes a purchase; and back, when it is not won */
    KIND_CARD_CREDIT_BACK,
    KIND_CARD_DISPUTED,     /* processing → ours: what was lent comes back from the shop */
};

/* Whether a purchase on the internet wants the code that was sent for it: always, as each card says, never. */
enum internet_code { INTERNET_CODE_ALWAYS, INTERNET_CODE_CHOSEN, INTERNET_CODE_NEVER };
/* Whose money a plastic card spends: that of an account of its own, or its holder's purse as a virtual one does. */
enum plastic_account { PLASTIC_OWN, PLASTIC_SHARED };
/* Which card an approved application orders. */
enum first_card { FIRST_NONE, FIRST_VIRTUAL, FIRST_PLASTIC };
/* How plastic comes to its holder: by post, and he says that he has it; or handed over by staff, step by step. */
enum delivery_way { DELIVERY_POST, DELIVERY_HAND };
/* Which cards are made anew before they expire. */
enum renew { RENEW_NONE, RENEW_VIRTUAL, RENEW_ALL };

struct cards_settings {
    int virtual_level, plastic_level; /* 0 minimal, 1 simplified, 2 full */
    int64_t virtual_most, plastic_most, plastic_fee;
    int64_t operation_max, day_max, month_max; /* of a new card */
    int64_t hold_life, tolerance, issue_watch, decision_within;
    int64_t freeze_months, freeze_notice, renew_before;
    bool close_first; /* a cabinet closes once its cards are closed (BK-10) */
    int internet_code; /* enum internet_code */
    int renew;         /* enum renew */
    int plastic_account, first, delivery; /* enum plastic_account, first_card, delivery_way */
    int handed_level; /* that of whose passport was seen with the card; as plastic_level */
    int64_t dispute_within;
    bool credit;       /* of a disputed purchase, while it is disputed */
    const char *processing_url, *processing_institution, *processing_secret_file;
};

struct cards_state {
    const struct cards_settings *settings;
    struct processing *processing; /* NULL: there are no cards to be had */
};
struct cards_state *cards_state_of(const struct engine *engine);

/* ---- schema.c ---- */

extern const struct migration cards_migrations[];
extern const struct sealed cards_sealed[];
extern const struct erase cards_erases[];

/* ---- card.c: rows of cards ---- */

struct card {
    int64_t id, customer, account;
    enum card_kind kind;
    enum card_state state;
    struct text token;      /* processing's reference; TEXT_NONE: not made yet */
    struct text last4;
    moment expires;         /* the first moment at which it is not good; 0: not made yet */
    struct text holder;     /* TEXT_NONE: nobody's name on it */
    int64_t fee, fee_from;  /* taken for it, from that account */
    int64_t replaces;       /* the card in whose place it is made; 0 */
    struct card_limits limits;
    bool internet, cash, abroad;
    bool secure;             /* buys on the internet only with a code sent to the phone */
    int64_t version;        /* of the state, as processing is told it */
    moment ended;
    moment frozen_until;    /* when it comes back by itself; 0: never (frozen before that was asked) */
    bool thaw_told;         /* … and its holder was told that it is about to */
    enum block_reason blocked_for;
    moment pin_set;         /* 0: not yet */
    bool renewal;           /* made because `replaces` is about to expire, which goes on until then */
    bool renewed;           /* such a one was ordered for it */
    enum delivery delivery;
};

#define CARDS_MOST 100

/* Texts in the tx's arena. In a command the row is locked. */
bool card_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct card *card);
/* By processing's reference, whosoever. */
bool card_by_token(struct engine *engine, struct tx *tx, struct text token, struct card *card);
/* A customer's, newest first; how many. */
size_t cards_of(struct engine *engine, struct tx *tx, int64_t customer, struct card *cards, size_t room);
/* address: where plastic is sent; sealed like the holder's name. */
void card_insert(struct engine *engine, struct tx *tx, const struct card *card, struct text address);
void card_save(struct tx *tx, const struct card *card); /* state, limits, switches, version */
/* It is made: reference, number (sealed, with its keyed hash), expiry. False: that number is another card's. */
bool card_made(struct engine *engine, struct tx *tx, struct card *card, const struct processing_card *made);
struct text card_address(struct engine *engine, struct tx *tx, const struct card *card);
/* To another state, of which processing is told. */
void card_turn(struct engine *engine, struct tx *tx, struct card *card, enum card_state state);
/* The one that was ordered in its place and has not been closed since; 0. */
int64_t card_replacement(struct tx *tx, int64_t customer, int64_t replaced);

/* What a job has to look at: at most so many of a statement's (customer, id), whose $1 is a moment. */
#define CARDS_PIECE 100
struct card_key {
    int64_t customer, id;
};
size_t cards_due(struct tx *tx, struct statement *statement, moment at, struct card_key due[CARDS_PIECE]);

/* ---- limits.c ---- */

void card_kind_limits(struct tx *tx, const struct card *card, struct card_limits limits[LIMIT_KINDS]);
void card_kind_limits_copy(struct tx *tx, const struct card *from, const struct card *to);
/* ---- groups.c ---- */

/* What the card may do in shops of that group, and what it has spent there this month (0 where nothing limits it). */
void card_group_limit(struct engine *engine, struct tx *tx, const struct card *card, enum shop_group group,
                      struct group_limit *limit, int64_t *spent);
void card_groups_copy(struct tx *tx, const struct card *from, const struct card *to);
void card_groups_tell(struct request *request, struct tx *tx, const struct card *card, struct node *document);
void card_limits_tell(struct request *request, struct tx *tx, const struct card *card, struct node *document);
/* It buys on the internet only what its holder has typed the code for. */
bool card_wants_code(const struct engine *engine, const struct card *card);

/* ---- freeze.c, order.c ---- */

void card_block(struct engine *engine, struct tx *tx, struct card *card, enum block_reason reason);
bool cards_thaw(struct engine *engine, struct tx *tx); /* job: frozen cards come back at their day */
/* A new one of a kind with what new ones have; its account, holder and fee's account are the caller's to fill in. */
struct card card_begun(struct engine *engine, struct tx *tx, int64_t customer, enum card_kind kind);
/* The account that it is to spend from: its own, or that purse. 0: there is no such customer. */
int64_t card_account_for(struct engine *engine, struct tx *tx, const struct card *card, int64_t purse);
/* first.c: of EVENT_CUSTOMER_APPROVED. */
void card_first(struct engine *engine, struct tx *tx, int64_t customer);
/* Orders another one in its place. */
struct card card_like(struct engine *engine, struct tx *tx, const struct card *old, struct text address,
                      bool renewal);

/* ---- delivery.c: on its way to be handed over ---- */

#define CARDS_DELIVERY_QUEUE "cards.delivery"
/* Comes to that state, by that member of staff or 0: kept, told; its task begins with DELIVERY_MADE. */
void delivery_step(struct engine *engine, struct tx *tx, struct card *card, enum delivery state, int64_t staff);
void delivery_end(struct engine *engine, struct tx *tx, const struct card *card); /* the card's: so the task's */
/* "delivery", and "steps": [{state, title, at}], first things first. */
void delivery_tell(struct request *request, struct tx *tx, const struct card *card, struct node *document);
string_id delivery_words(enum delivery state);
/* Of EVENT_DEVICE: what was handed over works from now. */
void delivery_device(struct engine *engine, struct tx *tx, int64_t customer);
stage_function staff_order_read, staff_order_write;

/* acts.c: works from now, and what it replaces does no more. */
void card_activate(struct engine *engine, struct tx *tx, struct card *card);

/* ---- operation.c: rows of what was done with cards, and of processing's messages ---- */

struct card_operation {
    int64_t id, customer, card, account;
    struct text reference;  /* processing's operation */
    enum operation_state state;
    enum card_place place;
    struct text merchant, category;
    int64_t sum;            /* as it was asked for; 0: never asked */
    int64_t hold, held, cleared, reversed, refunded;
    int64_t questioned;     /* what of it our own account bears */
    bool abroad;
    bool asked;             /* an authorisation was answered, by `reason` */
    enum decline reason;
    moment made, expires;
    int64_t transfer;       /* the last money it moved */
};
bool operation_find(struct tx *tx, int64_t customer, struct text reference, struct card_operation *operation);
bool operation_by_id(struct tx *tx, int64_t customer, int64_t id, struct card_operation *operation);
void operation_insert(struct tx *tx, const struct card_operation *operation);
void operation_save(struct tx *tx, const struct card_operation *operation);
void card_operation_tell(struct request *request, const struct card_operation *operation, struct node *node);
size_t operations_of_card(struct tx *tx, int64_t customer, int64_t card, struct card_operation *operations,
                          size_t room);
/* What was spent by the card today and this month, held and paid, less what came back: by kind, at the end all. */
void operations_spent(struct engine *engine, struct tx *tx, const struct card *card,
                      struct card_spent spent[LIMIT_KINDS + 1]);
/* Since when a day and a month are counted. */
void periods_now(const struct engine *engine, moment now, moment *day, moment *month);

struct card_message {
    int64_t customer;
    struct text id;
    int kind;
    int64_t operation, sum;
};
/* False: it came before; *same: with the same content. */
bool message_take(struct tx *tx, const struct card_message *message, bool *same);

/* ---- accounts.c ---- */

enum cards_system { CARDS_PROCESSING, CARDS_FEES, CARDS_QUESTIONED, CARDS_DISPUTED, CARDS_SYSTEMS };
int64_t cards_system_account(struct engine *engine, struct tx *tx, enum cards_system which);
/* An account of the customer's own for a prepaid card. */
int64_t card_account_open(struct engine *engine, struct tx *tx, int64_t customer, int64_t purse);
/* It is the card's own, not one of another product that the card draws on. */
bool card_has_own_account(struct engine *engine, struct tx *tx, const struct card *card);
size_t cards_accounts(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);
size_t cards_topups(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                    struct purse *purses, size_t room);
void cards_on_event(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- what processing says: callback.c, authorise.c, clearing.c ---- */

struct heard {
    struct processing_message message;
    struct card card;
    moment came;
};
stage_function processing_heard, processing_write;
/* What the clock makes of its state, though no job has come by yet. */
enum card_state card_state_at(const struct card *card, moment now);
enum flow secure_begin(struct request *request, struct tx *tx, const struct heard *heard);
enum decline authorise(struct engine *engine, struct tx *tx, const struct heard *heard);
/* False: the same id came with another content. *known: it is a repeat. */
bool settle_clearing(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known);
bool settle_reversal(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known);
/* What the network has decided of a dispute. */
bool settle_verdict(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known);
bool settle_refund(struct engine *engine, struct tx *tx, const struct heard *heard, bool *known);
struct card_operation operation_begun(struct tx *tx, const struct heard *heard);
bool cards_lapse(struct engine *engine, struct tx *tx); /* job: holds nobody claimed */

/* renew.c: jobs: cards past their month; those whose month comes */
bool cards_expire(struct engine *engine, struct tx *tx);
bool cards_renew(struct engine *engine, struct tx *tx);

/* ---- issue.c: the outbox ---- */

/* Asks processing for it. */
void card_order(struct engine *engine, struct tx *tx, const struct card *card);
enum outbox_verdict issue_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                               struct text *reply);
void issue_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                  struct text reply);
/* What it means for the outbox. */
enum outbox_verdict issue_verdict(enum processing_answer answer);
enum outbox_verdict state_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                               struct text *reply);

/* ---- dispute.c: the outbox ---- */

enum outbox_verdict dispute_send(struct engine *engine, const struct outbox_item *item, struct arena *arena,
                                 struct text *reply);
void dispute_result(struct engine *engine, struct tx *tx, const struct outbox_item *item, enum outbox_verdict verdict,
                    struct text reply);

/* ---- pages ---- */

stage_function cards_read, card_new_read, card_new_write, card_read, card_details_look, card_details_ask;
stage_function card_freeze_write, card_unfreeze_write, card_block_write, card_limits_write, card_kind_limits_read;
stage_function card_group_read, card_group_write;
stage_function card_kind_limits_write, card_reissue_write, card_activate_write;
stage_function card_close_write, card_topup_write, card_back_write;
stage_function card_purchase_read, card_dispute_write, staff_dispute_read, staff_dispute_write;
stage_function card_pin_read, card_pin_look, card_pin_send, card_pin_write;
stage_function secure_read, secure_write, secure_again, secure_cancel;
stage_function secure_approval_read, secure_approve, secure_decline;
stage_function staff_cards_read, staff_card_block;
bool card_of_request(struct request *request, struct tx *tx, struct card *card);
void card_tell(struct request *request, const struct card *card, struct node *document);
/* «Виртуальная •• 1234» */
struct text card_title(struct arena *arena, const struct locale *locale, const struct card *card);
string_id card_state_words(enum card_state state);
string_id decline_words(enum decline reason);
enum flow card_answer(struct request *request, const struct card *card);

/* ---- tell.c: messages ---- */

void tell_purchase(struct engine *engine, struct tx *tx, const struct card *card,
                   const struct card_operation *operation);
void tell_sum(struct engine *engine, struct tx *tx, const struct card *card, const struct card_operation *operation,
              int64_t sum, string_id text);
void tell_card(struct engine *engine, struct tx *tx, const struct card *card, string_id text);
void tell_card_day(struct engine *engine, struct tx *tx, const struct card *card, string_id text, moment day);
void purchase_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                       struct node *operation);
/* By the shop's category, and whose shop it is. */
void purchase_classify(struct engine *engine, struct tx *tx, const struct entry *entry, struct operation_class *class);
void card_move_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                        struct node *operation);

/* ---- staff.c, own_data.c ---- */

extern const struct card_section cards_card[];
extern const struct queue cards_queues[];
bool cards_own_data(struct own_data *piece);
void cards_obstacles(struct obstacles *obstacles);
void cards_pending(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                   struct node *list);

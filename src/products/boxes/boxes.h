/* boxes.h: what the files of money boxes share. Nothing outside this folder includes it. */
#pragma once

#include "autopay/autopay_rules.h"
#include "engine/few.h"
#include "engine/moves.h"
#include "generated/strings_acquiring.h"
#include "generated/strings_boxes.h"
#include "identity/identity.h"
#include "ledger/ledger.h"
#include "products/boxes/boxes_rules.h"

extern const struct feature boxes_feature;

#define BOXES_MOST 20 /* open ones of a customer */
#define RULES_MOST 10 /* of a box */
#define GIFTS_OPEN_MOST 50 /* by card, of a box, whose payers have not paid yet */

/* ledger account.purpose */
enum boxes_purpose { PURPOSE_BOX = 70 };

/* ledger transfer.kind; operation_kind.code. All are between the box and the wallet it belongs to but the gifts, which
 * come to that wallet and go on into the box in the same transaction: so whatever limits the wallet limits them. */
enum boxes_kind {
    KIND_BOX_PUT = 700,  /* wallet → box, by himself */
    KIND_BOX_FILL,       /* wallet → box, by a rule */
    KIND_BOX_TAKE,       /* box → wallet, by himself */
    KIND_BOX_BREAK,      /* box → wallet, all of it */
    KIND_BOX_CARD,       /* somebody's card → wallet */
    KIND_BOX_GIVE,       /* somebody's wallet → wallet */
    KIND_BOX_KEEP,       /* wallet → box: what somebody has just given */
};

struct boxes_settings {
    int64_t hour; /* of the day, in the ledger's zone, at which boxes fill by schedule */
};

struct boxes_state {
    const struct boxes_settings *settings;
    struct few saving; /* who may have a rule */
};
struct boxes_state *boxes_state_of(const struct engine *engine);

/* ---- schema.c ---- */

extern const struct migration boxes_migrations[];
extern const struct sealed boxes_sealed[];
extern const struct erase boxes_erases[];

/* ---- box.c: the row ---- */

enum box_state { BOX_OPEN = 1, BOX_BROKEN };

struct box {
    int64_t customer, id, account;
    int64_t wallet;       /* the ledger account with which it exchanges money, and whose limits count it */
    enum box_state state;
    struct text name, icon;
    int64_t goal;         /* kopecks; 0: none */
    int64_t due;          /* the day by which it is to be reached, since 1970; 0: none */
    bool shown;           /* who has the link sees how much there is */
    struct text link;     /* the link's token; TEXT_NONE: there is none */
    moment broken;        /* 0: open */
};

extern const char *const box_icons[]; /* NULL-ended; names of the sprite */

/* Texts lie in the tx's arena. In a command the row is locked. False: no such of that customer. */
bool box_find(struct engine *engine, struct tx *tx, int64_t customer, int64_t id, struct box *box);
/* By its link; only one that is open. */
bool box_by_link(struct engine *engine, struct tx *tx, struct text token, struct box *box);
void box_insert(struct engine *engine, struct tx *tx, const struct box *box);
void box_update(struct engine *engine, struct tx *tx, const struct box *box);
/* A customer's, the newest first; at most `room`; how many. */
size_t boxes_of(struct engine *engine, struct tx *tx, int64_t customer, bool broken, struct box *boxes, size_t room);
/* The path parameter's, of the caller. */
bool box_asked(struct request *request, struct tx *tx, struct box *box);
int64_t box_balance(struct engine *engine, struct tx *tx, const struct box *box);

/* ---- money.c: in commands ---- */

/* Wallet → box; tells him when the goal is reached by it. */
enum ledger_refusal box_put(struct engine *engine, struct tx *tx, const struct box *box, int64_t sum, int kind,
                            int64_t subject);
enum ledger_refusal box_take(struct engine *engine, struct tx *tx, const struct box *box, int64_t sum, int kind);
stage_function box_put_write, box_take_write, box_break_write;
void box_tell_owner(struct engine *engine, struct tx *tx, const struct box *box, string_id text, int64_t sum,
                    struct text who);

/* ---- fill.c: rules, and what they make of events ---- */

struct fill_rule {
    int64_t customer, id, box, wallet; /* wallet: the box's */
    enum fill_kind kind;
    int64_t amount;
    struct autopay_days days; /* of FILL_SCHEDULE */
    moment due;               /* … the next time; 0 */
    int64_t told;             /* the day on which he was last told that it could not be done */
};

size_t fill_rules_of(struct tx *tx, int64_t customer, int64_t box, struct fill_rule rules[RULES_MOST]);
void fill_rule_insert(struct engine *engine, struct tx *tx, const struct fill_rule *rule);
bool fill_rule_remove(struct tx *tx, int64_t customer, int64_t box, int64_t id); /* with what it was about to do */
void fill_rules_remove(struct tx *tx, int64_t customer, int64_t box);
moment fill_next(struct engine *engine, const struct autopay_days *days, moment now);
void boxes_learn(struct engine *engine, struct tx *tx); /* engine_watch */
void boxes_want(struct engine *engine, struct tx *tx, const struct event *event, enum fill_kind kind);
bool boxes_fill_job(struct engine *engine, struct tx *tx);
bool boxes_schedule_job(struct engine *engine, struct tx *tx);

/* ---- gift.c: others pay in ---- */

enum gift_state { GIFT_OPEN = 1, GIFT_DONE = 10, GIFT_FAILED };

struct gift {
    int64_t customer, id, box; /* customer: the owner of the box */
    int64_t order;             /* by card (acquiring/acquiring.h); 0: from a wallet */
    int64_t payer;             /* the customer who gave it; 0: not known */
    int64_t sum;
    enum gift_state state;
    struct text name, note;    /* as the giver wrote them; TEXT_NONE */
};

size_t gifts_of(struct engine *engine, struct tx *tx, int64_t customer, int64_t box, struct gift *gifts, size_t room);
void gift_card_moved(struct engine *engine, struct tx *tx, int64_t customer, int64_t order);
stage_function link_read, link_card_write, link_wallet_look, link_wallet_write, gift_read, gift_pay_read;

/* ---- pages.c ---- */

stage_function boxes_read, box_new_read, box_new_write, box_read, box_edit_read, box_edit_write, box_rules_read;
stage_function box_rule_write, box_rule_remove_write, box_link_write, box_unlink_write;
/* {id, name, icon, goal, due, state, balance?, percent?} */
void box_tell(struct request *request, struct tx *tx, const struct box *box, bool balance, struct node *document);
void box_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                  struct node *operation);
void gift_describe(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                   struct node *operation);

/* ---- own_data.c ---- */

bool boxes_own_data(struct own_data *piece);
void boxes_obstacles(struct obstacles *obstacles);
void boxes_close(struct engine *engine, struct tx *tx, int64_t customer);

/* cards_rules.h: a card's decisions as pure functions: no store, no HTTP, no clock. Tested as tables. All sums are
 * kopecks. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

/* ---- a card ---- */

/* Kept in the database by these numbers. */
enum card_kind { KIND_VIRTUAL = 1, KIND_PLASTIC };
enum card_state {
    CARD_ORDERED = 1, /* being made; plastic: until its holder says that he has it */
    CARD_ACTIVE,
    CARD_FROZEN,      /* by its holder, until a day of his choice or back by him */
    CARD_BLOCKED,     /* with a reason, by its holder or by staff: for ever */
    CARD_CLOSED,
    CARD_EXPIRED,
};
const char *card_state_name(enum card_state state);
/* Nothing brings it back. */
bool card_ended(enum card_state state);

/* Another may be made in its place. */
bool card_replaceable(enum card_state state);

/* Why it is blocked; kept in the database by these numbers. */
enum block_reason { BLOCK_UNSAID, BLOCK_LOST, BLOCK_STOLEN, BLOCK_DAMAGED, BLOCK_SUSPECTED, BLOCK_REASONS };
const char *block_reason_name(enum block_reason reason); /* "lost" */

/* The day on which a freeze may end at the latest, and whether one that was chosen may be it. */
struct date freeze_latest(struct date today, int64_t months);
bool freeze_day_good(struct date today, int64_t months, struct date chosen);

/* What stands on the card: 2 to 26 of A–Z, blank, hyphen, dot, apostrophe; small letters become capitals, blanks
 * single. False: cannot be embossed. */
bool card_holder(struct arena *arena, struct text typed, struct text *holder);

/* The same of a Russian name, by the table of passports (ICAO 9303, 9th edition, part 3, section 6): «Анна Королёва» is
 * ANNA KOROLEVA. One too long for the card has the first letter of its given name alone. */
bool card_holder_of(struct arena *arena, struct text name, struct text surname, struct text *holder);

/* ---- its way to its holder, where it is handed over in person ---- */

/* Kept in the database by these numbers. */
enum delivery {
    DELIVERY_NONE,    /* not made yet, virtual, or it comes by post and nobody says where it is */
    DELIVERY_MADE,
    DELIVERY_SENT,
    DELIVERY_OFFICE,  /* its holder may come for it */
    DELIVERY_COURIER, /* a courier brings it */
    DELIVERY_HANDED,  /* he has it; it works from his first sign-in by a device of his own */
    DELIVERY_COUNT
};
const char *delivery_name(enum delivery delivery); /* "sent" */
/* The next state may be that one: an office may give it to a courier, and a courier back to the office. */
bool delivery_may(enum delivery now, enum delivery next);

/* ---- an authorisation: may it be paid? ---- */

enum card_place { PLACE_TILL, PLACE_INTERNET, PLACE_CASH };

/* What a card's limits are kept for besides all that it does: each place, and whatever is bought abroad, which is at
 * a place, too. Kept in the database by these numbers. */
enum limit_kind { LIMIT_TILL, LIMIT_INTERNET, LIMIT_CASH, LIMIT_ABROAD, LIMIT_KINDS };
const char *limit_kind_name(enum limit_kind kind); /* "till" */

/* Kinds of shops by their category code (ISO 18245), each of which a card may have switched off, or limited by the
 * month. Kept in the database by these numbers. */
enum shop_group {
    SHOPS_OTHER,
    SHOPS_GAMBLING,
    SHOPS_MONEY,   /* what is as good as cash: transfers by card, electronic money, coins */
    SHOPS_ADULT,
    SHOPS_ALCOHOL,
    SHOPS_GAMES,
    SHOPS_CAFES,
    SHOPS_TRAVEL,
    SHOP_GROUPS
};
const char *shop_group_name(enum shop_group group); /* "gambling" */
/* By the four digits that processing tells; SHOPS_OTHER: of none of these, or not told. */
enum shop_group shop_group_of(struct text category);

/* Kept in the database by these numbers; which of several is told, card_decide says. */
enum decline {
    DECLINE_NOT,
    DECLINE_REVERSED,  /* processing has taken it back already: news come in any order */
    DECLINE_CURRENCY,  /* not in roubles */
    DECLINE_ORDERED,   /* not activated */
    DECLINE_BLOCKED,
    DECLINE_CLOSED,
    DECLINE_EXPIRED,
    DECLINE_FROZEN,    /* the card */
    DECLINE_MONEY_FROZEN, /* all of the customer's money: a theft was reported, or staff */
    DECLINE_INTERNET,  /* switched off */
    DECLINE_CASH,
    DECLINE_OPERATION, /* the card's own limits */
    DECLINE_DAY,
    DECLINE_MONTH,
    DECLINE_LEVEL,     /* those of the customer's level */
    DECLINE_NOT_ENOUGH,
    DECLINE_ACCOUNT,   /* closed */
    DECLINE_COOLING,   /* what may go out is limited after a change of secrets */
    DECLINE_ABROAD,    /* switched off */
    DECLINE_UNPROVED,  /* on the internet, and its holder has not typed the code that was sent for it */
    DECLINE_KIND_OPERATION, /* the card's limits of this kind of purchase */
    DECLINE_KIND_DAY,
    DECLINE_KIND_MONTH,
    DECLINE_LATE,      /* decided after processing had given up waiting */
    DECLINE_GROUP,       /* shops of that group are switched off */
    DECLINE_GROUP_MONTH, /* the card's limit for them */
    DECLINE_COUNT
};
const char *decline_name(enum decline reason); /* "not-enough-money" */

enum card_money { MONEY_FINE, MONEY_FROZEN, MONEY_LEVEL, MONEY_NOT_ENOUGH, MONEY_CLOSED };

struct card_limits {
    int64_t operation, day, month; /* 0: none */
};

struct card_spent {
    int64_t day, month;
};

struct group_limit {
    bool off;
    int64_t month; /* 0: none */
};

struct card_look {
    bool late, reversed, foreign;
    enum card_state state;
    enum card_place place;
    bool is_abroad;
    bool internet, cash, abroad; /* switched on */
    bool unproved;
    int64_t sum;
    struct card_limits limits, kinds[LIMIT_KINDS];
    struct card_spent spent, spent_by[LIMIT_KINDS];
    struct group_limit group; /* of the shop's group */
    int64_t spent_in_group;   /* this month */
    enum card_money money; /* what the ledger says */
    bool cooled;           /* more than may go out now */
};
/* In order of precedence: late, reversed, currency, the card's state, money frozen, what is switched off, unproved, the
 * card's limits, those of the kind, of the group of shops, the level's, money, cooling. */
enum decline card_decide(const struct card_look *look);
/* What is left of a limit; -1: there is none. */
int64_t limit_left(int64_t most, int64_t spent);

/* ---- what follows it ---- */

/* Kept in the database by these numbers. */
enum operation_state {
    OPERATION_HELD = 1,
    OPERATION_DECLINED,
    OPERATION_CLEARED,
    OPERATION_REVERSED,
    OPERATION_LAPSED, /* nobody claimed the money in time */
};
const char *operation_state_name(enum operation_state state);

struct card_sums {
    bool known;       /* it was approved, and not taken back whole */
    bool refused;     /* declined, or taken back whole */
    bool usable;      /* the card is: else whoever has it is not its holder, or no more */
    int64_t sum;      /* approved */
    int64_t held;     /* still */
    int64_t cleared, reversed;
};

/* How what is claimed is paid. */
struct clearing_split {
    int64_t capture;    /* from the hold */
    int64_t owed;       /* approved but not held any more, or a little more than approved: taken without limits */
    int64_t offline;    /* never asked for (a shop without a line): taken unless money or card are stopped */
    int64_t questioned; /* refused, or much more than approved: not the customer's until staff have looked */
};
/* tolerance: hundredths of a percent of what was approved. */
struct clearing_split clearing_split(const struct card_sums *sums, int64_t claimed, int64_t tolerance);

/* Taking back: first what is held, then what was paid. */
struct reversal_split {
    int64_t release, refund, nothing; /* nothing: more than there is */
};
/* refunded: given back of what was cleared. */
struct reversal_split reversal_split(const struct card_sums *sums, int64_t refunded, int64_t taken_back);

/* ---- a purchase that its holder disputes ---- */

/* Kept in the database by these numbers. */
enum dispute_reason {
    DISPUTE_UNKNOWN = 1,
    DISPUTE_NOT_RECEIVED,
    DISPUTE_WRONG_SUM,
    DISPUTE_TWICE,
    DISPUTE_NOT_RETURNED
};
#define DISPUTE_REASONS 6 /* with none at 0 */
const char *dispute_reason_name(enum dispute_reason reason); /* "not-received" */

/* Kept in the database by these numbers. */
enum dispute_state {
    DISPUTE_ASKED = 1, /* staff look at it */
    DISPUTE_SENT,      /* processing has it, or is about to */
    DISPUTE_WON,
    DISPUTE_LOST,
    DISPUTE_REFUSED,   /* by staff */
    DISPUTE_RETURNED,  /* the shop gave the money back before it was sent */
};
const char *dispute_state_name(enum dispute_state state);
bool dispute_over(enum dispute_state state);

/* How what processing gives back of a purchase is shared: what its holder was lent while it is disputed is repaid
 * first, the rest is his, up to what he had paid and not got back; what is more is nobody's yet. */
struct back_split {
    int64_t repaid, his, more;
};
struct back_split back_split(int64_t sum, int64_t lent, int64_t paid);

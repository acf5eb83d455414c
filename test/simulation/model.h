/* model.h: what the product should be, in a few plain structs: who has how much, what waits, what each idempotency key
 * was answered. It knows nothing of databases, commits or HTTP; it is copied whole before each group, so that after a
 * crash both possible pasts are at hand. */
#pragma once

#include "base/calendar.h"
#include "base/text.h"

#define PEOPLE 12
#define PEOPLE_OPEN 6 /* have a cabinet from the start; the others are numbers nobody has registered */
#define WALLETS 5
#define WAITS 256
#define TOPUPS 128
#define KEYS 512
#define SIGNUPS 64
#define WAITING_MOST 3
#define WAITING_LIFE (5 * DAY)
#define TOPUP_LIFE (30 * MINUTE)
#define TOPUP_GRACE (2 * MINUTE)
#define CODE_LIFE (10 * MINUTE)
#define DRAFT_LIFE DAY
#define PROOF_LIFE (20 * MINUTE)
#define TOKEN_IDLE (10 * DAY)
#define TOKEN_LIFE (30 * DAY)
#define KEY_WINDOW (30 * DAY)

struct model_account {
    int64_t id; /* 0: not yet looked up */
    int64_t balance, version;
    int number; /* which of its person's wallets; the first counts what goes out of all of them and comes in */
    int level;  /* limit set; 0: a system account, without limits */
    bool frozen, unlimited;
    int32_t day, month;
    int64_t day_out, month_out, month_in;
};

struct model_person {
    char phone[16];
    bool open;
    int64_t customer;
    int wallets;
    struct model_account wallet[WALLETS];
    char token[80];                    /* empty: none known */
    moment made, used_low, used_high;  /* its session: when it was last used, as the database knows it and in truth */
};

enum wait_state { WAIT_OPEN, WAIT_CLAIMED, WAIT_RETURNED, WAIT_CANCELLED };

struct model_wait {
    enum wait_state state;
    int person, wallet, to; /* to: whose number, an index of people */
    int64_t id, operation, sum;
    int32_t counted;
    moment expires;
};

/* The numbers are the product's own, as they stand in its table. */
enum paid_state {
    PAY_CREATED = 1,
    PAY_PAID,
    PAY_DECLINED,
    PAY_CANCELLED,
    PAY_EXPIRED,
    PAY_REFUNDING,
    PAY_REFUNDED,
    PAY_STUCK
};

struct model_topup {
    int64_t id, sum;
    int person;
    enum paid_state state;
    bool unsure; /* declined, or expired a moment before by itself */
    int reference; /* the bank's number of the payment; 0 */
    moment made;
};

struct model_key {
    int person, number;
    uint64_t asked; /* what was asked: the address and the fields */
    int status;
    struct text body;
    moment at;
    bool transfer; /* then what it was, to ask the same again */
    int wallet, to, note;
    int64_t sum;
};

struct model_signup {
    int to; /* index of people */
    char draft[80];
    bool known, proven, ended;
    int tries;
    moment made;
};

struct model {
    struct model_person people[PEOPLE];
    struct model_account waiting, acquirer;
    bool waiting_made, acquirer_made;
    struct model_wait waits[WAITS];
    struct model_topup topups[TOPUPS];
    struct model_key keys[KEYS];
    struct model_signup signups[SIGNUPS];
    int wait_count, topup_count, key_count, signup_count;
    int64_t transfers, logged; /* ledger transfers; rows of the command log */
    moment return_due;         /* when the job that returns waiting money may run next */
};

struct model_limits {
    int64_t balance, operation, day_out, month_out, month_in;
};
extern const struct model_limits model_limits[4];

/* A planted mistake, to see that the comparison finds it; 0: none. */
enum mutation {
    MUTATION_NONE,
    MUTATION_NO_DAY_LIMIT,     /* the day's limit is forgotten */
    MUTATION_KEEPS_LIMITS,     /* a return gives nothing back to the limits */
    MUTATION_FORGETS_KEYS,     /* a repeated request is done again */
    MUTATION_LOSES_GROUP,      /* after a crash the last acknowledged group is expected to be gone */
    MUTATION_CLAIMS_TOO_MUCH,  /* who signs up gets also what his limit should keep out */
    MUTATION_NO_ROLL,          /* months never turn */
    MUTATION_DISK_LIES,        /* nothing that was synced survives */
    MUTATIONS,
};
extern enum mutation mutation;

/* All amounts in kopecks. NULL: done; else the problem type of the refusal. */
const char *model_move(struct model *model, struct model_account *from, struct model_account *to, int64_t sum,
                       bool limited, moment now);
/* To another's number: his wallet, or waiting (*wait is its index then, else -1). */
const char *model_transfer(struct model *model, int person, int wallet, int to, int64_t sum, moment now, int *wait);
const char *model_own(struct model *model, int person, int from, int to, int64_t sum, moment now);
void model_give_back(struct model *model, struct model_wait *wait, enum wait_state state, moment now);
void model_return_job(struct model *model, moment now);
const char *model_topup(struct model *model, int person, int64_t sum, moment now);

enum bank_word { BANK_PENDING, BANK_PAID, BANK_DECLINED, BANK_CANCELLED };
/* What the bank says of an order: "accepted", "known", or NULL for a contradiction. */
const char *model_settle(struct model *model, struct model_topup *topup, enum bank_word word, int64_t sum,
                         int reference, moment now);
/* A cabinet opens for that number, and what waits for it is claimed. */
void model_open(struct model *model, int to, moment now);

/* The account on which a person's limits are counted, and what lies on all of his. */
struct model_account *model_counted(struct model_account *account);
int64_t model_total(const struct model_account *counted);
void model_roll(struct model_account *account, moment now);

/* feature.h: all that a company can switch on, in one folder each, described by one struct feature. The build finds the
 * folders (tools/features.py lists every feature.c), so adding one touches no other place. */
#pragma once

#include "engine/outbox.h"
#include "engine/sealed.h"
#include "engine/settings.h"
#include "http/request.h"
#include "store/store.h"

struct engine;
struct entry; /* ledger/ledger.h */

/* Scheduled work, once for all nodes: each run is a command (or several: while run() asks for more). */
struct job {
    const char *name;        /* "wallet.return_waiting" */
    int64_t every_us;
    /* Does a bounded piece (≤ ~200 rows) and gives true when there is more to do at once. */
    bool (*run)(struct engine *engine, struct tx *tx);
};

/* An entry of the cabinet's navigation; with WHO_STAFF of the staff's, shown to those who may call its address. */
struct menu_item {
    string_id title;
    const char *path, *icon; /* icon: a symbol of the sprite */
    enum who who;
    int order;
};

/* How much waits for a customer behind an entry of the menu, shown beside it. */
struct menu_count {
    const char *path; /* the entry's */
    /* From memory alone; 0: nothing, -1: not known. */
    int64_t (*count)(struct engine *engine, int64_t customer);
    /* Makes it known where it is not, on a snapshot that is open for one of his pages anyway. */
    void (*learn)(struct engine *engine, struct tx *tx, int64_t customer);
};

/* What an operation is to a report of spending. */
struct operation_class {
    struct text category; /* "food"; OPERATION_OWN: his own money from one place of his to another */
    int64_t payee;        /* a number that stands for the other side alone; 0: there is none to remember */
};
#define OPERATION_OWN "own"

/* A kind of operation that the customer sees: how one ledger entry of that kind is told. */
struct operation_kind {
    int code;                 /* ledger transfer kind */
    const char *name;         /* "transfer", "topup": in JSON and filters */
    string_id title;          /* «Перевод» */
    const char *icon;
    /* Adds to the operation's document what only its feature knows: "counterparty" (text), and in the detail page's
     * "facts" and "actions" whatever helps (operations/operations.h). NULL: the other account's owner, masked, is
     * told. */
    void (*describe)(struct engine *engine, struct tx *tx, const struct locale *locale, const struct entry *entry,
                     struct node *operation);
    /* The categories of what goes out by it and of what comes in. One NULL: it is given back of the other; both: his
     * own money stays his. */
    const char *spent, *earned;
    /* Where more is known of the entry than of its kind: sets that of *class. NULL: never. */
    void (*classify)(struct engine *engine, struct tx *tx, const struct entry *entry, struct operation_class *class);
};

/* An account that the customer may pay from, as he knows it. */
struct purse {
    int64_t account;
    struct text title; /* «Основной кошелёк»; in the tx's arena */
};
#define PURSES_MAX 16

/* What happened, told to every feature in the same transaction: the only way products hear of each other. */
enum event_kind {
    /* a cabinet exists now; phone: its E.164 number; number: the application it comes of, or 0 */
    EVENT_CUSTOMER_OPENED = 1,
    /* … and all that he answered in that application may be asked (onboarding/onboarding.h); number: it */
    EVENT_CUSTOMER_APPROVED,
    EVENT_CUSTOMER_LEVEL,      /* number: the new level */
    EVENT_CUSTOMER_FROZEN, /* number: outgoing money is frozen (by staff 1, by himself 2), 0 it is no more */
    EVENT_SMS_CAME, /* phone: who sent it, E.164; to: our (short) number; text. Not proof of who wrote it */
    EVENT_CUSTOMER_PHONE,      /* phone: the number he has now */
    EVENT_CUSTOMER_PASSWORD,   /* another password holds from now */
    EVENT_CUSTOMER_CLOSED,     /* for ever: products close what is his; phone: the number he had */
    /* his money went to somebody else: number: minor units; account, operation, before, cooling_until, frozen; text:
     * his message with it */
    EVENT_PAID,
    EVENT_PAYMENT, /* number: a payment to a provider (payments/payments.h) has come to another state */
    EVENT_HOUSE_PAYMENT, /* the same of one that we pay out of an account of ours for somebody who is no customer */
    /* part of a payment to a provider was given back: number: the payment; operation: by which transfer; how much in
     * all, payments_news tells */
    EVENT_PAYMENT_BACK,
    /* he bought by a card of ours, and it was claimed: number: minor units; account; operation: the purchase's id;
     * text: the merchant's category, four digits (ISO 18245). EVENT_CARD_BACK: so much of it came back, all in all.
     * Both may be told again */
    EVENT_CARD_PAID,
    EVENT_CARD_BACK,
    EVENT_INCOME,  /* money came to him from outside or from another: number: minor units; account, operation */
    EVENT_DEVICE, /* he came by a device of his own: signed in by its PIN or a passkey, or has just made it his */
    /* number: an order by card (acquiring/acquiring.h) has come to another state; code: of its kind, by which whoever
     * ordered knows it */
    EVENT_CARD_ORDER,
    EVENT_CARD_PAYOUT, /* number: a payout to his own bank card (acquiring/bound_card.h) has ended; code: its kind */
    EVENT_SHOP, /* number: a partner shop (shops/shops.h) that has another title, or was closed or reopened */
};

struct event {
    enum event_kind kind;
    int64_t customer, number;
    struct text phone, to, text;
    /* of EVENT_PAID: his account; the transfer's id; the entry that was the account's last before it, 0: not told; when
     * the time after his change of secrets ends, or 0; the payee's own money is frozen */
    int64_t account, operation, before;
    int64_t answers; /* … the request for money that it answers (feature.answers), or 0 */
    moment cooling_until;
    bool frozen;
    int code;
};

/* ---- a person's own data (ID-17) ---- */

/* What a feature keeps of a customer, a piece at a time: objects for the list, each with a "kind". */
struct own_data {
    struct engine *engine;
    struct tx *tx;
    const struct locale *locale;
    int64_t customer;
    /* where this piece begins, in the feature's own terms: 0 at first; it sets where the next one does */
    int64_t after;
    struct node *list;
};

/* What stands in the way of destroying it. */
struct obstacles {
    struct engine *engine;
    struct tx *tx;
    const struct locale *locale;
    int64_t customer;
    struct node *list; /* {text, href?}: what he has to settle first */
    bool identified;   /* his identity was checked: the law has it kept for years after the end (115-FZ) */
};
void obstacle_add(struct obstacles *obstacles, string_id text, const struct string_argument *arguments, size_t count,
                  const char *href);

/* Destroys or blanks some rows of customer $1; run again until it changes none, so it is bounded and finds what it has
 * done as done. */
struct erase {
    const char *what; /* the table, as the act names it */
    struct statement *statement;
};

/* backoffice/backoffice.h: what staff do for a feature. */
struct queue;
struct approval_kind;
struct card_section;
struct record;
struct shop_entry; /* shops/shops.h */
struct shop_place;
struct moves; /* engine/moves.h */
struct labels; /* engine/labels.h */
struct people; /* engine/people.h */
struct lends; /* engine/lends.h */
struct owed; /* engine/owed.h */

struct feature {
    const char *name;                       /* also the settings' section and the prefix of its strings */
    const char *const *needs;               /* other features, NULL-ended */
    const struct route *routes;             /* ended by .path NULL */
    const struct migration *migrations;     /* ended by .sql NULL */
    const struct job *jobs;                 /* ended by .name NULL */
    const struct setting *settings;         /* ended by .name NULL */
    size_t settings_size;                   /* of its settings struct, filled by the table */
    /* What a table cannot tell of the settings. False: the line of *key is named, which "must be" *must. NULL: all. */
    bool (*settings_good)(const void *settings, const char **key, struct text *must);
    const struct menu_item *menu;           /* ended by .path NULL */
    const struct menu_count *menu_count;    /* NULL: nothing is counted */
    const struct shop_entry *shop_menu;     /* of partner shops' cabinet; ended by .path NULL */
    const struct shop_place *shop_places;   /* of staff's page of a partner shop; ended by .before NULL */
    const struct outbox_kind *outbox;       /* ended by .name NULL */
    const struct operation_kind *operations;/* ended by .name NULL */
    const struct queue *queues;             /* ended by .name NULL */
    const struct approval_kind *approvals;  /* ended by .name NULL */
    const struct card_section *card;        /* ended by .fill NULL */
    const struct record *records;           /* ended by .name NULL */
    /* The customer's ledger accounts whose entries are his operations: writes at most `room` ids, says how many. */
    size_t (*accounts)(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);
    /* Whom the customer's entry paid: any number that stands for that one alone; 0: not an entry of the feature's by
     * which somebody else is paid. NULL: it has none. */
    int64_t (*payee)(struct engine *engine, struct tx *tx, int64_t customer, const struct entry *entry);
    /* Those of its accounts that he may pay from, the usual one first: at most `room`; how many. NULL: none. */
    size_t (*purses)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse *purses, size_t room);
    /* … and those besides that he may top up by any bank's card, of one a row. NULL: none. */
    size_t (*topups)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                     struct purse *purses, size_t room);
    /* What is under way and not yet an operation, newest first: adds {title, text, sum, href, icon} each. NULL:
     * nothing. */
    void (*pending)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                    struct node *list);
    /* What he often does, one tap away: adds {title, text, href, icon} each. NULL: nothing. */
    void (*shortcuts)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                      struct node *list);
    /* What it has to say of a payment to a provider where that is shown: adds to the payment's document. NULL:
     * nothing. */
    void (*beside_payment)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                           int64_t payment, struct node *document);
    /* What can be done with an operation where it is shown: adds {title, href, icon} each. NULL: nothing. */
    void (*beside_operation)(struct engine *engine, struct tx *tx, const struct locale *locale, int64_t customer,
                             const struct entry *entry, struct node *list);
    /* All that the feature keeps of a customer; true: there is more, from piece->after on. NULL: nothing. */
    bool (*own_data)(struct own_data *piece);
    const struct sealed *sealed;            /* ended by .where NULL: whatever it keeps sealed, or looks up by hashes */
    void (*obstacles)(struct obstacles *obstacles); /* NULL: nothing stands in the way */
    const struct erase *erases;             /* ended by .what NULL; whoever belongs to another row before that row */
    void (*on_event)(struct engine *engine, struct tx *tx, const struct event *event);
    const struct moves *moves; /* of the one that keeps people's money */
    const struct labels *labels; /* of the one that keeps what people say of their operations */
    const struct people *people; /* of the one that keeps whom they call their friends */
    const struct lends *lends; /* of the one that lends */
    const struct owed *owed; /* of each that lends: what is overdue; NULL: it lends nothing */
    /* A transfer says that it answers a request for money of that id, in its command before money moves: true when it
     * is the feature's, open, and asks just this of that customer for that payee. NULL: it has none. */
    bool (*answers)(struct engine *engine, struct tx *tx, int64_t id, int64_t customer, int64_t payee, int64_t sum);
    /* Once at start, after migrations: loads what it keeps in memory, gives its state (or NULL with *problem set). */
    void *(*open)(struct engine *engine, struct arena *arena, struct text *problem);
    void (*close)(void *state);
};

#define FEATURES_MAX 64

/* All compiled features, in an order that respects `needs`; NULL-ended. Generated. */
extern const struct feature *const all_features[];

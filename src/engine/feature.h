/* feature.h: all that a company can switch on, in one folder each, described by one struct feature. The build finds the
 * folders (tools/features.py lists every feature.c), so adding one touches no other place. */
#pragma once

#include "engine/outbox.h"
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

/* An entry of the cabinet's navigation. */
struct menu_item {
    string_id title;
    const char *path, *icon; /* icon: a symbol of the sprite */
    enum who who;
    int order;
};

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
};

/* What happened, told to every feature in the same transaction: the only way products hear of each other. */
enum event_kind {
    EVENT_CUSTOMER_OPENED = 1, /* a cabinet exists now; phone: its E.164 number */
    EVENT_CUSTOMER_LEVEL,      /* number: the new level */
    EVENT_CUSTOMER_FROZEN,
};

struct event {
    enum event_kind kind;
    int64_t customer, number;
    struct text phone;
};

struct feature {
    const char *name;                       /* also the settings' section and the prefix of its strings */
    const char *const *needs;               /* other features, NULL-ended */
    const struct route *routes;             /* ended by .path NULL */
    const struct migration *migrations;     /* ended by .sql NULL */
    const struct job *jobs;                 /* ended by .name NULL */
    const struct setting *settings;         /* ended by .name NULL */
    size_t settings_size;                   /* of its settings struct, filled by the table */
    const struct menu_item *menu;           /* ended by .path NULL */
    const struct outbox_kind *outbox;       /* ended by .name NULL */
    const struct operation_kind *operations;/* ended by .name NULL */
    /* The customer's ledger accounts whose entries are his operations: writes at most `room` ids, says how many. */
    size_t (*accounts)(struct engine *engine, struct tx *tx, int64_t customer, int64_t *accounts, size_t room);
    void (*on_event)(struct engine *engine, struct tx *tx, const struct event *event);
    /* Once at start, after migrations: loads what it keeps in memory, gives its state (or NULL with *problem set). */
    void *(*open)(struct engine *engine, struct arena *arena, struct text *problem);
    void (*close)(void *state);
};

/* All compiled features, in an order that respects `needs`; NULL-ended. Generated. */
extern const struct feature *const all_features[];

/* shops.h: partner shops, as the features that work with them use them: companies with people who sign in to a cabinet
 * of their own, secret keys, and servers that are told by signed callbacks (IN-3).
 *
 * A page of that cabinet is a route of WHO_ANYONE under /shop (the engine knows no shop's people): its first stage asks
 * shop_enter(), its document gets shop_shell(), its page takes {{page layout=shop …}}, and its feature lists it in
 * struct feature's .shop_menu. */
#pragma once

#include "engine/engine.h"

extern const struct feature shops_feature;

/* What a shop's person may do there: a set. Kept in the database: never renumbered. */
enum shop_role {
    SHOP_OWNER = 1,   /* keys, people, and how the shop is set up */
    SHOP_ORDERS = 2,  /* orders and returns, callbacks */
    SHOP_MONEY = 4,   /* settlements */
    SHOP_CASHIER = 8, /* at the till */
    SHOP_ANY = 15,    /* whoever works there */
};

struct shop {
    int64_t id;
    struct text title, legal, inn; /* legal, inn: empty where nobody has written them down */
    bool open, test;
    struct text category, site; /* empty: none was named */
};

/* Texts lie in the tx's arena. False: there is none such. */
bool shop_find(struct engine *engine, struct tx *tx, int64_t id, struct shop *shop);

/* In a command: another shop, open, without keys and people: fills in its id. */
void shop_put(struct tx *tx, struct shop *shop);

/* Those that are open and no test, the newest first, made before that one (INT64_MAX: from the newest), with id and
 * title alone; how many. */
size_t shops_before(struct tx *tx, int64_t before, struct shop *shops, size_t room);

#define SHOP_KEYS 2 /* good ones at a time: the newer is taken into use while the older still is good */

/* The shop's keys that are good now, the newest first; how many. For interfaces that sign in ways of their own. */
size_t shop_keys(struct engine *engine, struct tx *tx, int64_t shop, struct text *keys, size_t room);

/* ---- who works there ---- */

struct shop_person {
    struct shop shop;
    struct text login, name; /* in the tx's arena */
    unsigned roles;
};

/* Who is signed in at the shop's cabinet and has one of these roles; false: nobody who may. */
bool shop_person(struct request *request, struct tx *tx, unsigned roles, struct shop_person *person);
/* FLOW_NEXT with *person. Else it has answered: a page of nobody's goes to where one signs in, JSON gets 401; who is
 * signed in without any of these roles gets 403. */
enum flow shop_enter(struct request *request, struct tx *tx, unsigned roles, struct shop_person *person);

/* ---- the cabinet ---- */

/* An entry of the cabinet's menu, shown to who has one of the roles. */
struct shop_entry {
    string_id title;
    const char *path, *icon; /* path NULL ends a list */
    unsigned roles;
    int order;
};

/* A feature's page about a shop, to which staff's page of the shop leads: `before`, the shop's number, `after`. */
struct shop_place {
    string_id title, hint;
    const char *before, *after, *icon; /* before NULL ends a list */
    unsigned roles;                    /* of staff (backoffice/backoffice.h) who may open it */
};

/* Adds to a page's document what its frame shows: "shop" and "person"; the menu is the page's alone. */
void shop_shell(struct request *request, const struct shop_person *person, struct node *document);

/* ---- callbacks ---- */

/* In a command: POSTs the body to that address until it is answered 2xx or the watch is over, each attempt logged for
 * the shop and for staff, who may replay it. order: the shop's own number of what it is about, for the log. Signed by
 * the shop's oldest good key, which its program surely knows: X-Signature is SHA-1 of key and body, as Mokka's clients
 * check it, X-Signature-SHA256 HMAC-SHA-256 of the body, both in hex. Bodies are JSON. */
void shop_callback(struct engine *engine, struct tx *tx, const struct shop *shop, struct text url, struct text order,
                   struct text body);
/* https, or http where the settings let callbacks go to private networks; at most 500 bytes. */
bool shop_callback_good(struct engine *engine, struct text url);

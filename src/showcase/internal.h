/* internal.h: what the files of this folder share; nobody else includes it. */
#pragma once

#include "backoffice/backoffice.h"
#include "generated/strings_showcase.h"
#include "generated/templates.h"
#include "identity/common.h"
#include "shops/place.h"
#include "showcase/showcase.h"
#include "showcase/showcase_rules.h"

struct showcase_settings {
    const char *catalogue_file;
};

struct showcase_state {
    showcase_plans *plans; /* NULL: nobody tells any */
    showcase_plans_begin *plans_begin;
};

static inline struct showcase_state *showcase_state_of(const struct engine *engine) {
    return engine_state(engine, &showcase_feature);
}

extern const struct migration showcase_migrations[];
extern const struct queue showcase_queues[];

#define SHOP_PLACES 200 /* one shop's */

/* ---- card.c: what a shop says of itself, twice: as it is written, and as it was agreed and is shown ---- */

enum side { SIDE_WRITTEN, SIDE_SHOWN };

struct shop_card {
    int64_t shop;
    int category;
    struct text site, words[2]; /* by language; site empty: it sells in its places alone */
    enum shop_card_state state;      /* of what is written */
    struct text note;           /* why staff did not agree */
    int64_t version;            /* another with every change, so that staff agree to what they have seen */
};

struct shop_card_place {
    int64_t id;
    struct text address, hours;
    struct spot spot;
};

/* Texts lie in the tx's arena. False: that side has none. In a command the written one is locked. */
bool shop_card_find(struct tx *tx, int64_t shop, enum side side, struct shop_card *card);
size_t shop_card_places(struct tx *tx, int64_t shop, enum side side, struct shop_card_place *places, size_t room);
size_t shop_card_places_count(struct tx *tx, int64_t shop);
/* In commands: what is written changes; nobody is asked any more. */
void shop_card_write(struct tx *tx, struct shop_card *card);
void shop_card_place_add(struct tx *tx, int64_t shop, const struct shop_card_place *place);
bool shop_card_place_remove(struct tx *tx, int64_t shop, int64_t id);
void shop_card_state_put(struct tx *tx, struct shop_card *card, enum shop_card_state state, struct text note);
/* What is written is shown from now; nothing is. */
void shop_card_show(struct tx *tx, int64_t shop);
void shop_card_hide(struct tx *tx, int64_t shop);

/* ---- sale.c: promotions ---- */

#define SALE_QUEUE "showcase.sale"

/* Kept in the database: are customers written to? */
enum sale_told { SALE_SILENT, SALE_TELLING, SALE_TOLD };

struct sale {
    int64_t shop, id;
    enum sale_state state;
    struct text title[2], words[2], discount; /* by language; discount may be empty */
    int64_t starts, ends;                     /* days, both included */
    struct text note;                         /* why staff did not agree */
    enum sale_told told;
    int64_t cursor;                           /* the last customer looked at */
    struct text shop_title;                   /* of sales_running and sale_to_tell alone */
};

/* In a command: fills in id; staff have yet to agree. */
void sale_add(struct tx *tx, struct sale *sale);
/* In a command the row is locked. That shop's; sale_known: whosever it is, for staff. */
bool sale_find(struct tx *tx, int64_t shop, int64_t id, struct sale *sale);
bool sale_known(struct tx *tx, int64_t id, struct sale *sale);
/* The newest first, those made before that one (INT64_MAX: from the newest). */
size_t sales_of(struct tx *tx, int64_t shop, int64_t before, struct sale *sales, size_t room);
size_t sales_running_of(struct tx *tx, int64_t shop, int64_t today, struct sale *sales, size_t room);
/* Of all shops in the catalogue, the last begun first; before: behind that one, or NULL. */
size_t sales_running(struct tx *tx, int64_t today, const struct sale *before, struct sale *sales, size_t room);
int64_t sales_open(struct tx *tx, int64_t shop, int64_t today); /* asked or agreed, and not over */
void sale_state_put(struct tx *tx, struct sale *sale, enum sale_state state, struct text note);
/* In a command: one that runs, of a shop in the catalogue, and of which customers have yet to hear. */
bool sale_to_tell(struct tx *tx, int64_t today, struct sale *sale);
void sale_told_put(struct tx *tx, const struct sale *sale);
/* In a command: nobody has written to him today, and now it counts as done. */
bool sale_first_today(struct tx *tx, int64_t customer, int64_t today);

/* Those of a shop that run, as customers are told. */
void sales_tell(struct request *request, struct tx *tx, int64_t shop, struct node *list);

bool sale_tell_job(struct engine *engine, struct tx *tx);     /* sale_tell.c */
bool showcase_seed_job(struct engine *engine, struct tx *tx); /* seed.c */
extern const struct erase showcase_erases[];

/* ---- listed.c: what is in the catalogue: shops that are open, no test, and have a card that is shown ---- */

#define LISTED_MOST 2000  /* shops at a time */
#define PLACES_MOST 20000 /* … and all their places */

/* By their ids, at most LISTED_MOST; how many. asked: folded; each gets its score. Texts lie in the tx's arena. */
size_t listed_read(struct tx *tx, struct text asked, struct listed *list);
size_t listed_newest(struct tx *tx, struct listed *list, size_t room); /* those that came last, first */
/* False: it is not in the catalogue. */
bool listed_find(struct tx *tx, int64_t shop, struct listed *listed);
/* By what it stands in its order, in the catalogue or not; empty: nobody knows it any more. */
struct text listed_folded(struct tx *tx, int64_t shop);
/* In commands. One with so many places still goes in; it is in, as its shown side says; it is out. */
bool listed_room(struct tx *tx, int64_t shop, size_t places);
void listed_put(struct tx *tx, const struct shop *shop, const struct shop_card *card);
void listed_drop(struct tx *tx, int64_t shop);
void listed_on_event(struct engine *engine, struct tx *tx, const struct event *event);

/* ---- words.c ---- */

struct text category_title(struct arena *arena, const struct locale *locale, int category);
/* {value, title, selected} each; first an empty one of that title, unless 0. */
void categories_tell(struct request *request, string_id none, int chosen, struct node *list);
/* {id, address, hours, place, latitude, longitude}: the last three are null where only the address is known. */
void place_tell(struct arena *arena, const struct shop_card_place *place, struct node *node);
int64_t showcase_today(const struct engine *engine);
/* "card" of one side: null, or what it says. */
void shop_card_tell(struct request *request, struct tx *tx, int64_t shop, enum side side, const char *name,
               struct node *document);

/* ---- stages ---- */

stage_function shop_card_page, shop_card_edit_page, shop_card_edit, places_page, place_add, place_remove,
    shop_card_send, shop_card_verdict;
stage_function cards_page;
stage_function catalogue_page, shop_show;
stage_function sales_page, shop_sales_page, sale_write, sale_end, staff_sale_page, sale_verdict;

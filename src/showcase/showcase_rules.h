/* showcase_rules.h: shops as customers look for them: categories, what a search finds and in which order, what a shop's
 * card must have, when a promotion runs. No store, no HTTP, no clock. Days are since 1970. */
#pragma once

#include "base/text.h"

/* Kept in the database and in addresses by these names, which never change. */
#define CATEGORIES 12
extern const char *const category_names[CATEGORIES + 1]; /* NULL-ended */

/* ---- places ---- */

/* Degrees in millionths; both 0: only its address is known. */
struct spot {
    int32_t latitude, longitude;
};

/* "55.757131, 37.611245", blanks ignored. False: that is no place on the globe. */
bool spot_read(struct arena *arena, struct text text, struct spot *spot);
struct text spot_text(struct arena *arena, struct spot spot); /* TEXT_NONE: unknown */
bool spot_known(struct spot spot);
int64_t spot_metres(struct spot from, struct spot to);

/* ---- a card ---- */

/* In order of precedence. */
enum shop_card_lack { CARD_WHOLE, CARD_NO_WORDS, CARD_NOWHERE /* neither a site nor a place */ };
enum shop_card_lack shop_card_lack(bool words, bool site, size_t places);

/* Kept in the database. */
enum shop_card_state { CARD_DRAFT = 1, CARD_ASKED, CARD_AGREED, CARD_DECLINED };

/* ---- the catalogue ---- */

#define SPOT_FAR INT64_MAX /* it has no place whose coordinates are known */

struct listed {
    int64_t shop;
    struct text title, folded; /* folded: by which it is looked for and stands in its order (base/search.h) */
    int category;              /* of category_names */
    bool online;
    size_t places;
    int64_t metres; /* to its nearest place; SPOT_FAR */
    int score;      /* how well it fits the words that were asked; 0: not */
};

enum where { WHERE_ANY, WHERE_ONLINE, WHERE_PLACES, WHERE_NEAR };
struct wish {
    bool words;      /* some were asked for */
    int category;    /* -1: any */
    enum where where;
};

/* Leaves those that are wanted, at the beginning, in the order to show: by distance where near is asked, else the best
 * fit first, else by title; how many. What is near: within 20 km, or not much further than the nearest. */
size_t catalogue_pick(const struct wish *wish, struct listed *list, size_t count);
/* Of those the first that stands behind the mark, which itself may be there no more: only its shop, folded and rank
 * count. Nothing is left out between two pages, whatever else has come or gone. */
size_t catalogue_behind(const struct wish *wish, const struct listed *list, size_t count, const struct listed *mark);
/* By what the list is ordered first: metres where near is asked, else the score. */
int64_t catalogue_rank(const struct wish *wish, const struct listed *listed);
void catalogue_rank_put(const struct wish *wish, struct listed *mark, int64_t rank);

/* ---- promotions ---- */

/* Kept in the database. */
enum sale_state { SALE_ASKED = 1, SALE_AGREED, SALE_DECLINED, SALE_ENDED };
#define SALE_DAYS_MOST 92 /* a season */

bool sale_runs(enum sale_state state, int64_t starts, int64_t ends, int64_t today);
/* In order of precedence. */
enum sale_wrong { SALE_GOOD, SALE_BACKWARDS, SALE_OVER, SALE_LONG, SALE_FAR };
enum sale_wrong sale_wrong(int64_t starts, int64_t ends, int64_t today);

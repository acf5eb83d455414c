/* showcase_rules.c: see showcase_rules.h. */
#include "showcase/showcase_rules.h"

#include "terminals/terminals_rules.h"

#include <stdlib.h>
#include <string.h>

#define NEAR_METRES 20000
#define NEAR_TIMES 4

const char *const category_names[CATEGORIES + 1] = {"electronics", "home",  "clothes", "shoes",     "beauty",
                                                    "children",    "sport", "health",  "education", "travel",
                                                    "auto",        "other", NULL};

/* ---- places ---- */

bool spot_read(struct arena *arena, struct text text, struct spot *spot) {
    struct buffer plain = buffer_new(arena, text.size + 1);
    struct place place;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != ' ') buffer_add_char(&plain, text.data[i]);
    if (!place_parse(buffer_text(&plain), &place)) return false;
    *spot = (struct spot){place.latitude, place.longitude};
    return true;
}

bool spot_known(struct spot spot) {
    return spot.latitude != 0 || spot.longitude != 0;
}

struct text spot_text(struct arena *arena, struct spot spot) {
    return spot_known(spot) ? place_text(arena, (struct place){spot.latitude, spot.longitude}) : TEXT_NONE;
}

int64_t spot_metres(struct spot from, struct spot to) {
    return place_distance((struct place){from.latitude, from.longitude}, (struct place){to.latitude, to.longitude});
}

/* ---- a card ---- */

enum shop_card_lack shop_card_lack(bool words, bool site, size_t places) {
    if (!words) return CARD_NO_WORDS;
    return site || places > 0 ? CARD_WHOLE : CARD_NOWHERE;
}

/* ---- the catalogue ---- */

static bool wanted(const struct wish *wish, const struct listed *shop) {
    if (wish->words && shop->score == 0) return false;
    if (wish->category >= 0 && shop->category != wish->category) return false;
    switch (wish->where) {
    case WHERE_ONLINE: return shop->online;
    case WHERE_PLACES: return shop->places > 0;
    case WHERE_NEAR: return shop->metres != SPOT_FAR;
    case WHERE_ANY: break;
    }
    return true;
}

static int by_title(const struct listed *one, const struct listed *other) {
    size_t shorter = one->folded.size < other->folded.size ? one->folded.size : other->folded.size;
    int order = shorter > 0 ? memcmp(one->folded.data, other->folded.data, shorter) : 0;
    if (order == 0) order = (one->folded.size > other->folded.size) - (one->folded.size < other->folded.size);
    return order != 0 ? order : (one->shop > other->shop) - (one->shop < other->shop);
}

static int by_fit(const void *left, const void *right) {
    const struct listed *one = left, *other = right;
    if (one->score != other->score) return one->score < other->score ? 1 : -1;
    return by_title(one, other);
}

static int by_distance(const void *left, const void *right) {
    const struct listed *one = left, *other = right;
    if (one->metres != other->metres) return one->metres < other->metres ? -1 : 1;
    return by_title(one, other);
}

static int (*order_of(const struct wish *wish))(const void *, const void *) {
    return wish->where == WHERE_NEAR ? by_distance : by_fit;
}

size_t catalogue_pick(const struct wish *wish, struct listed *list, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (wanted(wish, &list[i])) list[kept++] = list[i];
    if (kept == 0) return 0;
    qsort(list, kept, sizeof *list, order_of(wish));
    if (wish->where != WHERE_NEAR) return kept;
    while (kept > 1 && list[kept - 1].metres > NEAR_METRES && list[kept - 1].metres > NEAR_TIMES * list[0].metres)
        kept--;
    return kept;
}

size_t catalogue_behind(const struct wish *wish, const struct listed *list, size_t count, const struct listed *mark) {
    size_t at = 0;
    while (at < count && order_of(wish)(&list[at], mark) <= 0) at++;
    return at;
}

int64_t catalogue_rank(const struct wish *wish, const struct listed *listed) {
    return wish->where == WHERE_NEAR ? listed->metres : listed->score;
}

void catalogue_rank_put(const struct wish *wish, struct listed *mark, int64_t rank) {
    if (wish->where == WHERE_NEAR) mark->metres = rank;
    else mark->score = (int)rank;
}

/* ---- promotions ---- */

bool sale_runs(enum sale_state state, int64_t starts, int64_t ends, int64_t today) {
    return state == SALE_AGREED && starts <= today && today <= ends;
}

enum sale_wrong sale_wrong(int64_t starts, int64_t ends, int64_t today) {
    if (ends < starts) return SALE_BACKWARDS;
    if (ends < today) return SALE_OVER;
    if (ends - starts >= SALE_DAYS_MOST) return SALE_LONG;
    return starts - today > SALE_DAYS_MOST ? SALE_FAR : SALE_GOOD;
}

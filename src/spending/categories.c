/* categories.c: the categories that there are: our own, and those of the providers' catalogue, which staff edit. */
#include "spending/internal.h"

#include "payments/payments.h"

static const struct {
    const char *code;
    string_id title;
    bool income;
} ours[] = {
    {"food", S_spending_category_food, false},
    {"cafes", S_spending_category_cafes, false},
    {"transport", S_spending_category_transport, false},
    {"car", S_spending_category_car, false},
    {"travel", S_spending_category_travel, false},
    {"health", S_spending_category_health, false},
    {"beauty", S_spending_category_beauty, false},
    {"clothes", S_spending_category_clothes, false},
    {"household", S_spending_category_household, false},
    {"electronics", S_spending_category_electronics, false},
    {"home", S_spending_category_home, false},
    {"mobile", S_spending_category_mobile, false},
    {"internet", S_spending_category_internet, false},
    {"games", S_spending_category_games, false},
    {"fun", S_spending_category_fun, false},
    {"school", S_spending_category_school, false},
    {"state", S_spending_category_state, false},
    {"loans", S_spending_category_loans, false},
    {"charity", S_spending_category_charity, false},
    {"shops", S_spending_category_shops, false},
    {"cash", S_spending_category_cash, false},
    {"transfers", S_spending_category_transfers, false},
    {"fees", S_spending_category_fees, false},
    {"other", S_spending_category_other, false},
    {"received", S_spending_category_received, true},
    {"topups", S_spending_category_topups, true},
    {"cashback", S_spending_category_cashback, true},
    {"income", S_spending_category_income, true},
};
#define OURS (sizeof ours / sizeof *ours)

bool category_income(struct text code) {
    for (size_t i = 0; i < OURS; i++)
        if (ours[i].income && text_is(code, ours[i].code)) return true;
    return false;
}

static const struct catalogue *catalogue_of(struct engine *engine, struct arena *arena) {
    return engine_enabled(engine, "payments") ? catalogue_take(engine, arena) : NULL;
}

struct text category_words(struct engine *engine, struct arena *arena, const struct locale *locale, struct text code) {
    for (size_t i = 0; i < OURS; i++)
        if (text_is(code, ours[i].code)) return string_get(arena, locale, ours[i].title, NULL, 0);
    if (text_is(code, OPERATION_OWN)) return string_get(arena, locale, S_spending_category_own, NULL, 0);
    const struct catalogue *catalogue = catalogue_of(engine, arena);
    const struct category *category = catalogue != NULL ? catalogue_category(catalogue, code) : NULL;
    return category != NULL ? words_in(&category->title, locale->language)
                            : string_get(arena, locale, S_spending_category_other, NULL, 0);
}

static bool is_ours(const char *code) {
    for (size_t i = 0; i < OURS; i++)
        if (text_is(text_from(code), ours[i].code)) return true;
    return false;
}

size_t categories_all(struct engine *engine, struct arena *arena, const struct locale *locale,
                      struct category_named **all) {
    const struct catalogue *catalogue = catalogue_of(engine, arena);
    size_t count = 0, theirs = catalogue != NULL ? catalogue->category_count : 0;
    struct category_named *named = arena_array(arena, struct category_named, OURS + theirs + 1);
    for (size_t i = 0; i < OURS; i++)
        named[count++] = (struct category_named){
            text_from(ours[i].code), string_get(arena, locale, ours[i].title, NULL, 0), ours[i].income};
    for (size_t i = 0; i < theirs; i++) {
        const struct category *category = &catalogue->categories[i];
        if (is_ours(category->code)) continue;
        named[count++] =
            (struct category_named){text_from(category->code), words_in(&category->title, locale->language), false};
    }
    named[count++] = (struct category_named){
        TEXT(OPERATION_OWN), string_get(arena, locale, S_spending_category_own, NULL, 0), false};
    *all = named;
    return count;
}

bool category_known(struct engine *engine, struct arena *arena, struct text code, bool income) {
    if (text_is(code, OPERATION_OWN)) return true;
    for (size_t i = 0; i < OURS; i++)
        if (text_is(code, ours[i].code)) return ours[i].income == income;
    const struct catalogue *catalogue = catalogue_of(engine, arena);
    return !income && catalogue != NULL && catalogue_category(catalogue, code) != NULL;
}

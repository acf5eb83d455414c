/* showcase_rules_test.c: see showcase_rules.h (IN-5). */
#include "showcase/showcase_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)1 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static void a_place_is_on_the_globe_or_none(void **state) {
    (void)state;
    static const struct {
        const char *typed;
        bool good;
        struct spot spot;
    } rows[] = {
        {"55.757131,37.611245", true, {55757131, 37611245}},
        {" 55.757131, 37.611245 ", true, {55757131, 37611245}},
        {"-55,-37.5", true, {-55000000, -37500000}},
        {"90.1,37", false, {0, 0}},
        {"55,180.000001", false, {0, 0}},
        {"0,0", false, {0, 0}}, /* what no place is stored as */
        {"55.75", false, {0, 0}},
        {"55.75,", false, {0, 0}},
        {"Тверская, 1", false, {0, 0}},
        {"", false, {0, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct spot spot = {0, 0};
        assert_int_equal(spot_read(arena, text_from(rows[i].typed), &spot), rows[i].good);
        assert_int_equal(spot.latitude, rows[i].spot.latitude);
        assert_int_equal(spot.longitude, rows[i].spot.longitude);
        assert_int_equal(spot_known(spot), rows[i].good);
    }
    assert_true(text_is(spot_text(arena, (struct spot){55757131, 37611245}), "55.757131,37.611245"));
    assert_null(spot_text(arena, (struct spot){0, 0}).data);
}

static void a_card_says_what_and_where(void **state) {
    (void)state;
    static const struct {
        bool words, site;
        size_t places;
        enum shop_card_lack lack;
    } rows[] = {
        {false, false, 0, CARD_NO_WORDS}, {false, true, 3, CARD_NO_WORDS}, {true, false, 0, CARD_NOWHERE},
        {true, true, 0, CARD_WHOLE},      {true, false, 1, CARD_WHOLE},    {true, true, 2, CARD_WHOLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(shop_card_lack(rows[i].words, rows[i].site, rows[i].places), rows[i].lack);
}

/* Their numbers say what each is: 1 sofas online; 2 sofas in places, near; 3 shoes, far away; 4 shoes, both. */
static size_t all(struct listed list[4]) {
    const struct listed shops[4] = {
        {.shop = 1, .folded = TEXT("диван"), .category = 1, .online = true, .metres = SPOT_FAR, .score = 2},
        {.shop = 2, .folded = TEXT("арфа"), .category = 1, .places = 2, .metres = 900, .score = 5},
        {.shop = 3, .folded = TEXT("ялта"), .category = 3, .places = 1, .metres = 1200000},
        {.shop = 4, .folded = TEXT("берег"), .category = 3, .online = true, .places = 1, .metres = 15000, .score = 2},
    };
    for (size_t i = 0; i < 4; i++) list[i] = shops[i];
    return 4;
}

static void a_search_finds_what_is_wanted_in_its_order(void **state) {
    (void)state;
    static const struct {
        struct wish wish;
        const char *found; /* their numbers */
    } rows[] = {
        {{.words = false, .category = -1, .where = WHERE_ANY}, "2413"}, /* by fit, then by title */
        {{.words = true, .category = -1, .where = WHERE_ANY}, "241"},
        {{.words = true, .category = 3, .where = WHERE_ANY}, "4"},
        {{.words = false, .category = 3, .where = WHERE_ANY}, "43"},
        {{.words = false, .category = 0, .where = WHERE_ANY}, ""},
        {{.words = false, .category = -1, .where = WHERE_ONLINE}, "41"},
        {{.words = false, .category = -1, .where = WHERE_PLACES}, "243"},
        {{.words = false, .category = -1, .where = WHERE_NEAR}, "24"},  /* the third is another town's */
        {{.words = false, .category = 3, .where = WHERE_NEAR}, "4"},    /* … though nothing else fits as well */
        {{.words = true, .category = 1, .where = WHERE_NEAR}, "2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct listed list[4];
        struct buffer found = buffer_new(arena, 8);
        size_t count = catalogue_pick(&rows[i].wish, list, all(list));
        for (size_t j = 0; j < count; j++) buffer_add_int(&found, list[j].shop);
        assert_true(text_is(buffer_text(&found), rows[i].found));
    }
}

static void the_only_shop_is_near_however_far(void **state) {
    (void)state;
    struct listed list[4];
    const struct wish wish = {.category = -1, .where = WHERE_NEAR};
    all(list);
    assert_int_equal(catalogue_pick(&wish, list + 2, 1), 1);
}

/* Page after page of one shop each, the mark going away in between or not: every shop is seen, once. */
static void pages_leave_nobody_out(void **state) {
    (void)state;
    static const struct {
        struct wish wish;
        const char *found;
    } rows[] = {
        {{.words = false, .category = -1, .where = WHERE_ANY}, "2413"},
        {{.words = true, .category = -1, .where = WHERE_ANY}, "241"},
        {{.words = false, .category = -1, .where = WHERE_NEAR}, "24"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int gone = 0; gone < 2; gone++) {
            struct listed list[4], mark;
            struct buffer found = buffer_new(arena, 8);
            size_t count = catalogue_pick(&rows[i].wish, list, all(list)), at = 0;
            while (at < count) {
                buffer_add_int(&found, list[at].shop);
                mark = (struct listed){.shop = list[at].shop, .folded = list[at].folded, .metres = SPOT_FAR};
                catalogue_rank_put(&rows[i].wish, &mark, catalogue_rank(&rows[i].wish, &list[at]));
                if (gone) {
                    for (size_t j = at + 1; j < count; j++) list[j - 1] = list[j];
                    count--;
                }
                at = catalogue_behind(&rows[i].wish, list, count, &mark);
            }
            assert_true(text_is(buffer_text(&found), rows[i].found));
        }
    }
}

static void a_promotion_runs_from_its_first_day_to_its_last(void **state) {
    (void)state;
    static const struct {
        enum sale_state state;
        int64_t starts, ends;
        bool runs; /* on day 100 */
    } rows[] = {
        {SALE_AGREED, 100, 100, true},   {SALE_AGREED, 90, 110, true},    {SALE_AGREED, 101, 110, false},
        {SALE_AGREED, 90, 99, false},    {SALE_ASKED, 90, 110, false},    {SALE_DECLINED, 90, 110, false},
        {SALE_ENDED, 90, 110, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sale_runs(rows[i].state, rows[i].starts, rows[i].ends, 100), rows[i].runs);
}

static void a_promotion_has_days_that_can_be(void **state) {
    (void)state;
    static const struct {
        int64_t starts, ends;
        enum sale_wrong wrong; /* on day 100 */
    } rows[] = {
        {100, 100, SALE_GOOD},      {90, 100, SALE_GOOD},       {100, 191, SALE_GOOD}, {192, 200, SALE_GOOD},
        {101, 100, SALE_BACKWARDS}, {99, 98, SALE_BACKWARDS},   {90, 99, SALE_OVER},   {100, 192, SALE_LONG},
        {193, 200, SALE_FAR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(sale_wrong(rows[i].starts, rows[i].ends, 100), rows[i].wrong);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_is_on_the_globe_or_none),
        cmocka_unit_test(a_card_says_what_and_where),
        cmocka_unit_test(a_search_finds_what_is_wanted_in_its_order),
        cmocka_unit_test(the_only_shop_is_near_however_far),
        cmocka_unit_test(pages_leave_nobody_out),
        cmocka_unit_test(a_promotion_runs_from_its_first_day_to_its_last),
        cmocka_unit_test(a_promotion_has_days_that_can_be),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

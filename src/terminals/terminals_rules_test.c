/* terminals_rules_test.c: see terminals_rules.h (WA-12). */
#include "terminals/terminals_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;

static int setup(void **state) {
    (void)state;
    arena = arena_new((size_t)16 << 20);
    return arena == NULL;
}

static int teardown(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

#define HEAD "title,address,latitude,longitude\n"

static void a_list_is_read_or_its_fault_named(void **state) {
    (void)state;
    static const struct {
        const char *file;
        enum terminals_problem problem;
        size_t line;
    } rows[] = {
        {HEAD "Рядом,\"Москва, Тверская, 1\",55.757131,37.611245\n", TERMINALS_GOOD, 0},
        {"longitude;note;title;latitude;address\r\n37,6;у входа;Рядом;55,757131;Тверская, 1\r\n", TERMINALS_GOOD, 0},
        {HEAD "Рядом,Тверская 1,-55,-37", TERMINALS_GOOD, 0},
        {"", TERMINALS_EMPTY, 1},
        {HEAD, TERMINALS_EMPTY, 1},
        {"title,address,latitude\nРядом,Тверская 1,55", TERMINALS_COLUMNS, 1},
        {"title,address,latitude,longitude,phone\n", TERMINALS_COLUMNS, 1},
        {"title,address,latitude,longitude,title\n", TERMINALS_COLUMNS, 1},
        {HEAD "Рядом,Тверская 1,55.7,37.6\nРядом,Тверская, 1,55.7,37.6\n", TERMINALS_CELLS, 3},
        {HEAD "Рядом,\"Тверская 1,55.7,37.6\n", TERMINALS_CELLS, 2},
        {HEAD ",Тверская 1,55.7,37.6\n", TERMINALS_TITLE, 2},
        {HEAD "Рядом,Т,55.7,37.6\n", TERMINALS_ADDRESS, 2},
        {HEAD "Рядом,Тверская 1,90.1,37.6\n", TERMINALS_PLACE, 2},
        {HEAD "Рядом,Тверская 1,55.7,180.000001\n", TERMINALS_PLACE, 2},
        {HEAD "Рядом,Тверская 1,0,0\n", TERMINALS_PLACE, 2},
        {HEAD "Рядом,Тверская 1,,37.6\n", TERMINALS_PLACE, 2},
        {HEAD "Рядом,Тверская 1,55.7.1,37.6\n", TERMINALS_PLACE, 2},
        {HEAD "Рядом,Тверская 1,55.7N,37.6\n", TERMINALS_PLACE, 2},
        {HEAD "Рядом,Тверская \xFF,55.7,37.6\n", TERMINALS_ADDRESS, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct terminals terminals;
        size_t line;
        assert_int_equal(terminals_read(arena, text_from(rows[i].file), &terminals, &line), rows[i].problem);
        if (rows[i].problem != TERMINALS_GOOD) assert_int_equal(line, rows[i].line);
        else assert_int_equal(terminals.count, 1);
    }
}

static void cells_come_to_their_places(void **state) {
    (void)state;
    struct terminals terminals;
    size_t line;
    struct text file = TEXT("longitude;note;title;latitude;address;hours\n"
                            "37,611245;у входа;Ёлка;55,757131;Тверская, 1;с 8 до 22\n");
    assert_int_equal(terminals_read(arena, file, &terminals, &line), TERMINALS_GOOD);
    const struct terminal *it = &terminals.list[0];
    assert_int_equal(it->place.latitude, 55757131);
    assert_int_equal(it->place.longitude, 37611245);
    assert_true(text_is(it->title, "Ёлка") && text_is(it->address, "Тверская, 1"));
    assert_true(text_is(it->hours, "с 8 до 22") && text_is(it->note, "у входа"));
    assert_true(text_is(it->found, "елка тверская 1"));
}

static void places_are_written_and_read(void **state) {
    (void)state;
    static const char *const bad[] = {"", "55", "55,", ",37", "55.7,37.6,1", "91,0", "0,0", "55.7 37.6", "a,b"};
    struct place place;
    assert_true(place_parse(TEXT("55.757131,-37.6"), &place));
    assert_true(text_is(place_text(arena, place), "55.757131,-37.600000"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(place_parse(text_from(bad[i]), &place));
}

/* Published great-circle distances, rounded to what a sphere can tell. */
static void distances_are_the_globe_s(void **state) {
    (void)state;
    struct place moscow = {55755826, 37617300}, petersburg = {59938951, 30315635}, vladivostok = {43115542, 131885494};
    assert_in_range(place_distance(moscow, petersburg), 631000, 637000);
    assert_in_range(place_distance(moscow, vladivostok), 6400000, 6440000);
    assert_int_equal(place_distance(moscow, moscow), 0);
    struct place east = {moscow.latitude, moscow.longitude + 1000};
    assert_in_range(place_distance(moscow, east), 62, 63); /* a thousandth of a degree at that latitude */
    assert_int_equal(place_distance(moscow, petersburg), place_distance(petersburg, moscow));
}

static void the_nearest_come_first(void **state) {
    (void)state;
    struct terminal list[200];
    struct terminals terminals = {list, 200};
    struct near found[NEAR_MOST];
    for (int32_t i = 0; i < 200; i++) /* in no order */
        list[i] = (struct terminal){.place = {55000000 + (i * 77 % 200) * 1000, 37000000}};
    struct place from = {55100000, 37000000};
    assert_int_equal(terminals_near(&terminals, from, found, 9), 9);
    for (size_t i = 0; i < 9; i++) assert_in_range(found[i].metres, (i + 1) / 2 * 111, (i + 1) / 2 * 112);
    terminals.count = 3;
    assert_int_equal(terminals_near(&terminals, from, found, 9), 3);
    terminals.count = 0;
    assert_int_equal(terminals_near(&terminals, from, found, 9), 0);
}

static void all_that_is_shown_is_on_the_map(void **state) {
    (void)state;
    struct place places[3] = {{55755826, 37617300}, {55758000, 37620000}, {55740000, 37600000}};
    for (size_t count = 1; count <= 3; count++) {
        for (int around = 0; around < 2; around++) {
            struct map map = map_of(places, count, around, 640, 400);
            int x, y;
            for (size_t i = 0; i < count; i++) {
                map_point(&map, places[i], &x, &y);
                assert_in_range(x, 20, 620);
                assert_in_range(y, 20, 380);
            }
            map_point(&map, places[0], &x, &y);
            if (around || count == 1) assert_true(x >= 319 && x <= 321 && y >= 199 && y <= 201);
        }
    }
    struct map one = map_of(places, 1, true, 640, 400);
    assert_int_equal(one.zoom, 17);
    /* Tiles' own numbers: https://tile…/17/79232/41060 holds the Kremlin's place. */
    assert_in_range((one.left + 320) / 256, 79231, 79233);
    struct place poles[2] = {{90000000, -180000000}, {-90000000, 180000000}};
    assert_int_equal(map_of(poles, 2, false, 640, 400).zoom, 3);
    assert_int_equal(map_pixels(&one, places[0].latitude, 100), 149); /* 0.672 m a pixel */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_read_or_its_fault_named), cmocka_unit_test(cells_come_to_their_places),
        cmocka_unit_test(places_are_written_and_read),       cmocka_unit_test(distances_are_the_globe_s),
        cmocka_unit_test(the_nearest_come_first),            cmocka_unit_test(all_that_is_shown_is_on_the_map),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

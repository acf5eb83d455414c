/* cards_rules_test.c: WA-6, BK-9: a card's decisions as tables. */
#include "products/cards/cards_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define FINE                                                                                                           \
    .state = CARD_ACTIVE, .internet = true, .cash = true, .abroad = true, .sum = 10000

struct decided {
    struct card_look look;
    enum decline decline;
};

static void decide(const struct decided *rows, size_t count) {
    for (size_t i = 0; i < count; i++) assert_int_equal(card_decide(&rows[i].look), rows[i].decline);
}

static void decisions(void **state) {
    (void)state;
    static const struct decided rows[] = {
        {{FINE}, DECLINE_NOT},
        {{FINE, .place = PLACE_INTERNET}, DECLINE_NOT},
        {{FINE, .place = PLACE_CASH}, DECLINE_NOT},
        {{.state = CARD_ACTIVE, .sum = 1}, DECLINE_NOT}, /* at the till, the rest switched off */
        {{.state = CARD_ACTIVE, .sum = 1, .cash = true, .place = PLACE_INTERNET}, DECLINE_INTERNET},
        {{.state = CARD_ACTIVE, .sum = 1, .internet = true, .place = PLACE_CASH}, DECLINE_CASH},
        /* each state of the card */
        {{.state = CARD_ORDERED, .sum = 1}, DECLINE_ORDERED},
        {{.state = CARD_FROZEN, .sum = 1}, DECLINE_FROZEN},
        {{.state = CARD_BLOCKED, .sum = 1}, DECLINE_BLOCKED},
        {{.state = CARD_CLOSED, .sum = 1}, DECLINE_CLOSED},
        {{.state = CARD_EXPIRED, .sum = 1}, DECLINE_EXPIRED},
        /* limits: up to them, not above */
        {{FINE, .limits = {.operation = 10000}}, DECLINE_NOT},
        {{FINE, .limits = {.operation = 9999}}, DECLINE_OPERATION},
        {{FINE, .limits = {.day = 15000}, .spent.day = 5000}, DECLINE_NOT},
        {{FINE, .limits = {.day = 15000}, .spent.day = 5001}, DECLINE_DAY},
        {{FINE, .limits = {.day = 15000}, .spent.day = 16000}, DECLINE_DAY}, /* the limit was lowered meanwhile */
        {{FINE, .limits = {.month = 15000}, .spent.month = 5000}, DECLINE_NOT},
        {{FINE, .limits = {.month = 15000}, .spent.month = 5001}, DECLINE_MONTH},
        {{FINE, .spent = {1000000000, 1000000000}}, DECLINE_NOT}, /* none */
        /* by kind: a place's own count, and abroad's, which are beside the place's */
        {{FINE, .place = PLACE_CASH, .kinds[LIMIT_CASH] = {.operation = 9999}}, DECLINE_KIND_OPERATION},
        {{FINE, .place = PLACE_TILL, .kinds[LIMIT_CASH] = {.operation = 9999}}, DECLINE_NOT},
        {{FINE, .kinds[LIMIT_TILL] = {.day = 15000}, .spent_by[LIMIT_TILL].day = 5000}, DECLINE_NOT},
        {{FINE, .kinds[LIMIT_TILL] = {.day = 15000}, .spent_by[LIMIT_TILL].day = 5001}, DECLINE_KIND_DAY},
        {{FINE, .kinds[LIMIT_TILL] = {.day = 15000}, .spent_by[LIMIT_CASH].day = 5001}, DECLINE_NOT},
        {{FINE, .kinds[LIMIT_TILL] = {.month = 15000}, .spent_by[LIMIT_TILL].month = 5001}, DECLINE_KIND_MONTH},
        {{FINE, .is_abroad = true, .kinds[LIMIT_ABROAD] = {.month = 15000}, .spent_by[LIMIT_ABROAD].month = 5001},
         DECLINE_KIND_MONTH},
        {{FINE, .kinds[LIMIT_ABROAD] = {.operation = 1}}, DECLINE_NOT},
        {{.state = CARD_ACTIVE, .sum = 1, .is_abroad = true}, DECLINE_ABROAD},
        /* the code that was sent: asked for on the internet alone */
        {{FINE, .place = PLACE_INTERNET, .unproved = true}, DECLINE_UNPROVED},
        {{FINE, .unproved = true}, DECLINE_NOT},
        /* the ledger's word */
        {{FINE, .money = MONEY_FROZEN}, DECLINE_MONEY_FROZEN},
        {{FINE, .money = MONEY_LEVEL}, DECLINE_LEVEL},
        {{FINE, .money = MONEY_NOT_ENOUGH}, DECLINE_NOT_ENOUGH},
        {{FINE, .money = MONEY_CLOSED}, DECLINE_ACCOUNT},
        {{FINE, .cooled = true}, DECLINE_COOLING},
        {{FINE, .group = {.off = true}}, DECLINE_GROUP},
        {{FINE, .group = {.month = 10000}, .spent_in_group = 9999}, DECLINE_GROUP_MONTH},
    };
    decide(rows, sizeof rows / sizeof *rows);
}

/* Each reason with all that come after it. */
static void precedence(void **state) {
    (void)state;
    static const struct decided rows[] = {
        {{.late = true, .reversed = true, .foreign = true, .state = CARD_BLOCKED, .sum = 1}, DECLINE_LATE},
        {{.state = CARD_ACTIVE, .sum = 2, .place = PLACE_INTERNET, .is_abroad = true, .unproved = true},
         DECLINE_INTERNET},
        {{.state = CARD_ACTIVE, .sum = 2, .place = PLACE_INTERNET, .internet = true, .is_abroad = true,
          .unproved = true},
         DECLINE_ABROAD},
        {{.state = CARD_ACTIVE, .sum = 2, .limits = {2, 2, 1}, .kinds[LIMIT_TILL] = {1, 1, 1}}, DECLINE_MONTH},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_LEVEL, .kinds[LIMIT_TILL] = {1, 1, 1}, .group = {.month = 1}},
         DECLINE_KIND_OPERATION},
        {{.state = CARD_ACTIVE, .sum = 2, .limits = {1, 1, 1}, .group = {.off = true}}, DECLINE_GROUP},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_LEVEL, .group = {.month = 1}}, DECLINE_GROUP_MONTH},
        {{.reversed = true, .foreign = true, .state = CARD_BLOCKED, .sum = 1, .money = MONEY_FROZEN}, DECLINE_REVERSED},
        {{.foreign = true, .state = CARD_BLOCKED, .sum = 1, .money = MONEY_FROZEN}, DECLINE_CURRENCY},
        {{.state = CARD_FROZEN, .sum = 2, .money = MONEY_FROZEN, .place = PLACE_INTERNET, .limits = {1, 1, 1}},
         DECLINE_FROZEN},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_FROZEN, .place = PLACE_INTERNET, .limits = {1, 1, 1}},
         DECLINE_MONEY_FROZEN},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_LEVEL, .place = PLACE_CASH, .limits = {1, 1, 1}},
         DECLINE_CASH},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_LEVEL, .limits = {1, 1, 1}}, DECLINE_OPERATION},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_LEVEL, .limits = {2, 1, 1}}, DECLINE_DAY},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_LEVEL, .limits = {2, 2, 1}}, DECLINE_MONTH},
        {{.state = CARD_ACTIVE, .sum = 2, .money = MONEY_NOT_ENOUGH, .cooled = true}, DECLINE_NOT_ENOUGH},
    };
    decide(rows, sizeof rows / sizeof *rows);
}

static void shops(void **state) {
    (void)state;
    static const struct {
        const char *category, *group;
    } rows[] = {{"7995", "gambling"}, {"7802", "gambling"}, {"7803", "other"},  {"6051", "money"},  {"4829", "money"},
                {"5813", "alcohol"},  {"5812", "cafes"},    {"5816", "games"},  {"3000", "travel"}, {"7033", "travel"},
                {"5967", "adult"},    {"5411", "other"},    {"0000", "other"},  {"", "other"},      {"abcd", "other"},
                {"79955", "other"},   {"-995", "other"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(shop_group_name(shop_group_of(text_from(rows[i].category))), rows[i].group);
}

static void left(void **state) {
    (void)state;
    static const struct {
        int64_t most, spent, left;
    } rows[] = {{0, 5, -1}, {10, 0, 10}, {10, 4, 6}, {10, 10, 0}, {10, 12, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(limit_left(rows[i].most, rows[i].spent), rows[i].left);
}

static void freezes(void **state) {
    (void)state;
    static const struct {
        struct date today, chosen;
        bool good;
    } rows[] = {
        {{2026, 11, 29}, {2026, 11, 29}, false}, {{2026, 11, 29}, {2026, 11, 30}, true},
        {{2026, 11, 29}, {2027, 2, 28}, true},   {{2026, 11, 29}, {2027, 3, 1}, false}, /* February is short */
        {{2026, 12, 15}, {2027, 3, 15}, true},   {{2026, 12, 15}, {2027, 3, 16}, false},
        {{2026, 12, 15}, {2025, 12, 16}, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(freeze_day_good(rows[i].today, 3, rows[i].chosen), rows[i].good);
}

static void clearings(void **state) {
    (void)state;
    static const struct {
        struct card_sums sums;
        int64_t claimed;
        struct clearing_split split;
    } rows[] = {
        /* approved and held: all, a part, the second part */
        {{.known = true, .sum = 1000, .held = 1000}, 1000, {.capture = 1000}},
        {{.known = true, .sum = 1000, .held = 1000}, 400, {.capture = 400}},
        {{.known = true, .sum = 1000, .held = 600, .cleared = 400}, 600, {.capture = 600}},
        /* more than approved: up to 15 %, then not */
        {{.known = true, .sum = 1000, .held = 1000}, 1150, {.capture = 1000, .owed = 150}},
        {{.known = true, .sum = 1000, .held = 1000}, 1151, {.capture = 1000, .questioned = 151}},
        {{.known = true, .sum = 1000, .cleared = 1000}, 150, {.owed = 150}},
        {{.known = true, .sum = 1000, .cleared = 1000}, 151, {.questioned = 151}},
        {{.known = true, .sum = 1000, .cleared = 1150}, 1, {.questioned = 1}}, /* the tolerance is used up */
        {{.known = true, .sum = 1000, .cleared = 1000}, 1000, {.questioned = 1000}},
        /* the hold has lapsed: owed all the same */
        {{.known = true, .sum = 1000}, 1000, {.owed = 1000}},
        {{.known = true, .sum = 1000}, 2000, {.owed = 1000, .questioned = 1000}},
        /* a part was taken back */
        {{.known = true, .sum = 1000, .held = 700, .reversed = 300}, 700, {.capture = 700}},
        {{.known = true, .sum = 1000, .held = 700, .reversed = 300}, 1000, {.capture = 700, .questioned = 300}},
        /* never asked for; refused */
        {{.usable = true}, 500, {.offline = 500}},
        {{.usable = false}, 500, {.questioned = 500}},
        {{.refused = true, .usable = true, .sum = 500}, 500, {.questioned = 500}},
        {{.refused = true, .sum = 500}, 500, {.questioned = 500}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct clearing_split split = clearing_split(&rows[i].sums, rows[i].claimed, 1500);
        assert_int_equal(split.capture, rows[i].split.capture);
        assert_int_equal(split.owed, rows[i].split.owed);
        assert_int_equal(split.offline, rows[i].split.offline);
        assert_int_equal(split.questioned, rows[i].split.questioned);
        assert_int_equal(split.capture + split.owed + split.offline + split.questioned, rows[i].claimed);
    }
}

static void reversals(void **state) {
    (void)state;
    static const struct {
        struct card_sums sums;
        int64_t refunded, back;
        struct reversal_split split;
    } rows[] = {
        {{.sum = 1000, .held = 1000}, 0, 1000, {.release = 1000}},
        {{.sum = 1000, .held = 1000}, 0, 300, {.release = 300}},
        {{.sum = 1000, .held = 600, .cleared = 400}, 0, 1000, {.release = 600, .refund = 400}},
        {{.sum = 1000, .cleared = 1000}, 0, 1000, {.refund = 1000}},
        {{.sum = 1000, .cleared = 1000}, 800, 1000, {.refund = 200, .nothing = 800}},
        {{.sum = 1000}, 0, 1000, {.nothing = 1000}}, /* lapsed: nothing to give back */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reversal_split split = reversal_split(&rows[i].sums, rows[i].refunded, rows[i].back);
        assert_int_equal(split.release, rows[i].split.release);
        assert_int_equal(split.refund, rows[i].split.refund);
        assert_int_equal(split.nothing, rows[i].split.nothing);
    }
}

static void backs(void **state) {
    (void)state;
    static const struct {
        int64_t sum, lent, paid;
        struct back_split split;
    } rows[] = {
        {1000, 0, 1000, {.his = 1000}},
        {400, 0, 1000, {.his = 400}},
        {1200, 0, 1000, {.his = 1000, .more = 200}},
        {1000, 1000, 1000, {.repaid = 1000}},
        {400, 1000, 1000, {.repaid = 400}},
        {1000, 600, 1000, {.repaid = 600, .his = 400}},
        {1200, 600, 1000, {.repaid = 600, .his = 400, .more = 200}},
        {500, 0, 0, {.more = 500}}, /* he has it back already */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct back_split split = back_split(rows[i].sum, rows[i].lent, rows[i].paid);
        assert_int_equal(split.repaid, rows[i].split.repaid);
        assert_int_equal(split.his, rows[i].split.his);
        assert_int_equal(split.more, rows[i].split.more);
    }
}

static void holders(void **state) {
    (void)state;
    static const struct {
        const char *typed, *holder; /* NULL: cannot be embossed */
    } rows[] = {
        {"Ivan Petrov", "IVAN PETROV"}, {"  anna-maria   o'neil ", "ANNA-MARIA O'NEIL"}, {"J. R. Doe", "J. R. DOE"},
        {"Иван Петров", NULL},          {"I", NULL},                                     {"", NULL},
        {"IVAN2", NULL},                {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZA", NULL}};
    struct arena *arena = arena_new(64 * 1024);
    assert_non_null(arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text holder;
        assert_int_equal(card_holder(arena, text_from(rows[i].typed), &holder), rows[i].holder != NULL);
        if (rows[i].holder != NULL) assert_true(text_is(holder, rows[i].holder));
    }
    arena_free(arena);
}

static void latin_names(void **state) {
    static const struct {
        const char *name, *surname, *holder;
    } rows[] = {
        {"Анна", "Королёва", "ANNA KOROLEVA"},
        {"Юлия", "Щукина-Хьюз", "IULIIA SHCHUKINA-KHIUZ"},
        {"Объездчик", "Ый", "OBIEEZDCHIK YI"},
        {"Илья", " Эйхе ", "ILIA EIKHE"},
        {"Пантелеймон", "Преображенский", "P PREOBRAZHENSKII"},
        {"Мария", "Преображенская-Крестовоздвиженская", "M PREOBRAZHENSKAIA-KRESTOV"},
        {"Ivan", "Petrov", "IVAN PETROV"},
        {"", "Королёва", NULL},
        {"Анна", "Ґонта", NULL},
        {"Анна", "王", NULL},
        {"Анна", "<script>", NULL},
    };
    (void)state;
    struct arena *arena = arena_new(64 * 1024);
    assert_non_null(arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text holder = TEXT_NONE;
        assert_int_equal(card_holder_of(arena, text_from(rows[i].name), text_from(rows[i].surname), &holder),
                         rows[i].holder != NULL);
        if (rows[i].holder != NULL) assert_true(text_is(holder, rows[i].holder));
    }
    arena_free(arena);
}

/* Forward, and between office and courier; never back to its making, never handed over unseen or twice. */
static void deliveries(void **state) {
    static const char *const rows[] = {"......", "..1...", "...11.", "....11", "...1.1", "......"};
    (void)state;
    for (int now = 0; now < DELIVERY_COUNT; now++)
        for (int next = 0; next < DELIVERY_COUNT; next++)
            assert_int_equal(delivery_may((enum delivery)now, (enum delivery)next), rows[now][next] == '1');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions), cmocka_unit_test(precedence), cmocka_unit_test(shops),
        cmocka_unit_test(left),      cmocka_unit_test(freezes),    cmocka_unit_test(clearings),
        cmocka_unit_test(reversals), cmocka_unit_test(backs),      cmocka_unit_test(holders),
        cmocka_unit_test(latin_names), cmocka_unit_test(deliveries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

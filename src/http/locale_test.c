/* locale_test.c: sums, dates, plurals and languages as people read them; ICU itself is the judge where it has a say. */
#include "generated/strings_http.h"
#include "generated/strings_wallet.h"
#include "http/locale_data.h"
#include "http/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#define NBSP "\u00A0"

static struct arena *arena;
static struct locale locale;

static int begin(void **state) {
    (void)state;
    arena = arena_new(1 << 20);
    const struct zone *zone = zone_named("Europe/Moscow");
    moment now = moment_of((struct civil){.date = {2026, 11, 5}, .hour = 0, .minute = 30}, zone);
    locale = (struct locale){LANGUAGE_RU, zone, now};
    return arena == NULL;
}

static int end(void **state) {
    (void)state;
    arena_free(arena);
    return 0;
}

static const char *draw(const struct node *node, enum value_style style) {
    struct buffer out = buffer_new(arena, 8);
    locale_value(&out, &locale, node, style);
    return text_copy(arena, buffer_text(&out)).data;
}

static const struct node *sum_node(int64_t minor, enum currency currency) {
    struct node *document = doc_new(arena);
    doc_money(document, "sum", (struct money){minor, currency});
    return document->first;
}

static void sums(void **state) {
    (void)state;
    static const struct {
        int64_t minor;
        enum value_style style;
        const char *russian, *english;
    } table[] = {
        {150000, STYLE_PEOPLE, "1" NBSP "500,00" NBSP "₽", "₽1,500.00"},
        {150000, STYLE_SHORT, "1" NBSP "500" NBSP "₽", "₽1,500"},
        {150050, STYLE_SHORT, "1" NBSP "500,50" NBSP "₽", "₽1,500.50"},
        {150000, STYLE_SIGNED, "+1" NBSP "500,00" NBSP "₽", "+₽1,500.00"},
        {-150000, STYLE_SIGNED, "−1" NBSP "500,00" NBSP "₽", "−₽1,500.00"},
        {-5, STYLE_PEOPLE, "−0,05" NBSP "₽", "−₽0.05"},
        {0, STYLE_SIGNED, "0,00" NBSP "₽", "₽0.00"},
        {99999, STYLE_PEOPLE, "999,99" NBSP "₽", "₽999.99"},
        {100000000, STYLE_PEOPLE, "1" NBSP "000" NBSP "000,00" NBSP "₽", "₽1,000,000.00"},
        {150000, STYLE_PLAIN, "1500.00", "1500.00"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        locale.language = LANGUAGE_RU;
        assert_string_equal(draw(sum_node(table[i].minor, CURRENCY_RUB), table[i].style), table[i].russian);
        locale.language = LANGUAGE_EN;
        assert_string_equal(draw(sum_node(table[i].minor, CURRENCY_RUB), table[i].style), table[i].english);
    }
    locale.language = LANGUAGE_RU;
    assert_string_equal(draw(sum_node(1, CURRENCY_USD), STYLE_PEOPLE), "0,01" NBSP "$");
    assert_string_equal(draw(sum_node(1, CURRENCY_EUR), STYLE_PEOPLE), "0,01" NBSP "€");
}

/* Our fast drawing and ICU's own formatter, sum by sum. */
static void sums_as_icu(void **state) {
    (void)state;
    UErrorCode status = U_ZERO_ERROR;
    UNumberFormat *format = unum_open(UNUM_CURRENCY, NULL, 0, "ru_RU", NULL, &status);
    UChar code[4] = {'R', 'U', 'B', 0};
    int64_t sums[] = {0, 1, 99, 100, 12345, 99999999, 100000000, INT64_C(987654321012345), MONEY_MAX};
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        struct text decimal = money_decimal(arena, rub(sums[i]));
        UChar wide[64];
        char wanted[192];
        unum_setTextAttribute(format, UNUM_CURRENCY_CODE, code, 3, &status);
        int32_t length = unum_formatDecimal(format, decimal.data, (int32_t)decimal.size, wide, 64, NULL, &status);
        u_strToUTF8(wanted, sizeof wanted, NULL, wide, length, &status);
        assert_true(U_SUCCESS(status));
        assert_string_equal(draw(sum_node(sums[i], CURRENCY_RUB), STYLE_PEOPLE), wanted);
    }
    unum_close(format);
}

static void moments(void **state) {
    (void)state;
    static const struct {
        struct civil civil;
        enum value_style style;
        const char *russian, *english;
    } table[] = {
        {{{2026, 11, 5}, 0, 0, 0, 0}, STYLE_PEOPLE, "сегодня, 00:00", "today, 00:00"},
        {{{2026, 11, 5}, 14, 5, 59, 0}, STYLE_PEOPLE, "сегодня, 14:05", "today, 14:05"},
        {{{2026, 11, 4}, 23, 59, 59, 999999}, STYLE_PEOPLE, "вчера, 23:59", "yesterday, 23:59"},
        {{{2026, 11, 3}, 14, 5, 0, 0}, STYLE_PEOPLE, "3 ноября, 14:05", "3 November, 14:05"},
        {{{2026, 11, 6}, 9, 0, 0, 0}, STYLE_PEOPLE, "6 ноября, 09:00", "6 November, 09:00"},
        {{{2025, 11, 3}, 14, 5, 0, 0}, STYLE_PEOPLE, "3 ноября 2025, 14:05", "3 November 2025, 14:05"},
        {{{2026, 11, 5}, 14, 5, 0, 0}, STYLE_DAY, "Сегодня", "Today"},
        {{{2026, 11, 4}, 14, 5, 0, 0}, STYLE_DAY, "Вчера", "Yesterday"},
        {{{2026, 5, 1}, 14, 5, 0, 0}, STYLE_DAY, "1 мая", "1 May"},
        {{{2025, 12, 31}, 14, 5, 0, 0}, STYLE_DAY, "31 декабря 2025", "31 December 2025"},
        {{{2026, 11, 5}, 14, 5, 0, 0}, STYLE_DATE, "5 ноября 2026", "5 November 2026"},
        {{{2026, 11, 5}, 9, 5, 0, 0}, STYLE_TIME, "09:05", "09:05"},
        {{{2026, 11, 5}, 14, 5, 0, 0}, STYLE_PLAIN, "2026-11-05T11:05:00.000Z", "2026-11-05T11:05:00.000Z"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct node *document = doc_new(arena);
        doc_moment(document, "at", moment_of(table[i].civil, locale.zone));
        locale.language = LANGUAGE_RU;
        assert_string_equal(draw(document->first, table[i].style), table[i].russian);
        locale.language = LANGUAGE_EN;
        assert_string_equal(draw(document->first, table[i].style), table[i].english);
    }
}

static void dates_and_numbers(void **state) {
    (void)state;
    struct node *document = doc_new(arena);
    doc_date(document, "date", (struct date){2026, 11, 3});
    doc_int(document, "number", -1234567);
    doc_id(document, "id", 1234567);
    locale.language = LANGUAGE_RU;
    assert_string_equal(draw(doc_get(document, "date"), STYLE_PEOPLE), "3 ноября 2026");
    assert_string_equal(draw(doc_get(document, "number"), STYLE_PEOPLE), "−1" NBSP "234" NBSP "567");
    assert_string_equal(draw(doc_get(document, "number"), STYLE_PLAIN), "-1234567");
    assert_string_equal(draw(doc_get(document, "id"), STYLE_PEOPLE), "1234567");
}

static void plural_forms(void **state) {
    (void)state;
    static const struct {
        int64_t number;
        int scale;
        const char *russian, *english;
    } table[] = {
        {0, 0, "many", "other"},       {1, 0, "one", "one"},           {2, 0, "few", "other"},
        {5, 0, "many", "other"},       {11, 0, "many", "other"},       {21, 0, "one", "other"},
        {22, 0, "few", "other"},       {111, 0, "many", "other"},      {-1, 0, "one", "one"},
        {1000001, 0, "one", "other"},  {2000011, 0, "many", "other"},  {INT64_MAX, 0, "many", "other"},
        {150, 2, "other", "other"},    {100, 2, "one", "one"},         {2100, 2, "one", "other"},
        {-150, 2, "other", "other"},   {INT64_MIN, 0, "many", "other"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_string_equal(locale_plural(LANGUAGE_RU, false, table[i].number, table[i].scale), table[i].russian);
        assert_string_equal(locale_plural(LANGUAGE_EN, false, table[i].number, table[i].scale), table[i].english);
    }
    assert_string_equal(locale_plural(LANGUAGE_EN, true, 3, 0), "few"); /* 3rd */
    assert_string_equal(locale_plural(LANGUAGE_RU, true, 3, 0), "other");
}

/* {count, plural, =0 {пусто} one {# раз у {who}} few {# раза} many {# раз} other {# раза}} and a selection around. */
static const struct message_part part_number_times[] = {
    {.kind = MESSAGE_NUMBER},
    {.kind = MESSAGE_TEXT, .text = {" x ", 3}},
    {.kind = MESSAGE_VALUE, .name = "who"},
};
static const struct message_part part_zero[] = {{.kind = MESSAGE_TEXT, .text = {"none", 4}}};
static const struct message_part part_few[] = {{.kind = MESSAGE_NUMBER}, {.kind = MESSAGE_TEXT, .text = {" few", 4}}};
static const struct message_part part_other[] = {{.kind = MESSAGE_TEXT, .text = {"other", 5}}};
static const struct message_case plural_cases[] = {
    {"=0", {part_zero, 1}}, {"one", {part_number_times, 3}}, {"few", {part_few, 2}}, {"other", {part_other, 1}}};
static const struct message_part part_plural[] = {
    {.kind = MESSAGE_PLURAL, .name = "count", .cases = plural_cases, .case_count = 4}};
static const struct message_case select_cases[] = {{"yes", {part_plural, 1}}, {"other", {part_other, 1}}};
static const struct message_part part_select[] = {
    {.kind = MESSAGE_TEXT, .text = {"<", 1}},
    {.kind = MESSAGE_SELECT, .name = "shown", .cases = select_cases, .case_count = 2},
    {.kind = MESSAGE_TEXT, .text = {">", 1}}};

static void messages(void **state) {
    (void)state;
    static const struct {
        int64_t count;
        const char *shown, *wanted;
    } table[] = {
        {0, "yes", "<none>"},  {1, "yes", "<1 x Анна>"}, {2, "yes", "<2 few>"},
        {5, "yes", "<other>"}, {1, "no", "<other>"},     {1001, "yes", "<1" NBSP "001 x Анна>"},
    };
    locale.language = LANGUAGE_RU;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct node *document = doc_new(arena);
        doc_int(document, "count", table[i].count);
        doc_text(document, "shown", text_from(table[i].shown));
        doc_text(document, "who", TEXT("Анна"));
        struct string_argument arguments[] = {{"who", doc_get(document, "who")},
                                              {"count", doc_get(document, "count")},
                                              {"shown", doc_get(document, "shown")}};
        struct buffer out = buffer_new(arena, 8);
        struct message message = {part_select, 3};
        message_write(&out, &locale, &message, arguments, 3);
        assert_string_equal(text_copy(arena, buffer_text(&out)).data, table[i].wanted);
    }
}

static void strings_by_key(void **state) {
    (void)state;
    locale.language = LANGUAGE_RU;
    assert_true(text_is(string_get(arena, &locale, S_http_day_today, NULL, 0), "Сегодня"));
    locale.language = LANGUAGE_EN;
    assert_true(text_is(string_get(arena, &locale, S_http_day_today, NULL, 0), "Today"));
    struct node *document = doc_new(arena);
    doc_int(document, "status", 404);
    struct string_argument argument = {"status", document->first};
    assert_true(text_is(string_get(arena, &locale, S_http_problem_title, &argument, 1), "There is no such page"));
    assert_true(text_is(string_get(arena, &locale, S_none, NULL, 0), ""));
    int drawn = 0;
    for (int group = 1; group < message_group_count; group++)
        for (int place = 0; place < message_groups[group].count; place++) {
            string_id id = group << MESSAGE_GROUP_BITS | place;
            const struct message *message = &message_row(id)->languages[LANGUAGE_EN];
            if (message->count != 1 || message->parts[0].kind != MESSAGE_TEXT) continue;
            assert_true(string_get(arena, &locale, id, NULL, 0).size > 0);
            drawn++;
        }
    assert_true(drawn > 1000);
    assert_null(message_row(message_groups[1].count | 1 << MESSAGE_GROUP_BITS));
    assert_null(message_row(message_group_count << MESSAGE_GROUP_BITS));
}

/* Where money lies on an account it is said so, whatever case the word stands in; all else is said as ever. */
static void words_of_accounts(void **state) {
    static const struct {
        string_id id;
        enum language language;
        const char *wallet, *account;
    } table[] = {
        {S_wallet_account_main, LANGUAGE_RU, "Кошелёк", "Счёт"},
        {S_wallet_account_main, LANGUAGE_EN, "Wallet", "Account"},
        {S_wallet_kind_own, LANGUAGE_RU, "Между своими кошельками", "Между своими счетами"},
        {S_wallet_claim_wallet, LANGUAGE_RU, "В кошелёк", "На счёт"},
        {S_wallet_landing_sign_up, LANGUAGE_EN, "Open a wallet", "Open an account"},
        {S_http_day_today, LANGUAGE_RU, "Сегодня", "Сегодня"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        locale.language = table[i].language;
        locale_words(WORDS_ACCOUNT);
        assert_true(text_is(string_get(arena, &locale, table[i].id, NULL, 0), table[i].account));
        locale_words(WORDS_WALLET);
        assert_true(text_is(string_get(arena, &locale, table[i].id, NULL, 0), table[i].wallet));
    }
}

static void languages(void **state) {
    (void)state;
    static const struct {
        const char *accept;
        enum language fallback, wanted;
    } table[] = {
        {NULL, LANGUAGE_RU, LANGUAGE_RU},
        {"", LANGUAGE_EN, LANGUAGE_EN},
        {"en", LANGUAGE_RU, LANGUAGE_EN},
        {"en-US,en;q=0.9,ru;q=0.8", LANGUAGE_RU, LANGUAGE_EN},
        {"de, ru;q=0.5, en;q=0.7", LANGUAGE_RU, LANGUAGE_EN},
        {"ru-RU , en ; q=0.9", LANGUAGE_EN, LANGUAGE_RU},
        {"EN-gb", LANGUAGE_RU, LANGUAGE_EN},
        {"en;q=0, ru;q=0.001", LANGUAGE_EN, LANGUAGE_RU},
        {"en;q=0", LANGUAGE_EN, LANGUAGE_EN},
        {"de,fr", LANGUAGE_RU, LANGUAGE_RU},
        {"*", LANGUAGE_EN, LANGUAGE_EN},
        {"english", LANGUAGE_RU, LANGUAGE_RU},
        {"en;q=x, ru;q=0.1", LANGUAGE_EN, LANGUAGE_RU},
        {"en;q=2, ru;q=0.1", LANGUAGE_EN, LANGUAGE_RU},
        {",,;q=,en", LANGUAGE_RU, LANGUAGE_EN},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(language_negotiate(text_from(table[i].accept), table[i].fallback), table[i].wanted);
    }
    assert_string_equal(language_tag(LANGUAGE_EN), "en");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sums, begin, end),
        cmocka_unit_test_setup_teardown(sums_as_icu, begin, end),
        cmocka_unit_test_setup_teardown(moments, begin, end),
        cmocka_unit_test_setup_teardown(dates_and_numbers, begin, end),
        cmocka_unit_test_setup_teardown(plural_forms, begin, end),
        cmocka_unit_test_setup_teardown(messages, begin, end),
        cmocka_unit_test_setup_teardown(strings_by_key, begin, end),
        cmocka_unit_test_setup_teardown(words_of_accounts, begin, end),
        cmocka_unit_test_setup_teardown(languages, begin, end),
    };
    return cmocka_run_group_tests_name("locale", tests, NULL, NULL);
}

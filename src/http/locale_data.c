/* locale_data.c: asks ICU for all that drawing needs, once per language. ICU's data is part of its library, so that a
 * failure here is a broken installation: a failed check. */
#include "http/locale_data.h"

#include "base/check.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucurr.h>
#include <unicode/udat.h>
#include <unicode/udatpg.h>
#include <unicode/unum.h>
#include <unicode/unumberformatter.h>
#include <unicode/upluralrules.h>
#include <unicode/ustring.h>

/* en_GB: day before month and a day of 24 hours, as people who live in Russia are used to. */
static const char *const icu_names[LANGUAGE_COUNT] = {[LANGUAGE_RU] = "ru_RU", [LANGUAGE_EN] = "en_GB"};

static struct {
    struct locale_data data;
    UPluralRules *cardinal, *ordinal;
    UNumberFormatter *numbers;
} languages[LANGUAGE_COUNT];

static pthread_once_t loaded = PTHREAD_ONCE_INIT;

static void to_utf8(char *out, size_t room, const UChar *text, int32_t length) {
    UErrorCode status = U_ZERO_ERROR;
    u_strToUTF8(out, (int32_t)room, NULL, text, length, &status);
    check(U_SUCCESS(status) && status != U_STRING_NOT_TERMINATED_WARNING);
}

static void load_symbol(UNumberFormat *format, UNumberFormatSymbol symbol, char *out, size_t room) {
    UChar text[8];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = unum_getSymbol(format, symbol, text, 8, &status);
    check(U_SUCCESS(status));
    to_utf8(out, room, text, length);
}

/* Where the sign ¤ stands in the pattern: "#,##0.00 ¤" or "¤#,##0.00", with what lies between. */
static void load_currency(const char *pattern, const char *name, enum currency currency, size_t at,
                          struct locale_data *data) {
    UChar code[4];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_choice;
    int32_t length;
    u_charsToUChars(currency_code(currency).data, code, 3);
    code[3] = 0;
    const UChar *sign = ucurr_getName(code, name, UCURR_NARROW_SYMBOL_NAME, &is_choice, &length, &status);
    check(U_SUCCESS(status));
    char text[12];
    to_utf8(text, sizeof text, sign, length);

    const char *place = strstr(pattern, "\xC2\xA4"), *first = strchr(pattern, '#'), *last = strrchr(pattern, '0');
    check(place != NULL && first != NULL && last != NULL);
    struct text blank = place < first ? (struct text){place + 2, (size_t)(first - place - 2)}
                                      : (struct text){last + 1, (size_t)(place - last - 1)};
    data->currencies[at].currency = currency;
    char *out = place < first ? data->currencies[at].before : data->currencies[at].after;
    size_t size = strlen(text);
    check(size + blank.size < sizeof data->currencies[at].before);
    memcpy(out + (place < first ? 0 : blank.size), text, size);
    memcpy(out + (place < first ? size : 0), blank.data, blank.size);
}

static void load_numbers(const char *name, struct locale_data *data) {
    UErrorCode status = U_ZERO_ERROR;
    UNumberFormat *format = unum_open(UNUM_CURRENCY, NULL, 0, name, NULL, &status);
    check(U_SUCCESS(status));
    load_symbol(format, UNUM_MONETARY_GROUPING_SEPARATOR_SYMBOL, data->group, sizeof data->group);
    load_symbol(format, UNUM_MONETARY_SEPARATOR_SYMBOL, data->decimal, sizeof data->decimal);
    UChar wide[LOCALE_NAME_SIZE];
    char pattern[LOCALE_NAME_SIZE * 3];
    int32_t length = unum_toPattern(format, 0, wide, LOCALE_NAME_SIZE, &status);
    check(U_SUCCESS(status));
    to_utf8(pattern, sizeof pattern, wide, length);
    load_currency(pattern, name, CURRENCY_RUB, 0, data);
    load_currency(pattern, name, CURRENCY_USD, 1, data);
    load_currency(pattern, name, CURRENCY_EUR, 2, data);
    unum_close(format);
}

/* The language's own order for these parts, without what follows the last of them: «3 ноября 2026», not «… 2026 г.». */
static void load_pattern(UDateTimePatternGenerator *generator, const char *skeleton, struct locale_pattern *pattern) {
    UChar wanted[16], found[LOCALE_NAME_SIZE];
    UErrorCode status = U_ZERO_ERROR;
    u_charsToUChars(skeleton, wanted, (int32_t)strlen(skeleton) + 1);
    int32_t length = udatpg_getBestPattern(generator, wanted, -1, found, LOCALE_NAME_SIZE, &status);
    check(U_SUCCESS(status));
    to_utf8(pattern->letters, sizeof pattern->letters, found, length);
    size_t last = strlen(pattern->letters);
    while (last > 0 && strchr("dMy", pattern->letters[last - 1]) == NULL) last--;
    pattern->letters[last] = 0;
    check(strchr(pattern->letters, '\'') == NULL);
}

static void load_dates(const char *name, struct locale_data *data) {
    UErrorCode status = U_ZERO_ERROR;
    UDateFormat *format = udat_open(UDAT_LONG, UDAT_LONG, name, NULL, 0, NULL, 0, &status);
    UDateTimePatternGenerator *generator = udatpg_open(name, &status);
    check(U_SUCCESS(status));
    for (int month = 0; month < 12; month++) {
        UChar text[LOCALE_NAME_SIZE];
        int32_t length = udat_getSymbols(format, UDAT_MONTHS, month, text, LOCALE_NAME_SIZE, &status);
        check(U_SUCCESS(status));
        to_utf8(data->months[month], LOCALE_NAME_SIZE, text, length);
    }
    load_pattern(generator, "MMMMd", &data->day_month);
    load_pattern(generator, "yMMMMd", &data->full_date);
    udatpg_close(generator);
    udat_close(format);
}

static void load(void) {
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        const char *name = icu_names[i];
        UErrorCode status = U_ZERO_ERROR;
        load_numbers(name, &languages[i].data);
        load_dates(name, &languages[i].data);
        languages[i].cardinal = uplrules_openForType(name, UPLURAL_TYPE_CARDINAL, &status);
        languages[i].ordinal = uplrules_openForType(name, UPLURAL_TYPE_ORDINAL, &status);
        UChar skeleton[32];
        u_uastrcpy(skeleton, "precision-unlimited");
        languages[i].numbers = unumf_openForSkeletonAndLocale(skeleton, -1, name, &status);
        check(U_SUCCESS(status));
    }
}

const struct locale_data *locale_data(enum language language) {
    check((unsigned)language < LANGUAGE_COUNT);
    pthread_once(&loaded, load);
    return &languages[language].data;
}

/* ICU's keyword as one of our literals. */
static const char *keyword(const UChar *found, int32_t length) {
    static const char *const known[] = {"zero", "one", "two", "few", "many", "other"};
    char text[16];
    check(length < (int32_t)sizeof text);
    u_UCharsToChars(found, text, length);
    text[length] = 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i], text) == 0) return known[i];
    }
    return "other";
}

/* Numbers with decimals: 1.5. Rare (sums alone have them), so ICU may take its time. */
static int32_t select_decimal(int number, const UPluralRules *rules, int64_t value, int scale, UChar *found,
                              int32_t room) {
    UErrorCode status = U_ZERO_ERROR;
    char decimal[48] = {0};
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t at = sizeof decimal - 1;
    for (int i = 0; i < scale || magnitude > 0 || i == scale; i++) {
        if (i == scale) decimal[--at] = '.';
        decimal[--at] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    }
    UFormattedNumber *result = unumf_openResult(&status);
    unumf_formatDecimal(languages[number].numbers, decimal + at, -1, result, &status);
    int32_t length = uplrules_selectFormatted(rules, result, found, room, &status);
    check(U_SUCCESS(status));
    unumf_closeResult(result);
    return length;
}

const char *locale_plural(enum language language, bool ordinal, int64_t number, int scale) {
    locale_data(language);
    const UPluralRules *rules = ordinal ? languages[language].ordinal : languages[language].cardinal;
    int64_t unit = 1;
    for (int i = 0; i < scale; i++) unit *= 10;
    UChar found[16];
    int32_t length;
    if (number % unit != 0) {
        length = select_decimal((int)language, rules, number, scale, found, 16);
    } else {
        /* The rules look at no more than the last six digits, and whether there are more. */
        int64_t whole = number / unit;
        bool large = whole >= 1000000 || whole <= -1000000;
        whole %= 1000000;
        if (whole < 0) whole = -whole;
        if (large) whole += 1000000;
        UErrorCode status = U_ZERO_ERROR;
        length = uplrules_select(rules, (int32_t)whole, found, 16, &status);
        check(U_SUCCESS(status));
    }
    return keyword(found, length);
}

/* locale.h: how a language writes sums, moments and numbers, and the strings by key. ICU behind it.
 *
 * Strings stand beside their feature in strings/ru.txt and strings/en.txt ("key = ICU message"); the build makes
 * enumerators out of the keys (S_wallet_home_title for wallet.home.title) and fails when a key lacks a language. */
#pragma once

#include "http/document.h"

enum language { LANGUAGE_RU, LANGUAGE_EN, LANGUAGE_COUNT };

/* A string's number: an enumerator of its feature's generated strings_….h. */
typedef int string_id;
enum { S_none };

struct locale {
    enum language language;
    const struct zone *zone;
    moment now; /* for «сегодня», «вчера» */
};

/* What is said of where people's money lies: strings are written for wallets; src/http/words has the words that others
 * need. Set once, before there are threads. */
enum money_words { WORDS_WALLET, WORDS_ACCOUNT };
void locale_words(enum money_words words);

const char *language_tag(enum language language); /* "ru", "en" */
bool language_from(struct text tag, enum language *language); /* "ru", "ru-RU", … */
/* The best of Accept-Language (RFC 9110 §12.5.4), else the fallback. */
enum language language_negotiate(struct text accept_language, enum language fallback);

/* The named arguments of a message: {sum}, {count, plural, one {# перевод} few {…} other {…}}. */
struct string_argument {
    const char *name;
    const struct node *value;
};

/* The message in the locale's language with its arguments put in (not escaped). A missing argument is a failed check
 * in debug builds, its name in braces in release. */
struct text string_get(struct arena *arena, const struct locale *locale, string_id id,
                       const struct string_argument *arguments, size_t count);

/* «1 500,00 ₽» / "₽1,500.00"; whole sums keep their kopecks. Blanks inside are no-break, a minus is U+2212, which is
 * read aloud. */
void locale_money(struct buffer *out, const struct locale *locale, struct money money);
void locale_number(struct buffer *out, const struct locale *locale, int64_t number);
/* «сегодня, 14:05», «3 ноября, 14:05», with the year when another */
void locale_moment(struct buffer *out, const struct locale *locale, moment at);
void locale_date(struct buffer *out, const struct locale *locale, struct date date); /* «3 ноября 2026» */
/* a heading: «Сегодня», «Вчера», «3 ноября» */
void locale_day(struct buffer *out, const struct locale *locale, struct date date);
void locale_time(struct buffer *out, const struct locale *locale, moment at);        /* «14:05» */

/* How a value is written where its kind alone does not say it. */
enum value_style {
    STYLE_PEOPLE, /* money, moments, dates and numbers as above */
    STYLE_SHORT,  /* a whole sum without its kopecks: «1 500 ₽» */
    STYLE_PLAIN,  /* as in JSON: 1500.00, 2026-11-03T11:05:00.000Z, 17 */
    STYLE_SIGNED, /* a sum with + or − */
    STYLE_DAY,    /* a moment's or date's locale_day */
    STYLE_DATE,   /* a moment's date */
    STYLE_TIME,   /* a moment's time */
};

/* Not escaped. Objects and arrays are a failed check. */
void locale_value(struct buffer *out, const struct locale *locale, const struct node *node, enum value_style style);

/* say.c: loans in words, as pages, papers and messages say them. */
#include "products/loans/loans.h"

#include "levels/levels.h"
#include "onboarding/onboarding.h"

#define ARGUMENTS 12
#define DAYS_OF_RATE 365

struct text loans_say(struct arena *arena, const struct locale *locale, string_id text) {
    return string_get(arena, locale, text, NULL, 0);
}

struct text loans_say_with(struct arena *arena, const struct locale *locale, string_id text,
                           const struct node *values) {
    struct string_argument arguments[ARGUMENTS];
    size_t count = 0;
    for (const struct node *each = values->first; each != NULL && count < ARGUMENTS; each = each->next)
        arguments[count++] = (struct string_argument){each->name, each};
    return string_get(arena, locale, text, arguments, count);
}

/* As the language writes a decimal's point; the text ends in NUL. */
static struct text decimal_words(struct arena *arena, const struct locale *locale, struct text text) {
    char *written = arena_copy(arena, text.data, text.size + 1);
    for (size_t i = 0; i < text.size; i++)
        if (written[i] == '.' && locale->language == LANGUAGE_RU) written[i] = ',';
    return (struct text){written, text.size};
}

struct text loans_money_words(struct arena *arena, const struct locale *locale, int64_t sum) {
    struct buffer out = buffer_new(arena, 32);
    locale_money(&out, locale, rub(sum));
    return buffer_text(&out);
}

struct text loans_date_words(struct arena *arena, const struct locale *locale, int64_t day) {
    struct buffer out = buffer_new(arena, 32);
    locale_date(&out, locale, date_from_days(day));
    return buffer_text(&out);
}

struct text loans_term_words(struct arena *arena, const struct locale *locale, const struct credit_terms *terms,
                             int64_t term) {
    struct node *values = doc_new(arena);
    doc_int(values, "count", terms->length > 0 ? term * terms->length : term);
    return loans_say_with(arena, locale, terms->unit == SCHEDULE_DAYS ? S_loans_days : S_loans_months, values);
}

struct text loans_rate_words(struct arena *arena, const struct locale *locale, int64_t rate, bool daily) {
    struct node *values = doc_new(arena);
    doc_text(values, "rate", decimal_words(arena, locale, rate_text(arena, daily ? rate / DAYS_OF_RATE : rate)));
    return loans_say_with(arena, locale, daily ? S_loans_rate_day : S_loans_rate_year, values);
}

struct text loans_psk_words(struct arena *arena, const struct locale *locale, int64_t psk) {
    return decimal_words(arena, locale,
                         text_format(arena, "%lld.%03lld", (long long)(psk / 1000), (long long)(psk % 1000)));
}

struct text loans_person(struct engine *engine, struct tx *tx, int64_t customer, int detail) {
    struct answers known;
    if (engine_enabled(engine, "levels") && level_known(engine, tx, customer, &known) &&
        known.of[detail].data != NULL)
        return known.of[detail];
    if (!engine_enabled(engine, "onboarding")) return TEXT_NONE;
    return onboarding_answer(engine, tx, customer, question_of((enum detail)detail)->name);
}

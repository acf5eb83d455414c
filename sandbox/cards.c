/* cards.c: the test cards and what is checked of a card before it is charged. */
#include "sandbox/sandbox.h"

#include "base/identifiers.h"
#include "generated/strings_sandbox.h"

/* All pass the Luhn check; the last four digits say what happens. */
const struct test_card test_cards[CARD_FAULTS] = {
    {"2200000000040000", CARD_PAYS, S_sandbox_card_pays},
    {"2200000000081111", CARD_DECLINES, S_sandbox_card_declines},
    {"2200000000022222", CARD_SLOW, S_sandbox_card_slow},
    {"2200000000063333", CARD_SILENT, S_sandbox_card_silent},
    {"2200000000004444", CARD_TWICE, S_sandbox_card_twice},
    {"2200000000025555", CARD_LATE, S_sandbox_card_late},
    {"2200000000066666", CARD_CONTRADICTS, S_sandbox_card_contradicts},
    {"2200000000007777", CARD_GARBAGE, S_sandbox_card_garbage},
    {"2200000000048888", CARD_DEAF, S_sandbox_card_deaf},
    {"2200000000089999", CARD_OTHER_SUM, S_sandbox_card_other_sum},
};

enum card_fault card_fault_of(struct text number) {
    if (number.size < 4) return CARD_PAYS;
    struct text ending = text_slice(number, number.size - 4, 4);
    for (size_t i = 0; i < CARD_FAULTS; i++)
        if (text_equal(ending, text_slice(text_from(test_cards[i].number), 12, 4))) return test_cards[i].fault;
    return CARD_PAYS;
}

static bool digits_only(struct text text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.size > 0;
}

enum card_problem card_check(struct text number, struct text expiry, struct text cvv, struct date today) {
    int64_t month, year;
    struct text year_text, month_text = text_split(expiry, '/', &year_text);
    if (number.size < 16 || number.size > 19 || !luhn_valid(number)) return CARD_BAD_NUMBER;
    if (month_text.size != 2 || year_text.size != 2 || !digits_only(month_text) || !digits_only(year_text))
        return CARD_BAD_EXPIRY;
    if (!text_to_int(month_text, &month) || !text_to_int(year_text, &year) || month < 1 || month > 12)
        return CARD_BAD_EXPIRY;
    if (2000 + year < today.year || (2000 + year == today.year && month < today.month)) return CARD_EXPIRED;
    return cvv.size == 3 && digits_only(cvv) ? CARD_FINE : CARD_BAD_CVV;
}

/* card_bank_rules.c: see card_bank_rules.h. */
#include "payments/card_bank_rules.h"

#define BIN_LEAST 4
#define BIN_DIGITS 9 /* of the 16 or more that a number has */

static bool bin_read(struct text text, char pad, int64_t *value) {
    *value = 0;
    if (text.size < BIN_LEAST || text.size > BIN_DIGITS) return false;
    for (size_t i = 0; i < BIN_DIGITS; i++) {
        char digit = i < text.size ? text.data[i] : pad;
        if (digit < '0' || digit > '9') return false;
        *value = *value * 10 + (digit - '0');
    }
    return true;
}

static bool range_read(struct text text, struct card_bank *bank) {
    struct text last, first = text_split(text, '-', &last);
    if (last.data == NULL) last = first;
    return first.size == last.size && bin_read(first, '0', &bank->from) && bin_read(last, '9', &bank->to) &&
           bank->from <= bank->to;
}

static bool sum_read(struct text text, int64_t *sum) {
    struct money money;
    if (text.data == NULL) return true; /* there is none */
    if (!money_parse(text, CURRENCY_RUB, &money)) return false;
    *sum = money.minor;
    return true;
}

static bool fee_read(struct text text, struct fee *fee) {
    struct text fixed, least, rest = text_split(text, '+', &fixed), percent = text_split(rest, '/', &least);
    *fee = (struct fee){0};
    return percent.size > 0 && sum_read(percent, &fee->percent_bp) && sum_read(least, &fee->least) &&
           sum_read(fixed, &fee->fixed) && fee_sound(fee);
}

bool card_bank_read(struct text line, struct card_bank *bank) {
    struct text rest, title, range = text_split(text_trim(line), ' ', &rest);
    struct text fee = text_split(text_trim(rest), ' ', &title);
    if (!range_read(range, bank) || !fee_read(fee, &bank->fee)) return false;
    bank->title = text_trim(title);
    return bank->title.size > 0 && bank->title.size <= 200 && text_valid_utf8(bank->title);
}

const struct card_bank *card_bank_of(const struct card_bank *banks, size_t count, struct text number) {
    const struct card_bank *found = NULL;
    int64_t bin;
    if (number.size < BIN_DIGITS || !bin_read(text_slice(number, 0, BIN_DIGITS), '0', &bin)) return NULL;
    for (size_t i = 0; i < count; i++) {
        const struct card_bank *bank = &banks[i];
        if (bin < bank->from || bin > bank->to) continue;
        if (found == NULL || bank->to - bank->from < found->to - found->from) found = bank;
    }
    return found;
}

const struct card_bank *card_bank_titled(const struct card_bank *banks, size_t count, struct text title) {
    for (size_t i = 0; i < count && title.size > 0; i++)
        if (text_equal(banks[i].title, title)) return &banks[i];
    return NULL;
}

/* provider_rules.c: see provider_rules.h. */
#include "payments/provider_rules.h"

#include "base/identifiers.h"
#include "base/phone.h"
#include "payments/pattern.h"

#include <string.h>

#define LENGTH_MOST 100
#define ACCOUNT_DIGITS 20

static struct text digits_of(struct arena *arena, struct text typed) {
    struct buffer out = buffer_new(arena, typed.size + 1);
    for (size_t i = 0; i < typed.size; i++)
        if (typed.data[i] != ' ' && typed.data[i] != '-') buffer_add_char(&out, typed.data[i]);
    return buffer_text(&out);
}

static bool all_digits(struct text text) {
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.size > 0;
}

bool uin_valid(struct text digits) {
    if (!all_digits(digits) || (digits.size != 20 && digits.size != 25)) return false;
    int sum[2] = {0, 0}, any = 0;
    for (size_t i = 0; i + 1 < digits.size; i++) {
        int digit = digits.data[i] - '0';
        any |= digit;
        sum[0] += digit * (int)(i % 10 + 1);
        sum[1] += digit * (int)((i + 2) % 10 + 1);
    }
    if (any == 0) return false;
    if (digits.size == 25) return true; /* of older forms, whose last digit is no key */
    int key = sum[0] % 11;
    if (key == 10) key = sum[1] % 11;
    if (key == 10) key = 0;
    return digits.data[digits.size - 1] - '0' == key;
}

static bool check_holds(enum value_check check, struct text value) {
    switch (check) {
    case CHECK_NONE: return true;
    case CHECK_LUHN: return all_digits(value) && luhn_valid(value);
    case CHECK_INN: return inn_valid(value);
    case CHECK_SNILS: return snils_valid(value);
    case CHECK_UIN: return uin_valid(value);
    case CHECK_BIK: return bik_valid(value);
    case CHECK_ACCOUNT:
    case CHECK_CORRESPONDENT: return all_digits(value) && value.size == ACCOUNT_DIGITS;
    case CHECK_KPP: return kpp_valid(value);
    case CHECK_CARD: return all_digits(value) && card_number_valid(value);
    }
    return false;
}

bool account_fits(enum value_check check, struct text account, struct text bik) {
    return check == CHECK_CORRESPONDENT ? correspondent_key_valid(account, bik) : account_key_valid(account, bik);
}

const struct value_choice *value_chosen(const struct value_rule *rule, struct text value) {
    for (size_t i = 0; i < rule->choice_count; i++)
        if (text_equal(rule->choices[i].value, value)) return &rule->choices[i];
    return NULL;
}

static enum value_fault take_phone(struct arena *arena, struct text typed, struct text *value) {
    struct phone phone;
    if (phone_parse(typed, &phone) != PHONE_MOBILE) return VALUE_MALFORMED;
    struct text e164 = phone_text(&phone);
    *value = text_copy(arena, text_slice(e164, 2, e164.size)); /* without +7 */
    return VALUE_GOOD;
}

enum value_fault value_take(struct arena *arena, const struct value_rule *rule, struct text typed,
                            struct text *value) {
    *value = TEXT_NONE;
    typed = text_trim(typed);
    if (typed.size == 0) return rule->optional ? VALUE_GOOD : VALUE_MISSING;
    if (rule->kind == VALUE_KIND_PHONE) return take_phone(arena, typed, value);
    if (rule->kind == VALUE_KIND_CHOICE) {
        const struct value_choice *chosen = value_chosen(rule, typed);
        if (chosen != NULL) *value = text_copy(arena, chosen->value);
        return chosen != NULL ? VALUE_GOOD : VALUE_MALFORMED;
    }
    struct text taken = rule->kind == VALUE_KIND_DIGITS ? digits_of(arena, typed) : text_copy(arena, typed);
    if (rule->kind == VALUE_KIND_DIGITS && !all_digits(taken)) return VALUE_MALFORMED;
    bool bounded = rule->least > 0 || rule->most > 0;
    int64_t length = (int64_t)text_length_utf8(taken);
    if (length < (bounded ? rule->least : 1)) return VALUE_SHORT;
    if (length > (bounded ? rule->most : LENGTH_MOST)) return VALUE_LONG;
    for (size_t i = 0; i < taken.size; i++)
        if ((unsigned char)taken.data[i] < ' ') return VALUE_MALFORMED;
    if (rule->pattern != NULL && !pattern_matches(rule->pattern, taken)) return VALUE_MALFORMED;
    if (!check_holds(rule->check, taken)) return VALUE_MALFORMED;
    *value = taken;
    return VALUE_GOOD;
}

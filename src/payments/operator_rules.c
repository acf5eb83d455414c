/* operator_rules.c: see operator_rules.h. */
#include "payments/operator_rules.h"

#define NUMBER_DIGITS 10

static bool digits_read(struct text text, int64_t *value) {
    *value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        *value = *value * 10 + (text.data[i] - '0');
    }
    return text.size > 0 && text.size <= NUMBER_DIGITS && text.data[0] == '9';
}

bool number_range_read(struct text text, struct number_range *range) {
    struct text rest, first = text_trim(text_split(text, '-', &rest));
    int64_t from, to;
    if (!digits_read(first, &from)) return false;
    if (rest.data != NULL) {
        rest = text_trim(rest);
        if (first.size != NUMBER_DIGITS || rest.size != NUMBER_DIGITS || !digits_read(rest, &to) || to < from)
            return false;
    } else {
        int64_t many = 1;
        for (size_t i = first.size; i < NUMBER_DIGITS; i++) many *= 10;
        from *= many;
        to = from + many - 1;
    }
    *range = (struct number_range){from, to};
    return true;
}

int64_t number_range_width(const struct number_range *ranges, size_t count, struct text number) {
    int64_t value, narrowest = 0;
    if (number.size != NUMBER_DIGITS || !digits_read(number, &value)) return 0;
    for (size_t i = 0; i < count; i++) {
        if (value < ranges[i].from || value > ranges[i].to) continue;
        int64_t width = ranges[i].to - ranges[i].from + 1;
        if (narrowest == 0 || width < narrowest) narrowest = width;
    }
    return narrowest;
}

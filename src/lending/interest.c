/* interest.c: see interest.h. */
#include "lending/interest.h"

#include "base/check.h"

void interest_add(struct interest *interest, int64_t balance, int64_t rate, struct year_days days) {
    check(balance >= 0 && balance <= INTEREST_BASE_MOST && rate >= 0 && rate <= RATE_MOST);
    check(days.common >= 0 && days.leap >= 0);
    /* below 10^15 × 10^7 × 10^8 for 800 years: far inside 127 bits */
    __int128 parts = (__int128)balance * rate * ((__int128)days.common * 366 + (__int128)days.leap * 365);
    parts += interest->part;
    __int128 whole = interest->whole + parts / INTEREST_PARTS;
    check(whole <= INT64_MAX);
    interest->whole = (int64_t)whole;
    interest->part = (int64_t)(parts % INTEREST_PARTS);
}

void interest_join(struct interest *interest, const struct interest *more) {
    interest->whole += more->whole;
    interest->part += more->part;
    if (interest->part < INTEREST_PARTS) return;
    interest->part -= INTEREST_PARTS;
    interest->whole++;
}

int64_t interest_rounded(const struct interest *interest) {
    return interest->whole + (interest->part >= INTEREST_PARTS - interest->part);
}

struct text interest_exact(struct arena *arena, const struct interest *interest) {
    int64_t hundredths = interest->part / (INTEREST_PARTS / 100); /* of a kopeck */
    return text_format(arena, "%lld.%02lld%02lld", (long long)(interest->whole / 100),
                       (long long)(interest->whole % 100), (long long)(hundredths < 100 ? hundredths : 99));
}

struct year_days interest_days(int64_t from, int64_t to) {
    return date_days_by_year(date_from_days(from + 1), date_from_days(to + 1));
}

int year_length(int64_t day) {
    int year = date_from_days(day).year;
    return date_month_days(year, 2) == 29 ? 366 : 365;
}

bool rate_parse(struct text text, int64_t *rate) {
    int64_t number = 0;
    int decimals = -1, digits = 0;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if ((byte == '.' || byte == ',') && decimals < 0 && i > 0) {
            decimals = 0;
            continue;
        }
        if (byte < '0' || byte > '9' || ++digits > 9 || decimals == 4) return false;
        number = number * 10 + (byte - '0');
        if (decimals >= 0) decimals++;
    }
    if (digits == 0 || decimals == 0) return false;
    for (int i = decimals < 0 ? 0 : decimals; i < 4; i++) number *= 10;
    if (number > RATE_MOST) return false;
    *rate = number;
    return true;
}

struct text rate_text(struct arena *arena, int64_t rate) {
    struct text text = text_format(arena, "%lld.%04lld", (long long)(rate / RATE_PERCENT),
                                   (long long)(rate % RATE_PERCENT));
    while (text.data[text.size - 1] == '0') text.size--;
    if (text.data[text.size - 1] == '.') text.size--;
    return text_copy(arena, text);
}

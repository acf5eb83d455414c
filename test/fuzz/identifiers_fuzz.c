/* identifiers_fuzz.c: numbers that are taken have their form; links whose check we compute are then right. */
#include "base/check.h"
#include "base/identifiers.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_numbers(struct arena *arena, struct text text) {
    struct passport passport = {"left", "left"};
    if (passport_parse(text, &passport)) {
        struct passport again;
        check(passport_parse(text_format(arena, "%s %s", passport.series, passport.number), &again));
        check(strcmp(again.series, passport.series) == 0 && strcmp(again.number, passport.number) == 0);
    } else {
        check(strcmp(passport.series, "left") == 0);
    }
    if (inn_valid(text)) check(text.size == 10 || text.size == 12);
    if (ogrn_valid(text)) check(text.size == 13 || text.size == 15);
    if (snils_valid(text)) check(text.size == 11 || text.size == 14);
    if (kpp_valid(text) || bik_valid(text)) check(text.size == 9);
    if (passport_office_valid(text)) check(text.size == 7);
    struct text account = text_slice(text, 0, 20), bik = text_slice(text, 20, 9);
    if (account_key_valid(account, bik) || correspondent_key_valid(account, bik)) check(text.size >= 29);
}

static void check_card(struct arena *arena, struct text text) {
    struct text masked = card_mask(arena, text);
    size_t shown = 0;
    for (size_t i = 0; i < masked.size; i++) shown += masked.data[i] != '*';
    check(masked.size == text.size && shown <= 10);
    if (card_number_valid(text)) check(luhn_valid(text));
    check(card_scheme_name(card_scheme_of(text)) != NULL);
}

static void check_link(struct arena *arena, struct text text) {
    uint16_t crc = 0;
    if (fast_link_check(text, &crc) != FAST_LINK_WRONG_CRC) return;
    struct text body = text_slice(text, 0, text.size - 4);
    struct text mended = text_format(arena, "%.*s%04X", TEXT_ARG(body), crc);
    check(fast_link_check(mended, &crc) == FAST_LINK_RIGHT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *arena;
    if (arena == NULL) arena = arena_new((size_t)16 << 20);
    struct text text = {(const char *)data, size};
    if (size > 1 << 20) return 0;
    check_numbers(arena, text);
    check_card(arena, text);
    check_link(arena, text);
    arena_clear(arena);
    return 0;
}

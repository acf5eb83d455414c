/* phone_fuzz.c: a number that is taken has the form of E.164, is read the same from there and as we draw it, and is not
 * given away by its mask. */
#include "base/check.h"
#include "base/phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_form(enum phone_kind kind, struct text e164) {
    check(e164.size >= 9 && e164.size <= 16 && e164.data[0] == '+' && e164.data[1] != '0');
    for (size_t i = 1; i < e164.size; i++) check(e164.data[i] >= '0' && e164.data[i] <= '9');
    bool russian = text_starts(e164, "+7") && e164.size == 12;
    check(kind == PHONE_FOREIGN || russian);
    check((kind == PHONE_MOBILE) == (russian && e164.data[2] == '9'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *arena;
    if (arena == NULL) arena = arena_new(1 << 20);
    struct phone phone = {"left"}, again;
    enum phone_kind kind = phone_parse((struct text){(const char *)data, size}, &phone);
    if (kind == PHONE_INVALID) {
        check(text_is(phone_text(&phone), "left"));
        return 0;
    }
    struct text e164 = phone_text(&phone);
    check_form(kind, e164);
    check(phone_parse(e164, &again) == kind && text_equal(phone_text(&again), e164));
    struct text pretty = phone_pretty(arena, e164), masked = phone_masked(arena, e164);
    check(phone_parse(pretty, &again) == kind && text_equal(phone_text(&again), e164));
    size_t hidden = 0;
    for (size_t i = 0; i < masked.size; i++) hidden += masked.data[i] == '*';
    check(hidden >= 3);
    check(phone_parse(masked, &again) == PHONE_INVALID);
    arena_clear(arena);
    return 0;
}

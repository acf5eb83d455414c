/* st00012_fuzz.c: any bytes of a code: what is taken has everything that a transfer needs, in UTF-8, on a line each. */
#include "base/check.h"
#include "base/money.h"
#include "payments/st00012_rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(struct text text, size_t most) {
    check(text_valid_utf8(text) && text_length_utf8(text) <= most);
    for (size_t i = 0; i < text.size; i++) check((unsigned char)text.data[i] >= ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena *arena;
    struct st00012 paper;
    if (arena == NULL) arena = arena_new(1 << 20);
    if (st00012_read(arena, (struct text){(const char *)data, size}, &paper) == ST00012_GOOD) {
        check(paper.account.size == 20 && paper.bik.size == 9 && paper.name.size > 0 && paper.bank.size > 0);
        check(paper.corr.size == 0 || paper.corr.size == 20);
        check(paper.sum >= 0 && paper.sum <= MONEY_MAX);
        check_text(paper.name, 160);
        check_text(paper.bank, 100);
        check_text(paper.purpose, 210);
        check_text(paper.inn, 12);
        check_text(paper.kpp, 9);
    }
    arena_clear(arena);
    return 0;
}

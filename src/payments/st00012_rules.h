/* st00012_rules.h: what the QR of a Russian receipt says (GOST R 56042-2014): "ST0001", the encoding (1 windows-1251, 2
 * UTF-8, 3 KOI8-R), a separator, then Name=… and so on. Pure. Whether an account has the bank's key, whether a tax
 * number holds, is judged where they are typed: there the person can see and mend it. */
#pragma once

#include "base/text.h"

#define ST00012_MOST 4096 /* bytes; a QR holds fewer */

struct st00012 {
    struct text name, account, bank, bik; /* always there; the account is 20 digits, the BIK 9 */
    struct text corr, inn, kpp, purpose;  /* TEXT_NONE: not told */
    struct text sum_digits;
    int64_t sum;                          /* kopecks; 0: not told */
};

enum st00012_verdict {
    ST00012_GOOD,
    ST00012_OTHER,      /* not such a text at all */
    ST00012_BROKEN,     /* one, but something in it cannot be so */
    ST00012_INCOMPLETE, /* one of the five that must be there is not */
};

/* Texts are UTF-8, one line each, in the arena or in raw. */
enum st00012_verdict st00012_read(struct arena *arena, struct text raw, struct st00012 *paper);

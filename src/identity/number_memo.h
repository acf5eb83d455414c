/* number_memo.h: number → customer in memory; see number_memo.c. */
#pragma once

#include "base/secret.h"

struct number_memo;

struct number_tag {
    uint8_t bytes[SECRET_TAG_SIZE];
};

struct number_memo *number_memo_new(void); /* NULL without memory */
void number_memo_free(struct number_memo *memo);
void number_memo_tag(const struct keyring *keyring, struct text e164, struct number_tag *tag);
int64_t number_memo_find(struct number_memo *memo, const struct number_tag *tag, moment now); /* 0: not known */
void number_memo_keep(struct number_memo *memo, const struct number_tag *tag, int64_t customer, moment now);

/* number_memo.h: number → customer in memory, by the number's keyed hash (identity_phone_hash); see number_memo.c. */
#pragma once

#include "base/secret.h"
#include "base/world.h"

struct number_memo;

/* NULL without memory. fresh_us: how long what a snapshot told is believed. */
struct number_memo *number_memo_new(int64_t fresh_us);
void number_memo_free(struct number_memo *memo);
int64_t number_memo_find(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], moment now); /* 0: not known */
void number_memo_keep(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], int64_t customer, moment now);
/* Its owner changed, and that is on disk. */
void number_memo_forget(struct number_memo *memo, const uint8_t hash[SECRET_HASH_SIZE], moment now);

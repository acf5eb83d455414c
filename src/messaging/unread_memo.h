/* unread_memo.h: customer → how much of his feed he has not read, in memory; see unread_memo.c. */
#pragma once

#include "base/calendar.h"

struct unread_memo;

struct unread_memo *unread_memo_new(void); /* NULL without memory */
void unread_memo_free(struct unread_memo *memo);
/* -1: not known, or read too long ago to be sure. */
int64_t unread_memo_find(struct unread_memo *memo, int64_t customer, moment now);
/* Before reading what is to be kept; a forget meanwhile makes that keep do nothing. */
uint32_t unread_memo_begin(struct unread_memo *memo, int64_t customer);
void unread_memo_keep(struct unread_memo *memo, int64_t customer, moment now, int64_t count, uint32_t begun);
void unread_memo_forget(struct unread_memo *memo, int64_t customer);

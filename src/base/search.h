/* search.h: how people look for things by words: letters without case, ё as е, words by their stems. */
#pragma once

#include "base/text.h"

/* Russian and Latin letters small, ё as е; whatever is neither letter nor digit is one blank. */
struct text search_fold(struct arena *arena, struct text text);

/* How well something with a title and more words fits what was asked: 0 not at all. Each word asked must begin some
 * word of title or text, in its stem (of five letters and more the last two may differ: «перевод», «переводы»); a hit
 * in the title counts more. All folded. */
int search_score(struct text asked, struct text title, struct text words);
